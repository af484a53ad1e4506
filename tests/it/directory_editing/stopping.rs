//! What an editor has stopped: its own staff do not bring it back, and may suggest that an editor does.

use crate::kit::steps::service_id;
use crate::kit::world::{MINORITY_APPEAL, on_both_databases};
use serde_json::json;

/// An editor of the network who belongs to the organisation that gives the service.
const EDITOR_OF_LAWYERS: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "editor of the lawyers", "role": "directory_editor", "organization": "93998032-e3ab-4c2e-8c2d-d0eace9870ec", "is_trained": true } ] }"#;

on_both_databases! {
    async fn staff_do_not_reopen_what_an_editor_suspended_or_closed_and_suggest_it(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        for (stopped, other) in [("SUSPENDED", "CLOSED"), ("CLOSED", "SUSPENDED")] {
            assert_eq!(world.edits("editor", &id, json!({ "status": stopped })).await, "");
            // Nor by way of another status.
            for status in ["OPEN", "PAUSED", other] {
                let tried = world.edits("lawyer", &id, json!({ "status": status, "fees": "1 euro" })).await;
                assert_eq!(tried, "InputError EDITORS_ONLY", "{stopped} to {status}");
            }
            let seen = world.seen("lawyer", &id).await;
            assert_eq!((&seen["status"], seen["fees"] == "1 euro"), (&json!(stopped), false));
            let suggested = json!({ "serviceId": id, "changes": { "status": "OPEN" } });
            assert_eq!(world.tries("lawyer", "serviceCorrectionSuggest", suggested).await, "");
            let open = world.proposals("editor", "OPEN").await;
            assert_eq!((open.len(), &open[0]["kind"]), (1, &json!("CORRECTION")));
            assert_eq!(world.seen("lawyer", &id).await["status"], stopped);
            assert_eq!(world.decides("editor", &open[0], true).await, "");
            assert_eq!(world.seen("lawyer", &id).await["status"], "OPEN");
        }
    }

    async fn what_an_editor_of_the_same_organisation_stopped_stays_stopped_for_its_staff(world: World) {
        let mut world = world.with_editors().await;
        world.join(EDITOR_OF_LAWYERS).await;
        let id = service_id(MINORITY_APPEAL);
        assert_eq!(world.edits("editor of the lawyers", &id, json!({ "status": "CLOSED" })).await, "");
        assert_eq!(world.edits("lawyer", &id, json!({ "status": "OPEN" })).await, "InputError EDITORS_ONLY");
        assert_eq!(world.seen("lawyer", &id).await["provenance"], json!([{ "field": "STATUS", "toldBy": "EDITOR" }]));
        assert_eq!(world.edits("editor of the lawyers", &id, json!({ "status": "OPEN" })).await, "");
        assert_eq!(world.seen("lawyer", &id).await["status"], "OPEN");
    }

    async fn staff_stop_and_reopen_their_own_service_and_every_other_field_stays_theirs(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        for status in ["PAUSED", "SUSPENDED", "OPEN", "CLOSED", "OPEN"] {
            assert_eq!(world.edits("lawyer", &id, json!({ "status": status })).await, "", "{status}");
        }
        // A pause says when somebody is back, and is no decision against the service.
        assert_eq!(world.edits("editor", &id, json!({ "status": "PAUSED" })).await, "");
        assert_eq!(world.edits("lawyer", &id, json!({ "status": "OPEN" })).await, "");
        assert_eq!(world.edits("editor", &id, json!({ "status": "SUSPENDED" })).await, "");
        assert_eq!(world.edits("lawyer", &id, json!({ "fees": "1 euro" })).await, "");
        assert_eq!(world.edits("editor", &id, json!({ "status": "OPEN" })).await, "");
        assert_eq!(world.edits("lawyer", &id, json!({ "status": "PAUSED" })).await, "");
    }
}
