//! The importer on the official examples of HSDS, as they are and with one value changed.

use crate::import_feeds::{data, file, read};
use relais::domain::directory::{ServiceStatus, Tier};
use relais::import::{Format, ProblemReason};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

fn hsds(folder: &Path, path: &str) -> String {
    match read(Format::Hsds, &file(folder, path)) {
        Err(error) => error.to_string(),
        Ok(feed) => {
            let (services, organizations) = (feed.services.len(), feed.organizations.len());
            let places: usize = feed.services.iter().map(|parsed| parsed.document.places.len()).sum();
            let (refused, warnings) = (feed.refused.len(), feed.warnings.len());
            format!(
                "{services} services, {organizations} organisations, {places} places, {refused} refused, {warnings} warnings"
            )
        }
    }
}

#[test]
fn official_examples_import_and_other_documents_are_named() {
    let Some(folder) = data() else { return };
    let mut found = String::new();
    for set in [
        "hsds-3.0/examples",
        "hsds-3.1-dev/examples",
        "hsds-uk-3.0/examples",
        "oruk-validator-mocks/V3.0-UK-Default",
        "oruk-validator-mocks/V3.0-UK-Warn",
    ] {
        let mut names: Vec<_> = std::fs::read_dir(folder.join("standards").join(set))
            .expect("the folder of examples")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".json"))
            .collect();
        names.sort();
        writeln!(found, "{set}").expect("a string grows");
        for name in names {
            writeln!(found, "  {name}: {}", hsds(&folder, &format!("standards/{set}/{name}"))).expect("a string grows");
        }
    }
    for schema in ["hsds-3.0/schema/openapi.json", "hsds-3.0/schema/service.json"] {
        writeln!(found, "{schema}: {}", hsds(&folder, &format!("standards/{schema}"))).expect("a string grows");
    }
    insta::assert_snapshot!(found);
}

#[test]
fn the_full_example_gives_its_facts_and_no_name_of_a_person() {
    let Some(folder) = data() else { return };
    let feed =
        read(Format::Hsds, &file(&folder, "standards/hsds-3.1-dev/examples/service_full.json")).expect("the example");
    let service = &feed.services[0].document;
    assert_eq!((service.status, service.tier), (ServiceStatus::Open, Tier::Network));
    assert_eq!((service.eligibility.minimum_age, service.eligibility.maximum_age), (Some(12), Some(100)));
    assert_eq!(service.verified_on.map(|day| day.to_string()).as_deref(), Some("2005-01-01"));
    assert_eq!(service.languages[0].as_str(), "ur");
    assert_eq!(service.phones.len(), 1);
    // Its rule joins weekdays with days of the month and of the year, so no weekday holds always.
    assert_eq!(service.schedules[0].weekdays, None);
    assert!(service.schedules[0].text.as_deref().is_some_and(|text| text.contains("byday TH,FR, bymonthday 2,3,4")));
    assert_eq!(service.capacity.as_ref().and_then(|capacity| capacity.available), Some(12));
    assert!(service.places[0].position.is_none() && service.places[0].address.is_some());
    assert!(feed.warnings.iter().any(|warning| warning.reason == ProblemReason::PointOutOfRange));
    assert_eq!(feed.unmapped, 1);
    let written = serde_json::to_string(service).expect("documents are JSON");
    assert!(!written.contains("Persona"), "{written}");
}

/// An attribute of our taxonomy.
fn ours(field: &str, value: &str) -> Value {
    json!([{"id": "ae58cc39-8b70-4ab1-8aea-786882e5ac8e", "value": value, "taxonomy_term": {"taxonomy": "relais", "code": field}}])
}

/// One change of the official full example: a pointer and the new value; `None` takes the value away.
fn mutations() -> Vec<(&'static str, Option<Value>)> {
    vec![
        ("/id", None),
        ("/id", Some(json!("reg-12345"))),
        ("/id", Some(json!(7))),
        ("/name", None),
        ("/name", Some(json!("  "))),
        ("/name", Some(json!({"fr": "Accueil"}))),
        ("/status", None),
        ("/status", Some(json!("open"))),
        ("/organization", None),
        ("/organization", Some(json!("Example Org"))),
        ("/organization/id", Some(json!("org-1"))),
        ("/organization/name", None),
        ("/organization/website", Some(json!("javascript:alert(1)"))),
        ("/organization/email", Some(json!("desk at example.org"))),
        ("/organization/attributes", Some(ours("kind", "charity"))),
        ("/url", Some(json!("example.com"))),
        ("/email", Some(json!("email@example"))),
        ("/minimum_age", Some(json!("twelve"))),
        ("/minimum_age", Some(json!(-1))),
        ("/minimum_age", Some(json!(101))),
        ("/maximum_age", Some(json!(131))),
        ("/maximum_age", Some(json!(17.5))),
        ("/assured_date", Some(json!("01/02/2005"))),
        ("/last_modified", Some(json!("2023-03-15"))),
        ("/description", Some(json!("cut\u{0}short"))),
        ("/phones/0/number", None),
        ("/phones/0/number", Some(json!(115))),
        ("/languages/0/code", Some(json!("Urdu language"))),
        ("/schedules/0/freq", Some(json!("DAILY"))),
        ("/schedules/0/byday", Some(json!("Thursday"))),
        ("/schedules/0/opens_at", Some(json!("10 am"))),
        ("/schedules/0/closes_at", Some(json!("25:00"))),
        ("/schedules/0/valid_to", Some(json!("2005"))),
        ("/schedules", Some(json!({}))),
        ("/service_at_locations/0/location/id", None),
        ("/service_at_locations/0/location/id", Some(json!("main"))),
        ("/service_at_locations/0/location/location_type", None),
        ("/service_at_locations/0/location/location_type", Some(json!("building"))),
        ("/service_at_locations/0/location/latitude", Some(json!("48.85"))),
        ("/service_at_locations/0/location/attributes", Some(ours("area_code", "Pantin centre"))),
        ("/service_at_locations/0/location/attributes", Some(ours("area_name", "Pantin"))),
        ("/service_at_locations/0/location/attributes", Some(ours("area_center", "48.9"))),
        ("/service_at_locations/0/location/attributes", Some(ours("redacted", "yes"))),
        ("/service_at_locations/0/location/attributes", Some(ours("tier", "sealed"))),
        ("/capacities/0/available", Some(json!(-3))),
        ("/capacities/0/maximum", Some(json!(2.5))),
        ("/capacities/0/updated", Some(json!("yesterday"))),
        ("/attributes", Some(ours("need", "legal.everything"))),
        ("/attributes", Some(ours("teir", "sealed"))),
        ("/attributes", Some(ours("tier", "secret"))),
        ("/attributes", Some(ours("gender", "female"))),
        ("/attributes/0/taxonomy_term", Some(json!({"taxonomy": "relais", "code": "welcome"}))),
    ]
}

fn change(document: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} stands in the example"));
    let fields = parent.as_object_mut().unwrap_or_else(|| panic!("{pointer} is a field"));
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
}

#[test]
fn each_wrong_value_refuses_its_row_and_says_why() {
    let Some(folder) = data() else { return };
    let bytes = file(&folder, "standards/hsds-3.1-dev/examples/service_full.json");
    let example: Value = serde_json::from_slice(&bytes).expect("the example is JSON");
    let mut found = String::new();
    for (pointer, value) in mutations() {
        let mut changed = example.clone();
        change(&mut changed, "/id", Some(json!("00000000-0000-4000-8000-000000000002")));
        let told = value.as_ref().map_or("taken away".to_owned(), |value| match value.pointer("/0/value") {
            Some(ours) => format!("{} = {ours}", value[0]["taxonomy_term"]["code"]),
            None => value.to_string(),
        });
        change(&mut changed, pointer, value);
        let page = json!({"contents": [example, changed]}).to_string();
        let feed = read(Format::Hsds, page.as_bytes()).expect("a page");
        assert_eq!((feed.services.len(), feed.refused.len()), (1, 1), "{pointer} {told}");
        let problem = &feed.refused[0];
        assert_eq!(problem.row, Some(2));
        assert_eq!(problem.key.is_some(), pointer != "/id", "{pointer}");
        writeln!(found, "{pointer} {told}\n    {}", problem.reason).expect("a string grows");
    }
    insta::assert_snapshot!(found);
}
