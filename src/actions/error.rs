//! How an action fails, by what its caller does about it.

use crate::domain::refusal::Refusal;
use crate::policy::rules::Denied;
use crate::store::StoreError;

/// Why an action did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A person can mend it: it is answered as data.
    #[error("refused")]
    Refused(Refusal),
    /// It does not exist, or not for this viewer.
    #[error("not found")]
    NotVisible,
    /// Nobody is signed in.
    #[error("not signed in")]
    Unauthenticated,
    /// The viewer's role does not allow it.
    #[error("not allowed for this role")]
    Forbidden,
    /// The database is busy or out of reach: the same call may succeed later.
    #[error("unavailable")]
    Unavailable(#[source] StoreError),
    /// The identity provider does not answer, and nobody goes on without its word: the same call may succeed
    /// later.
    #[error("the identity provider does not answer")]
    ProviderUnavailable,
    /// A fault of ours.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Refusal> for ActionError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Denied> for ActionError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthenticated => Self::Unauthenticated,
            Denied::Forbidden => Self::Forbidden,
        }
    }
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error),
            other => Self::Internal(Box::new(other)),
        }
    }
}
