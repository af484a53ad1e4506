//! What was answered, in Relais or by phone, and of which nothing more is heard.

use super::{at, brought, led, listed, need_of, notices_about, ready, run, seen, sent};
use crate::kit::loop_calls::Referral;
use crate::kit::steps::{Referred, step_input};
use crate::kit::world::on_both_databases;
use relais::domain::lifecycle::Status;
use serde_json::json;

fn known(referred: &Referred) -> Referral {
    Referral { id: referred.id.clone(), version: referred.version }
}

on_both_databases! {
    async fn a_need_that_was_declined_is_unmet_by_its_reason_once_nobody_else_was_asked(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let declined = world.refer(&ready, "DECLINED").await;
        assert_eq!(need_of(&world, &declined.id).await, "pending");
        // As long as a decision takes: five working days, from Monday to Monday.
        at(&world, "2026-11-30T18:50:12.345677Z").await;
        assert_eq!(need_of(&world, &declined.id).await, "pending");
        at(&world, "2026-11-30T18:50:12.345678Z").await;
        assert_eq!(need_of(&world, &declined.id).await, "unmet_full");
        at(&world, "2027-12-31T00:00:00Z").await;
        assert_eq!(listed(&world, &declined.id).await, [""; 0]);
    }

    async fn a_service_that_nobody_has_confirmed_counts_as_not_realised(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        // Fourteen days, and thirty.
        at(&world, "2027-01-06T18:50:12.345677Z").await;
        assert_eq!(seen(&world, "caseworker", &accepted.id).await["status"], "ACCEPTED");
        at(&world, "2027-01-06T18:50:12.345678Z").await;
        let ended = seen(&world, "caseworker", &accepted.id).await;
        assert_eq!((&ended["status"], &ended["outcomeCode"]), (&json!("NOT_REALISED"), &json!("UNKNOWN_AFTER_REVIEW")));
        assert_eq!(need_of(&world, &accepted.id).await, "unmet_no_answer");
        assert_eq!(notices_about(&world, "caseworker", &accepted.id).await, ["SERVICE_UNCONFIRMED"]);
    }

    async fn a_word_about_the_service_gives_it_thirty_days_more(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        at(&world, "2027-01-02T08:00:00Z").await;
        let started = json!({ "serviceStartedAt": "2027-01-02T07:00:00Z" });
        let input = crate::kit::steps::merged(step_input("referralStart", &accepted), &started);
        world.done(&ready.recipient, "referralStart", &input).await;
        at(&world, "2027-02-01T07:59:59Z").await;
        assert_eq!(seen(&world, "caseworker", &accepted.id).await["status"], "IN_SERVICE");
        at(&world, "2027-02-01T08:00:00Z").await;
        assert_eq!(seen(&world, "caseworker", &accepted.id).await["status"], "NOT_REALISED");
    }

    async fn a_place_on_a_waiting_list_is_asked_for_and_expires_a_week_later(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        world.execute("UPDATE referrals SET expected_wait_days = 40").await;
        brought(&world, &known(&sent), Status::Waitlisted, ("waitlist", "recipient", Some("partner"))).await;
        at(&world, "2026-12-23T18:50:12.345678Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "WAITLISTED", "its clock has run out");
        at(&world, "2027-01-02T18:50:12.345678Z").await;
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, ["WAIT_OVER"]);
        at(&world, "2027-01-09T18:50:12.345678Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED");
        assert_eq!(need_of(&world, &sent.id).await, "pending");
    }

    async fn a_reply_as_told_is_an_answer_and_still_it_ends(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = sent(&world, &ready, json!({}), json!({ "channel": "CALL" })).await;
        brought(&world, &known(&sent), Status::Acknowledged, ("acknowledge", "sender", Some("sender"))).await;
        at(&world, "2027-01-22T18:50:12.345677Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "ACKNOWLEDGED");
        at(&world, "2027-01-22T18:50:12.345678Z").await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED");
    }

    async fn a_question_puts_the_decision_off_by_half_of_its_time_at_most(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "ACKNOWLEDGED").await;
        let before = seen(&world, "lawyer", &sent.id).await["decideBy"].clone();
        assert_eq!(before, "2026-11-30T18:00:00Z");
        brought(&world, &known(&sent), Status::Clarifying, ("ask", "recipient", None)).await;
        assert_eq!(seen(&world, "lawyer", &sent.id).await["decideBy"], "2026-12-04T06:00:00Z");
        at(&world, "2026-11-30T18:50:12.345678Z").await;
        assert_eq!(notices_about(&world, "caseworker", &sent.id).await, [""; 0]);
        at(&world, "2026-12-04T06:50:12.345678Z").await;
        let mut told = notices_about(&world, "caseworker", &sent.id).await;
        // Both are due at the same instant: which of them is done first nobody has said.
        told.sort_unstable();
        assert_eq!(told, ["NEXT_PARTNERS", "REFERRAL_ESCALATED"]);
    }

    async fn what_takes_months_is_looked_at_every_month_and_ends(world: World) {
        let world = led(world).await;
        let ready = ready(&world).await;
        let sent = sent(&world, &ready, json!({ "urgency": "LONG_TRACK" }), json!({ "capacityConfirmed": true })).await;
        for days in 1..=389 {
            world.move_to_day(days);
            run(&world).await;
        }
        let kinds = world.texts(format!("SELECT kind FROM notices WHERE object = '{}'", sent.id)).await;
        let count = |kind: &str| kinds.iter().filter(|found| *found == kind).count();
        assert_eq!((count("long_track_review"), count("consent_lapsing"), kinds.len()), (12, 1, 13), "{kinds:?}");
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "REQUESTED");
        world.move_to_day(390);
        run(&world).await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "EXPIRED");
    }
}
