//! How both databases would find what each statement of the store asks for: by an index, and never by reading a whole
//! table that grows. Nothing is timed and nothing is run.

use crate::kit::world::{World, on_both_databases};
use relais::store::Store;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// What may be read whole wherever it stands: it grows with the staff and the projects, and with nobody who is served.
const SHORT: [&str; 12] = [
    "_sqlx_migrations",
    "accounts",
    "answering_months",
    "audit_heads",
    "cases_erasing",
    "key_store",
    "key_store_mark",
    "legal_holds",
    "projects",
    "revocations",
    "service_receptions",
    "teams",
];

/// Statements that read a whole table on purpose, as `statement table`, by their reason.
const ON_PURPOSE: &[(&str, &[&str])] = &[
    (
        "read once, when a node opens or takes over a version, or a month was counted",
        &[
            "answering::LIST_FIGURES answering_figures",
            "directory_feed::SOURCES directory_documents",
            "dismissed_pairs::LIST dismissed_pairs",
            "geography::AREAS areas",
            "geography::HOLIDAYS holidays",
            "geography::PLACES gazetteer_places",
            "keys::LIST_KEKS epoch_keys",
            "keys::erase::LIST_ALL_NOTED erased_units",
        ],
    ),
    (
        "asked by an operator's command",
        &[
            "audit_reads::COUNT audit_events",
            "audit_reads::LIST_TRAILS audit_events",
            "audit_reads::LIST_TRAILS audit_signed_heads",
            "audit_reads::LIST_TRAILS audit_signed_notes",
            "devices::LIST devices",
            "keys::rotate::COUNT_DATA data_keys",
            "keys::rotate::COUNT_DATA epoch_keys",
            "keys::rotate::COUNT_PSEUDONYMS epoch_keys",
            "keys::rotate::COUNT_PSEUDONYMS pseudonym_keys",
            "keys::rotate::DELETE_OLD_EPOCHS epoch_keys",
            "keys::rotate::LIST_DATA data_keys",
            "keys::rotate::LIST_PSEUDONYMS pseudonym_keys",
            "sessions::LIST sessions",
        ],
    ),
    (
        "SQLite looks for whoever names an account whose row a command writes",
        &[
            "accounts::SAVE consent_overrides",
            "accounts::SAVE custodies",
            "accounts::SAVE desks",
            "accounts::SAVE devices",
            "accounts::SAVE directory_proposals",
            "accounts::SAVE freezes",
            "accounts::SAVE incidents",
            "accounts::SAVE notice_readings",
            "accounts::SAVE revocations",
            "accounts::SAVE statutory_reports",
        ],
    ),
    (
        "swept once a day",
        &[
            "keys::pseudonyms::LIST_MONTHS pseudonym_keys",
            "retention::LIST_CONTACTS directory_documents",
            "retention::NEWEST_EVENT audit_events",
            "retention::OLDEST_BODY audit_events",
            "retention::OLDEST_CONTACTS directory_documents",
        ],
    ),
    (
        "few edit the directory, and what they look for stands in its documents",
        &["directory::LIST_MERGED directory_documents", "directory::OF_ORGANIZATION directory_documents"],
    ),
    (
        "read in the order of an index, and no further than a page",
        &["jobs::LIST jobs", "jobs::NEXT_DUE jobs", "proposals::LIST directory_proposals"],
    ),
];

/// Fills every table of PostgreSQL, so that there is something to plan for: a short one with three rows, another with two
/// thousand of which nothing is alike. What refers to what is of no matter. Only the own schema is analysed: whoever holds a
/// table of another test is in the way of its end.
const FILL: &str = "SET session_replication_role = replica;
    DO $$ DECLARE filled record; BEGIN
        FOR filled IN SELECT c.table_name AS name, string_agg(quote_ident(c.column_name), ', ') AS columns,
                string_agg(CASE c.data_type WHEN 'text' THEN 'md5(CAST(i AS TEXT))' WHEN 'boolean' THEN 'i % 2 = 0'
                    ELSE '1000000 + i' END, ', ') AS made
            FROM information_schema.columns c WHERE c.table_schema = current_schema() AND left(c.table_name, 1) <> '_'
            GROUP BY c.table_name
        LOOP
            EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM generate_series(1, %s) i',
                filled.name, filled.columns, filled.made, CASE WHEN filled.name IN ($SHORT) THEN 3 ELSE 2000 END);
            EXECUTE format('ANALYZE %I', filled.name);
        END LOOP;
    END $$";

/// Two ways to plan: by what is cheap, which may be to read half of a table from its beginning, and by an index wherever
/// there is one. What is read whole in both has none.
const COSTS: [[(&str, &str); 3]; 2] = [
    [("enable_seqscan", "on"), ("enable_hashjoin", "on"), ("enable_mergejoin", "on")],
    [("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off")],
];

/// What a plan reads whole, as the names of tables.
type ReadWhole = BTreeSet<String>;

/// The table and the first column of each index.
type Indexes = BTreeMap<String, (String, String)>;

/// One of the two databases of a world.
enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    async fn main(world: &World) -> Self {
        if let Some(file) = world.sqlite_file() {
            return Self::sqlite(&file).await;
        }
        Self::postgres(world, "current_schema()").await
    }

    async fn keys(world: &World) -> Self {
        if let Some(file) = world.sqlite_file() {
            return Self::sqlite(&file.with_file_name("relais-keys.db")).await;
        }
        Self::postgres(world, "current_schema() || '_keys'").await
    }

    async fn sqlite(file: &std::path::Path) -> Self {
        let url = format!("sqlite:{}", file.display());
        Self::Sqlite(SqliteConnection::connect(&url).await.expect("the file of the world"))
    }

    /// A connection that plans for parameters which it does not know.
    async fn postgres(world: &World, schema: &str) -> Self {
        let mut connection = PgConnection::connect(world.database_url()).await.expect("the server of the world");
        let path = format!("SELECT set_config('search_path', {schema}, false)");
        let fill = FILL.replace("$SHORT", &format!("'{}'", SHORT.join("', '")));
        for set in [&*path, &*fill, "SET plan_cache_mode = force_generic_plan"] {
            sqlx::raw_sql(AssertSqlSafe(set.to_owned())).execute(&mut connection).await.expect("a setting");
        }
        Self::Postgres(connection)
    }

    async fn texts(&mut self, sql: &str, column: usize) -> Vec<String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => {
                let rows = sql.fetch_all(connection).await.expect("a query of the test");
                rows.iter().map(|row| row.get_unchecked(column)).collect()
            }
            Self::Postgres(connection) => {
                let rows = sql.fetch_all(connection).await.expect("a query of the test");
                rows.iter().map(|row| row.get_unchecked(column)).collect()
            }
        }
    }

    async fn indexes(&mut self) -> Indexes {
        let Self::Postgres(_) = self else { return Indexes::new() };
        let all = "SELECT CAST(indexrelid AS regclass)::text || ' ' || CAST(indrelid AS regclass)::text || ' ' || \
            pg_get_indexdef(indexrelid, 1, true) FROM pg_index";
        let lines = self.texts(all, 0).await;
        let words = |line: &String| line.splitn(3, ' ').map(str::to_owned).collect::<Vec<_>>();
        lines.iter().map(words).map(|words| (words[0].clone(), (words[1].clone(), words[2].clone()))).collect()
    }

    /// What the plan of a statement reads whole.
    async fn read_whole(&mut self, sql: &str, indexes: &Indexes) -> ReadWhole {
        if matches!(self, Self::Sqlite(_)) {
            let lines = self.texts(&format!("EXPLAIN QUERY PLAN {sql}"), 3).await;
            return scanned(&lines, sql);
        }
        let mut found = Vec::new();
        for costs in COSTS {
            for (setting, value) in costs {
                self.texts(&format!("SET {setting} = {value}"), 0).await;
            }
            found.push(self.planned(sql, indexes).await);
        }
        found[0].intersection(&found[1]).cloned().collect()
    }

    async fn planned(&mut self, sql: &str, indexes: &Indexes) -> ReadWhole {
        self.texts(&format!("PREPARE planned AS {sql}"), 0).await;
        let values = vec!["NULL"; parameters(sql)].join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let plan = self.texts(&format!("EXPLAIN (FORMAT JSON) EXECUTE planned{values}"), 0).await.concat();
        self.texts("DEALLOCATE planned", 0).await;
        let mut found = ReadWhole::new();
        walk(&serde_json::from_str(&plan).expect("a plan"), indexes, &mut found);
        found
    }
}

/// How many parameters a statement has.
fn parameters(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).map(|rest| {
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a parameter has a number")
    });
    numbers.max().unwrap_or(0)
}

/// Reads the lines of a plan of SQLite.
fn scanned(lines: &[String], sql: &str) -> ReadWhole {
    let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    // What a plan has made itself is as large as what it was made of.
    let is_made = |line: &&Vec<&str>| matches!(line[0], "MATERIALIZE" | "CO-ROUTINE");
    let made: Vec<&str> = lines.iter().filter(is_made).map(|line| line[1]).collect();
    let is_of_a_table = |line: &Vec<&str>| {
        !made.contains(&line[1])
            && !line[1].ends_with("-ROW")
            && !line.contains(&"CONSTANT")
            && !line.contains(&"VIRTUAL")
    };
    let is_scan = |line: &&Vec<&str>| {
        let is_whole = line[0] == "SCAN" || line[0] == "SEARCH" && !line.contains(&"USING");
        is_whole && is_of_a_table(line) || line.contains(&"AUTOMATIC")
    };
    let read = |line: &Vec<&str>| {
        let is_short = line.last().is_some_and(|index| SHORT.contains(index));
        if is_short { line[line.len() - 1].to_owned() } else { table_of(line[1], sql) }
    };
    lines.iter().filter(is_scan).map(read).collect()
}

/// The table that a statement calls by this name.
fn table_of(name: &str, sql: &str) -> String {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    let words: Vec<&str> = sql.split(|character| !is_of_word(character)).filter(|word| !word.is_empty()).collect();
    let is_named = |words: &&[&str]| matches!(words[0], "FROM" | "JOIN") && words[1] != "SELECT" && words[2] == name;
    words.windows(3).find(is_named).map_or(name, |words| words[1]).to_owned()
}

/// Reads a plan of PostgreSQL.
fn walk(plan: &Value, indexes: &Indexes, found: &mut ReadWhole) {
    match plan {
        Value::Array(plans) => plans.iter().for_each(|plan| walk(plan, indexes, found)),
        Value::Object(node) => {
            let text = |key: &str| node.get(key).and_then(Value::as_str);
            if let Some(table) = text("Relation Name").filter(|_| text("Node Type") == Some("Seq Scan")) {
                found.insert(table.to_owned());
            }
            if let Some((name, (table, first))) = text("Index Name").and_then(|name| indexes.get_key_value(name)) {
                // A condition on a later column alone reads the whole index.
                let is_led = text("Index Cond").is_some_and(|condition| condition.contains(&**first));
                if !is_led {
                    found.insert(if SHORT.contains(&&**name) { name.clone() } else { table.clone() });
                }
            }
            node.values().for_each(|value| walk(value, indexes, found));
        }
        _ => {}
    }
}

fn is_statement(which: &str) -> bool {
    let name = which.split(' ').next().unwrap_or_default();
    Store::statement_texts().iter().any(|(statement, _)| statement.ends_with(name))
}

on_both_databases! {
    async fn no_statement_reads_a_table_that_grows_from_its_beginning_to_its_end(world: World) {
        let (mut main, mut keys) = (Database::main(&world).await, Database::keys(&world).await);
        let (of_main, of_keys) = (main.indexes().await, keys.indexes().await);
        let without_index = "SELECT r.id FROM referrals r WHERE r.handover_mode = $1";
        assert_eq!(main.read_whole(without_index, &of_main).await, ["referrals".to_owned()].into(), "the control");
        let mut found = BTreeSet::new();
        for (name, sql) in Store::statement_texts() {
            let is_of_keys = name.contains("::keys::");
            let (database, indexes) = if is_of_keys { (&mut keys, &of_keys) } else { (&mut main, &of_main) };
            let tables = database.read_whole(&sql, indexes).await;
            let name = name.trim_start_matches("relais::store::");
            let growing = tables.iter().filter(|table| !SHORT.contains(&table.as_str()));
            found.extend(growing.map(|table| format!("{name} {table}")));
        }
        let meant: BTreeSet<String> = ON_PURPOSE.iter().flat_map(|(_, which)| *which).map(|which| (*which).to_owned()).collect();
        let not_meant: Vec<_> = found.difference(&meant).collect();
        assert!(not_meant.is_empty(), "{not_meant:#?}");
        let unknown: Vec<_> = meant.iter().filter(|which| !is_statement(which)).collect();
        assert!(unknown.is_empty(), "no such statement: {unknown:?}");
    }
}
