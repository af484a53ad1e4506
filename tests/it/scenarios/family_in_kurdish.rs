//! Scenario 10, Calais: a family that speaks Kurdish, and a house where only French is spoken; whether there is an
//! interpreter by phone nobody knows.

use crate::kit::loop_calls::{Referral, confirmed, every_consequence, fresh_key, with};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use relais::actions::jobs::{Worker, run_due};
use relais::domain::directory::{Capacity, CapacityStatus, Service};
use relais::domain::id::{Identifier as _, OrganizationId};
use relais::domain::profile::Language;
use serde_json::{Value, json};

const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const FAMILY_HOUSE: &str = "dc3b5dc3-b70b-409a-a3dd-46dae7d3857f";

/// A family house of an organisation where these languages are spoken, with room and checked today.
async fn house(world: &World, name: &str, organization: &str, languages: &[&str]) -> Service {
    let now = world.now();
    let capacity = Capacity { updated_at_microseconds: Some(now.microseconds()), ..Capacity::of(CapacityStatus::Open) };
    let service = Service {
        organization_id: OrganizationId::derived("corridor", organization),
        languages: languages.iter().map(|tag| Language::parse(tag).expect("a language")).collect(),
        capacity: Some(capacity),
        verified_on: Some(now.date()),
        ..world.like(FAMILY_HOUSE, name)
    };
    world.publish(&service).await;
    service
}

fn family() -> Value {
    json!({ "ageBand": "AGE_25_59", "gender": "WOMAN", "household": "PARENT_WITH_CHILDREN", "languages": ["ku"],
        "area": "FR-62193" })
}

/// A referral of the family to this house of the lawyers, which they decline for want of a common language.
async fn declined(world: &World, house: &Service) -> (String, Referral) {
    let case = world.open_case("caseworker", family(), json!({})).await.id();
    let said = json!({ "basis": "SELF_INFORMED", "language": "ku", "consequences": every_consequence() });
    let consent = world.record_consent("caseworker", &case, LAWYERS, said).await.id();
    let asked = json!({ "serviceId": house.id.to_string(), "need": "SHELTER_FAMILY" });
    let draft = world.draft("caseworker", &case, &consent, asked).await.referral();
    let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
    let declined = world.change("lawyer", "referralDecline", &sent, json!({ "code": "NO_LANGUAGE" })).await;
    (case, declined.referral())
}

async fn result_of(world: &World, referral: &str) -> String {
    world.texts(format!("SELECT result FROM demands WHERE referral_id = '{referral}'")).await.remove(0)
}

on_both_databases! {
    async fn a_house_without_the_language_comes_after_full_matches_and_is_to_be_confirmed(world: World) {
        let french = house(&world, "Maison G", LAWYERS, &["fr"]).await;
        let kurdish = house(&world, "Maison H", HOSPITAL, &["fr", "ku"]).await;
        let query = "query($filter: ServiceFilter) { services(filter: $filter, order: BEST, first: 50) { \
            edges { verdict reasons { dimension finding message } node { id } } } }";
        let filter = json!({ "need": "SHELTER_FAMILY", "person": family() });
        let answer = world.ask(&world.person("caseworker"), query, json!({ "filter": filter })).await;
        let edges = answer.at("services/edges").as_array().expect("edges");
        let place = |house: &Service| edges.iter().position(|edge| edge["node"]["id"] == house.id.to_string());
        let (of_french, of_kurdish) = (place(&french).expect("found"), place(&kurdish).expect("found"));
        assert_eq!((&edges[of_kurdish]["verdict"], &edges[of_kurdish]["reasons"]), (&json!("MATCH"), &json!([])));
        assert_eq!(edges[of_french]["verdict"], "TO_CONFIRM");
        let reasons = edges[of_french]["reasons"].as_array().expect("reasons");
        let told: Vec<_> = reasons.iter().map(|reason| (&reason["dimension"], &reason["finding"])).collect();
        assert_eq!(told, [(&json!("LANGUAGE"), &json!("TO_CONFIRM"))]);
        assert!(of_kurdish < of_french, "a full match first");
    }

    async fn where_nobody_else_is_found_the_need_was_unmet_for_want_of_a_language(world: World) {
        let french = house(&world, "Maison G", LAWYERS, &["fr"]).await;
        let (_, declined) = declined(&world, &french).await;
        assert_eq!(result_of(&world, &declined.id).await, "pending", "somebody else may be found");
        world.pass_hours(31 * 24);
        let worker = Worker::new(world.app.context().chance.as_ref());
        let ran = run_due(world.app.context(), &worker).await.expect("a store");
        assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
        assert_eq!(result_of(&world, &declined.id).await, "unmet_language");
    }

    async fn where_another_house_is_asked_the_first_request_counts_as_unmet_and_the_need_goes_on(world: World) {
        let french = house(&world, "Maison G", LAWYERS, &["fr"]).await;
        let kurdish = house(&world, "Maison H", HOSPITAL, &["fr", "ku"]).await;
        let (case, declined) = declined(&world, &french).await;
        let said = json!({ "basis": "SELF_INFORMED", "language": "ku", "consequences": every_consequence() });
        let consent = world.record_consent("caseworker", &case, HOSPITAL, said).await.id();
        let input = json!({ "referralId": declined.id, "expectedVersion": declined.version,
            "idempotencyKey": fresh_key(), "consentId": consent, "serviceId": kurdish.id.to_string() });
        let second = world.run("caseworker", "referralReroute", with(input, confirmed())).await;
        assert_eq!(second.done()["status"], "REQUESTED");
        assert_eq!(result_of(&world, &declined.id).await, "unmet_language");
        assert_eq!(result_of(&world, &second.id()).await, "pending");
    }
}
