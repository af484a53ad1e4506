//! Events as they are shown, and who saw what of a case, as it can be told to the person: by organisation, role
//! and day, and never by name.

use super::{AuditAction, AuditPurpose};
use crate::domain::account::Role;
use crate::domain::id::{AccountId, ConsentId, OrganizationId};
use crate::domain::time::{Date, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// An event as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEvent {
    /// The trail.
    pub trail: String,
    /// Its number there.
    pub sequence: i64,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for an operator at the command line.
    pub actor_id: Option<AccountId>,
    /// What the actor's account was for, then.
    pub actor_role: Option<Role>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// What was done.
    pub action: AuditAction,
    /// The object, by its id or name.
    pub object: String,
    /// Names of fields.
    pub fields: Vec<String>,
    /// What it was for.
    pub purpose: AuditPurpose,
    /// Why, as a code.
    pub reason: Option<String>,
    /// The consent that it rests on.
    pub consent_id: Option<ConsentId>,
}

/// What people of one organisation and role read on one day, for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The day.
    pub day: Date,
    /// The organisation.
    pub organization_id: Option<OrganizationId>,
    /// The role.
    pub role: Option<Role>,
    /// What for.
    pub purpose: AuditPurpose,
    /// The consent that it rests on.
    pub consent_id: Option<ConsentId>,
    /// Names of the fields that were read.
    pub fields: BTreeSet<String>,
}

/// Who saw what of a case.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Readings {
    /// The days on which the case's own team read of it.
    pub own_team_days: BTreeSet<Date>,
    /// Everybody else's readings, last day first.
    pub others: Vec<Reading>,
}

impl Readings {
    /// Sums up disclosures of a case. The own team reads it every day; of that only the days are told.
    pub fn of(events: Vec<TrailEvent>) -> Self {
        let mut own_team_days = BTreeSet::new();
        let mut others: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for event in events {
            let day = event.at.date();
            // The list that the person is given is read by the team too.
            if matches!(event.purpose, AuditPurpose::Care | AuditPurpose::PersonRequest) {
                own_team_days.insert(day);
                continue;
            }
            let by = (Reverse(day), event.organization_id, event.actor_role, event.purpose, event.consent_id);
            others.entry(by).or_default().extend(event.fields);
        }
        let reading = |((Reverse(day), organization_id, role, purpose, consent_id), fields)| Reading {
            day,
            organization_id,
            role,
            purpose,
            consent_id,
            fields,
        };
        Self { own_team_days, others: others.into_iter().map(reading).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    fn event(at: &str, organization: u8, purpose: AuditPurpose, fields: &[&str]) -> TrailEvent {
        TrailEvent {
            trail: "prj_x".to_owned(),
            sequence: 1,
            hash: String::new(),
            at: Timestamp::parse(at).expect("an instant"),
            actor_id: Some(AccountId::from_bytes([organization; 16])),
            actor_role: Some(Role::PartnerAgent),
            organization_id: Some(OrganizationId::from_bytes([organization; 16])),
            action: AuditAction::Disclosed,
            object: "ref_x".to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            purpose,
            reason: None,
            consent_id: None,
        }
    }

    #[test]
    fn readings_are_told_by_organisation_and_day_and_the_own_team_by_its_days() {
        let readings = Readings::of(vec![
            event("2026-11-23T08:00:00Z", 1, AuditPurpose::Care, &["need"]),
            event("2026-11-23T09:00:00Z", 1, AuditPurpose::PersonRequest, &["readings"]),
            event("2026-11-24T09:00:00Z", 1, AuditPurpose::Care, &["need"]),
            event("2026-11-24T08:00:00Z", 2, AuditPurpose::ReferralAnswer, &["need"]),
            event("2026-11-24T23:59:59Z", 2, AuditPurpose::ReferralAnswer, &["alias", "need"]),
            event("2026-11-25T00:00:00Z", 2, AuditPurpose::ReferralAnswer, &["need"]),
            event("2026-11-24T08:00:00Z", 3, AuditPurpose::Coordination, &["status"]),
        ]);
        assert_eq!(readings.own_team_days.len(), 2);
        let told: Vec<(String, Option<OrganizationId>, Vec<&String>)> = readings
            .others
            .iter()
            .map(|reading| (reading.day.to_string(), reading.organization_id, reading.fields.iter().collect()))
            .collect();
        let of = |number: u8| Some(OrganizationId::from_bytes([number; 16]));
        let (alias, need, status) = ("alias".to_owned(), "need".to_owned(), "status".to_owned());
        assert_eq!(
            told,
            [
                ("2026-11-25".to_owned(), of(2), vec![&need]),
                ("2026-11-24".to_owned(), of(2), vec![&alias, &need]),
                ("2026-11-24".to_owned(), of(3), vec![&status]),
            ]
        );
    }
}
