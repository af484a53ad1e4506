//! Which cases somebody has opened within a day: what the reveal budget counts.

use super::{StoreError, Tx, in_tx, statements};
use crate::domain::id::AccountId;
use crate::domain::reveal::Opened;
use crate::domain::time::Timestamp;

statements! {
    FORGET = "DELETE FROM case_openings WHERE account_id = $1 AND opened_at <= $2";
    OPEN = "INSERT INTO case_openings (account_id, case_id, opened_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id, case_id) DO UPDATE SET opened_at = excluded.opened_at";
    COUNT = "SELECT count(*) FROM case_openings WHERE account_id = $1 AND opened_at > $2";
    ALERT = "INSERT INTO reveal_alerts (account_id, alerted_at) VALUES ($1, $2) \
        ON CONFLICT (account_id) DO UPDATE SET alerted_at = excluded.alerted_at WHERE reveal_alerts.alerted_at <= $3";
}

impl Tx {
    /// Notes that an account has opened these cases at `now`, and counts the distinct ones of the last hour
    /// and of the last 24.
    pub async fn open_cases(
        &mut self,
        account: AccountId,
        cases: &[String],
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        let account = account.to_string();
        let (hour_ago, day_ago) = (now.plus_hours(-1).microseconds(), now.plus_hours(-24).microseconds());
        in_tx!(self, |c| sqlx::query(FORGET).bind(&account).bind(day_ago).execute(c).await.map(drop))?;
        for case in cases {
            in_tx!(self, |c| sqlx::query(OPEN)
                .bind(&account)
                .bind(case)
                .bind(now.microseconds())
                .execute(c)
                .await
                .map(drop))?;
        }
        let in_hour =
            in_tx!(self, |c| sqlx::query_scalar(COUNT).bind(&account).bind(hour_ago).fetch_one(&mut *c).await)?;
        let in_day = in_tx!(self, |c| sqlx::query_scalar(COUNT).bind(&account).bind(day_ago).fetch_one(c).await)?;
        Ok(Opened { in_hour, in_day })
    }

    /// Notes an alert about an account; false when there was one within the last hour.
    pub async fn raise_reveal_alert(&mut self, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
        let raised = in_tx!(self, |c| sqlx::query(ALERT)
            .bind(account.to_string())
            .bind(now.microseconds())
            .bind(now.plus_hours(-1).microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(raised > 0)
    }
}
