//! How partners answer: counted by a job once a month is over, kept in memory for searches.
//!
//! Invariant: a search reads what was frozen and never a referral, so that one more of them changes nothing that anybody
//! is told before the month is over (ruling R20).

use super::jobs::Outcome;
use super::{ActionError, Context};
use crate::domain::answering::{AnsweringFigure, CountedMonths, KnownAnswering, figures_of};
use crate::domain::freeze::Freeze;
use crate::domain::id::ProjectId;
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::store::Store;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The figures of all projects as this node has them.
#[derive(Default)]
pub struct KeptAnswering(RwLock<Arc<Kept>>);

#[derive(Default)]
struct Kept {
    /// What the store showed when they were read.
    mark: i64,
    of_projects: HashMap<ProjectId, Arc<KnownAnswering>>,
}

impl KeptAnswering {
    fn now(&self) -> Arc<Kept> {
        // No lock guards half-written state, so a panic elsewhere is no reason to stop here.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads the figures anew where another month was frozen.
pub async fn refresh(context: &Context) -> Result<(), ActionError> {
    // The mark is read first: what is frozen in between comes along now, and again next time.
    let mark = context.store.answering_mark().await?;
    if mark == context.answering.now().mark {
        return Ok(());
    }
    let mut figures: HashMap<ProjectId, Vec<AnsweringFigure>> = HashMap::new();
    for (project, figure) in context.store.list_answering_figures().await? {
        figures.entry(project).or_default().push(figure);
    }
    let known = figures.into_iter().map(|(project, figures)| (project, Arc::new(KnownAnswering::new(figures))));
    let kept = Arc::new(Kept { mark, of_projects: known.collect() });
    *context.answering.0.write().unwrap_or_else(PoisonError::into_inner) = kept;
    Ok(())
}

/// How partners have answered the viewer's project; `None` for whoever works in no project or reads none of its referrals.
pub(super) fn known_to(context: &Context, access: &Access) -> Option<Arc<KnownAnswering>> {
    let project = permit(access, Action::ReadReferral).ok()?.project_id?;
    context.answering.now().of_projects.get(&project).cloned()
}

/// The run of the job: freezes what is complete, and comes back when the running month is.
pub(super) async fn freeze_as_job(context: &Context) -> Result<Outcome, ActionError> {
    let now = context.now();
    let months = CountedMonths::before(now);
    let mut failed = None;
    for project in context.store.list_projects_to_count(months).await? {
        // What cannot be counted in one project keeps no other from its figures.
        if let Err(error) = freeze(context, project, months).await {
            failed.get_or_insert(error);
        }
    }
    refresh(context).await?;
    failed.map_or_else(|| Ok(Outcome::Waits(now.month().end())), Err)
}

/// Counts beside those who write, and freezes in one commit: what is counted lies in months that are over.
async fn freeze(context: &Context, project: ProjectId, months: CountedMonths) -> Result<(), ActionError> {
    let figures = count(&context.store, project, months).await?;
    let now = context.now();
    context.store.write(async |tx| Ok(tx.freeze_answering(project, months, &figures, now).await?)).await
}

async fn count(store: &Store, project: ProjectId, months: CountedMonths) -> Result<Vec<AnsweringFigure>, ActionError> {
    let mut freezes: Vec<Freeze> = store.list_freezes(project).await?;
    freezes.retain(|freeze| freeze.frozen_at < months.end());
    let timelines = store.list_timelines_of_months(project, months).await?;
    let mut counted = Vec::new();
    for asked in store.list_asked_referrals(project, months).await? {
        let timeline = timelines.get(&asked.id).map_or(&[][..], Vec::as_slice);
        let is_in_time = asked.is_answered_in_time(timeline, &freezes, months);
        counted.extend(is_in_time.map(|is_in_time| (asked.recipient_id, asked.need, is_in_time)));
    }
    Ok(figures_of(counted))
}
