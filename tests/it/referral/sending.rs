//! What stops a referral from leaving, each with nothing written.

use super::PRIMARY_CARE;
use crate::kit::loop_calls::{
    Referral, Target, confirmed, every_consequence, fresh_key, girl, organization, place, service, to_the_lawyers, with,
};
use crate::kit::world::{CLINIC, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::import::plan::Completeness;
use serde_json::{Value, json};

const SEEDS: &str = include_str!("../../../seeds/paris-region.json");
const GREEN_PLATEAU: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";
const ASSESSMENT: &str = "31e273cb-1977-4dae-9a1f-e6f8a3c1eb56";
const SHELTER: &str = "a9e1bc08-e74f-43b2-830b-d532a9703056";
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const ACCESS_TO_CARE: &str = "c86f0262-810c-4ab6-b831-4ea48c2868e2";
const VIOLENCE_CARE: &str = "9f4cb01a-2946-4c33-80b3-4a709c8bbcd8";
const MADE_UP: &str = "5b0f7c11-0d0e-4c53-9d5e-0a4d2c1b7e01";

/// The child-welfare reception: it assesses age, takes fingerprints and informs the prosecutor.
fn to_the_assessment() -> Target {
    Target { organization: GREEN_PLATEAU, service: ASSESSMENT, need: "PROT_UAM_AUTHORITY", ..to_the_lawyers() }
}

/// A shelter for minors, full since yesterday evening.
fn to_the_shelter() -> Target {
    Target { organization: GREEN_PLATEAU, service: SHELTER, need: "SHELTER_MINOR", ..to_the_lawyers() }
}

fn to_care_after_violence() -> Target {
    let person = json!({ "ageBand": "AGE_25_59", "gender": "WOMAN", "languages": ["fr"], "area": "FR-94028" });
    let need = "HEALTH_SEXUAL_VIOLENCE_CARE";
    Target { person, organization: HOSPITAL, service: VIOLENCE_CARE, need, ..to_the_lawyers() }
}

fn consequences_explained() -> Value {
    json!({ "consequences": every_consequence() })
}

fn adult() -> Value {
    json!({ "basis": "SELF_INFORMED" })
}

/// The seeds as a feed, after a change of its list of services.
fn seeds(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut feed: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
    change(feed["contents"].as_array_mut().expect("services"));
    feed["contents"].to_string()
}

/// One service of the seeds, after a change of it.
fn one(key: &str, change: impl FnOnce(&mut Value)) -> String {
    seeds(|services| {
        services.retain(|service| service["id"] == key);
        change(&mut services[0]);
    })
}

fn mark(field: &str, value: &str) -> Value {
    json!({ "id": MADE_UP, "value": value, "taxonomy_term": {
        "id": MADE_UP, "code": field, "name": field, "description": field, "taxonomy": "relais" } })
}

/// What would draft the same referral a second time.
async fn input_of(world: &World, draft: &Referral, target: &Target) -> Value {
    let seen = world.read(target.who, draft).await;
    json!({
        "idempotencyKey": fresh_key(), "caseId": seen["case"]["id"], "consentId": seen["consent"]["id"],
        "serviceId": service(target.service), "need": target.need,
    })
}

/// Tries to send a draft; gives the refusal, and panics when it wrote anything.
async fn refused(world: &World, who: &str, draft: &Referral, more: Value) -> String {
    let input = json!({ "referralId": draft.id, "expectedVersion": draft.version });
    world.refused(who, "referralSend", with(input, more)).await
}

on_both_databases! {
    async fn a_consent_for_one_recipient_sends_to_no_other(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let consent = world.record_consent("caseworker", &case, GREEN_PLATEAU, json!({})).await.id();
        let input = json!({ "serviceId": service(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL" });
        let draft = world.draft("caseworker", &case, &consent, input).await.referral();
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, "ConsentMissingError OTHER_RECIPIENT");
    }

    async fn a_consent_of_one_case_drafts_for_no_other(world: World) {
        let [hers, his] = [(); 2].map(|()| world.open_case("caseworker", girl(), json!({})));
        let (hers, his) = (hers.await.id(), his.await.id());
        let consent = world.record_consent("caseworker", &hers, LAWYERS, json!({})).await.id();
        let input = json!({
            "idempotencyKey": fresh_key(), "caseId": his, "consentId": consent,
            "serviceId": service(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL",
        });
        assert_eq!(world.refused("caseworker", "referralCreate", input).await, "ConsentMissingError OTHER_CASE");
    }

    async fn a_lapsed_consent_sends_nothing(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({ "expiresAt": world.in_hours(2) }), json!({})).await;
        world.pass_hours(2);
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, "ConsentMissingError EXPIRED");
    }

    async fn a_consent_that_does_not_allow_the_whole_offer_is_told_what_it_lacks(world: World) {
        for (scope, missing) in [
            (json!(["AGE_BAND", "LANGUAGES", "AREA"]), "ADMIN_STATUS"),
            (json!(["ADMIN_STATUS", "GENDER"]), "AGE_BAND LANGUAGES AREA"),
        ] {
            let draft = world.drafted(&to_the_lawyers(), json!({ "fieldScope": scope }), json!({})).await;
            let refusal = refused(&world, "caseworker", &draft, json!({})).await;
            assert_eq!(refusal, format!("ConsentMissingError FIELDS_MISSING {missing}"));
        }
    }

    async fn known_consequences_are_explained_first(world: World) {
        let refusal = "ConsentMissingError CONSEQUENCES_NOT_EXPLAINED";
        for (explained, missing) in [
            (json!([]), "BIOMETRICS_TAKEN AUTHORITY_INFORMED PROSECUTOR_INFORMED AGE_ASSESSMENT"),
            (json!(["AGE_ASSESSMENT", "AUTHORITY_INFORMED", "FAMILY_CONTACTED"]), "BIOMETRICS_TAKEN PROSECUTOR_INFORMED"),
            (json!(["AGE_ASSESSMENT", "AUTHORITY_INFORMED", "PROSECUTOR_INFORMED"]), "BIOMETRICS_TAKEN"),
        ] {
            let draft = world.drafted(&to_the_assessment(), json!({ "consequences": explained }), json!({})).await;
            assert_eq!(refused(&world, "caseworker", &draft, confirmed()).await, format!("{refusal} {missing}"));
        }
        let draft = world.drafted(&to_the_assessment(), consequences_explained(), json!({})).await;
        world.send_referral("caseworker", &draft, confirmed()).await.done();
    }

    async fn an_organisation_without_vetting_or_with_a_lapsed_protocol_receives_nothing(world: World) {
        for (organization, service, person) in [
            ("a9b4eb5c-7b16-442b-8b9e-6c63a8a7cb17", "b1f5cb5e-1667-464f-8035-7608a7913a5d", girl()),
            ("1ed7e454-623f-4082-b740-5f24c862bb9c", "c43fc033-ec0f-4e7e-83ad-ad03b74f0d7f", girl()),
        ] {
            let draft = world
                .drafted(&Target { organization, service, person, ..to_the_lawyers() }, json!({}), json!({}))
                .await;
            let refusal = refused(&world, "caseworker", &draft, confirmed()).await;
            assert_eq!(refusal, "RecipientUnavailableError NOT_VETTED", "{organization}");
        }
    }

    async fn a_protocol_holds_to_the_end_of_its_last_day(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({ "expiresAt": world.in_hours(60 * 24) }), json!({})).await;
        world
            .execute(
                "UPDATE vettings SET protocol_expires_on = '2026-11-24' \
                WHERE is_vetted AND protocol_expires_on = '2036-12-31'",
            )
            .await;
        world.set_clock("2026-11-25T00:00:00Z");
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, "RecipientUnavailableError NOT_VETTED");
        world.set_clock("2026-11-24T23:59:59.999999Z");
        world.send_referral("caseworker", &draft, json!({})).await.done();
    }

    async fn a_service_that_paused_since_the_draft_receives_nothing(world: World) {
        for status in ["temporarily closed", "defunct", "inactive"] {
            let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
            world.import("corridor", &one(MINORITY_APPEAL, |service| service["status"] = json!(status))).await;
            let refusal = refused(&world, "caseworker", &draft, json!({})).await;
            assert_eq!(refusal, "RecipientUnavailableError SERVICE_NOT_OPEN", "{status}");
        }
    }

    async fn a_service_that_is_gone_since_the_draft_receives_nothing(world: World) {
        let target = to_the_lawyers();
        let draft = world.drafted(&target, json!({}), json!({})).await;
        let without = seeds(|services| services.retain(|service| service["id"] != MINORITY_APPEAL));
        world.import_as("corridor", &without, Completeness::Complete).await;
        let refusal = refused(&world, "caseworker", &draft, json!({})).await;
        assert_eq!(refusal, "RecipientUnavailableError SERVICE_NOT_OPEN");
        let again = input_of(&world, &draft, &target).await;
        assert_eq!(world.refused("caseworker", "referralCreate", again).await, "NOT_FOUND");
    }

    async fn a_full_or_silent_service_is_sent_to_only_on_purpose(world: World) {
        let draft = world.drafted(&to_the_shelter(), consequences_explained(), json!({})).await;
        let refusal = "RecipientUnavailableError CAPACITY_TO_CONFIRM";
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, refusal, "full");
        world.pass_hours(1);
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, refusal, "told too long ago");
        world.send_referral("caseworker", &draft, confirmed()).await.done();
    }

    async fn a_free_place_that_was_told_too_long_ago_is_confirmed_too(world: World) {
        let target = to_the_assessment();
        let now = world.drafted(&target, consequences_explained(), json!({})).await;
        let later = world.drafted(&target, consequences_explained(), json!({})).await;
        world.set_clock("2026-11-23T17:59:59Z");
        world.send_referral("caseworker", &now, json!({})).await.done();
        world.set_clock("2026-11-23T18:00:00Z");
        let refusal = refused(&world, "caseworker", &later, json!({})).await;
        assert_eq!(refusal, "RecipientUnavailableError CAPACITY_TO_CONFIRM");
    }

    async fn an_emergency_is_announced_by_phone_first(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({ "urgency": "EMERGENCY" })).await;
        assert_eq!(refused(&world, "caseworker", &draft, json!({})).await, "RecipientUnavailableError CALL_NEEDED");
        world.send_referral("caseworker", &draft, json!({ "phoneCalled": true })).await.done();
    }

    async fn only_trained_staff_refer_after_gender_based_violence(world: World) {
        let draft = world.drafted(&to_care_after_violence(), adult(), json!({})).await;
        let refusal = refused(&world, "untrained caseworker", &draft, confirmed()).await;
        assert_eq!(refusal, "RecipientUnavailableError TRAINING_NEEDED");
        let again = input_of(&world, &draft, &to_care_after_violence()).await;
        assert_eq!(
            world.refused("untrained caseworker", "referralCreate", again).await,
            "NOT_FOUND",
            "not even listed"
        );
        world.send_referral("caseworker", &draft, confirmed()).await.done();
    }

    async fn a_need_after_gender_based_violence_goes_to_specialists_only(world: World) {
        let unspecialised = one(VIOLENCE_CARE, |service| {
            service["id"] = json!(MADE_UP);
            let attributes = service["attributes"].as_array_mut().expect("attributes");
            attributes.retain(|attribute| attribute["taxonomy_term"]["code"] != "specialised");
        });
        world.import("corridor", &unspecialised).await;
        let target = Target { service: MADE_UP, ..to_care_after_violence() };
        let draft = world.drafted(&target, adult(), json!({})).await;
        let refusal = refused(&world, "caseworker", &draft, confirmed()).await;
        assert_eq!(refusal, "RecipientUnavailableError SPECIALISATION_NEEDED");
    }

    /// P-10: neither by a draft, nor by one that was made before it was known what the body is.
    async fn police_and_border_bodies_never_receive_anything(world: World) {
        let hospital =
            Target { organization: HOSPITAL, service: ACCESS_TO_CARE, need: "HEALTH_COVERAGE", ..to_the_lawyers() };
        for (target, field, value) in
            [(to_the_lawyers(), "kind", "authority_enforcement"), (hospital, "authority_link", "police_immigration")]
        {
            let draft = world.drafted(&target, json!({}), json!({})).await;
            let feed = one(target.service, |service| {
                let attributes = service["organization"]["attributes"].as_array_mut().expect("attributes");
                attributes.retain(|attribute| attribute["taxonomy_term"]["code"] != field);
                attributes.push(mark(field, value));
            });
            world.import("corridor", &feed).await;
            let refusal = refused(&world, "caseworker", &draft, confirmed()).await;
            assert_eq!(refusal, "RecipientUnavailableError NEVER_A_RECIPIENT", "{value}");
            let again = input_of(&world, &draft, &target).await;
            let refusal = world.refused("caseworker", "referralCreate", again).await;
            assert_eq!(refusal, "RecipientUnavailableError NEVER_A_RECIPIENT", "{value}");
        }
    }

    async fn a_draft_names_a_need_a_place_and_a_time_that_the_service_can_meet(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let consent = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.id();
        let input = json!({
            "caseId": case, "consentId": consent, "serviceId": service(MINORITY_APPEAL),
            "need": "LEGAL_MINORITY_APPEAL",
        });
        let (truck, office) = ("03eeb248-523f-4255-96b8-295e0c42c9b5", office());
        for (change, refusal) in [
            (json!({ "need": "LEGAL_ASYLUM" }), "InputError NEED_NOT_OFFERED need"),
            (json!({ "locationId": place(truck) }), "InputError PLACE_OF_SERVICE locationId"),
            (json!({ "neededBy": world.in_hours(0) }), "InputError DEADLINE_PAST neededBy"),
            (json!({ "neededBy": "1954-06-30T08:00:00+02:00" }), "InputError DEADLINE_PAST neededBy"),
            (json!({ "serviceId": organization(LAWYERS) }), "BAD_USER_INPUT"),
            (json!({ "caseId": "cas_aaaaaaaaaaaaaaaaaaaaaaaaaa" }), "NOT_FOUND"),
            (json!({ "consentId": "con_aaaaaaaaaaaaaaaaaaaaaaaaaa" }), "NOT_FOUND"),
        ] {
            let input = with(with(input.clone(), json!({ "idempotencyKey": fresh_key() })), change);
            assert_eq!(world.refused("caseworker", "referralCreate", input).await, refusal);
        }
        let at_the_office = json!({ "idempotencyKey": fresh_key(), "locationId": place(&office) });
        world.run("caseworker", "referralCreate", with(input, at_the_office)).await.done();
    }

    async fn a_consent_of_another_project_is_as_absent(world: World) {
        let other = "caseworker of another project";
        let case = world.open_case(other, girl(), json!({})).await.id();
        let consent = world.record_consent(other, &case, CLINIC, json!({})).await.id();
        let own = world.open_case("caseworker", girl(), json!({})).await.id();
        for case in [own, case] {
            let input = json!({
                "idempotencyKey": fresh_key(), "caseId": case, "consentId": consent,
                "serviceId": service(PRIMARY_CARE), "need": "HEALTH_PRIMARY",
            });
            assert_eq!(world.refused("caseworker", "referralCreate", input).await, "NOT_FOUND");
        }
    }
}

/// The key of the place where the lawyers receive.
fn office() -> String {
    let feed: Value = serde_json::from_str(&one(MINORITY_APPEAL, |_| {})).expect("JSON");
    feed[0]["service_at_locations"][0]["location"]["id"].as_str().expect("an id").to_owned()
}
