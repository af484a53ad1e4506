//! An import meets what people have set: a three-way comparison of what the source says now, what it said before, and
//! what the entry says.

use super::guard::part;
use crate::domain::code::CodeList as _;
use crate::domain::directory::{FieldValue, Place, RedactedPlaces, Service, ServiceField};
use crate::domain::sensitive::hidden_debug;

/// What became of an incoming service. Its document, as it is to be written, is the one that was given.
#[derive(Clone, PartialEq, Default)]
pub struct Merged {
    /// What the source says of the fields in which the entry differs from it.
    pub word: Vec<FieldValue>,
    /// News of the source that take a second person.
    pub queued: Vec<FieldValue>,
    /// Fields that people have set and of which the source says something else.
    pub kept: Vec<ServiceField>,
}

hidden_debug!(Merged);

/// Brings an incoming service together with the held one: what people have set stays set, and news about how to reach a
/// guarded service wait for a second person. `word` is what the source said before of the fields in which the held entry
/// differs from it.
pub fn merge(incoming: &mut Service, held: &Service, word: &[FieldValue]) -> Merged {
    let mut merged = Merged::default();
    let mut told = Vec::new();
    let covered = covered_anew(incoming, held, word);
    for field in ServiceField::ALL {
        let (says, stands) = (FieldValue::of(incoming, *field), FieldValue::of(held, *field));
        let said = word.iter().find(|known| known.field() == *field).cloned().unwrap_or_else(|| stands.clone());
        let (says, said) = (says.without_marks(), said.without_marks());
        if says == stands.clone().without_marks() {
            continue;
        }
        let is_set = held.edits.iter().any(|edit| edit.field == *field);
        if is_set || says == said {
            // Set by people, or heard before and not accepted since: in both cases what stands goes on standing.
            stands.put_into(incoming);
            if is_set {
                merged.kept.push(*field);
            }
            merged.word.push(says);
        } else {
            told.push(says);
        }
    }
    for value in part(held, told).for_two {
        FieldValue::of(held, value.field()).put_into(incoming);
        merged.word.push(value.clone());
        merged.queued.push(value);
    }
    incoming.redact_places(&covered);
    merged.word.sort_by_key(FieldValue::field);
    incoming.edits.clone_from(&held.edits);
    merged
}

/// The places that the source says must not be found, and did not say so before, each with its area: they are covered at
/// once, also where people have set the places or the rest of the news waits.
fn covered_anew(incoming: &Service, held: &Service, word: &[FieldValue]) -> RedactedPlaces {
    let said = word.iter().find_map(|value| match value {
        FieldValue::Places(places) => Some(places),
        _ => None,
    });
    let was_covered = |place: &Place| {
        let mut known = said.unwrap_or(&held.places).iter();
        known.any(|known| known.id == place.id && known.redacted)
    };
    let covered = incoming.places.iter().filter(|place| place.redacted && !was_covered(place));
    covered.map(|place| (place.id, place.area.clone())).collect()
}
