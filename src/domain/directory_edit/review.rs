//! When an entry has to be looked at again, and whose word on it is the later one.

use super::is_criteria;
use crate::domain::account::RiskProfile;
use crate::domain::code::CodeList as _;
use crate::domain::directory::{FieldValue, Service, ServiceField, Teller};
use crate::domain::freshness::{FreshnessState, freshness};
use crate::domain::time::Date;
use chrono::Days;

/// Days after which an entry is confirmed again.
const REVIEW_DAYS: u64 = 180;
/// The same for services of projects where a leak or a wrong address gets people arrested or attacked (domain
/// reference §2.13).
const SEVERE_REVIEW_DAYS: u64 = 90;

/// The day by which an entry that is confirmed today has to be confirmed again, by the gravest of the risks of the
/// projects that use it.
pub fn next_review_on(today: Date, risks: &[RiskProfile]) -> Date {
    let days = if risks.contains(&RiskProfile::Severe) { SEVERE_REVIEW_DAYS } else { REVIEW_DAYS };
    today.checked_add_days(Days::new(days)).unwrap_or(today)
}

/// The day by which somebody should confirm the entry, by the risks of the projects that use it: the one that was told,
/// else counted from the day on which it was last checked. For a project at severe risk the earlier of the two counts:
/// who told the day may have been of another project. `None` where nobody has told either.
pub fn due_on(service: &Service, risks: &[RiskProfile]) -> Option<Date> {
    let counted = service.verified_on.map(|day| next_review_on(day, risks));
    match (service.next_review_on, counted) {
        (Some(told), Some(counted)) if risks.contains(&RiskProfile::Severe) => Some(told.min(counted)),
        (told, counted) => told.or(counted),
    }
}

/// Whether somebody should confirm the entry: its day has come, nothing that it says can be believed any more, or nobody
/// knows when it was checked.
pub fn is_due(service: &Service, today: Date, risks: &[RiskProfile]) -> bool {
    let state = freshness(service, today).state;
    match due_on(service, risks) {
        Some(day) => day <= today || state == FreshnessState::Stale,
        None => matches!(state, FreshnessState::Stale | FreshnessState::Unknown),
    }
}

/// Keeps what people have told later than the source: who last checked the entry, that its criteria hold whatever the source
/// tells in which language, which of its fields somebody has confirmed, and its capacity.
pub fn told_later(incoming: &mut Service, held: &Service) {
    let is_of_people = |teller: Option<Teller>| teller.is_some_and(|teller| teller != Teller::Source);
    let is_same = |field: &ServiceField| FieldValue::of(held, *field) == FieldValue::of(incoming, *field);
    let has_same_criteria = ServiceField::ALL.iter().filter(|field| is_criteria(**field)).all(is_same);
    if is_of_people(held.verified_by) && held.verified_on > incoming.verified_on {
        (incoming.verified_on, incoming.verified_by) = (held.verified_on, held.verified_by);
        incoming.next_review_on = held.next_review_on;
    }
    // Who has confirmed these criteria has decided between the languages of the source, whatever its date.
    let has_confirmed = held.confirmations.iter().any(|known| known.field == ServiceField::Eligibility);
    if !held.criteria_disagree && has_same_criteria && (has_confirmed || is_of_people(held.verified_by)) {
        incoming.criteria_disagree = false;
    }
    let is_as_it_was = |field: ServiceField| FieldValue::of(held, field) == FieldValue::of(incoming, field);
    let confirmed = held.confirmations.iter().filter(|known| is_as_it_was(known.field)).copied().collect();
    incoming.confirmations = confirmed;
    let told_at = |service: &Service| service.capacity.as_ref().and_then(|told| told.updated_at_microseconds);
    let teller = held.capacity.as_ref().and_then(|told| told.told_by);
    if is_of_people(teller) && told_at(held) > told_at(incoming) {
        incoming.capacity.clone_from(&held.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::FieldConfirmation;
    use crate::domain::id::{Identifier as _, OrganizationId, ServiceId};

    #[test]
    fn criteria_that_people_have_confirmed_are_doubted_again_when_the_source_tells_others() {
        let (id, organization) = (ServiceId::derived("test", "one"), OrganizationId::derived("test", "one"));
        let told = |text: &str| Service {
            criteria_text: Some(text.to_owned()),
            criteria_disagree: true,
            ..Service::named(id, organization, "One")
        };
        let day = |text: &str| text.parse::<Date>().ok();
        for (verified_by, text, is_doubted) in [
            (Some(Teller::Editor), "Women", false),
            (Some(Teller::Editor), "Families", true),
            (Some(Teller::Source), "Women", true),
            (None, "Women", true),
        ] {
            let held =
                Service { criteria_disagree: false, verified_on: day("2026-11-01"), verified_by, ..told("Women") };
            // The word of whoever has asked holds against a source that is older, and against a younger one.
            for source_says_on in ["2026-10-01", "2026-11-01", "2026-11-20"] {
                let mut incoming = Service { verified_on: day(source_says_on), ..told(text) };
                told_later(&mut incoming, &held);
                assert_eq!(incoming.criteria_disagree, is_doubted, "{verified_by:?} {text} {source_says_on}");
            }
        }
    }

    #[test]
    fn criteria_that_alone_were_confirmed_stay_so() {
        let (id, organization) = (ServiceId::derived("test", "one"), OrganizationId::derived("test", "one"));
        let source = Service { criteria_disagree: true, ..Service::named(id, organization, "One") };
        for (field, is_doubted) in [(ServiceField::Eligibility, false), (ServiceField::Phones, true)] {
            let on = "2026-11-01".parse().expect("a day");
            let confirmations = vec![FieldConfirmation { field, on }];
            let held = Service { criteria_disagree: false, confirmations: confirmations.into(), ..source.clone() };
            let mut incoming = source.clone();
            told_later(&mut incoming, &held);
            assert_eq!(incoming.criteria_disagree, is_doubted, "{field}");
        }
    }
}
