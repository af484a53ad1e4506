//! What happens to referrals by themselves: who is told of silence, and how each of them ends.

mod answered;
mod settings;
mod silent;
mod year;

use crate::kit::loop_calls::Referral;
use crate::kit::steps::{Ready, Referred, fresh_key, merged, service_id, step_input};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World};
use relais::actions::jobs::{Worker, run_due};
use relais::domain::clocks::timers_of;
use relais::domain::code::CodeList as _;
use relais::domain::id::{Identifier as _, ProjectId};
use relais::domain::job::{JobKind, name_of};
use relais::domain::lifecycle::Status;
use relais::domain::time::Timestamp;
use relais::store::StoreError;
use serde_json::{Value, json};

/// The world with those who lead the project, and with who looks after the lawyers' accounts.
async fn led(mut world: World) -> World {
    world.join(include_str!("../protection/world.json")).await;
    let head = json!({ "source": "corridor", "accounts": [
        { "handle": "lawyers' head", "role": "partner_admin", "organization": LAWYERS }] });
    world.join(&head.to_string()).await;
    // People renew their tokens; these are to last for all that time.
    world.execute("UPDATE tokens SET expires_at = expires_at * 2").await;
    world
}

async fn ready(world: &World) -> Ready {
    world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await
}

fn paris() -> Value {
    json!({ "projectId": ProjectId::derived("corridor", "paris").to_string() })
}

/// A referral of this urgency to the lawyers, sent as `how` says.
async fn sent(world: &World, ready: &Ready, draft: Value, how: Value) -> Referred {
    let input = merged(merged(json!({ "idempotencyKey": fresh_key() }), &ready.draft), &draft);
    let draft = world.done(&ready.sender, "referralCreate", &input).await;
    let draft = Referred { id: draft["id"].as_str().expect("an id").to_owned(), version: 1 };
    world.done(&ready.sender, "referralSend", &merged(step_input("referralSend", &draft), &how)).await;
    Referred { version: 2, ..draft }
}

/// Lets time go to an instant and does what is due then.
async fn at(world: &World, instant: &str) {
    world.clock.set(Timestamp::parse(instant).expect("an instant"));
    run(world).await;
}

/// Does what is due, as a node does it.
pub async fn run(world: &World) {
    let worker = Worker::new(world.app.context().chance.as_ref());
    let ran = run_due(world.app.context(), &worker).await.expect("a store");
    assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
}

/// What a referral is asked for.
async fn seen(world: &World, handle: &str, id: &str) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { version status outcomeCode requestedAt acknowledgeBy decideBy \
        serveBy expiresAt neededBy timeline { event party attestedBy organization { id } } } }";
    world.ask(&world.person(handle), question, json!({ "id": id })).await.at("referral").clone()
}

/// The kinds of the notices about a referral that somebody finds, oldest first.
async fn notices_about(world: &World, handle: &str, id: &str) -> Vec<String> {
    let answer = world.ask(&world.person(handle), "{ notices { kind object at } }", json!({})).await;
    let notices = answer.at("notices").as_array().expect("a list").iter().rev();
    let about = notices.filter(|notice| notice["object"] == id);
    about.map(|notice| notice["kind"].as_str().expect("a kind").to_owned()).collect()
}

/// What became of the need behind a referral.
pub async fn need_of(world: &World, id: &str) -> String {
    world.texts(format!("SELECT result FROM demands WHERE referral_id = '{id}'")).await.remove(0)
}

/// The names of the timers that are listed for a referral.
async fn listed(world: &World, id: &str) -> Vec<String> {
    let jobs = world
        .texts(format!("SELECT name FROM jobs WHERE kind = 'referral_timer' AND name LIKE '%{id}%' ORDER BY name"))
        .await;
    jobs.iter().map(|name| name.rsplit(' ').next().expect("a timer").to_owned()).collect()
}

/// Brings a referral into a state by an event that the API has no act for yet, with what that state lists.
async fn brought(world: &World, referral: &Referral, status: Status, event: (&str, &str, Option<&str>)) {
    let now = world.clock_microseconds();
    let (event, party, attested_by) = event;
    let attested_by = attested_by.map_or("NULL".to_owned(), |attested_by| format!("'{attested_by}'"));
    let (id, version) = (&referral.id, referral.version + 1);
    let update =
        format!("UPDATE referrals SET status = '{status}', status_at = {now}, version = {version} WHERE id = '{id}'");
    assert_eq!(world.execute(&update).await, 1);
    let line = format!(
        "INSERT INTO referral_events (referral_id, version, at, event, party, attested_by) \
         VALUES ('{id}', {version}, {now}, '{event}', '{party}', {attested_by})"
    );
    world.execute(&line).await;
    let listed = world.app.context().store.write(async |tx| {
        for timer in timers_of(status) {
            let name = name_of(JobKind::ReferralTimer, &format!("{id} {}", timer.code()));
            tx.move_job(&name, JobKind::ReferralTimer, Timestamp::from_microseconds(now)).await?;
        }
        Ok::<_, StoreError>(())
    });
    listed.await.expect("a store");
    run(world).await;
}

impl World {
    fn clock_microseconds(&self) -> i64 {
        self.now().microseconds()
    }
}
