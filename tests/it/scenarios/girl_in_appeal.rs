//! Scenario 1: in the Paris region a girl in appeal for recognition as a minor finds a lawyer.

use super::stage::{Request, all_told, every_field_and_the_basis_of_the_age, instant, time_of};
use crate::kit::loop_calls::{Referral, girl, service, with};
use crate::kit::world::{BEGINNING, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

/// Fields that are told from acceptance on, and to nobody before.
const OF_ACCEPTANCE: [&str; 5] = ["ageBasis", "alias", "consentScope", "consentValidUntil", "protectionFlags"];

/// What the trail has of the lawyer's last reading of the need and of what acceptance opens, by the names of the fields.
async fn fields_on_record(world: &World, referral: &Referral) -> Vec<String> {
    let query = format!("query($id: ID!) {{ referral(id: $id) {{ need {} }} }}", OF_ACCEPTANCE.join(" "));
    world.ask(&world.person("lawyer"), &query, json!({ "id": referral.id })).await;
    let on_record = world.texts(format!(
        "SELECT fields FROM audit_events WHERE action = 'disclosed' AND object = '{}' ORDER BY sequence",
        referral.id
    ));
    let last = on_record.await.pop().expect("a reading");
    last.split(' ').map(str::to_owned).collect()
}

fn events(referral: &Value) -> Vec<String> {
    let line = |entry: &Value| format!("{} by {}", entry["event"], entry["party"]).replace('"', "");
    referral["timeline"].as_array().expect("a timeline").iter().map(line).collect()
}

on_both_databases! {
    async fn a_girl_in_appeal_finds_a_lawyer_who_is_told_an_alias_and_only_after_accepting(world: World) {
        // G: "case 15_17, woman, minor_in_appeal, Bambara; Org-A law office, exclusive age ≤17, open; hearing in 48 h".
        let known = json!({ "ageBasis": "CONTESTED", "protectionFlags": ["TORTURE", "CHILD_LABOUR"] });
        let case = world.open_case("caseworker", girl(), known).await.id();
        let office = service(MINORITY_APPEAL);
        let appeal = Request { who: "caseworker", case: &case, recipient: LAWYERS, service: &office, need: "LEGAL_MINORITY_APPEAL" };
        let hearing = world.in_hours(48);

        // W: sent "with consent child_consent_mature naming Org-A". T: "urgency floor raised normal→urgent by hard_deadline".
        let consent = appeal.agreed(&world, json!({ "fieldScope": every_field_and_the_basis_of_the_age() })).await;
        let draft = appeal.drafted(&world, &consent, json!({ "urgency": "NORMAL", "neededBy": hearing })).await;
        assert_eq!((&draft.done()["status"], &draft.done()["urgency"]), (&json!("DRAFT"), &json!("URGENT")));
        assert_eq!(all_told(&world, "lawyer", &draft.referral()).await, Value::Null, "a draft is nothing to its recipient");
        let sent = world.send_referral("caseworker", &draft.referral(), json!({})).await.referral();

        // T: "Org-A's payload before 8 h has no alias, no age_basis, no flags".
        let before_acceptance = async |referral: &Referral| {
            let offered = all_told(&world, "lawyer", referral).await;
            assert_eq!((&offered["stage"], &offered["deadlineBand"]), (&json!("OFFER"), &json!("UNDER_72_H")));
            let offer = json!({ "ageBand": "AGE_15_17", "gender": null, "household": null, "adminStatus": "MINOR_IN_APPEAL",
                "situation": null, "languages": ["bm", "fr"], "area": "FR-93055" });
            assert_eq!(offered["offer"], with(offer, json!({ "__typename": "Offer" })));
            for field in OF_ACCEPTANCE.iter().chain(&["callPhrase", "case", "consent", "neededBy"]) {
                assert_eq!(offered[field], Value::Null, "{field} before acceptance");
            }
            assert_eq!(fields_on_record(&world, referral).await, ["need"]);
        };
        before_acceptance(&sent).await;
        world.pass_hours(3);
        let acknowledged = world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral();
        before_acceptance(&acknowledged).await;

        // T: "after 8 h alias present; audit shows exactly the stage-2 field names".
        world.pass_hours(5);
        let accepted = world.change("lawyer", "referralAccept", &acknowledged, json!({})).await.referral();
        let open = all_told(&world, "lawyer", &accepted).await;
        assert_eq!((&open["stage"], &open["ageBasis"]), (&json!("ACCEPTED"), &json!("CONTESTED")));
        assert_eq!(open["alias"].as_str().map(str::len), Some(8));
        assert_eq!(open["protectionFlags"], json!([]), "lawyers are specialised in none of them");
        assert_eq!(open["consentScope"], every_field_and_the_basis_of_the_age());
        assert_eq!((&open["case"], &open["neededBy"]), (&Value::Null, &Value::Null));
        let opened = [&OF_ACCEPTANCE[..4], &["need"], &OF_ACCEPTANCE[4..]].concat();
        assert_eq!(fields_on_record(&world, &accepted).await, opened);

        // W: "joint interview, service_received at 30 h".
        let together = json!({ "mode": "JOINT_INTERVIEW" });
        let met = world.change("caseworker", "referralHandOver", &accepted, together).await.referral();
        world.pass_hours(22);
        let began = json!({ "serviceStartedAt": world.in_hours(0) });
        let started = world.change("lawyer", "referralStart", &met, began).await.referral();
        let outcome = json!({ "outcome": "SERVICE_RECEIVED" });
        let completed = world.change("lawyer", "referralComplete", &started, outcome).await.referral();

        // T: "I1, I7 in time".
        let seen = all_told(&world, "caseworker", &completed).await;
        assert_eq!((&seen["status"], &seen["outcomeCode"]), (&json!("COMPLETED"), &json!("SERVICE_RECEIVED")));
        assert_eq!((&seen["neededBy"], &seen["case"]["id"]), (&json!(hearing), &json!(case)));
        assert_eq!(time_of(&seen, "SEND").to_string(), BEGINNING);
        for (event, due) in [("ACKNOWLEDGE", "acknowledgeBy"), ("ACCEPT", "decideBy"), ("START", "serveBy")] {
            assert!(time_of(&seen, event) <= instant(&seen[due]), "{event} is in time: {seen}");
        }
        let life = ["SEND by SENDER", "ACKNOWLEDGE by RECIPIENT", "ACCEPT by RECIPIENT", "HAND_OVER by SENDER",
            "START by RECIPIENT", "COMPLETE by RECIPIENT"];
        assert_eq!(events(&seen)[1..], life);
        let recalled = all_told(&world, "lawyer", &completed).await;
        assert_eq!(events(&recalled), life);
        assert_eq!(recalled["timeline"][0]["at"], "2026-11-23T18:00:00Z", "a recipient reads the hour");
        assert_eq!((&recalled["offer"]["ageBand"], &recalled["contactRule"]), (&Value::Null, &Value::Null));
    }
}
