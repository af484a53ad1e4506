//! What waits for somebody's word, decided by forms.

use super::{
    Both, coordinator, decision_recorded, harmed, lead, node, opened, override_asked, ready, report_recorded,
    suggested, worker,
};
use crate::kit::steps::{service_id, text};
use crate::kit::world::{MINORITY_APPEAL, on_both_databases};
use crate::protection::protected;
use axum::http::StatusCode;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, ServiceId};
use serde_json::{Value, json};

on_both_databases! {
    async fn a_second_person_confirms_a_referral_without_a_consent_and_takes_it_back(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut worker) = (coordinator(&world).await, worker(&world).await);
        let id = override_asked(&world, &worker.person).await;
        let page = worker.opens("/reviews/overrides").await;
        assert!(!page.html.contains("value=\"confirm\""), "who asked is not offered it: {}", page.text());
        let (path, form) = ("/reviews/overrides", "lead-override");
        worker.is_refused(path, form, &id, &[("choice", "confirm")], "the other one was you").await;
        coordinator.is_refused(path, form, &id, &[], "Choose").await;
        let status = async || node(&world, &worker.person, &id, "ConsentOverride { status }").await["status"].clone();
        assert_eq!(status().await, "REQUESTED");
        coordinator.does(path, form, &id, &[("choice", "confirm")]).await;
        assert_eq!(status().await, "LIVE");
        coordinator.is_refused(path, form, &id, &[("choice", "confirm")], "confirmed before").await;
        coordinator.does(path, form, &id, &[("choice", "take-back")]).await;
        coordinator.does(path, form, &id, &[("choice", "take-back")]).await;
        assert_eq!(status().await, "TAKEN_BACK");
        let done = world.texts("SELECT action FROM audit_events WHERE action LIKE 'override%' ORDER BY sequence".to_owned()).await;
        assert_eq!(done, ["override_requested", "override_confirmed", "override_taken_back"]);
    }

    async fn a_second_person_confirms_the_record_of_a_report(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut worker) = (coordinator(&world).await, worker(&world).await);
        let id = report_recorded(&world, &worker.person).await;
        let (path, form) = ("/reviews/reports", "lead-report");
        assert!(worker.opens(path).await.text().contains("somebody else confirms"));
        worker.is_refused(path, form, &id, &[("choice", "confirm")], "the other one was you").await;
        coordinator.is_refused(path, form, &id, &[], "Choose").await;
        coordinator.does(path, form, &id, &[("choice", "confirm")]).await;
        let seen = node(&world, &worker.person, &id, "StatutoryReport { confirmedBy }").await;
        assert_eq!(seen["confirmedBy"], "coordinator-9");
        coordinator.is_refused(path, form, &id, &[("choice", "confirm")], "confirmed before").await;
        let page = worker.opens(path).await;
        assert!(page.html.contains("href=\"/cases/"), "its team is led to the case: {}", page.html);
        assert!(!coordinator.opens(path).await.html.contains("/cases/"), "who leads is not told of which case");
    }

    async fn a_second_person_confirms_a_decision_for_a_child(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut worker) = (coordinator(&world).await, worker(&world).await);
        let id = decision_recorded(&world, &worker.person).await;
        let other = decision_recorded(&world, &world.person("caseworker")).await;
        let (path, form) = ("/reviews/consents", "lead-consent");
        let page = worker.opens(path).await;
        assert!(!page.html.contains(&id) && page.html.contains(&other), "the own one waits for somebody else");
        assert!(page.text().contains("best interests, by two"), "the team reads what it says: {}", page.text());
        let page = coordinator.opens(path).await;
        assert!(page.html.contains(&id) && page.text().contains("Only the case’s team reads it"), "{}", page.text());
        worker.is_refused(path, form, &id, &[("choice", "confirm")], "the other one was you").await;
        coordinator.is_refused(path, form, &id, &[], "Choose").await;
        coordinator.does(path, form, &id, &[("choice", "confirm")]).await;
        let seen = node(&world, &worker.person, &id, "Consent { confirmedAt }").await;
        assert_ne!(seen["confirmedAt"], Value::Null);
        coordinator.is_refused(path, form, &id, &[("choice", "confirm")], "confirmed before").await;
        assert!(worker.opens("/reviews").await.text().contains("New: 1"), "one waits for the worker");
        worker.does(path, form, &other, &[("choice", "confirm")]).await;
        assert!(!worker.opens(path).await.html.contains(&other), "it waits no more");
    }

    async fn somebody_else_reviews_the_opening_of_a_case(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut lead) = (coordinator(&world).await, lead(&world).await);
        let referral = world.refer(&ready(&world).await, "REQUESTED").await;
        let id = opened(&world, &coordinator.person, &referral).await;
        let (path, form) = ("/reviews/openings", "lead-opening");
        assert!(!coordinator.opens(path).await.html.contains(&id), "not the own one");
        coordinator.is_refused(path, form, &id, &[("choice", "justified")], "the other one was you").await;
        let page = lead.opens(path).await;
        assert!(page.html.contains(&id) && page.text().contains("coordinator-9"), "{}", page.text());
        assert!(page.text().contains("1 openings"), "{}", page.text());
        lead.is_refused(path, form, &id, &[("choice", "perhaps")], "Choose").await;
        lead.does(path, form, &id, &[("choice", "not_justified")]).await;
        let seen = node(&world, &coordinator.person, &id, "BreakGlass { verdict }").await;
        assert_eq!(seen["verdict"], "NOT_JUSTIFIED");
        lead.is_refused(path, form, &id, &[("choice", "justified")], "reviewed before").await;
    }

    async fn who_leads_says_what_came_of_harm(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut worker) = (coordinator(&world).await, worker(&world).await);
        let id = harmed(&world, &ready(&world).await, &worker.person).await;
        let (path, form) = ("/reviews/incidents", "lead-incident");
        let page = worker.opens(path).await;
        assert!(page.html.contains("href=\"/work/") && !page.html.contains("<form method=\"post\" action=\"/reviews"), "{}", page.html);
        let refused = worker.sends(path, form, &id, &[("choice", "remedied")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "of who leads, one says so");
        coordinator.is_refused(path, form, &id, &[], "Choose").await;
        coordinator.does(path, form, &id, &[("choice", "practice_changed")]).await;
        let seen = node(&world, &worker.person, &id, "Incident { resolution }").await;
        assert_eq!(seen["resolution"], "PRACTICE_CHANGED");
        coordinator.is_refused(path, form, &id, &[("choice", "remedied")], "decided before").await;
    }

    async fn somebody_else_decides_what_is_proposed_for_the_directory(world: World) {
        let world = protected(world).await;
        let mut coordinator = coordinator(&world).await;
        let (path, form) = ("/reviews/proposals", "lead-proposal");
        let fees = async || {
            let question = "query($id: ID!) { service(id: $id) { fees } }";
            world.ask(&world.person("caseworker"), question, json!({ "id": service_id(MINORITY_APPEAL) })).await.at("service/fees").clone()
        };
        let before = fees().await;
        let caseworker = world.person("caseworker of another project");
        let refused = suggested(&world, &caseworker, "3 euros").await;
        let page = coordinator.opens(path).await;
        assert!(page.text().contains("3 euros") && page.text().contains("price"), "{}", page.text());
        coordinator.is_refused(path, form, &refused, &[], "Choose").await;
        coordinator.does(path, form, &refused, &[("choice", "not_true")]).await;
        assert_eq!(fees().await, before);
        coordinator.is_refused(path, form, &refused, &[("choice", "accept")], "decided before").await;
        let accepted = suggested(&world, &caseworker, "4 euros").await;
        coordinator.does(path, form, &accepted, &[("choice", "accept")]).await;
        assert_eq!(fees().await, "4 euros");
        // The own one waits for somebody else, and can be taken back.
        let own = suggested(&world, &coordinator.person, "5 euros").await;
        assert!(!coordinator.opens(path).await.html.contains("value=\"accept\""));
        coordinator.is_refused(path, form, &own, &[("choice", "accept")], "the other one was you").await;
        coordinator.does(path, form, &own, &[("choice", "refuse")]).await;
        assert_eq!(fees().await, "4 euros");
        let statuses = world.texts("SELECT status FROM directory_proposals ORDER BY status".to_owned()).await;
        assert_eq!(statuses, ["accepted", "refused", "withdrawn"]);
    }

    async fn an_editor_judges_two_entries_and_merges_them(world: World) {
        let world = protected(world).await;
        let mut editor = Both::new(&world, "editor-9", Role::DirectoryEditor).await;
        let known = ServiceId::parse(&service_id(MINORITY_APPEAL)).expect("an id");
        let known = world.app.context().directory.snapshot().service(known).expect("a service");
        world.publish(&world.like(MINORITY_APPEAL, &known.name)).await;
        let (path, form) = ("/reviews/pairs", "lead-pair");
        let pair = async |editor: &mut Both, path: &str| {
            let page = editor.opens(path).await;
            let object = page.html.split("name=\"object\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let own = service_id(MINORITY_APPEAL);
            let object = object.filter(|pair| pair.contains(&own)).map(str::to_owned).next();
            object.map(|object| {
                let rest = page.html.split(&format!("value=\"{object}\"")).nth(1).expect("its form");
                let version = rest.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
                (object, version.expect("versions").to_owned())
            })
        };
        let (object, version) = pair(&mut editor, path).await.expect("a pair");
        editor.is_refused(path, form, &object, &[("version", &version)], "Choose").await;
        for _ in 0..2 {
            editor.does(path, form, &object, &[("choice", "are-two")]).await;
        }
        assert_eq!(pair(&mut editor, path).await, None);
        assert!(pair(&mut editor, "/reviews/pairs?list=dismissed").await.is_some());
        editor.does(path, form, &object, &[("choice", "restore")]).await;
        let stale = [("choice", "keep-first"), ("version", "99 99")];
        editor.is_refused(path, form, &object, &stale, "has changed since").await;
        editor.does(path, form, &object, &[("choice", "keep-first"), ("version", &version)]).await;
        assert_eq!(pair(&mut editor, path).await, None);
        let (kept, merged) = object.split_once(' ').expect("two");
        let question = "query($id: ID!) { service(id: $id) { mergedInto } }";
        let leads = world.ask(&editor.person, question, json!({ "id": merged })).await;
        assert_eq!(text(leads.at("service/mergedInto")), kept);
        let again = editor.sends(path, form, &object, &[("choice", "keep-first"), ("version", &version)]).await;
        assert!(again.status.is_client_error(), "{}", again.text());
    }
}
