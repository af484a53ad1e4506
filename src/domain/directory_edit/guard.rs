//! Which changes take two people.

use crate::domain::directory::{FieldValue, Place, Service, ServiceStatus, Specialisation};
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
/// guard off first; taking the guard off takes two people as well.
pub fn part(service: &Service, values: Vec<FieldValue>) -> Parted {
    let mut changed = service.clone();
    values.iter().cloned().for_each(|value| value.put_into(&mut changed));
    let (was_guarded, stays_guarded) = (is_guarded(service), is_guarded(&changed));
    let mut parted = Parted::default();
    for value in values {
        let takes_off_the_guard = was_guarded && !stays_guarded;
        let takes_two = match &value {
            FieldValue::Needs(_) | FieldValue::Specialisations(_) => takes_off_the_guard,
            FieldValue::Tier(tier) => *tier < service.tier,
            FieldValue::Status(ServiceStatus::Open | ServiceStatus::Paused) => {
                service.status == ServiceStatus::Suspended && was_guarded
            }
            FieldValue::Places(places) => {
                uncovers(service, places) || ((was_guarded || stays_guarded) && adds_place(service, places))
            }
            guarded if was_guarded || stays_guarded => adds_contact(service, guarded),
            _ => false,
        };
        if !takes_two {
            parted.at_once.push(value);
            continue;
        }
        // What must not be found is covered at once, whatever else of the places waits.
        if let FieldValue::Places(places) = &value {
            parted.at_once.extend(covering(service, places).map(FieldValue::Places));
        }
        parted.for_two.push(value);
    }
    parted
}

/// Whether a place would be shown that must not be found now. One without its redacted twin counts as shown too: it may
/// be the same place under another id.
fn uncovers(service: &Service, places: &[Place]) -> bool {
    let known = |place: &Place| service.places.iter().find(|held| held.id == place.id);
    let hides_any = service.places.iter().any(|held| held.redacted);
    places.iter().any(|place| !place.redacted && known(place).map_or(hides_any, |held| held.redacted))
}

/// The places of a service, those redacted that are redacted in a change of them; `None` where that changes nothing.
fn covering(service: &Service, places: &[Place]) -> Option<Vec<Place>> {
    let mut covered = service.places.clone();
    let mut changed = false;
    for place in covered.iter_mut().filter(|place| !place.redacted) {
        if let Some(told) = places.iter().find(|told| told.id == place.id && told.redacted) {
            place.redact();
            place.area = told.area.clone().or(place.area.take());
            changed = true;
        }
    }
    changed.then_some(covered)
}

/// Whether a place is new or another than before; taking one away or redacting it adds nothing.
fn adds_place(service: &Service, places: &[Place]) -> bool {
    let same = |place: &Place, held: &Place| {
        let (do_not_use, marked_for) = (held.do_not_use, held.marked_for);
        Place { do_not_use, marked_for, ..place.clone() } == *held
    };
    // Its area is told anew with that, because the place has nothing else any more.
    let redacted = |place: &Place, held: &Place| place.redacted && !held.redacted && !place.tells_more_than_area();
    let known = |place: &Place| service.places.iter().find(|held| held.id == place.id);
    places.iter().any(|place| known(place).is_none_or(|held| !same(place, held) && !redacted(place, held)))
}

fn adds_contact(service: &Service, value: &FieldValue) -> bool {
    match value {
        FieldValue::Phones(phones) => {
            phones.iter().any(|phone| !service.phones.iter().any(|held| held.typed == phone.typed))
        }
        FieldValue::Email(email) => email.is_some() && *email != service.email,
        FieldValue::Modes(modes) => modes.iter().any(|mode| !service.modes.contains(mode)),
        words => {
            let held = ways_told(&FieldValue::of(service, words.field()));
            ways_told(words).iter().any(|way| !held.contains(way))
        }
    }
}

/// The ways to reach somebody that words tell: numbers of six digits or more, mailboxes and web addresses. Otherwise what
/// takes two people as a phone would take one as a description.
fn ways_told(value: &FieldValue) -> Vec<String> {
    let words = match value {
        FieldValue::Name(text) => text.as_str(),
        FieldValue::AlternateName(text)
        | FieldValue::Description(text)
        | FieldValue::CriteriaText(text)
        | FieldValue::ApplicationProcess(text)
        | FieldValue::Fees(text)
        | FieldValue::Alert(text) => text.as_deref().unwrap_or_default(),
        _ => "",
    };
    let is_inside = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '/' | '(' | ')');
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let numbers = words.split(|c| !is_inside(c)).map(digits).filter(|number| number.len() >= 6);
    let leads = |word: &&str| word.contains('@') || word.contains("://") || word.contains("www.");
    numbers.chain(words.split_whitespace().filter(leads).map(str::to_owned)).collect()
}
