//! Services that end while somebody waits for them.
//!
//! Invariant: who edits the directory learns nothing of referrals from it, not even whether there are any.

use super::protection::Notify;
use super::{ActionError, Context};
use crate::domain::id::ServiceId;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::time::Timestamp;
use crate::store::Tx;

/// Tells the teams of the open referrals to these services that the services are ending, once for each ending. Called in
/// the commit that ends them, before the new version stands: who was told of an earlier one is not told again.
pub(super) async fn tell(
    context: &Context,
    tx: &mut Tx,
    services: &[ServiceId],
    now: Timestamp,
) -> Result<(), ActionError> {
    for service in services {
        for (referral, team) in tx.list_open_to_going_service(*service).await? {
            // Nobody counts as who caused it: the editor may be of the team, and is told of the referral like the others.
            let kind = NoticeKind::ServiceEnding;
            let notify = Notify { kind, object: referral.to_string(), actor_id: None, at: now, context };
            notify.send(tx, &[Addressee::Team(team)]).await?;
        }
    }
    Ok(())
}
