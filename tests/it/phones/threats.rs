//! What somebody could try with a shared phone, or with a PIN that is not theirs.

use super::{Day, OTHER_PIN, PHONE, PIN, SESSION, actions, assert_refused, here, is_on_phone, lock, whose};
use crate::kit::browser::Browser;
use crate::kit::people::{Enrolled, PASSWORD, new_account};
use crate::kit::steps::organization_id;
use crate::kit::world::{LAWYERS, World, on_both_databases};
use axum::http::StatusCode;
use relais::actions::people::{self, NewAccount};
use relais::domain::account::Role;
use relais::domain::erasure::ErasureUnit;

/// Types wrong PINs for somebody.
async fn guess(world: &World, phone: &mut Browser, person: &Enrolled, times: usize) {
    for number in 0..times {
        assert_refused(&person.takes_over(world, phone, &format!("90817{number}")).await);
    }
}

on_both_databases! {
    async fn a_stolen_phone_opens_nothing_without_a_pin_and_five_guesses_lock_it_everywhere(world: World) {
        let Day { mut phone, mut first, second } = Day::begun(&world).await;
        lock(&mut phone).await;
        for path in ["/account", "/confirm", "/requests", "/capacity"] {
            assert_eq!(phone.get(path).await.leads_to(), "/phone", "{path}");
        }
        // Four wrong ones and a right one: what was counted is forgotten.
        guess(&world, &mut phone, &first, 4).await;
        assert_eq!(first.takes_over(&world, &mut phone, PIN).await.leads_to(), "/account");
        guess(&world, &mut phone, &first, 5).await;
        let locked = first.takes_over(&world, &mut phone, PIN).await;
        assert_refused(&locked);
        let mut other = world.shared_phone().await;
        first.signs_in_at(&world, &mut other).await;
        let on_other = first.takes_over(&world, &mut other, PIN).await;
        assert_refused(&on_other);
        assert_eq!(second.takes_over(&world, &mut phone, OTHER_PIN).await.leads_to(), "/account", "only that person's");
        // It is told to its owner, and on record.
        let told = actions(&world).await;
        assert_eq!(told.iter().filter(|it| *it == "pin_locked").count(), 1);
        let owner = world.account_id("caseworker-8").await;
        let notices = format!("SELECT kind FROM notices WHERE account_id = '{owner}'");
        assert_eq!(world.texts(notices).await, ["pin_locked"]);
        first.browser = first.signs_in(&world).await;
        let page = first.browser.get("/account").await;
        assert!(page.html.contains("Somebody typed five wrong PINs"), "{}", page.html);
        // A full sign-in alone does not unlock it; a new PIN does, on every phone.
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        first.sets_pin("518274").await;
        assert!(first.browser.get("/account").await.html.contains("A PIN is set."));
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        assert_eq!(first.takes_over(&world, &mut phone, "518274").await.leads_to(), "/account");
        assert_eq!(whose(&phone).await, "caseworker-8");
    }

    async fn whatever_stands_in_the_way_is_answered_alike_after_the_same_work(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        let without = world.enrolled("caseworker-7", Role::Caseworker).await;
        lock(&mut phone).await;
        without.signs_in_at(&world, &mut phone).await;
        lock(&mut phone).await;
        guess(&world, &mut phone, &second, 5).await;
        let outside = world.account_id("coordinator").await;
        let hashed = world.app.context().passwords.hashed();
        let wrong = first.takes_over(&world, &mut phone, "908172").await;
        let none = without.takes_over(&world, &mut phone, PIN).await;
        let locked = second.takes_over(&world, &mut phone, OTHER_PIN).await;
        assert_eq!(world.app.context().passwords.hashed() - hashed, 3);
        let told = |text: String| text;
        for page in [&wrong, &none, &locked] {
            assert_refused(page);
            assert_eq!(told(page.text()), told(wrong.text()));
        }
        for who in [outside.as_str(), "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "caseworker-8"] {
            let page = phone.submit("/phone", "/phone/switch", &[("who", who), ("pin", PIN)]).await;
            assert_refused(&page);
            assert_eq!(page.text(), wrong.text(), "{who}");
        }
        for pin in ["", "4028", "40281７", "408 17x", &"4".repeat(4000)] {
            assert_refused(&first.takes_over(&world, &mut phone, pin).await);
        }
    }

    async fn a_right_pin_among_many_at_once_counts_those_that_were_wrong(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        lock(&mut phone).await;
        let (who, token) = (world.account_id("caseworker-8").await, phone.get("/phone").await.form_token());
        let tries = (0..12).map(|number| {
            let (mut phone, who, token) = (phone.clone(), who.clone(), token.clone());
            tokio::spawn(async move {
                phone.post("/phone/switch", &token, &[("who", &who), ("pin", &format!("9081{number:02}"))]).await.status
            })
        });
        for tried in tries.collect::<Vec<_>>() {
            assert_eq!(tried.await.expect("an answer"), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let failures = world.texts(format!("SELECT CAST(failures AS TEXT) FROM pins WHERE account_id = '{who}'")).await;
        let failures: i64 = failures[0].parse().expect("a number");
        assert!((1..=5).contains(&failures), "{failures}");
        guess(&world, &mut phone, &first, 5).await;
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
    }

    async fn who_is_not_of_the_team_signs_in_fully_and_is_told_to_nobody(world: World) {
        let mut phone = world.shared_phone().await;
        let lead = world.enrolled("lead-1", Role::ProtectionLead).await;
        let code = world.added(&NewAccount { organization: organization_id(LAWYERS), ..new_account("agent-1", Role::PartnerAgent) }).await;
        let agent = world.enrol("agent-1", &code).await;
        for person in [&lead, &agent] {
            person.signs_in_at(&world, &mut phone).await;
            assert_eq!(whose(&phone).await, person.handle);
            assert!(!phone.get("/account").await.html.contains("name=\"pin\""), "who takes no phone over has no PIN");
            lock(&mut phone).await;
        }
        assert!(phone.get("/phone").await.html.contains("Nobody has signed in on this phone today"));
        assert_refused(&lead.takes_over(&world, &mut phone, PIN).await);
        assert!(world.texts("SELECT account_id FROM device_sign_ins".to_owned()).await.is_empty());
    }

    async fn who_loses_the_team_loses_the_phone_at_once(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        first.takes_over(&world, &mut phone, PIN).await;
        let account = world.account_id("caseworker-8").await;
        world.execute(&format!("DELETE FROM team_members WHERE account_id = '{account}'")).await;
        assert!(!is_on_phone(&phone).await);
        assert_eq!(here(&phone).await, ["caseworker-9"]);
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
    }

    async fn a_full_sign_in_counts_no_more_once_its_proof_was_changed_or_the_account_shut_out(world: World) {
        let context = world.app.context().clone();
        let Day { mut phone, mut first, .. } = Day::begun(&world).await;
        lock(&mut phone).await;
        let gone = async |phone: &mut Browser, first: &Enrolled, why: &str| {
            assert!(!is_on_phone(phone).await, "{why}");
            assert_eq!(here(phone).await, ["caseworker-9"], "{why}");
            assert_refused(&first.takes_over(&world, phone, PIN).await);
        };
        let again = async |phone: &mut Browser, first: &Enrolled| {
            first.signs_in_at(&world, phone).await;
            lock(phone).await;
            assert_eq!(first.takes_over(&world, phone, PIN).await.leads_to(), "/account");
        };
        again(&mut phone, &first).await;
        first.browser = first.signs_in(&world).await;
        let fields = [("present", PASSWORD), ("password", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(first.browser.submit("/account", "/account/password", &fields).await.leads_to(), "/account");
        gone(&mut phone, &first, "another password").await;

        again(&mut phone, &first).await;
        people::kill_sessions_of(&context, "caseworker-8").await.expect("killed");
        gone(&mut phone, &first, "all sessions ended").await;

        again(&mut phone, &first).await;
        let session = people::list_sessions(&context, Some("caseworker-8")).await.expect("sessions")[0].id;
        people::kill_session(&context, session).await.expect("killed");
        gone(&mut phone, &first, "the session ended").await;

        again(&mut phone, &first).await;
        people::disable(&context, "caseworker-8").await.expect("disabled");
        gone(&mut phone, &first, "disabled").await;
        people::enable(&context, "caseworker-8").await.expect("enabled");
        gone(&mut phone, &first, "let in again").await;
        first.browser = first.signs_in(&world).await;
        assert!(first.browser.get("/account").await.html.contains("You have no PIN."), "no credential comes back");
        first.sets_pin(PIN).await;

        again(&mut phone, &first).await;
        let code = people::reset(&context, "caseworker-8").await.expect("reset").code;
        gone(&mut phone, &first, "reset").await;
        first = world.enrol("caseworker-8", code.expose()).await;
        assert!(first.browser.get("/account").await.html.contains("You have no PIN."));
        first.sets_pin(PIN).await;

        again(&mut phone, &first).await;
        first.browser = first.signs_in(&world).await;
        first.browser.submit("/account", "/account/second-factor/new", &[]).await;
        let page = first.browser.get("/account/second-factor").await;
        let key = relais::identity::one_time::OneTimeKey::parse(&page.codes()[0].replace(' ', "")).expect("a key");
        let fields = [("code", key.code_at(world.now()))];
        let page = first.browser.post("/account/second-factor", &page.form_token(), &[("code", &fields[0].1)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        first.key = key;
        gone(&mut phone, &first, "another second factor").await;
        again(&mut phone, &first).await;
    }

    async fn an_account_whose_secrets_were_erased_has_no_pin_that_opens(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        let account = ErasureUnit::parse(&world.account_id("caseworker-8").await).expect("a unit");
        // What is stored is no hash that somebody could guess six digits by.
        let stored = world.rows("pins").await;
        assert!(stored.len() == 2 && !stored.iter().any(|row| row.contains("argon2") || row.contains(PIN)), "{stored:?}");
        world.app.context().store.shred(&[account], world.now()).await.expect("erased");
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
    }

    async fn an_account_that_a_providers_groups_decide_over_has_no_pin(world: World) {
        let Day { mut phone, mut first, .. } = Day::begun(&world).await;
        let account = world.account_id("caseworker-8").await;
        world.execute(&format!(
            "INSERT INTO external_identities (issuer, subject, account_id, is_mapped, created_at) VALUES ('i', 's', '{account}', TRUE, 0)"
        )).await;
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
        let pin = [("pin", PIN), ("repeated", PIN)];
        first.browser = first.signs_in(&world).await;
        let token = first.browser.get("/account").await.form_token();
        let page = first.browser.post("/account/pin", &token, &pin).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("so it has no PIN") && !page.html.contains("name=\"pin\""), "{}", page.html);
    }

    async fn a_form_of_who_was_there_before_is_refused_in_words(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        let of_second = phone.get("/account").await.form_token();
        first.takes_over(&world, &mut phone, PIN).await;
        let page = phone.post("/account/language", &of_second, &[("language", "ar")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.html.contains("The phone has changed hands") && page.html.contains("Nothing was saved"), "{}", page.html);
        for handle in [&first.handle, &second.handle] {
            let chosen = format!("SELECT coalesce(language, '-') FROM accounts WHERE handle = '{handle}'");
            assert_eq!(world.texts(chosen).await, ["-"]);
        }
    }

    async fn of_two_who_take_over_at_once_one_is_at_the_phone(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        lock(&mut phone).await;
        for _ in 0..4 {
            let (mut one, mut two) = (phone.clone(), phone.clone());
            let pages = tokio::join!(first.takes_over(&world, &mut one, PIN), second.takes_over(&world, &mut two, OTHER_PIN));
            assert_eq!((pages.0.leads_to(), pages.1.leads_to()), ("/account", "/account"));
            assert!(is_on_phone(&one).await != is_on_phone(&two).await, "one of them is out again");
            assert_eq!(world.texts("SELECT id FROM sessions WHERE device_id IS NOT NULL".to_owned()).await.len(), 1);
            assert_eq!(world.texts("SELECT CAST(failures AS TEXT) FROM pins WHERE failures > 0".to_owned()).await.len(), 0);
        }
    }

    async fn a_session_of_the_phone_counts_on_that_phone_only(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        let full = phone.cookies[SESSION].clone();
        let mut thief = Browser::of(&world);
        thief.cookies.insert(SESSION.to_owned(), full);
        assert_eq!(whose(&thief).await, "/sign-in", "a full session that was made there");
        first.takes_over(&world, &mut phone, PIN).await;
        thief.cookies.insert(SESSION.to_owned(), phone.cookies[SESSION].clone());
        assert_eq!(whose(&thief).await, "/sign-in", "a session by PIN");
        let mut other = world.shared_phone().await;
        other.cookies.insert(SESSION.to_owned(), phone.cookies[SESSION].clone());
        assert_eq!(whose(&other).await, "/phone", "another phone of the same team");
        assert_eq!(whose(&phone).await, "caseworker-8");
        assert!(here(&other).await.is_empty(), "a full sign-in counts where it was made");
    }

    async fn a_phone_that_is_revoked_between_the_page_and_the_pin_opens_nothing(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        lock(&mut phone).await;
        let token = phone.get("/phone").await.form_token();
        let device = world.texts("SELECT id FROM devices".to_owned()).await.remove(0);
        world.done(&world.person("coordinator"), "deviceRevoke", &serde_json::json!({ "deviceId": device })).await;
        let who = world.account_id(&first.handle).await;
        let page = phone.post("/phone/switch", &token, &[("who", &who), ("pin", PIN)]).await;
        assert_eq!(page.status, StatusCode::GONE, "{}", page.html);
        assert!(page.html.contains("This phone is shared no more"));
        assert!(!phone.cookies.contains_key(PHONE) && !phone.cookies.contains_key(SESSION));
        assert!(phone.get("/phone").await.html.contains("Code of the phone"));
    }
}
