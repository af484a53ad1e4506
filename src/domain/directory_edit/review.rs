//! When an entry has to be looked at again, and whose word on it is the later one.

use crate::domain::account::RiskProfile;
use crate::domain::directory::{FieldValue, Service, Teller};
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

/// Keeps what people have told later than the source: who last checked the entry, which of its fields somebody has
/// confirmed, and its capacity.
pub fn told_later(incoming: &mut Service, held: &Service) {
    let is_of_people = |teller: Option<Teller>| teller.is_some_and(|teller| teller != Teller::Source);
    if is_of_people(held.verified_by) && held.verified_on > incoming.verified_on {
        (incoming.verified_on, incoming.verified_by) = (held.verified_on, held.verified_by);
        incoming.next_review_on = held.next_review_on;
    }
    let is_as_it_was = |field| FieldValue::of(held, field) == FieldValue::of(incoming, field);
    let confirmed = held.confirmations.iter().filter(|known| is_as_it_was(known.field)).copied().collect();
    incoming.confirmations = confirmed;
    let told_at = |service: &Service| service.capacity.as_ref().and_then(|told| told.updated_at_microseconds);
    let teller = held.capacity.as_ref().and_then(|told| told.told_by);
    if is_of_people(teller) && told_at(held) > told_at(incoming) {
        incoming.capacity.clone_from(&held.capacity);
    }
}
