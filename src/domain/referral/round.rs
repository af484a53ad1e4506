//! Rounds: one need put to several services at once, of which the first to accept has it.

use super::Referral;
use crate::domain::refusal::{InputProblem, Refusal};
use std::collections::BTreeSet;

/// How many services a round asks.
const SIZE: std::ops::RangeInclusive<usize> = 2..=3;

/// Checks that these drafts make a round: two or three, of one case and one need, each to another service and each on
/// a consent of its own.
pub fn check_round(drafts: &[Referral]) -> Result<(), Refusal> {
    let different = |key: fn(&Referral) -> String| drafts.iter().map(key).collect::<BTreeSet<_>>().len();
    let is_of_one_need = different(|draft| format!("{} {}", draft.case_id, draft.need)) == 1;
    let services = different(|draft| draft.service_id.to_string());
    let consents = different(|draft| draft.consent_id.to_string());
    let problem = if !SIZE.contains(&drafts.len()) {
        InputProblem::RoundSize
    } else if !is_of_one_need {
        InputProblem::RoundOfOneNeed
    } else if services.min(consents) < drafts.len() {
        InputProblem::RoundTwice
    } else {
        return Ok(());
    };
    Err(Refusal::input("referrals", problem))
}
