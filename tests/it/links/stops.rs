//! What stops a link: a revoked partner (T19), a frozen project (T18), and the code of a project at severe risk.

use super::{code, inbox, opened, press, proves, sent_with_link, told_of, visitor};
use crate::kit::browser::Browser;
use crate::kit::loop_calls::organization;
use crate::kit::world::{LAWYERS, on_both_databases};
use crate::protection::protected;
use axum::http::StatusCode;
use relais::actions::link;
use relais::domain::disclosure::Stage;
use relais::domain::id::{Identifier as _, ProjectId};
use relais::domain::lifecycle::Status;
use relais::domain::sensitive::Sensitive;
use relais::policy::referral_view::ReferralStatus;
use serde_json::{Value, json};

fn paris() -> Value {
    json!({ "projectId": ProjectId::derived("corridor", "paris").to_string() })
}

on_both_databases! {
    async fn t19_a_revoked_partner_opens_nothing_by_its_links(world: World) {
        let world = protected(world).await;
        let (_, requested) = sent_with_link(&world).await;
        let (referral, accepted) = sent_with_link(&world).await;
        let browsers = [opened(&world, &requested).await, opened(&world, &accepted).await];
        world.change("lawyer", "referralAccept", &referral, json!({})).await.done();
        let mut input = paris();
        input["organizationId"] = json!(organization(LAWYERS).to_string());
        input["reason"] = json!("DATA_BREACH");
        world.done(&world.person("coordinator"), "partnerRevoke", &input).await;
        for browser in browsers {
            assert!(visitor(&world, &browser).await.is_none(), "the visit ends in the same commit");
            let mut browser = browser;
            assert_eq!(browser.get("/requests").await.status, StatusCode::GONE);
        }
        for token in [requested, accepted] {
            assert_eq!(press(&mut Browser::of(&world), &token).await.status, StatusCode::GONE);
            let renewed = link::renew(world.app.context(), &Sensitive::new(token)).await.expect("an answer");
            assert!(renewed, "whoever asks is told the same as ever");
        }
        let open = world.texts("SELECT id FROM links WHERE revoked_at IS NULL".to_owned()).await;
        assert!(open.is_empty(), "{open:?}");
        assert!(world.texts("SELECT hash FROM link_sessions".to_owned()).await.is_empty());
    }

    async fn t18_a_frozen_project_is_nothing_to_who_came_by_a_link_until_two_people_thaw_it(world: World) {
        let world = protected(world).await;
        let (referral, token) = sent_with_link(&world).await;
        let mut browser = opened(&world, &token).await;
        let coordinator = world.person("coordinator");
        let before = browser.get("/requests").await;
        world.done(&coordinator, "projectFreeze", &paris()).await;
        if let Some(visitor) = visitor(&world, &browser).await {
            assert_eq!(told_of(&world, &visitor, &referral).await, None);
            assert!(inbox(&world, &visitor).await.is_empty());
        }
        let page = browser.get(&format!("/requests/{}", referral.id)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text());
        let fields = [("form", "decide"), ("choice", "accept"), ("version", "2")];
        let answer = browser.post(&format!("/requests/{}", referral.id), &before.form_token(), &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
        let state = world.texts(format!("SELECT status FROM referrals WHERE id = '{}'", referral.id)).await;
        assert_eq!(state, ["requested"]);

        world.done(&coordinator, "projectThawRequest", &paris()).await;
        assert_eq!(browser.get(&format!("/requests/{}", referral.id)).await.status, StatusCode::NOT_FOUND, "one is not enough");
        world.done(&world.person("protection lead"), "projectThawConfirm", &paris()).await;
        let browser = opened(&world, &token).await;
        let visitor = visitor(&world, &browser).await.expect("a visit");
        assert_eq!(inbox(&world, &visitor).await, std::slice::from_ref(&referral.id));
        let offered = Some((ReferralStatus::Known(Status::Requested), Stage::Offer, false, false));
        assert_eq!(told_of(&world, &visitor, &referral).await, offered);
    }

    async fn at_severe_risk_a_code_proves_for_fifteen_minutes(world: World) {
        let (referral, token) = sent_with_link(&world).await;
        let accepted = world.change("lawyer", "referralAccept", &referral, json!({})).await.referral();
        world.execute("UPDATE projects SET risk_profile = 'severe' WHERE name LIKE 'Passerelles%'").await;
        let late = code(&world, &accepted).await;
        let kept = "SELECT CAST((expires_at - issued_at) / 60000000 AS TEXT) FROM spoken_codes".to_owned();
        assert_eq!(world.texts(kept).await, ["15"]);
        world.pass_minutes(15);
        let browser = opened(&world, &token).await;
        assert!(!proves(&world, &browser, &accepted, &late).await, "after fifteen minutes");
        let timely = code(&world, &accepted).await;
        world.pass_minutes(14);
        assert!(proves(&world, &browser, &accepted, &timely).await, "within them");
    }
}
