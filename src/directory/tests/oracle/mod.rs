//! Random worlds against a brute force that judges the whole world for each question, by a second reading of every
//! rule that is no rule of arithmetic. All is drawn from one seed, so a failure repeats.
//!
//! The oracle knows no tree, no screen and no plan that was made before. It has in common with the engine: the
//! great-circle distance, one day of one timetable, the folding and stemming of a word, the weights of the ranking.

mod ground;
mod judge;
mod memory;
mod queries;
mod reading;
mod worlds;

use super::super::{Change, Directory, EntryId, Query};
use super::{plain_query, present};
use crate::domain::code::CodeList;
use crate::domain::directory::Document;
use crate::domain::fit::Seeker;
use crate::domain::ranking::ServiceOrder;
use judge::{expected, found};
use memory::Memory;
use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use queries::{Asked, Fullness};
use std::collections::{BTreeMap, BTreeSet};
use worlds::World;

/// A source of chance that gives the same on each run.
struct Chance(TestRng);

impl Chance {
    fn new() -> Self {
        Self(TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.0.random_ratio(1, count)
    }

    fn up_to(&mut self, most: u32) -> u32 {
        self.0.random_range(0..=most)
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        self.0.random_range(least..=most)
    }

    fn number(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.0.random_range(0..values.len())].clone()
    }

    fn pick_some<T: Clone>(&mut self, values: &[T], most: u32) -> Vec<T> {
        (0..self.up_to(most)).map(|_| self.pick(values)).collect()
    }

    fn perhaps<T: CodeList>(&mut self) -> Option<T> {
        self.maybe(2, |chance| chance.pick(T::ALL))
    }

    fn maybe<T>(&mut self, one_in: u32, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(one_in).then(|| draw(self))
    }
}

/// Something that happened in a question, and to what.
type Told = (&'static str, &'static str);

/// In how many questions what happened.
#[derive(Default)]
struct Tally(BTreeMap<Told, u32>);

impl Tally {
    fn count(&mut self, told: Told) {
        *self.0.entry(told).or_default() += 1;
    }
}

/// Reads a question page by page, and holds each page to the whole; gives the number of pages.
fn read_pages(chance: &mut Chance, world: &World, asked: &Asked, expected: &[judge::Expected], context: &str) -> u32 {
    let (mut query, mut seen, mut pages) = (asked.query(), Vec::new(), 0);
    loop {
        query.limit = chance.up_to(12) as usize;
        let page = world.snapshot.search(&query);
        seen.extend(found(&page));
        pages += 1;
        let differing = seen.iter().zip(expected).find(|(seen, expected)| seen != expected);
        assert!(differing.is_none() && seen.len() <= expected.len(), "{context}: {differing:#?} of {query:?}");
        assert_eq!(page.has_more, seen.len() < expected.len(), "{context}: {query:?}");
        assert!(page.hits.len() == query.limit || !page.has_more, "{context}: {query:?}");
        query.after = page.hits.last().map(|hit| hit.key).or(query.after);
        if !page.has_more {
            return pages;
        }
    }
}

/// In so many of the ten thousand questions each of these has to happen at least: about half of what does.
const AT_LEAST: &[(u32, &str, &[&str])] = &[
    (1_500, "asked", &["with every filter"]),
    (120, "any hit", &["with every filter"]),
    (2_000, "any hit", &["with some filters"]),
    (1_000, "order", &["best", "nearest"]),
    (600, "read in", &["several pages"]),
    (2_500, "left out by", &["viewer", "mark", "merging", "need"]),
    (1_500, "left out by", &["words"]),
    (600, "left out by", &["reach"]),
    (250, "left out by", &["box", "box across the antimeridian", "polygon"]),
    (250, "left out by", &["area with a shape", "area without a shape"]),
    (6, "left out by", &["the two hundred"]),
    (150, "left out by verdict", &["match", "to_confirm", "no"]),
    (150, "excluded and left out for", &["status", "opening"]),
    (50, "excluded and left out for", &["capacity", "age", "gender", "household", "admin_status", "situation"]),
    (40, "excluded and left out for", &["area"]),
    (600, "found as", &["match", "to_confirm", "no"]),
    (700, "found at", &["a place", "a redacted place", "no place"]),
    (30, "found by", &["the word itself", "a form of the word", "the beginning of a word", "a typing error"]),
    (
        500,
        "found though to confirm",
        &["need", "opening", "capacity", "criteria", "language", "accessibility", "freshness"],
    ),
    (500, "found though to confirm", &["age", "gender", "household", "admin_status", "situation", "area"]),
    (50, "found though outside the first public", &["age", "gender", "household", "admin_status", "situation", "area"]),
    (150, "found though excluded", &["status", "opening", "capacity"]),
    (150, "found though excluded", &["age", "gender", "household", "admin_status", "situation", "area"]),
];

/// Holds that nothing has become too rare to tell anything.
fn check_counts(tally: &Tally) {
    for (least, what, each) in AT_LEAST {
        for to_what in *each {
            let count = tally.0.get(&(*what, *to_what)).copied().unwrap_or_default();
            assert!(count >= *least, "{what} {to_what}: {count} times, {least} at least");
        }
    }
}

#[test]
fn ten_thousand_random_searches_with_all_filters_agree_with_a_brute_force_page_by_page() {
    let (mut chance, mut memory, mut tally) = (Chance::new(), Memory::default(), Tally::default());
    let (mut hits, mut pages) = (0, 0);
    for number in 0..200 {
        // Now and then there are more than the best are taken from.
        let world = if number % 25 == 0 { chance.world(330..=400) } else { chance.world(0..=70) };
        memory.enter(&world);
        for search in 0..50 {
            let asked = chance.asked(&world.services);
            let mut told = BTreeSet::new();
            let expected = expected(&mut memory, &world.services, &asked, &mut told);
            pages += read_pages(&mut chance, &world, &asked, &expected, &format!("world {number}, search {search}"));
            hits += expected.len();
            if !expected.is_empty() {
                told.insert(("any hit", if asked.is_full() { "with every filter" } else { "with some filters" }));
            }
            told.insert(("asked", if asked.is_full() { "with every filter" } else { "with some filters" }));
            told.extend((expected.len() > 12).then_some(("read in", "several pages")));
            told.insert(("order", if asked.order == ServiceOrder::Best { "best" } else { "nearest" }));
            told.into_iter().for_each(|told| tally.count(told));
        }
    }
    assert!(hits > 30_000 && pages > 12_000, "too few to tell anything: {hits} hits, {pages} pages");
    check_counts(&tally);
}

#[test]
fn each_page_is_right_for_the_directory_of_its_moment() {
    let (mut chance, mut memory) = (Chance::new(), Memory::default());
    for _ in 0..60 {
        let services = (0..60).map(|_| chance.service()).collect();
        let mut world = chance.world_of(services);
        let directory = Directory::empty();
        let organizations =
            world.organizations.iter().cloned().map(|document| Change::present(Document::Organization(document)));
        directory.apply(0, organizations.chain(world.services.iter().map(present)).collect());
        directory.keep_calendars(world.calendars.clone());
        memory.enter(&world);
        let asked = Asked {
            near: Some(chance.position()),
            within_meters: None,
            order: ServiceOrder::Nearest,
            ..chance.asked(&world.services)
        };
        let mut query = Query { limit: 5, ..asked.query() };
        for version in 1.. {
            let page = directory.snapshot().search(&query);
            let mut rest = expected(&mut memory, &world.services, &asked, &mut BTreeSet::new());
            rest.retain(|hit| query.after.is_none_or(|after| hit.key > after));
            assert_eq!(page.has_more, rest.len() > query.limit);
            rest.truncate(query.limit);
            assert_eq!(found(&page), rest);
            let Some(last) = page.hits.last() else { break };
            query.after = Some(last.key);

            // The service that the cursor names goes, so do others; some come.
            let gone = [last.service.id, world.services[chance.up_to(9) as usize].id];
            world.services.retain(|service| !gone.contains(&service.id));
            let come: Vec<_> = (0..chance.up_to(2)).map(|_| chance.service()).collect();
            let changes = gone.map(|id| Change::Gone { id: EntryId::Service(id) });
            directory.apply(version, changes.into_iter().chain(come.iter().map(present)).collect());
            world.services.extend(come);
        }
    }
}

#[test]
fn two_directories_that_differ_only_in_what_is_hidden_answer_the_same() {
    let mut chance = Chance::new();
    for _ in 0..150 {
        let (profile, viewer) = (chance.profile(Fullness::Fair), chance.viewer());
        let everything: Vec<_> = (0..60).map(|_| chance.service()).collect();
        let shown: Vec<_> = everything.iter().filter(|service| viewer.knows(service)).cloned().collect();
        let (everything, shown) = (super::snapshot_of(&everything), super::snapshot_of(&shown));
        let near = if chance.one_in(4) { None } else { Some(chance.position()) };
        let seeker = Seeker { profile: &profile, ..plain_query().seeker };
        let mut query = Query { near, seeker, scope: &viewer.scope, ..plain_query() };
        loop {
            query.limit = 1 + chance.up_to(6) as usize;
            let (page, same) = (everything.search(&query), shown.search(&query));
            assert_eq!((found(&page), page.has_more), (found(&same), same.has_more));
            query.after = page.hits.last().map(|hit| hit.key);
            if !page.has_more {
                break;
            }
        }
    }
}
