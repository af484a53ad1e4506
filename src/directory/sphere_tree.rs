//! Sites on the sphere, packed for walking outwards from a point: a balanced tree of boxes around unit vectors in R³,
//! laid out in two arrays without a pointer.
//!
//! In R³ a longer chord is a longer great circle, without a seam at the antimeridian or the poles. The tree only
//! bounds: what order the sites come in is decided by whoever walks. Each branch knows the union of the screens below
//! it, so that a branch in which nothing admits what is sought is never opened.

use super::hours::HoursId;
use crate::domain::fit::Screen;

/// Sites to a leaf. Half as many or twice as many made no difference that could be measured.
const LEAF_SITES: usize = 8;

/// A site as the walk meets it, beside its neighbours in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaf {
    /// Its unit vector.
    pub vector: [f64; 3],
    /// What its service admits.
    pub screen: Screen,
    /// Its number.
    pub site: u32,
    /// When its service is open.
    pub hours: HoursId,
}

/// A box around everything below.
#[derive(Clone, Copy, Debug)]
struct Branch {
    lower: [f64; 3],
    upper: [f64; 3],
    screen: Screen,
}

/// Squared lengths of the shortest and the longest chord from a point to a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub least: f64,
    pub most: f64,
}

/// A branch of a tree: where it stands, and which leaves are below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BranchId {
    branch: u32,
    first_leaf: u32,
    leaves: u32,
}

/// What opening a branch shows.
pub(super) enum Opened<'t> {
    /// Two branches.
    Branches([BranchId; 2]),
    /// The sites of one leaf.
    Sites(&'t [Leaf]),
}

/// The sites of one list.
#[derive(Debug, Default)]
pub(super) struct SphereTree {
    sites: Box<[Leaf]>,
    /// Before its children each branch: the left one next to it, the right one behind all that is left.
    branches: Box<[Branch]>,
}

impl SphereTree {
    /// Packs the sites; their order does not matter.
    pub fn new(mut sites: Vec<Leaf>) -> Self {
        let leaves = sites.len().div_ceil(LEAF_SITES);
        let mut branches = Vec::with_capacity(2 * leaves);
        if !sites.is_empty() {
            pack(&mut sites, leaves, &mut branches);
        }
        Self { sites: sites.into(), branches: branches.into() }
    }

    /// The branch above all others; `None` without any site.
    pub fn root(&self) -> Option<BranchId> {
        let leaves = u32::try_from(self.sites.len().div_ceil(LEAF_SITES)).unwrap_or(u32::MAX);
        (leaves > 0).then_some(BranchId { branch: 0, first_leaf: 0, leaves })
    }

    /// What is right below a branch.
    pub fn open(&self, id: BranchId) -> Opened<'_> {
        if id.leaves == 1 {
            let first = id.first_leaf as usize * LEAF_SITES;
            return Opened::Sites(&self.sites[first..self.sites.len().min(first + LEAF_SITES)]);
        }
        let left = left_leaves(id.leaves);
        Opened::Branches([
            BranchId { branch: id.branch + 1, first_leaf: id.first_leaf, leaves: left },
            // A tree over n leaves has 2n − 1 branches.
            BranchId { branch: id.branch + 2 * left, first_leaf: id.first_leaf + left, leaves: id.leaves - left },
        ])
    }

    /// How near and how far from a point anything below the branch can be.
    pub fn bounds(&self, id: BranchId, point: &[f64; 3]) -> Bounds {
        let Branch { lower, upper, .. } = &self.branches[id.branch as usize];
        let mut bounds = Bounds { least: 0.0, most: 0.0 };
        for axis in 0..3 {
            let outside = (lower[axis] - point[axis]).max(point[axis] - upper[axis]).max(0.0);
            let across = (point[axis] - lower[axis]).abs().max((upper[axis] - point[axis]).abs());
            bounds.least += outside * outside;
            bounds.most += across * across;
        }
        bounds
    }

    /// What anything below the branch admits.
    pub fn screen(&self, id: BranchId) -> Screen {
        self.branches[id.branch as usize].screen
    }

    /// Every site, in no order that means anything.
    #[cfg(test)]
    pub fn sites(&self) -> &[Leaf] {
        &self.sites
    }

    /// Bytes that the arrays take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sites) + size_of_val(&*self.branches)
    }
}

/// How many of a branch's leaves are below its left child.
const fn left_leaves(leaves: u32) -> u32 {
    leaves.div_ceil(2)
}

fn pack(sites: &mut [Leaf], leaves: usize, branches: &mut Vec<Branch>) {
    let around = around(sites);
    branches.push(around);
    if leaves > 1 {
        let left = leaves.div_ceil(2);
        let side = |axis: usize| around.upper[axis] - around.lower[axis];
        let longest = (1..3).fold(0, |longest, axis| if side(axis) > side(longest) { axis } else { longest });
        let middle = left * LEAF_SITES;
        sites.select_nth_unstable_by(middle, |a, b| a.vector[longest].total_cmp(&b.vector[longest]));
        let (below, above) = sites.split_at_mut(middle);
        pack(below, left, branches);
        pack(above, leaves - left, branches);
    }
}

fn around(sites: &[Leaf]) -> Branch {
    let nothing = Branch { lower: [f64::INFINITY; 3], upper: [f64::NEG_INFINITY; 3], screen: Screen::NONE };
    sites.iter().fold(nothing, |mut around, site| {
        for axis in 0..3 {
            around.lower[axis] = around.lower[axis].min(site.vector[axis]);
            around.upper[axis] = around.upper[axis].max(site.vector[axis]);
        }
        around.screen = around.screen.or(site.screen);
        around
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::Position;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn leaf(number: usize, latitude: f64, longitude: f64) -> Leaf {
        let vector = Position::new(latitude, longitude).expect("a position").unit_vector();
        let site = u32::try_from(number).expect("a small number");
        Leaf { vector, screen: Screen::NONE, site, hours: HoursId::SPECIAL }
    }

    fn squared_chord(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum()
    }

    /// Every site below the branch, with each box above it checked on the way.
    fn below(tree: &SphereTree, id: BranchId, point: &[f64; 3]) -> Vec<u32> {
        let bounds = tree.bounds(id, point);
        let sites: Vec<u32> = match tree.open(id) {
            Opened::Branches(branches) => branches.iter().flat_map(|branch| below(tree, *branch, point)).collect(),
            Opened::Sites(sites) => sites.iter().map(|site| site.site).collect(),
        };
        for site in tree.sites().iter().filter(|leaf| sites.contains(&leaf.site)) {
            let chord = squared_chord(&site.vector, point);
            assert!(bounds.least <= chord + 1e-12 && chord <= bounds.most + 1e-12);
        }
        sites
    }

    proptest! {
        #[test]
        fn each_site_is_below_the_root_once_and_within_all_its_bounds(
            places in vec((-90.0..=90.0, -180.0..=180.0), 0..200), from in (-90.0..=90.0, -180.0..=180.0),
        ) {
            let leaves = places.iter().enumerate().map(|(number, (latitude, longitude))| leaf(number, *latitude, *longitude));
            let tree = SphereTree::new(leaves.collect());
            let point = Position::new(from.0, from.1).expect("a position").unit_vector();
            let mut found = tree.root().map_or_else(Vec::new, |root| below(&tree, root, &point));
            found.sort_unstable();
            prop_assert_eq!(found.len(), places.len());
            prop_assert!(found.iter().enumerate().all(|(number, site)| number == *site as usize));
        }
    }
}
