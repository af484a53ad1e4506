//! Judging that two entries, which may be one, are two services; and taking that back.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::merge::for_editors;
use super::{event, fresh};
use crate::domain::audit::AuditAction;
use crate::domain::id::ServiceId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// The first service of the pair; `None` where the viewer may not know of it any more.
type Judged = Result<Option<Visible<ServiceView>>, ActionError>;

/// Keeps the judgement that two entries are two services, for editors: the pair is proposed for merging no longer, by
/// whomever, until somebody takes it back. Said again, it changes nothing.
pub async fn dismiss_pair(context: &Context, access: &Access, pair: [ServiceId; 2]) -> Judged {
    judge(context, access, pair, true).await
}

/// Takes the judgement back, for editors. Where nobody has judged so, it changes nothing.
pub async fn restore_pair(context: &Context, access: &Access, pair: [ServiceId; 2]) -> Judged {
    judge(context, access, pair, false).await
}

async fn judge(context: &Context, access: &Access, pair: [ServiceId; 2], are_two: bool) -> Judged {
    let account = permit(access, Action::EditEntry)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        for id in pair {
            for_editors(tx, access, account, id).await?;
        }
        if pair[0] == pair[1] {
            return Err(ActionError::from(Refusal::input("otherId", InputProblem::PairOfOne)));
        }
        let mut ordered = pair;
        ordered.sort_unstable();
        let (is_news, action) = if are_two {
            (tx.dismiss_pair(ordered, account.role, now).await?, AuditAction::PairDismissed)
        } else {
            (tx.restore_pair(ordered).await?, AuditAction::PairRestored)
        };
        if is_news {
            // The trail of each entry tells it.
            let events = ordered.map(|id| event(access, now, action, id.to_string(), Vec::new()));
            tx.append_audit(&events).await?;
        }
        Ok(())
    });
    written.await?;
    fresh(context, access, pair[0]).await
}
