//! Copies of the directory to be kept elsewhere: what an audience may know, by the same views as everybody's, and a
//! line in the audit trail.

use super::{ActionError, Context};
use crate::domain::account::RiskProfile;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::directory::{Document, Organization, Service, Tier};
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::export::{Entry, ExportFormat, ExportMark, ExportSource, write_export};
use crate::policy::access::{Access, Viewer};
use crate::policy::directory_view::show_service;
use crate::store::{DirectoryRow, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

/// For whom a copy is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience<'a> {
    /// Anyone at all: what a viewer without an account is told, so without phones and mailboxes.
    Public,
    /// Staff of the network, untrained; of one project where its id or name is given.
    Network {
        /// The project.
        project: Option<&'a str>,
    },
}

/// What to make a copy of.
#[derive(Clone, Copy, Debug)]
pub struct ExportRequest<'a> {
    /// How it is written.
    pub format: ExportFormat,
    /// For whom.
    pub audience: Audience<'a>,
    /// The texts of licences, by the names of sources; those of other sources are not used.
    pub licences: &'a BTreeMap<String, String>,
}

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No project has this id or name.
    #[error("there is no project of this id or name")]
    NoProject,
    /// Several projects have this name.
    #[error("several projects have this name; give the id of one")]
    SeveralProjects,
    /// The project is frozen or archived: it hands out nothing.
    #[error("the project is frozen or archived")]
    NotActive,
    /// The project is of severe risk: no copy of what it may know is made (P-25).
    #[error("the project is of severe risk: no copies are made for it")]
    SevereRisk,
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// A copy that is ready to be written. That it was made is on record already.
pub struct PreparedExport {
    format: ExportFormat,
    mark: ExportMark,
    directory_version: i64,
    entries: Vec<Entry>,
}

impl PreparedExport {
    /// How many services are in it.
    pub fn service_count(&self) -> usize {
        self.entries.len()
    }

    /// The version of the directory that it shows: for who makes the copy, who may know how often the directory is
    /// written; the copy itself does not tell it.
    pub const fn directory_version(&self) -> i64 {
        self.directory_version
    }

    /// What the copy tells of itself.
    pub fn mark(&self) -> &ExportMark {
        &self.mark
    }

    /// Writes it; `progress` hears how many services of how many are written.
    ///
    /// # Errors
    /// The first error of `out`.
    pub fn write(&self, out: &mut dyn Write, progress: &mut dyn FnMut(usize, usize)) -> io::Result<()> {
        write_export(self.format, &self.mark, &self.entries, out, progress)
    }
}

/// Reads what the audience may know and records that a copy of it is made, before anything of it is told.
pub async fn prepare(context: &Context, request: ExportRequest<'_>) -> Result<PreparedExport, ExportError> {
    let project = match request.audience {
        Audience::Network { project: Some(name) } => Some(working_project(context, name).await?),
        _ => None,
    };
    let (access, tier) = match request.audience {
        Audience::Public => (Access::new(Viewer::Anonymous, context.table), Tier::Public),
        Audience::Network { .. } => {
            (Access::of_copy(project, context.table), if project.is_some() { Tier::Project } else { Tier::Network })
        }
    };
    let mut rows = BTreeMap::new();
    let keep = |row: DirectoryRow| drop(rows.insert(row.entry_id.clone(), row));
    context.store.directory_changes(0, keep).await?;
    let directory_version = rows.values().map(|row| row.version).max().unwrap_or_default();
    let entries = entries(&access, rows.into_values());
    let sources: BTreeSet<&str> = entries.iter().map(Entry::source).collect();
    let source = |name: &str| ExportSource { name: name.to_owned(), licence: request.licences.get(name).cloned() };
    let mark = ExportMark { exported_at: context.now(), tier, sources: sources.into_iter().map(source).collect() };
    let mut object = format!("{}/{tier}", request.format.name());
    if let Some(project) = project {
        object.push_str(&format!("/{project}"));
    }
    let event = AuditEvent::of_operator(mark.exported_at, AuditAction::DirectoryExported, object);
    context.store.write(async |tx| tx.append_audit(&[event]).await).await?;
    Ok(PreparedExport { format: request.format, mark, directory_version, entries })
}

async fn working_project(context: &Context, name: &str) -> Result<ProjectId, ExportError> {
    let projects = context.store.list_projects_named(Some(name)).await?;
    match &*projects {
        [] => Err(ExportError::NoProject),
        [project] if project.status != ProjectStatus::Active => Err(ExportError::NotActive),
        [project] if project.risk_profile == RiskProfile::Severe => Err(ExportError::SevereRisk),
        [project] => Ok(project.id),
        _ => Err(ExportError::SeveralProjects),
    }
}

/// The current entries as the viewer may know them, by id.
fn entries(access: &Access, rows: impl Iterator<Item = DirectoryRow>) -> Vec<Entry> {
    let mut organizations: BTreeMap<OrganizationId, Arc<Organization>> = BTreeMap::new();
    let mut services: Vec<(String, Arc<Service>)> = Vec::new();
    for row in rows.filter(|row| !row.is_gone) {
        match row.document {
            Document::Organization(organization) => {
                organizations.insert(organization.id, Arc::new(organization));
            }
            Document::Service(service) => services.push((row.source, Arc::new(service))),
        }
    }
    let shown = |(source, service): (String, Arc<Service>)| {
        let view = show_service(access, &service, organizations.get(&service.organization_id))?;
        Entry::new(&view.service, view.organization.clone(), &source)
    };
    services.into_iter().filter_map(shown).collect()
}
