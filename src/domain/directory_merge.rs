//! Two entries that are one service: the merged one stays stored and goes on being told by its source, but nobody finds it;
//! the kept one is what people find, with what it takes from the other as edits over its own source.
//!
//! Invariants: nothing merges by itself, and every merging can be undone: taking a field keeps the source's word beside
//! the entry, as any edit does, and says from which entry the value came, so that [`unmerge`] knows what to give back. A
//! merging tells nobody more: what is for fewer people than the kept entry is not taken over.

use super::code::CodeList as _;
use super::directory::{FieldValue, Place, Service, ServiceField, Teller};
use super::directory_edit::{Parted, cover, follow_source, is_criteria, part, set};
use super::id::ServiceId;
use super::time::Timestamp;

/// So many entries are followed from one that was merged into another; more is a mistake in the store.
const LONGEST_CHAIN: usize = 8;

/// Why two entries are not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeProblem {
    /// It is one entry.
    #[error("an entry cannot be merged into itself")]
    SameEntry,
    /// The entry to be merged is merged already.
    #[error("the entry is merged into another already; undo that first")]
    AlreadyMerged,
    /// The entry to be kept is merged into another.
    #[error("the entry to be kept is merged into another; keep that one")]
    KeptIsMerged,
    /// Something would be told to more people than may know it.
    #[error("the entry to be merged is for fewer people than the one to be kept: take nothing from it, or keep it")]
    ForFewerPeople,
    /// People have set the field of the kept entry.
    #[error("people have set {0} of the kept entry; take it over by an edit")]
    SetByPeople(ServiceField),
    /// Who may know of an entry is not taken from another one.
    #[error("{0} cannot be taken from another entry")]
    NotTakeable(ServiceField),
}

/// What of the merged entry is to stand in the kept one. Nothing is changed yet; the caller lets one person set what one
/// person may set ([`super::directory_edit::part`]), and a second one the rest.
///
/// # Errors
/// [`MergeProblem`] where the two cannot be merged so.
pub fn taken_over(kept: &Service, merged: &Service, fields: &[ServiceField]) -> Result<Vec<FieldValue>, MergeProblem> {
    if kept.id == merged.id {
        return Err(MergeProblem::SameEntry);
    }
    if merged.merged_into.is_some() {
        return Err(MergeProblem::AlreadyMerged);
    }
    if kept.merged_into.is_some() {
        return Err(MergeProblem::KeptIsMerged);
    }
    if !fields.is_empty() && is_for_fewer(merged, kept) {
        return Err(MergeProblem::ForFewerPeople);
    }
    let mut values = Vec::new();
    for field in ServiceField::ALL.iter().filter(|field| fields.contains(field)) {
        if matches!(field, ServiceField::Tier | ServiceField::Status) {
            return Err(MergeProblem::NotTakeable(*field));
        }
        if kept.edits.iter().any(|edit| edit.field == *field) {
            return Err(MergeProblem::SetByPeople(*field));
        }
        let value = FieldValue::of(merged, *field).without_marks();
        if value != FieldValue::of(kept, *field).without_marks() {
            values.push(value);
        }
    }
    Ok(values)
}

/// Whether fewer people may know of one entry than of the other: by its tier, its projects, or because finding it takes
/// training (P-12).
fn is_for_fewer(one: &Service, other: &Service) -> bool {
    let names_all = other.projects.iter().all(|project| one.projects.contains(project));
    one.tier > other.tier
        || (one.tier == other.tier && !names_all)
        || (one.concerns_gender_based_violence() && !other.concerns_gender_based_violence())
}

/// Merges an entry into the kept one and puts these values of it there. What the merged entry hides, the kept one hides
/// from now on. `word` is the source's word beside the kept entry.
pub fn merge(
    kept: &mut Service,
    word: &mut Vec<FieldValue>,
    merged: &mut Service,
    values: Vec<FieldValue>,
    now: Timestamp,
) {
    // Criteria that are doubted are taken with their doubt, and the end of the merging leaves it to be confirmed.
    kept.criteria_disagree |= merged.criteria_disagree && values.iter().any(|value| is_criteria(value.field()));
    take(kept, word, merged.id, values, now);
    hide_too(kept, word, merged, now);
    merged.merged_into = Some(kept.id);
}

/// Puts values in that come from a merged entry, and takes down from which. Also once a second person has accepted them.
pub fn take(kept: &mut Service, word: &mut Vec<FieldValue>, from: ServiceId, values: Vec<FieldValue>, now: Timestamp) {
    let fields: Vec<ServiceField> = values.iter().map(FieldValue::field).collect();
    set(kept, word, values, Teller::Source, now);
    for edit in kept.edits.iter_mut().filter(|edit| fields.contains(&edit.field)) {
        edit.taken_from = Some(from);
    }
}

/// Redacts the places of the kept entry that may be one that the merged entry hides: those of its area, or of an area
/// that is not known, unless the merged entry shows them itself.
fn hide_too(kept: &mut Service, word: &mut Vec<FieldValue>, merged: &Service, now: Timestamp) {
    let hidden: Vec<&Place> = merged.places.iter().filter(|place| place.redacted).collect();
    let code = |place: &Place| place.area.as_ref().map(|area| area.code.clone());
    let is_shown = |place: &Place| {
        let is_same = |shown: &Place| shown.id == place.id || shown.position == place.position;
        merged.places.iter().any(|shown| !shown.redacted && is_same(shown))
    };
    let may_be = |place: &Place, hidden: &Place| {
        let areas = code(place).zip(code(hidden));
        place.id == hidden.id || (!is_shown(place) && areas.is_none_or(|(one, other)| one == other))
    };
    let mut places = kept.places.clone();
    for place in places.iter_mut().filter(|place| !place.redacted) {
        if hidden.iter().any(|hidden| may_be(place, hidden)) {
            place.redact();
        }
    }
    if places == kept.places {
        return;
    }
    // Over what people have set it is one more edit of theirs, which the end of the merging does not give back.
    match kept.edits.iter().find(|edit| edit.field == ServiceField::Places && edit.taken_from != Some(merged.id)) {
        Some(edit) => {
            let by = edit.told_by;
            set(kept, word, vec![FieldValue::Places(places)], by, now);
        }
        None => take(kept, word, merged.id, vec![FieldValue::Places(places)], now),
    }
}

/// Undoes a merging: the merged entry is found again, and what the kept one had taken from it is again what its own source
/// says, as far as one person may put that there. Gives back what takes a second one; until then it stays as it is, and
/// the source's word beside it. What people have set since stays set.
#[must_use]
pub fn unmerge(kept: &mut Service, word: &mut Vec<FieldValue>, merged: &mut Service) -> Vec<FieldValue> {
    let is_taken = |field: ServiceField| {
        let mut edits = kept.edits.iter();
        edits.any(|edit| edit.field == field && edit.taken_from == Some(merged.id))
    };
    let given_back: Vec<FieldValue> = word.iter().filter(|value| is_taken(value.field())).cloned().collect();
    let Parted { at_once, for_two } = part(kept, given_back);
    // Of a field that waits only what covers a place stands at once, and the word stays beside it.
    let (covering, at_once) = at_once.into_iter().partition(|value| is_of_any(value.field(), &for_two));
    follow_source(kept, word, at_once);
    for value in covering {
        FieldValue::put_into(value, kept);
    }
    cover(word, kept);
    // Where the kept entry's source has come to say the same, it has no word beside the entry, and the value stands.
    kept.edits.retain(|edit| edit.taken_from != Some(merged.id));
    merged.merged_into = None;
    for_two
}

fn is_of_any(field: ServiceField, values: &[FieldValue]) -> bool {
    values.iter().any(|value| value.field() == field)
}

/// The entry that people find in the place of this one: itself, or the one that it was merged into in the end; `None`
/// where that is not there. `find` gives entries by id.
pub fn kept_entry<S: std::ops::Deref<Target = Service>>(
    id: ServiceId,
    find: impl Fn(ServiceId) -> Option<S>,
) -> Option<S> {
    let mut found = find(id)?;
    for _ in 0..LONGEST_CHAIN {
        match found.merged_into {
            None => return Some(found),
            Some(next) => found = find(next)?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::{LocationKind, Phone, Tier};
    use crate::domain::id::{Identifier, LocationId, OrganizationId, ProjectId};
    use crate::domain::need::Need;
    use crate::domain::place::{Area, AreaCode, Position};
    use std::collections::BTreeMap;

    fn service(number: u8, name: &str) -> Service {
        Service::named(ServiceId::from_bytes([number; 16]), OrganizationId::from_bytes([number; 16]), name)
    }

    fn pair() -> (Service, Service) {
        let mut merged = service(2, "Accueil de jour");
        merged.phones = vec![Phone::as_typed("01 99 00 00 01")];
        merged.fees = Some("free".to_owned());
        (service(1, "Accueil de jour"), merged)
    }

    const NOW: Timestamp = Timestamp::from_microseconds(7);

    #[test]
    fn criteria_are_taken_with_the_doubt_about_them() {
        for (kept_doubts, merged_doubts, field, expected) in [
            (false, true, ServiceField::CriteriaText, true),
            (false, true, ServiceField::Phones, false),
            (true, false, ServiceField::CriteriaText, true),
            (false, false, ServiceField::CriteriaText, false),
        ] {
            let (mut kept, mut merged) = pair();
            (kept.criteria_disagree, merged.criteria_disagree) = (kept_doubts, merged_doubts);
            merged.criteria_text = Some("Women only".to_owned());
            let values = taken_over(&kept, &merged, &[field]).expect("a merging");
            merge(&mut kept, &mut Vec::new(), &mut merged, values, NOW);
            assert_eq!(kept.criteria_disagree, expected, "{kept_doubts} {merged_doubts} {field}");
        }
    }

    #[test]
    fn a_merging_takes_what_is_asked_for_and_is_undone_without_a_trace() {
        let (mut kept, mut merged) = pair();
        let (kept_before, merged_before) = (kept.clone(), merged.clone());
        let mut word = Vec::new();
        let fields = [ServiceField::Phones, ServiceField::Name];
        let values = taken_over(&kept, &merged, &fields).expect("a merging");
        merge(&mut kept, &mut word, &mut merged, values, NOW);
        assert_eq!((&kept.phones, &kept.fees), (&merged.phones, &None));
        // The name was the same, so that nothing of it was taken.
        let edits: Vec<_> = kept.edits.iter().map(|edit| (edit.field, edit.taken_from)).collect();
        assert_eq!(edits, [(ServiceField::Phones, Some(merged.id))]);
        assert_eq!((merged.merged_into, merged.is_offered()), (Some(kept.id), false));
        assert_eq!(taken_over(&kept, &merged, &[]), Err(MergeProblem::AlreadyMerged));
        assert!(unmerge(&mut kept, &mut word, &mut merged).is_empty());
        assert!(word.is_empty());
        assert!((kept, merged) == (kept_before, merged_before));
    }

    #[test]
    fn what_people_set_after_a_merging_outlives_its_end() {
        let (mut kept, mut merged) = pair();
        let mut word = Vec::new();
        let values = taken_over(&kept, &merged, &[ServiceField::Phones, ServiceField::Fees]).expect("a merging");
        merge(&mut kept, &mut word, &mut merged, values, NOW);
        set(&mut kept, &mut word, vec![FieldValue::Fees(Some("2 euros".to_owned()))], Teller::Editor, NOW);
        assert!(unmerge(&mut kept, &mut word, &mut merged).is_empty());
        assert_eq!((kept.fees.as_deref(), kept.phones.len()), (Some("2 euros"), 0));
        assert_eq!(kept.edits.iter().map(|edit| edit.field).collect::<Vec<_>>(), [ServiceField::Fees]);
    }

    fn place(id: u8, area: Option<&str>) -> Place {
        let area = area.map(|code| AreaCode::parse(code).expect("a code"));
        Place {
            position: Position::new(48.9, 2.0 + f64::from(id)).ok(),
            area: area.map(|code| Area { code, name: None, center: None, radius_meters: None }),
            ..Place::new(LocationId::from_bytes([id; 16]), LocationKind::Physical)
        }
    }

    fn redacted(mut place: Place) -> Place {
        place.redact();
        place
    }

    #[test]
    fn the_end_of_a_merging_puts_no_contact_of_a_guarded_entry_by_one_person() {
        let (mut kept, mut merged) = pair();
        kept.needs = [Need::ShelterMinor].into();
        kept.phones = vec![Phone::as_typed("01 99 00 00 09")];
        let (own, taken) = (FieldValue::of(&kept, ServiceField::Phones), merged.phones.clone());
        let mut word = Vec::new();
        let values = taken_over(&kept, &merged, &[ServiceField::Phones, ServiceField::Fees]).expect("a merging");
        merge(&mut kept, &mut word, &mut merged, values, NOW);
        let waiting = unmerge(&mut kept, &mut word, &mut merged);
        assert!(waiting == [own.clone()] && kept.phones == taken && kept.fees.is_none() && kept.edits.is_empty());
        assert!(word == [own.clone()], "the source's word stays beside the entry");
        follow_source(&mut kept, &mut word, waiting);
        assert!(word.is_empty() && FieldValue::of(&kept, ServiceField::Phones) == own);
    }

    #[test]
    fn the_kept_entry_hides_what_the_merged_one_hides() {
        let hidden = redacted(place(9, Some("FR-75056")));
        for (what, of_kept, of_merged, is_hidden) in [
            ("nothing hidden", place(1, Some("FR-75056")), vec![place(9, None)], false),
            ("of the same area", place(1, Some("FR-75056")), vec![hidden.clone()], true),
            ("of another area", place(1, Some("FR-93055")), vec![hidden.clone()], false),
            ("of no known area", place(1, None), vec![hidden.clone()], true),
            ("shown by both", place(1, None), vec![hidden.clone(), place(1, None)], false),
        ] {
            let (mut kept, mut merged) = pair();
            (kept.places, merged.places) = (vec![of_kept], of_merged);
            let (before, mut word) = (kept.clone(), Vec::new());
            merge(&mut kept, &mut word, &mut merged, Vec::new(), NOW);
            assert_eq!(kept.places[0].redacted, is_hidden, "{what}");
            assert!(word.iter().all(|value| *value == FieldValue::of(&kept, ServiceField::Places)));
            // Nobody uncovers it alone by undoing the merging.
            assert!(unmerge(&mut kept, &mut word, &mut merged).is_empty());
            assert_eq!((kept.places[0].redacted, kept == before), (is_hidden, !is_hidden), "{what}");
        }
    }

    #[test]
    fn nothing_comes_from_an_entry_that_fewer_may_know() {
        let take =
            |kept: &Service, merged: &Service, fields: &[ServiceField]| taken_over(kept, merged, fields).map(drop);
        let project = ProjectId::from_bytes([9; 16]);
        let (kept, merged) = pair();
        let of_project = |projects: Vec<ProjectId>, service: &Service| Service {
            tier: Tier::Project,
            projects: projects.into(),
            ..service.clone()
        };
        for (kept, merged, expected) in [
            (kept.clone(), Service { tier: Tier::Restricted, ..merged.clone() }, Err(MergeProblem::ForFewerPeople)),
            (Service { tier: Tier::Restricted, ..kept.clone() }, merged.clone(), Ok(())),
            (
                kept.clone(),
                Service { needs: [Need::ShelterWomenSafe].into(), ..merged.clone() },
                Err(MergeProblem::ForFewerPeople),
            ),
            (of_project(vec![project], &kept), of_project(vec![], &merged), Err(MergeProblem::ForFewerPeople)),
            (of_project(vec![project], &kept), of_project(vec![project], &merged), Ok(())),
        ] {
            assert_eq!(take(&kept, &merged, &[ServiceField::Fees]), expected);
            assert_eq!(take(&kept, &merged, &[]), Ok(()), "without taking anything it tells nobody more");
        }
    }

    #[test]
    fn what_cannot_be_merged_says_why() {
        let (kept, merged) = pair();
        let elsewhere = Service { merged_into: Some(merged.id), ..kept.clone() };
        let mut set_by_people = kept.clone();
        set(
            &mut set_by_people,
            &mut Vec::new(),
            vec![FieldValue::Fees(Some("2 euros".to_owned()))],
            Teller::Editor,
            NOW,
        );
        for (kept, merged, field, expected) in [
            (&kept, &kept, ServiceField::Fees, MergeProblem::SameEntry),
            (&elsewhere, &merged, ServiceField::Fees, MergeProblem::KeptIsMerged),
            (&set_by_people, &merged, ServiceField::Fees, MergeProblem::SetByPeople(ServiceField::Fees)),
            (&kept, &merged, ServiceField::Tier, MergeProblem::NotTakeable(ServiceField::Tier)),
        ] {
            assert_eq!(taken_over(kept, merged, &[field]), Err(expected));
        }
    }

    #[test]
    fn a_merged_entry_leads_to_the_kept_one_and_a_circle_to_none() {
        let into = |number, next: Option<u8>| Service {
            merged_into: next.map(|next| ServiceId::from_bytes([next; 16])),
            ..service(number, "x")
        };
        let entries =
            [into(1, Some(2)), into(2, Some(3)), into(3, None), into(4, Some(5)), into(5, Some(4)), into(6, Some(7))];
        let entries: BTreeMap<ServiceId, Service> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
        for (from, to) in [(1, Some(3)), (3, Some(3)), (4, None), (6, None), (8, None)] {
            let found = kept_entry(ServiceId::from_bytes([from; 16]), |id| entries.get(&id));
            assert_eq!(found.map(|entry| entry.id), to.map(|to: u8| ServiceId::from_bytes([to; 16])), "{from}");
        }
    }
}
