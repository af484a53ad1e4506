//! The deadlines of one referral: fixed when it is sent, moved by what nobody is late by.

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::span::Span;
use super::table::{ClockField, ClockRow};
use crate::domain::freeze::{Freeze, moved_by_freezes};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

/// When what is due of a referral, as its project's table and calendar had it when it was sent.
///
/// Nothing lies behind the end: a clock that the calendar would carry beyond it runs out with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// When it was sent: every clock runs from here.
    pub requested_at: Timestamp,
    /// The hard deadline: when the service must have begun, whatever the clocks say.
    pub needed_by: Option<Timestamp>,
    /// Until when the recipient acknowledges.
    pub acknowledge_by: Timestamp,
    /// Until when it decides.
    pub decide_by: Option<Timestamp>,
    /// Until when the service begins.
    pub serve_by: Option<Timestamp>,
    /// When the agent is reminded.
    pub remind_at: Option<Timestamp>,
    /// When the second contact and the coordinator are told.
    pub escalate_at: Option<Timestamp>,
    /// When the next recipients are proposed.
    pub propose_at: Option<Timestamp>,
    /// When it ends without an answer: at the hard deadline at the latest, because behind it no answer is worth
    /// waiting for, and the need is to be recorded as unmet.
    pub expire_at: Timestamp,
    /// When it is looked at again. They are kept one by one, so that no calendar is asked later.
    pub review_at: Vec<Timestamp>,
}

hidden_debug!(Deadlines);

/// The one question of a recipient that stops the clock of its decision: the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Clarification {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

hidden_debug!(Clarification);

/// What moves deadlines after they were fixed, as facts; how far is computed when somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockShift<'a> {
    /// The freezes of the project that follows the referral.
    pub freezes: &'a [Freeze],
    /// The recipient's first question; later ones stop nothing.
    pub clarification: Option<Clarification>,
}

impl ClockShift<'_> {
    /// True while the project is frozen.
    pub fn is_frozen(&self) -> bool {
        self.freezes.iter().any(|freeze| freeze.thawed_at.is_none())
    }

    /// An instant that was reckoned from `since`, later by what the project was frozen meanwhile.
    pub(super) fn moved(&self, instant: Timestamp, since: Timestamp, now: Timestamp) -> Timestamp {
        moved_by_freezes(instant, since, self.freezes, now)
    }

    /// For how long the question was open while the project was at work, in microseconds; `most` while it is open.
    fn open_microseconds(&self, question: Clarification, most: i64) -> i64 {
        let Some(answered_at) = question.answered_at else { return most };
        let open = answered_at.microseconds() - question.asked_at.microseconds();
        let frozen = self.freezes.iter().map(|freeze| {
            let until = freeze.thawed_at.unwrap_or(answered_at).min(answered_at);
            (until.microseconds() - freeze.frozen_at.max(question.asked_at).microseconds()).max(0)
        });
        (open - frozen.sum::<i64>()).clamp(0, most)
    }
}

impl Deadlines {
    /// The deadlines of a referral that is sent at `requested_at`.
    pub fn at(row: &ClockRow, calendar: &Calendar, requested_at: Timestamp, needed_by: Option<Timestamp>) -> Self {
        let after = |span: Span| calendar.after(requested_at, span);
        let in_time = |instant: Timestamp| needed_by.map_or(instant, |hard| hard.min(instant));
        let expire_at = in_time(after(row.end()));
        let due = |field| row.span(field).map(|span| after(span).min(expire_at));
        let reviews =
            row.review().into_iter().flat_map(|review| (1..=review.at_most).map(move |n| review.every.times(n)));
        Self {
            requested_at,
            needed_by,
            acknowledge_by: due(ClockField::Acknowledge).unwrap_or(expire_at),
            decide_by: due(ClockField::Decide),
            serve_by: row.span(ClockField::Serve).map(after).map(in_time).or(needed_by),
            remind_at: due(ClockField::Remind),
            escalate_at: due(ClockField::Escalate),
            propose_at: due(ClockField::Propose),
            expire_at,
            review_at: reviews.map(after).take_while(|at| *at < expire_at).collect(),
        }
    }

    /// True where the hard deadline lies before the end of a clock that has it.
    pub fn is_cut(&self) -> bool {
        let clocks = [Some(self.acknowledge_by), self.decide_by, self.serve_by, Some(self.expire_at)];
        self.needed_by.is_some_and(|hard| clocks.contains(&Some(hard)))
    }

    /// How long the recipient has to decide, in microseconds; to acknowledge, where the decision has no clock.
    pub fn decision_microseconds(&self) -> i64 {
        let until = self.decide_by.unwrap_or(self.acknowledge_by);
        (until.microseconds() - self.requested_at.microseconds()).max(0)
    }

    /// The deadlines as they are now.
    ///
    /// A freeze moves each of them by its length, since nobody can answer meanwhile, but none behind the hard deadline: a
    /// hearing is not put off because a project was frozen. The first question moves the decision by the time that it was
    /// open, by half of the decision's length at most, and by that half while it is open; a decision that was due already
    /// when it was asked stays due.
    #[must_use]
    pub fn shifted(&self, shift: &ClockShift<'_>, now: Timestamp) -> Self {
        let moved = |instant: Timestamp| {
            let moved = shift.moved(instant, self.requested_at, now);
            self.needed_by.map_or(moved, |hard| hard.min(moved))
        };
        let paused = |decide_by: Timestamp| {
            let question = shift.clarification.filter(|question| question.asked_at < moved(decide_by));
            let most = self.decision_microseconds() / 2;
            let pause = question.map_or(0, |question| shift.open_microseconds(question, most));
            Timestamp::from_microseconds(decide_by.microseconds().saturating_add(pause))
        };
        Self {
            requested_at: self.requested_at,
            needed_by: self.needed_by,
            acknowledge_by: moved(self.acknowledge_by),
            decide_by: self.decide_by.map(paused).map(moved),
            serve_by: self.serve_by.map(moved),
            remind_at: self.remind_at.map(moved),
            escalate_at: self.escalate_at.map(moved),
            propose_at: self.propose_at.map(moved),
            expire_at: moved(self.expire_at),
            review_at: self.review_at.iter().copied().map(moved).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
