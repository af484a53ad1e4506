//! Teams and who is of them.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Team;
use crate::domain::id::{AccountId, ProjectId, TeamId};

const TABLE: Table = Table("teams");

statements! {
    SAVE = "INSERT INTO teams (id, project_id, name) VALUES ($1, $2, $3) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name";
    FIND = "SELECT id, project_id, name FROM teams WHERE id = $1";
    LIST_OF = "SELECT t.id, t.project_id, t.name FROM team_members m JOIN teams t ON t.id = m.team_id \
        WHERE m.account_id = $1 ORDER BY t.name, t.id";
    LIST_IN = "SELECT id, project_id, name FROM teams WHERE project_id = $1 ORDER BY name, id";
    JOIN = "INSERT INTO team_members (team_id, account_id) VALUES ($1, $2) ON CONFLICT (account_id, team_id) DO NOTHING";
    LEAVE_ALL = "DELETE FROM team_members WHERE account_id = $1";
}

#[derive(sqlx::FromRow)]
struct TeamRow {
    id: String,
    project_id: String,
    name: String,
}

impl TeamRow {
    fn into_team(self) -> Result<Team, StoreError> {
        Ok(Team { id: TABLE.id(&self.id)?, project_id: TABLE.id(&self.project_id)?, name: self.name })
    }
}

impl Store {
    /// A team: its name and project; nothing of its cases.
    pub async fn find_team(&self, id: TeamId) -> Result<Option<Team>, StoreError> {
        let row: Option<TeamRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(TeamRow::into_team).transpose()
    }

    /// The teams of an account, by name.
    pub async fn list_teams_of(&self, account: AccountId) -> Result<Vec<Team>, StoreError> {
        let rows: Vec<TeamRow> =
            read!(self, |pool| sqlx::query_as(LIST_OF).bind(account.to_string()).fetch_all(pool).await)?;
        rows.into_iter().map(TeamRow::into_team).collect()
    }

    /// The teams of a project, by name.
    pub async fn list_teams_in(&self, project: ProjectId) -> Result<Vec<Team>, StoreError> {
        let rows: Vec<TeamRow> =
            read!(self, |pool| sqlx::query_as(LIST_IN).bind(project.to_string()).fetch_all(pool).await)?;
        rows.into_iter().map(TeamRow::into_team).collect()
    }
}

impl Tx {
    /// A team as it stands in this transaction.
    pub async fn find_team(&mut self, id: TeamId) -> Result<Option<Team>, StoreError> {
        let row: Option<TeamRow> = in_tx!(self, |c| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(TeamRow::into_team).transpose()
    }

    /// Writes a team, new or renamed.
    pub async fn save_team(&mut self, team: &Team) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(team.id.to_string())
            .bind(team.project_id.to_string())
            .bind(&team.name)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Makes these the teams of an account, and no others.
    pub(super) async fn save_teams_of(&mut self, account: AccountId, teams: &[TeamId]) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(LEAVE_ALL).bind(&account).execute(c).await.map(drop))?;
        for team in teams {
            let team = team.to_string();
            in_tx!(self, |c| sqlx::query(JOIN).bind(team).bind(&account).execute(c).await.map(drop))?;
        }
        Ok(())
    }
}
