//! Who may do what: every query and every mutation, for every kind of viewer, as one table that people
//! review (ruling R16). The table is never made from the policy; it is what the API answers.

mod rows;

use self::rows::{
    device_acts, directory_acts, directory_rows, mutation_rows, person_rows, protection_rows, webhook_acts,
};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, fresh_key, merged, mutation, organization_id, service_id, step_input, text};
use crate::kit::world::{Answer, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use crate::partner_offers::CONSULTATIONS;
use relais::domain::directory::{Service, Specialisation, Tier};
use relais::domain::id::{
    CapacityCheckId, ConsentId, DeletionId, DeviceId, GlassId, Identifier, IncidentId, NoticeId, OrganizationId,
    OverrideId, PartnerOfferId, ProjectId, ReferralId, ReportId, RevocationId, ServiceId, TeamId, WebhookEndpointId,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Who asks, in the order of the columns, with what the handle does not tell.
const VIEWERS: [(&str, &str); 9] = [
    ("nobody", "without a token"),
    ("stranger", "with a token that is not ours"),
    ("caseworker", "of Paris, trained"),
    ("untrained caseworker", "of Paris"),
    ("coordinator", "of Paris, trained"),
    ("caseworker of another project", "trained"),
    ("coordinator of another project", "not trained"),
    ("lawyer", "agent of the recipient, without a project"),
    ("another partner", "agent, without a project"),
];

/// A hospital whose service after sexual violence only the trained may know of.
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const CARE_AFTER_VIOLENCE: &str = "9f4cb01a-2946-4c33-80b3-4a709c8bbcd8";
/// An organisation that only a restricted service tells of.
const SAFE_HOUSE: &str = "8146c9be-2002-4f05-a47c-17234a9426c3";
const ESCAPE_FROM_TRAFFICKING: &str = "983153bb-1a7a-47b4-8d7a-03a9533490fa";

/// The states in which the API can leave a referral.
const STATES: [&str; 7] = ["DRAFT", "REQUESTED", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE", "COMPLETED", "DECLINED"];

/// One row of the table.
struct Row {
    /// The field of the root.
    root: &'static str,
    /// On what.
    object: String,
    document: String,
    input: Input,
}

/// What a cell sends.
enum Input {
    /// The same for everybody.
    Fixed(Value),
    /// A create under a key of its own.
    Create(Value),
    /// A step on a fresh referral in this state.
    Step(&'static str),
    /// The glass over the case of a fresh referral.
    Glass,
    /// A fresh correction of a service, by a caseworker.
    Proposal,
    /// The withdrawal of a fresh consent.
    Withdrawal,
    /// A fresh override that the sender has asked for.
    Override,
}

fn query(root: &'static str, object: impl Into<String>, arguments: Value) -> Row {
    let named: Vec<String> =
        arguments.as_object().into_iter().flatten().map(|(name, value)| format!("{name}: {value}")).collect();
    let arguments = if named.is_empty() { String::new() } else { format!("({})", named.join(", ")) };
    let type_name = &SCHEMA.field("Query", root).type_name;
    // What is asked for is small, so that the table's time goes into its cells.
    let selection = match type_name.as_str() {
        "ServiceVersion" => "{ version }",
        "NamedPlace" | "AdminArea" => "{ name }",
        "ServiceConnection"
        | "ServiceReviewConnection"
        | "DirectoryProposalConnection"
        | "ReferralConnection"
        | "CapacityCheckConnection"
        | "PartnerOfferConnection"
        | "DirectoryChangeConnection" => "{ nodes { id } pageInfo { hasNextPage } }",
        "DuplicateCandidateConnection" => "{ nodes { score } pageInfo { hasNextPage } }",
        "ServiceGapReport" => "{ cells { persons } }",
        "AuditEventConnection" => "{ nodes { action } pageInfo { hasNextPage } }",
        "CaseReadings" => "{ ownTeamDays }",
        "BreakGlassRate" => "{ glasses }",
        "RestartList" => "{ teamIdsWithoutCaseworker }",
        "LegalHold" => "{ caseId }",
        _ => "{ id }",
    };
    Row {
        root,
        object: object.into(),
        document: format!("{{ {root}{arguments} {selection} }}"),
        input: Input::Fixed(json!({})),
    }
}

fn act(root: &'static str, object: impl Into<String>, input: Input) -> Row {
    Row { root, object: object.into(), document: mutation(root), input }
}

/// Entries of every tier, all of the hospital, which none of the viewers is of.
async fn publish_tiers(world: &World) -> Vec<(&'static str, Service)> {
    let paris = ProjectId::derived("corridor", "paris");
    let mut entries = Vec::new();
    for (object, tier, specialisations) in [
        ("tier public", Tier::Public, vec![]),
        ("tier public, against violence", Tier::Public, vec![Specialisation::Gbv]),
        ("tier network", Tier::Network, vec![]),
        ("tier project, of Paris", Tier::Project, vec![]),
        ("tier restricted", Tier::Restricted, vec![]),
        ("tier sealed", Tier::Sealed, vec![]),
    ] {
        let mut service = world.like(MINORITY_APPEAL, object);
        service.organization_id = OrganizationId::derived("corridor", HOSPITAL);
        service.tier = tier;
        service.projects = if tier == Tier::Project { vec![paris].into() } else { vec![].into() };
        service.specialisations = specialisations.into();
        world.publish(&service).await;
        entries.push((object, service));
    }
    entries
}

/// What a cell tells: a code, a null, the kind of a refusal, or that it went well.
fn outcome(root: &str, answer: &Answer) -> String {
    if !answer.code().is_empty() {
        return answer.code().to_owned();
    }
    let value = answer.at(root);
    match (value, value.pointer("/errors/0/__typename"), value.pointer("/nodes").unwrap_or(value)) {
        (Value::Null, _, _) => "null".to_owned(),
        (_, Some(refusal), _) => text(refusal).trim_end_matches("Error").to_owned(),
        (_, _, Value::Array(found)) => format!("ok, {}", found.len()),
        _ => "ok".to_owned(),
    }
}

async fn cell(world: &World, ready: &Ready, row: &Row, viewer: &str) -> String {
    let person = world.person(viewer);
    let variables = match &row.input {
        Input::Fixed(variables) => variables.clone(),
        Input::Create(input) => {
            let mut input = input.clone();
            input["idempotencyKey"] = json!(fresh_key());
            json!({ "input": input })
        }
        Input::Step(state) => json!({ "input": step_input(row.root, &world.refer(ready, state).await) }),
        Input::Glass => {
            let referred = world.refer(ready, "REQUESTED").await;
            json!({ "input": { "case": { "referralId": referred.id }, "reason": "PERSON_ASKS" } })
        }
        Input::Proposal => {
            let fees = format!("{} euros", fresh_key());
            let input = json!({ "serviceId": service_id(MINORITY_APPEAL), "changes": { "fees": fees } });
            world.done(&ready.sender, "serviceCorrectionSuggest", &input).await;
            let listed = world
                .ask(&world.person("coordinator"), "{ directoryProposals(first: 1) { nodes { id } } }", json!({}))
                .await;
            json!({ "input": { "directoryProposalId": listed.at("directoryProposals/nodes/0/id"), "accept": false,
                "reason": "NOT_TRUE" } })
        }
        Input::Override => {
            let input = json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "basis": "VITAL_INTEREST",
                "recipientId": organization_id(LAWYERS), "reason": "CANNOT_DECIDE" });
            let asked = world.done(&ready.sender, "consentOverrideRequest", &input).await;
            json!({ "input": { "consentOverrideId": asked["id"] } })
        }
        Input::Withdrawal => {
            let over = json!({ "basis": "CHILD_CONSENT_MATURE" });
            let consent = world.consented(&ready.sender, &ready.case, &organization_id(LAWYERS), &over).await;
            json!({ "input": { "consentId": consent } })
        }
    };
    outcome(row.root, &world.ask(&person, &row.document, variables).await)
}

/// A referral of the trained caseworker against violence, for the untrained colleague to try to send.
async fn ready_against_violence(world: &World) -> Ready {
    let mut ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let over = json!({ "basis": "CHILD_CONSENT_MATURE" });
    ready.consent = world.consented(&ready.sender, &ready.case, &organization_id(HOSPITAL), &over).await;
    ready.draft = json!({ "caseId": ready.case, "serviceId": service_id(CARE_AFTER_VIOLENCE),
        "need": "HEALTH_SEXUAL_VIOLENCE_CARE", "consentId": ready.consent });
    ready
}

async fn line(world: &World, ready: &Ready, row: &Row, table: &mut String) {
    let mut line = format!("{:20}{:40}", format!("{} ", row.root), row.object);
    for (viewer, _) in VIEWERS {
        write!(line, "{:21}", cell(world, ready, row, viewer).await).expect("a string takes all");
    }
    table.push_str(line.trim_end());
    table.push('\n');
}

on_both_databases! {
    async fn everybody_may_do_what_the_table_says(world: World) {
        let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let against_violence = ready_against_violence(&world).await;
        let mut table = String::new();
        for (number, (viewer, hint)) in VIEWERS.iter().enumerate() {
            writeln!(table, "{}  {viewer}, {hint}", number + 1).expect("a string takes all");
        }
        write!(table, "\n{:60}", "").expect("a string takes all");
        (1..=VIEWERS.len()).for_each(|number| write!(table, "{number:<21}").expect("a string takes all"));
        table.truncate(table.trim_end().len());
        table.push('\n');
        let mut rows = directory_rows(&world).await;
        rows.extend(person_rows(&world, &ready).await);
        rows.extend(mutation_rows(&ready));
        rows.extend(webhook_acts());
        let shown: BTreeSet<&str> = rows.iter().chain(&protection_rows()).chain(&directory_acts()).chain(&device_acts()).map(|row| row.root).collect();
        let roots = ["Query", "Mutation"].iter().flat_map(|root| &SCHEMA.objects[*root]);
        let missing: Vec<&str> = roots.map(|field| field.name.as_str()).filter(|name| !shown.contains(name)).collect();
        assert!(missing.is_empty(), "no row shows who may use {missing:?}");
        for row in &rows {
            line(&world, &ready, row, &mut table).await;
        }
        let send = act("referralSend", "DRAFT, to care after violence", Input::Step("DRAFT"));
        line(&world, &against_violence, &send, &mut table).await;
        for row in directory_acts().into_iter().chain(protection_rows()).chain(device_acts()) {
            line(&world, &ready, &row, &mut table).await;
        }
        insta::assert_snapshot!("everybody_may_do_what_the_table_says", table);
    }
}

/// A referral ended in a way that no act of the API reaches yet: its row is put there.
async fn end_in_database(world: &World, id: &str, status: &str) {
    let statement =
        format!("UPDATE referrals SET status = '{status}', is_open = false, version = version + 1 WHERE id = '{id}'");
    world.execute(&statement).await;
}

on_both_databases! {
    /// Ruling R10: by no act can a recipient tell a consent that was withdrawn from a plain cancellation.
    async fn a_recipient_meets_the_same_bytes_however_a_referral_was_closed(world: World) {
        let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let everything = SCHEMA.everything("Referral");
        let mut told: Vec<Vec<String>> = Vec::new();
        for status in ["cancelled", "withdrawn", "entered_in_error"] {
            let mut referred = world.refer(&ready, "ACCEPTED").await;
            end_in_database(&world, &referred.id, status).await;
            referred.version += 1;
            let mut answers = Vec::new();
            // One question a request: fields of the root come in the order in which they were found.
            for root in ["referral", "node"] {
                let question = format!("query($id: ID!) {{ {root}(id: $id) {{ ... on Referral {everything} }} }}");
                answers.push(world.ask(&ready.recipient, &question, json!({ "id": referred.id })).await);
            }
            assert_eq!(answers[0].at("referral/status"), "CLOSED");
            for step in ["referralAcknowledge", "referralAccept", "referralDecline", "referralStart", "referralComplete"] {
                answers.push(world.act(&ready.recipient, step, &step_input(step, &referred)).await);
                referred.version -= 1;
                answers.push(world.act(&ready.recipient, step, &step_input(step, &referred)).await);
                referred.version += 1;
            }
            // The sender is told the state by the same refusal.
            let sender = world.act(&ready.sender, "referralSend", &step_input("referralSend", &referred)).await;
            assert_eq!(sender.at("referralSend/errors/0/status").as_str(), Some(status.to_uppercase().as_str()));
            told.push(answers.iter().map(|answer| answer.text().replace(&referred.id, "ref")).collect());
        }
        assert!(told[0].iter().any(|answer| answer.contains("InvalidTransitionError")), "an act was refused by the state");
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0], told[2]);
    }
}
