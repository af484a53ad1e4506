//! Bringing a backup back, and nothing with it that was erased since.

use super::backup::{KEY_DAYS, Manifest, Part, failed, hash, is_too_old, read_manifests};
use super::connect::{Address, with_settings};
use super::ledger::Ledger;
use super::open::{Resolved, read_keks};
use super::{Db, Location, Store, StoreError, postgres_programs};
use crate::clock::{Chance, Clock};
use crate::domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a restore did.
#[derive(Clone, Copy, Debug)]
pub struct Restored {
    /// When the data were copied.
    pub data_made_at: Timestamp,
    /// When the keys were copied.
    pub keys_made_at: Timestamp,
    /// Lines that the ledger lacked and the backup's copy of it had.
    pub ledger_lines_added: usize,
}

/// A half of a backup that was verified.
struct Verified {
    manifest: Manifest,
    database: PathBuf,
    ledger: Option<PathBuf>,
}

impl Store {
    /// Puts the newest backup of a folder in the place of both databases, and opens them: what the ledger says was
    /// erased is erased again. Nothing is replaced before everything about the backup has been checked.
    pub async fn restore(
        location: &Location,
        folder: &Path,
        may_replace: bool,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<(Self, Restored), StoreError> {
        let resolved = location.resolved()?;
        let (data, keys) = choose(folder, clock.now())?;
        refuse_wrong_key(&resolved, &keys.manifest)?;
        let key_address = replaceable(&resolved, may_replace).await?;
        let ledger_lines_added = merge_ledger(&resolved.ledger_file, keys.ledger.as_deref()).await?;
        // The keys first: a restore that is stopped in between leaves data without keys at worst, and is done again.
        replace(&key_address, location.keys_database_url.as_ref().unwrap_or(&location.database_url), &keys.database)
            .await?;
        replace(&resolved.database, &location.database_url, &data.database).await?;
        let store = Self::open(location, clock, chance).await?;
        let (data_made_at, keys_made_at) = (data.manifest.made_at(), keys.manifest.made_at());
        Ok((store, Restored { data_made_at, keys_made_at, ledger_lines_added }))
    }
}

/// The newest data, and the newest keys that are not older than these.
fn choose(folder: &Path, now: Timestamp) -> Result<(Verified, Verified), StoreError> {
    let newest = |part: Part| -> Result<(PathBuf, Manifest), StoreError> {
        let of_part = read_manifests(&part.folder(folder))?.into_iter().rfind(|(_, manifest)| manifest.part == part);
        of_part.ok_or_else(|| StoreError::Unsuitable(format!("{} holds no backup", part.folder(folder).display())))
    };
    let (data, keys) = (newest(Part::Data)?, newest(Part::Keys)?);
    let told = if data.1.key_store != keys.1.key_store {
        "the keys in this backup are not those of its data".to_owned()
    } else if keys.1.made_at() < data.1.made_at() {
        "the keys in this backup are older than its data: the newest rows could not be read".to_owned()
    } else if is_too_old(&keys.1, now) {
        format!("the keys in this backup are older than {KEY_DAYS} days: they could open what was erased since")
    } else {
        return Ok((verified(data)?, verified(keys)?));
    };
    Err(StoreError::Unsuitable(told))
}

fn verified((path, manifest): (PathBuf, Manifest)) -> Result<Verified, StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    for (name, expected) in &manifest.files {
        let is_plain = Path::new(name).file_name().is_some_and(|only| only == name.as_str());
        let file = folder.join(name);
        if !is_plain || hash(&file)? != *expected {
            return Err(StoreError::Unsuitable(format!("{} is not the file that was backed up", file.display())));
        }
        files.push(file);
    }
    let is_ledger = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "ledger");
    let ledger = files.iter().find(|file| is_ledger(file)).cloned();
    let database = files.into_iter().find(|file| !is_ledger(file));
    let database = database.ok_or_else(|| StoreError::Unsuitable(format!("{} names no file", path.display())))?;
    Ok(Verified { manifest, database, ledger })
}

fn refuse_wrong_key(resolved: &Resolved, manifest: &Manifest) -> Result<(), StoreError> {
    let keks = read_keks(&resolved.kek_file)?;
    let given: BTreeSet<&str> = keks.iter().map(|kek| kek.id().as_str()).collect();
    if manifest.keks.iter().all(|id| given.contains(id.as_str())) {
        return Ok(());
    }
    Err(StoreError::Unsuitable(format!(
        "the key in {} is not the one that this backup needs: nothing was changed",
        resolved.kek_file.display()
    )))
}

/// Refuses to replace what is there unless that was asked for, and what is in use always. Gives the place of the
/// key store.
async fn replaceable(resolved: &Resolved, may_replace: bool) -> Result<Address, StoreError> {
    if resolved.database.file().is_none() {
        let db = resolved.database.connect().await?;
        let schema = db.schema().await?.unwrap_or_else(|| "public".to_owned());
        let of_schema = resolved.database.in_schema(&format!("{schema}_keys"));
        let keys = resolved.keys.clone().or(of_schema).unwrap_or_else(|| resolved.database.clone());
        let is_used = db.has_table("directory_head").await?;
        db.close().await;
        return if is_used && !may_replace { Err(not_empty("the database")) } else { Ok(keys) };
    }
    let keys = resolved.keys.clone().unwrap_or_else(|| resolved.database.clone());
    for address in [&resolved.database, &keys] {
        if let Some(file) = address.file().filter(|file| file.exists()) {
            if !may_replace {
                return Err(not_empty(&file.display().to_string()));
            }
            refuse_used(address, file).await?;
        }
    }
    Ok(keys)
}

fn not_empty(what: &str) -> StoreError {
    StoreError::Unsuitable(format!("{what} is there already: --replace puts the backup in its place"))
}

/// Only who is alone with a database can take its log away.
async fn refuse_used(address: &Address, file: &Path) -> Result<(), StoreError> {
    let Address::Sqlite(options) = address else { return Ok(()) };
    let mut connection = SqliteConnection::connect_with(&with_settings(options.clone())).await?;
    let mode: Result<String, _> = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
    connection.close().await?;
    if mode.is_ok_and(|mode| mode == "delete") {
        return Ok(());
    }
    Err(StoreError::Unsuitable(format!("{} is in use: stop the server first", file.display())))
}

/// Puts a copy of a backup in the place of a database.
async fn replace(address: &Address, url: &str, backup: &Path) -> Result<(), StoreError> {
    let Some(file) = address.file() else {
        let db = address.connect().await?;
        drop_schema(&db).await?;
        db.close().await;
        return postgres_programs::load(url, backup);
    };
    let named = |ending: &str| {
        let mut name = OsString::from(file);
        name.push(ending);
        PathBuf::from(name)
    };
    let beside = named(".restoring");
    let copied = fs::copy(backup, &beside).and_then(|_| fs::File::open(&beside)?.sync_all());
    copied.map_err(|error| failed(&beside, error))?;
    for log in ["-wal", "-shm", "-journal"].map(named) {
        if log.exists() {
            fs::remove_file(&log).map_err(|error| failed(&log, error))?;
        }
    }
    fs::rename(&beside, file).map_err(|error| failed(file, error))
}

async fn drop_schema(db: &Db) -> Result<(), StoreError> {
    let (Db::Postgres(pool), Some(schema)) = (db, db.schema().await?) else { return Ok(()) };
    let sql = AssertSqlSafe(format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE"));
    sqlx::query(sql).execute(pool).await?;
    if schema == "public" {
        // A dump takes this one for granted.
        sqlx::query("CREATE SCHEMA public").execute(pool).await?;
    }
    Ok(())
}

/// Adds to the ledger what only the backup's copy of it has; gives how many lines.
async fn merge_ledger(ledger: &Path, copy: Option<&Path>) -> Result<usize, StoreError> {
    let Some(copy) = copy else { return Ok(0) };
    let ledger = Ledger::at(ledger);
    let held: BTreeSet<String> = ledger.read()?.iter().map(ToString::to_string).collect();
    let copied = Ledger::at(copy).read()?;
    let missing: Vec<_> = copied.into_iter().filter(|entry| !held.contains(&entry.to_string())).collect();
    ledger.append(&missing).await?;
    Ok(missing.len())
}
