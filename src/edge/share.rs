//! What each account may hold only a few of at once.

use crate::domain::id::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts of what accounts hold. Nothing is kept of who holds nothing.
#[derive(Clone, Default)]
pub struct Shares(Arc<Mutex<HashMap<AccountId, usize>>>);

/// One of an account's share, given back when it is dropped.
pub struct Share {
    account: AccountId,
    shares: Shares,
}

impl Shares {
    /// One more for this account, unless it holds `most` already.
    pub fn take(&self, account: AccountId, most: usize) -> Option<Share> {
        self.with(|held| {
            let mine = held.entry(account).or_default();
            if *mine >= most {
                return None;
            }
            *mine += 1;
            Some(Share { account, shares: self.clone() })
        })
    }

    /// How many accounts hold something.
    #[cfg(test)]
    pub fn accounts(&self) -> usize {
        self.with(|held| held.len())
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<AccountId, usize>) -> T) -> T {
        // The counts are whole after every statement, so a panic elsewhere cannot bend them.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.with(|held| {
            if let Some(mine) = held.get_mut(&self.account) {
                *mine -= 1;
                if *mine == 0 {
                    held.remove(&self.account);
                }
            }
        });
    }
}
