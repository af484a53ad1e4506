//! No error repeats what a caller sent: literals, variables, keys of JSON.

use crate::hostile::generator::Chance;
use crate::kit::bare::Bare;
use crate::kit::world::World;
use crate::transport::{NEW, OLD, post, send_to};
use axum::Router;
use axum::http::{HeaderValue, header};

const MARK: &str = "MARKERz9";

/// Requests sent, some of the templates damaged.
const REQUESTS: usize = 1_000;

/// JSON bodies in which `MARK` stands for the marker. Some faults every schema knows, the others are made
/// of one of each kind of argument that this schema has.
const FAULTY: [&str; 38] = [
    r#"{"query":"{__type(name: MARK){name}}"}"#,
    r#"{"query":"{__type(name: [\"MARK\"]){name}}"}"#,
    r#"{"query":"{__type(name: {MARK: 1}){name}}"}"#,
    r#"{"query":"{__schema{types{fields(includeDeprecated: \"MARK\"){name}}}}"}"#,
    r#"{"query":"{__schema{types{fields(includeDeprecated: {MARK: \"MARK\"}){name}}}}"}"#,
    r#"{"query":"{nowhere(a: \"MARK\")}"}"#,
    r#"{"query":"{__typename @skip(if: \"MARK\")}"}"#,
    r#"{"query":"{__typename \"MARK\"}"}"#,
    r#"{"query":"{__type(name: \"MARK"}"#,
    r#"{"query":"query($v: String!){__type(name: $v){name}}","variables":{"v":["MARK"]}}"#,
    r#"{"query":"query($v: String!){__type(name: $v){name}}","variables":{"v":{"MARK":1}}}"#,
    r#"{"query":"query($v: Int = \"MARK\"){__typename}","variables":{"MARK":"MARK"}}"#,
    r#"{"query":"query Q{__typename}","operationName":"MARK"}"#,
    r#"{"query":"{__typename}","MARK":1,"extensions":["MARK"]}"#,
    // Enums, numbers, lists and objects as literals.
    r#"{"query":"{services(filter: {need: MARK}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {need: \"MARK\"}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {MARK: 1}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: \"MARK\"){nodes{id}}}"}"#,
    r#"{"query":"{services(first: \"MARK\"){nodes{id}}}"}"#,
    r#"{"query":"{services(after: \"MARK\"){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {near: {latitude: \"MARK\", longitude: 1}}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {person: {ageBand: MARK, languages: [\"MARK MARK\"]}}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {person: {languages: \"MARK MARK\", area: \"MARK\"}}){nodes{id}}}"}"#,
    r#"{"query":"{services(filter: {verdicts: [MATCH, MARK]}){nodes{id}}}"}"#,
    // The same in variables, where keys are the caller's, too.
    r#"{"query":"query($v: ServiceFilter){services(filter: $v){nodes{id}}}","variables":{"v":{"MARK":"MARK"}}}"#,
    r#"{"query":"query($v: ServiceFilter){services(filter: $v){nodes{id}}}","variables":{"v":{"person":{"MARK\" of type \"MARK":1}}}}"#,
    r#"{"query":"query($v: [FitVerdict!]){services(filter: {verdicts: $v}){nodes{id}}}","variables":{"v":["MARK"]}}"#,
    r#"{"query":"query($v: Need = MARK){services(filter: {need: $v}){nodes{id}}}"}"#,
    // Identifiers: no prefix, a foreign one, a known one with a wrong rest.
    r#"{"query":"{node(id: \"MARK\"){id}}"}"#,
    r#"{"query":"{service(id: \"svc_MARK\"){id} organization(id: \"svc_MARK\"){id}}"}"#,
    r#"{"query":"{referral(id: [\"MARK\"]){id}}"}"#,
    r#"{"query":"{caseBySpokenCode(spokenCode: \"MARK MARK\"){id} casesByFileNumber(fileNumber: \"MARK\"){id}}"}"#,
    r#"{"query":"{serviceGaps(firstMonth: \"MARK\", lastMonth: \"2026-MARK\"){threshold}}"}"#,
    // Changes, whose refusals are data and whose faults are errors.
    r#"{"query":"mutation($v: CaseOpenInput!){caseOpen(input: $v){errors{__typename}}}","variables":{"v":{"idempotencyKey":"MARK MARK","person":{"area":"MARK","languages":["MARK_"]},"fileNumber":"MARK"}}}"#,
    r#"{"query":"mutation{caseOpen(input: {idempotencyKey: \"MARK-MARK\", person: {}, protectionFlags: [MARK]}){errors{__typename}}}"}"#,
    r#"{"query":"mutation($v: ReferralStartInput!){referralStart(input: $v){errors{__typename}}}","variables":{"v":{"referralId":"ref_MARK","expectedVersion":1,"serviceStartedAt":"MARK"}}}"#,
    r#"{"query":"mutation($v: ReferralStartInput!){referralStart(input: $v){errors{__typename}}}","variables":{"v":{"referralId":{"MARK":1},"expectedVersion":"MARK"}}}"#,
    r#"{"query":"mutation{demandRecord(input: {idempotencyKey: \"MARK-MARK\", caseId: \"cas_MARK\", need: HEALTH_PRIMARY, result: MARK}){errors{__typename}}}"}"#,
];

const DAMAGE: [&str; 8] = ["\"", "{", "}", "\\", "(", ":", "\\\"", " "];

/// Sends variants of the templates and fails if any answer repeats the marker. Half arrive damaged, so that
/// each reader gets to complain.
async fn assert_no_echo(router: Router, token: Option<&str>) {
    let mut chance = Chance::new(7);
    let mut refused = 0;
    for index in 0..REQUESTS {
        let mut body = FAULTY[index % FAULTY.len()].replace("MARK", MARK);
        if index >= FAULTY.len() && chance.between(0, 1) == 0 {
            let at = chance.between(0, body.len() - 1);
            let damage: &&str = chance.pick(&DAMAGE);
            body.insert_str(at, damage);
        }
        for accept in [OLD, NEW] {
            let mut request = post(accept, body.clone());
            if let Some(token) = token {
                let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token is a header's value");
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
            let answer = send_to(router.clone(), request).await;
            assert!(!answer.status.is_server_error(), "{body} answered {}", answer.body);
            refused += usize::from(!answer.code().is_empty());
            // No template asks for anything that it sent, so refusals in the data are held to it as well.
            let told = answer.body.to_string();
            assert!(!told.contains(MARK), "{body} answered {told}");
        }
    }
    assert!(refused > REQUESTS, "most of these are faulty: {refused}");
}

#[tokio::test]
async fn no_error_repeats_a_literal_a_variable_or_a_key() {
    assert_no_echo(Bare::open().await.router(), None).await;
}

/// Whoever is signed in gets further, to the checks of the use cases.
#[tokio::test]
async fn no_error_repeats_what_a_caseworker_sent() {
    let world = World::on_sqlite().await;
    let token = world.person("caseworker").token.expect("a caseworker has a token");
    assert_no_echo(world.router(), Some(&token)).await;
}
