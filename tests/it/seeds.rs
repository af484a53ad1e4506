//! The seeds are what we would ask of anybody's feed: valid by the standard's own schema, read without a
//! refusal or a warning, and rich enough to search in.

use crate::import_feeds::{data, read};
use crate::kit::installation::seed_feeds;
use relais::domain::code::CodeList;
use relais::domain::directory::Service;
use relais::domain::need::Need;
use relais::import::{Feed, Format};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every seed feed by its name: as text, and as it is read.
fn feeds() -> Vec<(String, Value, Feed)> {
    let feeds = seed_feeds().into_iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).expect("a readable file");
        let feed = read(Format::Hsds, &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, serde_json::from_slice(&bytes).expect("JSON"), feed)
    });
    let feeds: Vec<_> = feeds.collect();
    assert!(feeds.len() >= 9, "the seeds are there");
    feeds
}

fn services(feeds: &[(String, Value, Feed)]) -> impl Iterator<Item = &Service> {
    feeds.iter().flat_map(|(_, _, feed)| &feed.services).map(|parsed| &parsed.document)
}

#[test]
fn every_seed_is_valid_by_the_official_schema_of_the_standard() {
    let Some(folder) = data() else { return };
    let path = folder.join("standards/hsds-3.1-dev/schema/compiled/service.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).expect("the schema")).expect("JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let faults = |service: &Value| -> Vec<String> {
        validator.iter_errors(service).map(|error| format!("{} {error}", error.instance_path())).collect()
    };

    let feeds = feeds();
    let (_, page, _) = &feeds[0];
    for (field, value) in [("id", "not a UUID"), ("email", "not an address"), ("status", "sometimes")] {
        let mut planted = page["contents"][0].clone();
        planted[field] = value.into();
        assert_eq!(faults(&planted).len(), 1, "the control: {field} is judged");
    }
    for (name, page, _) in &feeds {
        let contents = page["contents"].as_array().expect("a page has contents");
        assert_eq!(page["total_items"], contents.len(), "{name}");
        for service in contents {
            assert_eq!(faults(service), Vec::<String>::new(), "{name}: {}", service["name"]);
        }
    }
}

#[test]
fn the_seeds_are_read_whole_and_answer_every_need() {
    let feeds = feeds();
    for (name, page, feed) in &feeds {
        assert_eq!((&feed.refused, &feed.warnings, feed.unmapped), (&vec![], &vec![], 0), "{name}");
        assert_eq!(feed.services.len(), page["contents"].as_array().map_or(0, Vec::len), "{name}");
    }
    let organizations: BTreeSet<_> =
        feeds.iter().flat_map(|(_, _, feed)| &feed.organizations).map(|parsed| parsed.document.id).collect();
    let ids: BTreeSet<_> = services(&feeds).map(|service| service.id).collect();
    assert_eq!(ids.len(), services(&feeds).count(), "no id stands twice");
    assert!(organizations.len() >= 30 && ids.len() >= 70, "{} and {}", organizations.len(), ids.len());
    let unanswered: Vec<Need> = Need::ALL
        .iter()
        .copied()
        .filter(|need| !services(&feeds).any(|service| service.needs.contains(need)))
        .collect();
    assert_eq!(unanswered, Vec::<Need>::new());
}

#[test]
fn no_two_seeds_are_alike() {
    let feeds = feeds();
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in services(&feeds) {
        let what_counts = (&service.needs, &service.eligibility, &service.criteria_text, &service.schedules);
        alike.entry(format!("{what_counts:?}")).or_default().push(&service.name);
    }
    alike.retain(|_, names| names.len() > 1);
    assert!(alike.is_empty(), "{alike:#?}");
}

#[test]
fn a_redacted_place_has_no_point_even_in_the_file() {
    let feeds = feeds();
    let places = services(&feeds).flat_map(|service| &service.places);
    let redacted: Vec<_> = places.filter(|place| place.redacted).collect();
    assert!(redacted.len() >= 2, "the seeds show what redaction is");
    for place in redacted {
        assert!(place.position.is_none() && place.address.is_none() && place.area.is_some(), "{place:?}");
    }
    // Nor does the text: an import drops a point aloud, and these feeds are read without a warning.
    let is_mark = |mark: &Value| mark["taxonomy_term"]["code"] == "redacted" && mark["value"] == "true";
    let mut judged = 0;
    for (name, page, _) in &feeds {
        for site in page["contents"].as_array().into_iter().flatten().flat_map(|service| {
            service["service_at_locations"].as_array().into_iter().flatten().map(|site| &site["location"])
        }) {
            if site["attributes"].as_array().into_iter().flatten().any(is_mark) {
                judged += 1;
                let told = ["latitude", "longitude", "addresses"].map(|field| site.get(field).unwrap_or(&Value::Null));
                assert!(told.iter().all(|told| told.is_null()), "{name}: {site}");
            }
        }
    }
    assert!(judged >= 2, "the marks are found in the text");
}
