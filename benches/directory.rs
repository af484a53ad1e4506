//! The twenty nearest services that fit one need and one person: the search against a plain scan that
//! measures every service, on the same generated directory and in the same run.
//!
//! Absolute times depend on the machine and on its neighbours; the printed ratio is what to compare.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use relais::directory::{Change, Directory, Page, Query, Snapshot};
use relais::domain::code::CodeList;
use relais::domain::directory::{Document, Place, Service, Tier};
use relais::domain::fit::{Finding, Seeker, Verdict, fit, need_finding};
use relais::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use relais::domain::need::{Need, NeedFamily};
use relais::domain::place::Position;
use relais::domain::profile::{AgeBand, Gender, Language, Profile};
use relais::domain::ranking::ServiceOrder;
use relais::domain::scope::DirectoryScope;
use relais::domain::time::Timestamp;
use serde_json::{Value, json};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SIZES: [u32; 2] = [10_000, 100_000];
const LIMIT: usize = 20;
const KEPT: &[Verdict] = &[Verdict::Match, Verdict::ToConfirm];

/// A directory and the questions that are put to it.
struct World {
    services: Vec<Arc<Service>>,
    snapshot: Arc<Snapshot>,
    questions: Vec<(Position, Need)>,
    profile: Profile,
    scope: DirectoryScope,
}

impl World {
    fn generate(count: u32) -> Self {
        let mut chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let documents: Vec<_> = (0..count).map(|number| service(&mut chance, number)).collect();
        let directory = Directory::empty();
        directory.apply(0, documents.iter().cloned().map(present).collect());
        let ask = |_| (position(&mut chance), Need::ALL[chance.random_range(0..Need::ALL.len())]);
        Self {
            questions: (0..200).map(ask).collect(),
            services: documents.into_iter().map(Arc::new).collect(),
            snapshot: directory.snapshot(),
            profile: Profile {
                age_band: Some(AgeBand::From15To17),
                gender: Some(Gender::Woman),
                languages: Language::parse("ti").into_iter().collect(),
                ..Profile::default()
            },
            scope: DirectoryScope::new(None, None, |kind| kind.tier <= Tier::Network),
        }
    }

    fn seeker(&self, need: Need) -> Seeker<'_> {
        let at = now();
        Seeker { need: Some(need), profile: &self.profile, accessibility: &[], areas: &[], areas_within: &[], at }
    }

    fn walk(&self, (near, need): (Position, Need)) -> Page {
        self.snapshot.search(&Query {
            near: Some(near),
            within_meters: None,
            region: None,
            words: None,
            seeker: self.seeker(need),
            open_at: None,
            verdicts: KEPT,
            scope: &self.scope,
            answering: None,
            order: ServiceOrder::Nearest,
            after: None,
            limit: LIMIT,
        })
    }

    /// Measures every service that answers the need, sorts them, and judges them until twenty are kept.
    fn scan(&self, (near, need): (Position, Need)) -> Vec<ServiceId> {
        let offers = |service: &&Arc<Service>| {
            self.scope.admits(service) && need_finding(service, need) != Some(Finding::Excluded)
        };
        let to_place =
            |place: &Place| place.search_position().map_or(f64::INFINITY, |there| near.distance_meters(there));
        let distance = |service: &Service| service.places.iter().map(to_place).fold(f64::INFINITY, f64::min);
        let mut ranked: Vec<_> =
            self.services.iter().filter(offers).map(|service| (distance(service), service)).collect();
        ranked.sort_unstable_by(|(a, left), (b, right)| a.total_cmp(b).then(left.id.cmp(&right.id)));
        let kept = |service: &Service| KEPT.contains(&fit(service, &self.seeker(need), None).verdict);
        ranked.iter().filter(|(_, service)| kept(service)).take(LIMIT).map(|(_, service)| service.id).collect()
    }
}

fn now() -> Timestamp {
    Timestamp::from_microseconds(1_795_000_000_000_000)
}

fn present(service: Service) -> Change {
    Change::Present { document: Document::Service(service) }
}

/// Somewhere along the corridor, half of the time close to one of its towns.
fn position(chance: &mut TestRng) -> Position {
    const TOWNS: [(f64, f64); 6] = [
        (50.9513, 1.8587),
        (48.8566, 2.3522),
        (43.2965, 5.3698),
        (36.8065, 10.1815),
        (32.8872, 13.1913),
        (18.0735, -15.9582),
    ];
    let (latitude, longitude, spread) = if chance.random_ratio(1, 2) {
        let (latitude, longitude) = TOWNS[chance.random_range(0..TOWNS.len())];
        (latitude, longitude, 0.3)
    } else {
        (32.0, 11.0, 20.0)
    };
    let mut near = |center: f64| center + chance.random_range(-spread..=spread);
    Position::new(near(latitude), near(longitude)).expect("within the ranges")
}

fn service(chance: &mut TestRng, number: u32) -> Service {
    let mut bytes = [0; 16];
    chance.fill_bytes(&mut bytes);
    let mut one_in = |count| chance.random_ratio(1, count);
    let full = one_in(5).then(|| json!({ "status": "full", "updated_at_microseconds": now().microseconds() }));
    let welcome = if one_in(2) { "exclusive" } else { "preferential" };
    let ages = if one_in(3) { json!({ "minimum_age": 18 }) } else { json!({ "minimum_age": 12 }) };
    let (family_only, two_places, one_of_two_needs) = (one_in(20), one_in(10), one_in(2));
    let mut need = || Need::ALL[chance.random_range(0..Need::ALL.len())];
    let needs: Vec<Need> =
        if family_only { vec![] } else { (0..1 + u32::from(one_of_two_needs)).map(|_| need()).collect() };
    let families: Vec<NeedFamily> = if family_only { vec![need().family()] } else { vec![] };
    let places: Vec<Value> = (0..1 + u32::from(two_places))
        .map(|_| json!({ "id": LocationId::from_bytes(bytes), "kind": "physical", "position": position(chance) }))
        .collect();
    let document = json!({
        "id": ServiceId::from_bytes(bytes), "organization_id": OrganizationId::derived("bench", &(number / 4).to_string()),
        "name": format!("Service {number}"), "needs": needs, "need_families": families, "status": "open",
        "welcome": welcome, "eligibility": ages, "languages": ["fr", "ar"], "capacity": full, "places": places,
        "verified_on": "2026-06-01", "tier": "public",
    });
    serde_json::from_value(document).expect("a service")
}

/// Mean time of one answer.
#[expect(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]
fn mean<T>(world: &World, answer: impl Fn(&World, (Position, Need)) -> T) -> Duration {
    let started = Instant::now();
    for question in &world.questions {
        black_box(answer(world, *question));
    }
    started.elapsed() / u32::try_from(world.questions.len()).expect("a few hundred questions")
}

/// The smallest of three means, since a shared machine only ever adds time.
fn least_mean<T>(world: &World, answer: impl Fn(&World, (Position, Need)) -> T) -> Duration {
    (0..3).map(|_| mean(world, &answer)).min().unwrap_or_default()
}

fn nearest_twenty_that_fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("nearest_20_that_fit");
    for size in SIZES {
        let world = World::generate(size);
        let (mut examined, mut opened) = (0, 0);
        for question in &world.questions {
            let page = world.walk(*question);
            examined += page.candidates_examined;
            opened += page.branches_opened;
            let found: Vec<_> = page.hits.iter().map(|hit| hit.service.id).collect();
            assert_eq!(found, world.scan(*question), "both ways give the same answer");
        }
        let (walk, scan) = (least_mean(&world, World::walk), least_mean(&world, World::scan));
        println!(
            "{size} services: search {walk:.1?}, plain scan {scan:.1?}, ratio {:.0}; on average {} candidates examined and {} branches opened",
            scan.as_secs_f64() / walk.as_secs_f64(),
            examined / world.questions.len(),
            opened / world.questions.len(),
        );
        let mut questions = world.questions.iter().cycle();
        group.bench_function(BenchmarkId::new("search", size), |bencher| {
            bencher.iter(|| questions.next().map(|question| world.walk(*question)));
        });
        let mut questions = world.questions.iter().cycle();
        group.bench_function(BenchmarkId::new("plain_scan", size), |bencher| {
            bencher.iter(|| questions.next().map(|question| world.scan(*question)));
        });
    }
    group.finish();
}

/// What every refresh pays, since it builds all indexes anew.
fn rebuild(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rebuild");
    group.sample_size(10);
    for size in SIZES {
        let world = World::generate(size);
        let changes: Vec<_> = world.services.iter().map(|service| present(Service::clone(service))).collect();
        let loaded = || {
            let directory = Directory::empty();
            directory.apply(0, changes.clone());
            directory
        };
        group.bench_function(BenchmarkId::new("one_change", size), |bencher| {
            bencher.iter_batched_ref(loaded, |directory| directory.apply(1, vec![]), BatchSize::LargeInput);
        });
    }
    group.finish();
}

criterion_group!(benches, nearest_twenty_that_fit, rebuild);
criterion_main!(benches);
