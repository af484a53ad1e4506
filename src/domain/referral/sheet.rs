//! The sheet that a caseworker prints for a handover, and fills in by pen.

use crate::domain::account::RiskProfile;
use crate::domain::code::code_list;

code_list! {
    /// Why there is no sheet of a referral.
    SheetProblem {
        PaperForbidden = "paper_forbidden": "in a project at severe risk no paper is to hold a name",
        NotNow = "not_now": "the project is frozen, has revoked the recipient, or the service is not to be used",
        NothingToSay = "nothing_to_say": "both sides have no words to say to each other yet, or no more",
    }
}

impl SheetProblem {
    /// Refuses paper where whoever is found with it, or is named on it, is in danger (P-25).
    pub fn check_paper(risk_profile: RiskProfile) -> Result<(), Self> {
        if risk_profile == RiskProfile::Severe { Err(Self::PaperForbidden) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paper_is_forbidden_at_severe_risk_only() {
        assert_eq!(SheetProblem::check_paper(RiskProfile::Standard), Ok(()));
        assert_eq!(SheetProblem::check_paper(RiskProfile::High), Ok(()));
        assert_eq!(SheetProblem::check_paper(RiskProfile::Severe), Err(SheetProblem::PaperForbidden));
    }
}
