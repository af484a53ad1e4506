//! The OpenStreetMap reader on small features of our own.

use super::*;
use crate::domain::need::Need;
use crate::import::{Format, parse};
use serde_json::json;

fn feature(id: &str, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties, "geometry": {"type": "Point", "coordinates": [13.19, 32.88]}})
}

fn read(rows: &Value) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    let country = crate::domain::country::CountryCode::parse("LY").ok();
    let context = FeedContext { country, ..FeedContext::UNKNOWN };
    parse(Format::OpenStreetMap, &source, rows.to_string().as_bytes(), &context, &mut |_, _| {})
}

#[test]
fn a_feature_becomes_a_document_that_holds_all_it_tells() {
    let feed = read(&json!({"type": "FeatureCollection", "features": [feature("node/7", json!({
        "amenity": "clinic", "name": "مستوصف النخلة", "name:ar": "مستوصف النخلة", "name:fr": "Dispensaire du Palmier",
        "name:en": "Palm Clinic", "alt_name": "Palm", "operator": "Maison du Palmier", "opening_hours": "Sa-Th 09:00-18:00",
        "phone": "021-3331234; 191", "contact:email": "desk@example.org", "website": "https://example.org", "wheelchair": "yes",
        "addr:housenumber": "5", "addr:street": "Rue du Port", "addr:city": "Tripoli", "check_date": "2026-02-03", "fee": "no",
        "language:fr": "yes", "language:en": "no", "social_facility:for": "women", "beds": 12, "source": "survey",
    }))]})).expect("a collection");
    let service = &feed.services[0].document;
    assert_eq!((feed.services[0].key.as_str(), service.name.as_str()), ("node/7", "مستوصف النخلة"));
    assert_eq!(service.language.as_ref().map(Language::as_str), Some("ar"));
    let translations: Vec<_> =
        service.translations.iter().map(|told| (told.language.as_str(), told.name.as_deref())).collect();
    assert_eq!(translations, [("en", Some("Palm Clinic")), ("fr", Some("Dispensaire du Palmier"))]);
    assert_eq!(feed.organizations[0].document.name, "Maison du Palmier");
    assert_eq!((service.needs, service.accessibility.len()), ([Need::HealthPrimary].into(), 1));
    assert_eq!(service.opening_hours.as_deref(), Some("Sa-Th 09:00-18:00"));
    let phones: Vec<_> = service.phones.iter().map(|phone| phone.number.as_deref()).collect();
    assert_eq!(phones, [Some("+218213331234"), Some("191")]);
    assert_eq!((service.email.as_deref(), service.fees.as_deref()), (Some("desk@example.org"), Some("free")));
    assert_eq!(service.languages.iter().map(Language::as_str).collect::<Vec<_>>(), ["fr"]);
    assert_eq!(service.eligibility.genders, [Gender::Woman].into());
    let place = &service.places[0];
    assert_eq!((place.address.as_deref(), place.precision), (Some("5 Rue du Port, Tripoli"), Some(Precision::Exact)));
    let details: Vec<_> = service.details.iter().map(|detail| detail.label.as_str()).collect();
    assert_eq!(details, ["Website", "beds", "social_facility:for"]);
    assert_eq!(feed.warnings, []);
}

#[test]
fn the_public_is_read_in_both_spellings_and_ages_that_cross_are_left_out() {
    for (tags, women, ages, warned) in [
        (json!({"social_facility:for": "woman"}), 1, (None, None), 0),
        (json!({"social_facility:for": "women"}), 1, (None, None), 0),
        (json!({"social_facility:for": "woman;migrant"}), 0, (None, None), 0),
        (json!({"min_age": "16", "max_age": "25"}), 0, (Some(16), Some(25)), 0),
        (json!({"min_age": "25", "max_age": "16"}), 0, (None, None), 1),
    ] {
        let mut properties = tags.clone();
        properties["amenity"] = json!("social_facility");
        let feed = read(&json!([feature("node/1", properties)])).expect("a list");
        let found = &feed.services[0].document.eligibility;
        assert_eq!((found.genders.len(), (found.minimum_age, found.maximum_age)), (women, ages), "{tags}");
        assert_eq!(feed.warnings.len(), warned, "{tags}");
    }
}

#[test]
fn features_without_operator_are_their_own_organisation() {
    let feed = read(&json!([
        feature("node/1", json!({"amenity": "pharmacy", "name": "صيدلية"})),
        feature("node/2", json!({"amenity": "pharmacy", "name": "صيدلية"})),
        feature("way/3", json!({"amenity": "shower"})),
        feature("way/4", json!({"building": "yes"})),
        feature("node/5", json!({"amenity": "police", "name": "Post"})),
        json!({"type": "Feature", "properties": {"tags": {"amenity": "clinic"}, "type": "node", "id": 9}, "geometry": null}),
        json!({"type": "Feature", "properties": {"amenity": "clinic"}, "geometry": {"type": "Polygon",
            "coordinates": [[[10.0, 30.0], [10.0, 31.0], [12.0, 31.0], [10.0, 30.0]]]}}),
        json!({"type": "Feature", "id": "way/8", "properties": {"amenity": "clinic"}, "geometry": {"type": "Polygon",
            "coordinates": [[[10.0, 30.0], [10.0, 31.0], [12.0, 31.0], [10.0, 30.0]]]}}),
        json!({"type": "Feature", "id": "way/9", "properties": {"amenity": "clinic"}, "geometry": {"type": "Polygon", "coordinates": [[["x"]]]}}),
    ]))
    .expect("a list");
    assert_eq!(feed.organizations.len(), 7);
    let named = |key: &str| feed.services.iter().find(|parsed| parsed.key == key).map(|parsed| &parsed.document);
    assert_eq!(named("way/3").map(|service| service.name.as_str()), Some("shower"));
    assert!(named("node/9").is_some_and(|service| service.places.is_empty()));
    let at = named("way/8").and_then(|service| service.places[0].position).map(|at| (at.latitude(), at.longitude()));
    assert_eq!(at, Some((30.5, 11.0)));
    assert!(named("way/9").is_some());
    let police = feed.organizations.iter().find(|parsed| parsed.key == "node/5").expect("the post");
    assert!(!police.document.may_receive_referrals());
    let refused: Vec<String> = feed.refused.iter().map(|problem| problem.reason.to_string()).collect();
    assert_eq!(
        refused,
        [
            "expected GeoJSON features with OpenStreetMap tags, found a feature without amenity, healthcare, office or social_facility; take the row out",
            "[6].id: is missing, and every entry needs it",
        ]
    );
}
