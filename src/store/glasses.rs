//! Broken glasses: who opened which case of another team, and who looked at it afterwards.

use super::reach::in_reached_project;
use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::glass::{Glass, GlassRate};
use crate::domain::id::{AccountId, GlassId, OrganizationId, ProjectId};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("glasses");

macro_rules! select_glasses {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, team_id, case_id, account_id, (SELECT a.handle FROM accounts a WHERE a.id = account_id) AS handle, reason, opened_at, ends_at, reviewed_at, verdict ",
            "FROM glasses WHERE ",
            $rest
        )
    };
}

statements! {
    FIND = select_glasses!("id = $1");
    LIST_OF = select_glasses!("account_id = $1 AND (opened_at > $2 OR reviewed_at IS NULL) ORDER BY opened_at, id");
    LIST_TO_REVIEW = concat!(
        "SELECT id, project_id, team_id, case_id, account_id, (SELECT a.handle FROM accounts a WHERE a.id = account_id) AS handle, reason, opened_at, ends_at, reviewed_at, verdict FROM glasses WHERE ",
        in_reached_project!("$1", "$2"),
        " AND reviewed_at IS NULL AND account_id <> $3 ORDER BY opened_at, id LIMIT $4"
    );
    INSERT = "INSERT INTO glasses (id, project_id, team_id, case_id, account_id, reason, opened_at, ends_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REVIEW = "UPDATE glasses SET reviewed_at = $2, reviewed_by = $3, verdict = $4 WHERE id = $1 AND reviewed_at IS NULL";
    LOCK_ACCOUNT = "UPDATE accounts SET handle = handle WHERE id = $1";
    COUNT = "SELECT count(*) FROM glasses WHERE project_id = $1 AND opened_at > $2";
    COUNT_CASE_READS = "SELECT count(*) FROM audit_events WHERE trail = $1 AND at > $2 AND action = 'disclosed' \
        AND substr(object, 1, 4) = 'cas_'";
}

#[derive(sqlx::FromRow)]
struct GlassRow {
    id: String,
    project_id: String,
    team_id: String,
    case_id: String,
    account_id: String,
    handle: String,
    reason: String,
    opened_at: i64,
    ends_at: i64,
    reviewed_at: Option<i64>,
    verdict: Option<String>,
}

impl GlassRow {
    fn into_glass(self) -> Result<Glass, StoreError> {
        Ok(Glass {
            id: TABLE.id(&self.id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            case_id: TABLE.id(&self.case_id)?,
            account_id: TABLE.id(&self.account_id)?,
            handle: self.handle,
            reason: TABLE.code(&self.reason)?,
            opened_at: Timestamp::from_microseconds(self.opened_at),
            ends_at: Timestamp::from_microseconds(self.ends_at),
            reviewed_at: optional_time(self.reviewed_at),
            verdict: TABLE.optional_code(self.verdict.as_deref())?,
        })
    }
}

/// Whose glasses somebody may look at: those of a project, of all projects of a unit, or none.
#[derive(Clone, Copy, Debug)]
pub struct GlassReach {
    /// The project.
    pub project: Option<ProjectId>,
    /// The organisation all of whose projects are within reach.
    pub unit: Option<OrganizationId>,
}

impl Store {
    /// A broken glass; who may see it is for policy to say.
    pub async fn find_glass(&self, id: GlassId) -> Result<Option<Glass>, StoreError> {
        let row: Option<GlassRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(GlassRow::into_glass).transpose()
    }

    /// Glasses within reach that wait for a review by somebody else than `account`, oldest first.
    pub async fn list_glasses_to_review(
        &self,
        reach: GlassReach,
        account: AccountId,
        limit: i64,
    ) -> Result<Vec<Glass>, StoreError> {
        let rows: Vec<GlassRow> = read!(self, |pool| sqlx::query_as(LIST_TO_REVIEW)
            .bind(optional_text(reach.project))
            .bind(optional_text(reach.unit))
            .bind(account.to_string())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(GlassRow::into_glass).collect()
    }

    /// How often the glass of a project was broken after `since`, beside the readings of its cases.
    pub async fn glass_rate(&self, project: ProjectId, since: Timestamp) -> Result<GlassRate, StoreError> {
        let (project, since) = (project.to_string(), since.microseconds());
        let glasses = read!(self, |pool| sqlx::query_scalar(COUNT).bind(&project).bind(since).fetch_one(pool).await)?;
        let case_reads =
            read!(self, |pool| sqlx::query_scalar(COUNT_CASE_READS).bind(&project).bind(since).fetch_one(pool).await)?;
        Ok(GlassRate { glasses, case_reads })
    }
}

impl Tx {
    /// The glasses of an account that a further one is measured by: those since `since`, and those without a
    /// review. The account is locked until the commit, so that two at once count each other.
    pub async fn lock_glasses_of(&mut self, account: AccountId, since: Timestamp) -> Result<Vec<Glass>, StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(LOCK_ACCOUNT).bind(&account).execute(c).await.map(drop))?;
        let rows: Vec<GlassRow> =
            in_tx!(self, |c| sqlx::query_as(LIST_OF).bind(&account).bind(since.microseconds()).fetch_all(c).await)?;
        rows.into_iter().map(GlassRow::into_glass).collect()
    }

    /// A broken glass as it stands in this transaction.
    pub async fn find_glass(&mut self, id: GlassId) -> Result<Option<Glass>, StoreError> {
        let row: Option<GlassRow> =
            in_tx!(self, |c| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(GlassRow::into_glass).transpose()
    }

    /// Writes a glass just broken.
    pub async fn insert_glass(&mut self, glass: &Glass) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(glass.id.to_string())
            .bind(glass.project_id.to_string())
            .bind(glass.team_id.to_string())
            .bind(glass.case_id.to_string())
            .bind(glass.account_id.to_string())
            .bind(glass.reason.to_string())
            .bind(glass.opened_at.microseconds())
            .bind(glass.ends_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes the review of a glass by `account`; false when somebody else was first.
    pub async fn review_glass(&mut self, glass: &Glass, account: AccountId) -> Result<bool, StoreError> {
        let changed = in_tx!(self, |c| sqlx::query(REVIEW)
            .bind(glass.id.to_string())
            .bind(glass.reviewed_at.map(Timestamp::microseconds))
            .bind(account.to_string())
            .bind(optional_text(glass.verdict))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }
}
