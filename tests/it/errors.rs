//! What goes wrong on our side: told by a code and a number, with the cause in the log and nowhere else.

use crate::kit::hearing::{Line, hear};
use crate::kit::loop_calls::{girl, to_the_lawyers};
use crate::kit::world::{Answer, World, on_both_databases};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tracing::Level;

async fn probe(world: &World, path: &str) -> Answer {
    world.send(Request::get(path).body(Body::empty()).expect("a request")).await
}

/// Lines of the log that only an operator would mend.
fn errors(lines: &[Line]) -> Vec<&Line> {
    lines.iter().filter(|line| line.level == Level::ERROR && line.target.starts_with("relais")).collect()
}

/// Checks that the answer tells an incident and nothing of what broke, and that the log tells it once.
#[track_caller]
fn check_incident(answer: &Answer, lines: &[Line], cause: &str, secrets: &[&str]) {
    assert_eq!(answer.code(), "INTERNAL", "{}", answer.text());
    let error = &answer.json["errors"][0];
    assert_eq!(error["message"], "Internal error");
    let incident = error["extensions"]["incident"].as_str().expect("an incident");
    assert_eq!(incident.len(), 16);
    let told: Vec<&String> = error["extensions"].as_object().expect("extensions").keys().collect();
    assert_eq!(told, ["code", "incident"]);
    for secret in secrets.iter().chain(&[cause, "sqlx", "table", "corrupt", "src/"]) {
        assert!(!answer.text().contains(secret), "{secret} in {}", answer.text());
    }
    let logged: Vec<&Line> = lines.iter().filter(|line| line.text.contains(incident)).collect();
    assert_eq!(logged.len(), 1, "{lines:#?}");
    assert!(logged[0].level == Level::ERROR && logged[0].text.contains(cause), "{logged:?} lacks {cause}");
    assert!(secrets.iter().all(|secret| !logged[0].text.contains(secret)), "{logged:?}");
}

on_both_databases! {
    async fn a_stored_value_that_nobody_wrote_is_an_incident_and_stays_inside(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let query = "query($id: ID!) { referral(id: $id) { id status offer { ageBand } } }";
        for (column, value, cause) in [
            ("status", "MARKER", "table referrals: a stored Status cannot be read"),
            ("need", "legal.MARKER", "table referrals: a stored Need cannot be read"),
            ("recipient_id", "org_MARKER", "table referrals: a stored org cannot be read"),
            ("sealed", "{\"age_band\":\"MARKER\"}", "table referrals: a stored sealed cannot be read"),
        ] {
            let before = world.texts(format!("SELECT {column} FROM referrals WHERE id = '{}'", sent.id)).await;
            let write = |value: &str| format!("UPDATE referrals SET {column} = '{value}' WHERE id = '{}'", sent.id);
            assert_eq!(world.execute(&write(value)).await, 1);
            let (answer, lines) = hear(world.ask(&world.person("caseworker"), query, json!({ "id": sent.id }))).await;
            assert_eq!((answer.status, &answer.json["data"]["referral"]), (StatusCode::OK, &Value::Null));
            check_incident(&answer, &lines, cause, &["MARKER"]);
            world.execute(&write(&before[0])).await;
        }
        let healed = world.ask(&world.person("caseworker"), query, json!({ "id": sent.id })).await;
        assert_eq!(healed.text_at("referral/status"), "REQUESTED");
    }

    async fn an_act_that_breaks_in_the_middle_is_an_incident_and_leaves_nothing(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        world.execute("DROP TABLE demands").await;
        let before = world.tables().await;
        let (outcome, lines) = hear(world.send_referral("caseworker", &draft, json!({}))).await;
        check_incident(&outcome.answer, &lines, "demands", &[]);
        assert_eq!(world.tables().await, before);
        let audited =
            format!("SELECT action FROM audit_events WHERE object = '{}' AND action = 'referral_changed'", draft.id);
        assert_eq!(world.texts(audited).await, Vec::<String>::new());
    }

    async fn two_incidents_have_two_numbers(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await;
        let code = case.done()["spokenCode"].as_str().expect("a code").to_owned();
        world.execute("UPDATE cases SET sealed = 'MARKER'").await;
        let query = "query($code: String!, $id: ID!) { \
            one: caseBySpokenCode(spokenCode: $code) { id } other: node(id: $id) { id } }";
        let variables = json!({ "code": code, "id": case.id() });
        let (answer, lines) = hear(world.ask(&world.person("caseworker"), query, variables)).await;
        let incidents: Vec<&str> = answer.json["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|error| error["extensions"]["incident"].as_str().expect("an incident"))
            .collect();
        assert!(incidents.len() == 2 && incidents[0] != incidents[1], "{}", answer.text());
        assert_eq!(errors(&lines).len(), 2, "{lines:#?}");
    }

    async fn what_a_person_can_mend_is_no_incident(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({ "fieldScope": ["AREA"] }), json!({})).await;
        let (_, lines) = hear(async {
            world.send_referral("caseworker", &draft, json!({})).await.refusal();
            world.change("lawyer", "referralAccept", &draft, json!({})).await.refusal();
            world.ask(&world.person("nobody"), "{ inbox { nodes { id } } }", json!({})).await;
            world.ask(&world.person("stranger"), "{ viewer { id } }", json!({})).await;
            world.ask(&world.person("caseworker"), "{ nonsense }", json!({})).await;
        })
        .await;
        assert!(errors(&lines).is_empty(), "{:#?}", errors(&lines));
    }

    async fn with_its_database_closed_a_node_says_so_and_stays_alive(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        for path in ["/healthz", "/readyz"] {
            assert_eq!(probe(&world, path).await.status, StatusCode::OK, "{path}");
        }
        world.app.context().store.close().await;
        let (sent, lines) = hear(world.send_referral("caseworker", &draft, json!({}))).await;
        assert_eq!((sent.answer.status, sent.answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
        assert_eq!(errors(&lines).len(), 1, "{lines:#?}");
        let readiness = probe(&world, "/readyz").await;
        assert_eq!(readiness.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(readiness.json, json!({ "database": false, "migrations": false, "directory": true }));
        assert_eq!(probe(&world, "/healthz").await.status, StatusCode::OK);
        assert_eq!(probe(&world, "/schema.graphql").await.status, StatusCode::OK);
    }

    async fn a_node_whose_database_has_another_schema_is_not_ready(world: World) {
        world.execute("DELETE FROM _sqlx_migrations").await;
        let readiness = probe(&world, "/readyz").await;
        assert_eq!(readiness.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(readiness.json, json!({ "database": true, "migrations": false, "directory": true }));
        assert_eq!(probe(&world, "/healthz").await.status, StatusCode::OK);
    }
}
