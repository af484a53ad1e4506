//! How recipients answered a project, as frozen at the end of a month.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::answering::{AnsweringFigure, AskedReferral, CountedMonths};
use crate::domain::id::ProjectId;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("answering_figures");
const REFERRALS: Table = Table("referrals");
/// What stands for the needs that have no figure of their own.
const OTHER_NEEDS: &str = "";

statements! {
    // Seconds, so that their sum has room for any number of projects: each month that is frozen raises it.
    FIND_MARK = "SELECT CAST(coalesce(sum(frozen_at / 1000000), 0) AS BIGINT) FROM answering_months";
    LIST_FIGURES = "SELECT project_id, organization_id, need, referrals, answered_in_time FROM answering_figures";
    LIST_PROJECTS_DUE = "SELECT p.id FROM projects p WHERE NOT EXISTS (SELECT 1 FROM answering_months m WHERE m.project_id = p.id \
        AND m.month >= $1) ORDER BY p.id";
    LIST_ASKED = "SELECT id, recipient_id, need, kind, status, status_at, deadlines FROM referrals WHERE project_id = $1 \
        AND created_at < $3 AND requested_at >= $2 AND requested_at < $3 AND case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL)";
    FREEZE_MONTH = "INSERT INTO answering_months (project_id, month, frozen_at) VALUES ($1, $2, $3) \
        ON CONFLICT (project_id) DO UPDATE SET month = excluded.month, frozen_at = excluded.frozen_at \
        WHERE answering_months.month < excluded.month";
    FORGET_FIGURES = "DELETE FROM answering_figures WHERE project_id = $1";
    INSERT_FIGURE = "INSERT INTO answering_figures (project_id, organization_id, need, referrals, answered_in_time) \
        VALUES ($1, $2, $3, $4, $5)";
}

#[derive(sqlx::FromRow)]
struct FigureRow {
    project_id: String,
    organization_id: String,
    need: String,
    referrals: i64,
    answered_in_time: i64,
}

impl FigureRow {
    fn into_figure(self) -> Result<(ProjectId, AnsweringFigure), StoreError> {
        let figure = AnsweringFigure {
            organization_id: TABLE.id(&self.organization_id)?,
            need: TABLE.optional_code(Some(&*self.need).filter(|need| *need != OTHER_NEEDS))?,
            referrals: TABLE.parsed("referrals", u32::try_from(self.referrals))?,
            answered_in_time: TABLE.parsed("answered_in_time", u32::try_from(self.answered_in_time))?,
        };
        Ok((TABLE.id(&self.project_id)?, figure))
    }
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    id: String,
    recipient_id: String,
    need: String,
    kind: String,
    status: String,
    status_at: i64,
    deadlines: Option<String>,
}

impl AskedRow {
    fn into_asked(self) -> Result<AskedReferral, StoreError> {
        let deadlines = self.deadlines.as_deref().map(serde_json::from_str);
        Ok(AskedReferral {
            id: REFERRALS.id(&self.id)?,
            recipient_id: REFERRALS.id(&self.recipient_id)?,
            need: REFERRALS.code(&self.need)?,
            kind: REFERRALS.code(&self.kind)?,
            status: REFERRALS.code(&self.status)?,
            status_at: Timestamp::from_microseconds(self.status_at),
            deadlines: REFERRALS
                .parsed("deadlines", deadlines.transpose())?
                .ok_or_else(|| REFERRALS.corrupt("deadlines"))?,
        })
    }
}

impl Store {
    /// A number that rises with every month that is frozen.
    pub async fn answering_mark(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(FIND_MARK).fetch_one(pool).await)?)
    }

    /// The figures of all projects. They are counts, each of several referrals; whose they are to know is for the caller.
    pub async fn list_answering_figures(&self) -> Result<Vec<(ProjectId, AnsweringFigure)>, StoreError> {
        let rows: Vec<FigureRow> = read!(self, |pool| sqlx::query_as(LIST_FIGURES).fetch_all(pool).await)?;
        rows.into_iter().map(FigureRow::into_figure).collect()
    }

    /// The projects whose figures are not frozen yet for these months.
    pub async fn list_projects_to_count(&self, months: CountedMonths) -> Result<Vec<ProjectId>, StoreError> {
        let month = months.last.to_string();
        let ids: Vec<String> =
            read!(self, |pool| sqlx::query_scalar(LIST_PROJECTS_DUE).bind(&month).fetch_all(pool).await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }
}

impl Store {
    /// What a project sent in these months, to be counted; what was entered in error has no deadlines any more, and is left
    /// out. Nothing of it is shown to anybody.
    pub async fn list_asked_referrals(
        &self,
        project: ProjectId,
        months: CountedMonths,
    ) -> Result<Vec<AskedReferral>, StoreError> {
        let rows: Vec<AskedRow> = read!(self, |pool| sqlx::query_as(LIST_ASKED)
            .bind(project.to_string())
            .bind(months.start().microseconds())
            .bind(months.end().microseconds())
            .fetch_all(pool)
            .await)?;
        rows.into_iter().filter(|row| row.deadlines.is_some()).map(AskedRow::into_asked).collect()
    }
}

impl Tx {
    /// Freezes the figures of a project for these months in the place of earlier ones; does nothing where they are frozen
    /// already.
    pub async fn freeze_answering(
        &mut self,
        project: ProjectId,
        months: CountedMonths,
        figures: &[AnsweringFigure],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = project.to_string();
        let frozen = in_tx!(self, |c| sqlx::query(FREEZE_MONTH)
            .bind(&id)
            .bind(months.last.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if frozen == 0 {
            return Ok(());
        }
        in_tx!(self, |c| sqlx::query(FORGET_FIGURES).bind(&id).execute(c).await.map(drop))?;
        for figure in figures {
            in_tx!(self, |c| sqlx::query(INSERT_FIGURE)
                .bind(&id)
                .bind(figure.organization_id.to_string())
                .bind(figure.need.map_or_else(|| OTHER_NEEDS.to_owned(), |need| need.to_string()))
                .bind(i64::from(figure.referrals))
                .bind(i64::from(figure.answered_in_time))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
