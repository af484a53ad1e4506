//! Statutory reports: recording that one was made, by two people and without its content (P-06).

use super::project::leaders_of;
use super::{Notify, require_project_at_work};
use crate::actions::disclosure::act;
use crate::actions::idempotency::Create;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::{CaseId, ReportId};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::statutory_report::{ReportFacts, StatutoryReport};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::report_view::{ReportView, relation_to_report, show_report};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Most reports of one list.
const MOST_REPORTS: i64 = 100;

/// What recording a report takes.
#[derive(Clone)]
pub struct RecordReport {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// What is kept of it.
    pub facts: ReportFacts,
}

/// Records that a report was made. It stands as unconfirmed until a second person confirms it.
pub async fn record(
    context: &Context,
    access: &Access,
    input: RecordReport,
) -> Result<Visible<ReportView>, ActionError> {
    let account = permit(access, Action::RecordReport)?;
    let facts = input.facts;
    let asked = (input.case_id, facts.authority, facts.reported_on, facts.information);
    let create = Create::new(account, &input.idempotency_key, "statutory_report_record", &asked)?;
    let now = context.now();
    let id: ReportId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            let case =
                tx.find_case(&access.scope(), input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
            let report = StatutoryReport {
                id,
                case_id: case.id,
                project_id: case.project_id,
                organization_id: account.organization_id,
                team_id: case.team_id,
                facts: facts.checked(now)?,
                recorded_at: now,
                recorded_by: account.id,
                recorded_by_handle: None,
                confirmed_at: None,
                confirmed_by_handle: None,
            };
            tx.insert_report(&report).await?;
            tx.touch_case(case.id, now).await?;
            tell(context, tx, access, NoticeKind::ReportRecorded, &report, now).await?;
            Ok(event(access, now, AuditAction::ReportRecorded, &report))
        })
        .await?;
    find(context, access, id).await
}

/// Confirms the record of a report as the second person who answers for it.
pub async fn confirm(context: &Context, access: &Access, id: ReportId) -> Result<Visible<ReportView>, ActionError> {
    let account = permit(access, Action::ConfirmReport)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let report = tx.lock_report(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
            let project = match relation_to_report(access, &report) {
                Relation::Team => account.project_id,
                Relation::Coordinator | Relation::ProtectionLead => Some(report.project_id),
                _ => return Err(hidden(access, id)),
            };
            require_project_at_work(tx, project).await?;
            report.may_be_confirmed_by(account.id)?;
            tx.confirm_report(id, account.id, now).await?;
            tx.touch_case(report.case_id, now).await?;
            tell(context, tx, access, NoticeKind::ReportConfirmed, &report, now).await?;
            Ok::<_, ActionError>(tx.append_audit(&[event(access, now, AuditAction::ReportConfirmed, &report)]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// Tells the case's team and whoever leads the project.
async fn tell(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    kind: NoticeKind,
    report: &StatutoryReport,
    now: Timestamp,
) -> Result<(), ActionError> {
    let project = tx.find_project(report.project_id).await?;
    let mut to = vec![Addressee::Team(report.team_id)];
    to.extend(project.iter().flat_map(leaders_of));
    let actor_id = access.account().map(|account| account.id);
    Notify { kind, object: report.id.to_string(), actor_id, at: now, context }.send(tx, &to).await
}

/// By the id alone: what the report was is not the trail's.
fn event(access: &Access, now: Timestamp, action: AuditAction, report: &StatutoryReport) -> AuditEvent {
    AuditEvent { project_id: Some(report.project_id), ..act(access, now, action, report.id.to_string()) }
}

/// Reports of the cases of one's teams, or of the projects that one leads, of one case or of all, last recorded first.
pub async fn list(
    context: &Context,
    access: &Access,
    case: Option<CaseId>,
) -> Result<Vec<Visible<ReportView>>, ActionError> {
    permit(access, Action::ReadReports)?;
    let reports = context.store.list_reports(&access.scope(), case, MOST_REPORTS).await?;
    Ok(reports.iter().filter_map(|report| show_report(access, report)).collect())
}

/// The report with this id.
pub async fn find(context: &Context, access: &Access, id: ReportId) -> Result<Visible<ReportView>, ActionError> {
    permit(access, Action::ReadReports)?;
    let report = context.store.find_report(&access.scope(), id).await?;
    report.and_then(|report| show_report(access, &report)).ok_or_else(|| hidden(access, id))
}
