//! Breaking the glass: opening one case of another team, for an hour, in front of everybody.
//!
//! Invariants: it is never silent and never quick to repeat. It needs a second factor shown within the last
//! minutes, a reason, and afterwards the word of somebody else; while that is overdue the right rests.

use super::code::code_list;
use super::freeze::{Freeze, moved_by_freezes};
use super::id::{AccountId, CaseId, GlassId, ProjectId, TeamId};
use super::refusal::{ProtectionProblem, Refusal};
use super::time::Timestamp;

/// Minutes that a broken glass stays open.
pub const OPEN_MINUTES: i64 = 60;
/// How often one person may break the glass within 24 hours.
pub const MOST_PER_DAY: usize = 3;
/// Hours within which somebody else must have reviewed it.
pub const REVIEW_HOURS: i64 = 72;
/// Minutes for which a second factor counts as fresh.
pub const SECOND_FACTOR_MINUTES: i64 = 5;

code_list! {
    /// Why somebody opens a case of another team.
    GlassReason {
        LifeAtRisk = "life_at_risk": "a life or the safety of the person is at risk now",
        TeamUnreachable = "team_unreachable": "the team cannot be reached and the person needs an answer",
        HarmReported = "harm_reported": "harm was reported and must be looked into",
        PersonAsks = "person_asks": "the person asks for it",
    }
}

code_list! {
    /// What the review of a broken glass found.
    GlassVerdict {
        Justified = "justified": "it was needed",
        NotJustified = "not_justified": "it was not needed",
    }
}

/// One broken glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Identifier.
    pub id: GlassId,
    /// The project of the case.
    pub project_id: ProjectId,
    /// The team of the case, then.
    pub team_id: TeamId,
    /// The case that it opens.
    pub case_id: CaseId,
    /// Who broke it.
    pub account_id: AccountId,
    /// Handle of that account.
    pub handle: String,
    /// Why.
    pub reason: GlassReason,
    /// When.
    pub opened_at: Timestamp,
    /// Until when it lets through.
    pub ends_at: Timestamp,
    /// When somebody else reviewed it.
    pub reviewed_at: Option<Timestamp>,
    /// What the review found.
    pub verdict: Option<GlassVerdict>,
}

impl Glass {
    /// True while it lets `account` read the case.
    pub fn lets_through(&self, account: AccountId, now: Timestamp) -> bool {
        self.account_id == account && now < self.ends_at
    }

    /// The glass after its review by `account`, who must be somebody else.
    pub fn reviewed(self, account: AccountId, verdict: GlassVerdict, now: Timestamp) -> Result<Self, Refusal> {
        super::freeze::two_people(self.account_id, account)?;
        if self.reviewed_at.is_some() {
            return Err(Refusal::Protection(ProtectionProblem::AlreadyReviewed));
        }
        Ok(Self { reviewed_at: Some(now), verdict: Some(verdict), ..self })
    }
}

impl Glass {
    /// Until when somebody else must have reviewed it; the time does not count in which its project was frozen.
    pub fn review_due_at(&self, freezes: &[Freeze], now: Timestamp) -> Timestamp {
        moved_by_freezes(self.opened_at.plus_hours(REVIEW_HOURS), self.opened_at, freezes, now)
    }
}

/// Whether somebody with these earlier glasses may break another one now.
pub fn may_break(earlier: &[Glass], second_factor_is_fresh: bool, now: Timestamp) -> Result<(), Refusal> {
    let is_overdue = |glass: &Glass| glass.reviewed_at.is_none() && glass.opened_at.plus_hours(REVIEW_HOURS) <= now;
    let of_today = earlier.iter().filter(|glass| now < glass.opened_at.plus_hours(24)).count();
    let problem = if !second_factor_is_fresh {
        ProtectionProblem::SecondFactorNeeded
    } else if earlier.iter().any(is_overdue) {
        ProtectionProblem::ReviewOverdue
    } else if of_today >= MOST_PER_DAY {
        ProtectionProblem::GlassTooOften
    } else {
        return Ok(());
    };
    Err(Refusal::Protection(problem))
}

/// How often the glass is broken, beside the ordinary reading of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlassRate {
    /// Broken glasses.
    pub glasses: i64,
    /// Readings of cases.
    pub case_reads: i64,
}

impl GlassRate {
    /// Broken glasses for 1,000 readings; `None` while nothing was read.
    pub fn per_thousand(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows lie far below 2^52")]
        let (glasses, reads) = (self.glasses as f64, self.case_reads as f64);
        (self.case_reads > 0).then(|| glasses * 1000.0 / reads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_microseconds(0).plus_hours(hours)
    }

    fn glass(opened: i64, reviewed: Option<i64>) -> Glass {
        Glass {
            id: GlassId::from_bytes([1; 16]),
            project_id: ProjectId::from_bytes([1; 16]),
            team_id: TeamId::from_bytes([1; 16]),
            case_id: CaseId::from_bytes([1; 16]),
            account_id: AccountId::from_bytes([1; 16]),
            handle: String::new(),
            reason: GlassReason::LifeAtRisk,
            opened_at: at(opened),
            ends_at: at(opened + 1),
            reviewed_at: reviewed.map(at),
            verdict: None,
        }
    }

    #[test]
    fn the_glass_is_broken_rarely_freshly_and_only_by_who_was_reviewed() {
        let problem = |earlier: &[Glass], fresh, now| match may_break(earlier, fresh, at(now)) {
            Err(Refusal::Protection(problem)) => Some(problem),
            _ => None,
        };
        assert_eq!(problem(&[], true, 0), None);
        assert_eq!(problem(&[], false, 0), Some(ProtectionProblem::SecondFactorNeeded));
        let three = [glass(0, None), glass(1, None), glass(2, None)];
        assert_eq!(problem(&three[..2], true, 3), None);
        assert_eq!(problem(&three, true, 3), Some(ProtectionProblem::GlassTooOften));
        assert_eq!(problem(&three, true, 24), None, "the first is a day old");
        assert_eq!(problem(&three[..1], true, 71), None);
        assert_eq!(problem(&three[..1], true, 72), Some(ProtectionProblem::ReviewOverdue));
        assert_eq!(problem(&[glass(0, Some(80))], true, 90), None, "a late review gives the right back");
    }

    #[test]
    fn a_review_is_due_later_by_the_time_of_a_freeze() {
        let glass = glass(0, None);
        assert_eq!(glass.review_due_at(&[], at(100)), at(72));
        let freeze = |thawed: Option<i64>| Freeze {
            project_id: glass.project_id,
            frozen_at: at(10),
            thaw_requested_at: None,
            thaw_requested_by: None,
            thawed_at: thawed.map(at),
        };
        assert_eq!(glass.review_due_at(&[freeze(Some(30))], at(100)), at(92));
        assert_eq!(glass.review_due_at(&[freeze(None)], at(100)), at(162), "never while it is frozen");
    }

    #[test]
    fn nobody_reviews_the_own_glass_nor_one_twice() {
        let (own, other) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let alone = glass(0, None).reviewed(own, GlassVerdict::Justified, at(1));
        assert_eq!(alone, Err(Refusal::Protection(ProtectionProblem::SecondPersonNeeded)));
        let reviewed = glass(0, None).reviewed(other, GlassVerdict::NotJustified, at(1)).expect("a review");
        let again = reviewed.reviewed(other, GlassVerdict::Justified, at(2));
        assert_eq!(again, Err(Refusal::Protection(ProtectionProblem::AlreadyReviewed)));
    }
}
