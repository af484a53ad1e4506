//! Why a verdict is not a plain match, in words.

use super::accepted;
use crate::actions::search::Judgement;
use crate::domain::directory::Welcome;
use crate::domain::fit::{Finding, FitDimension, FitReason as Reason, proposed_need};
use crate::domain::need::Need;
use crate::graphql::request::RequestContext;
use crate::i18n::{code_key, text, text_with};
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

/// The reason as a sentence, with what of the service makes it plainer.
pub fn reason_sentence(reason: Reason, judged: &Judgement, request: &RequestContext) -> String {
    let key = format!("{}-{}", code_key("fit", reason.dimension), code_key("is", reason.finding));
    match detail(reason, judged, request) {
        Some((detail, arguments)) => text_with(request.language, &format!("{key}-{detail}"), &arguments),
        None => text(request.language, &key),
    }
}

/// Which of several sentences tells the reason, and with what in it.
type Detail = (&'static str, Vec<(&'static str, String)>);

/// What the service tells that makes the reason plainer than its code.
fn detail(reason: Reason, judged: &Judgement, request: &RequestContext) -> Option<Detail> {
    let service = &judged.service.service;
    match (reason.dimension, reason.finding) {
        (FitDimension::Capacity, Finding::ToConfirm) => {
            let days = service.capacity.as_ref()?.expected_wait_days?;
            Some(("days", vec![("days", days.to_string())]))
        }
        (FitDimension::Criteria, Finding::ToConfirm) => service.criteria_disagree.then(|| ("disagree", Vec::new())),
        (FitDimension::Opening, Finding::Excluded) => {
            let next = judged.found.reopens_on?;
            Some(("until", vec![("day", next.to_string())]))
        }
        (dimension, finding) => {
            let accepted = accepted::words(service, dimension, request)?;
            // Whoever serves its public first serves others too, so that "only" would be wrong.
            let is_first = finding == Finding::ToConfirm && service.welcome == Some(Welcome::Preferential);
            Some((if is_first { "first" } else { "only" }, vec![("accepted", accepted)]))
        }
    }
}
