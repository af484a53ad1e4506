//! Jobs: what is due is done by whichever node takes its lease first.

use super::{ActionError, Context};
use crate::clock::Chance;
use crate::domain::job::{Job, JobKind, JobResult, PERIODIC, Periodic, back_off_seconds};
use crate::domain::time::Timestamp;
use crate::store::{Leased, NextRun};

/// Jobs of one kind that are taken at a time.
const TAKEN_AT_ONCE: i64 = 1;

/// Somebody who works on jobs: one process, by a name that tells nothing but that it is another one.
#[derive(Clone, Debug)]
pub struct Worker {
    name: String,
}

impl Worker {
    /// A worker with a fresh name.
    pub fn new(chance: &dyn Chance) -> Self {
        let mut bytes = [0; 8];
        chance.fill(&mut bytes);
        Self { name: data_encoding::HEXLOWER.encode(&bytes) }
    }
}

/// What a run of a job came to.
#[derive(Debug)]
pub struct Ran {
    /// What was done.
    pub kind: JobKind,
    /// What it came to.
    pub result: JobResult,
    /// Why it failed, for the log.
    pub error: Option<ActionError>,
}

/// Lists everything that comes back; what is listed already keeps its time.
pub async fn enlist(context: &Context) -> Result<(), ActionError> {
    let now = context.now();
    let enlisted = context.store.write(async |tx| {
        for periodic in PERIODIC {
            tx.enlist_job(&periodic.kind.to_string(), periodic.kind, now).await?;
        }
        Ok(())
    });
    enlisted.await
}

/// The jobs that are due next, for an operator.
pub async fn list(context: &Context) -> Result<Vec<Job>, ActionError> {
    Ok(context.store.list_jobs().await?)
}

/// Does what is due now and that nobody else does; gives what each came to.
pub async fn run_due(context: &Context, worker: &Worker) -> Result<Vec<Ran>, ActionError> {
    let mut ran = Vec::new();
    for periodic in PERIODIC.iter().filter(|periodic| can_do(context, periodic.kind)) {
        let now = context.now();
        let until = now.plus_seconds(periodic.lease_seconds);
        let claimed = context.store.write(async |tx| {
            Ok::<_, ActionError>(tx.claim_jobs(periodic.kind, &worker.name, now, until, TAKEN_AT_ONCE).await?)
        });
        for leased in claimed.await? {
            ran.push(run_one(context, periodic, &leased).await?);
        }
    }
    Ok(ran)
}

/// A process without the audit key leaves the signing to those that have it.
const fn can_do(context: &Context, kind: JobKind) -> bool {
    match kind {
        JobKind::AuditHeads => context.sealer.is_some(),
        JobKind::Retention => true,
    }
}

async fn run_one(context: &Context, periodic: &Periodic, leased: &Leased) -> Result<Ran, ActionError> {
    let ended = run(context, periodic.kind).await;
    let result = *ended.as_ref().unwrap_or(&JobResult::Failed);
    let now = context.now();
    let next = match result {
        JobResult::Failed => now.plus_seconds(back_off_seconds(leased.job.attempts, periodic.every_seconds)),
        JobResult::Done | JobResult::Refused => now.plus_seconds(periodic.every_seconds),
    };
    settle(context, leased, NextRun::At(next), result, now).await?;
    Ok(Ran { kind: periodic.kind, result, error: ended.err() })
}

async fn settle(
    context: &Context,
    leased: &Leased,
    next: NextRun,
    result: JobResult,
    now: Timestamp,
) -> Result<(), ActionError> {
    let done_at = (result == JobResult::Done).then_some(now);
    // Whether the lease was still ours changes nothing: who took the job over settles it.
    context.store.write(async |tx| Ok(tx.settle_job(leased, next, result, done_at).await.map(drop)?)).await
}

/// Does the work of one kind. Each asks the domain what is due by now.
async fn run(context: &Context, kind: JobKind) -> Result<JobResult, ActionError> {
    match kind {
        JobKind::AuditHeads => super::audit::seal_heads(context).await.map(|_| JobResult::Done),
        JobKind::Retention => super::retention::run_as_job(context).await,
    }
}
