//! Cases, consents and demands: the sender's team only (P-17). The figures of a project are for its
//! coordinator and its analyst, and hold no small count. A legal hold is its protection lead's.

use super::row::{Row, field};
use super::terms::Class::{Internal, Person, Public, Sensitive, Statistic};
use super::terms::Guard::{EnoughPersons, TrainedForViolence};
use super::terms::Relation::{Figures, ProtectionLead, Team, ThroughGlass};
use super::terms::Standing::Plain;

impl Row {
    fn team(self) -> Self {
        self.to(Team, &[Plain])
    }

    /// The team, and whoever has broken the glass over the case.
    fn team_and_glass(self) -> Self {
        self.team().to(ThroughGlass, &[Plain])
    }

    fn figures(self) -> Self {
        self.to(Figures, &[Plain])
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = cases();
    rows.extend(consents());
    rows.extend(demands());
    rows.extend(figures());
    rows.extend(legal_holds());
    rows
}

fn cases() -> Vec<Row> {
    vec![
        // A case is there for whoever sees its id.
        field("CaseReference.id", Internal).team_and_glass(),
        field("CaseReference.version", Internal).team_and_glass(),
        field("CaseReference.spokenCode", Person).team_and_glass(),
        field("CaseReference.fileNumber", Person).team_and_glass(),
        field("CaseReference.ageBand", Person).team_and_glass(),
        field("CaseReference.ageBasis", Sensitive).team_and_glass(),
        field("CaseReference.gender", Person).team_and_glass(),
        field("CaseReference.household", Person).team_and_glass(),
        field("CaseReference.adminStatus", Sensitive).team_and_glass(),
        field("CaseReference.situation", Sensitive).team_and_glass(),
        field("CaseReference.languages", Person).team_and_glass(),
        field("CaseReference.area", Person).team_and_glass(),
        field("CaseReference.protectionFlags", Sensitive).team_and_glass(),
        field("CaseReference.createdMonth", Person).team_and_glass(),
    ]
}

fn consents() -> Vec<Row> {
    vec![
        field("Consent.id", Internal).team(),
        field("Consent.version", Internal).team(),
        field("Consent.recipient", Person).team(),
        field("Consent.basis", Person).team(),
        field("Consent.purpose", Person).team(),
        field("Consent.giver", Person).team(),
        field("Consent.assent", Person).team(),
        field("Consent.fieldScope", Person).team(),
        field("Consent.modality", Person).team(),
        field("Consent.language", Person).team(),
        field("Consent.explained", Person).team(),
        field("Consent.interpreter", Person).team(),
        field("Consent.consequences", Person).team(),
        field("Consent.restrictions", Person).team(),
        field("Consent.thirdCountryAcknowledged", Person).team(),
        field("Consent.conversationId", Person).team(),
        field("Consent.rank", Person).team(),
        field("Consent.confirmedAt", Person).team(),
        field("Consent.contactRule", Person).team(),
        field("Consent.obtainedAt", Person).team(),
        field("Consent.expiresAt", Person).team(),
        field("Consent.withdrawnAt", Person).team(),
    ]
}

fn demands() -> Vec<Row> {
    vec![
        field("Demand.id", Internal).team(),
        field("Demand.month", Person).team(),
        field("Demand.need", Person).team().only(TrainedForViolence),
        field("Demand.area", Person).team(),
        field("Demand.result", Person).team(),
        field("Demand.people", Person).team(),
    ]
}

fn legal_holds() -> Vec<Row> {
    vec![
        field("LegalHold.caseId", Internal).to(ProtectionLead, &[Plain]),
        field("LegalHold.reason", Person).to(ProtectionLead, &[Plain]),
        field("LegalHold.reviewOn", Person).to(ProtectionLead, &[Plain]),
        field("LegalHold.overdue", Person).to(ProtectionLead, &[Plain]),
        field("LegalHold.setAt", Person).to(ProtectionLead, &[Plain]),
    ]
}

/// A cell is there for whoever may be told how many persons it counts, and of what.
fn figures() -> Vec<Row> {
    vec![
        field("ServiceGapReport.cells", Statistic).figures(),
        field("ServiceGapReport.outreach", Statistic).figures(),
        field("ServiceGapReport.threshold", Public).figures(),
        field("ServiceGapReport.sensitiveThreshold", Public).figures(),
        field("ServiceGapCell.month", Statistic).figures(),
        field("ServiceGapCell.area", Statistic).figures(),
        field("ServiceGapCell.need", Statistic).figures().only(TrainedForViolence),
        field("ServiceGapCell.persons", Statistic).figures().only(EnoughPersons),
        field("ServiceGapCell.results", Statistic).figures().only(EnoughPersons),
        field("ServiceGapOutreach.month", Statistic).figures(),
        field("ServiceGapOutreach.area", Statistic).figures(),
        field("ServiceGapOutreach.need", Statistic).figures().only(TrainedForViolence),
        field("ServiceGapOutreach.people", Statistic).figures().only(EnoughPersons),
        field("ServiceGapResult.result", Statistic).figures(),
        field("ServiceGapResult.persons", Statistic).figures(),
    ]
}
