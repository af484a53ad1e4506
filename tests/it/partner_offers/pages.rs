//! The same by pages: for who came by a link and has no account, and for who has one.

use super::{listed, receiving_in_public, target};
use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::steps::service_id;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use crate::links::{opened, sent_with_link, token_of};
use crate::partner_pages::{agent, assert_sound};
use axum::http::StatusCode;
use relais::domain::id::{Identifier as _, OrganizationId, ServiceId};
use serde_json::{Value, json};

const OFFERS: &str = "/offers";

fn form_of(service: ServiceId) -> String {
    format!("/offers/to/{service}")
}

/// Sends the form as its page gives it.
async fn offers(browser: &mut Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(form).await;
    let key = page.after("name=\"key\" value=\"");
    browser.post(form, &page.form_token(), &[&[("key", key.as_str())], fields].concat()).await
}

const WHOLE: [(&str, &str); 5] =
    [("need", "health.primary"), ("urgency", "urgent"), ("age", "15_17"), ("language", "ti"), ("agrees", "yes")];

async fn answered(world: &World, name: &str, over: Value) -> Value {
    let offer = listed(world, "caseworker", ", received: true").await.remove(0);
    world.done(&world.person("caseworker"), name, &target(&offer, over)).await
}

on_both_databases! {
    async fn who_came_by_a_link_offers_a_person_and_reads_the_answer_by_the_link_of_its_mail(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let (referral, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        for language in ["fr", "en", "ar"] {
            browser.language = language;
            for place in [format!("{OFFERS}?language={language}"), form.clone()] {
                let page = browser.get(&place).await;
                assert_sound(&page, &format!("{language} {place}"));
            }
        }
        let page = browser.get(OFFERS).await;
        assert!(page.html.contains(&form), "{}", page.text());
        let done = offers(&mut browser, &form, &WHOLE).await;
        assert_eq!(done.leads_to(), "/offers?done=offer", "{}", done.text());
        let of_team = listed(&world, "caseworker", ", received: true").await;
        assert_eq!((of_team.len(), &of_team[0]["offer"]["ageBand"]), (1, &json!("AGE_15_17")));
        assert_eq!(of_team[0]["senderService"]["id"], json!(service_id(MINORITY_APPEAL)), "whose numbers are called");

        // The referral ends, and with it the link; the answer comes by another one.
        world.change("lawyer", "referralDecline", &referral, json!({ "code": "FULL" })).await.done();
        assert_eq!(browser.get(OFFERS).await.status, StatusCode::GONE);
        answered(&world, "partnerOfferAccept", json!({})).await;
        let answer = token_of(&world, of_team[0]["id"].as_str().expect("an id")).await;
        let mut browser = Browser::of(&world);
        let address = format!("/o/{answer}");
        assert_eq!(browser.submit(&address, &address, &[]).await.leads_to(), OFFERS);
        browser.language = "en";
        let page = browser.get(&format!("{OFFERS}?language=en")).await;
        assert_sound(&page, "accepted");
        let phrase = of_team_phrase(&world).await;
        for told in ["the team calls you at your number in the directory", "15 to 17 years"] {
            assert!(page.text().contains(told), "{told}: {}", page.text());
        }
        for untold in ["+33 1 99 00 00 70", "passerelles@example.org", &phrase] {
            assert!(!page.text().contains(untold), "whoever reads the mailbox has proved nothing: {untold}: {}", page.text());
        }
        let (id, version) = (page.after("name=\"offer\" value=\""), page.after("name=\"version\" value=\""));
        let unsure = browser.post(OFFERS, &page.form_token(), &[("offer", &id), ("version", &version)]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unsure.text().contains("Tick that you take it back."), "{}", unsure.text());
        let fields = [("offer", id.as_str()), ("version", version.as_str()), ("sure", "yes")];
        let back = browser.post(OFFERS, &page.form_token(), &fields).await;
        assert_eq!(back.leads_to(), "/offers?done=offer-withdrawn", "{}", back.text());
        let page = browser.get("/offers?done=offer-withdrawn").await;
        assert!(page.text().contains("Taken back") && !page.text().contains(&phrase), "{}", page.text());
        let again = browser.post(OFFERS, &page.form_token(), &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn what_is_missing_in_the_form_is_said_and_nothing_typed_is_lost(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let mut agent = agent(&world).await;
        agent.browser.language = "en";
        agent.browser.get("/offers?language=en").await;
        for (left_out, told) in [("need", "Choose a need."), ("urgency", "Say how urgent it is."), ("agrees", "Nobody is offered without their word")] {
            let fields: Vec<_> = WHOLE.into_iter().filter(|(name, _)| *name != left_out).collect();
            let page = offers(&mut agent.browser, &form, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{left_out}");
            assert!(page.text().contains(told), "{left_out}: {}", page.text());
            assert!(page.html.contains("value=\"15_17\" selected") && page.html.contains("value=\"ti\" selected"), "{}", page.html);
            assert_sound(&page, left_out);
        }
        assert!(world.rows("partner_offers").await.is_empty());
        // A form that is sent twice makes one offer.
        let page = agent.browser.get(&form).await;
        let (key, token) = (page.after("name=\"key\" value=\""), page.form_token());
        for _ in 0..2 {
            let sent = agent.browser.post(&form, &token, &[&[("key", key.as_str())], &WHOLE[..]].concat()).await;
            assert_eq!(sent.leads_to(), "/offers?done=offer", "{}", sent.text());
        }
        assert_eq!(world.rows("partner_offers").await.len(), 1);
        // What is typed anew in a form that was sent is another offer, under another key.
        let fields: Vec<_> = WHOLE.into_iter().map(|(name, value)| (name, if name == "age" { "25_59" } else { value })).collect();
        let again = agent.browser.post(&form, &token, &[&[("key", key.as_str())], &fields[..]].concat()).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("This form was sent before."), "{}", again.text());
        assert_ne!(again.after("name=\"key\" value=\""), key);
        let of_nobody = format!("/offers/to/{}", service_id(MINORITY_APPEAL));
        assert_eq!(agent.browser.get(&of_nobody).await.status, StatusCode::NOT_FOUND, "nobody answers there");
        answered(&world, "partnerOfferDecline", json!({ "code": "FULL" })).await;
        let page = agent.browser.get(OFFERS).await;
        assert!(page.text().contains("Declined") && !page.html.contains("name=\"offer\""), "{}", page.text());
    }

    async fn a_project_at_severe_risk_is_offered_nobody_by_a_link(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let (_, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        offers(&mut browser, &form, &WHOLE).await;
        let offer = listed(&world, "caseworker", ", received: true").await.remove(0);
        answered(&world, "partnerOfferAccept", json!({})).await;
        let answer = token_of(&world, offer["id"].as_str().expect("an id")).await;
        world.execute("UPDATE projects SET risk_profile = 'severe'").await;
        let address = |token: &str| format!("/o/{token}");
        // The referral's link opens that referral, and no way to offers.
        let mut browser = Browser::of(&world);
        let page = browser.submit(&address(&token), &address(&token), &[]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert!(!browser.get("/requests").await.html.contains("href=\"/offers\""));
        for place in [OFFERS, &form] {
            assert_eq!(browser.get(place).await.status, StatusCode::NOT_FOUND, "{place}");
        }
        // The answer's link opens nothing, and no other is sent.
        let mut browser = Browser::of(&world);
        let page = browser.submit(&address(&answer), &address(&answer), &[]).await;
        assert_eq!(page.status, StatusCode::GONE);
        browser.submit(&address(&answer), &format!("{}/renew", address(&answer)), &[]).await;
        assert_eq!(renewals(&world).await, 0);
    }

    async fn what_became_of_the_person_is_for_who_has_an_account(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let (_, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        offers(&mut browser, &form, &WHOLE).await;
        answered(&world, "partnerOfferAccept", json!({})).await;
        answered(&world, "partnerOfferComplete", json!({ "outcome": "PERSON_DETAINED_OR_EXPELLED" })).await;
        browser.language = "en";
        let page = browser.get("/offers?language=en").await;
        assert!(page.text().contains("Over") && !page.text().contains("etained"), "{}", page.text());
        let mut agent = agent(&world).await;
        agent.browser.language = "en";
        let page = agent.browser.get("/offers?language=en").await;
        assert!(page.text().contains("etained"), "{}", page.text());
    }

    async fn the_answer_can_be_sent_once_more_for_eight_days(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let (_, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        offers(&mut browser, &form, &WHOLE).await;
        let declined = answered(&world, "partnerOfferDecline", json!({ "code": "FULL" })).await;
        let answer = token_of(&world, declined["id"].as_str().expect("an id")).await;
        let address = format!("/o/{answer}");
        let mut browser = Browser::of(&world);
        for (days, expected) in [(7, 1), (2, 1)] {
            world.clock.set(world.now().plus_days(days));
            let page = browser.submit(&address, &address, &[]).await;
            assert_eq!(page.status, StatusCode::GONE, "its time is over");
            browser.submit(&address, &format!("{address}/renew"), &[]).await;
            assert_eq!(renewals(&world).await, expected, "after {days} days more");
        }
    }

    async fn two_mailboxes_of_one_partner_read_their_own_offers_only(world: World) {
        let form = form_of(receiving_in_public(&world).await);
        let (_, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        offers(&mut browser, &form, &WHOLE).await;
        let other = world.like(MINORITY_APPEAL, "Recours, antenne du Lilas");
        world.publish(&other).await;
        assert_eq!(other.organization_id, OrganizationId::derived("corridor", LAWYERS));
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "serviceId": other.id.to_string() })).await;
        let sent = world.send_referral("caseworker", &draft, crate::kit::loop_calls::confirmed()).await.referral();
        let mut elsewhere = opened(&world, &token_of(&world, &sent.id).await).await;
        assert!(!elsewhere.get(OFFERS).await.html.contains("name=\"offer\""));
        assert!(browser.get(OFFERS).await.html.contains("name=\"offer\""));
    }
}

async fn renewals(world: &World) -> usize {
    world.texts("SELECT id FROM deliveries WHERE kind = 'link.renewed'".to_owned()).await.len()
}

async fn of_team_phrase(world: &World) -> String {
    listed(world, "caseworker", ", received: true").await[0]["callPhrase"].as_str().expect("a phrase").to_owned()
}
