//! What stands around every route: who asks by which address, how much they may ask, which lane they wait
//! in, what is asked from another site, and the one line of log that a request leaves.
//!
//! Invariants: nothing here reads a body; what is kept of a caller is counted in a bounded table and forgotten
//! when it no longer matters; the log learns a pseudonym of today, never an address or a token.

pub mod access_line;
pub mod address;
pub mod cross_site;
pub mod lanes;
pub mod pseudonym;
pub mod rates;
mod share;
pub mod sockets;

use self::lanes::Lanes;
use self::pseudonym::Pseudonyms;
use self::rates::Rates;
use self::sockets::Sockets;
use crate::clock::{Chance, Clock};
use crate::config::{Limits, Networks, Server};
use crate::domain::id::AccountId;
use crate::metrics::Metrics;
use axum::http::HeaderValue;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The edge of one node, shared by all of its requests.
#[derive(Clone)]
pub struct Edge {
    /// How much each caller may ask.
    pub rates: Arc<Rates>,
    /// How many requests are worked on at once.
    pub lanes: Lanes,
    /// Connections that stay open.
    pub sockets: Sockets,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    pseudonyms: Arc<Pseudonyms>,
    requests: Arc<AtomicU64>,
    trusted: Networks,
}

impl Edge {
    /// An edge with these limits, behind these proxies, whose requests are counted there.
    pub fn new(
        (limits, server): (&Limits, &Server),
        clock: Arc<dyn Clock>,
        chance: &dyn Chance,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            rates: Arc::new(Rates::new(limits, clock.clone())),
            lanes: Lanes::new(limits.requests_in_flight as usize, limits.reserved_for_emergencies as usize),
            sockets: Sockets::new(limits.sockets),
            pseudonyms: Arc::new(Pseudonyms::new(chance.key())),
            requests: Arc::default(),
            trusted: server.trusted_proxies.clone(),
            clock,
            metrics,
        }
    }

    /// The word by which the log knows an account today.
    pub fn pseudonym(&self, account: AccountId) -> String {
        self.pseudonyms.of(account, self.clock.now())
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.hold(peer)
    }

    /// A number that nobody can guess or count on.
    fn fresh_request_id(&self) -> HeaderValue {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        HeaderValue::from_str(&self.pseudonyms.of_request(number)).expect("letters and digits are a header's value")
    }
}
