//! From the database into memory: how long a node takes until it can search, what it holds then, when an edit is seen by
//! the writer's next search, and what is left in memory after the whole directory was written anew.

#[path = "generated/mod.rs"]
mod generated;

use generated::{now, resident_bytes};
use relais::actions::directory::refresh;
use relais::app::App;
use relais::clock::System;
use relais::domain::directory::{Document, Service};
use relais::store::DirectoryChange;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

const SIZES: [u32; 2] = [100_000, 1_000_000];
/// Entries of one transaction.
const WRITTEN_AT_ONCE: usize = 20_000;

fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

async fn write(app: &App, services: Vec<Service>) -> usize {
    let keys: Vec<String> = services.iter().map(|service| service.id.to_string()).collect();
    let documents: Vec<Document> = services.into_iter().map(Document::Service).collect();
    let changes: Vec<DirectoryChange<'_>> = keys
        .iter()
        .zip(&documents)
        .map(|(source_key, document)| DirectoryChange { source_key, document, is_gone: false })
        .collect();
    let written = app.context().store.write(async |tx| tx.change_directory("bench", &changes, now()).await);
    written.await.expect("written");
    documents.iter().map(|document| serde_json::to_string(document).map_or(0, |text| text.len())).sum()
}

/// Writes the whole directory; returns the bytes of its documents.
async fn write_all(app: &App, size: u32) -> usize {
    let (mut services, mut text_bytes) = (generated::services(size), 0);
    loop {
        let some: Vec<_> = services.by_ref().take(WRITTEN_AT_ONCE).collect();
        if some.is_empty() {
            return text_bytes;
        }
        text_bytes += write(app, some).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let started = Instant::now();
    (work.await, started.elapsed())
}

async fn load(size: u32) {
    let home = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", home.path().join("bench.sqlite").display());
    let open = async || App::open(&*database, Arc::new(System), Arc::new(System)).await.expect("a node");
    let writer = open().await;
    let text_bytes = write_all(&writer, size).await;
    drop(writer);
    let before = resident_bytes();
    let (app, took) = timed(async {
        let app = open().await;
        refresh(app.context()).await.expect("loaded");
        app
    })
    .await;
    assert_eq!(app.context().directory.snapshot().service_count(), size as usize);
    let (held, allowed) = (resident_bytes().saturating_sub(before), 2 * text_bytes + 250 * size as usize);
    println!(
        "{size} services: loaded in {took:.2?}; {:.0} MiB resident, allowed {:.0} (ratio {:.2})",
        mebibytes(held),
        mebibytes(allowed),
        held as f64 / allowed as f64
    );
    let mut seen = Vec::new();
    for service in generated::services(size).take(20) {
        let (_, took) = timed(async {
            write(&app, vec![Service { name: "Edited".to_owned(), ..service.clone() }]).await;
            refresh(app.context()).await.expect("refreshed");
            app.context().directory.snapshot().service(service.id).expect("there").name.clone()
        })
        .await;
        seen.push(took);
    }
    seen.sort_unstable();
    println!("{size} services: one edited entry is written and seen in {:.1?} (median of 20)", seen[10]);
    if size == SIZES[0] {
        write_all(&app, size).await;
        let (_, took) = timed(async { refresh(app.context()).await.expect("refreshed") }).await;
        let after = resident_bytes().saturating_sub(before);
        println!(
            "{size} services: written anew and taken over in {took:.2?}; {:.0} MiB resident after (ratio to before {:.2})",
            mebibytes(after),
            after as f64 / held as f64
        );
    }
}

fn main() {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for size in SIZES {
        runtime.block_on(load(size));
    }
}
