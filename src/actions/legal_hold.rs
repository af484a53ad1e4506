//! Legal holds: by the protection lead only, on one case, with a reason and a day of review (P-22).

use super::disclosure::act;
use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::CaseId;
use crate::domain::legal_hold::{LegalHold, LegalHoldReason, check_review_on};
use crate::domain::time::Date;
use crate::policy::access::Access;
use crate::policy::hold_view::{HoldView, show_hold};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// Most holds of one list.
pub const MOST_HOLDS: i64 = 100;

/// What setting a hold takes.
#[derive(Clone, Copy, Debug)]
pub struct SetLegalHold {
    /// The case.
    pub case_id: CaseId,
    /// Why.
    pub reason: LegalHoldReason,
    /// The day by which it is looked at again.
    pub review_on: Date,
}

/// Holds a case back from every clock, or renews its hold. The lead sees nothing of the case.
pub async fn set(context: &Context, access: &Access, input: SetLegalHold) -> Result<Visible<HoldView>, ActionError> {
    let account = permit(access, Action::HoldCase)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        let found = tx.find_project_of_case(&access.scope(), input.case_id).await?;
        let (project_id, organization_id) = found.ok_or(ActionError::NotVisible)?;
        // Erasing takes the same lock: either it finds the hold, or the hold finds no case.
        if !tx.lock_case(input.case_id).await? {
            return Err(ActionError::NotVisible);
        }
        let hold = LegalHold {
            case_id: input.case_id,
            project_id,
            organization_id,
            reason: input.reason,
            review_on: check_review_on(input.review_on, now)?,
            set_at: now,
            set_by: account.id,
        };
        tx.save_legal_hold(&hold).await?;
        let fields = vec!["reason", "reviewOn"];
        let event = AuditEvent {
            project_id: Some(project_id),
            fields,
            ..act(access, now, AuditAction::LegalHoldSet, input.case_id.to_string())
        };
        tx.append_audit(&[event]).await?;
        Ok(hold)
    });
    show_hold(access, &written.await?, now).ok_or(ActionError::NotVisible)
}

/// Lifts the hold on a case: its clocks run from where they would be without it. Gives the hold that was.
pub async fn lift(context: &Context, access: &Access, case_id: CaseId) -> Result<Visible<HoldView>, ActionError> {
    permit(access, Action::HoldCase)?;
    let now = context.now();
    let scope = access.scope();
    let lifted = context.store.write(async |tx| {
        let hold = tx.find_legal_hold(&scope, case_id).await?.ok_or(ActionError::NotVisible)?;
        tx.delete_legal_hold(&scope, case_id).await?;
        let event = AuditEvent {
            project_id: Some(hold.project_id),
            ..act(access, now, AuditAction::LegalHoldLifted, case_id.to_string())
        };
        tx.append_audit(&[event]).await?;
        Ok::<_, ActionError>(hold)
    });
    show_hold(access, &lifted.await?, now).ok_or(ActionError::NotVisible)
}

/// The holds within the viewer's reach: those whose review is longest overdue first.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<HoldView>>, ActionError> {
    permit(access, Action::HoldCase)?;
    let now = context.now();
    let holds = context.store.list_legal_holds(&access.scope(), MOST_HOLDS).await?;
    Ok(holds.iter().filter_map(|hold| show_hold(access, hold, now)).collect())
}
