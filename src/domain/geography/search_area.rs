//! Where somebody looks for services: a box of a map, or a polygon that they drew.
//!
//! Invariant: the edges are straight on a map of degrees, as GeoJSON has them (RFC 7946, 3.1.1), and belong to the area.

use super::cap::SphericalCap;
use crate::domain::place::Position;
use geo::{BoundingRect, Coord, Intersects, Line, LineString, Point, Polygon, Rect, Translate};

/// Vertices that a polygon has at most, all rings together, closing ones included.
pub const VERTICES_AT_MOST: usize = 1_000;

/// A box between two parallels and two meridians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    south_west: Position,
    north_east: Position,
}

/// The box has no inside: its south lies north of its north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the south of a box lies south of its north")]
pub struct InvalidBoundingBox;

impl BoundingBox {
    /// The box from its south-western corner eastwards to its north-eastern one. Where the west is a greater longitude
    /// than the east, it crosses the antimeridian.
    pub fn new(south_west: Position, north_east: Position) -> Result<Self, InvalidBoundingBox> {
        let is_upright = south_west.latitude() <= north_east.latitude();
        is_upright.then_some(Self { south_west, north_east }).ok_or(InvalidBoundingBox)
    }

    /// True for positions in the box and on its edge.
    pub fn contains(&self, position: Position) -> bool {
        let (west, east) = (self.south_west.longitude(), self.north_east.longitude());
        let is_between = |longitude: f64| match west <= east {
            true => (west..=east).contains(&longitude),
            false => longitude >= west || longitude <= east,
        };
        let longitude = position.longitude();
        // The antimeridian has two names.
        let is_in_width = is_between(longitude) || (longitude.abs() == 180.0 && is_between(-longitude));
        is_in_width && (self.south_west.latitude()..=self.north_east.latitude()).contains(&position.latitude())
    }

    /// A cap that holds the whole box.
    pub fn cap(&self) -> SphericalCap {
        let (west, east) = (self.south_west.longitude(), self.north_east.longitude());
        let width = if west <= east { east - west } else { east - west + 360.0 };
        SphericalCap::of_box(self.south_west.latitude(), self.north_east.latitude(), west, width)
    }
}

/// A polygon with holes, drawn on a map. Each edge goes the short way round the earth, so that a polygon may cross the
/// antimeridian.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPolygon {
    /// In longitudes that go on beyond 180 where it crosses the antimeridian.
    polygon: Polygon,
    bounds: Rect,
}

/// Why a drawn polygon cannot be used. Rings are counted from 1; the first is the outer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolygon {
    /// No ring at all.
    #[error("a polygon has at least one ring")]
    NoRing,
    /// More than [`VERTICES_AT_MOST`].
    #[error("the polygon has {0} vertices, and at most 1,000 are taken; draw it simpler")]
    TooManyVertices(usize),
    /// Too short to hold anything.
    #[error("ring {0} has fewer than four positions, of which the last repeats the first")]
    TooFewVertices(usize),
    /// The last position is not the first one.
    #[error("ring {0} is not closed: its last position repeats its first")]
    NotClosed(usize),
    /// Which way round the earth such an edge goes cannot be told.
    #[error("an edge of ring {0} spans 180 degrees of longitude; put a vertex between its ends")]
    EdgeTooLong(usize),
    /// Its inside cannot be told on a map of degrees.
    #[error("ring {0} goes round a pole; use a box instead")]
    AroundPole(usize),
    /// What lies inside cannot be told.
    #[error("ring {0} touches or crosses itself")]
    CrossesItself(usize),
    /// All in one line.
    #[error("ring {0} encloses nothing")]
    NoInside(usize),
}

impl SearchPolygon {
    /// Checks the rings: the first is the outer edge, the others are holes.
    pub fn new(rings: &[Vec<Position>]) -> Result<Self, InvalidPolygon> {
        let vertices = rings.iter().map(Vec::len).sum();
        if vertices > VERTICES_AT_MOST {
            return Err(InvalidPolygon::TooManyVertices(vertices));
        }
        let checked = rings.iter().enumerate().map(|(number, ring)| checked_ring(number + 1, ring));
        let mut checked = checked.collect::<Result<Vec<_>, _>>()?.into_iter();
        let outer = checked.next().ok_or(InvalidPolygon::NoRing)?;
        let bounds = outer.bounding_rect().ok_or(InvalidPolygon::TooFewVertices(1))?;
        let holes = checked.map(|hole| brought_near(hole, bounds)).collect();
        Ok(Self { polygon: Polygon::new(outer, holes), bounds })
    }

    /// True for positions in the polygon and on its edges, those of its holes included.
    pub fn contains(&self, position: Position) -> bool {
        let (latitude, longitude) = (position.latitude(), position.longitude());
        TURNS.into_iter().any(|turn| {
            let point = Point::new(longitude + turn, latitude);
            self.bounds.intersects(&point) && self.polygon.intersects(&point)
        })
    }

    /// A cap that holds the whole polygon.
    pub fn cap(&self) -> SphericalCap {
        let (min, max) = (self.bounds.min(), self.bounds.max());
        SphericalCap::of_box(min.y, max.y, min.x, max.x - min.x)
    }
}

/// One position under its three longitudes.
const TURNS: [f64; 3] = [0.0, 360.0, -360.0];

/// The ring in longitudes that go on beyond 180, without repeated vertices.
fn checked_ring(number: usize, ring: &[Position]) -> Result<LineString, InvalidPolygon> {
    let [first, .., last] = ring else { return Err(InvalidPolygon::TooFewVertices(number)) };
    if ring.len() < 4 {
        return Err(InvalidPolygon::TooFewVertices(number));
    }
    if first != last {
        return Err(InvalidPolygon::NotClosed(number));
    }
    let mut turn = 0.0;
    let mut vertices = vec![Coord { x: first.longitude(), y: first.latitude() }];
    for pair in ring.windows(2) {
        let step = pair[1].longitude() - pair[0].longitude();
        match step.abs() {
            180.0 => return Err(InvalidPolygon::EdgeTooLong(number)),
            180.0.. => turn -= 360.0_f64.copysign(step),
            _ => {}
        }
        let vertex = Coord { x: pair[1].longitude() + turn, y: pair[1].latitude() };
        if vertices.last() != Some(&vertex) {
            vertices.push(vertex);
        }
    }
    if turn != 0.0 {
        return Err(InvalidPolygon::AroundPole(number));
    }
    if vertices.len() < 4 || twice_area(&vertices) == 0.0 {
        return Err(InvalidPolygon::NoInside(number));
    }
    if crosses_itself(&vertices) {
        return Err(InvalidPolygon::CrossesItself(number));
    }
    Ok(LineString::new(vertices))
}

/// The shoelace formula, around the first vertex for precision.
fn twice_area(vertices: &[Coord]) -> f64 {
    let origin = vertices[0];
    let cross = |pair: &[Coord]| {
        let (a, b) = (pair[0] - origin, pair[1] - origin);
        a.x * b.y - b.x * a.y
    };
    vertices.windows(2).map(cross).sum()
}

/// True when two edges that are no neighbours have a point in common; every pair is looked at, which the number of
/// vertices bounds to half a million.
fn crosses_itself(vertices: &[Coord]) -> bool {
    let edges: Vec<Line> = vertices.windows(2).map(|pair| Line::new(pair[0], pair[1])).collect();
    (0..edges.len()).any(|one| {
        let others = one + 2..edges.len();
        let mut met = others.filter(|other| edges[one].intersects(&edges[*other]));
        // The last edge is the first one's neighbour.
        met.any(|other| !(one == 0 && other + 1 == edges.len()))
    })
}

/// The hole under the longitudes of the outer ring.
fn brought_near(hole: LineString, outer: Rect) -> LineString {
    let turned = TURNS.into_iter().map(|turn| hole.translate(turn, 0.0));
    let mut near = turned.filter(|turned| turned.bounding_rect().is_some_and(|bounds| bounds.intersects(&outer)));
    // A hole outside of the polygon takes nothing away.
    near.next().unwrap_or(hole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Position {
        Position::new(latitude, longitude).expect("a valid position")
    }

    fn ring(positions: &[(f64, f64)]) -> Vec<Position> {
        positions.iter().chain(positions.first()).map(|(latitude, longitude)| at(*latitude, *longitude)).collect()
    }

    fn bounding_box(south: f64, west: f64, north: f64, east: f64) -> BoundingBox {
        BoundingBox::new(at(south, west), at(north, east)).expect("a valid box")
    }

    #[test]
    fn boxes_hold_what_lies_between_their_corners_eastwards() {
        let (calais, fiji, whole) = (
            bounding_box(50.8, 1.7, 51.1, 2.0),
            bounding_box(-20.0, 177.0, -16.0, -178.0),
            bounding_box(-90.0, -180.0, 90.0, 180.0),
        );
        for (area, position, is_in) in [
            (calais, at(50.95, 1.86), true),
            (calais, at(50.8, 1.7), true),
            (calais, at(51.2, 1.86), false),
            (fiji, at(-17.0, 178.4), true),
            (fiji, at(-17.0, -179.0), true),
            (fiji, at(-17.0, 180.0), true),
            (fiji, at(-17.0, -180.0), true),
            (fiji, at(-17.0, 0.0), false),
            (bounding_box(-20.0, 177.0, -16.0, 180.0), at(-17.0, -180.0), true),
            (whole, at(-90.0, 12.0), true),
        ] {
            assert_eq!(area.contains(position), is_in, "{area:?} {position:?}");
        }
        assert_eq!(BoundingBox::new(at(1.0, 0.0), at(0.0, 1.0)), Err(InvalidBoundingBox));
    }

    #[test]
    fn polygons_have_edges_holes_and_may_cross_the_antimeridian() {
        let square = ring(&[(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0)]);
        let hole = ring(&[(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (2.0, 1.0)]);
        let square = SearchPolygon::new(&[square, hole]).expect("a square with a hole");
        let across = ring(&[(-20.0, 177.0), (-20.0, -178.0), (-16.0, -178.0), (-16.0, 177.0)]);
        let hole = ring(&[(-18.0, -179.5), (-18.0, -179.0), (-17.0, -179.0), (-17.0, -179.5)]);
        let across = SearchPolygon::new(&[across, hole]).expect("a polygon across the antimeridian");
        for (polygon, position, is_in) in [
            (&square, at(3.0, 3.0), true),
            (&square, at(0.0, 0.0), true),
            (&square, at(1.5, 1.5), false),
            (&square, at(1.0, 1.5), true),
            (&square, at(5.0, 3.0), false),
            (&across, at(-17.0, 178.0), true),
            (&across, at(-19.0, -179.25), true),
            (&across, at(-17.5, -179.25), false),
            (&across, at(-19.0, 180.0), true),
            (&across, at(-19.0, -180.0), true),
            (&across, at(-19.0, 0.0), false),
        ] {
            assert_eq!(polygon.contains(position), is_in, "{position:?}");
        }
    }

    #[test]
    fn polygons_without_a_clear_inside_are_refused() {
        let open = vec![at(0.0, 0.0), at(0.0, 1.0), at(1.0, 1.0), at(1.0, 0.0)];
        let long = vec![at(0.0, 0.0); 1_001];
        for (rings, problem) in [
            (vec![], InvalidPolygon::NoRing),
            (vec![open], InvalidPolygon::NotClosed(1)),
            (vec![ring(&[(0.0, 0.0), (0.0, 1.0)])], InvalidPolygon::TooFewVertices(1)),
            (vec![long], InvalidPolygon::TooManyVertices(1_001)),
            (vec![ring(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])], InvalidPolygon::NoInside(1)),
            (vec![ring(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 3.0)])], InvalidPolygon::CrossesItself(1)),
            (vec![ring(&[(80.0, 0.0), (80.0, 120.0), (80.0, -120.0)])], InvalidPolygon::AroundPole(1)),
            (vec![ring(&[(0.0, 0.0), (0.0, 180.0), (5.0, 90.0)])], InvalidPolygon::EdgeTooLong(1)),
        ] {
            assert_eq!(SearchPolygon::new(&rings), Err(problem));
        }
    }

    fn position() -> impl Strategy<Value = Position> {
        let latitude = prop_oneof![-90.0..=90.0, Just(90.0), Just(-90.0), 89.9..90.0_f64];
        let longitude = prop_oneof![-180.0..=180.0, Just(180.0), Just(-180.0), Just(0.0)];
        (latitude, longitude).prop_map(|(latitude, longitude)| at(latitude, longitude))
    }

    /// The position at these parts of the box's height and width.
    fn inside(area: &BoundingBox, up: f64, right: f64) -> Position {
        let (low, high) = (area.south_west, area.north_east);
        let width = (high.longitude() - low.longitude()).rem_euclid(360.0);
        let longitude = low.longitude() + width * right;
        let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
        let latitude = low.latitude() + (high.latitude() - low.latitude()) * up;
        at(latitude.clamp(low.latitude(), high.latitude()), longitude)
    }

    proptest! {
        #[test]
        fn what_lies_in_a_box_lies_in_its_cap(
            one in position(), other in position(), up in prop_oneof![0.0..=1.0, Just(0.0), Just(1.0)],
            right in prop_oneof![0.0..=1.0, Just(0.0), Just(1.0)], far in position(),
        ) {
            let (south, north) = if one.latitude() <= other.latitude() { (one, other) } else { (other, one) };
            let area = BoundingBox::new(south, north).expect("a valid box");
            for position in [inside(&area, up, right), south, north, far] {
                let lies_in = area.contains(position);
                prop_assert!(!lies_in || area.cap().contains(position.unit_vector()), "{:?} {:?}", area, position);
            }
        }

        #[test]
        fn what_lies_in_a_polygon_lies_in_its_cap_and_turning_it_changes_nothing(
            center in -180.0..180.0_f64, latitude in -60.0..60.0_f64, up in -30.0..30.0_f64, right in -170.0..170.0_f64,
            reach in 1.0..85.0_f64,
        ) {
            let turned = |longitude: f64| (longitude + 180.0).rem_euclid(360.0) - 180.0;
            let diamond = |center: f64| ring(&[
                (latitude - 20.0, turned(center)), (latitude, turned(center + reach)),
                (latitude + 20.0, turned(center)), (latitude, turned(center - reach)),
            ]);
            let polygon = SearchPolygon::new(&[diamond(center)]).expect("a diamond");
            let position = at(latitude + up, turned(center + right));
            // On the very edge rounding decides.
            let from_edge = up.abs() / 20.0 + right.abs() / reach - 1.0;
            prop_assume!(from_edge.abs() > 1e-9);
            prop_assert_eq!(polygon.contains(position), from_edge < 0.0);
            prop_assert!(from_edge > 0.0 || polygon.cap().contains(position.unit_vector()));
        }
    }

    #[test]
    fn caps_of_small_boxes_are_small() {
        let meters = |area: BoundingBox| crate::domain::place::chord_meters(area.cap().squared_chord);
        for (area, at_most) in [
            (bounding_box(50.0, 1.0, 51.0, 2.0), 67_000.0),
            (bounding_box(-17.0, 179.5, -16.0, -179.5), 78_000.0),
            (bounding_box(89.0, -180.0, 90.0, 180.0), 112_000.0),
            (bounding_box(50.0, 1.0, 50.0, 1.0), 0.01),
        ] {
            assert!(meters(area) <= at_most, "{area:?}: {}", meters(area));
        }
    }
}
