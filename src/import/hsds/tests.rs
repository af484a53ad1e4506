//! The HSDS reader on small rows of our own.

use crate::domain::code::CodeList;
use crate::domain::directory::{
    CapacityStatus, CapacityUnit, LocationKind, OrganizationKind, Phone, ServiceStatus, Tier, Welcome,
};
use crate::domain::need::{Need, NeedFamily};
use crate::import::{Feed, FeedContext, FeedError, Format, ProblemReason, SourceName, parse};
use serde_json::{Value, json};

fn read(text: &str) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    parse(Format::Hsds, &source, text.as_bytes(), &FeedContext::UNKNOWN, &mut |_, _| {})
}

fn feed(rows: &Value) -> Feed {
    read(&rows.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

fn uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn marks(values: &[(&str, &str)]) -> Value {
    values
        .iter()
        .map(|(code, value)| json!({"value": value, "taxonomy_term": {"taxonomy": "relais", "code": code}}))
        .collect()
}

fn service(number: u32, more: Value) -> Value {
    let organization = json!({"id": uuid(900), "name": "Maison du Phare"});
    let mut service =
        json!({"id": uuid(number), "name": "Day centre", "status": "active", "organization": organization});
    let more = more.as_object().expect("an object").clone();
    service.as_object_mut().expect("an object").extend(more);
    service
}

fn site(number: u32, marks: Value) -> Value {
    json!({"location": {
        "id": uuid(number), "location_type": "physical", "name": "House", "latitude": 50.951_312_345_678, "longitude": 1.8587,
        "transportation": "Bus 2, stop Harbour", "phones": [{"number": "115"}], "attributes": marks,
        "addresses": [{"address_1": "9 quai du Nord", "city": "Calais", "attention": "A. Person"}],
    }})
}

fn reasons(feed: &Feed) -> Vec<String> {
    feed.refused.iter().map(|problem| format!("row {}: {}", problem.row.unwrap_or(0), problem.reason)).collect()
}

fn warnings(feed: &Feed) -> Vec<&'static str> {
    feed.warnings.iter().map(|problem| problem.reason.kind()).collect()
}

#[test]
fn our_taxonomy_gives_codes_and_the_rest_is_counted() {
    let attributes = marks(&[
        ("need", "legal.asylum"),
        ("need", "health"),
        ("welcome", "preferential"),
        ("gender", "woman"),
        ("age_band", "15_17"),
        ("household", "pregnant"),
        ("admin_status", "asylum_seeker"),
        ("situation", "street"),
        ("specialised", "gbv"),
        ("consequence", "id_required"),
        ("capacity_status", "limited"),
        ("tier", "restricted"),
    ]);
    let foreign = json!([{"value": 3, "taxonomy_term": {"taxonomy": "openeligibility", "code": 7}}, {"label": "x"}]);
    let feed =
        feed(&json!([service(1, json!({"attributes": attributes})), service(2, json!({"attributes": foreign}))]));
    assert_eq!((reasons(&feed), feed.unmapped, feed.tiered.len()), (Vec::new(), 1, 1));
    let found = &feed.services[0].document;
    assert_eq!((found.needs, found.need_families), ([Need::LegalAsylum].into(), [NeedFamily::Health].into()));
    assert_eq!((found.welcome, found.tier), (Some(Welcome::Preferential), Tier::Restricted));
    let eligibility = &found.eligibility;
    let coded = [
        eligibility.genders.len(),
        eligibility.age_bands.len(),
        eligibility.households.len(),
        eligibility.admin_statuses.len(),
        eligibility.situations.len(),
    ];
    assert_eq!(coded, [1; 5]);
    assert_eq!((found.specialisations.len(), found.known_consequences.len()), (1, 1));
    assert_eq!(found.capacity.as_ref().map(|capacity| capacity.status), Some(CapacityStatus::Limited));
}

#[test]
fn a_feed_cannot_publish_and_cannot_misspell() {
    let with = |values| feed(&json!([service(1, json!({"attributes": marks(values)}))]));
    let public = with(&[("tier", "public")]);
    assert_eq!((public.services[0].document.tier, public.tiered.len()), (Tier::Network, 0));
    assert_eq!(warnings(&public), ["tier public not granted"]);
    for (values, expected) in [
        (
            &[("tier", "sealed"), ("tier", "network")][..],
            "row 1: [0].attributes[1].value: `tier` is given twice; leave one of the two",
        ),
        (
            &[("kind", "ngo")],
            "row 1: [0].attributes[0].taxonomy_term.code: `kind` is not a field of the taxonomy relais on a service; see the list in the documentation",
        ),
    ] {
        assert_eq!(reasons(&with(values)), [expected]);
    }
}

#[test]
fn a_redacted_location_keeps_its_area_alone() {
    let area = [
        ("area_code", "FR-62193"),
        ("area_name", "Calais"),
        ("area_center", "50.95,1.86"),
        ("area_radius_meters", "5000"),
    ];
    let redacted = marks(&[&area[..], &[("redacted", "true")]].concat());
    let rows =
        json!([service(1, json!({"phones": [{"number": "3919"}], "service_at_locations": [site(50, redacted)]}))]);
    let feed = feed(&rows);
    let found = &feed.services[0].document;
    let place = &found.places[0];
    assert!(place.redacted && place.position.is_none() && place.address.is_none());
    assert_eq!(place.search_position().map(|at| (at.latitude(), at.longitude())), Some((50.95, 1.86)));
    assert_eq!((&*found.phones, found.details.len()), (&[Phone::as_typed("3919")][..], 0));
    let written = serde_json::to_string(found).expect("documents are JSON");
    assert!(["quai", "Bus 2", "115", "50.9513"].iter().all(|secret| !written.contains(secret)), "{written}");
    let told: Vec<String> = feed.warnings.iter().map(|warning| warning.reason.to_string()).collect();
    assert_eq!(told, ["redacted place: its point, address and phones are dropped; take them out at the source"]);
}

#[test]
fn an_area_that_is_the_house_itself_has_no_centre() {
    for (center, radius, is_kept) in [
        ("50.9513,1.8587", Some("1"), false),
        ("50.9513,1.8587", Some("50000"), false),
        ("50.93,1.83", Some("999"), false),
        ("50.93,1.83", None, false),
        ("50.93,1.83", Some("1000"), true),
    ] {
        let mut told = vec![("redacted", "true"), ("area_code", "FR-62193"), ("area_center", center)];
        told.extend(radius.map(|meters| ("area_radius_meters", meters)));
        let feed = feed(&json!([service(1, json!({"service_at_locations": [site(50, marks(&told))]}))]));
        let place = &feed.services[0].document.places[0];
        assert_eq!(place.search_position().is_some(), is_kept, "{center} {radius:?}");
        assert_eq!(place.area.as_ref().map(|area| area.code.as_str()), Some("FR-62193"));
        let is_told = warnings(&feed).contains(&"centre of an area left out");
        assert_eq!(is_told, !is_kept, "{center} {radius:?}");
    }
}

#[test]
fn a_place_that_one_row_redacts_is_redacted_in_every_row() {
    let open = service(1, json!({"service_at_locations": [site(50, json!([]))]}));
    let redacted = service(
        2,
        json!({"service_at_locations": [site(50, marks(&[("redacted", "true"), ("area_code", "FR-62193")]))]}),
    );
    let feed = feed(&json!([open, redacted]));
    for parsed in &feed.services {
        let written = serde_json::to_string(&parsed.document).expect("documents are JSON");
        assert!(["quai", "Bus 2", "115", "50.9513"].iter().all(|secret| !written.contains(secret)), "{written}");
        assert_eq!(
            parsed.document.places[0].area.as_ref().map(|area| area.code.to_string()).as_deref(),
            Some("FR-62193")
        );
    }
    assert!(warnings(&feed).contains(&"place redacted in another row"));
}

#[test]
fn an_open_location_keeps_a_point_that_survives_storage() {
    let feed = feed(&json!([service(1, json!({"service_at_locations": [site(50, json!([]))]}))]));
    let found = &feed.services[0].document;
    let place = &found.places[0];
    assert_eq!((place.kind, place.address.as_deref()), (LocationKind::Physical, Some("9 quai du Nord, Calais")));
    assert_eq!(place.position.map(|at| at.latitude()), Some(50.951_312_3));
    assert_eq!((&*found.phones, &*found.details[0].label), (&[Phone::read("115", None)][..], "Transportation"));
}

#[test]
fn statuses_ages_fees_and_capacity_have_one_reading() {
    for (status, expected) in [
        ("active", ServiceStatus::Open),
        ("temporarily closed", ServiceStatus::Paused),
        ("inactive", ServiceStatus::Suspended),
        ("defunct", ServiceStatus::Closed),
    ] {
        assert_eq!(feed(&service(1, json!({"status": status}))).services[0].document.status, expected);
    }
    for (fees, description, expected) in [
        (json!("free"), json!(null), Some("free")),
        (json!(null), json!("2 euros"), Some("2 euros")),
        (json!("paid"), json!("2 euros"), Some("paid: 2 euros")),
        (json!("free"), json!("free on Monday"), Some("free on Monday")),
        (json!("-"), json!("NA"), None),
    ] {
        let feed = feed(&service(1, json!({"fees": fees, "fees_description": description})));
        assert_eq!(feed.services[0].document.fees.as_deref(), expected);
    }
    for (available, maximum, unit, status, expected_unit, kinds) in [
        (3, 10, "Beds", CapacityStatus::Open, Some(CapacityUnit::Bed), &[][..]),
        (0, 10, "place", CapacityStatus::Full, Some(CapacityUnit::Place), &[]),
        (12, 10, "Kilogram", CapacityStatus::Open, None, &["more available than the maximum", "capacity unit unknown"]),
    ] {
        let capacity = json!({"unit": {"name": unit}, "available": available, "maximum": maximum, "updated": "2026-11-20T10:00:00Z"});
        let feed = feed(&service(1, json!({"capacities": [capacity]})));
        let found = feed.services[0].document.capacity.clone().expect("a capacity");
        assert_eq!((found.status, found.unit, &*warnings(&feed)), (status, expected_unit, kinds));
    }
}

#[test]
fn openings_are_read_or_kept_as_text_and_never_guessed() {
    for (told, weekdays, opens_at, text) in [
        (
            json!({"freq": "WEEKLY", "byday": "MO, TU", "opens_at": "09:00", "closes_at": "17:00:00"}),
            Some("MO,TU"),
            Some("09:00"),
            None,
        ),
        (
            json!({"byday": "SA", "opens_at": "09:00", "valid_to": "2026-12-31"}),
            Some("SA"),
            Some("09:00"),
            Some("until 2026-12-31"),
        ),
        (
            json!({"freq": "MONTHLY", "byday": "1MO", "opens_at": "09:00"}),
            None,
            None,
            Some("freq MONTHLY, byday 1MO, opens_at 09:00"),
        ),
        (
            json!({"freq": "WEEKLY", "interval": 2, "byday": "MO"}),
            None,
            None,
            Some("freq WEEKLY, interval 2, byday MO"),
        ),
        (json!({"byday": "MO", "opens_at": "09:00Z"}), None, None, Some("byday MO, opens_at 09:00Z")),
        (json!({"description": "On call"}), None, None, Some("On call")),
    ] {
        let feed = feed(&service(1, json!({"schedules": [told, {}]})));
        let [schedule] = &*feed.services[0].document.schedules else {
            panic!("one opening, and none of the empty one")
        };
        assert_eq!(
            (schedule.weekdays.as_deref(), schedule.opens_at.as_deref(), schedule.text.as_deref()),
            (weekdays, opens_at, text)
        );
    }
}

#[test]
fn hours_of_locations_that_differ_are_kept_in_words_and_those_alike_as_hours() {
    let week = |days: &str, opens: &str, closes: &str| json!([{"freq": "WEEKLY", "byday": days, "opens_at": opens, "closes_at": closes}]);
    let at = |number: u32, name: &str, schedules: Value| {
        let mut site = site(number, json!([]));
        site["location"]["name"] = json!(name);
        site["schedules"] = schedules;
        site
    };
    let (morning, afternoon) = (week("MO", "09:00", "12:00"), week("MO", "14:00", "18:00"));
    for (second, words, is_known) in [
        (afternoon.clone(), vec!["Quay: MO 09:00-12:00", "Station: MO 14:00-18:00"], false),
        (json!([]), vec!["Quay: MO 09:00-12:00"], false),
        (morning.clone(), vec![], true),
    ] {
        let sites = [at(50, "Quay", morning.clone()), at(51, "Station", second.clone())];
        let inside = feed(&service(1, json!({"service_at_locations": sites})));
        let rows = sites.map(|mut site| {
            site["service"] = service(1, json!({}));
            site["id"] = json!(uuid(70));
            site
        });
        for feed in [inside, feed(&json!(rows))] {
            let found = &feed.services[0].document;
            let told: Vec<&str> = found.schedules.iter().filter_map(|schedule| schedule.text.as_deref()).collect();
            assert_eq!((found.places.len(), told), (2, words.clone()), "{second}");
            assert_eq!(found.opening().timetable.hours.is_some(), is_known, "{second}");
        }
    }
    let one = at(50, "Quay", afternoon);
    let feed = feed(&service(1, json!({"schedules": morning, "service_at_locations": [one]})));
    assert!(feed.services[0].document.opening().timetable.hours.is_some(), "one place has all the hours");
}

#[test]
fn one_service_per_line_is_numbered_by_its_line() {
    let text = format!("{}\n\n{}\n", service(1, json!({})), service(2, json!({"minimum_age": "x"})));
    let feed = read(&text).expect("lines");
    assert_eq!((feed.rows_read, feed.services[0].row), (2, 1));
    assert_eq!(reasons(&feed), ["row 3: minimum_age: expected a number"]);
    assert_eq!(feed.refused[0].key, Some(uuid(2)));
}

#[test]
fn organisations_are_found_by_id_anywhere_in_the_file() {
    let mut referring = service(1, json!({"organization_id": uuid(901)}));
    referring.as_object_mut().expect("an object").remove("organization");
    let organization = json!({"id": uuid(901), "name": "Second", "website": "https://example.org", "attributes": marks(&[("kind", "law_office")])});
    let bundle = feed(&json!({"services": [referring], "organizations": [organization]}));
    assert_eq!(reasons(&bundle), Vec::<String>::new());
    assert_eq!(bundle.services[0].document.organization_id, bundle.organizations[0].document.id);
    assert_eq!(bundle.organizations[0].document.kind, Some(OrganizationKind::LawOffice));
    let alone = feed(&json!([service(2, json!({})), referring]));
    assert_eq!(
        reasons(&alone),
        ["row 2: [1].organization_id: names no organisation of this file; add it, or embed it as `organization`"]
    );
    assert_eq!(alone.services.len(), 1);
}

#[test]
fn services_inside_organisations_and_at_locations_are_the_same_services() {
    let mut bare = service(1, json!({}));
    bare.as_object_mut().expect("an object").remove("organization");
    let inside = feed(&json!({"id": uuid(900), "name": "Maison du Phare", "services": [bare, {"id": uuid(2)}]}));
    assert_eq!((inside.rows_read, inside.services.len(), inside.organizations.len()), (2, 1, 1));
    assert_eq!(reasons(&inside), ["row 1: services[1].name: is missing, and every entry needs it"]);

    let at = |location: u32, more: Value| {
        let mut at = site(location, json!([]));
        at["service"] = service(1, more);
        at
    };
    let pages = feed(&json!({"contents": [at(50, json!({})), at(51, json!({})), at(52, json!({"name": "Other"}))]}));
    assert_eq!((pages.services.len(), pages.services[0].document.places.len()), (1, 2));
    assert_eq!(reasons(&pages), ["row 3: repeats row 1, which is kept; 1 field differs: name; give each its own key"]);
    assert_eq!(inside.services[0].document.id, pages.services[0].document.id);
    let wrong = feed(
        &json!({"contents": [at(50, json!({"status": "shut"})), {"service": service(2, json!({})), "location": {"id": uuid(50)}}]}),
    );
    assert_eq!(
        reasons(&wrong),
        [
            "row 1: contents[0].service.status: must be one of active, inactive, defunct, temporarily closed",
            "row 2: contents[1].location.location_type: is missing, and every entry needs it",
        ]
    );
}

#[test]
fn rows_of_another_kind_are_refused_and_files_of_another_kind_are_errors() {
    let taxonomy = json!({"id": uuid(7), "name": "Kinds", "uri": "https://example.org", "version": "1"});
    let mixed = feed(&json!([service(1, json!({})), taxonomy]));
    assert_eq!(reasons(&mixed).len(), 1);
    assert!(reasons(&mixed)[0].contains("found a taxonomy"));
    let error = read(&json!([taxonomy]).to_string()).expect_err("no service");
    assert!(error.to_string().contains("found a taxonomy"), "{error}");
    let pages = read(&json!({"total_pages": 3, "contents": [service(1, json!({}))]}).to_string()).expect("a page");
    assert!(pages.is_one_page && warnings(&pages) == ["one page of several"]);
}

#[test]
fn organisations_told_twice_differ_aloud() {
    let other = service(2, json!({"organization": {"id": uuid(900), "name": "Maison du Phare", "description": "New"}}));
    let feed = feed(&json!([service(1, json!({})), service(3, json!({})), other]));
    assert_eq!((feed.organizations.len(), warnings(&feed)), (1, vec!["organisation told in two ways"]));
}

#[test]
fn a_safe_house_that_shows_its_place_is_pointed_out() {
    let safe = json!({"attributes": marks(&[("need", Need::ShelterWomenSafe.code())]), "service_at_locations": [site(50, json!([]))]});
    assert!(feed(&service(1, safe)).warnings.iter().any(|warning| warning.reason == ProblemReason::SafeHouseShown));
}

#[test]
fn a_record_that_was_modified_was_not_checked() {
    let modified = json!({"last_modified": "2026-11-26T01:00:00Z"});
    let both = json!({"last_modified": "2026-11-26T01:00:00Z", "assured_date": "2025-02-03"});
    let feed =
        feed(&json!([service(1, modified), service(2, both), service(3, json!({"assured_date": "2025-02-03"}))]));
    let days: Vec<Option<String>> =
        feed.services.iter().map(|parsed| parsed.document.verified_on.map(|day| day.to_string())).collect();
    assert_eq!(days, [None, Some("2025-02-03".to_owned()), Some("2025-02-03".to_owned())]);
}
