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

fn source() -> SourceName {
    SourceName::parse("test").expect("a valid name")
}

fn read(format: Format, bytes: &[u8]) -> Result<Feed, FeedError> {
    parse(format, &source(), bytes, &mut |_, _| {})
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
fn progress_counts_every_row() {
    let mut heard = Vec::new();
    let row = serde_json::from_str::<serde_json::Value>(ADVISOR).expect("JSON")[0].clone();
    let file = json!([row, 3, row]).to_string();
    let feed = parse(Format::ServicesAdvisor, &source(), file.as_bytes(), &mut |done, of| heard.push((done, of)))
        .expect("a list");
    assert_eq!((heard, feed.rows_read), (vec![(1, 3), (2, 3), (3, 3)], 3));
}

#[test]
fn the_small_feeds_of_this_test_are_good() {
    for (format, text) in [(Format::ServicesAdvisor, ADVISOR), (Format::Hsds, HSDS)] {
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
    insta::assert_snapshot!(Report { plan: &second });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_bytes_make_a_parser_panic(
        is_hsds: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        pasted in "[<&;\"{}\\[\\]:,a-z0-9\u{0}\u{202e}é-]{0,12}",
        at in any::<prop::sample::Index>(),
    ) {
        let (format, text) = if is_hsds { (Format::Hsds, HSDS) } else { (Format::ServicesAdvisor, ADVISOR) };
        let mut bytes = text.as_bytes().to_vec();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let index = at.index(bytes.len());
        bytes.splice(index..index, pasted.bytes());
        if let Ok(feed) = read(format, &bytes) {
            prop_assert!(feed.rows_read >= feed.services.len());
            let shown = Report { plan: &plan(feed, Vec::new(), Completeness::Complete) }.to_string();
            prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
