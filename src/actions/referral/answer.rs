//! What a recipient answers, and what became of it.

use super::write::{Actor, audit, write};
use super::{Target, decide, find_for_change, round, settle};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context};
use crate::domain::audit::AuditPurpose;
use crate::domain::demand::{DemandResult, result_of_decline};
use crate::domain::lifecycle::Party;
use crate::domain::referral::{Command, DeclineCode, Detail, OutcomeCode};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;

/// What an answer of a recipient says.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// It was received.
    Acknowledge,
    /// It is accepted in principle.
    Accept,
    /// It is declined.
    Decline(DeclineCode),
    /// The service began.
    Start(Timestamp),
    /// It is completed.
    Complete(OutcomeCode),
}

/// Answers a referral that the viewer's organisation has received.
pub async fn answer(
    context: &Context,
    access: &Access,
    target: Target,
    answer: Answer,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::AnswerReferral)?;
    let now = context.now();
    let command = match answer {
        Answer::Acknowledge => Command::Acknowledge,
        Answer::Accept => Command::Accept,
        Answer::Decline(code) => Command::Decline { code },
        Answer::Start(service_started_at) => Command::Start { service_started_at },
        Answer::Complete(outcome) => Command::Complete { outcome },
    };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Recipient).await?;
            require_project_at_work(tx, account.project_id).await?;
            let change = decide(access, &referral, &command, Party::Recipient, now)?;
            let changed = write(tx, &Actor::recipient(account), referral, &change).await?;
            if let Some(result) = demand_result(&change.detail) {
                tx.settle_demand(changed.id, result).await?;
            }
            round::close_others(context, tx, &changed).await?;
            tx.touch_case(changed.case_id, now).await?;
            audit(tx, access, &changed, AuditPurpose::ReferralAnswer).await
        })
        .await;
    settle(context, access, target, written).await
}

/// What an answer makes of the need behind the referral; `None` leaves it as it is.
fn demand_result(detail: &Detail) -> Option<DemandResult> {
    match detail {
        Detail::Decline(code) => Some(result_of_decline(*code)),
        Detail::Outcome(outcome) if outcome.meets_the_need() => Some(DemandResult::Met),
        _ => None,
    }
}
