//! The view of a question for places, for the side that asks and the side that is asked.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Guard, Mask, Relation, Standing};
use super::visible::{Protected, Told, Visible};
use crate::domain::capacity_check::{CapacityAnswer, CapacityCheck};
use crate::domain::directory::Service;
use crate::domain::id::{CapacityCheckId, OrganizationId, ServiceId};
use crate::domain::need::Need;
use crate::domain::referral::{Attestation, Urgency};
use crate::domain::time::Timestamp;

/// A question for places as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct CapacityCheckView {
    /// Identifier.
    pub id: CapacityCheckId,
    /// True while an answer is awaited or of use.
    pub is_open: Told<bool>,
    /// Who asks.
    pub sender_id: Protected<OrganizationId>,
    /// Who is asked.
    pub recipient_id: Protected<OrganizationId>,
    /// The service; absent where the viewer may not know of it.
    pub service_id: Protected<ServiceId>,
    /// The need; of violence for the trained only.
    pub need: Protected<Need>,
    /// How urgent it is.
    pub urgency: Told<Urgency>,
    /// How many places.
    pub quantity: Told<i64>,
    /// From when on.
    pub from: Told<Timestamp>,
    /// Until when.
    pub until: Told<Timestamp>,
    /// When it was asked; for the recipient the hour.
    pub asked_at: Protected<Timestamp>,
    /// What was answered.
    pub answer: Protected<CapacityAnswer>,
    /// How many are free, where it was told.
    pub available: Protected<i64>,
    /// When it was answered; for the recipient the hour.
    pub answered_at: Protected<Timestamp>,
    /// Who says so.
    pub attested_by: Protected<Attestation>,
    /// When the asking team closed it; for its side only.
    pub closed_at: Protected<Timestamp>,
}

/// What everybody is told who sees a question for places at all.
const PROMISED: [&str; 6] = [
    "CapacityCheck.id",
    "CapacityCheck.open",
    "CapacityCheck.urgency",
    "CapacityCheck.quantity",
    "CapacityCheck.from",
    "CapacityCheck.until",
];

/// What the viewer is to a question for places.
pub fn relation_to_check(access: &Access, check: &CapacityCheck) -> Relation {
    match access.relation_to_protected(check.team_id, check.project_id, check.sender_id) {
        Relation::Member if access.scope().organization == Some(check.recipient_id) => Relation::Recipient,
        nearest => nearest,
    }
}

/// The view of a question for places; `None` unless the viewer is of the team that asks, leads its project, or answers
/// for the recipient.
pub fn show_check(
    access: &Access,
    check: &CapacityCheck,
    service: Option<&Service>,
    now: Timestamp,
) -> Option<Visible<CapacityCheckView>> {
    permit(access, Action::ReadReferral).ok()?;
    let is_known = service.is_some_and(|service| access.directory_scope().admits(service));
    let concerns_violence = check.need.concerns_gender_based_violence();
    let facts = access.facts(relation_to_check(access, check), Standing::Plain, concerns_violence);
    let look = Looking::new(access, facts.holding(Guard::ServiceKnown, is_known));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let hour = |mask, time: Timestamp| (mask == Mask::Hour).then(|| time.start_of_hour());
    let told = check.told;
    let view = CapacityCheckView {
        id: check.id,
        is_open: look.told("CapacityCheck.open", check.is_open(now)),
        sender_id: look.field("CapacityCheck.sender", Some(check.sender_id)),
        recipient_id: look.field("CapacityCheck.recipient", Some(check.recipient_id)),
        service_id: look.field("CapacityCheck.service", Some(check.service_id)),
        need: look.field("CapacityCheck.need", Some(check.need)),
        urgency: look.told("CapacityCheck.urgency", check.urgency),
        quantity: look.told("CapacityCheck.quantity", check.quantity),
        from: look.told("CapacityCheck.from", check.from),
        until: look.told("CapacityCheck.until", check.until),
        asked_at: look.masked("CapacityCheck.askedAt", Some(check.asked_at), hour),
        answer: look.field("CapacityCheck.answer", told.map(|told| told.answer)),
        available: look.field("CapacityCheck.available", told.and_then(|told| told.available)),
        answered_at: look.masked("CapacityCheck.answeredAt", told.map(|told| told.at), hour),
        attested_by: look.field("CapacityCheck.attestedBy", told.map(|told| told.attested_by)),
        closed_at: look.field("CapacityCheck.closedAt", check.closed_at),
    };
    Some(Visible::of_directory(view, access.recorder().clone()))
}
