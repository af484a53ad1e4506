//! Scenario 8: at the day centre of Calais a boy says no to child welfare.

use super::stage::{calais, check, demands, gaps};
use crate::kit::loop_calls::{service, with};
use crate::kit::world::{World, on_both_databases};
use serde_json::{Value, json};

const DAY_CENTRE: &str = "ca6e9a28-2ca5-4d05-97a4-7be5a2a68a00";

fn boy() -> Value {
    json!({ "ageBand": "AGE_12_14", "gender": "MAN", "household": "UNACCOMPANIED_CHILD", "situation": "CAMP",
        "languages": ["ps"], "area": "FR-62193" })
}

async fn said_no(world: &World) {
    let case = world.open_case("caseworker in Calais", boy(), json!({})).await.id();
    let need = "PROT_UAM_AUTHORITY";
    world.record_demand("caseworker in Calais", &case, need, "PERSON_DECLINED", json!({})).await.done();
}

on_both_databases! {
    async fn a_boy_who_says_no_leaves_a_need_on_record_and_no_referral(world: World) {
        // G: "12_14, alone"; he comes to the day centre.
        let world = calais(world).await;
        let for_him = json!({ "need": "SOCIAL_DAY_CENTRE", "person": boy() });
        let day_centre = service(DAY_CENTRE);
        let before = check(&world, "caseworker in Calais", &day_centre, for_him.clone()).await;
        assert_ne!(before["verdict"], "NO");

        // W: "he is told about options, says no".
        said_no(&world).await;

        // T: "kind `information` leaves no referral row".
        for table in ["referrals", "consents", "referral_events"] {
            assert_eq!(world.rows(table).await, Vec::<String>::new(), "{table}");
        }

        // T: "demand `person_declined`".
        let recorded = demands(&world).await;
        assert_eq!((recorded.len(), &recorded[0]["result"]), (1, &json!("person_declined")));

        // T: "out of the gap version of I10": whoever declined can be told from whoever found nothing.
        for _ in 0..4 {
            said_no(&world).await;
        }
        for _ in 0..5 {
            let case = world.open_case("caseworker in Calais", boy(), json!({})).await.id();
            let need = "PROT_UAM_AUTHORITY";
            world.record_demand("caseworker in Calais", &case, need, "UNMET_FULL", json!({})).await.done();
        }
        let cells = gaps(&world, "coordinator in Calais").await["cells"].clone();
        assert_eq!((cells.as_array().map(Vec::len), &cells[0]["persons"]), (Some(1), &json!(10)));
        let persons = |result: &str| {
            let results = cells[0]["results"].as_array().expect("results").iter();
            results.filter(|told| told["result"] == result).filter_map(|told| told["persons"].as_i64()).sum::<i64>()
        };
        let (unmet, declined) = (persons("UNMET_FULL"), persons("PERSON_DECLINED"));
        assert_eq!((unmet, declined), (5, 5));
        assert_eq!(unmet * 100 / (10 - declined), 100, "of those who wanted it nobody found a place");

        // T: "day-centre services unaffected (P-27)".
        assert_eq!(check(&world, "caseworker in Calais", &day_centre, for_him).await, before);
        let found = with(boy(), json!({ "situation": "STREET" }));
        let helped = world.open_case("caseworker in Calais", found, json!({})).await.id();
        let other_need = world.record_demand("caseworker in Calais", &helped, "BASIC_HYGIENE", "UNMET_FULL", json!({})).await;
        assert!(other_need.is_done(), "help is recorded without a consent");
    }
}
