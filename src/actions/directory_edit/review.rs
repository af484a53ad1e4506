//! What has to be confirmed again, and what became of an entry so far.

use super::super::{ActionError, Context, directory, hidden};
use crate::domain::account::RiskProfile;
use crate::domain::directory::{Service, ServiceField};
use crate::domain::directory_edit::{EntryHistory, due_on, is_due, questions};
use crate::domain::id::{ProjectId, ServiceId};
use crate::domain::time::{Date, Timestamp};
use crate::policy::access::Access;
use crate::policy::directory_view::{ServiceView, show_history};
use crate::policy::entry_rules::is_asked_about;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// Where a service stands among those to be confirmed: since when it waits, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReviewKey {
    /// The day by which it should have been confirmed; `None` where nobody has told when it was checked.
    pub since: Option<Date>,
    /// The service.
    pub service_id: ServiceId,
}

impl ReviewKey {
    fn of(service: &Service, risks: &[RiskProfile]) -> Self {
        Self { since: due_on(service, risks), service_id: service.id }
    }
}

/// One service to be confirmed, with where it stands.
pub type ToReview = (ReviewKey, Visible<ServiceView>);

/// Services that the viewer is asked to confirm, the longest overdue first, behind a key; and whether more follow.
pub async fn to_review(
    context: &Context,
    access: &Access,
    after: Option<ReviewKey>,
    first: usize,
) -> Result<(Vec<ToReview>, bool), ActionError> {
    let account = permit(access, Action::ConfirmEntry)?;
    let (snapshot, today) = (context.directory.snapshot(), context.now().date());
    let projects = context.store.list_projects().await?;
    // The projects that the service names, and that of who is asked: as when it is confirmed.
    let risks = |service: &Service| -> Vec<RiskProfile> {
        let uses = |id: ProjectId| service.projects.contains(&id) || account.project_id == Some(id);
        projects.iter().filter(|project| uses(project.id)).map(|project| project.risk_profile).collect()
    };
    let is_meant = |service: &Service| {
        service.merged_into.is_none()
            && access.directory_scope().admits(service)
            && is_asked_about(access, account, service)
            && is_due(service, today, &risks(service))
    };
    let due = snapshot.services().filter(|service| is_meant(service));
    let due = due.map(|service| ReviewKey::of(service, &risks(service)));
    let mut due: Vec<ReviewKey> = due.filter(|key| after.is_none_or(|after| *key > after)).collect();
    due.sort_unstable();
    let has_more = due.len() > first;
    due.truncate(first);
    let shown =
        due.into_iter().filter_map(|key| Some((key, directory::service(context, access, key.service_id).ok()?)));
    Ok((shown.collect(), has_more))
}

/// What a review of a service that the viewer was shown still asks, one question at a time.
pub fn review_questions(service: &ServiceView, now: Timestamp) -> Vec<ServiceField> {
    if service.tells_questions { questions(&service.service, now.date()) } else { Vec::new() }
}

/// The last versions of a service, last first.
pub async fn history(
    context: &Context,
    access: &Access,
    id: ServiceId,
    first: usize,
) -> Result<Vec<Visible<EntryHistory>>, ActionError> {
    permit(access, Action::ReadHistory)?;
    let service = context.directory.snapshot().service(id).ok_or_else(|| hidden(access, id))?;
    let at_most = i64::try_from(first).unwrap_or(i64::MAX);
    let versions = if access.directory_scope().admits(&service) {
        context.store.list_history(&id.to_string(), at_most).await?
    } else {
        Vec::new()
    };
    show_history(access, &service, versions).ok_or_else(|| hidden(access, id))
}
