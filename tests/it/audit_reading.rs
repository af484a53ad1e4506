//! Who may read what was done: everybody the own acts, an auditor whole trails, and a person, through the case's
//! team, the list of who saw what.

use crate::kit::schema::SCHEMA;
use crate::kit::sql::Sql;
use crate::kit::steps::{Ready, organization_id, service_id};
use crate::kit::world::{Answer, LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::domain::id::{CaseId, Identifier, ProjectId};
use relais::i18n::seen_key;
use relais::policy::table::Table;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AUDITORS: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "auditor", "role": "auditor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e" },
    { "handle": "auditor of another organisation", "role": "auditor", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23" } ] }"#;

fn paris() -> String {
    ProjectId::derived("corridor", "paris").to_string()
}

async fn list(world: &World, person: &Person, case: &str, language: &str) -> Answer {
    let everything = SCHEMA.everything("CaseReadings");
    let document = format!("query($case: ID!) {{ whoSawWhat(case: $case, language: {language}) {everything} }}");
    world.ask(person, &document, json!({ "case": case })).await
}

/// A case that was referred and accepted, read by the partner on two days and by the coordinator.
async fn seen_case(world: &World) -> Ready {
    let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let referred = world.refer(&ready, "ACCEPTED").await;
    world.move_to_day(1);
    let read = format!("query($id: ID!) {{ referral(id: $id) {} }}", SCHEMA.everything("Referral"));
    world.ask(&ready.recipient, &read, json!({ "id": referred.id })).await;
    world
        .ask(
            &world.person("coordinator"),
            "query($id: ID!) { referral(id: $id) { status need } }",
            json!({ "id": referred.id }),
        )
        .await;
    ready
}

on_both_databases! {
    /// P-28: the person is given the list of who saw what, in the person's language.
    async fn a_person_can_be_given_who_saw_what(world: World) {
        let ready = seen_case(&world).await;
        let mut pages = String::new();
        for language in ["FRENCH", "ENGLISH", "ARABIC"] {
            let symbol = match language { "FRENCH" => "FR", "ENGLISH" => "EN", _ => "AR" };
            let answer = list(&world, &ready.sender, &ready.case, symbol).await;
            pages.push_str(&format!("{}\n\n", answer.text_at("whoSawWhat/text")));
            let readings = answer.at("whoSawWhat/readings").as_array().expect("readings").clone();
            let told: Vec<(&str, &str, &str)> = readings.iter().map(|reading| {
                let text = |field: &str| reading[field].as_str().unwrap_or_default();
                (text("day"), text("role"), text("purpose"))
            }).collect();
            for expected in [
                ("2026-11-24", "PARTNER_AGENT", "REFERRAL_ANSWER"),
                ("2026-11-24", "COORDINATOR", "COORDINATION"),
                ("2026-11-23", "PARTNER_AGENT", "REFERRAL_ANSWER"),
            ] {
                assert!(told.contains(&expected), "{expected:?} in {told:?}");
            }
            assert_eq!((told.len(), told[2].0), (3, "2026-11-23"), "last day first");
            let partner = readings.iter().find(|reading| reading["role"] == "PARTNER_AGENT").expect("the partner");
            assert_eq!(partner["organization"]["id"], json!(organization_id(LAWYERS)));
            assert_eq!(partner["consentedOn"], "2026-11-23");
            assert!(partner["fields"].as_array().is_some_and(|fields| fields.len() > 3), "{partner}");
            for handle in ["caseworker", "lawyer", "coordinator"] {
                assert!(!answer.text().contains(&format!("\"{handle}\"")), "nobody is named");
            }
            assert!(!answer.text().contains("acc_"), "by no id either");
        }
        assert!(pages.contains("Qui a vu quoi") && pages.contains("Who saw what") && pages.contains("من اطّلع"));
        insta::assert_snapshot!("the_page_for_the_person", pages);
        // That it was given is on record as what it was.
        let given: Vec<[Option<String>; 3]> = Sql::of(&world).await.rows(&format!(
            "SELECT object, action, fields FROM audit_events WHERE purpose = 'person_request' AND trail = '{}'", paris())).await;
        assert_eq!(given.len(), 3);
        for [object, action, fields] in given {
            assert_eq!((object.as_deref(), action.as_deref()), (Some(ready.case.as_str()), Some("disclosed")));
            assert!(fields.is_some_and(|fields| fields.contains("readings")));
        }
    }

    async fn the_list_is_the_case_teams_and_nobody_elses(world: World) {
        let ready = seen_case(&world).await;
        let auditors = world.apply(AUDITORS).await;
        for (handle, expected) in [("lawyer", "FORBIDDEN"), ("coordinator", "FORBIDDEN"), ("caseworker of another project", ""),
            ("another partner", "FORBIDDEN"), ("nobody", "UNAUTHENTICATED"), ("auditor", "FORBIDDEN")] {
            let person = auditors.get(handle).cloned().unwrap_or_else(|| world.person(handle));
            let answer = list(&world, &person, &ready.case, "FR").await;
            assert_eq!((answer.code(), answer.json.pointer("/data/whoSawWhat")), (expected, Some(&Value::Null)), "{handle}");
        }
        world.execute("DROP TABLE audit_signed_notes").await;
        world.execute("ALTER TABLE audit_events RENAME TO gone").await;
        let answer = list(&world, &ready.sender, &ready.case, "FR").await;
        assert!(!answer.text().contains("Qui a vu"), "what cannot be recorded is not given: {}", answer.text());
    }
}

async fn events(world: &World, person: &Person, arguments: &str) -> Answer {
    let everything = SCHEMA.everything("AuditEventConnection");
    world.ask(person, &format!("{{ auditEvents({arguments}) {everything} }}"), json!({})).await
}

fn column(answer: &Answer, field: &str) -> BTreeSet<String> {
    let nodes = answer.at("auditEvents/nodes").as_array().expect("nodes");
    nodes.iter().map(|node| node[field].as_str().unwrap_or("null").to_owned()).collect()
}

/// Every page of a list, entry after entry.
async fn all_pages(world: &World, person: &Person, arguments: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let answer = events(world, person, &format!("first: 3, {arguments}{after}")).await;
        all.extend(answer.at("auditEvents/nodes").as_array().expect("nodes").clone());
        if answer.at("auditEvents/pageInfo/hasNextPage") == &json!(false) {
            return all;
        }
        after = format!(", after: \"{}\"", answer.text_at("auditEvents/pageInfo/endCursor"));
    }
}

on_both_databases! {
    async fn everybody_reads_the_own_acts_and_nobody_elses(world: World) {
        let ready = seen_case(&world).await;
        for person in [&ready.sender, &ready.recipient, &world.person("coordinator")] {
            let id = world.ask(person, "{ viewer { id } }", json!({})).await.text_at("viewer/id").to_owned();
            let own = all_pages(&world, person, "").await;
            let mine: Vec<[Option<String>; 1]> =
                Sql::of(&world).await.rows(&format!("SELECT action FROM audit_events WHERE actor_id = '{id}' ORDER BY at DESC, trail DESC, sequence DESC")).await;
            let actions: Vec<String> = own.iter().map(|node| node["action"].as_str().expect("a code").to_lowercase()).collect();
            assert_eq!(actions, mine.into_iter().flatten().flatten().collect::<Vec<_>>());
            for node in &own {
                assert_eq!((&node["actorId"], &node["trail"], &node["sequence"], &node["consentId"]), (&json!(id), &Value::Null, &Value::Null, &Value::Null));
                assert!(node["at"].as_str().is_some_and(|at| at.ends_with(":00:00Z")), "the hour: {node}");
            }
            assert_eq!(events(&world, person, &format!("trail: \"{}\"", paris())).await.at("auditEvents/nodes"), &json!([]));
        }
        assert_eq!(events(&world, &world.person("nobody"), "first: 1").await.code(), "UNAUTHENTICATED");
        // Somebody else's cursor leads nowhere.
        let first = events(&world, &ready.sender, "first: 1").await;
        let cursor = first.text_at("auditEvents/pageInfo/endCursor");
        assert_eq!(events(&world, &ready.recipient, &format!("after: \"{cursor}\"")).await.at("auditEvents/nodes"), &json!([]));
        assert_eq!(events(&world, &ready.recipient, "after: \"nonsense\"").await.code(), "BAD_USER_INPUT");
    }

    async fn an_auditor_reads_whole_trails_of_the_own_organisation_and_the_network(world: World) {
        seen_case(&world).await;
        let auditors = world.apply(AUDITORS).await;
        let (own, other) = (&auditors["auditor"], &auditors["auditor of another organisation"]);
        let trail = format!("trail: \"{}\", ", paris());
        let all = all_pages(&world, own, &trail).await;
        let sequences: Vec<i64> = all.iter().map(|node| node["sequence"].as_i64().expect("a number")).collect();
        let count = i64::try_from(sequences.len()).expect("few");
        assert_eq!(sequences, (1..=count).rev().collect::<Vec<_>>(), "all of it, last first");
        assert!(all.iter().any(|node| node["consentId"].is_string() && node["actorRole"] == "PARTNER_AGENT"));
        assert_eq!(events(&world, other, &format!("{trail}first: 5")).await.at("auditEvents/nodes"), &json!([]));
        for auditor in [own, other] {
            let network = events(&world, auditor, "trail: \"network\", first: 100").await;
            assert!(column(&network, "action").contains("DIRECTORY_IMPORTED"), "{}", network.text());
        }
        // Reading is an act of its own, and the auditor meets it in the own acts.
        let acts = column(&events(&world, own, "first: 100").await, "action");
        assert_eq!(acts, BTreeSet::from(["TRAIL_READ".to_owned()]));
        // Nothing of the person is in it.
        let told = serde_json::to_string(&all).expect("JSON").to_lowercase();
        for value in ["pan-2026", "93055", "15_17", "minor_in_appeal", "torture"] {
            assert!(!told.contains(value), "{value}");
        }
    }
}

on_both_databases! {
    /// ASVS 16.3.2: what was refused is on record, and nobody can fill the disk by being refused.
    async fn refusals_are_on_record_and_a_flood_of_them_is_cut(world: World) {
        let ready = seen_case(&world).await;
        let (stranger, never) = (world.person("caseworker of another project"), CaseId::from_bytes([0xA7; 16]).to_string());
        let id = world.ask(&stranger, "{ viewer { id } }", json!({})).await.text_at("viewer/id").to_owned();
        let ask = async |id: &str| world.ask(&stranger, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await.bytes;
        assert_eq!(ask(&ready.case).await, ask(&never).await, "the answers are one");
        world.ask(&stranger, "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { threshold } }", json!({})).await;
        world.ask(&world.person("stranger"), "{ viewer { id } }", json!({})).await;
        world.ask(&world.person("nobody"), "query($id: ID!) { node(id: $id) { id } }", json!({ "id": ready.case })).await;
        let refused = async || {
            let rows: Vec<[Option<String>; 3]> = Sql::of(&world).await.rows(
                "SELECT reason, object, actor_id FROM audit_events WHERE action = 'refused' ORDER BY trail, sequence").await;
            rows.into_iter().map(|row| row.map(Option::unwrap_or_default)).collect::<Vec<_>>()
        };
        let told = refused().await;
        let expected = [["sign_in_failed", "", ""], ["not_visible", &ready.case, &id], ["not_visible", "", &id], ["forbidden", "", &id]];
        assert_eq!(told, expected.map(|row| row.map(str::to_owned)));
        // Its own trail tells the stranger that it was refused, and not whether there was something.
        let trail = world.ask(&stranger, "{ auditEvents(first: 9) { nodes { action object reason } } }", json!({})).await;
        assert!(trail.text().contains("REFUSED") && !trail.text().contains(&ready.case), "{}", trail.text());
        for _ in 0..20 {
            ask(&never).await;
            world.ask(&world.person("stranger"), "{ viewer { id } }", json!({})).await;
        }
        assert_eq!(refused().await.len(), 20, "ten of the person and ten of unknown credentials");
        world.clock.set(world.now().plus_hours(1));
        ask(&ready.case).await;
        assert_eq!(refused().await.len(), 21, "the next minute counts anew");
    }
}

/// The words of a key in each language, read from the files themselves: no language may stand in for another.
#[test]
fn every_field_that_can_be_read_has_words_in_three_languages() {
    let files = [
        include_str!("../../src/i18n/locales/fr/who-saw-what.ftl"),
        include_str!("../../src/i18n/locales/en/who-saw-what.ftl"),
        include_str!("../../src/i18n/locales/ar/who-saw-what.ftl"),
    ];
    let recorded = Table::standard().content().rows.iter().filter(|row| row.class.is_recorded());
    let fields: BTreeSet<&str> = recorded.filter_map(|row| row.name.rsplit_once('.')).map(|(_, field)| field).collect();
    assert!(fields.contains("ageBand") && fields.len() > 40, "{fields:?}");
    for file in files {
        let missing: Vec<&&str> =
            fields.iter().filter(|field| !file.contains(&format!("\n{} = ", seen_key(field)))).collect();
        assert!(missing.is_empty(), "no words for {missing:?} in who-saw-what.ftl");
    }
}
