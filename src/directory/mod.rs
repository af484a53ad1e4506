//! The directory as it is read: every organisation and service in memory, and the search over them.
//!
//! The stored documents are the record; this room holds their newest state and never asks a database.
//! Invariant: a snapshot never changes. A newer one is built beside it and takes its place whole, so
//! that no reader waits for a change and no answer mixes two versions.
//! A snapshot is a large base and a small overlay of what has changed since (ruling R4): a change indexes the overlay
//! anew and nothing else, until [`Directory::merge`] makes a new base of both, beside whoever reads.
//! Start at [`Directory`] for the life of a snapshot and at [`Snapshot::search`] for the search.

mod geo_index;
mod hours;
mod overlay;
mod region;
mod search;
mod segment;
mod sphere_tree;
#[cfg(test)]
mod tests;

pub use region::{AreaRegion, Region};
pub use search::{Distance, Hit, Page, Query, SearchKey, SearchWords};

use crate::domain::directory::{Document, Organization, Service};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::opening::{HolidayCalendars, OpeningState};
use crate::domain::time::Timestamp;
use overlay::{Entries, Overlay, merge_by};
use segment::Segment;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Stored versions start at 0, so that an empty directory that was loaded differs from none.
const NOTHING_LOADED: i64 = -1;

/// More changes than these are merged into a new base at once: an overlay would no longer be small.
const LARGEST_OVERLAY: usize = 2_000;

/// From so many changes on it is worth making a new base while others read.
const MERGE_FROM: usize = 256;

/// The current snapshot and the way to the next one.
pub struct Directory {
    current: RwLock<Arc<Snapshot>>,
    /// Held while a snapshot takes another's place, so that two writers cannot both build upon the same one.
    building: Mutex<()>,
    /// Held while a base is built, so that it is built once.
    merging: Mutex<()>,
}

/// One change of the directory, in the order in which the store wrote them.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The organisation is new, or reads like this from now on.
    Organization(Arc<Organization>),
    /// The service is new, or reads like this from now on.
    Service(Arc<Service>),
    /// The entry is no more.
    Gone {
        /// Which entry.
        id: EntryId,
    },
}

impl Change {
    /// The entry is new, or reads like this from now on.
    pub fn present(document: Document) -> Self {
        match document {
            Document::Organization(organization) => Self::Organization(Arc::new(organization)),
            Document::Service(service) => Self::Service(Arc::new(service)),
        }
    }
}

/// Which entry of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryId {
    /// An organisation.
    Organization(OrganizationId),
    /// A service.
    Service(ServiceId),
}

impl Directory {
    /// A directory that waits for its first load.
    pub fn empty() -> Self {
        let snapshot = Snapshot::of(NOTHING_LOADED, Vec::new(), Vec::new(), Arc::default());
        Self { current: RwLock::new(Arc::new(snapshot)), building: Mutex::default(), merging: Mutex::default() }
    }

    /// The current snapshot. Whoever holds it goes on reading the same state, whatever is applied.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// True once a first version was applied, even one without entries: the process can answer.
    pub fn is_loaded(&self) -> bool {
        self.snapshot().version > NOTHING_LOADED
    }

    /// Takes over the changes that lead from the current version, or from an older one, to `version`.
    /// What is not newer than the current version is ignored, so that two refreshes may overlap.
    pub fn apply(&self, version: i64, changes: Vec<Change>) {
        // No lock guards half-written state, so a panic elsewhere is no reason to stop here.
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        if version <= before.version {
            return;
        }
        let entries = before.overlay.entries_after(version, changes);
        self.replace(if entries.len() > LARGEST_OVERLAY {
            Snapshot::merged(version, &before.base, &entries, Arc::clone(before.overlay.calendars()))
        } else {
            let overlay = before.overlay.with_entries(&before.base, entries);
            Snapshot { version, base: Arc::clone(&before.base), overlay: Arc::new(overlay) }
        });
    }

    /// The calendars by which holidays are judged.
    pub fn calendars(&self) -> Arc<HolidayCalendars> {
        Arc::clone(self.snapshot().overlay.calendars())
    }

    /// Judges holidays by other calendars from now on.
    pub fn keep_calendars(&self, calendars: Arc<HolidayCalendars>) {
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        self.replace(Snapshot::merged(before.version, &before.base, before.overlay.entries(), calendars));
    }

    /// Makes a new base of the base and a grown overlay, and leaves readers and writers alone meanwhile. What is
    /// applied in between stays in the overlay. Does nothing while the overlay is small or another thread is at it.
    pub fn merge(&self) {
        let Ok(_merging) = self.merging.try_lock() else { return };
        let before = self.snapshot();
        if before.overlay.entries().len() < MERGE_FROM {
            return;
        }
        let calendars = Arc::clone(before.overlay.calendars());
        let merged = Snapshot::merged(before.version, &before.base, before.overlay.entries(), calendars);
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.snapshot();
        // A base that came in between, of a large import or with other calendars, has all that this one has.
        if Arc::ptr_eq(&now.base, &before.base) {
            let since = now.overlay.since(before.version);
            let overlay = merged.overlay.with_entries(&merged.base, since);
            self.replace(Snapshot { version: now.version, base: merged.base, overlay: Arc::new(overlay) });
        }
    }

    fn replace(&self, next: Snapshot) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }
}

/// The whole directory at one version.
///
/// Only [`Snapshot::search`] looks at who asks. Every other reading knows the hidden entries too, counts
/// included, and leaves it to its caller to tell nothing of them.
pub struct Snapshot {
    version: i64,
    base: Arc<Segment>,
    overlay: Arc<Overlay>,
}

impl Snapshot {
    /// A snapshot without an overlay, of entries in the order of their ids.
    fn of(
        version: i64,
        services: Vec<Arc<Service>>,
        organizations: Vec<Arc<Organization>>,
        calendars: Arc<HolidayCalendars>,
    ) -> Self {
        let lookup = organizations.clone();
        let find = |id: OrganizationId| {
            let found = lookup.binary_search_by_key(&id, |organization| organization.id);
            found.ok().map(|index| &*lookup[index])
        };
        let base = Arc::new(Segment::new(services, organizations, find, Arc::clone(&calendars)));
        Self { version, base, overlay: Arc::new(Overlay::empty(calendars)) }
    }

    /// A snapshot without an overlay, of a base and what has changed since.
    fn merged(version: i64, base: &Segment, newer: &Entries, calendars: Arc<HolidayCalendars>) -> Self {
        let services = newer.services_over(base).cloned().collect();
        Self::of(version, services, newer.organizations_over(base).cloned().collect(), calendars)
    }

    /// The version of the stored directory that this is.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The calendars that days are judged by.
    pub fn calendars(&self) -> &HolidayCalendars {
        self.overlay.calendars()
    }

    /// The organisation with this id.
    pub fn organization(&self, id: OrganizationId) -> Option<Arc<Organization>> {
        self.overlay.organization(id).unwrap_or_else(|| self.base.organization(id)).cloned()
    }

    /// Every organisation, by id.
    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.overlay.entries().organizations_over(&self.base)
    }

    /// Every service, by id, hidden ones included.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Service>> {
        self.overlay.entries().services_over(&self.base)
    }

    /// The service with this id, hidden or not.
    pub fn service(&self, id: ServiceId) -> Option<Arc<Service>> {
        if self.overlay.replaces(id) { self.overlay.segment().service(id) } else { self.base.service(id) }.cloned()
    }

    /// The services of one organisation by id, hidden ones included; none for an unknown organisation.
    pub fn services_of(&self, organization: OrganizationId) -> Vec<Arc<Service>> {
        let kept = self.base.services_of(organization).filter(|entry| !self.overlay.replaces(entry.id));
        merge_by(kept, self.overlay.segment().services_of(organization), |entry| entry.id).cloned().collect()
    }

    /// Whether a service is open at an instant, why, and until when; `None` for one that is not there.
    pub fn opening_state(&self, id: ServiceId, instant: Timestamp) -> Option<OpeningState> {
        let segment = if self.overlay.replaces(id) { self.overlay.segment() } else { &*self.base };
        segment.rank(id).map(|rank| segment.hours.state_at(rank, instant))
    }

    /// How many organisations there are.
    pub fn organization_count(&self) -> usize {
        self.organizations().count()
    }

    /// How many services there are, hidden ones included.
    pub fn service_count(&self) -> usize {
        self.services().count()
    }

    /// Bytes that the indexes take, without the entries themselves.
    pub fn index_bytes(&self) -> usize {
        self.base.index_bytes() + self.overlay.segment().index_bytes()
    }
}
