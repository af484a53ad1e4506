//! Handing a person over, the phrase that both sides say, the harm that may come of it, and taking it up again.

use super::events;
use crate::kit::loop_calls::{Referral, to_the_lawyers, with};
use crate::kit::world::{World, on_both_databases};
use relais::actions::retention::{Order, run};
use serde_json::{Value, json};

async fn accepted(world: &World, consent: Value) -> Referral {
    let draft = world.drafted(&to_the_lawyers(), consent, json!({})).await;
    let sent = world.send_referral("caseworker", &draft, json!({ "capacityConfirmed": true })).await.referral();
    world.change("lawyer", "referralAccept", &sent, json!({})).await.referral()
}

fn target(referral: &Referral, more: Value) -> Value {
    with(json!({ "referralId": referral.id, "expectedVersion": referral.version }), more)
}

async fn slip(world: &World, referral: &Referral) -> String {
    let made = world.change("caseworker", "referralSlipCreate", referral, json!({})).await;
    made.done()["code"].as_str().expect("a code").to_owned()
}

async fn present(world: &World, referral: &Referral, code: &str) -> String {
    let outcome = world.change("lawyer", "referralSlipPresent", referral, json!({ "code": code })).await;
    if outcome.is_done() { outcome.done()["status"].as_str().expect("a state").to_owned() } else { outcome.refusal() }
}

/// Another code of the same form.
fn other(code: &str) -> String {
    let last = if code.ends_with('2') { "3" } else { "2" };
    format!("{}{last}", &code[..7])
}

const NO_SLIP: &str = "InputError SLIP_CODE code";

on_both_databases! {
    async fn a_person_carries_a_code_that_is_used_once(world: World) {
        let accepted = accepted(&world, json!({})).await;
        let first = slip(&world, &accepted).await;
        let code = slip(&world, &accepted).await;
        assert_ne!(first, code);
        let rows = world.rows("slips").await;
        assert!(rows.len() == 1 && !rows[0].contains(&code), "one slip, and no code in the store: {rows:?}");
        assert_eq!(present(&world, &accepted, &first).await, NO_SLIP, "a new slip takes the place of the last");
        assert_eq!(present(&world, &accepted, &format!("{} {}", &code[..4], code[4..].to_lowercase())).await, "HANDED_OVER");
        assert_eq!(world.rows("slips").await, Vec::<String>::new());
        let handed_over = Referral { version: accepted.version + 1, ..accepted.clone() };
        let seen = world.read("caseworker", &handed_over).await;
        assert_eq!(seen["handoverMode"], "PERSON_CARRIES_SLIP");
        assert_eq!(events(&seen).last().map(String::as_str), Some("HAND_OVER by RECIPIENT"));
        assert_eq!(seen["timeline"][3]["attestedBy"], "PARTNER");
        assert_eq!(present(&world, &handed_over, &code).await, "InvalidTransitionError HAND_OVER in HANDED_OVER");
    }

    async fn five_wrong_codes_void_a_slip_and_every_code_that_opens_nothing_is_refused_alike(world: World) {
        let accepted = accepted(&world, json!({})).await;
        assert_eq!(present(&world, &accepted, "23456789").await, NO_SLIP, "there is none");
        let code = slip(&world, &accepted).await;
        assert_eq!(present(&world, &accepted, "no code").await, NO_SLIP);
        for attempt in 1..=4 {
            assert_eq!(present(&world, &accepted, &other(&code)).await, NO_SLIP, "attempt {attempt}");
        }
        assert_eq!(world.rows("slips").await.len(), 1, "what is no code is no attempt");
        assert_eq!(present(&world, &accepted, &other(&code)).await, NO_SLIP);
        assert_eq!(present(&world, &accepted, &code).await, NO_SLIP, "the slip is void");
        let code = slip(&world, &accepted).await;
        world.pass_hours(30 * 24);
        assert_eq!(present(&world, &accepted, &code).await, NO_SLIP, "the slip has lapsed");
        assert_eq!(world.read("caseworker", &accepted).await["status"], "ACCEPTED");
        let refused = "SELECT object FROM audit_events WHERE action = 'slip_refused'".to_owned();
        assert_eq!(world.texts(refused).await.len(), 9, "each attempt is on record");
    }

    async fn a_slip_of_another_referral_opens_nothing(world: World) {
        let (one, another) = (accepted(&world, json!({})).await, accepted(&world, json!({})).await);
        let code = slip(&world, &one).await;
        slip(&world, &another).await;
        assert_eq!(present(&world, &another, &code).await, NO_SLIP);
        assert_eq!(present(&world, &one, &code).await, "HANDED_OVER");
    }

    async fn nobody_carries_a_slip_at_severe_risk_nor_where_nobody_may_contact_the_person(world: World) {
        let hidden = accepted(&world, json!({ "contactRule": "NO_CONTACT" })).await;
        let by_slip = json!({ "mode": "PERSON_CARRIES_SLIP" });
        let refusals = async |referral: &Referral, problem: &str| {
            let made = world.refused("caseworker", "referralSlipCreate", target(referral, json!({}))).await;
            assert_eq!(made, format!("InputError {problem} referralId"));
            let handed = world.refused("caseworker", "referralHandOver", target(referral, by_slip.clone())).await;
            assert_eq!(handed, format!("InputError {problem} mode"));
        };
        refusals(&hidden, "SLIP_WITHOUT_CONTACT").await;
        let plain = accepted(&world, json!({})).await;
        let code = slip(&world, &plain).await;
        world.execute("UPDATE projects SET risk_profile = 'severe'").await;
        refusals(&plain, "SLIP_FORBIDDEN").await;
        assert_eq!(present(&world, &plain, &code).await, "InputError SLIP_FORBIDDEN referralId");
        let handed = world.change("caseworker", "referralHandOver", &hidden, json!({ "mode": "JOINT_INTERVIEW" })).await;
        assert_eq!(handed.done()["status"], "HANDED_OVER");
    }

    async fn a_slip_that_nobody_presents_is_erased_after_thirty_days(world: World) {
        let accepted = accepted(&world, json!({})).await;
        slip(&world, &accepted).await;
        for (days, left) in [(29, 1), (1, 0)] {
            world.pass_hours(days * 24);
            let order = Order { clock_is_right: true, is_dry_run: false };
            run(world.app.context(), order, &mut |_, _| {}).await.expect("a run");
            assert_eq!(world.rows("slips").await.len(), left);
        }
    }

    async fn both_sides_say_the_same_two_words_and_only_while_it_is_accepted(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        for who in ["caseworker", "lawyer"] {
            assert_eq!(world.read(who, &sent).await["callPhrase"], Value::Null, "before acceptance, {who}");
        }
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let said = world.read("caseworker", &accepted).await;
        let phrase = said["callPhrase"].as_str().expect("a phrase").to_owned();
        assert_eq!(phrase.split(' ').count(), 2, "{phrase}");
        assert_eq!(world.read("lawyer", &accepted).await["callPhrase"], json!(phrase));
        assert_eq!(world.read("coordinator", &accepted).await["callPhrase"], Value::Null, "who does not call says nothing");
        let other = self::accepted(&world, json!({})).await;
        assert_ne!(world.read("lawyer", &other).await["callPhrase"], json!(phrase));
        let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
        assert_eq!(world.read("caseworker", &started).await["callPhrase"], json!(phrase));
        let outcome = json!({ "outcome": "SERVICE_RECEIVED" });
        let completed = world.change("lawyer", "referralComplete", &started, outcome).await.referral();
        for who in ["caseworker", "lawyer"] {
            assert_eq!(world.read(who, &completed).await["callPhrase"], Value::Null, "after the end, {who}");
        }
    }

    async fn harm_opens_an_incident_that_its_recipient_never_sees(world: World) {
        let question = "{ incidents { id referralId openedAt closedAt resolution } notices { kind } }";
        let ask = async |who: &str| world.ask(&world.person(who), question, json!({})).await;
        let accepted = accepted(&world, json!({})).await;
        let harm = json!({ "outcome": "HARM_REPORTED" });
        world.change("lawyer", "referralNotRealise", &accepted, harm).await.done();
        let demand = format!("SELECT result FROM demands WHERE referral_id = '{}'", accepted.id);
        assert_eq!(world.texts(demand).await, ["unmet_unsafe"]);
        let found = ask("coordinator").await;
        let incident = found.at("incidents/0").clone();
        assert_eq!((&incident["referralId"], &incident["closedAt"]), (&json!(accepted.id), &Value::Null));
        assert_eq!(found.at("notices"), &json!([{ "kind": "INCIDENT_OPENED" }]));
        assert_eq!(ask("caseworker").await.at("incidents/0"), &incident);
        for who in ["lawyer", "another partner", "caseworker of another project", "coordinator of another project"] {
            let seen = ask(who).await;
            assert_eq!((seen.at("incidents"), seen.at("notices")), (&json!([]), &json!([])), "{who}");
        }
        let close = json!({ "incidentId": incident["id"], "resolution": "PRACTICE_CHANGED" });
        for (who, expected) in [
            ("lawyer", "FORBIDDEN"),
            ("caseworker", "FORBIDDEN"),
            ("coordinator of another project", "NOT_FOUND"),
        ] {
            assert_eq!(world.refused(who, "incidentClose", close.clone()).await, expected, "{who}");
        }
        let closed = world.run("coordinator", "incidentClose", close.clone()).await;
        assert_eq!(closed.done()["resolution"], "PRACTICE_CHANGED");
        assert_eq!(world.refused("coordinator", "incidentClose", close).await, "ProtectionError ALREADY_DECIDED");
        assert_eq!(ask("caseworker").await.at("notices").as_array().map(Vec::len), Some(2), "opened and closed");
    }

    async fn what_has_ended_is_taken_up_again_on_a_live_consent(world: World) {
        let expiry = json!({ "expiresAt": world.in_hours(40 * 24) });
        let end = async |who: &str| {
            let accepted = accepted(&world, expiry.clone()).await;
            world.change(who, "referralNotRealise", &accepted, json!({ "outcome": "NOT_RECEIVED_CAPACITY" })).await.referral()
        };
        let (one, another, late) = (end("lawyer").await, end("caseworker").await, end("caseworker").await);
        let reopened = world.change("lawyer", "referralReopen", &one, json!({})).await;
        assert_eq!((&reopened.done()["status"], &reopened.done()["outcomeCode"]), (&json!("IN_SERVICE"), &Value::Null));
        let demand = format!("SELECT result FROM demands WHERE referral_id = '{}'", one.id);
        assert_eq!(world.texts(demand).await, ["pending"]);
        let reopened = world.change("caseworker", "referralReopen", &another, json!({})).await;
        assert_eq!(events(reopened.done()).last().map(String::as_str), Some("REOPEN by SENDER"));
        world.pass_hours(31 * 24);
        for who in ["caseworker", "lawyer"] {
            let refusal = world.refused(who, "referralReopen", target(&late, json!({}))).await;
            assert_eq!(refusal, "InvalidTransitionError REOPEN in NOT_REALISED", "{who} after thirty days");
        }
        let reopened = world.change("coordinator", "referralReopen", &late, json!({})).await;
        assert_eq!(reopened.done()["status"], "IN_SERVICE");
    }

    async fn nothing_is_taken_up_again_on_a_consent_that_lapsed_or_was_withdrawn(world: World) {
        let accepted = accepted(&world, json!({ "expiresAt": world.in_hours(24) })).await;
        let outcome = json!({ "outcome": "NOT_RECEIVED_CAPACITY" });
        let ended = world.change("lawyer", "referralNotRealise", &accepted, outcome).await.referral();
        world.pass_hours(24);
        for who in ["caseworker", "lawyer", "coordinator"] {
            let refusal = world.refused(who, "referralReopen", target(&ended, json!({}))).await;
            assert_eq!(refusal, "ConsentMissingError EXPIRED", "{who}");
        }
        world.execute("UPDATE consents SET withdrawn_at = expires_at - 1").await;
        let refusal = async |who| world.refused(who, "referralReopen", target(&ended, json!({}))).await;
        assert_eq!(refusal("caseworker").await, "ConsentMissingError WITHDRAWN");
        assert_eq!(refusal("lawyer").await, "ConsentMissingError EXPIRED", "a withdrawal is no recipient's to know");
    }
}
