//! How many rows each folder has, as its description counts them.

use super::{list, table};
use crate::import_feeds::{data, file};
use std::path::Path;

/// Rows of a file, tables by lines and JSON by values.
fn rows(folder: &Path, path: &str) -> usize {
    if path.ends_with(".csv") { table(folder, path).len() } else { list(folder, path).len() }
}

/// A folder, what it holds in all, and each file with its rows.
type Counted = (&'static str, usize, &'static [(&'static str, usize)]);

const COUNTS: &[Counted] = &[
    (
        "unhcr-jordan-services",
        2_159,
        &[
            ("feed-en-2014-08-18.json", 449),
            ("feed-en-2015-04-12.json", 562),
            ("feed-en-2015-07-22.json", 574),
            ("feed-ar-2015-07-22.json", 574),
        ],
    ),
    (
        "mednum-france",
        9_979,
        &[
            ("paca-raw-2023.json", 1_245),
            ("paca-normalised-2023-05-16.json", 792),
            ("ile-de-france-normalised-2022-08.json", 241),
            ("france-services-2022-12.csv", 2_683),
            ("numi-di-raw-2023-04.json", 757),
            ("data-inclusion-services-2022-12.json", 4_261),
        ],
    ),
    ("entourage-pois", 502, &[("bordeaux-2021-04.csv", 130), ("rennes-2021-01.csv", 202), ("montreal-2018.csv", 170)]),
    (
        "healthsites-africa",
        5_056,
        &[("LBY.csv", 2_432), ("SEN.csv", 1_291), ("MLI.csv", 1_229), ("SEN-saint-louis-field-survey-2019.csv", 104)],
    ),
    ("us-legal-aid", 983, &[("ilao-organizations.csv", 33), ("ilao-services.csv", 430), ("ilao-locations.csv", 520)]),
    (
        "ohana-sample",
        486,
        &[
            ("organizations.csv", 8),
            ("locations.csv", 22),
            ("services.csv", 23),
            ("regular_schedules.csv", 11),
            ("holiday_schedules.csv", 4),
            ("addresses.csv", 21),
            ("mail_addresses.csv", 21),
            ("contacts.csv", 31),
            ("phones.csv", 54),
            ("programs.csv", 1),
            ("taxonomy.csv", 290),
        ],
    ),
    ("italy-liberiamoli", 2_990, &[("prisons.csv", 190), ("reception-by-region.csv", 2_800)]),
    (
        // About 27,000, the rows of tags counted.
        "hdx-3w",
        27_063,
        &[
            ("chad-3w-offices-fr-2025-04.csv", 760),
            ("chad-3w-operational-fr-2025-04.csv", 1_557),
            ("somalia-3w-2025-01-04.csv", 4_146),
            ("lebanon-sectors-2024-hxl.csv", 13_600),
            // The file is called so for 5,000 rows and has one less.
            ("hapi-operational-presence-5000.csv", 4_999),
            ("hapi-organisations.csv", 722),
            ("org-aliases.csv", 1_250),
            ("org-type-codes.csv", 14),
            ("sector-codes.csv", 15),
        ],
    ),
    ("pcodes", 33_519, &[("global-pcodes-adm1-2.csv", 33_363), ("global-pcode-lengths.csv", 156)]),
    (
        // About 110,000 are told; these are the lists, to which the polygons add 3,139.
        "france-geo",
        109_099,
        &[
            ("cog-communes-2026.json", 37_590),
            ("cog-arrondissements-2026.json", 333),
            ("cog-departements-2026.json", 109),
            ("cog-regions-2026.json", 26),
            ("communes-points-2018.csv", 35_357),
            ("codes-postaux-2021.json", 35_684),
        ],
    ),
    ("gazetteer-geonames", 29_373, &[("places-14-countries.csv", 29_373)]),
    // About 200 cases and 2,100 values.
    ("opening-hours", 2_309, &[("oh-vectors-dev.json", 199), ("real-values-dev.csv", 2_110)]),
];

#[test]
fn each_folder_has_the_rows_that_its_description_counts() {
    let Some(folder) = data() else { return };
    for (name, all, files) in COUNTS {
        for (file, expected) in *files {
            let path = format!("{name}/{file}");
            assert_eq!(rows(&folder, &path), *expected, "{path}");
        }
        assert_eq!(files.iter().map(|(_, rows)| rows).sum::<usize>(), *all, "{name}");
    }
}

/// Files below a folder, deeper ones included.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a readable folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[test]
fn the_standards_are_some_380_files() {
    let Some(folder) = data() else { return };
    let mut all = 0;
    for (name, expected) in [
        ("hsds-3.0", 65),
        ("hsds-3.1-dev", 71),
        ("hsds-uk-3.0", 63),
        ("oruk-validator-mocks", 28),
        ("fhir-sdohcc-examples", 52),
        ("hxl", 69),
        ("data-inclusion-v1", 11),
        ("data-inclusion-seeds", 18),
        ("open-eligibility", 2),
    ] {
        let found = files(&folder.join("standards").join(name));
        assert_eq!(found, expected, "{name}");
        all += found;
    }
    assert_eq!((all, files(&folder.join("standards"))), (379, 379));
}

/// The field mapping of the publisher whose raw file and normalised result stand beside it is another program's: ours for the
/// same file is `seeds/mappings/mednum-raw.toml`, and both ask for the same columns.
#[test]
fn our_mapping_of_the_raw_file_reads_the_columns_that_its_publisher_reads() {
    let Some(folder) = data() else { return };
    let theirs = file(&folder, "mednum-france/paca-mapping.json");
    let theirs: serde_json::Value = serde_json::from_slice(&theirs).expect("a mapping is JSON");
    assert_eq!(theirs.as_object().map(serde_json::Map::len), Some(22));
    let ours = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/mappings/mednum-raw.toml"));
    let ours = ours.expect("our mapping");
    let mut read = 0;
    for field in
        ["nom", "commune", "code_postal", "code_insee", "latitude", "longitude", "telephone", "courriels", "site_web"]
    {
        let column = theirs[field]["colonne"].as_str().unwrap_or_else(|| panic!("{field} has a column"));
        assert!(ours.contains(&format!("\"{column}\"")), "{field} is read from {column}");
        read += 1;
    }
    assert_eq!(read, 9);
}
