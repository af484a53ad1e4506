//! The partner's pages for who came by a link: the code, the end of what was asked, and what they lead to.

use super::{code, opened, sent_to_another_service, sent_with_link, wrong};
use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::{Referral, service};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use crate::pages::{assert_hardened, assert_well_formed};
use axum::http::StatusCode;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, ServiceId};

fn address(referral: &Referral) -> String {
    format!("/requests/{}", referral.id)
}

/// Sends a form of the page of a request.
async fn sends(browser: &mut Browser, referral: &Referral, fields: &[(&str, &str)]) -> Page {
    let address = address(referral);
    let page = browser.get(&address).await;
    let version = page.after("name=\"version\" value=\"");
    let own = [("version", version.as_str())];
    browser.post(&address, &page.form_token(), &[&own, fields].concat()).await
}

async fn accepts(world: &World, browser: &mut Browser, referral: &Referral) -> Referral {
    let answer = sends(browser, referral, &[("form", "decide"), ("choice", "accept")]).await;
    assert_eq!(answer.leads_to(), format!("{}?done=accept", address(referral)), "{}", answer.text());
    let version = world.read("caseworker", referral).await["version"].as_i64().expect("a version");
    Referral { version, ..referral.clone() }
}

#[track_caller]
fn assert_sound(page: &Page, place: &str) {
    assert_hardened(page, place);
    assert_well_formed(&page.html, place);
    assert!(!page.html.contains("Unknown localization"), "{place}: {}", page.html);
}

#[track_caller]
fn assert_last(page: &Page, place: &str) {
    assert_eq!(page.status, StatusCode::OK, "{place}: {}", page.text());
    assert_sound(page, place);
    assert!(page.text().contains("Your answer is recorded."), "{place}: {}", page.text());
    assert!(
        !page.html.contains("href=\"/account\"") && !page.html.contains("href=\"/requests"),
        "{place}: {}",
        page.html
    );
}

on_both_databases! {
    async fn the_code_is_typed_on_the_page_of_an_accepted_request(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let (mut browser, mut other) = (opened(&world, &token).await, opened(&world, &token).await);
        let (address, to) = (address(&referral), format!("{}/code", address(&referral)));
        assert!(!browser.get(&address).await.html.contains(&to), "an offer asks for no code");
        let accepted = accepts(&world, &mut browser, &referral).await;
        let told = world.read("lawyer", &accepted).await;
        let words = ["alias", "callPhrase"].map(|field| told[field].as_str().expect("a word").to_owned());
        let page = browser.get(&format!("{address}?done=accept")).await;
        assert_sound(&page, "accepted");
        assert!(page.html.contains(&to) && page.text().contains("reads you a code"), "{}", page.text());
        for whom in ["passerelles@example.org", "+33 1 99 00 00 70"] {
            assert!(page.text().contains(whom), "it says whom to call: {}", page.text());
        }
        assert!(words.iter().all(|word| !page.text().contains(word)), "{}", page.text());

        let right = code(&world, &accepted).await;
        for typed in [wrong(&right).expose().as_str(), "", "no code"] {
            let refused = browser.post(&to, &page.form_token(), &[("code", typed)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert_sound(&refused, "a wrong code");
            assert!(refused.html.contains("id=\"code-problem\"") && refused.text().contains("This is not the code"));
            assert!(typed.is_empty() || !refused.html.contains(typed), "what was typed is not shown again");
            assert!(words.iter().all(|word| !refused.text().contains(word)));
        }
        let proved = browser.post(&to, &page.form_token(), &[("code", right.expose())]).await;
        assert_eq!(proved.leads_to(), format!("{address}?done=code"), "{}", proved.text());
        let page = browser.get(proved.leads_to()).await;
        assert_sound(&page, "proved");
        assert!(words.iter().all(|word| page.text().contains(word)), "{}", page.text());
        assert!(page.html.contains("role=\"status\"") && !page.html.contains(&to), "it is asked for once");
        let again = browser.post(&to, &page.form_token(), &[("code", right.expose())]).await;
        assert_eq!(again.leads_to(), format!("{address}?done=code"), "sent twice by mistake");
        let page = other.get(&address).await;
        assert!(page.html.contains(&to) && words.iter().all(|word| !page.text().contains(word)), "another visit");
    }

    async fn five_wrong_codes_void_the_right_one_and_an_account_has_no_such_page(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        let accepted = accepts(&world, &mut browser, &referral).await;
        let right = code(&world, &accepted).await;
        let to = format!("{}/code", address(&referral));
        let form_token = browser.get(&address(&referral)).await.form_token();
        for _ in 0..5 {
            browser.post(&to, &form_token, &[("code", wrong(&right).expose())]).await;
        }
        let void = browser.post(&to, &form_token, &[("code", right.expose())]).await;
        assert_eq!(void.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(void.text().contains("no longer valid"), "{}", void.text());
        let mut account = world.enrolled("caseworker-9", Role::Caseworker).await;
        let page = account.browser.submit("/account", &to, &[("code", right.expose())]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let foreign = browser.post(&to, "no token", &[("code", right.expose())]).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    }

    async fn a_decision_that_ends_what_was_asked_is_answered_by_one_last_page(world: World) {
        let accept: &[(&str, &str)] = &[("form", "decide"), ("choice", "accept")];
        let start: &[(&str, &str)] = &[("form", "start"), ("choice", "now"), ("typed", "")];
        for (before, last, state) in [
            (&[][..], &[("form", "decline"), ("choice", "full")][..], "DECLINED"),
            (&[accept][..], &[("form", "outcome"), ("choice", "not_received_no_show")][..], "NOT_REALISED"),
            (&[accept, start][..], &[("form", "outcome"), ("choice", "service_received")][..], "COMPLETED"),
        ] {
            let (referral, token) = sent_with_link(&world).await;
            let (second, _) = sent_with_link(&world).await;
            let mut browser = opened(&world, &token).await;
            for fields in before {
                let answer = sends(&mut browser, &referral, fields).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{state}: {}", answer.text());
            }
            let answer = sends(&mut browser, &referral, last).await;
            assert_last(&answer, state);
            assert_eq!(world.read("caseworker", &referral).await["status"], state);
            for nothing in [address(&referral), address(&second), "/requests".to_owned(), "/outcomes".to_owned()] {
                let page = browser.get(&nothing).await;
                assert_eq!(page.status, StatusCode::GONE, "{state} {nothing}");
                assert!(!page.html.contains("href=\"/account\""), "{state}: there is nothing to go back to");
            }
        }
    }

    async fn the_last_outcome_of_a_list_ends_the_visit_as_well(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        accepts(&world, &mut browser, &referral).await;
        let page = browser.get("/outcomes").await;
        let mark = format!("name=\"{}\" type=\"radio\" value=\"", referral.id);
        let value = format!("{}.not_received_unreachable", page.after(&mark).split('.').next().expect("a version"));
        let answer = browser.post("/outcomes", &page.form_token(), &[(&referral.id, &value)]).await;
        assert_last(&answer, "outcomes");
        assert_eq!(world.read("caseworker", &referral).await["status"], "NOT_REALISED");
    }

    async fn a_visit_leads_to_pages_that_it_opens_and_tells_of_one_service_only(world: World) {
        let (_, token) = sent_with_link(&world).await;
        let elsewhere = sent_to_another_service(&world).await;
        let other = world.like(MINORITY_APPEAL, "Recours, antenne du Lilas").id;
        let mut browser = opened(&world, &token).await;
        let start = browser.get("/requests").await;
        let links = start.html.split(" href=\"").skip(1).map(|rest| rest.split('"').next().expect("an address"));
        for to in links.filter(|to| to.starts_with('/') && !to.starts_with("/static")) {
            assert_eq!(browser.get(to).await.status, StatusCode::OK, "{to}");
        }
        assert_eq!(browser.get(&address(&elsewhere)).await.status, StatusCode::NOT_FOUND);

        let own = service(MINORITY_APPEAL);
        let page = browser.get("/capacity").await;
        assert_eq!(page.html.matches("name=\"form\" value=\"capacity\"").count(), 1, "{}", page.text());
        assert!(page.html.contains(&own) && !page.html.contains("Lilas"), "{}", page.text());
        let known = |id: ServiceId| world.app.context().directory.snapshot().service(id).expect("a service");
        let before = known(other);
        let id = other.to_string();
        for fields in [
            [("form", "capacity"), ("service", id.as_str()), ("choice", "full"), ("typed", "")],
            [("form", "confirm"), ("service", id.as_str()), ("choice", "true"), ("typed", "")],
        ] {
            let page = browser.submit("/capacity", "/capacity", &fields).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{fields:?}");
        }
        assert!(*known(other) == *before, "nothing is told of another service");
        let fields = [("form", "capacity"), ("service", own.as_str()), ("choice", "open"), ("typed", "2")];
        let page = browser.submit("/capacity", "/capacity", &fields).await;
        assert_eq!(page.leads_to(), "/capacity?done=capacity", "{}", page.text());
        let told = known(ServiceId::derived("corridor", MINORITY_APPEAL)).capacity.clone().expect("a capacity");
        assert_eq!(told.available, Some(2));
    }
}
