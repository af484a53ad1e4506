//! Opening a database: which one, with which settings, and refusing one that would lose data.

use super::ledger::Ledger;
use super::{Db, Store, StoreError, read, statements};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("src/store/migrations");

/// Oldest SQLite without the bug that can corrupt a database when its log is reset.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Oldest PostgreSQL that the tests run on.
const OLDEST_POSTGRES: i32 = 150_000;
/// Connections kept for emergencies, opened when there is the first.
const RESERVED_CONNECTIONS: u32 = 2;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

statements! {
    COUNT_MIGRATIONS = "SELECT count(*) FROM _sqlx_migrations WHERE success";
}

/// The file of the embedded database that `url` names; `None` for a server or a database in memory.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") {
        return None;
    }
    let options = SqliteConnectOptions::from_str(url).ok()?;
    let file = options.get_filename();
    let is_in_memory = file.to_string_lossy().contains(":memory:") || file.to_string_lossy().starts_with("file:");
    (!is_in_memory).then(|| file.to_path_buf())
}

impl Store {
    /// Opens the database that `url` names by its scheme, `sqlite:` or `postgres:`; a SQLite file is
    /// made when it is missing. The schema is not touched: see [`Store::migrate`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let (db, reserved) = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url).await?
        } else {
            return Err(StoreError::Unsuitable("the database URL must begin with sqlite: or postgres:".to_owned()));
        };
        Ok(Self { db, reserved, ledger: Ledger::at(&ledger_beside(url)) })
    }

    /// Brings the schema up to date; returns how many migrations the database has now.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        match &self.db {
            Db::Sqlite { write, .. } => MIGRATOR.run(write).await?,
            Db::Postgres(pool) => MIGRATOR.run(pool).await?,
        }
        Ok(MIGRATOR.iter().count())
    }

    /// Asks the database whether its schema is the one that this binary writes.
    pub async fn has_current_schema(&self) -> Result<bool, StoreError> {
        let applied: i64 = read!(self, |pool| sqlx::query_scalar(COUNT_MIGRATIONS).fetch_one(pool).await)?;
        Ok(usize::try_from(applied).is_ok_and(|applied| applied == MIGRATOR.iter().count()))
    }

    /// Closes every connection, after those in use have come back.
    pub async fn close(&self) {
        for db in [&self.db, &self.reserved] {
            match db {
                Db::Sqlite { read, write } => {
                    read.close().await;
                    write.close().await;
                }
                Db::Postgres(pool) => pool.close().await,
            }
        }
    }
}

fn ledger_beside(url: &str) -> std::path::PathBuf {
    let options = url.starts_with("sqlite:").then(|| SqliteConnectOptions::from_str(url).ok()).flatten();
    options.map_or_else(
        || "relais-erasures.ledger".into(),
        |options| options.get_filename().with_file_name("relais-erasures.ledger"),
    )
}

/// Opens the pools for everything, and those for emergencies.
async fn open_sqlite(url: &str) -> Result<(Db, Db), StoreError> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A caller who was told "saved" must find it after a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0");
    let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&write).await?;
    refuse_old_sqlite(&version)?;
    let options = options.read_only(true);
    let read = SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await?;
    let reserved = SqlitePoolOptions::new().max_connections(RESERVED_CONNECTIONS).connect_lazy_with(options);
    Ok((Db::Sqlite { read, write: write.clone() }, Db::Sqlite { read: reserved, write }))
}

fn refuse_old_sqlite(version: &str) -> Result<(), StoreError> {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut number = || numbers.next().unwrap_or(0);
    if (number(), number(), number()) >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(StoreError::Unsuitable(format!("SQLite {version} can corrupt its log; Relais needs 3.51.3 or newer")))
}

async fn open_postgres(url: &str) -> Result<(Db, Db), StoreError> {
    let options = PgConnectOptions::from_str(url)?;
    let pools = PgPoolOptions::new().acquire_timeout(BUSY_TIMEOUT);
    let reserved = pools.clone().max_connections(RESERVED_CONNECTIONS).connect_lazy_with(options.clone());
    let pool = pools.max_connections(16).connect_with(options).await?;
    let version: String = sqlx::query_scalar("SELECT current_setting('server_version_num')").fetch_one(&pool).await?;
    if version.parse().unwrap_or(0) < OLDEST_POSTGRES {
        return Err(StoreError::Unsuitable("Relais needs PostgreSQL 15 or newer".to_owned()));
    }
    Ok((Db::Postgres(pool), Db::Postgres(reserved)))
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
