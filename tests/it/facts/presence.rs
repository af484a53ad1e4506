//! Who does what where. Rows of these tables are activities of an organisation in an area and a month: no door that anybody
//! could go to, so no service, and nothing of them is imported as one. What they hold is tested as what it is: codes of
//! areas that our areas know, names of organisations in many spellings, and a row of tags that is no row.

use super::{Row, kinds, table};
use crate::import_feeds::{data, file, read_in};
use relais::domain::words::fold;
use relais::geography::areas::Areas;
use relais::import::geography::{AreaFormat, parse_areas};
use relais::import::{FeedContext, Format, Mapping};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FOLDER: &str = "hdx-3w";

fn rows(folder: &Path, name: &str) -> Vec<Row> {
    table(folder, &format!("{FOLDER}/{name}.csv"))
}

/// Read by a mapping as if each row were a service, which only tells how many rows our reader of tables sees.
#[test]
fn the_row_of_tags_is_no_row() {
    let Some(folder) = data() else { return };
    for (name, key, organization, expected) in [
        (
            "lebanon-sectors-2024-hxl",
            "['Sector', 'Admin2Code', 'partner.name', 'Quantity.Field', 'month']",
            "partner.name",
            13_599,
        ),
        ("chad-3w-operational-fr-2025-04", "['ID']", "Acronyme", 1_556),
        ("chad-3w-offices-fr-2025-04", "['Title', 'Localite', 'Organisation']", "Organisation", 760),
        (
            "somalia-3w-2025-01-04",
            "['Month', 'Cluster', 'DistrictPcode', 'Organization_Name']",
            "Organization_Name",
            4_146,
        ),
    ] {
        let mapping = format!("key = {key}\nname = '{organization}'\norganization = '{organization}'\n");
        let mapping = Mapping::read(&mapping).unwrap_or_else(|error| panic!("{error}"));
        let bytes = file(&folder, &format!("{FOLDER}/{name}.csv"));
        let feed = read_in(&FeedContext::UNKNOWN, Format::Csv(&mapping), &bytes).expect("a table");
        assert_eq!((feed.rows_read, feed.services.len() + feed.refused.len()), (expected, expected), "{name}");
        let is_tag = |name: &str| name.starts_with('#');
        assert!(!feed.organizations.iter().any(|parsed| is_tag(&parsed.document.name)), "{name}");
        assert!(kinds(&feed.refused).keys().all(|kind| *kind == "key repeated"), "{name}");
    }
}

#[test]
fn areas_of_activities_are_areas_of_ours() {
    let Some(folder) = data() else { return };
    let pcodes = parse_areas(&AreaFormat::Pcodes, &file(&folder, "pcodes/global-pcodes-adm1-2.csv"), &mut |_, _| {});
    let areas = Areas::new(pcodes.expect("a table").rows);
    let known = |rows: &[Row], column: &str| {
        let told = rows.iter().filter(|row| !row[column].is_empty());
        let (known, unknown): (Vec<&Row>, Vec<&Row>) = told.partition(|row| areas.find(&row[column]).is_some());
        (known.len(), unknown.len())
    };
    let somalia = rows(&folder, "somalia-3w-2025-01-04");
    // One row has a word for its region.
    assert_eq!((known(&somalia, "RegionPcode"), known(&somalia, "DistrictPcode")), ((4_145, 1), (4_146, 0)));
    let lebanon = rows(&folder, "lebanon-sectors-2024-hxl");
    assert_eq!(
        (known(&lebanon, "Admin1Code"), known(&lebanon, "Admin2Code")),
        ((13_564, 1), (11_047, 1)),
        "and the tags"
    );
    let presence = rows(&folder, "hapi-operational-presence-5000");
    assert_eq!((known(&presence, "admin1_code"), known(&presence, "admin2_code")), ((4_966, 0), (3_461, 0)));
    // Chad writes its codes with the two letters of the country, the register with three.
    let offices = rows(&folder, "chad-3w-offices-fr-2025-04");
    assert_eq!(known(&offices, "Title"), (0, 760));
    let as_registered = |row: &&Row| areas.find(&row["Title"].replacen("TD", "TCD", 1)).is_some();
    assert_eq!(offices.iter().filter(as_registered).count(), 760);
}

/// A spelling counts in its country, or in all where no country is told.
#[test]
fn spellings_lead_to_one_organisation_each() {
    let Some(folder) = data() else { return };
    let aliases = rows(&folder, "org-aliases");
    let organizations: BTreeSet<&str> = aliases.iter().map(|row| row["Canonical Name"].as_str()).collect();
    assert_eq!((aliases.len(), organizations.len()), (1_250, 755));
    let mut meant: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for row in aliases.iter().filter(|row| !row["Lookup"].is_empty()) {
        let organization = fold(&row["Canonical Name"]);
        meant.entry((&row["Country Code"], fold(&row["Lookup"]))).or_default().insert(organization);
    }
    // Two rows have no spelling. As our search folds them, no spelling means two organisations in one country.
    assert!(meant.values().all(|organizations| organizations.len() == 1), "{meant:?}");
    assert_eq!(meant.len(), 1_010);

    for (name, column, country, names, led) in [
        ("chad-3w-operational-fr-2025-04", "Organisation", "TCD", 208, 208),
        ("somalia-3w-2025-01-04", "Organization_Name", "SOM", 205, 205),
        ("chad-3w-offices-fr-2025-04", "Organisation", "TCD", 199, 62),
        ("lebanon-sectors-2024-hxl", "partner.name", "LBN", 81, 27),
    ] {
        let told = rows(&folder, name);
        let told: BTreeSet<String> =
            told.iter().map(|row| fold(&row[column])).filter(|name| !name.is_empty()).collect();
        let leads =
            |name: &&String| [country, ""].iter().any(|country| meant.contains_key(&(*country, (*name).clone())));
        assert_eq!((told.len(), told.iter().filter(leads).count()), (names, led), "{name}");
    }
}

#[test]
fn types_and_sectors_are_those_of_the_lists() {
    let Some(folder) = data() else { return };
    let types: BTreeSet<String> =
        rows(&folder, "org-type-codes").into_iter().map(|row| row["HR.info ID"].clone()).collect();
    let sectors: BTreeSet<String> =
        rows(&folder, "sector-codes").into_iter().map(|row| row["ACRONYM"].clone()).collect();
    assert_eq!((types.len(), sectors.len()), (14, 15));
    let count = |name: &str, column: &str, list: &BTreeSet<String>| {
        let rows = rows(&folder, name);
        (rows.iter().filter(|row| list.contains(&row[column])).count(), rows.len())
    };
    assert_eq!(count("org-aliases", "Type Code", &types), (1_238, 1_250));
    assert_eq!(count("hapi-organisations", "org_type_code", &types), (716, 722));
    // The others are for cash, which is none of the sectors, or tell none.
    assert_eq!(count("hapi-operational-presence-5000", "sector_code", &sectors), (4_904, 4_999));
}
