//! What can go wrong in the store, by what the caller can do about it.

/// A fault of the store. Expected refusals are not among them: those are decided in `domain`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row has another version than the one the change was decided on.
    #[error("the row was changed by somebody else")]
    Stale,
    /// The database is busy or out of reach; the same call may succeed later.
    #[error("the database is busy or out of reach")]
    Unavailable(#[source] sqlx::Error),
    /// A stored value is not what the code writes.
    #[error("table {table}: a stored {value} cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What could not be read.
        value: &'static str,
    },
    /// The unit of erasure is gone: nothing of it is written any more.
    #[error("what was to be sealed belongs to something that was erased")]
    Erased,
    /// The database is not one that Relais may use.
    #[error("{0}")]
    Unsuitable(String),
    /// A file that belongs to the store cannot be read or written.
    #[error("{path} cannot be used")]
    File {
        /// The file.
        path: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// Anything else the driver tells.
    #[error("the database refused the statement")]
    Driver(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let is_busy = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| {
            // SQLITE_BUSY and its kinds; PostgreSQL: serialisation failure, deadlock, lock not available,
            // shutting down, too many connections.
            matches!(
                code.as_ref(),
                "5" | "261" | "517" | "773" | "40001" | "40P01" | "55P03" | "57P01" | "57P03" | "53300"
            )
        });
        let is_unreachable = matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed);
        if is_busy || is_unreachable { Self::Unavailable(error) } else { Self::Driver(error) }
    }
}
