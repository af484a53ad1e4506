//! What an endpoint that is well waits for while others are dead: from the answer to the act until its call is heard, with no
//! dead endpoint, with one, and with twenty, each of which takes a call and never answers it. The figure is the ratio of the
//! last two to the first, in the same run.
#![allow(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]

mod referring;

use referring::{CONSENT, CREATE, LAWYERS, MINORITY_APPEAL, OPEN, SEND, done, fresh_key};
use relais::app::App;
use relais::clock::{Chance as _, Clock as _, System, fresh_id};
use relais::config::{Limits, Server};
use relais::delivery::webhook::LIMITS;
use relais::delivery::{Means, Post};
use relais::demo;
use relais::domain::id::{AccountId, Identifier as _, OrganizationId, ServiceId, WebhookEndpointId};
use relais::domain::sensitive::Sensitive;
use relais::domain::webhook::{WebhookEndpoint, WebhookSecret};
use relais::egress::{Client, PrivateHosts};
use relais::store::StoreError;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Referrals sent one after the other, each of which every endpoint is told of.
const EVENTS: usize = 300;
/// After it a call is late whatever else happens.
const PATIENCE: Duration = Duration::from_secs(60);

/// A system that hears calls; it answers each at once, or none at all. Gives its host and port, and when it heard.
async fn system(is_well: bool) -> (String, UnboundedReceiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let host = listener.local_addr().expect("bound").to_string();
    let (heard, hears) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let heard = heard.clone();
            tokio::spawn(async move {
                let (mut buffer, mut text) = ([0; 4_096], Vec::new());
                while !text.ends_with(b"}") {
                    match stream.read(&mut buffer).await {
                        Ok(count) if count > 0 => text.extend(&buffer[..count]),
                        _ => return,
                    }
                }
                // The bench may be over.
                let _ = heard.send(Instant::now());
                if is_well {
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
                } else {
                    let _ = stream.read(&mut buffer).await;
                }
            });
        }
    });
    (host, hears)
}

async fn register(app: &App, organization: OrganizationId, host: &str) {
    let endpoint = WebhookEndpoint {
        id: fresh_id::<WebhookEndpointId>(&System),
        organization_id: organization,
        url: Sensitive::new(format!("http://{host}/told")),
        secret: WebhookSecret::from_bytes(System.key()),
        previous: None,
        created_at: System.now(),
        created_by: fresh_id::<AccountId>(&System),
    };
    let written = app.context().store.write(async |tx| tx.insert_webhook_endpoint(&endpoint, None).await).await;
    written.map_err(|error: StoreError| error.to_string()).expect("a registered endpoint");
}

/// What the endpoint that is well has waited for each event while so many are dead, in order of length.
async fn waits(dead: usize) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("relais.db").display());
    let app = App::open(url.as_str(), Arc::new(System), Arc::new(System)).await.expect("a node");
    let app = app.with_edge(&Limits::NONE, &Server::default());
    let tokens = demo::load(app.context()).await.expect("the seeds");
    let token =
        tokens.iter().find(|issued| issued.handle == "caseworker-paris").expect("of the seeds").token.expose().clone();
    let router = app.router();
    let lawyers = OrganizationId::derived("corridor", LAWYERS);
    let (well, mut hears) = system(true).await;
    let (mut hosts, mut kept) = (vec![well.clone()], Vec::new());
    register(&app, lawyers, &well).await;
    for _ in 0..dead {
        let (host, hears) = system(false).await;
        register(&app, lawyers, &host).await;
        hosts.push(host);
        kept.push(hears);
    }
    let named = PrivateHosts::try_from(hosts.join(",")).expect("hosts");
    let client = Client::to_public_hosts_and(LIMITS, named).expect("a client");
    let means = Means { client, mailer: None, public_address: "https://relais.example".to_owned() };
    let post = Post::new(app.context().clone(), means);
    let working = tokio::spawn(async move { post.work(1).await });

    let person = json!({ "ageBand": "AGE_15_17", "languages": ["fr"], "area": "FR-93055" });
    let mut waits = Vec::with_capacity(EVENTS);
    for _ in 0..EVENTS {
        let case = done(&router, &token, OPEN, json!({ "idempotencyKey": fresh_key(), "person": person })).await;
        let consent = json!({ "idempotencyKey": fresh_key(), "caseId": case, "recipientId": lawyers.to_string(),
            "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA"], "modality": "VERBAL",
            "language": "fr", "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
        let consent = done(&router, &token, CONSENT, consent).await;
        let service = ServiceId::derived("corridor", MINORITY_APPEAL).to_string();
        let draft = json!({ "idempotencyKey": fresh_key(), "caseId": case, "serviceId": service,
            "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
        let draft = done(&router, &token, CREATE, draft).await;
        let send = json!({ "referralId": draft, "expectedVersion": 1, "capacityConfirmed": true });
        let began = Instant::now();
        done(&router, &token, SEND, send).await;
        let heard =
            tokio::time::timeout(PATIENCE, hears.recv()).await.expect("it is called in time").expect("it hears");
        waits.push(heard.saturating_duration_since(began));
    }
    working.abort();
    drop(kept);
    waits.sort();
    waits
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // Of the first run nothing is told: everything is cold.
    drop(runtime.block_on(waits(0)));
    let mut alone: Option<(Duration, Duration)> = None;
    for dead in [0, 1, 20] {
        let waits = runtime.block_on(waits(dead));
        let (half, most) = (waits[EVENTS / 2], waits[EVENTS * 99 / 100]);
        let (half_alone, most_alone) = *alone.get_or_insert((half, most));
        println!(
            "{dead} dead: from the act until it is heard p50 {half:.1?} ({:.2} of none dead), p99 {most:.1?} ({:.2})",
            half.as_secs_f64() / half_alone.as_secs_f64(),
            most.as_secs_f64() / most_alone.as_secs_f64(),
        );
    }
}
