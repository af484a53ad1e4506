//! Starting with the right key, and refusing to start with any other: then nothing is written.

use crate::kit::installation::{Installation, installed_on_both_databases, run_in};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Everything in a folder but logs that come and go with a connection, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_kept = |path: &PathBuf| !["-wal", "-shm"].iter().any(|ending| path.to_string_lossy().ends_with(ending));
    let read = |path: PathBuf| (path.to_string_lossy().into_owned(), std::fs::read(&path).expect("a file"));
    entries.filter(is_kept).map(read).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

/// Runs `migrate` with these variables over the installation's own.
fn started(here: &Installation, over: &[(&'static str, String)]) -> crate::kit::installation::Ran {
    let mut environment = here.environment();
    environment.retain(|(name, _)| over.iter().all(|(other, _)| name != other));
    environment.extend(over.iter().cloned());
    run_in(here.folder(), &["migrate"], &environment)
}

/// A fresh key file in the installation's folder.
fn other_key(here: &Installation, name: &str) -> String {
    let path = here.folder().join(name).to_string_lossy().into_owned();
    here.run(&["keys", "init", &path]).succeeded();
    path
}

installed_on_both_databases! {
    async fn the_wrong_key_file_stops_the_start_and_nothing_is_written(here: Installation) {
        here.settle();
        let other = other_key(&here, "other.kek");
        let (held, before) = (here.counts().await, files(here.folder()));
        let wrong = started(&here, &[("RELAIS_KEK_FILE", other)]);
        wrong.refused(1, &["other.kek", "is not the one of this key store"]);
        assert_eq!(here.counts().await, held);
        let after = files(here.folder());
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        let changed: Vec<_> = before.iter().filter(|(name, bytes)| after.get(*name) != Some(bytes)).map(|it| it.0).collect();
        assert_eq!(changed, Vec::<&String>::new());
        started(&here, &[]).succeeded();
    }

    async fn a_missing_key_file_stops_the_start_of_what_was_used_before(here: Installation) {
        here.settle();
        let nowhere = here.folder().join("nowhere.kek");
        let ran = started(&here, &[("RELAIS_KEK_FILE", nowhere.to_string_lossy().into_owned())]);
        ran.refused(1, &["nowhere.kek", "No such file"]);
        assert!(!nowhere.exists(), "a file that somebody named is never made");
    }

    async fn a_key_file_that_others_can_read_is_refused(here: Installation) {
        let path = other_key(&here, "mine.kek");
        assert_eq!(mode(Path::new(&path)), 0o400);
        for open in [0o440, 0o404, 0o644] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(open)).expect("a mode");
            started(&here, &[("RELAIS_KEK_FILE", path.clone())]).refused(1, &["mine.kek", "can be read by others"]);
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).expect("a mode");
        started(&here, &[("RELAIS_KEK_FILE", path)]).succeeded();
    }

    async fn a_key_file_that_is_none_is_refused_without_repeating_it(here: Installation) {
        for (name, text, told) in [("empty.kek", "", "holds no key"), ("other.kek", "hunter2\n", "line 1 is not a key")] {
            let path = here.write(name, text);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).expect("a mode");
            let ran = started(&here, &[("RELAIS_KEK_FILE", path)]);
            ran.refused(1, &[name, told]);
            assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
        }
    }
}

#[test]
fn an_embedded_database_makes_its_own_key_file_once_and_says_that_it_should_be_moved() {
    let here = Installation::on_sqlite();
    let first = here.run(&["migrate"]);
    first.succeeded();
    assert!(first.stderr.contains("relais.kek") && first.stderr.contains("RELAIS_KEK_FILE"), "{first:#?}");
    let kek = here.folder().join("relais.kek");
    assert_eq!(mode(&kek), 0o400);
    for file in ["relais.db", "relais-keys.db"] {
        assert_eq!(mode(&here.folder().join(file)), 0o600, "{file}");
    }
    let made = std::fs::read(&kek).expect("a key file");
    let second = here.run(&["migrate"]);
    second.succeeded();
    assert_eq!(second.stderr, "");
    assert_eq!(std::fs::read(&kek).expect("a key file"), made);

    // Gone, it is not made anew: what is sealed would be lost behind a key that opens nothing.
    std::fs::remove_file(&kek).expect("a file to lose");
    here.run(&["migrate"]).refused(1, &["relais.kek"]);
    assert!(!kek.exists());
}

#[test]
fn keys_of_another_database_and_missing_keys_are_refused() {
    let (here, there) = (Installation::on_sqlite(), Installation::on_sqlite());
    for installation in [&here, &there] {
        installation.run(&["migrate"]).succeeded();
    }
    let of = |installation: &Installation, name: &str| installation.folder().join(name).to_string_lossy().into_owned();
    let strange = [
        ("RELAIS_KEYS__DATABASE_URL", format!("sqlite:{}", of(&there, "relais-keys.db"))),
        ("RELAIS_KEK_FILE", of(&there, "relais.kek")),
    ];
    started(&here, &strange).refused(1, &["keys of another database"]);
    let missing = [("RELAIS_KEYS__DATABASE_URL", format!("sqlite:{}", of(&here, "nowhere.db")))];
    started(&here, &missing).refused(1, &["key store of this database is missing"]);
    assert!(!Path::new(&of(&here, "nowhere.db")).exists(), "no other one was made");
    let same = [("RELAIS_KEYS__DATABASE_URL", here.url())];
    started(&here, &same).refused(1, &["cannot be in the database that it protects"]);
}

#[test]
fn keys_stand_where_the_configuration_says() {
    let here = Installation::on_sqlite();
    let of = |name: &str| here.folder().join(name).to_string_lossy().into_owned();
    let key = other_key(&here, "named.kek");
    let named = [
        ("RELAIS_KEYS__DATABASE_URL", format!("sqlite:{}", of("elsewhere.db"))),
        ("RELAIS_KEYS__LEDGER_FILE", of("erased.txt")),
        ("RELAIS_KEK_FILE", key),
    ];
    started(&here, &named).succeeded();
    assert!(Path::new(&of("elsewhere.db")).is_file());
    for unnamed in ["relais-keys.db", "relais.kek"] {
        assert!(!Path::new(&of(unnamed)).exists(), "{unnamed}");
    }
}

#[test]
fn a_key_file_is_never_written_over() {
    let here = Installation::on_sqlite();
    let path = other_key(&here, "mine.kek");
    let made = std::fs::read(&path).expect("a key file");
    here.run(&["keys", "init", &path]).refused(1, &["no key file was made", "mine.kek"]);
    assert_eq!(std::fs::read(&path).expect("a key file"), made);
    let other = std::fs::read(other_key(&here, "other.kek")).expect("a key file");
    assert_ne!(made, other);
}

#[tokio::test]
async fn a_server_without_a_named_key_file_is_told_what_to_do() {
    let Some(here) = Installation::on_postgres().await else { return };
    let ran = run_in(here.folder(), &["migrate"], &[("RELAIS_DATABASE_URL", here.url())]);
    ran.refused(1, &["relais keys init", "RELAIS_KEK_FILE"]);
    assert!(here.counts().await.is_empty(), "nothing was made");
}
