//! Whatever is linked to a person is recorded when it is read, and nothing about a person has a field that could hold who the person is.

mod names;

use crate::kit::schema::SCHEMA;
use crate::kit::sql::Sql;
use crate::kit::steps::{Ready, Referred, fresh_key, girl_of_sixteen, merged, mutation, step_input, text};
use crate::kit::world::{Answer, Person, World, on_both_databases};
use axum::http::StatusCode;
use relais::domain::account::TokenScope;
use relais::domain::code::CodeList as _;
use relais::policy::table::{Class, Table};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn what_is_linked_to_a_person_has_a_class_that_is_recorded() {
    // What only leads on, and the numbers by which programs speak of an object.
    let of_the_work = ["id", "version", "offer", "case", "caseId", "consent"];
    for type_name in
        ["CaseReference", "Consent", "Referral", "Offer", "TimelineEntry", "Message", "Demand", "LegalHold"]
    {
        for field in SCHEMA.objects[type_name].iter().filter(|field| !of_the_work.contains(&field.name.as_str())) {
            let class = Table::standard().class_of(type_name, &field.name).expect("a class");
            assert!(class.is_recorded(), "{type_name}.{} is of class {class}", field.name);
            let of_messages = [
                "messages",
                "question",
                "questionInWords",
                "answer",
                "answerDay",
                "answerCount",
                "answerLanguage",
                "text",
            ];
            let is_sensitive = ["adminStatus", "ageBasis", "situation", "protectionFlags"]
                .contains(&field.name.as_str())
                || of_messages.contains(&field.name.as_str());
            assert_eq!(class == Class::Sensitive, is_sensitive, "{type_name}.{}", field.name);
        }
    }
}

/// What an answer tells of persons: names of fields of class D3 or above that are not null, by the object
/// they are of.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told(BTreeMap<String, BTreeSet<String>>);

impl Told {
    fn by(answer: &Answer, roots: &str) -> Self {
        let mut told = Self::default();
        for (root, value) in answer.json["data"].as_object().expect("data") {
            told.walk(&SCHEMA.field(roots, root).type_name, value, None);
        }
        told
    }

    fn walk(&mut self, type_name: &str, value: &Value, subject: Option<&str>) {
        if let Value::Array(items) = value {
            items.iter().for_each(|item| self.walk(type_name, item, subject));
        }
        let Value::Object(fields) = value else { return };
        let type_name = fields.get("__typename").and_then(Value::as_str).unwrap_or(type_name);
        let is_subject = [
            "CaseReference",
            "Consent",
            "Referral",
            "Demand",
            "ContinuityEntry",
            "Deletion",
            "ConsentOverride",
            "StatutoryReport",
            "Incident",
        ]
        .contains(&type_name);
        let subject = if is_subject { fields["id"].as_str() } else { subject };
        for (name, value) in fields.iter().filter(|(name, value)| *name != "__typename" && !value.is_null()) {
            // Of a timeline, a proof and messages only that they were read is recorded.
            let class = Table::standard().class_of(type_name, name).expect("a class");
            let is_read_whole = matches!(type_name, "TimelineEntry" | "ReferralProof" | "AttestedFact" | "Delivery" | "Message");
            if class.is_recorded() && !is_read_whole {
                let subject = subject.unwrap_or_else(|| panic!("{type_name}.{name} is of nobody"));
                self.0.entry(subject.to_owned()).or_default().insert(name.clone());
            }
            self.walk(&SCHEMA.field(type_name, name).type_name, value, subject);
        }
    }
}

/// The audit events of disclosures: who, for whom, of what, which fields, by which consent.
struct Trail {
    sql: Sql,
    read: usize,
}

impl Trail {
    async fn of(world: &World) -> Self {
        let mut trail = Self { sql: Sql::of(world).await, read: 0 };
        trail.fresh().await;
        trail
    }

    async fn fresh(&mut self) -> Vec<[Option<String>; 6]> {
        let all: Vec<[Option<String>; 6]> = self
            .sql
            .rows(
                "SELECT trail, actor_id, organization_id, object, fields, consent_id FROM audit_events \
                 WHERE action = 'disclosed' ORDER BY trail, sequence",
            )
            .await;
        let fresh = all[self.read..].to_vec();
        self.read = all.len();
        fresh
    }
}

/// Asks, and compares what came with what was written down.
async fn assert_recorded(
    world: &World,
    trail: &mut Trail,
    person: &Person,
    roots: &str,
    answer: Answer,
    consent: Option<&str>,
) {
    let expected = Told::by(&answer, roots);
    assert!(!expected.0.is_empty(), "the answer tells something: {}", answer.text());
    let fresh = trail.fresh().await;
    let who = world.ask(person, "{ viewer { id organization { id } } }", json!({})).await;
    let mut recorded = Told::default();
    for [project, actor, organization, object, fields, consent_id] in fresh {
        assert!(project.is_some_and(|trail| trail.starts_with("prj_")), "it stands in the project's trail");
        assert_eq!(actor.as_deref(), Some(who.text_at("viewer/id")));
        assert_eq!(organization.as_deref(), Some(who.text_at("viewer/organization/id")));
        assert_eq!(consent_id.as_deref(), consent);
        let fields = fields.expect("fields").split(' ').map(str::to_owned).collect();
        assert_eq!(recorded.0.insert(object.expect("an object"), fields), None, "one event for an object and request");
    }
    assert_eq!(recorded, expected, "{}", answer.text());
}

async fn read(world: &World, person: &Person, type_name: &str, id: &str) -> Answer {
    let everything = SCHEMA.everything(type_name);
    let document = format!("query($id: ID!) {{ node(id: $id) {{ __typename ... on {type_name} {everything} }} }}");
    world.ask(person, &document, json!({ "id": id })).await
}

on_both_databases! {
    async fn reading_a_case_a_consent_or_a_demand_is_recorded_field_by_field(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let ready = world.ready_for_the_lawyers(&service, json!({})).await;
        let demand = json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_FULL" });
        let demand = text(&world.done(&ready.sender, "demandRecord", &demand).await["id"]);
        let mut trail = Trail::of(&world).await;
        for (type_name, id) in [("CaseReference", &ready.case), ("Consent", &ready.consent), ("Demand", &demand)] {
            let answer = read(&world, &ready.sender, type_name, id).await;
            assert_recorded(&world, &mut trail, &ready.sender, "Query", answer, None).await;
        }
        let everything = SCHEMA.everything("CaseReference");
        let found = format!("{{ casesByFileNumber(fileNumber: \"PAN-2026/118\") {everything} }}");
        let answer = world.ask(&ready.sender, &found, json!({})).await;
        assert_recorded(&world, &mut trail, &ready.sender, "Query", answer, None).await;
        // A case of which nothing but an area is known tells what it has, and a null tells nothing.
        let empty = text(&world.opened_case(&ready.sender, json!({ "person": { "area": "FR" } })).await["id"]);
        trail.fresh().await;
        let answer = read(&world, &ready.sender, "CaseReference", &empty).await;
        assert_eq!(answer.at("node/adminStatus"), &Value::Null);
        assert_recorded(&world, &mut trail, &ready.sender, "Query", answer, None).await;
        // Reading nothing of a person writes nothing.
        world.ask(&ready.sender, "query($id: ID!) { node(id: $id) { id } services { nodes { name } } }", json!({ "id": empty })).await;
        assert!(trail.fresh().await.is_empty());
    }
}

on_both_databases! {
    async fn reading_a_referral_is_recorded_for_each_side_at_every_stage(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let mut ready = world.ready_for_the_lawyers(&service, json!({})).await;
        ready.draft = merged(ready.draft, &json!({ "neededBy": world.now().plus_days(2).to_string() }));
        let mut trail = Trail::of(&world).await;
        for status in ["DRAFT", "REQUESTED", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE", "COMPLETED", "DECLINED"] {
            let referred = world.refer(&ready, status).await;
            trail.fresh().await;
            for (viewer, consent) in [("caseworker", None), ("coordinator", None), ("lawyer", Some(ready.consent.as_str()))] {
                let person = world.person(viewer);
                let answer = read(&world, &person, "Referral", &referred.id).await;
                if (viewer, status) == ("lawyer", "DRAFT") {
                    assert_eq!(answer.at("node"), &Value::Null);
                    assert!(trail.fresh().await.is_empty());
                    continue;
                }
                assert_recorded(&world, &mut trail, &person, "Query", answer, consent).await;
            }
        }
        let inbox = format!("{{ inbox(first: 3) {{ nodes {} }} }}", SCHEMA.everything("Referral"));
        let answer = world.ask(&ready.recipient, &inbox, json!({})).await;
        assert_recorded(&world, &mut trail, &ready.recipient, "Query", answer, Some(&ready.consent)).await;
        assert_no_value_was_written(&world, &mut trail, &ready).await;
    }
}

on_both_databases! {
    async fn what_a_mutation_answers_is_recorded_as_read(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let ready = world.ready_for_the_lawyers(&service, json!({})).await;
        let mut trail = Trail::of(&world).await;
        let opened = merged(json!({ "idempotencyKey": fresh_key() }), &girl_of_sixteen());
        let answer = world.act(&ready.sender, "caseOpen", &opened).await;
        assert_recorded(&world, &mut trail, &ready.sender, "Mutation", answer, None).await;
        let mut referred = world.refer(&ready, "REQUESTED").await;
        trail.fresh().await;
        for step in ["referralAcknowledge", "referralAccept", "referralStart", "referralComplete"] {
            let answer = world.act(&ready.recipient, step, &step_input(step, &referred)).await;
            referred.version += 1;
            assert_recorded(&world, &mut trail, &ready.recipient, "Mutation", answer, Some(&ready.consent)).await;
        }
        // A refusal tells the state, and is recorded like any reading of it.
        world.act(&ready.recipient, "referralAccept", &step_input("referralAccept", &referred)).await;
        let fresh = trail.fresh().await;
        assert_eq!(fresh.len(), 1);
        assert_eq!((fresh[0][3].as_deref(), fresh[0][4].as_deref()), (Some(referred.id.as_str()), Some("status")));
    }
}

/// The whole trail holds names, ids and times; no value of the case.
async fn assert_no_value_was_written(world: &World, trail: &mut Trail, ready: &Ready) {
    let case = read(world, &ready.sender, "CaseReference", &ready.case).await;
    let rows: Vec<[Option<String>; 3]> = trail.sql.rows("SELECT action, object, fields FROM audit_events").await;
    let written: String = rows.iter().flatten().flatten().map(|column| format!("{column}\n")).collect();
    let mut values = vec![
        "PAN-2026",
        "93055",
        "15_17",
        "woman",
        "unaccompanied",
        "minor_in_appeal",
        "squat",
        "torture",
        "tournesol",
    ];
    values.push(case.text_at("node/spokenCode"));
    for value in values {
        assert!(!written.to_lowercase().contains(&value.to_lowercase()), "the trail tells {value}");
    }
    let names: BTreeSet<&str> = SCHEMA.objects.values().flatten().map(|field| field.name.as_str()).collect();
    let fields = rows.iter().flat_map(|row| row[2].as_deref().unwrap_or_default().split_whitespace());
    // What a token may be used for stands there too.
    let is_known = |field: &str| names.contains(field) || TokenScope::from_code(field).is_some();
    fields.for_each(|field| assert!(is_known(field), "{field} is no field of the schema"));
}

on_both_databases! {
    async fn what_cannot_be_recorded_is_not_told(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let ready = world.ready_for_the_lawyers(&service, json!({})).await;
        let Referred { id, .. } = world.refer(&ready, "ACCEPTED").await;
        let draft = world.refer(&ready, "DRAFT").await;
        world.execute("DROP TABLE audit_events").await;
        let everything = SCHEMA.everything("Referral");
        let mut answers = vec![
            read(&world, &ready.sender, "CaseReference", &ready.case).await,
            read(&world, &ready.sender, "Consent", &ready.consent).await,
            read(&world, &ready.recipient, "Referral", &id).await,
            world.ask(&ready.recipient, &format!("{{ inbox(first: 2) {{ nodes {everything} }} }}"), json!({})).await,
            world.ask(&ready.sender, &format!("{{ sentReferrals(first: 2) {{ nodes {everything} }} }}"), json!({})).await,
            world.ask(&ready.sender, "{ casesByFileNumber(fileNumber: \"PAN-2026/118\") { adminStatus } }", json!({})).await,
        ];
        for answer in &answers {
            assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"), "{}", answer.text());
        }
        // An act that cannot be recorded does not happen.
        let send = json!({ "input": step_input("referralSend", &draft) });
        answers.push(world.ask(&ready.sender, &mutation("referralSend"), send).await);
        for answer in answers {
            for value in ["PAN-2026", "93055", "AGE_15_17", "WOMAN", "MINOR_IN_APPEAL", "SQUAT", "TORTURE", "data\":{\"n"] {
                assert!(!answer.text().contains(value), "{value} was told all the same: {}", answer.text());
            }
        }
        // The directory is of no person and goes on answering; the draft is still one.
        let answer = world.ask(&ready.sender, "{ services { nodes { name } } }", json!({})).await;
        assert_eq!(answer.status, StatusCode::OK);
        let rows: Vec<[Option<String>; 1]> =
            Sql::of(&world).await.rows(&format!("SELECT status FROM referrals WHERE id = '{}'", draft.id)).await;
        assert_eq!(rows, [[Some("draft".to_owned())]]);
    }
}
