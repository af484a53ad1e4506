//! What a project that was frozen looks at first when it starts again: consents that have lapsed meanwhile, partners to be verified anew,
//! teams whose people have gone.

use crate::actions::{ActionError, Context, directory, hidden};
use crate::domain::consent::LAPSING_DAYS;
use crate::domain::directory_edit::is_due;
use crate::domain::freeze::RestartList;
use crate::domain::id::{ProjectId, ServiceId};
use crate::policy::access::Access;
use crate::policy::protection_view::show_restart_list;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use std::collections::BTreeSet;

/// Most entries of each kind.
const MOST_ENTRIES: i64 = 500;

/// The list of a project that was ever frozen, read from what is there now, for who leads it: who thinks of thawing it reads
/// it already.
pub async fn list(context: &Context, access: &Access, id: ProjectId) -> Result<Visible<RestartList>, ActionError> {
    permit(access, Action::ReadProject)?;
    let (store, scope, now) = (&context.store, access.scope(), context.now());
    let project = store.find_project(id).await?.filter(|project| access.leads(project));
    let project = project.ok_or_else(|| hidden(access, id))?;
    if store.list_freezes(id).await?.is_empty() {
        return Err(ActionError::NotVisible);
    }
    let snapshot = context.directory.snapshot();
    let is_to_verify = |service: ServiceId, is_vetted: bool| {
        let is_due = |service: &_| is_due(service, now.date(), &[project.risk_profile]);
        !is_vetted || snapshot.service(service).is_none_or(|service| is_due(&service))
    };
    let services = store.list_services_asked(&scope, id, now.date(), MOST_ENTRIES).await?;
    let to_verify = services.into_iter().filter(|(service, is_vetted)| is_to_verify(*service, *is_vetted));
    let to_verify: BTreeSet<ServiceId> = to_verify.map(|(service, _)| service).collect();
    let list = RestartList {
        lapsing: store.list_lapsing(&scope, id, now.plus_days(LAPSING_DAYS), MOST_ENTRIES).await?,
        // An id that opens nothing is not told.
        to_verify: to_verify.into_iter().filter_map(|service| directory::known_id(context, access, service)).collect(),
        without_caseworker: store.list_teams_without_caseworker(&scope, id, MOST_ENTRIES).await?,
    };
    show_restart_list(access, list, &project).ok_or_else(|| hidden(access, id))
}
