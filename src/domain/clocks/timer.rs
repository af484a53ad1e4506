//! Due times: what is to happen to a referral by itself, and whether it still is when its time has come.

use super::deadlines::{ClockShift, Deadlines};
use crate::domain::code::code_list;
use crate::domain::code_set::CodeSet;
use crate::domain::consent::LAPSING_DAYS;
use crate::domain::lifecycle::Status;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

code_list! {
    /// What a due time of a referral is for.
    Timer named "ReferralTimer" {
        Remind = "remind": "the recipient's agent is reminded",
        Escalate = "escalate": "the recipient's second contact and the coordinator are told",
        Propose = "propose": "the next recipients are proposed to the sender",
        Expire = "expire": "it ends without an answer",
        WaitOver = "wait_over": "the wait that the recipient expected is over: is there a place?",
        WaitExpired = "wait_expired": "a week after its wait it ends without an answer",
        ServiceReview = "service_review": "nobody has said that the service was given: it counts as not realised",
        LongTrackReview = "long_track_review": "the sender looks whether what takes months still goes on",
        ConsentLapsing = "consent_lapsing": "the consent lapses in a week",
        NeedUnanswered = "need_unanswered": "it came to nothing, and nobody else has been asked since",
    }
}

/// Days after the expected wait at which a place on a waiting list expires (R11).
const DAYS_BEYOND_WAIT: i64 = 7;
/// Days without a word about the service after which it counts as not realised (R11).
const DAYS_WITHOUT_WORD: i64 = 30;
/// Hours after which a due time asks again that came while the project was frozen.
const HOURS_WHILE_FROZEN: i64 = 1;

/// What a due time asks about its referral, as it stands in the same transaction.
#[derive(Clone, Copy)]
pub struct TimerFacts<'a> {
    /// Its state.
    pub status: Status,
    /// Since when it is in this state.
    pub status_at: Timestamp,
    /// Its deadlines, as they were fixed.
    pub deadlines: &'a Deadlines,
    /// What has moved them since.
    pub shift: ClockShift<'a>,
    /// How long the recipient expects it to wait for a place, in days.
    pub expected_wait_days: Option<u16>,
    /// When somebody last attested how the service goes, beyond what changed the state.
    pub attested_at: Option<Timestamp>,
    /// When it was last looked at again as one that takes months.
    pub reviewed_at: Option<Timestamp>,
    /// When its consent lapses; none for an override, whose day ends without notice.
    pub consent_expires_at: Option<Timestamp>,
    /// True once the sender has recorded a reply as told, by phone or on the spot: there was an answer, so it does not end
    /// with its clock as one without (an acknowledgement in Relais, with silence after it, does: T14).
    pub has_reply_as_told: bool,
    /// True while its need has no result on record and nobody else was asked after it.
    pub is_need_open: bool,
    /// What has fired already and does not come again ([`TimerFacts::counting`]); reviews go by `reviewed_at` alone.
    pub fired: CodeSet<Timer>,
}

/// A due time that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired {
    /// What it was for.
    pub timer: Timer,
    /// When it was done.
    pub fired_at: Timestamp,
}

hidden_debug!(TimerFacts<'a>);

/// What a due time comes to when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firing {
    /// Its time has not come, or the project is frozen: it asks again then.
    NotYet(Timestamp),
    /// Nothing is to happen any more.
    Void,
    /// It is to happen now.
    Due,
}

/// What can come by itself in a state: what a change into it lists. Each state in which something is awaited has something
/// that ends it, however often it was reviewed or asked about.
pub const fn timers_of(status: Status) -> &'static [Timer] {
    use Timer::{ConsentLapsing, Escalate, Expire, LongTrackReview, NeedUnanswered};
    use Timer::{Propose, Remind, ServiceReview, WaitExpired, WaitOver};
    match status {
        Status::Requested => &[Remind, Escalate, Propose, Expire, LongTrackReview, ConsentLapsing],
        Status::Acknowledged | Status::Clarifying => &[Escalate, Propose, Expire, LongTrackReview, ConsentLapsing],
        Status::Waitlisted => &[WaitOver, WaitExpired, LongTrackReview, ConsentLapsing],
        Status::Accepted | Status::HandedOver | Status::InService => &[ServiceReview, LongTrackReview, ConsentLapsing],
        Status::Declined | Status::Expired | Status::NotRealised => &[NeedUnanswered],
        Status::Draft | Status::Completed | Status::Cancelled | Status::Withdrawn | Status::EnteredInError => &[],
    }
}

/// When something is due of a referral; none where it is not wanted in this state, or has happened.
///
/// Only a referral that waits for its first sign is chased by the bare clock. Of one that was acknowledged nobody is told, and
/// it does not end, before its decision is due, which a question may have put off. Where the sender has recorded a reply as
/// told, the clock of the end says nothing any more: somebody has answered. But a word by phone binds nobody, and no other due
/// time would ever end such a referral; so it ends like the others thirty days after its clock or the last word about it.
pub fn due_at(timer: Timer, facts: &TimerFacts<'_>, now: Timestamp) -> Option<Timestamp> {
    if facts.fired.contains(&timer) || !timers_of(facts.status).contains(&timer) {
        return None;
    }
    let deadlines = facts.deadlines.shifted(&facts.shift, now);
    let chased = |at: Timestamp| match deadlines.decide_by {
        Some(decide_by) if facts.status != Status::Requested => at.max(decide_by),
        _ => at,
    };
    match timer {
        Timer::Remind => deadlines.remind_at,
        Timer::Escalate => deadlines.escalate_at.map(chased),
        Timer::Propose => deadlines.propose_at.map(chased),
        Timer::Expire if facts.has_reply_as_told => {
            let after_last_word = facts.moved_from(facts.status_at, DAYS_WITHOUT_WORD, now);
            Some(deadlines.expire_at.plus_days(DAYS_WITHOUT_WORD).max(after_last_word))
        }
        Timer::Expire => Some(chased(deadlines.expire_at)),
        Timer::WaitOver => facts.wait_over_at(0, now),
        Timer::WaitExpired => facts.wait_over_at(DAYS_BEYOND_WAIT, now).or_else(|| {
            let a_week_on_the_list = facts.moved_from(facts.status_at, DAYS_BEYOND_WAIT, now);
            Some(deadlines.expire_at.max(a_week_on_the_list))
        }),
        Timer::ServiceReview => Some(facts.service_review_at(now)),
        Timer::LongTrackReview => {
            let is_ahead = |at: &Timestamp| facts.reviewed_at.is_none_or(|reviewed_at| reviewed_at < *at);
            deadlines.review_at.iter().copied().find(is_ahead)
        }
        Timer::ConsentLapsing => {
            let lapses_at = facts.consent_expires_at.filter(|lapses_at| now < *lapses_at);
            lapses_at.map(|lapses_at| lapses_at.plus_days(-LAPSING_DAYS))
        }
        Timer::NeedUnanswered if facts.is_need_open => {
            let asked_by = facts.status_at.microseconds().saturating_add(facts.deadlines.decision_microseconds());
            Some(facts.shift.moved(Timestamp::from_microseconds(asked_by), facts.status_at, now))
        }
        Timer::NeedUnanswered => None,
    }
}

/// What is to be done about a due time whose row has come up: the row may be early, late, or of another state.
pub fn firing(timer: Timer, facts: &TimerFacts<'_>, now: Timestamp) -> Firing {
    match due_at(timer, facts, now) {
        None => Firing::Void,
        Some(due) if facts.shift.is_frozen() => Firing::NotYet(due.max(now.plus_hours(HOURS_WHILE_FROZEN))),
        Some(due) if now < due => Firing::NotYet(due),
        Some(_) => Firing::Due,
    }
}

impl TimerFacts<'_> {
    /// With what has fired before, as far as it counts: whom silence was told is told once for good; what belongs to a stay in
    /// a state comes again with the next stay, such as the review of what was reopened; a consent given anew lapses anew.
    #[must_use]
    pub fn counting(self, fired: &[Fired], consent_obtained_at: Timestamp) -> Self {
        let counts_since = |timer: Timer| match timer {
            Timer::Remind | Timer::Escalate | Timer::Propose => Some(self.deadlines.requested_at),
            Timer::ConsentLapsing => Some(consent_obtained_at),
            Timer::LongTrackReview => None,
            Timer::Expire | Timer::WaitOver | Timer::WaitExpired | Timer::ServiceReview | Timer::NeedUnanswered => {
                Some(self.status_at)
            }
        };
        let counts = |fired: &&Fired| counts_since(fired.timer).is_some_and(|since| since <= fired.fired_at);
        let reviews = fired.iter().filter(|fired| fired.timer == Timer::LongTrackReview);
        Self {
            reviewed_at: reviews.map(|review| review.fired_at).max().or(self.reviewed_at),
            fired: fired.iter().filter(counts).map(|fired| fired.timer).collect(),
            ..self
        }
    }

    /// So many days after an instant, later by what the project was frozen since.
    fn moved_from(&self, since: Timestamp, days: i64, now: Timestamp) -> Timestamp {
        self.shift.moved(since.plus_days(days), since, now)
    }

    /// So many days after the wait that was told. The hard deadline does not cut it: who sent it knows both.
    fn wait_over_at(&self, days_beyond: i64, now: Timestamp) -> Option<Timestamp> {
        self.expected_wait_days.map(|days| self.moved_from(self.status_at, i64::from(days) + days_beyond, now))
    }

    /// Thirty days after the service should have begun (where that has no clock, after the referral should have ended) and
    /// after the last word about it, so that what was accepted late or goes on for long has its time as well.
    fn service_review_at(&self, now: Timestamp) -> Timestamp {
        let Deadlines { requested_at, serve_by, expire_at, .. } = *self.deadlines;
        let served_by = serve_by.unwrap_or(expire_at).plus_days(DAYS_WITHOUT_WORD);
        let last_word = self.attested_at.map_or(self.status_at, |attested_at| attested_at.max(self.status_at));
        self.shift.moved(served_by, requested_at, now).max(self.moved_from(last_word, DAYS_WITHOUT_WORD, now))
    }
}

#[cfg(test)]
mod tests;
