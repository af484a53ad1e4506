//! Creates that can be sent twice: the second time gives the object of the first.

use super::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::id::Identifier;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::store::{Claim, IdempotencyKey, Tx};
use sha2::{Digest, Sha256};
use std::fmt::Debug;

/// A create under its caller's key.
pub(super) struct Create<'a> {
    key: &'a str,
    operation: &'static str,
    fingerprint: String,
    account: &'a Account,
}

impl<'a> Create<'a> {
    /// Checks the key; `asked` is everything else that was asked, so that the same key with another
    /// question is told apart.
    pub(super) fn new(
        account: &'a Account,
        key: &'a str,
        operation: &'static str,
        asked: &impl Debug,
    ) -> Result<Self, Refusal> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !(8..=64).contains(&key.len()) || !key.chars().all(allowed) {
            return Err(Refusal::input("idempotencyKey", InputProblem::IdempotencyKey));
        }
        let fingerprint = data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{asked:?}")));
        Ok(Self { key, operation, fingerprint, account })
    }

    /// The object that the same call made before. It is asked for first: what was done is told even when
    /// by now it could not be done any more.
    pub(super) async fn earlier<T: Identifier>(&self, context: &Context) -> Result<Option<T>, ActionError> {
        earlier(context.store.find_claim(&self.key()).await?)
    }

    /// Claims the key for `id`. `Some` gives the object that the same call, come at the same time, made
    /// first: nothing more is to be done.
    pub(super) async fn claim<T: Identifier>(
        &self,
        tx: &mut Tx,
        id: T,
        now: Timestamp,
    ) -> Result<Option<T>, ActionError> {
        earlier(tx.claim_key(&self.key(), &id.to_string(), now).await?)
    }

    fn key(&self) -> IdempotencyKey<'_> {
        IdempotencyKey {
            account_id: self.account.id,
            key: self.key,
            operation: self.operation,
            fingerprint: &self.fingerprint,
        }
    }
}

fn earlier<T: Identifier>(claim: Claim) -> Result<Option<T>, ActionError> {
    match claim {
        Claim::New => Ok(None),
        Claim::Reused => Err(Refusal::KeyReused.into()),
        Claim::Repeat { object_id } => {
            T::parse(&object_id).map(Some).map_err(|invalid| ActionError::Internal(Box::new(invalid)))
        }
    }
}
