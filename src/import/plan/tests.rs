//! Plans on feeds made by hand.

use super::*;
use crate::import::{FeedContext, Format, SourceName, parse};
use serde_json::{Value, json};

fn feed(rows: &[Value]) -> Feed {
    let source = SourceName::parse("test").expect("a valid name");
    parse(Format::ServicesAdvisor, &source, json!(rows).to_string().as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
        .expect("a feed")
}

fn row(id: u32, partner: &str, name: &str) -> Value {
    let properties = json!({"partnerName": partner, "activity": 1, "activityName": name, "locationName": "Harbour"});
    json!({"type": "Feature", "id": id, "properties": properties, "geometry": {"type": "Point", "coordinates": [35.850_000_1, 32.555_56]}})
}

/// The store after these rows, each document written and read again.
fn held(rows: &[Value]) -> Vec<Current> {
    let plan = plan(feed(rows), Vec::new(), Completeness::Complete);
    let added = plan.services.added.into_iter().chain(plan.organizations.added);
    let stored = |change: Change| {
        let text = serde_json::to_string(&change.document).expect("documents are JSON");
        Current::new(change.key, serde_json::from_str(&text).expect("what was written can be read"))
    };
    added.map(stored).collect()
}

fn counts(changes: &Changes) -> [usize; 4] {
    [changes.added.len(), changes.updated.len(), changes.unchanged, changes.gone.len()]
}

#[test]
fn a_plan_adds_updates_ends_and_leaves_alone() {
    let before = [row(1, "A", "one"), row(2, "A", "two"), row(3, "B", "three")];
    let after = [row(1, "A", "one"), row(2, "A", "changed"), row(4, "C", "four")];
    let again = plan(feed(&before), held(&before), Completeness::Complete);
    assert_eq!((counts(&again.services), counts(&again.organizations)), ([0, 0, 3, 0], [0, 0, 2, 0]));
    let complete = plan(feed(&after), held(&before), Completeness::Complete);
    assert_eq!((counts(&complete.services), counts(&complete.organizations)), ([1, 1, 1, 1], [1, 0, 1, 1]));
    assert_eq!((&*complete.services.gone[0].key, &*complete.organizations.gone[0].key), ("3+1", "B"));
    let partial = plan(feed(&after), held(&before), Completeness::Partial);
    assert_eq!((counts(&partial.services), counts(&partial.organizations)), ([1, 1, 1, 0], [1, 0, 1, 0]));
}

#[test]
fn a_refused_row_ends_neither_its_service_nor_its_organisation() {
    let before = [row(1, "A", "one"), row(2, "B", "two")];
    let broken = plan(feed(&[row(1, "A", "one"), row(2, "", "two")]), held(&before), Completeness::Complete);
    assert_eq!((counts(&broken.services), counts(&broken.organizations)), ([0, 0, 1, 0], [0, 0, 1, 0]));
    let mut keyless = row(2, "B", "two");
    keyless["id"] = Value::Null;
    let keyless = plan(feed(&[row(1, "A", "one"), keyless]), held(&before), Completeness::Complete);
    assert_eq!((keyless.services.gone.len(), keyless.organizations.gone.len()), (0, 0));
    assert!(matches!(keyless.warnings[0].reason, ProblemReason::GoneWithheld { absent: 1, unreadable: 1 }));
}

#[test]
fn one_page_of_several_ends_nothing() {
    let before = [row(1, "A", "one"), row(2, "B", "two")];
    let page = Feed { is_one_page: true, ..feed(&[row(1, "A", "one")]) };
    assert_eq!(counts(&plan(page, held(&before), Completeness::Complete).services), [0, 0, 1, 0]);
}

#[test]
fn more_than_one_in_five_gone_needs_a_yes() {
    let rows: Vec<Value> = (1..=10).map(|id| row(id, "A", "one")).collect();
    for (left, refused) in [(10, false), (8, false), (7, true), (1, true)] {
        let plan = plan(feed(&rows[..left]), held(&rows), Completeness::Complete);
        let gone = 10 - left;
        let expected = if refused { Err(PlanRefused::TooManyGone { gone, of: 10 }) } else { Ok(()) };
        assert_eq!((plan.admit(false), plan.admit(true)), (expected, Ok(())));
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let share = gone as f64 / 10.0;
        assert!((plan.gone_share() - share).abs() < 1e-9);
    }
    assert_eq!(plan(feed(&rows), Vec::new(), Completeness::Complete).admit(false), Ok(()));
}

#[test]
fn what_was_gone_comes_back_as_strict_as_it_was_and_counts_as_added() {
    let rows = [row(1, "A", "one"), row(2, "A", "two")];
    let mut stored = held(&rows);
    for entry in stored.iter_mut().filter(|entry| entry.key != "2+1") {
        entry.is_gone = true;
        if let Document::Service(service) = &mut entry.document {
            service.tier = crate::domain::directory::Tier::Sealed;
            service.do_not_use = true;
            service.places[0].redact();
        }
    }
    let absent = plan(feed(&rows[1..]), stored.clone(), Completeness::Complete);
    assert_eq!((absent.services.gone.len(), absent.services_before), (0, 1), "a tombstone does not go again");
    let back = plan(feed(&rows), stored, Completeness::Complete);
    assert_eq!((back.services.added.len(), back.services.gone.len(), back.services_before), (1, 0, 1));
    let Document::Service(service) = &back.services.added[0].document else { panic!("a service") };
    assert!(service.do_not_use && service.places[0].redacted && service.places[0].position.is_none());
    assert_eq!(service.tier, crate::domain::directory::Tier::Sealed);
    assert!(back.warnings.iter().any(|told| told.reason == ProblemReason::Returned));
}
