//! The loop in a real Chromium: from the link as it stands in the mail to the outcome, by clicks, without scripts.

use super::{PUBLIC_ADDRESS, as_it_stands, in_france, link, reads_the_outcome, written_to};
use crate::kit::process::Lines;
use crate::kit::world::World;
use crate::mail::sink::{Described, Sink};
use crate::partner_pages::browser::tools;
use relais::domain::code::CodeList as _;
use relais::i18n::Language;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(120);

/// The next line of the browser that says this.
fn said(lines: &Lines, key: &str) -> Value {
    let find = |line: &str| serde_json::from_str::<Value>(line).ok()?.get(key).cloned();
    lines.wait_for(PATIENCE, find).unwrap_or_else(|missing| panic!("no {key}, {missing:?}: {}", lines.seen()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_answers_from_the_mail_to_the_outcome_by_clicks_in_a_real_browser() {
    let (Some((folder, chromium)), Some(sink)) = (tools(), Sink::start(&Described::by("tls"))) else { return };
    let world = World::on_sqlite().await;
    in_france(&world).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let router = world.router();
    let served = tokio::spawn(async move { axum::serve(listener, router).await });
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("by_mail");
    std::fs::create_dir_all(&output).expect("a folder for pictures");
    let (certificate, key) = sink.authority.certify_host("relais.example");
    for language in Language::ALL {
        let (sent, mail) = written_to(&world, &sink, *language).await;
        let asked = json!({
            "chromium": chromium, "origin": origin, "link": format!("{PUBLIC_ADDRESS}{}", link(&mail)),
            "certificate": certificate, "key": key, "output": output, "language": language.tag(),
        });
        let mut child = Command::new("node")
            .args(["by_mail.mjs", &asked.to_string()])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let lines = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        let accepted = said(&lines, "accepted");
        let own = world.read("caseworker", &sent).await;
        assert_eq!(own["status"], "ACCEPTED");
        let [alias, phrase] = ["alias", "callPhrase"].map(|name| own[name].as_str().expect("two words").to_owned());
        let shows = |page: &Value, word: &str| page.as_str().expect("a text").contains(word);
        assert!(!shows(&accepted, &alias) && !shows(&accepted, &phrase), "{accepted}");
        let at_hand = as_it_stands(&world, &sent).await;
        let made = world.change("caseworker", "referralAnswerCodeCreate", &at_hand, json!({})).await;
        let mut spoken = child.stdin.take().expect("standard input is a pipe");
        writeln!(spoken, "{}", made.done()["code"].as_str().expect("a code")).expect("it listens");
        let proved = said(&lines, "proved");
        assert!(shows(&proved, &alias) && shows(&proved, &phrase), "{proved}");
        assert_eq!(said(&lines, "faults"), json!([]), "{language}");
        assert!(child.wait().expect("it ends").success());
        reads_the_outcome(&world, &sent).await;
    }
    served.abort();
}
