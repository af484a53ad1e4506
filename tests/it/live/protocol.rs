//! The protocol of `graphql-ws`, with its own close codes; raw, because a client library never does what is refused here.

use super::socket::{Came, Listening};
use super::{INBOX, REFERRAL};
use crate::kit::world::{Person, World};
use relais::config::{Limits, Server};
use serde_json::{Value, json};

const INIT: &str = r#"{"type":"connection_init"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_closes_the_socket_with_its_code() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    let subscribe = |id: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": INBOX } }).to_string();
    let of = |credentials: &str| {
        json!({ "type": "connection_init", "payload": { "authorization": credentials } }).to_string()
    };
    let lawyer = of(&format!("Bearer {}", world.person("lawyer").token.expect("a token")));
    let many: Vec<String> = (0..61).map(|_| r#"{"type":"ping"}"#.to_owned()).collect();
    let unknown = of("Bearer rls_tok_00000000000000000000000000_0000000000000000000000000000000000000000000");
    for (said, code, what) in [
        (vec![subscribe("1")], 4401, "an operation before who it is"),
        (vec!["{".to_owned()], 4400, "no JSON"),
        (vec!["[]".to_owned()], 4400, "no object"),
        (vec![r#"{"type":"start"}"#.to_owned()], 4400, "a message of another protocol"),
        (vec![INIT.to_owned()], 4403, "nobody"),
        (vec![of("Basic eHg6eXk=")], 4403, "other credentials"),
        (vec![unknown], 4403, "a token that opens nothing"),
        (vec![lawyer.clone(), lawyer.clone()], 4429, "saying it twice"),
        (vec![lawyer.clone(), subscribe("1"), subscribe("1")], 4409, "an id that is in use"),
        (vec![lawyer.clone(), r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#.to_owned()], 4400, "no id"),
        (vec![lawyer.clone(), "x".repeat(60)], 4400, "no message"),
        ([vec![lawyer.clone()], many].concat(), 4429, "more than sixty messages a minute"),
    ] {
        let mut socket = node.opened().await;
        for text in &said {
            socket.say(text).await;
        }
        assert_eq!(socket.closed().await, code, "{what}");
    }
    let mut socket = node.opened().await;
    socket.say_bytes(b"{}").await;
    assert_eq!(socket.closed().await, 4400, "bytes");
    let mut other = node.connected(&[]).await;
    assert_eq!(other.closed().await, 4406, "no subprotocol");
    // Who says nothing is closed too, in five seconds: no test waits for what it does not do meanwhile.
    let mut silent = node.opened().await;
    assert_eq!(silent.closed().await, 4408);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_refused_ends_alone() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    let mut socket = node.admitted(&world.person("lawyer")).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { caseChanged { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { inboxChanged { id } other: inboxChanged { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { referralChanged(id: \"ref_x\") { id } }", "BAD_USER_INPUT"),
        ("subscription { referralChanged(id: \"ref_aaaaaaaaaaaaaaaaaaaaaaaaaa\") { id } }", "NOT_FOUND"),
        ("query { services(first: 1) { nodes { nothing } } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        socket.subscribe("one", query, json!({})).await;
        let told = socket.heard().await;
        assert_eq!((&told["type"], &told["id"]), (&json!("error"), &json!("one")), "{query}: {told}");
        assert_eq!(told["payload"][0]["extensions"]["code"], code, "{query}: {told}");
    }
    let fragment = "subscription { ...Root } fragment Root on Subscription { inboxChanged { id } }";
    let padded = format!("{INBOX} # {}", "x".repeat(8 * 1024));
    for (query, code) in [(fragment, "GRAPHQL_VALIDATION_FAILED"), (padded.as_str(), "QUERY_TOO_LARGE")] {
        socket.subscribe("one", query, json!({})).await;
        let told = socket.heard().await;
        assert_eq!(told["type"], "error", "{query}: {told}");
        assert_eq!(told["payload"][0]["extensions"]["code"], code, "{query}: {told}");
    }
    socket.say(r#"{"id":"one","type":"subscribe","payload":{}}"#).await;
    assert_eq!(socket.heard().await["payload"][0]["extensions"]["code"], "BAD_USER_INPUT", "no document");
    socket.say(r#"{"type":"complete","id":"unknown"}"#).await;
    assert_eq!(socket.told_so_far().await, Vec::<Value>::new(), "it goes on, and what is not there needs no end");
    for number in 0..21 {
        socket.subscribe(&format!("s{number}"), INBOX, json!({})).await;
    }
    let told = socket.told_so_far().await;
    assert_eq!(told.len(), 1, "twenty at once: {told:?}");
    assert_eq!((&told[0]["id"], &told[0]["payload"][0]["extensions"]["code"]), (&json!("s20"), &json!("RATE_LIMITED")));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_and_changes_are_answered_over_a_socket_as_over_http() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    let person = world.person("caseworker");
    let mut socket = node.admitted(&person).await;
    for query in [
        "{ viewer { __typename } services(first: 3) { nodes { id name } } }",
        "{ services(first: 101) { nodes { id } } }",
    ] {
        socket.subscribe("q", query, json!({})).await;
        let by_http = world.ask(&person, query, json!({})).await.json;
        assert_eq!(socket.heard().await, json!({ "id": "q", "type": "next", "payload": by_http }));
        assert_eq!(socket.heard().await, json!({ "id": "q", "type": "complete" }));
    }
    let open = "mutation { caseOpen(input: { idempotencyKey: \"live-conversation-1\", person: { area: \"FR-93055\" } }) { case { id } errors { __typename } } }";
    socket.subscribe("m", open, json!({})).await;
    let told = socket.heard().await;
    assert_eq!(told["payload"]["data"]["caseOpen"]["errors"], json!([]), "{told}");
    let over_http = world.ask(&person, INBOX, json!({})).await;
    assert_eq!(over_http.code(), "BAD_USER_INPUT", "and no subscription over HTTP: {}", over_http.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_has_five_sockets_and_each_is_given_back() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    let person = world.person("lawyer");
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(node.admitted(&person).await);
    }
    let mut sixth = node.opened().await;
    sixth.initialise(&person).await;
    assert_eq!(sixth.came().await, Came::Closed(1013), "not for good: the others may be lost ones");
    let other = node.admitted(&world.person("caseworker")).await;
    drop((held, other));
    // The server has noticed once a place is free.
    loop {
        let mut again = node.opened().await;
        again.initialise(&person).await;
        if again.came().await == Came::Message(json!({ "type": "connection_ack" })) {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_from_another_site_or_is_no_socket_is_refused_before() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    // Needed of whoever makes a client; the first to come installs it for all.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client without TLS");
    let url = format!("http://{}/graphql/ws", node.address);
    for (headers, status, code) in [
        (vec![], 426, "BAD_USER_INPUT"),
        (vec![("origin", "https://elsewhere.example")], 403, "FORBIDDEN"),
        (vec![("authorization", "Basic eHg6eXk=")], 401, "UNAUTHENTICATED"),
    ] {
        let request = headers.iter().fold(client.get(&url), |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{headers:?}");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], code, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_one_address_nor_all_of_them_hold_every_place() {
    let world = World::on_sqlite().await;
    let limited = |limits: Limits| world.app.clone().with_edge(&limits, &Server::default()).router();
    let node = Listening::before(limited(Limits { anonymous_points_per_minute: 120, ..Limits::NONE })).await;
    let held = [node.opened().await, node.opened().await];
    assert_eq!(node.refused().await, 429, "two a minute, here");
    drop(held);
    let node = Listening::before(limited(Limits { sockets: 2, ..Limits::NONE })).await;
    let held = [node.opened().await, node.opened().await];
    assert_eq!(node.refused().await, 503, "two at once, here");
    drop(held);
}

/// A client that is no browser may say who it is in the head.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_head_is_as_good() {
    let world = World::on_sqlite().await;
    let node = Listening::of(&world).await;
    let Person { token } = world.person("lawyer");
    let bearer = format!("Bearer {}", token.expect("a token"));
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", bearer.as_str())];
    let mut socket = node.connected(&headers).await;
    socket.say(INIT).await;
    assert_eq!(socket.heard().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", REFERRAL, json!({ "id": "ref_aaaaaaaaaaaaaaaaaaaaaaaaaa" })).await;
    assert_eq!(socket.heard().await["payload"][0]["extensions"]["code"], "NOT_FOUND");
}
