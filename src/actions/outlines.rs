//! The outlines of areas around what somebody looks at, as far as they have been imported. They are what any map tells.

use super::Context;
use crate::domain::geography::shape::Part;
use crate::domain::place::Position;
use crate::geography::areas::KnownArea;
use std::collections::BTreeMap;

/// Most areas that are drawn: of smaller ones nobody would see which is which.
const MOST_AREAS: usize = 60;
/// Most areas that are named.
const MOST_NAMES: usize = 12;
/// Most vertices that are drawn.
const MOST_VERTICES: usize = 2_000;
/// What is smaller than this part of the height is not drawn.
const FINEST_PART: f64 = 1.0 / 250.0;

/// What is drawn of areas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    /// Lines of `[longitude, latitude]`.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// The areas' names, each at its middle.
    pub names: Vec<(String, Position)>,
}

/// What is to be drawn between two corners, each `[longitude, latitude]`: the areas of the deepest level that has few there.
pub fn outlines(context: &Context, corners: [[f64; 2]; 2]) -> Outlines {
    let geography = context.geography.snapshot();
    let mut levels: BTreeMap<u8, Vec<(&KnownArea, &Part)>> = BTreeMap::new();
    for (known, part) in geography.areas.parts_across(corners) {
        levels.entry(known.area.level.unwrap_or_default()).or_default().push((known, part));
    }
    let of_level = levels.into_values().rev().find(|parts| parts.len() <= MOST_AREAS).unwrap_or_default();
    let tolerance_degrees = (corners[1][1] - corners[0][1]) * FINEST_PART;
    let mut vertices = 0;
    let lines = of_level.iter().flat_map(|(_, part)| part.lines_within(corners, tolerance_degrees));
    let lines = lines
        .take_while(|line| {
            vertices += line.len();
            vertices <= MOST_VERTICES
        })
        .collect();
    let mut names: Vec<(String, Position)> = Vec::new();
    for (known, _) in &of_level {
        let named = known.area.name.clone().zip(known.area.center);
        names.extend(named.filter(|named| names.len() < MOST_NAMES && !names.contains(named)));
    }
    Outlines { lines, names }
}
