//! What has changed since the base was built.
//!
//! Invariant: an entry that the overlay knows, present or gone, is never looked for in the base.

use super::segment::Segment;
use super::{Change, EntryId};
use crate::domain::directory::{Organization, Service};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::opening::HolidayCalendars;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The newer state of some entries, indexed like the base.
pub(super) struct Overlay {
    entries: Entries,
    segment: Segment,
    calendars: Arc<HolidayCalendars>,
}

/// The newer entries, each with the version that brought it; `None` for one that is gone.
#[derive(Clone, Default)]
pub(super) struct Entries {
    services: BTreeMap<ServiceId, (i64, Option<Arc<Service>>)>,
    organizations: BTreeMap<OrganizationId, (i64, Option<Arc<Organization>>)>,
}

impl Entries {
    /// How many there are, gone ones included.
    pub fn len(&self) -> usize {
        self.services.len() + self.organizations.len()
    }

    /// Every service of a base and of these, by id.
    pub fn services_over<'e>(&'e self, base: &'e Segment) -> impl Iterator<Item = &'e Arc<Service>> {
        let kept = base.services.iter().filter(|entry| !self.services.contains_key(&entry.id));
        merge_by(kept, self.services.values().filter_map(|(_, entry)| entry.as_ref()), |entry| entry.id)
    }

    /// Every organisation of a base and of these, by id.
    pub fn organizations_over<'e>(&'e self, base: &'e Segment) -> impl Iterator<Item = &'e Arc<Organization>> {
        let kept = base.organizations.iter().filter(|entry| !self.organizations.contains_key(&entry.id));
        merge_by(kept, self.organizations.values().filter_map(|(_, entry)| entry.as_ref()), |entry| entry.id)
    }
}

/// Two lists in one order, merged.
pub(super) fn merge_by<'e, T: 'e, K: Ord>(
    left: impl Iterator<Item = &'e T>,
    right: impl Iterator<Item = &'e T>,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = &'e T> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || match (left.peek(), right.peek()) {
        (Some(first), Some(second)) if key(first) > key(second) => right.next(),
        (None, Some(_)) => right.next(),
        _ => left.next(),
    })
}

impl Overlay {
    /// Nothing has changed.
    pub fn empty(calendars: Arc<HolidayCalendars>) -> Self {
        let segment = Segment::new(Vec::new(), Vec::new(), |_| None, Arc::clone(&calendars));
        Self { entries: Entries::default(), segment, calendars }
    }

    /// The entries after further changes.
    pub fn entries_after(&self, version: i64, changes: Vec<Change>) -> Entries {
        let (mut services, mut organizations) = (Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Service(service) => services.push((service.id, (version, Some(service)))),
                Change::Gone { id: EntryId::Service(id) } => services.push((id, (version, None))),
                Change::Organization(organization) => {
                    organizations.push((organization.id, (version, Some(organization))));
                }
                Change::Gone { id: EntryId::Organization(id) } => organizations.push((id, (version, None))),
            }
        }
        // Both keep the last of several changes of an entry, and are made of many at once sooner than one by one.
        let mut entries = self.entries.clone();
        entries.services.append(&mut services.into_iter().collect());
        entries.organizations.append(&mut organizations.into_iter().collect());
        entries
    }

    /// The overlay of these entries over a base. Services of a changed organisation come along, because they are found
    /// by its name.
    pub fn with_entries(&self, base: &Segment, mut entries: Entries) -> Self {
        for (id, (version, _)) in &entries.organizations {
            for service in base.services_of(*id) {
                entries.services.entry(service.id).or_insert_with(|| (*version, Some(Arc::clone(service))));
            }
        }
        let services = entries.services.values().filter_map(|(_, service)| service.clone()).collect();
        let organizations =
            entries.organizations.values().filter_map(|(_, organization)| organization.clone()).collect();
        let find = |id| match entries.organizations.get(&id) {
            Some((_, newer)) => newer.as_deref(),
            None => base.organization(id).map(|organization| &**organization),
        };
        let segment = Segment::new(services, organizations, find, Arc::clone(&self.calendars));
        Self { segment, calendars: Arc::clone(&self.calendars), entries }
    }

    /// What came after a version.
    pub fn since(&self, version: i64) -> Entries {
        let Entries { services, organizations } = &self.entries;
        let services = services.iter().filter(|(_, (brought, _))| *brought > version);
        let organizations = organizations.iter().filter(|(_, (brought, _))| *brought > version);
        Entries {
            services: services.map(|(id, entry)| (*id, entry.clone())).collect(),
            organizations: organizations.map(|(id, entry)| (*id, entry.clone())).collect(),
        }
    }

    /// The entries that have changed.
    pub fn entries(&self) -> &Entries {
        &self.entries
    }

    /// The calendars that days are judged by.
    pub fn calendars(&self) -> &Arc<HolidayCalendars> {
        &self.calendars
    }

    /// The present entries.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// True where the base's state of a service no longer counts.
    pub fn replaces(&self, service: ServiceId) -> bool {
        self.entries.services.contains_key(&service)
    }

    /// The newer state of an organisation, which may be that it is gone; `None` where the base's counts.
    pub fn organization(&self, id: OrganizationId) -> Option<Option<&Arc<Organization>>> {
        self.entries.organizations.get(&id).map(|(_, entry)| entry.as_ref())
    }
}
