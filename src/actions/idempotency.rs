//! Creates that can be sent twice: the second time gives the object of the first.

use super::protection::require_project_at_work;
use super::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::audit::AuditEvent;
use crate::domain::fingerprint::feed;
use crate::domain::id::Identifier;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::store::{Claim, IdempotencyKey, KeyPurpose, Tx};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::hash::Hash;

/// A create under its caller's key.
pub(super) struct Create<'a, Asked> {
    key: &'a str,
    operation: &'static str,
    asked: &'a Asked,
    account: &'a Account,
}

impl<'a, Asked: Hash> Create<'a, Asked> {
    /// Checks the key; `asked` is everything else that was asked, so that the same key with another
    /// question is told apart. No copy of it is made, as text or otherwise.
    pub(super) fn new(
        account: &'a Account,
        key: &'a str,
        operation: &'static str,
        asked: &'a Asked,
    ) -> Result<Self, Refusal> {
        check_key(key)?;
        Ok(Self { key, operation, asked, account })
    }

    /// Makes the object `id` by `work`, which gives the audit event of the act, unless the same call has made
    /// one before: then that one's id is the answer and nothing is done. The key is claimed before anything
    /// else is looked at, so that the second call is answered like the first even when what it asks would
    /// be refused by now. A refusal of `work` undoes the claim.
    pub(super) async fn once<T, W>(&self, context: &Context, id: T, work: W) -> Result<T, ActionError>
    where
        T: Identifier,
        W: AsyncFnOnce(&mut Tx) -> Result<AuditEvent, ActionError>,
    {
        context
            .store
            .write(async |tx| {
                if let Some(earlier) = self.claim(context, tx, id).await? {
                    return Ok(earlier);
                }
                require_project_at_work(tx, self.account.project_id).await?;
                let event = work(tx).await?;
                tx.append_audit(&[event]).await?;
                Ok(id)
            })
            .await
    }

    async fn claim<T: Identifier>(&self, context: &Context, tx: &mut Tx, id: T) -> Result<Option<T>, ActionError> {
        let project = self.account.project_id.ok_or(ActionError::Forbidden)?;
        let secret = tx.project_key(project, KeyPurpose::Fingerprint, context.chance.key()).await?;
        let fingerprint = data_encoding::HEXLOWER.encode(&fingerprint(&secret, self.asked));
        let key = IdempotencyKey {
            account_id: self.account.id,
            key: self.key,
            operation: self.operation,
            fingerprint: &fingerprint,
        };
        match tx.claim_key(&key, &id.to_string(), context.now()).await? {
            Claim::New => Ok(None),
            Claim::Reused => Err(Refusal::KeyReused.into()),
            Claim::Repeat { object_id } => {
                T::parse(&object_id).map(Some).map_err(|invalid| ActionError::Internal(Box::new(invalid)))
            }
        }
    }
}

/// Refuses what is no key of a call.
pub(super) fn check_key(key: &str) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_key = (8..=64).contains(&key.len()) && key.chars().all(allowed);
    if is_key { Ok(()) } else { Err(Refusal::input("idempotencyKey", InputProblem::IdempotencyKey)) }
}

/// HMAC-SHA-256 over the question. Keyed: what was asked may be guessed, such as a file number, and must not be
/// found again by trying.
pub(super) fn fingerprint(key: &[u8], asked: &impl Hash) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    feed(asked, |part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_key_nothing_is_found_by_trying() {
        let by = |key: u8, asked: &str| fingerprint(&[key; 32], &asked);
        assert_eq!(by(1, "PAN-7"), by(1, "PAN-7"));
        assert_ne!(by(1, "PAN-7"), by(1, "PAN-8"));
        assert_ne!(by(1, "PAN-7"), by(2, "PAN-7"));
    }
}
