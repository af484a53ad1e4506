//! Files that no other test imports, through the binary into a store: what the reports count, and that a second import changes
//! nothing.

use super::italy::PRISONS;
use crate::geography::counts;
use crate::import_feeds::data;
use crate::import_stored::row;
use crate::kit::installation::Installation;

#[test]
fn prisons_are_stored_once_and_say_so() {
    let Some(folder) = data() else { return };
    let here = Installation::on_sqlite();
    here.run(&["migrate"]).succeeded();
    let mapping = here.write("prisons.toml", PRISONS);
    let feed = folder.join("italy-liberiamoli/prisons.csv").display().to_string();
    let import = || {
        here.run(&[
            "import",
            "csv",
            &feed,
            "--source",
            "prisons",
            "--country",
            "IT",
            "--mapping",
            &mapping,
            "--complete",
        ])
    };
    let first = import();
    first.succeeded();
    assert_eq!((row(&first, "added"), row(&first, "refused")), ([190, 190], [0, 0]));
    let again = import();
    again.succeeded();
    assert_eq!((row(&again, "added"), row(&again, "updated"), row(&again, "gone")), ([0, 0], [0, 0], [0, 0]));
    assert_eq!(row(&again, "unchanged"), [190, 190]);
}

/// Added, updated, unchanged, gone and refused.
#[test]
fn whole_outlines_of_departments_and_countries_are_stored_once() {
    let Some(folder) = data() else { return };
    let here = Installation::on_sqlite();
    here.run(&["migrate"]).succeeded();
    for (path, preset, added, refused) in [
        ("france-geo/departements.geojson", "french-departments", 96, 0),
        ("france-geo/regions-version-simplifiee.geojson", "french-regions", 13, 0),
        ("france-geo/communes-13.geojson", "french-communes", 119, 0),
        ("boundaries/world-countries-ne10m.geojson", "natural-earth-countries", 239, 1),
    ] {
        let file = folder.join(path).display().to_string();
        let import =
            || counts(here.run(&["import", "areas", &file, "--preset", preset, "--source", preset]).succeeded());
        assert_eq!(import(), [added, 0, 0, 0, refused], "{path}");
        assert_eq!(import(), [0, 0, added, 0, refused], "{path}");
    }
}
