//! Pages of a search: the same sequence whatever their size, and whatever happens between two of them.

use super::{PANTIN, edges, everything, near, search};
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::world::{World, on_both_databases};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relais::import::plan::Completeness;
use serde_json::{Value, json};

const SEEDS: &str = include_str!("../../../seeds/paris-region.json");

fn nearby() -> Value {
    json!({ "near": near(PANTIN)["near"], "verdicts": everything()["verdicts"] })
}

/// The names of a whole search from a cursor on, read by pages of one size.
async fn walk(world: &World, filter: &Value, first: i32, mut after: Value) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let answer = search(world, "caseworker", json!({ "filter": filter, "first": first, "after": after })).await;
        names.extend(edges(&answer).iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()));
        let page = answer.at("services/pageInfo");
        assert_eq!(page["hasPreviousPage"], json!(!after.is_null()));
        assert!(edges(&answer).len() <= usize::try_from(first).unwrap());
        if page["hasNextPage"] == false {
            return names;
        }
        after = page["endCursor"].clone();
    }
}

/// The seeds after a change of their list of services.
fn seeds(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut feed: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
    change(feed["contents"].as_array_mut().expect("services"));
    feed["contents"].to_string()
}

/// A copy of the first service of the seeds, elsewhere and under another name.
fn copy(number: u32, latitude: f64) -> Value {
    let feed: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
    let mut service = feed["contents"][0].clone();
    service["id"] = json!(format!("00000000-0000-4000-8000-{number:012}"));
    service["name"] = json!(format!("Copy {number}"));
    let places = service["service_at_locations"].as_array_mut().expect("places");
    places.truncate(1);
    places[0]["id"] = json!(format!("00000000-0000-4000-8000-1{number:011}"));
    places[0]["location"]["id"] = json!(format!("00000000-0000-4000-8000-2{number:011}"));
    places[0]["location"]["latitude"] = json!(latitude);
    service
}

on_both_databases! {
    async fn pages_of_every_size_give_the_same_sequence(world: World) {
        for filter in [
            nearby(),
            everything(),
            json!({}),
            json!({ "near": near(PANTIN)["near"], "person": { "ageBand": "AGE_15_17" } }),
        ] {
            let whole = walk(&world, &filter, 100, Value::Null).await;
            assert!(whole.len() > 15, "{filter}");
            for first in [1, 2, 7, 30, 31] {
                assert_eq!(walk(&world, &filter, first, Value::Null).await, whole, "{filter} by {first}");
            }
        }
    }

    async fn twins_at_one_place_are_neither_lost_nor_doubled_between_pages(world: World) {
        let twins: Vec<Value> = (1..=9).map(|number| copy(number, PANTIN.0)).collect();
        world.import("twins", &json!(twins).to_string()).await;
        let whole = walk(&world, &nearby(), 100, Value::Null).await;
        assert_eq!(whole.len(), 40);
        for first in [1, 4] {
            assert_eq!(walk(&world, &nearby(), first, Value::Null).await, whole);
        }
    }

    async fn a_cursor_stays_right_while_the_directory_changes(world: World) {
        let whole = walk(&world, &nearby(), 100, Value::Null).await;
        let page = search(&world, "caseworker", json!({ "filter": nearby(), "first": 6 })).await;
        let cursor = page.at("services/pageInfo/endCursor").clone();
        let (last_read, unread) = (whole[5].clone(), whole[9].clone());
        let without =
            seeds(|services| services.retain(|service| service["name"] != last_read && service["name"] != unread));
        world.import_as("corridor", &without, Completeness::Complete).await;
        world.import("others", &json!([copy(1, PANTIN.0), copy(2, 49.9)]).to_string()).await;
        let mut expected: Vec<String> = whole[6..].iter().filter(|name| **name != unread).cloned().collect();
        // One opened behind what was read, before the one service that has no place; one at the very start.
        expected.insert(expected.len() - 1, "Copy 2".to_owned());
        for first in [1, 3, 100] {
            assert_eq!(walk(&world, &nearby(), first, cursor.clone()).await, expected, "by {first}");
        }
    }

    /// The verdict of a page is that of the first page's instant: a capacity that grows stale between two
    /// pages moves nobody from one list to the other.
    async fn every_page_is_judged_at_the_instant_of_the_first(world: World) {
        let nanterre = near((48.8924, 2.2071));
        let full =
            json!({ "near": nanterre["near"], "verdicts": ["NO"], "person": { "household": "UNACCOMPANIED_CHILD" } });
        let whole = walk(&world, &full, 100, Value::Null).await;
        let shelter = "Mise à l'abri d'urgence des mineurs, Plateau Vert";
        let at = whole.iter().position(|name| name == shelter).expect("a full shelter is excluded");
        assert!(at > 0, "{whole:?}");
        let page = search(&world, "caseworker", json!({ "filter": full, "first": at })).await;
        let cursor = page.at("services/pageInfo/endCursor").clone();
        world.set_clock("2026-11-23T20:00:00Z");
        assert_eq!(walk(&world, &full, 2, cursor).await, whole[at..]);
        assert!(!walk(&world, &full, 100, Value::Null).await.contains(&shelter.to_owned()), "by now nobody knows");
    }

    async fn a_cursor_of_another_question_is_refused(world: World) {
        let page = search(&world, "caseworker", json!({ "filter": nearby(), "first": 5 })).await;
        let cursor = page.text_at("services/pageInfo/endCursor").to_owned();
        world.sent(&to_the_lawyers()).await;
        let inbox = world.ask(&world.person("lawyer"), "{ inbox { pageInfo { endCursor } } }", json!({})).await;
        for (filter, after) in [
            (json!({ "near": near((48.8922, 2.4127))["near"], "verdicts": everything()["verdicts"] }), cursor.clone()),
            (everything(), cursor.clone()),
            (json!({ "near": near(PANTIN)["near"] }), cursor.clone()),
            (
                json!({ "near": near(PANTIN)["near"], "verdicts": everything()["verdicts"], "need": "LEGAL_ASYLUM" }),
                cursor.clone(),
            ),
            (nearby(), inbox.text_at("inbox/pageInfo/endCursor").to_owned()),
            (nearby(), String::new()),
            (nearby(), "nonsense".to_owned()),
            (nearby(), cursor[..cursor.len() - 4].to_owned()),
            (nearby(), format!("{cursor}AAAA")),
            (nearby(), "A".repeat(5_000)),
        ] {
            let answer = search(&world, "caseworker", json!({ "filter": filter, "after": after })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{filter} after {after:.60}: {}", answer.text());
        }
        for list in ["inbox", "sentReferrals"] {
            let query = format!("query($after: String) {{ {list}(after: $after) {{ nodes {{ id }} }} }}");
            let answer = world.ask(&world.person("caseworker"), &query, json!({ "after": cursor })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{list}");
        }
    }

    async fn a_cursor_with_one_byte_changed_is_refused(world: World) {
        let page = search(&world, "caseworker", json!({ "filter": nearby(), "first": 5 })).await;
        let cursor = page.text_at("services/pageInfo/endCursor");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).expect("base64");
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                let after = URL_SAFE_NO_PAD.encode(changed);
                let answer = search(&world, "caseworker", json!({ "filter": nearby(), "after": after })).await;
                assert_eq!(answer.code(), "BAD_USER_INPUT", "byte {at}: {}", answer.text());
            }
        }
        let answer = search(&world, "caseworker", json!({ "filter": nearby(), "first": 100, "after": cursor })).await;
        assert_eq!(edges(&answer).len(), 26);
    }
}
