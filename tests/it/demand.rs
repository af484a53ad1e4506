//! The table of gaps: persons and not requests, and nobody who could be found in it.

use crate::kit::loop_calls::{Target, fresh_key, girl, to_the_lawyers, with};
use crate::kit::world::{Answer, World, on_both_databases};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CALAIS: &str = "FR-62193";

async fn gaps(world: &World, who: &str, first: &str, last: &str) -> Answer {
    let query = "query($first: String!, $last: String!) { serviceGaps(firstMonth: $first, lastMonth: $last) { \
        threshold sensitiveThreshold cells { month area need persons results { result persons } } } }";
    world.ask(&world.person(who), query, json!({ "first": first, "last": last })).await
}

async fn cells(world: &World) -> Value {
    gaps(world, "coordinator", "2026-01", "2026-12").await.at("serviceGaps/cells").clone()
}

/// A person in Calais.
async fn person(world: &World) -> String {
    world.open_case("caseworker", json!({ "area": CALAIS }), json!({})).await.id()
}

/// So many persons with a need, each with one request that came to this.
async fn persons(world: &World, number: usize, need: &str, result: &str) {
    for _ in 0..number {
        let case = person(world).await;
        world.record_demand("caseworker", &case, need, result, json!({})).await.done();
    }
}

fn cell(need: &str, persons: u32, results: Value) -> Value {
    json!({ "month": "2026-11", "area": CALAIS, "need": need, "persons": persons, "results": results })
}

fn results(results: &[(&str, u32)]) -> Value {
    results.iter().map(|(result, persons)| json!({ "result": result, "persons": persons })).collect()
}

on_both_databases! {
    async fn four_persons_are_nobody_and_five_are_told(world: World) {
        persons(&world, 4, "SOL_ETM", "UNMET_NO_SERVICE").await;
        assert_eq!(cells(&world).await, json!([]));
        persons(&world, 1, "SOL_ETM", "UNMET_NO_SERVICE").await;
        assert_eq!(cells(&world).await, json!([cell("SOL_ETM", 5, results(&[("UNMET_NO_SERVICE", 5)]))]));
    }

    async fn results_are_told_all_or_none(world: World) {
        persons(&world, 6, "SHELTER_MINOR", "UNMET_FULL").await;
        persons(&world, 4, "SHELTER_MINOR", "UNMET_UNSAFE").await;
        assert_eq!(cells(&world).await, json!([cell("SHELTER_MINOR", 10, Value::Null)]));
        persons(&world, 1, "SHELTER_MINOR", "UNMET_UNSAFE").await;
        let both = results(&[("UNMET_FULL", 6), ("UNMET_UNSAFE", 5)]);
        assert_eq!(cells(&world).await, json!([cell("SHELTER_MINOR", 11, both)]));
    }

    async fn a_need_that_tells_of_violence_takes_eleven_persons(world: World) {
        for need in
            ["PROT_TRAFFICKING", "MHPSS_TORTURE_REHAB", "HEALTH_SEXUAL_VIOLENCE_CARE", "PROT_DETENTION_FOLLOW_UP"]
        {
            persons(&world, 10, need, "UNMET_FULL").await;
        }
        assert_eq!(cells(&world).await, json!([]));
        persons(&world, 1, "PROT_TRAFFICKING", "UNMET_FULL").await;
        assert_eq!(cells(&world).await, json!([cell("PROT_TRAFFICKING", 11, results(&[("UNMET_FULL", 11)]))]));
    }

    async fn two_requests_of_one_person_count_once_by_what_came_last(world: World) {
        persons(&world, 4, "SOL_ETM", "UNMET_FULL").await;
        let case = person(&world).await;
        for result in ["UNMET_NO_SERVICE", "UNMET_LANGUAGE", "UNMET_FULL"] {
            world.record_demand("caseworker", &case, "SOL_ETM", result, json!({})).await.done();
        }
        assert_eq!(cells(&world).await, json!([cell("SOL_ETM", 5, results(&[("UNMET_FULL", 5)]))]));
        assert_eq!(world.rows("demands").await.len(), 7);
    }

    async fn months_areas_and_needs_are_counted_apart(world: World) {
        persons(&world, 4, "SOL_ETM", "UNMET_FULL").await;
        for (need, area) in [("SOL_EVACUATION", CALAIS), ("SOL_ETM", "FR-59350")] {
            let case = person(&world).await;
            world.record_demand("caseworker", &case, need, "UNMET_FULL", json!({ "area": area })).await.done();
        }
        world.set_clock("2026-12-01T00:00:00Z");
        persons(&world, 1, "SOL_ETM", "UNMET_FULL").await;
        assert_eq!(cells(&world).await, json!([]), "four, and one by three other names");
        persons(&world, 4, "SOL_ETM", "UNMET_FULL").await;
        assert_eq!(cells(&world).await[0]["month"], "2026-12");
        let november = gaps(&world, "coordinator", "2026-11", "2026-11").await;
        assert_eq!(november.at("serviceGaps/cells"), &json!([]));
    }

    async fn a_completed_referral_meets_the_need_it_brought(world: World) {
        for _ in 0..5 {
            let target = Target { person: with(girl(), json!({ "area": CALAIS })), ..to_the_lawyers() };
            let sent = world.sent(&target).await;
            let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
            assert_eq!(accepted.version, 3);
            let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
            let outcome = json!({ "outcome": "SERVICE_RECEIVED" });
            world.change("lawyer", "referralComplete", &started, outcome).await.done();
        }
        assert_eq!(cells(&world).await, json!([cell("LEGAL_MINORITY_APPEAL", 5, results(&[("MET", 5)]))]));
    }

    /// W3 of the domain reference: 40 requests of 28 persons. 7 met; 21 unmet: full 12, not eligible 5, no
    /// service 2, unsafe 1, declined by the person 1.
    async fn the_worked_example_counts_28_persons_and_not_40_requests(world: World) {
        let target = Target { person: with(girl(), json!({ "area": CALAIS })), ..to_the_lawyers() };
        for _ in 0..7 {
            let sent = world.sent(&target).await;
            let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
            let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
            let outcome = json!({ "outcome": "SERVICE_PARTIAL" });
            world.change("lawyer", "referralComplete", &started, outcome).await.done();
        }
        for (result, number) in [
            ("UNMET_FULL", 12),
            ("UNMET_NOT_ELIGIBLE", 5),
            ("UNMET_NO_SERVICE", 2),
            ("UNMET_UNSAFE", 1),
            ("PERSON_DECLINED", 1),
        ] {
            for _ in 0..number {
                let case = person(&world).await;
                // Twelve of them asked twice.
                for _ in 0..if result == "UNMET_FULL" { 2 } else { 1 } {
                    world.record_demand("caseworker", &case, target.need, result, json!({})).await.done();
                }
            }
        }
        assert_eq!(cells(&world).await, json!([cell(target.need, 28, Value::Null)]), "three results are few");
        let requests: Vec<Value> =
            world.rows("demands").await.iter().map(|row| serde_json::from_str(row).expect("JSON")).collect();
        let is_met = |row: &&Value| row["result"] == "met";
        let keys =
            |rows: Vec<&Value>| rows.iter().map(|row| row["person_key"].to_string()).collect::<BTreeSet<_>>().len();
        let persons = keys(requests.iter().collect());
        let met = keys(requests.iter().filter(is_met).collect());
        let declined = keys(requests.iter().filter(|row| row["result"] == "person_declined").collect());
        assert_eq!((requests.len(), persons, met), (40, 28, 7));
        assert_eq!((persons - met, persons - declined), (21, 27), "I10 is 21 of 28, and 20 of 27 without who declined");
        assert_eq!(requests.len() - requests.iter().filter(is_met).count(), 33, "I11 is 33 of 40");
    }

    async fn people_are_counted_outside_within_what_anybody_can_have_counted(world: World) {
        let counted = |change: Value| {
            let sixty = json!({ "idempotencyKey": fresh_key(), "need": "SHELTER_SQUAT_SUPPORT", "area": "FR-13055", "people": 60 });
            with(sixty, change)
        };
        for (change, refusal) in [
            (json!({ "people": 0 }), "InputError PEOPLE people"),
            (json!({ "people": 1_001 }), "InputError PEOPLE people"),
            (json!({ "area": "Marseille" }), "InputError AREA_CODE area"),
            (json!({ "result": "MET" }), "InputError RESULT_OF_RECORD result"),
        ] {
            let told = change.to_string();
            assert_eq!(world.refused("caseworker", "demandCount", counted(change)).await, refusal, "{told}");
        }
    }

    async fn a_result_of_a_referral_is_not_recorded_by_hand(world: World) {
        let case = person(&world).await;
        let input = json!({ "caseId": case, "need": "SOL_ETM", "result": "UNMET_FULL" });
        let keyed = |change: Value| with(with(input.clone(), json!({ "idempotencyKey": fresh_key() })), change);
        for result in ["MET", "PENDING", "UNMET_NO_ANSWER"] {
            let refusal = world.refused("caseworker", "demandRecord", keyed(json!({ "result": result }))).await;
            assert_eq!(refusal, "InputError RESULT_OF_RECORD result", "{result}");
        }
        for (change, refusal) in [
            (json!({ "area": "Calais" }), "InputError AREA_CODE area"),
            (json!({ "caseId": "cas_aaaaaaaaaaaaaaaaaaaaaaaaaa" }), "NOT_FOUND"),
        ] {
            let told = change.to_string();
            assert_eq!(world.refused("caseworker", "demandRecord", keyed(change)).await, refusal, "{told}");
        }
        let refusal = world.refused("caseworker of another project", "demandRecord", keyed(json!({}))).await;
        assert_eq!(refusal, "NOT_FOUND");
    }

    /// P-19: whole months, so that no two tables differ by a day and a person.
    async fn only_whole_months_are_told_and_two_years_at_most(world: World) {
        for (first, last) in [
            ("2026-13", "2026-13"),
            ("2026-00", "2026-01"),
            ("2026-1", "2026-2"),
            ("2026-11-01", "2026-11-30"),
            ("", ""),
            ("2026-12", "2026-11"),
            ("2024-11", "2026-11"),
            ("0000-01", "9999-12"),
            ("+026-01", "2026-11"),
            ("٢٠٢٦-١١", "2026-11"),
        ] {
            let answer = gaps(&world, "coordinator", first, last).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{first} to {last}: {}", answer.text());
        }
        assert_eq!(gaps(&world, "coordinator", "2024-12", "2026-11").await.at("serviceGaps/cells"), &json!([]));
    }

    async fn a_table_is_its_own_coordinators_and_nobody_elses(world: World) {
        persons(&world, 5, "SOL_ETM", "UNMET_NO_SERVICE").await;
        let other = gaps(&world, "coordinator of another project", "2026-11", "2026-11").await;
        assert_eq!(other.at("serviceGaps/cells"), &json!([]));
        for (who, code) in [
            ("caseworker", "FORBIDDEN"),
            ("lawyer", "FORBIDDEN"),
            ("nobody", "UNAUTHENTICATED"),
            ("stranger", "UNAUTHENTICATED"),
        ] {
            assert_eq!(gaps(&world, who, "2026-11", "2026-11").await.code(), code, "{who}");
        }
        let read = "SELECT object FROM audit_events WHERE action = 'gaps_read' AND trail = object".to_owned();
        assert_eq!(world.texts(read).await.len(), 1, "and every reading of it is on record, in its project's trail");
    }

    /// With a total over cells the hidden ones would be found by subtraction.
    async fn the_schema_has_no_place_for_a_total(world: World) {
        let query = "{ report: __type(name: \"ServiceGapReport\") { fields { name type { ofType { kind } } } } \
            cell: __type(name: \"ServiceGapCell\") { fields { name } } \
            result: __type(name: \"ServiceGapResult\") { fields { name } } }";
        let answer = world.ask(&world.person("nobody"), query, json!({})).await;
        let fields = |kind: &str| {
            let fields = answer.at(&format!("{kind}/fields")).as_array().expect("fields").iter();
            fields.map(|field| field["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(fields("report"), ["cells", "outreach", "threshold", "sensitiveThreshold"]);
        assert_eq!(fields("cell"), ["month", "area", "need", "persons", "results"]);
        assert_eq!(fields("result"), ["result", "persons"]);
        assert_eq!(gaps(&world, "coordinator", "2026-11", "2026-11").await.at("serviceGaps/threshold"), 5);
    }

    async fn a_person_is_not_followed_from_one_project_to_another(world: World) {
        for who in ["caseworker", "caseworker of another project"] {
            let case = world.open_case(who, json!({ "area": CALAIS }), json!({})).await.id();
            world.record_demand(who, &case, "SOL_ETM", "UNMET_FULL", json!({})).await.done();
        }
        let keys = world.texts("SELECT person_key FROM demands".to_owned()).await;
        assert_ne!(keys[0], keys[1]);
        let cases = world.texts("SELECT id FROM cases".to_owned()).await;
        assert!(keys.iter().all(|key| cases.iter().all(|case| !key.contains(&case[4..]))));
    }
}
