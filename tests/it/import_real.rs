//! The importer on real directories of five countries: what comes in, what is refused and why, and the facts
//! that these files are known to hold.
//!
//! The snapshots hold counts alone: no name, number or address of a file is copied into the repository.

use crate::import_feeds::{apply, counts, data, file, read_in};
use crate::kit::france::France;
use relais::domain::country::CountryCode;
use relais::domain::directory::{Place, Precision, Service};
use relais::domain::opening::opening_hours_of;
use relais::domain::profile::Language;
use relais::import::plan::{Completeness, plan};
use relais::import::{Feed, FeedContext, Format, Mapping, PlaceKnowledge, Structures, pair};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// One of our mappings, with the related files that it names.
pub fn mapping(name: &str, beside: &Path) -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/mappings").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut mapping = Mapping::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let related: Vec<String> = mapping.related_files().map(str::to_owned).collect();
    for name in related {
        mapping.add_related(&name, &file(beside, &name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    mapping
}

#[test]
fn our_mappings_are_read_and_each_tells_its_command() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/mappings");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("the mappings").map(|entry| entry.expect("a readable folder")) {
        let text = std::fs::read_to_string(entry.path()).expect("a readable file");
        let name = entry.file_name().to_string_lossy().into_owned();
        Mapping::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.contains(&format!("--mapping seeds/mappings/{name}")), "{name} tells no command");
        read += 1;
    }
    assert_eq!(read, 11, "the README counts them");
}

/// How the files of a test are read.
#[derive(Clone, Copy)]
enum As {
    Csv,
    Json,
}

/// A file of the folder by one of our mappings.
fn mapped(folder: &Path, path: &str, by: &str, as_: As, context: &FeedContext<'_>) -> Feed {
    let mapping = mapping(by, folder.join(path).parent().expect("a folder"));
    let format = match as_ {
        As::Csv => Format::Csv(&mapping),
        As::Json => Format::Json(&mapping),
    };
    read_in(context, format, &file(folder, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn country<'a>(code: &str, places: &'a dyn PlaceKnowledge) -> FeedContext<'a> {
    FeedContext { country: CountryCode::parse(code).ok(), places }
}

fn services(feed: &Feed) -> impl Iterator<Item = &Service> {
    feed.services.iter().map(|parsed| &parsed.document)
}

/// What a feed came to, in numbers. A second import of the same file changes nothing: that is checked here too.
fn told(name: &str, feed: Feed) -> String {
    let mut told = format!("{name}: {} rows\n", feed.rows_read);
    let mut line = |label: &str, count: usize| writeln!(told, "  {label}: {count}").expect("a string grows");
    line("services", feed.services.len());
    line("organisations", feed.organizations.len());
    let count = |fits: &dyn Fn(&Service) -> bool| services(&feed).filter(|service| fits(service)).count();
    line("with a precise need", count(&|service| !service.needs.is_empty()));
    line("with a family alone", count(&|service| service.needs.is_empty() && !service.need_families.is_empty()));
    line("with a point", count(&|service| service.places.iter().any(|place| place.position.is_some())));
    line(
        "with the point of an area",
        count(&|service| service.places.iter().any(|place| place.precision == Some(Precision::Area))),
    );
    line("with an address", count(&|service| service.places.iter().any(|place| place.address.is_some())));
    line("with hours", count(&|service| !service.schedules.is_empty()));
    line("with hours in the syntax", count(&|service| service.opening_hours.is_some()));
    line("with phones", count(&|service| !service.phones.is_empty()));
    line(
        "with phones that are all numbers",
        count(&|service| !service.phones.is_empty() && service.phones.iter().all(|phone| phone.number.is_some())),
    );
    line("with an e-mail", count(&|service| service.email.is_some()));
    line("with a day of checking", count(&|service| service.verified_on.is_some()));
    for (label, problems) in [("refused", &feed.refused), ("warned", &feed.warnings)] {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        problems.iter().for_each(|problem| *kinds.entry(problem.reason.kind()).or_default() += 1);
        kinds.iter().for_each(|(kind, count)| line(&format!("{label}, {kind}"), *count));
    }
    let first = plan(feed.clone(), Vec::new(), Completeness::Complete);
    assert_eq!(counts(&first.services), [feed.services.len(), 0, 0, 0]);
    let held = apply(Vec::new(), &first);
    let again = plan(feed, held, Completeness::Complete);
    assert!(again.services.is_empty() && again.organizations.is_empty(), "{name}: a second import changes something");
    told
}

#[test]
fn french_places_of_digital_help_import() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let context = country("FR", france);
    let mut rows = 0;
    let mut found = String::new();
    for (path, by, as_) in [
        ("mednum-france/paca-raw-2023.json", "mednum-raw", As::Json),
        ("mednum-france/paca-normalised-2023-05-16.json", "mednum", As::Json),
        ("mednum-france/ile-de-france-normalised-2022-08.json", "mednum", As::Json),
        ("mednum-france/france-services-2022-12.csv", "france-services", As::Csv),
        ("mednum-france/numi-di-raw-2023-04.json", "numi", As::Json),
    ] {
        let feed = mapped(&folder, path, by, as_, &context);
        rows += feed.rows_read;
        found += &told(path, feed);
    }
    let path = "mednum-france/data-inclusion-services-2022-12.json";
    let structures = Structures::default();
    let feed = read_in(&context, Format::DataInclusion(&structures), &file(&folder, path)).expect("a list of services");
    rows += feed.rows_read;
    // No structure is given: each service stands under its publisher, of which there are three. One row holds a
    // control character, which is refused by its field.
    assert_eq!((feed.rows_read, feed.services.len(), feed.organizations.len()), (4_261, 4_260, 3));
    let reasons: Vec<String> = feed.refused.iter().map(|problem| problem.reason.to_string()).collect();
    assert!(matches!(reasons.as_slice(), [only] if only.contains("control character")), "{reasons:?}");
    assert!(services(&feed).all(|service| service.places.is_empty()));
    found += &told(path, feed);
    assert_eq!(rows, 9_979);
    insta::assert_snapshot!(found);
}

/// Of the services that tell hours, how many tell them as a week in which nothing but days and times stands.
#[test]
fn weeks_in_tables_become_hours_and_their_words_stay() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let path = "mednum-france/france-services-2022-12.csv";
    let points = mapped(&folder, path, "france-services", As::Csv, &country("FR", france));
    let coded = |feed: &Feed| services(feed).filter(|service| service.opening_hours.is_some()).count();
    let worded = |feed: &Feed| services(feed).filter(|service| !service.schedules.is_empty()).count();
    let (told, read) = (worded(&points), coded(&points));
    println!("France services: {read} of {told} weeks are hours");
    assert!(told == 2_561 && read * 100 >= told * 98, "{read} of {told}");
    let of = |feed: &Feed, key: &str| {
        let found = feed.services.iter().find(|parsed| parsed.key == key).expect("the key");
        let words: Vec<String> = found.document.schedules.iter().filter_map(|schedule| schedule.text.clone()).collect();
        (found.document.opening_hours.clone(), words)
    };
    let (hours, words) = of(&points, "1");
    assert_eq!(hours.as_deref(), Some("Mo-Th 09:00-12:00,13:30-17:00, Fr 09:00-12:00,13:30-16:00"));
    assert_eq!((words.len(), words[0].as_str()), (5, "lundi 09:00 - 12:00 / 13:30 - 17:00"));

    let ohana = mapped(&folder, "ohana-sample/services.csv", "ohana", As::Csv, &country("US", france));
    assert_eq!((worded(&ohana), coded(&ohana)), (3, 2));
    let departures = "; Jan 01 off; 2015 Dec 24 10:00-16:00; Jun 01-Sep 01 off";
    let expected = |week: &str| Some(format!("{week}{departures}"));
    assert_eq!(of(&ohana, "22").0, expected("Mo 08:00-12:00,14:00-16:00, We 10:00-15:00"));
    assert_eq!(of(&ohana, "23").0, expected("Mo-Fr 08:00-17:00, Sa 10:00-18:00, Su 11:00-17:00"));
    // From nine in the morning until three: in which half of the day is not told.
    assert_eq!(of(&ohana, "1"), (None, vec!["Monday, 9am, 03:00".to_owned()]));
}

/// Of the rows that tell when an office opens and when it closes, how many tell one week by it.
#[test]
fn offices_with_days_and_times_have_hours() {
    let Some(folder) = data() else { return };
    for (date, both, least) in [("2014-08-18", 187, 140), ("2015-04-12", 359, 270), ("2015-07-22", 386, 290)] {
        let bytes = file(&folder, &format!("unhcr-jordan-services/feed-en-{date}.json"));
        let feed = read_in(&FeedContext::UNKNOWN, Format::ServicesAdvisor, &bytes).expect("a feed");
        let tells = |service: &Service, label: &str| service.details.iter().any(|detail| detail.label == label);
        let told = |service: &&Service| tells(service, "Office Open at") && tells(service, "Office close at");
        let with_hours: Vec<&Service> = services(&feed).filter(|service| !service.schedules.is_empty()).collect();
        println!("{date}: {} of {both} weeks are hours", with_hours.len());
        assert_eq!(services(&feed).filter(told).count(), both, "{date}");
        assert!(with_hours.len() >= least, "{date}: {}", with_hours.len());
        assert!(with_hours.iter().all(|service| opening_hours_of(&service.schedules).is_some() && told(service)));
    }
}

#[test]
fn short_and_overseas_numbers_of_real_feeds_are_numbers() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let feed = mapped(&folder, "mednum-france/numi-di-raw-2023-04.json", "numi", As::Json, &country("FR", france));
    let with_phones: Vec<&Service> = services(&feed).filter(|service| !service.phones.is_empty()).collect();
    // 486 rows have phones; in seven of them a text holds a control character, as of a file decoded wrongly.
    assert_eq!((with_phones.len(), feed.refused.len()), (479, 7));
    let has = |number: &str| {
        let has = |service: &&&Service| service.phones.iter().any(|phone| phone.number.as_deref() == Some(number));
        with_phones.iter().filter(has).count()
    };
    assert_eq!(has("3646"), 10);
    let feed = mapped(
        &folder,
        "mednum-france/france-services-2022-12.csv",
        "france-services",
        As::Csv,
        &country("FR", france),
    );
    let overseas = |prefix: &str| {
        let numbers = services(&feed).flat_map(|service| &service.phones).filter_map(|phone| phone.number.as_deref());
        numbers.filter(|number| number.starts_with(prefix)).count()
    };
    let found: Vec<usize> = ["+262", "+590", "+594", "+596"].into_iter().map(overseas).collect();
    assert!(found.iter().all(|count| *count > 0), "{found:?}");
    // And their hours are told by the clocks there, not by that of Paris.
    let mut clocks: BTreeMap<&str, usize> = BTreeMap::new();
    let countries = services(&feed).filter_map(|service| service.country.as_ref());
    countries.for_each(|country| *clocks.entry(country.as_str()).or_default() += 1);
    let expected = [("FR", 2_573), ("GF", 23), ("GP", 29), ("MF", 2), ("MQ", 16), ("RE", 28), ("YT", 12)];
    assert_eq!(clocks, BTreeMap::from(expected));
}

#[test]
fn places_without_points_stand_at_their_commune_and_those_abroad_nowhere() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let context = country("FR", france);
    let mut found = String::new();
    for town in ["bordeaux-2021-04", "rennes-2021-01", "montreal-2018"] {
        let by = format!("entourage-{}", town.split('-').next().unwrap_or_default());
        let feed = mapped(&folder, &format!("entourage-pois/{town}.csv"), &by, As::Csv, &context);
        found += &told(town, feed);
    }
    insta::assert_snapshot!(found);
    let montreal = mapped(&folder, "entourage-pois/montreal-2018.csv", "entourage-montreal", As::Csv, &context);
    assert_eq!(montreal.rows_read, 170);
    assert!(services(&montreal).flat_map(|service| &service.places).all(|place| place.position.is_none()));
}

#[test]
fn health_facilities_of_three_countries_import() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let mut found = String::new();
    for (path, code, by) in [
        ("LBY.csv", "LY", "healthsites"),
        ("SEN.csv", "SN", "healthsites"),
        ("MLI.csv", "ML", "healthsites"),
        ("SEN-saint-louis-field-survey-2019.csv", "SN", "healthsites-survey"),
    ] {
        let feed = mapped(&folder, &format!("healthsites-africa/{path}"), by, As::Csv, &country(code, france));
        found += &told(path, feed);
    }
    insta::assert_snapshot!(found);

    let libya = mapped(&folder, "healthsites-africa/LBY.csv", "healthsites", As::Csv, &country("LY", france));
    let is_arabic = |name: &str| name.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c));
    let arabic = services(&libya).filter(|service| is_arabic(&service.name)).count();
    assert_eq!((arabic * 1_000 / libya.services.len() + 5) / 10, 92, "per cent, the unnamed ones counted too");
    // Two pharmacies called "Pharmacy" are two organisations.
    let pharmacies = libya.organizations.iter().filter(|parsed| parsed.document.name == "صيدلية");
    assert!(pharmacies.count() > 50);
}

#[test]
fn the_two_languages_of_jordan_pair_and_their_criteria_are_flagged() {
    let Some(folder) = data() else { return };
    let read = |language: &str| {
        let bytes = file(&folder, &format!("unhcr-jordan-services/feed-{language}-2015-07-22.json"));
        read_in(&FeedContext::UNKNOWN, Format::ServicesAdvisor, &bytes).expect("a feed")
    };
    let paired = pair(read("en"), read("ar"), &Language::parse("ar").expect("a language"));
    let kind = |kind: &str| paired.warnings.iter().filter(|told| told.reason.kind() == kind).count();
    assert_eq!((kind("not in the other language"), kind("in the other language alone")), (0, 0));
    assert_eq!(kind("criteria disagree between the languages"), 208);
    // The entries carry it, so that whoever reads one is told.
    assert_eq!(services(&paired).filter(|service| service.criteria_disagree).count(), 208);
    assert_eq!(paired.services.len(), 574);
    let translated = services(&paired).filter(|service| !service.translations.is_empty()).count();
    assert!(translated > 500, "{translated}");
    // No word of the Arabic criteria has come in.
    let arabic = |text: &str| text.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c));
    assert!(services(&paired).filter_map(|service| service.criteria_text.as_deref()).all(|text| !arabic(text)));
}

#[test]
fn one_point_carries_up_to_43_services() {
    let Some(folder) = data() else { return };
    let bytes = file(&folder, "unhcr-jordan-services/feed-en-2014-08-18.json");
    let rows: Vec<Value> = serde_json::from_slice(&bytes).expect("a list");
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    rows.iter().for_each(|row| *at.entry(row["geometry"]["coordinates"].to_string()).or_default() += 1);
    assert_eq!(at.values().max(), Some(&43), "rows at one point");
    // Six of them repeat a key, and are refused as such: 37 services stand there.
    let feed = read_in(&FeedContext::UNKNOWN, Format::ServicesAdvisor, &bytes).expect("a feed");
    assert_eq!(most_at_one_point(&feed), 37);
}

/// A row without a point of its own stands at that of its governorate, district or camp, which is told as such.
#[test]
fn fallback_points_are_told_as_those_of_areas() {
    let Some(folder) = data() else { return };
    for (date, rows_of_governorates, at_areas) in
        [("2014-08-18", 144, 319), ("2015-04-12", 185, 515), ("2015-07-22", 184, 528)]
    {
        let bytes = file(&folder, &format!("unhcr-jordan-services/feed-en-{date}.json"));
        let feed = read_in(&FeedContext::UNKNOWN, Format::ServicesAdvisor, &bytes).expect("a feed");
        let places = || services(&feed).flat_map(|service| &service.places);
        let is_area = |place: &&Place| place.precision == Some(Precision::Area);
        let of_governorates =
            places().filter(|place| place.name.as_deref().is_some_and(|name| name.ends_with("Governorate")));
        let (governorates, coarse): (Vec<&Place>, Vec<&Place>) = of_governorates.partition(is_area);
        println!(
            "{date}: {} of {} places stand at the point of an area",
            places().filter(is_area).count(),
            places().count()
        );
        assert_eq!((governorates.len(), coarse.len()), (rows_of_governorates, 0), "{date}");
        assert_eq!(places().filter(is_area).count(), at_areas, "{date}: of {} places", places().count());
        let warned = feed.warnings.iter().filter(|problem| problem.reason.kind() == "point of an area").count();
        assert_eq!(warned, at_areas);
        // What stands alone keeps the point that it is told at, as one of its own.
        assert!(places().filter(|place| place.position.is_some()).any(|place| place.precision.is_none()));
    }
}

/// The most services that share one point.
fn most_at_one_point(feed: &Feed) -> usize {
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for position in services(feed).flat_map(|service| &service.places).filter_map(|place| place.position) {
        *at.entry(format!("{},{}", position.latitude(), position.longitude())).or_default() += 1;
    }
    at.values().max().copied().unwrap_or_default()
}

#[test]
fn tables_that_belong_together_import_together() {
    let Some(folder) = data() else { return };
    let france = France::read(&folder);
    let context = country("US", france);
    for (name, rows) in [("ilao-organizations.csv", 33), ("ilao-services.csv", 430), ("ilao-locations.csv", 520)] {
        let bytes = file(&folder, &format!("us-legal-aid/{name}"));
        assert_eq!(csv::Reader::from_reader(&*bytes).records().count(), rows, "{name}");
    }
    let legal = mapped(&folder, "us-legal-aid/ilao-services.csv", "us-legal-aid", As::Csv, &context);
    // The last row has an id and nothing else.
    assert_eq!((legal.rows_read, legal.services.len(), legal.refused.len()), (430, 429, 1));
    let named = legal.organizations.iter().filter(|parsed| !parsed.document.name.contains("in no file")).count();
    let with_place_name = services(&legal).filter(|service| service.places.iter().any(|place| place.name.is_some()));
    assert_eq!(with_place_name.count(), 425);
    assert!(named > 10, "{named}");
    let most = most_at_one_point(&legal);
    let found = format!("{}most services at one point: {most}\n", told("legal aid", legal));
    let ohana = mapped(&folder, "ohana-sample/services.csv", "ohana", As::Csv, &context);
    let places: BTreeSet<_> = services(&ohana).flat_map(|service| &service.places).map(|place| place.id).collect();
    assert_eq!((ohana.services.len(), places.len()), (23, 22));
    insta::assert_snapshot!(format!("{found}{}", told("ohana", ohana)));
}
