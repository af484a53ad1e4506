//! Every act in every state that this release reaches, and two people at once.

use super::{events, own_clinic};
use crate::kit::loop_calls::{Referral, Target, confirmed, outcome, request, to_the_lawyers, with};
use crate::kit::world::{World, graphql_request, on_both_databases};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SEND: &str = "referralSend";
const ACKNOWLEDGE: &str = "referralAcknowledge";
const ACCEPT: &str = "referralAccept";
const DECLINE: &str = "referralDecline";
const START: &str = "referralStart";
const COMPLETE: &str = "referralComplete";
const ACTS: [&str; 6] = [SEND, ACKNOWLEDGE, ACCEPT, DECLINE, START, COMPLETE];

/// Each state, the acts that lead there from a draft, and the acts that are possible in it.
const STATES: [(&str, &[&str], &[&str]); 7] = [
    ("DRAFT", &[], &[SEND]),
    ("REQUESTED", &[SEND], &[ACKNOWLEDGE, ACCEPT, DECLINE]),
    ("ACKNOWLEDGED", &[SEND, ACKNOWLEDGE], &[ACCEPT, DECLINE]),
    ("ACCEPTED", &[SEND, ACCEPT], &[START]),
    ("IN_SERVICE", &[SEND, ACKNOWLEDGE, ACCEPT, START], &[COMPLETE]),
    ("COMPLETED", &[SEND, ACCEPT, START, COMPLETE], &[]),
    ("DECLINED", &[SEND, DECLINE], &[]),
];

/// The input of an act on a referral.
fn input(act: &str, referral: &Referral) -> Value {
    let target = json!({ "referralId": referral.id, "expectedVersion": referral.version });
    with(
        target,
        match act {
            SEND => confirmed(),
            DECLINE => json!({ "code": "FULL" }),
            COMPLETE => json!({ "outcome": "SERVICE_RECEIVED" }),
            _ => json!({}),
        },
    )
}

/// Each of a list of referrals, one per state; `answerer` is whoever answers for the recipient.
async fn one_of_each(world: &World, target: &Target, answerer: &str) -> Vec<Referral> {
    let mut referrals = Vec::new();
    for (state, acts, _) in STATES {
        let mut referral = world.drafted(target, json!({}), json!({})).await;
        for act in acts {
            let who = if *act == SEND { target.who } else { answerer };
            referral = world.run(who, act, input(act, &referral)).await.referral();
        }
        assert_eq!(world.read(target.who, &referral).await["status"], state);
        referrals.push(referral);
    }
    referrals
}

fn event(act: &str) -> String {
    act.trim_start_matches("referral").to_uppercase()
}

on_both_databases! {
    async fn an_act_out_of_turn_is_refused_with_the_state_and_changes_nothing(world: World) {
        let referrals = one_of_each(&world, &own_clinic(), "caseworker").await;
        let mut refused = 0;
        for ((state, _, possible), referral) in STATES.iter().zip(&referrals) {
            for act in ACTS.iter().filter(|act| !possible.contains(*act)) {
                let refusal = world.refused("caseworker", act, input(act, referral)).await;
                assert_eq!(refusal, format!("InvalidTransitionError {} in {state}", event(act)));
                refused += 1;
            }
        }
        assert_eq!(refused, 7 * 6 - 8);
    }

    async fn an_answer_out_of_turn_by_a_partner_changes_nothing_and_a_draft_is_not_there(world: World) {
        let referrals = one_of_each(&world, &to_the_lawyers(), "lawyer").await;
        for ((state, _, possible), referral) in STATES.iter().zip(&referrals) {
            for act in ACTS[1..].iter().filter(|act| !possible.contains(*act)) {
                let expected = match *state {
                    "DRAFT" => "NOT_FOUND".to_owned(),
                    state => format!("InvalidTransitionError {} in {state}", event(act)),
                };
                assert_eq!(world.refused("lawyer", act, input(act, referral)).await, expected, "{act} in {state}");
            }
        }
    }

    async fn a_decision_on_an_older_version_is_told_the_current_one(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let acknowledged = world.change("lawyer", ACKNOWLEDGE, &sent, json!({})).await.referral();
        for (version, act) in
            [(2, ACCEPT), (1, DECLINE), (0, START), (-1, COMPLETE), (4, ACKNOWLEDGE), (i64::MAX, ACCEPT)]
        {
            let stale = Referral { version, ..sent.clone() };
            let refusal = world.refused("lawyer", act, input(act, &stale)).await;
            assert_eq!(refusal, "ConflictError 3 expectedVersion", "{act} on version {version}");
        }
        world.change("lawyer", ACCEPT, &acknowledged, json!({})).await.done();
    }

    async fn of_twenty_decisions_at_once_exactly_one_is_taken(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let acts: Vec<&str> = (0..20).map(|number| if number % 2 == 0 { ACCEPT } else { DECLINE }).collect();
        let requests = acts.iter().map(|act| request(&world, "lawyer", act, &input(act, &sent))).collect();
        let answers = world.send_at_once(requests).await;
        let outcomes: Vec<_> = acts.iter().zip(answers).map(|(act, answer)| outcome(act, answer)).collect();
        let (taken, lost): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_done());
        assert_eq!(taken.len(), 1, "{outcomes:#?}");
        let refusals: BTreeSet<String> = lost.iter().map(|outcome| outcome.refusal()).collect();
        let allowed =
            |refusal: &String| refusal.starts_with("ConflictError 3") || refusal.starts_with("InvalidTransitionError");
        assert!(refusals.iter().all(allowed), "{refusals:?}");
        let seen = world.read("caseworker", &sent).await;
        assert_eq!(events(&seen).len(), 3, "{seen}");
        assert_eq!(seen["status"], taken[0].done()["status"]);
        let need = world.texts(format!("SELECT result FROM demands WHERE referral_id = '{}'", sent.id)).await;
        assert_eq!(need, ["pending"]);
    }

    /// A button pressed twice.
    async fn of_ten_sends_at_once_exactly_one_is_sent_and_counted(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        let requests = (0..10).map(|_| request(&world, "caseworker", SEND, &input(SEND, &draft))).collect();
        let answers = world.send_at_once(requests).await;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| outcome(SEND, answer)).collect();
        let (taken, lost): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_done());
        assert_eq!(taken.len(), 1, "{outcomes:#?}");
        for outcome in lost {
            assert_eq!(outcome.refusal(), "ConflictError 2 expectedVersion");
        }
        assert_eq!(world.rows("demands").await.len(), 1);
        assert_eq!(events(&world.read("caseworker", &draft).await), ["CREATE by SENDER", "SEND by SENDER"]);
    }

    /// What is told is written into the trail of each sending project: readers of two trails at once must
    /// not wait for each other in a circle.
    async fn many_may_read_referrals_of_two_projects_at_once(world: World) {
        let other = Target { who: "caseworker of another project", ..to_the_lawyers() };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            ours.push(world.sent(&to_the_lawyers()).await.id);
            theirs.push(world.sent(&other).await.id);
        }
        // Whatever the order of the ids, one pair has ours first and the other has theirs first.
        let (least, greatest) = (ours.iter().min().unwrap(), theirs.iter().max().unwrap());
        let pairs = [(least, greatest), (ours.iter().max().unwrap(), theirs.iter().min().unwrap())];
        let query =
            "query($one: ID!, $other: ID!) { one: referral(id: $one) { need } other: referral(id: $other) { need } }";
        let ask = |number: usize| {
            let (one, other) = pairs[number % 2];
            graphql_request(&world.person("lawyer"), "en", query, json!({ "one": one, "other": other }))
        };
        for answer in world.send_at_once((0..40).map(ask).collect()).await {
            assert_eq!(answer.at("other/need"), "LEGAL_MINORITY_APPEAL", "{}", answer.text());
        }
    }
}
