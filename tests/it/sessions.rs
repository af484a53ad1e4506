//! Sessions: what ends them, that a new proof is a new secret, and that the API knows nothing of them.

use crate::kit::browser::Browser;
use crate::kit::people::{is_signed_in, new_account};
use crate::kit::world::{BEGINNING, on_both_databases};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use relais::actions::{people, session};
use relais::domain::account::Role;
use relais::domain::session::{Authentication, AuthenticationMethod};
use relais::domain::time::Timestamp;

const COOKIE: &str = "__Host-relais";

on_both_databases! {
    async fn a_session_ends_at_the_next_request_after_whatever_ends_it(world: World) {
        let context = world.app.context().clone();
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let thief = enrolled.browser.clone();
        assert!(is_signed_in(&thief).await);
        let page = enrolled.browser.submit("/account", "/sign-out", &[]).await;
        assert_eq!(page.leads_to(), "/sign-in");
        assert_eq!(page.headers["clear-site-data"], "\"*\"");
        assert!(!enrolled.browser.cookies.contains_key(COOKIE));
        assert!(!is_signed_in(&thief).await, "signed out");

        let browser = enrolled.signs_in(&world).await;
        let sessions = people::list_sessions(&context, Some("caseworker-9")).await.expect("sessions");
        people::kill_session(&context, sessions[0].id).await.expect("killed");
        assert!(!is_signed_in(&browser).await, "killed");

        let (one, two) = (enrolled.signs_in(&world).await, enrolled.signs_in(&world).await);
        assert_eq!(people::kill_sessions_of(&context, "caseworker-9").await.expect("killed"), 2);
        assert!(!is_signed_in(&one).await && !is_signed_in(&two).await, "all killed");

        let browser = enrolled.signs_in(&world).await;
        people::change_role(&context, "caseworker-9", Role::Coordinator, None, &[]).await.expect("changed");
        assert!(!is_signed_in(&browser).await, "another role");

        let browser = enrolled.signs_in(&world).await;
        people::disable(&context, "caseworker-9").await.expect("disabled");
        assert!(!is_signed_in(&browser).await, "disabled");
        people::enable(&context, "caseworker-9").await.expect("enabled");
        assert!(!is_signed_in(&browser).await, "nothing comes back");

        let browser = enrolled.signs_in(&world).await;
        people::reset(&context, "caseworker-9").await.expect("reset");
        assert!(!is_signed_in(&browser).await, "reset");
    }

    async fn one_ends_another_session_of_ones_own_and_nobody_elses(world: World) {
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let other = enrolled.signs_in(&world).await;
        let colleague = world.enrolled("caseworker-8", Role::Caseworker).await;
        let ids = |handle: &'static str| {
            let context = world.app.context().clone();
            async move {
                let sessions = people::list_sessions(&context, Some(handle)).await.expect("sessions");
                sessions.iter().map(|session| session.id.to_string()).collect::<Vec<_>>()
            }
        };
        let theirs = ids("caseworker-8").await;
        let never = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa";
        let page = enrolled.browser.submit("/account", "/account/sessions/end", &[("session", &theirs[0])]).await;
        let absent = enrolled.browser.submit("/account", "/account/sessions/end", &[("session", never)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(page.html, absent.html, "somebody else's answers like none");
        assert!(is_signed_in(&colleague.browser).await);
        let newest = ids("caseworker-9").await[0].clone();
        let page = enrolled.browser.submit("/account", "/account/sessions/end", &[("session", &newest)]).await;
        assert_eq!(page.leads_to(), "/account");
        assert!(!is_signed_in(&other).await && is_signed_in(&enrolled.browser).await);
    }

    async fn an_idle_session_ends_after_thirty_minutes_and_any_after_twelve_hours(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        world.pass_minutes(29);
        assert!(is_signed_in(&enrolled.browser).await);
        world.pass_minutes(29);
        assert!(is_signed_in(&enrolled.browser).await, "a request begins the idle time anew");
        world.pass_minutes(30);
        assert!(!is_signed_in(&enrolled.browser).await);

        let start = world.now();
        let browser = enrolled.signs_in(&world).await;
        for _ in 0..35 {
            world.pass_minutes(20);
            assert!(is_signed_in(&browser).await);
        }
        world.clock.set(start.plus_hours(12).plus_seconds(29));
        assert!(is_signed_in(&browser).await);
        world.clock.set(start.plus_hours(12).plus_seconds(30));
        assert!(!is_signed_in(&browser).await, "twelve hours after the sign-in");
    }

    /// Who works for a severe-risk project, runs one, or has received from one.
    async fn at_severe_risk_fifteen_minutes_are_enough(world: World) {
        let caseworker = world.enrolled("caseworker-9", Role::Caseworker).await;
        let lead = world.enrolled("lead-1", Role::ProtectionLead).await;
        let elsewhere = relais::actions::people::NewAccount {
            organization: crate::kit::steps::organization_id(crate::kit::world::LAWYERS),
            ..new_account("agent-1", Role::PartnerAgent)
        };
        let code = world.added(&elsewhere).await;
        let lawyer = world.enrol("agent-1", &code).await;
        let ready = world.ready_for_the_lawyers(&crate::kit::steps::service_id(crate::kit::world::MINORITY_APPEAL), serde_json::json!({})).await;
        world.execute("UPDATE projects SET risk_profile = 'severe' WHERE name = 'Passerelles Île-de-France'").await;
        world.pass_minutes(14);
        for browser in [&caseworker.browser, &lead.browser, &lawyer.browser] {
            assert!(is_signed_in(browser).await);
        }
        world.pass_minutes(15);
        assert!(!is_signed_in(&caseworker.browser).await);
        assert!(!is_signed_in(&lead.browser).await, "the organisation runs a project at severe risk");
        assert!(is_signed_in(&lawyer.browser).await, "nothing was received from it yet");
        world.refer(&ready, "REQUESTED").await;
        world.pass_minutes(15);
        assert!(!is_signed_in(&lawyer.browser).await, "a referral was received from it");
    }

    async fn a_session_planted_before_is_worth_nothing_after(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        world.pass_seconds(30);
        // Somebody plants a value of their own, and later the one that awaited the second factor.
        let mut browser = Browser::of(&world);
        let planted = "A".repeat(43);
        browser.cookies.insert(COOKIE.to_owned(), planted.clone());
        enrolled.gives_password(&mut browser).await;
        let awaiting = browser.cookies[COOKIE].clone();
        assert_ne!(awaiting, planted);
        enrolled.gives_code(&world, &mut browser).await;
        let signed_in = browser.cookies[COOKIE].clone();
        assert!(signed_in != awaiting && is_signed_in(&browser).await);
        for secret in [planted, awaiting] {
            let mut thief = Browser::of(&world);
            thief.cookies.insert(COOKIE.to_owned(), secret);
            assert!(!is_signed_in(&thief).await);
            assert_eq!(thief.get("/sign-in/code").await.leads_to(), "/sign-in");
        }
    }

    async fn the_api_never_looks_at_a_cookie(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let cookie = format!("{COOKIE}={}", enrolled.browser.cookies[COOKIE]);
        let ask = |token: Option<&str>| {
            let mut request = Request::post("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::COOKIE, &cookie);
            if let Some(token) = token {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            let body = Body::from(r#"{"query":"{ viewer { handle } }"}"#);
            world.send(request.body(body).expect("a request"))
        };
        let anonymous = world.ask(&world.person("nobody"), "{ viewer { handle } }", serde_json::Value::Null).await;
        assert_eq!(ask(None).await.bytes, anonymous.bytes);
        let lawyer = world.person("lawyer").token;
        assert_eq!(ask(lawyer.as_deref()).await.text_at("viewer/handle"), "lawyer");
        let secret = enrolled.browser.cookies[COOKIE].clone();
        assert_eq!(ask(Some(&secret)).await.status, StatusCode::UNAUTHORIZED, "and no session's secret is a token");
    }

    async fn only_hashes_of_secrets_are_stored_and_every_act_is_on_record(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        enrolled.signs_in(&world).await;
        let rows = world.rows("sessions").await;
        assert!(rows.len() == 2 && !rows.iter().any(|row| row.contains(&enrolled.browser.cookies[COOKIE])), "{rows:?}");
        let actions = world.texts("SELECT action FROM audit_events ORDER BY sequence".to_owned()).await;
        for action in ["account_added", "password_changed", "second_factor_changed", "session_opened"] {
            assert!(actions.iter().any(|it| it == action), "{action} is not in {actions:?}");
        }
    }

    async fn a_session_opened_for_somebody_tells_how_and_when_they_proved_who_they_are(world: World) {
        let context = world.app.context();
        world.enrolled("caseworker-9", Role::Caseworker).await;
        let account = context.store.find_account_by_handle("caseworker-9").await.expect("a database").expect("an account");
        let at = Timestamp::parse(BEGINNING).expect("an instant");
        let authentication = Authentication { method: AuthenticationMethod::Password, at, second_factor_at: Some(at) };
        let opened = session::open(context, &account, authentication).await.expect("a session");
        let found = session::find(context, &opened.secret).await.expect("a database").expect("signed in");
        assert_eq!((found.account.id, found.session.authentication), (account.id, authentication));
        assert!(found.session.has_fresh_second_factor(at.plus_minutes(4)));
        assert_eq!(found.access(context).second_factor_at(), Some(at));
        session::end(context, &found.access(context), found.session.id).await.expect("ended");
        assert!(session::find(context, &opened.secret).await.expect("a database").is_none());
        // Without the word of a provider, what was to stand on it opens nothing.
        let authentication = Authentication { method: AuthenticationMethod::Provider, ..authentication };
        let opened = session::open(context, &account, authentication).await.expect("a session");
        assert!(session::find(context, &opened.secret).await.expect("a database").is_none());
    }
}
