//! Every call that logs, read from the source: its fields stand on the list, its message is a plain text, and
//! nothing is printed with `Debug`. The list is `relais::log::FIELDS`.

use crate::architecture::files_under;
use crate::architecture::source::SourceFile;
use relais::log::FIELDS;
use std::path::Path;

const EVENTS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "event"];
const PRINTS: [&str; 4] = ["println", "print", "eprintln", "eprint"];

/// Where text is written for whoever typed a command.
const COMMAND_LINE: [&str; 3] = ["src/cli/", "src/main.rs", "src/demo/"];

/// The arguments of a macro call whose bracket opens at `open`, as ranges of tokens.
fn arguments(file: &SourceFile, open: usize) -> Vec<std::ops::Range<usize>> {
    let (mut depth, mut from, mut found) = (0_usize, open + 1, Vec::new());
    for at in open..file.tokens.len() {
        match file.tokens[at].text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 1 => {
                found.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
        if depth == 0 {
            if from < at {
                found.push(from..at);
            }
            return found;
        }
    }
    found
}

/// What is wrong with one call.
fn judge(file: &SourceFile, text: &str, open: usize) -> Vec<String> {
    let token = |at: usize| file.tokens[at].text.as_str();
    let mut wrong = Vec::new();
    for argument in arguments(file, open) {
        let words: Vec<&str> = argument.clone().map(token).collect();
        if words == ["\"\""] {
            // The literal from its line on: no message of ours has a quote in it.
            let line = text.lines().nth(file.tokens[argument.start].line - 1).unwrap_or_default();
            let rest = line.rsplit_once("\");").map_or(line, |(before, _)| before);
            if rest.rsplit('"').next().is_some_and(|message| message.contains('{')) {
                wrong.push("a message with a value in it".to_owned());
            }
            continue;
        }
        let named = if words[0] == "%" { &words[1..] } else { &words[..] };
        if words.contains(&"?") && (words[0] == "?" || words.get(2) == Some(&"?")) {
            wrong.push(format!("{} is told by Debug", words.join(" ")));
        } else if !FIELDS.contains(&named[0]) || (named.len() > 1 && named[1] != "=") {
            wrong.push(format!("{} is no field of the list", words.join(" ")));
        }
    }
    wrong
}

fn violations(file: &SourceFile, text: &str) -> Vec<String> {
    let token = |at: usize| file.tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    let mut tell = |at: usize, what: &str| found.push(format!("{}:{}: {what}", file.path, file.tokens[at].line));
    // How lines are written is the log's own affair; its tests show it every kind of call.
    let is_log = file.path.starts_with("src/log/");
    for at in 0..file.tokens.len() {
        if PRINTS.contains(&token(at)) && token(at + 1) == "!" {
            if !COMMAND_LINE.iter().any(|place| file.path.starts_with(place)) {
                tell(at, "prints past the log");
            }
        } else if token(at) == "instrument" {
            tell(at, "a span with the arguments of its function");
        } else if token(at) == "tracing" && token(at + 1) == "::" && !is_log {
            let is_call = EVENTS.contains(&token(at + 2)) && token(at + 3) == "!";
            if is_call {
                judge(file, text, at + 4).iter().for_each(|wrong| tell(at, wrong));
            } else {
                tell(at, "not a call of one of the log's macros by its full name");
            }
        }
    }
    found
}

#[test]
fn only_listed_fields_are_logged_and_no_message_holds_a_value() {
    let files = files_under("src");
    let mut calls = 0;
    let mut found = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file.path)).expect("the file");
        calls += file.lines_of(&["tracing", "::"]).len();
        found.extend(violations(file, &text));
    }
    // The command line turns the configured level into one of tracing's.
    found.retain(|violation| !violation.starts_with("src/cli/log.rs"));
    assert!(calls >= 6, "the rule has something to judge");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_leak_is_found() {
    for (text, is_violation) in [
        ("fn f() { tracing::info!(token, \"signed in\"); }", true),
        ("fn f() { tracing::info!(%token, \"signed in\"); }", true),
        ("fn f() { tracing::info!(cause = ?input, \"refused\"); }", true),
        ("fn f() { tracing::info!(?cause, \"refused\"); }", true),
        ("fn f() { tracing::info!(\"signed in as {handle}\"); }", true),
        ("fn f() { tracing::info!(\"signed in as {}\", handle); }", true),
        ("fn f() { tracing::info!(target: \"x\", \"told\"); }", true),
        ("fn f() { tracing::error!(cause.document = document, \"told\"); }", true),
        ("fn f() { tracing::info_span!(\"request\", document); }", true),
        ("use tracing::info; fn f() { info!(document, \"x\"); }", true),
        ("#[tracing::instrument] fn f(document: &str) {}", true),
        ("#[instrument(skip_all)] fn f(document: &str) {}", true),
        ("fn f() { println!(\"{document}\"); }", true),
        ("fn f() { tracing::error!(%incident, cause, kind = %error.kind(), \"internal error\"); }", false),
        ("fn f() { tracing::info!(\n    request = self.id(),\n    status = a(b, c),\n    \"answered\"\n); }", false),
    ] {
        let found = violations(&SourceFile::read("src/planted.rs", text), text);
        assert_eq!(!found.is_empty(), is_violation, "{text}: {found:?}");
    }
    assert!(violations(&SourceFile::read("src/cli/apply.rs", "fn f() { println!(\"{x}\"); }"), "").is_empty());
}
