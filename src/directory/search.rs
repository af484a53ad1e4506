//! The search: the services that a viewer may know of, which fit, nearest first, page by page.
//!
//! Invariant: what the scope hides leaves no trace: not in the hits, not in their number, not in whether
//! there are more. A redacted place tells a band, never metres.

use super::Snapshot;
use super::geo_index::{Candidate, Meters, Walk};
use crate::domain::directory::{Organization, Service};
use crate::domain::fit::{Fit, Verdict, fit};
use crate::domain::id::ServiceId;
use crate::domain::need::Need;
use crate::domain::place::{DistanceBand, Position};
use crate::domain::profile::Profile;
use crate::domain::scope::DirectoryScope;
use crate::domain::time::Timestamp;
use std::sync::Arc;

/// What is looked for, by whom, and which page of it.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Where distances are measured from; without it the services come by id and without a distance.
    pub near: Option<Position>,
    /// The farthest distance wanted, to the area's centre for a redacted place. It leaves out services
    /// without a position, and says nothing without `near`.
    pub within_meters: Option<f64>,
    /// The need to be answered. Services that do not offer it are left out, whatever `verdicts` admits.
    pub need: Option<Need>,
    /// For whom.
    pub profile: &'a Profile,
    /// The verdicts wanted. An empty list restricts nothing.
    pub verdicts: &'a [Verdict],
    /// What the viewer may know of.
    pub scope: &'a DirectoryScope,
    /// The instant at which capacity and freshness are judged: the same for all pages of one search.
    pub evaluated_at: Timestamp,
    /// The key of the last hit of the page before.
    pub after: Option<SearchKey>,
    /// How many hits a page has at most.
    pub limit: usize,
}

/// The rank of a hit in the order of its search: by distance, then by service. It stays right while
/// entries come and go, since it names no count.
///
/// The distance of a redacted place is that to the published centre of its area, so a key tells nothing
/// nearer; it is meant for a cursor all the same, not for the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchKey {
    distance: Meters,
    service: ServiceId,
}

impl SearchKey {
    /// The key of a hit at this distance, infinite where the hit had none. A cursor has to bring back
    /// every bit of the distance.
    pub const fn new(distance_meters: f64, service: ServiceId) -> Self {
        Self { distance: Meters(distance_meters), service }
    }

    /// The distance in metres, infinite where there is none.
    pub const fn distance_meters(self) -> f64 {
        self.distance.0
    }

    /// The service.
    pub const fn service(self) -> ServiceId {
        self.service
    }
}

/// How far away a place is, as far as it may be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distance {
    /// Great-circle metres to the place.
    Meters(f64),
    /// All that is told of a redacted place.
    Band(DistanceBand),
}

/// A service that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The service.
    pub service: Arc<Service>,
    /// The organisation that gives it; `None` while only the service has been loaded.
    pub organization: Option<Arc<Organization>>,
    /// Index of its nearest place in [`Service::places`], the first of several that are equally near;
    /// `None` where there is no distance.
    pub place: Option<usize>,
    /// How far that place is; `None` without `near`, and for a service without a position.
    pub distance: Option<Distance>,
    /// Whether it fits, and why not simply.
    pub fit: Fit,
    /// Its rank, to continue after it.
    pub key: SearchKey,
}

/// Some hits in their order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The hits, at most `limit` of them.
    pub hits: Vec<Hit>,
    /// Whether the search finds another hit after these.
    pub has_more: bool,
    /// Work done: how many candidates were measured or looked at. For tests and benches; never to be
    /// told, since it counts what is hidden too.
    pub candidates_examined: usize,
    /// Work done: how many branches of the index were opened. For tests and benches alike.
    pub branches_opened: usize,
}

impl Snapshot {
    /// The page of services that answers the query: in the order of their great-circle distance at their
    /// nearest place, ties by id, then those without a position by id.
    ///
    /// Work grows with the limit and with how rare the hits are among the services of the need. At worst,
    /// with filters that nothing passes, each site of the need within reach is examined once.
    pub fn search(&self, query: &Query<'_>) -> Page {
        let mut candidates = self.geo_index.candidates(Walk {
            need: query.need,
            near: query.near,
            reach: query.within_meters.map_or(Meters::INFINITY, Meters),
            start: query.after.map_or((Meters::ZERO, 0), |key| self.just_after(key)),
        });
        let mut page = Page::default();
        for hit in candidates.by_ref().filter_map(|candidate| self.hit(query, candidate)) {
            if page.hits.len() == query.limit {
                page.has_more = true;
                break;
            }
            page.hits.push(hit);
        }
        page.candidates_examined = candidates.examined();
        page.branches_opened = candidates.branches_opened();
        page
    }

    /// The first rank after a key, whether or not its service still exists.
    fn just_after(&self, key: SearchKey) -> (Meters, usize) {
        (key.distance, self.services.partition_point(|service| service.id <= key.service))
    }

    fn hit(&self, query: &Query<'_>, candidate: Candidate) -> Option<Hit> {
        let service = &self.services[candidate.service];
        if !query.scope.admits(service) {
            return None;
        }
        let fit = fit(service, query.need, query.profile, query.evaluated_at);
        if !query.verdicts.is_empty() && !query.verdicts.contains(&fit.verdict) {
            return None;
        }
        let Meters(distance_meters) = candidate.distance;
        let distance = candidate.place.map(|place| match service.places[place].redacted {
            true => Distance::Band(DistanceBand::of_center(distance_meters)),
            false => Distance::Meters(distance_meters),
        });
        Some(Hit {
            organization: self.organization(service.organization_id),
            place: candidate.place,
            distance,
            fit,
            key: SearchKey::new(distance_meters, service.id),
            service: Arc::clone(service),
        })
    }
}
