//! Whether a service has room, and for whom it is specialised, is for the network: who has no account learns it by
//! no path, neither a field nor a verdict, a reason, a rank or a copy.

use crate::kit::steps::step_input;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::actions::export::{Audience, ExportRequest, prepare};
use relais::domain::directory::{Capacity, CapacityStatus, Service, Specialisation, Tier};
use relais::export::ExportFormat;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTED: &str = "query($order: ServiceOrder) { services(first: 100, order: $order, \
    filter: { verdicts: [MATCH, TO_CONFIRM, NO], near: { latitude: 48.9, longitude: 2.3 } }) { \
    edges { cursor verdict score reasons { dimension finding message } standing { factor value weight message } \
      node { id capacity { status statusTold available expectedWaitDays } specialisations } } pageInfo { endCursor } } }";

/// Somebody of another team of the project, and somebody who reads its figures only.
const PROJECT: &str = r#"{ "source": "corridor",
    "projects": [ { "key": "paris", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "name": "Passerelles Île-de-France",
        "country": "FR", "risk_profile": "standard", "mailbox": "passerelles@example.org" } ],
    "teams": [ { "key": "night", "project": "paris", "name": "Nuit" } ],
    "accounts": [
        { "handle": "colleague", "role": "caseworker", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e",
            "project": "paris", "teams": ["night"] },
        { "handle": "analyst", "role": "analyst", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "project": "paris" } ] }"#;

fn with_room(world: &World, status: Option<CapacityStatus>) -> Service {
    let updated_at_microseconds = Some(world.now().plus_hours(-1).microseconds());
    let capacity =
        status.map(|status| Capacity { updated_at_microseconds, expected_wait_days: Some(12), ..Capacity::of(status) });
    Service { tier: Tier::Public, capacity, ..world.like(MINORITY_APPEAL, "Full or not") }
}

async fn public_copies(world: &World) -> Vec<Vec<u8>> {
    let licences = BTreeMap::new();
    let mut copies = Vec::new();
    for format in [ExportFormat::HsdsPage, ExportFormat::HsdsLines, ExportFormat::CommaSeparated, ExportFormat::GeoJson]
    {
        let request = ExportRequest { format, audience: Audience::Public, licences: &licences };
        let prepared = prepare(world.app.context(), request).await.expect("a copy");
        let mut out = Vec::new();
        prepared.write(&mut out, &mut |_, _| {}).expect("a list takes every byte");
        copies.push(out);
    }
    copies
}

on_both_databases! {
    async fn capacity_changes_no_byte_of_what_a_stranger_is_told(world: World) {
        let (nobody, staff) = (world.person("nobody"), world.person("caseworker"));
        let (mut told_to_nobody, mut told_to_staff, mut copies) = (Vec::new(), Vec::new(), Vec::new());
        let statuses = [None, Some(CapacityStatus::Open), Some(CapacityStatus::Waitlist), Some(CapacityStatus::Full)];
        for status in statuses {
            world.publish(&with_room(&world, status)).await;
            copies.push(public_copies(&world).await);
            for order in ["NEAREST", "BEST"] {
                let variables = json!({ "order": order });
                told_to_nobody.push((order, world.ask(&nobody, LISTED, variables.clone()).await.bytes));
                let answer = world.ask(&staff, LISTED, variables).await;
                assert_eq!(answer.code(), "", "{}", answer.text());
                told_to_staff.push((order, answer.bytes));
            }
        }
        for order in ["NEAREST", "BEST"] {
            let of = |told: &[(&str, Vec<u8>)]| {
                told.iter().filter(|(asked, _)| *asked == order).map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
            };
            let (nobody_s, staff_s) = (of(&told_to_nobody), of(&told_to_staff));
            assert!(nobody_s.windows(2).all(|two| two[0] == two[1]), "{order}");
            assert!(staff_s.windows(2).all(|two| two[0] != two[1]), "{order}");
        }
        assert!(copies.windows(2).all(|two| two[0] == two[1]));
    }

    async fn what_was_sent_since_is_counted_for_the_own_project_until_room_is_told_again(world: World) {
        let mut world = world;
        world.join(PROJECT).await;
        let service = Service { tier: Tier::Network, ..with_room(&world, Some(CapacityStatus::Open)) };
        world.publish(&service).await;
        let id = service.id.to_string();
        let ready = world.ready_for_the_lawyers(&id, json!({})).await;
        let told = async || world.done(&world.person("lawyer"), "serviceCapacityUpdate", &json!({ "serviceId": id, "status": "OPEN", "unit": "BED", "available": 2 })).await;
        let seen = async |who: &str| {
            let one = world.ask(&world.person(who), "query($id: ID!) { service(id: $id) { capacity { acceptedSince } } }", json!({ "id": id })).await;
            assert_eq!(one.code(), "", "{}", one.text());
            one.at("service")["capacity"]["acceptedSince"].clone()
        };
        told().await;
        world.clock.set(world.now().plus_hours(1));
        let accepted = world.refer(&ready, "ACCEPTED").await;
        for status in ["REQUESTED", "DECLINED", "COMPLETED"] {
            world.refer(&ready, status).await;
        }
        let whoever = [("caseworker", json!(2)), ("colleague", json!(2)), ("coordinator", json!(2)),
            ("caseworker of another project", json!(0)), ("lawyer", Value::Null), ("analyst", Value::Null), ("nobody", Value::Null)];
        for (who, expected) in whoever {
            assert_eq!(seen(who).await, expected, "{who}");
        }
        // Beside every service of a page, by a page of resolvers.
        let page = "{ services(first: 100) { nodes { id capacity { acceptedSince updatedAt } } } }";
        let page = world.ask(&world.person("caseworker"), page, json!({})).await;
        let nodes = page.at("services/nodes").as_array().expect("services").clone();
        let counts: Vec<(bool, Value)> = nodes.iter().filter(|node| node["capacity"]["updatedAt"].is_string())
            .map(|node| (node["id"] == id, node["capacity"]["acceptedSince"].clone())).collect();
        assert!(counts.contains(&(true, json!(2))), "{}", page.text());
        assert!(counts.iter().all(|(is_it, count)| *is_it || *count != json!(2)), "{}", page.text());
        // What comes to nothing takes no place.
        let cancelled = step_input("referralCancel", &accepted);
        world.done(&ready.sender, "referralCancel", &cancelled).await;
        assert_eq!(seen("caseworker").await, json!(1));
        // The next word begins anew, and a stale one is worth nothing.
        world.clock.set(world.now().plus_hours(1));
        told().await;
        assert_eq!(seen("caseworker").await, json!(0));
        world.clock.set(world.now().plus_hours(24));
        assert_eq!(seen("caseworker").await, Value::Null);
    }

    async fn specialisations_are_told_to_staff_only(world: World) {
        let service = Service { specialisations: [Specialisation::Torture].into(), ..with_room(&world, None) };
        world.publish(&service).await;
        let query = "query($id: ID!) { service(id: $id) { specialisations } }";
        for (who, expected) in [("nobody", json!([])), ("caseworker", json!(["TORTURE"]))] {
            let answer = world.ask(&world.person(who), query, json!({ "id": service.id.to_string() })).await;
            assert_eq!(answer.at("service/specialisations"), &expected, "{who}");
        }
    }
}
