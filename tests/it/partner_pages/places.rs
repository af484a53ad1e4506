//! Places, entries and outcomes by pages.

use super::{agent, done, status};
use crate::kit::loop_calls::{service, to_the_lawyers};
use crate::kit::world::{MINORITY_APPEAL, on_both_databases};
use axum::http::StatusCode;
use relais::domain::directory::CapacityStatus;
use relais::domain::id::{Identifier as _, ServiceId};

on_both_databases! {
    async fn places_are_told_and_entries_confirmed_for_own_services_only(world: World) {
        let mut agent = agent(&world).await;
        let own = service(MINORITY_APPEAL);
        let told = |form: &'static str, choice: &'static str, typed: &'static str| {
            [("form", form), ("service", own.as_str()), ("choice", choice), ("typed", typed)]
        };
        let page = agent.browser.submit("/capacity", "/capacity", &told("capacity", "open", "2")).await;
        assert_eq!(page.leads_to(), "/capacity?done=capacity", "{}", page.text());
        let known = || world.app.context().directory.snapshot().service(ServiceId::derived("corridor", MINORITY_APPEAL));
        let capacity = known().and_then(|service| service.capacity.clone()).expect("a capacity");
        assert_eq!((capacity.status, capacity.available), (CapacityStatus::Open, Some(2)));
        let page = agent.browser.get("/capacity?done=capacity").await;
        assert!(page.text().contains("2 free") && page.text().contains("Places recorded."), "{}", page.text());
        let page = agent.browser.submit("/capacity", "/capacity", &told("confirm", "true", "")).await;
        assert_eq!(page.leads_to(), "/capacity?done=confirm", "{}", page.text());
        for (form, choice, typed, says) in [
            ("capacity", "", "2", "Choose an answer."),
            ("capacity", "open", "many", "Give a number of places"),
            ("capacity", "open", "501", "Give a number of places"),
            ("confirm", "", "", "Choose an answer."),
        ] {
            let page = agent.browser.submit("/capacity", "/capacity", &told(form, choice, typed)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{form} {choice} {typed}");
            assert!(page.text().contains(says), "{}", page.text());
        }
        let other = world.app.context().directory.snapshot();
        let other = other.services().find(|service| service.organization_id != known().expect("it").organization_id);
        let id = other.expect("a service of somebody else").id.to_string();
        let fields = [("form", "capacity"), ("service", id.as_str()), ("choice", "full"), ("typed", "")];
        let page = agent.browser.submit("/capacity", "/capacity", &fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    }

    async fn all_outcomes_are_given_at_once_and_each_is_written_by_itself(world: World) {
        let mut agent = agent(&world).await;
        let mut referrals = Vec::new();
        for _ in 0..4 {
            let sent = world.sent(&to_the_lawyers()).await;
            done(&mut agent.browser, &sent, "decide", &[("choice", "accept")]).await;
            referrals.push(sent);
        }
        done(&mut agent.browser, &referrals[0], "start", &[("choice", "now")]).await;
        let page = agent.browser.get("/outcomes").await;
        let value = |id: &str, code: &str| {
            let mark = format!("name=\"{id}\" type=\"radio\" value=\"");
            format!("{}.{code}", page.after(&mark).split('.').next().expect("a version"))
        };
        let [received, began, stale, left] = [0, 1, 2, 3].map(|number: usize| referrals[number].id.as_str());
        let chosen = [
            (received, value(received, "service_received")),
            (began, value(began, "began")),
            (stale, "1.not_received_no_show".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = chosen.iter().map(|(id, value)| (*id, value.as_str())).collect();
        let answer = agent.browser.post("/outcomes", &page.form_token(), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        assert!(answer.text().contains("2 line(s) recorded."), "{}", answer.text());
        assert_eq!(answer.html.matches("class=\"problem\"").count(), 1, "{}", answer.text());
        assert!(answer.html.contains(".not_received_no_show\" checked"), "what was chosen stays: {}", answer.html);
        for (number, expected) in [(0, "COMPLETED"), (1, "IN_SERVICE"), (2, "ACCEPTED"), (3, "ACCEPTED")] {
            assert_eq!(status(&world, &referrals[number]).await, expected, "{number}");
        }
        let nothing = agent.browser.submit("/outcomes", "/outcomes", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = agent.browser.get("/outcomes").await;
        let mark = format!("name=\"{left}\" type=\"radio\" value=\"");
        let value = format!("{}.not_received_unreachable", page.after(&mark).split('.').next().expect("a version"));
        let answer = agent.browser.post("/outcomes", &page.form_token(), &[(left, value.as_str())]).await;
        assert_eq!(answer.leads_to(), "/outcomes?done=1", "{}", answer.text());
        assert_eq!(status(&world, &referrals[3]).await, "NOT_REALISED");
    }
}
