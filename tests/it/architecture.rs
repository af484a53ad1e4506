//! The house's own rules, as tests over its source text: who may import whom, which crate lives where,
//! where time, chance and environment come in, what stands at the top, how long things may be, and
//! what is never written. Each rule is shown a planted violation first.

pub mod source;

use std::fs;
use std::path::Path;

use source::{NamedPath, SourceFile};

/// Modules that put the others together and may use them all.
const COMPOSERS: &[&str] = &["lib", "main", "app", "cli", "demo"];

/// Which modules of ours a module may use, besides itself. A module that is not here fails.
const IMPORTS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &["domain"]),
    ("i18n", &["domain"]),
    ("policy", &["domain"]),
    ("crypto", &[]),
    // The clock gives the months of keys, and the random bytes that these are made of.
    ("store", &["domain", "crypto", "clock"]),
    ("directory", &["domain"]),
    ("geography", &["domain"]),
    ("import", &["domain"]),
    ("export", &["domain"]),
    ("identity", &["domain", "clock", "egress"]),
    ("seal", &["domain", "clock"]),
    ("metrics", &["domain"]),
    (
        "actions",
        &[
            "domain",
            "policy",
            "store",
            "directory",
            "geography",
            "identity",
            "import",
            "export",
            "egress",
            "clock",
            "seal",
            "metrics",
        ],
    ),
    // The clock gives the ids of incidents.
    ("graphql", &["domain", "policy", "actions", "i18n", "clock", "edge"]),
    // The words of the outbox for what came of an attempt.
    ("egress", &["domain"]),
    ("delivery", &["domain", "i18n", "actions", "egress", "clock", "store"]),
    // The clock gives the secret that a form is bound to before anybody is signed in; what an address holds is sealed
    // under the secret of the visit.
    ("web", &["domain", "policy", "actions", "i18n", "clock", "edge", "crypto"]),
    // The limits and the proxies are configuration.
    ("edge", &["domain", "clock", "config", "metrics"]),
    ("log", &["domain", "clock"]),
    // What a password may cost, the reveal budget, and which hosts of one's own network may be reached.
    ("config", &["domain", "identity", "egress"]),
    ("serve", &[]),
];

/// Crates (by the start of their name) and the only places that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["src/store"]),
    // The only maker of HTTP clients, and of the TLS under them.
    ("reqwest", &["src/egress"]),
    ("rustls", &["src/egress"]),
    ("lettre", &["src/egress"]),
    ("openidconnect", &["src/identity"]),
    ("async_graphql", &["src/graphql"]),
    ("axum", &["src/graphql/http", "src/edge", "src/serve", "src/app", "src/web"]),
    ("argon2", &["src/identity"]),
    ("totp_rs", &["src/identity"]),
    ("zxcvbn", &["src/identity"]),
    ("unicode_normalization", &["src/identity", "src/domain/words"]),
    ("rust_stemmers", &["src/domain/words"]),
    ("askama", &["src/web", "src/delivery"]),
    ("cookie", &["src/web"]),
    ("qrcode", &["src/web"]),
    ("hyper", &["src/graphql/http", "src/serve", "src/app"]),
    ("fluent", &["src/i18n"]),
    ("governor", &["src/edge"]),
    ("chacha20poly1305", &["src/crypto"]),
    ("hkdf", &["src/crypto"]),
    ("ed25519_dalek", &["src/domain/audit", "src/seal"]),
    ("prometheus", &["src/metrics"]),
    // Chance is a parameter.
    ("getrandom", &["src/clock"]),
];

/// Names and the only places that may use them: environment, time and timers are parameters elsewhere.
const NAMES: &[(&[&str], &[&str])] = &[
    (&["env", "var"], &["src/config"]),
    (&["env", "var_os"], &["src/config"]),
    (&["env", "vars"], &["src/config"]),
    (&["env", "vars_os"], &["src/config"]),
    (&["SystemTime", "now"], &["src/clock"]),
    // The clocks of connections are no business of the clock that decides what is due.
    (&["Instant", "now"], &["src/clock", "src/serve"]),
    (&["Utc", "now"], &["src/clock"]),
    (&["Local", "now"], &["src/clock"]),
    // In egress it ends what takes too long, redirects included; it decides nothing.
    (&["tokio", "time"], &["src/clock", "src/serve", "src/graphql/http", "src/egress"]),
    (&["thread", "sleep"], &[]),
];

/// Never written: the first list neither in `src/` nor in `tests/`, the second not in `tests/`; where `src/`
/// may wait is said above.
const UNFINISHED: &[&[&str]] = &[&["todo", "!"], &["unimplemented", "!"], &["dbg", "!"]];
const SLEEPS: &[&[&str]] = &[&["thread", "sleep"], &["time", "sleep"]];

const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "schema.graphql",
    "seeds",
    "tests",
    "benches",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "askama.toml",
    "target",
];

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;

/// Files and functions (`file` or `file::function`) that may be longer, each with the reason why cutting
/// them would make them harder to read. One that no longer needs to be here fails.
const MAY_BE_LONG: &[(&str, &str)] = &[];

/// True for the module of that path: `src/clock` is `src/clock.rs` and all under `src/clock/`.
fn lies_in(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path.strip_prefix(place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/')))
}

/// Names of the modules around a file: `src/store/mod.rs` is in `store`, `src/lib.rs` in `lib`.
fn modules_of(path: &str) -> Vec<&str> {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
}

/// The top module that a path leads to, when it goes through the crate's root: by `crate::`, or by more
/// `super::` than there are modules around it. `*` stands for the root itself.
fn top_module<'a>(file: &SourceFile, path: &'a NamedPath) -> Option<&'a str> {
    let mut names = path.segments.iter().map(String::as_str).skip_while(|name| *name == "self").peekable();
    let climbed = std::iter::from_fn(|| names.next_if_eq(&"super")).count();
    let modules = modules_of(&file.path);
    let depth = if matches!(modules[0], "lib" | "main") { 0 } else { modules.len() } + path.inline_depth;
    let is_at_root = names.next_if_eq(&"crate").is_some() || (climbed > 0 && climbed >= depth);
    is_at_root.then(|| names.next().filter(|name| *name != "self").unwrap_or("*"))
}

fn violation(file: &SourceFile, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", file.path)
}

fn forbidden_imports(file: &SourceFile) -> Vec<String> {
    let own = modules_of(&file.path)[0];
    if COMPOSERS.contains(&own) {
        return Vec::new();
    }
    let Some((_, allowed)) = IMPORTS.iter().find(|(module, _)| *module == own) else {
        return vec![violation(file, 1, &format!("module {own} has no row in the table of imports"))];
    };
    let imports = file.paths.iter().filter_map(|path| Some((path.line, top_module(file, path)?)));
    imports
        .filter(|(_, module)| *module != own && !allowed.contains(module))
        .map(|(line, module)| violation(file, line, &format!("{own} may not use {module}")))
        .collect()
}

/// A module shows only what is its own: whoever wants another's says where it lives.
fn foreign_exports(file: &SourceFile) -> Vec<String> {
    let own = modules_of(&file.path)[0];
    let exports = file.paths.iter().filter(|path| path.is_exported);
    exports
        .filter(|path| own == "lib" || top_module(file, path).is_some_and(|module| module != own))
        .map(|path| violation(file, path.line, &format!("re-exports {}", path.segments.join("::"))))
        .collect()
}

fn misplaced_crates(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    for (name, places) in CRATES.iter().filter(|(_, places)| !lies_in(&file.path, places)) {
        let uses = file.tokens.iter().filter(|token| token.text == *name || is_part_of(&token.text, name));
        found.extend(uses.map(|token| violation(file, token.line, &format!("{name} is named only in {places:?}"))));
    }
    found
}

/// `hyper_util` is part of `hyper`.
fn is_part_of(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
}

/// Uses of a name by its full path, by its last two segments, or hidden behind `*` or another name.
fn uses(file: &SourceFile, name: &[&str]) -> Vec<usize> {
    let is_use = |path: &&NamedPath| {
        let is_named =
            path.segments.windows(2).any(|pair| pair[0] == name[0] && (pair[1] == name[1] || pair[1] == "*"));
        is_named || (path.is_renamed && path.segments.last().is_some_and(|last| last == name[0]))
    };
    file.paths.iter().filter(is_use).map(|path| path.line).collect()
}

fn misplaced_names(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    for (name, places) in NAMES.iter().filter(|(_, places)| !lies_in(&file.path, places)) {
        let what = format!("{} is used only in {places:?}", name.join("::"));
        found.extend(uses(file, name).into_iter().map(|line| violation(file, line, &what)));
    }
    found
}

/// What stays in the entry that a view holds, whether or not the viewer is told it.
fn read_past_the_view(file: &SourceFile) -> Vec<String> {
    const BESIDE_THE_DOCUMENT: [&[&str]; 2] = [&["service", ".", "record"], &["service", ".", "version"]];
    if file.path == "src/policy/directory_view.rs" {
        return Vec::new();
    }
    let lines = BESIDE_THE_DOCUMENT.iter().flat_map(|sequence| file.lines_of(sequence));
    lines.map(|line| violation(file, line, "ask the view: ServiceView::source, ServiceView::version")).collect()
}

fn never_written(file: &SourceFile) -> Vec<String> {
    let mut lines: Vec<usize> = UNFINISHED.iter().flat_map(|sequence| file.lines_of(sequence)).collect();
    if file.path.starts_with("tests/") {
        lines.extend(SLEEPS.iter().flat_map(|name| uses(file, name)));
    }
    // An attribute that skips a test, alone, with a reason, or behind a condition.
    let mut attribute_depth = 0_usize;
    for (at, token) in file.tokens.iter().enumerate() {
        let is_opened = || {
            let mut before =
                file.tokens[..at].iter().rev().map(|token| token.text.as_str()).skip_while(|text| *text == "!");
            before.next() == Some("#")
        };
        match token.text.as_str() {
            "[" if attribute_depth > 0 || is_opened() => attribute_depth += 1,
            "]" => attribute_depth = attribute_depth.saturating_sub(1),
            "ignore" if attribute_depth > 0 => lines.push(token.line),
            _ => {}
        }
    }
    lines.into_iter().map(|line| violation(file, line, "unfinished, skipped or waiting on a clock")).collect()
}

/// Everything too long, by the name under which [`MAY_BE_LONG`] would list it.
fn too_long(file: &SourceFile) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if file.lines > LONGEST_FILE {
        found.push((file.path.clone(), violation(file, 1, &format!("{} lines", file.lines))));
    }
    for function in file.functions().into_iter().filter(|function| function.length > LONGEST_FUNCTION) {
        let what = format!("fn {} has {} lines", function.name, function.length);
        found.push((format!("{}::{}", file.path, function.name), violation(file, function.line, &what)));
    }
    found
}

fn too_long_without_reason(files: &[SourceFile], may_be_long: &[(&str, &str)]) -> Vec<String> {
    let long: Vec<(String, String)> = files.iter().flat_map(too_long).collect();
    let is_listed = |name: &str| may_be_long.iter().any(|(listed, reason)| *listed == name && !reason.is_empty());
    let needless = may_be_long.iter().filter(|(listed, _)| !long.iter().any(|(name, _)| name == listed));
    let unlisted = long.iter().filter(|(name, _)| !is_listed(name)).map(|(_, violation)| violation.clone());
    unlisted.chain(needless.map(|(listed, _)| format!("{listed} is short and needs no exception"))).collect()
}

/// What stands at the top and should not. What git ignores there is nobody's business.
fn strangers_at_the_top(names: &[String], ignored: &str) -> Vec<String> {
    let is_ignored = |name: &str| ignored.lines().any(|line| line.trim_matches('/') == name);
    let is_known = |name: &str| name.starts_with('.') || TOP_LEVEL.contains(&name) || is_ignored(name);
    names.iter().filter(|name| !is_known(name)).cloned().collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder of the repository.
pub fn files_under(folder: &str) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let entries = fs::read_dir(root().join(folder)).expect("the folder is readable");
    for entry in entries.map(|entry| entry.expect("the entry is readable")) {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.extend(files_under(&path));
        } else if path.ends_with(".rs") {
            files.push(SourceFile::read(&path, &fs::read_to_string(entry.path()).expect("the file is text")));
        }
    }
    files
}

#[track_caller]
fn check(files: &[SourceFile], rule: impl Fn(&SourceFile) -> Vec<String>) {
    assert!(files.len() > 5, "the rule has something to judge");
    let found: Vec<String> = files.iter().flat_map(rule).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// Shows a rule one file: it finds something on line 2 where it should, and nothing where it should not.
#[track_caller]
fn control(rule: impl Fn(&SourceFile) -> Vec<String>, path: &str, text: &str, is_violation: bool) {
    let found = rule(&SourceFile::read(path, &format!("//! A file.\n{text}\n")));
    let expected = format!("{path}:2: ");
    assert_eq!(found.iter().any(|line| line.starts_with(&expected)), is_violation, "{path}: {text}: {found:?}");
    assert!(is_violation || found.is_empty(), "{path}: {text}: {found:?}");
}

#[test]
fn modules_use_only_what_the_table_allows() {
    for (path, text, is_violation) in [
        ("src/store/mod.rs", "use crate::graphql::Thing;", true),
        ("src/store/mod.rs", "use crate::{domain::id, graphql::{self, Thing}};", true),
        ("src/domain/place.rs", "fn f() -> crate::clock::Clock {}", true),
        ("src/domain/place.rs", "use super::super::clock::Clock;", true),
        ("src/domain/place.rs", "mod tests { use super::super::super::clock::Clock; }", true),
        ("src/domain/mod.rs", "use super::clock::Clock;", true),
        ("src/graphql/query.rs", "use crate::store::Store;", true),
        ("src/graphql/query.rs", "use crate::*;", true),
        ("src/graphql/query.rs", "use crate as house;", true),
        ("src/serve.rs", "use crate::config::Config;", true),
        ("src/domain/place.rs", "use super::{id::Id, time}; mod tests { use super::super::id; }", false),
        ("src/store/mod.rs", "use crate::{domain::id, store::error}; pub(in crate::store) fn f() {}", false),
        ("src/store/mod.rs", "/// Unlike [`crate::graphql`].\nconst TEXT: &str = \"crate::graphql::x\";", false),
        ("src/app.rs", "use crate::{store, graphql};", false),
        ("src/actions/referral.rs", "use crate::{store, policy, import, clock, directory};", false),
    ] {
        control(forbidden_imports, path, text, is_violation);
    }
    let stranger = forbidden_imports(&SourceFile::read("src/helper.rs", ""));
    assert_eq!(stranger, ["src/helper.rs:1: module helper has no row in the table of imports"]);
    check(&files_under("src"), forbidden_imports);
}

#[test]
fn modules_export_only_their_own() {
    for (path, text, is_violation) in [
        ("src/store/mod.rs", "pub use crate::domain::id::Id;", true),
        ("src/store/mod.rs", "pub(crate) use crate::{store::error, domain::id::Id};", true),
        ("src/store/mod.rs", "pub use super::domain::id::Id;", true),
        ("src/lib.rs", "pub use domain::id::Id;", true),
        ("src/store/mod.rs", "pub use error::StoreError; pub(crate) use crate::store::error::Other;", false),
        ("src/store/mod.rs", "pub fn f() {} use crate::domain::id::Id;", false),
    ] {
        control(foreign_exports, path, text, is_violation);
    }
    check(&files_under("src"), foreign_exports);
}

#[test]
fn crates_are_named_only_where_they_live() {
    for (path, text, is_violation) in [
        ("src/actions/referral.rs", "use sqlx::Row;", true),
        ("src/stored.rs", "fn f(row: &sqlx::Row) {}", true),
        ("src/store/mod.rs", "use reqwest::Client;", true),
        ("src/egress.rs", "use reqwest::Client;", false),
        ("src/delivery/letter.rs", "use lettre::Message;", true),
        ("src/egress/mail/mod.rs", "use lettre::Message;", false),
        ("src/actions/referral.rs", "#[derive(async_graphql::Enum)] enum E {}", true),
        ("src/graphql/query.rs", "use axum::Router;", true),
        ("src/graphql/query.rs", "use {std::fmt, hyper_util::rt};", true),
        ("src/graphql/query.rs", "fluent_templates::static_loader! {}", true),
        ("src/domain/id.rs", "fn f() { getrandom::fill(&mut [0]); }", true),
        ("src/store/places.rs", "use sqlx::Row;", false),
        ("src/app.rs", "use {axum::Router, hyper_util::rt};", false),
        ("src/graphql/http.rs", "use axum::Router; // not sqlx, \"nor\" reqwest", false),
        ("src/i18n/mod.rs", "fluent_templates::static_loader! {}", false),
        ("src/clock.rs", "fn f() { getrandom::fill(&mut [0]); }", false),
    ] {
        control(misplaced_crates, path, text, is_violation);
    }
    check(&files_under("src"), misplaced_crates);
}

#[test]
fn environment_time_and_chance_come_in_by_one_door() {
    for (path, text, is_violation) in [
        ("src/store/mod.rs", "fn f() { std::env::var(\"X\"); }", true),
        ("src/store/mod.rs", "use std::env; fn f() { env::vars_os(); }", true),
        ("src/store/mod.rs", "use std::{env::{var_os}, fmt};", true),
        ("src/store/mod.rs", "use std::env::*;", true),
        ("src/store/mod.rs", "use std::env as surroundings;", true),
        ("src/actions/referral.rs", "fn f() { std::time::SystemTime::now(); }", true),
        ("src/actions/referral.rs", "fn f() { Instant::now(); }", true),
        ("src/actions/referral.rs", "use chrono::Utc as Zulu;", true),
        ("src/serve.rs", "fn f() { chrono::Local::now(); }", true),
        ("src/actions/referral.rs", "use tokio::time::timeout;", true),
        ("src/config.rs", "fn f() { std::env::var(\"X\"); }", false),
        ("src/cli.rs", "fn f() { std::env::args(); env!(\"CARGO_PKG_VERSION\"); }", false),
        ("src/clock.rs", "fn f() { std::time::SystemTime::now(); Utc::now(); }", false),
        ("src/serve.rs", "use tokio::time::timeout;", false),
        ("src/graphql/http.rs", "use tokio::time::timeout;", false),
        ("src/actions/referral.rs", "use chrono::Utc; fn f() { clock.now(); }", false),
    ] {
        control(misplaced_names, path, text, is_violation);
    }
    check(&files_under("src"), misplaced_names);
}

#[test]
fn what_the_store_has_beside_an_entry_is_told_by_the_view_alone() {
    for (path, text, is_violation) in [
        ("src/graphql/types/service.rs", "fn f(&self) { self.0.service.record.is_some() }", true),
        ("src/export/record.rs", "fn f(service: &Service) { service.version; }", true),
        ("src/graphql/types/service.rs", "fn f(&self) { self.0.version(); self.0.source(); }", false),
        ("src/policy/directory_view.rs", "fn f(&self) { self.service.record.is_some() }", false),
    ] {
        control(read_past_the_view, path, text, is_violation);
    }
    check(&files_under("src"), read_past_the_view);
}

#[test]
fn nothing_is_left_unfinished_skipped_or_waiting() {
    for (text, is_violation) in [
        ("fn f() { todo!() }", true),
        ("fn f() { g(dbg!(1)); unimplemented!(\"later\") }", true),
        ("#[test] #[ignore] fn f() {}", true),
        ("#[cfg_attr(unix, ignore = \"slow\")] fn f() {}", true),
        ("fn f() { std::thread::sleep(second); }", true),
        ("use tokio::time::{interval, sleep};", true),
        ("fn f(todo: &[u8]) { ignore(todo[0]); vec![ignore]; } // todo!() \n/// thread::sleep\nfn sleep() {}", false),
    ] {
        control(never_written, "tests/it/planted.rs", text, is_violation);
    }
    check(&files_under("src"), never_written);
    check(&files_under("tests"), never_written);
}

#[test]
fn files_and_functions_are_short() {
    let body = "    f();\n".repeat(LONGEST_FUNCTION - 2);
    let text = format!("fn just_right() {{\n{body}}}\nfn too_long() {{\n\n{body}}}\n");
    let files = [
        SourceFile::read("src/function.rs", &text),
        SourceFile::read("src/right.rs", &"\n".repeat(LONGEST_FILE)),
        SourceFile::read("src/long.rs", &"\n".repeat(LONGEST_FILE + 1)),
    ];
    let found = too_long_without_reason(&files, &[]);
    assert_eq!(found, ["src/function.rs:61: fn too_long has 61 lines", "src/long.rs:1: 501 lines"]);
    let listed = [("src/function.rs::too_long", "a table"), ("src/long.rs", ""), ("src/right.rs", "a table")];
    let found = too_long_without_reason(&files, &listed);
    assert_eq!(found, ["src/long.rs:1: 501 lines", "src/right.rs is short and needs no exception"]);

    let found = too_long_without_reason(&files_under("src"), MAY_BE_LONG);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_top_level_holds_only_what_it_should() {
    let planted = ["src", ".ci", "target", "data", "docs", "utils"].map(str::to_owned);
    assert_eq!(strangers_at_the_top(&planted, "/target/\n/data/\n*.snap.new"), ["docs", "utils"]);

    let entries = fs::read_dir(root()).expect("the root is readable");
    let names: Vec<String> =
        entries.map(|entry| entry.expect("the entry is readable").file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|name| name == "Cargo.toml"), "this is the root");
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap_or_default();
    assert_eq!(strangers_at_the_top(&names, &ignored), Vec::<String>::new());
}
