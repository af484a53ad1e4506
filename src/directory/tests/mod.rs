//! Tests of the directory: worked examples, and random worlds against a brute force.

mod changes;
mod examples;
mod oracle;
mod redaction;

use super::{Change, Directory, Query, Snapshot};
use crate::domain::directory::{Document, Organization, Place, Service, Tier};
use crate::domain::fit::Seeker;
use crate::domain::id::{Identifier, OrganizationId, ServiceId};
use crate::domain::need::Need;
use crate::domain::place::{Area, AreaCode, NoAreas, Position};
use crate::domain::profile::Profile;
use crate::domain::ranking::ServiceOrder;
use crate::domain::scope::DirectoryScope;
use crate::domain::time::Timestamp;
use serde_json::json;
use std::sync::{Arc, LazyLock};

static ANYBODY: LazyLock<Profile> = LazyLock::new(Profile::default);
static STRANGER: LazyLock<DirectoryScope> =
    LazyLock::new(|| DirectoryScope::new(None, None, |kind| kind.tier == Tier::Public && !kind.concerns_violence));

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").expect("a valid time")
}

fn at(latitude: f64, longitude: f64) -> Position {
    Position::new(latitude, longitude).expect("a valid position")
}

/// Ids that stand in the order of their numbers.
fn service_id(number: u32) -> ServiceId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    ServiceId::from_bytes(bytes)
}

fn organization(number: u8) -> Organization {
    let id = OrganizationId::from_bytes([number; 16]);
    serde_json::from_value(json!({ "id": id, "name": "Association" })).expect("an organisation")
}

/// A public service that takes everybody who looks for an asylum lawyer.
fn service(number: u32, places: Vec<Place>) -> Service {
    let document = json!({
        "id": service_id(number), "organization_id": organization(1).id, "name": format!("Service {number}"),
        "needs": ["legal.asylum"], "status": "open", "welcome": "unconditional", "verified_on": "2026-11-01",
        "tier": "public",
    });
    Service { places, ..serde_json::from_value(document).expect("a service") }
}

fn place(position: Option<Position>) -> Place {
    let kind = if position.is_some() { "physical" } else { "virtual" };
    let document = json!({ "id": "loc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "kind": kind });
    Place { position, ..serde_json::from_value(document).expect("a place") }
}

fn redacted_place(center: Option<Position>) -> Place {
    let code = AreaCode::parse("FR-62193").expect("an area code");
    let area = Some(Area { code, name: None, center, radius_meters: Some(4_000.0) });
    Place { redacted: true, area, ..place(None) }
}

fn present(service: &Service) -> Change {
    Change::present(Document::Service(service.clone()))
}

fn snapshot_of(services: &[Service]) -> Arc<Snapshot> {
    let directory = Directory::empty();
    directory.apply(0, services.iter().map(present).collect());
    directory.snapshot()
}

/// Anybody with a need.
fn in_need_of(need: Need) -> Seeker<'static> {
    Seeker { need: Some(need), ..plain_query().seeker }
}

/// The twenty first public services for anybody, by id.
fn plain_query() -> Query<'static> {
    Query {
        near: None,
        within_meters: None,
        region: None,
        words: None,
        seeker: Seeker { need: None, profile: &ANYBODY, accessibility: &[], areas: &NoAreas, at: now() },
        open_at: None,
        verdicts: &[],
        scope: &STRANGER,
        answering: None,
        order: ServiceOrder::Nearest,
        after: None,
        limit: 20,
    }
}
