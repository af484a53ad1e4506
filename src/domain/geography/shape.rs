//! The shape of an administrative area: polygons with holes, in degrees.

use crate::domain::place::{EARTH_RADIUS_METERS, Position};
use geo::{
    Area, BoundingRect, Centroid, Coord, Intersects, LineString, MultiPolygon, Point, Polygon, Rect, Simplify as _,
};
use serde::{Deserialize, Serialize};

/// Polygons as GeoJSON writes them: of each the outer ring, then its holes; of each ring `[longitude, latitude]`.
pub type PolygonCoordinates = Vec<Vec<Vec<[f64; 2]>>>;

/// The shape of an area. Its edges are straight on a map of degrees (RFC 7946, 3.1.1), and belong to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PolygonCoordinates", into = "PolygonCoordinates")]
pub struct Shape {
    parts: Vec<Part>,
}

/// One polygon of a shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    polygon: Polygon,
    bounds: Rect,
}

/// Why polygons are no shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShape {
    /// No polygon, or one without a ring.
    #[error("a polygon has no ring")]
    Empty,
    /// Not on the earth.
    #[error("a vertex lies outside -180..180, -90..90 (longitude comes first)")]
    OutOfRange,
    /// Too short to hold anything.
    #[error("a ring has fewer than four positions")]
    TooFewVertices,
    /// The last position is not the first one.
    #[error("a ring is not closed")]
    NotClosed,
    /// A ring that crosses the antimeridian, or jumps.
    #[error("an edge spans more than 180 degrees of longitude; cut the polygon at the antimeridian (RFC 7946, 3.1.9)")]
    CrossesAntimeridian,
    /// All in one line.
    #[error("a polygon encloses nothing")]
    NoInside,
}

impl TryFrom<PolygonCoordinates> for Shape {
    type Error = InvalidShape;
    fn try_from(polygons: PolygonCoordinates) -> Result<Self, InvalidShape> {
        let parts = polygons.into_iter().map(Part::new).collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() { Err(InvalidShape::Empty) } else { Ok(Self { parts }) }
    }
}

impl From<Shape> for PolygonCoordinates {
    fn from(shape: Shape) -> Self {
        let ring = |ring: &LineString| ring.coords().map(|vertex| [vertex.x, vertex.y]).collect();
        let rings = |part: &Part| {
            let polygon = &part.polygon;
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
        };
        shape.parts.iter().map(rings).collect()
    }
}

impl Shape {
    /// The polygons.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// True for positions in the shape and on its edges.
    pub fn contains(&self, position: Position) -> bool {
        self.parts.iter().any(|part| part.contains(position))
    }

    /// How large the shape is, in square degrees at the equator: good for comparing, not for telling.
    pub fn square_degrees(&self) -> f64 {
        let of_part = |part: &Part| part.polygon.unsigned_area() * part.bounds.center().y.to_radians().cos();
        self.parts.iter().map(of_part).sum()
    }

    /// The centroid on a map of degrees, which may lie outside, and the metres from it to the farthest vertex.
    pub fn center(&self) -> Option<(Position, f64)> {
        let polygons = MultiPolygon::new(self.parts.iter().map(|part| part.polygon.clone()).collect());
        let centroid = polygons.centroid()?;
        // Five decimals are a metre, and read well.
        let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let center = Position::new(rounded(centroid.y()), rounded(centroid.x())).ok()?;
        let vertices = self.parts.iter().flat_map(|part| part.polygon.exterior().coords());
        let positions = vertices.filter_map(|vertex| Position::new(vertex.y, vertex.x).ok());
        let radius_meters = positions.map(|position| center.distance_meters(position)).fold(0.0, f64::max);
        Some((center, radius_meters.ceil()))
    }
}

impl Part {
    fn new(rings: Vec<Vec<[f64; 2]>>) -> Result<Self, InvalidShape> {
        let mut rings = rings.into_iter().map(checked_ring).collect::<Result<Vec<_>, _>>()?.into_iter();
        let outer = rings.next().ok_or(InvalidShape::Empty)?;
        let bounds = outer.bounding_rect().ok_or(InvalidShape::Empty)?;
        let polygon = Polygon::new(outer, rings.collect());
        if polygon.unsigned_area() > 0.0 { Ok(Self { polygon, bounds }) } else { Err(InvalidShape::NoInside) }
    }

    /// True for positions in the polygon and on its edges.
    pub fn contains(&self, position: Position) -> bool {
        let point = Point::new(position.longitude(), position.latitude());
        self.bounds.intersects(&point) && self.polygon.intersects(&point)
    }

    /// South-western and north-eastern corner, each as `[longitude, latitude]`.
    pub fn corners(&self) -> [[f64; 2]; 2] {
        let (min, max) = (self.bounds.min(), self.bounds.max());
        [[min.x, min.y], [max.x, max.y]]
    }

    /// The edges that lie in a box between two corners, each `[longitude, latitude]`, or lead into it: lines of
    /// `[longitude, latitude]` from which every vertex is left out that lies nearer to its line than `tolerance_degrees`
    /// (Douglas and Peucker). For drawing an outline; what a line encloses is not told.
    pub fn lines_within(&self, [lower, upper]: [[f64; 2]; 2], tolerance_degrees: f64) -> Vec<Vec<[f64; 2]>> {
        let is_beyond = |start: &Coord, end: &Coord| {
            let (west, east) = (start.x.max(end.x) < lower[0], start.x.min(end.x) > upper[0]);
            let (south, north) = (start.y.max(end.y) < lower[1], start.y.min(end.y) > upper[1]);
            west || east || south || north
        };
        let mut lines: Vec<Vec<Coord>> = Vec::new();
        for ring in std::iter::once(self.polygon.exterior()).chain(self.polygon.interiors()) {
            let mut is_on_line = false;
            for edge in ring.lines() {
                let is_in = !is_beyond(&edge.start, &edge.end);
                match lines.last_mut().filter(|_| is_on_line && is_in) {
                    Some(line) => line.push(edge.end),
                    None if is_in => lines.push(vec![edge.start, edge.end]),
                    None => {}
                }
                is_on_line = is_in;
            }
        }
        let drawn = lines.into_iter().map(|line| LineString::new(line).simplify(tolerance_degrees));
        drawn.map(|line| line.coords().map(|vertex| [vertex.x, vertex.y]).collect()).collect()
    }

    /// Metres from a position outside to the nearest edge, within a few per mille up to 50 km: measured on a plane that
    /// touches the earth at the position's latitude.
    pub fn edge_distance_meters(&self, position: Position) -> f64 {
        // The edge may lie on the other side of the antimeridian.
        let turns = [0.0, 360.0, -360.0].into_iter().filter(|turn| (position.longitude() + turn).abs() <= 181.0);
        let of_turn = |turn: f64| {
            let origin = Coord { x: position.longitude() + turn, y: position.latitude() };
            let rings = std::iter::once(self.polygon.exterior()).chain(self.polygon.interiors());
            let edges = rings.flat_map(LineString::lines);
            edges.map(|edge| squared_edge_distance(origin, edge.start, edge.end)).fold(f64::INFINITY, f64::min)
        };
        turns.map(of_turn).fold(f64::INFINITY, f64::min).sqrt()
    }
}

/// Square of the metres from the origin to the nearest point between two vertices.
fn squared_edge_distance(origin: Coord, start: Coord, end: Coord) -> f64 {
    let narrowing = origin.y.to_radians().cos();
    let on_plane = |vertex: Coord| {
        let (x, y) = ((vertex.x - origin.x).to_radians() * narrowing, (vertex.y - origin.y).to_radians());
        Coord { x: x * EARTH_RADIUS_METERS, y: y * EARTH_RADIUS_METERS }
    };
    let (start, end) = (on_plane(start), on_plane(end));
    let edge = end - start;
    let squared_length = edge.x * edge.x + edge.y * edge.y;
    let along = if squared_length > 0.0 { -(start.x * edge.x + start.y * edge.y) / squared_length } else { 0.0 };
    let nearest = start + edge * along.clamp(0.0, 1.0);
    nearest.x * nearest.x + nearest.y * nearest.y
}

fn checked_ring(ring: Vec<[f64; 2]>) -> Result<LineString, InvalidShape> {
    if ring.iter().any(|[longitude, latitude]| Position::new(*latitude, *longitude).is_err()) {
        return Err(InvalidShape::OutOfRange);
    }
    if ring.len() < 4 {
        return Err(InvalidShape::TooFewVertices);
    }
    if ring.first() != ring.last() {
        return Err(InvalidShape::NotClosed);
    }
    // Along a pole a ring may go as far as it likes: all of it is one point.
    let is_at_pole = |pair: &[[f64; 2]]| pair[0][1].abs() == 90.0 && pair[0][1] == pair[1][1];
    let jumps = |pair: &[[f64; 2]]| (pair[0][0] - pair[1][0]).abs() > 180.0 && !is_at_pole(pair);
    if ring.windows(2).any(jumps) {
        return Err(InvalidShape::CrossesAntimeridian);
    }
    Ok(ring.into_iter().map(|[x, y]| Coord { x, y }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_drawn_where_it_passes_through_the_box_and_nowhere_else() {
        let ring = vec![[0.0, 0.0], [2.0, 0.0], [4.0, 0.000_1], [6.0, 0.0], [6.0, 6.0], [0.0, 6.0], [0.0, 0.0]];
        let part = Part::new(vec![ring]).expect("a polygon");
        let south = part.lines_within([[1.0, -1.0], [5.0, 1.0]], 0.01);
        assert_eq!(south, [vec![[0.0, 0.0], [6.0, 0.0]]], "what nobody would see is left out");
        assert_eq!(part.lines_within([[1.0, -1.0], [5.0, 1.0]], 0.0).concat().len(), 4);
        assert!(part.lines_within([[2.0, 2.0], [3.0, 3.0]], 0.0).is_empty(), "inside there is no line");
        assert_eq!(part.lines_within([[-1.0, -1.0], [7.0, 7.0]], 0.01).concat().len(), 5);
    }

    fn at(latitude: f64, longitude: f64) -> Position {
        Position::new(latitude, longitude).expect("a valid position")
    }

    fn square(west: f64, south: f64, side: f64) -> Vec<[f64; 2]> {
        let (east, north) = (west + side, south + side);
        vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
    }

    #[test]
    fn shapes_have_holes_islands_and_edges() {
        let shape = vec![vec![square(0.0, 0.0, 4.0), square(1.0, 1.0, 1.0)], vec![square(10.0, 0.0, 1.0)]];
        let shape = Shape::try_from(shape).expect("a shape");
        for (position, is_in) in [
            (at(3.0, 3.0), true),
            (at(1.5, 1.5), false),
            (at(1.0, 1.5), true),
            (at(4.0, 4.0), true),
            (at(0.5, 10.5), true),
            (at(0.5, 7.0), false),
        ] {
            assert_eq!(shape.contains(position), is_in, "{position:?}");
        }
        let written = serde_json::to_string(&shape).expect("JSON");
        assert_eq!(serde_json::from_str::<Shape>(&written).expect("a shape"), shape);
        assert!((shape.square_degrees() - 16.0).abs() < 0.1);
        let (center, radius_meters) = shape.center().expect("a centre");
        assert!(
            shape
                .parts()
                .iter()
                .flat_map(Part::corners)
                .all(|[longitude, latitude]| { center.distance_meters(at(latitude, longitude)) <= radius_meters })
        );
    }

    #[test]
    fn the_distance_to_an_edge_is_that_of_the_great_circle() {
        let shape = Shape::try_from(vec![vec![square(10.0, 33.0, 1.0)]]).expect("a shape");
        let part = &shape.parts()[0];
        for (position, nearest) in
            [(at(34.03, 10.5), at(34.0, 10.5)), (at(33.5, 11.04), at(33.5, 11.0)), (at(32.98, 9.97), at(33.0, 10.0))]
        {
            let (distance, expected) = (part.edge_distance_meters(position), position.distance_meters(nearest));
            assert!((distance / expected - 1.0).abs() < 0.003, "{distance} against {expected}");
        }
        let far_east = Shape::try_from(vec![vec![square(179.0, -17.0, 1.0)]]).expect("a shape");
        let distance = far_east.parts()[0].edge_distance_meters(at(-16.5, -179.99));
        assert!((distance - at(-16.5, -179.99).distance_meters(at(-16.5, 180.0))).abs() < 5.0, "{distance}");
    }

    #[test]
    fn polygons_that_no_map_can_show_are_refused() {
        let across = vec![[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 1.0], [179.0, 0.0]];
        let open = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        let line = vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 0.0]];
        let polar =
            vec![[-180.0, -90.0], [180.0, -90.0], [180.0, -80.0], [0.0, -80.0], [-180.0, -80.0], [-180.0, -90.0]];
        for (polygons, expected) in [
            (vec![], Err(InvalidShape::Empty)),
            (vec![vec![]], Err(InvalidShape::Empty)),
            (vec![vec![square(-33.0, 200.0, 1.0)]], Err(InvalidShape::OutOfRange)),
            (vec![vec![vec![[0.0, f64::NAN]; 4]]], Err(InvalidShape::OutOfRange)),
            (vec![vec![open[..3].to_vec()]], Err(InvalidShape::TooFewVertices)),
            (vec![vec![open]], Err(InvalidShape::NotClosed)),
            (vec![vec![across]], Err(InvalidShape::CrossesAntimeridian)),
            (vec![vec![line]], Err(InvalidShape::NoInside)),
            (vec![vec![polar]], Ok(())),
        ] {
            assert_eq!(Shape::try_from(polygons).map(drop), expected);
        }
    }
}
