//! What the guard costs, as a ratio to parsing an ordinary query in the same run.
//!
//! Absolute times say little on a shared machine; the ratios and the guard's own worst
//! cases do.
#![allow(missing_docs, reason = "criterion's macros write the items")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]

#[path = "../tests/it/hostile/generator.rs"]
mod generator;

use std::hint::black_box;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use criterion::{Criterion, criterion_group, criterion_main};
use generator::documents;
use relais::graphql::guard::{Refused, measure, scan};
use relais::graphql::limits::Limits;

const LIMITS: Limits = Limits::STANDARD;

const ORDINARY: &str = "query Find($near: PositionInput!, $first: Int = 20) {
  services(filter: {area: {near: $near}, need: LEGAL}, first: $first) {
    nodes { id name status openingHours phone languages distanceMeters
            organization { id name } location { area { id name } } }
    pageInfo { hasNextPage endCursor }
  }
}";

fn guarded(text: &str) -> Result<(), Refused> {
    scan(text, &LIMITS)?;
    if let Ok(document) = parse_query(text) {
        measure(&document, None, &LIMITS)?;
    }
    Ok(())
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn percentile(sorted: &[Duration], of_thousand: usize) -> Duration {
    sorted[(sorted.len() - 1) * of_thousand / 1_000]
}

/// Not a criterion measurement: the point is the tail over many different documents.
fn print_tail() {
    let mut ordinary: Vec<_> = (0..1_000).map(|_| timed(|| drop(black_box(parse_query(ORDINARY))))).collect();
    ordinary.sort_unstable();
    let unit = percentile(&ordinary, 500);
    let mut hostile: Vec<_> = documents(0x5245_4c41_4953, 10_000)
        .map(|document| {
            let mut answer = Ok(());
            let time = timed(|| answer = black_box(guarded(&document.text)));
            let refused = document.refusal.is_none_or(|_| answer.is_err());
            assert!(refused, "a document over a limit passed: {}", document.kind);
            (time, document.kind)
        })
        .collect();
    hostile.sort_unstable();
    let times: Vec<_> = hostile.iter().map(|(time, _)| *time).collect();
    println!("guard over 10,000 hostile documents; 1.0 = parse_query of an ordinary query ({unit:?})");
    for (name, of_thousand) in [("p50", 500), ("p99", 990), ("p99.9", 999), ("max", 1_000)] {
        let time = percentile(&times, of_thousand);
        println!("  {name:>5} {time:>10.1?}  x{:.1}", time.as_secs_f64() / unit.as_secs_f64());
    }
    println!("  slowest kind: {}", hostile.last().map_or("none", |(_, kind)| kind));
}

fn guard(criterion: &mut Criterion) {
    print_tail();
    let document = parse_query(ORDINARY).expect("ordinary");
    let mut group = criterion.benchmark_group("guard");
    group.bench_function("parse_query", |bencher| bencher.iter(|| parse_query(black_box(ORDINARY))));
    group.bench_function("scan", |bencher| bencher.iter(|| scan(black_box(ORDINARY), &LIMITS)));
    group.bench_function("measure", |bencher| {
        bencher.iter(|| measure(black_box(&document), None, &LIMITS));
    });
    group.finish();
}

criterion_group!(benches, guard);
criterion_main!(benches);
