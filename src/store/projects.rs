//! Projects and the keys of their pseudonyms.

use super::row::Table;
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::account::Project;
use crate::domain::id::ProjectId;
use crate::domain::referral::Referral;
use crate::domain::time::Month;

const TABLE: Table = Table("projects");

statements! {
    FIND = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects WHERE id = $1";
    LIST = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects WHERE id IN";
    LIST_ALL = "SELECT id, organization_id, name, country, risk_profile, mailbox FROM projects ORDER BY name, id";
    LIST_ALIAS_KEYS = "SELECT project_id, key FROM project_keys WHERE purpose = 'alias' AND project_id IN";
    SAVE = "INSERT INTO projects (id, organization_id, name, country, risk_profile, mailbox) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, name = excluded.name, \
        country = excluded.country, risk_profile = excluded.risk_profile, mailbox = excluded.mailbox";
    INSERT_KEY = "INSERT INTO project_keys (project_id, purpose, key) VALUES ($1, $2, $3) \
        ON CONFLICT (project_id, purpose) DO NOTHING";
    FIND_KEY = "SELECT key FROM project_keys WHERE project_id = $1 AND purpose = $2";
}

/// What a project's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Aliases of cases for partners.
    Alias,
    /// The index by which a file number is found.
    FileNumber,
    /// Fingerprints of creates, by which a repeated call is known.
    Fingerprint,
    /// Person keys of the demand ledger in one month.
    Demand(Month),
}

impl std::fmt::Display for KeyPurpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alias => formatter.write_str("alias"),
            Self::FileNumber => formatter.write_str("file_number"),
            Self::Fingerprint => formatter.write_str("fingerprint"),
            Self::Demand(month) => write!(formatter, "demand:{month}"),
        }
    }
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

impl ProjectRow {
    fn into_project(self) -> Result<Project, StoreError> {
        Ok(Project {
            id: TABLE.id(&self.id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            risk_profile: TABLE.code(&self.risk_profile)?,
            name: self.name,
            country: self.country,
            mailbox: self.mailbox.into(),
        })
    }
}

impl Store {
    /// A project: its name, mailbox and risk profile; nothing of its cases.
    pub async fn find_project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let row: Option<ProjectRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(ProjectRow::into_project).transpose()
    }

    /// Every project, by name; nothing of their cases.
    pub async fn list_projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows: Vec<ProjectRow> = read!(self, |pool| sqlx::query_as(LIST_ALL).fetch_all(pool).await)?;
        rows.into_iter().map(ProjectRow::into_project).collect()
    }

    /// A key that was made before; `None` where there is none yet.
    pub async fn find_project_key(
        &self,
        project: ProjectId,
        purpose: KeyPurpose,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let key: Option<String> = read!(self, |pool| sqlx::query_scalar(FIND_KEY)
            .bind(project.to_string())
            .bind(purpose.to_string())
            .fetch_optional(pool)
            .await)?;
        key.map(|key| decode_key(&key)).transpose()
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
        rows.into_iter().map(ProjectRow::into_project).collect()
    }

    /// The alias keys of their projects.
    pub async fn list_alias_keys_of(&self, referrals: &[Referral]) -> Result<Vec<(ProjectId, Vec<u8>)>, StoreError> {
        let sql = in_list(LIST_ALIAS_KEYS, referrals.len());
        let rows: Vec<(String, String)> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.project_id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        rows.into_iter().map(|(project, key)| Ok((TABLE.id(&project)?, decode_key(&key)?))).collect()
    }
}

impl Tx {
    /// Writes a project, new or changed.
    pub async fn save_project(&mut self, project: &Project) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(project.id.to_string())
            .bind(project.organization_id.to_string())
            .bind(&project.name)
            .bind(&project.country)
            .bind(project.risk_profile.to_string())
            .bind(project.mailbox.expose())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The key of a project for a purpose; `fresh` becomes the key when there is none yet. Two nodes
    /// that come at once end with the same key.
    pub async fn project_key(
        &mut self,
        project: ProjectId,
        purpose: KeyPurpose,
        fresh: [u8; 32],
    ) -> Result<Vec<u8>, StoreError> {
        let (project, purpose) = (project.to_string(), purpose.to_string());
        in_tx!(self, |c| sqlx::query(INSERT_KEY)
            .bind(&project)
            .bind(&purpose)
            .bind(data_encoding::HEXLOWER.encode(&fresh))
            .execute(c)
            .await
            .map(drop))?;
        let key: String =
            in_tx!(self, |c| sqlx::query_scalar(FIND_KEY).bind(&project).bind(&purpose).fetch_one(c).await)?;
        decode_key(&key)
    }
}

fn decode_key(key: &str) -> Result<Vec<u8>, StoreError> {
    Table("project_keys").parsed("key", data_encoding::HEXLOWER.decode(key.as_bytes()))
}
