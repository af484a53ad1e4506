//! Scenario 7: from Paris a woman who was trafficked leaves for a shelter far away.

use super::stage::{Request, all_told, called, gaps, of_herself};
use crate::kit::world::on_both_databases;
use relais::domain::id::{Identifier, LocationId};
use relais::domain::place::{Area, AreaCode, Position};
use serde_json::{Value, json};

const NETWORK: &str = "da9e3501-e7db-4909-8ce2-b8ec621eef38";
const SAFETY_FAR_AWAY: &str = "983153bb-1a7a-47b4-8d7a-03a9533490fa";
const AGENT: &str = r#"{ "source": "corridor",
    "vettings": [ { "organization": "da9e3501-e7db-4909-8ce2-b8ec621eef38", "is_vetted": true, "protocol_expires_on": "2036-12-31" } ],
    "accounts": [ { "handle": "agent of the network", "role": "partner_agent",
        "organization": "da9e3501-e7db-4909-8ce2-b8ec621eef38", "is_trained": true } ] }"#;

fn woman() -> Value {
    json!({ "ageBand": "AGE_25_59", "gender": "WOMAN", "languages": ["en"], "area": "FR-93055" })
}

on_both_databases! {
    async fn a_distant_shelter_accepts_without_knowing_who_comes_and_is_not_to_be_found(world: World) {
        // G: "national network Org-F with agreement in principle", whose destination must not be found.
        let mut world = world;
        world.join(AGENT).await;
        let mut far = world.like(SAFETY_FAR_AWAY, "Mise en sécurité, autre région");
        let marseille = Position::new(43.2965, 5.3698).ok();
        let code = AreaCode::parse("FR-13055").expect("an area");
        for (number, place) in far.places.iter_mut().enumerate() {
            place.id = LocationId::derived("test", &format!("far {number}"));
            place.redact();
            place.area = Some(Area { code: code.clone(), name: None, center: marseille, radius_meters: Some(8_000.0) });
        }
        world.publish(&far).await;
        let case = world.open_case("caseworker", woman(), json!({ "protectionFlags": ["TRAFFICKING", "THREAT"] })).await.id();
        let far_id = far.id.to_string();
        let safety = Request { who: "caseworker", case: &case, recipient: NETWORK, service: &far_id, need: "PROT_TRAFFICKING" };

        // T: "`relocation_far` among explained items".
        let unexplained = safety.agreed(&world, of_herself(&["COMPLAINT_EXPECTED"])).await;
        let refusal = safety.refused(&world, &unexplained, json!({})).await;
        assert_eq!(refusal, "ConsentMissingError CONSEQUENCES_NOT_EXPLAINED RELOCATION_FAR");
        let consent = safety.agreed(&world, of_herself(&["COMPLAINT_EXPECTED", "RELOCATION_FAR"])).await;

        // W: "send, accept, joint interview, relocation". T: "acceptance happens with stage 1 only".
        let draft = safety.drafted(&world, &consent, json!({})).await.referral();
        let sent = world.send_referral("caseworker", &draft, called()).await.referral();
        let known = all_told(&world, "agent of the network", &sent).await;
        assert_eq!(known["stage"], "OFFER");
        for field in ["alias", "protectionFlags", "callPhrase", "consentScope"] {
            assert_eq!(known[field], Value::Null, "{field} before the agreement in principle");
        }
        let accepted = world.change("agent of the network", "referralAccept", &sent, json!({})).await.referral();
        assert!(all_told(&world, "agent of the network", &accepted).await["alias"].is_string());
        let together = json!({ "mode": "JOINT_INTERVIEW" });
        let met = world.change("caseworker", "referralHandOver", &accepted, together).await.referral();
        let gone = world.change("agent of the network", "referralStart", &met, json!({})).await;
        assert_eq!(gone.done()["status"], "IN_SERVICE");

        // T: "destination location redacted, distance only as band".
        let query = "{ services(filter: { need: PROT_TRAFFICKING, near: { latitude: 48.8938, longitude: 2.4096 } }) { edges { \
            distanceMeters distanceBand node { id places { redacted latitude longitude address name areaCode } } } } }";
        let found = world.ask(&world.person("caseworker"), query, json!({})).await;
        let edges = found.at("services/edges").as_array().expect("a list").clone();
        let edge = edges.iter().find(|edge| edge["node"]["id"] == json!(far_id)).expect("the service is found");
        assert_eq!((&edge["distanceMeters"], &edge["distanceBand"]), (&Value::Null, &json!("BAND_OVER_200_KM")));
        let hidden = json!({ "redacted": true, "latitude": null, "longitude": null, "address": null, "name": null, "areaCode": "FR-13055" });
        assert!(edge["node"]["places"].as_array().is_some_and(|places| places.iter().all(|place| *place == hidden)), "{edge}");

        // T: "cell n=2 suppressed": she, and one more with the same need.
        let other = world.open_case("caseworker", woman(), json!({})).await.id();
        world.record_demand("caseworker", &other, "PROT_TRAFFICKING", "UNMET_FULL", json!({})).await.done();
        assert_eq!(gaps(&world, "coordinator").await["cells"], json!([]));
    }
}
