//! Jobs and their leases. The guard of a claim stands twice, inside and outside its list: without the
//! outer one PostgreSQL lets two workers that chose the same rows claim both.

use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::job::{Job, JobKind, JobResult};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("jobs");

statements! {
    ENLIST = "INSERT INTO jobs (name, kind, due_at, leased_until, lease_owner, attempts, last_result, last_done_at) \
        VALUES ($1, $2, $3, 0, NULL, 0, NULL, NULL) ON CONFLICT (name) DO NOTHING";
    MOVE = "INSERT INTO jobs (name, kind, due_at, leased_until, lease_owner, attempts, last_result, last_done_at) \
        VALUES ($1, $2, $3, 0, NULL, 0, NULL, NULL) ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at";
    CLAIM = "UPDATE jobs SET leased_until = $2, lease_owner = $3, attempts = attempts + 1 \
        WHERE name IN (SELECT j.name FROM jobs j WHERE j.kind = $4 AND j.due_at <= $1 AND j.leased_until <= $1 ORDER BY j.due_at, j.name LIMIT 1) \
        AND due_at <= $1 AND leased_until <= $1 \
        RETURNING name, kind, due_at, attempts, last_result, last_done_at";
    AGAIN = "UPDATE jobs SET due_at = $4, leased_until = 0, lease_owner = NULL, last_result = $5, \
        attempts = CASE WHEN CAST($6 AS BIGINT) IS NULL THEN attempts ELSE 0 END, last_done_at = coalesce(CAST($6 AS BIGINT), last_done_at) \
        WHERE name = $1 AND lease_owner = $2 AND leased_until = $3";
    OVER = "DELETE FROM jobs WHERE name = $1 AND lease_owner = $2 AND leased_until = $3";
    END = "DELETE FROM jobs WHERE name = $1";
    NOTE_DONE = "UPDATE jobs SET last_done_at = $2, last_result = $3 WHERE name = $1";
    FIND = "SELECT name, kind, due_at, attempts, last_result, last_done_at FROM jobs WHERE name = $1";
    LIST = "SELECT name, kind, due_at, attempts, last_result, last_done_at FROM jobs ORDER BY due_at, name LIMIT 100";
    NEXT_DUE = "SELECT due_at FROM jobs ORDER BY due_at, name LIMIT 1";
}

/// A job with the lease under which somebody works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The job.
    pub job: Job,
    /// Who works on it.
    pub owner: String,
    /// Until when nobody else takes it.
    pub until: Timestamp,
}

/// When a job that has run comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRun {
    /// At this time.
    At(Timestamp),
    /// Never: its row goes.
    Never,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    name: String,
    kind: String,
    due_at: i64,
    attempts: i64,
    last_result: Option<String>,
    last_done_at: Option<i64>,
}

impl JobRow {
    fn into_job(self) -> Result<Job, StoreError> {
        Ok(Job {
            kind: TABLE.code(&self.kind)?,
            due_at: Timestamp::from_microseconds(self.due_at),
            attempts: self.attempts,
            last_result: TABLE.optional_code(self.last_result.as_deref())?,
            last_done_at: optional_time(self.last_done_at),
            name: self.name,
        })
    }
}

impl Store {
    /// The job with this name.
    pub async fn find_job(&self, name: &str) -> Result<Option<Job>, StoreError> {
        let row: Option<JobRow> = read!(self, |pool| sqlx::query_as(FIND).bind(name).fetch_optional(pool).await)?;
        row.map(JobRow::into_job).transpose()
    }

    /// The hundred jobs that are due next.
    pub async fn list_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let rows: Vec<JobRow> = read!(self, |pool| sqlx::query_as(LIST).fetch_all(pool).await)?;
        rows.into_iter().map(JobRow::into_job).collect()
    }

    /// When the next job is due; `None` while there is none.
    pub async fn find_next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due_at: Option<i64> = read!(self, |pool| sqlx::query_scalar(NEXT_DUE).fetch_optional(pool).await)?;
        Ok(due_at.map(Timestamp::from_microseconds))
    }
}

impl Tx {
    /// Lists a job, unless one of its name is listed already.
    pub async fn enlist_job(&mut self, name: &str, kind: JobKind, due_at: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(ENLIST)
            .bind(name)
            .bind(kind.to_string())
            .bind(due_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Lists a job at this time; one that is listed already is due then instead.
    pub async fn move_job(&mut self, name: &str, kind: JobKind, due_at: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(MOVE)
            .bind(name)
            .bind(kind.to_string())
            .bind(due_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes the lease, until this time, of the job of a kind that is due for the longest and that nobody holds. One at a
    /// time: who waits for a job's row holds no other, so that an act which moves several of them always comes through.
    pub async fn claim_job(
        &mut self,
        kind: JobKind,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Leased>, StoreError> {
        let row: Option<JobRow> = in_tx!(self, |c| sqlx::query_as(CLAIM)
            .bind(now.microseconds())
            .bind(until.microseconds())
            .bind(owner)
            .bind(kind.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(|row| Ok(Leased { job: row.into_job()?, owner: owner.to_owned(), until })).transpose()
    }

    /// Gives a lease back with what the run came to; false, and nothing is written, when the lease had run
    /// out and the job is somebody else's by now. `done_at` is given when it ended well.
    pub async fn settle_job(
        &mut self,
        leased: &Leased,
        next: NextRun,
        result: JobResult,
        done_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let (name, owner, until) = (&leased.job.name, &leased.owner, leased.until.microseconds());
        let settled = match next {
            NextRun::Never => in_tx!(self, |c| sqlx::query(OVER)
                .bind(name)
                .bind(owner)
                .bind(until)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?,
            NextRun::At(due_at) => in_tx!(self, |c| sqlx::query(AGAIN)
                .bind(name)
                .bind(owner)
                .bind(until)
                .bind(due_at.microseconds())
                .bind(result.to_string())
                .bind(done_at.map(Timestamp::microseconds))
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?,
        };
        Ok(settled == 1)
    }

    /// Takes a job off the list whose work is done, whoever holds its lease.
    pub async fn end_job(&mut self, name: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(END).bind(name).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Notes that a job's work was done by somebody at the command line.
    pub async fn note_job_done(&mut self, kind: JobKind, now: Timestamp) -> Result<(), StoreError> {
        let name = kind.to_string();
        self.enlist_job(&name, kind, now).await?;
        in_tx!(self, |c| sqlx::query(NOTE_DONE)
            .bind(&name)
            .bind(now.microseconds())
            .bind(optional_text(Some(JobResult::Done)))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
