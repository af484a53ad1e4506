//! Locations of HSDS as places.
//!
//! Invariant: what a redacted location tells beside its area goes no further than this file: point,
//! address, phones, and the texts that say how to get there.

use super::super::point;
use super::super::problem::{Fault, ProblemReason};
use super::super::text::{Refusal, line, prose};
use super::check;
use super::taxonomy::LocationMarks;
use super::wire;
use crate::domain::directory::{LocationKind, Place};
use crate::domain::id::{Identifier, LocationId};
use crate::domain::place::Position;

/// A centre nearer than this to the point of the place is that point, with its digits changed.
const CENTER_AT_POINT_METERS: f64 = 100.0;

/// What one location gives to its service.
pub(super) struct Site {
    pub place: Place,
    /// Phones of the place.
    pub phones: Vec<String>,
    /// How to get there, in the source's words.
    pub transportation: Option<String>,
    /// How to get in, in the source's words.
    pub accessibility: Vec<String>,
}

/// Reads one service at a location; `None` where it names no location.
pub(super) fn read(
    source: &str,
    at_location: &wire::ServiceAtLocation,
    warnings: &mut Vec<ProblemReason>,
) -> Result<Option<Site>, Refusal> {
    let Some(location) = &at_location.location else {
        return Ok(None);
    };
    let inside = |refusal: Refusal| Refusal::at(format!("location.{}", refusal.path), refusal.fault);
    let marks = LocationMarks::read(location.attributes.as_ref()).map_err(inside)?;
    let (kind, is_redacted_type) = kind(location).map_err(inside)?;
    let mut phones = phones(at_location.phones.as_ref())?;
    phones.extend(self::phones(location.phones.as_ref()).map_err(inside)?);
    let mut site = Site {
        place: Place {
            name: location.name.as_deref().and_then(line),
            area: marks.area,
            precision: marks.precision,
            address: address(location),
            ..Place::new(LocationId::derived(source, &id(location).map_err(inside)?), kind)
        },
        phones,
        transportation: location.transportation.as_deref().and_then(prose),
        accessibility: location
            .accessibility
            .iter()
            .flatten()
            .filter_map(|entry| prose(entry.description.as_deref()?))
            .collect(),
    };
    let tells_point = location.latitude.is_some() || location.longitude.is_some();
    if marks.redacted || is_redacted_type {
        drop_center_at_point(&mut site, location, warnings);
        redact(&mut site, tells_point, warnings);
    } else {
        site.place.position = position(location, warnings);
    }
    Ok(Some(site))
}

fn id(location: &wire::Location) -> Result<String, Refusal> {
    let id = location.id.as_deref().and_then(line).ok_or_else(|| Refusal::at("id", Fault::Missing))?;
    check::uuid(&id).map_err(|fault| Refusal::at("id", fault))
}

fn kind(location: &wire::Location) -> Result<(LocationKind, bool), Refusal> {
    match location.location_type.as_deref().map(str::trim) {
        Some("physical") => Ok((LocationKind::Physical, false)),
        Some("postal") => Ok((LocationKind::Postal, false)),
        Some("virtual") => Ok((LocationKind::Virtual, false)),
        // A proposal to the standard that some publishers use already.
        Some("redacted") => Ok((LocationKind::Physical, true)),
        None | Some("") => Err(Refusal::at("location_type", Fault::Missing)),
        Some(_) => Err(Refusal::at("location_type", Fault::OneOf("physical, postal, virtual"))),
    }
}

fn redact(site: &mut Site, tells_point: bool, warnings: &mut Vec<ProblemReason>) {
    let tells_address = site.place.address.is_some() || site.transportation.is_some() || !site.accessibility.is_empty();
    let dropped = match (tells_point, tells_address, !site.phones.is_empty()) {
        (false, false, false) => None,
        (true, false, false) => Some("point is"),
        (false, true, false) => Some("address is"),
        (false, false, true) => Some("phones are"),
        (true, true, false) => Some("point and address are"),
        (true, false, true) => Some("point and phones are"),
        (false, true, true) => Some("address and phones are"),
        (true, true, true) => Some("point, address and phones are"),
    };
    warnings.extend(dropped.map(ProblemReason::RedactedDropped));
    site.place.redact();
    site.phones.clear();
    site.transportation = None;
    site.accessibility.clear();
}

/// Drops the centre of an area that is the point of the place itself, however wide the area is said to be.
fn drop_center_at_point(site: &mut Site, location: &wire::Location, warnings: &mut Vec<ProblemReason>) {
    let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude) else { return };
    let (Ok(told), Some(area)) = (point(latitude, longitude), &mut site.place.area) else { return };
    let is_at_point = |center: &Position| center.distance_meters(told) < CENTER_AT_POINT_METERS;
    if area.center.take_if(|center| is_at_point(center)).is_some() {
        area.radius_meters = None;
        warnings.push(ProblemReason::AreaTooSmall);
    }
}

fn position(location: &wire::Location, warnings: &mut Vec<ProblemReason>) -> Option<Position> {
    let read = match (location.latitude, location.longitude) {
        (None, None) if location.location_type.as_deref() != Some("physical") => return None,
        (Some(latitude), Some(longitude)) => point(latitude, longitude),
        _ => Err(ProblemReason::PointMissing),
    };
    read.map_err(|reason| warnings.push(reason)).ok()
}

/// The first physical address, or else the first, on one line.
fn address(location: &wire::Location) -> Option<String> {
    let addresses = location.addresses.as_deref().unwrap_or_default();
    let is_physical = |address: &&wire::Address| address.address_type.as_deref() == Some("physical");
    let address = addresses.iter().find(is_physical).or(addresses.first())?;
    let parts = [
        &address.address_1,
        &address.address_2,
        &address.postal_code,
        &address.city,
        &address.region,
        &address.state_province,
        &address.country,
    ];
    let parts: Vec<String> = parts.into_iter().filter_map(|part| line(part.as_deref()?)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Phones as typed, each with its extension.
pub(super) fn phones(phones: Option<&Vec<wire::Phone>>) -> Result<Vec<String>, Refusal> {
    let read = |(index, phone): (usize, &wire::Phone)| {
        let number = phone.number.as_deref().and_then(line);
        let number = number.ok_or_else(|| Refusal::at(format!("phones[{index}].number"), Fault::Missing))?;
        let extension = phone.extension.as_ref().and_then(|extension| match extension {
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::String(text) => line(text),
            _ => None,
        });
        Ok(extension.map_or(number.clone(), |extension| format!("{number} ext. {extension}")))
    };
    phones.into_iter().flatten().enumerate().map(read).collect()
}
