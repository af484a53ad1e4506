//! What protection keeps: projects and their freeze, what they left open, broken glasses, notices, requests to
//! delete, overrides of consent, statutory reports. Who breaks a glass is seen by who oversees the project, and nobody sees through it but the breaker.

use super::row::{Row, field};
use super::terms::Class::{Internal, Person, Sensitive};
use super::terms::Guard::ServiceKnown;
use super::terms::Mask::Hour;
use super::terms::Relation::{Auditor, Coordinator, Desk, Oneself, ProtectionLead, Recipient, Staff, Team};
use super::terms::Standing::Plain;

impl Row {
    fn leads(self) -> Self {
        self.to(Coordinator, &[Plain]).to(ProtectionLead, &[Plain])
    }

    fn desk(self) -> Self {
        self.leads().to(Desk, &[Plain])
    }

    fn overseen(self) -> Self {
        self.leads().to(Auditor, &[Plain])
    }

    fn asking_side(self) -> Self {
        self.leads().to(Team, &[Plain])
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = projects();
    rows.extend(revocations());
    rows.extend(continuity());
    rows.extend(glasses());
    rows.extend(deletions());
    rows.extend(overrides());
    rows.extend(reports());
    rows.extend(incidents());
    rows.extend(
        ["Notice.id", "Notice.at", "Notice.kind", "Notice.object", "Notice.seenAt"]
            .map(|name| field(name, Internal).to(Oneself, &[Plain])),
    );
    rows
}

fn projects() -> Vec<Row> {
    [
        "Project.id",
        "Project.name",
        "Project.status",
        "Project.frozenAt",
        "Project.thawRequestedAt",
        "Project.desk",
        "Project.deskConfirmed",
    ]
    .map(|name| field(name, Internal).leads().to(Staff, &[Plain]))
    .into()
}

/// Whom a project works with no more, and what it looks at first when it starts again.
fn revocations() -> Vec<Row> {
    [
        "PartnerRevocation.id",
        "PartnerRevocation.organization",
        "PartnerRevocation.reason",
        "PartnerRevocation.revokedAt",
        "PartnerRevocation.endRequestedAt",
        "PartnerRevocation.endedAt",
        "RestartList.lapsingReferralIds",
        "RestartList.serviceIdsToVerify",
        "RestartList.teamIdsWithoutCaseworker",
    ]
    .map(|name| field(name, Internal).leads())
    .into()
}

fn continuity() -> Vec<Row> {
    vec![
        field("ContinuityEntry.id", Internal).desk(),
        field("ContinuityEntry.code", Person).desk(),
        field("ContinuityEntry.urgency", Person).desk(),
        field("ContinuityEntry.accepted", Person).desk(),
        field("ContinuityEntry.service", Person).desk().only(ServiceKnown),
        field("ContinuityEntry.senderMailbox", Person).desk(),
        field("Custody.id", Internal).to(Team, &[Plain]),
        field("Custody.referral", Internal).to(Team, &[Plain]),
        field("Custody.takenAt", Internal).to(Team, &[Plain]),
    ]
}

fn glasses() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        "BreakGlass.id",
        "BreakGlass.handle",
        "BreakGlass.reason",
        "BreakGlass.openedAt",
        "BreakGlass.endsAt",
        "BreakGlass.reviewedAt",
        "BreakGlass.verdict",
    ]
    .map(|name| field(name, Internal).overseen().to(Oneself, &[Plain]))
    .into();
    // It leads to the case, whose own rows say who sees through.
    rows.push(field("BreakGlass.case", Internal).to(Oneself, &[Plain]));
    rows.extend(
        ["BreakGlassRate.glasses", "BreakGlassRate.caseReads", "BreakGlassRate.perThousand"]
            .map(|name| field(name, Internal).overseen()),
    );
    rows
}

/// An override of consent tells who leads the project that, by whom and why; of which case is the team's.
fn overrides() -> Vec<Row> {
    vec![
        field("ConsentOverride.id", Internal).asking_side(),
        field("ConsentOverride.status", Internal).asking_side(),
        field("ConsentOverride.basis", Person).asking_side(),
        field("ConsentOverride.reason", Person).asking_side(),
        field("ConsentOverride.recipient", Person).asking_side(),
        field("ConsentOverride.contactRule", Person).asking_side(),
        field("ConsentOverride.requestedAt", Internal).asking_side(),
        field("ConsentOverride.requestedBy", Internal).asking_side(),
        field("ConsentOverride.confirmedAt", Internal).asking_side(),
        field("ConsentOverride.confirmedBy", Internal).asking_side(),
        field("ConsentOverride.expiresAt", Internal).asking_side(),
        field("ConsentOverride.endedAt", Internal).asking_side(),
        field("ConsentOverride.caseId", Internal).to(Team, &[Plain]),
        field("ConsentOverride.consentId", Internal).to(Team, &[Plain]),
    ]
}

/// A statutory report tells who leads the project that it was made; of which case is the team's.
fn reports() -> Vec<Row> {
    vec![
        field("StatutoryReport.id", Internal).asking_side(),
        field("StatutoryReport.authority", Sensitive).asking_side(),
        field("StatutoryReport.reportedOn", Sensitive).asking_side(),
        field("StatutoryReport.information", Sensitive).asking_side(),
        field("StatutoryReport.recordedAt", Internal).asking_side(),
        field("StatutoryReport.recordedBy", Internal).asking_side(),
        field("StatutoryReport.confirmedAt", Internal).asking_side(),
        field("StatutoryReport.confirmedBy", Internal).asking_side(),
        field("StatutoryReport.caseId", Internal).to(Team, &[Plain]),
    ]
}

/// That a referral caused harm is looked into without its recipient.
fn incidents() -> Vec<Row> {
    vec![
        field("Incident.id", Internal).asking_side(),
        field("Incident.referralId", Person).asking_side(),
        field("Incident.openedAt", Person).asking_side(),
        field("Incident.closedAt", Person).asking_side(),
        field("Incident.resolution", Person).asking_side(),
    ]
}

fn deletions() -> Vec<Row> {
    vec![
        field("Deletion.id", Internal).asking_side().to(Recipient, &[Plain]),
        field("Deletion.referralId", Person).asking_side().to(Recipient, &[Plain]),
        field("Deletion.askedAt", Person).asking_side().masked(Recipient, &[Plain], Hour),
        field("Deletion.recipient", Person).asking_side().to(Recipient, &[Plain]),
        field("Deletion.answer", Person).asking_side().to(Recipient, &[Plain]),
        field("Deletion.answeredAt", Person).asking_side().masked(Recipient, &[Plain], Hour),
    ]
}
