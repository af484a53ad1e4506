//! Merging two entries that are one service: nobody finds the merged one, its source goes on telling it, a referral leads
//! to the kept one, and all of it can be undone.

use crate::kit::steps::{fresh_key, merged, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::{Phone, Service, Tier};
use relais::domain::id::{Identifier, OrganizationId, ServiceId};
use relais::domain::need::Need;
use relais::import::plan::Completeness;
use serde_json::{Value, json};

const EDITOR: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
    { "handle": "second editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true } ] }"#;

impl World {
    /// Another source's entry on a service of the seeds.
    async fn second_word(&self, over: impl FnOnce(&mut Service)) -> String {
        let mut service = self.like(MINORITY_APPEAL, "Recours de minorité, autre source");
        service.organization_id = OrganizationId::derived("corridor", LAWYERS);
        service.fees = Some("2 euros".to_owned());
        over(&mut service);
        self.publish(&service).await;
        service.id.to_string()
    }

    async fn entry_now(&self, id: &str) -> Value {
        let document = "query($id: ID!) { service(id: $id) { version fees provenance { field } } }";
        self.ask(&self.person("editor"), document, json!({ "id": id })).await.at("service").clone()
    }

    async fn merges(&self, handle: &str, kept: &str, merged: &str, fields: Value) -> String {
        let input = json!({ "keptId": kept, "mergedId": merged, "fields": fields,
            "expectedKeptVersion": self.entry_now(kept).await["version"], "expectedMergedVersion": self.entry_now(merged).await["version"] });
        self.outcome(handle, "serviceMerge", input).await
    }

    async fn outcome(&self, handle: &str, act: &str, input: Value) -> String {
        let answer = self.act(&self.person(handle), act, &input).await;
        let error = if answer.code().is_empty() { answer.at(act)["errors"][0].clone() } else { json!(null) };
        let problem = error["problem"].as_str().or(error["__typename"].as_str());
        problem.unwrap_or(answer.code()).to_owned()
    }

    /// Where an old entry leads, and from where the first field of the kept one was taken, by ids.
    async fn leads(&self, handle: &str, merged: &str, kept: &str) -> (Value, Value) {
        let document = "query($merged: ID!, $kept: ID!) { merged: service(id: $merged) { mergedInto } \
            kept: service(id: $kept) { provenance { takenFrom } } }";
        let answer = self.ask(&self.person(handle), document, json!({ "merged": merged, "kept": kept })).await;
        let at = |pointer: &str| answer.json["data"].pointer(pointer).cloned().unwrap_or_default();
        (at("/merged/mergedInto"), at("/kept/provenance/0/takenFrom"))
    }

    async fn edits_fees(&self, id: &str) -> String {
        let version = self.entry_now(id).await["version"].clone();
        let input = json!({ "serviceId": id, "expectedVersion": version, "changes": { "fees": "4 euros" } });
        self.outcome("editor", "serviceEdit", input).await
    }

    async fn lists(&self, id: &str) -> bool {
        let document = "{ services(first: 100, filter: { verdicts: [MATCH, TO_CONFIRM, NO] }) { nodes { id } } }";
        let found = self.ask(&self.person("caseworker"), document, json!({})).await;
        found.at("services/nodes").as_array().expect("services").iter().any(|service| service["id"] == id)
    }
}

/// A draft under a key of its own.
fn with_key(draft: &Value) -> Value {
    merged(draft.clone(), &json!({ "idempotencyKey": fresh_key() }))
}

on_both_databases! {
    async fn a_merged_entry_is_found_no_more_and_comes_back_whole(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let before = world.entry_now(&kept).await;
        let merged = world.second_word(|_| {}).await;
        assert!(world.lists(&merged).await);
        for who in ["caseworker", "lawyer"] {
            assert_eq!(world.merges(who, &kept, &merged, json!([])).await, "FORBIDDEN", "{who}");
        }
        assert_eq!(world.merges("editor", &kept, &kept, json!([])).await, "SAME_ENTRY");
        assert_eq!(world.merges("editor", &kept, &merged, json!(["TIER"])).await, "NOT_TAKEABLE");
        assert_eq!(world.merges("editor", &kept, &merged, json!(["FEES"])).await, "");
        assert_eq!((world.lists(&merged).await, world.lists(&kept).await), (false, true));
        let after = world.entry_now(&kept).await;
        assert_eq!((&after["fees"], &after["provenance"][0]["field"]), (&json!("2 euros"), &json!("FEES")));
        assert_eq!(world.merges("editor", &kept, &merged, json!([])).await, "MERGED_ELSEWHERE");
        assert_eq!(world.leads("editor", &merged, &kept).await, (json!(kept), json!(merged)));

        assert_eq!(world.outcome("editor", "serviceUnmerge", json!({ "mergedId": merged })).await, "");
        assert_eq!((world.lists(&merged).await, world.entry_now(&kept).await["fees"].clone()), (true, before["fees"].clone()));
        assert_eq!(world.entry_now(&kept).await["provenance"], json!([]));
        assert_eq!(world.leads("editor", &merged, &kept).await, (Value::Null, Value::Null));
        assert_eq!(world.outcome("editor", "serviceUnmerge", json!({ "mergedId": merged })).await, "NOT_MERGED");
    }

    async fn an_organisation_lists_the_kept_entry_alone_and_nobody_is_asked_to_confirm_the_merged_one(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let merged = world.second_word(|service| service.verified_on = "2024-01-01".parse().ok()).await;
        let listed = async |pointer: &str, document: &str| {
            let answer = world.ask(&world.person("editor"), document, json!({ "id": kept })).await;
            let services = answer.at(pointer).as_array().expect("services").clone();
            services.iter().any(|service| service["id"] == json!(merged))
        };
        let of_organization = ("service/organization/services", "query($id: ID!) { service(id: $id) { organization { services { id } } } }");
        let to_review = ("servicesToReview/nodes", "{ servicesToReview(first: 100) { nodes { id } } }");
        for (pointer, document) in [of_organization, to_review] {
            assert!(listed(pointer, document).await, "{pointer}");
        }
        assert_eq!(world.merges("editor", &kept, &merged, json!([])).await, "");
        for (pointer, document) in [of_organization, to_review] {
            assert!(!listed(pointer, document).await, "{pointer}");
        }
    }

    async fn a_merged_entry_is_found_again_when_the_kept_one_goes(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let merged = world.second_word(|_| {}).await;
        assert_eq!(world.merges("editor", &kept, &merged, json!([])).await, "");
        let mut feed: Value = serde_json::from_str(include_str!("../../seeds/paris-region.json")).expect("the seeds");
        let services = feed["contents"].as_array_mut().expect("services");
        services.retain(|service| service["id"] != MINORITY_APPEAL);
        world.import_as("corridor", &feed.to_string(), Completeness::Complete).await;
        assert_eq!((world.lists(&kept).await, world.lists(&merged).await), (false, true));
        let events = world.rows("audit_events").await.join("\n");
        assert!(events.contains("entries_unmerged"), "{events}");
    }

    async fn what_a_guarded_entry_takes_over_waits_with_its_origin_and_not_beyond_the_merging(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let mut shelter = world.like(MINORITY_APPEAL, "kept shelter");
        shelter.needs = [Need::ShelterMinor].into();
        shelter.phones = vec![Phone::as_typed("01 99 00 00 71")];
        world.publish(&shelter).await;
        let kept = shelter.id.to_string();
        let other = world.second_word(|service| {
            service.needs = [Need::ShelterMinor].into();
            service.phones = vec![Phone::as_typed("01 99 00 00 72")];
        }).await;
        let phone = async || {
            let document = "query($id: ID!) { service(id: $id) { phones { typed } provenance { field } } }";
            let seen = world.ask(&world.person("editor"), document, json!({ "id": kept })).await;
            (text(seen.at("service/phones/0/typed")), seen.at("service/provenance").clone())
        };
        let open = async || {
            let document = "{ directoryProposals(status: OPEN) { nodes { id } } }";
            let found = world.ask(&world.person("editor"), document, json!({})).await;
            found.at("directoryProposals/nodes").as_array().expect("proposals").clone()
        };
        let accepts = async |proposal: &Value| {
            let input = json!({ "directoryProposalId": proposal["id"], "accept": true });
            world.outcome("second editor", "directoryProposalDecide", input).await
        };
        // Undone before anybody has accepted: nothing waits.
        assert_eq!(world.merges("editor", &kept, &other, json!(["PHONES"])).await, "");
        let first = open().await;
        assert_eq!(world.outcome("editor", "serviceUnmerge", json!({ "mergedId": other })).await, "");
        assert_eq!((first.len(), open().await.len()), (1, 0));
        assert_eq!(accepts(&first[0]).await, "ALREADY_DECIDED");
        // Accepted, the phone says where it comes from, so that the end of the merging asks for the old one.
        assert_eq!(world.merges("editor", &kept, &other, json!(["PHONES"])).await, "");
        assert_eq!(accepts(&open().await[0]).await, "");
        assert_eq!(phone().await, ("01 99 00 00 72".to_owned(), json!([{ "field": "PHONES" }])));
        assert_eq!(world.outcome("editor", "serviceUnmerge", json!({ "mergedId": other })).await, "");
        assert_eq!(phone().await, ("01 99 00 00 72".to_owned(), json!([])));
        assert_eq!(accepts(&open().await[0]).await, "");
        assert_eq!(phone().await, ("01 99 00 00 71".to_owned(), json!([])));
    }

    async fn neither_entry_of_a_merging_is_told_to_whoever_may_not_know_of_it(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let merged = world.second_word(|_| {}).await;
        assert_eq!(world.merges("editor", &kept, &merged, json!(["FEES"])).await, "");
        assert_eq!(world.leads("untrained caseworker", &merged, &kept).await, (json!(kept), json!(merged)));
        // The old entry comes to be for the trained only, then the kept one.
        let hidden = |id: &str| {
            let snapshot = world.app.context().directory.snapshot();
            let service = snapshot.service(ServiceId::parse(id).expect("an id")).expect("an entry");
            Service { tier: Tier::Restricted, ..(*service).clone() }
        };
        let (old, new) = (hidden(&merged), hidden(&kept));
        world.publish(&old).await;
        assert_eq!(world.leads("untrained caseworker", &merged, &kept).await, (Value::Null, Value::Null));
        assert_eq!(world.leads("caseworker", &merged, &kept).await, (json!(kept), json!(merged)));
        world.publish(&Service { tier: Tier::Network, ..old }).await;
        world.publish(&new).await;
        assert_eq!(world.leads("untrained caseworker", &merged, &kept).await, (Value::Null, Value::Null));
        assert_eq!(world.leads("caseworker", &merged, &kept).await, (json!(kept), json!(merged)));
    }

    async fn a_referral_to_a_merged_entry_leads_to_the_kept_one(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let merged = world.second_word(|_| {}).await;
        let ready = world.ready_for_the_lawyers(&merged, json!({})).await;
        assert_eq!(world.merges("editor", &kept, &merged, json!([])).await, "");
        let draft = with_key(&ready.draft);
        let draft = world.done(&ready.sender, "referralCreate", &draft).await;
        let document = "query($id: ID!) { referral(id: $id) { service { id } } }";
        let found = world.ask(&ready.sender, document, json!({ "id": text(&draft["id"]) })).await;
        assert_eq!(found.at("referral/service/id"), &json!(kept));
    }

    async fn nothing_is_taken_from_an_entry_that_fewer_may_know(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let kept = service_id(MINORITY_APPEAL);
        let merged = world.second_word(|service| service.tier = Tier::Restricted).await;
        assert_eq!(world.merges("editor", &kept, &merged, json!(["FEES"])).await, "FOR_FEWER_PEOPLE");
        assert_eq!(world.merges("editor", &kept, &merged, json!([])).await, "");
    }

    async fn a_pair_that_was_judged_to_be_two_services_is_proposed_to_nobody_until_that_is_taken_back(world: World) {
        let mut world = world;
        world.join(EDITOR).await;
        let first = world.app.context().directory.snapshot().service(ServiceId::derived("corridor", MINORITY_APPEAL));
        let name = first.expect("a service of the seeds").name.clone();
        let (kept, other) = (service_id(MINORITY_APPEAL), world.second_word(|service| service.name = name).await);
        let proposes = async |handle: &str, dismissed: bool| {
            let document = "query($dismissed: Boolean!) { duplicateCandidates(first: 100, dismissed: $dismissed) { \
                nodes { services { id } } } }";
            let answer = world.ask(&world.person(handle), document, json!({ "dismissed": dismissed })).await;
            let nodes = answer.at("duplicateCandidates/nodes").as_array().expect("pairs").clone();
            nodes.iter().any(|pair| pair["services"].as_array().expect("two").iter().any(|found| found["id"] == json!(other)))
        };
        let pair = json!({ "serviceId": other, "otherId": kept });
        assert!(proposes("editor", false).await && !proposes("editor", true).await);
        for handle in ["caseworker", "lawyer"] {
            assert_eq!(world.outcome(handle, "serviceDismissDuplicate", pair.clone()).await, "FORBIDDEN", "{handle}");
        }
        assert_eq!(world.outcome("editor", "serviceDismissDuplicate", json!({ "serviceId": kept, "otherId": kept })).await, "PAIR_OF_ONE");
        // In either order, and twice, it is one judgement; and one for all editors.
        for pair in [pair.clone(), json!({ "serviceId": kept, "otherId": other })] {
            assert_eq!(world.outcome("editor", "serviceDismissDuplicate", pair).await, "");
        }
        assert_eq!(world.rows("dismissed_pairs").await.len(), 1);
        for handle in ["editor", "second editor", "coordinator"] {
            assert!(!proposes(handle, false).await && proposes(handle, true).await, "{handle}");
        }
        // A change of one of them, and a new version of the directory, leave the judgement alone.
        assert_eq!(world.edits_fees(&other).await, "");
        assert!(!proposes("second editor", false).await);
        assert_eq!(world.outcome("second editor", "serviceRestoreDuplicate", pair.clone()).await, "");
        assert!(proposes("editor", false).await && !proposes("editor", true).await);
        assert_eq!(world.outcome("second editor", "serviceRestoreDuplicate", pair).await, "", "it changes nothing");
        assert_eq!(world.rows("dismissed_pairs").await.len(), 0);
        let told = "SELECT action FROM audit_events WHERE action LIKE 'pair_%' ORDER BY sequence";
        assert_eq!(world.texts(told.to_owned()).await, ["pair_dismissed", "pair_dismissed", "pair_restored", "pair_restored"]);
    }
}
