//! Views of the audit trail, and of who saw what of a case.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::{Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::audit::readings::{Readings, TrailEvent};
use crate::domain::case::CaseReference;
use crate::domain::id::{CaseId, ConsentId};
use crate::domain::time::Date;
use std::collections::BTreeMap;

const OF_EVENT: [&str; 12] = [
    "AuditEvent.trail",
    "AuditEvent.sequence",
    "AuditEvent.at",
    "AuditEvent.actorId",
    "AuditEvent.actorRole",
    "AuditEvent.organizationId",
    "AuditEvent.action",
    "AuditEvent.object",
    "AuditEvent.fields",
    "AuditEvent.purpose",
    "AuditEvent.reason",
    "AuditEvent.consentId",
];

/// An event of the trail as the viewer may see it: all of it or nothing.
pub fn show_event(access: &Access, event: TrailEvent) -> Option<Visible<TrailEvent>> {
    permit(access, Action::ReadTrail).ok()?;
    let facts = access.facts(access.relation_to_event(event.actor_id), Standing::Plain, false);
    let is_seen = Looking::new(access, facts).sees_all(&OF_EVENT);
    is_seen.then(|| Visible::of_directory(event, access.recorder().clone()))
}

/// Who saw what of a case, as its team may give it to the person.
#[derive(Clone)]
pub struct ReadingsView {
    /// The case.
    pub case_id: CaseId,
    /// How many days the own team read of it, and the first and the last of them.
    pub own_team: Told<(usize, Option<(Date, Date)>)>,
    /// Everybody else's readings, last day first.
    pub readings: Told<Readings>,
    /// The days on which the consents were given that the readings rest on.
    pub consents: BTreeMap<ConsentId, Date>,
}

const PROMISED: [&str; 11] = [
    "CaseReadings.ownTeamDays",
    "CaseReadings.ownTeamFirstDay",
    "CaseReadings.ownTeamLastDay",
    "CaseReadings.readings",
    "CaseReadings.text",
    "CaseReading.day",
    "CaseReading.organization",
    "CaseReading.role",
    "CaseReading.fields",
    "CaseReading.purpose",
    "CaseReading.consentGivenOn",
];

/// The view of who saw what; `None` unless the viewer is of the case's team. Giving it is recorded as what it
/// is: the person asked.
pub fn show_readings(
    access: &Access,
    case: &CaseReference,
    readings: Readings,
    consents: BTreeMap<ConsentId, Date>,
) -> Option<Visible<ReadingsView>> {
    permit(access, Action::ListReadings).ok()?;
    let facts = access.facts(access.relation_to_team(case.project_id, case.team_id), Standing::Plain, false);
    let look = Looking::new(access, facts);
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let days = &readings.own_team_days;
    let own_team = (days.len(), days.first().copied().zip(days.last().copied()));
    let view = ReadingsView {
        case_id: case.id,
        own_team: look.told("CaseReadings.ownTeamDays", own_team),
        readings: look.told("CaseReadings.readings", readings),
        consents,
    };
    let subject = Subject {
        object: case.id.to_string(),
        project_id: case.project_id,
        consent_id: None,
        purpose: AuditPurpose::PersonRequest,
    };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
