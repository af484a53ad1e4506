//! Opening a database: which one, with which settings, and refusing one that would lose data.

use super::{Db, StoreError, statements};
use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Oldest SQLite without the bug that can corrupt a database when its log is reset.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Oldest PostgreSQL that the tests run on.
const OLDEST_POSTGRES: i32 = 150_000;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const POSTGRES_CONNECTIONS: u32 = 16;
/// Connections kept for emergencies.
const RESERVED_CONNECTIONS: u32 = 2;

statements! {
    COUNT_MIGRATIONS = "SELECT count(*) FROM _sqlx_migrations WHERE success";
}

/// The file of the embedded database that `url` names; `None` for a server or a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let address = Address::parse(url).ok()?;
    let file = address.file()?;
    let is_in_memory = file.to_string_lossy().contains(":memory:") || file.to_string_lossy().starts_with("file:");
    (!is_in_memory).then(|| file.to_path_buf())
}

/// Which database a URL names.
#[derive(Clone)]
pub(super) enum Address {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Address {
    /// Reads a URL by its scheme, `sqlite:` or `postgres:`.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite(SqliteConnectOptions::from_str(url)?))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Ok(Self::Postgres(PgConnectOptions::from_str(url)?))
        } else {
            Err(StoreError::Unsuitable("the database URL must begin with sqlite: or postgres:".to_owned()))
        }
    }

    /// The file of an embedded database.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(options) => Some(options.get_filename()),
            Self::Postgres(_) => None,
        }
    }

    /// An embedded database of this name beside an embedded one.
    pub(super) fn sqlite_at(path: &Path) -> Self {
        Self::Sqlite(SqliteConnectOptions::new().filename(path))
    }

    /// The same server, another schema.
    pub(super) fn in_schema(&self, schema: &str) -> Option<Self> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(options) => {
                Some(Self::Postgres(options.clone().options([("search_path", format!("\"{schema}\""))])))
            }
        }
    }

    /// Connects; a SQLite file is made when it is missing. The schema is not touched.
    pub(super) async fn connect(&self) -> Result<Db, StoreError> {
        match self {
            Self::Sqlite(options) => open_sqlite(options.clone()).await,
            Self::Postgres(options) => open_postgres(options.clone()).await,
        }
    }
}

impl Address {
    /// Connections of their own to a database that is open, made when there is a first emergency. SQLite has
    /// one writer, whoever asks.
    pub(super) fn reserve(&self, db: &Db) -> Db {
        match (self, db) {
            (Self::Sqlite(options), Db::Sqlite { write, .. }) => {
                let options = with_settings(options.clone()).read_only(true);
                let read = SqlitePoolOptions::new().max_connections(RESERVED_CONNECTIONS).connect_lazy_with(options);
                Db::Sqlite { read, write: write.clone() }
            }
            (Self::Postgres(options), _) => {
                let pools = PgPoolOptions::new().max_connections(RESERVED_CONNECTIONS).acquire_timeout(BUSY_TIMEOUT);
                Db::Postgres(pools.connect_lazy_with(options.clone()))
            }
            (Self::Sqlite(_), Db::Postgres(_)) => db.clone(),
        }
    }
}

impl Db {
    /// Brings the schema up to date.
    pub(super) async fn migrate(&self, migrator: &Migrator) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await?,
            Self::Postgres(pool) => migrator.run(pool).await?,
        }
        Ok(())
    }

    /// Whether the schema is the one that this binary writes.
    pub(super) async fn is_migrated_by(&self, migrator: &Migrator) -> Result<bool, StoreError> {
        let applied: i64 = match self {
            Self::Sqlite { read, .. } => sqlx::query_scalar(COUNT_MIGRATIONS).fetch_one(read).await?,
            Self::Postgres(pool) => sqlx::query_scalar(COUNT_MIGRATIONS).fetch_one(pool).await?,
        };
        Ok(usize::try_from(applied).is_ok_and(|applied| applied == migrator.iter().count()))
    }

    /// Whether a table is there: for what is asked before the schema is up to date.
    pub(super) async fn has_table(&self, table: &str) -> Result<bool, StoreError> {
        let found: i64 = match self {
            Self::Sqlite { read, .. } => {
                let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
                sqlx::query_scalar(sql).bind(table).fetch_one(read).await?
            }
            Self::Postgres(pool) => {
                let sql = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1";
                sqlx::query_scalar(sql).bind(table).fetch_one(pool).await?
            }
        };
        Ok(found > 0)
    }

    /// The schema of a PostgreSQL database in which its tables are.
    pub(super) async fn schema(&self) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(None),
            Self::Postgres(pool) => Ok(sqlx::query_scalar("SELECT current_schema()::text").fetch_one(pool).await?),
        }
    }

    /// Makes a schema of PostgreSQL, unless it is there: whoever may not make one may still use it.
    pub(super) async fn ensure_schema(&self, schema: &str) -> Result<(), StoreError> {
        let Self::Postgres(pool) = self else { return Ok(()) };
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_namespace WHERE nspname = $1")
            .bind(schema)
            .fetch_one(pool)
            .await?;
        if found == 0 {
            let sql = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""));
            sqlx::query(sql).execute(pool).await?;
        }
        Ok(())
    }

    /// Moves everything from SQLite's log into its file and empties the log, so that what was deleted is in
    /// neither; `false` when a reader was in the way. PostgreSQL's log is not ours to empty.
    pub(super) async fn truncate_log(&self) -> Result<bool, StoreError> {
        let Self::Sqlite { write, .. } = self else { return Ok(true) };
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(write).await?;
        Ok(busy == 0)
    }

    /// Closes every connection, after those in use have come back.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The settings of every connection to an embedded database.
pub(super) fn with_settings(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        // A caller who was told "saved" must find it after a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0")
}

async fn open_sqlite(options: SqliteConnectOptions) -> Result<Db, StoreError> {
    // SQLite would let everybody read a file that it makes; its log takes the rights of the file. Where this fails,
    // opening fails too and says why.
    let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(options.get_filename());
    let options = with_settings(options).create_if_missing(true);
    let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&write).await?;
    refuse_old_sqlite(&version)?;
    let read = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
    Ok(Db::Sqlite { read, write })
}

fn refuse_old_sqlite(version: &str) -> Result<(), StoreError> {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut number = || numbers.next().unwrap_or(0);
    if (number(), number(), number()) >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(StoreError::Unsuitable(format!("SQLite {version} can corrupt its log; Relais needs 3.51.3 or newer")))
}

async fn open_postgres(options: PgConnectOptions) -> Result<Db, StoreError> {
    let pools = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(BUSY_TIMEOUT);
    let pool = pools.connect_with(options).await?;
    let version: String = sqlx::query_scalar("SELECT current_setting('server_version_num')").fetch_one(&pool).await?;
    if version.parse().unwrap_or(0) < OLDEST_POSTGRES {
        return Err(StoreError::Unsuitable("Relais needs PostgreSQL 15 or newer".to_owned()));
    }
    Ok(Db::Postgres(pool))
}

/// A file beside another, named after it: `relais.db` and `-keys.db` make `relais-keys.db`.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_can_corrupt_its_log_is_refused() {
        for (version, accepted) in
            [("3.51.3", true), ("3.52.0", true), ("4.0", true), ("3.51.2", false), ("3.46.0", false), ("", false)]
        {
            assert_eq!(refuse_old_sqlite(version).is_ok(), accepted, "{version}");
        }
    }
}
