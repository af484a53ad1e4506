//! Where things are, in words: named places, and administrative areas by code, name and position.
//!
//! Invariants: pure, and immutable once built; a newer [`Geography`] takes the place of an older one as a whole. What is
//! told here is public, and of no person. Start at [`gazetteer::Gazetteer`] and [`areas::Areas`].

pub mod areas;
pub mod gazetteer;

use crate::domain::geography::{AdminArea, NamedPlace};
use areas::Areas;
use gazetteer::Gazetteer;
use std::sync::{Arc, PoisonError, RwLock};

/// Stored versions start at 0, so that a geography that was loaded differs from none.
const NOTHING_LOADED: i64 = -1;

/// Everything that is known of areas and places, at one version of the store.
pub struct Geography {
    /// The version of the stored rows that this is; -1 before the first load.
    pub version: i64,
    /// The administrative areas.
    pub areas: Areas,
    /// The named places.
    pub gazetteer: Gazetteer,
}

impl Geography {
    /// Builds both indexes. The areas of a source that comes first have the say over name and middle.
    pub fn new(version: i64, areas: Vec<AdminArea>, places: Vec<NamedPlace>) -> Self {
        let places = places.into_iter().map(Arc::new).collect();
        Self { version, areas: Areas::new(areas), gazetteer: Gazetteer::new(places) }
    }
}

/// The current geography, and the way to the next one.
pub struct CurrentGeography(RwLock<Arc<Geography>>);

impl CurrentGeography {
    /// A geography without anything, which waits for its first load.
    pub fn empty() -> Self {
        Self(RwLock::new(Arc::new(Geography::new(NOTHING_LOADED, Vec::new(), Vec::new()))))
    }

    /// The current geography. Whoever holds it goes on reading the same one.
    pub fn snapshot(&self) -> Arc<Geography> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a newer geography in place; one that is no newer than the current one is dropped.
    pub fn replace(&self, next: Geography) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if next.version > current.version {
            *current = Arc::new(next);
        }
    }
}
