//! What real feeds do to the unwary: zeros that get lost, axes that lie, points that are none, words for nothing, mark-up,
//! mailboxes among phones, one id for two services, and a layout that changes.

use super::{kinds, list, table};
use crate::import_feeds::{apply, counts, data, file, read_in};
use crate::import_real::mapping;
use crate::kit::france::France;
use relais::domain::country::CountryCode;
use relais::domain::directory::{CapacityStatus, Service};
use relais::domain::fit::{Fit, Verdict};
use relais::domain::freshness::{FreshnessState, freshness};
use relais::domain::ranking::{Observed, standing};
use relais::domain::time::Date;
use relais::import::plan::{Completeness, plan};
use relais::import::{Feed, FeedContext, Format, Mapping, NoPlaceKnowledge};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn french(folder: &Path) -> FeedContext<'static> {
    FeedContext { country: CountryCode::parse("FR").ok(), places: France::read(folder) }
}

/// A file by a mapping of the test.
fn by(mapping: &str, context: &FeedContext<'_>, is_table: bool, bytes: &[u8]) -> Feed {
    let mapping = Mapping::read(mapping).unwrap_or_else(|error| panic!("{error}"));
    let format = if is_table { Format::Csv(&mapping) } else { Format::Json(&mapping) };
    read_in(context, format, bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// A French file by one of our mappings.
fn by_ours(folder: &Path, path: &str, name: &str) -> Feed {
    let mapping = mapping(name, folder);
    let format = if path.ends_with(".csv") { Format::Csv(&mapping) } else { Format::Json(&mapping) };
    read_in(&french(folder), format, &file(folder, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn services(feed: &Feed) -> impl Iterator<Item = &Service> {
    feed.services.iter().map(|parsed| &parsed.document)
}

fn jordan(folder: &Path, date: &str) -> Feed {
    let bytes = file(folder, &format!("unhcr-jordan-services/feed-en-{date}.json"));
    read_in(&FeedContext::UNKNOWN, Format::ServicesAdvisor, &bytes).expect("a feed")
}

#[test]
fn postcodes_and_phones_get_back_the_zeros_that_they_have_lost() {
    let Some(folder) = data() else { return };
    let path = "mednum-france/paca-raw-2023.json";
    let rows = list(&folder, path);
    let postcode = |row: &serde_json::Value| row["adresse_code_postal"].to_string().trim_matches('"').to_owned();
    let lost = rows.iter().filter(|row| postcode(row).len() == 4).count();
    let feed = by_ours(&folder, path, "mednum-raw");
    let addresses = || services(&feed).flat_map(|service| &service.places).filter_map(|place| place.address.as_deref());
    let part_is = |address: &str, is: &dyn Fn(&str) -> bool| address.split([' ', ',']).any(is);
    let is_digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let mended = addresses().filter(|address| part_is(address, &|part| is_digits(part, 5) && part.starts_with('0')));
    assert_eq!((rows.len(), lost, mended.count()), (1_245, 545, 545));

    // Nine digits stand for ten in 95 cells of Bordeaux, one of them in a row that repeats another.
    let path = "entourage-pois/bordeaux-2021-04.csv";
    let lost = table(&folder, path).iter().filter(|row| is_digits(&row["Téléphone"], 9)).count();
    let feed = by_ours(&folder, path, "entourage-bordeaux");
    let phones = services(&feed).flat_map(|service| &service.phones);
    let phones: Vec<_> = phones.filter(|phone| is_digits(&phone.typed, 9)).collect();
    let read = phones.iter().filter(|phone| phone.number.as_ref() == Some(&format!("+33{}", phone.typed))).count();
    assert_eq!((lost, phones.len(), read), (95, 94, 94));
}

#[test]
fn the_short_number_of_the_street_is_a_number() {
    let Some(folder) = data() else { return };
    let feed = by_ours(&folder, "mednum-france/numi-di-raw-2023-04.json", "numi");
    let has = |number: &str| {
        services(&feed)
            .filter(|service| service.phones.iter().any(|phone| phone.number.as_deref() == Some(number)))
            .count()
    };
    assert_eq!((has("115"), has("3646")), (2, 10));
    // 486 rows have phones, seven of which are refused for a control character in one of their texts.
    let rows = list(&folder, "mednum-france/numi-di-raw-2023-04.json");
    assert_eq!(rows.iter().filter(|row| row["telephone"].is_string()).count(), 486);
    assert!(feed.refused.iter().all(|problem| { rows[problem.row.expect("a row") - 1]["telephone"].is_string() }));
}

#[test]
fn points_at_zero_are_none_and_points_abroad_are_kept_and_told() {
    let Some(folder) = data() else { return };
    let path = "mednum-france/numi-di-raw-2023-04.json";
    let rows = list(&folder, path);
    let at_zero: Vec<&serde_json::Value> = rows
        .iter()
        .filter(|row| row["latitude"].as_f64() == Some(0.0) && row["longitude"].as_f64() == Some(0.0))
        .collect();
    let feed = by_ours(&folder, path, "numi");
    let warned = kinds(&feed.warnings);
    assert_eq!((at_zero.len(), warned["point 0,0 dropped"], warned["point of the commune"]), (3, 3, 3));
    let in_france = |service: &&Service| {
        let points = service.places.iter().filter_map(|place| place.position);
        points.into_iter().all(|at| at.latitude().abs() > 1.0)
    };
    assert_eq!(services(&feed).filter(in_france).count(), feed.services.len());

    assert_eq!(warned["point outside the country"], 11);
    let abroad = feed.warnings.iter().filter(|problem| problem.reason.kind() == "point outside the country");
    let keys: Vec<&str> = abroad.filter_map(|problem| problem.key.as_deref()).collect();
    let kept = feed.services.iter().filter(|parsed| keys.contains(&parsed.key.as_str()));
    let kept = kept.filter(|parsed| parsed.document.places.iter().any(|place| place.position.is_some()));
    assert_eq!(kept.count(), 11);
}

/// `Coord. X` for a latitude stands in a file that is not here: its header is put over real points. A mapping that believes
/// it is told so for each of them, and one that knows better is not.
#[test]
fn an_axis_that_lies_is_told_for_each_point() {
    let Some(folder) = data() else { return };
    let text = String::from_utf8(file(&folder, "italy-liberiamoli/prisons.csv")).expect("a text");
    let text = text.replacen("latitude,longitude", "Coord. X,Coord. Y", 1);
    let context = FeedContext { country: CountryCode::parse("IT").ok(), places: France::read(&folder) };
    let read = |latitude: &str, longitude: &str| {
        let common = "key = 'codiceIstituto'\nname = 'titolo'\norganization = 'titolo'\n";
        let mapping = format!("{common}latitude = '{latitude}'\nlongitude = '{longitude}'\n");
        by(&mapping, &context, true, text.as_bytes())
    };
    let (right, wrong) = (read("Coord. X", "Coord. Y"), read("Coord. Y", "Coord. X"));
    assert_eq!(kinds(&right.warnings), BTreeMap::from([("point outside the country", 5)]));
    let expected = [("latitude and longitude exchanged", 185), ("point outside the country", 5)];
    assert_eq!(kinds(&wrong.warnings), BTreeMap::from(expected));
}

#[test]
fn words_for_nothing_are_nothing() {
    let Some(folder) = data() else { return };
    for (path, name, cells) in [
        (
            "entourage-pois/rennes-2021-01.csv",
            "entourage-rennes",
            &[("Email", "NA", 151), ("Site web", "NA", 137), ("Téléphone", "NA", 111), ("Description", "NA", 21)][..],
        ),
        ("entourage-pois/bordeaux-2021-04.csv", "entourage-bordeaux", &[("Téléphone", "X", 2)]),
        ("entourage-pois/montreal-2018.csv", "entourage-montreal", &[("audience", "-", 2)]),
    ] {
        let rows = table(&folder, path);
        let feed = by_ours(&folder, path, name);
        let written: Vec<String> =
            services(&feed).map(|service| serde_json::to_string(service).expect("documents are JSON")).collect();
        for (column, word, expected) in cells {
            assert_eq!(rows.iter().filter(|row| row[*column] == *word).count(), *expected, "{path} {column}");
            let as_value = [format!(":\"{word}\""), format!("[\"{word}\"")];
            let holds = |text: &&String| as_value.iter().any(|value| text.contains(value));
            assert_eq!(written.iter().find(holds), None, "{path} {column}");
        }
    }
}

#[test]
fn mailboxes_among_phones_become_mailboxes() {
    let Some(folder) = data() else { return };
    let mapping = "key = ['nom', 'adresse_rue', 'latitude', 'longitude']\nname = 'nom'\norganization = 'nom'\n\
                   phones = { columns = ['contact_telephone', 'contact_telephone_details'] }\n";
    let bytes = file(&folder, "mednum-france/paca-raw-2023.json");
    let feed = by(mapping, &french(&folder), false, &bytes);
    assert_eq!(kinds(&feed.warnings)["e-mail among the phones"], 3);
    assert_eq!(services(&feed).filter(|service| service.email.is_some()).count(), 3);
    assert!(!services(&feed).flat_map(|service| &service.phones).any(|phone| phone.typed.contains('@')));
}

/// One place as a directory for people in the street publishes it: texts with mark-up, parts in parts. Read as a list of one,
/// because it lists organisations by a name under which other files hold their rows.
#[test]
fn mark_up_of_a_published_place_becomes_plain_text_and_is_told() {
    let Some(folder) = data() else { return };
    let place = String::from_utf8(file(&folder, "entourage-pois/soliguide-place-example.json")).expect("a text");
    assert!(place.contains("<p>") && place.contains("&#233;"));
    let mapping = "language = 'fr'\nkey = 'lieu_id'\nname = 'name'\norganization = 'name'\n\
                   description = 'description'\nlanguages = 'languages'\n";
    let feed = by(mapping, &french(&folder), false, format!("[{place}]").as_bytes());
    assert_eq!((feed.rows_read, feed.services.len(), feed.refused.len()), (1, 1, 0));
    let service = services(&feed).next().expect("a service");
    let description = service.description.as_deref().expect("a description");
    assert!(description.contains("accueil de jour") && !description.contains(['<', '&']), "{description}");
    assert_eq!(service.languages.len(), 1);
    assert!(kinds(&feed.warnings)["markup became plain text"] > 1);
}

/// Each of the 13 ids that repeat is one of education and one of protection; in 2014, when rows repeat truly, so are 12.
#[test]
fn two_services_under_one_id_are_of_education_and_of_protection() {
    let Some(folder) = data() else { return };
    for (date, expected) in [("2014-08-18", 12), ("2015-04-12", 13), ("2015-07-22", 13)] {
        let rows = list(&folder, &format!("unhcr-jordan-services/feed-en-{date}.json"));
        let mut categories: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for row in &rows {
            let category = row["properties"]["activityCategory"].as_str().expect("a category");
            categories.entry(row["id"].to_string()).or_default().insert(category);
        }
        let twice: Vec<_> = categories.into_values().filter(|categories| categories.len() > 1).collect();
        assert_eq!(twice.len(), expected, "{date}");
        assert!(twice.iter().all(|categories| categories.iter().eq(&["EDUCATION", "PROTECTION"])), "{date}: {twice:?}");
    }
}

/// Between the first two dates the feed changes its layout; a second import takes the newer one for what it is.
#[test]
fn a_newer_layout_adds_updates_and_ends_what_the_older_one_had() {
    let Some(folder) = data() else { return };
    let (old, new) = (jordan(&folder, "2014-08-18"), jordan(&folder, "2015-04-12"));
    let held = apply(Vec::new(), &plan(old, Vec::new(), Completeness::Complete));
    let newer = plan(new.clone(), held.clone(), Completeness::Complete);
    let [added, updated, unchanged, gone] = counts(&newer.services);
    assert_eq!([added, updated, unchanged, gone], [220, 189, 153, 43]);
    assert_eq!((added + updated + unchanged, updated + unchanged + gone), (562, 385));
    assert_eq!(newer.admit(false), Ok(()));
    // News about how to reach four guarded services wait for a second person.
    assert_eq!(newer.queued.len(), 4);
    let held = apply(held, &newer);
    assert_eq!(counts(&plan(new, held, Completeness::Complete).services), [0, 0, 562, 0]);
}

#[test]
fn what_is_past_its_end_never_ranks_as_fresh() {
    let Some(folder) = data() else { return };
    let today = Date::from_ymd_opt(2015, 7, 22).expect("a day");
    let feed = jordan(&folder, "2015-07-22");
    let fit = Fit { verdict: Verdict::Match, reasons: Vec::new() };
    let ranks = |freshness| {
        let observed = Observed {
            fit: &fit,
            opening: None,
            capacity: CapacityStatus::Unknown,
            distance: None,
            freshness,
            answering: None,
        };
        standing(&observed).score
    };
    let told = services(&feed).map(|service| freshness(service, today));
    let (stale, others): (Vec<_>, Vec<_>) = told.partition(|told| told.state == FreshnessState::Stale);
    assert_eq!((stale.len(), others.len()), (499, 75));
    let highest = stale.iter().map(|told| ranks(told.score)).fold(f64::MIN, f64::max);
    let lowest = others.iter().map(|told| ranks(told.score)).fold(f64::MAX, f64::min);
    assert!(highest < lowest && highest < ranks(None), "{highest} {lowest}");
}

/// Without knowledge of places no point is judged, and none is said to be right.
#[test]
fn points_are_judged_only_where_countries_are_known() {
    let Some(folder) = data() else { return };
    let context = FeedContext { country: CountryCode::parse("SN").ok(), places: &NoPlaceKnowledge };
    let mapping = mapping("healthsites", &folder);
    let bytes = file(&folder, "healthsites-africa/SEN.csv");
    let read = |context: &FeedContext<'_>| read_in(context, Format::Csv(&mapping), &bytes).expect("a table");
    let outside = |feed: &Feed| kinds(&feed.warnings).get("point outside the country").copied();
    let known = FeedContext { places: France::read(&folder), ..context };
    assert_eq!((outside(&read(&context)), outside(&read(&known))), (None, Some(77)));
}
