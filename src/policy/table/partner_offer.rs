//! Offers of partners: the team that answers and the partner that has made one. Sensitive facts of the person are not a
//! coordinator's; what an offer tells of the person is gone with its end, to whomever it was told.

use super::row::{Row, field};
use super::terms::Class::{Internal, Person, Sensitive};
use super::terms::Guard::{ServiceKnown, TrainedForViolence};
use super::terms::Mask::Hour;
use super::terms::Relation::{Coordinator, Offering, ProtectionLead, Team};
use super::terms::Standing::{self, Accepted, Ended, Offer};

/// However one stands.
const STANDINGS: &[Standing] = &[Offer, Accepted, Ended];

pub(super) fn rows() -> Vec<Row> {
    let of_class =
        |name, class| field(name, class).to(Team, STANDINGS).to(Coordinator, STANDINGS).to(ProtectionLead, STANDINGS);
    let answering_side = |name| of_class(name, Person);
    let both_sides = |name| answering_side(name).to(Offering, STANDINGS);
    let of_the_work = |name| of_class(name, Internal).to(Offering, STANDINGS);
    let to_the_hour = |name| answering_side(name).masked(Offering, STANDINGS, Hour);
    vec![
        of_the_work("PartnerOffer.id"),
        of_the_work("PartnerOffer.version"),
        both_sides("PartnerOffer.status"),
        both_sides("PartnerOffer.sender"),
        // Whose numbers are called.
        answering_side("PartnerOffer.senderService").only(ServiceKnown),
        both_sides("PartnerOffer.receiver"),
        both_sides("PartnerOffer.service").only(ServiceKnown),
        both_sides("PartnerOffer.need").only(TrainedForViolence),
        both_sides("PartnerOffer.urgency"),
        of_the_work("PartnerOffer.offer"),
        to_the_hour("PartnerOffer.offeredAt"),
        to_the_hour("PartnerOffer.statusAt"),
        to_the_hour("PartnerOffer.decideBy"),
        to_the_hour("PartnerOffer.expiresAt"),
        both_sides("PartnerOffer.declineCode"),
        // To who came by a link an offer never stands as ended (`Access::facts_of_offer`).
        answering_side("PartnerOffer.outcomeCode").to(Offering, &[Ended]),
        // Once the team takes the person, whom to call, and what both say before any name.
        field("PartnerOffer.receiverPhone", Person).to(Team, &[Accepted]).to(Offering, &[Accepted]),
        field("PartnerOffer.receiverMailbox", Person).to(Team, &[Accepted]).to(Offering, &[Accepted]),
        field("PartnerOffer.callPhrase", Person).to(Team, &[Accepted]).to(Offering, &[Accepted]),
        both_sides("OfferedPerson.ageBand"),
        both_sides("OfferedPerson.gender"),
        both_sides("OfferedPerson.household"),
        field("OfferedPerson.adminStatus", Sensitive).to(Team, STANDINGS).to(Offering, STANDINGS),
        field("OfferedPerson.situation", Sensitive).to(Team, STANDINGS).to(Offering, STANDINGS),
        both_sides("OfferedPerson.languages"),
        both_sides("OfferedPerson.area"),
    ]
}
