//! Which changes take two people.

use super::ways::ways_told;
use crate::domain::code::CodeList as _;
use crate::domain::directory::{FieldValue, Place, Service, ServiceField, ServiceStatus, Specialisation, Translation};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::sensitive::hidden_debug;

/// Whether the ways to a service can put somebody in danger: where people sleep, where children are taken in, and where
/// gender-based violence is concerned.
pub fn is_guarded(service: &Service) -> bool {
    let is_of_children_or_violence = |need: &Need| {
        matches!(need, Need::ProtUamAuthority | Need::ProtGuardian) || need.concerns_gender_based_violence()
    };
    let is_guarded = |need: &Need| need.family() == NeedFamily::Shelter || is_of_children_or_violence(need);
    let guarded_fields = [Specialisation::Gbv, Specialisation::Child];
    service.needs.iter().any(is_guarded)
        || service.need_families.contains(&NeedFamily::Shelter)
        || service.specialisations.iter().any(|field| guarded_fields.contains(field))
}

/// The values of a change, parted by how many people they take.
#[derive(Clone, PartialEq, Default)]
pub struct Parted {
    /// What one person may put in at once.
    pub at_once: Vec<FieldValue>,
    /// What waits for a second person.
    pub for_two: Vec<FieldValue>,
}

hidden_debug!(Parted);

/// Parts a change of a service. It counts as guarded when it is so before or after the change, so that nobody takes the
/// guard off first; taking the guard off takes two people as well, and so does showing to everybody what concerns
/// gender-based violence. What turns an entry into a guarded one stands at once, with the contacts that one person had
/// put there before: they are no news, and vetting and tier guard them.
pub fn part(service: &Service, values: Vec<FieldValue>) -> Parted {
    let mut changed = service.clone();
    values.iter().cloned().for_each(|value| value.put_into(&mut changed));
    let (was_guarded, stays_guarded) = (is_guarded(service), is_guarded(&changed));
    let takes_off_the_guard = was_guarded && !stays_guarded;
    let shows_violence = service.concerns_gender_based_violence() && !changed.concerns_gender_based_violence();
    let mut parted = Parted::default();
    for value in values {
        let takes_two = match &value {
            FieldValue::Needs(_) | FieldValue::Specialisations(_) => takes_off_the_guard || shows_violence,
            FieldValue::Tier(tier) => *tier < service.tier,
            FieldValue::Status(ServiceStatus::Open | ServiceStatus::Paused) => {
                service.status == ServiceStatus::Suspended && was_guarded
            }
            FieldValue::Places(places) => {
                uncovers(service, places)
                    || forgets_covered(service, places)
                    || ((was_guarded || stays_guarded) && adds_place(service, places))
            }
            guarded if was_guarded || stays_guarded => adds_contact(service, guarded),
            _ => false,
        };
        if takes_two {
            parted.at_once.extend(covers(service, &value));
            parted.for_two.push(value);
        } else {
            parted.at_once.push(value);
        }
    }
    parted
}

/// Whether a place would be shown that must not be found now. One without its redacted twin counts as shown too: it may
/// be the same place under another id.
fn uncovers(service: &Service, places: &[Place]) -> bool {
    let hides_any = service.places.iter().any(|held| held.redacted);
    places.iter().any(|place| !place.redacted && twin(service, place).map_or(hides_any, |held| held.redacted))
}

/// Whether a redacted place would go, so that the next change could show it as a new one. One that stays redacted under
/// another id, as a source tells a place that it has moved, is no loss.
fn forgets_covered(service: &Service, places: &[Place]) -> bool {
    let is_told = |held: &&Place| places.iter().any(|place| place.id == held.id);
    let lost = service.places.iter().filter(|held| held.redacted && !is_told(held)).count();
    let new = places.iter().filter(|place| place.redacted && twin(service, place).is_none()).count();
    lost > new
}

/// Whether a place is new or another than before. Taking one away adds nothing, nor does redacting it, whatever else is
/// told of it then: nobody has to wait for a second person to cover a place.
fn adds_place(service: &Service, places: &[Place]) -> bool {
    let same = |place: &Place, held: &Place| {
        let (do_not_use, marked_for) = (held.do_not_use, held.marked_for);
        Place { do_not_use, marked_for, ..place.clone() } == *held
    };
    let is_pull = |place: &Place, held: &Place| same(place, held) || (place.redacted && !held.redacted);
    places.iter().any(|place| twin(service, place).is_none_or(|held| !is_pull(place, held)))
}

/// What of a change of places that takes two can stand at once: the held places, those covered that it covers.
fn covers(service: &Service, value: &FieldValue) -> Option<FieldValue> {
    let FieldValue::Places(places) = value else { return None };
    let is_news = |place: &&Place| place.redacted && twin(service, place).is_some_and(|held| !held.redacted);
    let news = places.iter().filter(is_news).map(|place| (place.id, place.area.clone())).collect();
    let mut covered = FieldValue::Places(service.places.clone());
    covered.redact_places(&news).then_some(covered)
}

fn twin<'a>(service: &'a Service, place: &Place) -> Option<&'a Place> {
    service.places.iter().find(|held| held.id == place.id)
}

fn adds_contact(service: &Service, value: &FieldValue) -> bool {
    match value {
        FieldValue::Phones(phones) => {
            phones.iter().any(|phone| !service.phones.iter().any(|held| held.typed == phone.typed))
        }
        FieldValue::Email(email) => email.is_some() && *email != service.email,
        FieldValue::Modes(modes) => modes.iter().any(|mode| !service.modes.contains(mode)),
        // They repeat what the entry tells elsewhere, which is no news in another language or on other days.
        FieldValue::Translations(_) | FieldValue::DatedHours(_) => {
            let held = ways_of(service);
            ways_told(&texts(value)).iter().any(|way| !held.contains(way))
        }
        words => {
            let held = ways_told(&texts(&FieldValue::of(service, words.field())));
            ways_told(&texts(words)).iter().any(|way| !held.contains(way))
        }
    }
}

/// All ways to reach somebody that an entry tells, but phones that are not to be used.
pub(super) fn ways_of(service: &Service) -> Vec<String> {
    let fields: Vec<FieldValue> = ServiceField::ALL.iter().map(|field| FieldValue::of(service, *field)).collect();
    let phones = service.phones.iter().filter(|phone| !phone.do_not_use).map(|phone| phone.typed.as_str());
    let details = service.details.iter().flat_map(|told| std::iter::once(&told.label).chain(&told.values));
    let told: Vec<&str> = (fields.iter().flat_map(texts))
        .chain(phones)
        .chain(service.email.as_deref())
        .chain(details.map(String::as_str))
        .chain(service.schedules.iter().filter_map(|schedule| schedule.text.as_deref()))
        .collect();
    ways_told(&told)
}

/// The words of a value in which a way to reach somebody can stand: texts, and the remarks in quotes among hours.
pub(super) fn texts(value: &FieldValue) -> Vec<&str> {
    match value {
        FieldValue::Name(text) => vec![text],
        FieldValue::AlternateName(text)
        | FieldValue::Description(text)
        | FieldValue::CriteriaText(text)
        | FieldValue::ApplicationProcess(text)
        | FieldValue::Fees(text)
        | FieldValue::Alert(text) => text.as_deref().into_iter().collect(),
        FieldValue::OpeningHours(hours) => hours.as_deref().into_iter().flat_map(remarks).collect(),
        FieldValue::DatedHours(dated) => dated.iter().flat_map(|dated| remarks(dated.opening_hours.as_str())).collect(),
        FieldValue::Translations(told) => told.iter().flat_map(texts_of_translation).collect(),
        _ => Vec::new(),
    }
}

fn texts_of_translation(told: &Translation) -> Vec<&str> {
    [&told.name, &told.description].into_iter().filter_map(Option::as_deref).collect()
}

/// What stands in quotes in hours in the syntax of OpenStreetMap.
fn remarks(hours: &str) -> impl Iterator<Item = &str> {
    hours.split('"').skip(1).step_by(2)
}
