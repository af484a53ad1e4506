//! Scenario 14: in Marseille a squat is evicted.

use super::stage::{demands, gaps, marseille};
use crate::kit::loop_calls::{fresh_key, with};
use crate::kit::world::{World, on_both_databases};
use serde_json::{Value, json};

const MARSEILLE: &str = "FR-13055";

/// The nurse counts people outside who have nowhere to go.
async fn counted(world: &World, people: u32, who: Value) {
    let people =
        json!({ "idempotencyKey": fresh_key(), "need": "SHELTER_SQUAT_SUPPORT", "area": MARSEILLE, "people": people });
    let input = with(people, who);
    world.run("nurse in Marseille", "demandCount", input).await.done();
}

on_both_databases! {
    async fn people_counted_outside_are_nobodys_and_are_never_mixed_with_persons(world: World) {
        // G: "outreach counts 60 people by cell". W: "DemandRecords source=outreach_count".
        let world = marseille(world).await;
        counted(&world, 36, json!({ "ageBand": "AGE_18_24", "gender": "MAN" })).await;
        counted(&world, 20, json!({ "ageBand": "AGE_25_59", "gender": "WOMAN" })).await;
        counted(&world, 4, json!({ "ageBand": "AGE_0_4" })).await;
        counted(&world, 4, json!({ "need": "BASIC_FOOD" })).await;

        // T: "no person_key".
        let rows = demands(&world).await;
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row["person_key"].is_null() && row["referral_id"].is_null()), "{rows:?}");

        // T: "counted in requests only; never mixed in I10; cells <5 hidden".
        let sixty = json!([{ "area": MARSEILLE, "need": "SHELTER_SQUAT_SUPPORT", "people": 60 }]);
        let report = gaps(&world, "coordinator in Marseille").await;
        assert_eq!((&report["cells"], &report["outreach"]), (&json!([]), &sixty), "four are few");
        for _ in 0..5 {
            let case = world.open_case("nurse in Marseille", json!({ "area": MARSEILLE }), json!({})).await.id();
            let need = "SHELTER_SQUAT_SUPPORT";
            world.record_demand("nurse in Marseille", &case, need, "UNMET_FULL", json!({})).await.done();
        }
        let report = gaps(&world, "coordinator in Marseille").await;
        assert_eq!((&report["cells"][0]["persons"], &report["outreach"]), (&json!(5), &sixty), "five persons, and sixty met outside");
    }
}
