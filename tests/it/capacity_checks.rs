//! Asking for places before anybody is spoken of: of no case and no person, by the rules of sending, answered once.

use crate::kit::loop_calls::fresh_key;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{merged, service_id};
use crate::kit::world::{Answer, MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

const SAFE_HOUSE_SERVICE: &str = "8c84ddf7";
const CARE_AFTER_VIOLENCE: &str = "9f4cb01a";
const HOSPITAL_PEOPLE: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "agent of the hospital", "role": "partner_agent", "organization": "01979fc4-5b2c-41a0-9e87-be9934b60c3f" },
    { "handle": "trained agent of the hospital", "role": "partner_agent", "organization": "01979fc4-5b2c-41a0-9e87-be9934b60c3f", "is_trained": true } ] }"#;

/// The key of a seed's service by its first letters.
fn seed(beginning: &str) -> String {
    let seeds: Value = serde_json::from_str(include_str!("../../seeds/paris-region.json")).expect("the seeds");
    let text = seeds.to_string();
    let at = text.find(&format!("\"id\":\"{beginning}")).expect("a service of the seeds") + 6;
    text[at..at + 36].to_owned()
}

fn question(world: &World, over: &Value) -> Value {
    let input = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(MINORITY_APPEAL),
        "need": "LEGAL_MINORITY_APPEAL", "urgency": "URGENT", "quantity": 12, "until": world.now().plus_days(3).to_string() });
    merged(input, over)
}

async fn asked(world: &World, over: Value) -> Value {
    world.done(&world.person("caseworker"), "capacityCheckAsk", &question(world, &over)).await
}

/// The problem of the one error of an act that wrote nothing, or the code of a top-level one.
async fn refused(world: &World, who: &str, name: &str, input: &Value) -> String {
    let before = world.tables().await;
    let answer = world.act(&world.person(who), name, input).await;
    assert_eq!(world.tables().await, before, "{}", answer.text());
    problem(name, &answer)
}

pub fn problem(name: &str, answer: &Answer) -> String {
    if !answer.code().is_empty() {
        return answer.code().to_owned();
    }
    answer.text_at(&format!("{name}/errors/0/problem")).to_owned()
}

async fn listed(world: &World, who: &str, arguments: &str) -> Vec<Value> {
    let selection = SCHEMA.everything("CapacityCheck");
    let document = format!("{{ capacityChecks{arguments} {{ nodes {selection} }} }}");
    world
        .ask(&world.person(who), &document, json!({}))
        .await
        .at("capacityChecks/nodes")
        .as_array()
        .expect("a list")
        .clone()
}

on_both_databases! {
    async fn a_question_for_places_is_answered_and_closed_and_touches_nobody(world: World) {
        let check = asked(&world, json!({})).await;
        let id = check["id"].as_str().expect("an id");
        assert_eq!((&check["open"], &check["quantity"], &check["answer"]), (&json!(true), &json!(12), &Value::Null));
        for table in ["cases", "consents", "demands", "referrals"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }
        let received = listed(&world, "lawyer", "(received: true, open: true)").await;
        assert_eq!((&received[0]["id"], &received[0]["need"]), (&json!(id), &json!("LEGAL_MINORITY_APPEAL")));
        assert!(received[0]["askedAt"].as_str().is_some_and(|at| at.ends_with(":00:00Z")), "by the hour");
        let notices = world.ask(&world.person("lawyer"), "{ notices { kind object } }", json!({})).await;
        assert_eq!(notices.at("notices"), &json!([{ "kind": "PLACES_ASKED", "object": id }]));
        for (who, arguments) in [("another partner", "(received: true)"), ("caseworker of another project", ""), ("lawyer", "")] {
            assert_eq!(listed(&world, who, arguments).await, Vec::<Value>::new(), "{who}");
        }
        assert_eq!(listed(&world, "coordinator", "").await.len(), 1);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        for who in ["another partner", "caseworker of another project"] {
            assert!(world.ask(&world.person(who), node, json!({ "id": id })).await.at("node").is_null(), "{who}");
            let answer = json!({ "capacityCheckId": id, "answer": "NO" });
            assert_eq!(refused(&world, who, "capacityCheckAnswer", &answer).await, "NOT_FOUND", "{who}");
        }

        let some = |available: i64| json!({ "capacityCheckId": id, "answer": "SOME", "available": available });
        assert_eq!(refused(&world, "lawyer", "capacityCheckAnswer", &some(0)).await, "AVAILABLE_PLACES");
        let answered = world.done(&world.person("lawyer"), "capacityCheckAnswer", &some(4)).await;
        assert_eq!((&answered["answer"], &answered["available"], &answered["attestedBy"]), (&json!("SOME"), &json!(4), &json!("PARTNER")));
        let told = world.ask(&world.person("caseworker"), "{ notices { kind object } }", json!({})).await;
        assert_eq!(told.at("notices"), &json!([{ "kind": "PLACES_ANSWERED", "object": id }]));
        assert_eq!(refused(&world, "lawyer", "capacityCheckAnswer", &some(5)).await, "ALREADY_ANSWERED");
        let close = json!({ "capacityCheckId": id });
        assert_eq!(refused(&world, "lawyer", "capacityCheckClose", &close).await, "FORBIDDEN");
        let closed = world.done(&world.person("caseworker"), "capacityCheckClose", &close).await;
        assert_eq!(closed["open"], false);
        assert_eq!(refused(&world, "caseworker", "capacityCheckClose", &close).await, "ALREADY_CLOSED");
        let ended = listed(&world, "lawyer", "(received: true, open: false)").await;
        assert_eq!((ended.len(), &ended[0]["closedAt"]), (1, &Value::Null));
    }

    async fn the_asking_team_records_what_it_was_told_by_phone(world: World) {
        let check = asked(&world, json!({})).await;
        let answer = json!({ "capacityCheckId": check["id"], "answer": "CALL_US" });
        let answered = world.done(&world.person("caseworker"), "capacityCheckAnswer", &answer).await;
        assert_eq!(answered["attestedBy"], "SENDER");
    }

    async fn one_that_nobody_closes_ends_by_itself_and_goes_in_time(world: World) {
        let check = asked(&world, json!({ "until": world.now().plus_days(1).to_string() })).await;
        world.clock.set(world.now().plus_days(1));
        assert_eq!(listed(&world, "lawyer", "(received: true, open: true)").await, Vec::<Value>::new());
        let answer = json!({ "capacityCheckId": check["id"], "answer": "YES" });
        assert_eq!(refused(&world, "lawyer", "capacityCheckAnswer", &answer).await, "ALREADY_CLOSED");
        assert_eq!(listed(&world, "caseworker", "(open: false)").await[0]["open"], false);
    }

    async fn it_asks_by_the_rules_of_sending(world: World) {
        let mut world = world;
        world.join(HOSPITAL_PEOPLE).await;
        let ask = async |who: &str, over: Value| {
            refused(&world, who, "capacityCheckAsk", &question(&world, &over)).await
        };
        assert_eq!(ask("caseworker", json!({ "quantity": 501 })).await, "QUANTITY");
        assert_eq!(ask("caseworker", json!({ "until": world.now().plus_days(8).to_string() })).await, "CHECK_PERIOD");
        assert_eq!(ask("caseworker", json!({ "need": "SHELTER_MINOR" })).await, "NEED_NOT_OFFERED");
        assert_eq!(ask("coordinator", json!({})).await, "FORBIDDEN");
        assert_eq!(ask("lawyer", json!({})).await, "FORBIDDEN");
        let safe_house = json!({ "serviceId": service_id(&seed(SAFE_HOUSE_SERVICE)), "need": "SHELTER_WOMEN_SAFE" });
        assert_eq!(ask("untrained caseworker", safe_house.clone()).await, "NOT_FOUND");
        assert_eq!(ask("caseworker", safe_house).await, "NOT_VETTED");
        let mut unspecialised = world.like(MINORITY_APPEAL, "unspecialised");
        unspecialised.needs = [relais::domain::need::Need::HealthSexualViolenceCare].into();
        world.publish(&unspecialised).await;
        let violence = json!({ "serviceId": unspecialised.id.to_string(), "need": "HEALTH_SEXUAL_VIOLENCE_CARE" });
        assert_eq!(ask("caseworker", violence).await, "SPECIALISATION_NEEDED");
        world.execute("UPDATE vettings SET protocol_expires_on = '2026-11-01'").await;
        assert_eq!(ask("caseworker", json!({})).await, "NOT_VETTED");
    }

    async fn a_need_after_violence_is_told_to_the_trained_only(world: World) {
        let mut world = world;
        world.join(HOSPITAL_PEOPLE).await;
        asked(&world, json!({ "serviceId": service_id(&seed(CARE_AFTER_VIOLENCE)), "need": "HEALTH_SEXUAL_VIOLENCE_CARE" })).await;
        let trained = listed(&world, "trained agent of the hospital", "(received: true)").await;
        assert_eq!(trained[0]["need"], "HEALTH_SEXUAL_VIOLENCE_CARE");
        let untrained = listed(&world, "agent of the hospital", "(received: true)").await;
        assert_eq!((&untrained[0]["need"], &untrained[0]["service"]), (&Value::Null, &Value::Null));
    }

    async fn a_frozen_project_asks_nobody_any_more(world: World) {
        let check = asked(&world, json!({})).await;
        let project = world.ask(&world.person("coordinator"), "{ projects { id } }", json!({})).await;
        let freeze = json!({ "projectId": project.at("projects/0/id") });
        world.done(&world.person("coordinator"), "projectFreeze", &freeze).await;
        assert_eq!(listed(&world, "lawyer", "(received: true)").await, Vec::<Value>::new());
        let notices = world.ask(&world.person("lawyer"), "{ notices { kind } }", json!({})).await;
        assert_eq!(notices.at("notices"), &json!([]));
        let answer = json!({ "capacityCheckId": check["id"], "answer": "YES" });
        assert_eq!(refused(&world, "lawyer", "capacityCheckAnswer", &answer).await, "NOT_FOUND");
    }
}
