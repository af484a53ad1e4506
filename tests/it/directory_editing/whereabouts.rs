//! Editing whom an entry serves by area, by which clock and calendar it lives, and until when it can be relied on.

use super::SHELTER;
use crate::kit::steps::service_id;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::Tier;
use serde_json::{Value, json};

const SEEN: &str = "query($id: ID!) { service(id: $id) { areasServed timeZone country provenance { field toldBy } \
    freshness { validUntil state } } }";

impl World {
    async fn whereabouts(&self, id: &str) -> Value {
        self.ask(&self.person("caseworker"), SEEN, json!({ "id": id })).await.at("service").clone()
    }
}

on_both_databases! {
    async fn areas_clock_calendar_and_last_day_are_set_and_cleared_by_one_person_also_of_a_shelter(world: World) {
        let world = world.with_editors().await;
        for key in [MINORITY_APPEAL, SHELTER] {
            let id = service_id(key);
            let changes = json!({
                "areasServed": ["FR-93", "fr-75056", "FR-93"], "timeZone": "Africa/Tunis", "country": "tn",
                "validUntil": "2020-01-31",
            });
            assert_eq!(world.edits("editor", &id, changes.clone()).await, "");
            let seen = world.whereabouts(&id).await;
            assert_eq!(seen["areasServed"], json!(["FR-93", "FR-75056"]));
            assert_eq!((&seen["timeZone"], &seen["country"]), (&json!("Africa/Tunis"), &json!("TN")));
            assert_eq!(seen["freshness"], json!({ "validUntil": "2020-01-31", "state": "STALE" }));
            let set: Vec<_> = seen["provenance"].as_array().expect("edits").iter().map(|edit| &edit["field"]).collect();
            assert_eq!(set, ["AREAS_SERVED", "TIME_ZONE", "COUNTRY", "VALID_UNTIL"]);
            assert_eq!(world.proposals("editor", "OPEN").await, Vec::<Value>::new());
            assert_eq!(world.edits("editor", &id, changes).await, "InputError NO_CHANGE");
            let cleared = json!({ "areasServed": [], "timeZone": null, "country": null, "validUntil": null });
            assert_eq!(world.edits("editor", &id, cleared).await, "");
            let seen = world.whereabouts(&id).await;
            assert_eq!((&seen["areasServed"], &seen["timeZone"]), (&json!([]), &Value::Null));
            assert_eq!((&seen["country"], &seen["freshness"]["validUntil"]), (&Value::Null, &Value::Null));
        }
    }

    async fn what_is_no_area_zone_or_country_is_refused_and_a_stranger_suggests(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let many: Vec<_> = (0..501).map(|number| format!("FR-{number:05}")).collect();
        for (changes, problem) in [
            (json!({ "areasServed": ["no area"] }), "AREA_CODE"),
            (json!({ "areasServed": many }), "LIST_TOO_LONG"),
            (json!({ "timeZone": "Africa/Atlantis" }), "TIME_ZONE"),
            (json!({ "country": "Tunisia" }), "COUNTRY"),
        ] {
            assert_eq!(world.edits("editor", &id, changes).await, format!("InputError {problem}"));
        }
        let changes = json!({ "areasServed": ["FR-93"], "validUntil": "2030-01-31" });
        assert_eq!(world.edits("another partner", &id, changes.clone()).await, "FORBIDDEN");
        let suggested = json!({ "serviceId": id, "changes": changes });
        assert_eq!(world.tries("another partner", "serviceCorrectionSuggest", suggested).await, "");
        let open = world.proposals("editor", "OPEN").await;
        let fields: Vec<_> = open[0]["changes"].as_array().expect("changes").iter().map(|change| &change["field"]).collect();
        let mut values: Vec<_> = open[0]["changes"].as_array().expect("changes").iter().map(|change| &change["valueProposed"]).collect();
        values.sort_by_key(|value| value.to_string());
        assert_eq!((fields.len(), values), (2, vec![&json!("2030-01-31"), &json!("FR-93")]));
        assert_eq!(world.decides("editor", &open[0], true).await, "");
        assert_eq!(world.whereabouts(&id).await["areasServed"], json!(["FR-93"]));
    }

    async fn staff_are_told_whose_record_an_entry_is_and_nobody_is_led_to_a_hidden_place(world: World) {
        let world = world.with_editors().await;
        let document = "query($id: ID!) { service(id: $id) { source { name recordId toldOn } } }";
        let told = async |handle: &str, id: &str| {
            world.ask(&world.person(handle), document, json!({ "id": id })).await.at("service/source").clone()
        };
        let mut listed = world.like(MINORITY_APPEAL, "record 4711");
        (listed.tier, listed.verified_on) = (Tier::Public, "2026-10-01".parse().ok());
        world.publish(&listed).await;
        let id = listed.id.to_string();
        let source = json!({ "name": "test", "recordId": "record 4711", "toldOn": "2026-10-01" });
        for handle in ["caseworker", "another partner", "editor"] {
            assert_eq!(told(handle, &id).await, source, "{handle}");
        }
        assert_eq!(told("nobody", &id).await, Value::Null);
        // Once people have checked it, the day is theirs.
        assert_eq!(world.tries("editor", "serviceConfirm", json!({ "serviceId": id })).await, "");
        assert_eq!(told("caseworker", &id).await, json!({ "name": "test", "recordId": "record 4711", "toldOn": null }));
        // What is redacted here may stand open at the source.
        let place = json!({ "id": listed.places[0].id.to_string(), "kind": "PHYSICAL", "redacted": true, "areaCode": "FR-75056" });
        assert_eq!(world.edits("editor", &id, json!({ "places": [place] })).await, "");
        assert_eq!(told("editor", &id).await["recordId"], Value::Null);
        assert_eq!(told("caseworker", &service_id(MINORITY_APPEAL)).await["name"], "corridor");
    }
}
