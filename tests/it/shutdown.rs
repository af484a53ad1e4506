//! What was acknowledged is there: after a shutdown, after a power cut, and on the nodes that did not
//! write it.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, installed_on_both_databases};
use crate::kit::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

const WRITERS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);

const OPEN: &str = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } errors { __typename } } }";

/// Asks to open the case of this key. The same key asks the same thing each time.
async fn open_case(client: &Client, key: &str) -> reqwest::Result<String> {
    let input = json!({ "idempotencyKey": key, "person": { "area": "FR-93055" } });
    let answer = client.try_ask(OPEN, json!({ "input": input })).await?;
    let id = answer["data"]["caseOpen"]["case"]["id"].as_str();
    Ok(id.unwrap_or_else(|| panic!("{key} is refused: {answer}")).to_owned())
}

/// Opens cases one after the other until no answer comes; tells of every one that was acknowledged.
async fn write_until_gone(client: Client, round: usize, writer: usize, told: UnboundedSender<(String, String)>) {
    for number in 0.. {
        let key = format!("write-{round}-{writer}-{number}");
        match open_case(&client, &key).await {
            Ok(id) => told.send((key, id)).expect("the test listens to the end"),
            Err(_) => return,
        }
    }
}

/// People who write to a server at once, and what they were told.
struct Writers {
    tasks: JoinSet<()>,
    told: UnboundedReceiver<(String, String)>,
    acknowledged: BTreeMap<String, String>,
}

impl Writers {
    fn start(address: SocketAddr, token: &str, round: usize) -> Self {
        let (sender, told) = unbounded_channel();
        let mut tasks = JoinSet::new();
        for writer in 0..WRITERS {
            tasks.spawn(write_until_gone(Client::of(address, Some(token)), round, writer, sender.clone()));
        }
        Self { tasks, told, acknowledged: BTreeMap::new() }
    }

    /// Waits until this many writes have been acknowledged; the writers go on.
    async fn await_acknowledged(&mut self, count: usize) {
        while self.acknowledged.len() < count {
            let next = tokio::time::timeout(PATIENCE, self.told.recv()).await.expect("writes are acknowledged");
            self.acknowledged.extend(next);
        }
    }

    /// Waits until the last writer has noticed that nobody answers; gives every acknowledged write.
    async fn stop(mut self) -> BTreeMap<String, String> {
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no writer was refused");
        }
        while let Ok(told) = self.told.try_recv() {
            self.acknowledged.extend([told]);
        }
        self.acknowledged
    }
}

/// Asks for every write again: each key gives the object that was acknowledged under it.
async fn assert_kept(server: &Server, token: &str, acknowledged: &BTreeMap<String, String>) {
    let client = Client::of(server.address(), Some(token));
    for (key, id) in acknowledged {
        assert_eq!(open_case(&client, key).await.expect("an answer"), *id, "{key}");
    }
}

installed_on_both_databases! {
    async fn a_shutdown_answers_what_it_has_begun_and_keeps_what_it_has_answered(here: Installation) {
        let token = here.settle().remove("caseworker").expect("a caseworker");
        let mut server = here.serve();
        let mut writers = Writers::start(server.address(), &token, 0);
        writers.await_acknowledged(3 * WRITERS).await;

        let asked = Instant::now();
        let code = tokio::task::block_in_place(|| server.terminate());
        assert!(asked.elapsed() < Duration::from_secs(10), "nothing in flight needs so long: {:?}", asked.elapsed());
        assert_eq!(code, Some(0), "{}", server.output());
        let acknowledged = writers.stop().await;

        // Nothing was done that was not answered, so nobody has to wonder.
        let kept = here.counts().await["cases"];
        assert_eq!(usize::try_from(kept).expect("a count"), acknowledged.len());
        assert_kept(&here.serve(), &token, &acknowledged).await;
        assert_eq!(here.counts().await["cases"], kept, "asking again made nothing new");
    }

    /// Nobody tells a node that its directory has changed; it looks.
    async fn a_node_serves_what_another_process_has_imported(here: Installation) {
        let token = here.settle().remove("caseworker").expect("a caseworker");
        let server = here.serve();
        let client = Client::of(server.address(), Some(&token));
        let names = async || {
            let near = json!({ "need": "BASIC_HYGIENE", "near": { "latitude": 48.8871, "longitude": 2.3923 } });
            let query = "query($filter: ServiceFilter) { services(filter: $filter, first: 100) { nodes { name } } }";
            client.ask(query, json!({ "filter": near })).await.to_string()
        };
        assert!(!names().await.contains("Douches du Quai"), "the control: it is new");

        let service = json!({ "id": "5f0c3a52-8c6e-4c8e-9a55-0d8f3f3f7a01", "name": "Douches du Quai", "status": "active",
            "assured_date": "2026-11-20", "organization": { "id": "0b1f7a0e-6f0b-4e0e-8a43-5b8e3f6f2c11",
            "name": "Collectif du Quai", "description": "Fictif." }, "attributes": [ { "value": "basic.hygiene",
            "id": "7d3c1b9a-1f0e-4d52-9c0b-3b1a5e9f8d21", "taxonomy_term": { "code": "need", "name": "Need",
            "id": "c2a4e6f8-0b1d-4f3a-8e5c-7d9b1a3c5e71", "taxonomy": "relais" } } ] });
        here.import("quai", &here.write("quai.json", service.to_string()));

        let mut looks = tokio::time::interval(Duration::from_millis(50));
        let served = async {
            while !names().await.contains("Douches du Quai") {
                looks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, served).await.expect("the node looks for changes each second");
    }
}

/// A process that is killed can neither flush nor say goodbye. The file is read by a new process each time.
#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_write_is_lost_when_the_process_is_killed() {
    let here = Installation::on_sqlite();
    let token = here.settle().remove("caseworker").expect("a caseworker");
    let mut acknowledged = BTreeMap::new();
    for round in 1..=10 {
        let server = here.serve();
        let mut writers = Writers::start(server.address(), &token, round);
        // Another moment of the writes each time.
        writers.await_acknowledged(round).await;
        tokio::task::block_in_place(|| server.kill());
        acknowledged.extend(writers.stop().await);
        let kept = usize::try_from(here.counts().await["cases"]).expect("a count");
        let unanswered = kept.checked_sub(acknowledged.len());
        assert!(unanswered.is_some_and(|unanswered| unanswered <= round * WRITERS), "{kept} {}", acknowledged.len());
    }
    assert!(acknowledged.len() >= 55);
    assert_kept(&here.serve(), &token, &acknowledged).await;
    assert_eq!(here.run(&["migrate"]).succeeded(), "the schema is up to date\n");
    assert_eq!(Value::from(here.counts().await["tokens"]), 7, "what was there before is there");
}
