//! Silence: who is told of it and when, and the end without an answer.

use super::{at, led, listed, need_of, notices_about, paris, ready, seen, sent};
use crate::kit::steps::{organization_id, step_input};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use serde_json::{Value, json};

// Sent on a Monday evening: two working days end on Wednesday, five on the next Monday.
const JUST_BEFORE: &str = "2026-11-25T18:50:12.345677Z";
const REMINDED: &str = "2026-11-25T18:50:12.345678Z";
const ESCALATED: &str = "2026-11-30T18:50:12.345678Z";
const PROPOSED: &str = "2026-12-03T18:50:12.345678Z";
const EXPIRED: &str = "2026-12-23T18:50:12.345678Z";
const NEED_LEFT: &str = "2026-12-30T18:50:12.345678Z";

const ALL: [&str; 5] = ["consent_lapsing", "escalate", "expire", "propose", "remind"];

async fn partners(world: &World, handle: &str, id: &str) -> Value {
    let question = "query($id: ID!) { referralNextPartners(referralId: $id, first: 50) { nodes { organization { id } } \
        edges { verdict } pageInfo { hasNextPage } } }";
    world.ask(&world.person(handle), question, json!({ "id": id })).await.at("referralNextPartners").clone()
}

on_both_databases! {
    async fn who_never_answers_is_reminded_then_others_are_told_and_then_it_ends(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = sent(&world, &ready, json!({}), json!({ "capacityConfirmed": true })).await;
        assert_eq!(listed(&world, &sent.id).await, ALL);
        let own = seen(&world, "caseworker", &sent.id).await;
        assert_eq!((&own["acknowledgeBy"], &own["decideBy"]), (&json!(REMINDED), &json!(ESCALATED)));
        assert_eq!((&own["serveBy"], &own["expiresAt"]), (&json!("2026-12-07T18:50:12.345678Z"), &json!(EXPIRED)));
        let theirs = seen(&world, "lawyer", &sent.id).await;
        assert_eq!((&theirs["acknowledgeBy"], &theirs["expiresAt"]), (&json!("2026-11-25T18:00:00Z"), &json!("2026-12-23T18:00:00Z")));

        let nobody: [&str; 0] = [];
        at(&world, JUST_BEFORE).await;
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, nobody);
        at(&world, REMINDED).await;
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, ["REFERRAL_REMINDER"]);
        assert_eq!(notices_about(&world, "another partner", &sent.id).await, nobody);
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, nobody);
        at(&world, ESCALATED).await;
        for handle in ["caseworker", "coordinator"] {
            assert_eq!(notices_about(&world, handle, &sent.id).await, ["REFERRAL_ESCALATED"], "{handle}");
        }
        let mut head = notices_about(&world, "lawyers' head", &sent.id).await;
        head.sort();
        assert_eq!(head, ["REFERRAL_ESCALATED", "REFERRAL_REMINDER"]);
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, ["REFERRAL_REMINDER"]);
        at(&world, PROPOSED).await;
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, ["REFERRAL_ESCALATED", "NEXT_PARTNERS"]);
        at(&world, EXPIRED).await;
        let ended = seen(&world, "caseworker", &sent.id).await;
        assert_eq!((&ended["status"], need_of(&world, &sent.id).await.as_str()), (&json!("EXPIRED"), "pending"));
        let last = ended["timeline"].as_array().and_then(|lines| lines.last()).expect("a line");
        assert_eq!(last, &json!({ "event": "EXPIRE", "party": "TIMER", "attestedBy": null, "organization": null }));
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await.last().map(String::as_str), Some("REFERRAL_EXPIRED"));
        assert_eq!(seen(&world, "lawyer", &sent.id).await["expiresAt"], Value::Null, "an ended one tells no times");
        at(&world, NEED_LEFT).await;
        assert_eq!(need_of(&world, &sent.id).await, "unmet_no_answer");
        at(&world, "2027-12-31T00:00:00Z").await;
        assert_eq!(listed(&world, &sent.id).await, nobody);
        let events = world.texts(format!("SELECT reason FROM audit_events WHERE object = '{}' AND actor_id IS NULL ORDER BY sequence", sent.id)).await;
        assert_eq!(events, ["remind", "escalate", "propose", "expire", "need_unanswered"]);
    }

    async fn of_one_that_was_acknowledged_nobody_is_told_before_its_decision_is_due(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        at(&world, "2026-11-24T09:00:00Z").await;
        world.done(&ready.recipient, "referralAcknowledge", &step_input("referralAcknowledge", &sent)).await;
        at(&world, REMINDED).await;
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, [""; 0]);
        at(&world, ESCALATED).await;
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, ["REFERRAL_ESCALATED"]);
        at(&world, EXPIRED).await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED", "an acknowledgement is no answer");
    }

    async fn whom_somebody_called_reads_nothing_and_the_sender_is_told_to_call_again(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = sent(&world, &ready, json!({}), json!({ "channel": "CALL" })).await;
        at(&world, REMINDED).await;
        at(&world, ESCALATED).await;
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, ["REFERRAL_REMINDER", "REFERRAL_ESCALATED"]);
        for handle in ["lawyer", "lawyers' head"] {
            assert_eq!(notices_about(&world, handle, &sent.id).await, [""; 0], "{handle}");
        }
    }

    async fn a_hard_deadline_ends_it_and_its_recipient_reads_no_clock_that_would_tell_it(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let by = "2026-11-28T09:00:00Z";
        let sent = sent(&world, &ready, json!({ "neededBy": by }), json!({ "capacityConfirmed": true })).await;
        let own = seen(&world, "caseworker", &sent.id).await;
        assert_eq!((&own["decideBy"], &own["serveBy"], &own["expiresAt"]), (&json!(by), &json!(by), &json!(by)));
        let theirs = seen(&world, "lawyer", &sent.id).await;
        assert_eq!((&theirs["acknowledgeBy"], &theirs["decideBy"]), (&Value::Null, &Value::Null), "nor one beside it");
        assert_eq!((&theirs["serveBy"], &theirs["expiresAt"]), (&Value::Null, &Value::Null));
        at(&world, by).await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED");
    }

    async fn a_freeze_of_sixty_days_puts_everything_off_by_sixty_days(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        at(&world, "2026-11-24T18:50:12.345678Z").await;
        world.done(&world.person("coordinator"), "projectFreeze", &paris()).await;
        at(&world, "2026-12-24T18:50:12.345678Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "REQUESTED");
        at(&world, "2027-01-23T18:50:12.345678Z").await;
        world.done(&world.person("coordinator"), "projectThawRequest", &paris()).await;
        world.done(&world.person("protection lead"), "projectThawConfirm", &paris()).await;
        let own = seen(&world, "caseworker", &sent.id).await;
        assert_eq!((&own["acknowledgeBy"], &own["expiresAt"]), (&json!("2027-01-24T18:50:12.345678Z"), &json!("2027-02-21T18:50:12.345678Z")));
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, [""; 0]);
        // What asked in the freeze asks again within the hour.
        at(&world, "2027-01-24T19:50:12.345678Z").await;
        assert_eq!(notices_about(&world, "lawyer", &sent.id).await, ["REFERRAL_REMINDER"]);
        at(&world, "2027-02-21T18:50:12.345677Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "REQUESTED");
        at(&world, "2027-02-21T18:50:12.345678Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED");
    }

    async fn what_a_recipient_was_told_of_is_not_shown_while_the_project_stands_still(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        at(&world, REMINDED).await;
        at(&world, ESCALATED).await;
        world.done(&world.person("coordinator"), "projectFreeze", &paris()).await;
        for handle in ["lawyer", "lawyers' head"] {
            assert_eq!(notices_about(&world, handle, &sent.id).await, [""; 0], "{handle}");
        }
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, ["REFERRAL_ESCALATED"]);
    }

    async fn the_next_partners_are_for_the_team_and_without_who_was_asked(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        let found = partners(&world, "caseworker", &sent.id).await;
        let asked = json!({ "organization": { "id": organization_id(LAWYERS) } });
        let nodes = found["nodes"].as_array().expect("a list");
        assert!(!nodes.is_empty() && !nodes.contains(&asked), "{found}");
        assert!(found["edges"].as_array().expect("a list").iter().all(|edge| edge["verdict"] != "NO"));
        assert_eq!(partners(&world, "coordinator of another project", &sent.id).await, Value::Null);
    }

    async fn what_is_due_of_an_erased_referral_goes(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        at(&world, REMINDED).await;
        world.execute(&format!("UPDATE cases SET erasing_at = 1 WHERE id = '{}'", ready.case)).await;
        at(&world, "2027-12-31T00:00:00Z").await;
        assert_eq!(listed(&world, &sent.id).await, [""; 0]);
        assert_eq!(world.texts("SELECT status FROM referrals".to_owned()).await, ["requested"], "erasing is not ending");
    }
}
