//! A service in its full form.

use super::super::part_id::part_id;
use super::super::{Entry, ExportMark};
use super::attribute::{Attributes, DETAILS, MARK, OURS};
use super::location::{Access, at_location};
use crate::domain::code::CodeList;
use crate::domain::directory::{Capacity, Detail, Organization, Schedule, Service, ServiceStatus, Tier};
use crate::domain::id::Identifier;
use crate::domain::opening::OpeningHours;
use crate::domain::time::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The object under way; what is not known is left out, for the standard knows no `null`.
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, json!(text));
        }
    }

    fn list(&mut self, name: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        if !values.is_empty() {
            self.put(name, Value::Array(values));
        }
    }
}

/// The service with its organisation, its places and our attributes.
pub(super) fn of(mark: &ExportMark, entry: &Entry) -> Value {
    let service = &entry.service;
    let id = service.id.uuid();
    let mut fields = Fields(Map::new());
    fields.put("id", json!(id.to_string()));
    fields.put("organization_id", json!(service.organization_id.uuid().to_string()));
    fields.put("name", json!(service.name));
    fields.put("status", json!(status(service.status)));
    fields.text("alternate_name", service.alternate_name.as_deref());
    fields.text("description", service.description.as_deref());
    fields.text("application_process", service.application_process.as_deref());
    fields.text("fees_description", service.fees.as_deref());
    fields.text("eligibility_description", service.criteria_text.as_deref());
    fields.text("alert", service.alert.as_deref());
    fields.text("assured_date", service.verified_on.map(|day| day.to_string()).as_deref());
    for (name, age) in
        [("minimum_age", service.eligibility.minimum_age), ("maximum_age", service.eligibility.maximum_age)]
    {
        if let Some(age) = age {
            fields.put(name, json!(age));
        }
    }
    if let Some(organization) = &entry.organization {
        fields.put("organization", of_organization(organization));
    }
    let mut attributes = Attributes::of(id, "service");
    marks(service, &mut attributes);
    reach(service, id, &mut fields, &mut attributes);
    told_in_words(service, id, &mut fields, &mut attributes);
    copy_marks(mark, entry, &mut attributes);
    fields.list(
        "attributes",
        attributes.finish().into_iter().flat_map(|list| match list {
            Value::Array(values) => values,
            other => vec![other],
        }),
    );
    Value::Object(fields.0)
}

const fn status(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Open => "active",
        ServiceStatus::Paused => "temporarily closed",
        ServiceStatus::Suspended => "inactive",
        ServiceStatus::Closed => "defunct",
    }
}

fn of_organization(organization: &Organization) -> Value {
    let id = organization.id.uuid();
    let mut fields = Fields(Map::new());
    fields.put("id", json!(id.to_string()));
    fields.put("name", json!(organization.name));
    // The standard requires one.
    fields.put("description", json!(organization.description.as_deref().unwrap_or_default()));
    fields.text("alternate_name", organization.alternate_name.as_deref());
    let mut attributes = Attributes::of(id, "organization");
    match organization.website.as_deref() {
        Some(website) if is_url(website) => fields.text("website", Some(website)),
        Some(words) => attributes.add(DETAILS, "Website", words),
        None => {}
    }
    attributes.add_codes("kind", organization.kind);
    attributes.add_codes("authority_link", organization.authority_link);
    if let Some(list) = attributes.finish() {
        fields.put("attributes", list);
    }
    Value::Object(fields.0)
}

/// What the standard has no field for.
fn marks(service: &Service, attributes: &mut Attributes) {
    let public = &service.eligibility;
    attributes.add_codes("need", service.needs.iter().copied());
    attributes.add_codes("need", service.need_families.iter().copied());
    attributes.add_codes("welcome", service.welcome);
    attributes.add_codes("gender", public.genders.iter().copied());
    attributes.add_codes("age_band", public.age_bands.iter().copied());
    attributes.add_codes("household", public.households.iter().copied());
    attributes.add_codes("admin_status", public.admin_statuses.iter().copied());
    attributes.add_codes("situation", public.situations.iter().copied());
    attributes.add_codes("specialised", service.specialisations.iter().copied());
    attributes.add_codes("consequence", service.known_consequences.iter().copied());
    attributes.add_codes("capacity_status", service.capacity.as_ref().map(|capacity| capacity.status));
    attributes.add_codes("mode", service.modes.iter().copied());
    attributes.add_codes("accessibility", service.accessibility.iter().copied());
    for area in &service.areas_served {
        attributes.add(OURS, "area_served", area.as_str());
    }
    // The standard's weekly rules are too weak for these.
    if let Some(hours) = &service.opening_hours {
        let is_readable = OpeningHours::parse(hours).is_ok();
        attributes.add(if is_readable { OURS } else { DETAILS }, "opening_hours", hours);
    }
    let clock = [
        ("time_zone", service.time_zone.map(|zone| zone.to_string())),
        ("country", service.country.map(|country| country.as_str().to_owned())),
    ];
    for (field, text) in clock {
        if let Some(text) = text {
            attributes.add(OURS, field, text);
        }
    }
    if service.criteria_disagree {
        attributes.add(OURS, "criteria_disagree", "true");
    }
    // The standard has one language, and does not say which.
    if let Some(language) = &service.language {
        attributes.add(OURS, "language", language.as_str());
    }
    for told in &service.translations {
        for (field, text) in [("translated_name", &told.name), ("translated_description", &told.description)] {
            if let Some(text) = text {
                attributes.add(OURS, field, format!("{}: {text}", told.language.as_str()));
            }
        }
    }
    // An import grants `public` to nobody, and says so each time.
    attributes.add_codes("tier", Some(service.tier).filter(|tier| *tier != Tier::Public));
}

/// How it is reached, when, and whether it has room.
fn reach(service: &Service, id: Uuid, fields: &mut Fields, attributes: &mut Attributes) {
    match service.email.as_deref() {
        Some(email) if is_email(email) => fields.text("email", Some(email)),
        Some(words) => attributes.add(DETAILS, "Email", words),
        None => {}
    }
    let part = |kind: &str, index: usize| part_id(id, &format!("{kind}/{index}"));
    let phones = service.phones.iter().enumerate();
    fields.list("phones", phones.map(|(index, phone)| json!({"id": part("phone", index), "number": phone.typed})));
    let languages = service.languages.iter().enumerate();
    fields.list(
        "languages",
        languages.map(|(index, language)| json!({"id": part("language", index), "code": language.as_str()})),
    );
    let schedules = service.schedules.iter().enumerate();
    fields.list("schedules", schedules.map(|(index, schedule)| of_schedule(part("schedule", index), schedule)));
    // Since 3.1; a reader of 3.0 passes over it.
    let capacity = service.capacity.as_ref().and_then(|capacity| of_capacity(id, capacity));
    fields.list("capacities", capacity);
}

fn of_schedule(id: String, schedule: &Schedule) -> Value {
    let mut fields = Fields(Map::new());
    fields.put("id", json!(id));
    fields.text("freq", schedule.weekdays.as_ref().map(|_| "WEEKLY"));
    fields.text("byday", schedule.weekdays.as_deref());
    fields.text("opens_at", schedule.opens_at.as_deref());
    fields.text("closes_at", schedule.closes_at.as_deref());
    fields.text("description", schedule.text.as_deref());
    Value::Object(fields.0)
}

/// Figures; `None` where nothing but a status is told.
fn of_capacity(service: Uuid, capacity: &Capacity) -> Option<Value> {
    let mut fields = Fields(Map::new());
    if let Some(unit) = capacity.unit {
        let id = part_id(Uuid::nil(), &format!("unit/{}", unit.code()));
        fields.put("unit", json!({"id": id, "name": unit.code()}));
    }
    for (name, number) in [("available", capacity.available), ("maximum", capacity.maximum)] {
        if let Some(number) = number {
            fields.put(name, json!(number));
        }
    }
    let updated = capacity.updated_at_microseconds.map(|at| Timestamp::from_microseconds(at).to_string());
    fields.text("updated", updated.as_deref());
    if fields.0.is_empty() {
        return None;
    }
    fields.put("id", json!(part_id(service, "capacity")));
    Some(Value::Object(fields.0))
}

/// Facts in the source's words: in the standard's field where it has one, and for people elsewhere. With the places,
/// because two of them are told of a place.
fn told_in_words(service: &Service, id: Uuid, fields: &mut Fields, attributes: &mut Attributes) {
    let mut access = Access::default();
    for Detail { label, values } in &service.details {
        let numbered = |kind: &str, field: &str| -> Vec<Value> {
            let one =
                |(index, text): (usize, &String)| json!({"id": part_id(id, &format!("{kind}/{index}")), field: text});
            values.iter().enumerate().map(one).collect()
        };
        match (label.as_str(), values.as_slice()) {
            ("Website", [url]) if is_url(url) => fields.text("url", Some(url)),
            ("Interpretation services", [text]) => fields.text("interpretation_services", Some(text)),
            ("Wait time", [text]) => fields.text("wait_time", Some(text)),
            ("Accreditations", [text]) => fields.text("accreditations", Some(text)),
            ("Licenses", [text]) => fields.text("licenses", Some(text)),
            ("Required documents", _) => fields.list("required_documents", numbered("document", "document")),
            ("Service areas", _) => fields.list("service_areas", numbered("service_area", "name")),
            ("Transportation", [text]) if leads_to_one_place(service) => access.transportation = Some(text),
            ("Accessibility", texts) if leads_to_one_place(service) => access.accessibility = texts,
            (label, values) => values.iter().for_each(|value| attributes.add(DETAILS, label, value)),
        }
    }
    fields.list("service_at_locations", service.places.iter().map(|place| at_location(id, place, &access)));
}

/// True where what is told of the way can only be told of one place, and may be.
fn leads_to_one_place(service: &Service) -> bool {
    matches!(&*service.places, [place] if !place.redacted)
}

/// What is written into each service, because a line has no page around it, and two copies may be put together.
fn copy_marks(mark: &ExportMark, entry: &Entry, attributes: &mut Attributes) {
    attributes.add(MARK, "source", &entry.source);
    if let Some(licence) = mark.licence_of(&entry.source) {
        attributes.add(MARK, "licence", licence);
    }
    attributes.add(MARK, "exported_at", mark.exported_at.to_string());
}

/// Whether the importer, and a validator of the standard, takes it for a web address.
fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"\\^`{|}".contains(c))
        && url::Url::parse(text).is_ok()
}

/// Whether the importer, and a validator of the standard, takes it for a mailbox.
fn is_email(text: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let is_local =
        |local: &str| !local.is_empty() && local.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c));
    text.len() <= 254
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| is_local(local) && domain.contains('.') && domain.split('.').all(is_label))
}
