//! The audit trail as it stands in a database: chained, signed, verified, and kept without its content when its
//! time has come. Whoever owns the database and this program's source tries to rewrite it.

use crate::kit::sql::Sql;
use crate::kit::steps::{girl_of_sixteen, organization_id, service_id};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::actions::audit::{TrailVerdict, prune, seal_all_heads, seal_heads, verify};
use relais::actions::{ActionError, Context};
use relais::app::App;
use relais::domain::audit::chain::{BEGINNING, Body, EventColumns, StoredEvent, hexadecimal, link, parse_hash};
use relais::domain::audit::verify::{AuditFault, Finding};
use relais::domain::audit::{AuditAction, AuditEvent};
use relais::domain::id::{Identifier, ProjectId};
use relais::seal::{Anchors, Sealer, make_key, read_anchors};
use serde_json::json;
use std::path::PathBuf;
use tempfile::TempDir;

fn paris() -> String {
    ProjectId::derived("corridor", "paris").to_string()
}

/// A world whose node signs, with the folder of its key and its file.
struct Sealed {
    app: App,
    folder: TempDir,
}

impl Sealed {
    fn of(world: &World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        make_key(&folder.path().join("key"), world.clock.as_ref()).expect("a key");
        let sealer = Sealer::open(&folder.path().join("key"), folder.path().join("heads")).expect("a sealer");
        Self { app: world.app.clone().sealing(sealer), folder }
    }

    fn context(&self) -> &Context {
        self.app.context()
    }

    fn heads_file(&self) -> PathBuf {
        self.folder.path().join("heads")
    }

    async fn verdicts(&self, anchors: &Anchors) -> Vec<TrailVerdict> {
        let keys = [self.context().sealer.as_ref().expect("a sealer").public_key()];
        verify(self.context(), &keys, anchors, &mut |_, _| {}).await.expect("a readable trail")
    }

    /// The first thing wrong, in whichever trail.
    async fn finding(&self) -> Option<(String, Finding)> {
        let anchors = read_anchors(&self.heads_file()).unwrap_or_default();
        let verdicts = self.verdicts(&anchors).await;
        verdicts.into_iter().find_map(|verdict| Some((verdict.trail, verdict.finding?)))
    }

    async fn verdict(&self, trail: &str) -> TrailVerdict {
        let anchors = read_anchors(&self.heads_file()).unwrap_or_default();
        let verdicts = self.verdicts(&anchors).await;
        verdicts.into_iter().find(|verdict| verdict.trail == trail).expect("the trail is there")
    }

    async fn entries(&self, trail: &str) -> Vec<StoredEvent> {
        self.context().store.list_stored_events(trail, i64::MIN).await.expect("entries")
    }
}

/// Acts and readings of several people, with a consent behind some.
async fn live(world: &World) {
    let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    world.refer(&ready, "ACCEPTED").await;
}

/// Appends events past the actions, as many in one commit as a page tells objects.
async fn append(context: &Context, count: usize) {
    let event = |number: usize| AuditEvent {
        project_id: (!number.is_multiple_of(3)).then(|| ProjectId::derived("corridor", "paris")),
        fields: vec!["need", "status"],
        ..AuditEvent::of_operator(context.clock.now(), AuditAction::Disclosed, format!("ref_{number}"))
    };
    let events: Vec<AuditEvent> = (0..count).map(event).collect();
    let written = context.store.write(async |tx| Ok::<_, ActionError>(tx.append_audit(&events).await?)).await;
    written.expect("appended");
}

on_both_databases! {
    async fn every_commit_goes_on_with_the_chain(world: World) {
        let sealed = Sealed::of(&world);
        live(&world).await;
        for count in [0, 1, 3, 4, 85, 200] {
            append(sealed.context(), count).await;
            assert_eq!(sealed.finding().await, None, "{count}");
        }
        let entries = sealed.entries(&paris()).await;
        assert!(entries.len() > 200);
        let mut hash = BEGINNING;
        for (entry, sequence) in entries.iter().zip(1..) {
            let Body::Kept(columns) = &entry.body else { panic!("{entry:?}") };
            hash = link(&hash, &paris(), sequence, columns);
            assert_eq!((entry.sequence, parse_hash(&entry.hash)), (sequence, Some(hash)));
            assert!(!columns.purpose.is_empty());
        }
        // What is refused leaves no gap.
        let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let refused = world.act(&ready.recipient, "caseOpen", &json!({ "idempotencyKey": "x", "person": {} })).await;
        assert!(!refused.text().contains("cas_"));
        assert_eq!(sealed.finding().await, None);
    }

    async fn writers_at_once_make_one_chain(world: World) {
        let sealed = Sealed::of(&world);
        let context = sealed.context().clone();
        let writers: Vec<_> = (0..8).map(|_| {
            let context = context.clone();
            tokio::spawn(async move { for count in 1..6 { append(&context, count).await; } })
        }).collect();
        for writer in writers {
            writer.await.expect("a writer ends");
        }
        assert_eq!(sealed.finding().await, None);
        let all: Vec<[Option<String>; 1]> = Sql::of(&world).await.rows("SELECT object FROM audit_events WHERE action = 'disclosed'").await;
        assert_eq!(all.len(), 8 * 15);
    }
}

/// The entry to which something is done: one that has every column but a reason.
async fn victim(sealed: &Sealed) -> i64 {
    let entries = sealed.entries(&paris()).await;
    let has_consent = |entry: &&StoredEvent| matches!(&entry.body, Body::Kept(columns) if columns.consent_id.is_some() && !columns.fields.is_empty());
    entries.iter().find(has_consent).expect("a reading by a recipient").sequence
}

on_both_databases! {
    /// P-15: one changed byte in any column is found, and named by its entry.
    async fn a_changed_byte_in_any_column_is_found(world: World) {
        let sealed = Sealed::of(&world);
        live(&world).await;
        seal_all_heads(sealed.context()).await.expect("signed");
        append(sealed.context(), 9).await;
        let (trail, place) = (paris(), victim(&sealed).await);
        assert_eq!(sealed.finding().await, None, "the control");
        let changes = [
            ("hash", "CASE WHEN substr(hash, 1, 1) = '0' THEN '1' ELSE '0' END || substr(hash, 2)"),
            ("hash", "upper(hash)"),
            ("at", "at + 1"),
            ("actor_id", "substr(actor_id, 1, 29) || CASE WHEN substr(actor_id, 30) = 'a' THEN 'b' ELSE 'a' END"),
            ("actor_id", "NULL"),
            ("actor_role", "actor_role || 's'"),
            ("organization_id", "substr(organization_id, 1, 29)"),
            ("action", "'Disclosed'"),
            ("object", "replace(object, 'ref_', 'cas_')"),
            ("fields", "fields || ' '"),
            ("purpose", "purpose || 's'"),
            ("reason", "''"),
            ("consent_id", "NULL"),
            ("fields", "NULL"),
            ("trail", "'network2'"),
        ];
        for (column, changed) in changes {
            let at = format!("trail IN ('{trail}', 'network2') AND sequence = {place}");
            let kept = if column == "at" { format!("CAST({column} AS TEXT)") } else { column.to_owned() };
            let [[before]]: [[Option<String>; 1]; 1] = Sql::of(&world).await
                .rows(&format!("SELECT {kept} FROM audit_events WHERE {at}")).await.try_into().expect("one row");
            assert_eq!(world.execute(&format!("UPDATE audit_events SET {column} = {changed} WHERE {at}")).await, 1);
            let found = sealed.finding().await;
            let is_named = found.as_ref().is_some_and(|(found, finding)| found == "network2" || (found == &trail && finding.sequence == place));
            assert!(is_named, "{column} = {changed}: {found:?} at {place}");
            let before = match (column, before) {
                ("at", Some(before)) => before,
                (_, Some(before)) => format!("'{before}'"),
                (_, None) => "NULL".to_owned(),
            };
            world.execute(&format!("UPDATE audit_events SET {column} = {before} WHERE {at}")).await;
            assert_eq!(sealed.finding().await, None, "{column} is put back");
        }
        // The heads and what was signed are judged too.
        for (table, column, changed) in [
            ("audit_heads", "sequence", "sequence - 1"),
            ("audit_heads", "hash", "upper(hash)"),
            ("audit_signed_heads", "hash", "upper(hash)"),
            ("audit_signed_heads", "signature", "upper(signature)"),
            ("audit_signed_heads", "at", "at + 1"),
            ("audit_signed_heads", "sequence", "sequence - 1"),
            ("audit_signed_heads", "signer", "upper(signer)"),
        ] {
            let undone = match changed {
                "sequence - 1" => "sequence + 1".to_owned(),
                "at + 1" => "at - 1".to_owned(),
                _ => format!("lower({column})"),
            };
            world.execute(&format!("UPDATE {table} SET {column} = {changed}")).await;
            assert!(sealed.finding().await.is_some(), "{table}.{column}");
            world.execute(&format!("UPDATE {table} SET {column} = {undone}")).await;
            assert_eq!(sealed.finding().await, None, "{table}.{column} is put back");
        }
    }
}

/// Puts these entries in the place of a trail, all numbers and hashes computed anew, and forgets what was signed:
/// what anybody can do who has the database and this program's source.
async fn write_anew(world: &World, trail: &str, entries: &[StoredEvent]) {
    for table in ["audit_events", "audit_heads", "audit_signed_heads"] {
        world.execute(&format!("DELETE FROM {table} WHERE trail = '{trail}'")).await;
    }
    let text = |value: &Option<String>| value.as_ref().map_or("NULL".to_owned(), |value| format!("'{value}'"));
    let (mut hash, mut rows) = (BEGINNING, Vec::new());
    for (entry, sequence) in entries.iter().zip(1_i64..) {
        let Body::Kept(columns) = &entry.body else { panic!("{entry:?}") };
        hash = link(&hash, trail, sequence, columns);
        let EventColumns { at, action, object, fields, purpose, .. } = &**columns;
        rows.push(format!(
            "('{trail}', {sequence}, '{}', {at}, {}, {}, {}, '{action}', '{object}', '{fields}', '{purpose}', {}, {})",
            hexadecimal(&hash),
            text(&columns.actor_id),
            text(&columns.actor_role),
            text(&columns.organization_id),
            text(&columns.reason),
            text(&columns.consent_id),
        ));
    }
    world
        .execute(&format!(
            "INSERT INTO audit_events (trail, sequence, hash, at, actor_id, actor_role, organization_id, action, object, fields, \
             purpose, reason, consent_id) VALUES {}",
            rows.join(", ")
        ))
        .await;
    let head = format!("('{trail}', {}, '{}')", entries.len(), hexadecimal(&hash));
    world.execute(&format!("INSERT INTO audit_heads (trail, sequence, hash) VALUES {head}")).await;
}

on_both_databases! {
    /// Eight ways to rewrite a trail, each computed through to its end: with the file of signed heads every one
    /// is found. In memory each is done at a hundred places.
    async fn eight_kinds_of_tampering_are_found(world: World) {
        let sealed = Sealed::of(&world);
        live(&world).await;
        let trail = paris();
        seal_all_heads(sealed.context()).await.expect("signed");
        let old = sealed.entries(&trail).await;
        live(&world).await;
        seal_all_heads(sealed.context()).await.expect("signed");
        append(sealed.context(), 3).await;
        let honest = sealed.entries(&trail).await;
        let place = old.len() / 2;
        let mut other = honest[place].clone();
        if let Body::Kept(columns) = &mut other.body {
            columns.object = "ref_another".to_owned();
        }
        let mut edited = honest.clone();
        edited[place] = other.clone();
        let mut deleted = honest.clone();
        deleted.remove(place);
        let mut inserted = honest.clone();
        inserted.insert(place, other.clone());
        let mut swapped = honest.clone();
        swapped.swap(place, place + 1);
        let cut = honest[..old.len() - 1].to_vec();
        let replaced = vec![other.clone(); honest.len()];
        let forked: Vec<StoredEvent> = old.iter().cloned().chain(vec![other; 40]).collect();
        for (kind, entries) in [("edit", edited), ("delete", deleted), ("insert", inserted), ("swap", swapped),
            ("cut", cut), ("replace", replaced), ("fork", forked), ("replay", old)] {
            write_anew(&world, &trail, &entries).await;
            if kind == "fork" {
                // A node that serves the copy signs what it does with the true key, into a file of its own.
                let elsewhere = Sealer::open(&sealed.folder.path().join("key"), sealed.folder.path().join("elsewhere"));
                seal_all_heads(world.app.clone().sealing(elsewhere.expect("a sealer")).context()).await.expect("signed");
            }
            let found = sealed.finding().await;
            assert!(matches!(&found, Some((found, _)) if *found == trail), "{kind}: {found:?}");
        }
        write_anew(&world, &trail, &honest).await;
        let verdict = sealed.verdict(&trail).await;
        assert_eq!(verdict.finding, None, "the control");
        assert_eq!(verdict.verified.entries - verdict.verified.sealed, 2, "the unsealed tail");
        // There, a skilled hand leaves no trace, and it is said so.
        let mut tail = honest.clone();
        tail.pop();
        write_anew(&world, &trail, &tail).await;
        let verdict = sealed.verdict(&trail).await;
        assert_eq!((verdict.finding, verdict.verified.entries - verdict.verified.sealed), (None, 1));
        // An entry before the first one, or behind the head.
        write_anew(&world, &trail, &honest).await;
        for sequence in [0, -5, 999] {
            world.execute(&format!("UPDATE audit_events SET sequence = {sequence} WHERE trail = '{trail}' AND sequence = {}", honest.len())).await;
            world.execute(&format!("UPDATE audit_heads SET sequence = sequence - 1 WHERE trail = '{trail}'")).await;
            assert!(sealed.finding().await.is_some(), "{sequence}");
            write_anew(&world, &trail, &honest).await;
        }
    }

    async fn a_head_is_due_after_a_thousand_entries_or_an_hour(world: World) {
        let sealed = Sealed::of(&world);
        let signed = async || {
            let heads = seal_heads(sealed.context()).await.expect("signed");
            heads.into_iter().map(|head| head.trail).collect::<Vec<_>>()
        };
        assert_eq!(signed().await, ["network"], "what was never signed is due at once");
        assert!(signed().await.is_empty(), "nothing is new");
        append(sealed.context(), 3).await;
        assert_eq!(signed().await, [paris()]);
        let begun = world.now();
        append(sealed.context(), 30).await;
        assert!(signed().await.is_empty(), "not yet");
        world.clock.set(begun.plus_hours(1));
        assert_eq!(signed().await, ["network".to_owned(), paris()]);
        for _ in 0..10 {
            append(sealed.context(), 150).await;
        }
        assert_eq!(signed().await, [paris()], "a thousand here, five hundred there");
        assert_eq!(seal_all_heads(sealed.context()).await.expect("signed").len(), 1);
        assert_eq!(sealed.finding().await, None);
        let lines = std::fs::read_to_string(sealed.heads_file()).expect("the file");
        assert_eq!(lines.lines().count(), 6);
        let rows: Vec<[Option<String>; 1]> = Sql::of(&world).await.rows("SELECT trail FROM audit_signed_heads").await;
        assert_eq!(rows.len(), 6);
    }

    async fn a_head_that_cannot_be_written_down_is_not_signed(world: World) {
        let sealed = Sealed::of(&world);
        std::fs::create_dir(sealed.heads_file()).expect("something in the way");
        assert!(matches!(seal_heads(sealed.context()).await, Err(ActionError::Internal(_))));
        let rows: Vec<[Option<String>; 1]> = Sql::of(&world).await.rows("SELECT trail FROM audit_signed_heads").await;
        assert!(rows.is_empty(), "nothing counts as signed");
        std::fs::remove_dir(sealed.heads_file()).expect("out of the way");
        assert_eq!(seal_heads(sealed.context()).await.expect("signed").len(), 1, "the next time it is");
        assert!(seal_heads(world.app.context()).await.is_err(), "without a key nothing is signed, and it is said");
    }

    async fn content_goes_when_its_time_has_come_and_the_chain_stays(world: World) {
        let sealed = Sealed::of(&world);
        live(&world).await;
        let (begun, trail) = (world.now(), paris());
        let early = sealed.entries(&trail).await.len() as i64;
        world.move_to_day(100);
        append(sealed.context(), 6).await;
        assert_eq!(prune(sealed.context(), begun.plus_days(1)).await.expect("pruned"), 0, "what is not signed stays");
        seal_all_heads(sealed.context()).await.expect("signed");
        assert_eq!(prune(sealed.context(), begun).await.expect("pruned"), 0, "nothing is older than the beginning");
        let network = sealed.entries("network").await.len() as i64;
        let dropped = prune(sealed.context(), begun.plus_days(1)).await.expect("pruned");
        assert_eq!(dropped, early + network - 2, "two of the six stand in the network's trail");
        assert_eq!(prune(sealed.context(), begun.plus_days(1)).await.expect("pruned"), 0);
        let verdict = sealed.verdict(&trail).await;
        assert_eq!((verdict.finding, verdict.verified.dropped), (None, early));
        let left: Vec<[Option<String>; 2]> = Sql::of(&world).await
            .rows(&format!("SELECT object, actor_id FROM audit_events WHERE trail = '{trail}' AND sequence <= {early}")).await;
        assert!(left.iter().flatten().all(Option::is_none) && left.len() as i64 == early);
        // A second segment behind the first, and tampering before, inside and after.
        world.move_to_day(300);
        append(sealed.context(), 6).await;
        seal_all_heads(sealed.context()).await.expect("signed");
        assert_eq!(prune(sealed.context(), begun.plus_days(200)).await.expect("pruned"), 6);
        assert_eq!(sealed.finding().await, None);
        for (changed, undone) in [
            ("hash = upper(hash)", "hash = lower(hash)"),
            ("sequence = sequence + 100000", "sequence = sequence - 100000"),
            ("object = 'ref_x'", "object = NULL"),
        ] {
            for sequence in [1, early, early + 1, early + 4] {
                let number = |over: i64| format!("trail = '{trail}' AND sequence = {}", sequence + over);
                world.execute(&format!("UPDATE audit_events SET {changed} WHERE {}", number(0))).await;
                assert!(sealed.finding().await.is_some(), "{changed} at {sequence}");
                let over = if changed.starts_with("sequence") { 100_000 } else { 0 };
                world.execute(&format!("UPDATE audit_events SET {undone} WHERE {}", number(over))).await;
                assert_eq!(sealed.finding().await, None, "{undone} at {sequence}");
            }
        }
        let last = early + 5;
        world.execute(&format!("UPDATE audit_events SET at = NULL, actor_id = NULL, actor_role = NULL, organization_id = NULL, \
            action = NULL, object = NULL, fields = NULL, purpose = NULL, reason = NULL, consent_id = NULL \
            WHERE trail = '{trail}' AND sequence = {last}")).await;
        assert_eq!(sealed.finding().await, Some((trail, Finding { sequence: last, fault: AuditFault::BodyMissing })));
    }

    async fn what_was_tampered_with_is_not_dropped(world: World) {
        let sealed = Sealed::of(&world);
        live(&world).await;
        let begun = world.now();
        world.move_to_day(100);
        seal_all_heads(sealed.context()).await.expect("signed");
        world.execute(&format!("UPDATE audit_events SET object = 'ref_x' WHERE trail = '{}' AND sequence = 3", paris())).await;
        assert!(prune(sealed.context(), begun.plus_days(1)).await.is_err());
        let found = sealed.finding().await;
        assert_eq!(found, Some((paris(), Finding { sequence: 3, fault: AuditFault::Changed })), "the evidence is there");
    }
}

/// What somebody typed, in every place where something can be typed.
const MARK: &str = "zzmark";

on_both_databases! {
    async fn no_column_holds_anything_that_somebody_typed(world: World) {
        let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let sender = world.person("caseworker");
        let opened = girl_of_sixteen();
        let case = json!({ "idempotencyKey": format!("{MARK}-key-1"), "fileNumber": "ZZMARK-2026/1", "person": opened["person"] });
        world.done(&sender, "caseOpen", &case).await;
        let everything = format!("query {MARK}($code: String!) {{ {MARK}: caseBySpokenCode(spokenCode: $code) {{ {MARK}b: id spokenCode }} }}");
        world.ask(&sender, &everything, json!({ "code": MARK })).await;
        world.ask(&sender, "query($n: String!) { casesByFileNumber(fileNumber: $n) { id fileNumber area } }", json!({ "n": "ZZMARK-2026/1" })).await;
        world.ask(&world.person("coordinator"), "{ serviceGaps(firstMonth: \"2025-12\", lastMonth: \"2026-11\") { threshold } }", json!({})).await;
        for (root, argument) in [("referral", "id"), ("node", "id"), ("whoSawWhat", "case"), ("auditEvents", "trail"), ("auditEvents", "after")] {
            let type_name = if argument == "after" { "String" } else { "ID!" };
            let document = format!("query($v: {type_name}) {{ {root}({argument}: $v) {{ __typename }} }}");
            for person in ["caseworker", "lawyer", "nobody"] {
                world.ask(&world.person(person), &document, json!({ "v": format!("cas_{MARK}") })).await;
            }
        }
        let consent = json!({ "idempotencyKey": format!("{MARK}-key-2"), "caseId": ready.case, "recipientId": organization_id(LAWYERS),
            "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AGE_BAND"], "modality": "VERBAL", "language": format!("en-{MARK}"), "explained": [] });
        world.act(&sender, "consentRecord", &consent).await;
        let columns = ["trail", "actor_id", "actor_role", "organization_id", "action", "object", "fields", "purpose", "reason", "consent_id"];
        let mut seen = 0;
        for column in columns {
            let rows: Vec<[Option<String>; 1]> = Sql::of(&world).await.rows(&format!("SELECT {column} FROM audit_events")).await;
            for value in rows.iter().flatten().flatten() {
                seen += 1;
                for typed in [MARK, "2026/1", "93055", "15_17", "2025-12"] {
                    assert!(!value.to_lowercase().contains(typed), "{column}: {value}");
                }
            }
        }
        assert!(seen > 100, "there is something to look at");
    }
}
