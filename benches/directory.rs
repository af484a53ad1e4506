//! The twenty nearest services that fit one need, one person and one hour: the search against a plain scan that measures
//! every service, on the same generated directory and in the same run; and what loading, editing and keeping it costs.
//!
//! Absolute times depend on the machine and on its neighbours; the printed ratios are what to compare.

#[path = "generated/mod.rs"]
mod generated;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use generated::{Question, World, now, question, resident_bytes};
use relais::directory::{Change, Directory};
use relais::domain::directory::{Document, Service};
use relais::domain::fit::Verdict;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SIZES: [u32; 3] = [10_000, 100_000, 1_000_000];
/// A plain scan of a million takes so long that a few questions have to do.
const SCANNED: usize = 40;

/// Times of single answers, the shortest of so many of each, in the order of their length.
#[expect(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]
fn times<Q: Copy, T>(questions: &[Q], repeats: usize, answer: impl Fn(Q) -> T) -> Vec<Duration> {
    let timed = |question: Q| {
        let started = Instant::now();
        black_box(answer(question));
        started.elapsed()
    };
    let mut times: Vec<_> =
        questions.iter().map(|question| (0..repeats).map(|_| timed(*question)).min().unwrap_or_default()).collect();
    times.sort_unstable();
    times
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn nearest_twenty_that_fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("nearest_20_that_fit");
    for size in SIZES {
        let world = World::generate(size);
        let questions: Vec<_> = (0..2_000).map(question).collect();
        for question in &questions[..SCANNED] {
            let found: Vec<_> = world.walk(*question).hits.iter().map(|hit| hit.service.id).collect();
            assert_eq!(found, world.scan(*question), "both ways give the same answer");
        }
        let walks = times(&questions, 3, |question| world.walk(question));
        let scans = times(&questions[..SCANNED], 3, |question| world.scan(question));
        let rare = times(&questions, 3, |question| world.walk_rare(question));
        // Each once, at a minute of its own behind all that were asked about before.
        let minutes = |(asked, minutes): (&Question, i64)| Question {
            open_at: now().plus_hours(73).plus_minutes(minutes),
            ..*asked
        };
        let fresh =
            times(&questions.iter().zip(0..).map(minutes).collect::<Vec<_>>(), 1, |question| world.walk(question));
        let pages = questions.iter().map(|question| world.walk(*question));
        let (examined, opened) = pages.fold((0, 0), |(examined, opened), page| {
            (examined + page.candidates_examined, opened + page.branches_opened)
        });
        let (p50, p99) = (percentile(&walks, 50), percentile(&walks, 99));
        println!(
            "{size} services: p50 {p50:.1?}, p99 {p99:.1?} (at a new minute and asked once {:.1?} and {:.1?}), plain scan {:.1?} (ratio {:.0}); where nobody fits within 30 km p50 {:.1?} \
             (ratio {:.2}), p99 {:.1?}; on average {} sites measured, {} branches opened",
            percentile(&fresh, 50),
            percentile(&fresh, 99),
            percentile(&scans, 50),
            ratio(percentile(&scans, 50), p50),
            percentile(&rare, 50),
            ratio(percentile(&rare, 50), p50),
            percentile(&rare, 99),
            examined / questions.len(),
            opened / questions.len(),
        );
        let mut next = questions.iter().cycle();
        group.bench_function(BenchmarkId::new("search", size), |bencher| {
            bencher.iter(|| next.next().map(|question| world.walk(*question)));
        });
    }
    group.finish();
}

/// What the directory takes in memory, against the text that is stored.
fn memory(_: &mut Criterion) {
    for size in [100_000, 1_000_000] {
        let before = resident_bytes();
        let (mut text_bytes, directory) = (0, Directory::empty());
        let mut changes = Vec::new();
        for service in generated::services(size) {
            text_bytes += serde_json::to_string(&Document::Service(service.clone())).map_or(0, |text| text.len());
            changes.push(present(service));
        }
        directory.apply(0, changes);
        let held = resident_bytes().saturating_sub(before);
        let allowed = 2 * text_bytes + 250 * size as usize;
        println!(
            "{size} services: {held} bytes resident, {} of them indexes; stored text {text_bytes} bytes; allowed {allowed} (ratio {:.2})",
            directory.snapshot().index_bytes(),
            held as f64 / allowed as f64,
        );
    }
}

fn present(service: Service) -> Change {
    Change::present(Document::Service(service))
}

/// What one edited entry costs before the next search sees it, and what a whole new base costs.
fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("changes");
    group.sample_size(10);
    for size in [10_000, 100_000] {
        let world = World::generate(size);
        let services = world.services().to_vec();
        let all: Vec<_> = services.iter().map(|service| present(Service::clone(service))).collect();
        let loaded = || {
            let directory = Directory::empty();
            directory.apply(0, all.clone());
            (directory, 0)
        };
        group.bench_function(BenchmarkId::new("one_edited_entry", size), |bencher| {
            let mut state = loaded();
            bencher.iter(|| {
                state.1 += 1;
                // Keeps the overlay at its usual size, as the merge beside it does.
                let entry = usize::try_from(state.1 % 200).unwrap_or_default();
                state.0.apply(state.1, vec![present(Service::clone(&services[entry]))]);
            });
        });
        group.bench_function(BenchmarkId::new("whole_base", size), |bencher| {
            bencher.iter_batched_ref(
                || (Directory::empty(), all.clone()),
                |(directory, all)| directory.apply(0, std::mem::take(all)),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// The verdict alone, which every hit costs.
fn verdicts(criterion: &mut Criterion) {
    let world = World::generate(10_000);
    let question = question(0);
    criterion.bench_function("verdict", |bencher| {
        let mut services = world.services().iter().cycle();
        bencher.iter(|| services.next().map(|service| world.judge(service, question).verdict == Verdict::No));
    });
    black_box(now());
}

criterion_group!(benches, nearest_twenty_that_fit, changes, verdicts, memory);
criterion_main!(benches);
