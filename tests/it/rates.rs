//! How much a caller may ask. Each test states its own limits and moves the clock itself.

use crate::kit::world::{Person, World, graphql_request};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use relais::config::{Limits, Networks, Server};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt as _;

const POINT: &str = "{ __typename }";

/// `count` points in one document.
fn points(count: usize) -> String {
    let selections: Vec<String> = (1..count).map(|number| format!("a{number}: __typename")).collect();
    format!("{{ __typename ... {{ {} }} }}", selections.join(" "))
}

struct Node(Router);

impl Node {
    fn of(world: &World, limits: Limits, trusted: &str) -> Self {
        let trusted_proxies = Networks::try_from(trusted.to_owned()).expect("networks");
        let server = Server { trusted_proxies, ..Server::default() };
        Self(world.app.clone().with_edge(&limits, &server).router())
    }

    /// Status, code and `Retry-After` of an answer to a request from this address.
    async fn ask(&self, mut request: Request<Body>, from: &str) -> (u16, String, Option<u64>) {
        let peer: SocketAddr = format!("{from}:4711").parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.0.clone().oneshot(request).await.expect("the router never fails");
        let status = response.status().as_u16();
        let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = http_body_util::BodyExt::collect(response.into_body()).await.expect("a body").to_bytes();
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = json.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or_default().to_owned();
        (status, code, wait)
    }

    async fn point(&self, person: &Person, from: &str) -> (u16, String, Option<u64>) {
        self.ask(graphql_request(person, "en", POINT, json!({})), from).await
    }
}

fn passed() -> (u16, String, Option<u64>) {
    (200, String::new(), None)
}

fn refused(seconds: u64) -> (u16, String, Option<u64>) {
    (StatusCode::TOO_MANY_REQUESTS.as_u16(), "RATE_LIMITED".to_owned(), Some(seconds))
}

fn pass_seconds(world: &World, seconds: i64) {
    let now = world.now().microseconds() + seconds * 1_000_000;
    world.clock.set(relais::domain::time::Timestamp::from_microseconds(now));
}

#[tokio::test]
async fn who_has_no_account_is_counted_by_address_and_by_what_is_asked() {
    let world = World::on_sqlite().await;
    let node = Node::of(&world, Limits { anonymous_points_per_minute: 6, ..Limits::NONE }, "");
    let nobody = world.person("nobody");
    for _ in 0..6 {
        assert_eq!(node.point(&nobody, "192.0.2.1").await, passed());
    }
    assert_eq!(node.point(&nobody, "192.0.2.1").await, refused(10), "the seventh point of six");
    assert_eq!(node.point(&nobody, "192.0.2.2").await, passed(), "somebody else");
    pass_seconds(&world, 10);
    assert_eq!(node.point(&nobody, "192.0.2.1").await, passed());
    assert_eq!(node.point(&nobody, "192.0.2.1").await, refused(10));
    // A document of four points uses four; one that is refused before it runs uses none.
    let four = || graphql_request(&nobody, "en", &points(3), json!({}));
    assert_eq!(node.ask(four(), "192.0.2.3").await, passed());
    let (status, code, _) = node.ask(graphql_request(&nobody, "en", "{", json!({})), "192.0.2.3").await;
    assert_eq!((status, code.as_str()), (200, "GRAPHQL_PARSE_FAILED"));
    assert_eq!(node.ask(four(), "192.0.2.3").await, refused(20));
    // Who signs in is somebody else, whatever happened at the same address.
    assert_eq!(node.point(&world.person("lawyer"), "192.0.2.1").await, passed());
}

#[tokio::test]
async fn a_forged_forwarding_header_changes_nothing() {
    let world = World::on_sqlite().await;
    let limits = Limits { anonymous_points_per_minute: 2, ..Limits::NONE };
    let nobody = world.person("nobody");
    let through = |claimed: String| {
        let mut request = graphql_request(&nobody, "en", POINT, json!({}));
        request.headers_mut().insert("x-forwarded-for", claimed.parse().expect("a value"));
        request.headers_mut().insert("forwarded", format!("for={claimed}").parse().expect("a value"));
        request.headers_mut().insert("x-real-ip", claimed.parse().expect("a value"));
        request
    };
    let node = Node::of(&world, limits, "10.0.0.0/8");
    let mut answers = Vec::new();
    for number in 0..4 {
        answers.push(node.ask(through(format!("198.51.100.{number}")), "192.0.2.1").await.0);
    }
    assert_eq!(answers, [200, 200, 429, 429], "not from a trusted proxy");
    let mut answers = Vec::new();
    for number in 0..4 {
        answers.push(node.ask(through(format!("198.51.100.{number}")), "10.1.1.1").await.0);
    }
    assert_eq!(answers, [200; 4], "each behind the proxy is somebody");
    let mut answers = Vec::new();
    for number in 0..4 {
        let claimed = format!("198.51.100.{number}, 203.0.113.5");
        answers.push(node.ask(through(claimed), "10.1.1.1").await.0);
    }
    assert_eq!(answers, [200, 200, 429, 429], "what a caller writes before the proxy's word is no word");
}

#[tokio::test]
async fn an_account_is_counted_over_its_tokens_and_each_token_by_itself() {
    let world = World::on_sqlite().await;
    let limits = Limits { token_points_per_minute: 4, account_points_per_minute: 6, ..Limits::NONE };
    let node = Node::of(&world, limits, "");
    let first = world.person("lawyer");
    let renewed = world.apply(include_str!("kit/world.json")).await;
    let second = renewed.get("lawyer").expect("a second token");
    for number in 0..4 {
        assert_eq!(node.point(&first, &format!("192.0.2.{number}")).await, passed(), "from any address");
    }
    assert_eq!(node.point(&first, "192.0.2.9").await, refused(15), "the token has used its points");
    for _ in 0..2 {
        assert_eq!(node.point(second, "192.0.2.1").await, passed());
    }
    assert_eq!(node.point(second, "192.0.2.1").await, refused(10), "the account has used its own");
    assert_eq!(node.point(&world.person("another partner"), "192.0.2.1").await, passed());
}

#[tokio::test]
async fn who_tries_tokens_is_counted_as_nobody() {
    let world = World::on_sqlite().await;
    let node = Node::of(&world, Limits { anonymous_points_per_minute: 3, ..Limits::NONE }, "");
    let mut answers = Vec::new();
    for number in 0..5 {
        let guess = Person { token: Some(format!("rls_guess-{number}")) };
        answers.push(node.point(&guess, "192.0.2.1").await.0);
    }
    assert_eq!(answers, [401, 401, 401, 429, 429]);
    assert_eq!(node.point(&world.person("lawyer"), "192.0.2.1").await, passed());
}

/// The limits that are in force when nobody says otherwise do not stand in the way of work: the introspection
/// of a developer's tool and a caseworker's busy minute.
#[tokio::test]
async fn the_default_limits_leave_room_for_work() {
    let world = World::on_sqlite().await;
    let node = Node::of(&world, Limits::default(), "");
    let introspection = include_str!("introspection.graphql");
    for _ in 0..3 {
        let request = graphql_request(&world.person("nobody"), "en", introspection, json!({}));
        assert_eq!(node.ask(request, "192.0.2.1").await, passed());
    }
    let search = "{ services(first: 20) { pageInfo { endCursor } edges { verdict distanceMeters reasons { dimension message } \
        node { id name phones { typed } organization { id name } places { name address } freshness { state } } } } }";
    for _ in 0..120 {
        let request = graphql_request(&world.person("caseworker"), "en", search, json!({}));
        assert_eq!(node.ask(request, "192.0.2.1").await, passed(), "two such searches a second");
    }
}
