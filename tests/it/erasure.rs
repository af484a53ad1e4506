//! The erasure search: a case with a mark in every field goes through the loop and its time runs out; then
//! every place where something could be left is searched for the marks.

use crate::kit::erasing::{ended, id};
use crate::kit::key_store::keks_of;
use crate::kit::loop_calls::{confirmed, every_field, fresh_key, girl, with};
use crate::kit::world::{LAWYERS, World, on_both_databases};
use crate::retention::{of_herself, open_to_all, referred, renewed, woman};
use relais::actions::retention::{Order, run};
use relais::domain::code::CodeList as _;
use relais::domain::demand::person_key;
use relais::domain::disclosure::alias;
use relais::domain::id::{CaseId, Identifier, OrganizationId, ProjectId};
use relais::domain::need::Need;
use relais::domain::retention::RetentionClock;
use relais::domain::time::Month;
use relais::store::KeyPurpose;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What can only be of this person. Ids stand in the audit trail, which keeps them, and are left out.
struct Marks(Vec<(&'static str, String)>);

/// Brings a case with a mark in every field through the loop, and gives the marks.
async fn leave_traces(world: &World) -> Marks {
    let service = open_to_all(world).await;
    let keys: Vec<String> = (1..=4).map(|number| format!("zz-mark-{number}-{}", fresh_key())).collect();
    let person =
        with(woman(), json!({ "languages": ["kpe-zz", "sus-qq"], "area": "FR-60159", "situation": "DETENTION" }));
    let flags = json!(["TORTURE", "LGBTQI"]);
    let opened =
        json!({ "idempotencyKey": keys[0], "person": person, "fileNumber": "ZZ-77/4141", "protectionFlags": flags });
    let opened = world.run("caseworker", "caseOpen", opened).await;
    let (case, code) = (opened.id(), opened.done()["spokenCode"].as_str().expect("a code").to_owned());
    let consent =
        with(of_herself(), json!({ "idempotencyKey": keys[1], "language": "kpe-zz", "fieldScope": every_field() }));
    let consent = world.record_consent("caseworker", &case, LAWYERS, consent).await.id();
    let draft = json!({ "idempotencyKey": keys[2], "serviceId": service, "need": "LEGAL_ASYLUM", "neededBy": "2026-12-05T07:31:22.654321Z" });
    let draft = world.draft("caseworker", &case, &consent, draft).await.referral();
    let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
    let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
    assert!(world.read("lawyer", &accepted).await["alias"].is_string());
    let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
    world.change("lawyer", "referralComplete", &started, json!({ "outcome": "SERVICE_RECEIVED" })).await.done();
    let demand = json!({ "idempotencyKey": keys[3] });
    world.record_demand("caseworker", &case, "SOL_ETM", "UNMET_FULL", demand).await.done();
    let store = &world.app.context().store;
    let (project, case) = (ProjectId::derived("corridor", "paris"), id::<CaseId>(&case));
    let key = async |purpose| store.find_project_key(project, purpose).await.expect("a store").expect("a key");
    let alias = alias(&key(KeyPurpose::Alias).await, case, OrganizationId::derived("corridor", LAWYERS));
    let month = KeyPurpose::Demand(Month::parse("2026-11").expect("a month"));
    let mut marks = vec![
        ("file number", "ZZ-77/4141".to_owned()),
        ("spoken code", code),
        ("language", "kpe-ZZ".to_owned()),
        ("second language", "sus-QQ".to_owned()),
        ("time of need", "1796455882654321".to_owned()),
        ("alias", alias),
        ("person key of a referral", person_key(&key(month).await, case, Need::LegalAsylum)),
        ("person key of a demand", person_key(&key(month).await, case, Need::SolEtm)),
    ];
    marks.extend(keys.into_iter().map(|key| ("key of a call", key)));
    Marks(marks)
}

impl Marks {
    /// The kinds of marks that a text holds.
    fn found_in(&self, bytes: &[u8]) -> BTreeSet<&'static str> {
        let holds = |mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
        self.0.iter().filter(|(_, mark)| holds(mark)).map(|(kind, _)| *kind).collect()
    }

    async fn found_in_tables(&self, world: &World) -> BTreeSet<&'static str> {
        let rows: Vec<String> = world.every_row().await.into_values().flatten().collect();
        self.found_in(rows.join("\n").as_bytes())
    }
}

/// Keeps everything that is logged in this thread.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every file that belongs to a SQLite database, and a backup of it made now; nothing for a server's.
async fn files(world: &World) -> Vec<Vec<u8>> {
    let Some(path) = world.database_url().strip_prefix("sqlite:") else { return Vec::new() };
    let folder = Path::new(path).parent().expect("the database lies in a folder");
    let backup = folder.join("backup.db");
    if backup.exists() {
        std::fs::remove_file(&backup).expect("an old backup");
    }
    world.execute(&format!("VACUUM INTO '{}'", backup.display())).await;
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    assert!(files.len() >= 3, "the database, its log and the backup: {files:?}");
    files.iter().map(|file| std::fs::read(file).expect("a file")).collect()
}

on_both_databases! {
    async fn nothing_of_a_case_is_found_anywhere_once_its_time_is_over(world: World) {
        let heard = Heard::default();
        let writer = heard.clone();
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
        let _guard = tracing::subscriber::set_default(lines.finish());
        tracing::info!("the ear is open");

        let marks = leave_traces(&world).await;
        let there = marks.found_in_tables(&world).await;
        // An alias is never stored, and what is sealed is there for who has its key only.
        let hidden = ["alias", "file number", "spoken code", "second language"];
        let all: BTreeSet<&str> = marks.0.iter().map(|(kind, _)| *kind).filter(|kind| !hidden.contains(kind)).collect();
        assert_eq!(there, all, "what is looked for is there to be found");
        let read = "{ casesByFileNumber(fileNumber: \"ZZ-77/4141\") { spokenCode fileNumber languages } }";
        let read = world.ask(&world.person("caseworker"), read, Value::Null).await;
        let sealed: BTreeSet<&str> = ["file number", "spoken code", "language", "second language"].into();
        assert_eq!(marks.found_in(&read.bytes), sealed, "and who has the key reads the rest");
        let keys = async || world.key_texts("SELECT unit FROM data_keys WHERE unit >= 'cas' AND unit < 'cat' OR unit >= 'ref' AND unit < 'reg'").await;
        assert_eq!(keys().await.len(), 2, "of the case and of its referral");
        for file in files(&world).await.iter().filter(|file| !file.is_empty()).take(1) {
            assert!(!marks.found_in(file).is_empty(), "and in the file too");
        }

        world.move_to_day(731);
        let order = Order { clock_is_right: true, is_dry_run: false };
        let report = run(world.app.context(), order, &mut |_, _| {}).await.expect("retention ends well");
        assert_eq!(ended(&report, RetentionClock::CaseReference).erased, 1);

        let nothing = BTreeSet::new();
        assert_eq!(marks.found_in_tables(&world).await, nothing, "in the tables");
        assert!(keys().await.is_empty(), "in the key store");
        for file in files(&world).await {
            assert_eq!(marks.found_in(&file), nothing, "in a file of {} bytes", file.len());
        }
        let heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(String::from_utf8_lossy(&heard).contains("the ear is open"));
        assert_eq!(marks.found_in(&heard), nothing, "in the log");
        assert!(!report.to_string().contains("cas_") && marks.found_in(report.to_string().as_bytes()).is_empty());
    }

    /// A process that stops at any step leaves a case that nobody finds and that the next run finishes.
    async fn whatever_stops_an_erasure_the_next_run_finishes_it(world: World) {
        let (case, _) = referred(&world, woman(), of_herself()).await;
        world.move_to_day(731);
        let order = Order { clock_is_right: true, is_dry_run: false };
        for (act, table) in [
            ("UPDATE", "cases"),
            ("DELETE", "referral_events"),
            ("DELETE", "referrals"),
            ("DELETE", "consents"),
            ("DELETE", "cases"),
            ("INSERT", "audit_events"),
        ] {
            world.break_table(act, table).await;
            let stopped = run(world.app.context(), order, &mut |_, _| {}).await;
            assert!(stopped.is_err(), "{act} {table}");
            assert_eq!(world.column("cases", "id").await, std::slice::from_ref(&case), "{act} {table}");
            assert!(!world.rows("referral_events").await.is_empty(), "{act} {table}: rows go together or not at all");
            world.mend(table).await;
            let is_decided = world.column("cases", "erasing_at").await != ["null"];
            assert_eq!(is_decided, table != "cases" || act != "UPDATE", "{act} {table}");
        }
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseReference).erased, 1);
        for table in ["cases", "consents", "referrals", "referral_events"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }
        let told = world.texts("SELECT object FROM audit_events WHERE action = 'case_erased'".to_owned()).await;
        assert_eq!(told, [case], "and it is told once");
    }

    /// The end of a month's key is another such end: stopped in the middle, it is begun again.
    async fn a_month_whose_unlinking_stopped_counts_the_same_and_is_unlinked_by_the_next_run(world: World) {
        let (case, _) = referred(&world, woman(), of_herself()).await;
        assert!(!case.is_empty());
        world.set_clock("2027-02-01T00:00:00Z");
        let keys = async || world.key_texts("SELECT wrapped FROM pseudonym_keys ORDER BY wrapped").await;
        let (before, held) = (world.rows("demands").await, keys().await);
        let order = Order { clock_is_right: true, is_dry_run: false };
        for (act, table) in [("DELETE", "demands"), ("INSERT", "demands"), ("INSERT", "audit_events")] {
            world.break_table(act, table).await;
            assert!(run(world.app.context(), order, &mut |_, _| {}).await.is_err(), "{act} {table}");
            world.mend(table).await;
            assert_eq!((world.rows("demands").await, keys().await), (before.clone(), held.clone()));
        }
        world.retention().await;
        assert_ne!(world.rows("demands").await, before);
        assert!(keys().await.len() < held.len());
    }

    /// Scenario 20: the figure still counts them, and nobody can say who they were.
    async fn a_past_month_counts_the_same_when_its_key_and_its_cases_are_gone(world: World) {
        let mut cases = Vec::new();
        for number in 0..6 {
            let (case, _) = referred(&world, woman(), of_herself()).await;
            let times = if number % 2 == 0 { 2 } else { 1 };
            for _ in 0..times {
                world.record_demand("caseworker", &case, "SOL_ETM", "UNMET_FULL", json!({})).await.done();
            }
            cases.push(case);
        }
        world.open_case("caseworker", girl(), json!({})).await.done();
        let table = "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { threshold cells { month area need persons results { result persons } } } }";
        let told = async |coordinator| world.ask(&coordinator, table, Value::Null).await.bytes;
        world.set_clock("2027-01-29T00:00:00Z");
        let before = told(world.person("coordinator")).await;
        let text = String::from_utf8_lossy(&before);
        assert!(text.contains("\"need\":\"SOL_ETM\",\"persons\":6") && text.contains("\"need\":\"LEGAL_ASYLUM\",\"persons\":6"), "{text}");
        assert_eq!(linked(&world, &cases).await, 15, "by the month's key each record leads to its case");

        world.set_clock("2027-01-31T00:00:00Z");
        // Two at once, as the hourly job and an operator may be: no record is counted twice for it.
        tokio::join!(world.retention(), world.retention());
        assert_eq!(told(world.person("coordinator")).await, before);
        assert_eq!(linked(&world, &cases).await, 0, "by no key that is left, by no referral, by no line of the trail");

        world.move_to_day(731);
        let report = world.retention().await;
        assert_eq!(ended(&report, RetentionClock::CaseReference).erased, 6);
        assert_eq!(told(renewed(&world, "coordinator").await).await, before);
        assert_eq!(linked(&world, &cases).await, 0);
    }
}

/// How many demand records lead to one of the cases: by a key that the database still holds, by their
/// referral, or by an id that the audit trail tells the time and the actor of.
async fn linked(world: &World, cases: &[String]) -> usize {
    let keys = world.pseudonym_keys(&keks_of(&world.kek_file())).await;
    assert!(!keys.is_empty());
    let told: BTreeSet<String> = world.column("audit_events", "object").await.into_iter().collect();
    let mut computed = BTreeSet::new();
    for (key, case) in keys.iter().flat_map(|key| cases.iter().map(move |case| (key, case))) {
        computed.extend(Need::ALL.iter().map(|need| person_key(key, id(case), *need)));
    }
    let rows = world.rows("demands").await;
    let rows = rows.iter().map(|row| serde_json::from_str::<Value>(row).expect("a row"));
    let leads = |row: &Value| {
        computed.contains(row["person_key"].as_str().expect("a key"))
            || !row["referral_id"].is_null()
            || told.contains(row["id"].as_str().expect("an id"))
    };
    rows.filter(leads).count()
}
