//! Time and chance as parameters: the only callers of the system clock and of its random source.
//!
//! Invariant: everything else takes `now` and fresh bytes as values, so that a test can fix both.

use crate::domain::id::Identifier;
use crate::domain::time::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, cut to microseconds as the databases keep it.
    fn now(&self) -> Timestamp;
}

/// Gives fresh random bytes.
pub trait Chance: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// 32 fresh bytes, for keys and tokens.
    fn key(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }
}

/// A fresh identifier: a version 4 UUID, which carries no time.
pub fn fresh_id<T: Identifier>(chance: &dyn Chance) -> T {
    let mut bytes = [0; 16];
    chance.fill(&mut bytes);
    T::from_bytes(uuid::Builder::from_random_bytes(bytes).into_uuid().into_bytes())
}

/// The clock and the random source of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
impl Clock for System {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_microseconds(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that draws on the system's random source")]
impl Chance for System {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("without the system's random source nothing secret can be made");
    }
}

/// A clock that stands still until it is moved, and bytes that repeat from one run to the next.
#[derive(Debug)]
pub struct Fixed {
    microseconds: AtomicI64,
    drawn: AtomicU64,
}

impl Fixed {
    /// Starts at this instant.
    pub const fn at(now: Timestamp) -> Self {
        Self { microseconds: AtomicI64::new(now.microseconds()), drawn: AtomicU64::new(0) }
    }

    /// Moves the clock to this instant.
    pub fn set(&self, now: Timestamp) {
        self.microseconds.store(now.microseconds(), Ordering::SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_microseconds(self.microseconds.load(Ordering::SeqCst))
    }
}

impl Chance for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(drawn.to_be_bytes())[..chunk.len()]);
        }
    }
}

/// A time that is moved from one instant to the next, and ids that repeat with their seed: for what is made up. Keys are
/// the system's own, because what people later put beside it is sealed with them.
#[derive(Debug)]
pub struct Simulated {
    microseconds: AtomicI64,
    seed: u64,
    drawn: AtomicU64,
}

impl Simulated {
    /// Starts at this instant, with chance of this seed.
    pub const fn at(now: Timestamp, seed: u64) -> Self {
        Self { microseconds: AtomicI64::new(now.microseconds()), seed, drawn: AtomicU64::new(0) }
    }

    /// Lets the time come to this instant; it never goes back.
    pub fn come_to(&self, now: Timestamp) {
        self.microseconds.fetch_max(now.microseconds(), Ordering::SeqCst);
    }
}

impl Clock for Simulated {
    fn now(&self) -> Timestamp {
        Timestamp::from_microseconds(self.microseconds.load(Ordering::SeqCst))
    }
}

impl Chance for Simulated {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let bytes =
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(drawn.to_be_bytes()).finalize();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }

    fn key(&self) -> [u8; 32] {
        System.key()
    }
}

/// Lets this many seconds pass. Not for deciding anything: what is due is decided by the time that
/// [`Clock::now`] tells.
pub async fn pause(seconds: u64) {
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
}
