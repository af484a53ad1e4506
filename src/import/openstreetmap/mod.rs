//! OpenStreetMap: GeoJSON features with tags as properties, as the usual exporters write them.
//!
//! The key is type and id (`node/123`). A feature without an operator is its own organisation: two
//! pharmacies called "Pharmacy" are two. What has no field of its own is kept as details, by tag.

mod needs;

use super::check::{age, day, day_in_range, url};
use super::context::FeedContext;
use super::draft::{Draft, Gathering, Site};
use super::fingerprint::Fingerprint;
use super::problem::{Excerpt, Fault, FeedError, ProblemReason};
use super::text::{Refusal, line, make_plain, prose};
use super::{Feed, ReadRows, Row, SourceName};
use crate::domain::directory::{
    Accessibility, Detail, OrganizationKind, Precision, Service, ServiceStatus, Specialisation, Translation,
};
use crate::domain::profile::{Gender, Language};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const EXPECTED: &str = "GeoJSON features with OpenStreetMap tags";

/// Most tags kept as details.
const MOST_DETAILS: usize = 40;

/// Tags that have a place of their own in the document, or that say nothing of the service.
const OWN_TAGS: [&str; 44] = [
    "name",
    "alt_name",
    "description",
    "amenity",
    "healthcare",
    "office",
    "social_facility",
    "operator",
    "opening_hours",
    "phone",
    "contact:phone",
    "mobile",
    "contact:mobile",
    "email",
    "contact:email",
    "website",
    "contact:website",
    "url",
    "wheelchair",
    "check_date",
    "min_age",
    "max_age",
    "female",
    "male",
    "fee",
    "charge",
    "operational_status",
    "id",
    "type",
    "osm_id",
    "osm_type",
    "source",
    "note",
    "fixme",
    "building",
    "timestamp",
    "version",
    "changeset",
    "user",
    "uid",
    "contact_number",
    "operational_state",
    "lat",
    "lon",
];

/// The tags of a feature.
pub(super) struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Tags by their keys.
    pub(super) const fn of(tags: BTreeMap<String, String>) -> Self {
        Self(tags)
    }

    /// The value of a tag that says something.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The values of a tag, which `;` parts.
    pub(super) fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        self.get(key).into_iter().flat_map(|value| value.split(';')).map(str::trim).filter(|value| !value.is_empty())
    }

    fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// What stands behind a prefix, by language, such as `name:fr`.
    fn by_language(&self, prefix: &str) -> BTreeMap<Language, &str> {
        let told = self.0.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.strip_prefix(':')?, value)));
        let told =
            told.filter_map(|(tag, value)| Some((Language::parse(tag).ok().filter(Language::is_plain)?, &**value)));
        told.collect()
    }
}

/// Reads the features of one file.
pub(super) struct Reader<'a> {
    gathering: Gathering<'a>,
    has_services: bool,
}

impl<'a> Reader<'a> {
    /// A reader that derives identifiers from this source.
    pub(super) fn new(source: &'a SourceName, context: &'a FeedContext<'a>) -> Self {
        Self { gathering: Gathering::new(source, context), has_services: false }
    }
}

impl ReadRows for Reader<'_> {
    fn read(&mut self, row: Row) {
        self.gathering.feed.rows_read += 1;
        let Row { number, path, mut value } = row;
        let marked_up = match make_plain(&mut value) {
            Ok(marked_up) => marked_up,
            Err(refusal) => return self.gathering.feed.refuse_value(number, None, &path, refusal),
        };
        let feature = value.as_object().and_then(Feature::of);
        let kind = feature.as_ref().and_then(|feature| feature.tags.first(&needs::KINDS));
        let (Some(feature), Some(kind)) = (&feature, kind) else {
            let found = "a feature without amenity, healthcare, office or social_facility";
            let reason = ProblemReason::OtherKind { expected: EXPECTED, found };
            return self.gathering.feed.refuse(number, None, reason);
        };
        self.has_services = true;
        let read = feature.draft(self.gathering.source, kind).map(|mut draft| {
            draft.warnings.extend(marked_up.iter().map(|path| ProblemReason::Markup(Excerpt::of(path))));
            draft
        });
        let mut fields: Map<String, Value> =
            feature.tags.0.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
        fields.insert("geometry".to_owned(), value.get("geometry").cloned().unwrap_or_default());
        self.gathering.take(number, &path, feature.key.clone(), Fingerprint::of(&fields), read);
    }

    fn finish(self: Box<Self>) -> Result<Feed, FeedError> {
        if self.has_services {
            return Ok(self.gathering.feed);
        }
        Err(FeedError::OtherDocument { expected: EXPECTED, found: Excerpt::of("rows without such tags") })
    }
}

/// One feature, made plain.
struct Feature {
    key: Option<String>,
    tags: Tags,
    point: Option<(f64, f64)>,
    precision: Option<Precision>,
}

impl Feature {
    fn of(fields: &Map<String, Value>) -> Option<Self> {
        if fields.get("type").and_then(Value::as_str) != Some("Feature") {
            return None;
        }
        let properties = fields.get("properties")?.as_object()?;
        // An older exporter puts the tags one level deeper.
        let told = properties.get("tags").and_then(Value::as_object).unwrap_or(properties);
        let text = |value: &Value| match value {
            Value::String(text) => prose(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(if *value { "yes" } else { "no" }.to_owned()),
            _ => None,
        };
        let tags = told.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect();
        let one = |name: &str| properties.get(name).and_then(text);
        let typed = |kind: &str, id: &str| Some(format!("{}/{}", one(kind)?, one(id)?));
        let id = fields.get("id").and_then(text).or(one("@id"));
        let key = match id {
            Some(id) if id.contains('/') => Some(id),
            id => typed("osm_type", "osm_id").or_else(|| typed("type", "id")).or(id),
        };
        let geometry = fields.get("geometry");
        let is_point = geometry.and_then(|geometry| geometry.get("type")).is_some_and(|kind| kind == "Point");
        let point = geometry.and_then(|geometry| middle(geometry.get("coordinates")?));
        Some(Self { key, tags: Tags::of(tags), point, precision: is_point.then_some(Precision::Exact) })
    }

    fn draft(&self, source: &SourceName, kind: &str) -> Result<Draft, Refusal> {
        let tags = &self.tags;
        let key = self.key.clone().ok_or_else(|| Refusal::at("id", Fault::Missing))?;
        let names = tags.by_language("name");
        let name = tags.get("name").and_then(line).or_else(|| names.values().find_map(|name| line(name)));
        // A shower seldom has a name, and is worth finding.
        let name = name.unwrap_or_else(|| kind.replace('_', " "));
        let operator = tags.get("operator").and_then(line);
        let organization = operator.clone().unwrap_or_else(|| name.clone());
        let organization_key = operator.unwrap_or_else(|| key.clone());
        let mut draft = Draft::named(source, key.clone(), name, (organization_key, organization));
        draft.organization.kind = organization_kind(tags);
        fill_names(tags, &names, &mut draft.service);
        fill_facts(tags, &mut draft);
        draft.phones = ["phone", "contact:phone", "mobile", "contact:mobile", "contact_number"]
            .iter()
            .filter_map(|key| tags.get(key).map(str::to_owned))
            .collect();
        draft.hours.extend(tags.get("opening_hours").map(str::to_owned));
        if let Some(email) = tags.first(&["email", "contact:email"]) {
            draft.set_email("email", email);
        }
        draft.site = Site { key: Some(key), point: self.point, precision: self.precision, ..address(tags) };
        Ok(draft)
    }
}

/// The point, or the middle of the box around a line or a polygon.
fn middle(coordinates: &Value) -> Option<(f64, f64)> {
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    let mut waiting = vec![coordinates];
    while let Some(value) = waiting.pop() {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::Number(longitude), Value::Number(latitude), ..]) => {
                let (latitude, longitude) = (latitude.as_f64()?, longitude.as_f64()?);
                low = (low.0.min(latitude), low.1.min(longitude));
                high = (high.0.max(latitude), high.1.max(longitude));
            }
            Some(inner) => waiting.extend(inner),
            None => return None,
        }
    }
    (low.0 <= high.0).then(|| (low.0.midpoint(high.0), low.1.midpoint(high.1)))
}

fn fill_names(tags: &Tags, names: &BTreeMap<Language, &str>, service: &mut Service) {
    service.alternate_name = tags.get("alt_name").and_then(line);
    service.description = tags.get("description").and_then(prose);
    service.language = names.iter().find(|(_, name)| **name == service.name).map(|(language, _)| language.clone());
    let descriptions = tags.by_language("description");
    let mut languages: Vec<&Language> = names.keys().chain(descriptions.keys()).collect();
    languages.sort();
    languages.dedup();
    for language in languages {
        let name = names.get(language).filter(|name| **name != service.name).and_then(|name| line(name));
        let description = descriptions.get(language).and_then(|text| prose(text));
        if name.is_some() || description.is_some() {
            service.translations.push(Translation { language: language.clone(), name, description });
        }
    }
}

fn fill_facts(tags: &Tags, draft: &mut Draft) {
    let needs::Answer { needs, families, specialisations } = needs::answer(tags);
    (draft.service.needs, draft.service.need_families, draft.service.specialisations) =
        (needs, families, specialisations);
    draft.service.languages =
        tags.by_language("language").into_iter().filter(|(_, told)| *told == "yes").map(|(tag, _)| tag).collect();
    if tags.values("wheelchair").any(|told| ["yes", "designated", "true", "True"].contains(&told)) {
        draft.service.accessibility.push(Accessibility::StepFree);
    }
    let is_closed = tags
        .first(&["operational_status", "operational_state"])
        .is_some_and(|told| ["closed", "non_operational", "abandoned"].contains(&told));
    if is_closed || tags.get("opening_hours") == Some("closed") {
        draft.service.status = ServiceStatus::Closed;
    }
    let fees = [tags.get("fee").map(|fee| if fee == "no" { "free" } else { fee }), tags.get("charge")];
    let fees: Vec<&str> = fees.into_iter().flatten().collect();
    draft.service.fees = (!fees.is_empty()).then(|| fees.join(": "));
    fill_public(tags, draft);
    if let Some(told) = tags.get("check_date") {
        match day(told).and_then(day_in_range) {
            Ok(day) => draft.service.verified_on = Some(day),
            Err(fault) => draft.leave_out("check_date", fault),
        }
    }
    fill_details(tags, draft);
}

fn fill_public(tags: &Tags, draft: &mut Draft) {
    let publics: Vec<&str> = tags.values("social_facility:for").collect();
    draft.service.criteria_text = (!publics.is_empty()).then(|| publics.join(", "));
    // The wiki writes `woman`, and most mappers the plural.
    let is_for_women = matches!(publics.as_slice(), ["woman" | "women"])
        || (tags.get("female") == Some("yes") && tags.get("male") == Some("no"));
    if is_for_women {
        draft.service.eligibility.genders = [Gender::Woman].into();
    }
    if publics.iter().any(|public| ["juvenile", "child", "orphan"].contains(public)) {
        draft.service.specialisations.push(Specialisation::Child);
    }
    for (key, is_minimum) in [("min_age", true), ("max_age", false)] {
        let Some(told) = tags.get(key) else { continue };
        match told.parse::<f64>().map_err(|_| Fault::Age).and_then(age) {
            Ok(years) if is_minimum => draft.service.eligibility.minimum_age = Some(years),
            Ok(years) => draft.service.eligibility.maximum_age = Some(years),
            Err(fault) => draft.leave_out(key, fault),
        }
    }
    let eligibility = &mut draft.service.eligibility;
    if eligibility.minimum_age.zip(eligibility.maximum_age).is_some_and(|(minimum, maximum)| minimum > maximum) {
        (eligibility.minimum_age, eligibility.maximum_age) = (None, None);
        draft.leave_out("min_age", Fault::AgesCross);
    }
}

fn fill_details(tags: &Tags, draft: &mut Draft) {
    let website = tags.first(&["website", "contact:website", "url"]);
    match website.map(url) {
        Some(Ok(website)) => draft.service.details.push(Detail { label: "Website".to_owned(), values: vec![website] }),
        Some(Err(fault)) => draft.leave_out("website", fault),
        None => {}
    }
    let prefixes =
        ["name:", "description:", "addr:", "source:", "building:", "language:", "@", "check_date", "survey:"];
    let is_own = |key: &str| OWN_TAGS.contains(&key) || prefixes.iter().any(|prefix| key.starts_with(prefix));
    let others = tags.0.iter().filter(|(key, _)| !is_own(key)).take(MOST_DETAILS);
    let detail = |(key, value): (&String, &String)| Detail { label: key.clone(), values: vec![value.clone()] };
    draft.service.details.extend(others.map(detail));
    if let Some(limits) = tags.get("wheelchair").filter(|_| draft.service.accessibility.is_empty()) {
        draft.service.details.push(Detail { label: "wheelchair".to_owned(), values: vec![limits.to_owned()] });
    }
}

/// Police and prisons are mapped, and never a recipient.
fn organization_kind(tags: &Tags) -> Option<OrganizationKind> {
    let is = |key: &str, values: &[&str]| tags.values(key).any(|told| values.contains(&told));
    if is("amenity", &["police", "prison"]) || is("government", &["border_control", "customs", "immigration"]) {
        return Some(OrganizationKind::AuthorityEnforcement);
    }
    match (is("office", &["ngo", "charity", "association"]), is("office", &["lawyer"])) {
        (true, _) => Some(OrganizationKind::Ngo),
        (_, true) => Some(OrganizationKind::LawOffice),
        _ if is("operator:type", &["public", "government"]) && is("amenity", &["hospital", "clinic", "doctors"]) => {
            Some(OrganizationKind::PublicHealth)
        }
        _ => None,
    }
}

fn address(tags: &Tags) -> Site {
    let street = [tags.get("addr:housenumber"), tags.first(&["addr:street", "addr:place"])];
    let street: Vec<&str> = street.into_iter().flatten().collect();
    let address = tags.first(&["addr:full", "addr_full"]).map_or_else(|| street.join(" "), str::to_owned);
    Site {
        address: line(&address),
        postcode: tags.get("addr:postcode").and_then(line),
        commune: tags.get("addr:city").and_then(line),
        ..Site::default()
    }
}

#[cfg(test)]
mod tests;
