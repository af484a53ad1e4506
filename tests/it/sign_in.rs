//! Signing in: enrolment, passwords, second factors, recovery codes, and what failing costs.

use crate::kit::browser::Browser;
use crate::kit::people::{PASSWORD, is_signed_in, new_account};
use crate::kit::world::{World, on_both_databases};
use axum::http::StatusCode;
use relais::actions::people;
use relais::domain::account::Role;
use relais::domain::sensitive::Sensitive;
use relais::identity::one_time::OneTimeKey;

const WRONG: &str = "The handle or the password is wrong, or this account cannot be used.";

/// Sends handle and password from a browser that knows nothing.
async fn tried(world: &World, handle: &str, password: &str) -> (StatusCode, String) {
    let mut browser = Browser::of(world);
    let page = browser.submit("/sign-in", "/sign-in", &[("handle", handle), ("password", password)]).await;
    if page.status == StatusCode::SEE_OTHER {
        return (page.status, page.leads_to().to_owned());
    }
    (page.status, page.html.replace(&page.form_token(), "TOKEN"))
}

on_both_databases! {
    async fn somebody_new_sets_password_and_second_factor_with_a_code(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        assert!(is_signed_in(&enrolled.browser).await);
        let page = enrolled.browser.clone().get("/account").await;
        for told in ["caseworker-9", "Caseworker", "Passerelles Île-de-France", "A second factor is in place."] {
            assert!(page.html.contains(told), "{told} is not in {}", page.html);
        }
        let browser = enrolled.signs_in(&world).await;
        assert!(is_signed_in(&browser).await);
    }

    async fn an_enrolment_code_counts_once_and_for_a_day(world: World) {
        let code = world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let fields = |code: &str| [("code", code.to_owned()), ("password", PASSWORD.to_owned()), ("repeated", PASSWORD.to_owned())];
        let sent = async |code: &str| {
            let owned = fields(code);
            let fields: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Browser::of(&world).submit("/enrol", "/enrol", &fields).await
        };
        assert_eq!(sent("aaaa-bbbb").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sent(&code).await.leads_to(), "/enrol/second-factor");
        let again = sent(&code).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.html.contains("This enrolment code is wrong, was used before or has run out."), "{}", again.html);

        // Whoever stopped half-way has a password and no second factor, and does not get in by it.
        assert!(tried(&world, "caseworker-9", PASSWORD).await.1.contains(WRONG));

        let code = people::reset(world.app.context(), "caseworker-9").await.expect("a reset").code.expose().clone();
        let newer = people::reset(world.app.context(), "caseworker-9").await.expect("a reset").code.expose().clone();
        assert_eq!(sent(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a newer code is there");
        world.pass_minutes(24 * 60);
        assert_eq!(sent(&newer).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a day has passed");
    }

    async fn two_at_once_with_one_enrolment_code_are_one(world: World) {
        let code = world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let context = world.app.context();
        let (code, password) = (Sensitive::new(code), Sensitive::new(PASSWORD.to_owned()));
        let begin = || relais::actions::enrolment::begin(context, &code, &password, &password, None);
        let (one, two, three) = tokio::join!(begin(), begin(), begin());
        assert_eq!([one, two, three].iter().filter(|begun| begun.is_ok()).count(), 1);
    }

    async fn a_weak_password_is_refused_and_the_code_goes_on_counting(world: World) {
        let code = world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        for (password, repeated, told) in [
            ("x9$Kp2!vQ7", "x9$Kp2!vQ7", "at least 12 characters"),
            ("caseworker-9-caseworker-9", "caseworker-9-caseworker-9", "guessed soon"),
            ("password12345", "password12345", "guessed soon"),
            (PASSWORD, "corbeau lampe riviere", "not the same"),
        ] {
            let fields = [("code", code.as_str()), ("password", password), ("repeated", repeated)];
            let page = Browser::of(&world).submit("/enrol", "/enrol", &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
            assert!(page.html.contains(told), "{password}: {}", page.html);
            assert!(!page.html.contains(password), "what was typed does not come back");
        }
        world.enrol("caseworker-9", &code).await;
    }

    async fn a_handle_of_nobody_is_answered_like_a_wrong_password(world: World) {
        world.enrolled("caseworker-9", Role::Caseworker).await;
        let disabled = world.enrolled("caseworker-8", Role::Caseworker).await;
        people::disable(world.app.context(), &disabled.handle).await.expect("disabled");
        let passwords = &world.app.context().passwords;
        let before = passwords.hashed();
        let (status, wrong) = tried(&world, "caseworker-9", "corbeau lampe riviere").await;
        assert_eq!(passwords.hashed(), before + 1);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.contains(WRONG), "{wrong}");
        // Who has never enrolled, who is shut out with the right password, and nobody at all.
        for handle in ["caseworker", "caseworker-8", "caseworker-7"] {
            let before = passwords.hashed();
            let answered = tried(&world, handle, PASSWORD).await;
            assert_eq!(passwords.hashed(), before + 1, "{handle}: the same work is done");
            assert_eq!(answered, (status, wrong.replace("caseworker-9", handle)), "{handle}");
        }
        let failed = world.texts("SELECT object FROM audit_events WHERE action = 'sign_in_failed'".to_owned()).await;
        assert_eq!(failed.len(), 4, "{failed:?}");
    }

    async fn failures_make_the_next_attempt_wait_and_never_lock(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        for handle in ["caseworker-9", "nobody-1"] {
            for _ in 0..3 {
                assert_eq!(tried(&world, handle, "wrong").await.0, StatusCode::UNPROCESSABLE_ENTITY);
            }
            let (status, told) = tried(&world, handle, PASSWORD).await;
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{handle}");
            assert!(told.contains("Try again in 1 s."), "{told}");
        }
        // Each wait over, the next is twice as long; an attempt that comes too early is not counted.
        for wait in [1, 2, 4, 8] {
            world.pass_seconds(wait);
            assert_eq!(tried(&world, "caseworker-9", "wrong").await.0, StatusCode::UNPROCESSABLE_ENTITY);
            for _ in 0..5 {
                assert_eq!(tried(&world, "caseworker-9", PASSWORD).await.0, StatusCode::TOO_MANY_REQUESTS);
            }
        }
        world.execute("UPDATE sign_in_attempts SET failures = 1000000").await;
        world.pass_seconds(360);
        let browser = enrolled.signs_in(&world).await;
        assert!(is_signed_in(&browser).await, "after six minutes at most the right password is let in");
        let left = world.rows("sign_in_attempts").await;
        assert!(left.iter().all(|row| !row.contains("1000002")), "a success forgets the failures: {left:?}");
    }

    async fn many_attempts_at_once_are_not_many_guesses(world: World) {
        world.enrolled("caseworker-9", Role::Caseworker).await;
        let context = world.app.context();
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let context = context.clone();
                tokio::spawn(async move {
                    let guess = Sensitive::new(format!("guess {number}"));
                    relais::actions::sign_in::with_password(&context, "caseworker-9", &guess, None).await
                })
            })
            .collect();
        let mut looked_at = 0;
        for task in tasks {
            let error = task.await.expect("an attempt ends").err().expect("a wrong password");
            looked_at += usize::from(error.to_string().starts_with("refused"));
        }
        assert!((1..=3).contains(&looked_at), "{looked_at} guesses were looked at");
    }

    async fn a_code_of_the_second_factor_counts_once(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let mut browser = Browser::of(&world);
        enrolled.gives_password(&mut browser).await;
        assert!(!is_signed_in(&browser).await, "the password alone is not enough");
        // The code of this half minute was used to enrol.
        let replayed = enrolled.gives_code(&world, &mut browser).await;
        assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", replayed.html);
        world.pass_seconds(30);
        let mut other = Browser::of(&world);
        enrolled.gives_password(&mut other).await;
        assert_eq!(enrolled.gives_code(&world, &mut browser).await.leads_to(), "/account");
        assert!(is_signed_in(&browser).await);
        let replayed = enrolled.gives_code(&world, &mut other).await;
        assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY, "the same code in another session");
    }

    async fn a_recovery_code_stands_in_once(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let code = enrolled.recovery_codes[3].to_uppercase().replace('-', " ");
        for (attempt, leads_to) in [(0, "/account"), (1, "")] {
            let mut browser = Browser::of(&world);
            enrolled.gives_password(&mut browser).await;
            let page = browser.submit("/sign-in/code", "/sign-in/code", &[("code", &code)]).await;
            assert_eq!(page.leads_to(), leads_to, "attempt {attempt}: {}", page.html);
        }
        let page = enrolled.browser.clone().get("/account").await;
        assert!(page.html.contains("Recovery codes left: 9"), "{}", page.html);
        let stored = world.rows("recovery_codes").await;
        assert!(stored.iter().all(|row| !enrolled.recovery_codes.iter().any(|code| row.contains(code))));
    }

    async fn an_agent_of_a_partner_may_do_without_a_second_factor_and_nobody_else(world: World) {
        let agent = world.added(&new_account("agent-1", Role::PartnerAgent)).await;
        let lead = world.added(&new_account("lead-1", Role::ProtectionLead)).await;
        for (handle, code, may) in [("agent-1", agent, true), ("lead-1", lead, false)] {
            let mut browser = Browser::of(&world);
            let fields = [("code", code.as_str()), ("password", PASSWORD), ("repeated", PASSWORD)];
            browser.submit("/enrol", "/enrol", &fields).await;
            let page = browser.get("/enrol/second-factor").await;
            assert_eq!(page.html.contains("Go on without a second factor"), may, "{handle}");
            let skipped = browser.post("/enrol/skip", &page.form_token(), &[]).await;
            assert_eq!(skipped.leads_to() == "/account", may, "{handle}: {}", skipped.html);
            assert_eq!(is_signed_in(&browser).await, may, "{handle}");
            let (status, _) = tried(&world, handle, PASSWORD).await;
            assert_eq!(status == StatusCode::SEE_OTHER, may, "{handle}");
        }
    }

    async fn a_password_hash_is_of_todays_cost_and_tells_nothing(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let rows = world.rows("passwords").await;
        assert!(rows[0].contains("$argon2id$v=19$m=19456,t=2,p=1$") && !rows[0].contains("corbeau"), "{rows:?}");
        let factor = world.rows("second_factors").await;
        assert_eq!(factor.len(), 1);
        // A hash of a dearer time is made anew when its owner signs in.
        let dearer = relais::identity::password::PasswordCost::new(20_480, 2).expect("a cost");
        let hash = relais::identity::password::hash(PASSWORD, [1; 16], dearer).expect("a hash");
        world.execute(&format!("UPDATE passwords SET hash = '{hash}'")).await;
        enrolled.signs_in(&world).await;
        assert!(world.rows("passwords").await[0].contains("m=19456,t=2"));
    }

    async fn a_changed_password_and_a_changed_second_factor_end_every_other_session(world: World) {
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let other = enrolled.signs_in(&world).await;
        let before = enrolled.browser.clone();
        world.pass_seconds(10);
        let fields =
            [("present", PASSWORD), ("password", "montagne cuivre sept nuages"), ("repeated", "montagne cuivre sept nuages")];
        let page = enrolled.browser.submit("/account", "/account/password", &fields).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
        assert!(is_signed_in(&enrolled.browser).await);
        assert!(!is_signed_in(&other).await);
        assert!(!is_signed_in(&before).await, "the cookie of before opens nothing");
        assert!(tried(&world, "caseworker-9", PASSWORD).await.1.contains(WRONG));

        let page = enrolled.browser.submit("/account", "/account/second-factor/new", &[]).await;
        assert_eq!(page.leads_to(), "/account/second-factor");
        let page = enrolled.browser.get("/account/second-factor").await;
        let key = OneTimeKey::parse(&page.codes()[0].replace(' ', "")).expect("a key");
        let old_code = enrolled.key.code_at(world.now());
        let page = enrolled.browser.post("/account/second-factor", &page.form_token(), &[("code", &old_code)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = key.code_at(world.now());
        let page = enrolled.browser.post("/account/second-factor", &page.form_token(), &[("code", &code)]).await;
        assert_eq!(page.codes().len(), 10, "{}", page.html);
        assert!(page.codes().iter().all(|code| !enrolled.recovery_codes.contains(code)));
    }

    async fn what_one_signs_in_with_changes_only_after_a_fresh_proof(world: World) {
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        world.pass_minutes(5);
        let token = enrolled.browser.get("/account").await.form_token();
        for (to, fields) in [
            ("/account/password", vec![("present", PASSWORD), ("password", "a"), ("repeated", "a")]),
            ("/account/second-factor/new", vec![]),
            ("/account/recovery-codes", vec![]),
            ("/account/tokens", vec![("name", "n"), ("scope", "directory"), ("days", "1")]),
        ] {
            let page = enrolled.browser.post(to, &token, &fields).await;
            assert_eq!(page.leads_to(), "/confirm", "{to}: {}", page.html);
        }
        let before = enrolled.browser.clone();
        let wrong = enrolled.browser.submit("/confirm", "/confirm", &[("proof", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = enrolled.key.code_at(world.now());
        let page = enrolled.browser.submit("/confirm", "/confirm", &[("proof", &code)]).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
        assert!(!is_signed_in(&before).await, "a new proof is a new secret");
        let page = enrolled.browser.submit("/account", "/account/recovery-codes", &[]).await;
        assert_eq!(page.codes().len(), 10, "{}", page.html);
    }

    async fn police_border_and_detention_bodies_never_have_an_account(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let clinic = crate::kit::steps::organization_id(crate::kit::world::CLINIC);
        let now_known = include_str!("../../seeds/paris-region.json");
        assert!(now_known.contains(crate::kit::world::CLINIC));
        let mut organization = (*world.app.context().directory.snapshot().organization(
            relais::domain::id::Identifier::parse(&clinic).expect("an id")).expect("the clinic")).clone();
        organization.kind = Some(relais::domain::directory::OrganizationKind::AuthorityEnforcement);
        let caseworker = world.person("caseworker");
        assert_eq!(world.ask(&caseworker, "{ viewer { id } }", serde_json::Value::Null).await.code(), "");
        world.publish_organization(&organization).await;
        assert!(!is_signed_in(&enrolled.browser).await, "the directory learnt what the organisation is");
        assert_eq!(world.ask(&caseworker, "{ viewer { id } }", serde_json::Value::Null).await.code(), "UNAUTHENTICATED");
        assert!(tried(&world, "caseworker-9", PASSWORD).await.1.contains(WRONG));
        let added = people::add(world.app.context(), &new_account("caseworker-7", Role::Caseworker)).await;
        assert!(matches!(added, Err(people::PeopleError::Enforcement)));
        let file = include_str!("kit/world.json");
        let file = relais::actions::commands::read(file).expect("a command file");
        let applied = relais::actions::commands::apply(world.app.context(), &file, relais::actions::commands::Tokens::OfAllAccounts).await;
        let refused = applied.err().expect("refused").to_string();
        assert_eq!(refused, "accounts[0]: police, border and detention bodies never have an account");
    }
}
