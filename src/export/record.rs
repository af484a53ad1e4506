//! One service at one place as a flat record: the columns of a table, the properties of a feature.

use super::{Entry, ExportMark};
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::{Place, Schedule, Service, Translation};
use crate::domain::id::Identifier;
use crate::domain::time::Timestamp;
use serde_json::Number;

/// A value of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Number(Number),
    Truth(bool),
    List(Vec<String>),
}

impl Value {
    fn text(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_string()))
    }

    fn whole(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Number(Number::from(number.into())))
    }

    /// Degrees; those of a position are finite.
    fn degrees(degrees: Option<f64>) -> Self {
        degrees.and_then(Number::from_f64).map_or(Self::Nothing, Self::Number)
    }

    fn list(texts: impl IntoIterator<Item = impl ToString>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(|text| text.to_string()).collect();
        if texts.is_empty() { Self::Nothing } else { Self::List(texts) }
    }

    fn codes<T: CodeList>(codes: &CodeSet<T>) -> Self {
        Self::list(codes.iter().map(|code| code.code()))
    }

    fn code(code: Option<impl CodeList>) -> Self {
        Self::text(code.map(CodeList::code))
    }

    /// The value as JSON.
    pub(super) fn json(self) -> serde_json::Value {
        match self {
            Self::Nothing => serde_json::Value::Null,
            Self::Text(text) => text.into(),
            Self::Number(number) => number.into(),
            Self::Truth(truth) => truth.into(),
            Self::List(texts) => texts.into(),
        }
    }
}

/// Names and values, in the order of the columns; every record has the same names.
pub(super) type Record = Vec<(&'static str, Value)>;

/// The records of an entry: one for each place, or one without a place. The second value is the place.
pub(super) fn records<'a>(mark: &ExportMark, entry: &'a Entry) -> Vec<(Record, Option<&'a Place>)> {
    let places: Vec<Option<&Place>> = match &*entry.service.places {
        [] => vec![None],
        places => places.iter().map(Some).collect(),
    };
    places.into_iter().map(|place| (record(mark, entry, place), place)).collect()
}

/// The columns' names.
pub(super) fn names() -> Vec<&'static str> {
    let service = crate::domain::directory::Service::named(
        Identifier::from_bytes([0; 16]),
        Identifier::from_bytes([0; 16]),
        String::new(),
    );
    let entry = Entry { service, organization: None, source: String::new() };
    let mark = ExportMark {
        exported_at: Timestamp::from_microseconds(0),
        tier: crate::domain::directory::Tier::Public,
        sources: Vec::new(),
    };
    record(&mark, &entry, None).into_iter().map(|(name, _)| name).collect()
}

fn record(mark: &ExportMark, entry: &Entry, place: Option<&Place>) -> Record {
    let mut record = of_service(entry);
    record.extend(of_public(&entry.service));
    record.extend(of_reach(&entry.service));
    record.extend(of_languages(&entry.service));
    record.extend(of_place(place));
    record.extend([
        ("source", Value::text(Some(&entry.source))),
        ("licence", Value::text(mark.licence_of(&entry.source))),
        ("exported_at", Value::text(Some(mark.exported_at))),
    ]);
    record
}

fn of_service(entry: &Entry) -> Record {
    let Entry { service, organization, .. } = entry;
    let organization = organization.as_deref();
    let families = service.need_families.iter().map(|family| family.code());
    vec![
        ("service_id", Value::text(Some(service.id.uuid()))),
        ("service_name", Value::text(Some(&service.name))),
        ("alternate_name", Value::text(service.alternate_name.as_ref())),
        ("organization_id", Value::text(Some(service.organization_id.uuid()))),
        ("organization_name", Value::text(organization.map(|organization| &organization.name))),
        ("organization_website", Value::text(organization.and_then(|organization| organization.website.as_ref()))),
        ("needs", Value::codes(&service.needs)),
        ("need_families", Value::list(families)),
        ("status", Value::code(Some(service.status))),
        ("description", Value::text(service.description.as_ref())),
        ("alert", Value::text(service.alert.as_ref())),
        ("tier", Value::code(Some(service.tier))),
        ("verified_on", Value::text(service.verified_on)),
        ("valid_until", Value::text(service.valid_until)),
        ("closes_on", Value::text(service.closes_on)),
    ]
}

/// Whom it takes.
fn of_public(service: &Service) -> Record {
    let public = &service.eligibility;
    vec![
        ("welcome", Value::code(service.welcome)),
        ("minimum_age", Value::whole(public.minimum_age)),
        ("maximum_age", Value::whole(public.maximum_age)),
        ("age_bands", Value::codes(&public.age_bands)),
        ("genders", Value::codes(&public.genders)),
        ("households", Value::codes(&public.households)),
        ("admin_statuses", Value::codes(&public.admin_statuses)),
        ("situations", Value::codes(&public.situations)),
        ("criteria", Value::text(service.criteria_text.as_ref())),
        ("criteria_disagree", Value::Truth(service.criteria_disagree)),
        ("known_consequences", Value::codes(&service.known_consequences)),
        ("specialisations", Value::codes(&service.specialisations)),
    ]
}

/// How it is reached, when, and whether it has room.
fn of_reach(service: &Service) -> Record {
    let capacity = service.capacity.as_ref();
    let updated_at = capacity.and_then(|capacity| capacity.updated_at_microseconds);
    let details = service.details.iter().map(|detail| format!("{}: {}", detail.label, detail.values.join(", ")));
    vec![
        ("languages", Value::list(service.languages.iter().map(|language| language.as_str()))),
        ("application_process", Value::text(service.application_process.as_ref())),
        ("fees", Value::text(service.fees.as_ref())),
        ("email", Value::text(service.email.as_ref())),
        ("phones", Value::list(service.phones.iter().map(|phone| phone.number.as_ref().unwrap_or(&phone.typed)))),
        ("modes", Value::codes(&service.modes)),
        ("accessibility", Value::codes(&service.accessibility)),
        ("areas_served", Value::list(&service.areas_served)),
        ("opening_hours", Value::text(service.opening_hours.as_ref())),
        ("time_zone", Value::text(service.time_zone)),
        ("country", Value::text(service.country.as_ref().map(|country| country.as_str()))),
        ("schedules", Value::list(service.schedules.iter().map(schedule))),
        ("details", Value::list(details)),
        ("capacity_status", Value::code(capacity.map(|capacity| capacity.status))),
        ("capacity_unit", Value::code(capacity.and_then(|capacity| capacity.unit))),
        ("capacity_available", Value::whole(capacity.and_then(|capacity| capacity.available))),
        ("capacity_maximum", Value::whole(capacity.and_then(|capacity| capacity.maximum))),
        ("capacity_updated_at", Value::text(updated_at.map(Timestamp::from_microseconds))),
    ]
}

/// Name and description in further languages: a column for each language that Relais speaks, where a mapping finds them
/// again, and the others together.
fn of_languages(service: &Service) -> Record {
    let told = |tag: &str| service.translations.iter().find(|told| told.language.as_str() == tag);
    let name = |tag: &str| Value::text(told(tag).and_then(|told| told.name.as_ref()));
    let description = |tag: &str| Value::text(told(tag).and_then(|told| told.description.as_ref()));
    let others = service.translations.iter().filter(|told| !["fr", "en", "ar"].contains(&told.language.as_str()));
    let words = |told: &Translation| {
        let parts = [&told.name, &told.description].into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        format!("{}: {}", told.language.as_str(), parts.join(", "))
    };
    vec![
        ("language", Value::text(service.language.as_ref().map(|language| language.as_str()))),
        ("name_fr", name("fr")),
        ("name_en", name("en")),
        ("name_ar", name("ar")),
        ("description_fr", description("fr")),
        ("description_en", description("en")),
        ("description_ar", description("ar")),
        ("other_translations", Value::list(others.map(words))),
    ]
}

fn of_place(place: Option<&Place>) -> Record {
    let position = place.and_then(|place| place.position);
    let area = place.and_then(|place| place.area.as_ref());
    vec![
        ("place_id", Value::text(place.map(|place| place.id.uuid()))),
        ("place_name", Value::text(place.and_then(|place| place.name.as_ref()))),
        ("place_kind", Value::code(place.map(|place| place.kind))),
        ("place_redacted", place.map_or(Value::Nothing, |place| Value::Truth(place.redacted))),
        ("latitude", Value::degrees(position.map(|position| position.latitude()))),
        ("longitude", Value::degrees(position.map(|position| position.longitude()))),
        ("place_precision", Value::code(place.and_then(|place| place.precision))),
        ("address", Value::text(place.and_then(|place| place.address.as_ref()))),
        ("area_code", Value::text(area.map(|area| &area.code))),
        ("area_name", Value::text(area.and_then(|area| area.name.as_ref()))),
    ]
}

/// An opening as people write it, such as `MO,TU 09:00-17:00 by appointment`.
fn schedule(schedule: &Schedule) -> String {
    let hours = match (&schedule.opens_at, &schedule.closes_at) {
        (None, None) => None,
        (opens, closes) => {
            let end = |hour: &Option<String>| hour.as_deref().unwrap_or("?").to_owned();
            Some(format!("{}-{}", end(opens), end(closes)))
        }
    };
    let parts = [schedule.weekdays.clone(), hours, schedule.text.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
