//! The demand ledger.

use super::reach::of_own_team;
use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::demand::{Demand, DemandResult};
use crate::domain::id::{DemandId, ProjectId, ReferralId};
use crate::domain::place::AreaCode;
use crate::domain::scope::Scope;
use crate::domain::time::Month;

const TABLE: Table = Table("demands");

statements! {
    FIND = concat!(
        "SELECT id, project_id, team_id, month, area, need, age_band, gender, household, people, person_key, referral_id, result \
        FROM demands WHERE id = $2 AND ",
        of_own_team!("$1", "$3")
    );
    LIST = "SELECT id, project_id, team_id, month, area, need, age_band, gender, household, people, person_key, referral_id, result \
        FROM demands WHERE project_id = $1 AND CAST($4 AS BOOLEAN) AND month >= $2 AND month <= $3 ORDER BY position, id";
    LIST_OF_MONTH = "SELECT id, project_id, team_id, month, area, need, age_band, gender, household, people, person_key, referral_id, result \
        FROM demands WHERE project_id = $1 AND month = $2 ORDER BY position, id";
    NEXT_POSITION = "SELECT CAST(coalesce(max(position), 0) + 1 AS BIGINT) FROM demands WHERE project_id = $1";
    INSERT = "INSERT INTO demands \
        (id, position, project_id, team_id, month, area, need, age_band, gender, household, people, person_key, referral_id, result) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    SETTLE = "UPDATE demands SET result = $2 WHERE referral_id = $1";
    DELETE_OF = "DELETE FROM demands WHERE referral_id = $1";
}

/// Months from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub struct MonthRange {
    /// First month.
    pub first: Month,
    /// Last month.
    pub last: Month,
}

#[derive(sqlx::FromRow)]
struct DemandRow {
    id: String,
    project_id: String,
    team_id: String,
    month: String,
    area: String,
    need: String,
    age_band: Option<String>,
    gender: Option<String>,
    household: Option<String>,
    people: i64,
    person_key: Option<String>,
    referral_id: Option<String>,
    result: String,
}

impl DemandRow {
    fn into_demand(self) -> Result<Demand, StoreError> {
        Ok(Demand {
            id: TABLE.id(&self.id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            month: Month::parse(&self.month).ok_or_else(|| TABLE.corrupt("month"))?,
            area: TABLE.parsed("area", AreaCode::parse(&self.area))?,
            need: TABLE.code(&self.need)?,
            age_band: TABLE.optional_code(self.age_band.as_deref())?,
            gender: TABLE.optional_code(self.gender.as_deref())?,
            household: TABLE.optional_code(self.household.as_deref())?,
            people: TABLE.parsed("people", u32::try_from(self.people))?,
            person_key: self.person_key,
            referral_id: TABLE.optional_id(self.referral_id.as_deref())?,
            result: TABLE.code(&self.result)?,
        })
    }
}

impl Store {
    /// A demand within reach.
    pub async fn find_demand(&self, scope: &Scope, id: DemandId) -> Result<Option<Demand>, StoreError> {
        let row: Option<DemandRow> = read!(self, |pool| sqlx::query_as(FIND)
            .bind(optional_text(scope.project))
            .bind(id.to_string())
            .bind(optional_text(scope.account))
            .fetch_optional(pool)
            .await)?;
        row.map(DemandRow::into_demand).transpose()
    }

    /// The demands of these months of all teams of the scope's project, in the order of recording; none for
    /// a scope that does not cover all teams.
    pub async fn list_demands(&self, scope: &Scope, months: MonthRange) -> Result<Vec<Demand>, StoreError> {
        let rows: Vec<DemandRow> = read!(self, |pool| sqlx::query_as(LIST)
            .bind(optional_text(scope.project))
            .bind(months.first.to_string())
            .bind(months.last.to_string())
            .bind(scope.covers_all_teams)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(DemandRow::into_demand).collect()
    }
}

impl Tx {
    /// The demands of a project's month in the order of recording; for retention.
    pub async fn demands_of_month(&mut self, project: ProjectId, month: Month) -> Result<Vec<Demand>, StoreError> {
        let rows: Vec<DemandRow> = in_tx!(self, |c| sqlx::query_as(LIST_OF_MONTH)
            .bind(project.to_string())
            .bind(month.to_string())
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(DemandRow::into_demand).collect()
    }

    /// Writes a new demand behind all others of its project.
    pub async fn insert_demand(&mut self, demand: &Demand) -> Result<(), StoreError> {
        let project = demand.project_id.to_string();
        let position: i64 = in_tx!(self, |c| sqlx::query_scalar(NEXT_POSITION).bind(&project).fetch_one(c).await)?;
        self.insert_demand_at(demand, position).await
    }

    /// Writes a demand at this place of its project's order.
    pub(super) async fn insert_demand_at(&mut self, demand: &Demand, position: i64) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(demand.id.to_string())
            .bind(position)
            .bind(demand.project_id.to_string())
            .bind(demand.team_id.to_string())
            .bind(demand.month.to_string())
            .bind(demand.area.as_str())
            .bind(demand.need.to_string())
            .bind(optional_text(demand.age_band))
            .bind(optional_text(demand.gender))
            .bind(optional_text(demand.household))
            .bind(i64::from(demand.people))
            .bind(demand.person_key.as_deref())
            .bind(optional_text(demand.referral_id))
            .bind(demand.result.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Records what became of the demand that a referral brought.
    pub async fn settle_demand(&mut self, referral: ReferralId, result: DemandResult) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SETTLE)
            .bind(referral.to_string())
            .bind(result.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes the need of a referral that was entered in error out of the ledger: it is counted nowhere.
    pub async fn delete_demand_of(&mut self, referral: ReferralId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_OF).bind(referral.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
