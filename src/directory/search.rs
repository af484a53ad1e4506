//! The search: the services that a viewer may know of, which fit, nearest first, page by page.
//!
//! Invariant: what the scope hides leaves no trace: not in the hits, not in their number, not in whether
//! there are more. A place that is measured from the middle of its area, as a redacted one is, tells a band, never metres.

use super::Snapshot;
use super::geo_index::{Candidate, Candidates, Meters, Walk, Worded};
use super::hours::OpenAt;
use super::region::Region;
use super::segment::Segment;
use crate::domain::answering::KnownAnswering;
use crate::domain::directory::{Organization, Service};
use crate::domain::fit::{Fit, Seeker, Sought, Verdict, fit};
use crate::domain::freshness::freshness;
use crate::domain::id::ServiceId;
use crate::domain::opening::OpeningStatus;
use crate::domain::place::{DistanceBand, Position};
use crate::domain::ranking::{Observed, RankedDistance, ServiceOrder, Standing, standing};
use crate::domain::scope::DirectoryScope;
use crate::domain::time::Timestamp;
use crate::domain::words::index::TextMatch;
use std::sync::Arc;

/// Words that are looked for.
#[derive(Clone, Copy, Debug)]
pub struct SearchWords<'a> {
    /// The words; every one of them has to be found.
    pub text: &'a str,
    /// True where the last one may be the beginning of a word.
    pub is_typing: bool,
}

/// What is looked for, by whom, and which page of it.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Where distances are measured from.
    pub near: Option<Position>,
    /// The farthest distance wanted, to the area's centre for a redacted place. It leaves out services
    /// without a position, and says nothing without `near`.
    pub within_meters: Option<f64>,
    /// Where a place has to lie.
    pub region: Option<&'a Region<'a>>,
    /// Words to be found in names and descriptions.
    pub words: Option<SearchWords<'a>>,
    /// For whom, and for which need. Services that do not offer the need are left out, whatever `verdicts` admits.
    pub seeker: Seeker<'a>,
    /// The instant at which services have to be open; `None` where that is not asked.
    pub open_at: Option<Timestamp>,
    /// The verdicts wanted. An empty list restricts nothing.
    pub verdicts: &'a [Verdict],
    /// What the viewer may know of.
    pub scope: &'a DirectoryScope,
    /// How organisations have answered the viewer's project.
    pub answering: Option<&'a KnownAnswering>,
    /// In which order.
    pub order: ServiceOrder,
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
    /// All that is told of a redacted place, and of one of which the middle of its area is known and no door.
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
    /// Whether it is open at the time asked for; `None` where none was.
    pub opening: Option<OpeningStatus>,
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

/// Of so many services the best are found.
const RANKED: usize = 200;

/// Above every score of words, so that better words come first.
const HIGHEST_WORD_SCORE: f64 = 1e6;

/// One segment's part of a search.
struct Stream<'s> {
    segment: &'s Segment,
    candidates: Candidates<'s>,
    /// The candidate whose turn is next.
    next: Option<Candidate>,
}

/// What is made ready for each segment before its candidates are walked.
struct Prepared<'s> {
    segment: &'s Segment,
    worded: Option<Vec<Worded>>,
    open_at: Option<OpenAt<'s>>,
}

impl Snapshot {
    /// The page of services that answers the query, ties by id; those without a distance come last.
    ///
    /// Work grows with the limit and with how rare the hits are among the services of the need. At worst, with
    /// filters that nothing passes, each site of the need within reach is looked at once, in bits.
    pub fn search(&self, query: &Query<'_>) -> Page {
        match query.order {
            ServiceOrder::Nearest => self.nearest(query),
            ServiceOrder::Best => self.best(query),
        }
    }

    fn nearest(&self, query: &Query<'_>) -> Page {
        let prepared = [&*self.base, self.overlay.segment()].map(|segment| Prepared::new(segment, query));
        let mut streams = prepared.each_ref().map(|prepared| prepared.stream(query));
        let mut page = Page::default();
        while let Some((turn, candidate)) = next_of(&mut streams) {
            let is_replaced = turn == 0 && self.is_replaced(candidate.service);
            let hit = if is_replaced { None } else { self.hit(query, &prepared[turn], candidate) };
            let Some(hit) = hit else { continue };
            if page.hits.len() == query.limit {
                page.has_more = true;
                break;
            }
            page.hits.push(hit);
        }
        for stream in streams {
            page.candidates_examined += stream.candidates.examined();
            page.branches_opened += stream.candidates.branches_opened();
        }
        page
    }

    /// The nearest that fit, ranked by their standing. A page goes on within the same two hundred.
    fn best(&self, query: &Query<'_>) -> Page {
        let mut page = self.nearest(&Query { order: ServiceOrder::Nearest, after: None, limit: RANKED, ..*query });
        for hit in &mut page.hits {
            hit.key = SearchKey::new(1.0 - hit.standing(query).score, hit.service.id);
        }
        page.hits.sort_by_key(|hit| hit.key);
        page.hits.retain(|hit| query.after.is_none_or(|after| hit.key > after));
        page.has_more = page.hits.len() > query.limit;
        page.hits.truncate(query.limit);
        page
    }

    fn is_replaced(&self, rank: u32) -> bool {
        let is_untouched = self.overlay.entries().len() == 0;
        !is_untouched && self.overlay.replaces(self.base.services[rank as usize].id)
    }

    /// The organisation of the service at a rank of one of the two segments.
    fn organization_of<'s>(&'s self, segment: &'s Segment, rank: u32) -> Option<&'s Arc<Organization>> {
        let id = segment.services[rank as usize].organization_id;
        let known = || segment.organization_of(rank).or_else(|| self.base.organization(id));
        self.overlay.organization(id).unwrap_or_else(known)
    }

    fn hit(&self, query: &Query<'_>, prepared: &Prepared<'_>, candidate: Candidate) -> Option<Hit> {
        let service = &prepared.segment.services[candidate.service as usize];
        if !query.scope.admits(service) || !service.is_offered() {
            return None;
        }
        let opening = prepared.open_at.as_ref().map(|open_at| open_at.status(candidate.service));
        let fit = fit(service, &query.seeker, opening, query.scope.capacity_status_at(service, query.seeker.at));
        if !query.verdicts.is_empty() && !query.verdicts.contains(&fit.verdict) {
            return None;
        }
        let Meters(distance_meters) = candidate.distance;
        let place = candidate.place.map(|place| place as usize);
        let distance = place.map(|place| match service.places[place].is_measured_from_area() {
            true => Distance::Band(DistanceBand::of_center(distance_meters)),
            false => Distance::Meters(distance_meters),
        });
        Some(Hit {
            organization: self.organization_of(prepared.segment, candidate.service).cloned(),
            place,
            distance,
            opening,
            fit,
            key: SearchKey::new(distance_meters, service.id),
            service: Arc::clone(service),
        })
    }
}

impl Hit {
    /// Where it stands among others, and why.
    pub fn standing(&self, query: &Query<'_>) -> Standing {
        let at = query.seeker.at;
        standing(&Observed {
            fit: &self.fit,
            opening: self.opening,
            capacity: query.scope.capacity_status_at(&self.service, at),
            distance: self.distance.map(|distance| match distance {
                Distance::Meters(meters) => RankedDistance::Meters(meters),
                Distance::Band(band) => RankedDistance::Band(band),
            }),
            freshness: freshness(&self.service, at.date()).score,
            answering: query.answering.and_then(|known| known.of(self.service.organization_id, query.seeker.need)),
        })
    }
}

impl<'s> Prepared<'s> {
    fn new(segment: &'s Segment, query: &Query<'_>) -> Self {
        let worded = query.words.map(|words| {
            let found = segment.words.search(words.text, words.is_typing).unwrap_or_default();
            let worded = |found: TextMatch| Worded {
                service: found.rank,
                distance: Meters(HIGHEST_WORD_SCORE - f64::from(found.score)),
            };
            found.into_iter().map(worded).collect()
        });
        Self { segment, worded, open_at: query.open_at.map(|instant| segment.hours.open_at(instant)) }
    }

    fn stream<'p>(&'p self, query: &Query<'p>) -> Stream<'p> {
        let wants_excluded = query.verdicts.is_empty() || query.verdicts.contains(&Verdict::No);
        let services = &self.segment.services;
        // The first rank after a key, whether or not its service still exists.
        let just_after = |key: SearchKey| {
            let rank = services.partition_point(|service| service.id <= key.service);
            (key.distance, u32::try_from(rank).unwrap_or(u32::MAX))
        };
        let mut candidates = self.segment.geo_index.candidates(Walk {
            services,
            need: query.seeker.need,
            near: query.near,
            reach: query.within_meters.map_or(Meters::INFINITY, Meters),
            region: query.region,
            sought: Sought::by(&query.seeker, query.verdicts),
            open: self.open_at.as_ref().filter(|_| !wants_excluded),
            worded: self.worded.as_deref(),
            start: query.after.map_or((Meters::ZERO, 0), just_after),
        });
        let next = candidates.next();
        Stream { segment: self.segment, candidates, next }
    }
}

impl Stream<'_> {
    fn key(&self) -> Option<(Meters, ServiceId)> {
        let candidate = self.next?;
        Some((candidate.distance, self.segment.services[candidate.service as usize].id))
    }
}

/// The next candidate of all streams, and whose it is.
fn next_of(streams: &mut [Stream<'_>; 2]) -> Option<(usize, Candidate)> {
    let [base, overlay] = &*streams;
    // Most of the time nothing has changed since the base was made, and nothing is to be compared.
    let turn = match (base.next, overlay.next) {
        (Some(_), Some(_)) => usize::from(overlay.key() < base.key()),
        (None, Some(_)) => 1,
        _ => 0,
    };
    let following = streams[turn].candidates.next();
    std::mem::replace(&mut streams[turn].next, following).map(|candidate| (turn, candidate))
}
