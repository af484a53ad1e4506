//! Scenario 9: in Calais a child is in serious and imminent danger.

use super::stage::calais;
use crate::kit::loop_calls::fresh_key;
use crate::kit::world::{World, on_both_databases};
use crate::protection::{notices, problem};
use serde_json::{Value, json};

/// What somebody finds of the reports of a case, or of all.
async fn reports(world: &World, handle: &str, case: Option<&str>) -> Vec<Value> {
    let question = "query($case: ID) { statutoryReports(case: $case) { id authority information } }";
    let answer = world.ask(&world.person(handle), question, json!({ "case": case })).await;
    answer.at("statutoryReports").as_array().expect("a list").clone()
}

on_both_databases! {
    async fn two_staff_record_that_child_welfare_was_told_and_nothing_of_what(world: World) {
        // G: "same project", a boy of 12 to 14, alone.
        let world = calais(world).await;
        let boy = json!({ "ageBand": "AGE_12_14", "gender": "MAN", "household": "UNACCOMPANIED_CHILD", "area": "FR-62193" });
        let case = world.open_case("caseworker in Calais", boy, json!({})).await.id();

        // W: "two staff record a StatutoryReport to the CRIP, child informed".
        let report = json!({ "idempotencyKey": fresh_key(), "caseId": case, "authority": "CHILD_PROTECTION",
            "reportedOn": "2026-11-23", "information": "INFORMED" });
        let made = world.done(&world.person("caseworker in Calais"), "statutoryReportRecord", &report).await;
        let (confirm, named) = ("statutoryReportConfirm", json!({ "statutoryReportId": made["id"] }));

        // T: "same user twice is rejected".
        let author = world.person("caseworker in Calais");
        assert_eq!(problem(&world, &author, confirm, &named).await, "SECOND_PERSON_NEEDED");
        assert_eq!(notices(&world, "colleague in Calais").await, ["REPORT_RECORDED"]);
        let confirmed = world.done(&world.person("colleague in Calais"), confirm, &named).await;
        assert_eq!(confirmed["recordedBy"], "caseworker in Calais");
        assert_eq!(confirmed["confirmedBy"], "colleague in Calais");

        // T: "no content column", and what little it says is sealed.
        let stored = world.rows("statutory_reports").await.remove(0);
        let row: Value = serde_json::from_str(&stored).expect("a row");
        for content in ["text", "content", "note", "body", "description", "message"] {
            let columns = row.as_object().expect("columns");
            assert!(columns.keys().all(|column| !column.contains(content)), "{stored}");
        }
        assert!(!stored.contains("child_protection") && !stored.contains("informed\""), "{stored}");

        // T: "visible to coordinator and protection_lead only", beside the team that made it.
        let told = json!({ "id": made["id"], "authority": "CHILD_PROTECTION", "information": "INFORMED" });
        for reader in ["coordinator in Calais", "protection lead in Calais"] {
            assert_eq!(reports(&world, reader, None).await, std::slice::from_ref(&told), "{reader}");
            assert!(reports(&world, reader, Some(&case)).await.is_empty(), "{reader} is not told of which case");
        }
        assert_eq!(reports(&world, "colleague in Calais", Some(&case)).await, [told]);

        // T: "caseworker outside the case team gets \"not found\"".
        let outside = world.person("night caseworker in Calais");
        assert_eq!(problem(&world, &outside, confirm, &named).await, "NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { id } }";
        for (id, handle) in [(json!(case), "night caseworker in Calais"), (made["id"].clone(), "night caseworker in Calais"),
            (made["id"].clone(), "lawyer"), (made["id"].clone(), "caseworker")]
        {
            assert!(world.ask(&world.person(handle), node, json!({ "id": id })).await.at("node").is_null(), "{handle}");
            assert!(reports(&world, handle, None).await.is_empty(), "{handle}");
        }
    }
}
