//! Every state, every act on a referral, every role: one table, written by hand from the domain reference (§3).
//!
//! What is possible is tried on a fresh referral each time. What is not is tried one after the other on the same
//! referral by everybody, and after each attempt the database is as it was, but for what the audit trail says of it.

use crate::kit::loop_calls::{Referral, fresh_key, with};
use crate::kit::steps::{Ready, service_id};
use crate::kit::watch::Watch;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use crate::oracle::PEOPLE;
use serde_json::{Value, json};

/// Each act with what its input says besides, the event that a refusal names, and the state after.
const ACTS: [(&str, &str, &str, &str); 18] = [
    ("referralSend", r#"{"capacityConfirmed":true}"#, "SEND", "REQUESTED"),
    ("referralAcknowledge", "{}", "ACKNOWLEDGE", "ACKNOWLEDGED"),
    ("referralAsk", r#"{"question":{"template":"COMES_ALONE"}}"#, "ASK", "CLARIFYING"),
    ("referralAnswerQuestion", r#"{"answer":{"word":"YES"}}"#, "ANSWER", "ACKNOWLEDGED"),
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
    ("referralReroute", r#"{"capacityConfirmed":true}"#, "REROUTE", "REQUESTED"),
    ("consentWithdraw", "{}", "WITHDRAW_CONSENT", "WITHDRAWN"),
];

/// Who may do what in which state: T the case's team, R who answers for the recipient, C who leads the project. Nothing
/// stops a withdrawal; of what has ended it ends nothing.
const POSSIBLE: &str = "
                  send ack  ask  answ acc  wait decl hand slip pres star comp notr reop canc err  rero with
DRAFT             T    -    -    -    -    -    -    -    -    -    -    -    -    -    TC   TC   -    T
REQUESTED         -    TR   -    -    TR   TR   TR   -    -    -    -    -    -    -    TC   TC   -    T
ACKNOWLEDGED      -    -    R    -    TR   TR   TR   -    -    -    -    -    -    -    TC   TC   -    T
CLARIFYING        -    -    -    T    TR   TR   TR   -    -    -    -    -    -    -    TC   TC   -    T
WAITLISTED        -    -    -    -    TR   -    TR   -    -    -    -    -    -    -    TC   TC   -    T
ACCEPTED          -    -    -    -    -    -    -    T    T    R    TR   -    TR   -    TC   TC   -    T
HANDED_OVER       -    -    -    -    -    -    -    -    -    -    TR   TR   TR   -    C    TC   -    T
IN_SERVICE        -    -    -    -    -    -    -    -    -    -    -    TR   TR   -    C    TC   -    T
COMPLETED         -    -    -    -    -    -    -    -    -    -    -    -    -    TRC  -    TC   -    T
DECLINED          -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    TC   T    T
NOT_REALISED      -    -    -    -    -    -    -    -    -    -    -    -    -    TRC  -    TC   T    T
CANCELLED         -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    TC   -    T
WITHDRAWN         -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    TC   -    T
EXPIRED           -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    TC   T    T
ENTERED_IN_ERROR  -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    -    T";

/// States that nothing leaves but by a reroute, a reopening or an error.
const ENDED: [&str; 7] =
    ["COMPLETED", "DECLINED", "NOT_REALISED", "CANCELLED", "WITHDRAWN", "EXPIRED", "ENTERED_IN_ERROR"];

/// How everybody is refused what is not possible: s by the state, f because it is not theirs to do, n because there is
/// nothing for them, u because nobody knows them. The letter before says for whom the table above speaks.
const REFUSED: &str = "
                                 send ack  ask  answ acc  wait decl hand slip pres star comp notr reop canc err  rero with
T caseworker                     s    s    f    s    s    s    s    s    s    f    s    s    s    s    s    s    s    -
T untrained caseworker           s    s    f    s    s    s    s    s    s    f    s    s    s    s    s    s    s    -
R lawyer                         f    s    s    f    s    s    s    f    f    s    s    s    s    s    f    f    f    f
C coordinator                    f    f    f    f    f    f    f    f    f    f    f    f    f    s    s    s    f    f
C protection lead                f    f    f    f    f    f    f    f    f    f    f    f    f    s    s    s    f    f
- colleague of another team      n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n
- caseworker of another project  n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n    n
- coordinator of another project f    f    f    f    f    f    f    f    f    f    f    f    f    n    n    n    f    f
- another partner                f    n    n    f    n    n    n    f    f    n    n    n    n    n    n    n    f    f
- directory editor               f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f
- analyst                        f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f
- auditor                        f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f
- sysadmin                       f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f    f
- nobody                         u    u    u    u    u    u    u    u    u    u    u    u    u    u    u    u    u    u";

/// The rows of a table above: what stands before the cells, and the cells.
fn rows(table: &'static str, width: usize) -> Vec<(&'static str, Vec<&'static str>)> {
    table.lines().skip(2).map(|line| (line[..width].trim(), line[width..].split_whitespace().collect())).collect()
}

/// A referral that stands in the state to be tried, and the consent that carries it.
struct Reached {
    referral: Referral,
    consent: String,
}

/// A referral of a case and a consent of its own in this state, and its version.
async fn reach(world: &World, state: &str) -> Reached {
    let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let refer = async |state| {
        let referred = world.refer(&ready, state).await;
        Referral { id: referred.id, version: referred.version }
    };
    let referral = match state {
        // Nobody's act leads there: a clock runs out.
        "EXPIRED" => put(world, refer("REQUESTED").await, "status = 'expired', is_open = false").await,
        "CANCELLED" | "ENTERED_IN_ERROR" => {
            let act = ACTS.iter().find(|(.., after)| *after == state).expect("an act");
            let accepted = Reached { referral: refer("ACCEPTED").await, consent: ready.consent.clone() };
            world.run("caseworker", act.0, input(act, &accepted)).await.referral()
        }
        "WITHDRAWN" => withdrawn(world, &ready, refer("ACCEPTED").await).await,
        state => refer(state).await,
    };
    Reached { referral, consent: ready.consent }
}

async fn put(world: &World, referral: Referral, values: &str) -> Referral {
    world.execute(&format!("UPDATE referrals SET {values} WHERE id = '{}'", referral.id)).await;
    referral
}

async fn withdrawn(world: &World, ready: &Ready, referral: Referral) -> Referral {
    world.done(&ready.sender, "consentWithdraw", &json!({ "consentId": ready.consent })).await;
    Referral { version: referral.version + 1, ..referral }
}

fn input((name, besides, ..): &(&str, &str, &str, &str), Reached { referral, consent }: &Reached) -> Value {
    if *name == "consentWithdraw" {
        return json!({ "consentId": consent });
    }
    let target = json!({ "referralId": referral.id, "expectedVersion": referral.version });
    let input = with(target, serde_json::from_str(besides).expect("the rest of an input"));
    if *name == "referralReroute" {
        let again =
            json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(MINORITY_APPEAL), "consentId": consent });
        return with(input, again);
    }
    input
}

/// One possible act, on a referral of its own.
async fn try_possible(world: &World, state: &str, (side, who): (&str, &str), act: usize) {
    let (name, _, event, after) = ACTS[act];
    let reached = reach(world, state).await;
    let mut input = input(&ACTS[act], &reached);
    if name == "referralSlipPresent" {
        let slip = world.change("caseworker", "referralSlipCreate", &reached.referral, json!({})).await;
        input = with(input, json!({ "code": slip.done()["code"] }));
    }
    let earlier = world.read("coordinator", &reached.referral).await;
    let done = world.run(who, name, input).await;
    if after.is_empty() {
        assert_eq!(done.done()["code"].as_str().map(str::len), Some(8), "{name} in {state} by {who}");
        return;
    }
    let (event, changed) = match name {
        "consentWithdraw" => (event, reached.referral),
        // What is rerouted stays as it is, and another referral is sent in its place.
        "referralReroute" => {
            assert_eq!(world.read("coordinator", &reached.referral).await, earlier, "{state} by {who}");
            ("SEND", done.referral())
        }
        _ => (event, done.referral()),
    };
    let seen = world.read("coordinator", &changed).await;
    if name == "consentWithdraw" && ENDED.contains(&state) {
        assert_eq!(
            (&seen["status"], &seen["timeline"]),
            (&earlier["status"], &earlier["timeline"]),
            "{state} by {who}"
        );
        return;
    }
    assert_eq!(seen["status"], after, "{name} in {state} by {who}: {}", done.answer.text());
    let last = seen["timeline"].as_array().and_then(|lines| lines.last()).expect("a line").clone();
    assert_eq!((&last["event"], &last["party"]), (&json!(event), &json!(party(side))), "{name} in {state} by {who}");
    assert_eq!(last["attestedBy"], attested_by(side, name), "{name} in {state} by {who}");
}

fn party(side: &str) -> &'static str {
    match side {
        "T" => "SENDER",
        "R" => "RECIPIENT",
        _ => "COORDINATOR",
    }
}

fn attested_by(side: &str, name: &str) -> Value {
    match (side, name) {
        (_, "referralSend" | "referralAsk" | "referralAnswerQuestion" | "referralReopen" | "referralCancel") => {
            Value::Null
        }
        (_, "referralMarkError" | "referralReroute" | "consentWithdraw") => Value::Null,
        ("R", _) => json!("PARTNER"),
        _ => json!("SENDER"),
    }
}

fn expected(how: &str, state: &str, event: &str) -> String {
    match how {
        "s" => format!("InvalidTransitionError {event} in {state}"),
        "f" => "FORBIDDEN".to_owned(),
        "n" => "NOT_FOUND".to_owned(),
        _ => "UNAUTHENTICATED".to_owned(),
    }
}

/// What no partner does, whatever it is about.
const OF_SENDERS: [&str; 6] = [
    "referralSend",
    "referralAnswerQuestion",
    "referralHandOver",
    "referralSlipCreate",
    "referralReroute",
    "consentWithdraw",
];

/// How a refusal is told to this viewer in this state, where it differs from the table.
fn refusal_to(side: &str, state: &str, name: &str, how: &'static str) -> &'static str {
    match (side, state) {
        // A draft is nothing to its recipient.
        ("R", "DRAFT") if !OF_SENDERS.contains(&name) => "n",
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

/// Everybody has asked something today, which a token remembers.
async fn joined(mut world: World) -> World {
    world.join(PEOPLE).await;
    for (viewer, _) in rows(REFUSED, 33) {
        let (_, who) = viewer.split_once(' ').expect("a side and a handle");
        world.ask(&world.person(who), "{ __typename }", json!({})).await;
    }
    world
}

/// Every attempt of everybody in a state, with what it is refused with.
fn attempts(
    state: &'static str,
    possible: &[&str],
    reached: &Reached,
) -> Vec<(&'static str, &'static str, Value, String)> {
    let mut attempts = Vec::new();
    for (viewer, hows) in rows(REFUSED, 33) {
        let (side, who) = viewer.split_once(' ').expect("a side and a handle");
        for (number, act) in ACTS.iter().enumerate().filter(|(number, _)| !is_possible(side, possible[*number])) {
            let how = refusal_to(side, state, act.0, hows[number]);
            let told = expected(how, state, act.2);
            let words = if is_told_the_state(side, state) || how != "s" {
                &*told
            } else {
                told.split(" in ").next().expect("words")
            };
            attempts.push((who, act.0, input(act, reached), words.to_owned()));
        }
    }
    attempts
}

fn is_possible(side: &str, sides: &str) -> bool {
    side != "-" && sides.contains(side)
}

on_both_databases! {
    async fn every_state_every_act_and_every_role_is_as_the_table_says(world: World) {
        let world = joined(world).await;
        let mut watch = Watch::on(&world).await;
        let (mut done, mut refused) = (0, 0);
        for (state, possible) in rows(POSSIBLE, 18) {
            for (viewer, _) in rows(REFUSED, 33) {
                let (side, who) = viewer.split_once(' ').expect("a side and a handle");
                for act in (0..ACTS.len()).filter(|act| is_possible(side, possible[*act])) {
                    try_possible(&world, state, (side, who), act).await;
                    done += 1;
                }
            }
            let reached = reach(&world, state).await;
            assert!(!watch.changes().await.is_empty(), "the control: what is done is seen");
            for (who, name, input, told) in attempts(state, &possible, &reached) {
                let outcome = world.run(who, name, input).await;
                assert_eq!(outcome.refusal(), told, "{name} in {state} by {who}");
                assert_eq!(watch.changes().await, [""; 0], "{name} in {state} by {who} was refused, and wrote");
                refused += 1;
            }
        }
        assert_eq!(done + refused, 15 * 18 * 14);
        assert_eq!(done, POSSIBLE_CELLS);
    }
}

/// Cells of the first table with each viewer that they speak for: two of the team, one of the recipient, two leads.
const POSSIBLE_CELLS: usize = 197;
