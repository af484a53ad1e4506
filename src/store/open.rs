//! Opening a store: two databases that belong together, the key file that opens one of them, and the ledger that
//! is replayed before anything is served.
//!
//! Invariant: until the key file has proved to be the right one, nothing is written.

use super::bell::Bell;
use super::connect::{Address, beside};
use super::keys::{KeyStore, Sources};
use super::ledger::Ledger;
use super::{Db, Store, StoreError, in_tx, statements};
use crate::clock::{Chance, Clock};
use crate::crypto::{Kek, KekId, read_kek_file, write_kek_file};
use sqlx::migrate::Migrator;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

static MIGRATOR: Migrator = sqlx::migrate!("src/store/migrations");

statements! {
    FIND_MARK = "SELECT id FROM key_store_mark";
    INSERT_MARK = "INSERT INTO key_store_mark (id) VALUES ($1)";
}

/// Where a node keeps what it remembers. What is `None` stands beside an embedded database.
#[derive(Clone, Default)]
pub struct Location {
    /// The database, `sqlite:` or `postgres:`; it may hold a password.
    pub database_url: String,
    /// The key store; with PostgreSQL by default a schema of its own on the same server.
    pub keys_database_url: Option<String>,
    /// The file of the KEK; needed with PostgreSQL.
    pub kek_file: Option<PathBuf>,
    /// Another file with KEKs that may be needed, while a rotation is under way.
    pub other_kek_file: Option<PathBuf>,
    /// The erasure ledger.
    pub ledger_file: Option<PathBuf>,
}

impl From<&str> for Location {
    /// A database with everything else beside it.
    fn from(database_url: &str) -> Self {
        Self { database_url: database_url.to_owned(), ..Self::default() }
    }
}

impl From<&String> for Location {
    fn from(database_url: &String) -> Self {
        Self::from(database_url.as_str())
    }
}

/// A location in which nothing is left to be guessed.
pub(super) struct Resolved {
    pub(super) database: Address,
    pub(super) keys: Option<Address>,
    pub(super) kek_file: PathBuf,
    other_kek_file: Option<PathBuf>,
    pub(super) ledger_file: PathBuf,
    may_make_kek: bool,
}

impl Location {
    pub(super) fn resolved(&self) -> Result<Resolved, StoreError> {
        let database = Address::parse(&self.database_url)?;
        let keys = self.keys_database_url.as_deref().map(Address::parse).transpose()?;
        if self.keys_database_url.as_ref() == Some(&self.database_url) {
            return Err(StoreError::Unsuitable("the key store cannot be in the database that it protects".to_owned()));
        }
        let keys = keys.or_else(|| database.file().map(|file| Address::sqlite_at(&beside(file, "-keys.db"))));
        let Some(kek_file) = self.kek_file.clone().or_else(|| database.file().map(|file| beside(file, ".kek"))) else {
            return Err(StoreError::Unsuitable(
                "PostgreSQL needs a key file: make one with `relais keys init FILE`, keep a copy of it apart from the \
                 database, and name it in RELAIS_KEK_FILE"
                    .to_owned(),
            ));
        };
        // Beside the key store, named after the database where both stand in one folder.
        let named_after = match (database.file(), keys.as_ref().and_then(Address::file)) {
            (Some(file), Some(_)) if self.keys_database_url.is_none() => file,
            (_, Some(keys)) => keys,
            (_, None) => kek_file.as_path(),
        };
        let ledger_file = self.ledger_file.clone().unwrap_or_else(|| beside(named_after, "-erasures.ledger"));
        Ok(Resolved {
            may_make_kek: self.kek_file.is_none() && database.file().is_some(),
            other_kek_file: self.other_kek_file.clone(),
            database,
            keys,
            kek_file,
            ledger_file,
        })
    }
}

impl Store {
    /// Opens the database and its key store, which must belong together and to the key file; brings both schemas
    /// up to date; and erases again what the ledger says was erased.
    pub async fn open(location: &Location, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Self, StoreError> {
        let resolved = location.resolved()?;
        let db = resolved.database.connect().await?;
        let mark = find_mark(&db).await?;
        let key_db = resolved.connect_keys(&db, mark.is_some()).await?;
        let id = KeyStore::find_id(&key_db).await?;
        refuse_strangers(mark.as_deref(), id.as_deref())?;
        let keks = resolved.read_keks(id.is_none(), chance.as_ref())?;
        let keys = KeyStore::new(key_db, keks, Sources { clock, chance });
        keys.refuse_wrong_keks(&resolved.kek_file).await?;
        db.migrate(&MIGRATOR).await?;
        let id = keys.prepare().await?;
        let reserved = resolved.database.reserve(&db);
        let store =
            Self { db, reserved, keys: Arc::new(keys), ledger: Ledger::at(&resolved.ledger_file), bell: Bell::new() };
        if mark.is_none() {
            store.mark(&id).await?;
        }
        store.replay_ledger().await?;
        Ok(store)
    }

    async fn mark(&self, key_store: &str) -> Result<(), StoreError> {
        self.write(async |tx| {
            in_tx!(tx, |c| sqlx::query(INSERT_MARK).bind(key_store).execute(c).await.map(drop))?;
            Ok(())
        })
        .await
    }

    /// Asks the databases whether their schemas are the ones that this binary writes.
    pub async fn has_current_schema(&self) -> Result<bool, StoreError> {
        Ok(self.db.is_migrated_by(&MIGRATOR).await? && self.keys.has_current_schema().await?)
    }

    /// Closes every connection, after those in use have come back.
    pub async fn close(&self) {
        self.reserved.close().await;
        self.db.close().await;
        self.keys.db.close().await;
    }
}

async fn find_mark(db: &Db) -> Result<Option<String>, StoreError> {
    if !db.has_table("key_store_mark").await? {
        return Ok(None);
    }
    Ok(match db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(FIND_MARK).fetch_optional(read).await?,
        Db::Postgres(pool) => sqlx::query_scalar(FIND_MARK).fetch_optional(pool).await?,
    })
}

/// Neither a database without its keys nor one with the keys of another may be opened: what is sealed in it would
/// look lost, and what is new would be sealed by keys that nobody looks for.
fn refuse_strangers(mark: Option<&str>, key_store: Option<&str>) -> Result<(), StoreError> {
    let told = match (mark, key_store) {
        (Some(mark), Some(id)) if mark != id => {
            "this key store holds the keys of another database: restore the right one, or correct keys.database_url"
        }
        (Some(_), None) => "the key store of this database is missing: restore it, or correct keys.database_url",
        _ => return Ok(()),
    };
    Err(StoreError::Unsuitable(told.to_owned()))
}

impl Resolved {
    /// Connects the key store. One that was there before is not made anew.
    pub(super) async fn connect_keys(&self, db: &Db, must_exist: bool) -> Result<Db, StoreError> {
        let address = match &self.keys {
            Some(address) => address.clone(),
            None => {
                let schema = format!("{}_keys", db.schema().await?.unwrap_or_else(|| "public".to_owned()));
                if schema.contains('"') {
                    return Err(StoreError::Unsuitable("a schema with a quotation mark in its name".to_owned()));
                }
                db.ensure_schema(&schema).await?;
                self.database.in_schema(&schema).unwrap_or_else(|| self.database.clone())
            }
        };
        if must_exist && address.file().is_some_and(|file| !file.exists()) {
            refuse_strangers(Some(""), None)?;
        }
        address.connect().await
    }

    /// The KEKs of the key file, and of the other one. For an embedded database that is new, and whose operator
    /// named no file, one is made beside it.
    fn read_keks(&self, is_new: bool, chance: &dyn Chance) -> Result<Vec<Kek>, StoreError> {
        if is_new && self.may_make_kek && !self.kek_file.exists() {
            make_kek_file(&self.kek_file, chance)?;
            tracing::warn!(
                "made the key file relais.kek beside the database: move it to another disk and name it in RELAIS_KEK_FILE"
            );
        }
        let mut keks = read_keks(&self.kek_file)?;
        if let Some(file) = &self.other_kek_file {
            keks.extend(read_keks(file)?);
        }
        Ok(keks)
    }
}

/// Writes a fresh KEK into a file that only its owner may read; refuses a file that is there.
pub fn make_kek_file(path: &Path, chance: &dyn Chance) -> Result<(), StoreError> {
    let text = write_kek_file(&Kek::from_random(chance.key()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| StoreError::File { path: path.display().to_string(), error })
}

/// The id of the first KEK of a file.
pub fn read_kek_id(path: &Path) -> Result<KekId, StoreError> {
    let keks = read_keks(path)?;
    let first = keks.first().map(|kek| kek.id().clone());
    first.ok_or_else(|| StoreError::Unsuitable("the file holds no key".to_owned()))
}

/// The KEKs of a file. The first is the one that a new key store, or a rotation, takes.
pub(super) fn read_keks(path: &Path) -> Result<Vec<Kek>, StoreError> {
    let place = || path.display().to_string();
    let failed = |error| StoreError::File { path: place(), error };
    let mode = std::fs::metadata(path).map_err(failed)?.mode();
    if mode & 0o077 != 0 {
        return Err(StoreError::Unsuitable(format!(
            "the key file {} can be read by others: `chmod 0400` it, and rotate its key if they may have read it",
            place()
        )));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    read_kek_file(&text).map_err(|invalid| StoreError::Unsuitable(format!("the key file {}: {invalid}", place())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(location: &Location) -> Resolved {
        location.resolved().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn everything_of_an_embedded_database_stands_beside_it() {
        let all = resolved(&Location::from("sqlite:data/relais.db"));
        assert_eq!(all.keys.as_ref().and_then(Address::file), Some(Path::new("data/relais-keys.db")));
        assert_eq!(all.kek_file, Path::new("data/relais.kek"));
        assert_eq!(all.ledger_file, Path::new("data/relais-erasures.ledger"));
        assert!(all.may_make_kek);
    }

    #[test]
    fn what_is_named_stands_where_it_is_named() {
        let named = Location {
            database_url: "sqlite:data/relais.db".to_owned(),
            keys_database_url: Some("sqlite:/keys/of-relais.db".to_owned()),
            kek_file: Some("/run/kek".into()),
            ..Location::default()
        };
        let all = resolved(&named);
        assert_eq!(all.keys.as_ref().and_then(Address::file), Some(Path::new("/keys/of-relais.db")));
        assert_eq!(all.kek_file, Path::new("/run/kek"));
        assert_eq!(all.ledger_file, Path::new("/keys/of-relais-erasures.ledger"));
        assert!(!all.may_make_kek, "a file that somebody named is never made");
        let server = Location { database_url: "postgres://localhost/relais".to_owned(), ..named.clone() };
        let server = Location { keys_database_url: None, ..server };
        assert_eq!(resolved(&server).ledger_file, Path::new("/run/kek-erasures.ledger"));
    }

    #[test]
    fn a_server_without_a_key_file_and_keys_among_what_they_protect_are_refused() {
        let told = |location: &Location| location.resolved().map(drop).expect_err("refused").to_string();
        assert!(told(&Location::from("postgres://localhost/relais")).contains("relais keys init"));
        let same = Location { keys_database_url: Some("sqlite:a.db".to_owned()), ..Location::from("sqlite:a.db") };
        assert!(told(&same).contains("protects"));
    }
}
