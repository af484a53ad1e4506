//! Whom to turn to in one's own project for what is not looked for in a list.

use super::{ActionError, Context};
use crate::domain::need::Need;
use crate::policy::access::Access;
use crate::policy::account_view::{FocalPointView, show_focal_point};
use crate::policy::rules::{Action, admit};
use crate::policy::visible::Visible;

/// Whom to turn to in the viewer's project for a need that is kept for trained senders; `None` for every other need,
/// and for whoever has no project. The answer does not depend on any service, so that it tells of none.
pub async fn find(
    context: &Context,
    access: &Access,
    need: Need,
) -> Result<Option<Visible<FocalPointView>>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let own = access.account().and_then(|account| account.project_id);
    let Some(id) = own.filter(|_| need.concerns_gender_based_violence()) else { return Ok(None) };
    let project = context.store.find_project(id).await?;
    Ok(project.and_then(|project| show_focal_point(access, &project)))
}
