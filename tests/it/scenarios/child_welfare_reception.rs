//! Scenario 4: from Pantin a child goes to the child-welfare reception of the département, which assesses age.

use super::stage::{Request, all_told, called};
use crate::kit::loop_calls::{fresh_key, girl, outcome, request, service};
use crate::kit::world::{answered, on_both_databases};
use relais::actions::Settings;
use serde_json::json;

const DEPARTMENT: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";
const RECEPTION: &str = "31e273cb-1977-4dae-9a1f-e6f8a3c1eb56";
const AGENT: &str = r#"{ "source": "corridor", "accounts": [ { "handle": "agent of the department",
    "role": "partner_agent", "organization": "025662c4-7e43-44b5-adf2-d5025a8cd8af" } ] }"#;

on_both_databases! {
    async fn who_assesses_age_is_asked_once_each_consequence_was_explained_and_is_told_no_fact_of_health(world: World) {
        // G: "service of the département tagged age_assessment, consequences biometrics_taken, prosecutor_informed".
        let mut world = world;
        world.join(AGENT).await;
        let reception = service(RECEPTION);
        let query = "query($id: ID!) { service(id: $id) { knownConsequences proposedDeadlines } }";
        let shown = world.ask(&world.person("caseworker"), query, json!({ "id": reception })).await;
        let consequences = shown.at("service/knownConsequences").to_string();
        for known in ["AGE_ASSESSMENT", "BIOMETRICS_TAKEN", "PROSECUTOR_INFORMED"] {
            assert!(consequences.contains(known), "{consequences}");
        }
        // G: "case holds a health flag", which an installation has to want, and a concern that the service is trained for.
        let settings = Settings { takes_clinical_facts: true, ..Settings::default() };
        let clinical = world.app.clone().with_settings(settings).router();
        let input = json!({ "idempotencyKey": fresh_key(), "person": girl(), "protectionFlags": ["CHRONIC_ILLNESS", "TRAFFICKING"] });
        let case = outcome("caseOpen", answered(clinical, request(&world, "caseworker", "caseOpen", &input)).await).id();

        // T: "deadline helper proposes 5 days and two renewals".
        let days = |days: i64| world.now().plus_days(days).to_string();
        assert_eq!(shown.at("service/proposedDeadlines"), &json!([days(5), days(10), days(15)]));

        // W: "caseworker sends prot.uam_authority". T: "rejected until consent.explained contains `consequences`".
        let asked = Request { who: "caseworker", case: &case, recipient: DEPARTMENT, service: &reception, need: "PROT_UAM_AUTHORITY" };
        let missing = "ConsentMissingError CONSEQUENCES_NOT_EXPLAINED";
        for (explained, refusal) in [
            (json!([]), "BIOMETRICS_TAKEN AUTHORITY_INFORMED PROSECUTOR_INFORMED AGE_ASSESSMENT"),
            (json!(["AGE_ASSESSMENT", "AUTHORITY_INFORMED", "BIOMETRICS_TAKEN"]), "PROSECUTOR_INFORMED"),
        ] {
            let consent = asked.agreed(&world, json!({ "consequences": explained })).await;
            assert_eq!(asked.refused(&world, &consent, json!({})).await, format!("{missing} {refusal}"));
        }
        let each = json!(["AGE_ASSESSMENT", "AUTHORITY_INFORMED", "BIOMETRICS_TAKEN", "PROSECUTOR_INFORMED"]);
        let consent = asked.agreed(&world, json!({ "consequences": each })).await;
        let draft = asked.drafted(&world, &consent, json!({ "neededBy": days(5) })).await.referral();
        let sent = world.send_referral("caseworker", &draft, called()).await.referral();

        // T: "health flag absent from every stage even if ticked in field_scope (P-09)".
        let agent = "agent of the department";
        let mut referral = sent;
        for (act, more, stage) in [
            ("referralAcknowledge", json!({}), "OFFER"),
            ("referralAccept", json!({}), "ACCEPTED"),
            ("referralStart", json!({}), "HANDOVER"),
            ("referralComplete", json!({ "outcome": "SERVICE_RECEIVED" }), "ENDED"),
        ] {
            referral = world.change(agent, act, &referral, more).await.referral();
            let read = all_told(&world, agent, &referral).await;
            assert_eq!(read["stage"], stage);
            let all = read.to_string();
            assert!(!all.contains("CHRONIC_ILLNESS") && !all.contains("TRAFFICKING"), "{stage}: {all}");
        }
    }
}
