//! An emergency is answered while everything else is told to come back. No test here waits on a clock: places
//! are held by answers that nobody reads, and connections by a lock.

use crate::kit::loop_calls::{Referral, confirmed, fresh_key, girl, outcome, request, to_the_lawyers, with};
use crate::kit::schema::SCHEMA;
use crate::kit::world::{World, answered, graphql_request, on_both_databases};
use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use relais::config::{Limits, Server};
use relais::domain::id::{Identifier, ProjectId};
use relais::graphql::emergency::{EMERGENCY_OPERATIONS, When};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tower::ServiceExt as _;

/// Ordinary places of the nodes here, and places kept for emergencies.
const ORDINARY: u32 = 3;
const RESERVED: u32 = 2;

fn node(world: &World, ordinary: u32) -> Router {
    let limits = Limits { requests_in_flight: ordinary + RESERVED, reserved_for_emergencies: RESERVED, ..Limits::NONE };
    world.app.clone().with_edge(&limits, &Server::default()).router()
}

async fn sent(world: &World, urgency: &str) -> Referral {
    let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "urgency": urgency })).await;
    world.send_referral("caseworker", &draft, with(confirmed(), json!({ "phoneCalled": true }))).await.referral()
}

fn input(referral: &Referral) -> Value {
    json!({ "referralId": referral.id, "expectedVersion": referral.version })
}

/// Takes every ordinary place: the answers are there and nobody reads them.
async fn flooded(world: &World, node: &Router) -> Vec<Response<Body>> {
    let mut unread = Vec::new();
    for _ in 0..ORDINARY {
        let request = graphql_request(&world.person("nobody"), "en", "{ services { nodes { id } } }", json!({}));
        unread.push(node.clone().oneshot(request).await.expect("the router never fails"));
    }
    assert!(unread.iter().all(|response| response.status() == StatusCode::OK));
    unread
}

/// Asks something ordinary; gives status and `Retry-After`.
async fn ordinary(world: &World, node: &Router, who: &str) -> (StatusCode, String) {
    let request = graphql_request(&world.person(who), "en", "{ viewer { id } }", json!({}));
    let response = node.clone().oneshot(request).await.expect("the router never fails");
    let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    (response.status(), wait.to_owned())
}

on_both_databases! {
    async fn an_emergency_is_acknowledged_and_accepted_while_every_ordinary_place_is_taken(world: World) {
        let emergency = sent(&world, "EMERGENCY").await;
        let urgent = sent(&world, "URGENT").await;
        let node = node(&world, ORDINARY);
        let unread = flooded(&world, &node).await;
        let busy = (StatusCode::SERVICE_UNAVAILABLE, "5".to_owned());
        for who in ["caseworker", "lawyer", "nobody"] {
            assert_eq!(ordinary(&world, &node, who).await, busy, "{who}");
        }
        // What is no emergency, or none of the caller's, has the words of everybody.
        let full = answered(node.clone(), graphql_request(&world.person("nobody"), "en", "{ __typename }", json!({}))).await;
        assert_eq!(full.code(), "UNAVAILABLE");
        let never = Referral { id: "ref_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), version: 1 };
        for (who, name, referral) in [
            ("lawyer", "referralAcknowledge", &urgent),
            ("lawyer", "referralAcknowledge", &never),
            ("another partner", "referralAcknowledge", &emergency),
            ("nobody", "referralAcknowledge", &emergency),
            ("lawyer", "referralDecline", &emergency),
        ] {
            let more = if name == "referralDecline" { json!({ "code": "FULL" }) } else { json!({}) };
            let request = request(&world, who, name, &with(input(referral), more));
            let answer = answered(node.clone(), request).await;
            assert_eq!((answer.status, answer.text()), (full.status, full.text()), "{who} {name}");
        }
        let stranger = answered(node.clone(), request(&world, "stranger", "referralAccept", &input(&emergency))).await;
        assert_eq!(stranger.code(), "UNAUTHENTICATED");
        // The emergency goes through, and reading it as well.
        let acknowledged = answered(node.clone(), request(&world, "lawyer", "referralAcknowledge", &input(&emergency))).await;
        let acknowledged = outcome("referralAcknowledge", acknowledged);
        assert_eq!(acknowledged.done()["status"], "ACKNOWLEDGED");
        let accept = request(&world, "lawyer", "referralAccept", &input(&acknowledged.referral()));
        assert_eq!(outcome("referralAccept", answered(node.clone(), accept).await).done()["status"], "ACCEPTED");
        assert_eq!(ordinary(&world, &node, "caseworker").await, busy, "the flood is still there");
        // What ends harm does not wait either; whether the account may is for the act to say.
        let freeze = "mutation($id: ID!) { projectFreeze(input: { projectId: $id }) { project { id } errors { __typename } } }";
        let project = json!({ "id": ProjectId::derived("corridor", "paris").to_string() });
        let frozen = graphql_request(&world.person("coordinator"), "en", freeze, project.clone());
        assert!(answered(node.clone(), frozen).await.at("projectFreeze/project/id").is_string());
        let not_allowed = graphql_request(&world.person("another partner"), "en", freeze, project);
        assert_eq!(answered(node.clone(), not_allowed).await.code(), "FORBIDDEN");
        drop(unread);
        assert_eq!(ordinary(&world, &node, "caseworker").await.0, StatusCode::OK);
    }

    async fn reserved_places_run_out_too_and_come_back(world: World) {
        let emergencies = [sent(&world, "EMERGENCY").await, sent(&world, "EMERGENCY").await, sent(&world, "EMERGENCY").await];
        let node = node(&world, ORDINARY);
        let _flood = flooded(&world, &node).await;
        let mut unread = Vec::new();
        for emergency in &emergencies[..2] {
            let request = request(&world, "lawyer", "referralAcknowledge", &input(emergency));
            unread.push(node.clone().oneshot(request).await.expect("the router never fails"));
        }
        assert!(unread.iter().all(|response| response.status() == StatusCode::OK));
        let third = || request(&world, "lawyer", "referralAcknowledge", &input(&emergencies[2]));
        assert_eq!(answered(node.clone(), third()).await.status, StatusCode::SERVICE_UNAVAILABLE);
        drop(unread);
        assert_eq!(answered(node.clone(), third()).await.status, StatusCode::OK);
    }
}

/// On PostgreSQL the connections are the scarcer thing: as many ordinary requests as the pool has connections
/// wait for a lock, each holding its own.
#[tokio::test]
async fn an_emergency_has_connections_of_its_own() {
    /// Connections of the ordinary pool.
    const POOL: u32 = 16;
    let Some(world) = World::on_postgres().await else { return };
    let emergency = sent(&world, "EMERGENCY").await;
    let case = world.open_case("caseworker", girl(), json!({})).await.id();
    let mut lock = PgConnection::connect(world.database_url()).await.expect("a connection");
    let mut locked = lock.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE").execute(&mut *locked).await.expect("the lock");
    let node = node(&world, POOL);
    let mut waiting = Vec::new();
    for _ in 0..POOL {
        let demand =
            json!({ "idempotencyKey": fresh_key(), "caseId": case, "need": "SOL_ETM", "result": "UNMET_FULL" });
        waiting.push(tokio::spawn(answered(node.clone(), request(&world, "caseworker", "demandRecord", &demand))));
    }
    // Whoever holds an idempotency key's or a case's row makes the others wait before they come to the table.
    let mut observer = PgConnection::connect(world.database_url()).await.expect("a connection");
    loop {
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let waits: i64 = sqlx::query_scalar(waits).fetch_one(&mut observer).await.expect("a count");
        if waits == i64::from(POOL) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(ordinary(&world, &node, "caseworker").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let acknowledge = request(&world, "lawyer", "referralAcknowledge", &input(&emergency));
    let acknowledged = outcome("referralAcknowledge", answered(node.clone(), acknowledge).await);
    assert_eq!(acknowledged.done()["status"], "ACKNOWLEDGED");
    locked.rollback().await.expect("the lock is given back");
    for request in waiting {
        assert_eq!(request.await.expect("it ends").status, StatusCode::OK);
    }
}

#[test]
fn every_operation_that_an_emergency_waits_for_is_one_of_the_schema() {
    for (operation, when) in EMERGENCY_OPERATIONS {
        let field = SCHEMA.field("Mutation", operation);
        let input = &SCHEMA.inputs[&field.arguments[0].type_name];
        let answers_a_referral = input.iter().any(|field| field.name == "referralId");
        assert_eq!(answers_a_referral, when == When::ReferralIsEmergency, "{operation}");
    }
}
