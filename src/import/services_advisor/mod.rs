//! Services Advisor: one GeoJSON feature per service, with numbered, free-text properties.
//!
//! The key is id and activity together: one id may carry two services. Whatever the feed tells beside
//! the fields we know is kept as details, so that any change of a row is a change of its document.

mod needs;
mod office;
mod precision;

use super::fingerprint::Fingerprint;
use super::problem::{Excerpt, Fault, FeedError, ProblemReason};
use super::text::{Refusal, line, make_plain};
use super::{Feed, Parsed, ReadRows, Row, SourceName, point};
use crate::domain::directory::{Detail, LocationKind, Organization, Place, Service, Welcome};
use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use crate::domain::place::Position;
use crate::domain::time::Date;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const EXPECTED: &str = "a list of GeoJSON features";

/// Properties that have a place of their own in the document; all others become details.
const OWN_PROPERTIES: [&str; 6] = ["locationName", "partnerName", "activity", "activityName", "endDate", "indicators"];

/// Labels of the criteria in English and Arabic, each with the one value that restricts nothing. The
/// Arabic feed of 2015 renders "Open to all" as "serious medical condition": it has no such value.
const INTAKE: Criterion =
    Criterion { labels: ["Intake Criteria", "معايير القبول"], open: &["Open to all"] };
const NATIONALITY: Criterion =
    Criterion { labels: ["Nationality", "الجنسية"], open: &["No restriction", "لا توجد قيود"] };
const REGISTRATION: Criterion = Criterion {
    labels: ["Registration Type Requirement", "متطلب نوع التسجيل"],
    open: &["No Requirement", "لا توجد متطلبات"],
};

struct Criterion {
    labels: [&'static str; 2],
    open: &'static [&'static str],
}

impl Criterion {
    fn detail<'a>(&self, details: &'a [Detail]) -> Option<&'a Detail> {
        details.iter().find(|detail| self.labels.iter().any(|label| detail.label.eq_ignore_ascii_case(label)))
    }

    /// True where the feed says in so many words that nobody is left out; silence is no such word.
    fn is_open(&self, details: &[Detail]) -> bool {
        let open = |values: &[String]| matches!(values, [only] if self.open.contains(&only.as_str()));
        self.detail(details).is_some_and(|detail| open(&detail.values))
    }
}

/// For intake, nationality and registration: whether the feed says that nobody is left out.
pub(super) fn open_criteria(service: &Service) -> [bool; 3] {
    [INTAKE, NATIONALITY, REGISTRATION].map(|criterion| criterion.is_open(&service.details))
}

/// Reads the features of one file.
pub(super) struct Reader<'a> {
    source: &'a SourceName,
    feed: Feed,
    kept: HashMap<String, (usize, Fingerprint)>,
    partners: HashSet<String>,
    has_features: bool,
    first_fields: Option<String>,
}

impl<'a> Reader<'a> {
    /// A reader that derives identifiers from this source.
    pub(super) fn new(source: &'a SourceName) -> Self {
        let (feed, kept, partners) = (Feed::default(), HashMap::new(), HashSet::new());
        Self { source, feed, kept, partners, has_features: false, first_fields: None }
    }

    fn keep(&mut self, row: usize, key: &str, read: Read) {
        for reason in read.warnings {
            self.feed.warn(row, key, reason);
        }
        if self.partners.insert(read.organization.name.clone()) {
            let key = read.organization.name.clone();
            self.feed.organizations.push(Parsed { row, key, document: read.organization });
        }
        self.feed.services.push(Parsed { row, key: key.to_owned(), document: read.service });
    }
}

impl ReadRows for Reader<'_> {
    fn read(&mut self, row: Row) {
        self.feed.rows_read += 1;
        let Row { number, path, mut value } = row;
        let key = value.as_object().and_then(key_of);
        let is_feature = value.get("type").and_then(Value::as_str) == Some("Feature");
        self.has_features |= is_feature;
        if !is_feature {
            self.first_fields.get_or_insert_with(|| field_names(&value));
            let reason = ProblemReason::OtherKind { expected: "a GeoJSON feature", found: "something else" };
            return self.feed.refuse(number, key, reason);
        }
        let marked_up = match make_plain(&mut value) {
            Ok(marked_up) => marked_up,
            Err(refusal) => return self.feed.refuse_value(number, key, &path, refusal),
        };
        let feature = Feature { source: self.source, fields: &value };
        let (key, mut read) = match feature.key().and_then(|key| feature.read(&key).map(|read| (key, read))) {
            Ok(read) => read,
            Err(refusal) => return self.feed.refuse_value(number, key, &path, refusal),
        };
        let fingerprint = feature.fingerprint();
        if let Some((first, kept)) = self.kept.get(&key) {
            let reason = kept.repeats(*first, &fingerprint);
            return self.feed.refuse(number, Some(key), reason);
        }
        self.kept.insert(key.clone(), (number, fingerprint));
        read.warnings.extend(marked_up.iter().map(|path| ProblemReason::Markup(Excerpt::of(path))));
        self.keep(number, &key, read);
    }

    fn finish(self: Box<Self>) -> Result<Feed, FeedError> {
        match self.first_fields {
            Some(fields) if !self.has_features => {
                Err(FeedError::OtherDocument { expected: EXPECTED, found: Excerpt::of(&fields) })
            }
            _ => {
                let mut feed = self.feed;
                precision::tell_areas(&mut feed);
                Ok(feed)
            }
        }
    }
}

fn field_names(value: &Value) -> String {
    match value.as_object() {
        Some(fields) => format!("an object with {}", fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        None => "a list of single values".to_owned(),
    }
}

/// Id and activity, the key of a feature; `None` where either cannot be read.
fn key_of(feature: &Map<String, Value>) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => line(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let id = feature.get("id").and_then(text)?;
    let activity = feature.get("properties")?.get("activity").and_then(text)?;
    Some(format!("{id}+{activity}"))
}

/// What one feature gives.
struct Read {
    organization: Organization,
    service: Service,
    warnings: Vec<ProblemReason>,
}

/// One feature, made plain.
struct Feature<'a> {
    source: &'a SourceName,
    fields: &'a Value,
}

impl Feature<'_> {
    fn key(&self) -> Result<String, Refusal> {
        let missing = || {
            let path = if self.fields.get("id").is_none_or(Value::is_null) { "id" } else { "properties.activity" };
            Refusal::at(path, Fault::Missing)
        };
        self.fields.as_object().and_then(key_of).ok_or_else(missing)
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut fields = self.properties().cloned().unwrap_or_default();
        fields.insert("geometry".to_owned(), self.fields.get("geometry").cloned().unwrap_or_default());
        Fingerprint::of(&fields)
    }

    fn properties(&self) -> Option<&Map<String, Value>> {
        self.fields.get("properties").and_then(Value::as_object)
    }

    fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.properties().and_then(|properties| properties.get(name)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(line(text)),
            Some(_) => Err(Refusal::at(format!("properties.{name}"), Fault::Type(Excerpt::of("a string")))),
        }
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::at(format!("properties.{name}"), Fault::Missing))
    }

    fn day(&self, name: &str) -> Result<Option<Date>, Refusal> {
        let parse = |text: String| Date::parse_from_str(&text, "%Y-%m-%d");
        let day = self.text(name)?.map(parse).transpose();
        day.map_err(|_| Refusal::at(format!("properties.{name}"), Fault::Day))
    }

    fn read(&self, key: &str) -> Result<Read, Refusal> {
        let partner = self.required("partnerName")?;
        let name = self.required("activityName")?;
        let sector = self.text("activityCategory")?;
        self.day("startDate")?;
        let indicators = self.indicators();
        let names = indicators.iter().map(|(name, _)| name.as_str());
        let answer = needs::answer(sector.as_deref(), &name, names);
        let details = self.details();
        let mut warnings = Vec::new();
        let place = self.place(&mut warnings)?;
        let source = self.source.as_str();
        let organization = organization(source, &partner);
        let service = Service {
            description: description(&indicators),
            needs: answer.needs,
            need_families: answer.families,
            welcome: welcome(&details),
            criteria_text: criteria_text(&details),
            schedules: office::schedules(&details).into(),
            details: details.into(),
            specialisations: answer.specialisations,
            places: place.into_iter().collect(),
            valid_until: self.day("endDate")?,
            ..Service::named(ServiceId::derived(source, key), organization.id, name)
        };
        Ok(Read { organization, service, warnings })
    }

    /// Indicators with a target; a target of zero says that the indicator is not offered.
    fn indicators(&self) -> Vec<(String, f64)> {
        let indicators =
            self.properties().and_then(|properties| properties.get("indicators")).and_then(Value::as_object);
        let target = |value: &Value| value.as_f64().or(value.as_bool().map(f64::from));
        let offered =
            |(name, value): (&String, &Value)| Some((line(name)?, target(value).filter(|target| *target > 0.0)?));
        let mut offered: Vec<(String, f64)> = indicators.into_iter().flatten().filter_map(offered).collect();
        offered.sort_by(|a, b| a.0.cmp(&b.0));
        offered
    }

    /// Everything that has no place of its own: labels without their number, in the order of the
    /// numbers; values sorted, so that the order of a file makes no change.
    fn details(&self) -> Vec<Detail> {
        let mut details: BTreeMap<(u32, String), BTreeSet<String>> = BTreeMap::new();
        for (label, value) in self.properties().into_iter().flatten() {
            let (number, label) = numbered(label);
            if let Some(label) = line(label).filter(|label| !OWN_PROPERTIES.contains(&label.as_str())) {
                let values = texts(value);
                if !values.is_empty() {
                    details.entry((number, label)).or_default().extend(values);
                }
            }
        }
        let detail = |((_, label), values): ((u32, String), BTreeSet<String>)| Detail {
            label,
            values: values.into_iter().collect(),
        };
        details.into_iter().map(detail).collect()
    }

    fn place(&self, warnings: &mut Vec<ProblemReason>) -> Result<Option<Place>, Refusal> {
        let name = self.text("locationName")?;
        let position = match self.position() {
            Ok(position) => Some(position),
            Err(reason) => {
                warnings.push(reason);
                None
            }
        };
        if name.is_none() && position.is_none() {
            return Ok(None);
        }
        let at = position.map(|at| format!("{},{}", at.latitude(), at.longitude())).unwrap_or_default();
        let key = format!("{}|{at}", name.as_deref().unwrap_or_default());
        Ok(Some(Place {
            name,
            position,
            ..Place::new(LocationId::derived(self.source.as_str(), &key), LocationKind::Physical)
        }))
    }

    fn position(&self) -> Result<Position, ProblemReason> {
        let geometry = self.fields.get("geometry");
        let coordinates = geometry
            .filter(|geometry| geometry.get("type").and_then(Value::as_str) == Some("Point"))
            .and_then(|geometry| geometry.get("coordinates"))
            .and_then(Value::as_array);
        let Some([longitude, latitude, ..]) = coordinates.map(Vec::as_slice) else {
            return Err(ProblemReason::PointMissing);
        };
        let (Some(longitude), Some(latitude)) = (longitude.as_f64(), latitude.as_f64()) else {
            return Err(ProblemReason::PointMissing);
        };
        point(latitude, longitude)
    }
}

fn organization(source: &str, name: &str) -> Organization {
    Organization::named(OrganizationId::derived(source, name), name)
}

fn description(indicators: &[(String, f64)]) -> Option<String> {
    #[expect(clippy::float_cmp, reason = "1 is the feeds' way to say yes")]
    let text =
        |(name, target): &(String, f64)| if *target == 1.0 { name.clone() } else { format!("{name} ({target})") };
    (!indicators.is_empty()).then(|| indicators.iter().map(text).collect::<Vec<_>>().join("\n"))
}

fn welcome(details: &[Detail]) -> Option<Welcome> {
    let open = [INTAKE, NATIONALITY, REGISTRATION].iter().all(|criterion| criterion.is_open(details));
    open.then_some(Welcome::Unconditional)
}

fn criteria_text(details: &[Detail]) -> Option<String> {
    let lines: Vec<String> = [INTAKE, NATIONALITY, REGISTRATION]
        .iter()
        .filter_map(|criterion| criterion.detail(details))
        .map(|detail| format!("{}: {}", detail.label, detail.values.join(", ")))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// `10. Referral Method` as 10 and the label; labels without a number come last.
fn numbered(label: &str) -> (u32, &str) {
    label
        .split_once('.')
        .and_then(|(number, rest)| Some((number.trim().parse().ok()?, rest)))
        .unwrap_or((u32::MAX, label))
}

/// The texts that a property tells: options that are true, or the text itself.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Object(options) => {
            let chosen =
                |chosen: &Value| !matches!(chosen, Value::Null | Value::Bool(false)) && chosen.as_f64() != Some(0.0);
            let text = |(option, value): (&String, &Value)| match value {
                Value::Bool(_) => line(option),
                other => line(&format!("{option}: {}", texts(other).join(", "))),
            };
            options.iter().filter(|(_, value)| chosen(value)).filter_map(text).collect()
        }
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => line(text).into_iter().collect(),
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(true) => vec!["yes".to_owned()],
        Value::Bool(false) | Value::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
