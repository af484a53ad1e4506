//! How many requests are worked on at once, and the places that are kept for emergencies.
//!
//! Whoever finds no place is told so at once; nobody waits in a queue that an attacker can lengthen. A few
//! places are kept back: when all others are taken, the answer to an emergency referral still gets one.
//! Invariant: one account holds only a few of these, so that no single account can take them all.

use super::share::{Share, Shares};
use crate::domain::id::AccountId;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Reserved places that one account may hold at once.
const MOST_OF_ONE_ACCOUNT: usize = 4;

/// The lanes of one node.
#[derive(Clone)]
pub struct Lanes {
    ordinary: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
    emergencies: Shares,
}

/// A place in a lane, given back when it is dropped: it stays with the answer until that is sent or lost.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    emergency: Option<Share>,
}

impl Lanes {
    /// Places for `in_flight` requests in all, `reserved` of them for emergencies.
    pub fn new(in_flight: usize, reserved: usize) -> Self {
        Self {
            ordinary: Arc::new(Semaphore::new(in_flight.saturating_sub(reserved).max(1))),
            reserved: Arc::new(Semaphore::new(reserved)),
            emergencies: Shares::default(),
        }
    }

    /// A place for any request, if one is free.
    pub fn ordinary(&self) -> Option<Place> {
        let permit = self.ordinary.clone().try_acquire_owned().ok()?;
        Some(Place { _permit: permit, emergency: None })
    }

    /// A reserved place, for finding out whether the request of this account is an emergency and, if so, for
    /// answering it.
    pub fn reserved(&self, account: AccountId) -> Option<Place> {
        let permit = self.reserved.clone().try_acquire_owned().ok()?;
        let emergency = self.emergencies.take(account, MOST_OF_ONE_ACCOUNT)?;
        Some(Place { _permit: permit, emergency: Some(emergency) })
    }
}

impl Place {
    /// True for a place of those kept back.
    pub const fn is_reserved(&self) -> bool {
        self.emergency.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    #[test]
    fn places_are_counted_kept_back_and_given_back() {
        let lanes = Lanes::new(8, 6);
        let (one, other) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let (first, _second) = (lanes.ordinary().expect("a place"), lanes.ordinary().expect("a place"));
        assert!(lanes.ordinary().is_none(), "the others are kept back");
        let mut kept: Vec<Place> = (0..4).map(|_| lanes.reserved(one).expect("a reserved place")).collect();
        assert!(kept[0].is_reserved() && !first.is_reserved());
        assert!(lanes.reserved(one).is_none(), "one account never takes all");
        let _others = (lanes.reserved(other).expect("a place"), lanes.reserved(other).expect("a place"));
        assert!(lanes.reserved(other).is_none(), "full");
        kept.pop();
        assert!(lanes.reserved(one).is_some());
        drop(kept);
        assert_eq!(lanes.emergencies.accounts(), 1, "nothing is kept of who has been answered");
        drop(first);
        assert!(lanes.ordinary().is_some());
    }
}
