//! That an import never loosens, dimension by dimension.

use super::*;
use crate::domain::directory::{AuthorityLink, Detail, OrganizationKind, Phone, Tier};
use crate::domain::id::{Identifier, ProjectId};
use crate::domain::need::Need;
use crate::domain::place::{AreaCode, Position};
use crate::import::{FeedContext, Format, SourceName, parse};
use serde_json::json;

const KEY: &str = "5+7";

/// A service with one place, as a feed tells it; `told` gives the place a phone and a way to it.
fn feed() -> Feed {
    let source = SourceName::parse("test").expect("a valid name");
    let properties =
        json!({"partnerName": "Blue House", "activity": 7, "activityName": "Clinic", "locationName": "Harbour"});
    let row = json!([{"type": "Feature", "id": 5, "properties": properties, "geometry": {"type": "Point", "coordinates": [35.85, 32.5]}}]);
    let mut feed =
        parse(Format::ServicesAdvisor, &source, row.to_string().as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
            .expect("a feed");
    let service = &mut feed.services[0].document;
    service.phones = vec![Phone::as_typed("3919"), Phone::as_typed("115")];
    service.details.push(Detail { label: "Transportation".to_owned(), values: vec!["Bus 2".to_owned()] });
    let place = service.places[0].id;
    feed.told_of_places.insert(place, vec!["115".to_owned(), "Bus 2".to_owned()]);
    feed
}

fn area() -> Area {
    Area {
        code: AreaCode::parse("FR-62193").expect("a code"),
        name: None,
        center: Position::new(50.9, 1.8).ok(),
        radius_meters: None,
    }
}

/// What becomes of the feed's service beside the held one.
fn tightened(feed: &Feed, held: &Service) -> (Service, Vec<&'static str>) {
    let mut incoming = feed.services[0].document.clone();
    let redactions = Redactions::of([held].into_iter());
    let kept = service(&mut incoming, Some(held), &redactions, feed, KEY);
    (incoming, kept.iter().map(ProblemReason::kind).collect())
}

#[test]
fn the_stricter_tier_stands_and_silence_changes_nothing() {
    for (held_tier, told, expected, warns) in [
        (Tier::Sealed, Some(Tier::Network), Tier::Sealed, true),
        (Tier::Network, Some(Tier::Restricted), Tier::Restricted, false),
        (Tier::Public, Some(Tier::Network), Tier::Network, false),
        (Tier::Public, None, Tier::Public, false),
        (Tier::Restricted, None, Tier::Restricted, false),
    ] {
        let mut feed = feed();
        if let Some(tier) = told {
            feed.services[0].document.tier = tier;
            feed.tiered.insert(KEY.to_owned());
        }
        let held = Service { tier: held_tier, ..feed.services[0].document.clone() };
        let (service, kept) = tightened(&feed, &held);
        assert_eq!((service.tier, !kept.is_empty()), (expected, warns), "{held_tier} {told:?}");
    }
}

#[test]
fn projects_are_never_widened() {
    let [one, two, three] = [1, 2, 3].map(|byte| ProjectId::from_bytes([byte; 16]));
    for (held, told, expected) in [
        (vec![one, two], vec![], vec![one, two]),
        (vec![one, two], vec![two, three], vec![two]),
        (vec![one], vec![three], vec![]),
        (vec![], vec![three], vec![three]),
    ] {
        let mut feed = feed();
        feed.services[0].document.projects = told.into();
        let held = Service { projects: held.into(), ..feed.services[0].document.clone() };
        assert_eq!(tightened(&feed, &held).0.projects, expected);
    }
}

#[test]
fn a_redacted_place_stays_redacted_with_all_that_leads_to_it() {
    let feed = feed();
    let mut held = feed.services[0].document.clone();
    held.places[0].redact();
    held.places[0].area = Some(area());
    let (service, kept) = tightened(&feed, &held);
    let place = &service.places[0];
    assert!(place.redacted && place.position.is_none() && place.area == Some(area()));
    assert_eq!(
        (&*service.phones, service.details.len(), kept),
        (&[Phone::as_typed("3919")][..], 0, vec!["redaction kept"])
    );
    // What was tightened is what the store holds, so that the next import changes nothing.
    assert_eq!(tightened(&feed, &service).0, service);
}

#[test]
fn a_redacted_place_that_moves_or_serves_another_service_stays_redacted() {
    let feed = feed();
    let mut held = feed.services[0].document.clone();
    held.places[0].redact();
    held.places[0].area = Some(area());
    let mut elsewhere = feed.services[0].document.clone();
    let redactions = Redactions::of([&held].into_iter());
    let kept = service(&mut elsewhere, None, &redactions, &feed, "new");
    assert!(elsewhere.places[0].redacted && kept == [ProblemReason::RedactionKept]);

    held.places[0].id = LocationId::derived("test", "Harbour|another point");
    let (moved, kept) = tightened(&feed, &held);
    assert!(moved.places[0].redacted && moved.places[0].area == Some(area()) && kept == ["redaction kept"]);
}

#[test]
fn a_protected_place_that_was_not_told_for_a_time_comes_back_protected() {
    let feed = feed();
    let mut held = feed.services[0].document.clone();
    held.places[0].redact();
    (held.places[0].area, held.places[0].do_not_use) = (Some(area()), true);
    let mut without = Service { places: Vec::new(), ..feed.services[0].document.clone() };
    directory_edit::keep_marks(&mut without, &held);
    directory_edit::remember(&mut without, &held);
    assert_eq!((without.places.len(), without.former_places.len()), (0, 1));
    let (back, _) = tightened(&feed, &without);
    assert!(back.places[0].redacted && back.places[0].do_not_use && back.places[0].area == Some(area()));
    // What comes in its place under another key is taken for it, until somebody decides.
    without.former_places[0].id = LocationId::derived("test", "Harbour|another point");
    let (other, _) = tightened(&feed, &without);
    assert!(other.places[0].redacted && other.places[0].marked_for == Some(without.former_places[0].id));
}

#[test]
fn specialisation_suspension_and_authority_stay() {
    let feed = feed();
    let mut held = feed.services[0].document.clone();
    held.specialisations = [Specialisation::Gbv].into();
    held.status = ServiceStatus::Suspended;
    let (service, kept) = tightened(&feed, &held);
    assert_eq!((&service, kept), (&Service { ..held.clone() }, vec!["specialisation kept", "suspension kept"]));
    // A need that tells of violence and goes leaves the mark.
    held.specialisations.clear();
    held.needs = [Need::ShelterWomenSafe].into();
    let (service, kept) = tightened(&feed, &held);
    assert!(service.concerns_gender_based_violence() && kept.contains(&"specialisation kept"));
    let mut closing = self::feed();
    closing.services[0].document.status = ServiceStatus::Closed;
    assert_eq!(tightened(&closing, &held).0.status, ServiceStatus::Closed);

    let ours = &feed.organizations[0].document;
    for (kind, authority_link, kept) in [
        (Some(OrganizationKind::AuthorityEnforcement), None, true),
        (Some(OrganizationKind::Ngo), Some(AuthorityLink::PoliceImmigration), true),
        (Some(OrganizationKind::Ngo), None, false),
    ] {
        let held = Organization { kind, authority_link, ..ours.clone() };
        let mut incoming = ours.clone();
        assert_eq!(!organization(&mut incoming, &held).is_empty(), kept);
        assert_eq!(incoming.may_receive_referrals(), !kept);
    }
}
