//! Statutory reports: that one was made, sealed with its case.

use super::keys::KeyStore;
use super::reach::{in_reached_project, in_reaching_project, of_own_team, within};
use super::row::{Table, optional_text, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{AccountId, CaseId, ProjectId, ReportId};
use crate::domain::scope::Scope;
use crate::domain::statutory_report::{ReportAuthority, ReportFacts, ReportInformation, StatutoryReport};
use crate::domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

const TABLE: Table = Table("statutory_reports");

/// Within reach of who leads the project (project $1, unit $2, all teams $4) or of the case's team (account $3).
macro_rules! select_reports {
    ($($rest:tt)+) => {
        concat!(
            "SELECT id, case_id, project_id, organization_id, team_id, recorded_at, recorded_by, recorded_by_handle, confirmed_at, ",
            "confirmed_by_handle, sealed FROM (SELECT v.id, v.case_id, v.project_id, p.organization_id, c.team_id, v.recorded_at, ",
            "v.recorded_by, (SELECT a.handle FROM accounts a WHERE a.id = v.recorded_by) AS recorded_by_handle, v.confirmed_at, ",
            "(SELECT b.handle FROM accounts b WHERE b.id = v.confirmed_by) AS confirmed_by_handle, v.sealed ",
            "FROM statutory_reports v JOIN cases c ON c.id = v.case_id JOIN projects p ON p.id = v.project_id ",
            "WHERE c.erasing_at IS NULL) AS s WHERE ",
            in_reaching_project!("$1", "$2", "$3"),
            " AND ((CAST($4 AS BOOLEAN) AND ",
            in_reached_project!("$1", "$2"),
            ") OR ",
            of_own_team!("$1", "$3"),
            ") ",
            $($rest)+
        )
    };
}

statements! {
    LIST = select_reports!("AND (CAST($5 AS TEXT) IS NULL OR (case_id = $5 AND ", of_own_team!("$1", "$3"), ")) ORDER BY recorded_at DESC, id DESC LIMIT $6");
    FIND = select_reports!("AND id = $5");
    // Changes nothing, and holds the row until the commit.
    LOCK = "UPDATE statutory_reports SET sealed = sealed WHERE id = $1";
    INSERT = "INSERT INTO statutory_reports (id, case_id, project_id, recorded_at, recorded_by, sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    CONFIRM = "UPDATE statutory_reports SET confirmed_at = $2, confirmed_by = $3 WHERE id = $1";
}

/// What would harm her if the disk were read.
#[derive(Serialize, Deserialize)]
struct SealedFacts {
    authority: ReportAuthority,
    reported_on: Date,
    information: ReportInformation,
}

#[derive(sqlx::FromRow)]
struct ReportRow {
    id: String,
    case_id: String,
    project_id: String,
    organization_id: String,
    team_id: String,
    recorded_at: i64,
    recorded_by: String,
    recorded_by_handle: Option<String>,
    confirmed_at: Option<i64>,
    confirmed_by_handle: Option<String>,
    sealed: String,
}

/// Where the facts of a report stand.
fn sealed_at(row: &str, case: CaseId, project: ProjectId) -> SealedAt<'_> {
    SealedAt {
        table: "statutory_reports",
        column: "sealed",
        row,
        unit: ErasureUnit::Case(case),
        project: Some(project),
    }
}

impl ReportRow {
    fn into_report(self, facts: &SealedFacts) -> Result<StatutoryReport, StoreError> {
        Ok(StatutoryReport {
            id: TABLE.id(&self.id)?,
            case_id: TABLE.id(&self.case_id)?,
            project_id: TABLE.id(&self.project_id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            team_id: TABLE.id(&self.team_id)?,
            facts: ReportFacts {
                authority: facts.authority,
                reported_on: facts.reported_on,
                information: facts.information,
            },
            recorded_at: Timestamp::from_microseconds(self.recorded_at),
            recorded_by: TABLE.id(&self.recorded_by)?,
            recorded_by_handle: self.recorded_by_handle,
            confirmed_at: optional_time(self.confirmed_at),
            confirmed_by_handle: self.confirmed_by_handle,
        })
    }
}

/// The reports of rows, the keys of their cases fetched at once. That of an erased case is none any more.
async fn open_reports(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = ReportRow>,
) -> Result<Vec<StatutoryReport>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.case_id)?, row)));
    let rows: Vec<(CaseId, ReportRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(case, _)| ErasureUnit::Case(*case))).await?;
    let mut reports = Vec::with_capacity(rows.len());
    for (case, row) in rows {
        let at = sealed_at(&row.id, case, TABLE.id(&row.project_id)?);
        if let Some(facts) = opened.open::<SealedFacts>(at, &row.sealed)? {
            reports.push(row.into_report(&facts)?);
        }
    }
    Ok(reports)
}

impl Store {
    /// Reports within reach, of one case or of all, last recorded first.
    pub async fn list_reports(
        &self,
        scope: &Scope,
        case: Option<CaseId>,
        limit: i64,
    ) -> Result<Vec<StatutoryReport>, StoreError> {
        let rows: Vec<ReportRow> = read!(self, |pool| within!(sqlx::query_as(LIST), scope)
            .bind(optional_text(case))
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        open_reports(&self.keys, rows).await
    }

    /// A report within reach.
    pub async fn find_report(&self, scope: &Scope, id: ReportId) -> Result<Option<StatutoryReport>, StoreError> {
        let row: Option<ReportRow> =
            read!(self, |pool| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(pool).await)?;
        Ok(open_reports(&self.keys, row).await?.pop())
    }
}

impl Tx {
    /// A report within reach, locked until the commit.
    pub async fn lock_report(&mut self, scope: &Scope, id: ReportId) -> Result<Option<StatutoryReport>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        let row: Option<ReportRow> =
            in_tx!(self, |c| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(c).await)?;
        Ok(open_reports(&self.keys, row).await?.pop())
    }

    /// Writes a new report.
    pub async fn insert_report(&mut self, report: &StatutoryReport) -> Result<(), StoreError> {
        let id = report.id.to_string();
        let ReportFacts { authority, reported_on, information } = report.facts;
        let facts = SealedFacts { authority, reported_on, information };
        let sealed = self.seal(sealed_at(&id, report.case_id, report.project_id), &facts).await?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(report.case_id.to_string())
            .bind(report.project_id.to_string())
            .bind(report.recorded_at.microseconds())
            .bind(report.recorded_by.to_string())
            .bind(&sealed)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes who confirmed a report.
    pub async fn confirm_report(&mut self, id: ReportId, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(CONFIRM)
            .bind(id.to_string())
            .bind(now.microseconds())
            .bind(account.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
