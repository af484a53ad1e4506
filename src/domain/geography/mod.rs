//! What maps and registers tell: administrative areas, named places, and the shapes in which one searches.

pub mod cap;
pub mod commune_name;
pub mod search_area;
pub mod shape;

use super::place::{AreaCode, Position};
use serde::{Deserialize, Serialize};
use shape::Shape;

/// An administrative area as one source tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminArea {
    /// Its code: INSEE with `FR-` before it, ISO 3166, NUTS, or a P-code. One that no scheme gives begins with `X-`.
    pub code: AreaCode,
    /// Its codes under other schemes, and those that it had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AreaCode>,
    /// How deep it lies in its country: 0 for the country, 1 for the largest parts. `None` where its source only tells
    /// codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Its name, as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Other names: in other languages and scripts, and of what it has absorbed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<String>,
    /// The area that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AreaCode>,
    /// Its postcodes, with their leading zeros.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postcodes: Vec<String>,
    /// How many people live there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<u64>,
    /// Its middle, where the source tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub center: Option<Position>,
    /// Its shape, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
}

impl AdminArea {
    /// An area of which only the code is known.
    pub const fn new(code: AreaCode) -> Self {
        Self {
            code,
            aliases: Vec::new(),
            level: None,
            name: None,
            other_names: Vec::new(),
            parent: None,
            postcodes: Vec::new(),
            population: None,
            center: None,
            shape: None,
        }
    }
}

/// A town, village or quarter by its names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedPlace {
    /// The source's own key, which stays when the name changes.
    pub key: String,
    /// The name that its source puts first.
    pub name: String,
    /// ISO 3166-1 code of its country, two letters.
    pub country: String,
    /// Its middle.
    pub position: Position,
    /// How many people live there, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<u64>,
    /// IANA time zone, such as `Africa/Tripoli`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Other spellings, languages and scripts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternate_names: Vec<String>,
}
