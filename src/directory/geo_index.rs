//! Which services come next: all candidates of a search in their order, one per service.
//!
//! Sites stand in packed trees ([`SphereTree`]), one for each need and one for all. Chords and haversine distances
//! differ in their last bits, so chords only bound what a branch may hold; the order is that of the haversine distance,
//! with ties broken by service and then by place.
//! Invariant: knows positions, needs, regions and screens, never who asks.

use super::hours::{HoursId, OpenAt};
use super::region::Region;
use super::sphere_tree::{BranchId, Leaf, Opened, SphereTree};
use crate::domain::code::CodeList;
use crate::domain::directory::{Place, Service};
use crate::domain::fit::{Finding, Screen, Sought, need_finding};
use crate::domain::geography::cap::SphericalCap;
use crate::domain::need::Need;
use crate::domain::place::{Position, chord_meters};
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::iter::once;
use std::sync::Arc;

/// More than rounding puts between a chord and the haversine distance of the same two positions. The
/// worst of ten million pairs, 0.33 m, lay close to the antipode; elsewhere it was 15 micrometres.
const SLACK_METERS: f64 = 1.0;

/// A distance with a total order. Infinite where there is no distance, which puts those last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meters(pub(super) f64);

impl Meters {
    pub(super) const ZERO: Self = Self(0.0);
    pub(super) const INFINITY: Self = Self(f64::INFINITY);
}

impl Ord for Meters {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Meters {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Meters {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Meters {}

/// A place that has a position. Sites are numbered by service and then by place, so that the lower
/// number wins a tie.
#[derive(Clone, Copy)]
struct Site {
    position: Position,
    service: u32,
    place: u32,
}

/// The services that answer one need, or all of them.
struct Listing {
    tree: SphereTree,
    services: Box<[u32]>,
    /// Those of the services that have no position anywhere.
    unplaced: Box<[u32]>,
}

/// Every service by need and by position. Services are named by their rank in the order of ids.
pub(super) struct GeoIndex {
    sites: Box<[Site]>,
    /// The first site of each service, and at the end the number of sites.
    first_sites: Box<[u32]>,
    /// One listing for each need, and one without a need for all services.
    listings: HashMap<Option<Need>, Listing>,
}

/// Which candidates are wanted, and from where on.
#[derive(Clone, Copy)]
pub(super) struct Walk<'q> {
    /// The need that candidates answer, or might answer.
    pub need: Option<Need>,
    /// Where distances are measured from; without it no candidate has one, and the order is that of ids.
    pub near: Option<Position>,
    /// The farthest distance wanted, bounding only what is `near` something.
    pub reach: Meters,
    /// The services themselves, by rank.
    pub services: &'q [Arc<Service>],
    /// Where a place has to lie.
    pub region: Option<&'q Region<'q>>,
    /// What a service has to admit, at least.
    pub sought: Sought,
    /// When a service has to be open, or might be.
    pub open: Option<&'q OpenAt<'q>>,
    /// The services that come into question by their words, in the order of their ranks.
    pub worded: Option<&'q [Worded]>,
    /// Distance and service of the first candidate wanted.
    pub start: (Meters, u32),
}

/// A service that has the words looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worded {
    pub service: u32,
    /// Where it stands where there is no distance: the better the words fit, the less.
    pub distance: Meters,
}

/// A service whose turn it is, with its nearest place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub service: u32,
    pub distance: Meters,
    /// Index of the place that the distance leads to; `None` where there is no distance.
    pub place: Option<u32>,
}

impl Walk<'_> {
    /// Whether the site's service may come into question, as far as its leaf tells.
    fn admits(&self, leaf: &Leaf) -> bool {
        leaf.screen.admits(self.sought) && self.open.is_none_or(|open| open.may_be_open(leaf.hours))
    }

    fn has_words(&self, service: u32) -> bool {
        self.worded.is_none_or(|worded| worded.binary_search_by_key(&service, |worded| worded.service).is_ok())
    }

    /// Whether the place of a service lies where it has to.
    fn contains(&self, service: u32, place: usize) -> bool {
        self.region.is_none_or(|region| region.contains(&self.services[service as usize].places[place]))
    }

    fn contains_any_place(&self, service: u32) -> bool {
        let places = &self.services[service as usize].places;
        self.region.is_none_or(|region| places.iter().any(|place| region.contains(place)))
    }

    /// Whether the service has its turn among those without a distance: it lies where it has to, and none of the places
    /// by which it does has a point to measure to.
    fn is_unmeasured(&self, service: u32) -> bool {
        let Some(region) = self.region else { return true };
        let places = self.services[service as usize].places.iter().filter(|place| region.contains(place));
        let is_measured = |place: &Place| self.near.is_some() && place.search_position().is_some();
        let mut inside = places.peekable();
        inside.peek().is_some() && inside.all(|place| !is_measured(place))
    }
}

/// A list of so few services is measured and put in order; a longer one is looked up along a walk.
const FEW_SERVICES: usize = 2_000;

impl GeoIndex {
    /// Indexes the services, which come in the order of their ids, with the hours of each.
    pub fn new(services: &[Arc<Service>], hours: &[HoursId]) -> Self {
        let (mut sites, mut leaves, mut first_sites) = (Vec::new(), Vec::new(), Vec::with_capacity(services.len() + 1));
        let mut listed: Vec<_> =
            once(None).chain(Need::ALL.iter().copied().map(Some)).map(|need| (need, Vec::new())).collect();
        for ((service, entry), hours) in (0_u32..).zip(services).zip(hours) {
            first_sites.push(number_of(&sites));
            let screen = Screen::of(entry);
            for (place, position) in (0_u32..).zip(entry.places.iter().map(Place::search_position)) {
                if let Some(position) = position {
                    leaves.push(Leaf {
                        vector: position.unit_vector(),
                        screen,
                        site: number_of(&sites),
                        hours: *hours,
                    });
                    sites.push(Site { position, service, place });
                }
            }
            for (need, listed) in &mut listed {
                if need.is_none_or(|need| need_finding(entry, need) != Some(Finding::Excluded)) {
                    listed.push(service);
                }
            }
        }
        first_sites.push(number_of(&sites));
        let range =
            |service: &u32| first_sites[*service as usize] as usize..first_sites[*service as usize + 1] as usize;
        let listing = |services: Vec<u32>| {
            let unplaced = services.iter().copied().filter(|service| range(service).is_empty()).collect();
            let tree = SphereTree::new(services.iter().flat_map(|service| &leaves[range(service)]).copied().collect());
            Listing { tree, services: services.into(), unplaced }
        };
        let listings = listed.into_iter().map(|(need, services)| (need, listing(services))).collect();
        Self { sites: sites.into(), first_sites: first_sites.into(), listings }
    }

    /// All candidates in order: by distance, then by id; those without a distance come last, by id.
    pub fn candidates<'i>(&'i self, walk: Walk<'i>) -> Candidates<'i> {
        let listing = &self.listings[&walk.need];
        let cap = walk.region.and_then(Region::cap);
        let inside = cap.filter(|_| walk.near.is_none() && walk.worded.is_none());
        let inside = inside.and_then(|cap| self.inside(&listing.tree, cap, walk));
        let is_found = inside.is_some();
        let few = walk.worded.filter(|worded| walk.near.is_none() || worded.len() <= FEW_SERVICES);
        let ahead = match (walk.near, few) {
            (Some(origin), None) => Ahead::Walk(Box::new(Nearest::new(self, &listing.tree, origin, walk))),
            (_, Some(worded)) => Ahead::Queued(self.queued(worded, walk, listing)),
            (None, None) => Ahead::Queued(inside.unwrap_or_default()),
        };
        let rest: &[u32] = match walk.near {
            // All was found already.
            _ if few.is_some() || is_found => &[],
            // A region that holds many is looked through in the order of ids, as far as a page needs.
            None => &listing.services,
            // Nothing without a point lies in the region.
            Some(_) if cap.is_some() => &[],
            // A place without a point may lie in an area, beside others of the same service that do not.
            Some(_) if walk.reach == Meters::INFINITY && walk.region.is_some() => &listing.services,
            Some(_) if walk.reach == Meters::INFINITY => &listing.unplaced,
            Some(_) => &[],
        };
        let first = rest.partition_point(|service| (Meters::INFINITY, *service) < walk.start);
        Candidates { walk, ahead, unmeasured: rest[first..].iter(), examined: 0 }
    }

    /// These services, as far as they answer the need, each at the nearest of its places that are wanted.
    fn queued(&self, worded: &[Worded], walk: Walk<'_>, listing: &Listing) -> Queue {
        let answers = |worded: &&Worded| listing.services.binary_search(&worded.service).is_ok();
        let candidates = worded.iter().filter(answers).filter_map(|worded| self.nearest_place(*worded, &walk));
        let wanted = candidates.filter(|candidate| (candidate.distance, candidate.service) >= walk.start);
        // Made at once from all of them, in linear time; only what a page takes is put in order.
        wanted.map(|found| Reverse((found.distance, found.service, found.place))).collect::<Vec<_>>().into()
    }

    /// The service at the nearest of its places that are wanted; `None` where none of them is.
    fn nearest_place(&self, worded: Worded, walk: &Walk<'_>) -> Option<Candidate> {
        let service = worded.service;
        let is_inside = walk.contains_any_place(service);
        let Some(origin) = walk.near else {
            return is_inside.then_some(Candidate { service, distance: worded.distance, place: None });
        };
        let unmeasured = Candidate { service, distance: Meters::INFINITY, place: None };
        let sites = self.sites_of(service).map(|site| (site, &self.sites[site as usize]));
        let measured = sites.filter(|(_, site)| walk.contains(service, site.place as usize));
        let nearest =
            measured.map(|(number, site)| (Meters(origin.distance_meters(site.position)), number, site.place)).min();
        match nearest {
            Some((distance, _, place)) => {
                (distance <= walk.reach).then_some(Candidate { service, distance, place: Some(place) })
            }
            None => (is_inside && walk.reach == Meters::INFINITY).then_some(unmeasured),
        }
    }

    /// Every service with a place in the region; `None` where that are more than [`FEW_SERVICES`] places, by then
    /// looking at services one after the other leads to a page sooner than looking at all of these.
    fn inside(&self, tree: &SphereTree, cap: SphericalCap, walk: Walk<'_>) -> Option<Queue> {
        let mut services = Vec::new();
        let mut branches: Vec<_> = tree.root().into_iter().collect();
        while let Some(branch) = branches.pop() {
            let may_hold =
                tree.bounds(branch, &cap.center).least <= cap.squared_chord && tree.screen(branch).admits(walk.sought);
            match tree.open(branch) {
                _ if !may_hold => {}
                Opened::Branches(below) => branches.extend(below),
                Opened::Sites(leaves) => {
                    let wanted = leaves.iter().filter(|leaf| walk.admits(leaf));
                    let sites = wanted.map(|leaf| &self.sites[leaf.site as usize]);
                    services.extend(
                        sites.filter(|site| walk.contains(site.service, site.place as usize)).map(|site| site.service),
                    );
                }
            }
            if services.len() > FEW_SERVICES {
                return None;
            }
        }
        services.sort_unstable();
        services.dedup();
        let wanted = services.into_iter().filter(|service| (Meters::INFINITY, *service) >= walk.start);
        Some(wanted.map(|service| Reverse((Meters::INFINITY, service, None))).collect::<Vec<_>>().into())
    }

    fn sites_of(&self, service: u32) -> std::ops::Range<u32> {
        self.first_sites[service as usize]..self.first_sites[service as usize + 1]
    }

    /// Bytes that the index takes.
    pub fn bytes(&self) -> usize {
        let listings = self.listings.values();
        let listed: usize = listings
            .map(|listing| listing.tree.bytes() + size_of_val(&*listing.services) + size_of_val(&*listing.unplaced))
            .sum();
        listed + size_of_val(&*self.sites) + size_of_val(&*self.first_sites)
    }
}

fn number_of<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("a directory has fewer than four thousand million places")
}

/// The candidates of one search in their order.
pub(super) struct Candidates<'i> {
    walk: Walk<'i>,
    ahead: Ahead<'i>,
    unmeasured: std::slice::Iter<'i, u32>,
    examined: usize,
}

/// What comes before the services that are taken in the order of their ids.
enum Ahead<'i> {
    Walk(Box<Nearest<'i>>),
    Queued(Queue),
}

/// Candidates that wait for their turn: by distance, service and place.
type Queue = BinaryHeap<Reverse<(Meters, u32, Option<u32>)>>;

impl Candidates<'_> {
    /// How many sites were measured so far, and services without a distance looked at.
    pub fn examined(&self) -> usize {
        let measured = match &self.ahead {
            Ahead::Walk(nearest) => nearest.measured,
            Ahead::Queued(_) => 0,
        };
        self.examined + measured
    }

    /// How many branches of a tree were opened so far.
    pub fn branches_opened(&self) -> usize {
        match &self.ahead {
            Ahead::Walk(nearest) => nearest.opened,
            Ahead::Queued(_) => 0,
        }
    }
}

impl Iterator for Candidates<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let ahead = match &mut self.ahead {
            Ahead::Walk(nearest) => nearest.next(),
            Ahead::Queued(queue) => queue.pop().map(|Reverse((distance, service, place))| {
                self.examined += 1;
                Candidate { service, distance, place }
            }),
        };
        ahead.or_else(|| {
            let walk = &self.walk;
            let examined = &mut self.examined;
            let wanted = |service: &&u32| walk.has_words(**service) && walk.is_unmeasured(**service);
            let service = *self.unmeasured.by_ref().inspect(|_| *examined += 1).find(wanted)?;
            Some(Candidate { service, distance: Meters::INFINITY, place: None })
        })
    }
}

/// A walk outwards from one position. Branches wait by the least distance that they can hold and sites
/// by their own, in one heap: whatever site comes to its top is the nearest of all that are left.
///
/// Only branches that reach into the wanted ring, from the start to the reach, and in which something admits what is
/// sought, are ever opened: a late page pays for the edge of what lies before it, not for all of it.
struct Nearest<'i> {
    index: &'i GeoIndex,
    tree: &'i SphereTree,
    origin: Position,
    origin_vector: [f64; 3],
    walk: Walk<'i>,
    waiting: BinaryHeap<Reverse<(Meters, Met)>>,
    measured: usize,
    opened: usize,
}

/// What was met on the way and waits for its turn. Of two sites at the same distance the one with the lower number
/// goes first; the slack has a branch go before all that it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Branch(BranchId),
    Site(u32),
}

impl<'i> Nearest<'i> {
    fn new(index: &'i GeoIndex, tree: &'i SphereTree, origin: Position, walk: Walk<'i>) -> Self {
        let origin_vector = origin.unit_vector();
        let waiting = BinaryHeap::with_capacity(64);
        let mut nearest = Self { index, tree, origin, origin_vector, walk, waiting, measured: 0, opened: 0 };
        if let Some(root) = tree.root() {
            nearest.meet_branch(root);
        }
        nearest
    }

    fn open(&mut self, branch: BranchId) {
        self.opened += 1;
        match self.tree.open(branch) {
            Opened::Branches(branches) => branches.into_iter().for_each(|branch| self.meet_branch(branch)),
            Opened::Sites(leaves) => leaves.iter().for_each(|leaf| self.meet_site(leaf)),
        }
    }

    fn meet_branch(&mut self, branch: BranchId) {
        if !self.tree.screen(branch).admits(self.walk.sought) {
            return;
        }
        let bounds = self.tree.bounds(branch, &self.origin_vector);
        let least = Meters(chord_meters(bounds.least) - SLACK_METERS);
        let is_late = self.walk.start.0 > Meters::ZERO;
        let reaches = !is_late || Meters(chord_meters(bounds.most) + SLACK_METERS) >= self.walk.start.0;
        if reaches && least <= self.walk.reach {
            self.waiting.push(Reverse((least, Met::Branch(branch))));
        }
    }

    fn meet_site(&mut self, leaf: &Leaf) {
        if !self.walk.admits(leaf) {
            return;
        }
        let site = &self.index.sites[leaf.site as usize];
        if !self.walk.has_words(site.service) || !self.walk.contains(site.service, site.place as usize) {
            return;
        }
        self.measured += 1;
        let distance = self.distance(site);
        if (distance, site.service) >= self.walk.start && distance <= self.walk.reach {
            self.waiting.push(Reverse((distance, Met::Site(leaf.site))));
        }
    }

    fn distance(&self, site: &Site) -> Meters {
        Meters(self.origin.distance_meters(site.position))
    }

    /// Whether no other place of the same service that is wanted is nearer.
    fn is_nearest_of_its_service(&self, number: u32, distance: Meters) -> bool {
        let siblings = self.index.sites_of(self.index.sites[number as usize].service);
        siblings.filter(|sibling| *sibling != number).all(|sibling| {
            let site = &self.index.sites[sibling as usize];
            !self.walk.contains(site.service, site.place as usize)
                || (distance, number) < (self.distance(site), sibling)
        })
    }
}

impl Iterator for Nearest<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        while let Some(Reverse((distance, met))) = self.waiting.pop() {
            match met {
                Met::Branch(branch) => self.open(branch),
                Met::Site(number) if self.is_nearest_of_its_service(number, distance) => {
                    let Site { service, place, .. } = self.index.sites[number as usize];
                    return Some(Candidate { service, distance, place: Some(place) });
                }
                // Its service has had its turn at a nearer place.
                Met::Site(_) => {}
            }
        }
        None
    }
}
