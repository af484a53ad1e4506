//! Connections that stay open and are told what changes: how many there are, of whom, and when they are to end.

use super::share::{Share, Shares};
use crate::domain::id::AccountId;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Open sockets of one account.
const MOST_OF_ONE_ACCOUNT: usize = 5;

/// The open sockets of one node.
#[derive(Clone)]
pub struct Sockets {
    most: u32,
    seats: Arc<Semaphore>,
    accounts: Shares,
    ending: Arc<watch::Sender<bool>>,
}

/// The right to one socket, given back when it is dropped.
pub struct Seat {
    _permit: OwnedSemaphorePermit,
}

/// Tells when the sockets are to end.
pub struct Ending(watch::Receiver<bool>);

impl Sockets {
    /// Room for so many at once.
    pub fn new(most: u32) -> Self {
        Self {
            most,
            seats: Arc::new(Semaphore::new(most as usize)),
            accounts: Shares::default(),
            ending: Arc::new(watch::Sender::new(false)),
        }
    }

    /// A seat, if one is free and the sockets are not ending.
    pub fn seat(&self) -> Option<Seat> {
        let permit = self.seats.clone().try_acquire_owned().ok()?;
        (!*self.ending.borrow()).then_some(Seat { _permit: permit })
    }

    /// One of those that an account may hold.
    pub fn share_of(&self, account: AccountId) -> Option<Share> {
        self.accounts.take(account, MOST_OF_ONE_ACCOUNT)
    }

    /// Hears when the sockets are to end.
    pub fn ending(&self) -> Ending {
        Ending(self.ending.subscribe())
    }

    /// From now on there are none: who has one is told to come back elsewhere.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Waits until the last one is gone.
    pub async fn ended(&self) {
        // Nobody closes the semaphore, so what it gives is every seat.
        let _ = self.seats.acquire_many(self.most).await;
    }
}

impl Ending {
    /// Waits for the end.
    pub async fn told(&mut self) {
        // Who could tell it is gone with the node, which ends everything.
        let _ = self.0.wait_for(|is_ending| *is_ending).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    #[tokio::test]
    async fn sockets_are_counted_given_back_and_end_together() {
        let sockets = Sockets::new(2);
        let (one, other) = (sockets.seat().expect("free"), sockets.seat().expect("free"));
        assert!(sockets.seat().is_none(), "full");
        drop(other);
        let mut ending = sockets.ending();
        sockets.end();
        ending.told().await;
        assert!(sockets.seat().is_none(), "free, and nobody is let in any more");
        drop(one);
        sockets.ended().await;
    }

    #[test]
    fn one_account_does_not_take_them_all() {
        let sockets = Sockets::new(100);
        let account = AccountId::from_bytes([1; 16]);
        let held: Vec<Share> = std::iter::from_fn(|| sockets.share_of(account)).take(100).collect();
        assert_eq!(held.len(), MOST_OF_ONE_ACCOUNT);
        assert!(sockets.share_of(AccountId::from_bytes([2; 16])).is_some());
        drop(held);
        assert_eq!(sockets.accounts.accounts(), 0, "nothing is kept of who has left");
    }
}
