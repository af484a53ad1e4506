//! Imports from an address, through the binary, on both databases: what is new comes in, what is the same is left
//! alone, and nothing leads to a host that nobody named.

use crate::kit::feed_host::{FeedHost, answer, document};
use crate::kit::installation::{Installation, Ran, installed_on_both_databases, run_in};
use serde_json::{Value, json};

/// A page of HSDS services with these names, all of one organisation.
fn page(names: &[&str]) -> String {
    let services = names.iter().enumerate().map(|(number, name)| {
        json!({ "id": format!("00000000-0000-4000-8000-{number:012}"), "name": name, "status": "active",
            "assured_date": "2026-11-20",
            "organization": { "id": "00000000-0000-4000-8001-000000000000", "name": "House", "description": "Ours." } })
    });
    Value::from_iter(services).to_string()
}

/// The column of the services in the report's table: added, updated, unchanged.
#[track_caller]
fn services(ran: &Ran) -> [usize; 3] {
    let number = |name: &str| {
        let line = ran.succeeded().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let line = line.unwrap_or_else(|| panic!("no row {name} in {ran:#?}"));
        line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
    };
    ["added", "updated", "unchanged"].map(number)
}

/// Runs a command where these hosts are named.
fn run(here: &Installation, named: &[&FeedHost], arguments: &[&str]) -> Ran {
    let mut environment = here.environment();
    let named = named.iter().map(|host| host.name()).collect::<Vec<_>>().join(", ");
    environment.push(("RELAIS_IMPORT__PRIVATE_HOSTS", named));
    run_in(here.folder(), arguments, &environment)
}

#[track_caller]
fn is_unchanged(ran: &Ran) {
    let told = ran.succeeded();
    assert!(told.starts_with("ours: unchanged since 2") && told.contains("--again"), "{ran:#?}");
    assert_eq!(told.lines().count(), 1, "no table beside it: {ran:#?}");
}

const SECRET_PATH: &str = "/swordfish/feed.json?key=swordfish";

installed_on_both_databases! {
    async fn what_is_new_comes_in_and_what_is_the_same_is_left_alone(here: Installation) {
        let host = FeedHost::new(document("one", page(&["Desk", "Shower"])));
        let url = host.url(SECRET_PATH);
        let import = |more: &[&str]| run(&here, &[&host], &[&["import", "hsds", &url, "--source", "ours"], more].concat());
        let asked_with_tag = |tag: &str| {
            let heads = host.heads();
            assert_eq!(heads.len(), 1, "{heads:?}");
            heads[0].contains(&format!("if-none-match: \"{tag}\""))
        };
        here.run(&["migrate"]).succeeded();
        let empty = here.counts().await;
        let shown = import(&["--dry-run"]);
        assert_eq!(services(&shown), [2, 0, 0]);
        assert!(shown.stdout.ends_with("\ndry run: nothing was changed\n"), "{shown:#?}");
        assert_eq!(here.counts().await, empty, "a dry run remembers nothing");
        assert!(!asked_with_tag("one"));

        assert_eq!(services(&import(&[])), [2, 0, 0]);
        assert!(!asked_with_tag("one"), "and has left nothing to ask by");
        let held = here.counts().await;
        assert_eq!((held["imported_copies"], held["import_leases"]), (1, 0));
        let copies = here.texts("SELECT source || options_digest || body_digest || coalesce(entity_tag, '') FROM imported_copies").await;
        assert!(!copies[0].contains("swordfish") && !copies[0].contains("127.0.0.1"), "{copies:?}");

        is_unchanged(&import(&[]));
        assert!(asked_with_tag("one"));
        assert_eq!(here.counts().await, held);
        assert_eq!(services(&import(&["--dry-run"])), [0, 0, 2], "a dry run shows the plan all the same");
        assert!(!asked_with_tag("one"));
        assert_eq!(services(&import(&["--again"])), [0, 0, 2]);
        assert!(!asked_with_tag("one"));

        host.answers(document("two", page(&["Desk", "Bath", "Meal"])));
        assert_eq!(services(&import(&[])), [1, 1, 1]);
        assert!(asked_with_tag("one"));
        is_unchanged(&import(&[]));
        assert!(asked_with_tag("two"));
    }

    async fn without_a_tag_the_same_bytes_are_the_same(here: Installation) {
        let body = page(&["Desk"]);
        let host = FeedHost::new(move |_| answer("200 OK", "", &body));
        let url = host.url("/feed");
        let import = |more: &[&str]| run(&here, &[&host], &[&["import", "hsds", &url, "--source", "ours"], more].concat());
        assert_eq!(services(&import(&[])), [1, 0, 0]);
        is_unchanged(&import(&[]));
        assert_eq!(services(&import(&["--country", "FR"])), [0, 1, 0], "other options tell other things");
        is_unchanged(&import(&["--country", "FR"]));
        assert_eq!(services(&import(&["--country", "FR", "--complete"])), [0, 0, 1]);
        let elsewhere = host.url("/elsewhere");
        let moved = run(&here, &[&host], &["import", "hsds", &elsewhere, "--source", "ours", "--country", "FR"]);
        assert_eq!(services(&moved), [0, 0, 1], "another address may give another file");
        let other = run(&here, &[&host], &["import", "hsds", &elsewhere, "--source", "theirs"]);
        assert_eq!(services(&other), [1, 0, 0], "what one source has told is nothing to another");
    }

    /// Else the host would call unchanged what is no longer here.
    async fn a_file_between_two_fetches_is_not_forgotten(here: Installation) {
        let host = FeedHost::new(document("one", page(&["Desk"])));
        let url = host.url("/feed");
        let fetch = || run(&here, &[&host], &["import", "hsds", &url, "--source", "ours"]);
        assert_eq!(services(&fetch()), [1, 0, 0]);
        is_unchanged(&fetch());
        let file = here.write("feed.json", page(&["Bath"]));
        here.run(&["import", "hsds", &file, "--source", "ours", "--dry-run"]).succeeded();
        is_unchanged(&fetch());
        assert_eq!(services(&here.run(&["import", "hsds", &file, "--source", "ours"])), [0, 1, 0]);
        assert_eq!(services(&fetch()), [0, 1, 0]);
        is_unchanged(&fetch());
    }

    async fn what_was_not_applied_is_not_remembered(here: Installation) {
        let host = FeedHost::new(document("one", page(&["A", "B", "C", "D"])));
        let url = host.url("/feed");
        let import = |more: &[&str]| run(&here, &[&host], &[&["import", "hsds", &url, "--source", "ours", "--complete"], more].concat());
        import(&[]).succeeded();
        host.answers(document("two", page(&["A", "B"])));
        for _ in 0..2 {
            import(&[]).refused(1, &["2 of 4 services would be gone", "--accept-gone", "nothing was changed"]);
        }
        host.answers(document("three", "no JSON"));
        import(&[]).refused(1, &["nothing was imported", "not JSON"]);
        assert_eq!(here.counts().await["import_leases"], 0, "an import that fails gives its turn back");
        host.answers(document("two", page(&["A", "B"])));
        import(&["--accept-gone"]).succeeded();
        is_unchanged(&import(&[]));
    }

    async fn every_format_takes_an_address(here: Installation) {
        let mapping = here.write(
            "mapping.toml",
            "key = 'id'\nname = 'name'\norganization = 'house.name'\nneeds = { constant = 'legal.asylum' }\n\
             [[related]]\nname = 'house'\nfile = 'houses.csv'\nkey = 'id'\non = 'house'\n",
        );
        here.write("houses.csv", "id,name\nh1,Maison\n");
        let table = "id,name,house\n1,Desk,h1\n";
        let codes = "P-Code,Name,Admin Level\nLY02,West,1\n";
        let towns = "geonameid,name,latitude,longitude,countrycode\n1,Zuwarah,32.9,12.1,LY\n";
        let days = "country,date,name,closed\nLY,2027-03-10,Eid al-Fitr,true\n";
        let flat = r#"[{"id": "2", "name": "Desk", "house": "h1"}]"#;
        let point = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "node/1",
            "properties": {"amenity": "social_facility", "name": "Desk", "id": "3", "house": "h1"},
            "geometry": {"type": "Point", "coordinates": [2.4, 48.9]}}]}"#;
        for (format, body, more) in [
            ("csv", table, &["--mapping", &mapping][..]),
            ("json", flat, &["--mapping", &mapping]),
            ("geojson", point, &["--mapping", &mapping]),
            ("openstreetmap", point, &[]),
            ("areas", codes, &["--preset", "pcodes"]),
            ("gazetteer", towns, &[]),
            ("holidays", days, &[]),
        ] {
            let host = FeedHost::new(document("one", body));
            let url = host.url("/file");
            let import = |more: &[&str]| run(&here, &[&host], &[&["import", format, &url, "--source", "ours"], more].concat());
            let first = import(more);
            assert!(first.succeeded().contains("added"), "{format}: {first:#?}");
            let again = import(more);
            // What was imported before this format has another table, or another address.
            is_unchanged(&again);
            assert!(import(&[more, &["--again"]].concat()).succeeded().contains("unchanged"), "{format}");
        }
        let kinds = here.texts("SELECT kind FROM imported_copies ORDER BY kind").await;
        assert_eq!(kinds, ["areas", "holidays", "places", "services"]);
    }

    async fn what_may_not_be_fetched_changes_nothing_and_tells_no_secret(here: Installation) {
        here.run(&["migrate"]).succeeded();
        let held = here.counts().await;
        let (host, hidden) = (FeedHost::new(|_| Vec::new()), FeedHost::new(document("one", page(&["Desk"]))));
        let fetch = |named: &[&FeedHost], url: &str, told: &[&str]| {
            let ran = run(&here, named, &["import", "hsds", url, "--source", "ours"]);
            ran.refused(1, &[&["nothing was imported"], told].concat());
            assert_eq!(ran.stdout, "", "nothing looks like a report");
            assert!(!ran.stderr.contains("swordfish"), "{ran:#?}");
        };
        let encrypted = |url: String| url.replace("http://", "https://");
        fetch(&[], &hidden.url(SECRET_PATH), &["127.0.0.1: the address is not https", "import.private_hosts"]);
        fetch(&[&host], &hidden.url(SECRET_PATH), &["another port than 443", "import.private_hosts"]);
        fetch(&[], &encrypted(hidden.url(SECRET_PATH)), &["another port than 443"]);
        fetch(&[], "https://127.1/swordfish", &["127.0.0.1: the host is not public", "name this one in import.private_hosts"]);
        fetch(&[], "https://localhost/swordfish", &["localhost: the host is not public"]);
        fetch(&[], "https://[::ffff:169.254.169.254]/swordfish", &["the host is not public"]);
        fetch(&[], "https://user:swordfish@example.org/", &["example.org: ", "take the name and the password out"]);
        fetch(&[], "ftp://example.org/swordfish", &["give its https address"]);
        assert_eq!(hidden.heads(), [""; 0]);

        let url = host.url(SECRET_PATH);
        let inside = hidden.url("/swordfish");
        host.answers(move |_| answer("302 Found", &format!("location: {inside}\r\n"), ""));
        fetch(&[&host], &url, &["another port than 443"]);
        host.answers(|_| answer("302 Found", "location: http://93.184.215.14/swordfish\r\n", ""));
        fetch(&[&host], &url, &["93.184.215.14: the address is not https"]);
        host.answers(|_| answer("302 Found", "location: https://10.0.0.1/swordfish\r\n", ""));
        fetch(&[&host], &url, &["10.0.0.1: the host is not public"]);
        host.answers(|_| answer("302 Found", &format!("location: {SECRET_PATH}\r\n"), ""));
        fetch(&[&host], &url, &["more than 3 times", "give the address at which the file is"]);
        for (status, advice) in [("404 Not Found", "has moved it"), ("403 No", "ask its publisher"), ("503 Later", "try again later")] {
            host.answers(move |_| answer(status, "", "swordfish"));
            fetch(&[&host], &url, &[&format!("status {}", &status[..3]), advice]);
        }
        host.answers(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nx".to_vec());
        fetch(&[&host], &url, &["too large", "256 MiB"]);
        host.answers(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nx".to_vec());
        fetch(&[&host], &url, &["broke off", "try again later"]);
        assert_eq!(hidden.heads(), [""; 0], "nobody came to the host that was not named");
        assert_eq!(here.counts().await, held);
        run(&here, &[], &["import", "hsds", "https://feeds.example:swordfish/", "--source", "ours"]).refused(1, &["no URL"]);
    }
}
