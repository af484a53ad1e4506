//! Why a verdict is not a plain match, in words.

use crate::actions::search::Judgement;
use crate::domain::directory::Eligibility;
use crate::domain::fit::{Finding, FitDimension, FitReason as Reason};
use crate::i18n::{Language, code_key, text, text_with};
use async_graphql::SimpleObject;

/// Why a verdict is not a plain match.
#[derive(SimpleObject)]
pub struct FitReason {
    /// On what it rests.
    dimension: FitDimension,
    /// What was found.
    finding: Finding,
    /// The same as a sentence, in the language asked for.
    message: String,
}

impl FitReason {
    /// The reason, with what of the service makes it plainer.
    pub(super) fn new(reason: Reason, judged: &Judgement, language: Language) -> Self {
        Self {
            dimension: reason.dimension,
            finding: reason.finding,
            message: reason_sentence(reason, judged, language),
        }
    }
}

/// The reason as a sentence, with what of the service makes it plainer.
pub fn reason_sentence(reason: Reason, judged: &Judgement, language: Language) -> String {
    let key = format!("{}-{}", code_key("fit", reason.dimension), code_key("is", reason.finding));
    match detail(reason, judged) {
        Some((detail, arguments)) => text_with(language, &format!("{key}-{detail}"), &arguments),
        None => text(language, &key),
    }
}

/// Which of several sentences tells the reason, and with what in it.
type Detail = (&'static str, Vec<(&'static str, String)>);

/// What the service tells that makes the reason plainer than its code.
fn detail(reason: Reason, judged: &Judgement) -> Option<Detail> {
    let service = &judged.service.service;
    match (reason.dimension, reason.finding) {
        (FitDimension::Age, Finding::Excluded) => ages(&service.eligibility),
        (FitDimension::Capacity, Finding::ToConfirm) => {
            let days = service.capacity.as_ref()?.expected_wait_days?;
            Some(("days", vec![("days", days.to_string())]))
        }
        (FitDimension::Opening, Finding::Excluded) => {
            let next = judged.found.reopens_on?;
            Some(("until", vec![("day", next.to_string())]))
        }
        _ => None,
    }
}

/// "Only under 18" says more than "age not accepted".
fn ages(eligibility: &Eligibility) -> Option<Detail> {
    match (eligibility.minimum_age, eligibility.maximum_age) {
        (None | Some(0), Some(maximum)) => Some(("under", vec![("age", (u16::from(maximum) + 1).to_string())])),
        (Some(minimum), None) => Some(("from", vec![("age", minimum.to_string())])),
        (Some(minimum), Some(maximum)) => {
            Some(("between", vec![("minimum", minimum.to_string()), ("maximum", maximum.to_string())]))
        }
        (None, None) => None,
    }
}
