//! Which entries are worth comparing, without comparing all: those that fall into a block together.
//!
//! A block that many fall into tells little (a word such as `service`, the point of a town hall, a switchboard). It is
//! cut by the words of the names, and what is still too large is left out: its entries meet in rarer blocks, or by
//! their whole names.

use super::SAME_PLACE_METERS;
use super::features::Features;
use crate::domain::place::{EARTH_RADIUS_METERS, Position};
use std::collections::{BTreeSet, HashMap};

/// So many entries are compared each with each.
const LARGEST_BLOCK: usize = 64;

/// A cell of space, as wide as what counts as one place: entries of one place lie in the same cell or in neighbouring
/// ones. Cells of the unit cube around the globe know neither poles nor a date line.
type Cell = [i32; 3];

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key<'a> {
    Phone(&'a str),
    Mailbox(&'a str),
    Website(&'a str),
    Word(&'a str, &'a str),
    Name(&'a str, &'a str),
    Cell(Cell),
    CellWord(Cell, &'a str),
}

/// Positions of entries that share a block, the smaller first.
pub(super) fn pairs(features: &[Features<'_>]) -> BTreeSet<(usize, usize)> {
    let mut blocks: HashMap<Key<'_>, Vec<usize>> = HashMap::new();
    for (position, entry) in features.iter().enumerate() {
        for key in keys(entry) {
            blocks.entry(key).or_default().push(position);
        }
    }
    let mut found = BTreeSet::new();
    for (key, block) in &blocks {
        match key {
            Key::Cell(cell) => neighbours(*cell, block, &blocks, features, &mut found),
            Key::CellWord(..) => {}
            _ => each_with_each(block, &mut found),
        }
    }
    found
}

fn keys<'a>(entry: &'a Features<'_>) -> Vec<Key<'a>> {
    let mut keys: Vec<Key<'a>> = entry.phones.iter().map(|phone| Key::Phone(phone)).collect();
    keys.extend(entry.mailbox.iter().map(|mailbox| Key::Mailbox(mailbox)));
    keys.extend(entry.websites.iter().map(|page| Key::Website(page)));
    let words = entry.names.words();
    for area in entry.areas.iter().map(|area| area.as_str()) {
        keys.extend(entry.names.folded().map(|name| Key::Name(area, name)));
        keys.extend(words.iter().map(|word| Key::Word(area, word)));
    }
    // A switchboard's block is too large; the whole name cuts it.
    for phone in &entry.phones {
        keys.extend(entry.names.folded().map(|name| Key::Name(phone, name)));
    }
    let cells: BTreeSet<Cell> = entry.points.iter().map(|point| cell(*point)).collect();
    for cell in cells {
        keys.push(Key::Cell(cell));
        keys.extend(words.iter().map(|word| Key::CellWord(cell, word)));
    }
    keys
}

#[expect(clippy::cast_possible_truncation, reason = "the globe is some 85 000 cells wide")]
fn cell(point: Position) -> Cell {
    // A chord is shorter than its arc, so that a cell as wide as the arc holds it.
    let cells_per_radius = EARTH_RADIUS_METERS / SAME_PLACE_METERS;
    point.unit_vector().map(|coordinate| (coordinate * cells_per_radius).floor() as i32)
}

fn each_with_each(block: &[usize], found: &mut BTreeSet<(usize, usize)>) {
    if block.len() > LARGEST_BLOCK {
        return;
    }
    for (index, one) in block.iter().enumerate() {
        found.extend(block[index + 1..].iter().map(|other| ordered(*one, *other)));
    }
}

/// Pairs of a cell's entries with those of the cell and of its neighbours. Where many lie together only those are
/// taken that share a word.
fn neighbours<'a>(
    cell: Cell,
    block: &[usize],
    blocks: &HashMap<Key<'a>, Vec<usize>>,
    features: &'a [Features<'_>],
    found: &mut BTreeSet<(usize, usize)>,
) {
    for other_cell in around(cell) {
        let Some(others) = blocks.get(&Key::Cell(other_cell)) else { continue };
        for one in block {
            if block.len() * others.len() <= LARGEST_BLOCK * LARGEST_BLOCK {
                found.extend(others.iter().filter(|other| *other != one).map(|other| ordered(*one, *other)));
                continue;
            }
            for word in features[*one].names.words() {
                let sharing = blocks.get(&Key::CellWord(other_cell, word)).filter(|list| list.len() <= LARGEST_BLOCK);
                let sharing = sharing.into_iter().flatten();
                found.extend(sharing.filter(|other| *other != one).map(|other| ordered(*one, *other)));
            }
        }
    }
}

/// The cell and its 26 neighbours.
fn around(cell: Cell) -> impl Iterator<Item = Cell> {
    (0..27).map(move |number: i32| [cell[0] + number % 3 - 1, cell[1] + number / 3 % 3 - 1, cell[2] + number / 9 - 1])
}

fn ordered(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}
