//! GraphQL over HTTP as a client sees it: statuses, media types, methods, sizes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use relais::edge::access_line::LineFacts;
use relais::graphql::http::{Answered, Caller, Endpoint, EndpointError, routes};
use relais::graphql::limits::Limits;
use relais::serve::harden;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::kit::bare::Bare;

pub const NEW: &str = "application/graphql-response+json";
pub const OLD: &str = "application/json";

/// One answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub async fn send_to(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.expect("infallible").into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn post(accept: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, OLD)
        .header(header::ACCEPT, accept)
        .body(body.into())
        .expect("a request")
}

fn query(accept: &str, text: &str) -> Request<Body> {
    post(accept, json!({ "query": text }).to_string())
}

fn without_body(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn the_status_depends_on_the_fault_and_on_the_media_type() {
    let bare = Bare::open().await;
    let over = format!("{{{}}}", "__typename ".repeat(11));
    for (text, old, new, code) in [
        ("{__typename}", 200, 200, ""),
        ("{", 200, 400, "GRAPHQL_PARSE_FAILED"),
        ("{nowhere_to_be_found}", 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("{...F} fragment F on Query{...F}", 200, 400, "GRAPHQL_VALIDATION_FAILED"),
        (over.as_str(), 400, 400, "QUERY_TOO_COMPLEX"),
    ] {
        for (accept, status) in [(OLD, old), (NEW, new)] {
            let answer = send_to(bare.router(), query(accept, text)).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{accept} {text}");
            let content_type = format!("{accept}; charset=utf-8");
            assert_eq!(answer.header(header::CONTENT_TYPE), content_type);
            assert_eq!(answer.body.get("data").is_some(), code.is_empty(), "data in {text}");
        }
    }
}

#[tokio::test]
async fn a_syntax_error_says_where_and_nothing_else() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), query(NEW, "{\n  a(b: MARKER MARKER!)\n}")).await;
    let error = &answer.body["errors"][0];
    assert_eq!(error["locations"][0]["line"], 2);
    assert!(!answer.body.to_string().contains("MARKER"), "{}", answer.body);
}

#[tokio::test]
async fn a_limit_is_named_with_its_value() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), query(NEW, "query A{__typename} query B{__typename}")).await;
    let extensions = json!({ "code": "QUERY_TOO_COMPLEX", "limit": "operations", "maximum": 1 });
    assert_eq!(answer.body["errors"][0]["extensions"], extensions);
}

/// The text is what `getIntrospectionQuery` of npm graphql 16.15.0 gives with every option
/// on, the deepest query that ordinary tools send.
#[tokio::test]
async fn the_introspection_of_graphql_js_passes_every_limit() {
    let bare = Bare::open().await;
    let text = include_str!("introspection.graphql");
    let answer = send_to(bare.router(), query(NEW, text)).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, ""));
    assert!(answer.body["data"]["__schema"]["types"].is_array());
}

#[tokio::test]
async fn bodies_that_are_no_request_are_bad_requests() {
    let bare = Bare::open().await;
    let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}", "[".repeat(60_000));
    let batch = json!([{ "query": "{__typename}" }]).to_string();
    for body in ["", "{", "[]", "null", "1", batch.as_str(), deep.as_str(), "{\"query\":1}"] {
        for accept in [OLD, NEW] {
            let answer = send_to(bare.router(), post(accept, body.to_owned())).await;
            let seen = (answer.status, answer.code());
            assert_eq!(seen, (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{body:.40}");
        }
    }
}

#[tokio::test]
async fn only_json_is_read_so_no_form_can_post() {
    let bare = Bare::open().await;
    let body = json!({ "query": "{__typename}" }).to_string();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
    ] {
        let mut request = post(OLD, body.clone());
        request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().expect("valid"));
        let answer = send_to(bare.router(), request).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        assert_eq!(answer.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let mut request = post(OLD, body);
    request.headers_mut().remove(header::CONTENT_TYPE);
    assert_eq!(send_to(bare.router(), request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_answer_nobody_could_read_is_refused() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), query("text/html", "{__typename}")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn get_reads_and_never_writes() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), without_body(Method::GET, "/graphql?query=%7B__typename%7D")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, ""));
    let answer = send_to(bare.router(), without_body(Method::GET, "/graphql?query=mutation%7B__typename%7D")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"));
    assert_eq!(answer.header(header::ALLOW), "POST");
    let answer = send_to(bare.router(), without_body(Method::GET, "/graphql")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let long = format!("/graphql?query=%7B__typename%7D{}", "+".repeat(2_048));
    let answer = send_to(bare.router(), without_body(Method::GET, &long)).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::URI_TOO_LONG, "QUERY_TOO_LARGE"));
}

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let bare = Bare::open().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let answer = send_to(bare.router(), without_body(method.clone(), "/graphql")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header(header::ALLOW), "GET, POST");
        assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("access-control-allow-origin"), "", "no cross-origin reading");
    }
}

#[tokio::test]
async fn credentials_we_do_not_understand_are_refused() {
    let bare = Bare::open().await;
    for value in ["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "bearer a,b", "a"] {
        let mut request = query(OLD, "{__typename}");
        request.headers_mut().insert(header::AUTHORIZATION, value.parse().expect("valid"));
        let answer = send_to(bare.router(), request).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer", "{value}");
    }
}

/// An endpoint that answers by its token, to see what the handler makes of it.
#[derive(Clone)]
struct ByToken;

impl Endpoint for ByToken {
    async fn execute(&self, caller: Caller, _request: async_graphql::Request) -> Answered {
        let result = match caller.bearer.as_ref().map(|token| token.expose().as_str()) {
            Some("unknown") => Err(EndpointError::Unauthenticated),
            Some("busy") => Err(EndpointError::Unavailable),
            Some("greedy") => Err(EndpointError::RateLimited(7)),
            _ => Ok(async_graphql::Response::new(caller.language.unwrap_or_default())),
        };
        Answered { result, told: LineFacts::default(), place: None }
    }
}

#[tokio::test]
async fn the_endpoint_decides_who_and_whether() {
    let router = routes(ByToken, Limits::default());
    let with = |token: &str| {
        let mut request = query(NEW, "{__typename}");
        let value = format!("Bearer {token}").parse().expect("valid");
        request.headers_mut().insert(header::AUTHORIZATION, value);
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, "ar, fr;q=0.5".parse().expect("valid"));
        request.headers_mut().insert(header::COOKIE, "session=1".parse().expect("valid"));
        send_to(router.clone(), request)
    };
    let answer = with("unknown").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    let answer = with("busy").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    assert_eq!(answer.header(header::RETRY_AFTER), "5");
    let answer = with("greedy").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(answer.header(header::RETRY_AFTER), "7");
    assert_eq!(with("known").await.body["data"], "ar, fr;q=0.5");
}

/// A body of unknown length: some chunks, then the end or nothing for ever.
struct Drip {
    chunks: usize,
    ends: bool,
}

impl HttpBody for Drip {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let this = self.get_mut();
        match this.chunks.checked_sub(1) {
            Some(left) => {
                this.chunks = left;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 1_024])))))
            }
            None if this.ends => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

#[tokio::test]
async fn a_body_is_counted_while_it_is_read() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), post(OLD, vec![b' '; 65_537])).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, "QUERY_TOO_LARGE"));
    let chunked = |chunks| post(OLD, Body::new(Drip { chunks, ends: true }));
    assert_eq!(send_to(bare.router(), chunked(64)).await.status, StatusCode::BAD_REQUEST, "64 KiB of spaces");
    assert_eq!(send_to(bare.router(), chunked(65)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless = post(OLD, Body::new(Drip { chunks: usize::MAX, ends: false }));
    assert_eq!(send_to(bare.router(), endless).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let limits = Limits { body_timeout: Duration::from_millis(20), ..Limits::default() };
    let request = post(OLD, Body::new(Drip { chunks: 3, ends: false }));
    let answer = send_to(routes(ByToken, limits), request).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"));
    assert_eq!(answer.header(header::CONNECTION), "close");
}

#[tokio::test]
async fn a_misspelt_name_is_named() {
    let bare = Bare::open().await;
    let answer = send_to(bare.router(), query(OLD, "{nowhere_to_be_found}")).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("nowhere_to_be_found"), "{message}");
}

#[tokio::test]
async fn a_document_that_fitted_once_is_answered_as_if_it_were_read_for_the_first_time() {
    const DOCUMENT: &str = "query($f: ServiceFilter, $n: Int) { services(first: $n, filter: $f) { nodes { id } } }";
    let asked = |variables: Value| post(NEW, json!({ "query": DOCUMENT, "variables": variables }).to_string());
    let fitting = json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gender": "WOMAN" } }, "n": 3 });
    let known = Bare::open().await;
    // The router keeps what it has read.
    let router = known.router();
    for _ in 0..2 {
        let answer = send_to(router.clone(), asked(fitting.clone())).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, ""), "{}", answer.body);
    }
    for (variables, status, code) in [
        (
            json!({ "f": { "need": "LEGAL", "person": { "gender": "WOMAN" } }, "n": 3 }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (json!({ "f": { "need": 3, "person": { "gender": "WOMAN" } }, "n": 3 }), 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            json!({ "f": { "needs": "LEGAL_ASYLUM", "person": { "gender": "MAN" } }, "n": 3 }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gander": "MAN" } }, "n": 3 }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gender": "WOMAN" } }, "n": 3.5 }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gender": "WOMAN" } }, "n": 9_999_999_999_i64 }),
            400,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gender": "WOMAN" } }, "n": 101 }), 200, "BAD_USER_INPUT"),
        (json!({ "f": { "need": "LEGAL_ASYLUM", "person": { "gender": "MAN" } }, "n": 2 }), 200, ""),
    ] {
        let again = send_to(router.clone(), asked(variables.clone())).await;
        let first = send_to(Bare::open().await.router(), asked(variables.clone())).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{variables}");
        assert_eq!((again.status.as_u16(), again.code()), (status, code), "{variables}: {}", again.body);
    }
}

#[tokio::test]
async fn every_answer_is_hardened_even_a_panic() {
    let panics = get(|| async { panic!("MARKER") as &str });
    let page = get(|| async {
        ([(header::CACHE_CONTROL, "max-age=60"), (header::CONTENT_SECURITY_POLICY, "default-src *")], "page")
    });
    let router = harden(Router::new().route("/panic", panics).route("/page", page));
    let answer = send_to(router.clone(), without_body(Method::GET, "/panic")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let internal = json!({ "message": "Internal error", "extensions": { "code": "INTERNAL" } });
    assert_eq!(answer.body, json!({ "errors": [internal] }));
    for path in ["/panic", "/page", "/nowhere"] {
        let answer = send_to(router.clone(), without_body(Method::GET, path)).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
            ("cache-control", if path == "/page" { "max-age=60" } else { "no-store" }),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "no page loosens it: {path}: {policy}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
    }
}
