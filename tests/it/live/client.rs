//! The npm client `graphql-ws`, as integrators use it; and a real server that is asked to end.

use super::socket::{Listening, PATIENCE};
use super::{INBOX, on_both, statuses};
use crate::kit::installation::installed_on_both_databases;
use crate::kit::process::{Lines, Running};
use crate::kit::requirement::{announce, is_required};
use crate::kit::steps::service_id;
use crate::kit::world::{MINORITY_APPEAL, Person};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A client's process; ended when dropped.
struct Client {
    child: Running,
    lines: Lines,
}

impl Client {
    /// `None` where Node.js or the library is missing; that has been said then.
    fn start(url: &str, token: &str, documents: &[&str]) -> Option<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/live");
        let runs = Command::new("node").arg("--version").output().is_ok_and(|ran| ran.status.success());
        if !runs || !folder.join("node_modules/graphql-ws").exists() {
            let line = "install Node.js, then: npm ci --prefix .ci/live";
            assert!(!is_required("live"), "required, but {line}");
            announce(&format!("relais tests: the graphql-ws client is skipped: {line}"));
            return None;
        }
        let mut child = Command::new("node")
            .args(["client.mjs", url, token])
            .args(documents)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the client starts");
        let lines = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        Some(Self { child: Running(child), lines })
    }

    /// The next thing that happens to the client.
    fn next(&self) -> Value {
        let line = tokio::task::block_in_place(|| self.lines.wait_for(PATIENCE, |line| Some(line.to_owned())));
        let line = line.unwrap_or_else(|missing| panic!("{missing:?} after {}", self.lines.seen()));
        serde_json::from_str(&line).expect("a line of JSON")
    }

    fn complete(&mut self, of: usize) {
        writeln!(self.child.0.stdin.as_mut().expect("standard input is a pipe"), "{of}").expect("it reads");
    }
}

fn token_of(person: &Person) -> &str {
    person.token.as_deref().expect("a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graphql_ws_client_follows_a_referral_and_an_inbox() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let mut referred = world.refer(&ready, "DRAFT").await;
        let following =
            format!("subscription {{ referralChanged(id: \"{}\") {{ status timeline {{ event }} }} }}", referred.id);
        let Some(mut team) = Client::start(&node.url(), token_of(&ready.sender), &[&following]) else { return };
        let partner = Client::start(&node.url(), token_of(&ready.recipient), &[INBOX]).expect("as the other");
        assert_eq!(team.next(), json!({ "acknowledged": true }));
        assert_eq!(partner.next(), json!({ "acknowledged": true }));
        let draft = team.next();
        assert_eq!(draft["next"]["data"]["referralChanged"]["status"], "DRAFT");
        // Once a question that was asked later is answered, the inbox is followed.
        let mut asks = node.admitted(&ready.recipient).await;
        asks.told_so_far().await;
        let mut told = Vec::new();
        for step in ["referralSend", "referralAcknowledge", "referralAccept", "referralStart", "referralComplete"] {
            world.steps(&ready, &mut referred, step).await;
            told.push(json!({ "payload": team.next()["next"] }));
        }
        let expected = ["REQUESTED", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE", "COMPLETED"];
        assert_eq!(statuses(&told, "referralChanged"), expected);
        let last = told.last().expect("five")["payload"]["data"]["referralChanged"]["timeline"].clone();
        assert_eq!(last.as_array().map(Vec::len), Some(6), "the timeline comes with it: {last}");
        let heard: Vec<Value> = expected.iter().map(|_| json!({ "payload": partner.next()["next"] })).collect();
        assert_eq!(statuses(&heard, "inboxChanged"), expected);
        team.complete(0);
        assert_eq!(team.next(), json!({ "of": 0, "complete": true }));
        assert_eq!(team.next()["closed"], 1000, "who follows nothing goes, as the library has it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graphql_ws_client_is_told_why_it_may_not() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let lawyer = world.person("lawyer");
        let Some(stranger) = Client::start(&node.url(), "rls_nothing", &[INBOX]) else { return };
        let closed: Vec<Value> = (0..2).map(|_| stranger.next()).collect();
        assert!(closed.contains(&json!({ "closed": 4403, "reason": "Forbidden" })), "{closed:?}");
        let asks = Client::start(&node.url(), token_of(&lawyer), &["subscription { inboxChanged { nothing } }"]);
        let asks = asks.expect("as the other");
        assert_eq!(asks.next(), json!({ "acknowledged": true }));
        let refused = asks.next();
        assert_eq!(refused["error"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{refused}");
    })
    .await;
}

installed_on_both_databases! {
    /// Who follows something is told that the server is stopping, and the server waits for nobody.
    async fn a_server_that_is_asked_to_end_tells_its_sockets(here: Installation) {
        let tokens = here.settle();
        let mut server = here.serve();
        let token = tokens.values().next().expect("somebody with a token").clone();
        let Some(client) = Client::start(&format!("ws://{}/graphql/ws", server.address()), &token, &[]) else { return };
        assert_eq!(client.next(), json!({ "acknowledged": true }));
        server.ask_to_end();
        assert_eq!(client.next(), json!({ "closed": 1001, "reason": "The server is stopping" }));
        let code = tokio::task::block_in_place(|| server.ended());
        assert_eq!(code, Some(0), "{}", server.output());
    }
}
