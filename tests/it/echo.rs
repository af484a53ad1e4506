//! No error repeats what a caller sent: literals, variables, keys of JSON.

use axum::Router;

use crate::router;
use crate::transport::{NEW, OLD, post, send_to};

const MARK: &str = "MARKERz9";

/// Faults that every schema knows, with the marker in literals, variables and keys.
const FAULTY: [&str; 14] = [
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
];

const DAMAGE: [&str; 8] = ["\"", "{", "}", "\\", "(", ":", "\\\"", " "];

/// Sends 500 variants of `templates` (JSON bodies in which `MARK` stands for the marker) and
/// fails if any answer repeats it. Half arrive damaged, so that each reader gets to complain.
pub async fn assert_no_echo(router: Router, templates: &[&str]) {
    let mut chance = crate::hostile::generator::Chance::new(7);
    let mut refused = 0;
    for index in 0..500 {
        let mut body = templates[index % templates.len()].replace("MARK", MARK);
        if index >= templates.len() && chance.between(0, 1) == 0 {
            let at = chance.between(0, body.len() - 1);
            let damage: &&str = chance.pick(&DAMAGE);
            body.insert_str(at, damage);
        }
        for accept in [OLD, NEW] {
            let answer = send_to(router.clone(), post(accept, body.clone())).await;
            assert!(!answer.status.is_server_error(), "{body}");
            refused += usize::from(!answer.code().is_empty());
            let errors = answer.body["errors"].to_string();
            assert!(!errors.contains(MARK), "{body} answered {errors}");
        }
    }
    assert!(refused > 500, "most of these are faulty: {refused}");
}

#[tokio::test]
async fn no_error_repeats_a_literal_a_variable_or_a_key() {
    assert_no_echo(router(), &FAULTY).await;
}
