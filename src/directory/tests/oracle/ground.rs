//! Parts of the earth, drawn as the engine takes them and kept as plain numbers beside it.

use super::super::super::{AreaRegion, Region};
use super::super::at;
use super::Chance;
use super::reading::whole_of;
use super::worlds::{Prefixes, UNKNOWN_AREA, area};
use crate::domain::directory::Place;
use crate::domain::geography::search_area::{BoundingBox, SearchPolygon};
use crate::domain::geography::shape::{PolygonCoordinates, Shape};
use crate::domain::place::Position;
use std::sync::LazyLock;

/// Longitude and latitude of each vertex, the first once more at the end.
type Ring = Vec<[f64; 2]>;

/// A region with what the oracle judges by.
#[derive(Debug)]
pub(super) struct Drawn {
    pub region: Region<'static>,
    ground: Ground,
}

#[derive(Debug)]
enum Ground {
    Box { south: f64, west: f64, north: f64, east: f64 },
    Polygon(Vec<Ring>),
    Area { code: &'static str, shape: Option<&'static PolygonCoordinates> },
}

/// Shapes of two areas: with a hole, in two parts, and up to the antimeridian.
static COORDINATES: LazyLock<[(&str, PolygonCoordinates); 2]> = LazyLock::new(|| {
    let square = |west: f64, south: f64, east: f64, north: f64| {
        vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
    };
    let france = vec![vec![square(-10.0, 40.0, 20.0, 60.0), square(-1.0, 44.0, 1.0, 46.0)]];
    let libya = vec![
        vec![square(-20.0, -20.0, 20.0, 20.0), square(0.0, 0.0, 10.0, 10.0)],
        vec![square(170.0, 0.0, 180.0, 20.0)],
    ];
    [("FR", france), ("LY", libya)]
});

static SHAPES: LazyLock<[Shape; 2]> =
    LazyLock::new(|| [0, 1].map(|index| Shape::try_from(COORDINATES[index].1.clone()).expect("a shape")));

impl Drawn {
    /// What kind of region it is, for the counts.
    pub fn kind(&self) -> &'static str {
        match &self.ground {
            Ground::Box { west, east, .. } if west > east => "box across the antimeridian",
            Ground::Box { .. } => "box",
            Ground::Polygon(_) => "polygon",
            Ground::Area { shape: None, .. } => "area without a shape",
            Ground::Area { shape: Some(_), .. } => "area with a shape",
        }
    }

    /// Whether a place lies there: by its point, or by the centre that stands for it; in an area by its code as well.
    pub fn holds(&self, place: &Place) -> bool {
        if place.do_not_use {
            return false;
        }
        let point = point_of(place).map(|position| (position.longitude(), position.latitude()));
        let by_point = |holds: &dyn Fn(f64, f64) -> bool| point.is_some_and(|(x, y)| holds(x, y));
        match &self.ground {
            Ground::Box { south, west, north, east } => {
                by_point(&|x, y| (*south..=*north).contains(&y) && is_eastwards_between(*west, *east, x))
            }
            Ground::Polygon(rings) => by_point(&|x, y| holds_in_turns(rings, x, y)),
            Ground::Area { code, shape } => {
                let lies_in = |part: &str| part == *code || (part != UNKNOWN_AREA && whole_of(part).contains(code));
                let by_code = place.area.as_ref().is_some_and(|area| lies_in(area.code.as_str()));
                let parts = shape.map(Vec::as_slice).unwrap_or_default();
                by_code || parts.iter().any(|rings| by_point(&|x, y| holds(rings, x, y)))
            }
        }
    }
}

/// Where a place is looked for; a redacted one where the published centre of its area lies.
pub(super) fn point_of(place: &Place) -> Option<Position> {
    match (place.do_not_use, place.redacted) {
        (true, _) => None,
        (false, true) => place.area.as_ref()?.center,
        (false, false) => place.position,
    }
}

/// Whether a meridian is met on the way from the west eastwards to the east.
fn is_eastwards_between(west: f64, east: f64, longitude: f64) -> bool {
    if (west, east) == (-180.0, 180.0) {
        return true;
    }
    // The antimeridian under one name.
    let [west, east, longitude] = [west, east, longitude].map(|x| if x == -180.0 { 180.0 } else { x });
    (longitude - west).rem_euclid(360.0) <= (east - west).rem_euclid(360.0)
}

/// Each ring in longitudes that go on where it crosses the antimeridian, against the point under its three longitudes.
fn holds_in_turns(rings: &[Ring], x: f64, y: f64) -> bool {
    let unrolled: Vec<Ring> = rings.iter().map(unrolled).collect();
    let turned = |ring: &Ring, holds: fn(&Ring, f64, f64) -> bool| {
        [0.0, 360.0, -360.0].into_iter().any(|turn| holds(ring, x + turn, y))
    };
    let (outer, holes) = unrolled.split_first().expect("an outer ring");
    turned(outer, |ring, x, y| is_on_edge(ring, x, y) || is_inside(ring, x, y))
        && !holes.iter().any(|hole| turned(hole, |ring, x, y| !is_on_edge(ring, x, y) && is_inside(ring, x, y)))
}

fn unrolled(ring: &Ring) -> Ring {
    let mut went = vec![ring[0]];
    for pair in ring.windows(2) {
        let step = pair[1][0] - pair[0][0];
        let short_way = if step > 180.0 {
            step - 360.0
        } else if step < -180.0 {
            step + 360.0
        } else {
            step
        };
        // Whole turns, so that no bit of the longitude is lost.
        let before = went[went.len() - 1][0] - pair[0][0];
        let turns = ((before + short_way - step) / 360.0).round();
        went.push([pair[1][0] + 360.0 * turns, pair[1][1]]);
    }
    went
}

/// Edges belong to it, those of its holes included.
fn holds(rings: &[Ring], x: f64, y: f64) -> bool {
    let (outer, holes) = rings.split_first().expect("an outer ring");
    (is_on_edge(outer, x, y) || is_inside(outer, x, y))
        && !holes.iter().any(|hole| !is_on_edge(hole, x, y) && is_inside(hole, x, y))
}

fn is_on_edge(ring: &Ring, x: f64, y: f64) -> bool {
    ring.windows(2).any(|edge| {
        let ([ax, ay], [bx, by]) = (edge[0], edge[1]);
        let is_in_line = (bx - ax) * (y - ay) == (by - ay) * (x - ax);
        is_in_line && (ax.min(bx)..=ax.max(bx)).contains(&x) && (ay.min(by)..=ay.max(by)).contains(&y)
    })
}

/// A ray to the east meets an odd number of edges.
fn is_inside(ring: &Ring, x: f64, y: f64) -> bool {
    let crosses = |edge: &&[[f64; 2]]| {
        let ([ax, ay], [bx, by]) = (edge[0], edge[1]);
        (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
    };
    ring.windows(2).filter(crosses).count() % 2 == 1
}

impl Chance {
    /// A part of the earth, in every shape that one can be told in.
    pub fn ground(&mut self) -> Option<Drawn> {
        match self.up_to(3) {
            0 => self.drawn_box(),
            1 => self.drawn_polygon(),
            _ => {
                let code = self.pick(&["FR", "FR-62", "FR-62193", "LY", "LY0215", UNKNOWN_AREA]);
                let known = COORDINATES.iter().position(|(of, _)| *of == code).filter(|_| !self.one_in(4));
                let shape = known.map(|index| &SHAPES[index]);
                let region = Region::Area(AreaRegion { code: area(code), areas: &Prefixes, shape });
                let ground = Ground::Area { code, shape: known.map(|index| &COORDINATES[index].1) };
                Some(Drawn { region, ground })
            }
        }
    }

    fn drawn_box(&mut self) -> Option<Drawn> {
        let (one, other) = (self.position(), self.position());
        let (south, north) = (one.latitude().min(other.latitude()), one.latitude().max(other.latitude()));
        let (west, east) = (one.longitude(), other.longitude());
        let region = Region::Box(BoundingBox::new(at(south, west), at(north, east)).ok()?);
        Some(Drawn { region, ground: Ground::Box { south, west, north, east } })
    }

    fn drawn_polygon(&mut self) -> Option<Drawn> {
        let wide: Ring = vec![[170.0, -20.0], [-170.0, -20.0], [-170.0, 20.0], [170.0, 20.0], [170.0, -20.0]];
        let hole: Ring = vec![[175.0, 5.0], [-175.0, 5.0], [-175.0, 12.0], [175.0, 12.0], [175.0, 5.0]];
        let rings = match self.up_to(4) {
            0 => vec![wide],
            1 => vec![wide, hole],
            _ => {
                let vertices: Ring =
                    (0..3).map(|_| self.landmark()).map(|at| [at.longitude(), at.latitude()]).collect();
                vec![vertices.iter().chain(vertices.first()).copied().collect()]
            }
        };
        let positions: Vec<Vec<_>> = rings.iter().map(|ring| ring.iter().map(|[x, y]| at(*y, *x)).collect()).collect();
        let region = Region::Polygon(SearchPolygon::new(&positions).ok()?);
        Some(Drawn { region, ground: Ground::Polygon(rings) })
    }
}
