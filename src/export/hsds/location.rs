//! Places as services at locations.

use super::super::part_id::part_id;
use super::attribute::{Attributes, OURS};
use crate::domain::code::CodeList;
use crate::domain::directory::Place;
use crate::domain::id::Identifier;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What is told of the way to a place.
#[derive(Default)]
pub(super) struct Access<'a> {
    /// How to get there.
    pub transportation: Option<&'a str>,
    /// How to get in.
    pub accessibility: &'a [String],
}

/// A service at a location, with the location inside.
pub(super) fn at_location(service: Uuid, place: &Place, access: &Access<'_>) -> Value {
    let id = place.id.uuid();
    json!({
        "id": part_id(service, &format!("at/{id}")),
        "service_id": service.to_string(),
        "location_id": id.to_string(),
        "location": location(id, place, access),
    })
}

fn location(id: Uuid, place: &Place, access: &Access<'_>) -> Value {
    let mut location = Map::new();
    location.insert("id".to_owned(), json!(id.to_string()));
    location.insert("location_type".to_owned(), json!(place.kind.code()));
    let mut told = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            location.insert(name.to_owned(), value);
        }
    };
    told("name", place.name.as_ref().map(|name| json!(name)));
    told("latitude", place.position.map(|position| json!(position.latitude())));
    told("longitude", place.position.map(|position| json!(position.longitude())));
    told("addresses", place.address.as_ref().map(|line| address(id, place, line)));
    told("transportation", access.transportation.map(|text| json!(text)));
    let accessibility = access.accessibility.iter().enumerate();
    let accessibility: Vec<Value> = accessibility
        .map(|(index, text)| json!({"id": part_id(id, &format!("accessibility/{index}")), "description": text}))
        .collect();
    told("accessibility", (!accessibility.is_empty()).then_some(Value::Array(accessibility)));
    told("attributes", attributes(id, place).finish());
    Value::Object(location)
}

/// An address that is known as one line. The standard asks for its parts, and nobody guesses which word is the town.
fn address(location: Uuid, place: &Place, line: &str) -> Value {
    json!([{
        "id": part_id(location, "address"),
        "location_id": location.to_string(),
        "address_1": line,
        "city": "",
        "state_province": "",
        "postal_code": "",
        "country": "",
        "address_type": place.kind.code(),
    }])
}

fn attributes(id: Uuid, place: &Place) -> Attributes {
    let mut attributes = Attributes::of(id, "location");
    if let Some(area) = &place.area {
        attributes.add(OURS, "area_code", area.code.as_str());
        if let Some(name) = &area.name {
            attributes.add(OURS, "area_name", name);
        }
        if let Some(center) = area.center {
            attributes.add(OURS, "area_center", format!("{},{}", center.latitude(), center.longitude()));
        }
        if let Some(radius_meters) = area.radius_meters {
            attributes.add(OURS, "area_radius_meters", radius_meters.to_string());
        }
    }
    attributes.add_codes("precision", place.precision);
    if place.redacted {
        attributes.add(OURS, "redacted", "true");
    }
    attributes
}
