//! Erasing, and the ledger that keeps the erased from coming back.

use crate::kit::key_store::{asked, keks_of, opens};
use crate::kit::loop_calls::{girl, organization, to_the_lawyers};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use relais::clock::Clock;
use relais::domain::erasure::{ErasureUnit, LedgerEntry, LedgerEvent};
use relais::domain::id::{CaseId, Identifier, OrganizationId, ProjectId, ReferralId};
use serde_json::{Value, json};

const CASE: &str = "query($id: ID!) { node(id: $id) { ... on CaseReference { id spokenCode } } }";
const REFERRAL: &str =
    "query($id: ID!) { referral(id: $id) { id status need offer { ageBand adminStatus } case { id } } }";

fn unit(id: &str) -> ErasureUnit {
    ErasureUnit::parse(id).unwrap_or_else(|| panic!("{id} is a unit"))
}

async fn shred(world: &World, ids: &[&str]) {
    let units: Vec<ErasureUnit> = ids.iter().map(|id| unit(id)).collect();
    world.app.context().store.shred(&units, world.clock.now()).await.expect("erased");
}

fn ledger(world: &World) -> Vec<String> {
    let named = world.kek_file().with_file_name("relais-erasures.ledger");
    std::fs::read_to_string(named).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// Whether a node that starts now knows how to reach the lawyers.
async fn knows_phones_of_the_lawyers(world: &World) -> bool {
    let query = "query($id: ID!) { organization(id: $id) { services { phones { typed } } } }";
    let variables = json!({ "id": organization(LAWYERS) });
    let answer = asked(&world.node().await, &world.person("caseworker"), query, variables).await;
    assert!(answer.at("organization/services").as_array().is_some_and(|services| !services.is_empty()));
    answer.text().contains("01 99 00")
}

on_both_databases! {
    async fn an_erased_case_is_no_case_any_more_and_no_key_opens_it(world: World) {
        let caseworker = world.person("caseworker");
        let case = world.open_case("caseworker", girl(), json!({})).await;
        let other = world.open_case("caseworker", girl(), json!({})).await;
        let (id, code) = (case.id(), case.done()["spokenCode"].as_str().expect("a code").to_owned());
        let sealed = world.texts(format!("SELECT sealed FROM cases WHERE id = '{id}'")).await.remove(0);
        let keks = keks_of(&world.kek_file());
        assert!(opens(&world.data_keys(&keks).await, "cases", "sealed", &id, &id, &sealed), "the control");

        shred(&world, &[&id]).await;
        let keys = world.data_keys(&keks).await;
        assert!(!keys.is_empty() && !opens(&keys, "cases", "sealed", &id, &id, &sealed));
        assert_eq!(world.ask(&caseworker, CASE, json!({ "id": id })).await.at("node"), &Value::Null);
        let by_code = "query($c: String!) { caseBySpokenCode(spokenCode: $c) { id } }";
        let found = world.ask(&caseworker, by_code, json!({ "c": code })).await;
        assert_eq!(found.at("caseBySpokenCode"), &Value::Null);
        assert_eq!(world.ask(&caseworker, CASE, json!({ "id": other.id() })).await.text_at("node/id"), other.id());

        // Another node knows at once, and doing it again adds no line.
        assert_eq!(asked(&world.node().await, &caseworker, CASE, json!({ "id": id })).await.at("node"), &Value::Null);
        let written = ledger(&world);
        assert_eq!(written, [format!("erased {id} {}", world.clock.now().microseconds())]);
        shred(&world, &[&id, &id]).await;
        assert_eq!(ledger(&world), written);
    }

    /// Deleting a row of SQLite leaves its bytes in the page and in the log, unless both are seen to.
    async fn the_bytes_of_a_destroyed_key_are_in_no_file(world: World) {
        let Some(database) = world.sqlite_file() else { return };
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let wrapped = world.key_texts(&format!("SELECT wrapped FROM data_keys WHERE unit = '{case}'")).await.remove(0);
        let is_in_a_file = || {
            let folder = std::fs::read_dir(database.parent().expect("a folder")).expect("a folder");
            let mut files = folder.map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file"));
            files.any(|bytes| String::from_utf8_lossy(&bytes).contains(&wrapped))
        };
        assert!(is_in_a_file(), "the control");
        shred(&world, &[&case]).await;
        assert!(!is_in_a_file());
    }

    async fn what_hangs_on_an_erased_case_is_answered_and_can_go_on(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let case = world.texts(format!("SELECT case_id FROM referrals WHERE id = '{}'", sent.id)).await.remove(0);
        shred(&world, &[&case]).await;
        let lawyer = world.ask(&world.person("lawyer"), REFERRAL, json!({ "id": sent.id })).await;
        assert_eq!(lawyer.text_at("referral/status"), "REQUESTED", "{}", lawyer.text());
        world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.done();
        let sender = world.ask(&world.person("caseworker"), REFERRAL, json!({ "id": sent.id })).await;
        assert_eq!(sender.text_at("referral/status"), "ACKNOWLEDGED", "{}", sender.text());
    }

    async fn an_erased_referral_stays_a_referral_and_tells_nothing_of_its_offer(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let offered = world.ask(&world.person("lawyer"), REFERRAL, json!({ "id": sent.id })).await;
        assert_eq!(offered.text_at("referral/offer/adminStatus"), "MINOR_IN_APPEAL", "the control");
        shred(&world, &[&sent.id]).await;
        let erased = world.ask(&world.person("lawyer"), REFERRAL, json!({ "id": sent.id })).await;
        assert_eq!(erased.text_at("referral/need"), "LEGAL_MINORITY_APPEAL");
        assert_eq!(erased.at("referral/offer/adminStatus"), &Value::Null, "{}", erased.text());
        // What changes afterwards brings no key back.
        world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.done();
        let keys = world.key_texts(&format!("SELECT unit FROM data_keys WHERE unit = '{}'", sent.id)).await;
        assert_eq!(keys, Vec::<String>::new());
    }

    async fn erased_contacts_come_back_with_the_next_import_and_stay(world: World) {
        let lawyers = organization(LAWYERS);
        assert!(knows_phones_of_the_lawyers(&world).await, "the control");
        shred(&world, &[&lawyers]).await;
        assert!(!knows_phones_of_the_lawyers(&world).await);
        // An hour later the feed is imported anew: with other keys, which the ledger does not reach.
        world.clock.set(world.clock.now().plus_hours(1));
        world.import("corridor", include_str!("../../seeds/paris-region.json")).await;
        assert!(knows_phones_of_the_lawyers(&world).await);
        assert!(knows_phones_of_the_lawyers(&world).await, "nor does the next start");
        let generations = world.key_texts(&format!(
            "SELECT CAST(generation AS TEXT) FROM data_keys WHERE unit = '{lawyers}'")).await;
        assert_eq!(generations, ["2"]);
    }

    async fn a_unit_without_a_key_is_remembered_too(world: World) {
        let unknown = CaseId::from_bytes([9; 16]).to_string();
        shred(&world, &[&unknown]).await;
        assert_eq!(ledger(&world).len(), 1);
        shred(&world, &[&unknown]).await;
        assert_eq!(ledger(&world).len(), 1);
        shred(&world, &[]).await;
        assert_eq!(world.key_texts("SELECT unit FROM erased_units").await, [unknown]);
    }

    /// As after a restore of the keys: the ledger is ahead of what the key store knows.
    async fn what_the_ledger_names_is_erased_again_before_anything_is_served(world: World) {
        let caseworker = world.person("caseworker");
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let entry = LedgerEntry { event: LedgerEvent::Erased(unit(&case)), at: world.clock.now() };
        world.app.context().store.append_ledger(entry).await.expect("a line");
        assert_eq!(world.ask(&caseworker, CASE, json!({ "id": case })).await.text_at("node/id"), case, "the control");
        let node = world.node().await;
        assert_eq!(asked(&node, &caseworker, CASE, json!({ "id": case })).await.at("node"), &Value::Null);
        assert_eq!(world.key_texts(&format!("SELECT unit FROM data_keys WHERE unit = '{case}'")).await.len(), 0);
    }

    async fn a_ledger_that_was_lost_grows_again_from_the_key_store(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        shred(&world, &[&case]).await;
        let written = ledger(&world);
        std::fs::remove_file(world.kek_file().with_file_name("relais-erasures.ledger")).expect("a ledger to lose");
        world.node().await;
        assert_eq!(ledger(&world), written);
    }

    async fn freezes_and_thaws_are_remembered_in_their_order(world: World) {
        let store = &world.app.context().store;
        let project = ProjectId::from_bytes([3; 16]);
        let at = world.clock.now();
        for (event, expected) in [
            (LedgerEvent::Frozen(project), vec![(project, at)]),
            (LedgerEvent::Thawed(project), vec![]),
            (LedgerEvent::Frozen(project), vec![(project, at)]),
        ] {
            store.append_ledger(LedgerEntry { event, at }).await.expect("a line");
            assert_eq!(world.node().await.context().store.projects_frozen_by_ledger().expect("a ledger"), expected);
        }
    }
}

#[test]
fn units_are_named_by_the_objects_own_ids() {
    let bytes = [7; 16];
    for id in [CaseId::from_bytes(bytes).to_string(), ReferralId::from_bytes(bytes).to_string()] {
        assert_eq!(unit(&id).to_string(), id);
    }
    assert!(unit(&OrganizationId::from_bytes(bytes).to_string()).may_return());
    assert_eq!(ErasureUnit::parse(&ProjectId::from_bytes(bytes).to_string()), None);
}
