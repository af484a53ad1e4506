//! The partner's pages in a real Chromium, at the width of a small phone and without scripts of the page: no fault of
//! accessibility, nothing wider than the screen, everything reached by keyboard, and the request on two sheets of paper.

use super::{address, agent, done};
use crate::kit::browser::Browser;
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::requirement::{announce, is_required};
use crate::kit::world::World;
use crate::partner_offers::an_accepted_offer;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the checks, and the browser; `None` where one is missing, which has been said then.
pub fn tools() -> Option<(PathBuf, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/browser");
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|ran| ran.status.success());
    let has_packages = ["axe-core", "playwright-core"].iter().all(|it| folder.join("node_modules").join(it).is_dir());
    let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    let chromium = chromium.into_iter().find(|path| path.exists());
    if let Some(chromium) = chromium.filter(|_| has_node && has_packages) {
        return Some((folder, chromium));
    }
    let line = "no browser; install chromium and node 20 or later, and run `npm ci --prefix .ci/browser`";
    assert!(!is_required("browser"), "required, but {line}");
    announce(&format!("relais tests: the pages in a real browser are skipped: {line}"));
    None
}

/// Looks at pages as this visitor, each in three languages: how many there were, and every fault.
pub async fn looked_at(
    world: &World,
    (folder, chromium): &(PathBuf, PathBuf),
    visitor: &Browser,
    (name, pages): (&str, Value),
) -> Value {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let router = world.router();
    let served = tokio::spawn(async move { axum::serve(listener, router).await });
    let cookies: Vec<String> = visitor.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&output).expect("a folder for pictures");
    let asked = json!({
        "chromium": chromium, "origin": origin, "cookie": cookies.join("; "), "output": output,
        "languages": ["fr", "en", "ar"], "pages": pages,
    });
    let folder = folder.clone();
    let run = tokio::task::spawn_blocking(move || {
        Command::new("node").arg("pages.mjs").arg(asked.to_string()).current_dir(folder).output()
    });
    let ran = run.await.expect("it runs").expect("node starts");
    served.abort();
    let (told, faults) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{told}\n{faults}");
    serde_json::from_str(told.trim()).expect("a report")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_partners_pages_are_for_everybody_in_a_real_browser() {
    let Some(tools) = tools() else { return };
    let world = World::on_sqlite().await;
    let mut agent = agent(&world).await;
    let (offered, accepted) = (world.sent(&to_the_lawyers()).await, world.sent(&to_the_lawyers()).await);
    done(&mut agent.browser, &offered, "decide", &[("choice", "acknowledge")]).await;
    done(&mut agent.browser, &accepted, "decide", &[("choice", "accept")]).await;
    let receiving = an_accepted_offer(&world).await;
    let pages = json!([
        { "name": "inbox", "path": "/requests" },
        { "name": "offer", "path": address(&offered), "sheets": 2 },
        { "name": "accepted", "path": address(&accepted), "sheets": 2 },
        { "name": "outcomes", "path": "/outcomes" },
        { "name": "capacity", "path": "/capacity" },
        { "name": "offers", "path": "/offers" },
        { "name": "offer-form", "path": format!("/offers/to/{receiving}") },
    ]);
    let report = looked_at(&world, &tools, &agent.browser, ("partner_pages", pages)).await;
    assert_eq!(report["pages"], json!(21), "seven pages in three languages");
    assert_eq!(report["faults"], json!([]));
}
