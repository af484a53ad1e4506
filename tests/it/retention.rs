//! Every clock by a clock that is moved: the day before, the rows are there; the day after, they are gone.

use crate::kit::erasing::{PROTECTION_LEAD, ended, id};
use crate::kit::loop_calls::{Referral, confirmed, girl, with};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::actions::Settings;
use relais::actions::audit::{seal_all_heads, verify};
use relais::actions::retention::{Order, run};
use relais::app::App;
use relais::domain::audit::seal::PublicKey;
use relais::domain::code::CodeList as _;
use relais::domain::directory::{Document, Phone};
use relais::domain::id::CaseId;
use relais::domain::retention::{CLOCKS, KEY_TABLES, Keeping, Kept, RetentionClock, TABLES};
use relais::domain::time::Timestamp;
use relais::seal::{Anchors, Sealer, make_key};
use relais::store::{DirectoryChange, StoreError};
use serde_json::{Value, json};
use std::path::Path;

const README: &str = include_str!("../../README.md");

/// A woman whose age is not in question, so that no appeal keeps her case.
pub fn woman() -> Value {
    with(girl(), json!({ "ageBand": "AGE_25_59", "household": "ALONE", "adminStatus": "ASYLUM_SEEKER" }))
}

/// A service of the lawyers that takes anybody; see [`open_to_all`].
const GENERAL_ADVICE: &str = "advice";

/// Publishes a service of the lawyers that takes anybody, and gives its id.
pub async fn open_to_all(world: &World) -> String {
    let mut advice = world.like(MINORITY_APPEAL, GENERAL_ADVICE);
    advice.eligibility = Default::default();
    advice.needs = [relais::domain::need::Need::LegalAsylum].into();
    world.publish(&advice).await;
    advice.id.to_string()
}

/// A referral of a fresh case to the lawyers, as far as it can be brought: the case and the referral.
pub async fn referred(world: &World, person: Value, consent: Value) -> (String, Referral) {
    let service = open_to_all(world).await;
    let case = world.open_case("caseworker", person, json!({ "fileNumber": "ZZ-77/4141" })).await.id();
    let consent = world.record_consent("caseworker", &case, LAWYERS, consent).await.id();
    let draft = json!({ "serviceId": service, "need": "LEGAL_ASYLUM" });
    let draft = world.draft("caseworker", &case, &consent, draft).await.referral();
    let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
    let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
    let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
    let outcome = json!({ "outcome": "SERVICE_RECEIVED" });
    (case, world.change("lawyer", "referralComplete", &started, outcome).await.referral())
}

/// Her consent, to everything.
pub fn of_herself() -> Value {
    json!({ "basis": "SELF_INFORMED" })
}

/// New tokens for everybody, when theirs have run out.
pub async fn renewed(world: &World, handle: &str) -> Person {
    world.apply(include_str!("kit/world.json")).await.remove(handle).expect("somebody of the world")
}

/// A node of this world that signs the audit trail, and the key by which that is checked.
pub fn sealing(world: &World, folder: &Path) -> (App, PublicKey) {
    let key = folder.join("key");
    make_key(&key, world.app.context().chance.as_ref()).expect("a key");
    let sealer = Sealer::open(&key, folder.join("heads")).expect("a key that can be used");
    let public = sealer.public_key();
    (world.app.clone().sealing(sealer), public)
}

const CONFIRMED: Order = Order { clock_is_right: true, is_dry_run: false };

async fn counted(world: &World, table: &str) -> usize {
    world.rows(table).await.len()
}

on_both_databases! {
    async fn a_case_goes_730_days_after_the_last_contact_with_all_that_hangs_on_it(world: World) {
        let (case, _) = referred(&world, woman(), of_herself()).await;
        let kept = ["cases", "consents", "referrals", "referral_events"];
        world.move_to_day(729);
        let report = world.retention().await;
        assert_eq!(ended(&report, RetentionClock::CaseReference).erased, 0);
        let due = ended(&report, RetentionClock::CaseReference).next_due_at.expect("a case waits");
        assert_eq!(due.hours_since(world.now()), 24);
        for table in kept {
            assert!(counted(&world, table).await > 0, "{table}, the day before");
        }
        world.move_to_day(731);
        let dry = world.dry_retention().await;
        let report = world.retention().await;
        assert_eq!(ended(&dry, RetentionClock::CaseReference).erased, 1);
        assert_eq!(ended(&report, RetentionClock::CaseReference), ended(&dry, RetentionClock::CaseReference));
        for table in kept {
            assert_eq!(counted(&world, table).await, 0, "{table}, the day after");
        }
        assert_eq!(counted(&world, "demands").await, 1, "what is counted stays");
        let told = "SELECT action || ' ' || coalesce(actor_id, 'nobody') FROM audit_events WHERE object = ";
        let told = world.texts(format!("{told}'{case}' AND action = 'case_erased'")).await;
        assert_eq!(told, ["case_erased nobody"]);
        let again = world.retention().await;
        assert!(again.clocks.iter().all(|ended| ended.erased == 0), "{again}");
    }

    async fn a_contact_on_any_side_begins_the_730_days_again(world: World) {
        let (case, referral) = referred(&world, woman(), of_herself()).await;
        world.move_to_day(80);
        world.record_demand("caseworker", &case, "SOL_ETM", "UNMET_FULL", json!({})).await.done();
        world.move_to_day(731);
        world.retention().await;
        assert_eq!(world.column("cases", "id").await, [case]);
        assert_eq!(world.column("referrals", "id").await, [referral.id]);
        world.move_to_day(80 + 731);
        world.retention().await;
        assert_eq!(counted(&world, "cases").await, 0);
    }

    async fn codes_of_a_timeline_go_90_days_after_the_referral_ended(world: World) {
        referred(&world, woman(), of_herself()).await;
        let codes = async || world.texts("SELECT code FROM referral_events WHERE code IS NOT NULL".to_owned()).await;
        world.move_to_day(89);
        world.retention().await;
        assert_eq!(codes().await, ["service_received"]);
        world.move_to_day(91);
        assert_eq!(ended(&world.dry_retention().await, RetentionClock::DecisionDetails).erased, 1);
        assert_eq!(codes().await, ["service_received"], "a dry run erases nothing");
        world.retention().await;
        assert!(codes().await.is_empty());
        assert_eq!(world.column("referrals", "outcome_code").await, ["service_received"], "the coded outcome stays");
    }

    async fn the_key_of_a_month_goes_60_days_after_its_end(world: World) {
        referred(&world, woman(), of_herself()).await;
        let keys = async || world.key_texts("SELECT purpose FROM pseudonym_keys WHERE purpose LIKE 'demand:%'").await;
        let before = world.rows("demands").await;
        world.set_clock("2027-01-29T23:59:59Z");
        let report = world.retention().await;
        assert_eq!(keys().await, ["demand:2026-11"]);
        assert_eq!(ended(&report, RetentionClock::MonthKey).next_due_at.map(|due| due.to_string()).as_deref(), Some("2027-01-30T00:00:00Z"));
        assert_eq!(world.rows("demands").await, before);
        world.set_clock("2027-01-30T00:00:00Z");
        world.retention().await;
        assert!(keys().await.is_empty());
        assert_ne!(world.rows("demands").await, before);
    }

    async fn the_key_of_a_call_goes_after_7_days(world: World) {
        referred(&world, woman(), of_herself()).await;
        world.move_to_day(6);
        world.retention().await;
        assert_eq!(counted(&world, "idempotency_keys").await, 3);
        world.move_to_day(8);
        assert_eq!(ended(&world.dry_retention().await, RetentionClock::IdempotencyKey).erased, 3);
        world.retention().await;
        assert_eq!(counted(&world, "idempotency_keys").await, 0);
    }

    async fn a_token_goes_7_days_after_it_ran_out(world: World) {
        let there = counted(&world, "tokens").await;
        world.move_to_day(96);
        world.retention().await;
        assert_eq!(counted(&world, "tokens").await, there);
        world.move_to_day(98);
        assert_eq!(ended(&world.retention().await, RetentionClock::Token).erased, there as u64);
        assert_eq!(counted(&world, "tokens").await, 0);
    }

    async fn sessions_attempts_and_enrolments_go_soon_after_they_are_of_no_use(world: World) {
        let now = world.now().microseconds();
        world.execute(&format!(
            "INSERT INTO sessions (hash, id, account_id, stage, method, authenticated_at, confirmed_at, seen_at) \
             SELECT 'h', 'ses', min(id), 'open', 'password', {now}, {now}, {now} FROM accounts"
        )).await;
        world.execute(&format!("INSERT INTO sign_in_attempts (handle_hash, failures, failed_at) VALUES ('h', 1, {now})")).await;
        world.execute("DELETE FROM enrolments").await;
        world.execute(&format!("INSERT INTO enrolments (account_id, hash, expires_at) SELECT min(id), 'h', {now} FROM accounts")).await;
        world.execute(&format!(
            "INSERT INTO devices (id, team_id, name, enrolled_at, enrolled_by, ends_at) \
             SELECT 'dev', (SELECT min(id) FROM teams), 'phone', 0, min(id), {now} FROM accounts"
        )).await;
        world.execute(&format!(
            "INSERT INTO device_sign_ins (device_id, account_id, signed_in_at, until_at) SELECT 'dev', min(id), 0, {now} FROM accounts"
        )).await;
        let one = Timestamp::from_microseconds(now);
        for (table, clock, days) in [
            ("device_sign_ins", RetentionClock::DeviceSignIn, 1),
            ("sessions", RetentionClock::Session, 1),
            ("sign_in_attempts", RetentionClock::SignInAttempt, 1),
            ("enrolments", RetentionClock::Enrolment, 7),
            ("devices", RetentionClock::Device, 90),
        ] {
            world.clock.set(one.plus_days(days).plus_seconds(-1));
            assert_eq!(ended(&world.retention().await, clock).erased, 0, "{table}, just before");
            assert_eq!(counted(&world, table).await, 1, "{table}, just before");
            world.clock.set(one.plus_days(days));
            assert_eq!(ended(&world.dry_retention().await, clock).erased, 1, "{table}");
        }
        world.retention().await;
        for table in ["sessions", "sign_in_attempts", "enrolments", "devices", "device_sign_ins"] {
            assert_eq!(counted(&world, table).await, 0, "{table}, just after");
        }
    }

    async fn contacts_of_a_service_go_from_all_its_versions_30_days_after_it_is_gone(world: World) {
        let mut gone = world.like(MINORITY_APPEAL, "gone");
        for phone in ["+33 1 99 00 41 41", "+33 1 99 00 42 42"] {
            gone.phones = vec![Phone::as_typed(phone)];
            gone.email = Some("gone@example.org".to_owned());
            world.publish(&gone).await;
        }
        let document = Document::Service(gone.clone());
        let change = DirectoryChange { source_key: &gone.name, document: &document, is_gone: true };
        let now = world.now();
        let written = world.app.context().store.write(async |tx| tx.change_directory("test", &[change], now).await);
        written.await.map_err(|error: StoreError| error.to_string()).expect("an entry that is gone");
        let others = "SELECT contacts FROM directory_documents WHERE contacts <> '' AND source = 'test'";
        let found = async || world.texts(others.to_owned()).await.len();
        world.move_to_day(29);
        world.retention().await;
        assert_eq!(found().await, 3);
        let all = world.texts("SELECT contacts FROM directory_documents WHERE contacts <> ''".to_owned()).await;
        world.move_to_day(31);
        assert_eq!(ended(&world.retention().await, RetentionClock::DirectoryContact).erased, 3);
        assert_eq!(found().await, 0);
        let left = world.texts("SELECT contacts FROM directory_documents WHERE contacts <> ''".to_owned()).await;
        assert_eq!(left.len(), all.len() - 3, "those of living services stay");
        assert_eq!(ended(&world.retention().await, RetentionClock::DirectoryContact).erased, 0);
    }

    async fn content_of_the_audit_trail_goes_after_365_days_and_the_chain_still_holds(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, key) = sealing(&world, folder.path());
        let (case, _) = referred(&world, woman(), of_herself()).await;
        seal_all_heads(app.context()).await.expect("signed heads");
        let told = async || world.texts(format!("SELECT action FROM audit_events WHERE object = '{case}'")).await.len();
        let (entries, of_the_case) = (counted(&world, "audit_events").await, told().await);
        assert!(of_the_case > 0);
        world.move_to_day(364);
        let report = run(app.context(), CONFIRMED, &mut |_, _| {}).await.expect("retention ends well");
        assert_eq!(ended(&report, RetentionClock::AuditBody).erased, 0);
        world.move_to_day(367);
        let longer = Settings { audit_days: 1096, ..Settings::default() };
        let report = run(app.clone().with_settings(longer).context(), CONFIRMED, &mut |_, _| {}).await;
        assert_eq!(ended(&report.expect("retention ends well"), RetentionClock::AuditBody).erased, 0, "where so chosen");
        assert!(told().await >= of_the_case);
        let report = run(app.context(), CONFIRMED, &mut |_, _| {}).await.expect("retention ends well");
        assert_eq!(ended(&report, RetentionClock::AuditBody).erased, entries as u64);
        assert_eq!(told().await, 1, "what retention did since is told");
        assert!(counted(&world, "audit_events").await > entries, "the hashes stay");
        let verdicts = verify(app.context(), &[key], &Anchors::default(), &mut |_, _| {}).await.expect("a trail");
        assert!(verdicts.iter().all(|verdict| verdict.finding.is_none()), "{verdicts:?}");
        assert!(verdicts.iter().map(|verdict| verdict.verified.dropped).sum::<i64>() >= entries as i64);
    }

    async fn the_trail_of_a_project_with_a_held_case_stays_whole(world: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let (app, _) = sealing(&world, folder.path());
        let (case, _) = referred(&world, woman(), of_herself()).await;
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        let hold = json!({ "caseId": case, "reason": "HARM_REVIEW", "reviewOn": "2027-11-01" });
        world.done(&lead, "legalHoldSet", &hold).await;
        seal_all_heads(app.context()).await.expect("signed heads");
        let without = async |condition: &str| {
            world.texts(format!("SELECT hash FROM audit_events WHERE action IS NULL AND {condition}")).await.len()
        };
        world.move_to_day(400);
        let report = run(app.context(), CONFIRMED, &mut |_, _| {}).await.expect("retention ends well");
        assert!(ended(&report, RetentionClock::AuditBody).held > 0);
        assert_eq!(without("trail <> 'network'").await, 0);
        assert!(without("trail = 'network'").await > 0);
    }

    async fn an_alias_is_told_for_30_days_after_the_referral_ended(world: World) {
        let (_, referral) = referred(&world, woman(), of_herself()).await;
        world.move_to_day(29);
        assert!(world.read("lawyer", &referral).await["alias"].is_string());
        world.move_to_day(31);
        assert!(world.read("lawyer", &referral).await["alias"].is_null());
    }

    /// P-29 and scenario 5: while an appeal of age is open, no clock of the case starts.
    async fn no_clock_of_a_case_runs_while_an_appeal_of_age_is_open(world: World) {
        let (case, _) = referred(&world, girl(), json!({})).await;
        world.move_to_day(800);
        let report = world.retention().await;
        for clock in [RetentionClock::CaseReference, RetentionClock::DecisionDetails] {
            let ended = ended(&report, clock);
            assert_eq!((ended.erased, ended.in_appeal), (0, 1), "{clock}");
        }
        assert_eq!(world.column("cases", "id").await, std::slice::from_ref(&case));
        let caseworker = renewed(&world, "caseworker").await;
        let close = |status: &str, version: i64| json!({ "caseId": case, "expectedVersion": version, "adminStatus": status });
        for (input, refusal) in [
            (close("MINOR_IN_APPEAL", 1), "InputError"),
            (close("RECOGNISED_UAM", 7), "ConflictError"),
        ] {
            let answer = world.act(&caseworker, "caseAppealClose", &input).await;
            assert_eq!(answer.at("caseAppealClose/errors/0/__typename"), refusal, "{}", answer.text());
        }
        let closed = world.done(&caseworker, "caseAppealClose", &close("RECOGNISED_UAM", 1)).await;
        assert_eq!((&closed["adminStatus"], &closed["version"]), (&json!("RECOGNISED_UAM"), &json!(2)));
        let twice = world.act(&caseworker, "caseAppealClose", &close("UNDOCUMENTED", 2)).await;
        assert_eq!(twice.at("caseAppealClose/errors/0/problem"), "NO_APPEAL", "{}", twice.text());
        world.move_to_day(801);
        let report = world.retention().await;
        assert_eq!(ended(&report, RetentionClock::DecisionDetails).erased, 1, "the referral ended long ago");
        world.move_to_day(800 + 729);
        world.retention().await;
        assert_eq!(counted(&world, "cases").await, 1, "the end of the appeal was a contact");
        world.move_to_day(800 + 731);
        world.retention().await;
        assert_eq!(counted(&world, "cases").await, 0);
    }

    async fn one_clock_that_fails_stops_no_other(world: World) {
        referred(&world, woman(), of_herself()).await;
        world.move_to_day(731);
        world.break_table("DELETE", "tokens").await;
        let failed = run(world.app.context(), CONFIRMED, &mut |_, _| {}).await;
        assert!(failed.is_err());
        assert_eq!((counted(&world, "cases").await, counted(&world, "idempotency_keys").await), (0, 0));
        world.mend("tokens").await;
        world.retention().await;
        assert_eq!(counted(&world, "tokens").await, 0);
    }

    /// A table without a clock is kept for ever by nobody's decision.
    async fn every_table_has_a_clock_or_a_reason_to_stay(world: World) {
        let tables = world.names("").await.into_iter().filter(|name| !name.starts_with('_') && !name.starts_with("sqlite_"));
        let mut tables: Vec<String> = tables.collect();
        tables.sort();
        let listed: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, tables, "add the table to domain::retention::TABLES");
        let listing = if world.sqlite_file().is_some() {
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        } else {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY table_name"
        };
        let mut of_keys = world.key_texts(listing).await;
        of_keys.retain(|name| !name.starts_with('_') && !name.starts_with("sqlite_"));
        let listed: Vec<&str> = KEY_TABLES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, of_keys, "add the table to domain::retention::KEY_TABLES");
        for (table, keeping) in TABLES {
            let columns = world.names(table).await;
            let hangs_on_a_person = ["case_id", "referral_id", "person_key"].iter().any(|name| columns.iter().any(|column| column == name));
            let stays = matches!(keeping, Keeping::Stays(_));
            // A hold is itself what keeps a case.
            assert!(!hangs_on_a_person || !stays || *table == "legal_holds", "{table} hangs on a person and has no clock");
        }
    }

    /// P-26 and scenario 15: a node that erases by the clocks asks nobody whether a project is frozen.
    async fn a_case_of_any_project_goes_by_the_same_clock(world: World) {
        for who in ["caseworker", "caseworker of another project"] {
            world.open_case(who, woman(), json!({})).await.done();
        }
        world.move_to_day(731);
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseReference).erased, 2);
    }

    async fn a_held_case_is_skipped_by_every_clock_and_told(world: World) {
        let (case, _) = referred(&world, woman(), of_herself()).await;
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        let hold = json!({ "caseId": case, "reason": "LITIGATION", "reviewOn": "2027-11-01" });
        world.done(&lead, "legalHoldSet", &hold).await;
        let before = (world.rows("referral_events").await, world.rows("idempotency_keys").await, world.rows("consents").await);
        world.move_to_day(800);
        let (dry, report) = (world.dry_retention().await, world.retention().await);
        for (clock, held) in [(RetentionClock::CaseReference, 1), (RetentionClock::DecisionDetails, 1), (RetentionClock::IdempotencyKey, 3)] {
            assert_eq!((ended(&dry, clock).erased, ended(&dry, clock).held), (0, held), "{clock}");
            assert_eq!((ended(&report, clock).erased, ended(&report, clock).held), (0, held), "{clock}");
        }
        let after = (world.rows("referral_events").await, world.rows("idempotency_keys").await, world.rows("consents").await);
        assert_eq!(after, before);
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        world.done(&lead, "legalHoldLift", &json!({ "caseId": case })).await;
        let report = world.retention().await;
        assert_eq!(ended(&report, RetentionClock::CaseReference).erased, 1);
        assert_eq!((counted(&world, "cases").await, counted(&world, "legal_holds").await), (0, 0));
    }

    async fn a_case_that_is_being_erased_is_nothing_to_anybody(world: World) {
        let (case, referral) = referred(&world, woman(), of_herself()).await;
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        let store = &world.app.context().store;
        let decided = store.write(async |tx| tx.decide_erasure(id::<CaseId>(&case), world.now()).await);
        decided.await.map_err(|error: StoreError| error.to_string()).expect("a decision");
        for (who, list) in [("caseworker", "sentReferrals"), ("lawyer", "inbox")] {
            assert!(world.read(who, &referral).await.is_null());
            let answer = world.ask(&world.person(who), &format!("{{ {list} {{ nodes {{ id }} }} }}"), json!({})).await;
            assert_eq!(answer.at(&format!("{list}/nodes")), &json!([]), "{who}");
        }
        let question = "query($id: ID!) { node(id: $id) { id } casesByFileNumber(fileNumber: \"ZZ-77/4141\") { id } }";
        let answer = world.ask(&world.person("caseworker"), question, json!({ "id": case })).await;
        assert_eq!(answer.json["data"], json!({ "node": null, "casesByFileNumber": [] }));
        let hold = json!({ "caseId": case, "reason": "LITIGATION", "reviewOn": "2027-11-01" });
        assert_eq!(world.act(&lead, "legalHoldSet", &hold).await.code(), "NOT_FOUND");
        world.retention().await;
        assert_eq!(counted(&world, "cases").await, 0, "and the next run finishes, whatever the date");
    }
}

#[test]
fn the_readme_tells_every_clock() {
    let section = README.split("\n## Retention\n").nth(1).expect("a section Retention");
    let section = section.split("\n## ").next().unwrap_or_default();
    for clock in CLOCKS {
        let how = match clock.kept {
            Kept::ByRetention | Kept::ByView => clock.then.to_owned(),
            Kept::NoRowsUntil(when) => format!("no such rows until {when}"),
        };
        let row = format!(
            "| {} | {} | {} | {how} | {} |",
            clock.code.definition(),
            clock.counted_from,
            clock.days,
            clock.source
        );
        assert!(section.contains(&row), "the README lacks:\n{row}");
    }
}
