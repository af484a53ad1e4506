//! Whom to turn to in one's own project for what is not looked for in a list.

use super::{ActionError, Context};
use crate::domain::need::Need;
use crate::policy::access::Access;
use crate::policy::directory_view::tells_focal_point;
use crate::policy::rules::{Action, admit};

/// Name and role mailbox of the viewer's project, for a need that is kept for trained senders. The answer does not
/// depend on any service, so that it tells nothing of whether there is one.
pub async fn find(context: &Context, access: &Access, need: Need) -> Result<Option<(String, String)>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let own = access.account().and_then(|account| account.project_id);
    let Some(id) = own.filter(|_| need.concerns_gender_based_violence() && tells_focal_point(access)) else {
        return Ok(None);
    };
    let project = context.store.find_project(id).await?;
    Ok(project.map(|project| (project.name, project.mailbox.expose().clone())))
}
