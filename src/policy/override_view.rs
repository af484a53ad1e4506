//! The view of an override of consent: for the case's team, and for who leads the project. Who leads it sees that, by
//! whom and why, and not of which case.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Relation, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::consent::ContactRule;
use crate::domain::consent_override::{ConsentOverride, OverrideBasis, OverrideReason, OverrideStatus};
use crate::domain::id::{CaseId, ConsentId, OrganizationId, OverrideId};
use crate::domain::time::Timestamp;

/// An override as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct OverrideView {
    /// Identifier.
    pub id: OverrideId,
    /// How far it has come.
    pub status: Told<OverrideStatus>,
    /// The ground.
    pub basis: Told<OverrideBasis>,
    /// Why nobody could be asked.
    pub reason: Told<OverrideReason>,
    /// The one organisation that may be told.
    pub recipient_id: Protected<OrganizationId>,
    /// How the recipient may reach the person.
    pub contact_rule: Protected<ContactRule>,
    /// When somebody asked.
    pub requested_at: Told<Timestamp>,
    /// Handle of who asked.
    pub requested_by: Protected<String>,
    /// When somebody else confirmed.
    pub confirmed_at: Protected<Timestamp>,
    /// Handle of who confirmed.
    pub confirmed_by: Protected<String>,
    /// When the request, or the override, lapses.
    pub expires_at: Told<Timestamp>,
    /// When it was ended before its time.
    pub ended_at: Protected<Timestamp>,
    /// The case.
    pub case_id: Protected<CaseId>,
    /// What carries a referral.
    pub consent_id: Protected<ConsentId>,
}

/// What everybody is told who sees an override at all.
const PROMISED: [&str; 6] = [
    "ConsentOverride.id",
    "ConsentOverride.status",
    "ConsentOverride.basis",
    "ConsentOverride.reason",
    "ConsentOverride.requestedAt",
    "ConsentOverride.expiresAt",
];

/// What the viewer is to an override.
pub fn relation_to_override(access: &Access, held: &ConsentOverride) -> Relation {
    access.relation_to_protected(held.team_id, held.project_id, held.organization_id)
}

/// The view of an override; `None` unless the viewer is of the case's team or leads the project.
pub fn show_override(access: &Access, held: &ConsentOverride, now: Timestamp) -> Option<Visible<OverrideView>> {
    permit(access, Action::ReadOverrides).ok()?;
    let relation = relation_to_override(access, held);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let view = OverrideView {
        id: held.id,
        status: look.told("ConsentOverride.status", held.status(now)),
        basis: look.told("ConsentOverride.basis", held.basis),
        reason: look.told("ConsentOverride.reason", held.reason),
        recipient_id: look.field("ConsentOverride.recipient", Some(held.recipient_id)),
        contact_rule: look.field("ConsentOverride.contactRule", Some(held.contact_rule)),
        requested_at: look.told("ConsentOverride.requestedAt", held.requested_at),
        requested_by: look.field("ConsentOverride.requestedBy", held.requested_by_handle.clone()),
        confirmed_at: look.field("ConsentOverride.confirmedAt", held.confirmed_at),
        confirmed_by: look.field("ConsentOverride.confirmedBy", held.confirmed_by_handle.clone()),
        expires_at: look.told("ConsentOverride.expiresAt", held.expires_at()),
        ended_at: look.field("ConsentOverride.endedAt", held.ended_at),
        case_id: look.field("ConsentOverride.caseId", Some(held.case_id)),
        consent_id: look.field("ConsentOverride.consentId", held.consent_id),
    };
    let purpose = if relation == Relation::Team { AuditPurpose::Care } else { AuditPurpose::Protection };
    let subject = Subject { object: held.id.to_string(), project_id: held.project_id, consent_id: None, purpose };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
