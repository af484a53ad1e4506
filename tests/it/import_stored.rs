//! Real and made directories through the binary into the store, on both databases: a second import changes
//! nothing, a mistake in a mapping or a missing file changes nothing either.

use crate::import_feeds::data;
use crate::kit::installation::{Ran, file, installed_on_both_databases};
use std::collections::BTreeSet;

/// The numbers of one row of the report's table: services and organisations.
#[track_caller]
pub fn row(ran: &Ran, name: &str) -> [usize; 2] {
    let line = ran.stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let line = line.unwrap_or_else(|| panic!("no row {name} in {ran:#?}"));
    let numbers: Vec<usize> = line.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    numbers.try_into().unwrap_or_else(|numbers| panic!("{name} has {numbers:?}"))
}

const MAPPING: &str =
    "key = 'id'\nname = 'name'\norganization = 'house'\nphones = 'phone'\nneeds = { constant = 'legal.asylum' }\n";

installed_on_both_databases! {
    async fn a_table_and_its_related_files_are_stored_once(here: Installation) {
        let Some(folder) = data() else { return };
        let feed = folder.join("us-legal-aid/ilao-services.csv").display().to_string();
        let mapping = file("seeds/mappings/us-legal-aid.toml");
        let import = |more: &[&str]| {
            here.run(&[&["import", "csv", &feed, "--source", "legal-aid", "--country", "US", "--mapping", &mapping], more].concat())
        };
        here.run(&["migrate"]).succeeded();
        let shown = import(&["--dry-run"]);
        shown.succeeded();
        assert_eq!((row(&shown, "added")[0], row(&shown, "refused")), (429, [1, 0]));
        let first = import(&[]);
        first.succeeded();
        assert_eq!(row(&first, "added"), row(&shown, "added"));
        let again = import(&["--complete"]);
        assert_eq!((row(&again, "added"), row(&again, "updated"), row(&again, "gone")), ([0, 0], [0, 0], [0, 0]));
        assert_eq!(row(&again, "unchanged"), row(&first, "added"));
    }

    async fn services_of_data_inclusion_are_stored_under_their_publisher(here: Installation) {
        let Some(folder) = data() else { return };
        let feed = folder.join("mednum-france/data-inclusion-services-2022-12.json").display().to_string();
        let import = || here.run(&["import", "data-inclusion", &feed, "--source", "di-2022", "--country", "FR"]);
        here.run(&["migrate"]).succeeded();
        let first = import();
        first.succeeded();
        assert_eq!((row(&first, "added"), row(&first, "refused")), ([4_260, 3], [1, 0]));
        assert!(first.stdout.contains("organisation not known: 4260"), "{}", first.stdout);
        assert_eq!(row(&import(), "unchanged"), [4_260, 3]);
    }

    async fn two_languages_of_one_directory_are_stored_as_one(here: Installation) {
        let Some(folder) = data() else { return };
        let feed = |language: &str| folder.join(format!("unhcr-jordan-services/feed-{language}-2015-07-22.json")).display().to_string();
        let (english, arabic) = (feed("en"), feed("ar"));
        let import = |more: &[&str]| here.run(&[&["import", "services-advisor", &english, "--source", "jordan"], more].concat());
        here.run(&["migrate"]).succeeded();
        let first = import(&["--pair-with", &arabic, "--language", "ar"]);
        assert_eq!(row(&first, "added"), [574, 44]);
        assert!(first.stdout.contains("criteria disagree between the languages: 208"), "{}", first.stdout);
        assert_eq!(row(&import(&["--pair-with", &arabic, "--language", "ar"]), "unchanged"), [574, 44]);
        import(&["--pair-with", &arabic]).refused(2, &["--language"]);
        let flagged = |more: &[&str]| {
            let ran = import(&[&["--pair-with", &arabic, "--language", "ar", "--dry-run"], more].concat());
            let rows = ran.succeeded().lines().filter(|line| line.contains("the criteria of the two languages disagree"));
            let rows: BTreeSet<String> = rows.filter(|row| row.trim_start().starts_with("row ")).map(str::to_owned).collect();
            (rows.len(), ran.stdout.contains("and 205 more (--every-row)"), ran.stdout.contains(" more (--every-row)"))
        };
        assert_eq!(flagged(&[]), (3, true, true));
        assert_eq!(flagged(&["--every-row"]), (208, false, false), "each row once, and none counted only");
    }

    async fn a_feed_that_cannot_be_read_changes_nothing(here: Installation) {
        here.run(&["migrate"]).succeeded();
        let empty = here.counts().await;
        let good = here.write("good.csv", "id,name,house,phone\n1,Desk,Maison,115\n");
        let short = here.write("short.csv", "id,name\n1,Desk\n");
        let open_quote = here.write("open.csv", "id,name,house,phone\n1,\"Desk,Maison,115\n");
        let mapping = here.write("mapping.toml", MAPPING);
        let wrong = here.write("wrong.toml", format!("{MAPPING}phnes = 'x'\n"));
        let related = here.write("related.toml", format!("{MAPPING}[[related]]\nname = 'a'\nfile = 'none.csv'\nkey = 'id'\non = 'id'\n"));
        for (feed, mapping, code, told) in [
            (&good, &wrong, 1, &["line 6", "phnes", "phones"][..]),
            (&short, &mapping, 1, &["house", "the feed has not", "nearest"]),
            (&open_quote, &mapping, 1, &["line 2", "not closed"]),
            (&good, &related, 1, &["cannot read a related file"]),
            (&good, &good, 1, &["the mapping, line 1"]),
        ] {
            let ran = here.run(&["import", "csv", feed, "--source", "ours", "--mapping", mapping]);
            ran.refused(code, told);
            assert_eq!(here.counts().await, empty);
        }
        let ran = here.run(&["import", "csv", &good, "--source", "ours", "--mapping", &mapping, "--country", "Libya"]);
        ran.refused(2, &["ISO 3166-1"]);
        let ran = here.run(&["import", "csv", &good, "--source", "ours", "--mapping", &mapping, "--country", "FR"]);
        assert_eq!(row(&ran, "added"), [1, 1]);
    }
}
