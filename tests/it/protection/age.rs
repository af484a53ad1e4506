//! Whose age is contested stays a child to every guard, and is told to nobody but the lawyer.

use super::problem;
use crate::kit::erasing::ended;
use crate::kit::loop_calls::{every_field, girl, with};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, Referred, organization_id, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::domain::directory::{KnownConsequence, Service};
use relais::domain::need::Need;
use relais::domain::retention::RetentionClock;
use serde_json::{Value, json};

/// The organisation that gives a bed in this test, and a service of it to model the bed on.
const HOSTS: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const MODEL_OF_A_BED: &str = "69b72c32-1b07-4721-80a5-40c2d9b21425";

/// Every answer that a partner can get about a referral, as bytes.
async fn heard(world: &World, partner: &Person, referral: &str) -> String {
    let everything = SCHEMA.everything("Referral");
    let mut told = String::new();
    for question in [
        format!("query($id: ID!) {{ referral(id: $id) {everything} }}"),
        format!("query($id: ID!) {{ node(id: $id) {{ ... on Referral {everything} }} }}"),
        format!("query($id: ID) {{ inbox(first: 5, after: $id) {{ nodes {everything} }} }}"),
        format!("{{ inbox(first: 5) {{ nodes {everything} }} }}"),
    ] {
        told.push_str(&world.ask(partner, &question, json!({ "id": referral })).await.text());
    }
    told
}

async fn set(world: &World, case: &str, basis: &str) -> Value {
    let person = world.person("caseworker");
    let question = "query($id: ID!) { node(id: $id) { ... on CaseReference { version } } }";
    let version = world.ask(&person, question, json!({ "id": case })).await.at("node/version").clone();
    let input = json!({ "caseId": case, "expectedVersion": version, "ageBasis": basis });
    world.done(&person, "caseAgeBasisSet", &input).await
}

/// A bed for minors of another organisation, which asks for nothing.
async fn bed(world: &World) -> Service {
    let mut bed = world.like(MODEL_OF_A_BED, "Chambres du port");
    bed.needs = [Need::ShelterMinor].into();
    bed.eligibility = Default::default();
    bed.specialisations = Vec::new().into();
    bed.known_consequences = Vec::new().into();
    world.publish(&bed).await;
    bed
}

/// A draft of the case to a service, on a consent for everything unless `scope` says otherwise.
async fn to(world: &World, case: &str, partner: &str, service: (&str, &str, &str), scope: Option<Value>) -> Ready {
    let (sender, (organization, service, need)) = (world.person("caseworker"), service);
    let over = scope.map_or(json!({}), |scope| json!({ "fieldScope": scope }));
    let consent = world.consented(&sender, case, &organization_id(organization), &over).await;
    let draft = json!({ "caseId": case, "serviceId": service, "need": need, "consentId": consent });
    Ready { sender, recipient: world.person(partner), case: case.to_owned(), consent, draft }
}

async fn contested(world: &World) -> String {
    let sender = world.person("caseworker");
    let case = text(&world.opened_case(&sender, json!({ "person": girl(), "ageBasis": "DECLARED" })).await["id"]);
    assert_eq!(set(world, &case, "CONTESTED").await["ageBasis"], "CONTESTED");
    case
}

on_both_databases! {
    /// Invisible before acceptance, visible to the lawyer after it, and to a shelter never.
    async fn p_29_a_contested_age_is_told_to_the_lawyer_after_acceptance_and_to_a_shelter_never(world: World) {
        let case = contested(&world).await;
        let bed = bed(&world).await;
        let appeal = service_id(MINORITY_APPEAL);
        let legal = (LAWYERS, appeal.as_str(), "LEGAL_MINORITY_APPEAL");
        let without = Some(every_field());
        let bed_id = bed.id.to_string();
        let shelter = (HOSTS, bed_id.as_str(), "SHELTER_MINOR");
        let to_the_lawyer = to(&world, &case, "lawyer", legal, None).await;
        let to_the_lawyer_without = to(&world, &case, "lawyer", legal, without).await;
        let to_the_shelter = to(&world, &case, "another partner", shelter, None).await;
        for status in ["REQUESTED", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE", "COMPLETED"] {
            let hears = |referred: Referred, ready: &Ready| {
                let (world, partner) = (&world, ready.recipient.clone());
                async move { heard(world, &partner, &referred.id).await.contains("CONTESTED") }
            };
            let hidden = world.refer(&to_the_lawyer_without, status).await;
            assert!(!hears(hidden, &to_the_lawyer_without).await, "{status}: the consent has no word of it");
            let bed = world.refer(&to_the_shelter, status).await;
            assert!(!hears(bed, &to_the_shelter).await, "{status}: a shelter is told of no basis at all");
        }
        // The lawyer's list holds every referral to it, so this one comes last.
        for (status, is_told) in [("REQUESTED", false), ("ACKNOWLEDGED", false), ("ACCEPTED", true), ("COMPLETED", false)] {
            let referred = world.refer(&to_the_lawyer, status).await;
            let question = "query($id: ID!) { referral(id: $id) { status ageBasis } }";
            let answer = world.ask(&to_the_lawyer.recipient, question, json!({ "id": referred.id })).await;
            assert_eq!(answer.at("referral/status"), status);
            assert_eq!(answer.text().contains("CONTESTED"), is_told, "{}", answer.text());
        }
    }

    /// To who is told the other values, silence would tell this one: a shelter is told none of them.
    async fn p_29_a_shelter_cannot_tell_a_contested_age_by_what_is_missing(world: World) {
        let mut answers = Vec::new();
        for basis in ["DECLARED", "DOCUMENTED", "RECOGNISED", "CONTESTED"] {
            let sender = world.person("caseworker");
            let case = text(&world.opened_case(&sender, json!({ "person": girl(), "ageBasis": basis })).await["id"]);
            let bed = bed(&world).await.id.to_string();
            let ready = to(&world, &case, "another partner", (HOSTS, &bed, "SHELTER_MINOR"), None).await;
            let accepted = world.refer(&ready, "ACCEPTED").await;
            let question = "query($id: ID!) { referral(id: $id) { status stage ageBasis offer { ageBand } } }";
            answers.push(world.ask(&ready.recipient, question, json!({ "id": accepted.id })).await.text());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers[0].contains("\"ACCEPTED\""), "{answers:?}");
    }

    /// Who assesses age makes up its own mind, whatever need it answers.
    async fn p_29_who_assesses_age_is_not_told_that_it_is_contested(world: World) {
        let case = contested(&world).await;
        let mut service = world.lawyers_curious_service().await;
        service.eligibility = Default::default();
        service.known_consequences = [KnownConsequence::AgeAssessment].into();
        world.publish(&service).await;
        let id = service.id.to_string();
        let ready = to(&world, &case, "lawyer", (LAWYERS, &id, "LEGAL_MINORITY_APPEAL"), None).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        assert!(!heard(&world, &ready.recipient, &accepted.id).await.contains("CONTESTED"));
    }

    async fn p_29_every_guard_of_a_child_holds_until_the_last_appeal_is_closed(world: World) {
        let sender = world.person("caseworker");
        // Whom the authority calls an adult, and whose papers say so too: nothing but the contest guards.
        let grown = with(girl(), json!({ "ageBand": "AGE_18_24", "adminStatus": "UNDOCUMENTED" }));
        let case = text(&world.opened_case(&sender, json!({ "person": grown })).await["id"]);
        let for_a_child = json!({ "basis": "CHILD_CONSENT_MATURE" });
        let refused = world.record_consent("caseworker", &case, LAWYERS, for_a_child.clone()).await.refusal();
        assert_eq!(refused, "InputError BASIS_FOR_ADULT basis");
        set(&world, &case, "CONTESTED").await;
        let consent = world.record_consent("caseworker", &case, LAWYERS, for_a_child.clone()).await;
        assert_eq!(consent.done()["expiresAt"], world.now().plus_days(30).to_string());
        // Neither another basis nor a closing that leaves the age contested takes the presumption away.
        let back = json!({ "caseId": case, "expectedVersion": 2, "ageBasis": "DECLARED" });
        assert_eq!(problem(&world, &sender, "caseAgeBasisSet", &back).await, "APPEAL_OPEN");
        for (status, basis, expected) in [
            ("REGULAR", Value::Null, "APPEAL_OPEN"),
            ("REGULAR", json!("CONTESTED"), "APPEAL_OPEN"),
            ("MINOR_IN_APPEAL", json!("DOCUMENTED"), "NO_APPEAL"),
        ] {
            let input = json!({ "caseId": case, "expectedVersion": 2, "adminStatus": status, "ageBasis": basis });
            assert_eq!(problem(&world, &sender, "caseAppealClose", &input).await, expected);
        }
        world.move_to_day(800);
        let report = world.dry_retention().await;
        let cases = ended(&report, RetentionClock::CaseReference);
        assert_eq!((cases.erased, cases.in_appeal), (0, 1), "no clock runs");
        world.move_to_day(1);
        let input = json!({ "caseId": case, "expectedVersion": 2, "adminStatus": "REGULAR", "ageBasis": "DOCUMENTED" });
        let closed = world.done(&sender, "caseAppealClose", &input).await;
        assert_eq!((&closed["ageBasis"], &closed["adminStatus"]), (&json!("DOCUMENTED"), &json!("REGULAR")));
        let refused = world.record_consent("caseworker", &case, LAWYERS, for_a_child).await.refusal();
        assert_eq!(refused, "InputError BASIS_FOR_ADULT basis");
        let of_an_adult = world.record_consent("caseworker", &case, LAWYERS, json!({ "basis": "SELF_INFORMED" })).await;
        assert_eq!(of_an_adult.done()["expiresAt"], world.now().plus_days(90).to_string());
    }

    async fn p_29_the_basis_of_an_age_is_read_and_set_by_the_team_only_and_found_by_nobody(world: World) {
        let case = contested(&world).await;
        for (who, code) in
            [("caseworker of another project", "NOT_FOUND"), ("lawyer", "FORBIDDEN"), ("coordinator", "FORBIDDEN")]
        {
            let input = json!({ "caseId": case, "expectedVersion": 2, "ageBasis": "RECOGNISED" });
            assert_eq!(problem(&world, &world.person(who), "caseAgeBasisSet", &input).await, code, "{who}");
        }
        let stale = json!({ "caseId": case, "expectedVersion": 1, "ageBasis": "RECOGNISED" });
        let answer = world.act(&world.person("caseworker"), "caseAgeBasisSet", &stale).await;
        assert_eq!(answer.at("caseAgeBasisSet/errors/0/__typename"), "ConflictError");
        // Sealed: no row of any table tells it, nor holds an index of it.
        for (table, rows) in world.every_row().await {
            assert!(!rows.iter().any(|row| row.contains("contested")), "{table} tells it");
        }
    }
}
