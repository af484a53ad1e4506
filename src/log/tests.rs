use super::*;
use crate::clock::Fixed;
use crate::domain::time::Timestamp;
use std::sync::Mutex;

/// What is written while the work is done.
fn written(form: Form, work: impl FnOnce()) -> String {
    let clock = Arc::new(Fixed::at(Timestamp::from_microseconds(1_700_000_000_000_000)));
    let text = Arc::new(Mutex::new(String::new()));
    let kept = text.clone();
    let lines = Lines { form, clock, write: move |line: &str| kept.lock().expect("no panic").push_str(line) };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), work);
    text.lock().expect("no panic").clone()
}

#[test]
fn an_event_is_one_line_of_its_listed_fields() {
    let work =
        || tracing::error!(status = 503_u16, code = "UNAVAILABLE", secret = "MARK", principal = None::<String>, "busy");
    assert_eq!(
        written(Form::Text, work),
        "2023-11-14T22:13:20Z ERROR relais::log::tests: busy status=503 code=UNAVAILABLE\n"
    );
    let json: serde_json::Value = serde_json::from_str(&written(Form::Json, work)).expect("JSON");
    let expected = serde_json::json!({ "at": "2023-11-14T22:13:20Z", "level": "ERROR", "target": "relais::log::tests",
        "message": "busy", "status": 503, "code": "UNAVAILABLE" });
    assert_eq!(json, expected);
}

#[test]
fn no_value_breaks_colours_or_forges_a_line() {
    let hostile = "\u{1b}[31mred\u{9b}2J\r\n2023-11-14T22:13:20Z ERROR relais: forged\u{202e}\u{2028}\" x=\"";
    for form in [Form::Text, Form::Json] {
        let text = written(form, || tracing::warn!(cause = hostile, "{hostile}"));
        let (line, rest) = text.split_once('\n').expect("a line");
        assert_eq!(rest, "", "{form:?}");
        assert!(line.chars().all(|c| !c.is_control() && !matches!(c, '\u{202e}' | '\u{2028}')), "{form:?}: {line:?}");
    }
    let quoted = written(Form::Text, || tracing::warn!(cause = "a status=200", kind = "", "told"));
    assert!(quoted.ends_with("told cause=\"a status=200\" kind=\"\"\n"), "{quoted}");
}

#[test]
fn a_librarys_words_are_withheld() {
    for form in [Form::Text, Form::Json] {
        let text = written(form, || tracing::warn!(target: "sqlx::query", cause = "SELECT MARK", "MARK"));
        assert!(text.contains("sqlx::query") && text.contains("WARN") && !text.contains("MARK"), "{text}");
    }
    let text = written(Form::Text, || tracing::warn!(target: "relaisx", "MARK"));
    assert!(!text.contains("MARK"), "{text}");
}
