//! Projects.

use super::keys::KeyStore;
use super::row::{Table, optional_text};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::account::Project;
use crate::domain::clocks::Clocks;
use crate::domain::erasure::ErasureUnit;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::scope::Scope;
use std::collections::BTreeSet;

const TABLE: Table = Table("projects");

statements! {
    FIND = "SELECT id, organization_id, name, country, risk_profile, mailbox, phone, status, clocks, calendar FROM projects WHERE id = $1";
    LIST = "SELECT id, organization_id, name, country, risk_profile, mailbox, phone, status, clocks, calendar FROM projects WHERE id IN";
    SAVE = "INSERT INTO projects (id, organization_id, name, country, risk_profile, mailbox, phone, clocks, calendar) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, name = excluded.name, \
        country = excluded.country, risk_profile = excluded.risk_profile, mailbox = excluded.mailbox, \
        phone = excluded.phone, clocks = excluded.clocks, calendar = excluded.calendar";
    LIST_LED = "SELECT id, organization_id, name, country, risk_profile, mailbox, phone, status, clocks, calendar FROM projects \
        WHERE id = $1 OR organization_id = $2 ORDER BY name, id";
    LIST_BY_NAME = "SELECT id, organization_id, name, country, risk_profile, mailbox, phone, status, clocks, calendar FROM projects \
        WHERE id = $1 OR name = $1 ORDER BY id";
    LIST_ALL = "SELECT id, organization_id, name, country, risk_profile, mailbox, phone, status, clocks, calendar FROM projects ORDER BY name, id";
    SET_STATUS = "UPDATE projects SET status = $2 WHERE id = $1";
    LOCK = "UPDATE projects SET status = status WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct ProjectRow {
    id: String,
    organization_id: String,
    name: String,
    country: String,
    risk_profile: String,
    mailbox: String,
    phone: Option<String>,
    status: String,
    clocks: String,
    calendar: String,
}

/// Where the mailbox and the number of a project stand: with the contacts of its organisation.
fn sealed_at<'a>(column: &'static str, row: &'a str, organization: OrganizationId) -> SealedAt<'a> {
    SealedAt { table: "projects", column, row, unit: ErasureUnit::Contacts(organization), project: None }
}

/// The projects of rows, the keys of their contacts fetched at once. One whose contacts were erased has an empty
/// mailbox and no number.
async fn open_projects(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = ProjectRow>,
) -> Result<Vec<Project>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.organization_id)?, row)));
    let rows: Vec<(OrganizationId, ProjectRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(organization, _)| ErasureUnit::Contacts(*organization))).await?;
    let open = |(organization_id, row): (OrganizationId, ProjectRow)| {
        let open = |column, sealed: &str| opened.open::<String>(sealed_at(column, &row.id, organization_id), sealed);
        let mailbox = open("mailbox", &row.mailbox)?;
        let phone = row.phone.as_deref().map(|sealed| open("phone", sealed)).transpose()?.flatten();
        let calendar = serde_json::from_str(&row.calendar);
        Ok(Project {
            id: TABLE.id(&row.id)?,
            organization_id,
            risk_profile: TABLE.code(&row.risk_profile)?,
            name: row.name,
            country: row.country,
            status: TABLE.code(&row.status)?,
            mailbox: mailbox.unwrap_or_default().into(),
            phone: phone.map(Into::into),
            clocks: TABLE.parsed("clocks", Clocks::parse(&row.clocks))?,
            calendar: TABLE.parsed("calendar", calendar)?,
        })
    };
    rows.into_iter().map(open).collect()
}

impl Store {
    /// A project: its name, mailbox and risk profile; nothing of its cases.
    pub async fn find_project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let row: Option<ProjectRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        Ok(open_projects(&self.keys, row).await?.pop())
    }

    /// The projects of a scope: the own one, or all of the own unit.
    pub async fn list_projects_led(&self, scope: &Scope) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<ProjectRow> = read!(self, |pool| sqlx::query_as(LIST_LED)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .fetch_all(pool)
            .await)?;
        open_projects(&self.keys, rows).await
    }

    /// The projects with this id or exactly this name; every project for `None`.
    pub async fn list_projects_named(&self, name: Option<&str>) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<ProjectRow> = match name {
            Some(name) => read!(self, |pool| sqlx::query_as(LIST_BY_NAME).bind(name).fetch_all(pool).await)?,
            None => return self.list_projects().await,
        };
        open_projects(&self.keys, rows).await
    }

    /// Every project, by name; nothing of their cases.
    pub async fn list_projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<ProjectRow> = read!(self, |pool| sqlx::query_as(LIST_ALL).fetch_all(pool).await)?;
        open_projects(&self.keys, rows).await
    }
}

impl Store {
    /// The projects of what the caller has read within its scope.
    pub async fn list_projects_of(&self, projects: &BTreeSet<ProjectId>) -> Result<Vec<Project>, StoreError> {
        let sql = in_list(LIST, projects.len());
        let rows: Vec<ProjectRow> = read!(self, |pool| {
            let ids = projects.iter().map(ToString::to_string);
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        open_projects(&self.keys, rows).await
    }
}

impl Tx {
    /// A project as it stands in this transaction.
    pub async fn find_project(&mut self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let row: Option<ProjectRow> =
            in_tx!(self, |c| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(c).await)?;
        Ok(open_projects(&self.keys, row).await?.pop())
    }

    /// A project, locked until the commit: of two who change whether it works the second sees what the
    /// first has done.
    pub async fn lock_project(&mut self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        self.find_project(id).await
    }

    /// Says whether a project works.
    pub(super) async fn set_project_status(&mut self, id: ProjectId, status: ProjectStatus) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SET_STATUS)
            .bind(id.to_string())
            .bind(status.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes a project, new or changed; whether it works stays as it is.
    pub async fn save_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let id = project.id.to_string();
        let organization = project.organization_id;
        let mailbox = self.seal(sealed_at("mailbox", &id, organization), project.mailbox.expose()).await?;
        let mut phone = None;
        if let Some(number) = &project.phone {
            phone = Some(self.seal(sealed_at("phone", &id, organization), number.expose()).await?);
        }
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(&id)
            .bind(organization.to_string())
            .bind(&project.name)
            .bind(&project.country)
            .bind(project.risk_profile.to_string())
            .bind(&mailbox)
            .bind(&phone)
            .bind(project.clocks.to_json())
            .bind(serde_json::to_string(&project.calendar).expect("a calendar is JSON"))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
