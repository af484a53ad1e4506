//! Projects.

use super::keys::KeyStore;
use super::row::Table;
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::account::Project;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::referral::Referral;

const TABLE: Table = Table("projects");

statements! {
    FIND = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects WHERE id = $1";
    LIST = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects WHERE id IN";
    LIST_ALL = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects ORDER BY name, id";
    SAVE = "INSERT INTO projects (id, organization_id, name, country, risk_profile, mailbox) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, name = excluded.name, \
        country = excluded.country, risk_profile = excluded.risk_profile, mailbox = excluded.mailbox";
}

#[derive(sqlx::FromRow)]
struct ProjectRow {
    id: String,
    organization_id: String,
    name: String,
    country: String,
    risk_profile: String,
    mailbox: String,
}

/// Where the mailbox of a project stands: with the contacts of its organisation.
fn sealed_at(row: &str, organization: OrganizationId) -> SealedAt<'_> {
    SealedAt { table: "projects", column: "mailbox", row, unit: ErasureUnit::Contacts(organization), project: None }
}

/// The projects of rows, the keys of their mailboxes fetched at once. One whose contacts were erased has an empty
/// mailbox.
async fn open_projects(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = ProjectRow>,
) -> Result<Vec<Project>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.organization_id)?, row)));
    let rows: Vec<(OrganizationId, ProjectRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(organization, _)| ErasureUnit::Contacts(*organization))).await?;
    let open = |(organization_id, row): (OrganizationId, ProjectRow)| {
        let mailbox: Option<String> = opened.open(sealed_at(&row.id, organization_id), &row.mailbox)?;
        Ok(Project {
            id: TABLE.id(&row.id)?,
            organization_id,
            risk_profile: TABLE.code(&row.risk_profile)?,
            name: row.name,
            country: row.country,
            mailbox: mailbox.unwrap_or_default(),
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

    /// Every project, by name.
    pub async fn list_projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<ProjectRow> = read!(self, |pool| sqlx::query_as(LIST_ALL).fetch_all(pool).await)?;
        open_projects(&self.keys, rows).await
    }
}

impl Store {
    /// The sending projects of referrals that the caller has read within its scope.
    pub async fn list_projects_of(&self, referrals: &[Referral]) -> Result<Vec<Project>, StoreError> {
        let sql = in_list(LIST, referrals.len());
        let rows: Vec<ProjectRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.project_id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        open_projects(&self.keys, rows).await
    }
}

impl Tx {
    /// Writes a project, new or changed.
    pub async fn save_project(&mut self, project: &Project) -> Result<(), StoreError> {
        let id = project.id.to_string();
        let mailbox = self.seal(sealed_at(&id, project.organization_id), &project.mailbox).await?;
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(&id)
            .bind(project.organization_id.to_string())
            .bind(&project.name)
            .bind(&project.country)
            .bind(project.risk_profile.to_string())
            .bind(&mailbox)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
