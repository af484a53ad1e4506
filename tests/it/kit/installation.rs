//! Relais as an operator has it: a database, a folder to work in, and the binary.

use super::postgres::{PostgresDatabase, fresh_database};
use super::server::Server;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a command that has ended left behind.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The command went well; gives what it printed.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:#?}");
        &self.stdout
    }

    /// The command was refused with this code, and said all of this on standard error.
    #[track_caller]
    pub fn refused(&self, code: i32, told: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in told {
            assert!(self.stderr.contains(part), "{part} is not told by {self:#?}");
        }
    }
}

/// Runs the binary to its end. Its environment is `PATH` and what is given.
pub fn run_in(folder: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_relais"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the binary writes UTF-8");
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A file of the repository.
pub fn file(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_string_lossy().into_owned()
}

/// The feeds of the seeds, in a fixed order.
pub fn seed_feeds() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(file("seeds")).expect("the seeds are there");
    let mut feeds: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder is readable").path()).collect();
    feeds.retain(|path| path.extension().is_some_and(|kind| kind == "json") && !path.ends_with("commands.json"));
    feeds.sort();
    feeds
}

/// One database and one folder.
pub struct Installation {
    url: String,
    folder: TempDir,
    postgres: Option<PostgresDatabase>,
}

impl Installation {
    pub fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("relais.db").display());
        Self { url, folder, postgres: None }
    }

    /// `None` where there is no PostgreSQL here; that has been said then.
    pub async fn on_postgres() -> Option<Self> {
        let postgres = fresh_database().await?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = folder.path().join("audit.key");
        relais::seal::make_key(&key, &relais::clock::System).expect("a key");
        Some(Self { url: postgres.url(), folder, postgres: Some(postgres) })
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// A file in its folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("the folder takes a file");
        path.to_string_lossy().into_owned()
    }

    /// Where its database is; on a server, where its audit key and its file of signed heads are too.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let embedded = || vec![("RELAIS_DATABASE_URL", self.url())];
        let mut environment = self.postgres.as_ref().map_or_else(embedded, PostgresDatabase::environment);
        if self.postgres.is_some() {
            environment.push(("RELAIS_AUDIT__SIGNING_KEY_FILE", self.path("audit.key")));
            environment.push(("RELAIS_AUDIT__HEADS_FILE", self.heads_file()));
        }
        environment
    }

    /// The file to which its signed heads are added.
    pub fn heads_file(&self) -> String {
        self.path(if self.postgres.is_some() { "audit.heads" } else { "relais.db.audit-heads" })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// Runs a command on its database.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), arguments, &self.environment())
    }

    /// Imports an HSDS file, which goes well.
    #[track_caller]
    pub fn import(&self, source: &str, path: &str) {
        self.run(&["import", "hsds", path, "--source", source]).succeeded();
    }

    /// Applies a command file, which goes well; gives the tokens by handle.
    #[track_caller]
    pub fn apply(&self, arguments: &[&str]) -> BTreeMap<String, String> {
        let ran = self.run(&[&["apply"], arguments].concat());
        let lines = ran.succeeded().lines();
        let tokens = lines.filter_map(|line| line.rsplit_once(": ").filter(|(_, token)| token.starts_with("rls_")));
        let handle = |account: &str| account.rsplit_once(" (").map_or(account, |(handle, _)| handle).to_owned();
        tokens.map(|(account, token)| (handle(account), token.to_owned())).collect()
    }

    /// Imports the Paris region of the seeds and makes the people of `world.json`; gives their tokens.
    #[track_caller]
    pub fn settle(&self) -> BTreeMap<String, String> {
        self.import("corridor", &file("seeds/paris-region.json"));
        self.apply(&[&file("tests/it/kit/world.json")])
    }

    /// Serves its database, looking for changes each second.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same under more variables.
    pub fn serve_with(&self, more: &[(&'static str, String)]) -> Server {
        let mut environment = self.environment();
        environment.push(("RELAIS_SERVER__REFRESH_SECONDS", "1".to_owned()));
        environment.extend_from_slice(more);
        Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &environment)
    }

    /// Changes the database past the house.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.url.starts_with("sqlite:") {
            let mut database = SqliteConnection::connect(&self.url).await.expect("the file opens");
            sqlx::query(sql).execute(&mut database).await.expect("a statement of the test");
            database.close().await.expect("a connection that closes");
        } else {
            let mut database = PgConnection::connect(&self.url).await.expect("the server answers");
            sqlx::query(sql).execute(&mut database).await.expect("a statement of the test");
            database.close().await.expect("a connection that closes");
        }
    }

    /// The first column of a query, as texts.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let found = if self.url.starts_with("sqlite:") {
            let mut database = SqliteConnection::connect(&self.url).await.expect("the file opens");
            let found = sqlx::query_scalar(sql).fetch_all(&mut database).await;
            // At once: who restores or rotates next must be alone.
            database.close().await.expect("a connection that closes");
            found
        } else {
            let mut database = PgConnection::connect(&self.url).await.expect("the server answers");
            sqlx::query_scalar(sql).fetch_all(&mut database).await
        };
        found.expect("a query of the test")
    }

    /// How many rows each table has. Entries of the directory are only ever added to their history, and
    /// every change leaves a line of audit, so equal counts mean that nothing was written.
    pub async fn counts(&self) -> BTreeMap<String, i64> {
        if self.url.starts_with("sqlite:") {
            let mut database = SqliteConnection::connect(&self.url).await.expect("the file opens");
            let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            count_rows!(database, tables)
        } else {
            let mut database = PgConnection::connect(&self.url).await.expect("the server answers");
            count_rows!(database, "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
        }
    }
}

macro_rules! count_rows {
    ($database:ident, $tables:expr) => {{
        let tables: Vec<String> = sqlx::query_scalar($tables).fetch_all(&mut $database).await.expect("a list");
        let mut counts = BTreeMap::new();
        for table in tables {
            let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            let count: i64 = sqlx::query_scalar(count).fetch_one(&mut $database).await.expect("a count");
            counts.insert(table, count);
        }
        // Closed here and not some time after: who closes an embedded database last moves its log into it.
        $database.close().await.expect("a connection that closes");
        counts
    }};
}
use count_rows;

/// Declares tests that run the binary on SQLite and, where there is one, on PostgreSQL.
macro_rules! installed_on_both_databases {
    ($($(#[doc = $doc:literal])* async fn $name:ident($here:ident: Installation) $body:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing but its installation")]
            use super::*;

            async fn told($here: $crate::kit::installation::Installation) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                told($crate::kit::installation::Installation::on_sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(here) = $crate::kit::installation::Installation::on_postgres().await {
                    told(here).await;
                }
            }
        }
    )+};
}
pub(crate) use installed_on_both_databases;
