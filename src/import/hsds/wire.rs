//! The parts of HSDS that are read, as the standard names them. Unknown fields are ignored; contacts
//! are never read, so that no name of a person comes in.

use super::super::problem::{Excerpt, Fault};
use super::super::text::Refusal;
use crate::domain::sensitive::hidden_debug;
use serde::Deserialize;
use serde_json::Value;

/// A service, in its full or its short form.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Service {
    pub name: Option<String>,
    pub alternate_name: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub email: Option<String>,
    pub status: Option<String>,
    pub interpretation_services: Option<String>,
    pub application_process: Option<String>,
    pub fees_description: Option<String>,
    pub fees: Option<String>,
    pub wait_time: Option<String>,
    pub accreditations: Option<String>,
    pub licenses: Option<String>,
    pub eligibility_description: Option<String>,
    pub minimum_age: Option<f64>,
    pub maximum_age: Option<f64>,
    pub assured_date: Option<String>,
    pub last_modified: Option<String>,
    pub alert: Option<String>,
    pub organization_id: Option<String>,
    pub organization: Option<Organization>,
    pub phones: Option<Vec<Phone>>,
    pub schedules: Option<Vec<Schedule>>,
    pub service_areas: Option<Vec<ServiceArea>>,
    pub service_at_locations: Option<Vec<ServiceAtLocation>>,
    pub languages: Option<Vec<Language>>,
    pub required_documents: Option<Vec<RequiredDocument>>,
    pub capacities: Option<Vec<Capacity>>,
    pub attributes: Option<Vec<Attribute>>,
}

/// An organisation.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Organization {
    pub id: Option<String>,
    pub name: Option<String>,
    pub alternate_name: Option<String>,
    pub description: Option<String>,
    pub website: Option<String>,
    pub email: Option<String>,
    pub attributes: Option<Vec<Attribute>>,
}

/// A phone; its number is kept as typed.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Phone {
    pub number: Option<String>,
    pub extension: Option<Value>,
}

hidden_debug!(Phone);

/// An opening by the rules of RFC 5545.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Schedule {
    pub freq: Option<String>,
    pub interval: Option<f64>,
    pub byday: Option<String>,
    pub byweekno: Option<String>,
    pub bymonthday: Option<String>,
    pub byyearday: Option<String>,
    pub opens_at: Option<String>,
    pub closes_at: Option<String>,
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
    pub description: Option<String>,
    pub notes: Option<String>,
}

/// Where people may come from.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ServiceArea {
    pub name: Option<String>,
}

/// A service at one of its locations.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct ServiceAtLocation {
    pub location: Option<Location>,
    pub phones: Option<Vec<Phone>>,
    pub schedules: Option<Vec<Schedule>>,
}

/// A location.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Location {
    pub id: Option<String>,
    pub location_type: Option<String>,
    pub name: Option<String>,
    pub transportation: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub addresses: Option<Vec<Address>>,
    pub accessibility: Option<Vec<Accessibility>>,
    pub phones: Option<Vec<Phone>>,
    pub attributes: Option<Vec<Attribute>>,
}

/// An address; its `attention` is a person's name and is not read.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Address {
    pub address_1: Option<String>,
    pub address_2: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub state_province: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
    pub address_type: Option<String>,
}

/// How a location can be entered.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Accessibility {
    pub description: Option<String>,
}

/// A language.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Language {
    pub code: Option<String>,
}

/// A document that people are asked for.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RequiredDocument {
    pub document: Option<String>,
}

/// Capacity, since HSDS 3.1.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Capacity {
    pub unit: Option<Unit>,
    pub available: Option<f64>,
    pub maximum: Option<f64>,
    pub updated: Option<String>,
}

/// In what capacity is counted.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Unit {
    pub name: Option<String>,
}

/// A value out of a taxonomy. Foreign taxonomies put anything here, so nothing is typed.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Attribute {
    pub value: Option<Value>,
    pub taxonomy_term: Option<Value>,
}

/// Reads a value; the refusal names the field inside it.
pub(super) fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        Refusal::at(if path == "." { String::new() } else { path }, type_fault(&error.into_inner()))
    })
}

/// Serde's message without what stands in the source.
fn type_fault(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let expected = message.rsplit_once(", expected ").map_or("another type", |(_, expected)| expected);
    Fault::Type(Excerpt::of(match expected {
        "f64" => "a number",
        "a sequence" => "a list",
        other => other,
    }))
}
