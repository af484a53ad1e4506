//! Where a place has to lie: inside a shape that somebody drew, or in an administrative area.

use crate::domain::directory::Place;
use crate::domain::geography::cap::SphericalCap;
use crate::domain::geography::search_area::{BoundingBox, SearchPolygon};
use crate::domain::geography::shape::Shape;
use crate::domain::place::{AreaCode, AreaTree};

/// A part of the earth's surface.
#[derive(Debug)]
pub enum Region<'a> {
    /// A box of latitudes and longitudes.
    Box(BoundingBox),
    /// A polygon.
    Polygon(SearchPolygon),
    /// An administrative area with everything inside.
    Area(AreaRegion<'a>),
}

/// An administrative area: places lie in it by their own area's code, or by their point.
#[derive(Debug)]
pub struct AreaRegion<'a> {
    /// Its code.
    pub code: AreaCode,
    /// Which areas lie in which.
    pub areas: &'a dyn AreaTree,
    /// Its shape, where it is known.
    pub shape: Option<&'a Shape>,
}

impl Region<'_> {
    /// Whether a place lies in the region. A redacted place lies where the published centre of its area does, and
    /// one that is not to be gone to lies nowhere.
    pub fn contains(&self, place: &Place) -> bool {
        if place.do_not_use {
            return false;
        }
        let position = place.search_position();
        match self {
            Self::Box(shape) => position.is_some_and(|position| shape.contains(position)),
            Self::Polygon(shape) => position.is_some_and(|position| shape.contains(position)),
            Self::Area(area) => {
                let by_code = place.area.as_ref().is_some_and(|of_place| area.areas.covers(&area.code, &of_place.code));
                by_code || (area.shape.zip(position)).is_some_and(|(shape, position)| shape.contains(position))
            }
        }
    }

    /// Around everything that it contains; `None` where places without a point may lie in it.
    pub fn cap(&self) -> Option<SphericalCap> {
        match self {
            Self::Box(shape) => Some(shape.cap()),
            Self::Polygon(shape) => Some(shape.cap()),
            Self::Area(_) => None,
        }
    }
}
