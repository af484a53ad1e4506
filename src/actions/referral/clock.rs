//! What happens to a referral by itself: what a change of state lists, and what is done when its time has come.
//!
//! Invariant: a due time asks the domain again in the transaction in which it acts, and gives its lease back in the same
//! commit, so that a late, an early or a second run of its job changes nothing.

use super::write::{Actor, write};
use crate::actions::jobs::Outcome;
use crate::actions::protection::Notify;
use crate::actions::retention::by_the_house;
use crate::actions::{ActionError, Context, outbox};
use crate::domain::account::Role;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::clocks::{ClockShift, Deadlines, Fired, Firing, Timer, TimerFacts, due_at, firing, timers_of};
use crate::domain::code::CodeList as _;
use crate::domain::demand::{effect_of, unmet_with};
use crate::domain::freeze::Freeze;
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::job::{JobKind, JobResult, name_of};
use crate::domain::lifecycle::Party;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{
    Command, OutcomeCode, Referral, TimelineEntry, first_clarification, has_reply_as_told, last_attested_at,
};
use crate::domain::time::Timestamp;
use crate::store::{ClockStanding, Leased, NextRun, Tx};

/// What the clocks of one referral go by, as it stands in a transaction.
struct ClockFacts {
    standing: ClockStanding,
    timeline: Vec<TimelineEntry>,
    freezes: Vec<Freeze>,
    fired: Vec<Fired>,
}

impl ClockFacts {
    async fn read(tx: &mut Tx, id: ReferralId) -> Result<Self, ActionError> {
        Ok(Self {
            standing: tx.find_clock_standing(id).await?,
            timeline: tx.list_timeline(id).await?,
            freezes: tx.list_freezes_of(id).await?,
            fired: tx.list_fired(id).await?,
        })
    }

    fn of<'a>(&'a self, referral: &Referral, deadlines: &'a Deadlines) -> TimerFacts<'a> {
        let ClockStanding { basis, obtained_at, expires_at, is_need_open } = self.standing;
        let facts = TimerFacts {
            status: referral.status,
            status_at: referral.status_at,
            deadlines,
            shift: ClockShift { freezes: &self.freezes, clarification: first_clarification(&self.timeline) },
            expected_wait_days: referral.expected_wait_days.and_then(|days| u16::try_from(days).ok()),
            attested_at: last_attested_at(&self.timeline),
            reviewed_at: None,
            consent_expires_at: (!basis.is_override()).then_some(expires_at),
            has_reply_as_told: has_reply_as_told(&self.timeline),
            is_need_open,
            fired: Default::default(),
        };
        facts.counting(&self.fired, obtained_at)
    }
}

/// Lists what the state of a referral, or its consent, brings by itself. What lay elsewhere in time is due now then.
pub(in crate::actions) async fn list(tx: &mut Tx, referral: &Referral, now: Timestamp) -> Result<(), ActionError> {
    let timers = timers_of(referral.status);
    let Some(deadlines) = referral.deadlines.as_ref().filter(|_| !timers.is_empty()) else { return Ok(()) };
    let facts = ClockFacts::read(tx, referral.id).await?;
    let facts = facts.of(referral, deadlines);
    for timer in timers {
        if let Some(due_at) = due_at(*timer, &facts, now) {
            let name = name_of(JobKind::ReferralTimer, &format!("{} {timer}", referral.id));
            tx.move_job(&name, JobKind::ReferralTimer, due_at).await?;
        }
    }
    Ok(())
}

/// The run of the job of a due time.
pub(in crate::actions) async fn fire_as_job(context: &Context, leased: &Leased) -> Result<Outcome, ActionError> {
    let Some((id, timer)) = leased.job.object().split_once(' ') else { return Ok(Outcome::Over) };
    let (Ok(id), Some(timer)) = (ReferralId::parse(id), Timer::from_code(timer)) else { return Ok(Outcome::Over) };
    let now = context.now();
    let fired = context.store.write(async |tx| {
        // As everywhere: the round before its referrals, so that the need of a round is passed on by one at a time.
        tx.lock_round_of(id).await?;
        let referral = tx.lock_referral(id).await?;
        let Some((referral, deadlines)) = referral.and_then(|referral| Some((referral.clone(), referral.deadlines?)))
        else {
            tx.settle_job(leased, NextRun::Never, JobResult::Done, None).await?;
            return Ok(JobResult::Done);
        };
        let mut read = ClockFacts::read(tx, id).await?;
        let asked = firing(timer, &read.of(&referral, &deadlines), now);
        let planned_at = due_at(timer, &read.of(&referral, &deadlines), now).unwrap_or(now);
        if asked == Firing::Due {
            read.fired.push(Fired { timer, fired_at: now });
        }
        // What comes again, such as a review, is listed at its next time.
        let next = match asked {
            Firing::NotYet(at) => Some(at),
            Firing::Void => None,
            Firing::Due => due_at(timer, &read.of(&referral, &deadlines), now),
        };
        let result = if matches!(asked, Firing::NotYet(_)) { JobResult::Waits } else { JobResult::Done };
        let is_ours = tx.settle_job(leased, next.map_or(NextRun::Never, NextRun::At), result, Some(now)).await?;
        if is_ours && asked == Firing::Due {
            tx.save_fired(id, timer, planned_at, now).await?;
            fire(context, tx, timer, referral).await?;
        }
        Ok::<_, ActionError>(result)
    });
    fired.await.map(Outcome::Settled)
}

/// Does what is due: the state, the need, the notices, the audit event.
async fn fire(context: &Context, tx: &mut Tx, timer: Timer, referral: Referral) -> Result<(), ActionError> {
    let now = context.now();
    let (referral, result, action) = match ending(timer) {
        // After an end the need stays open for the sender to ask somebody else, until its own time.
        None if timer == Timer::NeedUnanswered => {
            let result = unmet_with(&referral);
            (referral, result, AuditAction::ReferralDue)
        }
        None => (referral, None, AuditAction::ReferralDue),
        Some(command) => {
            let change = referral.decide(&command, Party::Timer, now)?;
            let changed = write(tx, &Actor::CLOCK, referral, &change).await?;
            (changed, effect_of(&change), AuditAction::ReferralChanged)
        }
    };
    if let Some(result) = result {
        tx.settle_demand(referral.id, result).await?;
    }
    if timer == Timer::Remind {
        outbox::remind(tx, &referral, now).await?;
    }
    if let Some(kind) = notice_of(timer) {
        // A recipient is told by the hour, as of everything (P-08), and nothing at the hard deadline itself: the hour would tell
        // it, and nothing can be done any more.
        for (at, addressees) in
            [(now, own_side(timer, &referral)), (now.start_of_hour(), recipients(timer, &referral, now))]
        {
            let notify = Notify { kind, object: referral.id.to_string(), actor_id: None, at, context };
            notify.send(tx, &addressees).await?;
        }
    }
    let event = AuditEvent {
        reason: Some(timer.code()),
        consent_id: Some(referral.consent_id),
        fields: ending(timer).map(|_| "status").into_iter().collect(),
        ..by_the_house(now, referral.project_id, action, referral.id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}

/// The command by which a due time ends its referral.
const fn ending(timer: Timer) -> Option<Command<'static>> {
    match timer {
        Timer::Expire | Timer::WaitExpired => Some(Command::Expire),
        Timer::ServiceReview => Some(Command::NotRealise { outcome: OutcomeCode::UnknownAfterReview }),
        _ => None,
    }
}

const fn notice_of(timer: Timer) -> Option<NoticeKind> {
    match timer {
        Timer::Remind => Some(NoticeKind::ReferralReminder),
        Timer::Escalate => Some(NoticeKind::ReferralEscalated),
        Timer::Propose => Some(NoticeKind::NextPartners),
        Timer::Expire | Timer::WaitExpired => Some(NoticeKind::ReferralExpired),
        Timer::WaitOver => Some(NoticeKind::WaitOver),
        Timer::ServiceReview => Some(NoticeKind::ServiceUnconfirmed),
        Timer::LongTrackReview => Some(NoticeKind::LongTrackReview),
        Timer::ConsentLapsing => Some(NoticeKind::ConsentLapsing),
        Timer::NeedUnanswered => None,
    }
}

/// Whom a due time tells on the recipient's side, where that reads anything.
fn recipients(timer: Timer, referral: &Referral, now: Timestamp) -> Vec<Addressee> {
    let is_past = referral.needed_by.is_some_and(|deadline| deadline <= now);
    match timer {
        _ if is_past || !referral.is_told_electronically() => Vec::new(),
        Timer::Remind => vec![Addressee::Recipients(referral.recipient_id)],
        Timer::Escalate => vec![Addressee::OfOrganization(referral.recipient_id, Role::PartnerAdmin)],
        _ => Vec::new(),
    }
}

/// Whom a due time tells on the sender's side. Of what waits for its first sign it is the recipient who is reminded, unless
/// that was only called.
fn own_side(timer: Timer, referral: &Referral) -> Vec<Addressee> {
    let team = Addressee::Team(referral.team_id);
    match timer {
        Timer::Remind if referral.is_told_electronically() => Vec::new(),
        Timer::Escalate => vec![team, Addressee::OfProject(referral.project_id, Role::Coordinator)],
        _ => vec![team],
    }
}
