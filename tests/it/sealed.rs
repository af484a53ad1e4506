//! What is sealed: it is in no column, and it opens at its own place only.

use crate::kit::hearing::hear;
use crate::kit::loop_calls::{girl, to_the_lawyers};
use crate::kit::steps::girl_of_sixteen;
use crate::kit::world::{World, on_both_databases};
use serde_json::{Value, json};

const BY_ID: &str = "query($id: ID!) { node(id: $id) { ... on CaseReference { id spokenCode fileNumber gender } } }";

async fn sealed_of(world: &World, id: &str) -> String {
    world.texts(format!("SELECT sealed FROM cases WHERE id = '{id}'")).await.remove(0)
}

on_both_databases! {
    async fn a_case_and_an_offer_tell_the_database_nothing_that_is_sealed(world: World) {
        let ready = world.ready_for_the_lawyers(&crate::kit::loop_calls::service(crate::kit::world::MINORITY_APPEAL),
            json!({})).await;
        let code = world.ask(&ready.sender, BY_ID, json!({ "id": ready.case })).await.text_at("node/spokenCode").to_owned();
        world.sent(&to_the_lawyers()).await;
        let rows = [world.rows("cases").await, world.rows("referrals").await].concat().join("\n");
        assert!(rows.contains(&ready.case), "the control: the rows are there");
        let told = [
            code.as_str(), "PAN-2026", "woman", "unaccompanied_child", "minor_in_appeal", "squat", "torture", "threat",
            "\"bm\"",
        ];
        for word in told {
            assert!(!rows.contains(word), "{word} is told by {rows}");
        }
        // The coarse facts that searches and tables need are in the clear, and said to be.
        assert!(rows.contains("15_17") && rows.contains("FR-93055"), "{rows}");
    }

    async fn contacts_stand_in_no_version_of_a_document_and_are_read_all_the_same(world: World) {
        let mut feed: Value = serde_json::from_str(include_str!("../../seeds/paris-region.json")).expect("a feed");
        let first = feed["contents"].as_array_mut().expect("services").first_mut().expect("a service");
        first["phones"] = json!([{ "id": "5f0c3a52-8c6e-4c8e-9a55-0d8f3f3f7aff", "number": "01 99 00 77 66" }]);
        first["email"] = json!("cerisier@example.org");
        let id = crate::kit::loop_calls::service(first["id"].as_str().expect("an id"));
        world.import("corridor", &feed.to_string()).await;
        let rows = [world.rows("directory_documents").await, world.rows("projects").await].concat().join("\n");
        assert!(rows.contains(&id), "the control");
        for word in ["01 99 00", "1 99 00 00 70", "@example.org", "cerisier"] {
            assert!(!rows.contains(word), "{word} is told");
        }
        let node = world.node().await;
        let query = "query($id: ID!) { service(id: $id) { phones { typed } email } }";
        let answer = crate::kit::key_store::asked(&node, &world.person("caseworker"), query, json!({ "id": id })).await;
        assert_eq!(answer.at("service/phones"), &json!([{ "typed": "01 99 00 77 66" }]), "{}", answer.text());
        assert_eq!(answer.at("service/email"), &json!("cerisier@example.org"));
    }

    async fn a_sealed_text_moved_to_another_row_is_an_incident(world: World) {
        let sender = world.person("caseworker");
        let one = world.opened_case(&sender, girl_of_sixteen()).await["id"].as_str().expect("an id").to_owned();
        let other = world.open_case("caseworker", girl(), json!({})).await.id();
        let (of_one, of_other) = (sealed_of(&world, &one).await, sealed_of(&world, &other).await);
        for (id, sealed) in [(&one, &of_other), (&other, &of_one)] {
            world.execute(&format!("UPDATE cases SET sealed = '{sealed}' WHERE id = '{id}'")).await;
        }
        let (answer, lines) = hear(world.ask(&sender, BY_ID, json!({ "id": one }))).await;
        assert_eq!((answer.at("node"), answer.code()), (&Value::Null, "INTERNAL"), "{}", answer.text());
        assert!(lines.iter().any(|line| line.text.contains("a stored sealed cannot be read")), "{lines:#?}");
        for (id, sealed) in [(&one, &of_one), (&other, &of_other)] {
            world.execute(&format!("UPDATE cases SET sealed = '{sealed}' WHERE id = '{id}'")).await;
        }
        assert_eq!(world.ask(&sender, BY_ID, json!({ "id": one })).await.text_at("node/fileNumber"), "PAN-2026/118");
    }

    async fn the_same_facts_look_different_each_time_and_the_same_code_is_found_by_one_index(world: World) {
        let one = world.open_case("caseworker", girl(), json!({})).await;
        let other = world.open_case("caseworker", girl(), json!({})).await;
        assert_ne!(sealed_of(&world, &one.id()).await, sealed_of(&world, &other.id()).await);
        let lengths = world.texts("SELECT CAST(length(sealed) AS TEXT) FROM cases".to_owned()).await;
        assert_eq!(lengths[0], lengths[1], "lengths are told in steps");
        let indexes = world.texts("SELECT spoken_code_index FROM cases".to_owned()).await;
        assert!(indexes[0] != indexes[1] && indexes.iter().all(|index| index.len() == 32), "{indexes:?}");
        let code = one.done()["spokenCode"].as_str().expect("a code");
        let found = world.ask(&world.person("caseworker"), "query($c: String!) { caseBySpokenCode(spokenCode: $c) { id } }",
            json!({ "c": code })).await;
        assert_eq!(found.text_at("caseBySpokenCode/id"), one.id());
    }

    /// A key that is lost is not taken for an erasure.
    async fn a_lost_key_is_an_incident(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await;
        world.key_texts(&format!("DELETE FROM data_keys WHERE unit = '{}' RETURNING unit", case.id())).await;
        let answer = world.ask(&world.person("caseworker"), BY_ID, json!({ "id": case.id() })).await;
        assert_eq!(answer.code(), "INTERNAL", "{}", answer.text());
    }

    async fn a_redacted_place_has_no_point_in_any_row(world: World) {
        let redacted: Vec<String> = world.rows("directory_documents").await.into_iter()
            .filter(|row| row.contains("redacted\\\":true")).collect();
        assert!(!redacted.is_empty(), "the control: the seeds have redacted places");
        for row in redacted {
            let row: Value = serde_json::from_str(&row).expect("a row");
            let document: Value = serde_json::from_str(row["document"].as_str().expect("a text")).expect("a document");
            let places = document["service"]["places"].as_array().expect("places").clone();
            for place in places.iter().filter(|place| place["redacted"] == true) {
                assert!(place.get("position").is_none() && place.get("address").is_none(), "{place}");
            }
        }
    }

    async fn one_index_of_a_value_says_nothing_of_it_in_another_project(world: World) {
        let open = |who: &'static str| world.open_case(who, girl(), json!({ "fileNumber": "PAN-2026/7" }));
        open("caseworker").await.done();
        open("caseworker of another project").await.done();
        let indexes = world.texts("SELECT file_number_index FROM cases".to_owned()).await;
        assert!(indexes.len() == 2 && indexes[0] != indexes[1], "{indexes:?}");
        assert!(!world.rows("idempotency_keys").await.join("").contains("PAN-2026"));
    }
}
