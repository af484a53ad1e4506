//! Points that are those of areas: where a row has none of its own, such directories put it at that of its governorate,
//! district or camp, and nothing in the row says so.

use super::super::problem::ProblemReason;
use super::super::{Feed, Parsed};
use crate::domain::directory::{Place, Precision, Service};
use crate::domain::id::OrganizationId;
use crate::domain::words::{fold, words};
use std::collections::{BTreeSet, HashMap};

/// Of so many organisations a point is nobody's door: two may share a house.
const ORGANIZATIONS_OF_AN_AREA: usize = 3;

/// What governorates and districts of Jordan are called by, folded: *liwa* is a district.
const KINDS_OF_AREAS: [&str; 4] = ["governorate", "liwa", "محافظه", "لوا"];

/// A point as it can be looked up.
type Point = [u64; 2];

/// Tells the precision of points that stand for an area, by the name of the place or by how many organisations have it.
pub(super) fn tell_areas(feed: &mut Feed) {
    let mut organizations: HashMap<Point, BTreeSet<OrganizationId>> = HashMap::new();
    for Parsed { document, .. } in &feed.services {
        for point in document.places.iter().filter_map(point_of) {
            organizations.entry(point).or_default().insert(document.organization_id);
        }
    }
    let is_shared = |point: Point| organizations.get(&point).is_some_and(|of| of.len() >= ORGANIZATIONS_OF_AN_AREA);
    let is_of_area = |place: &Place| point_of(place).is_some_and(|point| is_called_area(place) || is_shared(point));
    for Parsed { row, key, document } in &mut feed.services {
        if mark(document, &is_of_area) {
            let (row, key) = (Some(*row), Some(key.clone()));
            let (subject, reason) = (super::super::Subject::Service, ProblemReason::PointOfArea);
            feed.warnings.push(super::super::Problem { subject, row, key, reason });
        }
    }
}

fn mark(service: &mut Service, is_of_area: &dyn Fn(&Place) -> bool) -> bool {
    let mut is_marked = false;
    for place in service.places.iter_mut().filter(|place| is_of_area(place)) {
        place.precision = Some(Precision::Area);
        is_marked = true;
    }
    is_marked
}

fn point_of(place: &Place) -> Option<Point> {
    place.position.map(|at| [at.latitude().to_bits(), at.longitude().to_bits()])
}

fn is_called_area(place: &Place) -> bool {
    let called = place.name.as_deref().map(fold).unwrap_or_default();
    words(&called).any(|word| KINDS_OF_AREAS.contains(&word))
}
