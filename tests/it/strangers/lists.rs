//! Lists and searches: what is hidden is in none, and their pages, cursors and counts do not tell that it is there.

use super::HOSPITAL;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, girl_of_sixteen, merged, organization_id, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::domain::directory::{Service, Specialisation, Tier};
use relais::domain::id::{Identifier, OrganizationId, ProjectId};
use serde_json::{Value, json};

on_both_databases! {
    async fn lists_and_their_pages_count_only_ones_own(world: World) {
        let lawyers = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let stranger = world.person("caseworker of another project");
        let case = text(&world.opened_case(&stranger, girl_of_sixteen()).await["id"]);
        let consent = world.consented(&stranger, &case, &organization_id(LAWYERS), &json!({ "basis": "CHILD_CONSENT_MATURE" })).await;
        let own = Ready {
            sender: stranger.clone(),
            recipient: world.person("lawyer"),
            draft: merged(lawyers.draft.clone(), &json!({ "caseId": case, "consentId": consent })),
            case,
            consent,
        };
        for _ in 0..3 {
            world.refer(&lawyers, "REQUESTED").await;
            world.refer(&lawyers, "DRAFT").await;
        }
        world.refer(&own, "DRAFT").await;
        let page = |list: &str, first: i32| format!("{{ {list}(first: {first}) {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}");
        for (handle, list, first, count, has_more) in [
            ("caseworker", "sentReferrals", 6, 6, false),
            ("caseworker", "sentReferrals", 5, 5, true),
            ("caseworker of another project", "sentReferrals", 1, 1, false),
            ("coordinator of another project", "sentReferrals", 1, 1, false),
            ("caseworker of another project", "inbox", 1, 0, false),
            ("another partner", "inbox", 1, 0, false),
            ("another partner", "sentReferrals", 1, 0, false),
            ("lawyer", "inbox", 3, 3, false),
            ("lawyer", "inbox", 2, 2, true),
            ("lawyer", "sentReferrals", 1, 0, false),
        ] {
            let answer = world.ask(&world.person(handle), &page(list, first), json!({})).await;
            let found = answer.at(&format!("{list}/nodes")).as_array().map(Vec::len);
            let more = answer.at(&format!("{list}/pageInfo/hasNextPage")).as_bool();
            assert_eq!((found, more), (Some(count), Some(has_more)), "{handle} {list} {first}");
        }
        // Both projects gave the same file number: each finds its own case.
        let by_number = "{ casesByFileNumber(fileNumber: \"PAN-2026/118\") { id } }";
        for handle in ["caseworker", "caseworker of another project"] {
            let answer = world.ask(&world.person(handle), by_number, json!({})).await;
            assert_eq!(answer.at("casesByFileNumber").as_array().map(Vec::len), Some(1), "{handle}");
        }
    }
}

/// Services next to the point, each hidden from everybody outside Paris and its coordinators for a reason
/// of its own.
fn hidden_services(world: &World) -> Vec<Service> {
    let hidden = |name: &str, tier, specialisations: Vec<Specialisation>, project: Option<&str>| {
        let mut service = world.like(MINORITY_APPEAL, name);
        service.organization_id = OrganizationId::derived("corridor", HOSPITAL);
        service.tier = tier;
        service.specialisations = specialisations.into();
        service.projects = project.map(|project| ProjectId::derived("corridor", project)).into_iter().collect();
        service
    };
    vec![
        hidden("restricted", Tier::Restricted, vec![], None),
        hidden("against violence", Tier::Network, vec![Specialisation::Gbv], None),
        hidden("sealed", Tier::Sealed, vec![], None),
        hidden("of a project", Tier::Project, vec![], Some("paris")),
    ]
}

/// Every page of every search, and what else leads to services, as bytes.
async fn searches(world: &World, person: &Person) -> Vec<String> {
    let mut told = Vec::new();
    let near = json!({ "latitude": 48.8938, "longitude": 2.4096 });
    let close = merged(near.clone(), &json!({ "withinMeters": 500.0 }));
    for filter in [
        json!({}),
        json!({ "need": "LEGAL_MINORITY_APPEAL" }),
        json!({ "near": near, "need": "LEGAL_MINORITY_APPEAL" }),
        json!({ "near": near, "verdicts": ["MATCH", "TO_CONFIRM", "NO"], "person": { "ageBand": "AGE_15_17" } }),
        json!({ "near": close }),
    ] {
        let document = format!(
            "query($filter: ServiceFilter, $after: String) {{ services(filter: $filter, first: 3, after: $after) {} }}",
            SCHEMA.everything("ServiceConnection")
        );
        let mut after = Value::Null;
        loop {
            let answer = world.ask(person, &document, json!({ "filter": filter, "after": after })).await;
            told.push(answer.text());
            let page = answer.at("services/pageInfo");
            after = page["endCursor"].clone();
            if page["hasNextPage"] != true {
                break;
            }
        }
    }
    for (root, id) in [("organization", organization_id(HOSPITAL)), ("organization", organization_id(LAWYERS))] {
        let document = format!("query($id: ID!) {{ {root}(id: $id) {{ name services {{ id name }} }} }}");
        told.push(world.ask(person, &document, json!({ "id": id })).await.text());
    }
    told
}

on_both_databases! {
    /// Two worlds, one after the other: the directories differ only in what is hidden.
    async fn a_search_is_the_same_whether_or_not_something_hidden_stands_near_the_point(world: World) {
        let outsiders = ["nobody", "lawyer", "another partner"];
        let mut before = Vec::new();
        for handle in outsiders {
            before.push(searches(&world, &world.person(handle)).await);
        }
        let seen_before = searches(&world, &world.person("coordinator")).await;
        for service in hidden_services(&world) {
            world.publish(&service).await;
        }
        for (handle, before) in outsiders.into_iter().zip(before) {
            assert_eq!(searches(&world, &world.person(handle)).await, before, "{handle}");
        }
        let seen = searches(&world, &world.person("coordinator")).await.concat();
        assert_ne!(seen, seen_before.concat(), "there is something to be seen");
        for service in hidden_services(&world) {
            assert!(seen.contains(&service.id.to_string()), "a trained coordinator of Paris sees {}", service.name);
        }
    }
}
