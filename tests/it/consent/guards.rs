//! What a consent carries, each guard broken once.

use super::{HOSPITAL, TORTURE_CENTRE, appeal, appeals_at, case};
use crate::kit::loop_calls::{confirmed, fresh_key, organization, service};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::country::CountryCode;
use serde_json::{Value, json};

/// What recording comes to for a person of this age: nothing, or the refusal.
async fn recording(world: &World, age_band: &str, said: Value) -> String {
    let person = json!({ "ageBand": age_band, "area": "FR-93055" });
    let case = world.open_case("caseworker", person, json!({})).await.id();
    let recorded = world.record_consent("caseworker", &case, LAWYERS, said).await;
    if recorded.is_done() { String::new() } else { recorded.refusal() }
}

on_both_databases! {
    async fn a_consent_fits_the_age(world: World) {
        let by_guardian = |assent: &str, modality: &str| {
            json!({ "basis": "GUARDIAN_PLUS_ASSENT", "assent": assent, "modality": modality })
        };
        for (age, said, expected) in [
            ("AGE_0_4", by_guardian("NOT_CAPABLE", "VERBAL"), ""),
            ("AGE_0_4", json!({ "basis": "SELF_INFORMED" }), "InputError BASIS_OF_AGE basis"),
            ("AGE_5_11", by_guardian("YES", "VERBAL"), ""),
            ("AGE_5_11", by_guardian("NOT_APPLICABLE", "VERBAL"), "InputError ASSENT_OF_AGE assent"),
            ("AGE_12_14", by_guardian("YES", "VERBAL"), "InputError ASSENT_IN_WRITING modality"),
            ("AGE_12_14", by_guardian("YES", "WRITTEN"), ""),
            ("AGE_12_14", by_guardian("NO", "WRITTEN"), "InputError ASSENT_OF_AGE assent"),
            ("AGE_12_14", json!({ "basis": "CHILD_CONSENT_MATURE" }), "InputError BASIS_OF_AGE basis"),
            ("AGE_15_17", json!({ "basis": "CHILD_CONSENT_MATURE" }), ""),
            ("AGE_15_17", json!({ "giver": "GUARDIAN" }), "InputError GIVER_OF_BASIS giver"),
            ("AGE_UNKNOWN", json!({ "basis": "CHILD_CONSENT_MATURE" }), ""),
            ("AGE_25_59", json!({ "basis": "BEST_INTERESTS_TWO_PERSON" }), "InputError BASIS_FOR_ADULT basis"),
            ("AGE_25_59", json!({ "basis": "SELF_INFORMED", "assent": "YES" }), "InputError ASSENT_OF_AGE assent"),
            ("AGE_25_59", json!({ "basis": "SELF_INFORMED" }), ""),
        ] {
            assert_eq!(recording(&world, age, said.clone()).await, expected, "{age} {said}");
        }
    }

    async fn a_consent_carries_what_it_was_given_for(world: World) {
        let case = case(&world).await;
        for (purpose, kind, carries) in [
            ("REFERRAL", "REFERRAL", true),
            ("REFERRAL", "TRANSFER", false),
            ("TRANSFER", "TRANSFER", true),
            ("TRANSFER", "REFERRAL", false),
            ("ADVOCACY_CASE", "REFERRAL", false),
            ("EVACUATION_FILE", "REFERRAL", false),
        ] {
            let consent = world.record_consent("caseworker", &case, LAWYERS, json!({ "purpose": purpose })).await.id();
            let draft = appeal(&service(MINORITY_APPEAL), json!({ "kind": kind }));
            let draft = world.draft("caseworker", &case, &consent, draft).await.referral();
            let sent = world.send_referral("caseworker", &draft, json!({})).await;
            if carries {
                assert_eq!(sent.done()["status"], "REQUESTED", "{purpose} {kind}");
            } else {
                assert_eq!(sent.refusal(), "ConsentMissingError OTHER_PURPOSE", "{purpose} {kind}");
            }
        }
    }

    async fn p_23_leaving_european_protection_is_accepted_by_name(world: World) {
        let case = case(&world).await;
        let mut abroad = appeals_at(&world, TORTURE_CENTRE).await;
        let send = async |said: Value| {
            let consent = world.record_consent("caseworker", &case, TORTURE_CENTRE, said).await.id();
            let draft = appeal(&abroad.id.to_string(), json!({}));
            let draft = world.draft("caseworker", &case, &consent, draft).await.referral();
            world.send_referral("caseworker", &draft, confirmed()).await
        };
        for (country, acknowledged, refusal) in [
            ("CH", false, None),
            ("TN", false, Some("ConsentMissingError THIRD_COUNTRY")),
            ("TN", true, None),
            ("IT", false, None),
        ] {
            let mut changed = abroad.clone();
            changed.country = CountryCode::parse(country).ok();
            world.publish(&changed).await;
            let sent = send(json!({ "thirdCountryAcknowledged": acknowledged })).await;
            match refusal {
                Some(refusal) => assert_eq!(sent.refusal(), refusal, "{country}"),
                None => assert_eq!(sent.done()["status"], "REQUESTED", "{country}"),
            }
        }
        abroad.country = CountryCode::parse("TN").ok();
        world.publish(&abroad).await;
    }

    async fn whom_a_consent_restricts_must_be_known_to_who_records_it(world: World) {
        let case = case(&world).await;
        let unknown = json!({ "restrictionIds": [organization("nobody")], "idempotencyKey": fresh_key() });
        assert_eq!(world.record_consent("caseworker", &case, LAWYERS, unknown).await.refusal(), "NOT_FOUND");
        let known = json!({ "restrictionIds": [organization(HOSPITAL)] });
        world.record_consent("caseworker", &case, LAWYERS, known).await.done();
    }
}
