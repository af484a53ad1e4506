//! What waits is decided service by service, a confirmed mark is lifted again, and what is told of days and of further
//! languages is edited like everything else.

use super::{EDITORS, PHONE, SHELTER, feed, phoned, typed};
use crate::kit::steps::{merged, service_id, text};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::Service;
use relais::domain::need::Need;
use serde_json::{Value, json};

/// A shelter for families, beside the one for minors.
const FAMILY_SHELTER: &str = "dc3b5dc3-b70b-409a-a3dd-46dae7d3857f";

const OTHER_PHONE: &str = "+33 1 99 00 00 43";

async fn days_and_languages(world: &World, id: &str) -> Value {
    let document = "query($id: ID!) { service(id: $id) { closures { from until } datedHours { from until openingHours } \
        translations { language name description } provenance { field } } }";
    world.ask(&world.person("caseworker"), document, json!({ "id": id })).await.at("service").clone()
}

on_both_databases! {
    async fn one_call_accepts_some_of_a_batch_and_refuses_the_rest(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let (one, other) = (service_id(SHELTER), service_id(FAMILY_SHELTER));
        let both: Vec<Value> = [SHELTER, FAMILY_SHELTER].iter()
            .map(|key| serde_json::from_str(&feed(key, phoned(PHONE))).expect("a service")).collect();
        world.import("corridor", &json!(both).to_string()).await;
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open.len(), open[0]["changes"].as_array().map(Vec::len)), (1, Some(2)), "{open:?}");
        let decide = |accept: bool, except: &str, reason: Value| {
            json!({ "directoryProposalId": open[0]["id"], "accept": accept, "exceptServiceIds": [except], "reason": reason })
        };
        let tries = async |input: Value| world.tries("second editor", "directoryProposalDecide", input).await;
        assert_eq!(tries(decide(true, &service_id(MINORITY_APPEAL), json!("NOT_TRUE"))).await, "InputError NOT_OF_PROPOSAL");
        assert_eq!(tries(decide(true, &other, Value::Null)).await, "InputError REASON_NEEDED");
        assert_eq!(tries(decide(true, &other, json!("NOT_CONFIRMED"))).await, "");
        let seen = async |id: &str| world.seen("caseworker", id).await;
        assert_eq!(typed(&seen(&one).await), [PHONE]);
        assert!(!typed(&seen(&other).await).contains(&PHONE));
        let done = world.proposals("editor", "PARTLY_ACCEPTED").await;
        assert_eq!((done.len(), &done[0]["reason"]), (1, &json!("NOT_CONFIRMED")));
        assert_eq!(tries(decide(true, &other, json!("NOT_TRUE"))).await, "ProtectionError ALREADY_DECIDED");
        // What was refused is not asked again, and what was accepted is no news.
        world.import("corridor", &json!(both).to_string()).await;
        assert_eq!(world.proposals("editor", "OPEN").await, Vec::<Value>::new());
    }

    async fn a_confirmed_mark_is_lifted_by_an_editor_and_of_a_shelter_by_two(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let mut shelter = world.like(MINORITY_APPEAL, "marked shelter");
        shelter.needs = [Need::ShelterFamily].into();
        world.publish(&shelter).await;
        for (id, is_guarded) in [(service_id(MINORITY_APPEAL), false), (shelter.id.to_string(), true)] {
            let seen = world.seen("caseworker", &id).await;
            let (place, phone) = (text(&seen["places"][0]["id"]), text(&seen["phones"][0]["typed"]));
            for target in [json!({ "placeId": place }), json!({ "phone": phone })] {
                let input = merged(json!({ "serviceId": id }), &target);
                let lift = async |who: &str| world.tries(who, "serviceLiftDoNotUse", input.clone()).await;
                assert_eq!(lift("editor").await, "InputError NOT_MARKED");
                assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", input.clone()).await, "");
                assert_eq!(lift("editor").await, "InputError MARK_UNDECIDED");
                let open = world.proposals("editor", "OPEN").await;
                assert_eq!(world.decides("editor", &open[0], true).await, "");
                for who in ["caseworker", "lawyer"] {
                    assert_eq!(lift(who).await, "FORBIDDEN", "{who}");
                }
                let is_marked = async || {
                    let seen = world.seen("caseworker", &id).await;
                    let field = if target["phone"].is_null() { "places" } else { "phones" };
                    seen[field][0]["doNotUse"] == true
                };
                assert!(is_marked().await);
                assert_eq!(lift("editor").await, "");
                assert_eq!(is_marked().await, is_guarded);
                let open = world.proposals("editor", "OPEN").await;
                assert_eq!(open.len(), usize::from(is_guarded));
                if let [lifting] = &open[..] {
                    assert_eq!((&lifting["kind"], &lifting["isOwn"]), (&json!("MARK_LIFT"), &json!(true)));
                    assert!(lifting["changes"][0]["valueProposed"].is_string(), "{lifting}");
                    assert_eq!(lift("second editor").await, "InputError MARK_UNDECIDED");
                    assert_eq!(world.decides("editor", lifting, true).await, "ProtectionError SECOND_PERSON_NEEDED");
                    assert_eq!(world.decides("second editor", lifting, true).await, "");
                    assert!(!is_marked().await);
                }
            }
            let whole = json!({ "serviceId": id });
            assert_eq!(world.tries("editor", "serviceLiftDoNotUse", whole).await, "InputError ONE_OF_TWO");
        }
        let events = world.rows("audit_events").await.join("\n");
        assert!(events.contains("do_not_use_lifted"), "{events}");
    }

    async fn closures_dated_hours_and_translations_are_edited_and_a_feed_leaves_them(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = service_id(MINORITY_APPEAL);
        let day = "2026-12-24";
        let changes = json!({ "closures": [{ "from": day, "until": "2027-01-02" }],
            "datedHours": [{ "from": "2027-02-18", "until": "2027-03-19", "openingHours": "Mo-Fr 10:00-14:00" }],
            "translations": [{ "language": "en", "name": "Appeals on age", "description": "Ask at the desk." }] });
        assert_eq!(world.edits("editor", &id, changes.clone()).await, "");
        let told = days_and_languages(&world, &id).await;
        for field in ["closures", "datedHours", "translations"] {
            assert_eq!(told[field], changes[field], "{field}");
        }
        assert_eq!(told["provenance"], json!([{ "field": "CLOSURES" }, { "field": "DATED_HOURS" }, { "field": "TRANSLATIONS" }]));
        world.import("corridor", &feed(MINORITY_APPEAL, |service| service["fees"] = json!("3 euros"))).await;
        assert_eq!(days_and_languages(&world, &id).await, told);
        for (wrong, problem) in [
            (json!({ "closures": [{ "from": "2027-01-02", "until": day }] }), "DAYS_CROSS"),
            (json!({ "datedHours": [{ "from": day, "until": day, "openingHours": "[[" }] }), "OPENING_HOURS"),
            (json!({ "translations": [{ "language": "en" }] }), "TEXT_EMPTY"),
            (json!({ "translations": [{ "language": "en", "name": "a" }, { "language": "en", "name": "b" }] }), "LANGUAGE_TWICE"),
            (json!({ "translations": [{ "language": "?", "name": "a" }] }), "LANGUAGE"),
            (changes, "NO_CHANGE"),
        ] {
            assert_eq!(world.edits("editor", &id, wrong.clone()).await, format!("InputError {problem}"), "{wrong}");
        }
        // They go again.
        assert_eq!(world.edits("editor", &id, json!({ "closures": [], "datedHours": [], "translations": [] })).await, "");
        assert_eq!(days_and_languages(&world, &id).await["closures"], json!([]));
    }

    async fn a_phone_in_a_translation_or_among_dated_hours_of_a_shelter_takes_two_people(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let mut shelter: Service = world.like(MINORITY_APPEAL, "translated shelter");
        shelter.needs = [Need::ShelterFamily].into();
        world.publish(&shelter).await;
        let id = shelter.id.to_string();
        let day = "2026-12-24";
        for (field, phone, changes) in [
            ("TRANSLATIONS", PHONE, json!({ "translations": [{ "language": "en", "name": "Shelter", "description": format!("Call {PHONE}") }] })),
            ("DATED_HOURS", OTHER_PHONE, json!({ "datedHours": [{ "from": day, "until": day, "openingHours": format!("Mo 10:00-12:00 \"{OTHER_PHONE}\"") }] })),
        ] {
            assert_eq!(world.edits("editor", &id, changes).await, "");
            let open = world.proposals("editor", "OPEN").await;
            assert_eq!((open.len(), &open[0]["changes"][0]["field"]), (1, &json!(field)));
            assert!(!days_and_languages(&world, &id).await.to_string().contains(phone), "{field}");
            assert!(open[0]["changes"][0]["valueProposed"].to_string().contains(phone), "{field}");
            assert_eq!(world.decides("second editor", &open[0], true).await, "");
            assert!(days_and_languages(&world, &id).await.to_string().contains(phone), "{field}");
        }
        let harmless = json!({ "translations": [{ "language": "fr", "name": "Accueil" }] });
        assert_eq!(world.edits("editor", &id, harmless).await, "");
        assert_eq!(world.proposals("editor", "OPEN").await, Vec::<Value>::new());
    }
}
