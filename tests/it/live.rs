//! What is told live, over a WebSocket: by the client that integrators use, and byte by byte. Rights are asked for each
//! event, and lost within a second.

mod client;
mod protocol;
mod rights;
mod socket;

use crate::kit::steps::{Ready, Referred, step_input};
use crate::kit::world::World;
use serde_json::{Value, json};

/// On each database, with threads enough for whoever waits on one.
async fn on_both(test: impl AsyncFn(World)) {
    test(World::on_sqlite().await).await;
    if let Some(world) = World::on_postgres().await {
        test(world).await;
    }
}

/// What a referral's follower asks for.
const REFERRAL: &str = "subscription($id: ID!) { referralChanged(id: $id) { id status version timeline { event } } }";
/// What whoever watches an inbox asks for.
const INBOX: &str = "subscription { inboxChanged { id status } }";

impl World {
    /// Does one step of the loop, and counts the version on.
    async fn steps(&self, ready: &Ready, referred: &mut Referred, step: &str) {
        let actor = if step == "referralSend" { &ready.sender } else { &ready.recipient };
        let done = self.act(actor, step, &step_input(step, referred)).await;
        assert_eq!(done.at(step)["errors"], json!([]), "{}", done.text());
        referred.version += 1;
    }
}

/// The states in the order in which a socket's messages told them.
fn statuses(messages: &[Value], field: &str) -> Vec<String> {
    let status = |message: &Value| message["payload"]["data"][field]["status"].as_str().map(str::to_owned);
    messages.iter().filter_map(status).collect()
}
