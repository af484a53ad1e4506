//! Places where services are given.

use super::codes::{LocationKind, Precision};
use super::phone::is_false;
use crate::domain::id::LocationId;
use crate::domain::place::{Area, Position};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// The place whose mark this one carries: it has taken that one's place in the feed, and lifting that mark lifts this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_for: Option<LocationId>,
}

/// Places that must not be found, each with the area that may be told of it where one is known.
pub type RedactedPlaces = BTreeMap<LocationId, Option<Area>>;

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
            marked_for: None,
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

    /// True where a distance is one to the middle of an area, so that metres would say more than anybody knows: of a redacted
    /// place, and of one that stands at the point of its town or governorate.
    pub fn is_measured_from_area(&self) -> bool {
        self.redacted || self.precision == Some(Precision::Area)
    }

    /// Whether more is told of the place than its area. What a house is called leads to it as its point does.
    pub const fn tells_more_than_area(&self) -> bool {
        self.position.is_some() || self.address.is_some() || self.name.is_some() || self.precision.is_some()
    }

    /// Drops whatever could lead to the place; returns true when something was dropped.
    pub fn withhold(&mut self) -> bool {
        let told = self.tells_more_than_area();
        self.position = None;
        self.address = None;
        self.name = None;
        self.precision = None;
        told
    }

    /// Redacts it when it is one of these; true when something was changed.
    pub fn redact_among(&mut self, redacted: &RedactedPlaces) -> bool {
        let Some(area) = redacted.get(&self.id).filter(|_| !self.redacted || self.tells_more_than_area()) else {
            return false;
        };
        self.redact();
        self.area = area.clone().or(self.area.take());
        true
    }

    /// Makes it a place that must not be found, and drops whatever could lead to it; returns true when something was
    /// dropped.
    pub fn redact(&mut self) -> bool {
        self.redacted = true;
        self.withhold()
    }
}
