//! The view of a partner's offer, for the team that answers and for the partner.

use super::access::Access;
use super::looking::Looking;
use super::offer_view::{OfferRows, OfferView};
use super::rules::{Action, permit};
use super::table::{Guard, Mask, Relation, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::account::Project;
use crate::domain::audit::AuditPurpose;
use crate::domain::call_phrase::call_phrase;
use crate::domain::directory::Service;
use crate::domain::freeze::{Freeze, moved_by_freezes};
use crate::domain::id::{OrganizationId, PartnerOfferId, ServiceId};
use crate::domain::need::Need;
use crate::domain::partner_offer::{PartnerOffer, PartnerOfferStatus};
use crate::domain::referral::{DeclineCode, OutcomeCode, Urgency};
use crate::domain::time::Timestamp;

/// A partner's offer as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct PartnerOfferView {
    /// Identifier.
    pub id: PartnerOfferId,
    /// Version, to be given back with the next change.
    pub version: i64,
    /// How it stands.
    pub status: Told<PartnerOfferStatus>,
    /// The partner.
    pub sender_id: Protected<OrganizationId>,
    /// The partner's service that it came from; the answering side only.
    pub sender_service_id: Protected<ServiceId>,
    /// The organisation of the service.
    pub receiver_id: Protected<OrganizationId>,
    /// The service; absent where the viewer may not know of it.
    pub service_id: Protected<ServiceId>,
    /// The need; of violence for the trained only.
    pub need: Protected<Need>,
    /// How urgent it is.
    pub urgency: Protected<Urgency>,
    /// What it tells of the person.
    pub offer: OfferView,
    /// When it was made; for the partner the hour, as for the three below.
    pub offered_at: Protected<Timestamp>,
    /// Since when it stands so.
    pub status_at: Protected<Timestamp>,
    /// Until when the team answers.
    pub decide_by: Protected<Timestamp>,
    /// When it ends without an answer.
    pub expires_at: Protected<Timestamp>,
    /// Why it was declined.
    pub decline_code: Protected<DeclineCode>,
    /// What came of it; not for who came by a link.
    pub outcome_code: Protected<OutcomeCode>,
    /// The number by which the team is called, once it takes the person.
    pub receiver_phone: Protected<String>,
    /// The team's role mailbox, once it takes the person.
    pub receiver_mailbox: Protected<String>,
    /// The two words that both sides say before any name; not for who came by a link.
    pub call_phrase: Protected<String>,
}

/// Everything that the view of an offer is made of.
#[derive(Clone, Copy)]
pub struct PartnerOfferFacts<'a> {
    /// The offer.
    pub offer: &'a PartnerOffer,
    /// The service, as the directory has it.
    pub service: Option<&'a Service>,
    /// The partner's service that it came from.
    pub sender_service: Option<&'a Service>,
    /// The project of the team that answers.
    pub project: &'a Project,
    /// The project's alias key, once it has one.
    pub alias_key: Option<&'a [u8]>,
    /// The freezes of the project, which stopped the clocks of the offer.
    pub freezes: &'a [Freeze],
    /// The present instant.
    pub now: Timestamp,
}

/// What everybody is told who sees an offer at all.
const PROMISED: [&str; 4] = ["PartnerOffer.id", "PartnerOffer.version", "PartnerOffer.status", "PartnerOffer.offer"];

const PERSON: OfferRows = OfferRows {
    age_band: "OfferedPerson.ageBand",
    gender: "OfferedPerson.gender",
    household: "OfferedPerson.household",
    admin_status: "OfferedPerson.adminStatus",
    situation: "OfferedPerson.situation",
    languages: "OfferedPerson.languages",
    area: "OfferedPerson.area",
};

/// The view of an offer; `None` unless the viewer is of the team that answers, leads its project, or is of the partner.
pub fn show_partner_offer(access: &Access, facts: PartnerOfferFacts<'_>) -> Option<Visible<PartnerOfferView>> {
    permit(access, Action::ReadReferral).ok()?;
    let PartnerOfferFacts { offer, service, sender_service, project, alias_key, freezes, now } = facts;
    let moved = |at| moved_by_freezes(at, offer.offered_at, freezes, now);
    let is_known = |service: Option<&Service>| service.is_some_and(|entry| access.directory_scope().admits(entry));
    let relation = access.relation_to_offer(offer);
    let concerns_violence = offer.need.concerns_gender_based_violence();
    let told = access.facts_of_offer((relation, standing(offer.status)), concerns_violence);
    let look = Looking::new(access, told.holding(Guard::ServiceKnown, is_known(service)));
    let look_at_sender = Looking::new(access, told.holding(Guard::ServiceKnown, is_known(sender_service)));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let hour = |mask, time: Timestamp| (mask == Mask::Hour).then(|| time.start_of_hour());
    let view = PartnerOfferView {
        id: offer.id,
        version: offer.version,
        status: look.told("PartnerOffer.status", offer.status),
        sender_id: look.field("PartnerOffer.sender", Some(offer.sender_id)),
        sender_service_id: look_at_sender.field("PartnerOffer.senderService", offer.sender_service_id),
        receiver_id: look.field("PartnerOffer.receiver", Some(offer.receiver_id)),
        service_id: look.field("PartnerOffer.service", Some(offer.service_id)),
        need: look.field("PartnerOffer.need", Some(offer.need)),
        urgency: look.field("PartnerOffer.urgency", Some(offer.urgency)),
        offer: OfferView::of(&look, &PERSON, &offer.offer.told),
        offered_at: look.masked("PartnerOffer.offeredAt", Some(offer.offered_at), hour),
        status_at: look.masked("PartnerOffer.statusAt", Some(offer.status_at), hour),
        decide_by: look.masked("PartnerOffer.decideBy", Some(moved(offer.decide_by)), hour),
        expires_at: look.masked("PartnerOffer.expiresAt", Some(moved(offer.expire_at)), hour),
        decline_code: look.field("PartnerOffer.declineCode", offer.decline_code),
        outcome_code: look.field("PartnerOffer.outcomeCode", offer.outcome_code),
        receiver_phone: look.field("PartnerOffer.receiverPhone", project.phone.as_ref().map(|it| it.expose().clone())),
        receiver_mailbox: look.field("PartnerOffer.receiverMailbox", Some(project.mailbox.expose().clone())),
        call_phrase: look.field("PartnerOffer.callPhrase", alias_key.map(|key| call_phrase(key, offer.id))),
    };
    let subject = Subject {
        object: offer.id.to_string(),
        project_id: offer.project_id,
        consent_id: None,
        purpose: purpose(relation),
    };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}

const fn standing(status: PartnerOfferStatus) -> Standing {
    match status {
        PartnerOfferStatus::Offered => Standing::Offer,
        PartnerOfferStatus::Accepted => Standing::Accepted,
        _ => Standing::Ended,
    }
}

/// What an offer is read for, from each side: whoever has made it follows the person.
const fn purpose(relation: Relation) -> AuditPurpose {
    match relation {
        Relation::ProtectionLead => AuditPurpose::Protection,
        Relation::Coordinator => AuditPurpose::Coordination,
        _ => AuditPurpose::Care,
    }
}
