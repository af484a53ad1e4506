//! A page tells no more and no less than the same question asked of the API.

use super::{
    Both, coordinator, decision_recorded, harmed, lead, override_asked, project, ready, report_recorded, suggested,
    worker,
};
use crate::kit::schema::SCHEMA;
use crate::kit::world::{World, on_both_databases};
use crate::protection::protected;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The names of the fields that were put on record as told of an object while something was done.
async fn told_by(world: &World, object: &str, work: impl AsyncFnOnce()) -> BTreeSet<String> {
    let recorded = format!(
        "SELECT fields FROM audit_events WHERE action = 'disclosed' AND object = '{object}' ORDER BY trail, sequence"
    );
    let before = world.texts(recorded.clone()).await.len();
    work().await;
    let told = world.texts(recorded).await.split_off(before);
    let names = told.iter().flat_map(|fields| fields.split(|letter: char| !letter.is_ascii_alphanumeric()));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Holds a page against a query, for one viewer and one object.
async fn assert_equal(world: &World, viewer: &mut Both, (path, object): (&str, &str), (list, of_type): (&str, &str)) {
    let everything = SCHEMA.everything(of_type);
    let query = format!("{{ {list} {everything} }}");
    let by_page = told_by(world, object, async || {
        viewer.opens(path).await;
    });
    let by_page = by_page.await;
    let person = viewer.person.clone();
    let by_query = told_by(world, object, async || {
        let answer = world.ask(&person, &query, json!({})).await;
        assert!(answer.code().is_empty(), "{}", answer.text());
    });
    let by_query = by_query.await;
    assert_eq!(by_page, by_query, "{path} to {}", viewer.enrolled.handle);
    assert!(!by_page.is_empty(), "{path}");
}

on_both_databases! {
    async fn what_waits_tells_what_its_query_tells_to_the_team_and_to_who_leads(world: World) {
        let world = protected(world).await;
        let mut viewers = [coordinator(&world).await, lead(&world).await, worker(&world).await];
        let caseworker = world.person("caseworker");
        let asked = override_asked(&world, &caseworker).await;
        let report = report_recorded(&world, &caseworker).await;
        let incident = harmed(&world, &ready(&world).await, &caseworker).await;
        for viewer in &mut viewers {
            assert_equal(&world, viewer, ("/reviews/overrides", &asked), ("consentOverrides", "ConsentOverride")).await;
            assert_equal(&world, viewer, ("/reviews/reports", &report), ("statutoryReports", "StatutoryReport")).await;
            assert_equal(&world, viewer, ("/reviews/incidents", &incident), ("incidents", "Incident")).await;
        }
    }

    async fn a_decision_for_a_child_is_read_by_the_team_within_its_query_and_by_nobody_who_leads(world: World) {
        let world = protected(world).await;
        let (mut coordinator, mut worker) = (coordinator(&world).await, worker(&world).await);
        let id = decision_recorded(&world, &world.person("caseworker")).await;
        let leading = told_by(&world, &id, async || { coordinator.opens("/reviews/consents").await; }).await;
        assert_eq!(leading, BTreeSet::new());
        let by_page = told_by(&world, &id, async || { worker.opens("/reviews/consents").await; }).await;
        let everything = SCHEMA.everything("Consent");
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Consent {everything} }} }}");
        let by_query = told_by(&world, &id, async || { world.ask(&worker.person, &query, json!({ "id": id })).await; }).await;
        assert!(by_page.is_subset(&by_query) && by_page.contains("basis"), "{by_page:?} {by_query:?}");
    }

    async fn notices_projects_and_proposals_are_those_of_the_query(world: World) {
        let world = protected(world).await;
        let mut viewers = [coordinator(&world).await, lead(&world).await];
        override_asked(&world, &world.person("caseworker")).await;
        suggested(&world, &world.person("caseworker of another project"), "3 euros").await;
        for viewer in &mut viewers {
            let query = "{ notices { id } projects { id name }
                directoryProposals(status: OPEN) { nodes { id changes { serviceName valueBefore valueProposed } } } }";
            let answer = world.ask(&viewer.person, query, json!({})).await;
            let ids = |path: &str| answer.at(path).as_array().expect("a list").clone();
            let notices = viewer.opens("/notices").await;
            assert_eq!(notices.html.matches("name=\"notice\"").count(), ids("notices").len());
            assert!(ids("notices").iter().all(|it| notices.html.contains(it["id"].as_str().expect("an id"))));
            let projects = viewer.opens("/projects").await;
            assert_eq!(projects.html.matches("href=\"/projects/").count(), ids("projects").len());
            for it in ids("projects") {
                assert!(projects.text().contains(it["name"].as_str().expect("a name")), "{}", projects.text());
            }
            let proposals = viewer.opens("/reviews/proposals").await;
            let nodes = ids("directoryProposals/nodes");
            assert_eq!(proposals.html.matches("name=\"form\"").count(), nodes.len());
            let changes = nodes.iter().flat_map(|node| node["changes"].as_array().expect("changes").clone());
            let told: Vec<Value> = changes
                .flat_map(|change| ["serviceName", "valueBefore", "valueProposed"].map(|field| change[field].clone()))
                .collect();
            for told in told.iter().filter_map(Value::as_str) {
                assert!(proposals.text().contains(told), "{told}: {}", proposals.text());
            }
        }
    }

    async fn what_was_left_open_tells_what_its_query_tells(world: World) {
        let world = protected(world).await;
        let mut coordinator = coordinator(&world).await;
        let accepted = world.refer(&ready(&world).await, "ACCEPTED").await;
        world.done(&world.person("coordinator"), "projectFreeze", &json!({ "projectId": project("paris") })).await;
        let list = format!("continuityList(projectId: \"{}\")", project("paris"));
        let path = format!("/projects/{}/left", project("paris"));
        assert_equal(&world, &mut coordinator, (&path, &accepted.id), (&list, "ContinuityEntry")).await;
    }
}
