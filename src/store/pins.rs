//! The PINs by which people take shared phones over, each sealed with the secrets of its account.

use super::row::Table;
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::AccountId;
use crate::domain::pin::MOST_FAILURES;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

const TABLE: Table = Table("pins");

statements! {
    FIND = "SELECT sealed, failures, set_at FROM pins WHERE account_id = $1";
    SAVE = "INSERT INTO pins (account_id, sealed, failures, set_at) VALUES ($1, $2, 0, $3) \
        ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, failures = 0, set_at = excluded.set_at";
    CLAIM = "UPDATE pins SET failures = failures + 1 WHERE account_id = $1 AND set_at = $2 AND failures = $3 AND failures < $4";
    // Those that came after are still counted.
    RELEASE = "UPDATE pins SET failures = CASE WHEN failures > $3 THEN failures - $3 ELSE 0 END \
        WHERE account_id = $1 AND set_at = $2";
    DELETE = "DELETE FROM pins WHERE account_id = $1";
}

/// A PIN as it is stored.
#[derive(Clone)]
pub struct StoredPin {
    /// The hash, as a PHC string; `None` where the secrets of the account were erased.
    pub hash: Option<String>,
    /// How many wrong ones were typed in a row.
    pub failures: i64,
    /// When it was set.
    pub set_at: Timestamp,
}

/// What the sealed column of a PIN holds.
#[derive(Serialize, Deserialize)]
struct SealedPin {
    hash: String,
}

fn place(account: AccountId, row: &str) -> SealedAt<'_> {
    SealedAt { table: TABLE.0, column: "sealed", row, unit: ErasureUnit::Account(account), project: None }
}

impl Store {
    /// The PIN of an account, where it has one.
    pub async fn find_pin(&self, account: AccountId) -> Result<Option<StoredPin>, StoreError> {
        let row: Option<(String, i64, i64)> =
            read!(self, |pool| sqlx::query_as(FIND).bind(account.to_string()).fetch_optional(pool).await)?;
        let Some((sealed, failures, set_at)) = row else { return Ok(None) };
        let opened: Option<SealedPin> = self.open_sealed(place(account, &account.to_string()), &sealed).await?;
        let hash = opened.map(|pin| pin.hash);
        Ok(Some(StoredPin { hash, failures, set_at: Timestamp::from_microseconds(set_at) }))
    }
}

impl Tx {
    /// Writes the hash of an account's PIN; failures under an earlier one are forgotten.
    pub async fn save_pin(&mut self, account: AccountId, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let row = account.to_string();
        let sealed = self.seal(place(account, &row), &SealedPin { hash: hash.to_owned() }).await?;
        let now = now.microseconds();
        in_tx!(self, |c| sqlx::query(SAVE).bind(row).bind(sealed).bind(now).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Counts an attempt at a PIN as failed before it is looked at; `seen` is what it was let through on. False when
    /// another one came between, when the PIN is another one by now, and when it is locked.
    pub async fn claim_pin(&mut self, account: AccountId, seen: &StoredPin) -> Result<bool, StoreError> {
        let claimed = in_tx!(self, |c| sqlx::query(CLAIM)
            .bind(account.to_string())
            .bind(seen.set_at.microseconds())
            .bind(seen.failures)
            .bind(MOST_FAILURES)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(claimed > 0)
    }

    /// Takes back the count of an attempt that was right, and of those before it; false when the PIN is another one by now.
    pub async fn release_pin(&mut self, account: AccountId, seen: &StoredPin) -> Result<bool, StoreError> {
        let released = in_tx!(self, |c| sqlx::query(RELEASE)
            .bind(account.to_string())
            .bind(seen.set_at.microseconds())
            .bind(seen.failures.saturating_add(1))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(released > 0)
    }

    /// Forgets the PIN of an account.
    pub async fn delete_pin_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(DELETE).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }
}
