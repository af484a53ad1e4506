//! Random worlds, with everything that geometry and data can do wrong, against a brute force that sorts
//! the whole world for each question. All is drawn from one seed, so a failure repeats.

use super::super::{
    AreaRegion, Change, Directory, Distance, EntryId, Hit, Page, Query, Region, SearchKey, SearchWords, Snapshot,
};
use super::{at, now, organization, place, present, redacted_place, service};
use crate::domain::code::CodeList;
use crate::domain::country::CountryCode;
use crate::domain::directory::{
    Capacity, CapacityStatus, CapacityUnit, Document, Eligibility, Place, Service, Specialisation, Tier,
};
use crate::domain::fit::{Seeker, Verdict, fit};
use crate::domain::freshness::freshness;
use crate::domain::geography::search_area::{BoundingBox, SearchPolygon};
use crate::domain::id::{Identifier, OrganizationId, ProjectId};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::{Closure, HolidayCalendars, OpeningStatus};
use crate::domain::place::{AreaCode, AreaTree, DistanceBand, Position};
use crate::domain::profile::Profile;
use crate::domain::ranking::{Observed, RankedDistance, ServiceOrder, standing};
use crate::domain::scope::{DirectoryScope, EntryKind};
use crate::domain::time::{Date, Timestamp};
use crate::domain::words::index::WordIndex;
use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::HashMap;
use std::sync::Arc;

const NEEDS: [Need; 4] = [Need::LegalAsylum, Need::LegalResidence, Need::ShelterMinor, Need::ShelterWomenSafe];

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

    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.0.random_range(0..values.len())].clone()
    }

    fn pick_some<T: Clone>(&mut self, values: &[T], most: u32) -> Vec<T> {
        (0..self.up_to(most)).map(|_| self.pick(values)).collect()
    }

    fn perhaps<T: CodeList>(&mut self) -> Option<T> {
        if self.one_in(2) { None } else { Some(self.pick(T::ALL)) }
    }

    fn position(&mut self) -> Position {
        let crowded = [
            at(90.0, 0.0),
            at(90.0, 120.0),
            at(-90.0, -45.0),
            at(0.0, 180.0),
            at(0.0, -180.0),
            at(10.0, 179.9999),
            at(10.0, -179.9999),
            at(50.9513, 1.8587),
            at(-50.9513, -178.1413),
            at(0.0, 0.0),
        ];
        let base = self.pick(&crowded);
        match self.up_to(3) {
            0 => base,
            // A few metres away, at most.
            1 => {
                let mut shift = || f64::from(self.up_to(20)) * 1e-6 - 1e-5;
                at((base.latitude() + shift()).clamp(-90.0, 90.0), (base.longitude() + shift()).clamp(-180.0, 180.0))
            }
            // A coarse grid, so that different positions lie equally far.
            2 => at(f64::from(self.up_to(12)) * 15.0 - 90.0, f64::from(self.up_to(24)) * 15.0 - 180.0),
            _ => at(self.0.random_range(-90.0..=90.0), self.0.random_range(-180.0..=180.0)),
        }
    }

    fn place(&mut self) -> Place {
        match self.up_to(9) {
            0 => place(None),
            1 => redacted_place(None),
            2 => redacted_place(Some(self.position())),
            // As if an importer had forgotten to drop the point.
            3 => Place { position: Some(self.position()), ..redacted_place(Some(self.position())) },
            _ => place(Some(self.position())),
        }
    }

    fn capacity(&mut self) -> Option<Capacity> {
        let status = self.perhaps::<CapacityStatus>()?;
        let told_at = now().plus_hours(-i64::from(self.up_to(40)));
        let (unit, updated_at_microseconds) = (Some(CapacityUnit::Bed), Some(told_at.microseconds()));
        Some(Capacity { unit, updated_at_microseconds, ..Capacity::of(status) })
    }

    fn service(&mut self) -> Service {
        let places = (0..self.up_to(3)).map(|_| self.place()).collect();
        let number = self.0.next_u32();
        let eligibility = match self.up_to(2) {
            0 => Eligibility { genders: self.pick_some(CodeList::ALL, 2), ..Eligibility::default() },
            1 => Eligibility { age_bands: self.pick_some(CodeList::ALL, 3), ..Eligibility::default() },
            _ => Eligibility::default(),
        };
        Service {
            organization_id: self.pick(&[1, 2, 3].map(|number| organization(number).id)),
            needs: self.pick_some(&NEEDS, 3),
            need_families: if self.one_in(4) {
                vec![self.pick(&[NeedFamily::Legal, NeedFamily::Shelter])]
            } else {
                vec![]
            },
            status: if self.one_in(5) { self.pick(CodeList::ALL) } else { service(0, vec![]).status },
            welcome: self.perhaps(),
            eligibility,
            capacity: self.capacity(),
            specialisations: if self.one_in(8) { vec![Specialisation::Gbv] } else { vec![] },
            tier: if self.one_in(2) { Tier::Public } else { self.pick(Tier::ALL) },
            projects: self.pick_some(&PROJECTS.map(ProjectId::from_bytes), 2),
            name: self
                .pick(&["Night shelter", "Lawyers for all", "Aide à l'asile", "مأوى الليل", "Service"])
                .to_owned(),
            opening_hours: self.pick(&HOURS).map(str::to_owned),
            country: CountryCode::parse(self.pick(&["FR", "LY"])).ok(),
            accessibility: self.pick_some(CodeList::ALL, 2),
            areas_served: self.pick_some(&AREAS.map(area), 1),
            closures: if self.one_in(10) {
                vec![Closure { from: now().date(), until: now().plus_days(i64::from(self.up_to(3))).date() }]
            } else {
                vec![]
            },
            do_not_use: self.one_in(20),
            merged_into: if self.one_in(20) { Some(service(7, vec![]).id) } else { None },
            ..service(number, places)
        }
    }

    /// A part of the earth, in every shape that one can be told in.
    fn region(&mut self) -> Option<Region<'static>> {
        match self.up_to(7) {
            0 => {
                let (one, other) = (self.position(), self.position());
                let south = one.latitude().min(other.latitude());
                let north = one.latitude().max(other.latitude());
                let corners = (at(south, one.longitude()), at(north, other.longitude()));
                BoundingBox::new(corners.0, corners.1).ok().map(Region::Box)
            }
            1 => {
                let ring: Vec<_> = (0..3).map(|_| self.position()).collect();
                let closed = ring.iter().chain(ring.first()).copied().collect();
                SearchPolygon::new(&[closed]).ok().map(Region::Polygon)
            }
            2 => {
                let code = area(self.pick(&["FR", "FR-62193", "LY0215"]));
                Some(Region::Area(AreaRegion { code, areas: &Prefixes, shape: None }))
            }
            _ => None,
        }
    }

    /// Words, at times with an error or not finished.
    fn typed(&mut self) -> Option<(String, bool)> {
        let words = ["lawyer", "lawyers", "lawyr", "asil", "asile", "night", "مأوى", "associaton", "shel", "service"];
        let count = if self.one_in(3) { 1 + self.up_to(1) } else { return None };
        let text = (0..count).map(|_| self.pick(&words)).collect::<Vec<_>>().join(" ");
        Some((text, self.one_in(2)))
    }

    /// The services, some of them only after others had been read, and some as they were before.
    fn snapshot_of(&mut self, services: &[Service]) -> Arc<Snapshot> {
        let directory = Directory::empty();
        let known = [1, 2, 3].map(organization).map(|document| Change::present(Document::Organization(document)));
        let (mut first, mut later) = (known.to_vec(), Vec::new());
        for service in services {
            match self.up_to(3) {
                0 => later.push(present(service)),
                1 => {
                    let id = EntryId::Service(service.id);
                    first.push(present(&Service { places: vec![place(Some(self.position()))], ..service.clone() }));
                    later.extend([Change::Gone { id }, present(service)]);
                }
                _ => first.push(present(service)),
            }
        }
        directory.apply(0, first);
        directory.keep_calendars(Arc::default());
        directory.apply(1, later);
        directory.merge();
        directory.snapshot()
    }

    fn profile(&mut self) -> Profile {
        Profile { age_band: self.perhaps(), gender: self.perhaps(), ..Profile::default() }
    }

    fn scope(&mut self) -> DirectoryScope {
        let project = if self.one_in(2) { Some(ProjectId::from_bytes(self.pick(&PROJECTS))) } else { None };
        let organization = if self.one_in(3) { Some(organization(2).id) } else { None };
        // Any kinds at all: which of them a viewer may know of is decided elsewhere.
        let known: Vec<_> = EntryKind::all().filter(|_| self.one_in(2)).collect();
        let with_capacity: Vec<_> = EntryKind::all().filter(|_| self.one_in(2)).collect();
        DirectoryScope::new(project, organization, |kind| known.contains(&kind))
            .telling_capacity(|kind| with_capacity.contains(&kind))
    }

    fn reach(&mut self, near: Option<Position>, services: &[Service]) -> Option<f64> {
        match self.up_to(3) {
            0 => Some(self.0.random_range(0.0..2.1e7)),
            // Exactly as far as some place: the bound is inclusive.
            1 => {
                let places: Vec<_> = services.iter().flat_map(|service| &service.places).collect();
                let position = places.get(self.up_to(40) as usize).and_then(|place| place.search_position());
                Some(near?.distance_meters(position?))
            }
            _ => None,
        }
    }
}

/// Areas whose codes begin with those of the areas that they lie in.
#[derive(Debug)]
struct Prefixes;

impl AreaTree for Prefixes {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        part.as_str().starts_with(whole.as_str())
    }

    fn are_apart(&self, one: &AreaCode, other: &AreaCode) -> bool {
        let is_known = [one, other].iter().all(|area| area.as_str() != UNKNOWN_AREA);
        is_known && !self.covers(one, other) && !self.covers(other, one)
    }
}

/// The code of an EPCI, which no map holds.
const UNKNOWN_AREA: &str = "FR-200054781";

const AREAS: [&str; 4] = ["FR-62193", "FR-93055", "LY0215", UNKNOWN_AREA];

const HOURS: [Option<&str>; 5] =
    [None, Some("24/7"), Some("Mo-Fr 09:00-17:00"), Some("Tu 18:00-02:00; PH off"), Some("le soir")];

fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).expect("an area code")
}

const PROJECTS: [[u8; 16]; 2] = [[1; 16], [2; 16]];

/// A hit as the oracle expects it.
#[derive(Debug, PartialEq)]
struct Expected {
    key: SearchKey,
    place: Option<usize>,
    distance: Option<Distance>,
    verdict: Verdict,
}

/// The nearest of the places that lie where they have to, in metres and by index; `None` where none has a point.
fn nearest_place(service: &Service, query: &Query<'_>) -> Option<(f64, usize)> {
    let mut nearest: Option<(f64, usize)> = None;
    for (index, place) in service.places.iter().enumerate() {
        let position = if place.redacted { place.area.as_ref().and_then(|area| area.center) } else { place.position };
        let is_wanted = query.region.is_none_or(|region| region.contains(place));
        if let (Some(near), Some(position), true) = (query.near, position, is_wanted) {
            let meters = near.distance_meters(position);
            if nearest.is_none_or(|(least, _)| meters < least) {
                nearest = Some((meters, index));
            }
        }
    }
    nearest
}

/// Hours, their country, closures, and an instant in microseconds.
type HoursAt = (Option<String>, Option<CountryCode>, Vec<(Date, Date)>, i64);

/// What the oracle has found out before: reading hours and words takes it longer than all else.
#[derive(Default)]
struct Memory {
    openings: HashMap<HoursAt, OpeningStatus>,
    scores: HashMap<(String, OrganizationId, String, bool), Option<u32>>,
}

impl Memory {
    fn opening(&mut self, service: &Service, at: Timestamp) -> OpeningStatus {
        let key = (
            service.opening_hours.clone(),
            service.country,
            service.closures.iter().map(|closure| (closure.from, closure.until)).collect(),
            at.microseconds(),
        );
        let state = || service.opening().state_at(at, &HolidayCalendars::default()).status;
        *self.openings.entry(key).or_insert_with(state)
    }

    fn score(&mut self, service: &Service, words: &SearchWords<'_>) -> Option<u32> {
        let key = (service.name.clone(), service.organization_id, words.text.to_owned(), words.is_typing);
        *self.scores.entry(key).or_insert_with(|| word_score(service, words))
    }
}

/// How well one service answers the words: an index of this one text alone.
fn word_score(service: &Service, words: &SearchWords<'_>) -> Option<u32> {
    let names = [Some(&service.name), service.alternate_name.as_ref(), service.description.as_ref()];
    let organization = organization(service.organization_id.bytes()[0]);
    let text: Vec<_> = names.into_iter().flatten().chain([&organization.name]).map(String::as_str).collect();
    let found = WordIndex::new([(0, &*text.join(" "))]).search(words.text, words.is_typing);
    found.unwrap_or_default().first().map(|found| found.score)
}

/// One service judged; `None` where it is not found.
fn expected_hit(memory: &mut Memory, service: &Service, query: &Query<'_>) -> Option<(Expected, f64)> {
    let need = query.seeker.need;
    let answers = |need: Need| service.needs.contains(&need) || service.need_families.contains(&need.family());
    let opening = query.open_at.map(|at| memory.opening(service, at));
    let at = query.seeker.at;
    let capacity = query.scope.capacity_status_at(service, at);
    let fit = fit(service, &query.seeker, opening, capacity);
    let wanted = query.verdicts.is_empty() || query.verdicts.contains(&fit.verdict);
    let is_hidden = !query.scope.admits(service) || service.do_not_use || service.merged_into.is_some();
    let lies_there = query.region.is_none_or(|region| service.places.iter().any(|place| region.contains(place)));
    if is_hidden || !need.is_none_or(answers) || !wanted || !lies_there {
        return None;
    }
    let score = match &query.words {
        Some(words) => Some(memory.score(service, words)?),
        None => None,
    };
    let nearest = nearest_place(service, query);
    let meters = nearest.map_or(f64::INFINITY, |(meters, _)| meters);
    if query.near.is_some() && query.within_meters.is_some_and(|most| meters > most) {
        return None;
    }
    let distance = nearest.map(|(meters, index)| match service.places[index].redacted {
        true => Distance::Band(DistanceBand::of_center(meters)),
        false => Distance::Meters(meters),
    });
    let rank = match (query.near, score) {
        (None, Some(score)) => 1e6 - f64::from(score),
        _ => meters,
    };
    let ranked = distance.map(|distance| match distance {
        Distance::Meters(meters) => RankedDistance::Meters(meters),
        Distance::Band(band) => RankedDistance::Band(band),
    });
    let freshness = freshness(service, at.date()).score;
    let observed = Observed { fit: &fit, opening, capacity, distance: ranked, freshness, answering: None };
    let score = standing(&observed).score;
    let key = SearchKey::new(rank, service.id);
    Some((Expected { key, place: nearest.map(|(_, index)| index), distance, verdict: fit.verdict }, score))
}

/// All hits of a query from its beginning: each service judged, all of them sorted.
fn expected(memory: &mut Memory, services: &[Service], query: &Query<'_>) -> Vec<Expected> {
    let mut hits: Vec<_> = services.iter().filter_map(|service| expected_hit(memory, service, query)).collect();
    let sort = |hits: &mut Vec<(Expected, f64)>| {
        hits.sort_by(|(a, _), (b, _)| {
            let by_distance = a.key.distance_meters().partial_cmp(&b.key.distance_meters()).expect("never NaN");
            by_distance.then_with(|| a.key.service().bytes().cmp(&b.key.service().bytes()))
        });
    };
    sort(&mut hits);
    if query.order == ServiceOrder::Best {
        hits.truncate(200);
        for (hit, score) in &mut hits {
            hit.key = SearchKey::new(1.0 - *score, hit.key.service());
        }
        sort(&mut hits);
    }
    hits.into_iter().map(|(hit, _)| hit).collect()
}

fn found(page: &Page) -> Vec<Expected> {
    let hit = |hit: &Hit| {
        assert_eq!(hit.key.service(), hit.service.id);
        Expected { key: hit.key, place: hit.place, distance: hit.distance, verdict: hit.fit.verdict }
    };
    page.hits.iter().map(hit).collect()
}

#[test]
fn ten_thousand_random_searches_with_all_filters_agree_with_a_brute_force_page_by_page() {
    let (mut chance, mut memory) = (Chance::new(), Memory::default());
    let (mut hits, mut pages) = (0, 0);
    for world in 0..200 {
        let services: Vec<_> = (0..chance.up_to(80)).map(|_| chance.service()).collect();
        let snapshot = chance.snapshot_of(&services);
        for number in 0..50 {
            let near = if chance.one_in(8) { None } else { Some(chance.position()) };
            let (profile, scope, region, typed) = (chance.profile(), chance.scope(), chance.region(), chance.typed());
            let (verdicts, accessibility) = (chance.pick_some(Verdict::ALL, 2), chance.pick_some(CodeList::ALL, 1));
            let profile = Profile { area: chance.pick_some(&AREAS.map(area), 1).pop(), ..profile };
            let mut query = Query {
                near,
                within_meters: chance.reach(near, &services),
                region: region.as_ref(),
                words: typed.as_ref().map(|(text, is_typing)| SearchWords { text, is_typing: *is_typing }),
                seeker: Seeker {
                    need: if chance.one_in(3) { None } else { Some(chance.pick(&NEEDS)) },
                    profile: &profile,
                    accessibility: &accessibility,
                    areas: &Prefixes,
                    ..super::plain_query().seeker
                },
                open_at: if chance.one_in(2) { Some(now().plus_hours(7 * i64::from(chance.up_to(9)))) } else { None },
                verdicts: &verdicts,
                scope: &scope,
                order: if chance.one_in(4) { ServiceOrder::Best } else { ServiceOrder::Nearest },
                ..super::plain_query()
            };
            let expected = expected(&mut memory, &services, &query);
            let mut seen = Vec::new();
            loop {
                query.limit = chance.up_to(12) as usize;
                let page = snapshot.search(&query);
                seen.extend(found(&page));
                pages += 1;
                let context = format!("world {world}, search {number}: {query:?}");
                assert_eq!(seen, expected[..seen.len().min(expected.len())], "{context}");
                assert_eq!(page.has_more, seen.len() < expected.len(), "{context}");
                assert!(page.hits.len() == query.limit || !page.has_more, "{context}");
                query.after = page.hits.last().map(|hit| hit.key).or(query.after);
                if !page.has_more {
                    break;
                }
            }
            assert_eq!(seen.len(), expected.len());
            hits += seen.len();
        }
    }
    assert!(hits > 20_000 && pages > 10_000, "the worlds became too poor to tell anything: {hits} hits, {pages} pages");
}

#[test]
fn each_page_is_right_for_the_directory_of_its_moment() {
    let (mut chance, mut memory) = (Chance::new(), Memory::default());
    for _ in 0..100 {
        let mut services: Vec<_> = (0..60).map(|_| chance.service()).collect();
        let directory = Directory::empty();
        directory.apply(0, services.iter().map(present).collect());
        let (profile, scope) = (chance.profile(), chance.scope());
        let near = Some(chance.position());
        let seeker = Seeker { profile: &profile, ..super::plain_query().seeker };
        let mut query = Query { near, seeker, scope: &scope, limit: 5, ..super::plain_query() };
        for version in 1.. {
            let page = directory.snapshot().search(&query);
            let mut rest = expected(&mut memory, &services, &query);
            rest.retain(|hit| query.after.is_none_or(|after| hit.key > after));
            assert_eq!(page.has_more, rest.len() > query.limit);
            rest.truncate(query.limit);
            assert_eq!(found(&page), rest);
            let Some(last) = page.hits.last() else { break };
            query.after = Some(last.key);

            // The service that the cursor names goes, so do others; some come.
            let gone = [last.service.id, services[chance.up_to(9) as usize].id];
            services.retain(|service| !gone.contains(&service.id));
            let come: Vec<_> = (0..chance.up_to(2)).map(|_| chance.service()).collect();
            let changes = gone.map(|id| Change::Gone { id: EntryId::Service(id) });
            directory.apply(version, changes.into_iter().chain(come.iter().map(present)).collect());
            services.extend(come);
        }
    }
}

#[test]
fn two_directories_that_differ_only_in_what_is_hidden_answer_the_same() {
    let mut chance = Chance::new();
    for _ in 0..300 {
        let (profile, scope) = (chance.profile(), chance.scope());
        let everything: Vec<_> = (0..60).map(|_| chance.service()).collect();
        let shown: Vec<_> = everything.iter().filter(|service| scope.admits(service)).cloned().collect();
        let (everything, shown) = (super::snapshot_of(&everything), super::snapshot_of(&shown));
        let near = if chance.one_in(4) { None } else { Some(chance.position()) };
        let seeker = Seeker { profile: &profile, ..super::plain_query().seeker };
        let mut query = Query { near, seeker, scope: &scope, ..super::plain_query() };
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
