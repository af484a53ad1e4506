//! Why a verdict is not a plain match, in words.

use crate::actions::geography::names_of_areas;
use crate::actions::search::Judgement;
use crate::domain::fit::{Finding, FitDimension, FitReason as Reason, proposed_need};
use crate::domain::need::Need;
use crate::graphql::request::RequestContext;
use crate::i18n::fit;
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
    /// The need to turn to first or instead, such as registration before an evacuation; null where none is known.
    proposed_need: Option<Need>,
}

impl FitReason {
    /// The reason, with what of the service makes it plainer.
    pub(super) fn new(reason: Reason, judged: &Judgement, request: &RequestContext) -> Self {
        Self {
            dimension: reason.dimension,
            finding: reason.finding,
            message: reason_sentence(reason, judged, request),
            proposed_need: proposed_need(&judged.service.service, reason),
        }
    }
}

/// The reason as a sentence, in the language asked for.
pub fn reason_sentence(reason: Reason, judged: &Judgement, request: &RequestContext) -> String {
    let of_service = fit::OfService { service: &judged.service.service, reopens_on: judged.found.reopens_on };
    fit::reason_sentence(reason, of_service, request.language, &|codes| names_of_areas(&request.context, codes))
}
