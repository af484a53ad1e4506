//! Projects, by forms: stopped by one, started by two; who takes over; and whom a project works with no more.

use super::{Both, coordinator, lead, project, ready, with_token, worker};
use crate::kit::people::new_account;
use crate::kit::steps::{organization_id, text};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use crate::protection::protected;
use axum::http::StatusCode;
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, TeamId};
use serde_json::{Value, json};

async fn standing(world: &World, person: &crate::kit::world::Person) -> Value {
    let question = "query($id: ID!) { project(id: $id) { status thawRequestedAt desk { id } deskConfirmed } }";
    world.ask(person, question, json!({ "id": project("paris") })).await.at("project").clone()
}

fn desk() -> String {
    TeamId::derived("corridor", "project desk").to_string()
}

on_both_databases! {
    async fn one_person_freezes_a_project_and_two_thaw_it(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut lead, mut worker) = (coordinator(&world).await, lead(&world).await, worker(&world).await);
        let path = format!("/projects/{}", project("paris"));
        let id = project("paris");
        let yes = [("choice", "yes")];
        assert!(lead.opens("/projects").await.html.contains(&format!("href=\"{path}\"")));
        assert!(!worker.opens(&path).await.html.contains("<form method=\"post\" action=\"/projects"), "staff only read");
        assert_eq!(worker.sends(&path, "lead-freeze", &id, &yes).await.status, StatusCode::NOT_FOUND);
        coordinator.is_refused(&path, "lead-freeze", &id, &[], "Choose").await;
        coordinator.is_refused(&path, "lead-ask-thaw", &id, &yes, "not frozen").await;
        for _ in 0..2 {
            coordinator.does(&path, "lead-freeze", &id, &yes).await;
        }
        assert_eq!(world.rows("freezes").await.len(), 1, "sent twice it is one freeze");
        assert_eq!(standing(&world, &worker.person).await["status"], "FROZEN");
        assert!(worker.opens(&path).await.text().contains("Frozen since"));
        lead.is_refused(&path, "lead-thaw", &id, &yes, "ask first").await;
        coordinator.does(&path, "lead-ask-thaw", &id, &yes).await;
        coordinator.is_refused(&path, "lead-thaw", &id, &yes, "the other one was you").await;
        lead.does(&path, "lead-thaw", &id, &yes).await;
        assert_eq!(standing(&world, &worker.person).await["status"], "ACTIVE");
        let told = worker.opens("/notices").await;
        assert!(told.text().contains("A project was frozen") && told.html.contains(&format!("href=\"{path}\"")), "{}", told.text());
    }

    async fn a_desk_is_named_and_takes_over_what_was_left_open(world: World) {
        let world = protected(world).await;
        let mut coordinator = coordinator(&world).await;
        let of_desk = NewAccount {
            project: Some("Passerelles, relais de continuité".to_owned()), ..new_account("desk-9", Role::Caseworker)
        };
        let code = world.added(&of_desk).await;
        let enrolled = world.enrol("desk-9", &code).await;
        let mut of_desk = Both { person: with_token(&world, "desk-9").await, enrolled };
        let accepted = world.refer(&ready(&world).await, "ACCEPTED").await;
        let (path, id) = (format!("/projects/{}", project("paris")), project("paris"));
        for unfit in ["", "night", &TeamId::from_bytes([7; 16]).to_string(), &TeamId::derived("corridor", "project paris").to_string()] {
            coordinator.is_refused(&path, "lead-name-desk", &id, &[("typed", unfit)], "team of another project").await;
        }
        coordinator.does(&path, "lead-name-desk", &id, &[("typed", &desk())]).await;
        let seen = standing(&world, &coordinator.person).await;
        assert_eq!((&seen["desk"]["id"], &seen["deskConfirmed"]), (&json!(desk()), &json!(true)));
        let left = format!("{path}/left");
        assert!(!of_desk.opens(&left).await.html.contains(&accepted.id), "while it works there is no list");
        coordinator.does(&path, "lead-freeze", &id, &[("choice", "yes")]).await;
        assert!(of_desk.opens("/notices").await.html.contains(&format!("href=\"{left}\"")));
        let page = of_desk.opens(&left).await;
        assert!(page.html.contains(&accepted.id) && page.text().contains("passerelles@example.org"), "{}", page.text());
        assert!(!coordinator.opens(&left).await.html.contains("lead-take"), "who leads reads it, and takes nothing over");
        of_desk.is_refused(&left, "lead-take", &accepted.id, &[], "Choose").await;
        let taken = of_desk.sends(&left, "lead-take", &accepted.id, &[("choice", "yes")]).await;
        assert_eq!(taken.leads_to(), format!("/work/{}", accepted.id), "{}", taken.text());
        let page = of_desk.enrolled.browser.get(taken.leads_to()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let again = of_desk.sends(&left, "lead-take", &accepted.id, &[("choice", "yes")]).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "it is taken");
        assert_eq!(world.rows("custodies").await.len(), 1);
    }

    async fn one_person_revokes_a_partner_and_two_let_it_read_again(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut lead) = (coordinator(&world).await, lead(&world).await);
        world.refer(&ready(&world).await, "ACCEPTED").await;
        let name = {
            let lawyers = relais::domain::id::OrganizationId::derived("corridor", LAWYERS);
            world.app.context().directory.snapshot().organization(lawyers).expect("the lawyers").name.clone()
        };
        let (path, id) = (format!("/projects/{}", project("paris")), project("paris"));
        let revoke = "lead-revoke";
        coordinator.is_refused(&path, revoke, &id, &[("typed", &name)], "Choose").await;
        for typed in ["nobody at all", &name[..name.len() - 2]] {
            let fields = [("choice", "data_breach"), ("typed", typed)];
            coordinator.is_refused(&path, revoke, &id, &fields, "exactly this name").await;
        }
        let fields = [("choice", "data_breach"), ("typed", name.as_str())];
        coordinator.does(&path, revoke, &id, &fields).await;
        coordinator.does(&path, revoke, &id, &fields).await;
        let list = "query($id: ID!) { partnerRevocations(projectId: $id) { id reason endedAt organization { id } } }";
        let held = async || world.ask(&lead.person, list, json!({ "id": project("paris") })).await.at("partnerRevocations").clone();
        let standing = held().await;
        assert_eq!(standing.as_array().map(Vec::len), Some(1), "revoked twice it is one revocation");
        assert_eq!((&standing[0]["reason"], &standing[0]["organization"]["id"]), (&json!("DATA_BREACH"), &json!(organization_id(LAWYERS))));
        let revocation = text(&standing[0]["id"]);
        let yes = [("choice", "yes")];
        coordinator.is_refused(&path, "lead-end", &revocation, &yes, "ask first").await;
        coordinator.does(&path, "lead-ask-end", &revocation, &yes).await;
        coordinator.is_refused(&path, "lead-end", &revocation, &yes, "the other one was you").await;
        let elsewhere = format!("/projects/{}", project("desk"));
        let mut lead_by_page = lead.enrolled.browser.clone();
        let token = lead_by_page.get("/account").await.form_token();
        let fields = [("form", "lead-end"), ("object", revocation.as_str()), ("choice", "yes")];
        assert_eq!(lead_by_page.post(&elsewhere, &token, &fields).await.status, StatusCode::NOT_FOUND, "of another project");
        assert_eq!(held().await[0]["endedAt"], Value::Null);
        lead.enrolled.browser = lead_by_page;
        lead.does(&path, "lead-end", &revocation, &yes).await;
        assert_ne!(held_by(&world, &lead, list).await[0]["endedAt"], Value::Null);
    }
}

async fn held_by(world: &World, lead: &Both, list: &str) -> Value {
    world.ask(&lead.person, list, json!({ "id": project("paris") })).await.at("partnerRevocations").clone()
}
