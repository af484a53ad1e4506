//! Erasing a case: first it is decided, so that nobody finds the case any more; then, outside, its keys are
//! destroyed; then its rows go. Whatever stops the process between two steps, the next run finishes.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::{CaseId, ProjectId, ReferralId};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("cases");

macro_rules! of_its_referrals {
    ($column:literal) => {
        concat!($column, " IN (SELECT r.id FROM referrals r WHERE r.case_id = $1)")
    };
}

/// The object of a notice is one of the case's own.
macro_rules! of_its_objects {
    ($column:literal) => {
        concat!(
            $column,
            " IN (SELECT CAST($1 AS TEXT) UNION SELECT r.id FROM referrals r WHERE r.case_id = $1 UNION SELECT k.id FROM consents k WHERE k.case_id = $1 ",
            "UNION SELECT g.id FROM glasses g WHERE g.case_id = $1 ",
            "UNION SELECT v.id FROM consent_overrides v WHERE v.case_id = $1 ",
            "UNION SELECT y.id FROM statutory_reports y WHERE y.case_id = $1 ",
            "UNION SELECT d.id FROM deletion_requests d JOIN referrals r ON r.id = d.referral_id WHERE r.case_id = $1 ",
            "UNION SELECT i.id FROM incidents i JOIN referrals r ON r.id = i.referral_id WHERE r.case_id = $1 ",
            "UNION SELECT u.id FROM custodies u JOIN referrals r ON r.id = u.referral_id WHERE r.case_id = $1)"
        )
    };
}

statements! {
    DECIDE = "UPDATE cases SET erasing_at = $2 WHERE id = $1 AND erasing_at IS NULL";
    LIST_DECIDED = "SELECT id, project_id FROM cases WHERE erasing_at IS NOT NULL ORDER BY id";
    LIST_REFERRALS = "SELECT id FROM referrals WHERE case_id = $1 ORDER BY id";
    ERASE_KEYS_OF_CALLS = "DELETE FROM idempotency_keys WHERE object_id IN (SELECT CAST($1 AS TEXT) \
        UNION SELECT r.id FROM referrals r WHERE r.case_id = $1 UNION SELECT k.id FROM consents k WHERE k.case_id = $1 \
        UNION SELECT v.id FROM consent_overrides v WHERE v.case_id = $1 \
        UNION SELECT y.id FROM statutory_reports y WHERE y.case_id = $1 \
        UNION SELECT o.id FROM referral_rounds o WHERE o.case_id = $1)";
    UNLINK_DEMANDS = concat!("UPDATE demands SET referral_id = NULL WHERE ", of_its_referrals!("referral_id"));
    ERASE_FIRINGS = concat!("DELETE FROM referral_firings WHERE ", of_its_referrals!("referral_id"));
    // The name of such a job is its kind and the id of the referral, before what is due.
    ERASE_JOBS = concat!("DELETE FROM jobs WHERE kind = 'referral_timer' AND ", of_its_referrals!("CAST(substr(name, 16, 30) AS TEXT)"));
    ERASE_EVENTS = concat!("DELETE FROM referral_events WHERE ", of_its_referrals!("referral_id"));
    ERASE_READINGS_OF_NOTICES = concat!(
        "DELETE FROM notice_readings WHERE notice_id IN (SELECT n.id FROM notices n WHERE ",
        of_its_objects!("n.object"),
        ")"
    );
    ERASE_NOTICES = concat!("DELETE FROM notices WHERE ", of_its_objects!("object"));
    ERASE_DELETIONS = concat!("DELETE FROM deletion_requests WHERE ", of_its_referrals!("referral_id"));
    ERASE_CUSTODIES = concat!("DELETE FROM custodies WHERE ", of_its_referrals!("referral_id"));
    ERASE_SLIPS = concat!("DELETE FROM slips WHERE ", of_its_referrals!("referral_id"));
    ERASE_INCIDENTS = concat!("DELETE FROM incidents WHERE ", of_its_referrals!("referral_id"));
    ERASE_GLASSES = "DELETE FROM glasses WHERE case_id = $1";
    ERASE_OPENINGS = "DELETE FROM case_openings WHERE case_id = $1";
    ERASE_ROUNDS = "DELETE FROM referral_rounds WHERE case_id = $1";
    ERASE_MESSAGES = concat!("DELETE FROM messages WHERE ", of_its_referrals!("referral_id"));
    ERASE_DELIVERIES = concat!("DELETE FROM deliveries WHERE ", of_its_objects!("object"));
    ERASE_LINKS = concat!("DELETE FROM links WHERE ", of_its_referrals!("object"));
    ERASE_SPOKEN_CODES = concat!("DELETE FROM spoken_codes WHERE ", of_its_referrals!("referral_id"));
    ERASE_REFERRALS = "DELETE FROM referrals WHERE case_id = $1";
    ERASE_REPORTS = "DELETE FROM statutory_reports WHERE case_id = $1";
    ERASE_OVERRIDES = "DELETE FROM consent_overrides WHERE case_id = $1";
    ERASE_CONSENTS = "DELETE FROM consents WHERE case_id = $1";
    ERASE_CASE = "DELETE FROM cases WHERE id = $1 AND erasing_at IS NOT NULL";
}

/// What goes with a case, in the order in which the references between the tables allow it.
const ROWS_OF_A_CASE: [&str; 23] = [
    ERASE_KEYS_OF_CALLS,
    UNLINK_DEMANDS,
    ERASE_JOBS,
    ERASE_FIRINGS,
    ERASE_EVENTS,
    ERASE_READINGS_OF_NOTICES,
    ERASE_NOTICES,
    ERASE_DELIVERIES,
    ERASE_LINKS,
    ERASE_SPOKEN_CODES,
    ERASE_DELETIONS,
    ERASE_CUSTODIES,
    ERASE_SLIPS,
    ERASE_INCIDENTS,
    ERASE_GLASSES,
    ERASE_OPENINGS,
    ERASE_MESSAGES,
    ERASE_ROUNDS,
    ERASE_REFERRALS,
    ERASE_REPORTS,
    ERASE_OVERRIDES,
    ERASE_CONSENTS,
    ERASE_CASE,
];

impl Store {
    /// The cases whose erasure is decided and not finished, with their projects.
    pub async fn list_erasing_cases(&self) -> Result<Vec<(CaseId, ProjectId)>, StoreError> {
        let rows: Vec<(String, String)> = read!(self, |pool| sqlx::query_as(LIST_DECIDED).fetch_all(pool).await)?;
        rows.iter().map(|(case, project)| Ok((TABLE.id(case)?, TABLE.id(project)?))).collect()
    }

    /// The referrals of a case that is being erased.
    pub async fn list_referrals_to_erase(&self, case: CaseId) -> Result<Vec<ReferralId>, StoreError> {
        let ids: Vec<String> =
            read!(self, |pool| sqlx::query_scalar(LIST_REFERRALS).bind(case.to_string()).fetch_all(pool).await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }
}

impl Tx {
    /// Decides that a case is erased. To be called after [`Tx::lock_case`] and a look at what speaks against it.
    pub async fn decide_erasure(&mut self, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DECIDE)
            .bind(case.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Deletes a case whose erasure is decided, with everything that hangs on it; false when its rows are gone
    /// already. Counts in the demand ledger stay.
    pub async fn erase_case_rows(&mut self, case: CaseId) -> Result<bool, StoreError> {
        let case = case.to_string();
        let mut erased = 0;
        for statement in ROWS_OF_A_CASE {
            erased =
                in_tx!(self, |c| sqlx::query(statement).bind(&case).execute(c).await.map(|done| done.rows_affected()))?;
        }
        Ok(erased == 1)
    }
}
