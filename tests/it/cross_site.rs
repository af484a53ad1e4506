//! Another site in the visitor's browser: what it can send there, and what it can read. Every route of the
//! node answers with the same headers, whatever it answers.

use crate::kit::loop_calls::girl;
use crate::kit::schema::SCHEMA;
use crate::kit::world::World;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use relais::app::App;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tower::ServiceExt as _;

const EVIL: &str = "https://evil.example";

type Lines<'a> = &'a [(&'a str, &'a str)];

/// What another site can make a browser send: a name, the method, the lines beside host and cookie, and
/// whether the document travels in the address instead of the body.
const ATTEMPTS: [(&str, &str, Lines<'static>, bool); 18] = [
    (
        "form, urlencoded",
        "POST",
        &[("content-type", "application/x-www-form-urlencoded"), ("origin", EVIL), ("sec-fetch-site", "cross-site")],
        false,
    ),
    (
        "form, multipart",
        "POST",
        &[("content-type", "multipart/form-data; boundary=x"), ("origin", EVIL), ("sec-fetch-site", "cross-site")],
        false,
    ),
    (
        "form, plain text",
        "POST",
        &[("content-type", "text/plain"), ("origin", EVIL), ("sec-fetch-site", "cross-site")],
        false,
    ),
    (
        "form of a sandbox",
        "POST",
        &[("content-type", "text/plain"), ("origin", "null"), ("sec-fetch-site", "cross-site")],
        false,
    ),
    ("form, an old browser", "POST", &[("content-type", "text/plain"), ("origin", EVIL)], false),
    ("form, a very old browser", "POST", &[("content-type", "application/x-www-form-urlencoded")], false),
    ("beacon without a type", "POST", &[("origin", EVIL), ("sec-fetch-site", "cross-site")], false),
    (
        "fetch, simple type that names JSON",
        "POST",
        &[("content-type", "text/plain; application/json"), ("origin", EVIL)],
        false,
    ),
    (
        "fetch, two types",
        "POST",
        &[("content-type", "text/plain"), ("content-type", "application/json"), ("origin", EVIL)],
        false,
    ),
    (
        "fetch of JSON past the preflight",
        "POST",
        &[("content-type", "application/json"), ("origin", EVIL), ("sec-fetch-site", "cross-site")],
        false,
    ),
    ("fetch of JSON, an old browser", "POST", &[("content-type", "application/json"), ("origin", EVIL)], false),
    ("fetch of JSON from a sandbox", "POST", &[("content-type", "application/json"), ("origin", "null")], false),
    (
        "fetch of JSON from a sister site",
        "POST",
        &[
            ("content-type", "application/json"),
            ("origin", "https://other.relais.example"),
            ("sec-fetch-site", "same-site"),
        ],
        false,
    ),
    (
        "fetch of JSON from another port",
        "POST",
        &[("content-type", "application/json"), ("origin", "https://relais.example:8443")],
        false,
    ),
    ("link", "GET", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], true),
    (
        "image",
        "GET",
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("accept", "image/*,*/*;q=0.8")],
        true,
    ),
    ("link, an old browser", "GET", &[], true),
    (
        "put past the preflight",
        "PUT",
        &[("content-type", "application/json"), ("origin", EVIL), ("sec-fetch-site", "cross-site")],
        false,
    ),
];

fn document() -> Value {
    let everything = SCHEMA.everything("CaseOpenPayload");
    json!({
        "query": format!("mutation($input: CaseOpenInput!) {{ caseOpen(input: $input) {everything} }}"),
        "variables": { "input": { "idempotencyKey": "cross-site-1", "person": girl() } },
    })
}

async fn sent(router: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (head, body) = router.clone().oneshot(request).await.expect("the router never fails").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn nothing_that_another_site_sends_is_accepted_or_changes_anything() {
    let world = World::on_sqlite().await;
    let token = world.person("caseworker").token.expect("a token");
    let before = world.tables().await;
    for (name, method, lines, is_in_address) in ATTEMPTS {
        let document = document();
        let encoded: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("query", document["query"].as_str().expect("a text"))
            .append_pair("variables", &document["variables"].to_string())
            .finish();
        let path = if is_in_address { format!("/graphql?{encoded}") } else { "/graphql".to_owned() };
        let mut request = Request::builder().method(method).uri(path).header("host", "relais.example");
        // Whatever a browser might hold for us goes along: none of it says who asks.
        request = request.header("cookie", format!("session={token}; __Host-session={token}; token={token}"));
        for (line, value) in lines {
            request = request.header(*line, *value);
        }
        let is_form = lines.iter().any(|(_, value)| value.contains("urlencoded"));
        let body = if is_form { encoded } else { document.to_string() };
        let request = request.body(if is_in_address { Body::empty() } else { Body::from(body) }).expect("a request");
        let (status, headers, answer) = sent(&world.router(), request).await;
        assert!(status.is_client_error(), "{name}: {status} {answer}");
        assert!(!answer.contains("\"data\""), "{name}: {answer}");
        assert_no_sharing(name, &headers);
    }
    assert_eq!(world.tables().await, before, "nothing has changed");
    // The control: the same document by the same token, sent by a program, opens a case.
    let own = Request::post("/graphql").header("content-type", "application/json");
    let own = own.header("authorization", format!("Bearer {token}")).body(Body::from(document().to_string()));
    let (status, _, answer) = sent(&world.router(), own.expect("a request")).await;
    assert!(status == StatusCode::OK && answer.contains("spokenCode"), "{answer}");
    assert_ne!(world.tables().await, before);
}

#[track_caller]
fn assert_no_sharing(name: &str, headers: &HeaderMap) {
    let shares = headers.keys().find(|header| header.as_str().starts_with("access-control-"));
    assert_eq!(shares, None, "{name}");
}

/// A cookie says nothing of who asks, even where the request is the page's own.
#[tokio::test]
async fn cookies_are_ignored() {
    let world = World::on_sqlite().await;
    let token = world.person("caseworker").token.expect("a token");
    for cookie in
        [format!("session={token}"), format!("__Host-session={token}"), format!("authorization=Bearer {token}")]
    {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie)
            .body(Body::from(json!({ "query": "{ viewer { handle } }" }).to_string()));
        let (status, headers, answer) = sent(&world.router(), request.expect("a request")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.contains("\"viewer\":null") && !answer.contains("caseworker"), "{answer}");
        assert!(headers.get("set-cookie").is_none());
    }
}

/// Requests to every route and to none: plain ones, those of a foreign page, and a preflight.
#[tokio::test]
async fn every_route_answers_with_the_same_headers_and_shares_nothing() {
    let world = World::on_sqlite().await;
    // The router is built from this list.
    let doors = App::doors();
    let paths: BTreeSet<&str> = doors.iter().filter_map(|door| door.split(' ').nth(1)).collect();
    assert!(paths.len() >= 4 && paths.contains("/graphql"), "{paths:?}");
    let mut answers: Vec<(String, BTreeSet<String>)> = Vec::new();
    for path in paths.iter().chain(&["/nowhere"]) {
        for (method, lines) in [
            (Method::GET, &[][..]),
            (Method::POST, &[]),
            (Method::GET, &[("origin", EVIL), ("sec-fetch-site", "cross-site")]),
            (
                Method::OPTIONS,
                &[
                    ("origin", EVIL),
                    ("access-control-request-method", "POST"),
                    ("access-control-request-headers", "authorization, content-type"),
                    ("access-control-request-private-network", "true"),
                ],
            ),
        ] {
            let mut request = Request::builder().method(&method).uri(*path).header("host", "relais.example");
            for (line, value) in lines {
                request = request.header(*line, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            let (status, headers, _) = sent(&world.router(), request).await;
            assert_no_sharing(path, &headers);
            assert!(headers.contains_key("x-request-id"), "{path}");
            let from = if lines.is_empty() { "" } else { " from another site" };
            answers.push((format!("{method} {path}{from}: {}", status.as_u16()), told(&headers)));
        }
    }
    let same = answers.iter().map(|(_, told)| told.clone()).reduce(|all, told| &all & &told).expect("answers");
    let mut golden = format!("on every answer:\n{}\n", indented(&same));
    for (request, told) in answers {
        writeln!(golden, "{request}\n{}", indented(&(&told - &same))).expect("a text takes all");
    }
    insta::assert_snapshot!(golden);
}

/// The headers of an answer but for those that differ from one to the next.
fn told(headers: &HeaderMap) -> BTreeSet<String> {
    let lines = headers.iter().filter(|(name, _)| !matches!(name.as_str(), "content-length" | "x-request-id"));
    let mut told = BTreeSet::new();
    for (name, value) in lines {
        let value = value.to_str().expect("text");
        // What a cookie holds is drawn anew; its name and its attributes are not.
        let value = match value.split_once('=') {
            Some((cookie, rest)) if name == "set-cookie" => {
                format!("{cookie}=…;{}", rest.split_once(';').map_or("", |(_, attributes)| attributes))
            }
            _ => value.to_owned(),
        };
        assert!(told.insert(format!("{name}: {value}")), "{name} twice: {value}");
    }
    told
}

fn indented(lines: &BTreeSet<String>) -> String {
    lines.iter().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// Routes are made from the list of `app` alone, so that the test above has them all.
#[test]
fn no_route_is_made_past_the_list() {
    // `routes` of the API is for tests of the handler alone.
    let makers = ["src/app.rs", "src/graphql/http.rs"];
    let files = crate::architecture::files_under("src");
    let found: Vec<String> = files
        .iter()
        .filter(|file| !makers.contains(&file.path.as_str()))
        .flat_map(|file| file.lines_of(&[".", "route", "("]).into_iter().map(|line| format!("{}:{line}", file.path)))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}
