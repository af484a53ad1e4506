//! What the pages of a shared phone say in three languages, and that they are for everybody.

use super::{Day, PIN, lock};
use crate::kit::browser::{Browser, Page};
use crate::kit::world::World;
use crate::pages::{assert_hardened, assert_well_formed};
use crate::partner_pages::browser::{looked_at, tools};
use serde_json::{Value, json};
use std::fmt::Write as _;

async fn told(language: &'static str) -> Vec<(&'static str, Page)> {
    let world = World::on_sqlite().await;
    let mut stranger = Browser::of(&world);
    stranger.language = language;
    let mut pages = vec![("code", stranger.get("/phone").await)];
    pages.push(("code, refused", stranger.submit("/phone", "/phone", &[("code", "aaaa-aaaa")]).await));
    let mut fresh = world.shared_phone().await;
    fresh.language = language;
    pages.push(("nobody here", fresh.get("/phone").await));
    pages.push(("sign-in", fresh.get("/sign-in").await));
    let Day { mut phone, first, .. } = Day::begun(&world).await;
    phone.language = language;
    pages.push(("account", phone.get("/account").await));
    pages.push((
        "pin, refused",
        phone.submit("/account", "/account/pin", &[("pin", "123456"), ("repeated", "123456")]).await,
    ));
    lock(&mut phone).await;
    pages.push(("who is here", phone.get("/phone").await));
    pages.push(("who is here, refused", first.takes_over(&world, &mut phone, "908172").await));
    pages.push(("form refused", phone.post("/phone/switch", "", &[]).await));
    first.takes_over(&world, &mut phone, PIN).await;
    pages.push(("who is here, to who is signed in", phone.get("/phone").await));
    world.execute("UPDATE projects SET risk_profile = 'severe'").await;
    pages.push(("at severe risk", phone.get("/phone").await));
    world.execute("UPDATE devices SET revoked_at = 1").await;
    pages.push(("ended", phone.get("/phone").await));
    pages
}

#[tokio::test]
async fn the_pages_of_a_shared_phone_say_what_they_say_in_three_languages() {
    for (language, name) in [("fr", "phone_in_french"), ("en", "phone_in_english"), ("ar", "phone_in_arabic")] {
        let mut all = String::new();
        for (name, page) in told(language).await {
            assert_hardened(&page, name);
            assert_well_formed(&page.html, name);
            assert!(!page.html.contains("Unknown localization"), "{name}: {}", page.html);
            for field in page.html.split("<input").skip(1).filter(|field| field.contains("name=\"pin\"")) {
                let field = field.split('>').next().expect("a field");
                assert!(field.contains("inputmode=\"numeric\"") && field.contains("autocomplete=\"off\""), "{field}");
            }
            write!(all, "== {name} ({})\n{}", page.status.as_u16(), page.text()).expect("a string takes all");
        }
        insta::assert_snapshot!(name, all);
    }
}

/// In a real Chromium, at the width of a small phone and without scripts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_a_shared_phone_are_for_everybody_in_a_real_browser() {
    let Some(tools) = tools() else { return };
    let world = World::on_sqlite().await;
    let mut stranger = Browser::of(&world);
    stranger.get("/phone").await;
    let Day { mut phone, first, .. } = Day::begun(&world).await;
    lock(&mut phone).await;
    let locked = phone.clone();
    let look = async |visitor: &Browser, pages: Value| {
        let count = pages.as_array().expect("a list").len();
        let report = looked_at(&world, &tools, visitor, ("phone_pages", pages)).await;
        assert_eq!(report["pages"], json!(count * 3), "in three languages");
        assert_eq!(report["faults"], json!([]));
    };
    look(&stranger, json!([{ "name": "code", "path": "/phone" }])).await;
    look(&locked, json!([{ "name": "here", "path": "/phone" }, { "name": "sign-in", "path": "/sign-in" }])).await;
    first.takes_over(&world, &mut phone, PIN).await;
    look(&phone, json!([{ "name": "here-signed-in", "path": "/phone" }, { "name": "account", "path": "/account" }]))
        .await;
    world.execute("UPDATE projects SET risk_profile = 'severe'").await;
    look(&locked, json!([{ "name": "severe", "path": "/phone" }])).await;
}
