//! Pairs of entries that somebody has judged to be two services.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Role;
use crate::domain::code::CodeList as _;
use crate::domain::id::ServiceId;
use crate::domain::time::Timestamp;
use std::collections::HashSet;

const TABLE: Table = Table("dismissed_pairs");

statements! {
    DISMISS = "INSERT INTO dismissed_pairs (first_id, second_id, dismissed_at, actor_role) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (first_id, second_id) DO NOTHING";
    RESTORE = "DELETE FROM dismissed_pairs WHERE first_id = $1 AND second_id = $2";
    LIST = "SELECT first_id, second_id FROM dismissed_pairs";
}

impl Store {
    /// Every pair that is proposed no longer, the lesser id first in each.
    pub async fn list_dismissed_pairs(&self) -> Result<HashSet<[ServiceId; 2]>, StoreError> {
        let rows: Vec<(String, String)> = read!(self, |pool| sqlx::query_as(LIST).fetch_all(pool).await)?;
        rows.into_iter().map(|(first, second)| Ok([TABLE.id(&first)?, TABLE.id(&second)?])).collect()
    }
}

impl Tx {
    /// Keeps that two entries are two services; true when nobody had judged so before. The lesser id comes first.
    pub async fn dismiss_pair(
        &mut self,
        [first, second]: [ServiceId; 2],
        role: Role,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (first, second) = (first.to_string(), second.to_string());
        let kept = in_tx!(self, |c| sqlx::query(DISMISS)
            .bind(&first)
            .bind(&second)
            .bind(now.microseconds())
            .bind(role.code())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(kept > 0)
    }

    /// Forgets that two entries were judged to be two services; true when they had been. The lesser id comes first.
    pub async fn restore_pair(&mut self, [first, second]: [ServiceId; 2]) -> Result<bool, StoreError> {
        let (first, second) = (first.to_string(), second.to_string());
        let gone = in_tx!(self, |c| sqlx::query(RESTORE)
            .bind(&first)
            .bind(&second)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(gone > 0)
    }
}
