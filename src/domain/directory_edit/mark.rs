//! The mark that something is not to be used: at once, by one person, until an editor decides.

use crate::domain::directory::Service;
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
    put(service, target, true)
}

/// Lifts the mark; false where the service has no such place or phone any more.
pub fn unmark(service: &mut Service, target: &DoNotUse) -> bool {
    put(service, target, false)
}

fn put(service: &mut Service, target: &DoNotUse, is_marked: bool) -> bool {
    match target {
        DoNotUse::Service => {
            service.do_not_use = is_marked;
            true
        }
        DoNotUse::Place(id) => {
            let place = service.places.iter_mut().find(|place| place.id == *id);
            place.map(|place| place.do_not_use = is_marked).is_some()
        }
        DoNotUse::Phone(typed) => {
            let is_meant = |number: Option<&String>| number.is_some_and(|number| number == typed);
            let phones = service.phones.iter_mut();
            let meant = phones.filter(|phone| phone.typed == *typed || is_meant(phone.number.as_ref()));
            meant.map(|phone| phone.do_not_use = is_marked).count() > 0
        }
    }
}
