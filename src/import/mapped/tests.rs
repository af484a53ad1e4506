//! Rows by a mapping.

use super::*;
use crate::domain::directory::{Accessibility, ServiceMode};
use crate::domain::profile::Gender;
use crate::import::{Format, Problem, parse};
use proptest::prelude::*;

const MAPPING: &str = r#"
language = "fr"
optional = ["courriel"]
key = ["id", "site"]
name = "nom"
organization = { first_of = ["porteur", "nom"] }
description = { columns = ["resume", "detail"], join = "\n" }
needs = { column = "services", split = ";", values = { "Avocat" = "legal", "Asile" = ["legal.asylum", "legal"], "Cuisine" = "" }, terms = { "douche" = "basic.hygiene" } }
genders = { column = "public", terms = { "femme" = "woman" } }
minimum_age = "age"
phones = "tel"
email = "courriel"
website = "web"
hours = { columns = ["lundi", "mardi"], labels = ["Mo", "Tu"], split = "\n" }
verified_on = { column = "maj", formats = ["%d/%m/%Y", "%Y-%m-%d"] }
modes = { constant = "in_person" }
accessibility = { column = "pmr", values = { "oui" = "step_free", "non" = "" } }
latitude = "lat"
longitude = "lon"
address = "adresse"

[[detail]]
label = "Tarif"
from = { column = "prix", default = "gratuit" }

[[translation]]
language = "en"
name = "nom_en"
"#;

const HEADER: &str =
    "id;site;nom;porteur;resume;detail;services;public;age;tel;web;lundi;mardi;maj;pmr;lat;lon;adresse;prix;nom_en\n";
const ROW: &str = "7;a;Permanence;Maison;Droit;\"Sur <b>rendez-vous</b>\";Asile;Femmes seules;18;04 50 56 87 49;example.org;09:00-12:00;;03/02/2021;oui;46,1;5.8;1 rue X;;Desk\n";

fn mapping(text: &str) -> Mapping {
    Mapping::read(text).unwrap_or_else(|error| panic!("{error}"))
}

fn csv(text: &str) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    let context =
        FeedContext { country: crate::domain::country::CountryCode::parse("FR").ok(), ..FeedContext::UNKNOWN };
    parse(Format::Csv(&mapping(MAPPING)), &source, text.as_bytes(), &context, &mut |_, _| {})
}

fn json(format: Format<'_>, text: &str) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    parse(format, &source, text.as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
}

fn reasons(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{:?} {}", problem.row, problem.reason)).collect()
}

#[test]
fn a_row_becomes_a_document_that_holds_all_it_tells() {
    let feed = csv(&format!("{HEADER}{ROW}")).expect("a table");
    let service = &feed.services[0].document;
    assert_eq!((feed.services[0].key.as_str(), service.name.as_str()), ("7+a", "Permanence"));
    assert_eq!(feed.organizations[0].document.name, "Maison");
    assert_eq!(service.description.as_deref(), Some("Droit\nSur rendez-vous"));
    assert_eq!((service.needs, service.need_families), ([Need::LegalAsylum].into(), [].into()));
    assert_eq!((service.eligibility.genders, service.eligibility.minimum_age), ([Gender::Woman].into(), Some(18)));
    assert_eq!(service.phones[0].number.as_deref(), Some("+33450568749"));
    assert_eq!(service.opening_hours.as_deref(), Some("Mo 09:00-12:00"));
    assert_eq!(service.verified_on.map(|day| day.to_string()).as_deref(), Some("2021-02-03"));
    assert_eq!(
        (service.modes, service.accessibility),
        ([ServiceMode::InPerson].into(), [Accessibility::StepFree].into())
    );
    assert_eq!(service.translations[0].name.as_deref(), Some("Desk"));
    assert_eq!(service.language.as_ref().map(Language::as_str), Some("fr"));
    let place = &service.places[0];
    assert_eq!(place.position.map(|at| (at.latitude(), at.longitude())), Some((46.1, 5.8)));
    let details: Vec<_> = service.details.iter().map(|detail| (&*detail.label, &*detail.values[0])).collect();
    assert_eq!(details, [("Website", "example.org"), ("Tarif", "gratuit")]);
    assert_eq!(reasons(&feed.warnings), ["Some(2) detail: markup became plain text"]);
    assert_eq!(feed.refused, []);
}

/// The row of this test with one field replaced.
fn with(column: &str, value: &str) -> String {
    let index = HEADER.trim_end().split(';').position(|name| name == column).expect("a column");
    let mut fields: Vec<&str> = ROW.trim_end().split(';').collect();
    fields[index] = value;
    format!("{HEADER}{}\n", fields.join(";").replace("<b>", "").replace("</b>", ""))
}

#[test]
fn hostile_values_give_a_reason_and_never_a_guess() {
    for (column, value, refused, warned) in [
        ("id", "", "", ""),
        ("nom", "NA", "Some(2) nom: is missing, and every entry needs it", ""),
        ("lat", "NaN", "", "Some(2) latitude: must be a number, such as 12 or 36.8; left out"),
        ("lat", "1e999", "", "Some(2) latitude: must be a number, such as 12 or 36.8; left out"),
        ("lat", "91", "", "Some(2) a point outside -90..90, -180..180 is dropped; the place is kept without one"),
        ("age", "-3", "", "Some(2) minimum_age: must be a whole number of years from 0 to 130; left out"),
        ("maj", "31/02/2021", "", "Some(2) verified_on: must be a day, such as 2026-11-23; left out"),
        ("maj", "01/01/1970", "", "Some(2) verified_on: must be a day from 1971 to 2199; left out"),
        ("maj", "01/01/99999999", "", "Some(2) verified_on: must be a day, such as 2026-11-23; left out"),
        ("pmr", "peut-être", "", "Some(2) accessibility: `peut-être` is in no lookup; left out"),
        (
            "web",
            "javascript:alert(1)",
            "",
            "Some(2) website: must be a web address that starts with http:// or https://; left out",
        ),
        (
            "tel",
            "desk@example.org",
            "",
            "Some(2) an e-mail address stands among the phones; it is taken as e-mail where there is none",
        ),
        ("adresse", "cut\u{0}short", "Some(2) adresse: has a control character; clean it at the source", ""),
    ] {
        let feed = csv(&with(column, value)).expect("a table");
        assert_eq!(reasons(&feed.refused).join("; "), refused, "{column} {value}");
        let warnings = reasons(&feed.warnings);
        let told: Vec<&String> = warnings.iter().filter(|text| !text.contains("tells no point")).collect();
        assert_eq!(told.first().map(|text| text.as_str()).unwrap_or_default(), warned, "{column} {value}");
    }
    let feed = csv(&format!("{HEADER}{ROW}{ROW}1;2\n")).expect("a table");
    assert_eq!((feed.rows_read, feed.services.len()), (3, 1));
    assert_eq!(
        reasons(&feed.refused),
        [
            "Some(3) repeats row 2, which is kept; nothing differs; give each its own key",
            "Some(4) has 2 fields and the header 20; check its quotes and separators",
        ]
    );
}

#[test]
fn a_column_that_is_not_there_is_told_with_the_nearest() {
    let error = csv("id;site;Nom complet\n1;2;3\n").expect_err("columns are missing").to_string();
    assert!(
        error.starts_with("`accessibility` asks for the column `pmr`, which the feed has not; nearest: "),
        "{error}"
    );
    let mapping = mapping("key = 'id'\nname = 'titel'\norganization = 'org'\n");
    let error = json(Format::Json(&mapping), r#"[{"id": 1, "title": "a", "org": "b"}]"#).expect_err("no such column");
    assert_eq!(
        error.to_string(),
        "`name` asks for the column `titel`, which the feed has not; nearest: title, id, org"
    );
}

#[test]
fn objects_and_features_are_rows_too() {
    let mapping =
        mapping("key = 'id'\nname = 'nom'\norganization = 'org'\nlatitude = '@latitude'\nlongitude = '@longitude'\n");
    let feature = |properties: &str, geometry: &str| {
        format!(
            r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "id": 5, "properties": {properties}, "geometry": {geometry}}}]}}"#
        )
    };
    let point = r#"{"type": "Point", "coordinates": [5.8, 46.1]}"#;
    let feed = json(Format::GeoJson(&mapping), &feature(r#"{"nom": "Desk", "org": ["Maison", null]}"#, point))
        .expect("a collection");
    assert_eq!(feed.services[0].key, "5");
    assert_eq!(feed.organizations[0].document.name, "Maison");
    assert!(feed.services[0].document.places[0].position.is_some());
    let feed = json(Format::GeoJson(&mapping), &feature(r#"{"nom": {"fr": "Desk"}, "org": "Maison"}"#, point))
        .expect("a collection");
    assert_eq!(reasons(&feed.refused), ["Some(1) features[0].nom: expected a single value, or a list of them"]);
}

#[test]
fn further_files_are_joined_by_their_keys() {
    let mut mapping = mapping(
        r#"
key = "id"
name = "name"
organization = "org.title"
phones = { column = "phone.number", split = "\n" }
latitude = "place.lat"
longitude = "place.lon"
[[related]]
name = "place"
file = "places.csv"
key = "id"
on = "place_id"
[[related]]
name = "org"
file = "orgs.csv"
key = "id"
on = "place.org_id"
[[related]]
name = "phone"
file = "phones.json"
key = "place"
on = "place_id"
"#,
    );
    let services = "id,name,place_id\n1,Desk,p1\n2,Clinic,p9\n";
    let source = SourceName::parse("test").expect("a valid name");
    let read = |mapping: &Mapping| {
        parse(Format::Csv(mapping), &source, services.as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
    };
    let error = read(&mapping).expect_err("files are missing").to_string();
    assert_eq!(error, "the mapping names the related file places.csv, which was not given; put it beside the feed");
    assert_eq!(mapping.related_files().collect::<Vec<_>>(), ["places.csv", "orgs.csv", "phones.json"]);
    mapping.add_related("places.csv", b"id,org_id,lat,lon\np1,o1,46.1,5.8\n").expect("a table");
    mapping.add_related("orgs.csv", b"id,title\no1,Maison\n").expect("a table");
    mapping
        .add_related("phones.json", br#"[{"place": "p1", "number": "115"}, {"place": "p1", "number": "119"}]"#)
        .expect("a list");
    let feed = read(&mapping).expect("a table");
    assert_eq!(feed.organizations[0].document.name, "Maison");
    let phones: Vec<_> = feed.services[0].document.phones.iter().map(|phone| phone.typed.as_str()).collect();
    assert_eq!(phones, ["115", "119"]);
    assert_eq!(reasons(&feed.refused), ["Some(3) org.title: is missing, and every entry needs it"]);
    let broken = mapping.add_related("orgs.csv", b"id,title\no1\n").expect_err("a short row").to_string();
    assert!(broken.contains("has 1 fields and the header 2"), "{broken}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_bytes_make_a_mapped_feed_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        pasted in "[\";\n\r\t,<&a-z0-9\u{0}\u{202e}é.-]{0,16}",
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = format!("{HEADER}{ROW}{ROW}").into_bytes();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let index = at.index(bytes.len());
        bytes.splice(index..index, pasted.bytes());
        if let Ok(feed) = csv(&String::from_utf8_lossy(&bytes)) {
            prop_assert!(feed.rows_read == feed.services.len() + feed.refused.len());
        }
    }

    #[test]
    fn no_text_makes_the_reading_of_a_mapping_panic(
        at in any::<prop::sample::Index>(),
        pasted in "[\\[\\]{}=\"'.,#\n a-z0-9]{0,12}",
    ) {
        let mut text = MAPPING.to_owned();
        let index = at.index(text.len());
        if text.is_char_boundary(index) {
            text.insert_str(index, &pasted);
        }
        if let Err(error) = Mapping::read(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
        }
    }
}
