//! Why a service does not plainly take a person, in words.

use super::{Language, accepted, code_key, text, text_with};
use crate::domain::directory::{Service, Welcome};
use crate::domain::fit::{Finding, FitDimension, FitReason};
use crate::domain::place::AreaCode;
use crate::domain::time::Date;

/// Gives areas their names.
pub type NamesOfAreas<'a> = &'a dyn Fn(&[AreaCode]) -> Vec<String>;

/// The service of which a reason is told, as the reader may know it.
#[derive(Clone, Copy, Debug)]
pub struct OfService<'a> {
    /// The service.
    pub service: &'a Service,
    /// The day on which one that is closed for a time opens again.
    pub reopens_on: Option<Date>,
}

/// The reason as a sentence, with what of the service makes it plainer.
pub fn reason_sentence(
    reason: FitReason,
    of: OfService<'_>,
    language: Language,
    names_of_areas: NamesOfAreas<'_>,
) -> String {
    let key = format!("{}-{}", code_key("fit", reason.dimension), code_key("is", reason.finding));
    match detail(reason, of, language, names_of_areas) {
        Some((detail, arguments)) => text_with(language, &format!("{key}-{detail}"), &arguments),
        None => text(language, &key),
    }
}

/// Which of several sentences tells the reason, and with what in it.
type Detail = (&'static str, Vec<(&'static str, String)>);

/// What the service tells that makes the reason plainer than its code.
fn detail(
    reason: FitReason,
    OfService { service, reopens_on }: OfService<'_>,
    language: Language,
    names_of_areas: NamesOfAreas<'_>,
) -> Option<Detail> {
    match (reason.dimension, reason.finding) {
        (FitDimension::Capacity, Finding::ToConfirm) => {
            let days = service.capacity.as_ref()?.expected_wait_days?;
            Some(("days", vec![("days", days.to_string())]))
        }
        (FitDimension::Criteria, Finding::ToConfirm) => service.criteria_disagree.then(|| ("disagree", Vec::new())),
        (FitDimension::Opening, Finding::Excluded) => {
            let next = reopens_on?;
            Some(("until", vec![("day", next.to_string())]))
        }
        (dimension, finding) => {
            let accepted = accepted::words(service, dimension, language, names_of_areas)?;
            // Whoever serves its public first serves others too, so that "only" would be wrong.
            let is_first = finding == Finding::ToConfirm && service.welcome == Some(Welcome::Preferential);
            Some((if is_first { "first" } else { "only" }, vec![("accepted", accepted)]))
        }
    }
}
