//! What benches of the loop ask, over the people and services of the demonstration.
#![allow(dead_code, reason = "each bench takes what it needs")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt as _;

/// Lawyers of the seeds, and their service.
pub const LAWYERS: &str = "93998032-e3ab-4c2e-8c2d-d0eace9870ec";
pub const MINORITY_APPEAL: &str = "61371c80-ecfe-4a23-b1e2-ca79d15cadd7";

pub const OPEN: &str =
    "mutation($input: CaseOpenInput!) { made: caseOpen(input: $input) { it: case { id } errors { __typename } } }";
pub const CONSENT: &str = "mutation($input: ConsentRecordInput!) { made: consentRecord(input: $input) { it: consent { id } errors { __typename } } }";
pub const CREATE: &str = "mutation($input: ReferralCreateInput!) { made: referralCreate(input: $input) { it: referral { id } errors { __typename } } }";
pub const SEND: &str = "mutation($input: ReferralSendInput!) { made: referralSend(input: $input) { it: referral { id } errors { __typename } } }";

/// A key that no other call has.
pub fn fresh_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("bench-key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The answer to a question.
pub async fn ask(router: &Router, token: &str, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(body))
        .expect("a request");
    let response = router.clone().oneshot(request).await.expect("the router never fails");
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    serde_json::from_slice(&bytes).expect("an answer")
}

/// Does one mutation; gives the id of what it made or changed.
pub async fn done(router: &Router, token: &str, query: &str, input: Value) -> String {
    let answer = ask(router, token, query, json!({ "input": input })).await;
    let id = answer.pointer("/data/made/it/id").and_then(Value::as_str);
    id.unwrap_or_else(|| panic!("not done: {answer}")).to_owned()
}
