//! What the chain costs: events hashed in a second, and the same bytes through plain SHA-256 in the same run.
#![allow(missing_docs, reason = "criterion's macros write the items")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relais::domain::audit::chain::{
    BEGINNING, Body, EventColumns, Hash, StoredEvent, hexadecimal, link, write_canonical,
};
use relais::domain::audit::verify::{Evidence, TrailVerifier};
use sha2::{Digest, Sha256};

const TRAIL: &str = "prj_abcdefghijklmnopqrstuvwxyz";
const EVENTS: i64 = 100_000;

/// A reading by a recipient: the longest of the common events.
fn columns(number: i64) -> EventColumns {
    EventColumns {
        at: 1_764_000_000_000_000 + number,
        actor_id: Some("acc_abcdefghijklmnopqrstuvwxyz".to_owned()),
        actor_role: Some("partner_agent".to_owned()),
        organization_id: Some("org_abcdefghijklmnopqrstuvwxyz".to_owned()),
        action: "disclosed".to_owned(),
        object: format!("ref_{number:026}"),
        fields: "adminStatus ageBand alias area consentScope contactRule languages need status urgency".to_owned(),
        purpose: "referral_answer".to_owned(),
        reason: None,
        consent_id: Some("con_abcdefghijklmnopqrstuvwxyz".to_owned()),
    }
}

fn chained(rows: &[EventColumns]) -> Hash {
    rows.iter().zip(1..).fold(BEGINNING, |hash, (row, sequence)| link(&hash, TRAIL, sequence, row))
}

fn plain(texts: &[Vec<u8>]) -> Hash {
    texts.iter().fold(BEGINNING, |_, text| Sha256::digest(text).into())
}

fn stored(rows: &[EventColumns]) -> Vec<StoredEvent> {
    let mut hash = BEGINNING;
    let entry = |(row, sequence): (&EventColumns, i64)| {
        hash = link(&hash, TRAIL, sequence, row);
        StoredEvent {
            trail: TRAIL.to_owned(),
            sequence,
            hash: hexadecimal(&hash),
            body: Body::Kept(Box::new(row.clone())),
        }
    };
    rows.iter().zip(1..).map(entry).collect()
}

fn timed<T>(run: impl Fn() -> T) -> Duration {
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    });
    fastest.min().unwrap_or_default()
}

fn print_rates(rows: &[EventColumns], texts: &[Vec<u8>], entries: &[StoredEvent]) {
    let rate = |time: Duration| EVENTS as f64 / time.as_secs_f64();
    let hashing = timed(|| chained(rows));
    let bare = timed(|| plain(texts));
    let verifying = timed(|| {
        let mut verifier = TrailVerifier::new(TRAIL, &[], Evidence::default());
        entries.iter().for_each(|entry| verifier.push(entry).expect("a good trail"));
    });
    let bytes: usize = texts.iter().map(Vec::len).sum();
    println!("audit: {} bytes an event", bytes / texts.len());
    println!("audit: {:.0} events hashed a second, {:.2} of plain SHA-256", rate(hashing), rate(hashing) / rate(bare));
    println!("audit: {:.0} events verified a second", rate(verifying));
    assert!(rate(hashing) >= 200_000.0, "the bar is 200,000 events a second");
}

fn audit(criterion: &mut Criterion) {
    let rows: Vec<EventColumns> = (0..EVENTS).map(columns).collect();
    let texts: Vec<Vec<u8>> = rows
        .iter()
        .zip(1..)
        .map(|(row, sequence)| {
            let mut text = b"relais/audit/1".to_vec();
            text.extend_from_slice(&BEGINNING);
            write_canonical(&mut text, TRAIL, sequence, row);
            text
        })
        .collect();
    print_rates(&rows, &texts, &stored(&rows));
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    group.throughput(Throughput::Elements(EVENTS.unsigned_abs()));
    group.bench_function("chain 100,000 events", |bencher| bencher.iter(|| chained(black_box(&rows))));
    group.finish();
}

criterion_group!(benches, audit);
criterion_main!(benches);
