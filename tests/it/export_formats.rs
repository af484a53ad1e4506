//! Exports against the official schemas of HSDS 3.0, and imported again.

use crate::import_feeds::{data, file, read};
use relais::domain::code::CodeList;
use relais::domain::country::CountryCode;
use relais::domain::directory::{
    Accessibility, AuthorityLink, Capacity, CapacityStatus, CapacityUnit, Detail, Eligibility, KnownConsequence,
    LocationKind, Organization, OrganizationKind, Phone, Place, Precision, Schedule, Service, ServiceMode,
    ServiceStatus, Specialisation, Tier, Translation, Welcome,
};
use relais::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use relais::domain::need::{Need, NeedFamily};
use relais::domain::opening::TimeZone;
use relais::domain::place::{Area, AreaCode, Position};
use relais::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use relais::domain::time::{Date, Timestamp};
use relais::export::{Entry, ExportFormat, ExportMark, ExportSource, write_export};
use relais::import::{Feed, FeedContext, Format, SourceName, parse};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

fn mark() -> ExportMark {
    ExportMark {
        exported_at: Timestamp::parse("2026-11-20T10:00:00Z").expect("a time"),
        tier: Tier::Network,
        sources: vec![ExportSource { name: "north".to_owned(), licence: Some("CC BY 4.0".to_owned()) }],
    }
}

fn written(format: ExportFormat, entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    write_export(format, &mark(), entries, &mut out, &mut |_, _| {}).expect("a list takes every byte");
    out
}

fn imported(bytes: &[u8]) -> Feed {
    let source = SourceName::parse("copy").expect("a valid name");
    parse(Format::Hsds, &source, bytes, &FeedContext::UNKNOWN, &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// A place with everything that a copy tells of one.
fn place(number: u8) -> Place {
    let mut place = Place::new(LocationId::from_bytes([number; 16]), LocationKind::Physical);
    place.name = Some("House of the Quay".to_owned());
    place.position = Position::new(50.951_312_3, -1.858_7).ok();
    place.address = Some("9 quai du Nord, 62100 Calais".to_owned());
    place.precision = Some(Precision::Street);
    place.area = AreaCode::parse("FR-62193").ok().map(|code| Area {
        code,
        name: Some("Calais".to_owned()),
        center: Position::new(50.95, 1.86).ok(),
        radius_meters: Some(5_000.0),
    });
    place
}

/// A service with everything that a copy tells of one.
fn full_service() -> Service {
    let mut hidden = Place { name: None, precision: None, ..place(4) };
    hidden.redact();
    let text = |text: &str| Some(text.to_owned());
    Service {
        alternate_name: text("مركز النهار"),
        description: text("Showers, laundry; a desk.\nSecond line."),
        needs: [Need::LegalAsylum, Need::ShelterWomenSafe].into(),
        need_families: [NeedFamily::Health].into(),
        status: ServiceStatus::Paused,
        welcome: Some(Welcome::Preferential),
        eligibility: Eligibility {
            minimum_age: Some(12),
            maximum_age: Some(25),
            age_bands: [AgeBand::From15To17, AgeBand::From18To24].into(),
            genders: [Gender::Woman].into(),
            households: vec![Household::ALL[1]].into(),
            admin_statuses: [AdminStatus::AsylumSeeker].into(),
            situations: [Situation::Street].into(),
        },
        criteria_text: text("On referral only"),
        details: vec![
            Detail { label: "Website".to_owned(), values: vec!["https://example.org/a?b=c".to_owned()] },
            Detail { label: "Required documents".to_owned(), values: vec!["None".to_owned(), "A card".to_owned()] },
        ]
        .into(),
        languages: ["fr", "prs"].map(|tag| Language::parse(tag).expect("a tag")).to_vec(),
        application_process: text("Come by"),
        fees: text("free on Monday"),
        alert: text("Moves in May"),
        email: text("desk@example.org"),
        phones: ["+33 1 99 00 00 01", "115"].map(|typed| Phone::read(typed, CountryCode::parse("FR").ok())).to_vec(),
        known_consequences: [KnownConsequence::IdRequired].into(),
        specialisations: [Specialisation::Gbv].into(),
        capacity: Some(Capacity {
            unit: Some(CapacityUnit::Bed),
            available: Some(2),
            maximum: Some(10),
            updated_at_microseconds: Timestamp::parse("2026-11-19T08:30:00.25Z").map(Timestamp::microseconds),
            ..Capacity::of(CapacityStatus::Limited)
        }),
        schedules: vec![
            Schedule {
                weekdays: text("MO,TU"),
                opens_at: text("09:00"),
                closes_at: text("17:00"),
                text: text("by appointment"),
            },
            Schedule { weekdays: None, opens_at: None, closes_at: None, text: text("On call at night") },
        ]
        .into(),
        places: vec![place(3), hidden],
        verified_on: Date::from_ymd_opt(2026, 11, 2),
        tier: Tier::Restricted,
        modes: [ServiceMode::InPerson, ServiceMode::Outreach].into(),
        accessibility: [Accessibility::StepFree].into(),
        areas_served: ["FR-93", "FR-75"].map(|code| AreaCode::parse(code).expect("a code")).to_vec().into(),
        opening_hours: text("Mo-Fr 09:00-17:00; PH off"),
        time_zone: TimeZone::parse("Europe/Paris").ok(),
        country: CountryCode::parse("FR").ok(),
        criteria_disagree: true,
        language: Language::parse("en").ok(),
        translations: [
            ("fr", Some("Accueil de jour"), Some("Douches\net bureau.")),
            ("ar", Some("مركز: النهار"), None),
            ("prs", None, Some("حمام")),
        ]
        .map(|(tag, name, description)| Translation {
            language: Language::parse(tag).expect("a tag"),
            name: name.map(str::to_owned),
            description: description.map(str::to_owned),
        })
        .to_vec()
        .into(),
        ..Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([9; 16]), "Day centre")
    }
}

fn organization() -> Organization {
    Organization {
        description: Some("Runs houses".to_owned()),
        website: Some("https://example.org".to_owned()),
        kind: Some(OrganizationKind::Ngo),
        authority_link: Some(AuthorityLink::PublicService),
        ..Organization::named(OrganizationId::from_bytes([9; 16]), "Maison du Phare")
    }
}

/// The service with the identifiers that its copy gets at the importing source, which are derived from those of the
/// original.
fn as_copied(original: &Service) -> Service {
    let mut copied = original.clone();
    copied.id = ServiceId::derived("copy", &original.id.uuid().to_string());
    copied.organization_id = OrganizationId::derived("copy", &original.organization_id.uuid().to_string());
    for place in &mut copied.places {
        place.id = LocationId::derived("copy", &place.id.uuid().to_string());
    }
    copied
}

#[test]
fn a_copy_imported_again_gives_the_same_service() {
    let entry = Entry::new(&full_service(), Some(Arc::new(organization())), "north").expect("an entry");
    for format in [ExportFormat::HsdsPage, ExportFormat::HsdsLines] {
        let feed = imported(&written(format, std::slice::from_ref(&entry)));
        assert!(feed.refused.is_empty(), "{:?}", feed.refused);
        let expected = serde_json::to_value(as_copied(&full_service())).expect("documents are JSON");
        let found = serde_json::to_value(&feed.services[0].document).expect("documents are JSON");
        assert_eq!(found, expected);
        let told = Organization { id: feed.organizations[0].document.id, ..organization() };
        assert_eq!(feed.organizations[0].document, told);
    }
}

#[test]
fn every_status_and_every_code_survives_the_way() {
    let mut services = Vec::new();
    for (number, status) in (10..).zip(ServiceStatus::ALL) {
        services.push(Service { status: *status, id: ServiceId::from_bytes([number; 16]), ..full_service() });
    }
    services.push(Service { needs: Need::ALL.to_vec().into(), id: ServiceId::from_bytes([2; 16]), ..full_service() });
    let entries = services.iter().map(|service| Entry::new(service, Some(Arc::new(organization())), "north"));
    let entries: Vec<Entry> = entries.collect::<Option<_>>().expect("entries");
    let feed = imported(&written(ExportFormat::HsdsPage, &entries));
    let found: Vec<(ServiceStatus, usize)> =
        feed.services.iter().map(|parsed| (parsed.document.status, parsed.document.needs.len())).collect();
    let expected: Vec<(ServiceStatus, usize)> =
        services.iter().map(|service| (service.status, service.needs.len())).collect();
    assert_eq!(found, expected);
}

/// What a file's services are found to be in want of by both of the standard's schemas, the one of a full service
/// and the one of an item of a list, formats included.
fn violations(folder: &Path, page: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for schema in ["service", "service_list"] {
        let schema = file(folder, &format!("standards/hsds-3.0/schema/compiled/{schema}.json"));
        let schema: Value = serde_json::from_slice(&schema).expect("a schema is JSON");
        let validator =
            jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema can be compiled");
        for item in page["contents"].as_array().expect("a list of services") {
            found.extend(validator.iter_errors(item).map(|error| format!("{}: {error}", error.instance_path())));
        }
    }
    found
}

#[test]
fn pages_keep_to_the_official_schemas() {
    let Some(folder) = data() else { return };
    let entry = Entry::new(&full_service(), Some(Arc::new(organization())), "north").expect("an entry");
    let bare = Service::named(ServiceId::from_bytes([2; 16]), OrganizationId::from_bytes([9; 16]), "Bare");
    let bare = Entry::new(&bare, None, "north").expect("an entry");
    let page = written(ExportFormat::HsdsPage, &[entry, bare]);
    let mut page: Value = serde_json::from_slice(&page).expect("a page is JSON");
    assert_eq!(violations(&folder, &page), Vec::<String>::new());
    // The schemas are not so weak that they take anything.
    page["contents"][0]["status"] = "open".into();
    page["contents"][0]["phones"][0]["id"] = "1".into();
    page["contents"][1]["organization_id"] = "x".into();
    assert_eq!(violations(&folder, &page).len(), 5);
}

#[test]
fn a_real_directory_survives_the_way_through_a_page() {
    let Some(folder) = data() else { return };
    let bytes = file(&folder, "unhcr-jordan-services/feed-en-2015-07-22.json");
    let original = read(Format::ServicesAdvisor, &bytes).unwrap_or_else(|error| panic!("{error}"));
    let organizations =
        original.organizations.iter().map(|parsed| (parsed.document.id, Arc::new(parsed.document.clone())));
    let organizations: BTreeMap<OrganizationId, Arc<Organization>> = organizations.collect();
    let entry = |service: &Service| Entry::new(service, organizations.get(&service.organization_id).cloned(), "north");
    let entries: Vec<Entry> = original.services.iter().filter_map(|parsed| entry(&parsed.document)).collect();
    let page = written(ExportFormat::HsdsPage, &entries);
    let feed = imported(&page);
    assert_eq!((feed.refused.len(), feed.services.len()), (0, original.services.len()), "{:?}", feed.refused.first());
    let by_id: BTreeMap<ServiceId, &Service> =
        feed.services.iter().map(|parsed| (parsed.document.id, &parsed.document)).collect();
    for service in original.services.iter().map(|parsed| as_copied(&parsed.document)) {
        let found = by_id.get(&service.id).unwrap_or_else(|| panic!("{} is lost", service.name));
        assert_eq!(
            (&found.name, &found.needs, &found.need_families),
            (&service.name, &service.needs, &service.need_families)
        );
        assert_eq!((&found.eligibility, found.status), (&service.eligibility, service.status), "{}", service.name);
        assert_eq!((&found.schedules, &found.languages), (&service.schedules, &service.languages), "{}", service.name);
        assert_eq!((&found.places, &found.capacity), (&service.places, &service.capacity), "{}", service.name);
    }
    let page: Value = serde_json::from_slice(&page).expect("a page is JSON");
    assert_eq!(violations(&folder, &page), Vec::<String>::new());
}
