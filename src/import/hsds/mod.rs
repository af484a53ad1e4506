//! Human Services Data Specification 3.0, 3.1 and UK 3.0: services, services at locations, and
//! organisations with their services inside, alone, in pages, in lists or one per line.
//!
//! Start at [`Reader`]; [`kind`] tells what a row is, [`service`] makes the document.

mod kind;
mod place;
mod schedule;
mod service;
mod taxonomy;
mod wire;

use super::check;
use super::context::FeedContext;
use super::fingerprint::Fingerprint;
use super::problem::{Excerpt, Fault, FeedError, Problem, ProblemReason, Subject};
use super::text::{Refusal, make_plain};
use super::{Feed, Parsed, ReadRows, Row, SourceName, join};
use crate::domain::directory::{Organization, Service};
use kind::Kind;
use schedule::Hours;
use serde_json::{Map, Value};
use std::collections::HashMap;

const EXPECTED: &str = "HSDS services (service, service_at_location, or organization with services)";

/// Reads the rows of one file.
pub(super) struct Reader<'a> {
    source: &'a SourceName,
    context: &'a FeedContext<'a>,
    feed: Feed,
    kept: HashMap<String, Kept>,
    organizations: HashMap<String, (usize, Organization)>,
    /// Services that name their organisation by id: key, key of the organisation, where in the file.
    referring: Vec<(String, String, String)>,
    has_services: bool,
    first_other: Option<&'static str>,
}

/// A service that was read before, by its key.
struct Kept {
    row: usize,
    fingerprint: Fingerprint,
    /// Position in the feed.
    position: usize,
    is_at_location: bool,
    hours: Hours,
}

/// One service of a row.
struct Item {
    row: usize,
    /// Where in the file.
    path: String,
    value: Value,
    /// True where the row is a service at one location, of which a service may have several.
    is_at_location: bool,
}

impl<'a> Reader<'a> {
    /// A reader that derives identifiers from this source.
    pub(super) fn new(source: &'a SourceName, context: &'a FeedContext<'a>) -> Self {
        Self {
            source,
            context,
            feed: Feed::default(),
            kept: HashMap::new(),
            organizations: HashMap::new(),
            referring: Vec::new(),
            has_services: false,
            first_other: None,
        }
    }

    fn read_service(&mut self, mut item: Item) {
        self.has_services = true;
        let key = item.value.get("id").and_then(Value::as_str).and_then(|id| check::uuid(id.trim()).ok());
        match self.try_read(&mut item) {
            Ok((key, read, fingerprint)) => self.keep(item, key, read, fingerprint),
            Err(refusal) => {
                let refusal = Refusal { path: as_in_file(&refusal.path, item.is_at_location), ..refusal };
                self.feed.refuse_value(item.row, key, &item.path, refusal);
            }
        }
    }

    fn try_read(&self, item: &mut Item) -> Result<(String, service::Read, Fingerprint), Refusal> {
        let marked_up = make_plain(&mut item.value)?;
        let fields = item.value.as_object().ok_or_else(|| Refusal::at("", Fault::Type(Excerpt::of("an object"))))?;
        let id = fields.get("id").filter(|id| !id.is_null()).ok_or_else(|| Refusal::at("id", Fault::Missing))?;
        let key = check::uuid(id.as_str().unwrap_or_default().trim()).map_err(|fault| Refusal::at("id", fault))?;
        let wire: wire::Service = wire::read(&item.value)?;
        let mut read = service::read(self.source.as_str(), &key, &wire, self.context)?;
        let path = |path: &String| ProblemReason::Markup(Excerpt::of(&as_in_file(path, item.is_at_location)));
        read.warnings.extend(marked_up.iter().map(path));
        let mut own = fields.clone();
        if item.is_at_location {
            own.remove("service_at_locations");
        }
        Ok((key, read, Fingerprint::of(&own)))
    }

    fn keep(&mut self, item: Item, key: String, read: service::Read, fingerprint: Fingerprint) {
        for (place, text) in read.told_of_places {
            self.feed.told_of_places.entry(place).or_default().push(text);
        }
        if let Some(kept) = self.kept.get_mut(&key) {
            if item.is_at_location && kept.is_at_location && kept.fingerprint == fingerprint {
                let document = &mut self.feed.services[kept.position].document;
                add_places(document, read.service);
                kept.hours.add(read.hours);
                document.schedules = kept.hours.schedules().into();
                self.warn_all(item.row, &key, read.warnings);
            } else {
                let reason = kept.fingerprint.repeats(kept.row, &fingerprint);
                self.feed.refuse(item.row, Some(key), reason);
            }
            return;
        }
        self.warn_all(item.row, &key, read.warnings);
        match read.organization {
            Some(organization) => self.keep_organization(item.row, &key, read.organization_key, organization),
            None => self.referring.push((key.clone(), read.organization_key, item.path)),
        }
        if read.is_tiered {
            self.feed.tiered.insert(key.clone());
        }
        let position = self.feed.services.len();
        let Item { row, is_at_location, .. } = item;
        self.kept.insert(key.clone(), Kept { row, fingerprint, position, is_at_location, hours: read.hours });
        self.feed.services.push(Parsed { row: item.row, key, document: read.service });
    }

    fn warn_all(&mut self, row: usize, key: &str, warnings: Vec<ProblemReason>) {
        for reason in warnings {
            self.feed.warn(row, key, reason);
        }
    }

    fn keep_organization(&mut self, row: usize, service: &str, key: String, organization: Organization) {
        match self.organizations.get(&key) {
            Some((_, kept)) if *kept == organization => {}
            Some((first, _)) => {
                let reason = ProblemReason::OrganizationDiffers(*first);
                self.feed.warn(row, service, reason);
            }
            None => {
                self.feed.organizations.push(Parsed { row, key: key.clone(), document: organization.clone() });
                self.organizations.insert(key, (row, organization));
            }
        }
    }

    fn read_organization(&mut self, row: usize, path: &str, mut value: Value) {
        let key = value.get("id").and_then(Value::as_str).and_then(|id| check::uuid(id.trim()).ok());
        let read = make_plain(&mut value)
            .and_then(|_| wire::read(&value))
            .and_then(|wire: wire::Organization| service::read_organization(self.source.as_str(), &wire));
        match read {
            Ok((key, organization)) => self.keep_organization(row, &key.clone(), key, organization),
            Err(refusal) => {
                let reason = ProblemReason::value(&join(path, &refusal.path), refusal.fault);
                self.feed.refused.push(Problem { subject: Subject::Organization, row: Some(row), key, reason });
            }
        }
    }

    /// Refuses the services whose organisation the file does not hold.
    fn settle_references(&mut self) {
        let known = |organization: &String| self.organizations.contains_key(organization);
        let referring = std::mem::take(&mut self.referring).into_iter();
        let unknown: HashMap<String, String> =
            referring.filter(|(_, organization, _)| !known(organization)).map(|(key, _, path)| (key, path)).collect();
        if unknown.is_empty() {
            return;
        }
        self.feed.warnings.retain(|warning| warning.key.as_ref().is_none_or(|key| !unknown.contains_key(key)));
        let (refused, kept) =
            std::mem::take(&mut self.feed.services).into_iter().partition(|parsed| unknown.contains_key(&parsed.key));
        self.feed.services = kept;
        let refused: Vec<Parsed<Service>> = refused;
        for parsed in refused {
            let refusal = Refusal::at("organization_id", Fault::UnknownOrganization);
            self.feed.refuse_value(parsed.row, Some(parsed.key.clone()), &unknown[&parsed.key], refusal);
        }
        self.feed.refused.sort_by_key(|problem| problem.row);
    }
}

impl ReadRows for Reader<'_> {
    fn read(&mut self, row: Row) {
        let Row { number, path, value } = row;
        let found = kind::of(&value);
        let items = match found {
            Kind::Service => vec![Item { row: number, path, value, is_at_location: false }],
            Kind::ServiceAtLocation => {
                vec![Item { row: number, path, value: at_location(value), is_at_location: true }]
            }
            Kind::OrganizationWithServices => inside_organization(number, &path, value),
            Kind::Organization => {
                self.feed.rows_read += 1;
                self.first_other.get_or_insert(kind::ORGANIZATION_ALONE);
                return self.read_organization(number, &path, value);
            }
            Kind::Other(name) => {
                self.feed.rows_read += 1;
                self.first_other.get_or_insert(name);
                let reason = ProblemReason::OtherKind { expected: EXPECTED, found: name };
                return self.feed.refuse(number, None, reason);
            }
        };
        self.feed.rows_read += items.len();
        for item in items {
            self.read_service(item);
        }
    }

    fn finish(mut self: Box<Self>) -> Result<Feed, FeedError> {
        match self.first_other {
            Some(found) if !self.has_services => {
                Err(FeedError::OtherDocument { expected: EXPECTED, found: Excerpt::of(found) })
            }
            _ => {
                self.settle_references();
                Ok(self.feed)
            }
        }
    }
}

/// The service of a service at location, holding its one location as the full form does.
fn at_location(mut value: Value) -> Value {
    let mut service = value.get_mut("service").map(Value::take).unwrap_or_default();
    if let Some(fields) = service.as_object_mut() {
        if let Some(outer) = value.as_object_mut() {
            outer.remove("service");
        }
        fields.insert("service_at_locations".to_owned(), Value::Array(vec![value]));
    }
    service
}

/// A path of [`at_location`] as it stands in the file.
fn as_in_file(path: &str, is_at_location: bool) -> String {
    if !is_at_location {
        return path.to_owned();
    }
    match path.strip_prefix("service_at_locations[0].") {
        Some(inside) => inside.to_owned(),
        None => join("service", path),
    }
}

/// The services of an organisation, each holding the organisation as the full form does.
fn inside_organization(row: usize, path: &str, mut value: Value) -> Vec<Item> {
    let services = match value.get_mut("services").map(Value::take) {
        Some(Value::Array(services)) => services,
        _ => Vec::new(),
    };
    let organization: Map<String, Value> = match value {
        Value::Object(fields) => fields.into_iter().filter(|(name, _)| name != "services").collect(),
        _ => Map::new(),
    };
    let item = |(index, mut service): (usize, Value)| {
        if let Some(fields) = service.as_object_mut() {
            fields.insert("organization".to_owned(), Value::Object(organization.clone()));
        }
        Item { row, path: join(path, &format!("services[{index}]")), value: service, is_at_location: false }
    };
    services.into_iter().enumerate().map(item).collect()
}

/// Adds what another row tells of the same service at another location.
fn add_places(kept: &mut Service, other: Service) {
    for place in other.places {
        match kept.places.iter_mut().find(|known| known.id == place.id) {
            Some(known) if place.redacted && !known.redacted => *known = place,
            Some(_) => {}
            None => kept.places.push(place),
        }
    }
    add_missing(&mut kept.phones, other.phones);
    for detail in other.details {
        match kept.details.iter_mut().find(|known| known.label == detail.label) {
            Some(known) => add_missing(&mut known.values, detail.values),
            None => kept.details.push(detail),
        }
    }
}

fn add_missing<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for value in more {
        if !list.contains(&value) {
            list.push(value);
        }
    }
}

#[cfg(test)]
mod tests;
