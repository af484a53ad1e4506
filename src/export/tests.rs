//! Every format on small entries of our own.

use super::{Entry, ExportFormat, ExportMark, ExportSource, write_export};
use crate::domain::directory::{Detail, LocationKind, Organization, Phone, Place, Service, Tier, Translation};
use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use crate::domain::place::{Area, AreaCode, Position};
use crate::domain::profile::Language;
use crate::domain::time::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

fn mark() -> ExportMark {
    ExportMark {
        exported_at: Timestamp::parse("2026-11-20T10:00:00Z").expect("a time"),
        tier: Tier::Network,
        sources: vec![
            ExportSource { name: "north".to_owned(), licence: Some("Open, \"as is\"".to_owned()) },
            ExportSource { name: "south".to_owned(), licence: None },
        ],
    }
}

fn place(number: u8) -> Place {
    let mut place = Place::new(LocationId::from_bytes([number; 16]), LocationKind::Physical);
    place.name = Some("House of the Quay".to_owned());
    place.position = Position::new(50.9513, -1.5).ok();
    place.address = Some("9 quai du Nord, Calais".to_owned());
    place.area = AreaCode::parse("FR-62193").ok().map(|code| Area {
        code,
        name: Some("Calais".to_owned()),
        center: Position::new(50.95, 1.86).ok(),
        radius_meters: Some(5_000.0),
    });
    place
}

fn service(number: u8, places: Vec<Place>) -> Service {
    let organization = OrganizationId::from_bytes([9; 16]);
    let name = "=HYPERLINK(\"https://example.org\")";
    Service { places, ..Service::named(ServiceId::from_bytes([number; 16]), organization, name) }
}

fn entry(service: &Service) -> Entry {
    let organization = Organization::named(service.organization_id, "Maison du Phare");
    Entry::new(service, Some(Arc::new(organization)), "north").expect("an entry that copies hold")
}

fn written(format: ExportFormat, entries: &[Entry]) -> String {
    let mut out = Vec::new();
    let mut heard = (0, 0);
    let progress = &mut |done, of| heard = (done, of);
    write_export(format, &mark(), entries, &mut out, progress).expect("a list takes every byte");
    assert_eq!(heard, (entries.len(), entries.len()));
    String::from_utf8(out).expect("text")
}

const FORMATS: [ExportFormat; 4] =
    [ExportFormat::HsdsPage, ExportFormat::HsdsLines, ExportFormat::CommaSeparated, ExportFormat::GeoJson];

#[test]
fn no_format_tells_more_of_a_redacted_place_than_its_area() {
    let mut hidden = place(3);
    hidden.redacted = true;
    // As if somebody had forgotten to drop them before.
    let entries = [entry(&service(1, vec![hidden]))];
    for format in FORMATS {
        let text = written(format, &entries);
        assert!(["Quay", "quai", "50.9513", "-1.5"].iter().all(|secret| !text.contains(secret)), "{format:?}: {text}");
        assert!(text.contains("FR-62193"), "{format:?}");
    }
    let features: Value = serde_json::from_str(&written(ExportFormat::GeoJson, &entries)).expect("JSON");
    assert_eq!(features["features"][0]["geometry"], Value::Null);
    assert_eq!(features["features"][0]["properties"]["place_redacted"], json!(true));
}

#[test]
fn what_is_marked_as_not_to_be_used_stays_behind() {
    let mut told = service(1, vec![place(3), Place { do_not_use: true, ..place(4) }]);
    told.phones = vec![Phone::as_typed("115"), Phone { do_not_use: true, ..Phone::as_typed("116") }];
    let held = entry(&told);
    assert_eq!((held.service().places.len(), held.service().phones.len()), (1, 1));
    let merged = Service { merged_into: Some(ServiceId::from_bytes([2; 16])), ..service(1, Vec::new()) };
    let withdrawn = Service { do_not_use: true, ..service(1, Vec::new()) };
    for gone in [merged, withdrawn] {
        assert!(Entry::new(&gone, None, "north").is_none());
    }
}

#[test]
fn a_table_has_a_row_per_place_a_guard_and_the_quotes_of_the_rfc() {
    let mut told = service(1, vec![place(3), place(4)]);
    told.phones = vec![Phone { number: Some("+33199000001".to_owned()), ..Phone::as_typed("01 99 00 00 01") }];
    told.description = Some("first line\nsecond, \"line\"".to_owned());
    let text = written(ExportFormat::CommaSeparated, &[entry(&told), entry(&service(2, Vec::new()))]);
    assert!(text.ends_with("\r\n") && text.contains("\"first line\nsecond, \"\"line\"\"\""), "{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows of the header's width");
    let at = |row: usize, name: &str| {
        let column = header.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name}"));
        rows[row].get(column).unwrap_or_default().to_owned()
    };
    assert_eq!(rows.len(), 3);
    assert_eq!(at(0, "service_name"), "'=HYPERLINK(\"https://example.org\")");
    assert_eq!((at(0, "phones"), at(1, "longitude")), ("'+33199000001".to_owned(), "-1.5".to_owned()));
    assert_eq!((at(0, "licence"), at(2, "place_id")), ("Open, \"as is\"".to_owned(), String::new()));
    assert_eq!(at(2, "exported_at"), "2026-11-20T10:00:00Z");
    assert_ne!(at(0, "place_id"), at(1, "place_id"));
    assert_eq!(at(0, "service_id"), told.id.uuid().to_string());
}

#[test]
fn names_and_descriptions_in_further_languages_have_columns_and_properties() {
    let told = |tag: &str, name: &str, description: Option<&str>| Translation {
        language: Language::parse(tag).expect("a language"),
        name: Some(name.to_owned()),
        description: description.map(str::to_owned),
    };
    let translations = vec![told("ar", "مركز", Some("=1")), told("fr", "Accueil", None), told("prs", "خانه", None)];
    let told =
        Service { language: Language::parse("en").ok(), translations: translations.into(), ..service(1, Vec::new()) };
    let text = written(ExportFormat::CommaSeparated, &[entry(&told)]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = reader.records().next().expect("a row").expect("a row of the header's width");
    let features: Value = serde_json::from_str(&written(ExportFormat::GeoJson, &[entry(&told)])).expect("JSON");
    let properties = &features["features"][0]["properties"];
    for (column, cell, property) in [
        ("language", "en", json!("en")),
        ("name_ar", "مركز", json!("مركز")),
        ("name_fr", "Accueil", json!("Accueil")),
        ("name_en", "", Value::Null),
        ("description_ar", "'=1", json!("=1")),
        ("description_fr", "", Value::Null),
        ("other_translations", "prs: خانه", json!(["prs: خانه"])),
    ] {
        let position = header.iter().position(|known| known == column).unwrap_or_else(|| panic!("{column}"));
        assert_eq!((&row[position], &properties[column]), (cell, &property), "{column}");
    }
}

#[test]
fn features_put_longitude_first_and_say_where_they_come_from() {
    let text = written(ExportFormat::GeoJson, &[entry(&service(1, vec![place(3), place(4)]))]);
    let read: geojson::FeatureCollection =
        text.parse::<geojson::GeoJson>().expect("GeoJSON").try_into().expect("a list");
    assert_eq!(read.features.len(), 2);
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["features"][0]["geometry"]["coordinates"], json!([-1.5, 50.9513]));
    assert_eq!(value["relais_export"]["sources"][0], json!({"name": "north", "licence": "Open, \"as is\""}));
    let properties = value["features"][1]["properties"].as_object().expect("properties");
    assert_eq!(properties["needs"], Value::Null);
    assert!(!properties.contains_key("latitude"));
}

#[test]
fn a_page_counts_itself_and_lines_have_no_page() {
    let entries = [entry(&service(1, Vec::new())), entry(&service(2, Vec::new()))];
    let page: Value = serde_json::from_str(&written(ExportFormat::HsdsPage, &entries)).expect("JSON");
    assert_eq!((&page["total_items"], &page["size"], &page["empty"]), (&json!(2), &json!(2), &json!(false)));
    assert_eq!(page["relais_export"]["tier"], json!("network"));
    let lines = written(ExportFormat::HsdsLines, &entries);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(page["contents"], Value::Array(lines));
    for format in FORMATS {
        let empty = written(format, &[]);
        match format {
            ExportFormat::HsdsPage => {
                let page: Value = serde_json::from_str(&empty).expect("JSON");
                assert_eq!((&page["empty"], &page["contents"]), (&json!(true), &json!([])));
            }
            ExportFormat::GeoJson => assert!(empty.parse::<geojson::GeoJson>().is_ok(), "{empty}"),
            ExportFormat::HsdsLines => assert_eq!(empty, ""),
            ExportFormat::CommaSeparated => assert_eq!(empty.lines().count(), 1),
        }
    }
}

#[test]
fn what_no_reader_of_the_standard_takes_is_told_in_words() {
    let mut told = service(1, vec![place(3), place(4)]);
    told.email = Some("desk(at)example.org".to_owned());
    told.details = vec![
        Detail { label: "Website".to_owned(), values: vec!["www.example.org".to_owned()] },
        Detail { label: "Transportation".to_owned(), values: vec!["Bus 2".to_owned()] },
    ]
    .into();
    let line: Value = serde_json::from_str(&written(ExportFormat::HsdsLines, &[entry(&told)])).expect("JSON");
    assert!(line.get("email").is_none() && line.get("url").is_none());
    let words: Vec<&str> = line["attributes"]
        .as_array()
        .expect("attributes")
        .iter()
        .filter(|attribute| attribute["taxonomy_term"]["taxonomy"] == "relais-details")
        .filter_map(|attribute| attribute["value"].as_str())
        .collect();
    assert_eq!(words, ["desk(at)example.org", "www.example.org", "Bus 2"]);
}
