//! How recipients have answered the referrals of a project: counted once a month is over, and frozen until the next one is.
//!
//! Invariants: the parts of an organisation's figures have no referral in common, and each rests on
//! [`REFERRALS_TO_COUNT`] referrals at least, so that no difference of two tells of one referral (ruling R20). What
//! happens in a running month changes none of them.

use super::clocks::{ClockShift, Deadlines};
use super::code::CodeList as _;
use super::freeze::Freeze;
use super::id::{OrganizationId, ReferralId};
use super::lifecycle::{Event, Status};
use super::need::Need;
use super::ranking::{Answering, REFERRALS_TO_COUNT};
use super::referral::{DeclineCode, ReferralKind, TimelineEntry, first_clarification};
use super::sensitive::hidden_debug;
use super::time::{Month, Timestamp};
use std::collections::BTreeMap;

/// How many months are counted, the last complete one and those before it: long enough for five referrals to come
/// together, short enough for a partner to better itself.
const MONTHS_COUNTED: u32 = 6;

/// The months that are counted once a month is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedMonths {
    /// The last of them.
    pub last: Month,
}

impl CountedMonths {
    /// Those that are complete at an instant.
    pub fn before(now: Timestamp) -> Self {
        Self { last: now.month().back(1) }
    }

    /// Their first instant.
    pub fn start(self) -> Timestamp {
        self.last.back(MONTHS_COUNTED).end()
    }

    /// The first instant after them.
    pub fn end(self) -> Timestamp {
        self.last.end()
    }
}

/// A referral, as far as it says how its recipient answers.
#[derive(Clone)]
pub struct AskedReferral {
    /// Identifier.
    pub id: ReferralId,
    /// Who was asked.
    pub recipient_id: OrganizationId,
    /// For which need.
    pub need: Need,
    /// What was asked.
    pub kind: ReferralKind,
    /// Its state.
    pub status: Status,
    /// Since when it is in this state.
    pub status_at: Timestamp,
    /// What was due when, as it was fixed when it was sent.
    pub deadlines: Deadlines,
}

hidden_debug!(AskedReferral);

impl AskedReferral {
    /// Whether it was answered in time, whatever the answer and by whatever way it came; `None` where that says nothing of
    /// its recipient.
    ///
    /// In time is by when the recipient had to decide, and to acknowledge where a decision has no clock. What is not due by
    /// the end of the months is left for the next ones, answered or not, so that quick answers are not counted first. A line
    /// to a specialist asks for no answer; what was withdrawn or never should have been does not count, nor what the sender
    /// closed, or the person declined, before an answer was due.
    pub fn is_answered_in_time(
        &self,
        timeline: &[TimelineEntry],
        freezes: &[Freeze],
        months: CountedMonths,
    ) -> Option<bool> {
        if self.kind == ReferralKind::Redirection || matches!(self.status, Status::EnteredInError | Status::Withdrawn) {
            return None;
        }
        let shift = ClockShift { freezes, clarification: first_clarification(timeline) };
        let deadlines = self.deadlines.shifted(&shift, months.end());
        let (due_by, needs_decision) = match deadlines.decide_by {
            Some(decide_by) => (decide_by, true),
            None => (deadlines.acknowledge_by, false),
        };
        let is_answer = |entry: &&TimelineEntry| match entry.event {
            // The person's own reason is no answer of the recipient's.
            Event::Decline => !is_of_person(entry),
            Event::Accept | Event::Waitlist => true,
            Event::Acknowledge => !needs_decision,
            _ => false,
        };
        let answered_at = timeline.iter().find(is_answer).map(|entry| entry.at);
        let is_in_time = answered_at.is_some_and(|answered_at| answered_at <= due_by);
        let is_closed = self.status == Status::Cancelled || timeline.iter().any(is_of_person);
        let is_closed_before = is_closed && self.status_at <= due_by && !is_in_time;
        (due_by < months.end() && !is_closed_before).then_some(is_in_time)
    }
}

/// True where the person declined, as the sender has recorded it.
fn is_of_person(entry: &TimelineEntry) -> bool {
    entry.event == Event::Decline
        && entry.code.as_deref().and_then(DeclineCode::from_code).is_some_and(DeclineCode::is_of_person)
}

/// A part of an organisation's figures: of one need, or of all its needs that have none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnsweringFigure {
    /// Who was asked.
    pub organization_id: OrganizationId,
    /// For which need; `None` for those together that were asked too seldom for a figure of their own.
    pub need: Option<Need>,
    /// How many referrals it rests on.
    pub referrals: u32,
    /// How many of them were answered in time.
    pub answered_in_time: u32,
}

/// The figures of referrals, each of one recipient, of one need, answered in time or not. What has too few is left out.
pub fn figures_of(asked: impl IntoIterator<Item = (OrganizationId, Need, bool)>) -> Vec<AnsweringFigure> {
    let mut counted: BTreeMap<(OrganizationId, Option<Need>), (u32, u32)> = BTreeMap::new();
    for (organization, need, is_in_time) in asked {
        let (referrals, answered) = counted.entry((organization, Some(need))).or_default();
        (*referrals, *answered) = (*referrals + 1, *answered + u32::from(is_in_time));
    }
    let mut kept: BTreeMap<(OrganizationId, Option<Need>), (u32, u32)> = BTreeMap::new();
    for ((organization, need), (referrals, answered)) in counted {
        let part = need.filter(|_| referrals >= REFERRALS_TO_COUNT);
        let (all, in_time) = kept.entry((organization, part)).or_default();
        (*all, *in_time) = (*all + referrals, *in_time + answered);
    }
    let figure = |((organization_id, need), (referrals, answered_in_time))| AnsweringFigure {
        organization_id,
        need,
        referrals,
        answered_in_time,
    };
    kept.into_iter().map(figure).filter(|figure| figure.referrals >= REFERRALS_TO_COUNT).collect()
}

/// What is known of how recipients have answered one project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownAnswering {
    by_need: BTreeMap<(OrganizationId, Need), Answering>,
    overall: BTreeMap<OrganizationId, Answering>,
}

impl KnownAnswering {
    /// What these figures tell.
    pub fn new(figures: impl IntoIterator<Item = AnsweringFigure>) -> Self {
        let mut sums: BTreeMap<OrganizationId, (u32, u32)> = BTreeMap::new();
        let mut by_need = BTreeMap::new();
        for figure in figures {
            let (referrals, answered) = sums.entry(figure.organization_id).or_default();
            (*referrals, *answered) = (*referrals + figure.referrals, *answered + figure.answered_in_time);
            if let Some(need) = figure.need {
                let answering = answering((figure.referrals, figure.answered_in_time));
                by_need.insert((figure.organization_id, need), answering);
            }
        }
        Self { by_need, overall: sums.into_iter().map(|(id, sum)| (id, answering(sum))).collect() }
    }

    /// How an organisation has answered for a need; where it was seldom asked for that, or no need is named, how it has
    /// answered altogether. That is the sum of its figures and no more: the total would tell the few that are left out.
    pub fn of(&self, organization: OrganizationId, need: Option<Need>) -> Option<Answering> {
        let of_need = need.and_then(|need| self.by_need.get(&(organization, need)));
        of_need.or_else(|| self.overall.get(&organization)).copied()
    }
}

fn answering((referrals, answered): (u32, u32)) -> Answering {
    Answering { referrals, answered_in_time_share: f64::from(answered) / f64::from(referrals.max(1)) }
}

#[cfg(test)]
mod tests;
