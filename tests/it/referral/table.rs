//! Every state, every act on a referral, every role: one table, written by hand from the domain reference (§3).
//!
//! What is possible is tried on a fresh referral each time. What is not is tried one after the other on the same
//! referral by everybody, and afterwards the database is as it was, but for what the audit trail says of the attempts.

use crate::kit::loop_calls::{Referral, with};
use crate::kit::steps::{Ready, service_id};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use crate::oracle::PEOPLE;
use serde_json::{Value, json};

/// Each act with what its input says besides, the event that a refusal names, and the state after.
const ACTS: [(&str, &str, &str, &str); 14] = [
    ("referralSend", r#"{"capacityConfirmed":true}"#, "SEND", "REQUESTED"),
    ("referralAcknowledge", "{}", "ACKNOWLEDGE", "ACKNOWLEDGED"),
    ("referralAccept", "{}", "ACCEPT", "ACCEPTED"),
    ("referralWaitlist", r#"{"expectedWaitDays":70}"#, "WAITLIST", "WAITLISTED"),
    ("referralDecline", r#"{"code":"FULL"}"#, "DECLINE", "DECLINED"),
    ("referralHandOver", r#"{"mode":"PHONE"}"#, "HAND_OVER", "HANDED_OVER"),
    ("referralSlipCreate", "{}", "HAND_OVER", ""),
    ("referralSlipPresent", r#"{"code":"23456789"}"#, "HAND_OVER", "HANDED_OVER"),
    ("referralStart", "{}", "START", "IN_SERVICE"),
    ("referralComplete", r#"{"outcome":"SERVICE_RECEIVED"}"#, "COMPLETE", "COMPLETED"),
    ("referralNotRealise", r#"{"outcome":"NOT_RECEIVED_CAPACITY"}"#, "NOT_REALISE", "NOT_REALISED"),
    ("referralReopen", "{}", "REOPEN", "IN_SERVICE"),
    ("referralCancel", r#"{"reason":"NOT_SAFE"}"#, "CANCEL", "CANCELLED"),
    ("referralMarkError", r#"{"reason":"TRIAL"}"#, "MARK_ERROR", "ENTERED_IN_ERROR"),
];

/// Who may do what in which state: T the case's team, R who answers for the recipient, C who leads the project.
const POSSIBLE: &str = "
                  send ack  acc  wait decl hand slip pres star comp notr reop canc err
DRAFT             T    -    -    -    -    -    -    -    -    -    -    -    TC   TC
REQUESTED         -    TR   TR   TR   TR   -    -    -    -    -    -    -    TC   TC
ACKNOWLEDGED      -    -    TR   TR   TR   -    -    -    -    -    -    -    TC   TC
CLARIFYING        -    -    TR   TR   TR   -    -    -    -    -    -    -    TC   TC
WAITLISTED        -    -    TR   -    TR   -    -    -    -    -    -    -    TC   TC
ACCEPTED          -    -    -    -    -    T    T    R    TR   -    TR   -    TC   TC
HANDED_OVER       -    -    -    -    -    -    -    -    TR   TR   TR   -    C    TC
IN_SERVICE        -    -    -    -    -    -    -    -    -    TR   TR   -    C    TC
COMPLETED         -    -    -    -    -    -    -    -    -    -    -    TRC  -    TC
DECLINED          -    -    -    -    -    -    -    -    -    -    -    -    -    TC
NOT_REALISED      -    -    -    -    -    -    -    -    -    -    -    TRC  -    TC
CANCELLED         -    -    -    -    -    -    -    -    -    -    -    -    -    TC
WITHDRAWN         -    -    -    -    -    -    -    -    -    -    -    -    -    TC
EXPIRED           -    -    -    -    -    -    -    -    -    -    -    -    -    TC
ENTERED_IN_ERROR  -    -    -    -    -    -    -    -    -    -    -    -    -    -";

/// How everybody is refused what is not possible: s by the state, f because it is not theirs to do, n because there is
/// nothing for them, u because nobody knows them. The letter before says for whom the table above speaks.
const REFUSED: &str = "
                                 send ack  acc  wait decl hand slip pres star comp notr reop canc err
T caseworker                     s    s    s    s    s    s    s    f    s    s    s    s    s    s
T untrained caseworker           s    s    s    s    s    s    s    f    s    s    s    s    s    s
R lawyer                         f    s    s    s    s    f    f    s    s    s    s    s    f    f
C coordinator                    f    f    f    f    f    f    f    f    f    f    f    s    s    s
C protection lead                f    f    f    f    f    f    f    f    f    f    f    s    s    s
- colleague of another team      n    n    n    n    n    n    n    n    n    n    n    n    n    n
- caseworker of another project  n    n    n    n    n    n    n    n    n    n    n    n    n    n
- coordinator of another project f    f    f    f    f    f    f    f    f    f    f    n    n    n
- another partner                f    n    n    n    n    f    f    n    n    n    n    n    n    n
- directory editor               f    f    f    f    f    f    f    f    f    f    f    f    f    f
- analyst                        f    f    f    f    f    f    f    f    f    f    f    f    f    f
- auditor                        f    f    f    f    f    f    f    f    f    f    f    f    f    f
- sysadmin                       f    f    f    f    f    f    f    f    f    f    f    f    f    f
- nobody                         u    u    u    u    u    u    u    u    u    u    u    u    u    u";

/// The rows of a table above: what stands before the cells, and the cells.
fn rows(table: &'static str, width: usize) -> Vec<(&'static str, Vec<&'static str>)> {
    table.lines().skip(2).map(|line| (line[..width].trim(), line[width..].split_whitespace().collect())).collect()
}

/// A referral of a case and a consent of its own in this state, and its version.
async fn reach(world: &World, state: &str) -> Referral {
    let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let refer = async |state| {
        let referred = world.refer(&ready, state).await;
        Referral { id: referred.id, version: referred.version }
    };
    match state {
        // Nobody's act here leads there: a question has words, and a clock runs out.
        "CLARIFYING" => put(world, refer("ACKNOWLEDGED").await, "status = 'clarifying'").await,
        "EXPIRED" => put(world, refer("REQUESTED").await, "status = 'expired', is_open = false").await,
        "CANCELLED" | "ENTERED_IN_ERROR" => {
            let act = ACTS.iter().find(|(.., after)| *after == state).expect("an act");
            world.run("caseworker", act.0, input(act.1, &refer("ACCEPTED").await)).await.referral()
        }
        "WITHDRAWN" => withdrawn(world, &ready, refer("ACCEPTED").await).await,
        state => refer(state).await,
    }
}

async fn put(world: &World, referral: Referral, values: &str) -> Referral {
    world.execute(&format!("UPDATE referrals SET {values} WHERE id = '{}'", referral.id)).await;
    referral
}

async fn withdrawn(world: &World, ready: &Ready, referral: Referral) -> Referral {
    world.done(&ready.sender, "consentWithdraw", &json!({ "consentId": ready.consent })).await;
    Referral { version: referral.version + 1, ..referral }
}

fn input(besides: &str, referral: &Referral) -> Value {
    let target = json!({ "referralId": referral.id, "expectedVersion": referral.version });
    with(target, serde_json::from_str(besides).expect("the rest of an input"))
}

/// One possible act, on a referral of its own.
async fn try_possible(world: &World, state: &str, (side, who): (&str, &str), act: usize) {
    let (name, besides, event, after) = ACTS[act];
    let referral = reach(world, state).await;
    let mut input = input(besides, &referral);
    if name == "referralSlipPresent" {
        let slip = world.change("caseworker", "referralSlipCreate", &referral, json!({})).await;
        input = with(input, json!({ "code": slip.done()["code"] }));
    }
    let done = world.run(who, name, input).await;
    if after.is_empty() {
        assert_eq!(done.done()["code"].as_str().map(str::len), Some(8), "{name} in {state} by {who}");
        return;
    }
    let seen = world.read("coordinator", &referral).await;
    assert_eq!(seen["status"], after, "{name} in {state} by {who}: {}", done.answer.text());
    let last = seen["timeline"].as_array().and_then(|lines| lines.last()).expect("a line").clone();
    let party = match side {
        "T" => "SENDER",
        "R" => "RECIPIENT",
        _ => "COORDINATOR",
    };
    assert_eq!((&last["event"], &last["party"]), (&json!(event), &json!(party)), "{name} in {state} by {who}");
    let attested_by = match (side, name) {
        (_, "referralSend" | "referralReopen" | "referralCancel" | "referralMarkError") => Value::Null,
        ("R", _) => json!("PARTNER"),
        _ => json!("SENDER"),
    };
    assert_eq!(last["attestedBy"], attested_by, "{name} in {state} by {who}");
}

fn expected(how: &str, state: &str, event: &str) -> String {
    match how {
        "s" => format!("InvalidTransitionError {event} in {state}"),
        "f" => "FORBIDDEN".to_owned(),
        "n" => "NOT_FOUND".to_owned(),
        _ => "UNAUTHENTICATED".to_owned(),
    }
}

/// How a refusal is told to this viewer in this state, where it differs from the table.
fn refusal_to(side: &str, state: &str, name: &str, how: &'static str) -> &'static str {
    match (side, state) {
        // A draft is nothing to its recipient.
        ("R", "DRAFT") if !matches!(name, "referralSend" | "referralHandOver" | "referralSlipCreate") => "n",
        _ => how,
    }
}

/// Ruling R10 and the rows of the table: who leads is not told the state of a refusal, and a recipient not that of a
/// referral that was closed without a word.
fn is_told_the_state(side: &str, state: &str) -> bool {
    match side {
        "T" => true,
        "R" => !matches!(state, "CANCELLED" | "WITHDRAWN" | "ENTERED_IN_ERROR"),
        _ => false,
    }
}

async fn joined(mut world: World) -> World {
    world.join(PEOPLE).await;
    world
}

on_both_databases! {
    async fn every_state_every_act_and_every_role_is_as_the_table_says(world: World) {
        let world = joined(world).await;
        let (mut done, mut refused) = (0, 0);
        for (state, possible) in rows(POSSIBLE, 18) {
            let referral = reach(&world, state).await;
            let mut to_refuse = Vec::new();
            for (viewer, hows) in rows(REFUSED, 33) {
                let (side, who) = viewer.split_once(' ').expect("a side and a handle");
                for (act, (name, besides, event, _)) in ACTS.into_iter().enumerate() {
                    if possible[act].contains(side) && side != "-" {
                        try_possible(&world, state, (side, who), act).await;
                        done += 1;
                    } else {
                        let how = refusal_to(side, state, name, hows[act]);
                        let told = expected(how, state, event);
                        let told = if is_told_the_state(side, state) || how != "s" {
                            told
                        } else {
                            told.split(" in ").next().expect("words").to_owned()
                        };
                        to_refuse.push((who, name, input(besides, &referral), told));
                    }
                }
            }
            let before = world.tables().await;
            for (who, name, input, told) in to_refuse {
                let outcome = world.run(who, name, input).await;
                assert_eq!(outcome.refusal(), told, "{name} in {state} by {who}");
                refused += 1;
            }
            assert_eq!(world.tables().await, before, "what was refused in {state} wrote something");
        }
        assert_eq!(done + refused, 15 * 14 * 14);
        assert_eq!(done, POSSIBLE_CELLS);
    }
}

/// Cells of the first table with each viewer that they speak for: two of the team, one of the recipient, two leads.
const POSSIBLE_CELLS: usize = 158;
