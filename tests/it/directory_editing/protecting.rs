//! What people have protected stays protected: an entry that goes and comes back, a place that must not be found, a mark
//! whose phone is typed anew.

use super::{EDITORS, SEEDS, feed};
use crate::kit::steps::{merged, service_id, text};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::{Document, FieldValue, Place, Service, Tier};
use relais::domain::directory_edit::ProposedChange;
use relais::domain::id::{Identifier as _, LocationId, ServiceId};
use relais::domain::place::{Area, AreaCode};
use relais::import::plan::Completeness;
use relais::store::{DirectoryChange, StoreError};
use serde_json::{Value, json};

/// Of another organisation than that of the minority appeal.
const CLINIC: &str = "f32d189a-d6de-4be1-9e7d-7b2eb1fe87e4";
const NAME: &str = "Maison Cachée";
const ADDRESS: &str = "17 impasse du Cerisier Blanc";
const PHONE_ID: &str = "1c719831-7064-4abb-a25d-4baa132b1973";
const OTHER_ID: &str = "2c719831-7064-4abb-a25d-4baa132b1973";

/// Puts a service at a house that is in no public text.
fn at_hidden_house(redacted: bool) -> impl FnOnce(&mut Value) {
    let mark =
        |code: &str, value: &str| json!({ "value": value, "taxonomy_term": { "code": code, "taxonomy": "relais" } });
    let attributes =
        if redacted { json!([mark("redacted", "true"), mark("area_code", "FR-93055")]) } else { json!([]) };
    let location = json!({ "id": OTHER_ID, "location_type": "physical", "name": NAME, "transportation": "Bus du Cerisier Blanc",
        "latitude": 48.771_357_9, "longitude": 2.443_219_8, "attributes": attributes,
        "addresses": [{ "address_1": ADDRESS, "city": "Pantin", "address_type": "physical" }] });
    move |service| service["service_at_locations"] = json!([{ "id": PHONE_ID, "location": location }])
}

impl World {
    async fn version(&self, id: &str) -> i64 {
        self.seen("editor", id).await["version"].as_i64().expect("a version")
    }

    /// Where anything of the house is readable in the database: table and what.
    async fn traces(&self) -> Vec<String> {
        let mut traces = Vec::new();
        for (table, rows) in self.every_row().await {
            for trace in ["48.7713", "2.4432", "Cerisier Blanc", NAME] {
                traces.extend(rows.iter().filter(|row| row.contains(trace)).map(|_| format!("{table}: {trace}")));
            }
        }
        traces
    }

    /// What stands sealed of the places of an entry: the source's word beside it, and open proposals about it.
    async fn hidden_values(&self, id: &str) -> String {
        let store = &self.app.context().store;
        let read = store.write(async |tx| {
            let mut values: Vec<FieldValue> =
                tx.find_entry(id).await?.map(|entry| entry.source_word).unwrap_or_default();
            for proposal in tx.list_open_proposals_of(ServiceId::parse(id).expect("an id")).await? {
                for change in proposal.items.into_iter().filter_map(|item| item.change) {
                    if let ProposedChange::Edit { before, after, .. } = change {
                        values.extend(before.into_iter().chain(after));
                    }
                }
            }
            Ok::<_, relais::store::StoreError>(values)
        });
        serde_json::to_string(&read.await.expect("a reading")).expect("JSON")
    }

    async fn finds_by_words(&self, words: &str) -> Vec<String> {
        let document = "query($words: String!) { services(first: 100, filter: { words: $words, verdicts: [MATCH, TO_CONFIRM, NO] }) { nodes { id } } }";
        let found = self.ask(&self.person("caseworker"), document, json!({ "words": words })).await;
        found.at("services/nodes").as_array().expect("services").iter().map(|service| text(&service["id"])).collect()
    }

    /// The entry as the directory has it.
    fn entry(&self, id: &str) -> Service {
        let id = ServiceId::parse(id).expect("an id");
        let service = self.app.context().directory.snapshot().service(id).expect("an entry");
        Service { version: 0, record: None, ..(*service).clone() }
    }

    /// Imports all of the seeds but the services with these keys.
    async fn import_without(&self, keys: &[&str]) {
        let mut all: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
        let services = all["contents"].as_array_mut().expect("services");
        services.retain(|service| !keys.iter().any(|key| service["id"] == *key));
        self.import_as("corridor", &all.to_string(), Completeness::Complete).await;
    }
}

on_both_databases! {
    async fn an_entry_that_was_gone_comes_back_as_protected_as_it_was(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = service_id(MINORITY_APPEAL);
        let seen = world.seen("editor", &id).await;
        let (place, phone) = (text(&seen["places"][0]["id"]), text(&seen["phones"][0]["typed"]));
        for target in [json!({ "placeId": place }), json!({ "phone": phone }), json!({})] {
            let input = merged(json!({ "serviceId": id }), &target);
            assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", input).await, "");
        }
        let hidden = json!([{ "id": place, "kind": "PHYSICAL", "redacted": true, "areaCode": "FR-93055" }]);
        let changes = json!({ "fees": "2 euros", "status": "SUSPENDED", "places": hidden });
        assert_eq!(world.edits("editor", &id, changes).await, "");
        // Who seals it is told nothing of it any more, and that it was done.
        assert_eq!(world.edits("editor", &id, json!({ "tier": "SEALED" })).await, "");
        let before = world.entry(&id);
        assert_eq!(before.tier, Tier::Sealed);
        assert!(before.do_not_use && before.places[0].do_not_use && before.phones[0].do_not_use && before.places[0].redacted);
        world.import_without(&[MINORITY_APPEAL]).await;
        assert!(world.app.context().directory.snapshot().service(ServiceId::parse(&id).expect("an id")).is_none());
        world.import_without(&[]).await;
        let after = world.entry(&id);
        assert_eq!(serde_json::to_value(&after).expect("JSON"), serde_json::to_value(&before).expect("JSON"));
        // Once more by a feed that says nothing of what it does not hold.
        world.import_without(&[MINORITY_APPEAL]).await;
        world.import("corridor", &feed(MINORITY_APPEAL, |service| service["fees"] = json!("3 euros"))).await;
        assert!(world.entry(&id) == before);
    }

    async fn a_place_that_an_editor_redacts_is_nowhere_in_the_store_any_more(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let ids = [MINORITY_APPEAL, CLINIC].map(service_id);
        for key in [MINORITY_APPEAL, CLINIC] {
            world.import("corridor", &feed(key, at_hidden_house(false))).await;
        }
        let place = world.seen("editor", &ids[0]).await["places"][0]["id"].clone();
        // An edit, a suggestion and a word of the source beside the edit hold other points of it.
        let moved = |latitude: f64| json!([{ "id": place, "kind": "PHYSICAL", "name": NAME, "latitude": latitude, "longitude": 2.4,
            "address": ADDRESS }]);
        assert_eq!(world.edits("editor", &ids[0], json!({ "places": moved(48.771_357_8) })).await, "");
        let suggested = json!({ "serviceId": ids[1], "changes": { "places": moved(48.771_357_7) } });
        assert_eq!(world.tries("caseworker", "serviceCorrectionSuggest", suggested).await, "");
        assert!(world.finds_by_words("Cachée").await.contains(&ids[0]));
        assert!(!world.traces().await.is_empty(), "the search for traces finds what is there");
        let versions = [world.version(&ids[0]).await, world.version(&ids[1]).await];
        // Without a code of its area it has none that is known.
        let hidden = |more: Value| json!({ "places": [merged(json!({ "id": place, "kind": "PHYSICAL", "redacted": true }), &more)] });
        assert_eq!(world.edits("editor", &ids[0], hidden(json!({}))).await, "InputError AREA_OF_REDACTED");
        let named = hidden(json!({ "areaCode": "FR-93055", "name": NAME, "address": ADDRESS }));
        assert_eq!(world.edits("editor", &ids[0], named).await, "");
        assert_eq!(world.traces().await, Vec::<String>::new());
        for (id, version) in ids.iter().zip(versions) {
            let entry = world.entry(id);
            let covered = &entry.places[0];
            assert!(covered.redacted && !covered.tells_more_than_area(), "of every service that has it");
            assert_eq!(covered.area.as_ref().map(|area| area.code.as_str()), Some("FR-93055"));
            assert!(entry.details.iter().all(|detail| !["Transportation", "Accessibility"].contains(&&*detail.label)));
            assert_eq!(world.version(id).await, version + 1);
            let question = "query($id: ID!) { serviceHistory(serviceId: $id) { fields } }";
            let history = world.ask(&world.person("caseworker"), question, json!({ "id": id })).await;
            assert!(history.at("serviceHistory/0/fields").to_string().contains("places"), "{}", history.text());
            assert!(!world.hidden_values(id).await.contains("48.7713"), "sealed values hold the point");
        }
        assert!(world.finds_by_words("Cachée").await.is_empty());
        // Nobody repeats the area, and it stays.
        assert_eq!(world.edits("editor", &ids[0], hidden(json!({ "name": "Bureau" }))).await, "InputError NO_CHANGE");
        // The source goes on telling the house.
        for key in [MINORITY_APPEAL, CLINIC] {
            world.import("corridor", &feed(key, at_hidden_house(false))).await;
        }
        assert_eq!(world.traces().await, Vec::<String>::new());
    }

    async fn a_place_that_a_feed_comes_to_redact_is_nowhere_in_the_store_any_more(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let ids = [MINORITY_APPEAL, CLINIC].map(service_id);
        for key in [MINORITY_APPEAL, CLINIC] {
            world.import("corridor", &feed(key, at_hidden_house(false))).await;
        }
        // A tombstone holds the point, and an earlier version.
        world.import_without(&[MINORITY_APPEAL]).await;
        assert!(!world.traces().await.is_empty());
        let both = [CLINIC, MINORITY_APPEAL].map(|key| {
            serde_json::from_str::<Value>(&feed(key, at_hidden_house(true))).expect("a service")
        });
        world.import("corridor", &json!(both).to_string()).await;
        assert_eq!(world.traces().await, Vec::<String>::new());
        for id in &ids {
            assert!(!world.hidden_values(id).await.contains("48.7713"), "sealed values hold the point");
        }
        assert!(world.entry(&ids[0]).places[0].redacted);
    }

    async fn many_places_that_are_redacted_at_once_are_nowhere_in_the_store_any_more(world: World) {
        // More than are looked for one by one.
        let streets = 20;
        let houses = |redacted: bool, name: &str| {
            let mut service = world.like(MINORITY_APPEAL, name);
            let model = service.places[0].clone();
            let house = |number: usize| {
                let mut place = Place {
                    id: LocationId::derived("test", &format!("house {number}")),
                    name: Some(NAME.to_owned()),
                    address: Some(format!("{number} {ADDRESS}")),
                    ..model.clone()
                };
                if redacted {
                    place.redact();
                    place.area = AreaCode::parse("FR-93055").ok().map(|code| Area { code, name: None, center: None, radius_meters: None });
                }
                place
            };
            service.places = (0..streets).map(house).collect();
            service
        };
        // Another entry has the same houses, one has a house of its own, and one has gone.
        for name in ["found", "beside", "gone"] {
            world.publish(&houses(false, name)).await;
        }
        let mut apart = houses(false, "apart");
        apart.places = vec![Place { id: LocationId::derived("test", "apart"), ..apart.places[0].clone() }];
        apart.places[0].name = Some("Bureau".to_owned());
        apart.places[0].address = Some("3 rue des Lilas".to_owned());
        world.publish(&apart).await;
        let gone = Document::Service(houses(false, "gone"));
        let change = DirectoryChange { source_key: "gone", document: &gone, is_gone: true };
        let now = world.now();
        let written = world.app.context().store.write(async |tx| tx.change_directory("test", &[change], now).await.map(drop)).await;
        written.map_err(|error: StoreError| error.to_string()).expect("a tombstone");
        assert!(!world.traces().await.is_empty(), "the search for traces finds what is there");
        world.publish(&houses(true, "found")).await;
        assert_eq!(world.traces().await, Vec::<String>::new());
        let beside = world.entry(&houses(true, "beside").id.to_string());
        assert_eq!(beside.places.len(), streets);
        assert!(beside.places.iter().all(|place| place.redacted && !place.tells_more_than_area()));
        let apart = world.entry(&apart.id.to_string());
        assert_eq!(apart.places[0].address.as_deref(), Some("3 rue des Lilas"), "a house of its own stays");
    }

    async fn a_mark_outlives_another_typing_an_absence_and_another_key(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = service_id(MINORITY_APPEAL);
        let told = |phones: &[&str], location: &str| {
            let phones: Vec<Value> = phones.iter().map(|number| json!({ "id": PHONE_ID, "number": number })).collect();
            feed(MINORITY_APPEAL, move |service| {
                service["phones"] = json!(phones);
                service["service_at_locations"][0]["location"]["id"] = json!(location);
            })
        };
        let marks = async |world: &World| {
            let entry = world.entry(&id);
            let phones = entry.phones.iter().map(|phone| (phone.typed.clone(), phone.do_not_use)).collect::<Vec<_>>();
            (phones, entry.places.iter().map(|place| place.do_not_use).collect::<Vec<_>>())
        };
        world.import("corridor", &told(&["+33 1 99 00 00 42"], PHONE_ID)).await;
        let place = world.seen("editor", &id).await["places"][0]["id"].clone();
        for target in [json!({ "placeId": place }), json!({ "phone": "+33 1 99 00 00 42" })] {
            let input = merged(json!({ "serviceId": id }), &target);
            assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", input).await, "");
        }
        world.import("corridor", &told(&["+33 (0)1 99 00 00 42"], OTHER_ID)).await;
        assert_eq!(marks(&world).await, (vec![("+33 (0)1 99 00 00 42".to_owned(), true)], vec![true]));
        world.import("corridor", &told(&["115"], OTHER_ID)).await;
        assert_eq!(marks(&world).await, (vec![("115".to_owned(), false)], vec![true]));
        world.import("corridor", &told(&["01 99 00 00 42", "115"], PHONE_ID)).await;
        let back = vec![("01 99 00 00 42".to_owned(), true), ("115".to_owned(), false)];
        assert_eq!(marks(&world).await, (back, vec![true]));
        // People who type it anew lift nothing, and an editor's decision lifts it from whatever carries it.
        assert_eq!(world.edits("editor", &id, json!({ "phones": ["0033 1 99 00 00 42"] })).await, "");
        assert!(world.entry(&id).phones[0].do_not_use);
        world.import("corridor", &told(&["115"], OTHER_ID)).await;
        for proposal in world.proposals("editor", "OPEN").await {
            assert_eq!(world.decides("editor", &proposal, false).await, "");
        }
        let entry = world.entry(&id);
        assert!(!entry.phones[0].do_not_use && !entry.places[0].do_not_use && entry.former_phones.is_empty());
        // Nothing of a phone stands readable beside it.
        assert!(!world.rows("directory_documents").await.join("\n").contains("99 00 00 42"));
    }
}
