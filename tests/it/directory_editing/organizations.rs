//! Editing organisations: over what a source says, by whom, and not where it would lead somebody elsewhere.

use super::{EDITORS, SEEDS};
use crate::kit::steps::organization_id;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::Document;
use relais::domain::need::Need;
use relais::store::{DirectoryChange, StoreError};
use serde_json::{Value, json};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// The organisation of the shelter for minors.
const OF_SHELTER: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";

impl World {
    async fn organization(&self, handle: &str, id: &str) -> Value {
        let document =
            "query($id: ID!) { organization(id: $id) { version name alternateName description website kind } }";
        self.ask(&self.person(handle), document, json!({ "id": id })).await.at("organization").clone()
    }

    async fn edits_organization(&self, handle: &str, id: &str, changes: Value) -> String {
        let version = self.organization(handle, id).await["version"].as_i64().unwrap_or(9);
        let input = json!({ "organizationId": id, "expectedVersion": version, "changes": changes });
        self.tries(handle, "organizationEdit", input).await
    }

    /// Imports one service of the seeds with its organisation after a change of that.
    async fn import_organization(&self, change: impl FnOnce(&mut Value)) {
        let feed: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
        let services = feed["contents"].as_array().expect("services");
        let is_of_lawyers = |service: &&Value| service["organization"]["id"] == LAWYERS;
        let mut service = services.iter().find(is_of_lawyers).expect("a service of the lawyers").clone();
        change(&mut service["organization"]);
        self.import("corridor", &service.to_string()).await;
    }
}

on_both_databases! {
    async fn an_organisation_is_edited_over_its_source_until_that_says_the_same(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = organization_id(LAWYERS);
        let before = world.organization("editor", &id).await;
        let changes = json!({ "name": "Cabinet du Canal", "alternateName": "مكتب القناة", "description": "Advises.", "website": "https://canal.example.org" });
        assert_eq!(world.edits_organization("editor", &id, changes.clone()).await, "");
        let after = world.organization("caseworker", &id).await;
        for field in ["name", "alternateName", "description", "website"] {
            assert_eq!(after[field], changes[field], "{field}");
        }
        assert_eq!(after["version"], json!(before["version"].as_i64().expect("a version") + 1));
        assert_eq!(world.organization("nobody", &id).await["version"], Value::Null);
        // A feed with another word leaves it; one with the same word is followed from then on.
        for (name, expected) in [("Autre cabinet", "Cabinet du Canal"), ("Cabinet du Canal", "Cabinet du Canal"), ("Troisième cabinet", "Troisième cabinet")] {
            world.import_organization(|organization| organization["name"] = json!(name)).await;
            assert_eq!(world.organization("caseworker", &id).await["name"], expected, "{name}");
        }
        assert_eq!(world.organization("caseworker", &id).await["website"], changes["website"]);
        let stale = json!({ "organizationId": id, "expectedVersion": before["version"], "changes": { "name": "x" } });
        let refused = world.act(&world.person("editor"), "organizationEdit", &stale).await;
        assert_eq!(refused.at("organizationEdit/errors/0")["currentVersion"], world.organization("editor", &id).await["version"]);
        for (wrong, problem) in [
            (json!({ "name": " " }), "TEXT_EMPTY"),
            (json!({ "website": "javascript:alert(1)" }), "WEBSITE"),
            (json!({ "website": changes["website"] }), "NO_CHANGE"),
        ] {
            assert_eq!(world.edits_organization("editor", &id, wrong).await, format!("InputError {problem}"));
        }
        assert_eq!(world.edits_organization("editor", &id, json!({ "website": null })).await, "");
        assert_eq!(world.organization("caseworker", &id).await["website"], Value::Null);
    }

    async fn staff_edit_their_own_organisation_and_not_what_it_is(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = organization_id(LAWYERS);
        assert_eq!(world.edits_organization("lawyer", &id, json!({ "description": "Conseille." })).await, "");
        assert_eq!(world.edits_organization("lawyer", &id, json!({ "kind": "NGO" })).await, "InputError EDITORS_ONLY");
        for handle in ["caseworker", "another partner"] {
            assert_eq!(world.edits_organization(handle, &id, json!({ "description": "x" })).await, "FORBIDDEN", "{handle}");
        }
        assert_eq!(world.edits_organization("nobody", &id, json!({ "description": "x" })).await, "UNAUTHENTICATED");
        // A body that never receives a referral stays one.
        assert_eq!(world.edits_organization("editor", &id, json!({ "kind": "AUTHORITY_ENFORCEMENT" })).await, "");
        assert_eq!(world.edits_organization("editor", &id, json!({ "kind": "NGO" })).await, "InputError AUTHORITY_STAYS");
    }

    async fn one_person_leads_nobody_elsewhere_by_the_organisation_of_a_shelter(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = organization_id(OF_SHELTER);
        for changes in [json!({ "website": "https://elsewhere.example.org" }), json!({ "description": "Appelez le 01 99 00 00 77" })] {
            assert_eq!(world.edits_organization("editor", &id, changes).await, "InputError WAYS_OF_GUARDED");
        }
        assert_eq!(world.edits_organization("editor", &id, json!({ "description": "Héberge des mineurs." })).await, "");
    }

    /// Whether an organisation has a guarded service is decided under the lock: what is committed after the snapshot was
    /// brought up to date counts.
    async fn a_service_that_becomes_a_shelter_meanwhile_guards_its_organisation(world: World) {
        let mut world = world;
        world.join(EDITORS).await;
        let id = organization_id(LAWYERS);
        let mut shelter = world.like(MINORITY_APPEAL, "one more house");
        world.publish(&shelter).await;
        shelter.needs = [Need::ShelterFamily].into();
        let (document, context) = (Document::Service(shelter), world.app.context());
        let website = json!({ "website": "https://elsewhere.example.org" });
        let mut editing = pin!(world.edits_organization("editor", &id, website));
        let change = DirectoryChange { source_key: "one more house", document: &document, is_gone: false };
        let now = world.now();
        let written = context.store.write(async |tx| {
            tx.change_directory("test", std::slice::from_ref(&change), now).await?;
            // The edit has brought the snapshot up to date, and waits for the lock.
            let early = timeout(Duration::from_secs(1), editing.as_mut()).await;
            assert!(early.is_err(), "nobody edits while the directory is locked");
            Ok::<_, StoreError>(())
        });
        written.await.map_err(|error| error.to_string()).expect("a written entry");
        let edited = editing.await;
        assert_eq!(edited, "InputError WAYS_OF_GUARDED");
    }
}
