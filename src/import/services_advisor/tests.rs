//! The Services Advisor reader on small rows of our own.

use crate::domain::directory::{Precision, Welcome};
use crate::import::{Feed, FeedContext, FeedError, Format, SourceName, parse};
use serde_json::{Value, json};

fn read(rows: &Value) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    parse(Format::ServicesAdvisor, &source, rows.to_string().as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
}

fn feature(id: u32, more: Value) -> Value {
    let mut properties = json!({
        "locationName": "Harbour  Town ", "partnerName": "Blue House ", "activity": 7, "activityCategory": "HEALTH",
        "activityName": "Health Services", "startDate": "2026-01-01", "endDate": "2026-12-31",
        "indicators": {"Primary healthcare": 1, "Reproductive health (all)": 0, "Visits": 330},
        "10. Referral Method": {"Phone": true, "E-mail": true, "Post": false},
        "3. Intake Criteria": {"Open to all": true}, "2. Nationality": {"No restriction": true},
        "1. Registration Type Requirement": {"No Requirement": true}, "Referral required": "Yes", "Note": "NA",
    });
    properties.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({"type": "Feature", "id": id, "properties": properties, "geometry": {"type": "Point", "coordinates": [35.85, 32.55556]}})
}

fn one(row: Value) -> Feed {
    read(&json!([row])).unwrap_or_else(|error| panic!("{error}"))
}

fn reasons(feed: &Feed) -> Vec<String> {
    feed.refused.iter().map(|problem| problem.reason.to_string()).collect()
}

#[test]
fn a_row_becomes_a_document_that_holds_all_it_tells() {
    let feed = one(feature(5, json!({})));
    assert_eq!((feed.services[0].key.as_str(), feed.organizations[0].key.as_str()), ("5+7", "Blue House"));
    let written = serde_json::to_string_pretty(&feed.services[0].document).expect("documents are JSON");
    insta::assert_snapshot!(written);
}

#[test]
fn only_words_that_leave_nobody_out_make_a_service_unconditional() {
    for (more, expected) in [
        (json!({}), Some(Welcome::Unconditional)),
        (json!({"2. Nationality": {"Syrians only": true}}), None),
        (json!({"2. Nationality": {}}), None),
        (json!({"1. Registration Type Requirement": {"UNHCR ASC": true}}), None),
        (json!({"3. Intake Criteria": {"Open to all": true, "Disability": true}}), None),
        (json!({"3. Intake Criteria": {"Open to all": false}}), None),
    ] {
        assert_eq!(one(feature(5, more.clone())).services[0].document.welcome, expected, "{more}");
    }
}

#[test]
fn points_that_are_none_are_dropped_and_the_place_stays() {
    for (geometry, expected) in [
        (json!(null), "no point"),
        (json!({"type": "Polygon", "coordinates": [[[0, 1]]]}), "no point"),
        (json!({"type": "Point", "coordinates": ["35", "32"]}), "no point"),
        (json!({"type": "Point", "coordinates": [0, 0]}), "point 0,0 dropped"),
        (json!({"type": "Point", "coordinates": [32.5, 135.8]}), "point out of range dropped"),
    ] {
        let mut row = feature(5, json!({}));
        row["geometry"] = geometry;
        let feed = one(row);
        let place = &feed.services[0].document.places[0];
        assert_eq!((place.position, place.name.as_deref()), (None, Some("Harbour Town")));
        assert_eq!(feed.warnings[0].reason.kind(), expected);
    }
}

#[test]
fn rows_that_cannot_be_read_are_refused_by_name() {
    for (more, expected) in [
        (json!({"partnerName": " "}), "[0].properties.partnerName: is missing, and every entry needs it"),
        (json!({"activityName": "X"}), "[0].properties.activityName: is missing, and every entry needs it"),
        (json!({"activity": null}), "[0].properties.activity: is missing, and every entry needs it"),
        (json!({"endDate": "31/12/2026"}), "[0].properties.endDate: must be a day, such as 2026-11-23"),
        (json!({"locationName": 5}), "[0].properties.locationName: expected a string"),
        (json!({"Note": "a\u{0}b"}), "[0].properties.Note: has a control character; clean it at the source"),
        (
            json!({"3. Intake Criteria": {"a\u{1b}b": true}}),
            "[0].properties.3. Intake Criteria.a\u{fffd}b: has a control character; clean it at the source",
        ),
    ] {
        let feed = one(feature(5, more.clone()));
        assert_eq!(reasons(&feed), [expected], "{more}");
        assert_eq!(feed.refused[0].key.is_some(), more.get("activity").is_none());
    }
}

#[test]
fn markup_becomes_plain_text_with_a_warning() {
    let feed = one(feature(5, json!({"5. Coverage": {"<b>Whole</b> district": true}, "Note": "Ask &amp; wait"})));
    let details = &feed.services[0].document.details;
    assert!(details.iter().any(|detail| detail.values == ["Whole district"]));
    assert!(details.iter().any(|detail| detail.values == ["Ask & wait"]));
    assert_eq!(feed.warnings.len(), 2);
}

#[test]
fn a_repeated_key_keeps_its_first_row_and_names_the_differences() {
    let changed = feature(5, json!({"endDate": "2027-12-31", "Referral required": "No"}));
    let other = feature(5, json!({"activity": 8}));
    let feed = read(&json!([feature(5, json!({})), changed, other, feature(5, json!({}))])).expect("a list");
    assert_eq!((feed.rows_read, feed.services.len(), feed.organizations.len()), (4, 2, 1));
    assert_eq!(
        reasons(&feed),
        [
            "repeats row 1, which is kept; 2 fields differ: Referral required, endDate; give each its own key",
            "repeats row 1, which is kept; nothing differs; give each its own key",
        ]
    );
}

#[test]
fn collections_are_read_and_other_files_are_named() {
    let collection =
        read(&json!({"type": "FeatureCollection", "features": [feature(5, json!({}))]})).expect("a collection");
    assert_eq!(collection.services.len(), 1);
    let mixed = read(&json!([feature(5, json!({})), 7])).expect("a list");
    assert_eq!(reasons(&mixed), ["expected a GeoJSON feature, found something else; take the row out"]);
    let error = read(&json!([{"id": 1, "status": "active"}])).expect_err("no features").to_string();
    assert_eq!(
        error,
        "expected a list of GeoJSON features, found an object with id, status; choose the format that fits the file"
    );
}

#[test]
fn a_point_of_three_organisations_or_of_a_governorate_is_that_of_an_area() {
    let row = |id: u32, partner: &str, place: &str, longitude: f64| {
        json!({"type": "Feature", "id": id,
            "properties": {"activity": 7, "partnerName": partner, "activityName": "Clinic", "locationName": place},
            "geometry": {"type": "Point", "coordinates": [longitude, 32.5]}})
    };
    let feed = read(&json!([
        row(1, "Blue House", "Camp", 35.1),
        row(2, "Red House", "Camp", 35.1),
        row(3, "Green House", "Camp", 35.1),
        row(4, "Blue House", "Shared house", 35.2),
        row(5, "Red House", "Shared house", 35.2),
        row(6, "Red House", "Shared house", 35.2),
        row(7, "Blue House", "Irbid Governorate", 35.3),
        row(8, "Blue House", "لواء الرمثا", 35.4),
        row(9, "Blue House", "Governorates Street", 35.5),
    ]))
    .expect("a feed");
    let told: Vec<bool> =
        feed.services.iter().map(|parsed| parsed.document.places[0].precision == Some(Precision::Area)).collect();
    assert_eq!(told, [true, true, true, false, false, false, true, true, false]);
    let warned: Vec<_> = feed.warnings.iter().filter_map(|problem| problem.row).collect();
    assert_eq!(warned, [1, 2, 3, 7, 8]);
}
