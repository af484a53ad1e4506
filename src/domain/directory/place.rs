//! Places where services are given.

use super::codes::{LocationKind, Precision};
use super::phone::is_false;
use crate::domain::id::LocationId;
use crate::domain::place::{Area, Position};
use serde::{Deserialize, Serialize};

/// A place where a service is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Identifier, derived from source and key.
    pub id: LocationId,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind of place.
    pub kind: LocationKind,
    /// True when the place must not be found: then it has an area and nothing nearer.
    #[serde(default)]
    pub redacted: bool,
    /// The point, where it is known and may be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Area that the place lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Postal address on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How near the point is to the place, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// True while somebody has marked the place as not to be gone to.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_use: bool,
}

impl Place {
    /// A place of which nothing is known yet.
    pub const fn new(id: LocationId, kind: LocationKind) -> Self {
        Self {
            id,
            name: None,
            kind,
            redacted: false,
            position: None,
            area: None,
            address: None,
            precision: None,
            do_not_use: false,
        }
    }

    /// Where the place stands in a search: its point, or the published centre of the area of a
    /// redacted one; nowhere while it is not to be gone to.
    pub fn search_position(&self) -> Option<Position> {
        if self.do_not_use {
            None
        } else if self.redacted {
            self.area.as_ref().and_then(|area| area.center)
        } else {
            self.position
        }
    }

    /// Drops whatever could lead to the place; returns true when something was dropped.
    pub fn redact(&mut self) -> bool {
        self.redacted = true;
        let held = self.position.is_some() || self.address.is_some();
        self.position = None;
        self.address = None;
        held
    }
}
