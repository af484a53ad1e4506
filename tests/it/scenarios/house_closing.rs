//! Scenario 12, Marseille: a house with a place that must not be found closes, while nine referrals to it are open.

use crate::kit::loop_calls::{Referral, confirmed, every_consequence, fresh_key, girl, service, with};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use relais::domain::directory::Service;
use relais::domain::id::{Identifier as _, OrganizationId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const GREEN_PLATEAU: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";
const HOUSE: &str = "a9e1bc08-e74f-43b2-830b-d532a9703056";

const EDITORS: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
    { "handle": "editor of the house", "role": "partner_agent", "organization": "025662c4-7e43-44b5-adf2-d5025a8cd8af" },
    { "handle": "editor elsewhere", "role": "directory_editor", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23", "is_trained": true } ] }"#;

fn named() -> Value {
    json!({ "consequences": every_consequence() })
}

/// A second house with room, of the lawyers.
async fn another_house(world: &World) -> Service {
    let mut other = world.like(HOUSE, "Mise à l’abri, seconde maison");
    (other.organization_id, other.capacity) = (OrganizationId::derived("corridor", LAWYERS), None);
    world.publish(&other).await;
    other
}

async fn draft(world: &World) -> Referral {
    let case = world.open_case("caseworker", girl(), json!({})).await.id();
    let consent = world.record_consent("caseworker", &case, GREEN_PLATEAU, named()).await.id();
    let asked = json!({ "serviceId": service(HOUSE), "need": "SHELTER_MINOR" });
    world.draft("caseworker", &case, &consent, asked).await.referral()
}

fn called() -> Value {
    with(confirmed(), json!({ "phoneCalled": true }))
}

async fn sent(world: &World) -> Referral {
    let draft = draft(world).await;
    world.send_referral("caseworker", &draft, called()).await.referral()
}

async fn edit(world: &World, who: &str, changes: Value) -> Value {
    let query = "query($id: ID!) { service(id: $id) { version } }";
    let read = world.ask(&world.person(who), query, json!({ "id": service(HOUSE) })).await;
    let version = read.at("service/version").clone();
    let input = json!({ "serviceId": service(HOUSE), "expectedVersion": version, "changes": changes });
    let answer = world.act(&world.person(who), "serviceEdit", &input).await;
    assert_eq!(answer.at("serviceEdit/errors"), &json!([]), "{}", answer.text());
    answer.json
}

/// The referrals for which somebody reads that somebody else is to be asked.
async fn to_reroute(world: &World, who: &str) -> BTreeSet<String> {
    let query = "{ sentReferrals(serviceEnding: true, first: 50) { nodes { id status } } }";
    let answer = world.ask(&world.person(who), query, json!({})).await;
    let nodes = answer.at("sentReferrals/nodes").as_array().expect("referrals").iter();
    nodes.map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}

async fn noticed(world: &World, who: &str) -> Vec<String> {
    let answer = world.ask(&world.person(who), "{ notices { kind object } }", json!({})).await;
    let all = answer.at("notices").as_array().expect("notices").iter().filter(|one| one["kind"] == "SERVICE_ENDING");
    let mut objects: Vec<_> = all.map(|one| one["object"].as_str().expect("an id").to_owned()).collect();
    objects.sort();
    objects
}

on_both_databases! {
    async fn nine_open_referrals_are_listed_for_reroute_and_each_needs_a_new_consent(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let other = another_house(&world).await;
        let mut open = Vec::new();
        for _ in 0..9 {
            open.push(sent(&world).await);
        }
        let ended = sent(&world).await;
        world.change("caseworker", "referralDecline", &ended, json!({ "code": "FULL" })).await.done();
        let waiting = draft(&world).await;
        let ids: BTreeSet<String> = open.iter().map(|referral| referral.id.clone()).collect();
        assert_eq!(to_reroute(&world, "caseworker").await, BTreeSet::new());

        let edited = edit(&world, "editor", json!({ "closesOn": "2026-12-15", "status": "SUSPENDED" })).await;

        // The senders are told, each of their own referral; who edits the directory learns of none.
        assert_eq!(noticed(&world, "caseworker").await, ids.iter().cloned().collect::<Vec<_>>());
        assert!(ids.iter().all(|id| !edited.to_string().contains(id)));
        for who in ["editor", "editor elsewhere", "lawyer", "caseworker of another project"] {
            assert_eq!(noticed(&world, who).await, Vec::<String>::new(), "{who}");
        }
        let query = "{ sentReferrals(serviceEnding: true) { nodes { id } } }";
        for who in ["editor", "editor elsewhere"] {
            assert_eq!(world.ask(&world.person(who), query, json!({})).await.code(), "FORBIDDEN", "{who}");
        }
        assert_eq!(to_reroute(&world, "caseworker of another project").await, BTreeSet::new());

        // Nothing is sent there any more.
        let input = with(json!({ "referralId": waiting.id, "expectedVersion": waiting.version }), called());
        assert_eq!(world.refused("caseworker", "referralSend", input).await, "RecipientUnavailableError SERVICE_NOT_OPEN");

        // Nine are listed, and from each the next one is found and asked: under a new consent only.
        for who in ["caseworker", "coordinator"] {
            assert_eq!(to_reroute(&world, who).await, ids, "{who}");
        }
        let first = open.remove(0);
        let query = "query($id: ID!) { referralNextPartners(referralId: $id, first: 50) { nodes { id } } }";
        let next = world.ask(&world.person("caseworker"), query, json!({ "id": first.id })).await;
        let next = next.at("referralNextPartners/nodes").as_array().expect("partners").clone();
        assert!(next.iter().any(|found| found["id"] == other.id.to_string()), "{next:?}");
        assert!(next.iter().all(|found| found["id"] != service(HOUSE)));
        let code = json!({ "code": "SERVICE_SUSPENDED" });
        let declined = world.change("caseworker", "referralDecline", &first, code).await.referral();
        let input = json!({ "referralId": declined.id, "expectedVersion": declined.version,
            "idempotencyKey": fresh_key(), "serviceId": other.id.to_string() });
        let input = with(input, called());
        let refusal = world.refused("caseworker", "referralReroute", input.clone()).await;
        assert_eq!(refusal, "ConsentMissingError NOBODY_NAMED");
        let case = world.read("caseworker", &declined).await["case"]["id"].as_str().expect("a case").to_owned();
        let consent = world.record_consent("caseworker", &case, LAWYERS, named()).await.id();
        let input = with(input, json!({ "consentId": consent, "idempotencyKey": fresh_key() }));
        assert_eq!(world.run("caseworker", "referralReroute", input).await.done()["status"], "REQUESTED");
        assert_eq!(to_reroute(&world, "caseworker").await.len(), 8);
    }

    async fn the_place_stays_hidden_after_the_closing(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        sent(&world).await;
        edit(&world, "editor", json!({ "closesOn": "2026-12-15", "status": "CLOSED" })).await;
        let query = "query($id: ID!) { service(id: $id) { status closesOn \
            places { redacted latitude longitude address name areaCode } } }";
        let answer = world.ask(&world.person("caseworker"), query, json!({ "id": service(HOUSE) })).await;
        let seen = answer.at("service");
        assert_eq!((&seen["status"], &seen["closesOn"]), (&json!("CLOSED"), &json!("2026-12-15")));
        let places = seen["places"].as_array().expect("places");
        assert!(!places.is_empty());
        for place in places {
            assert_eq!(place["redacted"], true);
            assert!(["latitude", "longitude", "address", "name"].iter().all(|field| place[*field].is_null()), "{place}");
            assert!(place["areaCode"].is_string());
        }
    }

    async fn a_day_that_is_announced_counts_at_once_and_the_house_takes_people_until_then(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let open = sent(&world).await;
        let waiting = [draft(&world).await, draft(&world).await];
        edit(&world, "editor of the house", json!({ "closesOn": "2026-11-26" })).await;
        assert_eq!(noticed(&world, "caseworker").await, std::slice::from_ref(&open.id));
        assert_eq!(to_reroute(&world, "caseworker").await, BTreeSet::from([open.id.clone()]));
        // Whoever was told is not told again of the same ending.
        edit(&world, "editor", json!({ "closesOn": "2026-11-25" })).await;
        assert_eq!(noticed(&world, "caseworker").await, std::slice::from_ref(&open.id));

        let [tonight, later] = waiting;
        let tonight = world.send_referral("caseworker", &tonight, called()).await.referral();
        assert_eq!(to_reroute(&world, "caseworker").await, BTreeSet::from([open.id, tonight.id]));
        world.pass_hours(2 * 24);
        let input = with(json!({ "referralId": later.id, "expectedVersion": later.version }), called());
        let refusal = world.refused("caseworker", "referralSend", input.clone()).await;
        assert_eq!(refusal, "RecipientUnavailableError SERVICE_NOT_OPEN");
        // It stays open after all.
        edit(&world, "editor", json!({ "closesOn": null })).await;
        assert_eq!(to_reroute(&world, "caseworker").await, BTreeSet::new());
        world.run("caseworker", "referralSend", input).await.done();
    }
}
