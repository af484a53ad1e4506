//! Who holds how many connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts of open connections, in all and by address.
pub(super) struct Occupancy {
    total: usize,
    per_address: Option<usize>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The right to one connection, given back when dropped.
pub(super) struct Seat {
    occupancy: Arc<Occupancy>,
    address: IpAddr,
}

impl Occupancy {
    pub(super) fn new(total: usize, per_address: Option<usize>) -> Self {
        Self { total, per_address, taken: Mutex::default() }
    }

    /// A seat for this address, unless it has enough of them or the house is full.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let address = block_of(address);
        let mut taken = self.taken();
        let mine = taken.by_address.get(&address).copied().unwrap_or(0);
        if taken.total >= self.total || self.per_address.is_some_and(|most| mine >= most) {
            return None;
        }
        taken.total += 1;
        taken.by_address.insert(address, mine + 1);
        Some(Seat { occupancy: self.clone(), address })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // The counts are whole after every statement, so a panic elsewhere cannot bend them.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.occupancy.taken();
        taken.total -= 1;
        let mine = taken.by_address.get_mut(&self.address);
        if let Some(mine) = mine {
            *mine -= 1;
            if *mine == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

/// One subscriber holds a whole /64 of IPv6 addresses, so they count as one.
fn block_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_by_address_and_in_all_and_given_back() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let occupancy = Arc::new(Occupancy::new(3, Some(2)));
        let first = occupancy.take(address("2001:db8::1")).expect("free");
        let _second = occupancy.take(address("2001:db8::2")).expect("free");
        assert!(occupancy.take(address("2001:db8::3")).is_none(), "the same /64");
        let third = occupancy.take(address("192.0.2.1")).expect("free");
        assert!(occupancy.take(address("192.0.2.2")).is_none(), "full");
        drop(third);
        assert!(occupancy.take(address("::ffff:192.0.2.2")).is_some());
        drop(first);
        assert!(occupancy.take(address("2001:db8::3")).is_some());
        assert_eq!(occupancy.taken().by_address.len(), 1, "nothing is kept of who left");
    }
}
