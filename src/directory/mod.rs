//! The directory as it is read: every organisation and service in memory, and the search over them.
//!
//! The stored documents are the record; this room holds their newest state and never asks a database.
//! Invariant: a snapshot never changes. A newer one is built beside it and takes its place whole, so
//! that no reader waits for a rebuild and no answer mixes two versions.
//! Start at [`Directory`] for the life of a snapshot and at [`Snapshot::search`] for the search.

mod geo_index;
mod search;
#[cfg(test)]
mod tests;

pub use search::{Distance, Hit, Page, Query, SearchKey};

use crate::domain::directory::{Document, Organization, Service};
use crate::domain::id::{OrganizationId, ServiceId};
use geo_index::GeoIndex;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Stored versions start at 0, so that an empty directory that was loaded differs from none.
const NOTHING_LOADED: i64 = -1;

/// The current snapshot and the way to the next one.
pub struct Directory {
    current: RwLock<Arc<Snapshot>>,
    /// Held while a snapshot is built, so that two writers cannot both build upon the same one.
    building: Mutex<()>,
}

/// One change of the directory, in the order in which the store wrote them.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all changes hold a document, and none lives long")]
pub enum Change {
    /// The entry is new, or reads like this from now on.
    Present {
        /// The entry as it reads now.
        document: Document,
    },
    /// The entry is no more.
    Gone {
        /// Which entry.
        id: EntryId,
    },
}

/// Which entry of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryId {
    /// An organisation.
    Organization(OrganizationId),
    /// A service.
    Service(ServiceId),
}

impl Directory {
    /// A directory that waits for its first load.
    pub fn empty() -> Self {
        Self {
            current: RwLock::new(Arc::new(Snapshot::new(NOTHING_LOADED, Entries::default()))),
            building: Mutex::new(()),
        }
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
    ///
    /// Entries are shared with the snapshot before, and all indexes are built anew. Ruling R4 foresees
    /// a small overlay instead; it comes with live editing, when a measurement asks for it.
    pub fn apply(&self, version: i64, changes: Vec<Change>) {
        // No lock guards half-written state, so a panic elsewhere is no reason to stop here.
        let _building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        if version <= before.version {
            return;
        }
        let mut entries = before.entries.clone();
        for change in changes {
            entries.apply(change);
        }
        let next = Arc::new(Snapshot::new(version, entries));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

/// The entries by id, each shared between the snapshots that it has not changed in.
#[derive(Clone, Default)]
struct Entries {
    organizations: BTreeMap<OrganizationId, Arc<Organization>>,
    services: BTreeMap<ServiceId, Arc<Service>>,
}

impl Entries {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Present { document: Document::Organization(organization) } => {
                self.organizations.insert(organization.id, Arc::new(organization));
            }
            Change::Present { document: Document::Service(service) } => {
                self.services.insert(service.id, Arc::new(service));
            }
            Change::Gone { id: EntryId::Organization(id) } => {
                self.organizations.remove(&id);
            }
            Change::Gone { id: EntryId::Service(id) } => {
                self.services.remove(&id);
            }
        }
    }
}

/// The whole directory at one version.
///
/// Only [`Snapshot::search`] looks at who asks. Every other reading knows the hidden entries too, counts
/// included, and leaves it to its caller to tell nothing of them.
pub struct Snapshot {
    version: i64,
    entries: Entries,
    /// The services in the order of their ids. Indexes name a service by its rank here, so that a lower
    /// rank is a lower id.
    services: Vec<Arc<Service>>,
    services_by_organization: BTreeMap<OrganizationId, Vec<Arc<Service>>>,
    geo_index: GeoIndex,
}

impl Snapshot {
    fn new(version: i64, entries: Entries) -> Self {
        let services: Vec<_> = entries.services.values().cloned().collect();
        let mut services_by_organization = BTreeMap::<_, Vec<_>>::new();
        for service in &services {
            services_by_organization.entry(service.organization_id).or_default().push(Arc::clone(service));
        }
        let geo_index = GeoIndex::new(&services);
        Self { version, entries, services, services_by_organization, geo_index }
    }

    /// The version of the stored directory that this is.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The organisation with this id.
    pub fn organization(&self, id: OrganizationId) -> Option<Arc<Organization>> {
        self.entries.organizations.get(&id).cloned()
    }

    /// Every organisation, by id.
    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.entries.organizations.values()
    }

    /// The service with this id, hidden or not.
    pub fn service(&self, id: ServiceId) -> Option<Arc<Service>> {
        self.entries.services.get(&id).cloned()
    }

    /// The services of one organisation by id, hidden ones included; none for an unknown organisation.
    pub fn services_of(&self, organization: OrganizationId) -> &[Arc<Service>] {
        self.services_by_organization.get(&organization).map_or(&[], Vec::as_slice)
    }

    /// How many organisations there are.
    pub fn organization_count(&self) -> usize {
        self.entries.organizations.len()
    }

    /// How many services there are, hidden ones included.
    pub fn service_count(&self) -> usize {
        self.services.len()
    }
}
