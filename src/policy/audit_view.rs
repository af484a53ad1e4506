//! Views of the audit trail, and of who saw what of a case.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Relation, Sight, Standing};
use super::visible::{Subject, Told, Visible};
use crate::domain::account::Role;
use crate::domain::audit::readings::{Readings, TrailEvent};
use crate::domain::audit::{AuditAction, AuditPurpose};
use crate::domain::case::CaseReference;
use crate::domain::id::{AccountId, CaseId, ConsentId, OrganizationId};
use crate::domain::time::{Date, Timestamp};
use std::collections::BTreeMap;

/// An event of the trail as its viewer may see it.
#[derive(Clone, Debug)]
pub struct EventView {
    /// The event; what of it is told is said by the other fields first.
    event: TrailEvent,
    /// The trail; for an auditor.
    pub trail: Option<String>,
    /// Its number there; for an auditor.
    pub sequence: Option<i64>,
    /// When, or in which hour.
    pub at: Timestamp,
    /// Who; absent for an operator at the command line.
    pub actor_id: Option<AccountId>,
    /// What the actor's account was for, then.
    pub actor_role: Option<Role>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// Why, as a code.
    pub reason: Option<String>,
    /// The consent that it rests on; for an auditor.
    pub consent_id: Option<ConsentId>,
}

impl EventView {
    /// What was done.
    pub const fn action(&self) -> AuditAction {
        self.event.action
    }

    /// The object, by its id or name.
    pub fn object(&self) -> &str {
        &self.event.object
    }

    /// Names of fields.
    pub fn fields(&self) -> &[String] {
        &self.event.fields
    }

    /// What it was for.
    pub const fn purpose(&self) -> AuditPurpose {
        self.event.purpose
    }

    /// Its hash in the chain, which nobody can guess and which tells nothing of its place.
    pub fn hash(&self) -> &str {
        &self.event.hash
    }
}

const OF_EVERY_EVENT: [&str; 5] =
    ["AuditEvent.at", "AuditEvent.action", "AuditEvent.object", "AuditEvent.fields", "AuditEvent.purpose"];

/// The view of an event; `None` when it is nothing to the viewer.
pub fn show_event(access: &Access, event: TrailEvent) -> Option<Visible<EventView>> {
    permit(access, Action::ReadTrail).ok()?;
    let relation = access.relation_to_event(event.actor_id);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if !look.sees_all(&OF_EVERY_EVENT) {
        return None;
    }
    let mut event = event;
    if event.action == AuditAction::Refused && relation != Relation::Auditor {
        // Only what exists is named in a refusal, and whether it does is not for who was refused to know.
        event.object.clear();
    }
    let view = EventView {
        trail: look.value("AuditEvent.trail", Some(event.trail.clone())),
        sequence: look.value("AuditEvent.sequence", Some(event.sequence)),
        at: if look.sight("AuditEvent.at") == Sight::Shown { event.at } else { event.at.start_of_hour() },
        actor_id: look.value("AuditEvent.actorId", event.actor_id),
        actor_role: look.value("AuditEvent.actorRole", event.actor_role),
        organization_id: look.value("AuditEvent.organizationId", event.organization_id),
        reason: look.value("AuditEvent.reason", event.reason.clone()),
        consent_id: look.value("AuditEvent.consentId", event.consent_id),
        event,
    };
    Some(Visible::of_directory(view, access.recorder().clone()))
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
    /// What the readings rest on.
    pub consents: BTreeMap<ConsentId, Ground>,
}

/// What a reading rests on: a consent, or what two people decided without one.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    /// On which day it was given, or decided.
    pub on: Date,
    /// True where the person consented.
    pub is_consent: bool,
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
    "CaseReading.consentedOn",
];

/// The view of who saw what; `None` unless the viewer is of the case's team. Giving it is recorded as what it
/// is: the person asked.
pub fn show_readings(
    access: &Access,
    case: &CaseReference,
    readings: Readings,
    consents: BTreeMap<ConsentId, Ground>,
) -> Option<Visible<ReadingsView>> {
    permit(access, Action::ListReadings).ok()?;
    let facts = access.facts(access.relation_to_team(case.team_id), Standing::Plain, false);
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
