//! Partners that a project works with no more: what one person stops, and what two let go on.

use super::{notices, problem, project, protected, ready, seen};
use crate::kit::steps::{
    Ready, Referred, fresh_key, girl_of_sixteen, merged, organization_id, service_id, step_input, text,
};
use crate::kit::world::{CLINIC, LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::actions::jobs::{Worker, run_due};
use relais::actions::people;
use relais::app::App;
use serde_json::{Value, json};

fn lawyers() -> Value {
    json!({ "projectId": project("paris"), "organizationId": organization_id(LAWYERS), "reason": "DATA_BREACH" })
}

async fn revoke(world: &World) -> Value {
    world.done(&world.person("coordinator"), "partnerRevoke", &lawyers()).await
}

/// Ended by two.
async fn admit(world: &World, revoked: &Value) -> Value {
    let input = json!({ "partnerRevocationId": revoked["id"] });
    world.done(&world.person("coordinator"), "partnerRevocationEndRequest", &input).await;
    world.done(&world.person("second coordinator"), "partnerRevocationEndConfirm", &input).await
}

/// A referral of another project to the lawyers, who then go on working with somebody.
async fn of_another_project(world: &World) -> (Ready, Referred) {
    let mut ready = ready(world).await;
    ready.sender = world.person("caseworker of another project");
    ready.case = text(&world.opened_case(&ready.sender, girl_of_sixteen()).await["id"]);
    let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
    ready.consent = world.consented(&ready.sender, &ready.case, &organization_id(LAWYERS), &basis).await;
    ready.draft = merged(ready.draft, &json!({ "caseId": ready.case, "consentId": ready.consent }));
    let referred = world.refer(&ready, "REQUESTED").await;
    (ready, referred)
}

/// The lawyer with a token made anew.
async fn back_again(world: &World) -> Person {
    let made = people::create_token_of_everything(world.app.context(), "lawyer", "again", 1).await.expect("a token");
    Person { token: Some(made.text.expose().clone()) }
}

async fn status(world: &World, person: &Person, referral: &str) -> Value {
    let found = world.ask(person, "query($id: ID!) { referral(id: $id) { status } }", json!({ "id": referral })).await;
    found.json.pointer("/data/referral/status").cloned().unwrap_or_default()
}

on_both_databases! {
    async fn a_partner_of_other_projects_goes_on_with_them_and_reads_nothing_of_this_one(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let (_, elsewhere) = of_another_project(&world).await;
        let mut own = Vec::new();
        for state in ["REQUESTED", "CLARIFYING", "WAITLISTED", "ACCEPTED", "HANDED_OVER", "IN_SERVICE", "COMPLETED", "DECLINED", "NOT_REALISED"] {
            own.push((state, world.refer(&ready, state).await));
        }
        let places = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(MINORITY_APPEAL),
            "need": "LEGAL_MINORITY_APPEAL", "quantity": 3, "until": world.now().plus_days(3).to_string() });
        let check = world.done(&ready.sender, "capacityCheckAsk", &places).await;
        revoke(&world).await;
        assert_eq!(world.ask(&ready.recipient, "{ viewer { id } }", json!({})).await.code(), "UNAUTHENTICATED", "its tokens have ended");

        let lawyer = back_again(&world).await;
        assert_eq!(status(&world, &lawyer, &elsewhere.id).await, "REQUESTED");
        for (state, referral) in &own {
            assert_eq!(status(&world, &lawyer, &referral.id).await, Value::Null, "{state}");
            assert_eq!(problem(&world, &lawyer, "referralAccept", &step_input("referralAccept", referral)).await, "NOT_FOUND", "{state}");
            let undecided = ["REQUESTED", "CLARIFYING", "WAITLISTED"].contains(state);
            let expected = if undecided { "CANCELLED" } else { state };
            assert_eq!(seen(&world, "caseworker", &referral.id).await["status"], expected);
        }
        let answer = json!({ "capacityCheckId": check["id"], "answer": "NO" });
        assert_eq!(problem(&world, &lawyer, "capacityCheckAnswer", &answer).await, "NOT_FOUND");
        let asked = world.ask(&lawyer, "{ capacityChecks(received: true) { nodes { id } } inbox { nodes { id } } }", json!({})).await;
        assert_eq!((asked.at("capacityChecks/nodes"), asked.at("inbox/nodes")), (&json!([]), &json!([{ "id": elsewhere.id }])));
        let closed = world.ask(&ready.sender, "{ capacityChecks { nodes { open } } }", json!({})).await;
        assert_eq!(closed.at("capacityChecks/nodes/0/open"), false);
        let again = merged(places, &json!({ "idempotencyKey": fresh_key() }));
        assert_eq!(problem(&world, &ready.sender, "capacityCheckAsk", &again).await, "PARTNER_REVOKED");
    }

    async fn two_people_admit_a_partner_again_and_what_was_closed_stays_closed(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        of_another_project(&world).await;
        let requested = world.refer(&ready, "REQUESTED").await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        let revoked = revoke(&world).await;
        let input = json!({ "partnerRevocationId": revoked["id"] });
        let [coordinator, second] = ["coordinator", "second coordinator"].map(|handle| world.person(handle));
        assert_eq!(problem(&world, &second, "partnerRevocationEndConfirm", &input).await, "END_NOT_REQUESTED");
        world.done(&coordinator, "partnerRevocationEndRequest", &input).await;
        assert_eq!(problem(&world, &coordinator, "partnerRevocationEndConfirm", &input).await, "SECOND_PERSON_NEEDED");
        let lawyer = back_again(&world).await;
        assert_eq!(status(&world, &lawyer, &accepted.id).await, Value::Null, "asking opens nothing");
        let ended = world.done(&second, "partnerRevocationEndConfirm", &input).await;
        assert_eq!(ended["endedAt"], world.now().to_string().as_str());
        assert_eq!(status(&world, &lawyer, &accepted.id).await, "ACCEPTED");
        assert_eq!(status(&world, &lawyer, &requested.id).await, "CLOSED", "and not why");
        let timeline = world.ask(&lawyer, "query($id: ID!) { referral(id: $id) { timeline { event } } }", json!({ "id": accepted.id })).await;
        assert!(!timeline.text().contains("REVOKE_PARTNER"), "{}", timeline.text());
        for act in ["partnerRevocationEndRequest", "partnerRevocationEndConfirm"] {
            assert_eq!(problem(&world, &coordinator, act, &input).await, "REVOCATION_ENDED");
        }
        assert_eq!(notices(&world, "protection lead").await.iter().filter(|kind| kind.contains("REVO")).count(), 3);
        let told = world.texts("SELECT action FROM audit_events WHERE action LIKE '%revo%' ORDER BY sequence".to_owned());
        assert_eq!(told.await, ["partner_revoked", "revocation_end_requested", "revocation_ended"]);
        // Drafts are sent to it again.
        let again = Ready { recipient: lawyer, ..ready };
        world.refer(&again, "ACKNOWLEDGED").await;
    }

    async fn who_leads_the_project_revokes_and_nobody_else_and_the_same_call_changes_nothing_more(world: World) {
        let world = protected(world).await;
        ready(&world).await;
        for (handle, refusal) in [
            ("nobody", "UNAUTHENTICATED"),
            ("caseworker", "FORBIDDEN"),
            ("lawyer", "FORBIDDEN"),
            ("auditor", "FORBIDDEN"),
            ("coordinator of another project", "NOT_FOUND"),
        ] {
            assert_eq!(problem(&world, &world.person(handle), "partnerRevoke", &lawyers()).await, refusal, "{handle}");
        }
        let own = merged(lawyers(), &json!({ "organizationId": organization_id(CLINIC) }));
        assert_eq!(problem(&world, &world.person("coordinator"), "partnerRevoke", &own).await, "OWN_ORGANIZATION");
        let first = world.done(&world.person("protection lead"), "partnerRevoke", &lawyers()).await;
        let tables = world.tables().await;
        let repeated = merged(lawyers(), &json!({ "reason": "OTHER" }));
        let again = world.done(&world.person("coordinator"), "partnerRevoke", &repeated).await;
        assert_eq!((&again["id"], &again["reason"]), (&first["id"], &json!("DATA_BREACH")));
        assert_eq!(world.tables().await, tables, "a revoked partner stays as it is");
        for outsider in ["caseworker", "coordinator of another project", "auditor"] {
            let question = "query($id: ID!, $revocation: ID!) { partnerRevocations(projectId: $id) { id } node(id: $revocation) { id } }";
            let found = world.ask(&world.person(outsider), question, json!({ "id": project("paris"), "revocation": first["id"] })).await;
            assert!(!found.text().contains("rvk_"), "{outsider}: {}", found.text());
        }
        // Once ended it can be revoked anew.
        let ended = admit(&world, &first).await;
        world.pass_hours(1);
        assert_ne!(revoke(&world).await["id"], ended["id"]);
        assert_eq!(world.rows("revocations").await.len(), 2);
    }

    /// What was accepted stays with its team, who bring nobody there any more.
    async fn nobody_is_handed_over_to_a_revoked_partner_and_nothing_is_written_to_it(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        of_another_project(&world).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        revoke(&world).await;
        let version = world.texts(format!("SELECT CAST(version AS TEXT) FROM referrals WHERE id = '{}'", accepted.id)).await;
        let version: i64 = version[0].parse().expect("a version");
        let of = |more: Value| merged(json!({ "referralId": accepted.id, "expectedVersion": version }), &more);
        for (act, more) in [
            ("referralHandOver", json!({ "mode": "PHONE" })),
            ("referralSlipCreate", json!({})),
            ("referralAnswerCodeCreate", json!({})),
            ("referralMessageSend", json!({ "text": "Nous arrivons" })),
        ] {
            assert_eq!(problem(&world, &ready.sender, act, &of(more)).await, "PARTNER_REVOKED", "{act}");
        }
        // What she tells of it is recorded all the same.
        let told = of(json!({ "outcome": "PERSON_DECLINED", "toldByPerson": true }));
        world.done(&ready.sender, "referralNotRealise", &told).await;
    }

    async fn its_people_in_the_project_stop_and_other_projects_learn_that_nobody_answers(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        world.refer(&ready, "REQUESTED").await;
        of_another_project(&world).await;
        let paris = project("paris");
        world.execute(&format!("UPDATE accounts SET project_id = '{paris}' WHERE handle = 'lawyer'")).await;
        revoke(&world).await;
        let disabled = world.texts("SELECT handle FROM accounts WHERE is_disabled".to_owned()).await;
        assert_eq!(disabled, ["lawyer"], "and keeps its name, for other projects work with the lawyers");
        let told = notices(&world, "coordinator of another project").await;
        assert_eq!(told.iter().filter(|kind| *kind == "PARTNER_SIGNED_OUT").count(), 1, "{told:?}");
        assert!(!told.iter().any(|kind| kind.contains("REVOKED")), "{told:?}");
    }

    /// A frozen project takes away, and lets nothing go on.
    async fn a_frozen_project_revokes_and_admits_nobody(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let requested = world.refer(&ready, "REQUESTED").await;
        world.done(&world.person("coordinator"), "projectFreeze", &json!({ "projectId": project("paris") })).await;
        let revoked = revoke(&world).await;
        assert_eq!(seen(&world, "caseworker", &requested.id).await["status"], "CANCELLED");
        let input = json!({ "partnerRevocationId": revoked["id"] });
        assert_eq!(problem(&world, &world.person("coordinator"), "partnerRevocationEndRequest", &input).await, "PROJECT_FROZEN");
    }

    async fn a_partner_with_many_referrals_loses_them_all(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let mut all = Vec::new();
        for _ in 0..53 {
            all.push(world.refer(&ready, "REQUESTED").await.id);
        }
        revoke(&world).await;
        let cancelled = world.texts("SELECT id FROM referrals WHERE status = 'cancelled' AND NOT is_open".to_owned()).await;
        assert_eq!(cancelled.len(), all.len());
        assert_eq!(world.rows("deletion_requests").await.len(), all.len());
        assert!(world.texts("SELECT name FROM jobs WHERE kind = 'partner_revocation'".to_owned()).await.is_empty());
    }

    /// The stop counts from its own commit; what is left is done by a job.
    async fn what_could_not_be_finished_is_finished_by_a_job_and_the_partner_is_blind_meanwhile(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        of_another_project(&world).await;
        let requested = world.refer(&ready, "REQUESTED").await;
        world.break_table("UPDATE", "referrals").await;
        revoke(&world).await;
        world.mend("referrals").await;
        let lawyer = back_again(&world).await;
        assert_eq!(status(&world, &lawyer, &requested.id).await, Value::Null);
        assert_eq!(seen(&world, "caseworker", &requested.id).await["status"], "REQUESTED");
        let draft = world.refer(&ready, "DRAFT").await;
        assert_eq!(problem(&world, &ready.sender, "referralSend", &step_input("referralSend", &draft)).await, "PARTNER_REVOKED");
        let worker = Worker::new(world.app.context().chance.as_ref());
        world.pass_minutes(1);
        run_due(world.app.context(), &worker).await.expect("a store");
        assert_eq!(seen(&world, "caseworker", &requested.id).await["status"], "CANCELLED");
        assert!(world.texts("SELECT name FROM jobs WHERE kind = 'partner_revocation'".to_owned()).await.is_empty());
    }

    /// The ledger outlives the database: a backup of before the revocation comes back with it.
    async fn a_database_restored_from_before_the_revocation_has_it_when_it_is_opened(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        of_another_project(&world).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        let reopen = async || {
            let node = App::open(world.location(), world.clock.clone(), world.clock.clone()).await;
            node.expect("a node").close().await;
        };
        revoke(&world).await;
        world.execute("DELETE FROM revocations").await;
        assert_eq!(status(&world, &back_again(&world).await, &accepted.id).await, "ACCEPTED", "what the backup knows");
        reopen().await;
        assert_eq!(status(&world, &back_again(&world).await, &accepted.id).await, Value::Null);
        let listed = world.ask(&world.person("coordinator"), "query($id: ID!) { partnerRevocations(projectId: $id) { id reason } }", json!({ "id": project("paris") })).await;
        let revoked = listed.at("partnerRevocations/0").clone();
        assert_eq!(revoked["reason"], "OTHER");
        // An end is remembered as well.
        world.pass_hours(1);
        admit(&world, &revoked).await;
        reopen().await;
        assert_eq!(status(&world, &back_again(&world).await, &accepted.id).await, "ACCEPTED");
    }
}
