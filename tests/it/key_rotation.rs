//! Rotation: stopped at every step everything stays readable, and at the end the old key opens nothing.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, installed_on_both_databases, run_in};
use crate::kit::key_store::{asked, keks_of};
use crate::kit::loop_calls::{fresh_key, girl, to_the_lawyers};
use crate::kit::world::{Person, World, answered, graphql_request, on_both_databases};
use axum::Router;
use relais::app::App;
use relais::clock::System;
use relais::config::{Limits, Server};
use relais::store::{Location, Rotation, RotationRefused, make_kek_file, read_kek_id};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Everything sealed that somebody can ask for.
async fn everything_of(app: &App, world: &World) -> Vec<Value> {
    let query = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { id spokenCode fileNumber gender languages }
        sentReferrals { nodes { id alias senderMailbox offer { adminStatus languages } } }
        services(first: 100) { nodes { id phones { typed number } email } } }"#;
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

    /// Each step is one key, so that what others do comes between any two of them.
    async fn while_a_rotation_runs_everybody_reads_and_writes_on(world: World) {
        world.open_case("caseworker", girl(), json!({ "fileNumber": "PAN-2026/118" })).await.done();
        for _ in 0..3 {
            let sent = world.sent(&to_the_lawyers()).await;
            world.change("lawyer", "referralAccept", &sent, json!({})).await.done();
        }
        // A node that is to go on meanwhile has both keys.
        let keys = Keys::of(&world);
        let both = node(&world, &keys.old, Some(&keys.new)).await.expect("both keys open everything");
        let both = both.with_edge(&Limits::NONE, &Server::default());
        let told = everything_of(&both, &world).await;
        let is_over = Arc::new(AtomicBool::new(false));
        let caseworker = world.person("caseworker");
        let writers: Vec<_> = (0..3)
            .map(|number| tokio::spawn(write_until(both.router(), caseworker.clone(), number, Arc::clone(&is_over))))
            .collect();
        let readers: Vec<_> =
            (0..2).map(|_| tokio::spawn(read_until(both.router(), caseworker.clone(), Arc::clone(&is_over)))).collect();
        let (store, to) = (&both.context().store, read_kek_id(&keys.new).expect("an id"));
        for to in [Some(&to), None, None] {
            store.begin_rotation(to).await.expect("a database").expect("begun");
            while store.rotate_step(1).await.expect("a step") != Rotation::Done {
                tokio::task::yield_now().await;
            }
        }
        is_over.store(true, Ordering::SeqCst);
        let mut written = Vec::new();
        for writer in writers {
            let own = writer.await.expect("a writer ends");
            assert!(own.len() > 1, "it wrote while keys were wrapped anew");
            written.extend(own);
        }
        for reader in readers {
            assert!(reader.await.expect("a reader ends") > 1, "it read while keys were wrapped anew");
        }
        let query = "query($id: ID!) { node(id: $id) { ... on CaseReference { fileNumber } } }";
        for (id, file_number) in &written {
            let found = asked(&both, &caseworker, query, json!({ "id": id })).await;
            assert_eq!(found.text_at("node/fileNumber"), file_number);
        }
        assert_eq!(everything_of(&both, &world).await[1], told[1], "what was there before is as it was");
        let all = world.key_texts("SELECT unit FROM data_keys").await.len();
        assert_eq!(world.data_keys(&keks_of(&keys.new)).await.len(), all, "no key was lost");
        both.close().await;
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

/// Opens cases until the rotations are over; gives their ids and file numbers.
async fn write_until(router: Router, person: Person, number: usize, is_over: Arc<AtomicBool>) -> Vec<(String, String)> {
    let query = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } errors { __typename } } }";
    let mut written = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        let file_number = format!("ROT-{number}/{}", written.len());
        let input = json!({ "idempotencyKey": fresh_key(), "fileNumber": file_number, "person": girl() });
        let request = graphql_request(&person, "en", query, json!({ "input": input }));
        let answer = answered(router.clone(), request).await;
        written.push((answer.text_at("caseOpen/case/id").to_owned(), file_number));
    }
    written
}

/// Reads what is sealed until the rotations are over; gives how often.
async fn read_until(router: Router, person: Person, is_over: Arc<AtomicBool>) -> usize {
    let query = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { fileNumber languages }
        sentReferrals { nodes { alias offer { adminStatus } } } }"#;
    let (mut first, mut count) = (None, 0);
    while !is_over.load(Ordering::SeqCst) {
        let answer = answered(router.clone(), graphql_request(&person, "en", query, json!({}))).await;
        assert_eq!(answer.text_at("casesByFileNumber/0/fileNumber"), "PAN-2026/118");
        assert_eq!(first.get_or_insert_with(|| answer.json.clone()), &answer.json);
        count += 1;
    }
    count
}

/// The key store of an installation, looked at and changed past the house.
struct KeyStoreOf {
    url: String,
    schema: String,
}

impl KeyStoreOf {
    async fn installed(here: &Installation) -> Self {
        if here.url().starts_with("sqlite:") {
            let url = format!("sqlite:{}", here.path("relais-keys.db"));
            return Self { url, schema: "main".to_owned() };
        }
        let schema = here.texts("SELECT CAST(current_schema() || '_keys' AS TEXT)").await.remove(0);
        Self { url: here.url(), schema }
    }

    async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.url.starts_with("sqlite:") {
            let mut keys = SqliteConnection::connect(&self.url).await.expect("the file opens");
            sqlx::raw_sql(sql).execute(&mut keys).await.expect("a statement of the test");
            keys.close().await.expect("a connection that closes");
        } else {
            let mut keys = PgConnection::connect(&self.url).await.expect("the server answers");
            sqlx::raw_sql(sql).execute(&mut keys).await.expect("a statement of the test");
            keys.close().await.expect("a connection that closes");
        }
    }

    /// Whether a rotation is under way.
    async fn is_rotating(&self) -> bool {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}.key_store WHERE is_rotating", self.schema));
        let count: i64 = if self.url.starts_with("sqlite:") {
            let mut keys = SqliteConnection::connect(&self.url).await.expect("the file opens");
            let count = sqlx::query_scalar(sql).fetch_one(&mut keys).await.expect("a count");
            keys.close().await.expect("a connection that closes");
            count
        } else {
            let mut keys = PgConnection::connect(&self.url).await.expect("the server answers");
            let count = sqlx::query_scalar(sql).fetch_one(&mut keys).await.expect("a count");
            keys.close().await.expect("a connection that closes");
            count
        };
        count > 0
    }

    /// Makes each key take long, so that a rotation is met in the middle of it.
    async fn slow_down(&self) {
        let schema = &self.schema;
        if self.url.starts_with("sqlite:") {
            let long = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT count(*) FROM c";
            self.execute(&format!(
                "CREATE TRIGGER slow BEFORE UPDATE ON data_keys WHEN ({long}) > 0 BEGIN SELECT 1; END"
            ))
            .await;
        } else {
            let body = "RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$ LANGUAGE plpgsql";
            self.execute(&format!("CREATE FUNCTION {schema}.slow() {body}")).await;
            let each = format!("FOR EACH ROW EXECUTE FUNCTION {schema}.slow()");
            self.execute(&format!("CREATE TRIGGER slow BEFORE UPDATE ON {schema}.data_keys {each}")).await;
        }
    }

    async fn speed_up(&self) {
        let schema = &self.schema;
        let is_file = self.url.starts_with("sqlite:");
        let of_table = if is_file { String::new() } else { format!(" ON {schema}.data_keys") };
        self.execute(&format!("DROP TRIGGER slow{of_table}")).await;
        if !is_file {
            self.execute(&format!("DROP FUNCTION {schema}.slow()")).await;
        }
    }
}

installed_on_both_databases! {
    /// SIGKILL in the middle of a rotation, through the binary; then the same command again.
    async fn a_rotation_that_was_killed_is_taken_up_by_the_same_command(here: Installation) {
        let tokens = here.settle();
        let token = tokens.get("caseworker").map(String::as_str);
        let server = here.serve();
        let client = Client::of(server.address(), token);
        let open = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id spokenCode } } }";
        for _ in 0..10 {
            let input = json!({ "idempotencyKey": fresh_key(), "fileNumber": "PAN-2026/118", "person": girl() });
            assert!(client.ask(open, json!({ "input": input })).await["caseOpen"]["case"]["id"].is_string());
        }
        let read = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { id spokenCode fileNumber gender languages } }"#;
        let told = client.ask(read, json!({})).await;
        assert_eq!(told["casesByFileNumber"].as_array().map(Vec::len), Some(10));
        drop(server);

        let new = here.path("new.kek");
        here.run(&["keys", "init", &new]).succeeded();
        let keys = KeyStoreOf::installed(&here).await;
        keys.slow_down().await;
        let mut rotation = Command::new(env!("CARGO_BIN_EXE_relais"))
            .args(["keys", "rotate", "--new-kek", &new])
            .current_dir(here.folder())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(here.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        while !keys.is_rotating().await {
            assert!(rotation.try_wait().expect("a child").is_none(), "the rotation ended before it was seen to begin");
            tokio::task::yield_now().await;
        }
        rotation.kill().expect("SIGKILL");
        let ended = rotation.wait().expect("it has ended");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9));
        assert!(keys.is_rotating().await, "it was met in the middle");
        keys.speed_up().await;

        here.run(&["migrate"]).refused(1, &["not finished"]);
        here.run(&["keys", "rotate", "--new-kek", &new]).succeeded();
        assert!(!keys.is_rotating().await);
        here.run(&["migrate"]).refused(1, &["is not the one of this key store"]);
        let mut environment = here.environment();
        environment.retain(|(name, _)| *name != "RELAIS_KEK_FILE");
        environment.push(("RELAIS_KEK_FILE", new));
        let again = crate::kit::server::Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &environment);
        assert_eq!(Client::of(again.address(), token).ask(read, json!({})).await, told);
        let acts = "SELECT action FROM audit_events WHERE action IN ('rotation_begun', 'keys_rotated') ORDER BY sequence";
        let acts = here.texts(acts).await;
        assert!(acts.len() >= 2 && acts.last().is_some_and(|act| act == "keys_rotated"), "{acts:?}");
        assert_eq!(acts.iter().filter(|act| *act == "keys_rotated").count(), 1, "{acts:?}");
    }

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
