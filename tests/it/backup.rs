//! Backups made while people work, and a restore that brings back everything but the erased.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, Ran, run_in};
use crate::kit::key_store::{asked, keks_of, opens};
use crate::kit::loop_calls::{fresh_key, girl, to_the_lawyers};
use crate::kit::world::{World, on_both_databases};
use relais::app::App;
use relais::clock::{Clock, System};
use relais::domain::erasure::ErasureUnit;
use relais::store::{Location, Store, StoreError, make_kek_file};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const CASE: &str = "query($id: ID!) { node(id: $id) { ... on CaseReference { id spokenCode } } }";

pub async fn backup(world: &World, folder: &Path) -> Result<relais::store::BackupMade, StoreError> {
    world.app.context().store.backup(&world.location(), folder, world.clock.now()).await
}

/// Stops the world's node, puts the newest backup in its place and starts another.
pub async fn restored(world: &World, folder: &Path, may_replace: bool) -> Result<App, String> {
    world.app.context().store.close().await;
    restored_at(world, &world.location(), folder, may_replace).await
}

async fn restored_at(world: &World, location: &Location, folder: &Path, may_replace: bool) -> Result<App, String> {
    let restored = Store::restore(location, folder, may_replace, world.clock.clone(), world.clock.clone()).await;
    let (store, _) = restored.map_err(|error| format!("{:#}", anyhow::Error::new(error)))?;
    store.close().await;
    let opened = App::open(location.clone(), world.clock.clone(), world.clock.clone()).await;
    opened.map_err(|error| format!("{:#}", anyhow::Error::new(error)))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

on_both_databases! {
    async fn yesterdays_backup_brings_everything_back_but_what_was_erased_since(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let caseworker = world.person("caseworker");
        let (kept, erased) = (
            world.open_case("caseworker", girl(), json!({})).await.id(),
            world.open_case("caseworker", girl(), json!({})).await.id(),
        );
        let sent = world.sent(&to_the_lawyers()).await;
        let ciphertext = |id: &str| world.texts(format!("SELECT sealed FROM cases WHERE id = '{id}'"));
        let sealed = ciphertext(&erased).await.remove(0);
        let before = world.ask(&caseworker, CASE, json!({ "id": erased })).await.text_at("node/spokenCode").to_owned();
        backup(&world, folder.path()).await.expect("a backup");

        world.move_to_day(1);
        let unit = ErasureUnit::parse(&erased).expect("a unit");
        world.app.context().store.shred(&[unit], world.clock.now()).await.expect("erased");
        let later = world.open_case("caseworker", girl(), json!({})).await.id();

        let node = restored(&world, folder.path(), true).await.expect("restored");
        let find = async |id: &str| asked(&node, &caseworker, CASE, json!({ "id": id })).await;
        assert_eq!(find(&kept).await.text_at("node/id"), kept);
        assert_eq!(find(&later).await.at("node"), &Value::Null, "made after the backup");
        assert_eq!(find(&erased).await.at("node"), &Value::Null);
        let by_code = asked(&node, &caseworker, "query($c: String!) { caseBySpokenCode(spokenCode: $c) { id } }",
            json!({ "c": before })).await;
        assert_eq!(by_code.at("caseBySpokenCode"), &Value::Null);
        let referral = asked(&node, &world.person("lawyer"), "query($id: ID!) { referral(id: $id) { offer { adminStatus } } }",
            json!({ "id": sent.id })).await;
        assert_eq!(referral.text_at("referral/offer/adminStatus"), "MINOR_IN_APPEAL");

        // Its row is back, and of all retained keys none opens it.
        assert_eq!(ciphertext(&erased).await, std::slice::from_ref(&sealed));
        let keys = world.data_keys(&keks_of(&world.kek_file())).await;
        assert!(keys.len() > 3 && keys.iter().all(|key| key.unit != erased));
        assert!(!opens(&keys, "cases", "sealed", &erased, &erased, &sealed));
        assert!(opens(&keys, "cases", "sealed", &kept, &kept, &ciphertext(&kept).await[0]), "the control");
        node.close().await;
    }

    async fn keys_older_than_seven_days_are_refused_and_deleted_by_the_next_backup(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        backup(&world, folder.path()).await.expect("a backup");
        let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
        let (old_data, old_keys) = (names_in(&data), names_in(&keys));
        world.move_to_day(7);
        assert_eq!(backup(&world, folder.path()).await.expect("a backup").deleted, Vec::<PathBuf>::new());
        world.move_to_day(8);
        let made = backup(&world, folder.path()).await.expect("a backup");
        assert_eq!(made.deleted.len(), old_keys.len());
        assert!(old_keys.iter().all(|name| !names_in(&keys).contains(name)));
        assert!(old_data.iter().all(|name| names_in(&data).contains(name)), "data are kept");

        world.move_to_day(16);
        let refused = restored(&world, folder.path(), true).await.err().expect("too old");
        assert!(refused.contains("older than 7 days"), "{refused}");
        world.move_to_day(15);
        let node = restored(&world, folder.path(), true).await.expect("young enough");
        assert_eq!(asked(&node, &world.person("caseworker"), CASE, json!({ "id": case })).await.text_at("node/id"), case);
        node.close().await;
    }

    async fn a_restore_is_refused_over_what_is_there_and_with_a_wrong_key_and_changes_nothing(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        backup(&world, folder.path()).await.expect("a backup");
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let refused = restored(&world, folder.path(), false).await.err().expect("not empty");
        assert!(refused.contains("--replace"), "{refused}");
        let wrong = folder.path().join("wrong.kek");
        make_kek_file(&wrong, &System).expect("another key");
        let location = Location { kek_file: Some(wrong), ..world.location() };
        let refused = restored_at(&world, &location, folder.path(), true).await.err().expect("a wrong key");
        assert!(refused.contains("not the one that this backup needs"), "{refused}");
        let empty = tempfile::tempdir().expect("a folder");
        let refused = restored_at(&world, &world.location(), empty.path(), true).await.err().expect("no backup");
        assert!(refused.contains("holds no backup"), "{refused}");
        let node = world.node().await;
        assert_eq!(asked(&node, &world.person("caseworker"), CASE, json!({ "id": case })).await.text_at("node/id"), case);
    }

    async fn a_backup_that_was_changed_is_refused(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let made = backup(&world, folder.path()).await.expect("a backup");
        for path in [&made.data, &made.keys] {
            let bytes = std::fs::read(path).expect("a file");
            for at in [0, bytes.len() / 2, bytes.len() - 1] {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                std::fs::write(path, &changed).expect("written");
                let refused = restored(&world, folder.path(), true).await.err().expect("changed");
                assert!(refused.contains("is not the file that was backed up"), "{refused}");
            }
            std::fs::write(path, &bytes).expect("written");
        }
        restored(&world, folder.path(), true).await.expect("unchanged").close().await;
    }

    /// The ledger of a machine that was lost comes back as far as the backup knew it.
    async fn a_lost_ledger_is_taken_from_the_backup(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let unit = ErasureUnit::parse(&case).expect("a unit");
        world.app.context().store.shred(&[unit], world.clock.now()).await.expect("erased");
        backup(&world, folder.path()).await.expect("a backup");
        let ledger = world.kek_file().with_file_name("relais-erasures.ledger");
        let text = std::fs::read_to_string(&ledger).expect("a ledger");
        std::fs::remove_file(&ledger).expect("a ledger to lose");
        restored(&world, folder.path(), true).await.expect("restored").close().await;
        assert_eq!(std::fs::read_to_string(&ledger).expect("a ledger"), text);
    }
}

fn command(here: &Installation, over: &[(&'static str, String)], arguments: &[&str]) -> Ran {
    run_in(here.folder(), arguments, &[&here.environment()[..], over].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_during_writes_holds_all_that_was_confirmed_before_it() {
    let here = Installation::on_sqlite();
    let tokens = here.settle();
    let server = here.serve();
    let client = Client::of(server.address(), tokens.get("caseworker").map(String::as_str));
    let open = async |client: &Client| {
        let query = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id spokenCode } } }";
        let answer = client.ask(query, json!({ "input": { "idempotencyKey": fresh_key(), "person": girl() } })).await;
        answer["caseOpen"]["case"].clone()
    };
    let mut confirmed = Vec::new();
    for _ in 0..5 {
        confirmed.push(open(&client).await);
    }
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writer = tokio::spawn({
        let client = client.clone();
        async move {
            let mut written = 0;
            while stopped.try_recv().is_err() {
                open(&client).await;
                written += 1;
            }
            written
        }
    });
    let folder = here.folder().join("backups").to_string_lossy().into_owned();
    let arguments = ["backup", folder.as_str()];
    let ran = tokio::task::block_in_place(|| command(&here, &[], &arguments));
    assert!(ran.succeeded().contains("may be used for 7 days"), "{ran:#?}");
    let in_use = tokio::task::block_in_place(|| command(&here, &[], &["restore", &folder, "--replace"]));
    in_use.refused(1, &["is in use"]);
    stop.send(()).expect("the writer waits");
    assert!(writer.await.expect("the writer ends") > 0, "the control: somebody wrote meanwhile");
    drop(server);

    // On a clean machine: the key file and the ledger are brought there apart.
    let there = Installation::on_sqlite();
    let kek = ("RELAIS_KEK_FILE", here.folder().join("relais.kek").to_string_lossy().into_owned());
    let told = command(&there, std::slice::from_ref(&kek), &["restore", &folder]);
    assert!(told.succeeded().contains("erased again"), "{told:#?}");
    let mut environment = there.environment();
    environment.push(kek);
    let restored = crate::kit::server::Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &environment);
    let client = Client::of(restored.address(), tokens.get("caseworker").map(String::as_str));
    for case in confirmed {
        assert_eq!(client.ask(CASE, json!({ "id": case["id"] })).await["node"]["spokenCode"], case["spokenCode"]);
    }
}

#[tokio::test]
async fn without_pg_dump_a_backup_of_a_server_is_refused_with_the_way_out() {
    let Some(here) = Installation::on_postgres().await else { return };
    here.run(&["migrate"]).succeeded();
    let empty = tempfile::tempdir().expect("an empty folder");
    let path = ("PATH", empty.path().to_string_lossy().into_owned());
    let folder = here.folder().join("backups").to_string_lossy().into_owned();
    command(&here, &[path], &["backup", &folder]).refused(1, &["pg_dump is not installed", "client programs"]);
}
