//! The pages of a team in a real Chromium, at the width of a small phone, without scripts: no fault of accessibility, nothing
//! wider than the screen, everything reached by keyboard, the sheets on one page of paper; and the way from a need to a
//! referral that was sent, over a network of the second generation, counted in taps and bytes, and with the connection cut.

use super::{GIRL, choose, find, lawyers, refer_form, referred, worker};
use crate::kit::browser::Browser;
use crate::kit::world::World;
use crate::partner_pages::browser::tools;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Most taps from an empty form to a referral that was sent.
const MOST_TAPS: i64 = 12;
/// Most bytes of all pages on that way, with their styles.
const MOST_BYTES: i64 = 100_000;

pub fn cookie_header(browser: &Browser) -> String {
    browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// Runs one of the scripts of the checks against a world that is served; the report that it prints.
pub async fn report(world: &World, script: &'static str, asked: Value) -> Option<Value> {
    let (folder, chromium) = tools()?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let router = world.router();
    let served = tokio::spawn(async move { axum::serve(listener, router).await });
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("team_pages");
    std::fs::create_dir_all(&output).expect("a folder for pictures");
    let mut asked = asked;
    for (name, value) in [("chromium", json!(chromium)), ("origin", json!(origin)), ("output", json!(output))] {
        asked[name] = value;
    }
    let run = tokio::task::spawn_blocking(move || {
        Command::new("node").arg(script).arg(asked.to_string()).current_dir(folder).output()
    });
    let ran = run.await.expect("it runs").expect("node starts");
    served.abort();
    let (told, faults) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}\n{faults}");
    Some(serde_json::from_str(told.trim()).expect("a report"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_a_team_are_for_everybody_in_a_real_browser() {
    let world = World::on_sqlite().await;
    let mut worker = worker(&world).await;
    let browser = &mut worker.browser;
    let (found, page) = find(browser, &GIRL).await;
    let service = page.html.split("href=\"/services/").nth(1).and_then(|rest| rest.split('"').next());
    let service = format!("/services/{}", service.expect("a service"));
    let sheet = choose(browser, &found, &[("service", &lawyers()), ("do", "sheet")]).await;
    let (refer, _) = refer_form(browser).await;
    let sent = referred(browser).await;
    let accepted = referred(browser).await;
    let page = browser.get(&accepted).await;
    let (version, token) = (page.after("name=\"version\" value=\""), page.form_token());
    let fields = [("form", "move-told"), ("choice", "accept"), ("version", version.as_str())];
    assert_eq!(browser.post(&accepted, &token, &fields).await.status, 303);
    let case = page.html.split("href=\"/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
    let handover = accepted.replace("/work/", "/sheets/");
    let asked = json!({
        "cookie": cookie_header(browser), "languages": ["fr", "en", "ar"],
        "pages": [
            { "name": "find", "path": "/find" },
            { "name": "found", "path": found },
            { "name": "service", "path": service },
            { "name": "sheet", "path": sheet, "sheets": 1 },
            { "name": "refer", "path": refer },
            { "name": "work", "path": "/work" },
            { "name": "sent", "path": sent },
            { "name": "accepted", "path": accepted },
            { "name": "handover", "path": handover, "sheets": 1 },
            { "name": "cases", "path": "/cases" },
            { "name": "case", "path": format!("/cases/{case}") },
            { "name": "tally", "path": "/tally" },
        ],
    });
    let Some(report) = report(&world, "pages.mjs", asked).await else { return };
    assert_eq!(report["faults"], json!([]));
    assert_eq!(report["pages"], json!(36), "twelve pages in three languages");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_need_to_a_referral_in_twelve_taps_over_a_slow_network_by_finger_and_by_keyboard() {
    let world = World::on_sqlite().await;
    let worker = worker(&world).await;
    for (number, by) in ["finger", "keyboard"].into_iter().enumerate() {
        let asked = json!({ "cookie": cookie_header(&worker.browser), "by": by, "service": lawyers() });
        let Some(report) = report(&world, "refer.mjs", asked).await else { return };
        let (taps, bytes) = (report["taps"].as_i64().expect("taps"), report["bytes"].as_i64().expect("bytes"));
        crate::kit::requirement::announce(&format!(
            "relais tests: find, consent, sent by {by}: {taps} taps, {bytes} bytes"
        ));
        assert!(taps <= MOST_TAPS, "{taps} taps by {by}");
        assert!(bytes <= MOST_BYTES, "{bytes} bytes by {by}");
        assert!(bytes > 5_000, "{bytes} bytes: nothing was counted");
        assert_eq!(world.texts("SELECT status FROM referrals".to_owned()).await, vec!["requested"; number + 1]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_at_each_step_loses_nothing_and_repeats_nothing() {
    let world = World::on_sqlite().await;
    let worker = worker(&world).await;
    let asked = json!({ "cookie": cookie_header(&worker.browser), "by": "finger", "service": lawyers(), "cuts": true });
    let Some(report) = report(&world, "refer.mjs", asked).await else { return };
    assert_eq!(report["cuts"], json!(6), "each of the three forms, before it arrives and after: {report}");
    assert_eq!(world.rows("referrals").await.len(), 1, "nothing was sent twice");
    assert_eq!((world.rows("cases").await.len(), world.rows("consents").await.len()), (1, 1));
}
