//! Maps and registers: how many areas and places each file holds, and where real points lie in them.

use super::{list, table};
use crate::import_feeds::{data, file};
use relais::domain::geography::AdminArea;
use relais::domain::place::{AreaCode, Position};
use relais::geography::areas::{Areas, NEAREST_WITHIN_METERS};
use relais::import::geography::{
    AreaFormat, FeatureProperties, Rows, parse_areas, parse_commune_points, parse_gazetteer,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn areas_of(folder: &Path, format: &AreaFormat, path: &str) -> Rows<AdminArea> {
    parse_areas(format, &file(folder, path), &mut |_, _| {}).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn features(folder: &Path, properties: FeatureProperties, path: &str) -> Rows<AdminArea> {
    areas_of(folder, &AreaFormat::Features(properties), path)
}

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).expect("a valid code")
}

#[test]
fn p_codes_of_156_countries_are_areas_of_the_lengths_that_are_told() {
    let Some(folder) = data() else { return };
    let path = "pcodes/global-pcodes-adm1-2.csv";
    let read = areas_of(&folder, &AreaFormat::Pcodes, path);
    assert_eq!((read.rows_read, read.rows.len()), (33_363, 33_362));
    // One row has a word where its code should be.
    let [refused] = read.refused.as_slice() else { panic!("{:?}", read.refused) };
    assert_eq!(refused.fault.to_string(), "`Unspecified` is no area code, such as FR-93055, TN-11 or LY002");
    let level = |level| read.rows.iter().filter(|area| area.level == Some(level)).count();
    assert_eq!((level(1), level(2)), (2_455, 30_907));

    let rows = table(&folder, path);
    let countries: BTreeSet<&str> = rows.iter().map(|row| row["Location"].as_str()).collect();
    let lengths = table(&folder, "pcodes/global-pcode-lengths.csv");
    let told: BTreeSet<&str> = lengths.iter().map(|row| row["Location"].as_str()).collect();
    assert_eq!((countries.len(), &countries), (156, &told));
    let lengths: BTreeMap<&str, _> = lengths.iter().map(|row| (row["Location"].as_str(), row)).collect();
    let fits = |row: &&super::Row| {
        let told = lengths[row["Location"].as_str()];
        let part =
            |name: &str| told[name].split('|').filter_map(|length| length.parse::<usize>().ok()).collect::<Vec<_>>();
        let levels: usize = row["Admin Level"].parse().expect("a level");
        let parts = (1..=levels).map(|level| part(&format!("Admin {level} Length")));
        let whole = parts.fold(part("Country Length"), |sums, lengths| {
            sums.iter().flat_map(|sum| lengths.iter().map(move |length| sum + length)).collect()
        });
        whole.contains(&row["P-Code"].len())
    };
    assert_eq!(rows.iter().filter(fits).count(), 33_363);
}

#[test]
fn the_240_countries_of_natural_earth_are_areas_but_for_one_without_a_code() {
    let Some(folder) = data() else { return };
    let read =
        features(&folder, FeatureProperties::natural_earth_countries(), "boundaries/world-countries-ne10m.geojson");
    assert_eq!((read.rows_read, read.rows.len()), (240, 239));
    // The one has no name either: its code is -1, which stands for none, as -99 does where Kosovo has no other one.
    let [refused] = read.refused.as_slice() else { panic!("{:?}", read.refused) };
    assert_eq!(refused.fault.to_string(), "has no iso_a2");
    let kosovo = read.rows.iter().find(|area| area.code.as_str() == "XK").expect("Kosovo");
    assert_eq!(kosovo.aliases, []);
    assert!(read.rows.iter().all(|area| area.shape.is_some() && area.level == Some(0)));
}

/// Malta has two of one name, and the file no code that tells them apart: the second is refused, and that is told.
#[test]
fn first_level_areas_of_eleven_countries_come_in_with_their_shapes() {
    let Some(folder) = data() else { return };
    for (country, count) in [
        ("DZA", 48),
        ("FRA", 101),
        ("ITA", 110),
        ("LBY", 22),
        ("MLI", 9),
        ("MLT", 59),
        ("MRT", 13),
        ("NER", 8),
        ("SEN", 14),
        ("TCD", 22),
        ("TUN", 23),
    ] {
        let path = format!("boundaries/admin1-{country}-ne10m.geojson");
        let read = features(&folder, FeatureProperties::natural_earth_admin1(), &path);
        let faults: Vec<String> = read.refused.iter().map(|refused| refused.fault.to_string()).collect();
        let expected: &[&str] = if country == "MLT" { &["repeats row 52, which is kept"] } else { &[] };
        assert_eq!(
            (read.rows_read, faults.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (count, expected),
            "{country}"
        );
        assert!(read.rows.iter().all(|area| area.shape.is_some()), "{country}");
    }
}

/// 19 of the 22 polygons of Libya bear the names of districts of their time. They tell the names and codes of today beside
/// them, so that they are found by these without the crosswalk too.
#[test]
fn older_polygons_of_libya_are_found_by_todays_names_and_codes() {
    let Some(folder) = data() else { return };
    let polygons = || {
        let path = "boundaries/admin1-LBY-ne10m.geojson";
        features(&folder, FeatureProperties::natural_earth_admin1(), path).rows
    };
    let crosswalk = areas_of(&folder, &AreaFormat::Crosswalk, "boundaries/libya-crosswalk.csv").rows;
    let rows = table(&folder, "boundaries/libya-crosswalk.csv");
    let (alone, joined) = (Areas::new(polygons()), Areas::new([crosswalk, polygons()].concat()));
    let with_shape = |areas: &Areas, row: &super::Row| {
        areas.find(&row["ocha_pcode_adm2"]).is_some_and(|known| known.area.shape.is_some())
    };
    let by_code = |areas: &Areas| rows.iter().filter(|row| with_shape(areas, row)).count();
    let is_found = |areas: &Areas, row: &super::Row, name: &str| {
        let found = areas.search(&row[name], false, 5);
        found.iter().any(|known| known.codes().any(|code| code.as_str() == row["iso_3166_2"]))
    };
    let by = |areas: &Areas, name| rows.iter().filter(|row| is_found(areas, row, name)).count();
    let renamed = rows.iter().filter(|row| row["polygon_name_ne"] != row["ocha_name"]).count();
    assert_eq!((rows.len(), renamed), (22, 19));
    for areas in [&alone, &joined] {
        assert_eq!((by_code(areas), by(areas, "polygon_name_ne"), by(areas, "ocha_name")), (22, 22, 22));
    }
}

/// All facilities of a file, those that lie in no area, and those of them that the nearest area takes.
fn outside(folder: &Path, areas: &Areas, path: &str) -> [usize; 3] {
    let rows = table(folder, path);
    let (mut outside, mut taken) = (0, 0);
    for row in &rows {
        let number = |name: &str| row[name].parse::<f64>().expect("a number");
        let position = Position::new(number("lat"), number("lon")).expect("a point");
        if areas.areas_at(position).is_empty() {
            outside += 1;
            if let Some(nearest) = areas.area_of(position) {
                taken += 1;
                let meters = nearest.outside_by_meters.expect("it says that the point lies outside");
                assert!(meters > 0.0 && meters <= NEAREST_WITHIN_METERS, "{meters}");
            }
        } else {
            assert_eq!(areas.area_of(position).and_then(|found| found.outside_by_meters), None);
        }
    }
    [rows.len(), outside, taken]
}

/// The description says that simplified coasts put 2 to 6 per cent of coastal facilities outside. So it is in Senegal, by the
/// outlines of countries (37 of 1,291) and of the first level (78); in Libya it is a quarter of a per cent.
#[test]
fn facilities_on_the_coast_go_to_the_nearest_area_and_say_so() {
    let Some(folder) = data() else { return };
    assert!((NEAREST_WITHIN_METERS - 5_000.0).abs() < f64::EPSILON);
    let world =
        features(&folder, FeatureProperties::natural_earth_countries(), "boundaries/world-countries-ne10m.geojson");
    let world = Areas::new(world.rows);
    for (country, of_the_world, of_first_level) in [
        ("LBY", [2_432, 6, 6], [2_432, 6, 6]),
        ("SEN", [1_291, 37, 37], [1_291, 78, 78]),
        ("MLI", [1_229, 0, 0], [1_229, 0, 0]),
    ] {
        let path = format!("boundaries/admin1-{country}-ne10m.geojson");
        let areas = Areas::new(features(&folder, FeatureProperties::natural_earth_admin1(), &path).rows);
        let facilities = format!("healthsites-africa/{country}.csv");
        let found = [&world, &areas].map(|areas| outside(&folder, areas, &facilities));
        assert_eq!(found, [of_the_world, of_first_level], "{country}");
    }
}

/// The polygons of communes, by department, with the register that names them.
#[test]
fn polygons_of_communes_hold_their_own_middles() {
    let Some(folder) = data() else { return };
    let register = areas_of(&folder, &AreaFormat::Cog, "france-geo/cog-communes-2026.json");
    let mut of_departments = Vec::new();
    for (department, count) in [
        ("13", 119),
        ("59", 648),
        ("62", 891),
        ("75", 1),
        ("77", 510),
        ("78", 262),
        ("91", 196),
        ("92", 36),
        ("93", 40),
        ("94", 47),
        ("95", 184),
    ] {
        let path = format!("france-geo/communes-{department}.geojson");
        let read = features(&folder, FeatureProperties::french_communes(), &path);
        assert_eq!((read.rows.len(), read.refused.len()), (count, 0), "{department}: {:?}", read.refused.first());
        of_departments.extend(read.rows);
    }
    let polygons: BTreeSet<AreaCode> = of_departments.iter().map(|area| area.code.clone()).collect();
    assert_eq!(polygons.len(), 2_934);
    let areas = Areas::new([register.rows, of_departments].concat());
    let bytes = file(&folder, "france-geo/communes-points-2018.csv");
    let points = parse_commune_points(&bytes, &|code| areas.current_code(code), &mut |_, _| {}).expect("a table");
    assert_eq!((points.rows_read, points.rows.len(), points.refused.len()), (35_357, 34_864, 493));
    let known = points.rows.iter().filter(|area| polygons.contains(&area.code));
    let holds = |area: &&AdminArea| areas.contains(&area.code, area.center.expect("a middle")) == Some(true);
    let (held, apart): (Vec<&AdminArea>, Vec<&AdminArea>) = known.partition(holds);
    assert_eq!((held.len(), apart.len()), (2_911, 8));
}

/// Whole outlines against simplified ones: the points of all communes in their own department.
#[test]
fn whole_departments_hold_more_of_their_communes_than_simplified_ones() {
    let Some(folder) = data() else { return };
    let rows = table(&folder, "france-geo/communes-points-2018.csv");
    let mut found = Vec::new();
    for name in ["departements", "departements-version-simplifiee"] {
        let path = format!("france-geo/{name}.geojson");
        let read = features(&folder, FeatureProperties::french_departments(), &path);
        assert_eq!((read.rows.len(), read.refused.len()), (96, 0), "{name}: {:?}", read.refused.first());
        let areas = Areas::new(read.rows);
        let lies_in_its_own = |row: &&super::Row| {
            let number = |name: &str| row[name].parse::<f64>().expect("a number");
            let at = Position::new(number("lat"), number("lon")).expect("a point");
            areas.contains(&code(&format!("FR-{}", row["departement"])), at) == Some(true)
        };
        found.push(rows.iter().filter(lies_in_its_own).count());
    }
    assert_eq!((rows.len(), found), (35_357, vec![35_228, 35_172]));
}

/// A list of postcodes is neither a map nor a register: each pair is read, and compared with what the register of 2026 came
/// to. It holds no areas, so nothing of it is imported.
#[test]
fn postcodes_of_2021_keep_their_zeros_and_lead_to_todays_communes() {
    let Some(folder) = data() else { return };
    let areas = Areas::new(areas_of(&folder, &AreaFormat::Cog, "france-geo/cog-communes-2026.json").rows);
    let is_now = |level| matches!(level, Some(3 | 4));
    let communes = || areas.all().iter().map(|known| &known.area).filter(|area| is_now(area.level));
    let with_postcode = communes().filter(|area| !area.postcodes.is_empty()).count();
    let with_population = communes().filter(|area| area.population.is_some()).count();
    assert_eq!((communes().count(), with_postcode, with_population), (35_014, 35_009, 35_008));
    let pairs = list(&folder, "france-geo/codes-postaux-2021.json");
    let text = |pair: &serde_json::Value, field: &str| pair[field].as_str().expect("a text").to_owned();
    let with_zero = pairs.iter().filter(|pair| text(pair, "codePostal").starts_with('0')).count();
    assert!(pairs.iter().all(|pair| text(pair, "codePostal").len() == 5));
    let leads = |pair: &&serde_json::Value| {
        let commune = code(&format!("FR-{}", text(pair, "codeCommune")));
        let current = areas.canonical(&commune);
        areas.of_postcode(&text(pair, "codePostal")).iter().any(|known| Some(&known.area.code) == current)
    };
    let led = pairs.iter().filter(leads).count();
    assert_eq!((pairs.len(), with_zero, led), (35_684, 3_205, 35_365));
}

#[test]
fn the_gazetteer_holds_29_373_places_of_14_countries() {
    let Some(folder) = data() else { return };
    let read = parse_gazetteer(&file(&folder, "gazetteer-geonames/places-14-countries.csv"), &mut |_, _| {});
    let read = read.expect("a readable file");
    assert_eq!((read.rows_read, read.rows.len(), read.refused.len()), (29_373, 29_373, 0));
    let countries: BTreeSet<&str> = read.rows.iter().map(|place| place.country.as_str()).collect();
    assert_eq!(
        countries.into_iter().collect::<Vec<_>>(),
        ["DZ", "EG", "FR", "IT", "LY", "MA", "ML", "MR", "MT", "NE", "SD", "SN", "TD", "TN"]
    );
    let is_arabic = |name: &String| name.chars().any(|c| ('\u{600}'..='\u{6ff}').contains(&c));
    let in_arabic = read.rows.iter().filter(|place| place.alternate_names.iter().any(is_arabic)).count();
    let with_population = read.rows.iter().filter(|place| place.population.is_some()).count();
    let with_time_zone = read.rows.iter().filter(|place| place.time_zone.is_some()).count();
    assert_eq!((in_arabic, with_population, with_time_zone), (3_218, 29_222, 29_373));
}
