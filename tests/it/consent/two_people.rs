//! What two people decide in a child's best interests.

use super::{appeal, case};
use crate::kit::loop_calls::{confirmed, organization, service};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

/// A decision that the caseworker records.
async fn decided(world: &World, case: &str, more: Value) -> Value {
    let said =
        crate::kit::loop_calls::with(json!({ "basis": "BEST_INTERESTS_TWO_PERSON", "assent": "NOT_CAPABLE" }), more);
    world.record_consent("caseworker", case, LAWYERS, said).await.done().clone()
}

async fn confirming(world: &World, who: &str, consent: &Value) -> String {
    world.refused(who, "consentConfirm", json!({ "consentId": consent["id"] })).await
}

/// Whether somebody who leads the project confirms it: such a one reads that it is done, and nothing more.
async fn is_confirmed_by_lead(world: &World, consent: &Value) -> Value {
    let query = "mutation($input: ConsentConfirmInput!) { consentConfirm(input: $input) { confirmed consent { id } errors { __typename } } }";
    let input = json!({ "input": { "consentId": consent["id"] } });
    world.ask(&world.person("coordinator"), query, input).await.at("consentConfirm").clone()
}

async fn kinds(world: &World, who: &str) -> Vec<String> {
    let answer = world.ask(&world.person(who), "{ notices { kind } }", json!({})).await;
    let notices = answer.at("notices").as_array().expect("a list").iter();
    notices.map(|notice| notice["kind"].as_str().expect("a kind").to_owned()).collect()
}

on_both_databases! {
    async fn it_carries_nothing_until_somebody_else_confirms_it(world: World) {
        let case = case(&world).await;
        let consent = decided(&world, &case, json!({})).await;
        assert_eq!(consent["expiresAt"], world.in_hours(7 * 24), "it is looked at again within a week");
        for told in ["untrained caseworker", "coordinator"] {
            assert_eq!(kinds(&world, told).await, ["CONSENT_TO_CONFIRM"], "{told}");
        }
        let draft = appeal(&service(MINORITY_APPEAL), json!({}));
        let id = consent["id"].as_str().expect("an id");
        let draft = world.draft("caseworker", &case, id, draft).await.referral();
        let send = json!({ "referralId": draft.id, "expectedVersion": draft.version });
        let refusal = world.refused("caseworker", "referralSend", send.clone()).await;
        assert_eq!(refusal, "ConsentMissingError UNCONFIRMED");
        assert_eq!(confirming(&world, "caseworker", &consent).await, "ProtectionError SECOND_PERSON_NEEDED");
        for stranger in ["caseworker of another project", "coordinator of another project", "lawyer"] {
            assert_eq!(confirming(&world, stranger, &consent).await, "NOT_FOUND", "{stranger}");
        }
        let named = json!({ "consentId": consent["id"] });
        world.run("untrained caseworker", "consentConfirm", named).await.done();
        assert_eq!(confirming(&world, "coordinator", &consent).await, "ProtectionError ALREADY_CONFIRMED");
        let sent = world.run("caseworker", "referralSend", send).await;
        assert_eq!(sent.done()["status"], "REQUESTED");
        world.pass_hours(7 * 24);
        let again = appeal(&service(MINORITY_APPEAL), json!({}));
        let again = world.draft("caseworker", &case, id, again).await.referral();
        assert_eq!(world.send_referral("caseworker", &again, confirmed()).await.refusal(), "ConsentMissingError EXPIRED");
    }

    async fn who_leads_the_project_confirms_it_and_reads_nothing_of_it(world: World) {
        let case = case(&world).await;
        let consent = decided(&world, &case, json!({ "giver": "TRUSTED_ADULT" })).await;
        let told = is_confirmed_by_lead(&world, &consent).await;
        assert_eq!(told, json!({ "confirmed": true, "consent": null, "errors": [] }));
        // Nobody confirms what takes one person, what has lapsed, or what was withdrawn.
        let own = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.done().clone();
        assert_eq!(confirming(&world, "coordinator", &own).await, "NOT_FOUND");
        let lapsed = decided(&world, &case, json!({ "expiresAt": world.in_hours(1) })).await;
        world.pass_hours(1);
        assert_eq!(confirming(&world, "coordinator", &lapsed).await, "ProtectionError CONSENT_ENDED");
        let withdrawn = decided(&world, &case, json!({})).await;
        world.done(&world.person("caseworker"), "consentWithdraw", &json!({ "consentId": withdrawn["id"] })).await;
        assert_eq!(confirming(&world, "coordinator", &withdrawn).await, "ProtectionError CONSENT_ENDED");
    }

    async fn it_lasts_for_a_week_at_most(world: World) {
        let case = case(&world).await;
        let input = json!({ "idempotencyKey": crate::kit::loop_calls::fresh_key(), "caseId": case, "recipientId": organization(LAWYERS),
            "basis": "BEST_INTERESTS_TWO_PERSON", "assent": "YES", "fieldScope": ["AREA"], "modality": "VERBAL",
            "language": "bm", "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"],
            "expiresAt": world.in_hours(7 * 24 + 1) });
        assert_eq!(world.refused("caseworker", "consentRecord", input).await, "InputError CONSENT_EXPIRY expiresAt");
    }
}
