//! Legal holds: the only thing that keeps a case beyond its clocks (P-22).

use super::code::code_list;
use super::id::{AccountId, CaseId, OrganizationId, ProjectId};
use super::refusal::{InputProblem, Refusal};
use super::time::{Date, Timestamp};

/// Days within which a hold must be looked at again.
pub const LONGEST_REVIEW_DAYS: i64 = 365;

code_list! {
    /// Why a case is held back from erasure.
    LegalHoldReason {
        Litigation = "litigation": "a court case in which the case's records are evidence",
        RegulatorInquiry = "regulator_inquiry": "an inquiry by the data protection authority",
        JudicialOrder = "judicial_order": "an order of a judge to keep the records",
        HarmReview = "harm_review": "a review of harm that came to the person",
        PersonsRequest = "persons_request": "the person asked to keep the records for a claim of their own",
    }
}

/// One case held back from erasure.
#[derive(Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// The case.
    pub case_id: CaseId,
    /// Its project.
    pub project_id: ProjectId,
    /// The organisation that runs the project.
    pub organization_id: OrganizationId,
    /// Why.
    pub reason: LegalHoldReason,
    /// The day by which somebody looks whether it is still needed. A hold past this day goes on holding, and
    /// stands first in the list.
    pub review_on: Date,
    /// When it was set or last renewed.
    pub set_at: Timestamp,
    /// Who set or last renewed it.
    pub set_by: AccountId,
}

impl LegalHold {
    /// True once the day of its review has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.review_on < now.date()
    }
}

/// Checks the day of a review: after today, at most a year ahead.
pub fn check_review_on(review_on: Date, now: Timestamp) -> Result<Date, Refusal> {
    let is_in_time = review_on > now.date() && review_on <= now.plus_days(LONGEST_REVIEW_DAYS).date();
    if is_in_time { Ok(review_on) } else { Err(Refusal::input("reviewOn", InputProblem::ReviewDate)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_lies_ahead_and_within_a_year() {
        let now = Timestamp::parse("2026-11-23T18:50:12Z").expect("an instant");
        for (day, valid) in [
            ("2026-11-22", false),
            ("2026-11-23", false),
            ("2026-11-24", true),
            ("2027-11-23", true),
            ("2027-11-24", false),
        ] {
            assert_eq!(check_review_on(day.parse().expect("a day"), now).is_ok(), valid, "{day}");
        }
    }
}
