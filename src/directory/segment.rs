//! Entries of the directory with every index over them: what a snapshot is made of.
//!
//! Invariant: a segment never changes.

use super::geo_index::GeoIndex;
use super::hours::Hours;
use crate::domain::directory::{Organization, Service, Translation};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::opening::HolidayCalendars;
use crate::domain::words::index::{WordIndex, WordIndexBuilder};
use std::sync::Arc;

/// From so many services on, beginning a thread takes no time against indexing them.
const WORTH_A_THREAD: usize = 2_000;

/// Stands for an organisation that is not in the segment.
const ELSEWHERE: u32 = u32::MAX;

/// Organisations and services, each in the order of their ids, with their indexes.
pub(super) struct Segment {
    pub services: Box<[Arc<Service>]>,
    pub organizations: Box<[Arc<Organization>]>,
    /// Ranks of the services in the order of their organisations, and of their own ids.
    by_organization: Box<[u32]>,
    /// For each service the index of its organisation, [`ELSEWHERE`] where that is none of these.
    organization_of: Box<[u32]>,
    pub geo_index: GeoIndex,
    pub words: WordIndex,
    pub hours: Hours,
}

impl Segment {
    /// Indexes entries, which come in the order of their ids. `organization` finds those of services, wherever they
    /// stand.
    pub fn new<'o>(
        services: Vec<Arc<Service>>,
        organizations: Vec<Arc<Organization>>,
        organization: impl Fn(OrganizationId) -> Option<&'o Organization> + Sync,
        calendars: Arc<HolidayCalendars>,
    ) -> Self {
        let mut by_organization: Vec<u32> = (0..).take(services.len()).collect();
        by_organization.sort_by_cached_key(|rank| services[*rank as usize].organization_id);
        let organization_of = owners(&services, &by_organization, &organizations);
        let index_words = || {
            let mut words = WordIndexBuilder::default();
            for (rank, service) in (0_u32..).zip(&services) {
                texts(service, organization(service.organization_id)).for_each(|text| words.add(rank, text));
            }
            words.build()
        };
        let index_places = || {
            let hours = Hours::new(&services, calendars);
            (GeoIndex::new(&services, hours.of_services()), hours)
        };
        let (words, (geo_index, hours)) = both(services.len() >= WORTH_A_THREAD, index_words, index_places);
        Self {
            by_organization: by_organization.into(),
            organization_of,
            geo_index,
            words,
            hours,
            services: services.into(),
            organizations: organizations.into(),
        }
    }

    /// The rank of a service.
    pub fn rank(&self, id: ServiceId) -> Option<u32> {
        let found = self.services.binary_search_by_key(&id, |service| service.id);
        found.ok().and_then(|rank| u32::try_from(rank).ok())
    }

    /// The service with this id.
    pub fn service(&self, id: ServiceId) -> Option<&Arc<Service>> {
        self.rank(id).map(|rank| &self.services[rank as usize])
    }

    /// The organisation with this id.
    pub fn organization(&self, id: OrganizationId) -> Option<&Arc<Organization>> {
        let found = self.organizations.binary_search_by_key(&id, |organization| organization.id);
        found.ok().map(|index| &self.organizations[index])
    }

    /// The organisation of the service at this rank, where it is one of these.
    pub fn organization_of(&self, rank: u32) -> Option<&Arc<Organization>> {
        self.organizations.get(self.organization_of[rank as usize] as usize)
    }

    /// The services of an organisation, by id.
    pub fn services_of(&self, organization: OrganizationId) -> impl Iterator<Item = &Arc<Service>> {
        let owner = |rank: &u32| self.services[*rank as usize].organization_id;
        let first = self.by_organization.partition_point(|rank| owner(rank) < organization);
        let of_it = self.by_organization[first..].iter().take_while(move |rank| owner(rank) == organization);
        of_it.map(|rank| &self.services[*rank as usize])
    }

    /// Bytes that the indexes take, without the entries themselves.
    pub fn index_bytes(&self) -> usize {
        self.geo_index.bytes()
            + self.words.memory_bytes()
            + size_of_val(&*self.by_organization)
            + size_of_val(&*self.organization_of)
    }
}

/// The index of each service's organisation, by rank: both are walked in the order of the organisations, because looking
/// each up would read half of them for a service.
fn owners(services: &[Arc<Service>], by_organization: &[u32], organizations: &[Arc<Organization>]) -> Box<[u32]> {
    let mut owners = vec![ELSEWHERE; services.len()];
    let mut known = (0_u32..).zip(organizations).peekable();
    for rank in by_organization.iter().map(|rank| *rank as usize) {
        let wanted = services[rank].organization_id;
        while known.next_if(|(_, organization)| organization.id < wanted).is_some() {}
        if let Some((index, _)) = known.peek().filter(|(_, organization)| organization.id == wanted) {
            owners[rank] = *index;
        }
    }
    owners.into()
}

/// Does two pieces of work, where it is worth it at the same time.
fn both<A: Send, B>(at_once: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if !at_once {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

/// What a service is found by: its names and descriptions in every language, what its open places are called, and the
/// names of its organisation. Whoever may know of the service may read all of it.
fn texts<'e>(service: &'e Service, organization: Option<&'e Organization>) -> impl Iterator<Item = &'e str> {
    let of_translation =
        |translation: &'e Translation| [translation.name.as_deref(), translation.description.as_deref()];
    let own = [Some(&*service.name), service.alternate_name.as_deref(), service.description.as_deref()];
    // What a house is called leads to it.
    let shown = service.places.iter().filter(|place| !place.redacted);
    let places = shown.map(|place| place.name.as_deref());
    let of_organization = organization.into_iter().flat_map(move |organization| {
        let names = [Some(&*organization.name), organization.alternate_name.as_deref()];
        let translated = organization.translations.iter().map(|translation| translation.name.as_deref());
        names.into_iter().chain(translated)
    });
    let translated = service.translations.iter().flat_map(of_translation);
    own.into_iter().chain(translated).chain(places).chain(of_organization).flatten()
}
