//! Jobs: what is due is done by whichever node takes its lease first.

use super::{ActionError, Context};
use crate::clock::Chance;
use crate::domain::job::{Job, JobKind, JobResult, ONCE, Once, PERIODIC, Periodic, back_off_seconds};
use crate::domain::time::Timestamp;
use crate::store::{Leased, NextRun};

/// Most jobs of a kind that one look does.
const MOST_OF_A_LOOK: usize = 1_000;

/// How the work of one kind goes.
#[derive(Clone, Copy)]
struct Pace {
    kind: JobKind,
    /// Most jobs that one look does.
    at_most: usize,
    lease_seconds: i64,
    /// Seconds from one run to the next, or from one try to the next at most.
    every_seconds: i64,
}

impl Pace {
    const fn of_periodic(periodic: &Periodic) -> Self {
        let Periodic { kind, every_seconds, lease_seconds } = *periodic;
        Self { kind, at_most: 1, lease_seconds, every_seconds }
    }

    const fn of_once(once: &Once) -> Self {
        let Once { kind, lease_seconds, wait_seconds } = *once;
        Self { kind, at_most: MOST_OF_A_LOOK, lease_seconds, every_seconds: wait_seconds }
    }
}

/// How a run of a job ended.
pub(super) enum Outcome {
    /// It comes back after its period.
    Periodic(JobResult),
    /// It is done for good.
    Over,
    /// It asks again at this time.
    Waits(Timestamp),
    /// It has given its lease back itself, in the commit of what it did.
    Settled(JobResult),
}

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

    /// The name, by which its leases are known.
    pub fn name(&self) -> &str {
        &self.name
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
    let paces = PERIODIC.iter().map(Pace::of_periodic).chain(ONCE.iter().map(Pace::of_once));
    for pace in paces.filter(|pace| can_do(context, pace.kind)) {
        // A backlog is worked off at once; what does not end is left for the next look.
        for _ in 0..pace.at_most {
            let Some(leased) = claim(context, worker, pace).await? else { break };
            let one = run_one(context, pace, &leased).await?;
            if matches!(one.result, JobResult::Failed | JobResult::Refused) {
                context.metrics.count_job_failure(one.kind);
            }
            ran.push(one);
        }
    }
    Ok(ran)
}

async fn claim(context: &Context, worker: &Worker, pace: Pace) -> Result<Option<Leased>, ActionError> {
    let now = context.now();
    let until = now.plus_seconds(pace.lease_seconds);
    context.store.write(async |tx| Ok(tx.claim_job(pace.kind, &worker.name, now, until).await?)).await
}

/// A process without the audit key leaves the signing to those that have it.
const fn can_do(context: &Context, kind: JobKind) -> bool {
    match kind {
        JobKind::AuditHeads => context.sealer.is_some(),
        JobKind::Retention
        | JobKind::ReferralShred
        | JobKind::GlassReview
        | JobKind::AnsweringFigures
        | JobKind::ReferralTimer
        | JobKind::PartnerOffer
        | JobKind::PartnerRevocation => true,
    }
}

async fn run_one(context: &Context, pace: Pace, leased: &Leased) -> Result<Ran, ActionError> {
    let ended = run(context, leased).await;
    let now = context.now();
    let (next, result) = match &ended {
        Ok(Outcome::Periodic(result)) => (NextRun::At(now.plus_seconds(pace.every_seconds)), *result),
        Ok(Outcome::Over) => (NextRun::Never, JobResult::Done),
        Ok(Outcome::Waits(until)) => (NextRun::At(*until), JobResult::Waits),
        Ok(Outcome::Settled(result)) => return Ok(Ran { kind: pace.kind, result: *result, error: None }),
        Err(_) => {
            let wait = back_off_seconds(leased.job.attempts, pace.every_seconds);
            (NextRun::At(now.plus_seconds(wait)), JobResult::Failed)
        }
    };
    settle(context, leased, next, result, now).await?;
    Ok(Ran { kind: pace.kind, result, error: ended.err() })
}

async fn settle(
    context: &Context,
    leased: &Leased,
    next: NextRun,
    result: JobResult,
    now: Timestamp,
) -> Result<(), ActionError> {
    let done_at = matches!(result, JobResult::Done | JobResult::Waits).then_some(now);
    // Whether the lease was still ours changes nothing: who took the job over settles it.
    context.store.write(async |tx| Ok(tx.settle_job(leased, next, result, done_at).await.map(drop)?)).await
}

/// Does the work of one job. Each kind asks the domain what is due by now.
async fn run(context: &Context, leased: &Leased) -> Result<Outcome, ActionError> {
    match leased.job.kind {
        JobKind::AuditHeads => super::audit::seal_heads(context).await.map(|_| Outcome::Periodic(JobResult::Done)),
        JobKind::Retention => super::retention::run_as_job(context).await.map(Outcome::Periodic),
        JobKind::AnsweringFigures => super::answering::freeze_as_job(context).await,
        JobKind::ReferralShred => super::erasure::shred_as_job(context, leased.job.object()).await,
        JobKind::GlassReview => super::protection::glass::tell_overdue_as_job(context, leased).await,
        JobKind::ReferralTimer => super::referral::clock::fire_as_job(context, leased).await,
        JobKind::PartnerOffer => super::partner_offer::clock::fire_as_job(context, leased).await,
        JobKind::PartnerRevocation => super::protection::revocation::finish_as_job(context, leased.job.object()).await,
    }
}
