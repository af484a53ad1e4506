//! What people sign in with: passwords, second factors, recovery codes, enrolment codes, failed attempts.

use super::row::Table;
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::AccountId;
use crate::domain::sign_in::Attempts;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

const FACTORS: &str = "second_factors";

statements! {
    FIND_PASSWORD = "SELECT hash FROM passwords WHERE account_id = $1";
    SAVE_PASSWORD = "INSERT INTO passwords (account_id, hash, changed_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";
    DELETE_PASSWORD = "DELETE FROM passwords WHERE account_id = $1";
    FIND_FACTOR = "SELECT used_step, sealed FROM second_factors WHERE account_id = $1 AND is_confirmed = $2";
    SAVE_PENDING_FACTOR = "INSERT INTO second_factors (account_id, is_confirmed, used_step, sealed) \
        VALUES ($1, FALSE, NULL, $2) ON CONFLICT (account_id, is_confirmed) DO UPDATE SET sealed = excluded.sealed";
    DELETE_CONFIRMED_FACTOR = "DELETE FROM second_factors WHERE account_id = $1 AND is_confirmed";
    CONFIRM_FACTOR = "UPDATE second_factors SET is_confirmed = TRUE, used_step = $2 \
        WHERE account_id = $1 AND NOT is_confirmed";
    USE_STEP = "UPDATE second_factors SET used_step = $2 \
        WHERE account_id = $1 AND is_confirmed AND (used_step IS NULL OR used_step < $2)";
    DELETE_FACTORS = "DELETE FROM second_factors WHERE account_id = $1";
    COUNT_RECOVERY_CODES = "SELECT count(*) FROM recovery_codes WHERE account_id = $1";
    INSERT_RECOVERY_CODE = "INSERT INTO recovery_codes (hash, account_id) VALUES ($1, $2)";
    USE_RECOVERY_CODE = "DELETE FROM recovery_codes WHERE account_id = $1 AND hash = $2";
    DELETE_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE account_id = $1";
    SAVE_ENROLMENT = "INSERT INTO enrolments (account_id, hash, expires_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at";
    FIND_ENROLMENT = "SELECT account_id FROM enrolments WHERE hash = $1 AND expires_at > $2";
    USE_ENROLMENT = "DELETE FROM enrolments WHERE hash = $1 AND expires_at > $2";
    DELETE_ENROLMENT = "DELETE FROM enrolments WHERE account_id = $1";
    FIND_ATTEMPTS = "SELECT failures, failed_at FROM sign_in_attempts WHERE handle_hash = $1";
    INSERT_ATTEMPT = "INSERT INTO sign_in_attempts (handle_hash, failures, failed_at) VALUES ($1, 1, $2) \
        ON CONFLICT (handle_hash) DO NOTHING";
    COUNT_ATTEMPT = "UPDATE sign_in_attempts SET failures = $2, failed_at = $3 \
        WHERE handle_hash = $1 AND failures = $4 AND failed_at = $5";
    RELEASE_FIRST_ATTEMPT = "DELETE FROM sign_in_attempts \
        WHERE handle_hash = $1 AND failures = 1 AND failed_at = $2";
    DELETE_ATTEMPTS = "DELETE FROM sign_in_attempts WHERE handle_hash = $1";
    DELETE_OLD_ATTEMPTS = "DELETE FROM sign_in_attempts WHERE failed_at <= $1";
}

/// A second factor as it is stored.
#[derive(Clone)]
pub struct StoredFactor {
    /// The spelling of its key.
    pub key: String,
    /// The last step that a code was accepted for.
    pub used_step: Option<i64>,
}

/// What the sealed column of a second factor holds.
#[derive(Serialize, Deserialize)]
struct SealedFactor {
    key: String,
}

/// Where the key of a second factor is sealed. Setting one up and putting it into force do not move it.
fn place(account: AccountId, row: &str) -> SealedAt<'_> {
    SealedAt { table: FACTORS, column: "sealed", row, unit: ErasureUnit::Account(account), project: None }
}

impl Store {
    /// The hash of an account's password, where it has one.
    pub async fn find_password_hash(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        let account = account.to_string();
        Ok(read!(self, |pool| sqlx::query_scalar(FIND_PASSWORD).bind(account).fetch_optional(pool).await)?)
    }

    /// An account's second factor: the one in force, or the one that is being set up.
    pub async fn find_second_factor(
        &self,
        account: AccountId,
        is_confirmed: bool,
    ) -> Result<Option<StoredFactor>, StoreError> {
        let row: Option<(Option<i64>, String)> = read!(self, |pool| sqlx::query_as(FIND_FACTOR)
            .bind(account.to_string())
            .bind(is_confirmed)
            .fetch_optional(pool)
            .await)?;
        let Some((used_step, sealed)) = row else { return Ok(None) };
        let opened: Option<SealedFactor> = self.open_sealed(place(account, &account.to_string()), &sealed).await?;
        Ok(opened.map(|factor| StoredFactor { key: factor.key, used_step }))
    }

    /// How many recovery codes an account has left.
    pub async fn count_recovery_codes(&self, account: AccountId) -> Result<i64, StoreError> {
        let account = account.to_string();
        Ok(read!(self, |pool| sqlx::query_scalar(COUNT_RECOVERY_CODES).bind(account).fetch_one(pool).await)?)
    }

    /// The account that an enrolment code is for, while it counts.
    pub async fn find_enrolment(&self, hash: &str, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
        let account: Option<String> = read!(self, |pool| sqlx::query_scalar(FIND_ENROLMENT)
            .bind(hash)
            .bind(now.microseconds())
            .fetch_optional(pool)
            .await)?;
        account.map(|id| Table("enrolments").id(&id)).transpose()
    }

    /// The failed attempts under a handle.
    pub async fn find_attempts(&self, handle_hash: &str) -> Result<Attempts, StoreError> {
        let row: Option<(i64, i64)> =
            read!(self, |pool| sqlx::query_as(FIND_ATTEMPTS).bind(handle_hash).fetch_optional(pool).await)?;
        Ok(row.map_or_else(Attempts::default, |(failures, failed_at)| Attempts {
            failures,
            failed_at: Some(Timestamp::from_microseconds(failed_at)),
        }))
    }
}

impl Tx {
    /// Writes the hash of an account's password.
    pub async fn save_password(&mut self, account: AccountId, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_PASSWORD)
            .bind(account.to_string())
            .bind(hash)
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes the key of a second factor that is being set up; an earlier one of the kind is gone by it.
    pub async fn save_pending_factor(&mut self, account: AccountId, key: &str) -> Result<(), StoreError> {
        let row = account.to_string();
        let sealed = self.seal(place(account, &row), &SealedFactor { key: key.to_owned() }).await?;
        in_tx!(self, |c| sqlx::query(SAVE_PENDING_FACTOR).bind(row).bind(sealed).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Puts the second factor that was being set up into force; false when there is none.
    pub async fn confirm_factor(&mut self, account: AccountId, used_step: i64) -> Result<bool, StoreError> {
        self.run(DELETE_CONFIRMED_FACTOR, account).await?;
        let account = account.to_string();
        let confirmed = in_tx!(self, |c| sqlx::query(CONFIRM_FACTOR)
            .bind(account)
            .bind(used_step)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(confirmed > 0)
    }

    /// Marks the step of an accepted code as used; false when it, or a later one, was used before.
    pub async fn use_step(&mut self, account: AccountId, step: i64) -> Result<bool, StoreError> {
        let account = account.to_string();
        let used = in_tx!(self, |c| sqlx::query(USE_STEP)
            .bind(account)
            .bind(step)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(used > 0)
    }

    /// Makes these, by their hashes, the recovery codes of an account, and no others.
    pub async fn save_recovery_codes(&mut self, account: AccountId, hashes: &[String]) -> Result<(), StoreError> {
        self.run(DELETE_RECOVERY_CODES, account).await?;
        let account = account.to_string();
        for hash in hashes {
            in_tx!(self, |c| sqlx::query(INSERT_RECOVERY_CODE).bind(hash).bind(&account).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Uses a recovery code up; false when the account has none with this hash.
    pub async fn use_recovery_code(&mut self, account: AccountId, hash: &str) -> Result<bool, StoreError> {
        let account = account.to_string();
        let used = in_tx!(self, |c| sqlx::query(USE_RECOVERY_CODE)
            .bind(account)
            .bind(hash)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(used > 0)
    }

    /// Records the enrolment code of an account by its hash; an earlier one is gone by it.
    pub async fn save_enrolment(
        &mut self,
        account: AccountId,
        hash: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_ENROLMENT)
            .bind(account.to_string())
            .bind(hash)
            .bind(expires_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Uses an enrolment code up; false when it was used, replaced or has run out.
    pub async fn use_enrolment(&mut self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let now = now.microseconds();
        let used = in_tx!(self, |c| sqlx::query(USE_ENROLMENT)
            .bind(hash)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(used > 0)
    }

    /// Forgets password, second factors, recovery codes, enrolment code and PIN of an account.
    pub async fn delete_credentials_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        for statement in [DELETE_PASSWORD, DELETE_FACTORS, DELETE_RECOVERY_CODES, DELETE_ENROLMENT] {
            self.run(statement, account).await?;
        }
        self.delete_pin_of(account).await
    }

    /// Forgets the enrolment code of an account.
    pub async fn delete_enrolment_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.run(DELETE_ENROLMENT, account).await
    }

    /// Counts an attempt under a handle as failed before it is looked at, so that a thousand at once are not a
    /// thousand guesses; `seen` is what the attempt was let through on. False when another one came between.
    /// Attempts of days past are forgotten.
    pub async fn claim_attempt(
        &mut self,
        handle_hash: &str,
        seen: Attempts,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let forgotten = Attempts::forgotten_before(now).microseconds();
        let claimed = match seen.failed_at {
            Some(failed_at) => in_tx!(self, |c| sqlx::query(COUNT_ATTEMPT)
                .bind(handle_hash)
                .bind(seen.failures.saturating_add(1))
                .bind(now.microseconds())
                .bind(seen.failures)
                .bind(failed_at.microseconds())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?,
            None => in_tx!(self, |c| sqlx::query(INSERT_ATTEMPT)
                .bind(handle_hash)
                .bind(now.microseconds())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?,
        };
        in_tx!(self, |c| sqlx::query(DELETE_OLD_ATTEMPTS).bind(forgotten).execute(c).await.map(drop))?;
        Ok(claimed > 0)
    }

    /// Takes back the count of an attempt that was no failure: the count is again what it was let through on,
    /// unless another attempt came after it.
    pub async fn release_attempt(
        &mut self,
        handle_hash: &str,
        seen: Attempts,
        claimed_at: Timestamp,
    ) -> Result<(), StoreError> {
        let claimed_at = claimed_at.microseconds();
        match seen.failed_at {
            Some(failed_at) => in_tx!(self, |c| sqlx::query(COUNT_ATTEMPT)
                .bind(handle_hash)
                .bind(seen.failures)
                .bind(failed_at.microseconds())
                .bind(seen.failures.saturating_add(1))
                .bind(claimed_at)
                .execute(c)
                .await
                .map(drop))?,
            None => in_tx!(self, |c| sqlx::query(RELEASE_FIRST_ATTEMPT)
                .bind(handle_hash)
                .bind(claimed_at)
                .execute(c)
                .await
                .map(drop))?,
        }
        Ok(())
    }

    /// Forgets the failures under a handle.
    pub async fn delete_attempts(&mut self, handle_hash: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_ATTEMPTS).bind(handle_hash).execute(c).await.map(drop))?;
        Ok(())
    }

    async fn run(&mut self, statement: &'static str, account: AccountId) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(statement).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }
}
