//! A call counts: what a recipient or the person has told stands in the record, with who says so, beside what partners
//! say themselves.

use super::{events, own_clinic};
use crate::kit::loop_calls::{Referral, confirmed, to_the_lawyers, with};
use crate::kit::world::{LAWYERS, on_both_databases};
use relais::domain::directory::{AuthorityLink, Organization};
use relais::domain::id::{Identifier, OrganizationId};
use serde_json::{Value, json};

fn called() -> Value {
    json!({ "channel": "CALL" })
}

/// Who attests each line of a timeline, by its event.
fn attested(referral: &Value) -> Vec<String> {
    let line = |entry: &Value| format!("{} {}", entry["event"], entry["attestedBy"]).replace('"', "");
    referral["timeline"].as_array().expect("a timeline").iter().map(line).collect()
}

/// The four facts of a proof by who attests them.
fn proved(referral: &Value) -> [Value; 4] {
    ["delivered", "acknowledged", "decided", "received"].map(|fact| referral["proof"][fact]["attestedBy"].clone())
}

fn demand_of(referral: &Referral) -> String {
    format!("SELECT result FROM demands WHERE referral_id = '{}'", referral.id)
}

on_both_databases! {
    async fn a_referral_that_was_only_called_goes_to_its_end_without_its_recipient_reading_anything(world: World) {
        world.execute("UPDATE vettings SET is_vetted = false").await;
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        let refusal = world.refused("caseworker", "referralSend", with(target(&draft), confirmed())).await;
        assert_eq!(refusal, "RecipientUnavailableError NOT_VETTED");
        let mut referral = world.change("caseworker", "referralSend", &draft, called()).await.referral();
        for (act, more) in [
            ("referralAcknowledge", json!({})),
            ("referralWaitlist", json!({ "expectedWaitDays": 12 })),
            ("referralAccept", json!({})),
            ("referralHandOver", json!({ "mode": "JOINT_INTERVIEW" })),
            ("referralStart", json!({ "toldByPerson": true })),
            ("referralComplete", json!({ "outcome": "SERVICE_RECEIVED", "toldByPerson": true })),
        ] {
            assert_eq!(world.read("lawyer", &referral).await, Value::Null, "nothing was sent before {act}");
            assert_eq!(world.refused("lawyer", act, with(target(&referral), required(act))).await, hidden_from_partner(act));
            world.pass_hours(1);
            referral = world.change("caseworker", act, &referral, more).await.referral();
        }
        assert_eq!(world.read("lawyer", &referral).await, Value::Null);
        let seen = world.read("caseworker", &referral).await;
        assert_eq!((&seen["status"], &seen["expectedWaitDays"]), (&json!("COMPLETED"), &json!(12)));
        assert_eq!(
            attested(&seen),
            [
                "CREATE null", "SEND null", "ACKNOWLEDGE SENDER", "WAITLIST SENDER", "ACCEPT SENDER", "HAND_OVER SENDER",
                "START PERSON", "COMPLETE PERSON"
            ]
        );
        assert!(events(&seen).iter().all(|line| line.ends_with("by SENDER")));
        assert_eq!(proved(&seen), [json!("SENDER"), json!("SENDER"), json!("SENDER"), json!("PERSON")]);
        assert_eq!(world.texts(demand_of(&referral)).await, ["met"]);
    }

    async fn a_body_that_never_receives_a_referral_is_not_called_either(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        let lawyers = OrganizationId::derived("corridor", LAWYERS);
        let kept = world.app.context().directory.snapshot().organization(lawyers).expect("the lawyers");
        let police = Organization { authority_link: Some(AuthorityLink::PoliceImmigration), ..(*kept).clone() };
        world.publish_organization(&police).await;
        let refusal = world.refused("caseworker", "referralSend", with(target(&draft), called())).await;
        assert_eq!(refusal, "RecipientUnavailableError NEVER_A_RECIPIENT");
    }

    async fn what_a_partner_says_and_what_it_has_told_stand_side_by_side(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let acknowledged = world.change("caseworker", "referralAcknowledge", &sent, json!({})).await.referral();
        world.pass_hours(2);
        let accepted = world.change("lawyer", "referralAccept", &acknowledged, json!({})).await.referral();
        let started = world.change("caseworker", "referralStart", &accepted, json!({ "toldByPerson": true })).await;
        let seen = world.read("caseworker", &started.referral()).await;
        assert_eq!(
            attested(&seen),
            ["CREATE null", "SEND null", "ACKNOWLEDGE SENDER", "ACCEPT PARTNER", "START PERSON"]
        );
        assert_eq!(proved(&seen), [json!("SENDER"), json!("SENDER"), json!("PARTNER"), json!("PERSON")]);
        assert_eq!(seen["proof"]["decided"]["at"], world.in_hours(0));
        let read = world.read("lawyer", &started.referral()).await;
        // That it was the person who spoke is not the recipient's to know.
        assert_eq!(attested(&read), ["SEND null", "ACKNOWLEDGE SENDER", "ACCEPT PARTNER", "START SENDER"]);
        assert_eq!(proved(&read), [json!("SENDER"), json!("SENDER"), json!("PARTNER"), json!("SENDER")]);
        assert_eq!(read["proof"]["decided"]["at"], "2026-11-23T20:00:00Z", "a recipient reads the hour");
    }

    async fn a_recipient_cannot_say_that_the_person_told_it(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let input = with(target(&sent), json!({ "toldByPerson": true }));
        assert_eq!(
            world.refused("lawyer", "referralAccept", input).await,
            "InputError TOLD_BY_PERSON toldByPerson"
        );
        let input = with(target(&sent), json!({ "expectedWaitDays": 731 }));
        assert_eq!(world.refused("lawyer", "referralWaitlist", input).await, "InputError EXPECTED_WAIT expectedWaitDays");
    }

    /// Who is on both sides answers for the own organisation, unless it is what the person told.
    async fn a_colleague_of_both_sides_answers_for_the_recipient_or_tells_for_the_person(world: World) {
        let own = own_clinic();
        let sent = world.sent(&own).await;
        let accepted = world.change("caseworker", "referralAccept", &sent, json!({})).await.referral();
        let started = world.change("caseworker", "referralStart", &accepted, json!({ "toldByPerson": true })).await;
        assert_eq!(attested(started.done())[2..], ["ACCEPT PARTNER", "START PERSON"]);
        assert_eq!(events(started.done())[2..], ["ACCEPT by RECIPIENT", "START by SENDER"]);
    }

    async fn what_came_to_nothing_is_an_unmet_need_with_its_reason(world: World) {
        for (outcome, need) in [
            ("NOT_RECEIVED_CAPACITY", "unmet_full"),
            ("NOT_RECEIVED_INELIGIBLE", "unmet_not_eligible"),
            ("NOT_RECEIVED_NO_SHOW", "person_declined"),
            ("UNKNOWN_AFTER_REVIEW", "unmet_no_answer"),
        ] {
            let sent = world.sent(&to_the_lawyers()).await;
            let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
            let wrong = with(target(&accepted), json!({ "outcome": "SERVICE_RECEIVED" }));
            let refusal = world.refused("lawyer", "referralNotRealise", wrong).await;
            assert_eq!(refusal, "InputError OUTCOME_OF_EVENT outcome");
            let ended = world.change("caseworker", "referralNotRealise", &accepted, json!({ "outcome": outcome })).await;
            assert_eq!(ended.done()["status"], "NOT_REALISED");
            assert_eq!(world.texts(demand_of(&sent)).await, [need], "{outcome}");
        }
    }

    /// Scenario 17: a recipient that asks for a name before accepting shows who leads that the process fails.
    async fn a_decline_for_want_of_a_name_is_told_to_who_leads(world: World) {
        for (code, kinds) in [("FULL", vec![]), ("NEEDS_IDENTITY_BEFORE_ACCEPT", vec!["IDENTITY_DEMANDED"])] {
            let sent = world.sent(&to_the_lawyers()).await;
            world.change("lawyer", "referralDecline", &sent, json!({ "code": code })).await.done();
            let found = world.ask(&world.person("coordinator"), "{ notices { kind object } }", json!({})).await;
            let found = found.at("notices").as_array().expect("a list").clone();
            assert_eq!(found.iter().map(|notice| notice["kind"].as_str().expect("a kind")).collect::<Vec<_>>(), kinds);
            assert!(found.iter().all(|notice| notice["object"] == json!(sent.id)));
        }
    }

    async fn a_token_for_answers_tells_nothing_for_the_own_team(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let narrow = r#"{ "source": "corridor", "projects": [ { "key": "paris",
            "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "name": "Passerelles Île-de-France", "country": "FR",
            "risk_profile": "standard", "mailbox": "passerelles@example.org" } ], "accounts": [ { "handle": "answering",
            "role": "caseworker", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "project": "paris" } ] }"#;
        let mut people = world.apply(narrow).await;
        let person = people.remove("answering").expect("a person");
        world.execute("UPDATE tokens SET scopes = 'answers' WHERE account_id = (SELECT id FROM accounts WHERE handle = 'answering')").await;
        let document = "mutation($input: ReferralAcceptInput!) { referralAccept(input: $input) { errors { __typename } } }";
        let answer = world.ask(&person, document, json!({ "input": target(&sent) })).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text());
    }
}

fn target(referral: &Referral) -> Value {
    json!({ "referralId": referral.id, "expectedVersion": referral.version })
}

/// What an act cannot be asked without.
fn required(act: &str) -> Value {
    match act {
        "referralWaitlist" => json!({ "expectedWaitDays": 12 }),
        "referralHandOver" => json!({ "mode": "PHONE" }),
        "referralComplete" => json!({ "outcome": "SERVICE_RECEIVED" }),
        _ => json!({}),
    }
}

fn hidden_from_partner(act: &str) -> &'static str {
    if act == "referralHandOver" { "FORBIDDEN" } else { "NOT_FOUND" }
}
