//! The view of a statutory report: for the case's team, and for who leads the project, who is not told of which case.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Relation, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::id::{CaseId, ReportId};
use crate::domain::statutory_report::{ReportAuthority, ReportInformation, StatutoryReport};
use crate::domain::time::{Date, Timestamp};

/// A report as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ReportView {
    /// Identifier.
    pub id: ReportId,
    /// To which kind of authority.
    pub authority: Told<ReportAuthority>,
    /// On which day.
    pub reported_on: Told<Date>,
    /// Whether those concerned were told.
    pub information: Told<ReportInformation>,
    /// When it was recorded.
    pub recorded_at: Told<Timestamp>,
    /// Handle of who recorded it.
    pub recorded_by: Protected<String>,
    /// When a second person confirmed the record.
    pub confirmed_at: Protected<Timestamp>,
    /// Handle of that person.
    pub confirmed_by: Protected<String>,
    /// The case.
    pub case_id: Protected<CaseId>,
}

/// What everybody is told who sees a report at all.
const PROMISED: [&str; 5] = [
    "StatutoryReport.id",
    "StatutoryReport.authority",
    "StatutoryReport.reportedOn",
    "StatutoryReport.information",
    "StatutoryReport.recordedAt",
];

/// What the viewer is to a report.
pub fn relation_to_report(access: &Access, report: &StatutoryReport) -> Relation {
    access.relation_to_protected(report.team_id, report.project_id, report.organization_id)
}

/// The view of a report; `None` unless the viewer is of the case's team or leads the project.
pub fn show_report(access: &Access, report: &StatutoryReport) -> Option<Visible<ReportView>> {
    permit(access, Action::ReadReports).ok()?;
    let relation = relation_to_report(access, report);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let facts = report.facts;
    let view = ReportView {
        id: report.id,
        authority: look.told("StatutoryReport.authority", facts.authority),
        reported_on: look.told("StatutoryReport.reportedOn", facts.reported_on),
        information: look.told("StatutoryReport.information", facts.information),
        recorded_at: look.told("StatutoryReport.recordedAt", report.recorded_at),
        recorded_by: look.field("StatutoryReport.recordedBy", report.recorded_by_handle.clone()),
        confirmed_at: look.field("StatutoryReport.confirmedAt", report.confirmed_at),
        confirmed_by: look.field("StatutoryReport.confirmedBy", report.confirmed_by_handle.clone()),
        case_id: look.field("StatutoryReport.caseId", Some(report.case_id)),
    };
    let purpose = if relation == Relation::Team { AuditPurpose::Care } else { AuditPurpose::Protection };
    let subject = Subject { object: report.id.to_string(), project_id: report.project_id, consent_id: None, purpose };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
