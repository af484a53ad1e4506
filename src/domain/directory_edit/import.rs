//! An import meets what people have set: a three-way comparison of what the source says now, what it said before, and
//! what the entry says.

use super::guard::{is_guarded, part, ways_of};
use super::is_criteria;
use super::ways::ways_told;
use crate::domain::code::CodeList as _;
use crate::domain::directory::{FieldEdit, FieldValue, Place, RedactedPlaces, Service, ServiceField, Specialisation};
use crate::domain::need::NeedFamily;
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
    /// True where the source no longer says what makes the service a guarded one, and the entry goes on saying it.
    pub keeps_guard: bool,
    /// True where the source names another organisation for a guarded service, which stays where it is.
    pub keeps_organization: bool,
    /// True where a new way to a guarded service was left out, because it stands where nothing can wait.
    pub withholds_contacts: bool,
}

hidden_debug!(Merged);

/// Brings an incoming service together with the held one: what people have set stays set, and news about how to reach a
/// guarded service wait for a second person. What the source has come to hide is hidden at once, whoever set the field
/// (`tighten`). `word` is what the source said before of the fields in which the held entry
/// differs from it.
pub fn merge(incoming: &mut Service, held: &Service, word: &[FieldValue]) -> Merged {
    let mut merged = Merged::default();
    let mut told = Vec::new();
    let says_now = incoming.clone();
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
    for value in part(&with_families(held, incoming), told).for_two {
        FieldValue::of(held, value.field()).put_into(incoming);
        merged.word.push(value.clone());
        merged.queued.push(value);
    }
    tighten(incoming, &says_now, &as_said_before(held, word));
    keep_guarded(incoming, held, &mut merged);
    // What was hidden on its word may be what the source says by now.
    merged.word.retain(|value| *value != FieldValue::of(incoming, value.field()).without_marks());
    merged.word.sort_by_key(FieldValue::field);
    let is_decided = |edit: &FieldEdit| is_criteria(edit.field) && edit.taken_from.is_none();
    incoming.criteria_disagree &= !held.edits.iter().any(is_decided);
    // What was taken from a merged entry is doubted as it was there.
    let is_taken = |edit: &FieldEdit| is_criteria(edit.field) && edit.taken_from.is_some();
    incoming.criteria_disagree |= held.criteria_disagree && held.edits.iter().any(is_taken);
    incoming.edits.clone_from(&held.edits);
    merged
}

/// The held entry with the families of needs that the source tells now: they are no field that could wait.
fn with_families(held: &Service, incoming: &Service) -> Service {
    let mut held = held.clone();
    held.need_families.extend(incoming.need_families);
    held
}

/// The held entry with what the source said before in the place of what people have set.
fn as_said_before(held: &Service, word: &[FieldValue]) -> Service {
    let mut said = held.clone();
    word.iter().cloned().for_each(|value| value.put_into(&mut said));
    said
}

/// Hides what the source has come to hide, also in fields that people have set or that wait: a redacted place, a narrower
/// tier, that it concerns gender-based violence. What it said before already, people knew when they decided.
fn tighten(entry: &mut Service, says: &Service, said: &Service) {
    let is_news = |place: &Place| {
        let before = said.places.iter().find(|before| before.id == place.id);
        place.redacted && before.is_none_or(|before| !before.redacted)
    };
    for place in says.places.iter().filter(|place| is_news(place)) {
        let is_known = entry.places.iter().any(|standing| standing.id == place.id);
        // Under another id it may be any of the places of which the source tells nothing.
        let is_meant = |standing: &Place| {
            if is_known { standing.id == place.id } else { !says.places.iter().any(|told| told.id == standing.id) }
        };
        let meant = entry.places.iter().filter(|standing| !standing.redacted && is_meant(standing));
        let hidden: RedactedPlaces = meant.map(|standing| (standing.id, place.area.clone())).collect();
        entry.redact_places(&hidden);
    }
    if says.tier > said.tier {
        entry.tier = entry.tier.max(says.tier);
    }
    let is_told = says.concerns_gender_based_violence() && !said.concerns_gender_based_violence();
    if is_told && !entry.concerns_gender_based_violence() {
        entry.specialisations.push(Specialisation::Gbv);
    }
}

/// Keeps what guards a service, and out of it new ways that stand where nothing can wait for a second person: its
/// organisation, and words that are no fields.
fn keep_guarded(entry: &mut Service, held: &Service, merged: &mut Merged) {
    if is_guarded(held) && !is_guarded(entry) {
        entry.need_families.extend(held.need_families.iter().filter(|family| **family == NeedFamily::Shelter));
        merged.keeps_guard = true;
    }
    if !is_guarded(held) && !is_guarded(entry) {
        return;
    }
    if entry.organization_id != held.organization_id {
        entry.organization_id = held.organization_id;
        merged.keeps_organization = true;
    }
    withhold_contacts(entry, &ways_of(held), held, merged);
}

/// Leaves out of words that are no fields what tells a way that the held entry does not tell.
fn withhold_contacts(entry: &mut Service, known: &[String], held: &Service, merged: &mut Merged) {
    let is_new = |texts: &[&str]| ways_told(texts).iter().any(|way| !known.contains(way));
    let before = entry.details.clone();
    for detail in &mut entry.details {
        detail.values.retain(|value| !is_new(&[value]));
    }
    entry.details.retain(|detail| !detail.values.is_empty() && !is_new(&[&detail.label]));
    merged.withholds_contacts |= before != entry.details;
    if entry.schedules.iter().any(|schedule| is_new(schedule.text.as_deref().as_slice())) {
        entry.schedules.clone_from(&held.schedules);
        merged.withholds_contacts = true;
    }
}
