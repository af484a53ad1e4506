//! How much each caller may ask: points, which are the cost that the guard measured, per principal.
//!
//! Invariants: the key is who asks, never what a header claims; the table of callers is bounded, and whoever
//! comes when it is full shares one entry with all others of that kind; the time is the node's clock.

use super::address::class_of;
use crate::clock::Clock;
use crate::config::Limits;
use crate::domain::id::AccountId;
use crate::domain::sensitive::Sensitive;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sha2::{Digest, Sha256};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Callers of one kind that are remembered at once.
const MOST_CALLERS: usize = 50_000;
/// After this many questions those whose count no longer matters are forgotten.
const QUESTIONS_BETWEEN_SWEEPS: u32 = 1_024;

/// Too much was asked: the same may be asked again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    wait: Duration,
}

impl TooMuch {
    /// Whole seconds to wait, at least one: what `Retry-After` takes.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.wait.as_nanos().div_ceil(1_000_000_000)).unwrap_or(i64::MAX).max(1)
    }
}

/// Counts what one request's caller does on the pages. The edge puts one into each request.
#[derive(Clone)]
pub struct PageRates {
    pub(super) rates: Arc<Rates>,
    pub(super) address: Option<IpAddr>,
}

impl PageRates {
    /// Counts a page, before anything is looked up for it; `session` is what the session's cookie holds.
    pub fn page(&self, session: Option<&Sensitive<String>>) -> Result<(), TooMuch> {
        self.rates.page(self.address, session)
    }

    /// Counts an attempt to prove who somebody is, before what was typed is looked at. The handle is that of the
    /// account which it would open, where that is known by now.
    pub fn attempt(&self, handle: Option<&str>) -> Result<(), TooMuch> {
        self.rates.sign_in(self.address, handle)
    }
}

/// The limits of one node, and who has used how much of them.
pub struct Rates {
    anonymous: Limiter<IpAddr>,
    account: Limiter<AccountId>,
    token: Limiter<[u8; 32]>,
    page_by_address: Limiter<IpAddr>,
    page_by_session: Limiter<[u8; 32]>,
    sign_in_by_address: Limiter<IpAddr>,
    sign_in_by_account: Limiter<[u8; 32]>,
}

impl Rates {
    /// Nobody has asked anything yet.
    pub fn new(limits: &Limits, clock: Arc<dyn Clock>) -> Self {
        let clock = NodeClock { clock, latest: Arc::default() };
        let a_minute = |points| Quota::per_minute(at_least_one(points));
        let an_hour = |count| Quota::per_hour(at_least_one(count));
        Self {
            anonymous: Limiter::new(a_minute(limits.anonymous_points_per_minute), &clock),
            account: Limiter::new(a_minute(limits.account_points_per_minute), &clock),
            token: Limiter::new(a_minute(limits.token_points_per_minute), &clock),
            page_by_address: Limiter::new(a_minute(limits.pages_per_minute_of_an_address), &clock),
            page_by_session: Limiter::new(a_minute(limits.pages_per_minute_of_a_session), &clock),
            sign_in_by_address: Limiter::new(a_minute(limits.sign_ins_per_minute_of_an_address), &clock),
            sign_in_by_account: Limiter::new(an_hour(limits.sign_ins_per_hour_of_an_account), &clock),
        }
    }

    /// Somebody without an account asks for `cost` points; all whose address is not known are one caller.
    pub fn anonymous(&self, address: Option<IpAddr>, cost: usize) -> Result<(), TooMuch> {
        self.anonymous.take(&address.map_or(NOWHERE, class_of), cost)
    }

    /// An account asks for `cost` points, by whatever credential.
    pub fn account(&self, account: AccountId, cost: usize) -> Result<(), TooMuch> {
        self.account.take(&account, cost)
    }

    /// A token asks for `cost` points, before it is known whose it is.
    pub fn token(&self, token: &Sensitive<String>, cost: usize) -> Result<(), TooMuch> {
        self.token.take(&Sha256::digest(token.expose()).into(), cost)
    }

    /// Somebody opens a page or sends a form, from this address and with this in the session's cookie. The address
    /// counts even then: whoever makes up cookies is nobody new by it.
    pub fn page(&self, address: Option<IpAddr>, session: Option<&Sensitive<String>>) -> Result<(), TooMuch> {
        self.page_by_address.take(&address.map_or(NOWHERE, class_of), 1)?;
        session.map_or(Ok(()), |session| self.page_by_session.take(&Sha256::digest(session.expose()).into(), 1))
    }

    /// Somebody tries to sign in from this address, as the account of this handle if it is known by now.
    /// Counted before the password is looked at, so that trying costs the same whether it is right or wrong.
    pub fn sign_in(&self, address: Option<IpAddr>, handle: Option<&str>) -> Result<(), TooMuch> {
        self.sign_in_by_address.take(&address.map_or(NOWHERE, class_of), 1)?;
        handle.map_or(Ok(()), |handle| self.sign_in_by_account.take_while_there_is_room(&Sha256::digest(handle).into()))
    }
}

const NOWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

type Governor<K> = RateLimiter<K, DashMapStateStore<K>, NodeClock, NoOpMiddleware<Nanos>>;

/// One limit for callers of one kind.
struct Limiter<K: Hash + Eq + Clone> {
    callers: Governor<K>,
    everybody_else: Governor<()>,
    clock: NodeClock,
    burst: NonZeroU32,
    questions: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(quota: Quota, clock: &NodeClock) -> Self {
        Self {
            callers: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            everybody_else: RateLimiter::dashmap_with_clock(quota, clock.clone()),
            clock: clock.clone(),
            burst: quota.burst_size(),
            questions: AtomicU32::new(0),
        }
    }

    /// Takes one, unless so many have asked that a newcomer could not be told from the others. Then nobody is held
    /// back here: callers made up by the thousand must not shut out everybody else.
    fn take_while_there_is_room(&self, key: &K) -> Result<(), TooMuch> {
        if self.is_full() { Ok(()) } else { self.take(key, 1) }
    }

    fn take(&self, key: &K, cost: usize) -> Result<(), TooMuch> {
        // What costs more than the whole limit costs all of it, or it could never be asked.
        let cost = at_least_one(u32::try_from(cost).unwrap_or(u32::MAX)).min(self.burst);
        let asked = if self.is_full() {
            self.everybody_else.check_key_n(&(), cost)
        } else {
            self.callers.check_key_n(key, cost)
        };
        match asked {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(TooMuch { wait: until.wait_time_from(self.clock.now()) }),
            // The cost was cut to the burst above.
            Err(_) => Err(TooMuch { wait: Duration::from_secs(60) }),
        }
    }

    /// Forgets from time to time who no longer counts; true when there is still no room.
    fn is_full(&self) -> bool {
        let questions = self.questions.fetch_add(1, Ordering::Relaxed);
        if questions.is_multiple_of(QUESTIONS_BETWEEN_SWEEPS) {
            self.callers.retain_recent();
        }
        self.callers.len() >= MOST_CALLERS
    }
}

/// The node's clock, as governor reads one.
#[derive(Clone)]
struct NodeClock {
    clock: Arc<dyn Clock>,
    /// The latest instant that was told, in microseconds: a clock that is set back must not shut anybody out.
    latest: Arc<AtomicU64>,
}

impl GovernorClock for NodeClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let microseconds = u64::try_from(self.clock.now().microseconds()).unwrap_or(0);
        let latest = self.latest.fetch_max(microseconds, Ordering::Relaxed).max(microseconds);
        Nanos::new(latest.saturating_mul(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Fixed;
    use crate::domain::id::Identifier;
    use crate::domain::time::Timestamp;

    fn rates() -> (Rates, Arc<Fixed>) {
        let clock = Arc::new(Fixed::at(Timestamp::from_microseconds(1_700_000_000_000_000)));
        let limits = Limits {
            anonymous_points_per_minute: 60,
            account_points_per_minute: 100,
            token_points_per_minute: 30,
            pages_per_minute_of_an_address: 6,
            pages_per_minute_of_a_session: 4,
            sign_ins_per_minute_of_an_address: 3,
            sign_ins_per_hour_of_an_account: 10,
            ..Limits::default()
        };
        (Rates::new(&limits, clock.clone()), clock)
    }

    fn pass(clock: &Fixed, seconds: i64) {
        clock.set(Timestamp::from_microseconds(clock.now().microseconds() + seconds * 1_000_000));
    }

    #[test]
    fn each_limit_lets_its_points_through_and_refuses_the_next() {
        let (rates, clock) = rates();
        let here = "192.0.2.1".parse().ok();
        assert_eq!(rates.anonymous(here, 59), Ok(()));
        assert_eq!(rates.anonymous(here, 1), Ok(()));
        let refused = rates.anonymous(here, 1).expect_err("the 61st point");
        assert_eq!(refused.seconds(), 1, "a point comes back each second");
        assert_eq!(rates.anonymous(here, 30).expect_err("thirty more").seconds(), 30);
        assert_eq!(rates.anonymous("192.0.2.2".parse().ok(), 60), Ok(()), "another address has its own");
        pass(&clock, 1);
        assert_eq!(rates.anonymous(here, 1), Ok(()));
        assert!(rates.anonymous(here, 1).is_err());

        let account = AccountId::from_bytes([1; 16]);
        assert_eq!((rates.account(account, 100), rates.account(account, 1).is_err()), (Ok(()), true));
        let token = Sensitive::new("rls_one".to_owned());
        assert_eq!((rates.token(&token, 30), rates.token(&token, 1).is_err()), (Ok(()), true));
        assert_eq!(rates.token(&Sensitive::new("rls_other".to_owned()), 1), Ok(()));
    }

    #[test]
    fn what_costs_more_than_the_limit_costs_all_of_it() {
        let (rates, clock) = rates();
        assert_eq!(rates.anonymous(None, 5_000), Ok(()));
        assert!(rates.anonymous(None, 1).is_err());
        pass(&clock, 60);
        assert_eq!(rates.anonymous(None, 60), Ok(()));
    }

    #[test]
    fn signing_in_is_counted_by_address_and_by_account() {
        let (rates, clock) = rates();
        let address = |number: u8| Some(IpAddr::from([192, 0, 2, number]));
        for _ in 0..3 {
            assert_eq!(rates.sign_in(address(1), Some("lawyer")), Ok(()));
        }
        assert!(rates.sign_in(address(1), Some("somebody else")).is_err(), "the fourth of an address in a minute");
        pass(&clock, 20);
        assert_eq!(rates.sign_in(address(1), None), Ok(()), "one comes back every twenty seconds");
        for number in 2..9 {
            assert_eq!(rates.sign_in(address(number), Some("lawyer")), Ok(()));
        }
        let refused = rates.sign_in(address(9), Some("lawyer")).expect_err("the eleventh of an account in an hour");
        assert!((300..=360).contains(&refused.seconds()), "{refused:?}");
        assert_eq!(rates.sign_in(address(9), Some("coordinator")), Ok(()));
    }

    #[test]
    fn pages_are_counted_by_address_and_by_session() {
        let (rates, clock) = rates();
        let address = |number: u8| Some(IpAddr::from([192, 0, 2, number]));
        let secret = |text: &str| Sensitive::new(text.to_owned());
        for number in 1..5 {
            assert_eq!(rates.page(address(number), Some(&secret("one"))), Ok(()), "from any address");
        }
        assert_eq!(rates.page(address(5), Some(&secret("one"))).expect_err("the fifth of a session").seconds(), 15);
        assert_eq!(rates.page(address(5), Some(&secret("another"))), Ok(()));
        for number in 0..6 {
            assert_eq!(rates.page(address(9), Some(&secret(&format!("made up {number}")))), Ok(()));
        }
        assert!(rates.page(address(9), Some(&secret("made up 7"))).is_err(), "a cookie makes nobody new of an address");
        assert!(rates.page(address(9), None).is_err());
        pass(&clock, 10);
        assert_eq!(rates.page(address(9), None), Ok(()));
    }

    #[test]
    fn made_up_accounts_shut_nobody_out_of_the_pages() {
        let (rates, _) = rates();
        let handle = |number: usize| Sha256::digest(number.to_be_bytes()).into();
        for number in 0..MOST_CALLERS {
            assert_eq!(rates.sign_in_by_account.take_while_there_is_room(&handle(number)), Ok(()));
        }
        for _ in 0..100 {
            assert_eq!(rates.sign_in_by_account.take_while_there_is_room(&handle(MOST_CALLERS)), Ok(()));
        }
    }

    #[test]
    fn callers_are_forgotten_and_their_number_is_bounded() {
        let (rates, clock) = rates();
        let token = |number: usize| Sensitive::new(format!("rls_{number}"));
        for number in 0..MOST_CALLERS + 30 {
            assert_eq!(rates.token(&token(number), 1), Ok(()), "{number}");
        }
        assert_eq!(rates.token.callers.len(), MOST_CALLERS);
        assert!(rates.token(&token(0), 1).is_err(), "who comes to a full table shares what is left");
        pass(&clock, 120);
        for number in 0..QUESTIONS_BETWEEN_SWEEPS as usize {
            let _ = rates.token(&token(number), 1);
        }
        assert!(rates.token.callers.len() <= QUESTIONS_BETWEEN_SWEEPS as usize, "who has not come back is forgotten");
    }
}
