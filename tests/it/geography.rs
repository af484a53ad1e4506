//! Areas and places out of real files: spellings of towns, coasts, codes under several schemes, and what a second import
//! does.

use crate::import_feeds::{data, file};
use crate::kit::installation::{Installation, file as repository, installed_on_both_databases};
use crate::kit::world::on_both_databases;
use relais::actions::geography::{GeographyFile, import_areas, refresh};
use relais::app::App;
use relais::domain::geography::AdminArea;
use relais::domain::place::{AreaCode, AreaTree, Position};
use relais::geography::areas::Areas;
use relais::geography::gazetteer::{Gazetteer, PlaceQuery};
use relais::import::SourceName;
use relais::import::geography::{AreaFormat, FeatureProperties, Rows, parse_areas, parse_gazetteer};
use std::path::Path;
use std::sync::Arc;

fn areas_of(folder: &Path, format: &AreaFormat, path: &str) -> Rows<AdminArea> {
    parse_areas(format, &file(folder, path), &mut |_, _| {}).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn features(properties: FeatureProperties) -> AreaFormat {
    AreaFormat::Features(properties)
}

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).expect("a valid code")
}

fn codes<'a>(areas: impl IntoIterator<Item = &'a relais::geography::areas::KnownArea>) -> Vec<&'a str> {
    areas.into_iter().map(|known| known.area.code.as_str()).collect()
}

#[test]
fn every_spelling_leads_to_the_town() {
    let Some(folder) = data() else { return };
    let read = parse_gazetteer(&file(&folder, "gazetteer-geonames/places-14-countries.csv"), &mut |_, _| {});
    let read = read.expect("a readable file");
    assert_eq!((read.rows_read, read.rows.len(), read.refused.len()), (29_373, 29_373, 0));
    let gazetteer = Gazetteer::new(read.rows.into_iter().map(Arc::new).collect());
    for (text, name, country) in [
        ("Zouara", "Zuwarah", "LY"),
        ("Zwara", "Zuwarah", "LY"),
        ("Zuwara", "Zuwarah", "LY"),
        ("Zuwarah", "Zuwarah", "LY"),
        ("ZOUARAH", "Zuwarah", "LY"),
        ("Zwarra", "Zuwarah", "LY"),
        ("زوارة", "Zuwarah", "LY"),
        ("زواره", "Zuwarah", "LY"),
        ("Azzawya", "Az Zāwīyah", "LY"),
        ("Calais", "Calais", "FR"),
        ("Calias", "Calais", "FR"),
        ("Kale", "Calais", "FR"),
        ("كاليه", "Calais", "FR"),
        ("Tripoli", "Tripoli", "LY"),
        ("طرابلس", "Tripoli", "LY"),
        ("Nouadhibou", "Nouadhibou", "MR"),
        ("Saint Louis", "Saint-Louis", "SN"),
        ("Lampedusa", "Lampedusa", "IT"),
    ] {
        let found = gazetteer.find(&PlaceQuery { text, country: None, is_typing: false, limit: 5 });
        let found: Vec<_> = found.iter().map(|hit| (&*hit.place.name, &*hit.place.country, hit.found_by)).collect();
        assert!(found.first().is_some_and(|first| (first.0, first.1) == (name, country)), "{text}: {found:?}");
    }
    let typing = gazetteer.find(&PlaceQuery { text: "kala", country: Some("FR"), is_typing: true, limit: 10 });
    assert!(typing.iter().any(|hit| hit.place.name == "Calais"), "{typing:?}");
}

#[test]
fn one_district_of_libya_has_three_codes_and_one_parent() {
    let Some(folder) = data() else { return };
    let pcodes = areas_of(&folder, &AreaFormat::Pcodes, "pcodes/global-pcodes-adm1-2.csv");
    assert_eq!((pcodes.rows_read, pcodes.refused.len()), (33_363, 1), "{:?}", pcodes.refused.first());
    let orphans = |areas: &Areas| {
        areas
            .all()
            .iter()
            .filter(|known| known.area.level == Some(2) && areas.ancestors(&known.area.code).is_empty())
            .count()
    };
    let alone = Areas::new(pcodes.rows.clone());
    let (second_level, without_parent) =
        (alone.all().iter().filter(|known| known.area.level == Some(2)).count(), orphans(&alone));
    println!("P-codes: {without_parent} of {second_level} areas of the second level have no parent in the file");
    assert!(without_parent * 100 < second_level);

    let countries = areas_of(
        &folder,
        &features(FeatureProperties::natural_earth_countries()),
        "boundaries/world-countries-ne10m.geojson",
    );
    assert_eq!((countries.rows_read, countries.refused.len()), (240, 1), "{:?}", countries.refused);
    let libya =
        areas_of(&folder, &features(FeatureProperties::natural_earth_admin1()), "boundaries/admin1-LBY-ne10m.geojson");
    let crosswalk = areas_of(&folder, &AreaFormat::Crosswalk, "boundaries/libya-crosswalk.csv");
    assert_eq!((libya.rows.len(), crosswalk.rows.len(), crosswalk.refused.len()), (22, 22, 0));
    let areas = Areas::new([crosswalk.rows, countries.rows, libya.rows, pcodes.rows].concat());
    let zuwara = areas.find("ly0215").expect("known by its P-code");
    assert_eq!(areas.find("LY-NQ"), Some(zuwara));
    assert!(zuwara.area.other_names.iter().any(|name| name == "Zwara"), "{:?}", zuwara.area.other_names);
    assert_eq!(codes(areas.ancestors(&code("LY-NQ"))), ["LY02", "LY"]);
    assert!(areas.covers(&code("LBY"), &code("LY0215")) && areas.covers(&code("LY"), &code("LY-NQ")));
    assert_eq!(areas.descendants(&code("LY02")).len(), 9);
    let town = Position::new(32.9312, 12.082).expect("a point");
    assert_eq!(areas.contains(&code("LY0215"), town), Some(true));
    assert_eq!(codes(areas.areas_at(town)), ["LY-NQ", "LY"]);
    assert!(codes(areas.search("zwara", false, 3)).contains(&"LY-NQ"));
}

#[test]
fn french_communes_have_postcodes_with_zeros_parents_and_former_codes() {
    let Some(folder) = data() else { return };
    let mut rows = Vec::new();
    for (path, count, refused) in [("communes", 35_014, 0), ("departements", 109, 0), ("regions", 26, 0)] {
        let read = areas_of(&folder, &AreaFormat::Cog, &format!("france-geo/cog-{path}-2026.json"));
        assert_eq!((read.rows.len(), read.refused.len()), (count, refused), "{path}: {:?}", read.refused.first());
        rows.extend(read.rows);
    }
    for (path, properties) in [
        ("communes-62", FeatureProperties::french_communes()),
        ("departements-version-simplifiee", FeatureProperties::french_departments()),
        ("regions-version-simplifiee", FeatureProperties::french_regions()),
    ] {
        let read = areas_of(&folder, &features(properties), &format!("france-geo/{path}.geojson"));
        assert!(read.refused.is_empty(), "{path}: {:?}", read.refused);
        rows.extend(read.rows);
    }
    let areas = Areas::new(rows);
    assert_eq!(codes(areas.of_postcode("01400")).first(), Some(&"FR-01001"));
    assert!(areas.of_postcode("1400").is_empty());
    assert_eq!(codes(areas.ancestors(&code("FR-62193"))), ["FR-62", "FR-R32"]);
    assert_eq!(areas.canonical(&code("FR-HDF")), Some(&code("FR-R32")));
    assert_eq!(codes(areas.search("calais", false, 3)).first(), Some(&"FR-62193"));
    let calais = Position::new(50.9519, 1.8563).expect("a point");
    assert_eq!(codes(areas.areas_at(calais)), ["FR-62193", "FR-62", "FR-R32"]);
    // Bellegarde-sur-Valserine is a part of Valserhône today, and its neighbour Lancrans has given up its code.
    assert_eq!(areas.canonical(&code("FR-01205")), Some(&code("FR-01033")));
    let published = areas.find("FR-62193").expect("Calais").published();
    assert!(published.radius_meters.is_some_and(|meters| (2_000.0..12_000.0).contains(&meters)), "{published:?}");
    assert!(published.center.is_some_and(|center| center.distance_meters(calais) < 3_000.0), "{published:?}");
}

#[test]
fn governorates_of_jordan_are_areas_with_arabic_names() {
    let Some(folder) = data() else { return };
    let path = "unhcr-jordan-services/jordan-governorates.geojson";
    let read = areas_of(&folder, &features(FeatureProperties::jordan_governorates()), path);
    assert_eq!((read.rows.len(), read.refused.len()), (12, 0));
    let areas = Areas::new(read.rows);
    assert_eq!(codes(areas.search("الكرك", false, 3)), ["JOR004"]);
    let amman = areas.area_of(Position::new(31.95, 35.93).expect("a point")).expect("an area");
    assert_eq!((amman.code.as_str(), amman.outside_by_meters), ("JOR005", None));
}

/// Added, updated, unchanged, gone and refused, as a report tells them.
pub fn counts(report: &str) -> Vec<usize> {
    let count = |name: &str| {
        let line = report.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|count| count.parse().ok())
    };
    ["added", "updated", "unchanged", "gone", "refused"].iter().filter_map(|name| count(name)).collect()
}

installed_on_both_databases! {
    async fn a_source_that_is_imported_again_replaces_its_own_rows(here: Installation) {
        here.run(&["migrate"]).succeeded();
        let header = "Location,Admin Level,P-Code,Name,Parent P-Code\n";
        let first = here.write("first.csv", format!("{header}LBY,1,LY01,East,LBY\nLBY,1,LY02,West,LBY\nLBY,1,LY03,South,LBY\nLBY,1,Zwara town,,\n"));
        let second = here.write("second.csv", format!("{header}LBY,1,LY01,East,LBY\nLBY,1,LY02,The West,LBY\nLBY,9x,LY03,South,LBY\nLBY,1,LY04,North,LBY\n"));
        let third = here.write("third.csv", format!("{header}LBY,1,LY01,East,LBY\n"));
        let unreadable = here.write("unreadable.csv", format!("{header}LBY,1,LY01,East,LBY\nLBY,1,Zwara town,,\n"));
        let bad = here.write("bad.csv", format!("{header}LBY,1,Zwara town,,\n"));
        let import = |path: &str, source: &str, more: &[&str]| {
            let ran = here.run(&[&["import", "areas", path, "--preset", "pcodes", "--source", source], more].concat());
            counts(ran.succeeded())
        };
        let empty = here.counts().await;
        assert_eq!(import(&first, "ocha", &["--dry-run"]), [3, 0, 0, 0, 1]);
        assert_eq!(here.counts().await, empty, "a dry run changes nothing");
        assert_eq!(import(&first, "ocha", &[]), [3, 0, 0, 0, 1]);
        assert_eq!(import(&third, "others", &[]), [1, 0, 0, 0, 0]);
        let held = here.counts().await;
        assert_eq!(held["areas"], 4);
        assert_eq!(import(&first, "ocha", &[]), [0, 0, 3, 0, 1]);
        assert_eq!(here.counts().await, held, "what changes nothing writes nothing");
        // LY03 is refused this time, and stays as it was.
        assert_eq!(import(&second, "ocha", &[]), [1, 1, 1, 0, 1]);
        // A file that was cut short would take three of four.
        let held = here.counts().await;
        let cut = here.run(&["import", "areas", &third, "--preset", "pcodes", "--source", "ocha"]);
        let refused = "3 of 4 areas of this source would be gone, more than one in five";
        assert!(cut.code != Some(0) && cut.stderr.contains(refused) && cut.stderr.contains("--accept-gone"), "{cut:#?}");
        assert!(cut.stdout.contains(&format!("Stop: {refused}")), "{cut:#?}");
        // And a row without a key may be any of them.
        assert_eq!(import(&unreadable, "ocha", &["--accept-gone"]), [0, 0, 1, 0, 1]);
        assert_eq!(here.counts().await, held);
        assert_eq!(import(&third, "ocha", &["--accept-gone"]), [0, 0, 1, 3, 0]);
        assert_eq!(here.counts().await["areas"], 2);

        let refused = here.run(&["import", "areas", &bad, "--preset", "pcodes", "--source", "ocha"]);
        assert!(refused.code != Some(0) && refused.stderr.contains("none of the 1 rows can be used"), "{refused:#?}");
        assert_eq!(here.counts().await["areas"], 2);

        let places = here.write("places.csv", "geonameid,name,latitude,longitude,countrycode\n1,Zuwarah,32.9,12.1,LY\n2,Nowhere,0,0,LY\n");
        let ran = here.run(&["import", "gazetteer", &places, "--source", "towns"]);
        assert_eq!(counts(ran.succeeded()), [1, 0, 0, 0, 1]);
        assert_eq!(here.counts().await["gazetteer_places"], 1);
    }
}

on_both_databases! {
    async fn another_node_notices_what_was_imported(world: World) {
        let import = async |text: &str| {
            let source = SourceName::parse("ocha").expect("a source name");
            let file = GeographyFile { source: &source, bytes: text.as_bytes(), accepts_many_gone: false, is_dry_run: false, turn: None };
            import_areas(world.app.context(), &AreaFormat::Pcodes, file, &mut |_, _| {}).await.expect("an import")
        };
        let name_at = |node: &App| {
            let geography = node.context().geography.snapshot();
            geography.areas.find("ly02").and_then(|known| known.area.name.clone())
        };
        assert_eq!(import("P-Code,Name,Admin Level\nLY02,West,1\n").await.added, 1);
        assert_eq!(name_at(&world.app).as_deref(), Some("West"), "the importing node knows at once");
        let other = App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a second node");
        assert_eq!(name_at(&other).as_deref(), Some("West"), "a node knows when it opens");

        assert_eq!(import("P-Code,Name,Admin Level\nLY02,The West,1\n").await.updated, 1);
        assert_eq!(name_at(&other).as_deref(), Some("West"));
        let version = refresh(other.context()).await.expect("a refresh");
        assert_eq!((name_at(&other).as_deref(), version), (Some("The West"), 2));
        other.close().await;
    }
}

/// How many services a feed adds, and how many of them stand at the middle of their commune, as its report tells.
fn added_and_at_their_commune(report: &str) -> (usize, usize) {
    let number = |text: &str| text.split_whitespace().next().and_then(|count| count.parse().ok()).unwrap_or_default();
    let after = |begin: &str| report.lines().find_map(|line| line.trim_start().strip_prefix(begin)).map_or(0, number);
    (after("added "), after("point of the commune: "))
}

#[test]
fn addresses_without_points_stand_at_their_commune_once_register_and_middles_are_imported() {
    let Some(folder) = data() else { return };
    let here = Installation::on_sqlite();
    here.run(&["migrate"]).succeeded();
    let path = |name: &str| folder.join(name).display().to_string();
    let import = |name: &str, preset: &str, source: &str| {
        let ran = here.run(&["import", "areas", &path(name), "--preset", preset, "--source", source]);
        (counts(ran.succeeded()), ran.stdout.clone())
    };
    let points = "france-geo/communes-points-2018.csv";
    let early =
        here.run(&["import", "areas", &path(points), "--preset", "french-commune-points", "--source", "points"]);
    early.refused(1, &["none of the 35357 rows can be used", "import the register first"]);
    assert_eq!(import("france-geo/cog-communes-2026.json", "cog", "cog").0, [35_014, 0, 0, 0, 0]);

    let feeds = [
        ("csv", "entourage-pois/bordeaux-2021-04.csv", "entourage-bordeaux"),
        ("csv", "entourage-pois/rennes-2021-01.csv", "entourage-rennes"),
        ("csv", "entourage-pois/montreal-2018.csv", "entourage-montreal"),
        ("json", "mednum-france/numi-di-raw-2023-04.json", "numi"),
    ];
    let dry = |(format, feed, mapping): (&str, &str, &str)| {
        let by = repository(&format!("seeds/mappings/{mapping}.toml"));
        let feed = path(feed);
        let common = ["--source", "feed", "--country", "FR", "--mapping", &by, "--dry-run"];
        let ran = here.run(&[&["import", format, &feed], &common[..]].concat());
        added_and_at_their_commune(ran.succeeded())
    };
    let at_communes = |told: [(usize, usize); 4]| told.map(|(_, at_commune)| at_commune);
    assert_eq!(at_communes(feeds.map(dry)), [0, 0, 0, 0], "the register has no points");

    let (told, report) = import(points, "french-commune-points", "points");
    // 493 of the communes of 2018 are parts of others by now.
    assert_eq!(told, [34_864, 0, 0, 0, 493]);
    assert!(report.contains("is a former code; the commune is a part of FR-01033 today"), "{report}");
    assert_eq!(feeds.map(dry), [(129, 128), (198, 190), (167, 0), (750, 3)]);
    assert_eq!(import(points, "french-commune-points", "points").0, [0, 0, 34_864, 0, 493]);
    // What the register told stands as it did.
    assert_eq!(import("france-geo/cog-communes-2026.json", "cog", "cog").0, [0, 0, 35_014, 0, 0]);
}
