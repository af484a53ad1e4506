//! Links by which partners answer: what looking at them and opening them does, what they open, and what ends them.

mod pages;
mod settings;
mod stops;

use crate::kit::browser::{Browser, Page};
use crate::kit::hearing::hear;
use crate::kit::loop_calls::{Referral, confirmed, to_the_lawyers};
use crate::kit::watch::Watch;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use relais::actions::delivery::{self, Parcel};
use relais::actions::jobs::Worker;
use relais::actions::link::{self, LinkVisitor};
use relais::actions::referral::{List, Part, find, list};
use relais::actions::{ActionError, people};
use relais::domain::delivery::{DeliveryChannel, Lane};
use relais::domain::directory::Service;
use relais::domain::disclosure::Stage;
use relais::domain::id::{Identifier as _, ReferralId};
use relais::domain::lifecycle::Status;
use relais::domain::sensitive::Sensitive;
use relais::policy::referral_view::ReferralStatus;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const COOKIE: &str = "__Host-relais-link";
const NEVER_MADE: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM-_09";

/// The token in the mail about a referral, as it is prepared.
async fn token(world: &World, referral: &Referral) -> String {
    token_of(world, &referral.id).await
}

/// The token in the mail about an object, as it is prepared.
pub async fn token_of(world: &World, object: &str) -> String {
    let context = world.app.context();
    let worker = Worker::new(context.chance.as_ref());
    let lane = Lane { channel: DeliveryChannel::Mail, is_failing: false };
    loop {
        let leased = delivery::claim(context, &worker, lane).await.expect("a queue");
        let leased = leased.expect("something is due");
        for due in delivery::due(context, &leased).await.expect("what is due") {
            if due.object != object {
                continue;
            }
            if let Ok(Parcel::Letter(letter)) = delivery::prepare(context, &leased, &due).await.expect("prepared") {
                delivery::release(context, &leased, false).await.expect("released");
                return letter.token.expose().clone();
            }
        }
    }
}

pub async fn sent_with_link(world: &World) -> (Referral, String) {
    let referral = world.sent(&to_the_lawyers()).await;
    let token = token(world, &referral).await;
    (referral, token)
}

fn address(token: &str) -> String {
    format!("/o/{token}")
}

async fn press(browser: &mut Browser, token: &str) -> Page {
    browser.submit(&address(token), &address(token), &[]).await
}

/// A browser in which the link was opened.
pub async fn opened(world: &World, token: &str) -> Browser {
    let mut browser = Browser::of(world);
    let page = press(&mut browser, token).await;
    assert_eq!((page.status, page.leads_to()), (StatusCode::SEE_OTHER, "/requests"), "{}", page.html);
    browser
}

async fn visitor(world: &World, browser: &Browser) -> Option<LinkVisitor> {
    let secret = Sensitive::new(browser.cookies.get(COOKIE)?.clone());
    link::find(world.app.context(), &secret).await.expect("a look-up")
}

fn id(referral: &Referral) -> ReferralId {
    ReferralId::parse(&referral.id).expect("an id")
}

/// What a visitor is told of a referral: its state, how far it is open, and whether the two words and the name are told.
async fn told_of(
    world: &World,
    visitor: &LinkVisitor,
    referral: &Referral,
) -> Option<(ReferralStatus, Stage, bool, bool)> {
    let context = world.app.context();
    match find(context, &visitor.access(context), id(referral)).await {
        Ok(view) => Some((
            *view.tell(&view.status),
            *view.tell(&view.stage),
            view.reveal(&view.call_phrase).is_some(),
            view.reveal(&view.alias).is_some(),
        )),
        Err(ActionError::NotVisible) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn inbox(world: &World, visitor: &LinkVisitor) -> Vec<String> {
    let context = world.app.context();
    let part = Part { open: None, case_id: None, to_ending_services: false, after: None, limit: 20 };
    let (views, _) = list(context, &visitor.access(context), List::Received, part).await.expect("a list");
    views.iter().map(|view| view.id.to_string()).collect()
}

async fn head(world: &World, path: &str) -> StatusCode {
    let request = Request::head(path).body(Body::empty()).expect("a request");
    world.router().oneshot(request).await.expect("an answer").status()
}

/// One more referral of the caseworker, to another service of the lawyers.
async fn sent_to_another_service(world: &World) -> Referral {
    let other: Service = world.like(MINORITY_APPEAL, "Recours, antenne du Lilas");
    world.publish(&other).await;
    let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "serviceId": other.id.to_string() })).await;
    world.send_referral("caseworker", &draft, confirmed()).await.referral()
}

async fn code(world: &World, referral: &Referral) -> Sensitive<String> {
    let made = world.change("caseworker", "referralAnswerCodeCreate", referral, json!({})).await;
    let code = made.done()["code"].as_str().expect("a code").to_owned();
    assert_eq!(code.len(), 6);
    Sensitive::new(code)
}

async fn proves(world: &World, browser: &Browser, referral: &Referral, code: &Sensitive<String>) -> bool {
    let visitor = visitor(world, browser).await.expect("a visit");
    match link::prove(world.app.context(), &visitor, id(referral), code).await {
        Ok(()) => true,
        Err(ActionError::Refused(refusal)) => {
            assert!(format!("{refusal:?}").contains("AnswerCode"), "{refusal:?}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

fn wrong(code: &Sensitive<String>) -> Sensitive<String> {
    let digit = if code.expose().starts_with('1') { '2' } else { '1' };
    Sensitive::new(format!("{digit}{}", &code.expose()[1..]))
}

on_both_databases! {
    async fn looking_changes_nothing_and_shows_the_same_page_whatever_the_link(world: World) {
        let (_, one) = sent_with_link(&world).await;
        let (_, other) = sent_with_link(&world).await;
        assert_ne!(one, other);
        let mut watch = Watch::on(&world).await;
        let mut browser = Browser::of(&world);
        browser.get("/sign-in").await;
        let page = browser.get(&address(&one)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["x-robots-tag"], "noindex, nofollow");
        assert!(!page.html.contains(&one), "the page does not repeat its address");
        for _ in 0..20 {
            assert_eq!(browser.get(&address(&other)).await.html, page.html);
            assert_eq!(head(&world, &address(&one)).await, StatusCode::OK);
        }
        assert!(!browser.cookies.contains_key(COOKIE));
        let unknown = browser.get(&address(NEVER_MADE)).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        for none in ["x", "%2e%2e", &one[1..], &format!("{one}a")] {
            let page = browser.get(&address(none)).await;
            assert_eq!((page.status, &page.html, page.headers.len()), (unknown.status, &unknown.html, unknown.headers.len()));
            let token = browser.get("/sign-in").await.form_token();
            let page = browser.post(&address(none), &token, &[]).await;
            assert_eq!((page.status, &page.html), (unknown.status, &unknown.html), "{none}");
        }
        assert_eq!(watch.changes().await, Vec::<String>::new(), "nobody has decided anything");
    }

    async fn opening_it_begins_a_visit_as_often_as_somebody_wants_and_changes_no_referral(world: World) {
        let (_, token) = sent_with_link(&world).await;
        let mut watch = Watch::on(&world).await;
        let mut browser = Browser::of(&world);
        let foreign = browser.post(&address(&token), "no token", &[]).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert_eq!(watch.changes().await, Vec::<String>::new());
        for _ in 0..3 {
            let browser = opened(&world, &token).await;
            assert!(visitor(&world, &browser).await.is_some());
        }
        let changed = watch.changes().await;
        let of_referrals = changed.iter().filter(|change| change.starts_with("referral") || change.starts_with("links"));
        assert_eq!(of_referrals.count(), 0, "{changed:?}");
        let kept = world.texts("SELECT token_hash FROM links".to_owned()).await;
        let rows = format!("{:?}", world.every_row().await);
        assert!(!rows.contains(&token), "what is stored opens nothing");
        assert!(!rows.contains(&browser.cookies.get(COOKIE).cloned().unwrap_or_else(|| NEVER_MADE.to_owned())));
        for hash in kept {
            assert_eq!(browser.get(&address(&hash)).await.status, StatusCode::NOT_FOUND);
        }
    }

    async fn a_token_stands_in_no_line_of_the_log(world: World) {
        let (_, token) = sent_with_link(&world).await;
        let ((), lines) = hear(async {
            let mut browser = opened(&world, &token).await;
            browser.get(&address(&token)).await;
            browser.get(&format!("/o/{token}/renew")).await;
        })
        .await;
        assert!(!lines.is_empty());
        assert!(lines.iter().all(|line| !line.text.contains(&token)));
    }

    async fn a_link_runs_out_and_a_visit_ends_when_nobody_is_there(world: World) {
        let (_, token) = sent_with_link(&world).await;
        let lives = world.texts("SELECT CAST(expires_at - created_at AS TEXT) FROM links".to_owned()).await;
        let seconds = lives[0].parse::<i64>().expect("a number") / 1_000_000;
        let browser = opened(&world, &token).await;
        world.pass_minutes(29);
        assert!(visitor(&world, &browser).await.is_some());
        world.pass_minutes(29);
        assert!(visitor(&world, &browser).await.is_some(), "a request begins the idle time anew");
        world.pass_minutes(30);
        assert!(visitor(&world, &browser).await.is_none());
        world.pass_seconds(seconds - 88 * 60 - 60);
        let last = opened(&world, &token).await;
        world.pass_seconds(60);
        assert!(visitor(&world, &last).await.is_none(), "a visit ends with its link");
        let page = press(&mut Browser::of(&world), &token).await;
        assert_eq!(page.status, StatusCode::GONE);
        world.pass_seconds(60);
        assert_eq!(press(&mut Browser::of(&world), &token).await.html.len(), page.html.len());
    }

    async fn every_end_of_a_referral_ends_its_links_and_their_visits(world: World) {
        let ends: [&[(&str, &str, Value)]; 6] = [
            &[("lawyer", "referralDecline", json!({ "code": "FULL" }))],
            &[("coordinator", "referralCancel", json!({ "reason": "NOT_SAFE" }))],
            &[("caseworker", "referralMarkError", json!({ "reason": "TRIAL" }))],
            &[("lawyer", "referralAccept", json!({})), ("lawyer", "referralNotRealise", json!({ "outcome": "NOT_RECEIVED_NO_SHOW" }))],
            &[
                ("lawyer", "referralAccept", json!({})),
                ("lawyer", "referralStart", json!({})),
                ("lawyer", "referralComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
            ],
            &[],
        ];
        for acts in ends {
            let (mut referral, token) = sent_with_link(&world).await;
            let browser = opened(&world, &token).await;
            for (who, name, more) in acts {
                assert!(visitor(&world, &browser).await.is_some(), "before {name}");
                referral = world.change(who, name, &referral, more.clone()).await.referral();
            }
            if acts.is_empty() {
                let consent = world.texts(format!("SELECT consent_id FROM referrals WHERE id = '{}'", referral.id)).await;
                world.run("caseworker", "consentWithdraw", json!({ "consentId": consent[0] })).await.done();
            }
            assert!(visitor(&world, &browser).await.is_none(), "{acts:?}");
            assert_eq!(press(&mut Browser::of(&world), &token).await.status, StatusCode::GONE, "{acts:?}");
            let left = world.texts("SELECT hash FROM link_sessions".to_owned()).await;
            assert!(left.is_empty(), "{acts:?}");
        }
    }

    async fn a_link_reads_what_one_mailbox_was_sent_and_nothing_else(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let second = world.sent(&to_the_lawyers()).await;
        let elsewhere = sent_to_another_service(&world).await;
        let browser = opened(&world, &token).await;
        let visitor = visitor(&world, &browser).await.expect("a visit");
        assert_eq!(told_of(&world, &visitor, &elsewhere).await, None, "another mailbox of the same organisation");
        assert!(told_of(&world, &visitor, &second).await.is_some(), "another offer to the same mailbox");
        let mut expected = vec![referral.id.clone(), second.id.clone()];
        let mut listed = inbox(&world, &visitor).await;
        expected.sort();
        listed.sort();
        assert_eq!(listed, expected);

        world.execute("UPDATE projects SET risk_profile = 'severe' WHERE name LIKE 'Passerelles%'").await;
        assert!(told_of(&world, &visitor, &referral).await.is_none(), "it was confined before, to what is not severe");
        let again = link::find(world.app.context(), &Sensitive::new(browser.cookies[COOKIE].clone())).await;
        let visitor = again.expect("a look-up").expect("a visit");
        assert_eq!(inbox(&world, &visitor).await, std::slice::from_ref(&referral.id), "one referral at severe risk");
        assert_eq!(told_of(&world, &visitor, &second).await, None);
        world.pass_minutes(14);
        assert!(link::find(world.app.context(), &Sensitive::new(browser.cookies[COOKIE].clone())).await.expect("a look-up").is_some());
        world.pass_minutes(15);
        assert!(link::find(world.app.context(), &Sensitive::new(browser.cookies[COOKIE].clone())).await.expect("a look-up").is_none());
    }

    async fn an_acceptance_opens_no_more_than_the_offer_until_the_code_is_typed_and_in_that_visit_only(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let (browser, other) = (opened(&world, &token).await, opened(&world, &token).await);
        assert_eq!(
            world.refused("caseworker", "referralAnswerCodeCreate", referral.input(json!({}))).await,
            "InputError NOT_ACCEPTED referralId"
        );
        let accepted = world.change("lawyer", "referralAccept", &referral, json!({})).await.referral();
        let capped = Some((ReferralStatus::Known(Status::Accepted), Stage::Offer, false, false));
        let whole = Some((ReferralStatus::Known(Status::Accepted), Stage::Accepted, true, true));
        for browser in [&browser, &other] {
            let visitor = visitor(&world, browser).await.expect("a visit");
            assert_eq!(told_of(&world, &visitor, &accepted).await, capped);
        }

        let first = code(&world, &accepted).await;
        for _ in 0..5 {
            assert!(!proves(&world, &browser, &accepted, &wrong(&first)).await);
        }
        assert!(!proves(&world, &browser, &accepted, &first).await, "five wrong tries void it");
        let second = code(&world, &accepted).await;
        assert!(!proves(&world, &browser, &accepted, &Sensitive::new("no code".to_owned())).await);
        assert!(proves(&world, &browser, &accepted, &second).await, "a new one takes its place");
        assert!(!proves(&world, &other, &accepted, &second).await, "it is used once");
        let proved = visitor(&world, &browser).await.expect("a visit");
        assert_eq!(told_of(&world, &proved, &accepted).await, whole);
        let unproved = visitor(&world, &other).await.expect("a visit");
        assert_eq!(told_of(&world, &unproved, &accepted).await, capped);

        let third = code(&world, &accepted).await;
        world.pass_hours(72);
        let late = opened(&world, &token).await;
        assert!(!proves(&world, &late, &accepted, &third).await, "72 hours");
    }

    async fn the_account_of_a_mailbox_is_nobodys(world: World) {
        let context = world.app.context();
        let before = people::list(context).await.expect("accounts").len();
        let (_, token) = sent_with_link(&world).await;
        sent_with_link(&world).await;
        let handles = world.texts("SELECT handle FROM accounts WHERE handle LIKE 'mailbox-%'".to_owned()).await;
        assert_eq!(handles.len(), 1, "one for each mailbox");
        assert_eq!(people::list(context).await.expect("accounts").len(), before, "no operator lists it");
        assert!(people::reset(context, &handles[0]).await.is_err(), "nobody enrols it");
        assert!(people::disable(context, &handles[0]).await.is_err());
        let mut browser = Browser::of(&world);
        let page = browser.submit("/sign-in", "/sign-in", &[("handle", &handles[0]), ("password", "")]).await;
        assert_eq!(page.leads_to(), "", "nobody signs in by it");
        for table in ["tokens", "sessions", "passwords", "enrolments"] {
            let of_it = "account_id IN (SELECT id FROM accounts WHERE handle LIKE 'mailbox-%')";
            let sql = format!("SELECT 'row' FROM {table} WHERE {of_it}");
            assert!(world.texts(sql).await.is_empty(), "{table}");
        }
        // What a visit opens is no account: its pages do not open, and no token of it is known to the API.
        let mut visit = opened(&world, &token).await;
        assert_eq!(visit.get("/account").await.leads_to(), "/sign-in");
        visit.submit("/sign-in", "/sign-out", &[]).await;
        assert!(!visit.cookies.contains_key(COOKIE));
        assert!(world.texts("SELECT hash FROM link_sessions".to_owned()).await.is_empty(), "who leaves ends the visit");
    }

    async fn a_new_link_goes_to_the_mailbox_and_not_too_often(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let renewed = "SELECT object FROM deliveries WHERE kind = 'link.renewed'".to_owned();
        let mut browser = Browser::of(&world);
        let mut pages = Vec::new();
        for expected in [1, 2, 3, 3, 3] {
            let page = browser.submit(&address(&token), &format!("/o/{token}/renew"), &[]).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(!page.html.contains(&token));
            pages.push(page.html);
            assert_eq!(world.texts(renewed.clone()).await, vec![referral.id.clone(); expected]);
            world.pass_minutes(1);
        }
        assert!(pages.windows(2).all(|two| two[0] == two[1]), "the answer is always the same");
        let unknown = browser.get("/sign-in").await.form_token();
        let page = browser.post(&format!("/o/{NEVER_MADE}/renew"), &unknown, &[]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        world.pass_hours(1);
        world.change("lawyer", "referralDecline", &referral, json!({ "code": "FULL" })).await.done();
        let page = browser.submit(&address(&token), &format!("/o/{token}/renew"), &[]).await;
        assert_eq!(page.html, pages[0]);
        assert_eq!(world.texts(renewed).await.len(), 3, "what has ended needs no link");
    }
}
