//! The room as a whole: names of sources, reports, and that no file makes it panic.

use super::plan::{Completeness, Current, plan};
use super::report::Report;
use super::*;
use crate::domain::directory::Document;
use proptest::prelude::*;
use serde_json::json;

const ADVISOR: &str = r#"[{"type":"Feature","id":1,"properties":{"locationName":"Harbour","partnerName":"Blue House","activity":7,
"activityCategory":"HEALTH","activityName":"Clinic","endDate":"2026-12-31","indicators":{"Primary healthcare":1},
"3. Intake Criteria":{"<b>Open</b> &amp; free":true}},"geometry":{"type":"Point","coordinates":[35.85,32.5]}}]"#;
const HSDS: &str = r#"{"contents":[{"id":"00000000-0000-4000-8000-000000000001","name":"Day centre","status":"active","minimum_age":12,
"email":"desk@example.org","url":"https://example.org","last_modified":"2026-11-20T10:00:00Z","languages":[{"code":"fra"}],
"organization":{"id":"00000000-0000-4000-8000-000000000009","name":"Maison"},"schedules":[{"byday":"MO","opens_at":"09:00Z"}],
"service_at_locations":[{"location":{"id":"00000000-0000-4000-8000-000000000005","location_type":"physical","latitude":50.9,"longitude":1.8}}],
"attributes":[{"value":"legal.asylum","taxonomy_term":{"taxonomy":"relais","code":"need"}}]}]}"#;

const STREET_MAP: &str = r#"[{"type":"Feature","id":"node/7","properties":{"amenity":"clinic","name":"Palm","name:fr":"Palmier","phone":"191",
"opening_hours":"Mo-Fr 09:00-12:00","check_date":"2026-02-03","min_age":"12","addr:postcode":"33000","addr:city":"Bordeaux"},
"geometry":{"type":"Polygon","coordinates":[[[13.1,32.8],[13.2,32.9],[13.1,32.8]]]}}]"#;
const INCLUSION: &str = r#"[{"source":"maison","id":"s1","structure_id":"o1","nom":"Desk","date_maj":"2026-05-04","thematiques":["sante"],
"publics":["femmes"],"frais":"gratuit","zone_eligibilite":["93"],"telephone":"0450568749","code_insee":"93055","latitude":48.89,"longitude":2.4}]"#;

fn source() -> SourceName {
    SourceName::parse("test").expect("a valid name")
}

fn read(format: Format<'_>, bytes: &[u8]) -> Result<Feed, FeedError> {
    parse(format, &source(), bytes, &FeedContext::UNKNOWN, &mut |_, _| {})
}

#[test]
fn a_source_has_a_short_plain_name() {
    let long = "x".repeat(65);
    for (text, valid) in [
        ("jordan-services", true),
        ("a", true),
        ("", false),
        ("Jordan", false),
        ("a b", false),
        ("é", false),
        (&*long, false),
    ] {
        assert_eq!(SourceName::parse(text).is_ok(), valid, "{text}");
    }
}

#[test]
fn a_check_of_a_day_to_come_is_left_out_with_a_warning() {
    // Ten at night: where clocks are fourteen hours ahead it is the 24th.
    let now = Timestamp::parse("2026-11-23T22:00:00Z").expect("a time");
    for (told, kept) in [("2026-11-23", true), ("2026-11-24", true), ("2026-11-25", false), ("2199-01-01", false)] {
        let text = STREET_MAP.replace("2026-02-03", told);
        let mut feed = read(Format::OpenStreetMap, text.as_bytes()).expect("a list");
        let warned = feed.warnings.len();
        feed.leave_out_checks_to_come(now);
        assert_eq!(feed.services[0].document.verified_on.is_some(), kept, "{told}");
        let told: Vec<String> = feed.warnings[warned..].iter().map(|problem| problem.reason.to_string()).collect();
        let left_out = "verified_on: must be a day that has come; a check of a later day says nothing; left out";
        assert_eq!(told, if kept { vec![] } else { vec![left_out.to_owned()] });
    }
}

#[test]
fn progress_counts_every_row() {
    let mut heard = Vec::new();
    let row = serde_json::from_str::<serde_json::Value>(ADVISOR).expect("JSON")[0].clone();
    let file = json!([row, 3, row]).to_string();
    let feed = parse(Format::ServicesAdvisor, &source(), file.as_bytes(), &FeedContext::UNKNOWN, &mut |done, of| {
        heard.push((done, of))
    })
    .expect("a list");
    assert_eq!((heard, feed.rows_read), (vec![(1, 3), (2, 3), (3, 3)], 3));
}

#[test]
fn the_small_feeds_of_this_test_are_good() {
    let structures = Structures::default();
    for (format, text) in [
        (Format::ServicesAdvisor, ADVISOR),
        (Format::Hsds, HSDS),
        (Format::OpenStreetMap, STREET_MAP),
        (Format::DataInclusion(&structures), INCLUSION),
    ] {
        let feed = read(format, text.as_bytes()).expect("a feed");
        assert_eq!((feed.services.len(), feed.refused.len()), (1, 0));
    }
}

#[test]
fn a_report_says_what_would_happen_and_why() {
    let row = |id: u32, name: &str, more: &str| {
        json!({"type": "Feature", "id": id, "geometry": null, "properties":
            {"partnerName": name, "activity": 1, "activityName": "Clinic", "Note": more, "activityCategory": "LOGISTICS"}})
    };
    let plan_of = |rows: serde_json::Value, held: Vec<Current>| {
        let feed = read(Format::ServicesAdvisor, rows.to_string().as_bytes()).expect("a list");
        plan(feed, held, Completeness::Complete)
    };
    let first = plan_of(json!([row(1, "A", ""), row(2, "A", ""), row(3, "B", ""), row(4, "B", "")]), Vec::new());
    let added = first.services.added.into_iter().chain(first.organizations.added);
    let held: Vec<Current> = added.map(|change| Current::new(change.key, change.document)).collect();
    assert_eq!(held.iter().filter(|entry| matches!(entry.document, Document::Organization(_))).count(), 2);
    let second = plan_of(
        json!([
            row(1, "A", ""),
            row(2, "A", "<p>new</p>"),
            row(5, "A", ""),
            row(5, "A", "other"),
            row(7, "", ""),
            row(8, "C", "")
        ]),
        held,
    );
    insta::assert_snapshot!(Report { plan: &second, shows_every_row: false });
}

#[test]
fn a_point_that_does_not_fit_its_country_is_told_and_kept() {
    let row = |id: &str, longitude: f64, latitude: f64| {
        let geometry = json!({"type": "Point", "coordinates": [longitude, latitude]});
        json!({"type": "Feature", "id": id, "properties": {"amenity": "clinic"}, "geometry": geometry})
    };
    let rows = json!([
        row("node/1", 2.3, 48.8),
        row("node/2", 48.8, 2.3),
        row("node/3", 13.0, 38.0),
        row("node/4", 0.0, 0.0),
        {"type": "Feature", "id": "node/5", "geometry": null,
            "properties": {"amenity": "clinic", "addr:postcode": "33000", "addr:city": "BORDEAUX"}},
        row("node/6", -4.9, 47.95),
    ]);
    let country = crate::domain::country::CountryCode::parse("FR").ok();
    let context = FeedContext { country, places: &context::tests::Boxes };
    let bytes = rows.to_string();
    let feed = parse(Format::OpenStreetMap, &source(), bytes.as_bytes(), &context, &mut |_, _| {}).expect("a list");
    let told: Vec<_> = feed.warnings.iter().map(|told| (told.key.as_deref(), told.reason.kind())).collect();
    assert_eq!(
        told,
        [
            (Some("node/4"), "point 0,0 dropped"),
            (Some("node/4"), "no point"),
            (Some("node/5"), "point of the commune"),
            (Some("node/2"), "latitude and longitude exchanged"),
            (Some("node/3"), "point outside the country"),
            (Some("node/6"), "point outside every area, counted to the nearest one"),
        ]
    );
    let nearest = feed.warnings.last().map(|told| told.reason.to_string());
    let expected = "the point lies 1112 m outside of every area that is known; it is counted to the nearest one";
    assert_eq!(nearest.as_deref(), Some(expected));
    let at = |key: &str| {
        let found =
            feed.services.iter().find(|parsed| parsed.key == key).and_then(|parsed| parsed.document.places.first());
        found.and_then(|place| place.position).map(|at| (at.latitude(), at.longitude()))
    };
    assert_eq!((at("node/2"), at("node/4"), at("node/5")), (Some((2.3, 48.8)), None, Some((44.8624, -0.5848))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn no_bytes_make_a_parser_panic(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        pasted in "[<&;\"{}\\[\\]:,a-z0-9\u{0}\u{202e}é-]{0,12}",
        at in any::<prop::sample::Index>(),
    ) {
        let structures = Structures::default();
        let (format, text) = [
            (Format::Hsds, HSDS),
            (Format::ServicesAdvisor, ADVISOR),
            (Format::OpenStreetMap, STREET_MAP),
            (Format::DataInclusion(&structures), INCLUSION),
        ][which];
        let mut bytes = text.as_bytes().to_vec();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let index = at.index(bytes.len());
        bytes.splice(index..index, pasted.bytes());
        if let Ok(feed) = read(format, &bytes) {
            prop_assert!(feed.rows_read >= feed.services.len());
            let plan = plan(feed, Vec::new(), Completeness::Complete);
            let shown = Report { plan: &plan, shows_every_row: true }.to_string();
            prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
