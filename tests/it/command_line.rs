//! The commands, through the binary, on both databases: what they print, what they change, and that a
//! refused one changes nothing.

use crate::kit::installation::{Installation, Ran, file, installed_on_both_databases, run_in, seed_feeds};
use relais::graphql::sdl;
use serde_json::{Value, json};

/// The columns of the report's table: services and organisations.
const ROWS: [&str; 5] = ["added", "updated", "unchanged", "gone", "refused"];

/// The numbers of the report's table, by row: of services, of organisations.
#[track_caller]
fn table(ran: &Ran) -> [[usize; 5]; 2] {
    let row = |name: &str| {
        let line = ran.stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let line = line.unwrap_or_else(|| panic!("no row {name} in {ran:#?}"));
        let numbers: Vec<usize> = line.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        <[usize; 2]>::try_from(numbers).unwrap_or_else(|numbers| panic!("{name} has {numbers:?}"))
    };
    let rows = ROWS.map(row);
    [0, 1].map(|column| rows.map(|row| row[column]))
}

/// Nothing of a progress bar: no escape sequence, no return to the start of the line.
#[track_caller]
fn assert_plain(ran: &Ran) {
    for stream in [&ran.stdout, &ran.stderr] {
        assert!(!stream.contains(['\u{1b}', '\r']), "{ran:#?}");
    }
}

/// A page of HSDS services with these numbers, all of one organisation.
fn page(numbers: impl IntoIterator<Item = usize>) -> String {
    let services = numbers.into_iter().map(|number| {
        json!({ "id": format!("00000000-0000-4000-8000-{number:012}"), "name": format!("Service {number}"),
            "status": "active", "assured_date": "2026-11-20",
            "organization": { "id": "00000000-0000-4000-8001-000000000000", "name": "House", "description": "Ours." } })
    });
    Value::from_iter(services).to_string()
}

installed_on_both_databases! {
    /// The two feeds of 2015 are real ones; their differences were counted by hand.
    async fn a_newer_feed_tells_what_it_adds_updates_and_ends(here: Installation) {
        let Some(folder) = crate::import_feeds::data() else { return };
        let feed = |date: &str| folder.join(format!("unhcr-jordan-services/feed-en-{date}.json")).display().to_string();
        let (older, newer) = (feed("2015-04-12"), feed("2015-07-22"));
        let import = |path: &str, more: &[&str]| {
            let ran = here.run(&[&["import", "services-advisor", path, "--source", "jordan"], more].concat());
            ran.succeeded();
            assert_plain(&ran);
            ran
        };

        here.run(&["migrate"]).succeeded();
        let empty = here.counts().await;
        let shown = import(&older, &["--dry-run"]);
        assert_eq!(table(&shown), [[562, 0, 0, 0, 0], [44, 0, 0, 0, 0]]);
        assert!(shown.stdout.ends_with("\ndry run: nothing was changed\n"), "{shown:#?}");
        assert_eq!(here.counts().await, empty);

        assert_eq!(table(&import(&older, &[])), [[562, 0, 0, 0, 0], [44, 0, 0, 0, 0]]);
        let held = here.counts().await;
        assert_eq!(held["directory_documents"], 562 + 44);

        let expected = [[29, 28, 517, 17, 0], [1, 0, 43, 1, 0]];
        assert_eq!(table(&import(&newer, &["--dry-run"])), expected);
        assert_eq!(here.counts().await, held);
        assert_eq!(table(&import(&newer, &[])), expected);
        let held = here.counts().await;
        assert_eq!(table(&import(&newer, &[])), [[0, 0, 574, 0, 0], [0, 0, 44, 0, 0]]);
        assert_eq!(here.counts().await, held, "what changes nothing writes nothing");
    }

    async fn many_services_gone_need_somebodys_word(here: Installation) {
        let all = here.write("all.json", page(0..10));
        let most = here.write("most.json", page(0..7));
        let import = |path: &str, more: &[&str]| {
            here.run(&[&["import", "hsds", path, "--source", "ours", "--complete"], more].concat())
        };
        import(&all, &[]).succeeded();
        let held = here.counts().await;

        let refused = import(&most, &[]);
        refused.refused(1, &["3 of 10 services would be gone", "--accept-gone", "nothing was changed"]);
        assert_eq!(table(&refused)[0], [0, 0, 7, 3, 0], "the plan is shown, to be looked at");
        assert_eq!(here.counts().await, held);
        assert_eq!(table(&import(&all, &["--dry-run"]))[0], [0, 0, 10, 0, 0]);

        let accepted = import(&most, &["--accept-gone"]);
        accepted.succeeded();
        assert_eq!(table(&accepted)[0], [0, 0, 7, 3, 0]);
        assert_eq!(table(&import(&all, &[]))[0], [3, 0, 7, 0, 0], "what was gone can come back");
    }

    async fn a_feed_that_cannot_be_read_changes_nothing_and_says_why(here: Installation) {
        let good = here.write("good.json", page(0..3));
        here.import("ours", &good);
        let held = here.counts().await;
        let cut = here.write("cut.json", &page(0..40)[..4_000]);
        let latin = here.write("latin.json", b"[{\"name\": \"Caf\xe9\"}]");
        let empty = here.write("empty.json", "");
        let commands = file("seeds/commands.json");
        let folder = file("seeds");
        for (format, path, source, code, told) in [
            ("hsds", cut.as_str(), "ours", 1, &["nothing was imported", "not JSON", "line 1"][..]),
            ("hsds", &latin, "ours", 1, &["nothing was imported", "not UTF-8"]),
            ("hsds", &empty, "ours", 1, &["nothing was imported", "no row"]),
            ("hsds", &commands, "ours", 1, &["nothing was imported", "expected HSDS services"]),
            ("services-advisor", &good, "ours", 1, &["nothing was imported", "expected", "GeoJSON", "choose the format"]),
            ("hsds", &folder, "ours", 1, &["cannot read the feed", "directory"]),
            ("hsds", "no-such-file.json", "ours", 1, &["cannot read the feed", "No such file"]),
            ("hsds", &good, "Our Feed", 2, &["--source", "a–z, 0–9"]),
            ("hsds", &good, "", 2, &["--source"]),
        ] {
            let ran = here.run(&["import", format, path, "--source", source]);
            ran.refused(code, told);
            assert_eq!(ran.stdout, "", "nothing looks like a report");
            assert_plain(&ran);
            assert_eq!(here.counts().await, held, "{path}");
        }
    }

    async fn rows_that_cannot_be_read_are_named_and_the_others_imported(here: Installation) {
        let mut rows: Vec<Value> = serde_json::from_str(&page(0..3)).expect("a list");
        rows[1]["status"] = "sometimes".into();
        let feed = here.write("feed.json", Value::from(rows).to_string());
        let ran = here.run(&["import", "hsds", &feed, "--source", "ours"]);
        assert_eq!(table(&ran)[0], [2, 0, 0, 0, 1]);
        assert!(ran.stdout.contains("row 2, key 00000000-0000-4000-8000-000000000001: "), "{ran:#?}");
    }

    async fn migrating_twice_changes_nothing(here: Installation) {
        assert_eq!(here.run(&["migrate"]).succeeded(), "the schema is up to date\n");
        let counts = here.counts().await;
        assert!(counts["_sqlx_migrations"] > 0);
        assert_eq!(here.run(&["migrate"]).succeeded(), "the schema is up to date\n");
        assert_eq!(here.counts().await, counts);
    }

    async fn tokens_are_printed_once(here: Installation) {
        for feed in seed_feeds() {
            here.import("corridor", &feed.to_string_lossy());
        }
        let commands = file("seeds/commands.json");
        let accounts: Value = serde_json::from_str(&std::fs::read_to_string(&commands).unwrap()).unwrap();
        let accounts = accounts["accounts"].as_array().expect("accounts").len();

        let tokens = here.apply(&[&commands]);
        assert_eq!(tokens.len(), accounts);
        let held = here.counts().await;
        assert_eq!(held["tokens"], i64::try_from(accounts).unwrap());

        let again = here.run(&["apply", &commands]);
        assert!(!again.succeeded().contains("rls_"), "{again:#?}");
        assert_eq!(here.counts().await["tokens"], held["tokens"]);

        let renewed = here.apply(&["--renew-tokens", &commands]);
        assert_eq!(renewed.len(), accounts);
        assert!(renewed.iter().all(|(handle, token)| tokens[handle] != *token), "each is a new one");
    }

    async fn a_command_file_with_a_stranger_in_it_changes_nothing(here: Installation) {
        here.import("corridor", &file("seeds/paris-region.json"));
        let held = here.counts().await;
        let good: Value = serde_json::from_str(include_str!("kit/world.json")).expect("a command file");
        let stranger = Value::from("00000000-0000-4000-8000-00000000dead");
        let with = |pointer: &str, value: &Value| {
            let mut file = good.clone();
            *file.pointer_mut(pointer).expect("the file has it") = value.clone();
            file.to_string()
        };
        for (text, told) in [
            (with("/vettings/3/organization", &stranger), "vettings[3]: there is no organization with the key `00000000"),
            (with("/projects/1/organization", &stranger), "projects[1]: there is no organization"),
            (with("/accounts/6/organization", &stranger), "accounts[6]: there is no organization"),
            (with("/accounts/6/project", &"nowhere".into()), "accounts[6]: there is no project with the key `nowhere`"),
            (with("/accounts/6/project", &Value::Null), "accounts[6]: a coordinator works in a project"),
            (with("/accounts/6/role", &"king".into()), "accounts[6].role"),
            (with("/accounts", &json!([{ "handel": "x" }])), "handel"),
            ("{".to_owned(), "the command file cannot be read"),
        ] {
            let path = here.write("commands.json", text);
            let ran = here.run(&["apply", &path]);
            ran.refused(1, &[told]);
            assert_eq!(ran.stdout, "", "no token of what was undone is shown");
            assert_eq!(here.counts().await, held, "{told}");
        }
    }
}

#[test]
fn the_printed_schema_is_the_served_one_and_needs_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = run_in(folder.path(), &["schema"], &[("RELAIS_DATABASE_URL", "no database at all".to_owned())]);
    // Not by assert_eq, whose message would be two schemas long.
    assert!(ran.succeeded() == sdl(), "`relais schema` prints another schema than the library's");
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_configuration_that_cannot_be_meant_is_refused_with_its_place() {
    let here = Installation::on_sqlite();
    let variable = |name: &'static str, value: &str, told: &[&str]| {
        let url = ("RELAIS_DATABASE_URL", here.url());
        run_in(std::env::temp_dir().as_path(), &["migrate"], &[url, (name, value.to_owned())]).refused(1, told);
    };
    variable("RELAIS_DATABASE", "x", &["RELAIS_DATABASE: unknown field `database`"]);
    variable("RELAIS_SERVER__LISTNE", "127.0.0.1:1", &["RELAIS_SERVER__LISTNE: unknown field `listne`"]);
    variable("RELAIS_LOG__JSON", "perhaps", &["RELAIS_LOG__JSON"]);
    variable("RELAIS_SERVER__LISTEN", "0.0.0.0:8080", &["0.0.0.0:8080", "loopback only"]);
    variable("RELAIS_SERVER__LISTEN", "[::]:8080", &["[::]:8080", "loopback only"]);
    variable("RELAIS_SERVER__REFRESH_SECONDS", "0", &["server.refresh_seconds"]);
    here.run(&["serve", "--listen", "192.0.2.1:80"]).refused(1, &["192.0.2.1:80", "loopback only"]);
    here.run(&["serve", "--listen", "somewhere"]).refused(2, &["--listen", "somewhere"]);

    let unknown = here.write("unknown.toml", "[server]\nlistne = \"127.0.0.1:1\"\n");
    let broken = here.write("broken.toml", "[server\n");
    here.run(&["migrate", "--config", &unknown]).refused(1, &["unknown.toml", "unknown field `listne`"]);
    here.run(&["migrate", "--config", &broken]).refused(1, &["broken.toml", "line 1"]);
    here.run(&["migrate", "--config", "nowhere.toml"]).refused(1, &["nowhere.toml"]);
    assert!(!std::path::Path::new(here.url().trim_start_matches("sqlite:")).exists(), "nothing was opened");
}

#[test]
fn flags_stand_over_variables_over_the_file_over_defaults() {
    let here = Installation::on_sqlite();
    let folder = tempfile::tempdir().expect("a folder");
    let of_file = folder.path().join("file.db");
    let text = format!("database_url = \"sqlite:{}\"\n[server]\nlisten = \"0.0.0.0:1\"\n", of_file.display());
    let path = here.write("relais.toml", text);

    // The file's address is refused, so it was read.
    run_in(folder.path(), &["migrate", "--config", &path], &[]).refused(1, &["0.0.0.0:1"]);
    // A variable stands over the address, the database stays the file's.
    let listen = ("RELAIS_SERVER__LISTEN", "127.0.0.1:1".to_owned());
    run_in(folder.path(), &["migrate", "--config", &path], std::slice::from_ref(&listen)).succeeded();
    assert!(of_file.is_file());
    // A flag stands over the variable.
    run_in(folder.path(), &["serve", "--listen", "192.0.2.1:1", "--config", &path], &[listen])
        .refused(1, &["192.0.2.1:1"]);
    // Without any of them there is the default, a folder `data` here.
    run_in(folder.path(), &["migrate"], &[]).succeeded();
    assert!(folder.path().join("data/relais.db").is_file());
}

#[test]
fn a_database_that_cannot_be_used_is_told_without_its_password() {
    let folder = tempfile::tempdir().expect("a folder");
    for url in [
        "postgres://relais:pass-word@127.0.0.1:1/relais",
        "mysql://relais:pass-word@localhost/x",
        "sqlite:/no/dir/pass-word",
    ] {
        let ran = run_in(folder.path(), &["migrate"], &[("RELAIS_DATABASE_URL", url.to_owned())]);
        ran.refused(1, &["the database cannot be used"]);
        assert!(!format!("{ran:?}").contains("pass-word"), "{ran:#?}");
        assert_plain(&ran);
    }
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut told = String::new();
    for command in [
        "",
        "serve",
        "demo",
        "migrate",
        "import",
        "import services-advisor",
        "import hsds",
        "import data-inclusion",
        "import csv",
        "apply",
        "keys",
        "keys init",
        "keys rotate",
        "backup",
        "restore",
        "schema",
    ] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let ran = run_in(folder.path(), &arguments, &[]);
        told += &format!("$ relais {}\n{}\n", arguments.join(" "), ran.succeeded());
    }
    insta::assert_snapshot!("help", told);
    run_in(folder.path(), &[], &[]).refused(2, &["Usage: relais"]);
    run_in(folder.path(), &["improt"], &[]).refused(2, &["improt", "import"]);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "asking for help leaves nothing behind");
}
