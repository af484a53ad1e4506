//! Guards of the table of states that no other story tries to break, each with one clear refusal and nothing written.

use crate::kit::loop_calls::{Referral, confirmed, fresh_key, girl, outcome, request, service, to_the_lawyers, with};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, on_both_databases};
use serde_json::{Value, json};

const CLIENTS: usize = 50;

fn target(referral: &Referral, more: Value) -> Value {
    with(json!({ "referralId": referral.id, "expectedVersion": referral.version }), more)
}

on_both_databases! {
    /// T2: a redirection tells nothing in writing.
    async fn a_redirection_is_called_and_not_sent(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "kind": "REDIRECTION" })).await;
        let refusal = world.refused("caseworker", "referralSend", target(&draft, confirmed())).await;
        assert_eq!(refusal, "RecipientUnavailableError BY_CALL_ONLY");
    }

    /// T1: what follows up follows an ended referral of the same case to the same recipient, and nothing else does.
    async fn a_follow_up_names_what_it_follows(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let consent = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.id();
        let of_another = world.sent(&to_the_lawyers()).await;
        for more in [
            json!({ "kind": "FOLLOW_UP" }),
            json!({ "kind": "FOLLOW_UP", "follows": of_another.id }),
            json!({ "follows": of_another.id }),
        ] {
            let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "consentId": consent,
                "serviceId": service(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL" });
            let refusal = world.refused("caseworker", "referralCreate", with(input, more)).await;
            assert_eq!(refusal, "InputError FOLLOWED_REFERRAL follows");
        }
    }

    /// T2: a draft may have waited for longer than its deadline.
    async fn what_is_needed_by_an_hour_that_has_passed_is_not_sent(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "neededBy": world.in_hours(2) })).await;
        world.pass_hours(2);
        let refusal = world.refused("caseworker", "referralSend", target(&draft, confirmed())).await;
        assert_eq!(refusal, "InputError DEADLINE_PAST referralId");
    }

    /// T7, T10 and T11: a reason of another act is none. The schema has no word for it, or the outcome is of the other end.
    async fn a_reason_of_another_act_is_refused(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        for code in ["NOT_RECEIVED_NO_SHOW", "SERVICE_RECEIVED", "OTHER", ""] {
            let refusal = world.refused("lawyer", "referralDecline", target(&sent, json!({ "code": code }))).await;
            assert_eq!(refusal, "GRAPHQL_VALIDATION_FAILED", "{code}");
        }
        // A recipient that has met nobody yet tells no reason of the person's, and she none of the recipient's.
        for (who, said) in [
            ("lawyer", json!({ "code": "AFRAID" })),
            ("lawyer", json!({ "code": "CANNOT_TRAVEL" })),
            ("caseworker", json!({ "code": "FULL", "toldByPerson": true })),
        ] {
            let refusal = world.refused(who, "referralDecline", target(&sent, said)).await;
            assert_eq!(refusal, "InputError DECLINE_CODE_SIDE code", "{who}");
        }
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
        for (act, outcome) in [("referralComplete", "NOT_RECEIVED_NO_SHOW"), ("referralNotRealise", "SERVICE_RECEIVED")] {
            let refusal = world.refused("lawyer", act, target(&started, json!({ "outcome": outcome }))).await;
            assert_eq!(refusal, "InputError OUTCOME_OF_EVENT outcome", "{act}");
        }
    }

    /// T5: one of fifty who accept the same offer has it, and each other is told the version to read.
    async fn of_fifty_who_accept_the_same_offer_one_has_it_and_the_others_are_told_the_version(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let requests = (0..CLIENTS).map(|_| request(&world, "lawyer", "referralAccept", &target(&sent, json!({}))));
        let answers = world.send_at_once(requests.collect()).await;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| outcome("referralAccept", answer)).collect();
        let (taken, lost): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_done());
        assert_eq!((taken.len(), taken[0].referral().version), (1, 3));
        for outcome in lost {
            assert_eq!(outcome.refusal(), "ConflictError 3 expectedVersion");
        }
        let lines = world.texts(format!("SELECT event FROM referral_events WHERE referral_id = '{}' ORDER BY version", sent.id)).await;
        assert_eq!(lines, ["create", "send", "accept"]);
    }
}
