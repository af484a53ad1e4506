//! The referral loop as durable transactions: create and send, acknowledge and accept, with their state, timeline, audit
//! and demand in the commit; each rate beside what the disk flushes in the same run. Then what a reader waits for while
//! writers run flat out, and the first page of an inbox behind which lie 100,000 ended referrals.
//!
//! SQLite flushes each commit. PostgreSQL is measured where `RELAIS_BENCH_DATABASE_URL` names an empty database of a
//! server with fsync on; otherwise it says that it was not.
#![allow(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]

mod referring;

use axum::Router;
use referring::{CONSENT, CREATE, LAWYERS, MINORITY_APPEAL, OPEN, SEND, ask, done, fresh_key};
use relais::app::App;
use relais::clock::System;
use relais::config::{Limits, Server};
use relais::demo;
use relais::domain::id::{Identifier as _, OrganizationId, ServiceId};
use relais::store::{Location, make_kek_file};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const MEASURED: Duration = Duration::from_secs(4);
const CLIENTS: [usize; 3] = [1, 8, 64];
const ENDED: usize = 100_000;
/// Rows of one statement that fills the table.
const ROWS: usize = 500;

const ACKNOWLEDGE: &str = "mutation($input: ReferralAcknowledgeInput!) { \
    made: referralAcknowledge(input: $input) { it: referral { id } errors { __typename } } }";
const ACCEPT: &str = "mutation($input: ReferralAcceptInput!) { made: referralAccept(input: $input) { it: referral { id } errors { __typename } } }";
/// Nothing in it is of a class whose reading is recorded.
const INBOX: &str = "{ inbox(first: 20) { nodes { id version } pageInfo { hasNextPage } } }";

/// A node with its demonstration's people, and a prepared case and consent for each client.
#[derive(Clone)]
struct World {
    router: Router,
    sender: String,
    recipient: String,
    cases: Arc<Vec<(String, String)>>,
}

impl World {
    async fn open(database: impl Into<Location>) -> Self {
        let clock = Arc::new(System);
        let app = App::open(database, clock.clone(), clock).await.expect("a node");
        let app = app.with_edge(&Limits::NONE, &Server::default());
        let tokens = demo::load(app.context()).await.expect("the seeds");
        let token = |handle: &str| {
            let issued = tokens.iter().find(|issued| issued.handle == handle);
            issued.expect("an account of the seeds").token.expose().clone()
        };
        let (router, sender) = (app.router(), token("caseworker-paris"));
        let mut cases = Vec::new();
        for _ in 0..CLIENTS[CLIENTS.len() - 1] {
            let person = json!({ "ageBand": "AGE_15_17", "languages": ["fr"], "area": "FR-93055" });
            let input = json!({ "idempotencyKey": fresh_key(), "person": person });
            let case = done(&router, &sender, OPEN, input).await;
            let input = json!({ "idempotencyKey": fresh_key(), "caseId": case,
                "recipientId": OrganizationId::derived("corridor", LAWYERS).to_string(), "basis": "CHILD_CONSENT_MATURE",
                "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA"], "modality": "VERBAL", "language": "fr",
                "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
            let consent = done(&router, &sender, CONSENT, input).await;
            cases.push((case, consent));
        }
        Self { router, sender, recipient: token("partner-tournesol"), cases: Arc::new(cases) }
    }

    /// Drafts a referral and sends it: two transactions.
    async fn sent(&self, client: usize) -> String {
        let (case, consent) = &self.cases[client];
        let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "consentId": consent,
            "serviceId": ServiceId::derived("corridor", MINORITY_APPEAL).to_string(), "need": "LEGAL_MINORITY_APPEAL" });
        let id = done(&self.router, &self.sender, CREATE, input).await;
        let input = json!({ "referralId": id, "expectedVersion": 1, "capacityConfirmed": true });
        done(&self.router, &self.sender, SEND, input).await
    }

    /// Acknowledges a referral and accepts it: two transactions.
    async fn answered(&self, id: &str) {
        for (query, version) in [(ACKNOWLEDGE, 2), (ACCEPT, 3)] {
            done(&self.router, &self.recipient, query, json!({ "referralId": id, "expectedVersion": version })).await;
        }
    }
}

/// Transactions a second of so many clients: of those that create and send, and of those that acknowledge and accept.
async fn rates(world: &World, clients: usize) -> (f64, f64) {
    let started = Instant::now();
    let sending = (0..clients).map(|client| {
        let world = world.clone();
        tokio::spawn(async move {
            let mut sent = Vec::new();
            while started.elapsed() < MEASURED {
                sent.push(world.sent(client).await);
            }
            sent
        })
    });
    let sending: Vec<_> = sending.collect();
    let mut sent = Vec::new();
    for client in sending {
        sent.push(client.await.expect("sent"));
    }
    let count = |sent: &[Vec<String>]| sent.iter().map(Vec::len).sum::<usize>() as f64;
    let of_sending = 2.0 * count(&sent) / started.elapsed().as_secs_f64();
    let total = count(&sent);
    let started = Instant::now();
    let answering = sent.into_iter().map(|ids| {
        let world = world.clone();
        tokio::spawn(async move {
            for id in ids {
                world.answered(&id).await;
            }
        })
    });
    let answering: Vec<_> = answering.collect();
    for client in answering {
        client.await.expect("answered");
    }
    (of_sending, 2.0 * total / started.elapsed().as_secs_f64())
}

/// The 99th of a hundred reads of an inbox, while eight clients write as fast as they can.
async fn slow_read(world: &World) -> Duration {
    let stop = Arc::new(AtomicBool::new(false));
    let writers = (0..8).map(|client| {
        let (world, stop) = (world.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                world.sent(client).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let times = inbox_times(world, 500).await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("stopped");
    }
    times[times.len() * 99 / 100]
}

/// How long so many first pages of the inbox took, the shortest first.
async fn inbox_times(world: &World, count: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let started = Instant::now();
        let answer = ask(&world.router, &world.recipient, INBOX, json!({})).await;
        times.push(started.elapsed());
        assert!(answer.pointer("/data/inbox/nodes/0/id").is_some(), "{answer}");
    }
    times.sort_unstable();
    times
}

/// Statements that put ended referrals of long ago behind the others, as copies of one that there is.
fn filling() -> impl Iterator<Item = AssertSqlSafe<String>> {
    const COPIED: &str = "version, kind, chain_id, case_id, project_id, sender_id, recipient_id, service_id, location_id, need, \
        urgency, consent_id, 'completed', status_at - 1, false, created_at - 1, requested_at - 1, channel, 'service_received', \
        sealed";
    const COLUMNS: &str = "id, version, kind, chain_id, case_id, project_id, sender_id, recipient_id, service_id, location_id, \
        need, urgency, consent_id, status, status_at, is_open, created_at, requested_at, channel, outcome_code, sealed";
    (0..ENDED / ROWS).map(|block| {
        let ids: Vec<String> =
            (0..ROWS).map(|row| format!("SELECT 'ref_{:a>25}a' AS new_id", letters(block * ROWS + row))).collect();
        AssertSqlSafe(format!(
            "INSERT INTO referrals ({COLUMNS}) SELECT n.new_id, {COPIED} FROM ({}) n, \
             (SELECT * FROM referrals WHERE channel = 'electronic' ORDER BY requested_at, id LIMIT 1) r",
            ids.join(" UNION ALL ")
        ))
    })
}

/// A number in letters of an id.
fn letters(number: usize) -> String {
    number.to_string().chars().map(|digit| char::from(b'b' + digit as u8 - b'0')).collect()
}

/// Flushes of four kilobytes that the disk under a folder does in a second.
fn flushes(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("probe")).expect("a file");
    let (started, mut count) = (Instant::now(), 0.0);
    while started.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4_096]).expect("written");
        file.sync_data().expect("flushed");
        count += 1.0;
    }
    count / started.elapsed().as_secs_f64()
}

async fn measure(name: &str, folder: &Path, world: &World) {
    let before = flushes(folder);
    for clients in CLIENTS {
        let (sending, answering) = rates(world, clients).await;
        println!(
            "{name}, {clients} clients: create + send {sending:.0} transactions a second ({:.2} of a flush), acknowledge + \
             accept {answering:.0} ({:.2})",
            sending / before,
            answering / before
        );
    }
    println!("{name}: flushes a second {before:.0} before, {:.0} after", flushes(folder));
    println!("{name}: p99 of an inbox while eight clients write {:?}", slow_read(world).await);
}

async fn measure_inbox(name: &str, world: &World) {
    let times = inbox_times(world, 200).await;
    println!(
        "{name}: first page of an inbox before {ENDED} ended referrals, p50 {:?}, p99 {:?}",
        times[100], times[198]
    );
}

#[tokio::main]
async fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("bench.sqlite");
    let world = World::open(format!("sqlite:{}", file.display()).as_str()).await;
    measure("SQLite", home.path(), &world).await;
    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.expect("connected");
    for statement in filling() {
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("filled");
    }
    measure_inbox("SQLite", &world).await;
    let Some(url) = std::env::var("RELAIS_BENCH_DATABASE_URL").ok() else {
        println!("PostgreSQL: not measured, because RELAIS_BENCH_DATABASE_URL names no database");
        return;
    };
    // SQLite keeps its key file beside it; a server needs one of its own.
    let kek_file = home.path().join("postgres.kek");
    make_kek_file(&kek_file, &System).expect("a key file");
    let world = World::open(Location { kek_file: Some(kek_file), ..Location::from(url.as_str()) }).await;
    measure("PostgreSQL", home.path(), &world).await;
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("connected");
    for statement in filling() {
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("filled");
    }
    // A server does so by itself within a minute of so many rows.
    sqlx::raw_sql("ANALYZE").execute(&mut connection).await.expect("analysed");
    measure_inbox("PostgreSQL", &world).await;
}
