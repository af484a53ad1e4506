//! Taking up again what was completed, or came to nothing.

use super::consequences;
use super::side::find_side;
use super::write::{Actor, audit, write};
use super::{Target, decide, settle};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context};
use crate::domain::audit::AuditPurpose;
use crate::domain::lifecycle::Party;
use crate::domain::referral::Command;
use crate::domain::refusal::{ConsentProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralView, show_refusal};
use crate::policy::rules::{Action, permit_any};
use crate::policy::visible::Visible;

/// Reopens a referral on its consent, if that is live: either side within thirty days, who leads the project also later.
pub async fn reopen(context: &Context, access: &Access, target: Target) -> Result<Visible<ReferralView>, ActionError> {
    let acts = [Action::AnswerReferral, Action::FollowReferral, Action::ReopenReferral];
    let account = permit_any(access, &acts)?;
    let now = context.now();
    let written = context
        .store
        .write(async |tx| {
            let (referral, party) = find_side(tx, access, target, false).await?;
            require_project_at_work(tx, account.project_id).await?;
            let consent = tx.lock_consent_of(&referral).await?.ok_or(ActionError::NotVisible)?;
            if tx.is_restricted_since(&consent).await? {
                let refused = Refusal::consent(ConsentProblem::RecipientRestricted);
                return Err(show_refusal(access, &referral, refused).into());
            }
            let change = decide(access, &referral, &Command::Reopen { consent: &consent }, party, now)?;
            let changed = write(tx, &Actor::of(party, account), referral, &change).await?;
            consequences::settle(context, tx, account, &changed, &change).await?;
            tx.touch_case(changed.case_id, now).await?;
            let purpose = match party {
                Party::Recipient => AuditPurpose::ReferralAnswer,
                Party::Coordinator => AuditPurpose::Coordination,
                _ => AuditPurpose::Care,
            };
            audit(tx, access, &changed, purpose).await
        })
        .await;
    settle(context, access, target, written).await
}
