//! The view of an incident: for the case's team and for who leads the project; never for the recipient.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Relation, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::id::{IncidentId, ReferralId};
use crate::domain::incident::{Incident, IncidentResolution};
use crate::domain::time::Timestamp;

/// An incident as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct IncidentView {
    /// Identifier.
    pub id: IncidentId,
    /// The referral that ended with harm.
    pub referral_id: Told<ReferralId>,
    /// When it was opened.
    pub opened_at: Told<Timestamp>,
    /// When it was closed.
    pub closed_at: Protected<Timestamp>,
    /// What came of it.
    pub resolution: Protected<IncidentResolution>,
}

const PROMISED: [&str; 3] = ["Incident.id", "Incident.referralId", "Incident.openedAt"];

/// What the viewer is to an incident.
pub fn relation_to_incident(access: &Access, incident: &Incident) -> Relation {
    access.relation_to_protected(incident.team_id, incident.project_id, incident.organization_id)
}

/// The view of an incident; `None` unless the viewer is of the case's team or leads the project.
pub fn show_incident(access: &Access, incident: &Incident) -> Option<Visible<IncidentView>> {
    permit(access, Action::ReadIncidents).ok()?;
    let relation = relation_to_incident(access, incident);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let view = IncidentView {
        id: incident.id,
        referral_id: look.told("Incident.referralId", incident.referral_id),
        opened_at: look.told("Incident.openedAt", incident.opened_at),
        closed_at: look.field("Incident.closedAt", incident.closed_at),
        resolution: look.field("Incident.resolution", incident.resolution),
    };
    let purpose = if relation == Relation::Team { AuditPurpose::Care } else { AuditPurpose::Protection };
    let subject =
        Subject { object: incident.id.to_string(), project_id: incident.project_id, consent_id: None, purpose };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
