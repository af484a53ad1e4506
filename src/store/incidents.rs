//! Incidents: which referral caused harm, and what came of looking into it.

use super::reach::{in_reached_project, in_reaching_project, of_own_team, within};
use super::row::{Table, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::{AccountId, IncidentId};
use crate::domain::incident::{Incident, IncidentResolution};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("incidents");

/// Within reach of who leads the project (project $1, unit $2, all teams $4) or of the case's team (account $3).
macro_rules! select_incidents {
    ($rest:literal) => {
        concat!(
            "SELECT id, referral_id, project_id, organization_id, team_id, opened_at, opened_by, closed_at, resolution ",
            "FROM (SELECT i.id, i.referral_id, i.project_id, p.organization_id, c.team_id, i.opened_at, i.opened_by, i.closed_at, ",
            "i.resolution FROM incidents i JOIN referrals r ON r.id = i.referral_id JOIN cases c ON c.id = r.case_id ",
            "JOIN projects p ON p.id = i.project_id WHERE c.erasing_at IS NULL) AS s WHERE ",
            in_reaching_project!("$1", "$2", "$3"),
            " AND ((CAST($4 AS BOOLEAN) AND ",
            in_reached_project!("$1", "$2"),
            ") OR ",
            of_own_team!("$1", "$3"),
            ") ",
            $rest
        )
    };
}

statements! {
    // Open ones first.
    LIST = select_incidents!("ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, opened_at DESC, id DESC LIMIT $5");
    FIND = select_incidents!("AND id = $5");
    // Changes nothing, and holds the row until the commit.
    LOCK = "UPDATE incidents SET opened_at = opened_at WHERE id = $1";
    INSERT = "INSERT INTO incidents (id, referral_id, project_id, opened_at, opened_by) VALUES ($1, $2, $3, $4, $5)";
    CLOSE = "UPDATE incidents SET closed_at = $2, closed_by = $3, resolution = $4 WHERE id = $1 AND closed_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct IncidentRow {
    id: String,
    referral_id: String,
    project_id: String,
    organization_id: String,
    team_id: String,
    opened_at: i64,
    opened_by: String,
    closed_at: Option<i64>,
    resolution: Option<String>,
}

impl IncidentRow {
    fn into_incident(self) -> Result<Incident, StoreError> {
        Ok(Incident {
            id: TABLE.id(&self.id)?,
            referral_id: TABLE.id(&self.referral_id)?,
            project_id: TABLE.id(&self.project_id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            team_id: TABLE.id(&self.team_id)?,
            opened_at: Timestamp::from_microseconds(self.opened_at),
            opened_by: TABLE.id(&self.opened_by)?,
            closed_at: optional_time(self.closed_at),
            resolution: TABLE.optional_code(self.resolution.as_deref())?,
        })
    }
}

impl Store {
    /// Incidents within reach, open ones first, last opened first.
    pub async fn list_incidents(&self, scope: &Scope, limit: i64) -> Result<Vec<Incident>, StoreError> {
        let rows: Vec<IncidentRow> =
            read!(self, |pool| within!(sqlx::query_as(LIST), scope).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(IncidentRow::into_incident).collect()
    }

    /// An incident within reach.
    pub async fn find_incident(&self, scope: &Scope, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        let row: Option<IncidentRow> =
            read!(self, |pool| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(IncidentRow::into_incident).transpose()
    }
}

impl Tx {
    /// An incident within reach, locked until the commit.
    pub async fn lock_incident(&mut self, scope: &Scope, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        let row: Option<IncidentRow> =
            in_tx!(self, |c| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(IncidentRow::into_incident).transpose()
    }

    /// Writes a new incident.
    pub async fn insert_incident(&mut self, incident: &Incident) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(incident.id.to_string())
            .bind(incident.referral_id.to_string())
            .bind(incident.project_id.to_string())
            .bind(incident.opened_at.microseconds())
            .bind(incident.opened_by.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes what came of an open incident.
    pub async fn close_incident(
        &mut self,
        id: IncidentId,
        account: AccountId,
        resolution: IncidentResolution,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(CLOSE)
            .bind(id.to_string())
            .bind(now.microseconds())
            .bind(account.to_string())
            .bind(resolution.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
