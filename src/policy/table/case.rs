//! Cases, consents and demands: the sender's team only (P-17). The figures of a project are for its
//! coordinator and its analyst, and hold no small count. A legal hold is its protection lead's.

use super::row::{Row, field};
use super::terms::Class::{Internal, Person, Public, Sensitive, Statistic};
use super::terms::Guard::{EnoughPersons, TrainedForViolence};
use super::terms::Relation::{Figures, ProtectionLead, Team};
use super::terms::Standing::Plain;

impl Row {
    fn team(self) -> Self {
        self.to(Team, &[Plain])
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
        field("CaseReference.id", Internal).team(),
        field("CaseReference.version", Internal).team(),
        field("CaseReference.spokenCode", Person).team(),
        field("CaseReference.fileNumber", Person).team(),
        field("CaseReference.ageBand", Person).team(),
        field("CaseReference.gender", Person).team(),
        field("CaseReference.household", Person).team(),
        field("CaseReference.adminStatus", Sensitive).team(),
        field("CaseReference.situation", Sensitive).team(),
        field("CaseReference.languages", Person).team(),
        field("CaseReference.area", Person).team(),
        field("CaseReference.protectionFlags", Sensitive).team(),
        field("CaseReference.createdMonth", Person).team(),
    ]
}

fn consents() -> Vec<Row> {
    vec![
        field("Consent.id", Internal).team(),
        field("Consent.version", Internal).team(),
        field("Consent.recipient", Person).team(),
        field("Consent.basis", Person).team(),
        field("Consent.fieldScope", Person).team(),
        field("Consent.modality", Person).team(),
        field("Consent.language", Person).team(),
        field("Consent.explained", Person).team(),
        field("Consent.contactRule", Person).team(),
        field("Consent.obtainedAt", Person).team(),
        field("Consent.expiresAt", Person).team(),
    ]
}

fn demands() -> Vec<Row> {
    vec![
        field("Demand.id", Internal).team(),
        field("Demand.month", Person).team(),
        field("Demand.need", Person).team().only(TrainedForViolence),
        field("Demand.area", Person).team(),
        field("Demand.result", Person).team(),
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
        field("ServiceGapReport.threshold", Public).figures(),
        field("ServiceGapReport.sensitiveThreshold", Public).figures(),
        field("ServiceGapCell.month", Statistic).figures(),
        field("ServiceGapCell.area", Statistic).figures(),
        field("ServiceGapCell.need", Statistic).figures().only(TrainedForViolence),
        field("ServiceGapCell.persons", Statistic).figures().only(EnoughPersons),
        field("ServiceGapCell.results", Statistic).figures().only(EnoughPersons),
        field("ServiceGapResult.result", Statistic).figures(),
        field("ServiceGapResult.persons", Statistic).figures(),
    ]
}
