//! The mark that something is not to be used: at once, by one person, until an editor decides.

use crate::domain::directory::{Phone, Place, Service};
use crate::domain::id::LocationId;
use crate::domain::sensitive::hidden_debug;
use serde::{Deserialize, Serialize};

/// What is not to be used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoNotUse {
    /// The service as a whole.
    Service,
    /// One of its places.
    Place(LocationId),
    /// One of its phones, as it is typed there.
    Phone(String),
}

hidden_debug!(DoNotUse);

/// Marks it; false where the service has no such place or phone.
pub fn mark(service: &mut Service, target: &DoNotUse) -> bool {
    match target {
        DoNotUse::Service => {
            service.do_not_use = true;
            true
        }
        DoNotUse::Place(id) => {
            let place = service.places.iter_mut().find(|place| place.id == *id);
            place.map(|place| place.do_not_use = true).is_some()
        }
        DoNotUse::Phone(typed) => {
            let meant = service.phones.iter_mut().filter(|phone| is_meant(phone, typed));
            meant.map(|phone| phone.do_not_use = true).count() > 0
        }
    }
}

/// Whether it is marked, or was and is told no longer.
pub fn is_marked(service: &Service, target: &DoNotUse) -> bool {
    let mut lifted = service.clone();
    unmark(&mut lifted, target);
    lifted != *service
}

/// Whether two marks are on the same thing.
pub fn is_same_target(one: &DoNotUse, other: &DoNotUse) -> bool {
    match (one, other) {
        (DoNotUse::Phone(one), DoNotUse::Phone(other)) => Phone::as_typed(one).is_same(&Phone::as_typed(other)),
        _ => one == other,
    }
}

/// Lifts the mark, also from what has come in the place of what was marked, and from what is told no longer.
pub fn unmark(service: &mut Service, target: &DoNotUse) {
    match target {
        DoNotUse::Service => service.do_not_use = false,
        DoNotUse::Place(id) => {
            let is_meant = |place: &&mut Place| place.id == *id || place.marked_for == Some(*id);
            for place in service.places.iter_mut().chain(&mut service.former_places).filter(is_meant) {
                (place.do_not_use, place.marked_for) = (false, None);
            }
            service.former_places.retain(is_protected);
        }
        DoNotUse::Phone(typed) => {
            // However it is typed by now.
            let marked = Phone::as_typed(typed);
            let is_it = |phone: &Phone| is_meant(phone, typed) || phone.is_same(&marked);
            service.phones.iter_mut().filter(|phone| is_it(phone)).for_each(|phone| phone.do_not_use = false);
            service.former_phones.retain(|phone| !is_it(phone));
        }
    }
}

fn is_meant(phone: &Phone, typed: &str) -> bool {
    phone.typed == typed || phone.number.as_deref() == Some(typed)
}

const fn is_protected(place: &Place) -> bool {
    place.redacted || place.do_not_use
}

/// Everything that a service tells of phones or has told of those that were not to be called.
fn known_phones(service: &Service) -> impl Iterator<Item = &Phone> {
    service.phones.iter().chain(&service.former_phones)
}

/// Everything that a service tells of places or has told of those that were protected.
pub(super) fn known_places(service: &Service) -> impl Iterator<Item = &Place> {
    service.places.iter().chain(&service.former_places)
}

/// Puts on phones the marks that the same numbers have in a service.
pub(super) fn keep_marks_of_phones(phones: &mut [Phone], held: &Service) {
    for phone in phones {
        phone.do_not_use |= known_phones(held).any(|known| known.do_not_use && known.is_same(phone));
    }
}

/// Puts on places the marks that they have in a service.
pub(super) fn keep_marks_of_places(places: &mut [Place], held: &Service) {
    for place in places {
        if let Some(known) = known_places(held).find(|known| known.id == place.id && known.do_not_use) {
            (place.do_not_use, place.marked_for) = (true, known.marked_for);
        }
    }
}

/// Marks on phones and places stay until an editor lifts them, whatever a feed says. A place that is new where a marked
/// one is missing is taken for the same place, moved or told under another key, until then.
pub fn keep_marks(incoming: &mut Service, held: &Service) {
    keep_marks_of_phones(&mut incoming.phones, held);
    keep_marks_of_places(&mut incoming.places, held);
    let is_missing = |known: &&Place| known.do_not_use && !incoming.places.iter().any(|place| place.id == known.id);
    let Some(missing) = known_places(held).find(is_missing).map(|known| known.marked_for.unwrap_or(known.id)) else {
        return;
    };
    let is_new = |place: &&mut Place| !known_places(held).any(|known| known.id == place.id);
    for place in incoming.places.iter_mut().filter(is_new) {
        (place.do_not_use, place.marked_for) = (true, Some(missing));
    }
}

/// Keeps in mind what was protected in the service before and is told no longer.
pub fn remember(service: &mut Service, before: &Service) {
    let mut phones: Vec<Phone> = Vec::new();
    for phone in known_phones(before).filter(|phone| phone.do_not_use) {
        if !service.phones.iter().chain(&phones).any(|told| told.is_same(phone)) {
            phones.push(phone.clone());
        }
    }
    let mut places: Vec<Place> = Vec::new();
    for place in known_places(before).filter(|place| is_protected(place)) {
        if !service.places.iter().chain(&places).any(|told| told.id == place.id) {
            let mut place = place.clone();
            place.withhold();
            places.push(place);
        }
    }
    (service.former_phones, service.former_places) = (phones.into(), places.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::LocationKind;
    use crate::domain::id::{Identifier as _, OrganizationId, ServiceId};

    #[test]
    fn a_mark_is_lifted_from_what_carries_it_and_from_nothing_else() {
        let (id, organization) = (ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]));
        let mut marked = Service::named(id, organization, "Harbour");
        marked.phones = vec![Phone::as_typed("115")];
        marked.places = vec![Place::new(LocationId::from_bytes([3; 16]), LocationKind::Physical)];
        let [phone, place] = [DoNotUse::Phone("115".to_owned()), DoNotUse::Place(LocationId::from_bytes([3; 16]))];
        for target in [&phone, &place] {
            assert!(!is_marked(&marked, target));
            assert!(mark(&mut marked, target) && is_marked(&marked, target));
        }
        unmark(&mut marked, &place);
        assert!(is_marked(&marked, &phone) && !is_marked(&marked, &place));
        let typed = |typed: &str| DoNotUse::Phone(typed.to_owned());
        assert!(is_same_target(&typed("+33 1 99 00 00 01"), &typed("01 99 00 00 01")));
        assert!(!is_same_target(&typed("115"), &typed("119")) && !is_same_target(&phone, &place));
    }
}
