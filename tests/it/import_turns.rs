//! One import of a source at a time, whichever node runs it.

use crate::kit::feed_host::{FeedHost, answer};
use crate::kit::installation::{file, installed_on_both_databases, run_in};
use crate::kit::world::on_both_databases;
use relais::actions::Context;
use relais::actions::geography::{GeographyFile, GeographyImportError, import_areas};
use relais::actions::import::{ImportError, ImportFeed, import};
use relais::actions::import_turn::{TURN_MINUTES, Turn, TurnError, end_turn, take_turn};
use relais::domain::time::Timestamp;
use relais::import::geography::AreaFormat;
use relais::import::plan::Completeness;
use relais::import::{Format, SourceName};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

fn source(name: &str) -> SourceName {
    SourceName::parse(name).expect("a source name")
}

/// Since when somebody else has the turn.
async fn busy_since(context: &Context, name: &str) -> Option<Timestamp> {
    match take_turn(context, &source(name)).await {
        Ok(_) => None,
        Err(TurnError::Busy { running, .. }) => Some(running.since),
        Err(other) => panic!("{other}"),
    }
}

async fn import_in(context: &Context, turn: &Turn, is_dry_run: bool) -> Result<(), ImportError> {
    let feed = ImportFeed {
        format: Format::Hsds,
        source: &source("ours"),
        bytes: include_bytes!("../../seeds/paris-region.json"),
        translated: None,
        country: None,
        completeness: Completeness::Partial,
        accepts_many_gone: false,
        is_dry_run,
        turn: Some(turn),
    };
    import(context, feed, &mut |_, _| {}).await.map(drop)
}

on_both_databases! {
    async fn a_second_node_waits_for_the_first_and_for_nobody_else(world: World) {
        let node = world.node().await;
        let (here, there) = (world.app.context(), node.context());
        let turn = take_turn(here, &source("ours")).await.expect("a turn");
        let begun = world.now();
        world.clock.set(begun.plus_minutes(1));
        assert_eq!(busy_since(there, "ours").await, Some(begun));
        assert_eq!(busy_since(here, "ours").await, Some(begun), "nor does the same node begin twice");
        assert_eq!(busy_since(there, "theirs").await, None);
        end_turn(here, &turn).await.expect("a store");
        assert_eq!(busy_since(there, "ours").await, None);
    }

    async fn of_many_that_begin_at_once_one_begins(world: World) {
        let node = world.node().await;
        let mut tries = Vec::new();
        for number in 0..8 {
            let context = if number % 2 == 0 { world.app.context().clone() } else { node.context().clone() };
            tries.push(tokio::spawn(async move { take_turn(&context, &source("ours")).await }));
        }
        let mut begun = 0;
        for tried in tries {
            match tried.await.expect("a try ends") {
                Ok(_) => begun += 1,
                Err(TurnError::Busy { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(begun, 1);
    }

    async fn a_turn_that_has_run_out_is_taken_over_and_worth_nothing(world: World) {
        let context = world.app.context();
        let late = take_turn(context, &source("ours")).await.expect("a turn");
        let begun = world.now();
        let end = begun.plus_minutes(TURN_MINUTES);
        world.clock.set(Timestamp::from_microseconds(end.microseconds() - 1));
        assert_eq!(busy_since(context, "ours").await, Some(begun));
        world.clock.set(end);
        // Late, but nobody has come in between.
        import_in(context, &late, true).await.expect("a dry run");
        let next = take_turn(context, &source("ours")).await.expect("the turn of one that fell silent");
        let tables = ["directory_documents", "imported_copies", "import_leases", "areas"];
        let held = async || {
            let mut rows = Vec::new();
            for table in tables {
                rows.push(world.rows(table).await);
            }
            rows
        };
        let before = held().await;
        let lost = import_in(context, &late, false).await;
        assert!(matches!(lost, Err(ImportError::Turn(TurnError::Lost))), "{lost:?}");
        let ours = source("ours");
        let area = GeographyFile { source: &ours, bytes: b"P-Code,Name,Admin Level\nLY02,West,1\n", accepts_many_gone: false, is_dry_run: false, turn: Some(&late) };
        let lost = import_areas(context, &AreaFormat::Pcodes, area, &mut |_, _| {}).await;
        assert!(matches!(lost, Err(GeographyImportError::Turn(TurnError::Lost))), "{lost:?}");
        end_turn(context, &late).await.expect("a store");
        assert_eq!(held().await, before, "it changes nothing, and does not end the turn of the other");
        import_in(context, &next, false).await.expect("an import");
        assert_ne!(held().await, before);
        end_turn(context, &next).await.expect("a store");
        assert_eq!(world.rows("import_leases").await, [""; 0]);
    }
}

installed_on_both_databases! {
    /// The first one is held in the middle, by a host that waits with its answer.
    async fn while_one_import_runs_no_other_of_its_source_begins(here: Installation) {
        let feed = file("seeds/paris-region.json");
        let text = std::fs::read(&feed).expect("a seed");
        here.run(&["migrate"]).succeeded();
        let ((came, comes), (go, goes)) = (channel(), channel::<()>());
        let goes = Mutex::new(goes);
        let host = FeedHost::new(move |_| {
            came.send(()).expect("the test waits");
            let _ = goes.lock().expect("one request").recv_timeout(Duration::from_secs(60));
            answer("200 OK", "", &text)
        });
        let mut environment = here.environment();
        environment.push(("RELAIS_IMPORT__PRIVATE_HOSTS", host.name()));
        let url = host.url("/feed");
        let held = std::thread::scope(|scope| {
            let first = scope.spawn(|| run_in(here.folder(), &["import", "hsds", &url, "--source", "ours"], &environment));
            comes.recv_timeout(Duration::from_secs(60)).expect("the first import asks");
            let second = here.run(&["import", "hsds", &feed, "--source", "ours"]);
            second.refused(1, &["nothing was imported", "another import of `ours` has been running since 20", "un autre import de « ours » est en cours depuis 20"]);
            here.run(&["import", "gazetteer", &feed, "--source", "ours"]).refused(1, &["another import of `ours`"]);
            here.run(&["import", "hsds", &feed, "--source", "ours", "--dry-run"]).succeeded();
            here.run(&["import", "hsds", &feed, "--source", "theirs"]).succeeded();
            go.send(()).expect("the host waits");
            first.join().expect("the first import ends")
        });
        held.succeeded();
        assert_eq!(here.counts().await["import_leases"], 0);
        here.run(&["import", "hsds", &feed, "--source", "ours"]).succeeded();
    }

    async fn a_killed_import_is_in_the_way_for_its_time_only(here: Installation) {
        let feed = file("seeds/paris-region.json");
        here.run(&["migrate"]).succeeded();
        let import = || here.run(&["import", "hsds", &feed, "--source", "ours"]);
        here.execute("INSERT INTO import_leases (source, owner, started_at, leased_until) VALUES ('ours', 'killed', 1, 4102444800000000)").await;
        import().refused(1, &["since 1970-01-01T00:00:00Z", "until 2100-01-01T00:00:00Z"]);
        assert_eq!(here.counts().await["directory_documents"], 0);
        here.execute("UPDATE import_leases SET leased_until = 2").await;
        import().succeeded();
        assert_eq!(here.counts().await["import_leases"], 0);
    }
}
