//! What all ways of signing in share: hashing passwords without exhausting the machine, and counting
//! attempts.

use super::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::sensitive::Sensitive;
use crate::domain::sign_in::{Attempts, CredentialProblem};
use crate::domain::time::Timestamp;
use crate::identity::password::{self, PasswordCost, Weakness};
use crate::identity::{code, digest};
use crate::store::{StoreError, Tx};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How many passwords are hashed at once: each takes 64 MiB.
const HASHED_AT_ONCE: usize = 2;
/// How many recovery codes somebody has.
const RECOVERY_CODES: usize = 10;

/// Why credentials were not accepted or not changed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// A person can mend it.
    #[error("refused: {0}")]
    Refused(CredentialProblem),
    /// Nobody looks at another attempt before this many seconds have passed.
    #[error("too many attempts")]
    Wait {
        /// How long.
        seconds: i64,
    },
    /// Who is signed in has to prove anew who they are.
    #[error("confirm first")]
    ConfirmFirst,
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for CredentialError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl From<CredentialProblem> for CredentialError {
    fn from(problem: CredentialProblem) -> Self {
        Self::Refused(problem)
    }
}

/// Hashes and checks passwords, a few at a time and off the threads that serve.
#[derive(Clone)]
pub struct Passwords {
    cost: PasswordCost,
    slots: Arc<Semaphore>,
    hashed: Arc<AtomicU64>,
}

impl Passwords {
    /// At this cost.
    pub fn new(cost: PasswordCost) -> Self {
        Self { cost, slots: Arc::new(Semaphore::new(HASHED_AT_ONCE)), hashed: Arc::default() }
    }

    /// How many passwords were hashed so far: what an attempt costs, for a test that counts it.
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Whether this is the password of the hash. Where there is none, because the handle is nobody's, the
    /// password is hashed all the same, so that the answer takes as long.
    pub(super) async fn matches(&self, password: &Sensitive<String>, hash: Option<&str>) -> Result<bool, ActionError> {
        let (password, hash, cost) = (password.clone(), hash.map(str::to_owned), self.cost);
        self.off_thread(move || match hash {
            Some(hash) => password::matches(password.expose(), &hash),
            None => {
                let _ = password::hash(password.expose(), [0; 16], cost);
                false
            }
        })
        .await
    }

    /// The hash of a password.
    pub(super) async fn hash(
        &self,
        context: &Context,
        password: &Sensitive<String>,
    ) -> Result<String, CredentialError> {
        let mut salt = [0; 16];
        context.chance.fill(&mut salt);
        let (password, cost) = (password.clone(), self.cost);
        let hash = self.off_thread(move || password::hash(password.expose(), salt, cost)).await?;
        Ok(hash.ok_or(CredentialProblem::PasswordTooLong)?)
    }

    /// Whether the hash was made at another cost than that of today.
    pub(super) fn is_of_other_cost(&self, hash: &str) -> bool {
        password::is_of_other_cost(hash, self.cost)
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ActionError> {
        let slot = self.slots.clone().acquire_owned().await.expect("the slots are never closed");
        self.hashed.fetch_add(1, Ordering::Relaxed);
        let done = spawn_blocking(move || {
            let value = work();
            drop(slot);
            value
        });
        done.await.map_err(|error| ActionError::Internal(Box::new(error)))
    }
}

/// Judges a new password, typed twice, and hashes it.
pub(super) async fn new_password_hash(
    context: &Context,
    account: &Account,
    password: &Sensitive<String>,
    repeated: &Sensitive<String>,
) -> Result<String, CredentialError> {
    if password != repeated {
        return Err(CredentialProblem::PasswordsDiffer.into());
    }
    let organization = context.directory.snapshot().organization(account.organization_id);
    let name = organization.as_ref().map_or("", |organization| organization.name.as_str());
    password::judge(password.expose(), &[&account.handle, name, "relais"]).map_err(|weakness| match weakness {
        Weakness::TooShort => CredentialProblem::PasswordTooShort,
        Weakness::TooLong => CredentialProblem::PasswordTooLong,
        Weakness::Guessable => CredentialProblem::PasswordGuessable,
    })?;
    context.passwords.hash(context, password).await
}

/// Fresh recovery codes with their hashes.
pub(super) fn fresh_recovery_codes(context: &Context) -> (Vec<Sensitive<String>>, Vec<String>) {
    let codes: Vec<Sensitive<String>> = (0..RECOVERY_CODES)
        .map(|_| {
            let mut bytes = [0; code::RECOVERY_BYTES];
            context.chance.fill(&mut bytes);
            Sensitive::new(code::spelled(&bytes))
        })
        .collect();
    let hashes = codes.iter().map(|it| code::digest(it.expose())).collect();
    (codes, hashes)
}

/// An attempt that was counted as failed before it was looked at.
pub(super) struct ClaimedAttempt {
    hash: String,
    seen: Attempts,
    at: Timestamp,
}

impl ClaimedAttempt {
    /// Takes the count back: the attempt was right, and another step follows. Earlier failures go on counting.
    pub(super) async fn release(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.release_attempt(&self.hash, self.seen, self.at).await
    }

    /// Forgets all failures under the handle: its person is in.
    pub(super) async fn forget(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.delete_attempts(&self.hash).await
    }
}

/// Counts an attempt under a handle before it is looked at, or says how long to wait.
pub(super) async fn claim_attempt(context: &Context, handle: &str) -> Result<ClaimedAttempt, CredentialError> {
    let hash = attempts_of(handle);
    let at = context.now();
    let seen = context.store.find_attempts(&hash).await?;
    let seconds = seen.seconds_to_wait(at);
    if seconds > 0 {
        return Err(CredentialError::Wait { seconds });
    }
    let is_claimed = context.store.write(async |tx| tx.claim_attempt(&hash, seen, at).await).await?;
    if is_claimed { Ok(ClaimedAttempt { hash, seen, at }) } else { Err(CredentialError::Wait { seconds: 1 }) }
}

/// Under which key the attempts of a handle are counted.
pub(super) fn attempts_of(handle: &str) -> String {
    digest(handle)
}
