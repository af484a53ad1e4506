//! The audit trail: everybody sees the own acts, the auditor those of the own organisation's projects and of
//! the network; and who saw what of a case, for the case's team, to be given to the person (P-28).

use super::row::{Row, field};
use super::terms::Class::{Internal, Person};
use super::terms::Mask::Hour;
use super::terms::Relation::{Auditor, Oneself, Team};
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    // The numbers of a trail tell how much happens in somebody else's project, and exact times would let two
    // partners join their acts (P-08): the own acts come without.
    let mut rows: Vec<Row> = vec![
        field("AuditEvent.trail", Internal).to(Auditor, &[Plain]),
        field("AuditEvent.sequence", Internal).to(Auditor, &[Plain]),
        field("AuditEvent.at", Internal).to(Auditor, &[Plain]).masked(Oneself, &[Plain], Hour),
        field("AuditEvent.consentId", Internal).to(Auditor, &[Plain]),
    ];
    let of_both = [
        "AuditEvent.actorId",
        "AuditEvent.actorRole",
        "AuditEvent.organizationId",
        "AuditEvent.action",
        "AuditEvent.object",
        "AuditEvent.fields",
        "AuditEvent.purpose",
        "AuditEvent.reason",
    ];
    rows.extend(of_both.map(|name| field(name, Internal).to(Oneself, &[Plain]).to(Auditor, &[Plain])));
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
            "CaseReading.consentedOn",
        ]
        .map(|name| field(name, Person).to(Team, &[Plain])),
    );
    rows
}
