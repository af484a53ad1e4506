//! Referrals: the sender's side sees them whole, the recipient by stage.

use super::row::{ALWAYS, Row, field};
use super::terms::Class::{Internal, Person, Sensitive};
use super::terms::Guard::{ServiceKnown, TrainedForViolence};
use super::terms::Mask::{Hour, OwnSide, SinceSending, WithoutReason};
use super::terms::Relation::{Coordinator, ProtectionLead, Recipient, Team};
use super::terms::Standing::{self, Accepted, Closed, Ended, Handover, Offer, Reopenable};

/// From the sending on.
const RECEIVED: &[Standing] = &[Offer, Accepted, Handover, Reopenable, Ended, Closed];
/// While the recipient may know what it was about.
const TOLD: &[Standing] = &[Offer, Accepted, Handover, Reopenable, Ended];
/// While it is open.
const OPEN: &[Standing] = &[Offer, Accepted, Handover];
/// While it is accepted and its consent is live.
const CONSENTED: &[Standing] = &[Accepted, Handover];
/// While both sides must be able to speak of it.
const NAMED: &[Standing] = &[Accepted, Handover, Reopenable];

impl Row {
    fn sending_side(self) -> Self {
        self.to(Team, ALWAYS).to(Coordinator, ALWAYS).to(ProtectionLead, ALWAYS)
    }

    /// To the sending side, of what there is from the sending on only.
    fn told_once_sent(self) -> Self {
        self.to(Team, RECEIVED).to(Coordinator, RECEIVED).to(ProtectionLead, RECEIVED)
    }

    fn recipient(self, standings: &[Standing]) -> Self {
        self.to(Recipient, standings)
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = referral();
    rows.extend(offer());
    rows.extend(timeline());
    rows.extend(proof());
    let told_once = ["HandoverSlip.code", "HandoverSlip.expiresAt", "AnswerCode.code", "AnswerCode.expiresAt"];
    rows.extend(told_once.map(|name| field(name, Person).to(Team, &[Accepted])));
    rows.extend(deliveries());
    rows.extend(messages());
    rows
}

/// A proof is recorded as one field of its referral.
fn proof() -> Vec<Row> {
    vec![
        field("ReferralProof.delivered", Person).sending_side().recipient(TOLD),
        field("ReferralProof.acknowledged", Person).sending_side().recipient(TOLD),
        field("ReferralProof.decided", Person).sending_side().recipient(TOLD),
        field("ReferralProof.received", Person).sending_side().recipient(TOLD),
        field("AttestedFact.at", Person).sending_side().masked(Recipient, TOLD, Hour),
        field("AttestedFact.attestedBy", Person).sending_side().recipient(TOLD),
    ]
}

fn referral() -> Vec<Row> {
    vec![
        // A referral is there for whoever sees its id.
        field("Referral.id", Internal).sending_side().recipient(RECEIVED),
        field("Referral.version", Internal).sending_side().recipient(RECEIVED),
        field("Referral.status", Person).sending_side().recipient(TOLD).masked(Recipient, &[Closed], WithoutReason),
        field("Referral.stage", Person).sending_side().recipient(RECEIVED),
        field("Referral.statusAt", Person).sending_side().masked(Recipient, TOLD, Hour),
        field("Referral.requestedAt", Person).sending_side().masked(Recipient, TOLD, Hour),
        field("Referral.kind", Person).sending_side().recipient(TOLD),
        field("Referral.channel", Person).sending_side(),
        // That somebody else was asked is not the recipient's.
        field("Referral.rerouteOf", Person).sending_side(),
        field("Referral.chain", Person).sending_side(),
        field("Referral.round", Person).sending_side(),
        // Before acceptance it would name somebody.
        field("Referral.follows", Person).sending_side().recipient(CONSENTED),
        field("Referral.recipient", Person).sending_side().recipient(RECEIVED),
        field("Referral.service", Person).sending_side().recipient(TOLD).only(ServiceKnown),
        field("Referral.locationId", Person).sending_side().recipient(TOLD),
        field("Referral.need", Person).sending_side().recipient(TOLD).only(TrainedForViolence),
        field("Referral.urgency", Person).sending_side().recipient(OPEN),
        field("Referral.neededBy", Person).sending_side(),
        // What the hard deadline has cut is not told to the recipient.
        field("Referral.acknowledgeBy", Person).sending_side().masked(Recipient, OPEN, Hour),
        field("Referral.decideBy", Person).sending_side().masked(Recipient, OPEN, Hour),
        field("Referral.serveBy", Person).sending_side().masked(Recipient, OPEN, Hour),
        field("Referral.expiresAt", Person).sending_side().masked(Recipient, OPEN, Hour),
        field("Referral.deadlineBand", Person).sending_side().recipient(OPEN),
        field("Referral.contactRule", Person).sending_side().recipient(OPEN),
        field("Referral.sender", Person).sending_side().recipient(OPEN),
        field("Referral.senderProject", Person).sending_side().recipient(OPEN),
        field("Referral.senderMailbox", Person).sending_side().recipient(OPEN),
        field("Referral.senderPhone", Person).sending_side().recipient(OPEN),
        field("Referral.offer", Internal).sending_side().recipient(RECEIVED),
        field("Referral.alias", Person).to(Team, ALWAYS).recipient(NAMED),
        // Both sides say it, so both read it, and at the same times.
        field("Referral.callPhrase", Person).to(Team, CONSENTED).recipient(CONSENTED),
        field("Referral.consentValidUntil", Person).to(Team, ALWAYS).masked(Recipient, CONSENTED, Hour),
        field("Referral.consentScope", Person).to(Team, ALWAYS).recipient(CONSENTED),
        field("Referral.protectionFlags", Sensitive).to(Team, ALWAYS).recipient(CONSENTED),
        // Only of a referral for a legal need, as the domain's release says.
        field("Referral.ageBasis", Sensitive).to(Team, ALWAYS).recipient(CONSENTED),
        field("Referral.expectedWaitDays", Person).sending_side().recipient(TOLD),
        field("Referral.waitExceedsDeadline", Person).sending_side(),
        field("Referral.handoverMode", Person).sending_side().recipient(TOLD),
        field("Referral.serviceStartedAt", Person).sending_side().masked(Recipient, TOLD, Hour),
        field("Referral.declineCode", Person).sending_side().recipient(TOLD),
        field("Referral.outcomeCode", Person).sending_side().recipient(TOLD),
        field("Referral.proof", Person).sending_side().recipient(TOLD),
        field("Referral.timeline", Person).sending_side().recipient(TOLD),
        // Of a draft nobody was told.
        field("Referral.deliveries", Person).told_once_sent(),
        field("Referral.messages", Sensitive).to(Team, ALWAYS).recipient(OPEN),
        field("Referral.case", Internal).to(Team, ALWAYS),
        field("Referral.consent", Internal).to(Team, ALWAYS),
        field("InvalidTransitionError.status", Person).to(Team, ALWAYS).recipient(TOLD),
    ]
}

/// What an offer holds is decided when it is sent; sensitive facts are not a coordinator's.
fn offer() -> Vec<Row> {
    vec![
        field("Offer.ageBand", Person).sending_side().recipient(OPEN),
        field("Offer.gender", Person).sending_side().recipient(OPEN),
        field("Offer.household", Person).sending_side().recipient(OPEN),
        field("Offer.adminStatus", Sensitive).to(Team, ALWAYS).recipient(OPEN),
        field("Offer.situation", Sensitive).to(Team, ALWAYS).recipient(OPEN),
        field("Offer.languages", Person).sending_side().recipient(OPEN),
        field("Offer.area", Person).sending_side().recipient(OPEN),
    ]
}

/// A timeline is recorded as one field of its referral.
fn timeline() -> Vec<Row> {
    vec![
        field("TimelineEntry.at", Person).sending_side().masked(Recipient, TOLD, Hour),
        field("TimelineEntry.event", Person).sending_side().masked(Recipient, TOLD, SinceSending),
        field("TimelineEntry.party", Person).sending_side().recipient(TOLD),
        // Once it has ended, a recipient's timeline names the sender no longer than the referral does.
        field("TimelineEntry.organization", Person).sending_side().recipient(OPEN).masked(
            Recipient,
            &[Reopenable, Ended],
            OwnSide,
        ),
        field("TimelineEntry.attestedBy", Person).sending_side().recipient(TOLD),
        field("TimelineEntry.code", Person).sending_side().recipient(TOLD),
    ]
}

/// Messages are recorded as one field of their referral, and are the two sides' only. What a sender's text tells of the
/// person goes with the consent; what the recipient typed itself stays its own.
/// Deliveries are recorded as one field of their referral.
fn deliveries() -> Vec<Row> {
    let names =
        ["Delivery.channel", "Delivery.kind", "Delivery.status", "Delivery.attempts", "Delivery.result", "Delivery.at"];
    // Of a draft nobody was told.
    names
        .map(|name| field(name, Person).to(Team, RECEIVED).to(Coordinator, RECEIVED).to(ProtectionLead, RECEIVED))
        .into()
}

fn messages() -> Vec<Row> {
    let both = |name, class| field(name, class).to(Team, ALWAYS).recipient(OPEN);
    let by_the_hour = |name| field(name, Person).to(Team, ALWAYS).masked(Recipient, OPEN, Hour);
    vec![
        both("Message.id", Internal),
        both("Message.author", Person),
        both("Message.kind", Person),
        both("Message.question", Sensitive).only(TrainedForViolence),
        both("Message.questionInWords", Sensitive).only(TrainedForViolence),
        both("Message.answer", Sensitive).only(TrainedForViolence),
        both("Message.answerDay", Sensitive).only(TrainedForViolence),
        both("Message.answerCount", Sensitive).only(TrainedForViolence),
        both("Message.answerLanguage", Sensitive).only(TrainedForViolence),
        field("Message.text", Sensitive)
            .to(Team, ALWAYS)
            .recipient(CONSENTED)
            .masked(Recipient, &[Offer], OwnSide)
            .only(TrainedForViolence),
        by_the_hour("Message.sentAt"),
        by_the_hour("Message.readAt"),
        field("Message.purgeAt", Person).to(Team, ALWAYS),
    ]
}
