//! Idempotency keys: the same create, sent again, gets the same answer and does nothing more.

use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

statements! {
    CLAIM = "INSERT INTO idempotency_keys (account_id, key, operation, fingerprint, object_id, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, key) DO NOTHING";
    FIND = "SELECT operation, fingerprint, object_id FROM idempotency_keys WHERE account_id = $1 AND key = $2";
}

/// What a create says of itself.
#[derive(Clone, Debug)]
pub struct IdempotencyKey<'a> {
    /// Who creates.
    pub account_id: AccountId,
    /// The caller's own key.
    pub key: &'a str,
    /// Which create it is.
    pub operation: &'static str,
    /// Keyed hash of everything else that was asked.
    pub fingerprint: &'a str,
}

/// What a claim of a key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The key is new and belongs to the new object now.
    New,
    /// The same call was answered before, with this object.
    Repeat {
        /// Id of the object made then.
        object_id: String,
    },
    /// The key was used for another call.
    Reused,
}

impl Store {
    /// The object that a call of this operation has made under a key of this account.
    pub async fn find_object_of_key(
        &self,
        account: AccountId,
        key: &str,
        operation: &str,
    ) -> Result<Option<String>, StoreError> {
        let account = account.to_string();
        let found: Option<(String, String, String)> =
            read!(self, |pool| sqlx::query_as(FIND).bind(&account).bind(key).fetch_optional(pool).await)?;
        Ok(found.filter(|(of, _, _)| of == operation).map(|(_, _, object_id)| object_id))
    }
}

impl Tx {
    /// Claims a key for the object about to be made.
    pub async fn claim_key(
        &mut self,
        key: &IdempotencyKey<'_>,
        object_id: &str,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let account = key.account_id.to_string();
        let claimed = in_tx!(self, |c| sqlx::query(CLAIM)
            .bind(&account)
            .bind(key.key)
            .bind(key.operation)
            .bind(key.fingerprint)
            .bind(object_id)
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if claimed == 1 {
            return Ok(Claim::New);
        }
        let (operation, fingerprint, object_id): (String, String, String) =
            in_tx!(self, |c| sqlx::query_as(FIND).bind(&account).bind(key.key).fetch_one(c).await)?;
        let is_same = operation == key.operation && fingerprint == key.fingerprint;
        Ok(if is_same { Claim::Repeat { object_id } } else { Claim::Reused })
    }
}
