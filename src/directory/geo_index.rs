//! Which services come next: all candidates of a search, nearest first, one per service.
//!
//! Sites stand in R-trees as unit vectors in R³, one tree per need and one for all. There a longer chord
//! is a longer great circle, without a seam at the antimeridian or the poles. Chords and haversine
//! distances differ in their last bits, so chords only bound what a branch may hold; the order is that
//! of the haversine distance, with ties broken by service and then by place.
//! Invariant: knows positions and needs, never who asks.

use crate::domain::code::CodeList;
use crate::domain::directory::{Place, Service};
use crate::domain::fit::{Finding, need_finding};
use crate::domain::need::Need;
use crate::domain::place::{Position, chord_meters};
use rstar::primitives::GeomWithData;
use rstar::{AABB, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeParams};
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};
use std::iter::once;
use std::ops::Range;
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
struct Site {
    position: Position,
    service: usize,
    place: usize,
}

/// A unit vector and the number of its site.
type Leaf = GeomWithData<[f64; 3], usize>;

type Tree = RTree<Leaf, NodeSize>;

/// Eight children to a branch: the bulk loader halves each of the three axes, and with rstar's default of
/// six it can end with one site to a branch. The other two numbers only matter to insertion, which a
/// snapshot never sees.
struct NodeSize;

impl RTreeParams for NodeSize {
    const MIN_SIZE: usize = 4;
    const MAX_SIZE: usize = 8;
    const REINSERTION_COUNT: usize = 2;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// The services that answer one need, or all of them.
struct Listing {
    tree: Tree,
    services: Vec<usize>,
    /// Those of the services that have no position anywhere.
    unplaced: Vec<usize>,
}

/// Every service by need and by position. Services are named by their rank in the order of ids.
pub(super) struct GeoIndex {
    sites: Vec<Site>,
    sites_of_services: Vec<Range<usize>>,
    /// One listing for each need, and one without a need for all services.
    listings: HashMap<Option<Need>, Listing>,
}

/// Which candidates are wanted, and from where on.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    /// The need that candidates answer, or might answer.
    pub(super) need: Option<Need>,
    /// Where distances are measured from; without it no candidate has one, and the order is that of ids.
    pub(super) near: Option<Position>,
    /// The farthest distance wanted, bounding only what is `near` something.
    pub(super) reach: Meters,
    /// Distance and service of the first candidate wanted.
    pub(super) start: (Meters, usize),
}

/// A service whose turn it is, with its nearest place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) service: usize,
    pub(super) distance: Meters,
    /// Index of the place that the distance leads to; `None` where there is no distance.
    pub(super) place: Option<usize>,
}

impl GeoIndex {
    /// Indexes the services, which come in the order of their ids.
    pub(super) fn new(services: &[Arc<Service>]) -> Self {
        let mut sites = Vec::new();
        let mut sites_of_services = Vec::with_capacity(services.len());
        let mut listed: Vec<_> =
            once(None).chain(Need::ALL.iter().copied().map(Some)).map(|need| (need, Vec::new())).collect();
        for (service, entry) in services.iter().enumerate() {
            let first = sites.len();
            let positions = entry.places.iter().map(Place::search_position).enumerate();
            sites.extend(positions.filter_map(|(place, position)| Some(Site { position: position?, service, place })));
            sites_of_services.push(first..sites.len());
            for (need, listed) in &mut listed {
                if need.is_none_or(|need| need_finding(entry, need) != Some(Finding::Excluded)) {
                    listed.push(service);
                }
            }
        }
        let leaves: Vec<_> =
            sites.iter().enumerate().map(|(number, site)| Leaf::new(site.position.unit_vector(), number)).collect();
        let listing = |services: Vec<usize>| {
            let unplaced = services.iter().copied().filter(|service| sites_of_services[*service].is_empty()).collect();
            let leaves = services.iter().flat_map(|service| &leaves[sites_of_services[*service].clone()]).copied();
            Listing { tree: RTree::bulk_load_with_params(leaves.collect()), services, unplaced }
        };
        let listings = listed.into_iter().map(|(need, services)| (need, listing(services))).collect();
        Self { sites, sites_of_services, listings }
    }

    /// All candidates in order: by distance, then by id; those without a distance come last, by id.
    pub(super) fn candidates(&self, walk: Walk) -> Candidates<'_> {
        let listing = &self.listings[&walk.need];
        let unmeasured = match walk.near {
            None => listing.services.as_slice(),
            Some(_) if walk.reach == Meters::INFINITY => listing.unplaced.as_slice(),
            Some(_) => &[],
        };
        let first = unmeasured.partition_point(|service| (Meters::INFINITY, *service) < walk.start);
        let nearest = walk.near.map(|origin| Nearest::new(self, &listing.tree, origin, walk));
        Candidates { nearest, unmeasured: unmeasured[first..].iter(), unmeasured_examined: 0 }
    }

    fn is_nearest_of_its_service(&self, site: usize, distance: Meters, origin: Position) -> bool {
        let siblings = self.sites_of_services[self.sites[site].service].clone();
        siblings
            .filter(|sibling| *sibling != site)
            .all(|sibling| (distance, site) < (self.distance(origin, sibling), sibling))
    }

    fn distance(&self, origin: Position, site: usize) -> Meters {
        Meters(origin.distance_meters(self.sites[site].position))
    }
}

/// The candidates of one search in their order.
pub(super) struct Candidates<'i> {
    nearest: Option<Nearest<'i>>,
    unmeasured: std::slice::Iter<'i, usize>,
    unmeasured_examined: usize,
}

impl Candidates<'_> {
    /// How many sites were measured so far, and services without a distance looked at.
    pub(super) fn examined(&self) -> usize {
        self.unmeasured_examined + self.nearest.as_ref().map_or(0, |nearest| nearest.measured)
    }

    /// How many branches of a tree were opened so far.
    pub(super) fn branches_opened(&self) -> usize {
        self.nearest.as_ref().map_or(0, |nearest| nearest.opened)
    }
}

impl Iterator for Candidates<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let nearest = self.nearest.as_mut().and_then(Iterator::next);
        nearest.or_else(|| {
            let service = *self.unmeasured.next()?;
            self.unmeasured_examined += 1;
            Some(Candidate { service, distance: Meters::INFINITY, place: None })
        })
    }
}

/// A walk outwards from one position. Branches wait by the least distance that they can hold and sites
/// by their own, in one heap: whatever site comes to its top is the nearest of all that are left.
///
/// Only branches that reach into the wanted ring, from the start to the reach, are ever opened: a late
/// page pays for the edge of what lies before it, not for all of it. A filter behind the walk that keeps
/// next to nothing makes it measure every site of its tree within reach once, and no more.
struct Nearest<'i> {
    index: &'i GeoIndex,
    origin: Position,
    origin_vector: [f64; 3],
    walk: Walk,
    branches: Vec<&'i ParentNode<Leaf>>,
    waiting: BinaryHeap<Reverse<(Meters, Met)>>,
    measured: usize,
    opened: usize,
}

/// What was met on the way and waits for its turn, by number. Of two sites at the same distance the one
/// with the lower number goes first; the slack has a branch go before all that it holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Branch(usize),
    Site(usize),
}

impl<'i> Nearest<'i> {
    fn new(index: &'i GeoIndex, tree: &'i Tree, origin: Position, walk: Walk) -> Self {
        let origin_vector = origin.unit_vector();
        let mut nearest = Self {
            index,
            origin,
            origin_vector,
            walk,
            branches: Vec::new(),
            waiting: BinaryHeap::new(),
            measured: 0,
            opened: 0,
        };
        nearest.open(tree.root());
        nearest
    }

    fn open(&mut self, branch: &'i ParentNode<Leaf>) {
        self.opened += 1;
        for child in branch.children() {
            match child {
                RTreeNode::Parent(branch) => self.meet_branch(branch),
                RTreeNode::Leaf(leaf) => self.meet_site(leaf.data),
            }
        }
    }

    fn meet_branch(&mut self, branch: &'i ParentNode<Leaf>) {
        let envelope = branch.envelope();
        let least = Meters(chord_meters(envelope.distance_2(&self.origin_vector)) - SLACK_METERS);
        let most = Meters(chord_meters(farthest_squared(&envelope, &self.origin_vector)) + SLACK_METERS);
        if most >= self.walk.start.0 && least <= self.walk.reach {
            self.waiting.push(Reverse((least, Met::Branch(self.branches.len()))));
            self.branches.push(branch);
        }
    }

    fn meet_site(&mut self, site: usize) {
        self.measured += 1;
        let distance = self.index.distance(self.origin, site);
        if (distance, self.index.sites[site].service) >= self.walk.start && distance <= self.walk.reach {
            self.waiting.push(Reverse((distance, Met::Site(site))));
        }
    }
}

impl Iterator for Nearest<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        while let Some(Reverse((distance, met))) = self.waiting.pop() {
            match met {
                Met::Branch(branch) => self.open(self.branches[branch]),
                Met::Site(site) if self.index.is_nearest_of_its_service(site, distance, self.origin) => {
                    let Site { service, place, .. } = self.index.sites[site];
                    return Some(Candidate { service, distance, place: Some(place) });
                }
                // Its service has had its turn at a nearer place.
                Met::Site(_) => {}
            }
        }
        None
    }
}

/// Squared length of the longest chord from the point to anything in the envelope.
fn farthest_squared(envelope: &AABB<[f64; 3]>, point: &[f64; 3]) -> f64 {
    let (lower, upper) = (envelope.lower(), envelope.upper());
    (0..3)
        .map(|axis| (point[axis] - lower[axis]).abs().max((upper[axis] - point[axis]).abs()))
        .map(|side| side * side)
        .sum()
}
