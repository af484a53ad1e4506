//! Whoever asks as often as they like learns of a redacted place what everybody knows: the centre of its area.

use super::super::{Distance, Query};
use super::{at, place, plain_query, redacted_place, service, service_id, snapshot_of};
use crate::domain::directory::{Place, Precision};
use crate::domain::place::{DistanceBand, EARTH_RADIUS_METERS, Position};
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};

const PROBES: usize = 10_000;
const RADIUS_METERS: f64 = 4_000.0;

/// East and north of a position from an origin, in metres, on a plane: right to a metre over these distances.
fn offset(origin: Position, position: Position) -> (f64, f64) {
    let north = (position.latitude() - origin.latitude()).to_radians() * EARTH_RADIUS_METERS;
    let scale = origin.latitude().to_radians().cos() * EARTH_RADIUS_METERS;
    ((position.longitude() - origin.longitude()).to_radians() * scale, north)
}

/// The point whose distances from the probes fit the told ones best: Gauss–Newton on the squared differences.
fn fitted(told: &[((f64, f64), f64)]) -> (f64, f64) {
    let (mut x, mut y) = (1_000.0, -1_000.0);
    for _ in 0..50 {
        let (mut xx, mut xy, mut yy, mut rx, mut ry) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for ((east, north), meters) in told {
            let distance = (x - east).hypot(y - north).max(1.0);
            let (dx, dy, rest) = ((x - east) / distance, (y - north) / distance, meters - distance);
            (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
            (rx, ry) = (rx + dx * rest, ry + dy * rest);
        }
        let determinant = xx * yy - xy * xy;
        x += (yy * rx - xy * ry) / determinant;
        y += (xx * ry - xy * rx) / determinant;
    }
    (x, y)
}

/// Distances as far as probes learn of them: those that are told, and the ranks that cursors carry.
fn probed(hidden: bool, center: Position, place_at: Position) -> Vec<((f64, f64), f64)> {
    // Both begin with the point; one is redacted as an edit or an import does it, and written and read as the store does.
    let mut there = service(1, vec![place(Some(place_at))]);
    if hidden {
        let area = redacted_place(Some(center)).area;
        assert!(there.redact_places(&[(there.places[0].id, area)].into()));
        let written = serde_json::to_string(&there).expect("documents are JSON");
        there = serde_json::from_str(&written).expect("what was written can be read");
    }
    let snapshot = snapshot_of(&[there, service(2, vec![place(Some(at(50.9, 1.9)))])]);
    let mut chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut probe = || at(50.95 + chance.random_range(-0.3..0.3), 1.86 + chance.random_range(-0.5..0.5));
    let mut told = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        let from = probe();
        let page = snapshot.search(&Query { near: Some(from), ..plain_query() });
        let hit = page.hits.iter().find(|hit| hit.service.id == service_id(1)).expect("it is found");
        assert_eq!(hidden, matches!(hit.distance, Some(Distance::Band(_))));
        told.push((offset(center, from), hit.key.distance_meters()));
    }
    told
}

#[test]
fn ten_thousand_probes_and_a_least_squares_fit_lead_to_the_centre_of_the_area_and_no_nearer() {
    let center = at(50.95, 1.86);
    // On the rim of the area, where the centre tells least.
    let place_at = at(50.95 + (RADIUS_METERS / EARTH_RADIUS_METERS).to_degrees(), 1.86);
    let (east, north) = offset(center, place_at);
    let away = |(x, y): (f64, f64)| (x - east).hypot(y - north);
    let error_meters = away(fitted(&probed(true, center, place_at)));
    assert!(error_meters > RADIUS_METERS - 100.0, "as near as {error_meters:.0} m");
    // The control: the same fit finds a place that is told.
    let control_meters = away(fitted(&probed(false, center, place_at)));
    assert!(control_meters < 100.0, "a told place is found to {control_meters:.0} m");
}

#[test]
fn a_point_that_stands_for_an_area_gives_no_metres() {
    for (precision, tells_a_band) in [
        (None, false),
        (Some(Precision::Exact), false),
        (Some(Precision::Street), false),
        (Some(Precision::Area), true),
    ] {
        let there = Place { precision, ..place(Some(at(50.95, 1.86))) };
        let snapshot = snapshot_of(&[service(1, vec![there])]);
        let page = snapshot.search(&Query { near: Some(at(50.95, 1.96)), ..plain_query() });
        // Seven kilometres.
        let expected = Distance::Band(DistanceBand::From5To20Km);
        assert_eq!(page.hits[0].distance == Some(expected), tells_a_band, "{precision:?}");
    }
}
