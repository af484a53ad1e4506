//! The audit trail: everybody sees the own acts, the auditor those of the own organisation's projects and of
//! the network; and who saw what of a case, for the case's team, to be given to the person (P-28).

use super::row::{Row, field};
use super::terms::Class::{Internal, Person};
use super::terms::Relation::{Auditor, Oneself, Team};
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = [
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
    ]
    .map(|name| field(name, Internal).to(Oneself, &[Plain]).to(Auditor, &[Plain]))
    .into();
    rows.extend(
        [
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
        ]
        .map(|name| field(name, Person).to(Team, &[Plain])),
    );
    rows
}
