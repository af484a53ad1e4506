//! Ten thousand documents that mean harm go through the router, and it stays up.

// Named by path, because the guard's benchmark includes the same file.
#[path = "hostile/generator.rs"]
pub mod generator;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use self::generator::{Hostile, documents};
use crate::kit::bare::Bare;

const SEED: u64 = 0x5245_4c41_4953;
const DOCUMENTS: usize = 10_000;

/// The whole run on one thread with the stack that threads have by default: if any document
/// could overflow it, the process would abort here.
#[test]
fn ten_thousand_hostile_documents_are_each_answered() {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(send_all())
    };
    let kinds = std::thread::spawn(run).join().expect("no panic");
    assert!(kinds.len() >= 20, "every kind was tried: {kinds:?}");
}

async fn send_all() -> BTreeMap<&'static str, usize> {
    let bare = Bare::open().await;
    let mut kinds = BTreeMap::new();
    for (index, hostile) in documents(SEED, DOCUMENTS).enumerate() {
        *kinds.entry(hostile.kind).or_default() += 1;
        let body = json!({ "query": hostile.text }).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Body::from(body))
            .expect("a request");
        let response = bare.router().oneshot(request).await.expect("infallible");
        let status = response.status();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(!status.is_server_error(), "{index}: {status} for {:.200}", hostile.text);
        assert!(bytes.len() < 64 * 1024, "{index}: {} bytes of answer", bytes.len());
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        check(index, &hostile, &answer);
    }
    kinds
}

fn check(index: usize, hostile: &Hostile, answer: &Value) {
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    for error in errors {
        assert!(error["extensions"]["code"].is_string(), "{index}: a code on {error}");
    }
    let Some((code, limit)) = hostile.refusal else {
        return;
    };
    let extensions = &errors.first().expect("a refusal")["extensions"];
    let refusal = (extensions["code"].as_str(), extensions["limit"].as_str());
    assert_eq!(refusal, (Some(code), limit), "{index} {}: {:.300}", hostile.kind, hostile.text);
}
