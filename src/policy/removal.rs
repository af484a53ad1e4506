//! What can be taken out of an entry of the directory before somebody sees it, field by field.

use super::looking::Looking;
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::{Organization, Place, Service};
use std::sync::Arc;
use thin_vec::ThinVec;

/// A field that can be taken out of an entry, and how. Most entries have nothing in most fields: what has nothing that is
/// to be taken out is shown as it is, and only the others are copied.
pub(super) struct Removal<T> {
    pub(super) name: &'static str,
    is_told: fn(&T) -> bool,
    remove: fn(&mut T),
}

/// What a field can hold that may be taken out of it.
trait Removable {
    fn is_told(&self) -> bool;
    fn remove(&mut self);
}

impl<T> Removable for Option<T> {
    fn is_told(&self) -> bool {
        self.is_some()
    }

    fn remove(&mut self) {
        *self = None;
    }
}

impl<T> Removable for Vec<T> {
    fn is_told(&self) -> bool {
        !self.is_empty()
    }

    fn remove(&mut self) {
        self.clear();
    }
}

impl<T> Removable for ThinVec<T> {
    fn is_told(&self) -> bool {
        !self.is_empty()
    }

    fn remove(&mut self) {
        self.clear();
    }
}

impl<T: CodeList> Removable for CodeSet<T> {
    fn is_told(&self) -> bool {
        !self.is_empty()
    }

    fn remove(&mut self) {
        self.clear();
    }
}

/// A mark, of which `false` tells nothing.
impl Removable for bool {
    fn is_told(&self) -> bool {
        *self
    }

    fn remove(&mut self) {
        *self = false;
    }
}

/// A version, of which 0 stands for none.
impl Removable for i64 {
    fn is_told(&self) -> bool {
        *self != 0
    }

    fn remove(&mut self) {
        *self = 0;
    }
}

/// The removal of a field of an entry, or of each thing in a list (or option) of it.
macro_rules! removal {
    ($name:literal, each $list:ident, $field:ident) => {
        Removal {
            name: $name,
            is_told: |entry| entry.$list.iter().any(|each| each.$field.is_told()),
            remove: |entry| entry.$list.iter_mut().for_each(|each| Removable::remove(&mut each.$field)),
        }
    };
    ($name:literal, $($field:ident).+) => {
        Removal { name: $name, is_told: |entry| entry.$($field).+.is_told(), remove: |entry| Removable::remove(&mut entry.$($field).+) }
    };
}

pub(super) const OF_SERVICE: &[Removal<Service>] = &[
    removal!("Service.alternateName", alternate_name),
    removal!("Service.description", description),
    removal!("Service.needFamilies", need_families),
    removal!("Service.welcome", welcome),
    removal!("Service.criteriaText", criteria_text),
    removal!("Service.criteriaDisagree", criteria_disagree),
    removal!("Service.details", details),
    removal!("Service.languages", languages),
    removal!("Service.applicationProcess", application_process),
    removal!("Service.fees", fees),
    removal!("Service.alert", alert),
    removal!("Service.phones", phones),
    removal!("Phone.typed", phones),
    removal!("Phone.number", each phones, number),
    removal!("Phone.doNotUse", phones),
    removal!("Service.email", email),
    removal!("Service.capacity", capacity),
    removal!("Service.specialisations", specialisations),
    removal!("Service.schedules", schedules),
    removal!("Service.places", places),
    removal!("ServiceDetail.label", details),
    removal!("ServiceDetail.values", details),
    removal!("Eligibility.minimumAge", eligibility.minimum_age),
    removal!("Eligibility.maximumAge", eligibility.maximum_age),
    removal!("Eligibility.ageBands", eligibility.age_bands),
    removal!("Eligibility.genders", eligibility.genders),
    removal!("Eligibility.households", eligibility.households),
    removal!("Eligibility.adminStatuses", eligibility.admin_statuses),
    removal!("Eligibility.situations", eligibility.situations),
    removal!("Freshness.score", verified_on),
    removal!("Freshness.score", valid_until),
    removal!("Freshness.verifiedOn", verified_on),
    removal!("Freshness.validUntil", valid_until),
    removal!("Capacity.status", capacity),
    removal!("Capacity.statusTold", capacity),
    removal!("Capacity.unit", capacity),
    removal!("Capacity.updatedAt", capacity),
    removal!("Capacity.available", each capacity, available),
    removal!("Capacity.maximum", each capacity, maximum),
    removal!("Schedule.weekdays", each schedules, weekdays),
    removal!("Schedule.opensAt", each schedules, opens_at),
    removal!("Schedule.closesAt", each schedules, closes_at),
    removal!("Schedule.text", each schedules, text),
    removal!("Capacity.per", each capacity, per),
    removal!("Capacity.expectedWaitDays", each capacity, expected_wait_days),
    removal!("Capacity.toldBy", each capacity, told_by),
    removal!("Service.verifiedBy", verified_by),
    removal!("Service.questions", confirmations),
    removal!("Service.nextReviewOn", next_review_on),
    removal!("Service.provenance", edits),
    removal!("FieldProvenance.field", edits),
    removal!("FieldProvenance.toldBy", edits),
    removal!("FieldProvenance.at", edits),
    removal!("FieldProvenance.takenFrom", each edits, taken_from),
    removal!("Service.mergedInto", merged_into),
    removal!("Place.doNotUse", places),
    removal!("Place.id", places),
    removal!("Place.kind", places),
    removal!("Place.redacted", places),
    removal!("Place.name", each places, name),
    removal!("Place.latitude", each places, position),
    removal!("Place.longitude", each places, position),
    removal!("Place.address", each places, address),
    removal!("Service.closesOn", closes_on),
    removal!("Service.language", language),
    removal!("Service.translations", translations),
    removal!("Translation.language", translations),
    removal!("Translation.name", each translations, name),
    removal!("Translation.description", each translations, description),
    removal!("Service.modes", modes),
    removal!("Service.accessibility", accessibility),
    removal!("Service.areasServed", areas_served),
    removal!("Service.openingHours", opening_hours),
    removal!("Service.timeZone", time_zone),
    removal!("Service.country", country),
    removal!("Service.closures", closures),
    removal!("Closure.from", closures),
    removal!("Closure.until", closures),
    removal!("Service.datedHours", dated_hours),
    removal!("DatedHours.from", dated_hours),
    removal!("DatedHours.until", dated_hours),
    removal!("DatedHours.openingHours", dated_hours),
    removal!("Place.precision", each places, precision),
    removal!("Place.areaCode", each places, area),
    Removal {
        name: "Place.areaName",
        is_told: |service| service.places.iter().any(|place| named_area(place).is_some()),
        remove: |service| {
            service.places.iter_mut().filter_map(|place| place.area.as_mut()).for_each(|area| area.name = None);
        },
    },
];

pub(super) const OF_ORGANIZATION: &[Removal<Organization>] = &[
    removal!("Organization.alternateName", alternate_name),
    removal!("Organization.description", description),
    removal!("Organization.website", website),
    removal!("Organization.version", version),
];

/// The entry without what is not told; itself where everything is.
pub(super) fn without<T: Clone>(entry: &Arc<T>, removals: &[Removal<T>], look: &Looking) -> Arc<T> {
    let mut shown = Arc::clone(entry);
    for removal in removals.iter().filter(|removal| !look.sees(removal.name)) {
        take_out(removal, &mut shown);
    }
    shown
}

/// Takes it out where it is told.
pub(super) fn take_out<T: Clone>(removal: &Removal<T>, shown: &mut Arc<T>) {
    if (removal.is_told)(shown) {
        (removal.remove)(Arc::make_mut(shown));
    }
}

fn named_area(place: &Place) -> Option<&str> {
    place.area.as_ref().and_then(|area| area.name.as_deref())
}
