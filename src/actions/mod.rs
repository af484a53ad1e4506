//! Use cases: load within the viewer's scope, ask policy, let the domain decide, write one transaction,
//! give back views.
//!
//! Invariants: GraphQL, the command line and later the pages come through here, by the same gate. An
//! action holds no transaction beyond the closure of [`Store::write`](crate::store::Store::write). Every
//! act that a person is told is saved has its audit event in the same commit.

pub mod accepted;
pub mod account;
pub mod answering;
pub mod audit;
pub mod capacity_check;
pub mod case;
mod closing;
pub mod commands;
pub mod consent;
pub mod credentials;
pub mod delivery;
pub mod demand;
pub mod device;
pub mod directory;
pub mod directory_edit;
pub mod directory_feed;
pub mod disclosure;
pub mod duplicates;
pub mod emergency;
pub mod enrolment;
mod erasure;
mod error;
pub mod export;
pub mod focal_point;
pub mod following;
pub mod geography;
mod idempotency;
pub mod import;
pub mod import_turn;
pub mod input;
pub mod jobs;
mod known_places;
pub mod legal_hold;
pub mod link;
mod outbox;
pub mod outlines;
pub mod own_account;
pub mod partner_offer;
pub mod people;
pub mod protection;
pub mod provider;
pub mod referral;
mod referral_facts;
pub mod refusal;
pub mod retention;
pub mod search;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod trail;
pub mod upkeep;
pub mod webhook;

pub use self::error::ActionError;

use self::answering::KeptAnswering;
use self::credentials::Passwords;
use self::duplicates::KeptPairs;
use self::provider::Provider;
use crate::clock::{Chance, Clock, fresh_id};
use crate::directory::Directory;
use crate::domain::id::Identifier;
use crate::domain::reveal::RevealBudget;
use crate::domain::time::Timestamp;
use crate::egress::PrivateHosts;
use crate::geography::CurrentGeography;
use crate::metrics::Metrics;
use crate::policy::access::Access;
use crate::policy::table::Table;
use crate::seal::Sealer;
use crate::store::Store;
use std::sync::Arc;

/// What every action works with.
#[derive(Clone)]
pub struct Context {
    /// The system of record.
    pub store: Store,
    /// The read model of the directory.
    pub directory: Arc<Directory>,
    /// Pairs of entries that may be one, as they were last found.
    pub pairs: Arc<KeptPairs>,
    /// How partners answer each project, as it was last frozen.
    pub answering: Arc<KeptAnswering>,
    /// Areas and places in memory.
    pub geography: Arc<CurrentGeography>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh bytes.
    pub chance: Arc<dyn Chance>,
    /// How many cases one person opens before somebody else is told.
    pub reveal_budget: RevealBudget,
    /// The identity provider, where there is one.
    pub provider: Option<Arc<Provider>>,
    /// The hashing of passwords.
    pub passwords: Passwords,
    /// Who may see and do what.
    pub table: &'static Table,
    /// What signs the heads of the audit trail; `None` in a process that signs none.
    pub sealer: Option<Arc<Sealer>>,
    /// How many refusals were written down lately.
    pub refusals: Arc<refusal::Counts>,
    /// Hosts of one's own network that a webhook may lead to all the same.
    pub webhook_hosts: Arc<PrivateHosts>,
    /// What is configured.
    pub settings: Settings,
    /// What this node counts for monitoring.
    pub metrics: Arc<Metrics>,
}

/// What of the configuration the actions go by.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// True where cases may hold clinical facts (P-24).
    pub takes_clinical_facts: bool,
    /// Days after which the content of the audit trail goes.
    pub audit_days: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { takes_clinical_facts: false, audit_days: 365 }
    }
}

impl Context {
    /// The same over the connections that are kept for emergencies.
    #[must_use]
    pub fn reserved(&self) -> Self {
        Self { store: self.store.reserved(), ..self.clone() }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn fresh_id<T: Identifier>(&self) -> T {
        fresh_id(self.chance.as_ref())
    }
}

/// The answer about an object that is not there, or not for the viewer; that it was asked for is noted.
fn hidden(access: &Access, id: impl ToString) -> ActionError {
    access.note_hidden(id.to_string());
    ActionError::NotVisible
}
