//! Withdrawal takes effect at once, and nothing stands in its way; closing a referral looks the same to a partner.

use super::{notices, problem, project, protected, ready, seen};
use crate::kit::key_store::{keks_of, opens};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, Referred, mutation, step_input, text};
use crate::kit::world::{World, graphql_request, on_both_databases};
use relais::actions::jobs::{Worker, run_due};
use relais::domain::job::{JobKind, JobResult};
use serde_json::{Value, json};
use std::path::PathBuf;

async fn withdraw(world: &World, consent: &str) -> Value {
    world.done(&world.person("caseworker"), "consentWithdraw", &json!({ "consentId": consent })).await
}

async fn requests(world: &World, handle: &str) -> Vec<Value> {
    let question = "{ deletionRequests { id referralId askedAt answer answeredAt } }";
    let answer = world.ask(&world.person(handle), question, json!({})).await;
    answer.at("deletionRequests").as_array().expect("a list").clone()
}

async fn result(world: &World, referral: &str) -> Vec<String> {
    world.texts(format!("SELECT result FROM demands WHERE referral_id = '{referral}'")).await
}

on_both_databases! {
    async fn p_07_withdrawal_takes_effect_at_once(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let mut open = Vec::new();
        for status in ["DRAFT", "REQUESTED", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE"] {
            open.push(world.refer(&ready, status).await);
        }
        let completed = world.refer(&ready, "COMPLETED").await;
        let withdrawn = withdraw(&world, &ready.consent).await;
        assert_eq!(withdrawn["withdrawnAt"], world.now().to_string());
        for (number, referred) in open.iter().enumerate() {
            assert_eq!(seen(&world, "caseworker", &referred.id).await["status"], "WITHDRAWN");
            let told = seen(&world, "lawyer", &referred.id).await;
            let expected = if number == 0 { Value::Null } else { json!("CLOSED") };
            assert_eq!(told.get("status").cloned().unwrap_or_default(), expected, "{told}");
            assert!(told["need"].is_null() && told["alias"].is_null(), "{told}");
            let counted: Vec<&str> = if number == 0 { vec![] } else { vec!["person_declined"] };
            assert_eq!(result(&world, &referred.id).await, counted);
        }
        assert_eq!(seen(&world, "caseworker", &completed.id).await["status"], "COMPLETED");
        assert_eq!(result(&world, &completed.id).await, ["met"], "what was given was given");
        assert_eq!(notices(&world, "untrained caseworker").await, ["CONSENT_WITHDRAWN"]);

        // The recipient is asked to delete, once for each referral that it was told of, and its answer is kept.
        let asked = requests(&world, "lawyer").await;
        assert_eq!(asked.len(), 4);
        assert_eq!(asked[0]["askedAt"], world.now().start_of_hour().to_string(), "a recipient reads the hour");
        assert!(requests(&world, "another partner").await.is_empty());
        assert_eq!(requests(&world, "coordinator").await.len(), 4);
        let answer = json!({ "deletionId": asked[0]["id"], "answer": "DELETED" });
        assert_eq!(problem(&world, &ready.sender, "deletionAnswer", &answer).await, "NOT_FOUND", "the sender does not answer");
        world.done(&ready.recipient, "deletionAnswer", &answer).await;
        assert_eq!(problem(&world, &ready.recipient, "deletionAnswer", &answer).await, "ALREADY_ANSWERED");
        let tracked = requests(&world, "caseworker").await;
        assert_eq!(tracked.iter().filter(|request| request["answer"] == "DELETED").count(), 1);
    }

    async fn p_07_nothing_blocks_a_withdrawal(world: World) {
        let world = protected(world).await;
        let on_a_frozen_project = ready(&world).await;
        let sent = world.refer(&on_a_frozen_project, "ACCEPTED").await;
        let all_ended = ready(&world).await;
        world.refer(&all_ended, "COMPLETED").await;
        let never_used = ready(&world).await;
        let lapsed = ready(&world).await;
        let held = world.refer(&lapsed, "ACCEPTED").await;
        world.done(&world.person("coordinator"), "projectFreeze", &json!({ "projectId": project("paris") })).await;
        withdraw(&world, &on_a_frozen_project.consent).await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "WITHDRAWN");
        world.move_to_day(400);
        // Tokens last 90 days; the people come with new ones.
        let world = protected(world).await;
        for consent in [&all_ended.consent, &never_used.consent, &lapsed.consent] {
            let first = withdraw_again(&world, consent).await;
            world.pass_hours(1);
            assert_eq!(withdraw_again(&world, consent).await, first, "withdrawn again it stays as it is");
        }
        let status = world.texts(format!("SELECT status FROM referrals WHERE id = '{}'", held.id)).await;
        assert_eq!(status, ["withdrawn"]);
    }

    async fn p_07_a_withdrawal_and_a_send_at_once_leave_nothing_open(world: World) {
        for round in 0..25 {
            let ready = ready(&world).await;
            let draft = world.refer(&ready, "DRAFT").await;
            let requested = world.refer(&ready, "REQUESTED").await;
            let request = |person, act: &str, input: Value| {
                graphql_request(person, "en", &mutation(act), json!({ "input": input }))
            };
            let mut requests = vec![
                request(&ready.sender, "referralSend", step_input("referralSend", &draft)),
                request(&ready.sender, "consentWithdraw", json!({ "consentId": ready.consent })),
                request(&ready.recipient, "referralAccept", step_input("referralAccept", &requested)),
            ];
            requests.rotate_left(round % 3);
            let answers = world.send_at_once(requests).await;
            let withdrawn = answers.iter().find_map(|answer| answer.json.pointer("/data/consentWithdraw/consent/id"));
            assert_eq!(withdrawn, Some(&json!(ready.consent)), "{answers:?}");
            for referred in [&draft, &requested] {
                let status = seen(&world, "caseworker", &referred.id).await["status"].clone();
                assert_eq!(status, "WITHDRAWN", "round {round}: {answers:?}");
            }
        }
    }

    async fn a_recipient_cannot_tell_how_a_sender_closed_a_referral(world: World) {
        let mut told = Vec::new();
        for closing in ["consentWithdraw", "referralCancel", "referralMarkError"] {
            let ready = ready(&world).await;
            let referred = world.refer(&ready, "ACCEPTED").await;
            close(&world, &ready, &referred, closing).await;
            let mut answers = Vec::new();
            let question = format!("query($id: ID!) {{ referral(id: $id) {} }}", SCHEMA.everything("Referral"));
            answers.push(world.ask(&ready.recipient, &question, json!({ "id": referred.id })).await.text());
            let later = Referred { version: referred.version + 1, ..referred.clone() };
            for act in ["referralAcknowledge", "referralStart", "referralComplete"] {
                answers.push(world.act(&ready.recipient, act, &step_input(act, &later)).await.text());
            }
            let deletions = format!("{{ deletionRequests {} }}", SCHEMA.everything("Deletion"));
            let listed = world.ask(&ready.recipient, &deletions, json!({})).await;
            let asked = listed.at("deletionRequests").as_array().expect("a list").iter();
            let asked: Vec<&Value> = asked.filter(|request| request["referralId"] == referred.id.as_str()).collect();
            assert_eq!(asked.len(), 1, "{}", listed.text());
            answers.push(asked[0].to_string().replace(&text(&asked[0]["id"]), "del"));
            told.push(answers.iter().map(|answer| answer.replace(&referred.id, "ref")).collect::<Vec<_>>());
            let notified = world.ask(&ready.recipient, "{ notices { kind at } }", json!({})).await;
            let kinds = notified.at("notices").as_array().expect("a list");
            assert!(kinds.iter().all(|notice| notice["kind"] == "DELETION_REQUESTED"), "{}", notified.text());
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0], told[2]);
    }

    async fn a_referral_is_cancelled_by_its_team_until_the_handover_and_by_the_coordinator_while_open(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let cancel = |referred: &Referred| {
            json!({ "referralId": referred.id, "expectedVersion": referred.version, "reason": "PERSON_DECLINED" })
        };
        let accepted = world.refer(&ready, "ACCEPTED").await;
        let stranger = world.person("caseworker of another project");
        assert_eq!(problem(&world, &stranger, "referralCancel", &cancel(&accepted)).await, "NOT_FOUND");
        assert_eq!(problem(&world, &ready.recipient, "referralCancel", &cancel(&accepted)).await, "FORBIDDEN");
        let cancelled = world.done(&ready.sender, "referralCancel", &cancel(&accepted)).await;
        assert_eq!(cancelled["status"], "CANCELLED");
        assert_eq!(cancelled["timeline"][4]["code"], "person_declined");
        assert_eq!(result(&world, &accepted.id).await, ["person_declined"]);
        let in_service = world.refer(&ready, "IN_SERVICE").await;
        let refused = world.act(&ready.sender, "referralCancel", &cancel(&in_service)).await;
        assert_eq!(refused.at("referralCancel/errors/0/__typename"), "InvalidTransitionError");
        let coordinator = world.person("coordinator");
        assert_eq!(world.done(&coordinator, "referralCancel", &cancel(&in_service)).await["status"], "CANCELLED");
        assert_eq!(notices(&world, "untrained caseworker").await, ["REFERRAL_CLOSED", "REFERRAL_CLOSED"]);
    }

    async fn a_referral_in_error_leaves_a_tombstone_and_no_count(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        for status in ["DRAFT", "REQUESTED", "COMPLETED"] {
            let referred = world.refer(&ready, status).await;
            let input = json!({ "referralId": referred.id, "expectedVersion": referred.version, "reason": "DUPLICATE" });
            let tombstone = world.done(&ready.sender, "referralMarkError", &input).await;
            assert_eq!(tombstone["status"], "ENTERED_IN_ERROR");
            assert!(tombstone["offer"]["ageBand"].is_null() && tombstone["outcomeCode"].is_null(), "{tombstone}");
            assert!(result(&world, &referred.id).await.is_empty(), "counted nowhere");
            let again = Referred { version: referred.version + 1, ..referred };
            let input = json!({ "referralId": again.id, "expectedVersion": again.version, "reason": "TRIAL" });
            let refused = world.act(&ready.sender, "referralMarkError", &input).await;
            assert_eq!(refused.at("referralMarkError/errors/0/__typename"), "InvalidTransitionError");
        }
    }

    async fn the_content_of_a_referral_in_error_is_unreadable_at_once(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let (wrong, right) = (world.refer(&ready, "ACCEPTED").await, world.refer(&ready, "ACCEPTED").await);
        let (keks, sealed) = (keks_of(&world.kek_file()), sealed_of(&world, &wrong.id).await);
        let opened = async |sealed: &str| {
            opens(&world.data_keys(&keks).await, "referrals", "sealed", &wrong.id, &wrong.id, sealed)
        };
        assert!(opened(&sealed).await, "the control");
        close(&world, &ready, &wrong, "referralMarkError").await;
        // Neither what its row said before, which may still lie in a log, nor what it says now.
        assert!(!opened(&sealed).await && !opened(&sealed_of(&world, &wrong.id).await).await);
        assert_eq!(seen(&world, "caseworker", &wrong.id).await["status"], "ENTERED_IN_ERROR");
        assert_eq!(jobs_of_shredding(&world).await, 0, "it is done");
        let ledger = std::fs::read_to_string(ledger_of(&world)).expect("a ledger");
        assert!(ledger.contains(&format!("erased {} ", wrong.id)), "{ledger}");
        let other = seen_offer(&world, &right.id).await;
        assert_eq!(other["adminStatus"], "MINOR_IN_APPEAL", "another referral of the case is as it was");
        // A cancelled one keeps what it says, until its clock.
        close(&world, &ready, &right, "referralCancel").await;
        assert_eq!(world.key_texts(&format!("SELECT unit FROM data_keys WHERE unit = '{}'", right.id)).await.len(), 1);
    }

    /// As if the process had died between its commit and the shredding: the ledger takes no line.
    async fn what_stopped_before_the_shredding_is_done_by_the_next_look_at_the_jobs(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let wrong = world.refer(&ready, "REQUESTED").await;
        let keys = async || world.key_texts(&format!("SELECT unit FROM data_keys WHERE unit = '{}'", wrong.id)).await.len();
        std::fs::create_dir(ledger_of(&world)).expect("a folder in the ledger's place");
        close(&world, &ready, &wrong, "referralMarkError").await;
        assert_eq!((keys().await, jobs_of_shredding(&world).await), (1, 1), "the mark stands, and what is left to do");
        let worker = Worker::new(world.app.context().chance.as_ref());
        let shredded = async || {
            let ran = run_due(world.app.context(), &worker).await.expect("a store");
            ran.iter().filter(|ran| ran.kind == JobKind::ReferralShred).map(|ran| ran.result).collect::<Vec<_>>()
        };
        assert_eq!(shredded().await, [JobResult::Failed]);
        std::fs::remove_dir(ledger_of(&world)).expect("the folder");
        assert_eq!(shredded().await, [], "it waits a minute");
        world.clock.set(world.now().plus_minutes(1));
        assert_eq!(shredded().await, [JobResult::Done]);
        assert_eq!((keys().await, jobs_of_shredding(&world).await), (0, 0));
    }

    /// P-22: a hold is the only exception, and an exception to this as well.
    async fn of_a_held_case_it_is_done_when_the_hold_is_lifted(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let wrong = world.refer(&ready, "REQUESTED").await;
        let lead = world.person("protection lead");
        let hold = json!({ "caseId": ready.case, "reason": "LITIGATION", "reviewOn": "2027-05-01" });
        world.done(&lead, "legalHoldSet", &hold).await;
        close(&world, &ready, &wrong, "referralMarkError").await;
        let keys = async || world.key_texts(&format!("SELECT unit FROM data_keys WHERE unit = '{}'", wrong.id)).await.len();
        let worker = Worker::new(world.app.context().chance.as_ref());
        let after_an_hour = async || {
            world.clock.set(world.now().plus_hours(1));
            let ran = run_due(world.app.context(), &worker).await.expect("a store");
            ran.iter().filter(|ran| ran.kind == JobKind::ReferralShred).map(|ran| ran.result).collect::<Vec<_>>()
        };
        assert_eq!((after_an_hour().await, keys().await), (vec![JobResult::Waits], 1));
        world.done(&lead, "legalHoldLift", &json!({ "caseId": ready.case })).await;
        assert_eq!((after_an_hour().await, keys().await), (vec![JobResult::Done], 0));
        assert_eq!(jobs_of_shredding(&world).await, 0);
    }
}

#[test]
fn p_07_nobody_is_asked_why() {
    let fields: Vec<&str> = SCHEMA.inputs["ConsentWithdrawInput"].iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["consentId"]);
}

async fn withdraw_again(world: &World, consent: &str) -> Value {
    let question = "mutation($input: ConsentWithdrawInput!) { consentWithdraw(input: $input) { consent { withdrawnAt } errors { __typename } } }";
    let answer = world.ask(&world.person("caseworker"), question, json!({ "input": { "consentId": consent } })).await;
    answer.at("consentWithdraw/consent/withdrawnAt").clone()
}

async fn close(world: &World, ready: &Ready, referred: &Referred, closing: &str) {
    let input = match closing {
        "consentWithdraw" => json!({ "consentId": ready.consent }),
        "referralCancel" => {
            json!({ "referralId": referred.id, "expectedVersion": referred.version, "reason": "NOT_SAFE" })
        }
        _ => json!({ "referralId": referred.id, "expectedVersion": referred.version, "reason": "WRONG_CASE" }),
    };
    world.done(&ready.sender, closing, &input).await;
}

fn ledger_of(world: &World) -> PathBuf {
    world.kek_file().with_file_name("relais-erasures.ledger")
}

async fn sealed_of(world: &World, referral: &str) -> String {
    world.texts(format!("SELECT sealed FROM referrals WHERE id = '{referral}'")).await.remove(0)
}

async fn jobs_of_shredding(world: &World) -> usize {
    world.texts("SELECT name FROM jobs WHERE kind = 'referral_shred'".to_owned()).await.len()
}

async fn seen_offer(world: &World, referral: &str) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { offer { adminStatus } } }";
    world.ask(&world.person("caseworker"), question, json!({ "id": referral })).await.at("referral/offer").clone()
}
