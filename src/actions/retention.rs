//! Retention that runs: every clock of `domain::retention`, one after the other.
//!
//! A run looks again at everything it acts on, inside the transaction that acts; two runs at once, or one
//! that is stopped anywhere and begun again, end in the same state. Its report counts and never names.

use super::audit::prune_trail;
use super::erasure::{Erasure, erase_case, finish};
use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::code::CodeList as _;
use crate::domain::demand::unlinked;
use crate::domain::id::ProjectId;
use crate::domain::job::{JobKind, JobResult};
use crate::domain::retention::{
    CLOCKS, Clock, ClockJump, Kept, RetentionClock, Standstill, check_clock, standstill, without_contacts,
};
use crate::domain::time::{Month, Timestamp};
use crate::store::{EntryVersion, Held, KeyPurpose, OfEnded, Passing};

/// Cases or entries that are looked at together.
const PAGE: i64 = 200;

/// How a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// Look and count, and erase nothing.
    pub is_dry_run: bool,
    /// Somebody has compared the clock with another source, and both agree.
    pub clock_is_right: bool,
}

/// What one clock came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Which clock.
    pub clock: RetentionClock,
    /// How many were erased, or would be.
    pub erased: u64,
    /// How many would be due and are held.
    pub held: u64,
    /// How many would be due and wait for the end of an appeal.
    pub in_appeal: u64,
    /// When the next one is due; `None` where nothing waits.
    pub next_due_at: Option<Timestamp>,
}

/// What a run came to, in the order of the clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// By which time.
    pub at: Timestamp,
    /// Each clock that has rows.
    pub clocks: Vec<Ended>,
}

/// Why a run did not end well.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// Nothing vouches for the clock.
    #[error(transparent)]
    Clock(#[from] ClockJump),
    /// Some clock failed; the others ran.
    #[error("retention could not end everything that is due")]
    Action(#[from] ActionError),
}

impl From<crate::store::StoreError> for RetentionError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Runs every clock. `progress` is told how many a clock has gone through so far.
pub async fn run(
    context: &Context,
    order: Order,
    progress: &mut (dyn FnMut(RetentionClock, u64) + Send),
) -> Result<Report, RetentionError> {
    let now = context.now();
    let last_run = context.store.find_job(&JobKind::Retention.to_string()).await?.and_then(|job| job.last_done_at);
    if !order.clock_is_right {
        check_clock(now, last_run, context.store.newest_audit_event().await?)?;
    }
    let held = context.store.list_held().await?;
    let mut run = Run { context, now, is_dry_run: order.is_dry_run, held, progress };
    let mut clocks = Vec::new();
    let mut failure = None;
    for clock in CLOCKS.iter().filter(|clock| clock.kept == Kept::ByRetention) {
        // One clock that fails must not stop the others.
        match run.clock(clock).await {
            Ok(ended) => clocks.push(ended),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    if !order.is_dry_run {
        context.store.settle_files().await?;
    }
    if let Some(error) = failure {
        return Err(error.into());
    }
    if !order.is_dry_run {
        context.store.write(async |tx| Ok::<_, ActionError>(tx.note_job_done(JobKind::Retention, now).await?)).await?;
    }
    Ok(Report { at: now, clocks })
}

/// The run of the periodic job: nobody confirms its clock, so it waits for somebody who does.
pub(super) async fn run_as_job(context: &Context) -> Result<JobResult, ActionError> {
    match run(context, Order::default(), &mut |_, _| {}).await {
        Ok(_) => Ok(JobResult::Done),
        Err(RetentionError::Clock(_)) => Ok(JobResult::Refused),
        Err(RetentionError::Action(error)) => Err(error),
    }
}

struct Run<'a> {
    context: &'a Context,
    now: Timestamp,
    is_dry_run: bool,
    held: Held,
    progress: &'a mut (dyn FnMut(RetentionClock, u64) + Send),
}

impl Run<'_> {
    async fn clock(&mut self, clock: &Clock) -> Result<Ended, ActionError> {
        let mut ended = Ended { clock: clock.code, erased: 0, held: 0, in_appeal: 0, next_due_at: None };
        let days = self.days_of(clock);
        let before = self.now.plus_days(-days);
        let next_from = match clock.code {
            RetentionClock::MonthKey => self.month_keys(clock, &mut ended).await?,
            RetentionClock::DecisionDetails => self.of_ended(OfEnded::Details, before, &mut ended).await?,
            RetentionClock::CaseReference => self.cases(before, &mut ended).await?,
            RetentionClock::IdempotencyKey => self.passing(Passing::Calls, before, &mut ended).await?,
            RetentionClock::Token => self.passing(Passing::Tokens, before, &mut ended).await?,
            RetentionClock::Session => self.passing(Passing::Sessions, before, &mut ended).await?,
            RetentionClock::SignInAttempt => self.passing(Passing::Attempts, before, &mut ended).await?,
            RetentionClock::Device => self.passing(Passing::Devices, before, &mut ended).await?,
            RetentionClock::DeviceSignIn => self.passing(Passing::DeviceSignIns, before, &mut ended).await?,
            RetentionClock::Enrolment => self.passing(Passing::Enrolments, before, &mut ended).await?,
            RetentionClock::Notice => self.passing(Passing::Notices, before, &mut ended).await?,
            RetentionClock::Delivery => self.passing(Passing::Deliveries, before, &mut ended).await?,
            RetentionClock::Link => self.passing(Passing::Links, before, &mut ended).await?,
            RetentionClock::SpokenCode => self.passing(Passing::SpokenCodes, before, &mut ended).await?,
            RetentionClock::CapacityCheck => self.passing(Passing::CapacityChecks, before, &mut ended).await?,
            RetentionClock::PartnerOffer => self.passing(Passing::PartnerOffers, before, &mut ended).await?,
            RetentionClock::CaseOpening => self.passing(Passing::Openings, before, &mut ended).await?,
            RetentionClock::Slip => self.passing(Passing::Slips, before, &mut ended).await?,
            RetentionClock::DirectoryContact => self.contacts(before, &mut ended).await?,
            RetentionClock::AuditBody => self.audit_bodies(before, &mut ended).await?,
            RetentionClock::Message => self.of_ended(OfEnded::Messages, before, &mut ended).await?,
            RetentionClock::Alias | RetentionClock::SealedNote => None,
        };
        ended.next_due_at = next_from.map(|from| from.plus_days(days));
        Ok(ended)
    }

    /// The audit trail's days may be chosen.
    const fn days_of(&self, clock: &Clock) -> i64 {
        if matches!(clock.code, RetentionClock::AuditBody) { self.context.settings.audit_days } else { clock.days }
    }

    fn count(&mut self, ended: &mut Ended, erased: u64) {
        ended.erased += erased;
        (self.progress)(ended.clock, ended.erased);
    }

    /// The keys of months that are over. A hold keeps no month: its key opens the month of everybody.
    async fn month_keys(&mut self, clock: &Clock, ended: &mut Ended) -> Result<Option<Timestamp>, ActionError> {
        let mut next_from: Option<Timestamp> = None;
        for (project, month) in self.context.store.list_month_keys().await? {
            if month.end().plus_days(clock.days) > self.now {
                next_from = Some(next_from.map_or(month.end(), |next| next.min(month.end())));
                continue;
            }
            if !self.is_dry_run {
                destroy_month(self.context, project, month, self.now).await?;
            }
            self.count(ended, 1);
        }
        Ok(next_from)
    }

    async fn of_ended(
        &mut self,
        kept: OfEnded,
        before: Timestamp,
        ended: &mut Ended,
    ) -> Result<Option<Timestamp>, ActionError> {
        let store = &self.context.store;
        let mut after = None;
        loop {
            let ids = store.list_cases_with(kept, before, after, PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            for case in store.list_cases_by_id(&ids).await? {
                if let Some(reason) = standstill(&case, self.held.cases.contains(&case.id)) {
                    stands_still(ended, reason);
                    continue;
                }
                if !self.is_dry_run {
                    erase_of_ended(self.context, kept, &case, before).await?;
                }
                self.count(ended, 1);
            }
        }
        Ok(store.oldest_end_after(kept, before).await?)
    }

    async fn cases(&mut self, before: Timestamp, ended: &mut Ended) -> Result<Option<Timestamp>, ActionError> {
        let store = &self.context.store;
        for (case, project) in store.list_erasing_cases().await? {
            if !self.is_dry_run {
                finish(self.context, case, project).await?;
            }
            self.count(ended, 1);
        }
        let mut after = None;
        loop {
            let cases = store.list_stale_cases(before, after, PAGE).await?;
            let Some(last) = cases.last() else { break };
            after = Some(last.id);
            for case in cases {
                let reason = standstill(&case, self.held.cases.contains(&case.id));
                let erasure = match reason {
                    Some(reason) => Erasure::StandsStill(reason),
                    None if self.is_dry_run => Erasure::Erased,
                    None => erase_case(self.context, case.id, before).await?,
                };
                match erasure {
                    Erasure::Erased => self.count(ended, 1),
                    Erasure::StandsStill(reason) => stands_still(ended, reason),
                    Erasure::NotDue => {}
                }
            }
        }
        Ok(store.oldest_contact_after(before).await?)
    }

    async fn passing(
        &mut self,
        passing: Passing,
        before: Timestamp,
        ended: &mut Ended,
    ) -> Result<Option<Timestamp>, ActionError> {
        let found = self.context.store.passing_rows(passing, before).await?;
        ended.held = found.held;
        if self.is_dry_run {
            self.count(ended, found.due);
            return Ok(found.next_from);
        }
        let mut are_left = found.due > 0;
        while are_left {
            let batch =
                self.context.store.write(async |tx| Ok::<_, ActionError>(tx.erase_passing(passing, before).await?));
            let (erased, was_last) = batch.await?;
            self.count(ended, erased);
            are_left = !was_last;
        }
        Ok(found.next_from)
    }

    /// Content of the audit trail, by whole days, so that a trail has one signed note a day. The trail of a
    /// project in which a case is held stays whole: no line can be taken out of the middle.
    async fn audit_bodies(&mut self, before: Timestamp, ended: &mut Ended) -> Result<Option<Timestamp>, ActionError> {
        let context = self.context;
        let before = before.start_of_day();
        for trail in context.store.list_trails().await? {
            let due = context.store.count_due_bodies(&trail, before).await?;
            if self.held.projects.iter().any(|project| project.to_string() == trail) {
                ended.held += due;
            } else if due > 0 && self.is_dry_run {
                self.count(ended, due);
            } else if due > 0 {
                let dropped = context.store.write(async |tx| prune_trail(context, tx, &trail, before).await);
                self.count(ended, dropped.await?.unsigned_abs());
            }
        }
        self.overrides(before, ended).await?;
        Ok(context.store.oldest_body_after(before).await?)
    }

    /// Overrides stand on the coordinator's list for as long as the trail tells of them.
    async fn overrides(&mut self, before: Timestamp, ended: &mut Ended) -> Result<(), ActionError> {
        let due = self.context.store.count_due_overrides(before).await?.unsigned_abs();
        if due > 0 && !self.is_dry_run {
            let erased = self.context.store.write(async |tx| tx.erase_due_overrides(before).await);
            erased.await?;
        }
        self.count(ended, due);
        Ok(())
    }

    async fn contacts(&mut self, before: Timestamp, ended: &mut Ended) -> Result<Option<Timestamp>, ActionError> {
        let store = &self.context.store;
        let mut after: Option<EntryVersion> = None;
        loop {
            let entries = store.list_gone_entries(before, after.as_ref(), PAGE).await?;
            let stripped: Vec<EntryVersion> = entries
                .iter()
                .map(|entry| {
                    let document = without_contacts(&entry.document).unwrap_or_else(|| entry.document.clone());
                    EntryVersion { document, ..entry.clone() }
                })
                .collect();
            let Some(last) = entries.into_iter().next_back() else { break };
            after = Some(last);
            if !self.is_dry_run {
                let rewritten = store.write(async |tx| {
                    for entry in &stripped {
                        tx.rewrite_document(entry).await?;
                    }
                    Ok::<_, ActionError>(())
                });
                rewritten.await?;
            }
            self.count(ended, stripped.len() as u64);
        }
        Ok(store.oldest_gone_after(before).await?)
    }
}

fn stands_still(ended: &mut Ended, reason: Standstill) {
    match reason {
        Standstill::Held => ended.held += 1,
        Standstill::Appeal => ended.in_appeal += 1,
    }
}

/// Unlinks the records of a project's month, and then destroys the key by which they were linked. The keys stand in a
/// database of their own: stopped in between, the next run does both again, and counts the same.
async fn destroy_month(context: &Context, project: ProjectId, month: Month, now: Timestamp) -> Result<(), ActionError> {
    let event = by_the_house(now, project, AuditAction::MonthKeyDestroyed, month.to_string());
    let unlinked_all = context.store.write(async |tx| {
        // One run after the other: each reads what the one before has left, and none doubles it.
        tx.lock_project(project).await?;
        let demands = unlinked(tx.demands_of_month(project, month).await?, || context.fresh_id());
        tx.replace_demands(project, month, &demands).await?;
        Ok::<_, ActionError>(tx.append_audit(std::slice::from_ref(&event)).await?)
    });
    unlinked_all.await?;
    Ok(context.store.destroy_project_key(project, KeyPurpose::Demand(month)).await?)
}

async fn erase_of_ended(
    context: &Context,
    kept: OfEnded,
    case: &CaseReference,
    before: Timestamp,
) -> Result<(), ActionError> {
    let (case, project) = (case.id, case.project_id);
    let event = AuditEvent {
        fields: vec![kept.field()],
        ..by_the_house(context.now(), project, AuditAction::DetailsErased, case.to_string())
    };
    let erased = context.store.write(async |tx| {
        // Under the lock no hold comes between the look and the commit.
        if !tx.lock_case(case).await? || tx.is_held(case).await? {
            return Ok(());
        }
        if tx.erase_of_ended(kept, case, before).await? > 0 {
            tx.append_audit(std::slice::from_ref(&event)).await?;
        }
        Ok(())
    });
    erased.await
}

/// The audit event of an act that nobody asked for: time did.
pub(super) fn by_the_house(at: Timestamp, project: ProjectId, action: AuditAction, object: String) -> AuditEvent {
    AuditEvent { project_id: Some(project), ..AuditEvent::of_operator(at, action, object) }
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for ended in &self.clocks {
            let next =
                ended.next_due_at.map_or_else(|| "nothing waits".to_owned(), |due| format!("next {}", due.date()));
            write!(
                formatter,
                "{:17} {:>7}  {:>4} held  {:>4} in appeal  {next:16}",
                ended.clock.code(),
                ended.erased,
                ended.held,
                ended.in_appeal
            )?;
            writeln!(formatter, "  {}", ended.clock.definition())?;
        }
        Ok(())
    }
}
