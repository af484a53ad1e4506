//! How often pages are opened and proofs are tried. Each test states its own limits and moves the clock itself.

use crate::kit::browser::{Browser, Page};
use crate::kit::people::{PASSWORD, new_account};
use crate::kit::world::{World, on_both_databases};
use axum::http::{StatusCode, header};
use relais::config::{Limits, Server};
use relais::domain::account::Role;

/// Three attempts of an address in a minute, and nothing else that could be met.
const THREE: Limits = Limits { sign_ins_per_minute_of_an_address: 3, ..Limits::NONE };

fn limited(world: &World, limits: Limits) -> axum::Router {
    world.app.clone().with_edge(&limits, &Server::default()).router()
}

/// A page of 429, in this language, that says when to come back.
#[track_caller]
fn refused(page: &Page, language: &str, word: &str, seconds: &str) {
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.html);
    assert_eq!(page.headers[header::RETRY_AFTER], seconds);
    assert_eq!(page.headers[header::CONTENT_LANGUAGE], language);
    assert!(page.html.contains(word) && page.html.contains(&format!(" {seconds} ")), "{}", page.html);
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
}

on_both_databases! {
    async fn enrolment_codes_are_tried_as_seldom_as_passwords(world: World) {
        let code = world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let mut browser = Browser::of(&world).before(limited(&world, THREE));
        let fields = |code: &'static str| [("code", code), ("password", PASSWORD), ("repeated", PASSWORD)];
        for guess in ["aaaa-aaaa", "aaaa-aaab", "aaaa-aaac"] {
            let page = browser.submit("/enrol", "/enrol", &fields(guess)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        }
        let right = [("code", code.as_str()), ("password", PASSWORD), ("repeated", PASSWORD)];
        refused(&browser.submit("/enrol", "/enrol", &right).await, "en", "Too many attempts", "20");
        // Whoever tries passwords from there has used the same attempts.
        let tried = [("handle", "caseworker"), ("password", PASSWORD)];
        refused(&browser.submit("/sign-in", "/sign-in", &tried).await, "en", "Too many attempts", "20");
        browser.language = "fr";
        refused(&browser.submit("/enrol", "/enrol", &right).await, "fr", "Trop d’essais", "20");
        world.pass_seconds(20);
        assert_eq!(browser.submit("/enrol", "/enrol", &right).await.leads_to(), "/enrol/second-factor", "nothing was used up");
    }

    async fn second_factors_are_tried_as_seldom_as_passwords(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        world.pass_seconds(30);
        let mut browser = Browser::of(&world).before(limited(&world, THREE));
        assert_eq!(enrolled.gives_password(&mut browser).await.leads_to(), "/sign-in/code");
        for _ in 0..2 {
            let page = browser.submit("/sign-in/code", "/sign-in/code", &[("code", "000000")]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        }
        refused(&enrolled.gives_code(&world, &mut browser).await, "en", "Too many attempts", "20");
        browser.language = "ar";
        refused(&enrolled.gives_code(&world, &mut browser).await, "ar", "محاولات كثيرة", "20");
        world.pass_seconds(20);
        assert_eq!(enrolled.gives_code(&world, &mut browser).await.leads_to(), "/account");
    }

    /// The limit of an account holds over addresses and doors: its handle is known once its password was right.
    async fn all_attempts_at_one_account_are_counted_together(world: World) {
        let limits = Limits { sign_ins_per_hour_of_an_account: 4, ..Limits::NONE };
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        world.pass_seconds(30);
        let router = limited(&world, limits);
        let mut browser = Browser::of(&world).before(router.clone());
        enrolled.gives_password(&mut browser).await;
        assert_eq!(enrolled.gives_code(&world, &mut browser).await.leads_to(), "/account");
        for _ in 0..2 {
            let page = browser.submit("/confirm", "/confirm", &[("proof", "000000")]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        }
        refused(&browser.submit("/confirm", "/confirm", &[("proof", "000000")]).await, "en", "Too many attempts", "900");
        let page = enrolled.gives_password(&mut Browser::of(&world).before(router.clone())).await;
        refused(&page, "en", "Too many attempts", "900");
        let other = [("handle", "caseworker-8"), ("password", PASSWORD)];
        let page = Browser::of(&world).before(router).submit("/sign-in", "/sign-in", &other).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "another handle has its own");
    }

    async fn confirmations_are_tried_as_seldom_as_passwords(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let mut browser = enrolled.signs_in(&world).await.before(limited(&world, THREE));
        for _ in 0..3 {
            let page = browser.submit("/confirm", "/confirm", &[("proof", "000000")]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        }
        world.pass_seconds(10);
        refused(&browser.submit("/confirm", "/confirm", &[("proof", "000000")]).await, "en", "Too many attempts", "10");
    }

    /// Whoever finds a session open does not find out the password by it.
    async fn the_present_password_is_tried_as_seldom_as_at_the_sign_in(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let mut browser = enrolled.signs_in(&world).await.before(limited(&world, THREE));
        let new = "lampe rivière corbeau";
        let fields = |present: &'static str| [("present", present), ("password", new), ("repeated", new)];
        for _ in 0..3 {
            let page = browser.submit("/account", "/account/password", &fields("a wrong password")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        }
        world.pass_seconds(10);
        let page = browser.submit("/account", "/account/password", &fields(PASSWORD)).await;
        refused(&page, "en", "Too many attempts", "10");
        world.pass_seconds(10);
        let page = browser.submit("/account", "/account/password", &fields(PASSWORD)).await;
        assert_eq!(page.leads_to(), "/account", "{}", page.html);
    }

    async fn no_page_is_opened_without_bound(world: World) {
        let limits = Limits { pages_per_minute_of_an_address: 6, ..Limits::NONE };
        for door in relais::app::App::doors() {
            let (method, path) = door.split_once(' ').expect("a method and a path");
            if matches!(path, "/graphql" | "/graphql/ws" | "/healthz" | "/readyz" | "/schema.graphql") {
                continue;
            }
            let mut browser = Browser::of(&world).before(limited(&world, limits));
            for _ in 0..6 {
                let page = if method == "GET" { browser.get(path).await } else { browser.post(path, "", &[]).await };
                assert_ne!(page.status, StatusCode::TOO_MANY_REQUESTS, "{door}");
            }
            for (language, word) in [("fr", "Trop souvent"), ("en", "Too often"), ("ar", "مرات كثيرة")] {
                browser.language = language;
                let page = if method == "GET" { browser.get(path).await } else { browser.post(path, "", &[]).await };
                refused(&page, language, word, "10");
            }
        }
    }

    async fn a_session_has_its_own_bound_and_nothing_is_looked_up_beyond_it(world: World) {
        let enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let limits = Limits { pages_per_minute_of_a_session: 3, ..Limits::NONE };
        let router = limited(&world, limits);
        let mut browser = enrolled.signs_in(&world).await.before(router.clone());
        for _ in 0..3 {
            assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        }
        let used = async || world.texts("SELECT CAST(seen_at AS TEXT) FROM sessions".to_owned()).await;
        let before = used().await;
        world.pass_seconds(5);
        refused(&browser.get("/account").await, "en", "Too often", "15");
        assert_eq!(used().await, before, "it did not even count as a visit");
        let mut other = enrolled.signs_in(&world).await.before(router);
        assert_eq!(other.get("/account").await.status, StatusCode::OK, "another session of the same person");
    }
}
