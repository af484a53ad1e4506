//! Feeds of no standard, read by a mapping: tables, GeoJSON features and lists of flat objects.
//!
//! Start at [`Mapping::read`] for the mapping and at [`Reader`] for the rows.

mod fields;
mod mapping;
mod record;
mod related;
mod source;

pub use mapping::{Mapping, MappingError};

use super::check::{day_in_range, url};
use super::context::FeedContext;
use super::draft::{Draft, Gathering, Site};
use super::fingerprint::Fingerprint;
use super::problem::{Excerpt, Fault, FeedError, ProblemReason};
use super::text::{Refusal, line, make_plain};
use super::{Feed, ReadRows, Row, SourceName};
use crate::domain::code::CodeList;
use crate::domain::directory::{Detail, Eligibility, Organization, Service, ServiceStatus, Translation};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::place::AreaCode;
use crate::domain::profile::Language;
use crate::domain::time::Date;
use record::Record;
use serde_json::{Map, Value};
use source::Listed;
use std::collections::BTreeSet;

/// Reads rows by a mapping.
pub(super) struct Reader<'a> {
    mapping: &'a Mapping,
    gathering: Gathering<'a>,
    columns: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// A reader for a file whose columns are known before its rows, or for one (`None`) that shows them row by row.
    ///
    /// # Errors
    /// [`FeedError`] where the mapping asks for what the known columns or the related files do not have.
    pub(super) fn new(
        mapping: &'a Mapping,
        source: &'a SourceName,
        context: &'a FeedContext<'a>,
        columns: Option<&[String]>,
    ) -> Result<Self, FeedError> {
        let columns: Option<BTreeSet<String>> = columns.map(|columns| columns.iter().cloned().collect());
        if let Some(columns) = &columns {
            mapping.check_columns(columns)?;
        }
        Ok(Self { mapping, gathering: Gathering::new(source, context), columns: columns.unwrap_or_default() })
    }

    /// Counts and refuses a row that cannot be taken apart.
    pub(super) fn refuse(&mut self, row: usize, reason: ProblemReason) {
        self.gathering.feed.rows_read += 1;
        self.gathering.feed.refuse(row, None, reason);
    }
}

impl ReadRows for Reader<'_> {
    fn read(&mut self, row: Row) {
        let Row { number, path, value } = row;
        let Some(mut value) = flat(value) else {
            let reason = ProblemReason::OtherKind { expected: "an object", found: "something else" };
            return self.refuse(number, reason);
        };
        self.gathering.feed.rows_read += 1;
        let marked_up = match make_plain(&mut value) {
            Ok(marked_up) => marked_up,
            Err(refusal) => return self.gathering.feed.refuse_value(number, None, &path, refusal),
        };
        let fields = value.as_object().cloned().unwrap_or_default();
        for column in fields.keys() {
            if !self.columns.contains(column) {
                self.columns.insert(column.clone());
            }
        }
        let fingerprint = Fingerprint::of(&fields);
        let (key, read) = self.draft(&fields);
        let read = read.map(|mut draft| {
            draft.warnings.extend(marked_up.iter().map(|path| ProblemReason::Markup(Excerpt::of(path))));
            draft
        });
        self.gathering.take(number, &path, key, fingerprint, read);
    }

    fn finish(self: Box<Self>) -> Result<Feed, FeedError> {
        self.mapping.check_columns(&self.columns)?;
        Ok(self.gathering.feed)
    }
}

/// A row as one object: of a GeoJSON feature its properties, its id and its point.
fn flat(value: Value) -> Option<Value> {
    let Value::Object(mut fields) = value else { return None };
    if fields.get("type").and_then(Value::as_str) != Some("Feature") || !fields.contains_key("geometry") {
        return Some(Value::Object(fields));
    }
    let mut flat = match fields.remove("properties") {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    };
    if let Some(id) = fields.remove("id") {
        flat.entry("id").or_insert(id);
    }
    let geometry =
        fields.remove("geometry").filter(|geometry| geometry.get("type").is_some_and(|kind| kind == "Point"));
    let coordinates = geometry.as_ref().and_then(|geometry| geometry.get("coordinates")).and_then(Value::as_array);
    if let Some([longitude, latitude, ..]) = coordinates.map(Vec::as_slice) {
        flat.insert("@longitude".to_owned(), longitude.clone());
        flat.insert("@latitude".to_owned(), latitude.clone());
    }
    Some(Value::Object(flat))
}

impl Reader<'_> {
    /// The key where it can be read, and the draft.
    fn draft(&self, fields: &Map<String, Value>) -> (Option<String>, Result<Draft, Refusal>) {
        let row = match Record::of(fields, &self.mapping.related) {
            Ok(record) => MappedRow { mapping: self.mapping, record, warnings: Vec::new() },
            Err(refusal) => return (None, Err(refusal)),
        };
        match row.required("key") {
            Ok(key) => (Some(key.clone()), row.read(self.gathering.source, key)),
            Err(refusal) => (None, Err(refusal)),
        }
    }
}

/// One row with the mapping that reads it.
struct MappedRow<'a> {
    mapping: &'a Mapping,
    record: Record<'a>,
    warnings: Vec<ProblemReason>,
}

impl MappedRow<'_> {
    fn read(mut self, source: &SourceName, key: String) -> Result<Draft, Refusal> {
        let name = self.required("name")?;
        let organization = self.required("organization")?;
        let organization_key = self.text("organization_key")?.unwrap_or_else(|| organization.clone());
        let mut draft = Draft::named(source, key, name, (organization_key, organization));
        self.fill_organization(&mut draft.organization)?;
        self.fill_words(&mut draft.service)?;
        self.fill_codes(&mut draft.service)?;
        draft.service.eligibility = self.eligibility()?;
        draft.service.verified_on = self.day("verified_on")?;
        draft.service.valid_until = self.day("valid_until")?;
        draft.site = self.site()?;
        draft.phones = self.texts("phones")?;
        draft.hours = self.texts("hours")?;
        draft.holidays = self.texts("holidays")?;
        if let Some(text) = self.text("email")? {
            draft.set_email("email", &text);
        }
        draft.warnings.append(&mut self.warnings);
        Ok(draft)
    }

    fn fill_organization(&mut self, organization: &mut Organization) -> Result<(), Refusal> {
        organization.description = self.text("organization_description")?;
        organization.kind = self.codes("organization_kind")?.into_iter().next();
        organization.website = self.url("organization_website")?;
        Ok(())
    }

    fn fill_words(&mut self, service: &mut Service) -> Result<(), Refusal> {
        service.alternate_name = self.text("alternate_name")?;
        service.description = self.text("description")?;
        service.criteria_text = self.text("criteria")?;
        service.application_process = self.text("application_process")?;
        service.fees = self.text("fees")?;
        service.alert = self.text("alert")?;
        service.language.clone_from(&self.mapping.language);
        if let Some(website) = self.url("website")? {
            service.details.push(Detail { label: "Website".to_owned(), values: vec![website] });
        }
        for (label, source) in &self.mapping.details {
            let values = source.list(&self.record)?.into_iter().filter_map(|listed| match listed {
                Listed::Value(value) => Some(value),
                Listed::Unknown(_) => None,
            });
            let values: Vec<String> = values.collect();
            if !values.is_empty() {
                service.details.push(Detail { label: label.clone(), values });
            }
        }
        for told in &self.mapping.translations {
            let part = |source: &Option<source::FieldSource>| match source {
                Some(source) => source.text(&self.record),
                None => Ok(None),
            };
            let (name, description) = (part(&told.name)?, part(&told.description)?);
            if name.is_some() || description.is_some() {
                let language = told.language.clone();
                service.translations.push(Translation { language, name, description });
            }
        }
        Ok(())
    }

    fn fill_codes(&mut self, service: &mut Service) -> Result<(), Refusal> {
        for code in self.texts("needs")? {
            match (Need::from_code(&code), NeedFamily::from_code(&code)) {
                (Some(need), _) => service.needs.push(need),
                (None, Some(family)) => service.need_families.push(family),
                (None, None) => self.not_looked_up("needs", &code),
            }
        }
        let needs = service.needs;
        service.need_families.retain(|family| !needs.iter().any(|need| need.family() == *family));
        service.specialisations = self.codes("specialisations")?.into();
        service.status = self.codes("status")?.into_iter().next().unwrap_or(ServiceStatus::Open);
        service.welcome = self.codes("welcome")?.into_iter().next();
        service.modes = self.codes("modes")?.into();
        service.accessibility = self.codes("accessibility")?.into();
        for tag in self.texts("languages")? {
            match Language::parse(&tag) {
                Ok(language) if !service.languages.contains(&language) => service.languages.push(language),
                Ok(_) => {}
                Err(_) => self.leave_out("languages", Fault::Language),
            }
        }
        for code in self.texts("areas_served")? {
            match AreaCode::parse(&code) {
                Ok(code) => service.areas_served.push(code),
                Err(_) => self.leave_out("areas_served", Fault::AreaCode),
            }
        }
        Ok(())
    }

    fn eligibility(&mut self) -> Result<Eligibility, Refusal> {
        let (mut minimum_age, mut maximum_age) = (self.age("minimum_age")?, self.age("maximum_age")?);
        if minimum_age.zip(maximum_age).is_some_and(|(minimum, maximum)| minimum > maximum) {
            self.leave_out("minimum_age", Fault::AgesCross);
            (minimum_age, maximum_age) = (None, None);
        }
        Ok(Eligibility {
            minimum_age,
            maximum_age,
            age_bands: self.codes("age_bands")?.into(),
            genders: self.codes("genders")?.into(),
            households: self.codes("households")?.into(),
            admin_statuses: self.codes("admin_statuses")?.into(),
            situations: self.codes("situations")?.into(),
        })
    }

    fn site(&mut self) -> Result<Site, Refusal> {
        let told = match (self.number("latitude")?, self.number("longitude")?) {
            (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
            _ => None,
        };
        let text = |name: &str| Ok(self.text(name)?.and_then(|text| line(&text)));
        Ok(Site {
            key: self.text("place_key")?,
            name: text("place_name")?,
            address: text("address")?,
            postcode: text("postcode")?,
            commune: text("commune")?,
            commune_code: text("commune_code")?,
            point: told.or(self.text("point")?.as_deref().and_then(two_numbers)),
            precision: self.codes("precision")?.into_iter().next(),
        })
    }

    fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        self.mapping.fields.get(name).map_or(Ok(None), |source| source.text(&self.record))
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?.and_then(|text| line(&text));
        let columns = || self.mapping.fields.get(name).map(|source| source.columns.join(", ")).unwrap_or_default();
        text.ok_or_else(|| Refusal::at(columns(), Fault::Missing))
    }

    /// The values of a list; what no lookup knows becomes a warning.
    fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let listed = self.mapping.fields.get(name).map(|source| source.list(&self.record)).transpose()?;
        let mut texts = Vec::new();
        for listed in listed.into_iter().flatten() {
            match listed {
                Listed::Value(text) => texts.push(text),
                Listed::Unknown(found) => {
                    let field = Excerpt::of(name);
                    self.warnings.push(ProblemReason::NotLookedUp { field, found });
                }
            }
        }
        Ok(texts)
    }

    fn codes<T: CodeList>(&mut self, name: &str) -> Result<Vec<T>, Refusal> {
        let mut codes = Vec::new();
        for text in self.texts(name)? {
            match T::from_code(&text) {
                Some(code) if !codes.contains(&code) => codes.push(code),
                Some(_) => {}
                None => self.not_looked_up(name, &text),
            }
        }
        Ok(codes)
    }

    fn number(&mut self, name: &str) -> Result<Option<f64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number = text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.leave_out(name, Fault::Number);
        }
        Ok(number)
    }

    fn age(&mut self, name: &str) -> Result<Option<u8>, Refusal> {
        let age = self.number(name)?.map(super::check::age).transpose();
        Ok(age.unwrap_or_else(|fault| {
            self.leave_out(name, fault);
            None
        }))
    }

    fn day(&mut self, name: &str) -> Result<Option<Date>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let formats = self.mapping.fields.get(name).map(|source| source.formats.as_slice()).unwrap_or_default();
        let mut formats = formats.iter().map(String::as_str).chain(formats.is_empty().then_some("%Y-%m-%d"));
        let day = formats.find_map(|format| Date::parse_from_str(text.trim(), format).ok());
        match day.ok_or(Fault::Day).and_then(day_in_range) {
            Ok(day) => Ok(Some(day)),
            Err(fault) => {
                self.leave_out(name, fault);
                Ok(None)
            }
        }
    }

    fn url(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let text = text.split_whitespace().next().unwrap_or_default();
        // Many directories write the host alone.
        let is_host = text.contains('.') && !text.contains([':', '@']);
        let address = if is_host { format!("https://{text}") } else { text.to_owned() };
        match url(&address) {
            Ok(_) => Ok(Some(if is_host { text.to_owned() } else { address })),
            Err(fault) => {
                self.leave_out(name, fault);
                Ok(None)
            }
        }
    }

    fn leave_out(&mut self, name: &str, fault: Fault) {
        self.warnings.push(ProblemReason::LeftOut { path: Excerpt::of(name), fault });
    }

    fn not_looked_up(&mut self, name: &str, found: &str) {
        self.warnings.push(ProblemReason::NotLookedUp { field: Excerpt::of(name), found: Excerpt::of(found) });
    }
}

/// Latitude and longitude in a text such as `Geolocation is 42.05, -87.69`; none where it has other numbers too.
fn two_numbers(text: &str) -> Option<(f64, f64)> {
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    let numbers: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [latitude, longitude] => Some((*latitude, *longitude)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
