//! What follows of an act on a referral, in its commit: for the need behind it, and for who leads the project.

use crate::actions::protection::Notify;
use crate::actions::protection::incidents;
use crate::actions::protection::project::leaders_of;
use crate::actions::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::demand::effect_of;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{Change, DeclineCode, Detail, OutcomeCode, Referral};
use crate::store::Tx;

/// Writes what a change, which stands written already, makes of the need, and whom else it concerns.
pub(super) async fn settle(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    changed: &Referral,
    change: &Change,
) -> Result<(), ActionError> {
    if let Some(result) = effect_of(change) {
        tx.settle_demand(changed.id, result).await?;
    }
    match change.detail {
        Detail::Outcome(OutcomeCode::HarmReported) => incidents::open(context, tx, account, changed).await,
        // Asking for a name before accepting is a failure of the process, and not of this case.
        Detail::Decline(DeclineCode::NeedsIdentityBeforeAccept) => {
            let project = tx.find_project(changed.project_id).await?;
            let to: Vec<_> = project.iter().flat_map(leaders_of).collect();
            let notify = Notify {
                kind: NoticeKind::IdentityDemanded,
                object: changed.id.to_string(),
                actor_id: Some(account.id),
                at: change.at,
                context,
            };
            notify.send(tx, &to).await
        }
        Detail::Waitlist(_) if changed.wait_exceeds_deadline(change.at) == Some(true) => {
            let notify = Notify {
                kind: NoticeKind::WaitExceedsDeadline,
                object: changed.id.to_string(),
                actor_id: Some(account.id),
                at: change.at,
                context,
            };
            notify.send(tx, &[Addressee::Team(changed.team_id)]).await
        }
        _ => Ok(()),
    }
}
