//! Keeping the directory true, by people: edits over what a source says, proposals that wait for a second person, and
//! marks that something is not to be used.
//!
//! Invariants: what a source said of a field that people have set, or that waits for a second person, is kept beside the
//! entry as the source's word, so that an import can tell what is news. Putting a phone, mailbox, place or mode of a
//! guarded service takes two people, imports included; pulling one takes one. Nobody loosens a tier or a redaction alone.

mod check;
mod guard;
mod history;
mod import;
mod mark;
mod organization;
mod proposal;
mod questions;
mod review;
pub(in crate::domain) mod ways;

pub use check::{EditProblem, checked, read_phone};
pub use guard::{Parted, is_guarded, part};
pub use history::EntryHistory;
pub use import::{Merged, merge};
pub use mark::{DoNotUse, is_marked, is_same_target, keep_marks, mark, remember, unmark};
pub use organization::{merge_organization, problem_of_organization, set_organization};
pub use proposal::{
    Decided, Proposal, ProposalItem, ProposalKind, ProposalProblem, ProposalReason, ProposalStatus, ProposedChange,
};
pub use questions::{answer, questions};
pub use review::{due_on, is_due, next_review_on, told_later};

use super::directory::{FieldEdit, FieldValue, Place, Service, ServiceField, ServiceStatus, Teller};
use super::time::Timestamp;
use mark::{keep_marks_of_phones, keep_marks_of_places};

/// Puts values over what the source says, and takes down that people have set them. `word` is what the source says of
/// the fields in which the entry differs from it; afterwards it holds these fields too.
pub fn set(service: &mut Service, word: &mut Vec<FieldValue>, values: Vec<FieldValue>, by: Teller, now: Timestamp) {
    let before = service.clone();
    let changed: Vec<ServiceField> = values.iter().map(FieldValue::field).collect();
    for value in values {
        let field = value.field();
        let held = FieldValue::of(service, field);
        let value = keeping_marks(value, service);
        if !word.iter().any(|known| known.field() == field) {
            word.push(held.without_marks());
        }
        if matches!(value, FieldValue::Status(ServiceStatus::Open | ServiceStatus::Paused)) && is_suspended(service) {
            // The mark was confirmed by suspending the service, and ends with that.
            service.do_not_use = false;
        }
        put(value, service);
        service.edits.retain(|edit| edit.field != field);
        service.edits.push(FieldEdit { field, told_by: by, at_microseconds: now.microseconds(), taken_from: None });
        service.edits.sort_by_key(|edit| edit.field);
    }
    // What another source says of them decides nothing between the languages of either.
    if by != Teller::Source && changed.iter().any(|field| is_criteria(*field)) {
        service.criteria_disagree = false;
    }
    remember(service, &before);
    cover(word, service);
}

/// Whether the field tells whom the service takes: once people have set it, it does not matter what its source says in
/// which language.
pub(super) const fn is_criteria(field: ServiceField) -> bool {
    matches!(field, ServiceField::Eligibility | ServiceField::CriteriaText | ServiceField::Welcome)
}

/// Takes out of the source's word what could lead to a place that must not be found now. One that the entry does not have
/// may be such a place under another id.
pub(super) fn cover(word: &mut [FieldValue], service: &Service) {
    let hides_any = service.places.iter().any(|held| held.redacted);
    let is_covered = |place: &Place| {
        let twin = service.places.iter().find(|held| held.id == place.id);
        twin.map_or(hides_any, |held| held.redacted)
    };
    for value in word {
        if let FieldValue::Places(places) = value {
            for place in places.iter_mut().filter(|place| is_covered(place)) {
                place.redact();
            }
        }
    }
}

/// Puts in what the source itself says, once a second person has accepted it: then nothing differs from the source.
pub fn follow_source(service: &mut Service, word: &mut Vec<FieldValue>, values: Vec<FieldValue>) {
    let before = service.clone();
    for value in values {
        let field = value.field();
        word.retain(|known| known.field() != field);
        service.edits.retain(|edit| edit.field != field);
        put(keeping_marks(value, service), service);
    }
    remember(service, &before);
}

/// Puts a value into a service. With the first place that must not be found now, the words go that lead to places.
fn put(value: FieldValue, service: &mut Service) {
    let was_found = |place: &Place| service.places.iter().any(|held| held.id == place.id && !held.redacted);
    let covers =
        matches!(&value, FieldValue::Places(places) if places.iter().any(|place| place.redacted && was_found(place)));
    value.put_into(service);
    if covers {
        service.drop_ways_to_places();
    }
}

fn is_suspended(service: &Service) -> bool {
    service.status == ServiceStatus::Suspended
}

/// The value with the marks that phones and places have now: an edit says what they are, not whether to use them.
fn keeping_marks(value: FieldValue, service: &Service) -> FieldValue {
    let mut value = value.without_marks();
    match &mut value {
        FieldValue::Phones(phones) => keep_marks_of_phones(phones, service),
        FieldValue::Places(places) => keep_marks_of_places(places, service),
        _ => {}
    }
    value
}

#[cfg(test)]
mod tests;
