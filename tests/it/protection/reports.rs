//! Statutory reports: that one was made, by two people, and nothing of what it said (P-06).

use super::{notices, problem, protected};
use crate::kit::loop_calls::girl;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{fresh_key, text};
use crate::kit::world::{World, on_both_databases};
use serde_json::{Value, json};

async fn case(world: &World) -> String {
    text(&world.opened_case(&world.person("caseworker"), json!({ "person": girl() })).await["id"])
}

fn report(case: &str) -> Value {
    json!({ "idempotencyKey": fresh_key(), "caseId": case, "authority": "CHILD_PROTECTION", "reportedOn": "2026-11-23",
        "information": "CONTRARY_TO_INTEREST" })
}

async fn recorded(world: &World, case: &str) -> Value {
    world.done(&world.person("caseworker"), "statutoryReportRecord", &report(case)).await
}

/// How many reports somebody finds, of one case or of all.
async fn found(world: &World, handle: &str, case: Option<&str>) -> usize {
    let question = "query($case: ID) { statutoryReports(case: $case) { id authority reportedOn information } }";
    let answer = world.ask(&world.person(handle), question, json!({ "case": case })).await;
    answer.at("statutoryReports").as_array().expect("a list").len()
}

on_both_databases! {
    /// Two staff record it; one alone does not.
    async fn p_06_two_people_answer_for_the_record_of_a_report(world: World) {
        let world = protected(world).await;
        let case = case(&world).await;
        let made = recorded(&world, &case).await;
        assert_eq!((&made["recordedBy"], &made["confirmedAt"]), (&json!("caseworker"), &Value::Null));
        for told in ["untrained caseworker", "coordinator", "protection lead"] {
            assert_eq!(notices(&world, told).await, ["REPORT_RECORDED"], "{told}");
        }
        let named = json!({ "statutoryReportId": made["id"] });
        let confirm = "statutoryReportConfirm";
        assert_eq!(problem(&world, &world.person("caseworker"), confirm, &named).await, "SECOND_PERSON_NEEDED");
        for stranger in ["night caseworker", "caseworker of another project", "coordinator of another project", "lawyer"] {
            assert_eq!(problem(&world, &world.person(stranger), confirm, &named).await, "NOT_FOUND", "{stranger}");
        }
        let confirmed = world.done(&world.person("coordinator"), confirm, &named).await;
        assert_eq!(confirmed["confirmedBy"], "coordinator");
        assert_eq!(problem(&world, &world.person("protection lead"), confirm, &named).await, "ALREADY_CONFIRMED");
        let mut tomorrow = report(&case);
        tomorrow["reportedOn"] = json!("2026-11-25");
        assert_eq!(problem(&world, &world.person("caseworker"), "statutoryReportRecord", &tomorrow).await, "REPORT_DAY");
    }

    async fn p_06_a_report_is_seen_by_its_team_and_by_who_leads_and_sealed_at_rest(world: World) {
        let world = protected(world).await;
        let (case, other) = (case(&world).await, case(&world).await);
        recorded(&world, &case).await;
        recorded(&world, &other).await;
        for (reader, of_the_case) in [("caseworker", 1), ("untrained caseworker", 1), ("coordinator", 0), ("protection lead", 0)] {
            let counts = (found(&world, reader, None).await, found(&world, reader, Some(&case)).await);
            assert_eq!(counts, (2, of_the_case), "{reader}: of which case is not to be found out by asking");
        }
        for stranger in ["night caseworker", "caseworker of another project", "lawyer", "another partner"] {
            assert_eq!(found(&world, stranger, Some(&case)).await, 0, "{stranger}");
        }
        let asked = "{ statutoryReports { caseId } }";
        let led = world.ask(&world.person("coordinator"), asked, json!({})).await;
        assert_eq!(led.at("statutoryReports/0/caseId"), &Value::Null, "of which case is the team's");
        // Sealed: no row tells to whom, when, or who was told of it.
        for (table, rows) in world.every_row().await {
            let words = ["child_protection", "contrary_to_interest"];
            assert!(!rows.iter().any(|row| words.iter().any(|word| row.contains(word))), "{table} tells it");
        }
        assert!(world.rows("statutory_reports").await.iter().all(|row| !row.contains("2026-11")), "nor the day");
        let trail = world.texts("SELECT action FROM audit_events WHERE action LIKE 'report_%'".to_owned()).await;
        assert_eq!(trail, ["report_recorded", "report_recorded"]);
    }

    async fn p_06_a_report_ends_with_its_case(world: World) {
        let world = protected(world).await;
        let woman = json!({ "person": { "ageBand": "AGE_25_59", "adminStatus": "ASYLUM_SEEKER", "area": "FR-93055" } });
        let case = text(&world.opened_case(&world.person("caseworker"), woman).await["id"]);
        recorded(&world, &case).await;
        world.move_to_day(731);
        world.retention().await;
        assert!(world.rows("statutory_reports").await.is_empty());
        assert!(world.rows("notices").await.is_empty(), "nor a notice of it");
    }
}

/// No field of a report, and none of what is handed over, has room for a word: ids, codes, days and handles of staff.
#[test]
fn p_06_a_report_has_no_place_for_a_content() {
    let known = ["ID", "Date", "DateTime", "ReportAuthority", "ReportInformation"];
    for field in &SCHEMA.objects["StatutoryReport"] {
        let is_handle = matches!(field.name.as_str(), "recordedBy" | "confirmedBy");
        assert!(known.contains(&field.type_name.as_str()) || is_handle, "{} holds {}", field.name, field.type_name);
    }
    for field in &SCHEMA.inputs["StatutoryReportRecordInput"] {
        let is_key = field.name == "idempotencyKey";
        assert!(known.contains(&field.type_name.as_str()) || is_key, "{} takes {}", field.name, field.type_name);
    }
}
