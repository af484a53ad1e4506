//! Administrative areas of all sources together: by any of their codes, by name, by postcode, and by position.
//!
//! Rows that share a code, be it an alias, are one area. Invariant: immutable; which row has the say does not depend on
//! the order of anything but of the rows.

use crate::domain::geography::AdminArea;
use crate::domain::geography::shape::{Part, Shape};
use crate::domain::place::{Area, AreaCode, AreaTree, Position};
use crate::domain::words::fold;
use crate::domain::words::index::{WordIndex, WordIndexBuilder};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// Farther from every polygon than this no area is told: 5 km, because simplified coastlines put 2–6 % of coastal
/// facilities in the sea, hardly any farther out.
pub const NEAREST_WITHIN_METERS: f64 = 5_000.0;
/// Edges of two areas this close to each other are one line, drawn twice.
const SAME_EDGE_METERS: f64 = 100.0;
/// Length of a degree of latitude, rounded down, so that what is looked through is rather too much.
const METERS_A_DEGREE: f64 = 111_000.0;

/// An area as all sources together tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownArea {
    /// What the rows say; of what can be said once only, the first row that says it has the say. The level is the
    /// deepest one, the parent that of the deepest row.
    pub area: AdminArea,
    /// Metres from its centre to the farthest vertex of its shape; `None` without a shape.
    pub radius_meters: Option<f64>,
    /// Size for comparing two areas; infinite without a shape.
    square_degrees: f64,
    parent: Option<u32>,
    children: Vec<u32>,
}

impl KnownArea {
    /// The area as places carry it: with the centre and the radius that stand for a redacted place.
    pub fn published(&self) -> Area {
        let AdminArea { code, name, center, .. } = &self.area;
        Area { code: code.clone(), name: name.clone(), center: *center, radius_meters: self.radius_meters }
    }

    /// Its code and its aliases.
    pub fn codes(&self) -> impl Iterator<Item = &AreaCode> {
        std::iter::once(&self.area.code).chain(&self.area.aliases)
    }
}

/// Which area a position belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaOfPoint {
    /// Code of the area.
    pub code: AreaCode,
    /// How far the position lies outside of the area, in metres, when it lies in no area at all and this is the nearest
    /// one; `None` for a position inside.
    pub outside_by_meters: Option<f64>,
}

/// One polygon's box, with the numbers of its area and of the polygon in it.
type Leaf = GeomWithData<Rectangle<[f64; 2]>, (u32, u32)>;

/// All administrative areas.
pub struct Areas {
    areas: Vec<KnownArea>,
    by_code: HashMap<AreaCode, u32>,
    by_postcode: HashMap<String, Vec<u32>>,
    boxes: RTree<Leaf>,
    words: WordIndex,
}

impl std::fmt::Debug for Areas {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Areas({})", self.areas.len())
    }
}

/// Unknown codes are parts of nothing but themselves.
impl AreaTree for Areas {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        let (Some(whole_number), Some(part_number)) = (self.number(whole), self.number(part)) else {
            return whole == part;
        };
        self.around(part_number).any(|number| number == whole_number)
    }

    /// Two areas are apart where they are, or lie in, different areas of one level and one scheme.
    fn are_apart(&self, one: &AreaCode, other: &AreaCode) -> bool {
        let (Some(one), Some(other)) = (self.number(one), self.number(other)) else { return false };
        let differ = |above: u32, beside: u32| {
            let (known_above, known_beside) = (self.at(above), self.at(beside));
            let level = known_above.area.level;
            let is_one_level = level.is_some() && level == known_beside.area.level;
            above != beside && is_one_level && are_of_one_scheme(known_above, known_beside)
        };
        self.around(one).any(|above| self.around(other).any(|beside| differ(above, beside)))
    }
}

impl Areas {
    /// Puts the rows of all sources together. Rows without a level, which only tell codes, come after the others.
    pub fn new(mut rows: Vec<AdminArea>) -> Self {
        rows.sort_by_key(|row| row.level.is_none());
        let (areas, by_code) = merged(rows);
        let mut areas: Vec<KnownArea> = areas.into_iter().map(known).collect();
        link(&mut areas, &by_code);
        let mut by_postcode: HashMap<String, Vec<u32>> = HashMap::new();
        let (mut boxes, mut words) = (Vec::new(), WordIndexBuilder::default());
        for (number, known) in (0_u32..).zip(&areas) {
            let area = &known.area;
            area.name.iter().chain(&area.other_names).for_each(|name| words.add(number, name));
            for postcode in &area.postcodes {
                by_postcode.entry(postcode.clone()).or_default().push(number);
            }
            for (part, polygon) in (0_u32..).zip(area.shape.iter().flat_map(Shape::parts)) {
                let [lower, upper] = polygon.corners();
                boxes.push(Leaf::new(Rectangle::from_corners(lower, upper), (number, part)));
            }
        }
        Self { areas, by_code, by_postcode, boxes: RTree::bulk_load(boxes), words: words.build() }
    }

    /// The areas of which a polygon has its box in or across a box between two corners, each `[longitude, latitude]`, with
    /// those polygons.
    pub fn parts_across(&self, [lower, upper]: [[f64; 2]; 2]) -> Vec<(&KnownArea, &Part)> {
        let found = self.boxes.locate_in_envelope_intersecting(&AABB::from_corners(lower, upper));
        let of_leaf = |leaf: &Leaf| {
            let (number, part) = leaf.data;
            let known = self.at(number);
            let parts = known.area.shape.as_ref()?.parts();
            Some((known, parts.get(usize::try_from(part).ok()?)?))
        };
        found.filter_map(of_leaf).collect()
    }

    /// Every area, in the order of the rows.
    pub fn all(&self) -> &[KnownArea] {
        &self.areas
    }

    /// The area with this code, an alias or not, in upper or lower case.
    pub fn find(&self, code: &str) -> Option<&KnownArea> {
        self.number(&AreaCode::parse(code).ok()?).map(|number| self.at(number))
    }

    /// The code under which the area goes here, whichever of its codes is given; `None` for an unknown one.
    pub fn canonical(&self, code: &AreaCode) -> Option<&AreaCode> {
        self.number(code).map(|number| &self.at(number).area.code)
    }

    /// The code that an area has today, where a register tells what it is, and not a list of codes or points alone.
    pub fn current_code(&self, code: &AreaCode) -> Option<AreaCode> {
        let known = self.at(self.number(code)?);
        known.area.level.map(|_| known.area.code.clone())
    }

    /// The areas that hold this one, the nearest first; none for an unknown code.
    pub fn ancestors(&self, code: &AreaCode) -> Vec<&KnownArea> {
        let mut found = Vec::new();
        let mut next = self.number(code).and_then(|number| self.at(number).parent);
        while let Some(number) = next {
            found.push(self.at(number));
            next = self.at(number).parent;
        }
        found
    }

    /// The areas that this one holds, their parts included, without itself; none for an unknown code.
    pub fn descendants(&self, code: &AreaCode) -> Vec<&KnownArea> {
        let mut waiting = self.number(code).map(|number| self.at(number).children.clone()).unwrap_or_default();
        let mut found = Vec::new();
        while let Some(number) = waiting.pop() {
            found.push(self.at(number));
            waiting.extend(&self.at(number).children);
        }
        found.sort_by(|one, other| one.area.code.cmp(&other.area.code));
        found
    }

    /// Whether the area holds the position, edges included; `None` for an unknown code and without a shape.
    pub fn contains(&self, code: &AreaCode, position: Position) -> Option<bool> {
        let shape = self.at(self.number(code)?).area.shape.as_ref()?;
        Some(names_of(position).any(|position| shape.contains(position)))
    }

    /// The areas that hold the position, the smallest first.
    pub fn areas_at(&self, position: Position) -> Vec<&KnownArea> {
        let mut found = BTreeSet::new();
        for position in names_of(position) {
            let corner = [position.longitude(), position.latitude()];
            let met = self.boxes.locate_in_envelope_intersecting(&AABB::from_point(corner));
            let holds = |leaf: &&Leaf| self.part(leaf.data).is_some_and(|part| part.contains(position));
            found.extend(met.filter(holds).map(|leaf| leaf.data.0));
        }
        let mut found: Vec<_> = found.into_iter().map(|number| self.at(number)).collect();
        found.sort_by(|one, other| by_size(one, other));
        found
    }

    /// The smallest area that holds the position; outside of all of them the nearest one within
    /// [`NEAREST_WITHIN_METERS`], and by how much. Of areas whose edge is the same the smallest is the nearest.
    pub fn area_of(&self, position: Position) -> Option<AreaOfPoint> {
        if let Some(smallest) = self.areas_at(position).first() {
            return Some(AreaOfPoint { code: smallest.area.code.clone(), outside_by_meters: None });
        }
        let mut near: HashMap<u32, f64> = HashMap::new();
        for envelope in surroundings(position) {
            for leaf in self.boxes.locate_in_envelope_intersecting(&envelope) {
                let Some(part) = self.part(leaf.data) else { continue };
                let distance = part.edge_distance_meters(position);
                let least = near.entry(leaf.data.0).or_insert(f64::INFINITY);
                *least = least.min(distance);
            }
        }
        let nearest = near.values().copied().fold(f64::INFINITY, f64::min);
        if nearest > NEAREST_WITHIN_METERS {
            return None;
        }
        let tied = near.iter().filter(|(_, distance)| **distance <= nearest + SAME_EDGE_METERS);
        let tied = tied.map(|(number, distance)| (self.at(*number), *distance));
        let (known, distance) = tied.min_by(|(one, _), (other, _)| by_size(one, other))?;
        Some(AreaOfPoint { code: known.area.code.clone(), outside_by_meters: Some(distance) })
    }

    /// The areas with this postcode, as it is written, leading zeros included.
    pub fn of_postcode(&self, postcode: &str) -> Vec<&KnownArea> {
        let numbers = self.by_postcode.get(postcode.trim()).into_iter().flatten();
        numbers.map(|number| self.at(*number)).collect()
    }

    /// The areas that have every word of the text in their names: the name itself first, then the better match, then the
    /// more populous area. `is_typing` takes the last word as the beginning of one.
    pub fn search(&self, text: &str, is_typing: bool, limit: usize) -> Vec<&KnownArea> {
        let folded = fold(text);
        let is_name =
            |known: &KnownArea| known.area.name.iter().chain(&known.area.other_names).any(|name| fold(name) == folded);
        let found = self.words.search(&folded, is_typing).into_iter().flatten().map(|text| {
            let known = self.at(text.rank);
            (Reverse(is_name(known)), Reverse(text.worst), Reverse(known.area.population), known.area.level, text.rank)
        });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        found.into_iter().take(limit).map(|(.., number)| self.at(number)).collect()
    }

    fn number(&self, code: &AreaCode) -> Option<u32> {
        self.by_code.get(code).copied()
    }

    /// The area and those that hold it, the nearest first.
    fn around(&self, number: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(number), |number| self.at(*number).parent)
    }

    fn at(&self, number: u32) -> &KnownArea {
        &self.areas[number as usize]
    }

    fn part(&self, (area, part): (u32, u32)) -> Option<&crate::domain::geography::shape::Part> {
        self.at(area).area.shape.as_ref()?.parts().get(part as usize)
    }
}

/// Whether codes of one make are among those of both. Two schemes divide one country each in their own way, so that an
/// area of the one may hold one of the same level of the other.
fn are_of_one_scheme(one: &KnownArea, other: &KnownArea) -> bool {
    let make = |code: &AreaCode| (code.as_str().len(), code.as_str().contains('-'));
    one.codes().any(|one| other.codes().any(|other| make(one) == make(other)))
}

/// The smaller first, the deeper of two alike, then by code.
fn by_size(one: &KnownArea, other: &KnownArea) -> std::cmp::Ordering {
    let rest = |known: &KnownArea| (Reverse(known.area.level), known.area.code.clone());
    one.square_degrees.total_cmp(&other.square_degrees).then_with(|| rest(one).cmp(&rest(other)))
}

/// The position, and on the antimeridian the other way to write it.
fn names_of(position: Position) -> impl Iterator<Item = Position> {
    let other =
        (position.longitude().abs() == 180.0).then(|| Position::new(position.latitude(), -position.longitude()));
    std::iter::once(position).chain(other.and_then(Result::ok))
}

/// Boxes in degrees that hold everything within [`NEAREST_WITHIN_METERS`].
fn surroundings(position: Position) -> impl Iterator<Item = AABB<[f64; 2]>> {
    let (longitude, latitude) = (position.longitude(), position.latitude());
    let up = NEAREST_WITHIN_METERS / METERS_A_DEGREE;
    // The narrower of the two parallels; about a pole every longitude is near.
    let narrowest = (latitude.abs() + up).to_radians().cos();
    let aside = if narrowest > 0.01 { up / narrowest } else { 180.0 };
    let turns = [0.0, 360.0, -360.0].into_iter().filter(move |turn| (longitude + turn).abs() <= 180.0 + aside);
    turns.map(move |turn| {
        let longitude = longitude + turn;
        AABB::from_corners([longitude - aside, latitude - up], [longitude + aside, latitude + up])
    })
}

/// One area for all rows that share a code, and the numbers of the areas by code.
fn merged(rows: Vec<AdminArea>) -> (Vec<AdminArea>, HashMap<AreaCode, u32>) {
    let mut heads: Vec<usize> = (0..rows.len()).collect();
    let head_of = |heads: &[usize], mut row: usize| {
        while heads[row] != row {
            row = heads[row];
        }
        row
    };
    let mut row_of_code: HashMap<AreaCode, usize> = HashMap::new();
    for (number, row) in rows.iter().enumerate() {
        for code in std::iter::once(&row.code).chain(&row.aliases) {
            let known = *row_of_code.entry(code.clone()).or_insert(number);
            let (one, other) = (head_of(&heads, known), head_of(&heads, number));
            // The earlier row is the head, so that it has the say.
            heads[one.max(other)] = one.min(other);
        }
    }
    let numbers_of_heads: HashMap<usize, u32> =
        (0..rows.len()).filter(|row| heads[*row] == *row).zip(0_u32..).collect();
    let by_code = row_of_code.into_iter().map(|(code, row)| (code, numbers_of_heads[&head_of(&heads, row)])).collect();
    let mut areas: Vec<AdminArea> = Vec::new();
    for (number, row) in rows.into_iter().enumerate() {
        match numbers_of_heads[&head_of(&heads, number)] as usize {
            new if new == areas.len() => areas.push(row),
            known => add(&mut areas[known], row),
        }
    }
    (areas, by_code)
}

/// Adds what another row says of the same area.
fn add(area: &mut AdminArea, row: AdminArea) {
    if row.parent.is_some() && (area.parent.is_none() || row.level > area.level) {
        area.parent = row.parent;
    }
    area.level = area.level.max(row.level);
    add_new(&mut area.aliases, std::iter::once(row.code).chain(row.aliases), Some(&area.code));
    let name = area.name.clone();
    add_new(&mut area.other_names, row.name.clone().into_iter().chain(row.other_names), name.as_ref());
    add_new(&mut area.postcodes, row.postcodes, None);
    area.name = area.name.take().or(row.name);
    area.population = area.population.or(row.population);
    area.center = area.center.or(row.center);
    area.shape = area.shape.take().or(row.shape);
}

fn add_new<T: PartialEq>(kept: &mut Vec<T>, given: impl IntoIterator<Item = T>, besides: Option<&T>) {
    for value in given {
        if besides != Some(&value) && !kept.contains(&value) {
            kept.push(value);
        }
    }
}

fn known(mut area: AdminArea) -> KnownArea {
    let measured = area.shape.as_ref().and_then(Shape::center);
    let radius_meters = match (area.center, measured) {
        // The told centre is another point than the measured one.
        (Some(told), Some((center, radius))) => Some(radius + told.distance_meters(center).ceil()),
        (None, Some((_, radius))) => Some(radius),
        (_, None) => None,
    };
    area.center = area.center.or(measured.map(|(center, _)| center));
    let square_degrees = area.shape.as_ref().map_or(f64::INFINITY, Shape::square_degrees);
    KnownArea { area, radius_meters, square_degrees, parent: None, children: Vec::new() }
}

/// Links parents and children. A parent that would close a circle is left out.
fn link(areas: &mut [KnownArea], by_code: &HashMap<AreaCode, u32>) {
    for number in 0..areas.len() {
        let Some(parent) = areas[number].area.parent.as_ref().and_then(|code| by_code.get(code)).copied() else {
            continue;
        };
        let mut above = Some(parent);
        while let Some(next) = above.filter(|above| *above as usize != number) {
            above = areas[next as usize].parent;
        }
        if above.is_none() {
            areas[number].parent = Some(parent);
            areas[parent as usize].children.push(number as u32);
        }
    }
}

#[cfg(test)]
mod tests;
