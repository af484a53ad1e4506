//! Legal holds: the protection lead's alone, on one case, with a reason and a day of review (P-22).

use crate::kit::erasing::PROTECTION_LEAD;
use crate::kit::loop_calls::girl;
use crate::kit::world::{Person, World, on_both_databases};
use serde_json::{Value, json};

async fn leads(world: &World) -> (Person, Person) {
    let mut leads = world.apply(PROTECTION_LEAD).await;
    let mut lead = |handle: &str| leads.remove(handle).expect("a lead");
    (lead("protection lead"), lead("protection lead elsewhere"))
}

fn hold(case: &str, review_on: &str) -> Value {
    json!({ "caseId": case, "reason": "JUDICIAL_ORDER", "reviewOn": review_on })
}

const LIST: &str = "{ legalHolds { caseId reason reviewOn overdue setAt } }";

on_both_databases! {
    async fn only_the_protection_lead_of_the_unit_holds_lifts_and_lists(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let (lead, elsewhere) = leads(&world).await;
        world.done(&lead, "legalHoldSet", &hold(&case, "2027-05-01")).await;
        let held = world.rows("legal_holds").await;
        for (who, person, code) in [
            ("caseworker", world.person("caseworker"), "FORBIDDEN"),
            ("coordinator", world.person("coordinator"), "FORBIDDEN"),
            ("lawyer", world.person("lawyer"), "FORBIDDEN"),
            ("nobody", world.person("nobody"), "UNAUTHENTICATED"),
            ("lead elsewhere", elsewhere.clone(), "NOT_FOUND"),
        ] {
            let set = world.act(&person, "legalHoldSet", &hold(&case, "2027-06-01")).await;
            assert_eq!(set.code(), code, "{who}: {}", set.text());
            let lifted = world.act(&person, "legalHoldLift", &json!({ "caseId": case })).await;
            assert_eq!(lifted.code(), code, "{who}: {}", lifted.text());
            let list = world.ask(&person, LIST, json!({})).await;
            if code == "NOT_FOUND" {
                assert_eq!(list.at("legalHolds"), &json!([]), "{who}");
            } else {
                assert_eq!(list.code(), code, "{who}: {}", list.text());
            }
        }
        assert_eq!(world.rows("legal_holds").await, held);
    }

    async fn a_hold_names_a_day_of_review_within_a_year(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let (lead, _) = leads(&world).await;
        for day in ["2026-11-23", "2026-01-01", "2027-11-24"] {
            let refused = world.act(&lead, "legalHoldSet", &hold(&case, day)).await;
            assert_eq!(refused.at("legalHoldSet/errors/0/problem"), "REVIEW_DATE", "{day}");
            assert_eq!(refused.at("legalHoldSet/errors/0/path"), &json!(["input", "reviewOn"]));
        }
        assert!(world.rows("legal_holds").await.is_empty());
        for day in ["2026-11-24", "2027-11-23"] {
            let held = world.done(&lead, "legalHoldSet", &hold(&case, day)).await;
            assert_eq!(held["reviewOn"], day, "set again is renewed");
        }
        assert_eq!(world.rows("legal_holds").await.len(), 1);
        let lifted = world.done(&lead, "legalHoldLift", &json!({ "caseId": case })).await;
        assert_eq!(lifted["reviewOn"], "2027-11-23");
        assert_eq!(world.act(&lead, "legalHoldLift", &json!({ "caseId": case })).await.code(), "NOT_FOUND");
    }

    async fn the_list_begins_with_the_review_that_is_longest_overdue(world: World) {
        let (lead, _) = leads(&world).await;
        let mut cases = Vec::new();
        for day in ["2027-02-01", "2026-12-01", "2027-01-01"] {
            let case = world.open_case("caseworker", girl(), json!({})).await.id();
            world.done(&lead, "legalHoldSet", &hold(&case, day)).await;
            cases.push(case);
        }
        world.set_clock("2027-01-15T00:00:00Z");
        let list = world.ask(&lead, LIST, json!({})).await;
        let told: Vec<(&str, bool)> = (0..3)
            .map(|number| {
                let hold = &list.json["data"]["legalHolds"][number];
                (hold["caseId"].as_str().expect("a case"), hold["overdue"].as_bool().expect("a word"))
            })
            .collect();
        assert_eq!(told, [(cases[1].as_str(), true), (cases[2].as_str(), true), (cases[0].as_str(), false)]);
    }

    async fn each_act_on_a_hold_and_each_reading_of_it_is_on_record(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let (lead, _) = leads(&world).await;
        world.done(&lead, "legalHoldSet", &hold(&case, "2027-05-01")).await;
        world.ask(&lead, LIST, json!({})).await;
        world.done(&lead, "legalHoldLift", &json!({ "caseId": case })).await;
        let told = "SELECT action || ': ' || fields FROM audit_events a JOIN accounts c ON c.id = a.actor_id \
            WHERE c.role = 'protection_lead' AND object = ";
        let told = world.texts(format!("{told}'{case}' ORDER BY sequence")).await;
        assert_eq!(
            told,
            [
                "legal_hold_set: reason reviewOn",
                "disclosed: overdue reason reviewOn setAt",
                "disclosed: overdue reason reviewOn setAt",
                "legal_hold_lifted: ",
                "disclosed: overdue reason reviewOn setAt",
            ]
        );
    }
}
