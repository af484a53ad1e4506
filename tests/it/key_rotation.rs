//! Rotation: stopped at every step everything stays readable, and at the end the old key opens nothing.

use crate::kit::installation::{installed_on_both_databases, run_in};
use crate::kit::key_store::{asked, keks_of};
use crate::kit::loop_calls::{girl, to_the_lawyers};
use crate::kit::world::{World, on_both_databases};
use relais::app::App;
use relais::clock::System;
use relais::store::{Location, Rotation, RotationRefused, make_kek_file, read_kek_id};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Everything sealed that somebody can ask for.
async fn everything_of(app: &App, world: &World) -> Vec<Value> {
    let query = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { id spokenCode fileNumber gender languages }
        sentReferrals { nodes { id alias senderMailbox offer { adminStatus languages } } }
        services(first: 100) { nodes { id phones email } } }"#;
    let mut told = Vec::new();
    for who in ["caseworker", "lawyer"] {
        let query = if who == "lawyer" {
            "{ inbox { nodes { id alias senderMailbox offer { adminStatus } } } }"
        } else {
            query
        };
        let answer = asked(app, &world.person(who), query, json!({})).await;
        assert!(answer.json.get("errors").is_none(), "{who}: {}", answer.text());
        told.push(answer.json);
    }
    told
}

struct Keys {
    old: PathBuf,
    new: PathBuf,
}

impl Keys {
    fn of(world: &World) -> Self {
        let old = world.kek_file();
        let new = old.with_file_name("new.kek");
        make_kek_file(&new, &System).expect("a new key file");
        Self { old, new }
    }
}

async fn node(world: &World, kek_file: &Path, other: Option<&PathBuf>) -> Result<App, String> {
    let location =
        Location { kek_file: Some(kek_file.to_path_buf()), other_kek_file: other.cloned(), ..world.location() };
    let opened = App::open(location, world.clock.clone(), world.clock.clone()).await;
    opened.map_err(|error| format!("{:#}", anyhow::Error::new(error)))
}

on_both_databases! {
    async fn a_rotation_that_stops_at_every_step_leaves_everything_readable(world: World) {
        world.open_case("caseworker", girl(), json!({ "fileNumber": "PAN-2026/118" })).await.done();
        for _ in 0..3 {
            let sent = world.sent(&to_the_lawyers()).await;
            let acknowledged = world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral();
            world.change("lawyer", "referralAccept", &acknowledged, json!({})).await.done();
        }
        let keys = Keys::of(&world);
        let told = everything_of(&world.app, &world).await;
        let to = read_kek_id(&keys.new).expect("an id");
        let (mut steps, mut last_left) = (0, i64::MAX);
        loop {
            // Each step by a process of its own, as if the one before had been killed.
            let stopped = node(&world, &keys.old, Some(&keys.new)).await.expect("both keys open everything");
            let store = &stopped.context().store;
            store.begin_rotation(Some(&to)).await.expect("a database").expect("it goes on");
            let rotation = store.rotate_step(1).await.expect("a step");
            assert_eq!(everything_of(&stopped, &world).await, told, "after step {steps}");
            stopped.close().await;
            let Rotation::UnderWay { left } = rotation else { break };
            assert!(left < last_left, "{left} after {last_left}");
            (steps, last_left) = (steps + 1, left);
            let half = node(&world, &keys.old, None).await.err().expect("the old key alone is not enough");
            assert!(half.contains("not finished"), "{half}");
        }
        assert!(steps > 10, "{steps}");

        let new = node(&world, &keys.new, None).await.expect("the new key alone is enough");
        assert_eq!(everything_of(&new, &world).await, told);
        let old = node(&world, &keys.old, None).await.err().expect("the old key is of no use");
        assert!(old.contains("is not the one of this key store"), "{old}");
        assert!(world.data_keys(&keks_of(&keys.old)).await.is_empty());
        let (opened, all) = (world.data_keys(&keks_of(&keys.new)).await.len(), world.key_texts("SELECT unit FROM data_keys").await.len());
        assert!(opened == all && all > 5, "{opened} of {all}");
        let again = new.context().store.begin_rotation(Some(&to)).await.expect("a database");
        assert_eq!(again, Err(RotationRefused::AlreadyThere));
        new.context().store.close().await;
    }

    async fn a_rotation_under_the_same_key_makes_new_epochs_and_destroys_the_old(world: World) {
        world.open_case("caseworker", girl(), json!({ "fileNumber": "PAN-2026/118" })).await.done();
        let told = everything_of(&world.app, &world).await;
        let epochs = || world.key_texts("SELECT id FROM epoch_keys ORDER BY id");
        let wrapped = || world.key_texts("SELECT wrapped FROM data_keys ORDER BY wrapped");
        let (old_epochs, old_wrapped) = (epochs().await, wrapped().await);
        let store = &world.app.context().store;
        store.begin_rotation(None).await.expect("a database").expect("begun");
        // Reads and writes go on in between.
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        while store.rotate_step(200).await.expect("a step") != Rotation::Done {
            assert_eq!(everything_of(&world.app, &world).await, told);
        }
        assert_eq!(everything_of(&world.app, &world).await, told);
        assert!(epochs().await.iter().all(|epoch| !old_epochs.contains(epoch)));
        assert!(wrapped().await.iter().all(|wrapped| !old_wrapped.contains(wrapped)));
        let query = "query($id: ID!) { node(id: $id) { id } }";
        let found = world.ask(&world.person("caseworker"), query, json!({ "id": case })).await;
        assert_eq!(found.text_at("node/id"), case);
    }

    async fn every_month_has_its_own_epoch(world: World) {
        let months = || world.key_texts("SELECT DISTINCT month FROM epoch_keys ORDER BY month");
        world.open_case("caseworker", girl(), json!({})).await.done();
        assert_eq!(months().await, ["2026-11"]);
        world.move_to_day(31);
        world.open_case("caseworker", girl(), json!({})).await.done();
        assert_eq!(months().await, ["2026-11", "2026-12"]);
    }

    async fn a_rotation_to_a_third_key_waits_for_the_one_under_way(world: World) {
        let keys = Keys::of(&world);
        let third = keys.old.with_file_name("third.kek");
        make_kek_file(&third, &System).expect("a third key file");
        let both = node(&world, &keys.old, Some(&keys.new)).await.expect("opens");
        let store = &both.context().store;
        let to = |file: &PathBuf| read_kek_id(file).expect("an id");
        store.begin_rotation(Some(&to(&keys.new))).await.expect("a database").expect("begun");
        let other = store.begin_rotation(Some(&to(&third))).await.expect("a database");
        assert_eq!(other, Err(RotationRefused::OtherUnderWay));
        both.close().await;
    }
}

installed_on_both_databases! {
    async fn the_command_rotates_to_a_new_key_and_says_what_to_do_with_it(here: Installation) {
        here.settle();
        let new = here.folder().join("new.kek").to_string_lossy().into_owned();
        here.run(&["keys", "init", &new]).succeeded();
        let ran = here.run(&["keys", "rotate", "--new-kek", &new]);
        assert!(ran.succeeded().contains("in the place of the old key file"), "{ran:#?}");
        here.run(&["migrate"]).refused(1, &["is not the one of this key store"]);
        let mut environment = here.environment();
        environment.retain(|(name, _)| *name != "RELAIS_KEK_FILE");
        environment.push(("RELAIS_KEK_FILE", new.clone()));
        run_in(here.folder(), &["keys", "rotate"], &environment).succeeded();
        run_in(here.folder(), &["migrate"], &environment).succeeded();
        here.run(&["keys", "rotate", "--new-kek", &new]).refused(1, &["nothing was changed", "under this key already"]);
        here.run(&["keys", "rotate", "--new-kek", "nowhere.kek"]).refused(1, &["nothing was changed", "nowhere.kek"]);
    }
}
