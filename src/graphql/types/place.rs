//! Where a service is given.

use crate::domain::directory as entry;
use crate::domain::directory::{LocationKind, Precision};
use async_graphql::{ID, SimpleObject};

/// A place where a service is given.
#[derive(SimpleObject)]
pub struct Place {
    /// Identifier, beginning with `loc_`; to be named in a referral where the place matters.
    id: ID,
    /// Name of the place; null when it has none.
    name: Option<String>,
    /// Kind of place.
    kind: LocationKind,
    /// True when the place must not be found: it has an area and nothing nearer.
    redacted: bool,
    /// Degrees north of the equator; null when not known or redacted.
    latitude: Option<f64>,
    /// Degrees east of Greenwich; null when not known or redacted.
    longitude: Option<f64>,
    /// How near the point is to the place; null when its source does not say.
    precision: Option<Precision>,
    /// Postal address on one line; null when not known or redacted.
    address: Option<String>,
    /// Code of the area; null when not known.
    area_code: Option<String>,
    /// Name of the area; null when not known.
    area_name: Option<String>,
    /// True while somebody has marked the place as not to be gone to: no search measures to it.
    do_not_use: bool,
}

impl From<&entry::Place> for Place {
    fn from(place: &entry::Place) -> Self {
        Self {
            id: place.id.into(),
            name: place.name.clone(),
            kind: place.kind,
            redacted: place.redacted,
            latitude: place.position.map(|position| position.latitude()),
            longitude: place.position.map(|position| position.longitude()),
            precision: place.precision,
            address: place.address.clone(),
            area_code: place.area.as_ref().map(|area| area.code.to_string()),
            area_name: place.area.as_ref().and_then(|area| area.name.clone()),
            do_not_use: place.do_not_use,
        }
    }
}
