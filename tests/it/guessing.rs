//! A partner that guesses ids learns nothing: an id that is somebody's answers like one that never was, byte
//! for byte, ten thousand times.

use crate::hostile::generator::Chance;
use crate::kit::loop_calls::{girl, to_the_lawyers};
use crate::kit::world::{Answer, Person, World};
use relais::domain::id::{CaseId, ConsentId, DemandId, Identifier, ReferralId};
use serde_json::json;
use std::collections::BTreeMap;

const GUESSES: usize = 10_000;

/// What an answer looks like from outside: its status, its body and the body's length.
type Look = (u16, String, usize);

fn look(answer: &Answer) -> Look {
    (answer.status.as_u16(), answer.text(), answer.bytes.len())
}

/// The questions that take an id of each kind.
const QUESTIONS: [(&str, &str); 5] = [
    ("ref", "query($id: ID!) { referral(id: $id) { id status need } }"),
    ("ref", "query($id: ID!) { node(id: $id) { id __typename } }"),
    ("cas", "query($id: ID!) { node(id: $id) { id __typename } }"),
    ("con", "query($id: ID!) { node(id: $id) { id __typename } }"),
    ("dem", "query($id: ID!) { node(id: $id) { id __typename } }"),
];

fn guess(kind: &str, chance: &mut Chance) -> String {
    let bytes: [u8; 16] = std::array::from_fn(|_| u8::try_from(chance.between(0, 255)).expect("a byte"));
    match kind {
        "ref" => ReferralId::from_bytes(bytes).to_string(),
        "cas" => CaseId::from_bytes(bytes).to_string(),
        "con" => ConsentId::from_bytes(bytes).to_string(),
        _ => DemandId::from_bytes(bytes).to_string(),
    }
}

async fn ask(world: &World, who: &Person, question: &str, id: &str) -> Look {
    look(&world.ask(who, question, json!({ "id": id })).await)
}

#[tokio::test]
async fn ten_thousand_guessed_ids_answer_like_somebody_elses() {
    let world = World::on_sqlite().await;
    let referral = world.sent(&to_the_lawyers()).await;
    let case = world.open_case("caseworker", girl(), json!({})).await.id();
    let consent = world.record_consent("caseworker", &case, crate::kit::world::LAWYERS, json!({})).await.id();
    let demand = world.record_demand("caseworker", &case, "SOL_ETM", "UNMET_FULL", json!({})).await.id();
    let existing = BTreeMap::from([("ref", referral.id), ("cas", case), ("con", consent), ("dem", demand)]);
    let scraper = world.person("another partner");
    let owner = world.person("caseworker");
    let mut chance = Chance::new(0x4136);
    let mut foreign = Vec::new();
    for (kind, question) in QUESTIONS {
        let theirs = ask(&world, &scraper, question, &existing[kind]).await;
        assert_eq!(theirs.0, 200);
        let own = ask(&world, &owner, question, &existing[kind]).await;
        assert_ne!(own, theirs, "{question}: its owner reads it");
        foreign.push(theirs);
    }
    for number in 0..GUESSES {
        let (kind, question) = QUESTIONS[number % QUESTIONS.len()];
        let id = guess(kind, &mut chance);
        let answer = ask(&world, &scraper, question, &id).await;
        assert_eq!(answer, foreign[number % QUESTIONS.len()], "{question} {id}");
    }
    // Acting on a guess is refused like acting on somebody else's.
    let step = json!({ "expectedVersion": 2, "referralId": existing["ref"] });
    let theirs = world.run("another partner", "referralAccept", step).await;
    let step = json!({ "expectedVersion": 2, "referralId": guess("ref", &mut chance) });
    let guessed = world.run("another partner", "referralAccept", step).await;
    assert_eq!(look(&theirs.answer), look(&guessed.answer));
}
