//! The system of record: one SQL text for SQLite and PostgreSQL, one folder of migrations; and beside it the key
//! store, a database of its own, without which nothing that is sealed here can be read.
//!
//! Invariants: SQL stands nowhere else. Every statement is a constant of a `statements!` block, so that
//! a test can prepare each on both databases. There is one write path, [`Store::write`]; nobody outside
//! holds a transaction. Every read of people-linked rows takes a [`Scope`](crate::domain::scope::Scope)
//! first. What is sealed is sealed by `sealed`, and its key is committed before the row. To add a table, start at `migrations/` and at the nearest module here.

mod accepted;
mod accounts;
mod answer_codes;
mod answering;
mod audit;
mod audit_reads;
mod backup;
mod bell;
mod capacity_checks;
mod cases;
mod connect;
mod consents;
mod credentials;
mod deletions;
mod deliveries;
mod demands;
mod devices;
mod directory;
mod directory_feed;
mod directory_history;
mod directory_load;
mod dismissed_pairs;
mod ending_services;
mod erased_rows;
mod erasure;
mod error;
mod freezes;
mod geography;
mod glasses;
mod idempotency;
mod import_turns;
mod incidents;
mod jobs;
mod keys;
mod ledger;
mod legal_holds;
mod links;
mod mailboxes;
mod messages;
mod notices;
mod open;
mod openings;
mod outbox_health;
mod overrides;
mod partner_offers;
mod pins;
mod postgres_programs;
mod projects;
mod proposals;
mod provider;
mod reach;
mod redaction;
mod referral_clocks;
mod referral_events;
mod referrals;
mod reports;
mod restart;
mod restore;
mod retention;
mod revocations;
mod rounds;
mod row;
mod sealed;
mod sessions;
mod slips;
mod teams;
mod tokens;
mod webhook_endpoints;

pub use self::accounts::StoredAccount;
pub use self::audit::UnsignedHead;
pub use self::backup::BackupMade;
pub use self::bell::{Following, Hearing};
pub use self::capacity_checks::CheckSelection;
pub use self::connect::sqlite_file;
pub use self::credentials::StoredFactor;
pub use self::deliveries::{LeasedQueue, TellingFacts};
pub use self::demands::MonthRange;
pub use self::directory::{DirectoryChange, DirectoryRow, EntryAtHand, EntryChange, StoredEntry};
pub use self::directory_feed::{FeedPlace, FeedRange, FeedRow};
pub use self::error::StoreError;
pub use self::geography::{GeographyChanges, GeographyTable};
pub use self::glasses::GlassReach;
pub use self::idempotency::{Claim, IdempotencyKey};
pub use self::import_turns::{ImportKind, ImportedCopy, RunningImport};
pub use self::jobs::{Leased, NextRun};
pub use self::keys::{CursorKey, KeyPurpose, Rotation, RotationRefused};
pub use self::legal_holds::Held;
pub use self::links::StoredLink;
pub use self::open::{Location, make_kek_file, read_kek_id};
pub use self::outbox_health::Waiting;
pub use self::partner_offers::OfferSelection;
pub use self::pins::StoredPin;
pub use self::proposals::Decision;
pub use self::provider::{BegunSignIn, IdentityLink};
pub use self::referral_clocks::ClockStanding;
pub use self::referrals::Selection;
pub use self::restore::Restored;
pub use self::retention::{DueRows, EntryVersion, OfEnded, Passing};
pub use self::sealed::SealedAt;

use sqlx::{AssertSqlSafe, Executor, PgPool, SqlSafeStr, SqlitePool};
use std::sync::Arc;

/// A pool for each kind of work, by database.
#[derive(Clone, Debug)]
enum Db {
    /// One writer, because SQLite has one; readers beside it.
    Sqlite { read: SqlitePool, write: SqlitePool },
    /// One pool for everything.
    Postgres(PgPool),
}

impl Db {
    /// Begins a transaction. On SQLite it takes the write lock at once, so that what it reads cannot change
    /// before it writes.
    async fn begin(&self) -> Result<TxInner, StoreError> {
        let inner = match self {
            Self::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(TxInner::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(TxInner::Postgres),
        };
        inner.map_err(StoreError::from)
    }

    async fn prepare(&self, sql: AssertSqlSafe<String>) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite { read, .. } => read.acquire().await?.prepare(sql.into_sql_str()).await.map(drop),
            Self::Postgres(pool) => pool.acquire().await?.prepare(sql.into_sql_str()).await.map(drop),
        }
    }
}

/// The store of one Relais node.
#[derive(Clone)]
pub struct Store {
    db: Db,
    /// Connections that only emergencies use.
    reserved: Db,
    keys: Arc<keys::KeyStore>,
    ledger: ledger::Ledger,
    bell: bell::Bell,
}

/// A transaction under way; it ends with the closure given to [`Store::write`].
pub struct Tx {
    inner: TxInner,
    keys: Arc<keys::KeyStore>,
    /// True once something was listed that is to be told to an endpoint.
    has_news: bool,
    /// Referrals that were changed, for those who follow them.
    changes: Vec<crate::domain::news::Changed>,
}

enum TxInner {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl TxInner {
    async fn commit(self) -> Result<(), StoreError> {
        let committed = match self {
            Self::Sqlite(transaction) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        };
        committed.map_err(StoreError::from)
    }
}

/// Runs `$body` with `$pool` bound to the reading pool of whichever database it is.
macro_rules! read {
    ($store:expr, |$pool:ident| $body:expr) => {
        match &$store.db {
            $crate::store::Db::Sqlite { read: $pool, .. } => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}
pub(crate) use read;

/// Runs `$body` with `$connection` bound to the transaction's connection.
macro_rules! in_tx {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match &mut $tx.inner {
            $crate::store::TxInner::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::store::TxInner::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use in_tx;

/// Declares the SQL texts of a module, and lists them for the test that prepares each.
macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(const $name: &str = $sql;)+
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),+];
    };
}
pub(crate) use statements;

/// A statement that ends in a list of as many values as there are keys: `head` and `($1, $2, …)`. The
/// head is a constant, and the list holds numbers only.
fn in_list(head: &'static str, keys: usize) -> AssertSqlSafe<String> {
    let numbers: Vec<String> = (1..=keys).map(|number| format!("${number}")).collect();
    AssertSqlSafe(format!("{head} ({})", numbers.join(", ")))
}

/// A statement that ends in rows of values: `head` and `($1, …, $n), (…)`. The head is a constant, and the
/// rows hold numbers only.
fn value_rows(head: &'static str, rows: usize, columns: usize) -> AssertSqlSafe<String> {
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", numbers.join(", "))
    };
    AssertSqlSafe(format!("{head} {}", (0..rows).map(row).collect::<Vec<_>>().join(", ")))
}

impl Store {
    /// The same store over connections of their own, which are free while all others are taken. SQLite has one
    /// writer, whoever asks; its queue is short, because requests without a place in their lane never reach it.
    #[must_use]
    pub fn reserved(&self) -> Self {
        Self { db: self.reserved.clone(), ..self.clone() }
    }

    /// Runs `work` in one transaction, and commits it when `work` succeeds. On SQLite the transaction
    /// takes the write lock at once, so that what it reads cannot change before it writes.
    pub async fn write<T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<StoreError>,
        W: AsyncFnOnce(&mut Tx) -> Result<T, E>,
    {
        let mut tx =
            Tx { inner: self.db.begin().await?, keys: Arc::clone(&self.keys), has_news: false, changes: Vec::new() };
        // On the heap: what an act does in its transaction is deep, and the stack of a thread is not.
        let value = Box::pin(work(&mut tx)).await?;
        let (has_news, changes) = (tx.has_news, tx.changes);
        tx.inner.commit().await?;
        self.tell_news(has_news, changes);
        Ok(value)
    }

    /// Prepares every statement there is, without running any; gives the names of those that the
    /// database refuses, with its reason.
    pub async fn refused_statements(&self) -> Vec<(String, String)> {
        let mut refused = Vec::new();
        let of_keys = keys::statements().map(|statement| (&self.keys.db, statement));
        for (db, (name, sql)) in all_statements().map(|statement| (&self.db, statement)).chain(of_keys) {
            if let Err(error) = db.prepare(whole(sql)).await {
                refused.push((name.to_owned(), error.to_string()));
            }
        }
        refused
    }

    /// Every statement there is as a database is given it, with its name, whose path says which of the two databases
    /// it is for: so that their plans can be read.
    pub fn statement_texts() -> Vec<(&'static str, String)> {
        all_statements().chain(keys::statements()).map(|(name, sql)| (name, whole(sql).0)).collect()
    }
}

/// A statement with its list or its rows: the head of a list is no statement without its list, nor one of rows without
/// its rows.
fn whole(sql: &'static str) -> AssertSqlSafe<String> {
    match sql.rsplit_once(' ') {
        Some((_, "IN")) => in_list(sql, 2),
        Some((head, "VALUES")) => value_rows(sql, 2, head.matches(',').count() + 1),
        _ => AssertSqlSafe(sql.to_owned()),
    }
}

/// The statements of each module, with their names.
const STATEMENTS: &[&[(&str, &str)]] = &[
    accepted::STATEMENTS,
    accounts::STATEMENTS,
    answer_codes::STATEMENTS,
    answering::STATEMENTS,
    audit::STATEMENTS,
    audit_reads::STATEMENTS,
    capacity_checks::STATEMENTS,
    partner_offers::STATEMENTS,
    cases::STATEMENTS,
    connect::STATEMENTS,
    consents::STATEMENTS,
    credentials::STATEMENTS,
    deletions::STATEMENTS,
    deliveries::STATEMENTS,
    demands::STATEMENTS,
    devices::STATEMENTS,
    directory::STATEMENTS,
    directory_feed::STATEMENTS,
    directory_history::STATEMENTS,
    directory_load::STATEMENTS,
    dismissed_pairs::STATEMENTS,
    ending_services::STATEMENTS,
    erased_rows::STATEMENTS,
    freezes::STATEMENTS,
    geography::STATEMENTS,
    glasses::STATEMENTS,
    idempotency::STATEMENTS,
    import_turns::STATEMENTS,
    jobs::STATEMENTS,
    incidents::STATEMENTS,
    legal_holds::STATEMENTS,
    links::STATEMENTS,
    mailboxes::STATEMENTS,
    messages::STATEMENTS,
    open::STATEMENTS,
    notices::STATEMENTS,
    openings::STATEMENTS,
    outbox_health::STATEMENTS,
    overrides::STATEMENTS,
    pins::STATEMENTS,
    projects::STATEMENTS,
    proposals::STATEMENTS,
    provider::STATEMENTS,
    redaction::STATEMENTS,
    referral_clocks::STATEMENTS,
    referral_events::STATEMENTS,
    referrals::STATEMENTS,
    reports::STATEMENTS,
    restart::STATEMENTS,
    retention::STATEMENTS,
    revocations::STATEMENTS,
    rounds::STATEMENTS,
    sessions::STATEMENTS,
    slips::STATEMENTS,
    teams::STATEMENTS,
    tokens::STATEMENTS,
    webhook_endpoints::STATEMENTS,
];

/// Every statement of the store, with its name.
fn all_statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    STATEMENTS.iter().copied().flatten().copied()
}
