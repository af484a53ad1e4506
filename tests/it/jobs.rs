//! Jobs: shared by all nodes, taken again after a silence, tried ever more seldom when they fail.

use crate::kit::installation::installed_on_both_databases;
use crate::kit::server::Server;
use crate::kit::world::{World, on_both_databases};
use crate::retention::{sealing, woman};
use relais::actions::ActionError;
use relais::actions::jobs::{Ran, Worker, enlist, list, run_due};
use relais::actions::retention::{Order, run};
use relais::domain::job::{Job, JobKind, JobResult, PERIODIC};
use relais::domain::time::Timestamp;
use relais::store::{Leased, NextRun, Store, StoreError};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const RETENTION: JobKind = JobKind::Retention;
const FIGURES: JobKind = JobKind::AnsweringFigures;

async fn claim(store: &Store, owner: &str, now: Timestamp) -> Option<Leased> {
    let claimed = store.write(async |tx| tx.claim_job(RETENTION, owner, now, now.plus_hours(1)).await).await;
    claimed.unwrap_or_else(|error: StoreError| panic!("nobody who takes a lease waits in a circle: {error}"))
}

async fn settle(store: &Store, leased: &Leased, next: NextRun) -> bool {
    let settled = store.write(async |tx| tx.settle_job(leased, next, JobResult::Done, None).await).await;
    settled.expect("a store")
}

fn name(leased: &Leased) -> &str {
    leased.job.name.as_str()
}

/// Takes jobs until all are taken, and gives their names.
async fn take(store: Store, owner: String, now: Timestamp, all: usize, taken: Arc<AtomicUsize>) -> Vec<String> {
    let mut own = Vec::new();
    while taken.load(Ordering::SeqCst) < all {
        if let Some(leased) = claim(&store, &owner, now).await {
            taken.fetch_add(1, Ordering::SeqCst);
            own.push(leased.job.name);
        }
        tokio::task::yield_now().await;
    }
    own
}

async fn enlist_many(world: &World, number: usize) {
    let now = world.now();
    let enlisted = world.app.context().store.write(async |tx| {
        for number in 0..number {
            tx.enlist_job(&format!("retention {number:04}"), RETENTION, now).await?;
        }
        Ok::<_, StoreError>(())
    });
    enlisted.await.expect("a store");
}

async fn the_retention_job(world: &World) -> Job {
    let jobs = list(world.app.context()).await.expect("a store");
    jobs.into_iter().find(|job| job.name == "retention").expect("the job of retention")
}

async fn run_once(world: &World, worker: &Worker) -> Vec<(JobKind, JobResult)> {
    let ran = run_due(world.app.context(), worker).await.expect("a store");
    ran.iter().map(|Ran { kind, result, .. }| (*kind, *result)).collect()
}

fn worker(world: &World) -> Worker {
    Worker::new(world.app.context().chance.as_ref())
}

/// P-24: what the law asks for follows from two decisions together, and is told at the start.
#[test]
fn the_start_warns_that_hosting_health_data_of_others_takes_a_certificate() {
    let others = ("RELAIS_HOSTING__FOR_OTHER_ORGANIZATIONS_IN_FRANCE", "true".to_owned());
    let facts = ("RELAIS_HOSTING__CLINICAL_FACTS", "true".to_owned());
    for (environment, is_warned) in
        [(vec![], false), (vec![others.clone()], false), (vec![facts.clone()], false), (vec![others, facts], true)]
    {
        let mut server = Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &environment);
        assert_eq!(server.terminate(), Some(0), "{}", server.output());
        assert_eq!(server.output().contains("L1111-8"), is_warned, "{environment:?}: {}", server.output());
    }
}

on_both_databases! {
    async fn four_workers_take_five_hundred_jobs_and_none_of_them_twice(world: World) {
        const ALL: usize = 500;
        enlist_many(&world, ALL).await;
        let (store, now) = (&world.app.context().store, world.now());
        let taken = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..4)
            .map(|number| tokio::spawn(take(store.clone(), format!("worker {number}"), now, ALL, Arc::clone(&taken))))
            .collect();
        let mut names = Vec::new();
        for worker in workers {
            names.extend(worker.await.expect("a worker ends"));
        }
        assert_eq!(names.len(), ALL, "each is claimed once");
        assert_eq!(names.into_iter().collect::<BTreeSet<_>>().len(), ALL, "and each is another one");
        assert!(claim(store, "a late one", now).await.is_none());
    }

    async fn what_a_silent_worker_held_is_taken_again_after_its_lease(world: World) {
        enlist_many(&world, 1).await;
        let (store, begun) = (&world.app.context().store, world.now());
        let silent = claim(store, "the silent one", begun).await.expect("a job is due");
        assert_eq!(name(&silent), "retention 0000");
        let just_before = Timestamp::from_microseconds(begun.plus_hours(1).microseconds() - 1);
        assert!(claim(store, "the next one", just_before).await.is_none());
        let next = claim(store, "the next one", begun.plus_hours(1)).await.expect("a job is due");
        assert_eq!((name(&next), next.job.attempts), ("retention 0000", 2));
        // The silent one wakes up: the job is no longer its own to settle, and nothing changes.
        let before = world.rows("jobs").await;
        assert!(!settle(store, &silent, NextRun::Never).await);
        assert!(!settle(store, &silent, NextRun::At(begun)).await);
        assert_eq!(world.rows("jobs").await, before);
        assert!(settle(store, &next, NextRun::Never).await);
        assert!(world.rows("jobs").await.is_empty());
    }

    async fn what_comes_back_is_done_once_a_period_by_one_of_two_nodes(world: World) {
        let (one, other) = (worker(&world), worker(&world));
        let context = world.app.context();
        enlist(context).await.expect("a store");
        enlist(context).await.expect("a store");
        assert_eq!(world.rows("jobs").await.len(), PERIODIC.len(), "listed twice is listed once");
        // A node without the audit key leaves the signing to those that have it.
        assert_eq!(run_once(&world, &one).await, [(RETENTION, JobResult::Done), (FIGURES, JobResult::Waits)]);
        assert_eq!(run_once(&world, &other).await, []);
        world.clock.set(world.now().plus_seconds(3599));
        assert_eq!(run_once(&world, &other).await, []);
        world.clock.set(world.now().plus_seconds(1));
        assert_eq!(run_once(&world, &other).await, [(RETENTION, JobResult::Done)]);
    }

    async fn heads_of_the_audit_trail_are_signed_each_minute_by_a_node_that_has_the_key(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, _) = sealing(&world, folder.path());
        enlist(app.context()).await.expect("a store");
        let due = async || {
            let ran = run_due(app.context(), &worker(&world)).await.expect("a store");
            ran.iter().map(|Ran { kind, result, .. }| (*kind, *result)).collect::<Vec<_>>()
        };
        assert_eq!(due().await, [(JobKind::AuditHeads, JobResult::Done), (RETENTION, JobResult::Done), (FIGURES, JobResult::Waits)]);
        let signed = world.rows("audit_signed_heads").await.len();
        assert!(signed > 0, "what the world wrote when it was made");
        world.open_case("caseworker", woman(), json!({})).await.done();
        world.clock.set(world.now().plus_seconds(59));
        assert_eq!(due().await, []);
        world.clock.set(world.now().plus_seconds(1));
        assert_eq!(due().await, [(JobKind::AuditHeads, JobResult::Done)]);
    }

    async fn a_failing_job_is_tried_ever_more_seldom_and_everybody_can_see_it(world: World) {
        let worker = worker(&world);
        enlist(world.app.context()).await.expect("a store");
        world.execute("ALTER TABLE tokens RENAME TO tokens_away").await;
        for (attempts, wait) in [(1, 60), (2, 120), (3, 240)] {
            let ran = run_due(world.app.context(), &worker).await.expect("a store");
            let failed = ran.iter().find(|ran| ran.kind == RETENTION).expect("a run");
            assert!(matches!(failed.error, Some(ActionError::Internal(_))), "{failed:?}");
            let job = the_retention_job(&world).await;
            assert_eq!((job.last_result, job.attempts), (Some(JobResult::Failed), attempts));
            assert_eq!(job.due_at, world.now().plus_seconds(wait));
            assert_eq!(job.last_done_at, None);
            world.clock.set(job.due_at);
        }
        world.execute("ALTER TABLE tokens_away RENAME TO tokens").await;
        run_once(&world, &worker).await;
        let job = the_retention_job(&world).await;
        assert_eq!((job.last_result, job.attempts, job.last_done_at), (Some(JobResult::Done), 0, Some(world.now())));
    }

    /// F8: by a clock that nothing vouches for, nothing is erased.
    async fn a_clock_that_jumped_stops_retention_until_somebody_confirms_it(world: World) {
        let worker = worker(&world);
        enlist(world.app.context()).await.expect("a store");
        run_once(&world, &worker).await;
        world.open_case("caseworker", woman(), json!({})).await.done();
        world.move_to_day(800);
        assert_eq!(run_once(&world, &worker).await, [(RETENTION, JobResult::Refused), (FIGURES, JobResult::Waits)]);
        // What is written under the wrong clock does not vouch for it.
        world.apply(include_str!("kit/world.json")).await;
        world.clock.set(world.now().plus_hours(1));
        assert_eq!(run_once(&world, &worker).await, [(RETENTION, JobResult::Refused)]);
        assert_eq!(world.rows("cases").await.len(), 1, "nothing was erased");
        assert_eq!(the_retention_job(&world).await.last_result, Some(JobResult::Refused));

        let refused = run(world.app.context(), Order::default(), &mut |_, _| {}).await.expect_err("a jump").to_string();
        assert!(refused.contains("19201 hours"), "{refused}");
        let order = Order { clock_is_right: true, ..Order::default() };
        run(world.app.context(), order, &mut |_, _| {}).await.expect("a confirmed clock");
        assert!(world.rows("cases").await.is_empty());
        world.clock.set(world.now().plus_hours(24));
        assert_eq!(run_once(&world, &worker).await, [(RETENTION, JobResult::Done), (FIGURES, JobResult::Waits)]);
    }

    async fn a_node_works_on_what_is_due_as_soon_as_it_runs(world: World) {
        let done = async {
            while world.app.context().store.find_job("retention").await.expect("a store").is_none_or(|job| job.last_done_at.is_none()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = world.app.work_on_jobs(3600) => panic!("a node works for as long as it runs"),
            () = done => {}
        }
    }
}

installed_on_both_databases! {
    async fn an_operator_runs_retention_and_sees_the_jobs(here: Installation) {
        here.settle();
        let shown = here.run(&["retention", "run", "--dry-run"]);
        let shown = shown.succeeded();
        assert!(shown.contains("case_reference") && shown.contains("dry run: nothing was erased"), "{shown}");
        assert_eq!(here.run(&["jobs"]).succeeded(), "", "a dry run is no run");
        let ran = here.run(&["retention", "run", "--json"]);
        let ran: serde_json::Value = serde_json::from_str(ran.succeeded()).expect("one JSON object");
        let clocks = ran["clocks"].as_array().expect("clocks");
        assert!(clocks.iter().all(|clock| clock["erased"] == 0) && !clocks.is_empty(), "{ran}");
        assert!(clocks.iter().any(|clock| clock["clock"] == "token" && clock["next_due_at"].is_string()), "{ran}");
        let jobs = here.run(&["jobs"]);
        assert!(jobs.succeeded().starts_with("retention: due "), "{jobs:?}");
        assert!(jobs.succeeded().contains("last result done"), "{jobs:?}");
    }
}
