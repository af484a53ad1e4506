//! Scenario 13: in Marseille somebody of 15 to 17 is in a psychiatric crisis, and nobody represents him.

use super::stage::{Request, all_told, called, marseille};
use crate::kit::loop_calls::{fresh_key, organization, service};
use crate::kit::world::{World, on_both_databases};
use crate::protection::problem;
use serde_json::{Value, json};

const BASTIDE: &str = "e29bec38-8651-41b8-8f0e-53ac1be45225";
const CONSULTATION: &str = "d5992fb4-d6f1-45ba-b493-abd78bbb2fd3";

/// The overrides that the coordinator finds, by how each stands.
async fn on_the_list(world: &World) -> Vec<Value> {
    let answer =
        world.ask(&world.person("coordinator in Marseille"), "{ consentOverrides { id status } }", json!({})).await;
    let listed = answer.at("consentOverrides").as_array().expect("a list").iter();
    listed.map(|held| held["status"].clone()).collect()
}

on_both_databases! {
    async fn two_people_send_who_cannot_consent_and_his_own_consent_of_the_next_day_replaces_it(world: World) {
        // G: "15_17 unable to consent".
        let world = marseille(world).await;
        let boy = json!({ "ageBand": "AGE_15_17", "gender": "MAN", "household": "UNACCOMPANIED_CHILD", "situation": "STREET",
            "languages": ["ar"], "area": "FR-13055" });
        let case = world.open_case("nurse in Marseille", boy, json!({ "protectionFlags": ["THREAT"] })).await.id();
        let consultation = service(CONSULTATION);
        let care = Request { who: "nurse in Marseille", case: &case, recipient: BASTIDE, service: &consultation, need: "MHPSS_PSYCHIATRY" };
        let nurse = world.person("nurse in Marseille");

        // W: "nurse + coordinator use `vital_interest`". T: "one user alone is refused".
        let alone = world.record_consent("nurse in Marseille", &case, BASTIDE, json!({ "basis": "VITAL_INTEREST" })).await;
        assert_eq!(alone.refusal(), "InputError BASIS_NEEDS_TWO basis");
        let request = json!({ "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization(BASTIDE),
            "basis": "VITAL_INTEREST", "reason": "CANNOT_DECIDE", "contactRule": "VIA_CASEWORKER" });
        let asked = world.done(&nurse, "consentOverrideRequest", &request).await;
        assert_eq!(asked["consentId"], Value::Null, "it carries nothing yet");
        let named = json!({ "consentOverrideId": asked["id"] });
        assert_eq!(problem(&world, &nurse, "consentOverrideConfirm", &named).await, "SECOND_PERSON_NEEDED");
        world.done(&world.person("coordinator in Marseille"), "consentOverrideConfirm", &named).await;
        let node = "query($id: ID!) { node(id: $id) { ... on ConsentOverride { consentId expiresAt } } }";
        let held = world.ask(&nurse, node, json!({ "id": asked["id"] })).await.at("node").clone();
        assert_eq!(held["expiresAt"], world.in_hours(24));
        let draft = care.drafted(&world, held["consentId"].as_str().expect("an id"), json!({ "urgency": "EMERGENCY" })).await;
        let sent = world.send_referral("nurse in Marseille", &draft.referral(), called()).await.referral();

        // T: "only need + stage 1", also after it was accepted.
        let accepted = world.change("psychiatrist", "referralAccept", &sent, json!({})).await.referral();
        let read = all_told(&world, "psychiatrist", &accepted).await;
        assert_eq!((&read["stage"], &read["need"]), (&json!("OFFER"), &json!("MHPSS_PSYCHIATRY")));
        assert_eq!(read["offer"]["ageBand"], "AGE_15_17");
        for field in ["alias", "protectionFlags", "ageBasis", "consentScope", "callPhrase"] {
            assert!(read[field].is_null() || read[field] == json!([]), "{field}: {read}");
        }

        // T: "expires at 24 h".
        world.pass_hours(24);
        let read = all_told(&world, "psychiatrist", &accepted).await;
        assert_eq!((&read["status"], &read["offer"]["ageBand"]), (&json!("ACCEPTED"), &Value::Null), "what it carried is told no more");
        assert_eq!(on_the_list(&world).await, ["RUN_OUT"]);

        // T: "next day his own consent replaces it".
        world.pass_hours(1);
        care.agreed(&world, json!({ "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA"] })).await;
        let read = all_told(&world, "psychiatrist", &accepted).await;
        assert_eq!((&read["stage"], &read["offer"]["ageBand"]), (&json!("ACCEPTED"), &json!("AGE_15_17")));
        assert!(read["alias"].is_string(), "{read}");
        assert_eq!(on_the_list(&world).await, ["REPLACED"]);

        // T: "the override is on the coordinator's list until the audit purge".
        for (day, left) in [(364, 1), (367, 0)] {
            world.move_to_day(day);
            world.retention().await;
            assert_eq!(world.rows("consent_overrides").await.len(), left, "on day {day}");
        }
    }
}
