//! GeoJSON by RFC 7946: a feature for each service at each place, with the record as its properties. A redacted place
//! and a place without a point have no geometry (RFC 7946 §3.2 writes `null`); their area is a property.

use super::record::records;
use super::{Entry, ExportMark, write_json_list};
use crate::domain::directory::Place;
use crate::domain::id::Identifier;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Told by the geometry.
const IN_GEOMETRY: [&str; 2] = ["latitude", "longitude"];

pub(super) fn write(
    mark: &ExportMark,
    entries: &[Entry],
    out: &mut dyn Write,
    each: &mut dyn FnMut(),
) -> io::Result<()> {
    let head = format!("{{\"type\":\"FeatureCollection\",\"relais_export\":{},\"features\":[", mark.json());
    let features = entries.iter().flat_map(|entry| {
        each();
        of_entry(mark, entry)
    });
    write_json_list(&head, "\n]}\n", features, out)
}

fn of_entry(mark: &ExportMark, entry: &Entry) -> Vec<Value> {
    let feature = |(record, place): (super::record::Record, Option<&Place>)| {
        let shown = record.into_iter().filter(|(name, _)| !IN_GEOMETRY.contains(name));
        let properties: Map<String, Value> = shown.map(|(name, value)| (name.to_owned(), value.json())).collect();
        let service = entry.service.id.uuid();
        let id = place.map_or_else(|| service.to_string(), |place| format!("{service}/{}", place.id.uuid()));
        json!({"type": "Feature", "id": id, "geometry": geometry(place), "properties": properties})
    };
    records(mark, entry).into_iter().map(feature).collect()
}

/// Longitude first (RFC 7946 §3.1.1).
fn geometry(place: Option<&Place>) -> Value {
    place.and_then(|place| place.position).map_or(
        Value::Null,
        |position| json!({"type": "Point", "coordinates": [position.longitude(), position.latitude()]}),
    )
}
