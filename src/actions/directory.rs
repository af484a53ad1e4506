//! Reading the directory. Nothing here asks the database but [`refresh`].

use super::{ActionError, Context};
use crate::directory::{Change, EntryId};
use crate::domain::directory::{Document, Organization, Service, SourceRecord};
use crate::domain::directory_merge::kept_entry;
use crate::domain::id::{OrganizationId, ServiceId};
use crate::policy::access::{Access, Viewer};
use crate::policy::directory_view::{ServiceView, show_organization, show_service};
use crate::policy::rules::{Action, admit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::DirectoryRow;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// The service with this id, for who looks for services.
pub fn find(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    service(context, access, id)
}

/// The organisation with this id, for who looks for services.
pub fn find_organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    organization(context, access, id)
}

/// The service with this id, that something else has led to.
pub fn service(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    let snapshot = context.directory.snapshot();
    let service = snapshot.service(id).ok_or(ActionError::NotVisible)?;
    let organization = snapshot.organization(service.organization_id);
    show_service(access, &service, organization.as_ref()).ok_or(ActionError::NotVisible)
}

/// The service that people find in the place of this one: itself, or the one that it was merged into.
pub fn kept_service(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    let named = service(context, access, id)?;
    if named.service.merged_into.is_none() {
        return Ok(named);
    }
    let snapshot = context.directory.snapshot();
    let kept = kept_entry(id, |id| snapshot.service(id)).ok_or(ActionError::NotVisible)?;
    service(context, access, kept.id)
}

/// The id of the entry that people find in the place of a merged one, for whoever may know of that entry too; `None` for
/// one that is merged into no other.
pub fn merged_into(context: &Context, access: &Access, merged: &ServiceView) -> Option<ServiceId> {
    let next = merged.service.merged_into?;
    let snapshot = context.directory.snapshot();
    let kept = kept_entry(next, |id| snapshot.service(id))?;
    known_id(context, access, kept.id)
}

/// The id of a service, for whoever may know of it.
pub fn known_id(context: &Context, access: &Access, id: ServiceId) -> Option<ServiceId> {
    let snapshot = context.directory.snapshot();
    snapshot.service(id).filter(|service| access.directory_scope().admits(service)).map(|service| service.id)
}

/// The services of an organisation that the viewer may know of; of a merged one only the entry that was kept.
pub fn services_of(context: &Context, access: &Access, organization: &Arc<Organization>) -> Vec<Visible<ServiceView>> {
    let snapshot = context.directory.snapshot();
    snapshot
        .services_of(organization.id)
        .iter()
        .filter(|service| service.merged_into.is_none())
        .filter_map(|service| show_service(access, service, Some(organization)))
        .collect()
}

/// Those of these services that a person may be handed on paper: what everybody may know of, and nothing of which anybody
/// has to ask who reads it.
pub fn for_a_person(context: &Context, access: &Access, ids: &[ServiceId]) -> Vec<Visible<ServiceView>> {
    let everybody = Access::new(Viewer::Anonymous, context.table);
    let known = ids.iter().filter_map(|id| kept_service(context, access, *id).ok());
    known.filter(|view| everybody.directory_scope().admits(&view.service) && !view.service.do_not_use).collect()
}

/// The services of the viewer's own organisation; of who came by a link the one to whose mailbox it was sent.
pub fn own_services(context: &Context, access: &Access) -> Vec<Visible<ServiceView>> {
    let own = access.account().and_then(|account| context.directory.snapshot().organization(account.organization_id));
    let mut services = own.map_or_else(Vec::new, |organization| services_of(context, access, &organization));
    services.retain(|view| access.relation_to_service(&view.service) == Relation::OwnOrganization);
    services
}

/// The organisation with this id, that something else has led to.
pub fn organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    known_organization(context, access, id, false)
}

/// The organisation on the other side of a referral that the viewer was shown.
pub fn counterpart(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    known_organization(context, access, id, true)
}

fn known_organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
    is_counterpart: bool,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    let snapshot = context.directory.snapshot();
    let organization = snapshot.organization(id).ok_or(ActionError::NotVisible)?;
    show_organization(access, &organization, &snapshot.services_of(id), is_counterpart).ok_or(ActionError::NotVisible)
}

/// Brings the snapshot up to what the store holds; returns the version it has then.
pub async fn refresh(context: &Context) -> Result<i64, ActionError> {
    let held = context.directory.snapshot().version();
    // The version is read first: what is written in between comes along now, and again next time.
    let version = context.store.directory_version().await?;
    if version > held {
        let mut changes = Vec::new();
        // Thousands of entries come from one source, whose name is kept once.
        let mut sources: HashSet<Arc<str>> = HashSet::new();
        context.store.directory_changes(held, |row| changes.push(change(row, &mut sources))).await?;
        let directory = Arc::clone(&context.directory);
        // Indexing a large import takes a while, in which this thread would serve nobody.
        spawn_blocking(move || directory.apply(version, changes))
            .await
            .map_err(|error| ActionError::Internal(Box::new(error)))?;
    }
    Ok(version)
}

fn change(row: DirectoryRow, sources: &mut HashSet<Arc<str>>) -> Change {
    if !row.is_gone {
        let document = match row.document {
            Document::Service(service) => {
                let source = sources.get(&*row.source).cloned().unwrap_or_else(|| Arc::from(row.source));
                sources.insert(Arc::clone(&source));
                let record = Some(Arc::new(SourceRecord::of(&service, source, &row.source_key)));
                Document::Service(Service { version: row.entry_version, record, ..service })
            }
            Document::Organization(organization) => {
                Document::Organization(Organization { version: row.entry_version, ..organization })
            }
        };
        return Change::present(document);
    }
    let id = match row.document {
        Document::Organization(organization) => EntryId::Organization(organization.id),
        Document::Service(service) => EntryId::Service(service.id),
    };
    Change::Gone { id }
}
