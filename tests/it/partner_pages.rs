//! The partner's pages: the loop by forms alone, what a page tells and what it never does, and what is not accepted.

pub mod browser;
mod places;

use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::{Referral, organization, to_the_lawyers};
use crate::kit::people::{Enrolled, new_account};
use crate::kit::schema::SCHEMA;
use crate::kit::watch::Watch;
use crate::kit::world::{LAWYERS, World, on_both_databases};
use crate::pages::{assert_hardened, assert_well_formed};
use crate::partner_offers::an_accepted_offer;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, ReferralId};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tower::ServiceExt as _;

const LANGUAGES: [&str; 3] = ["fr", "en", "ar"];
/// What a page and its style may weigh together.
const MOST_BYTES: usize = 20_000;

/// Somebody of the lawyers, signed in.
pub async fn agent(world: &World) -> Enrolled {
    let new = NewAccount { organization: organization(LAWYERS), ..new_account("agent-9", Role::PartnerAgent) };
    let code = world.added(&new).await;
    world.enrol("agent-9", &code).await
}

pub fn address(referral: &Referral) -> String {
    format!("/requests/{}", referral.id)
}

/// What every page of a partner is, whatever stands on it.
#[track_caller]
pub fn assert_sound(page: &Page, place: &str) {
    assert_hardened(page, place);
    assert_well_formed(&page.html, place);
    assert!(!page.html.contains("Unknown localization"), "{place}: {}", page.html);
    assert!(page.html.contains("<title>Relais</title>"), "{place}: a title tells nothing");
    let style = include_str!("../../src/web/static/relais.css").len();
    assert!(page.html.len() + style < MOST_BYTES, "{place}: {} and {style} bytes", page.html.len());
    assert!(!page.html.contains("<script"), "{place}");
}

/// Sends one form of the request's page, as its fields stand there.
pub async fn sends(browser: &mut Browser, referral: &Referral, form: &str, fields: &[(&str, &str)]) -> Page {
    let address = address(referral);
    let page = browser.get(&address).await;
    assert!(page.html.contains(&format!("name=\"form\" value=\"{form}\"")), "no form {form}: {}", page.text());
    let (version, seen) = (page.after("name=\"version\" value=\""), page.after("name=\"seen\" value=\""));
    let own = [("form", form), ("version", version.as_str()), ("seen", seen.as_str())];
    browser.post(&address, &page.form_token(), &[&own, fields].concat()).await
}

/// Sends a form that has to be accepted; the page that follows.
pub async fn done(browser: &mut Browser, referral: &Referral, form: &str, fields: &[(&str, &str)]) -> Page {
    let answer = sends(browser, referral, form, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{form}: {}", answer.text());
    let page = browser.get(answer.leads_to()).await;
    assert_sound(&page, form);
    assert!(page.html.contains("role=\"status\""), "{form}: it says what was done");
    page
}

async fn status(world: &World, referral: &Referral) -> String {
    world.read("caseworker", referral).await["status"].as_str().expect("a state").to_owned()
}

/// The names of the forms on a page.
pub fn forms(page: &Page) -> Vec<&str> {
    let rest = page.html.split("name=\"form\" value=\"").skip(1);
    rest.filter_map(|rest| rest.split('"').next()).collect()
}

on_both_databases! {
    async fn a_partner_answers_from_the_offer_to_the_outcome_by_pages_in_three_languages(world: World) {
        let mut agent = agent(&world).await;
        for language in LANGUAGES {
            agent.browser.language = language;
            agent.browser.get(&format!("/requests?language={language}")).await;
            let sent = world.sent(&to_the_lawyers()).await;
            let page = agent.browser.get("/requests").await;
            assert_sound(&page, language);
            assert!(page.html.contains(&address(&sent)), "{language}: it waits in the inbox");
            done(&mut agent.browser, &sent, "decide", &[("choice", "acknowledge")]).await;
            assert_eq!(status(&world, &sent).await, "ACKNOWLEDGED");
            done(&mut agent.browser, &sent, "decide", &[("choice", "accept")]).await;
            assert_eq!(status(&world, &sent).await, "ACCEPTED");
            done(&mut agent.browser, &sent, "message", &[("typed", "Lundi à 10 h ?")]).await;
            done(&mut agent.browser, &sent, "start", &[("choice", "now")]).await;
            let last = done(&mut agent.browser, &sent, "outcome", &[("choice", "service_received")]).await;
            assert_eq!(status(&world, &sent).await, "COMPLETED");
            assert!(forms(&last).is_empty(), "{language}: nothing more is asked");
            let ended = agent.browser.get("/requests?list=ended").await;
            assert!(ended.html.contains(&address(&sent)) && !agent.browser.get("/requests").await.html.contains(&address(&sent)));
        }
    }

    async fn a_partner_declines_puts_on_a_list_and_asks(world: World) {
        let mut agent = agent(&world).await;
        let declined = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &declined, "decline", &[("choice", "no_language")]).await;
        let told = world.read("caseworker", &declined).await;
        assert_eq!((&told["status"], &told["declineCode"]), (&json!("DECLINED"), &json!("NO_LANGUAGE")));
        let waits = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &waits, "waitlist", &[("typed", "12")]).await;
        let told = world.read("caseworker", &waits).await;
        assert_eq!((&told["status"], &told["expectedWaitDays"]), (&json!("WAITLISTED"), &json!(12)));
        let asked = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &asked, "decide", &[("choice", "acknowledge")]).await;
        done(&mut agent.browser, &asked, "ask", &[("choice", "escort_needed"), ("typed", "")]).await;
        assert_eq!(status(&world, &asked).await, "CLARIFYING");
        let page = agent.browser.get(&address(&asked)).await;
        assert!(page.text().contains("Does she need somebody to come with her?"), "{}", page.text());
        let accepted = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &accepted, "decide", &[("choice", "accept")]).await;
        done(&mut agent.browser, &accepted, "outcome", &[("choice", "not_received_no_show")]).await;
        assert_eq!(status(&world, &accepted).await, "NOT_REALISED");
    }

    async fn a_page_tells_what_the_same_query_tells_and_both_are_on_record(world: World) {
        let mut agent = agent(&world).await;
        let everything = SCHEMA.everything("Referral");
        let query = format!("query($id: ID!) {{ referral(id: $id) {everything} }}");
        let sent = world.sent(&to_the_lawyers()).await;
        for (form, choice) in
            [("", ""), ("decide", "acknowledge"), ("decide", "accept"), ("start", "now"), ("outcome", "service_partial")]
        {
            if !form.is_empty() {
                done(&mut agent.browser, &sent, form, &[("choice", choice)]).await;
            }
            let count = world.texts(disclosed(&sent)).await.len();
            let page = agent.browser.get(&address(&sent)).await;
            let by_page = names(&world.texts(disclosed(&sent)).await[count..]);
            let count = world.texts(disclosed(&sent)).await.len();
            let answer = world.ask(&world.person("lawyer"), &query, json!({ "id": sent.id })).await;
            let by_query = names(&world.texts(disclosed(&sent)).await[count..]);
            assert_eq!(by_page, by_query, "after {form} {choice}");
            assert!(!by_page.is_empty());
            for field in ["senderProject", "senderMailbox", "senderPhone", "alias", "callPhrase"] {
                if let Some(value) = answer.at("referral")[field].as_str() {
                    assert!(page.text().contains(value), "{field} after {form} {choice}");
                }
            }
        }
        let offered = world.sent(&to_the_lawyers()).await;
        let page = agent.browser.get(&address(&offered)).await;
        for fact in ["orture", "Code name", "before any name"] {
            assert!(!page.text().contains(fact), "an offer does not tell {fact}");
        }
    }

    async fn to_everybody_else_there_is_no_such_page(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let never = Referral { id: ReferralId::from_bytes([7; 16]).to_string(), ..sent.clone() };
        let mut others = vec![world.enrolled("caseworker-9", Role::Caseworker).await];
        let elsewhere = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
        let new = NewAccount { organization: organization(elsewhere), ..new_account("agent-8", Role::PartnerAgent) };
        let code = world.added(&new).await;
        others.push(world.enrol("agent-8", &code).await);
        let before = world.rows("referrals").await;
        for other in &mut others {
            let page = other.browser.get(&address(&sent)).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", other.handle);
            assert_eq!(page.html, other.browser.get(&address(&never)).await.html, "{}", other.handle);
            assert_eq!(page.html, other.browser.get("/requests/x").await.html, "{}", other.handle);
            let token = other.browser.get("/requests").await.form_token();
            for to in [address(&sent), address(&never), "/requests/x".to_owned()] {
                let fields = [("form", "decide"), ("choice", "accept"), ("version", "2")];
                assert_eq!(other.browser.post(&to, &token, &fields).await.status, StatusCode::NOT_FOUND, "{}", other.handle);
            }
            assert!(!other.browser.get("/requests").await.html.contains(&sent.id));
        }
        let mut coordinator = world.enrolled("coordinator-9", Role::Coordinator).await;
        assert_eq!(coordinator.browser.get("/requests").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.rows("referrals").await, before);
        assert_eq!(Browser::of(&world).get(&address(&sent)).await.leads_to(), "/sign-in");
    }

    async fn what_is_missing_is_said_beside_its_form_and_what_was_typed_stays(world: World) {
        let mut agent = agent(&world).await;
        let sent = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &sent, "decide", &[("choice", "acknowledge")]).await;
        for (form, fields, says) in [
            ("decide", vec![], "Choose an answer."),
            ("decline", vec![("choice", "no_such_code")], "Choose an answer."),
            ("decline", vec![("choice", "no_show")], "for the other side to give"),
            ("waitlist", vec![("typed", "soon")], "Give a number of days"),
            ("waitlist", vec![("typed", "999")], "730"),
            ("ask", vec![("typed", "Peut-elle venir ?")], "Choose an answer."),
            ("ask", vec![("choice", "own-words"), ("typed", "What is her name?")], "Ask instead"),
            ("ask", vec![("choice", "own-words"), ("typed", " ")], "cannot be empty"),
        ] {
            let page = sends(&mut agent.browser, &sent, form, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{form} {fields:?}: {}", page.text());
            assert_sound(&page, form);
            assert!(page.text().contains(says), "{form} {fields:?}: {}", page.text());
            assert!(page.html.contains(&format!("aria-describedby=\"{form}-problem")), "{form}: {}", page.html);
            for (_, typed) in fields.iter().filter(|(name, typed)| *name == "typed" && !typed.trim().is_empty()) {
                let escaped = typed.replace('\'', "&#39;");
                assert!(page.html.contains(&escaped), "{form} keeps {typed}");
            }
        }
        assert_eq!(status(&world, &sent).await, "ACKNOWLEDGED");
    }

    async fn who_decides_on_a_past_version_is_shown_what_has_changed(world: World) {
        let mut agent = agent(&world).await;
        let sent = world.sent(&to_the_lawyers()).await;
        let page = agent.browser.get(&address(&sent)).await;
        let acknowledged = world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral();
        let version = sent.version.to_string();
        let fields = [("form", "decline"), ("choice", "full"), ("version", version.as_str()), ("seen", "1")];
        let token = page.form_token();
        let conflict = agent.browser.post(&address(&sent), &token, &fields).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT);
        assert_sound(&conflict, "conflict");
        assert!(conflict.text().contains("has changed since"), "{}", conflict.text());
        assert_eq!(conflict.html.matches("class=\"tag\">new<").count(), 1, "{}", conflict.html);
        assert!(conflict.html.contains("value=\"full\" checked"), "what was chosen stays");
        let version = acknowledged.version.to_string();
        let fields = [("form", "outcome"), ("choice", "service_received"), ("version", version.as_str())];
        let page = agent.browser.post(&address(&sent), &token, &fields).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "nothing has begun: {}", page.text());
        world.run("caseworker", "referralCancel", acknowledged.input(json!({ "reason": "NO_LONGER_NEEDED" }))).await.done();
        let fields = [("form", "decide"), ("choice", "accept"), ("version", version.as_str())];
        let page = agent.browser.post(&address(&sent), &token, &fields).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text().contains("Nothing more is asked of you") && forms(&page).is_empty(), "{}", page.text());
        assert!(!page.text().contains("Appeal"), "a closed request tells nothing: {}", page.text());
    }

    async fn a_scanner_that_follows_every_link_and_sends_every_form_empty_changes_nothing(world: World) {
        let mut agent = agent(&world).await;
        let sent = world.sent(&to_the_lawyers()).await;
        let accepted = world.sent(&to_the_lawyers()).await;
        done(&mut agent.browser, &accepted, "decide", &[("choice", "accept")]).await;
        let mut watch = Watch::on(&world).await;
        for page in ["/requests", "/requests?list=ended", "/outcomes", "/capacity", "/offers", &address(&sent), &address(&accepted)] {
            let token = agent.browser.get(page).await.form_token();
            let cookies: Vec<_> = agent.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let head = Request::head(page).header(header::COOKIE, cookies.join("; ")).body(Body::empty());
            world.router().oneshot(head.expect("a request")).await.expect("an answer");
            let to = page.split('?').next().expect("a path");
            let answer = agent.browser.post(to, &token, &[]).await;
            assert_ne!(answer.status, StatusCode::SEE_OTHER, "{page}");
            for form in ["decide", "waitlist", "decline", "ask", "slip", "start", "outcome", "message", "read", "capacity", "confirm"] {
                let answer = agent.browser.post(to, &token, &[("form", form), ("version", "2")]).await;
                assert_ne!(answer.status, StatusCode::SEE_OTHER, "{page} {form}");
            }
        }
        let mut changes = watch.changes().await;
        changes.retain(|change| !change.starts_with("sessions "));
        assert_eq!(changes, Vec::<String>::new());
    }

    async fn who_leaves_is_signed_out_and_a_blank_page_is_left(world: World) {
        let mut agent = agent(&world).await;
        let token = agent.browser.get("/requests").await.form_token();
        let left = agent.browser.post("/leave", &token, &[]).await;
        assert_eq!(left.status, StatusCode::OK);
        assert_hardened(&left, "left");
        assert_eq!(left.headers["clear-site-data"], "\"*\"");
        assert!(!left.html.contains("<form") && !left.html.contains("<a "), "nothing leads back: {}", left.html);
        assert_eq!(agent.browser.get("/requests").await.leads_to(), "/sign-in");
    }
}

fn disclosed(referral: &Referral) -> String {
    format!(
        "SELECT fields FROM audit_events WHERE action = 'disclosed' AND object = '{}' ORDER BY trail, sequence",
        referral.id
    )
}

/// The names of fields in what was recorded.
fn names(recorded: &[String]) -> BTreeSet<String> {
    let names = recorded.iter().flat_map(|fields| fields.split(|letter: char| !letter.is_ascii_alphanumeric()));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A page with what is drawn by chance left out.
fn steady(page: &Page, ids: &[&str], words: &[String]) -> String {
    let mark = page.after("/static/relais.css?");
    let html = page.html.replace(&page.form_token(), "…").replace(&mark, "…");
    let html = ids.iter().fold(html, |html, id| html.replace(id, "ref_…"));
    words.iter().fold(html, |html, word| html.replace(word.as_str(), "…"))
}

#[tokio::test]
async fn the_partners_pages_are_what_was_reviewed() {
    let world = World::on_sqlite().await;
    let mut agent = agent(&world).await;
    let (sent, accepted) = (world.sent(&to_the_lawyers()).await, world.sent(&to_the_lawyers()).await);
    done(&mut agent.browser, &sent, "decide", &[("choice", "acknowledge")]).await;
    done(&mut agent.browser, &accepted, "decide", &[("choice", "accept")]).await;
    let told = world.read("lawyer", &accepted).await;
    let words = ["alias", "callPhrase"].map(|field| told[field].as_str().expect("a word").to_owned());
    let ids = [sent.id.as_str(), accepted.id.as_str()];
    let (request, of_accepted) = (address(&sent), address(&accepted));
    for (language, pages) in [
        ("fr", &["/requests", &request, &of_accepted, "/outcomes", "/capacity", "/offers"][..]),
        ("ar", &[request.as_str()][..]),
    ] {
        agent.browser.language = language;
        agent.browser.get(&format!("/requests?language={language}")).await;
        let mut told = String::new();
        for path in pages {
            let page = agent.browser.get(path).await;
            assert_sound(&page, path);
            let path = ids.iter().fold((*path).to_owned(), |path, id| path.replace(id, "ref_…"));
            writeln!(told, "== {path}\n{}", steady(&page, &ids, &words)).expect("a string takes all");
        }
        insta::assert_snapshot!(format!("partner_pages_{language}"), told);
    }
}

#[tokio::test]
async fn every_page_weighs_little_in_every_language() {
    let world = World::on_sqlite().await;
    let mut agent = agent(&world).await;
    let mut referrals = Vec::new();
    for _ in 0..17 {
        referrals.push(world.sent(&to_the_lawyers()).await);
    }
    for referral in &referrals[..10] {
        done(&mut agent.browser, referral, "decide", &[("choice", "accept")]).await;
    }
    done(&mut agent.browser, &referrals[0], "start", &[("choice", "now")]).await;
    done(&mut agent.browser, &referrals[11], "decide", &[("choice", "acknowledge")]).await;
    let mut receiving = String::new();
    for _ in 0..10 {
        receiving = format!("/offers/to/{}", an_accepted_offer(&world).await);
    }
    for language in LANGUAGES {
        agent.browser.language = language;
        for path in ["/requests", "/requests?list=ended", "/outcomes", "/capacity", "/offers", &receiving] {
            let page = agent
                .browser
                .get(&format!("{path}{}language={language}", if path.contains('?') { '&' } else { '?' }))
                .await;
            assert_sound(&page, path);
        }
        for referral in [&referrals[0], &referrals[1], &referrals[10], &referrals[11]] {
            assert_sound(&agent.browser.get(&address(referral)).await, &format!("{language} {}", referral.id));
        }
    }
}
