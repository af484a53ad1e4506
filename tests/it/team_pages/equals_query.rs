//! A page tells no more and no less than the same question asked of the API, for every page and every role.

use super::{GIRL, assert_sound, find, referred, worker};
use crate::kit::browser::Page;
use crate::kit::loop_calls::{Referral, to_the_lawyers};
use crate::kit::people::{Enrolled, new_account};
use crate::kit::schema::SCHEMA;
use crate::kit::world::{World, on_both_databases};
use crate::partner_pages::{agent, done as answered};
use axum::http::StatusCode;
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::code::CodeList as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What of a referral its page does not show, and what stands for it there.
const LEFT_OUT: &[&str] = &[
    // The page leads to the referral in whose place it stands, and the case to all of its referrals.
    "chain",
    // What the team is called itself.
    "sender",
    "senderMailbox",
    "senderPhone",
    "senderProject",
];

/// A command file that gives each role a token, with the same standing as who enrols at the pages.
async fn everybody(world: &mut World) -> Vec<(Role, Enrolled, String)> {
    let mut people = Vec::new();
    for role in Role::ALL.iter().copied() {
        let handle = format!("{}-9", role.code().replace('_', "-"));
        let new = NewAccount { ..new_account(&handle, role) };
        let code = world.added(&new).await;
        let mut enrolled = world.enrol(&handle, &code).await;
        let page = enrolled.browser.get("/account").await;
        let scopes = [
            "directory",
            "editing",
            "cases",
            "referrals",
            "answers",
            "figures",
            "protection",
            "administration",
            "audit",
        ];
        let offered: Vec<(&str, &str)> = scopes
            .iter()
            .filter(|scope| page.html.contains(&format!("id=\"scope-{scope}\"")))
            .map(|scope| ("scope", *scope))
            .collect();
        let fields = [&[("name", "all"), ("days", "30")][..], &offered].concat();
        let page = enrolled.browser.post("/account/tokens", &page.form_token(), &fields).await;
        let token = page.codes().into_iter().find(|code| code.starts_with("rls_"));
        people.push((role, enrolled, token.unwrap_or_else(|| panic!("{role}: {}", page.text()))));
    }
    people
}

const SERVICES: &str = "query($filter: ServiceFilter!, $first: Int!) {
    services(filter: $filter, order: BEST, first: $first) {
        edges { verdict reasons { message } distanceMeters
            node { name alert organization { name } phones { typed doNotUse } freshness { state } capacity { status } } } } }";

/// The names of services on a page, in their order.
fn names_on(page: &Page) -> Vec<String> {
    let rest = page.html.split("<strong><bdi>").skip(1).filter_map(|rest| rest.split("</bdi>").next());
    rest.map(|name| name.replace("&#39;", "'").replace("&amp;", "&")).collect()
}

#[track_caller]
fn assert_told(page: &Page, edge: &Value, place: &str) {
    let node = &edge["node"];
    let texts = [&node["name"], &node["alert"], &node["organization"]["name"]];
    let phones = node["phones"].as_array().into_iter().flatten().filter(|phone| phone["doNotUse"] == false);
    let reasons = edge["reasons"].as_array().into_iter().flatten().map(|reason| &reason["message"]);
    let told = texts.into_iter().chain(phones.map(|phone| &phone["typed"])).chain(reasons);
    for text in told.filter_map(Value::as_str) {
        assert!(page.text().contains(text), "{place}: {text} is not on {}", page.text());
    }
}

on_both_databases! {
    async fn what_is_found_is_what_the_query_finds_for_every_role(world: World) {
        let mut world = world;
        let mut opened = 0;
        for (role, mut person, token) in everybody(&mut world).await {
            let form = person.browser.get("/find").await;
            assert_eq!(form.status, StatusCode::OK, "{role} looks for services");
            let everything: &[(&str, &str)] = &[("words", "paris"), ("near", "")];
            let girl: Vec<(&str, &str)> = GIRL.iter().copied().chain([("near", "")]).collect();
            for (fields, filter) in [
                (&girl[..], json!({ "need": "LEGAL_MINORITY_APPEAL", "person": { "ageBand": "AGE_15_17", "gender": "WOMAN",
                    "household": "UNACCOMPANIED_CHILD", "adminStatus": "MINOR_IN_APPEAL", "languages": ["bm"] } })),
                (everything, json!({ "words": "paris", "person": {} })),
            ] {
                let (_, page) = find(&mut person.browser, fields).await;
                let in_project = role.needs_project();
                let mut filter = filter;
                if in_project {
                    filter["person"]["area"] = json!("FR");
                }
                let asker = crate::kit::world::Person { token: Some(token.clone()) };
                let mut names = Vec::new();
                for (verdicts, first) in [(json!(["MATCH", "TO_CONFIRM"]), 12), (json!(["NO"]), 8)] {
                    filter["verdicts"] = verdicts;
                    let answer = world.ask(&asker, SERVICES, json!({ "filter": filter, "first": first })).await;
                    let edges = answer.at("services/edges").as_array().expect("edges").clone();
                    for verdict in ["MATCH", "TO_CONFIRM", "NO"] {
                        for edge in edges.iter().filter(|edge| edge["verdict"] == verdict) {
                            assert_told(&page, edge, role.code());
                            names.push(edge["node"]["name"].as_str().expect("a name").to_owned());
                            opened += 1;
                        }
                    }
                }
                assert_eq!(names_on(&page), names, "{role}");
            }
        }
        assert!(opened > 50, "{opened}");
    }

    async fn a_service_tells_what_its_query_tells_for_every_role(world: World) {
        let mut world = world;
        let query = "query($id: ID!) { service(id: $id) { name description criteriaText applicationProcess alert email
            phones { typed doNotUse } places { name address } details { values } organization { name } source { name } } }";
        for (role, mut person, token) in everybody(&mut world).await {
            let (_, found) = find(&mut person.browser, &[("words", "paris"), ("near", "")]).await;
            let addresses: Vec<String> = found.html.split("href=\"/services/").skip(1).filter_map(|rest| rest.split('"').next()).map(|it| format!("/services/{it}")).collect();
            let asker = crate::kit::world::Person { token: Some(token.clone()) };
            for address in addresses.iter().take(4) {
                let page = person.browser.get(address).await;
                assert_sound(&page, address);
                let id = page.html.split("name=\"service\" type=\"checkbox\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
                let answer = world.ask(&asker, query, json!({ "id": id })).await;
                let service = answer.at("service");
                let mut told: Vec<&Value> = ["name", "description", "criteriaText", "applicationProcess", "alert", "email"].iter().map(|field| &service[*field]).collect();
                told.extend(service["places"].as_array().into_iter().flatten().flat_map(|place| [&place["name"], &place["address"]]));
                told.extend(service["phones"].as_array().into_iter().flatten().filter(|phone| phone["doNotUse"] == false).map(|phone| &phone["typed"]));
                told.extend([&service["organization"]["name"], &service["source"]["name"]]);
                let text = page.text();
                for value in told.into_iter().filter_map(Value::as_str) {
                    assert!(text.contains(value), "{role}: {value} is not on {text}");
                }
                // And what the role is not told is not there either.
                let all = world.app.context().directory.snapshot().service(relais::domain::id::Identifier::parse(id).expect("an id")).expect("a service");
                if service["email"].is_null() && let Some(email) = &all.email {
                    assert!(!text.contains(email.as_str()), "{role} is not told {email}");
                }
            }
        }
    }

    async fn a_referral_tells_its_team_what_the_query_tells_in_every_state(world: World) {
        let (mut worker, mut agent) = (worker(&world).await, agent(&world).await);
        let everything = SCHEMA.everything("Referral");
        let query = format!("query($id: ID!) {{ referral(id: $id) {everything} }}");
        let sent = world.sent(&to_the_lawyers()).await;
        let mut left_out = BTreeSet::new();
        for (form, choice) in
            [("", ""), ("decide", "acknowledge"), ("decide", "accept"), ("start", "now"), ("outcome", "service_partial")]
        {
            if !form.is_empty() {
                answered(&mut agent.browser, &sent, form, &[("choice", choice)]).await;
            }
            let by_page = told_by(&world, &sent, async || {
                let page = worker.browser.get(&format!("/work/{}", sent.id)).await;
                assert_eq!(page.status, StatusCode::OK, "{}", page.text());
            }).await;
            let by_query = told_by(&world, &sent, async || {
                world.ask(&world.person("caseworker"), &query, json!({ "id": sent.id })).await;
            }).await;
            let more: Vec<&String> = by_page.difference(&by_query).collect();
            assert!(more.is_empty(), "after {form} {choice} the page tells {more:?} besides");
            left_out.extend(by_query.difference(&by_page).cloned());
            assert!(by_page.len() > 8, "{by_page:?}");
        }
        let expected: BTreeSet<String> = LEFT_OUT.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(left_out, expected, "what the page does not tell");
    }

    async fn a_case_tells_its_team_what_the_query_tells(world: World) {
        let mut worker = worker(&world).await;
        let address = referred(&mut worker.browser).await;
        let page = worker.browser.get(&address).await;
        let case = page.html.split("href=\"/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case").to_owned();
        let of_case = Referral { id: case.clone(), version: 1 };
        let by_page = told_by(&world, &of_case, async || {
            worker.browser.get(&format!("/cases/{case}")).await;
        }).await;
        let everything = SCHEMA.everything("CaseReference");
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on CaseReference {everything} }} }}");
        let by_query = told_by(&world, &of_case, async || {
            world.ask(&world.person("caseworker"), &query, json!({ "id": case })).await;
        }).await;
        assert_eq!(by_page, by_query);
        assert!(by_page.len() > 6, "{by_page:?}");
    }

    async fn the_list_of_work_is_the_list_of_what_was_sent(world: World) {
        let mut worker = worker(&world).await;
        for _ in 0..3 {
            world.sent(&to_the_lawyers()).await;
        }
        let own = referred(&mut worker.browser).await;
        let query = "{ sentReferrals(open: true, first: 40) { nodes { id } } }";
        let answer = world.ask(&world.person("caseworker"), query, json!({})).await;
        let nodes = answer.at("sentReferrals/nodes").as_array().expect("nodes");
        let expected: BTreeSet<String> = nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect();
        let page = worker.browser.get("/work").await;
        let ids = page.html.split("href=\"/work/").skip(1).filter_map(|rest| rest.split('"').next());
        assert_eq!(ids.map(str::to_owned).collect::<BTreeSet<_>>(), expected);
        assert!(expected.contains(own.rsplit('/').next().expect("an id")));
    }
}

/// The names of the fields that were put on record as told of an object while something was done.
async fn told_by(world: &World, object: &Referral, work: impl AsyncFnOnce()) -> BTreeSet<String> {
    let recorded = format!(
        "SELECT fields FROM audit_events WHERE action = 'disclosed' AND object = '{}' ORDER BY trail, sequence",
        object.id
    );
    let before = world.texts(recorded.clone()).await.len();
    work().await;
    let told = world.texts(recorded).await.split_off(before);
    let names = told.iter().flat_map(|fields| fields.split(|letter: char| !letter.is_ascii_alphanumeric()));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
