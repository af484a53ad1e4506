//! Scenario 2: in Paris a child needs a place tonight.

use super::stage::{Request, all_told, called, demands};
use crate::kit::loop_calls::{every_consequence, fresh_key, girl, service, with};
use crate::kit::world::on_both_databases;
use relais::domain::directory::{Capacity, CapacityStatus, CapacityUnit};
use relais::domain::id::{Identifier, OrganizationId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FULL_HOUSE: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";
const PLACES_OF_THE_FULL_HOUSE: &str = "a9e1bc08-e74f-43b2-830b-d532a9703056";
const SECOND_HOUSE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const AGENT_OF_THE_FULL_HOUSE: &str = r#"{ "source": "corridor", "accounts": [ { "handle": "agent of the full house",
    "role": "partner_agent", "organization": "025662c4-7e43-44b5-adf2-d5025a8cd8af" } ] }"#;

on_both_databases! {
    async fn a_full_shelter_is_followed_by_the_next_one_once_a_consent_names_it(world: World) {
        // G: "shelter.minor, emergency, 19:00; Org-B status full, Org-C open but capacity 30 h old".
        let mut world = world;
        world.join(AGENT_OF_THE_FULL_HOUSE).await;
        world.set_clock("2026-11-24T18:00:00Z");
        let mut second = world.like(PLACES_OF_THE_FULL_HOUSE, "Mise à l’abri, seconde maison");
        second.organization_id = OrganizationId::derived("corridor", SECOND_HOUSE);
        let told_at = world.now().plus_hours(-30).microseconds();
        second.capacity = Some(Capacity {
            unit: Some(CapacityUnit::Bed),
            updated_at_microseconds: Some(told_at),
            ..Capacity::of(CapacityStatus::Open)
        });
        world.publish(&second).await;
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let places = service(PLACES_OF_THE_FULL_HOUSE);
        let tonight = Request { who: "caseworker", case: &case, recipient: FULL_HOUSE, service: &places, need: "SHELTER_MINOR" };

        // T: "Org-C shown as `unknown` (stale >24 h)".
        let query = "query($id: ID!) { service(id: $id) { capacity { status statusTold } } }";
        let shown = world.ask(&world.person("caseworker"), query, json!({ "id": second.id.to_string() })).await;
        assert_eq!(shown.at("service/capacity"), &json!({ "status": "UNKNOWN", "statusTold": "OPEN" }));

        // W: "send to Org-B, declined `full`". T: "sending needs phone_called".
        let explained = json!({ "consequences": every_consequence() });
        let consent = tonight.agreed(&world, explained.clone()).await;
        let draft = tonight.drafted(&world, &consent, json!({ "urgency": "EMERGENCY" })).await.referral();
        let not_called = draft.input(json!({ "capacityConfirmed": true }));
        let refusal = world.refused("caseworker", "referralSend", not_called).await;
        assert_eq!(refusal, "RecipientUnavailableError CALL_NEEDED");
        let sent = world.send_referral("caseworker", &draft, called()).await.referral();
        world.pass_hours(1);
        let declined = world.change("agent of the full house", "referralDecline", &sent, json!({ "code": "FULL" })).await;
        let declined = declined.referral();

        // W: "reroute to Org-C". T: "reroute rejected until a consent names Org-C".
        let to_the_second = |more: Value| {
            let named = json!({ "idempotencyKey": fresh_key(), "serviceId": second.id.to_string() });
            declined.input(with(with(named, called()), more))
        };
        let refusal = world.refused("caseworker", "referralReroute", to_the_second(json!({}))).await;
        assert_eq!(refusal, "ConsentMissingError NOBODY_NAMED");
        let naming = Request { recipient: SECOND_HOUSE, ..tonight.clone() }.agreed(&world, explained).await;
        let named = json!({ "consentId": naming });
        let not_asked = with(to_the_second(named.clone()), json!({ "capacityConfirmed": false }));
        let refusal = world.refused("caseworker", "referralReroute", not_asked).await;
        assert_eq!(refusal, "RecipientUnavailableError CAPACITY_TO_CONFIRM", "unknown room is asked for");
        let rerouted = world.run("caseworker", "referralReroute", to_the_second(named)).await.referral();

        // T: "month demand = 1 person, 2 requests".
        let demands = demands(&world).await;
        let persons: BTreeSet<String> = demands.iter().map(|row| row["person_key"].to_string()).collect();
        assert_eq!((persons.len(), demands.len()), (1, 2), "{demands:?}");
        let results: BTreeSet<String> = demands.iter().map(|row| row["result"].to_string().replace('"', "")).collect();
        assert_eq!(results, BTreeSet::from(["pending".to_owned(), "unmet_full".to_owned()]));

        // T: "I8 runs from the first request".
        let (first, then) = (all_told(&world, "caseworker", &declined).await, all_told(&world, "caseworker", &rerouted).await);
        assert_eq!((&then["chain"], &then["rerouteOf"]), (&json!(declined.id), &json!(declined.id)));
        assert_eq!(first["requestedAt"], "2026-11-24T18:00:00Z");
        assert_eq!(then["requestedAt"], "2026-11-24T19:00:00Z");
    }
}
