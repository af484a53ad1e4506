//! A phone that a team shares: enrolled by a code, taken over by PIN on the day of a full sign-in, ended in one call.

mod keeping;
mod pages;
mod threats;

use crate::kit::browser::{Browser, Page};
use crate::kit::people::{Enrolled, is_signed_in};
use crate::kit::world::{World, on_both_databases};
use axum::http::StatusCode;
use relais::domain::account::Role;
use relais::domain::time::Timestamp;

/// What the two colleagues have chosen.
const PIN: &str = "402817";
const OTHER_PIN: &str = "739164";
const SESSION: &str = "__Host-relais";
const PHONE: &str = "__Host-relais-phone";

/// Two caseworkers of Paris with a PIN each, who have both signed in fully on the phone of their team; the second is at it.
struct Day {
    phone: Browser,
    first: Enrolled,
    second: Enrolled,
}

impl Day {
    async fn begun(world: &World) -> Self {
        let mut first = world.enrolled("caseworker-8", Role::Caseworker).await;
        first.sets_pin(PIN).await;
        let mut second = world.enrolled("caseworker-9", Role::Caseworker).await;
        second.sets_pin(OTHER_PIN).await;
        let mut phone = world.shared_phone().await;
        first.signs_in_at(world, &mut phone).await;
        lock(&mut phone).await;
        second.signs_in_at(world, &mut phone).await;
        Self { phone, first, second }
    }
}

async fn lock(phone: &mut Browser) -> Page {
    let page = phone.submit("/account", "/phone/lock", &[]).await;
    assert_eq!(page.leads_to(), "/phone", "{}", page.html);
    page
}

/// Whose account the browser shows.
async fn whose(phone: &Browser) -> String {
    let page = phone.clone().get("/account").await;
    if page.status == StatusCode::OK { page.after("<dd><bdi>") } else { page.leads_to().to_owned() }
}

/// The handles that the page of the phone tells.
async fn here(phone: &Browser) -> Vec<String> {
    let page = phone.clone().get("/phone").await;
    page.text()
        .lines()
        .filter(|line| line.starts_with("caseworker") || line.starts_with("lead"))
        .map(str::to_owned)
        .collect()
}

/// The page says that it did not work, and nothing of why.
#[track_caller]
fn assert_refused(page: &Page) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
    assert!(page.html.contains("That did not work"), "{}", page.html);
}

async fn actions(world: &World) -> Vec<String> {
    world.texts("SELECT action FROM audit_events ORDER BY at, trail, sequence".to_owned()).await
}

on_both_databases! {
    async fn after_a_full_sign_in_each_takes_the_phone_over_by_pin(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        assert_eq!(whose(&phone).await, "caseworker-9");
        assert_eq!(here(&phone).await, ["caseworker-8", "caseworker-9"]);
        let of_second = phone.clone();
        let page = first.takes_over(&world, &mut phone, PIN).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
        assert_eq!(page.headers["clear-site-data"], "\"cache\", \"storage\"");
        assert_eq!(whose(&phone).await, "caseworker-8");
        assert!(!is_on_phone(&of_second).await, "who was at it before is out");
        assert!(is_signed_in(&second.browser).await, "but not elsewhere");
        assert_eq!(second.takes_over(&world, &mut phone, OTHER_PIN).await.leads_to(), "/account");
        assert_eq!(whose(&phone).await, "caseworker-9");
        assert!(phone.get("/account").await.html.contains("PIN on a shared phone"));

        let page = lock(&mut phone).await;
        assert_eq!(page.headers["clear-site-data"], "\"cache\", \"storage\"");
        assert!(phone.cookies.contains_key(PHONE) && !phone.cookies.contains_key(SESSION));
        assert_eq!(whose(&phone).await, "/phone", "whoever is not signed in begins with who is here");
        assert_eq!(here(&phone).await, ["caseworker-8", "caseworker-9"]);
        // The digits of an Arabic keyboard are the same PIN.
        assert_eq!(first.takes_over(&world, &mut phone, "٤٠٢٨١٧").await.leads_to(), "/account");
        // Who signs out is off the phone for the day, or until the next full sign-in.
        assert_eq!(phone.submit("/account", "/sign-out", &[]).await.leads_to(), "/phone");
        assert_eq!(here(&phone).await, ["caseworker-9"]);
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        first.signs_in_at(&world, &mut phone).await;
        assert_eq!(here(&phone).await, ["caseworker-8", "caseworker-9"]);
    }

    async fn a_session_by_pin_idles_out_after_ten_minutes_and_ends_with_the_day_in_paris(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        first.takes_over(&world, &mut phone, PIN).await;
        world.pass_minutes(9);
        assert!(is_on_phone(&phone).await);
        world.pass_minutes(10);
        assert!(!is_on_phone(&phone).await);
        first.takes_over(&world, &mut phone, PIN).await;
        // Midnight in Paris.
        world.clock.set(Timestamp::parse("2026-11-23T22:55:00Z").expect("an instant"));
        assert_eq!(second.takes_over(&world, &mut phone, OTHER_PIN).await.leads_to(), "/account");
        world.clock.set(Timestamp::parse("2026-11-23T22:59:59Z").expect("an instant"));
        assert!(is_on_phone(&phone).await);
        world.clock.set(Timestamp::parse("2026-11-23T23:00:00Z").expect("an instant"));
        assert!(!is_on_phone(&phone).await, "it never outlives the day of the full sign-in");
        assert!(here(&phone).await.is_empty());
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        first.signs_in_at(&world, &mut phone).await;
        assert_eq!(here(&phone).await, ["caseworker-8"]);
        // A clock that is set back opens nothing that was over: it was forgotten.
        world.clock.set(Timestamp::parse("2026-11-23T22:50:00Z").expect("an instant"));
        assert_eq!(here(&phone).await, ["caseworker-8"]);
    }

    async fn where_no_clock_is_at_hand_a_full_sign_in_counts_for_fourteen_hours(world: World) {
        let calendar = "UPDATE projects SET calendar = replace(calendar, 'Europe/Paris', 'UTC')";
        world.execute(calendar).await;
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        let begun = world.now();
        lock(&mut phone).await;
        world.clock.set(begun.plus_hours(13));
        assert_eq!(here(&phone).await, ["caseworker-8", "caseworker-9"]);
        assert_eq!(first.takes_over(&world, &mut phone, PIN).await.leads_to(), "/account");
        world.clock.set(begun.plus_hours(14));
        assert!(here(&phone).await.is_empty() && !is_on_phone(&phone).await);
    }

    async fn a_pin_is_no_fresh_proof_of_who_asks(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        first.takes_over(&world, &mut phone, PIN).await;
        for (form, fields) in [
            ("/account/pin", &[("pin", "518274"), ("repeated", "518274")][..]),
            ("/account/password", &[("present", "x"), ("password", "y"), ("repeated", "y")][..]),
            ("/account/second-factor/new", &[][..]),
            ("/account/recovery-codes", &[][..]),
            ("/account/tokens", &[("name", "inbox"), ("scope", "directory"), ("days", "30")][..]),
        ] {
            assert_eq!(phone.submit("/account", form, fields).await.leads_to(), "/confirm", "{form}");
        }
        world.pass_seconds(30);
        let code = first.key.code_at(world.now());
        assert_eq!(phone.submit("/confirm", "/confirm", &[("proof", &code)]).await.leads_to(), "/account");
        let pin = [("pin", "518274"), ("repeated", "518274")];
        assert_eq!(phone.submit("/account", "/account/pin", &pin).await.leads_to(), "/account");
        // It is a session by PIN all the same, bound to the phone and to the day.
        assert!(is_on_phone(&phone).await);
        world.pass_minutes(10);
        assert!(!is_on_phone(&phone).await);
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        assert_eq!(first.takes_over(&world, &mut phone, "518274").await.leads_to(), "/account");
    }

    async fn a_new_pin_ends_what_the_old_one_has_opened(world: World) {
        let Day { mut phone, mut first, .. } = Day::begun(&world).await;
        first.takes_over(&world, &mut phone, PIN).await;
        let mut other = world.shared_phone().await;
        first.signs_in_at(&world, &mut other).await;
        assert!(is_on_phone(&phone).await);
        first.browser = other;
        first.sets_pin("518274").await;
        assert!(!is_on_phone(&phone).await);
        assert!(is_on_phone(&first.browser).await, "a full session is no session by PIN");
        assert_eq!(first.takes_over(&world, &mut phone, "518274").await.leads_to(), "/account");
    }

    async fn every_act_is_on_record_and_names_the_person(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        first.takes_over(&world, &mut phone, PIN).await;
        first.takes_over(&world, &mut phone, "111222").await;
        let (account, told) = (world.account_id("caseworker-8").await, actions(&world).await);
        for action in ["device_enrolled", "device_opened", "pin_set", "person_switched", "pin_wrong"] {
            assert!(told.iter().any(|it| it == action), "{action} is not in {told:?}");
        }
        let device = world.texts("SELECT id FROM devices".to_owned()).await.remove(0);
        let by = |action: &str| {
            world.texts(format!("SELECT coalesce(actor_id, '-') || ' ' || object FROM audit_events WHERE action = '{action}'"))
        };
        assert_eq!(by("person_switched").await, [format!("{account} {device}")]);
        assert_eq!(by("pin_wrong").await, [format!("- {account}")]);
        assert_eq!(by("device_enrolled").await, [format!("{} {device}", world.account_id("coordinator").await)]);
        assert_eq!(by("device_opened").await, [format!("- {device}")]);
        assert!(by("pin_set").await.contains(&format!("{account} {account}")));
    }
}

/// Whether the browser is signed in, on a phone whose way in is the page of who is here.
async fn is_on_phone(phone: &Browser) -> bool {
    let page = phone.clone().get("/account").await;
    assert!(page.status == StatusCode::OK || page.leads_to() == "/phone", "{} {}", page.status, page.html);
    page.status == StatusCode::OK
}
