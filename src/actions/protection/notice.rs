//! The notices of whoever asks.

use crate::actions::{ActionError, Context};
use crate::domain::id::NoticeId;
use crate::domain::notice::ReceivedNotice;
use crate::policy::access::Access;
use crate::policy::protection_view::show_notice;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// Most notices of one answer.
const MOST_NOTICES: i64 = 100;

/// The newest notices to the viewer, and to the teams, roles and organisation that the viewer acts for.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<ReceivedNotice>>, ActionError> {
    let account = permit(access, Action::ReadNotices)?;
    let notices = context.store.list_notices(account, access.scope().organization, MOST_NOTICES).await?;
    Ok(notices.into_iter().filter_map(|notice| show_notice(access, notice)).collect())
}

/// The notice with this id.
pub async fn find(context: &Context, access: &Access, id: NoticeId) -> Result<Visible<ReceivedNotice>, ActionError> {
    let account = permit(access, Action::ReadNotices)?;
    let notice = context.store.find_notice(account, access.scope().organization, id).await?;
    notice.and_then(|notice| show_notice(access, notice)).ok_or(ActionError::NotVisible)
}

/// Marks a notice as seen by the viewer; it stays unseen for the others.
pub async fn see(context: &Context, access: &Access, id: NoticeId) -> Result<Visible<ReceivedNotice>, ActionError> {
    let account = permit(access, Action::ReadNotices)?;
    let notice = find(context, access, id).await?;
    let now = context.now();
    context
        .store
        .write(async |tx| Ok::<_, ActionError>(tx.mark_notice_seen(notice.id, account.id, now).await?))
        .await?;
    find(context, access, id).await
}
