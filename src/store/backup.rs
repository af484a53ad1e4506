//! Backups: data and keys in folders of their own, each with a manifest, made while the house goes on working.
//!
//! Invariants: the data are copied first and the keys after them, so that every row of a backup has its key. A
//! manifest is written last: what has none is no backup. A backup of keys lives for seven days, because with it
//! an older backup of the data could be read again.

use super::keys::KeyStore;
use super::{Db, Location, Store, StoreError, postgres_programs};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{Connection, SqliteConnection};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Days for which a backup of keys may be used.
pub(super) const KEY_DAYS: i64 = 7;
const FORMAT: &str = "relais-backup-1";

/// One half of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Data,
    Keys,
}

impl Part {
    /// The folder of its own.
    pub(super) fn folder(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::Data => "data",
            Self::Keys => "keys",
        })
    }
}

/// What a backup says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: String,
    pub(super) part: Part,
    pub(super) made_at_microseconds: i64,
    /// Which key store it is, or belongs to.
    pub(super) key_store: String,
    /// By their ids, the KEKs without which it does not open.
    pub(super) keks: Vec<String>,
    /// Its files, each with its SHA-256.
    pub(super) files: Vec<(String, String)>,
}

impl Manifest {
    pub(super) const fn made_at(&self) -> Timestamp {
        Timestamp::from_microseconds(self.made_at_microseconds)
    }
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct BackupMade {
    /// The data.
    pub data: PathBuf,
    /// The keys.
    pub keys: PathBuf,
    /// Files of older backups of keys that were deleted.
    pub deleted: Vec<PathBuf>,
}

impl Store {
    /// Copies both databases as they stand now, and deletes backups of keys that are too old. Writers go on.
    pub async fn backup(&self, location: &Location, folder: &Path, now: Timestamp) -> Result<BackupMade, StoreError> {
        let key_store = KeyStore::find_id(&self.keys.db).await?;
        let key_store = key_store.ok_or_else(|| StoreError::Unsuitable("there is no key store".to_owned()))?;
        let keks = self.keys.list_kek_ids().await?;
        let stamp = now.to_string().replace(':', "").replace('.', "-");
        let resolved = location.resolved()?;
        let mut made = Vec::new();
        for (part, db, url) in [
            (Part::Data, &self.db, Some(&location.database_url)),
            (Part::Keys, &self.keys.db, location.keys_database_url.as_ref().or(Some(&location.database_url))),
        ] {
            let folder = part.folder(folder);
            make_folder(&folder)?;
            let name = format!("{stamp}.{}", if matches!(db, Db::Sqlite { .. }) { "db" } else { "dump" });
            let path = folder.join(&name);
            db.copy_to(&path, url.map_or("", String::as_str)).await?;
            let mut files = vec![(name, hash(&path)?)];
            if part == Part::Keys && resolved.ledger_file.exists() {
                let name = format!("{stamp}.ledger");
                let copy = folder.join(&name);
                fs::copy(&resolved.ledger_file, &copy).map_err(|error| failed(&copy, error))?;
                files.push((name, hash(&copy)?));
            }
            let manifest = Manifest {
                format: FORMAT.to_owned(),
                part,
                made_at_microseconds: now.microseconds(),
                key_store: key_store.clone(),
                keks: keks.clone(),
                files,
            };
            write_manifest(&folder, &stamp, &manifest)?;
            made.push(path);
        }
        let deleted = delete_old_keys(&Part::Keys.folder(folder), now)?;
        let keys = made.pop().unwrap_or_default();
        Ok(BackupMade { data: made.pop().unwrap_or_default(), keys, deleted })
    }
}

impl Db {
    /// Copies the database into a file that is not there yet.
    async fn copy_to(&self, path: &Path, url: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => {
                // A connection of its own: writers go on beside the copy.
                let mut connection = SqliteConnection::connect_with(&write.connect_options()).await?;
                let copied = sqlx::query("VACUUM INTO $1")
                    .bind(path.to_string_lossy().into_owned())
                    .execute(&mut connection)
                    .await
                    .map(drop);
                connection.close().await?;
                copied?;
            }
            Self::Postgres(_) => {
                let schema = self.schema().await?.unwrap_or_else(|| "public".to_owned());
                postgres_programs::dump(url, &schema, path)?;
            }
        }
        let file = File::open(path).map_err(|error| failed(path, error))?;
        make_private(path)?;
        file.sync_all().map_err(|error| failed(path, error))
    }
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| failed(folder, error))
}

fn make_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(|error| failed(path, error))
}

fn write_manifest(folder: &Path, stamp: &str, manifest: &Manifest) -> Result<(), StoreError> {
    let path = folder.join(format!("{stamp}.json"));
    let text = serde_json::to_string_pretty(manifest).expect("a manifest is texts and numbers");
    let written = fs::write(&path, text + "\n").and_then(|()| File::open(&path)?.sync_all());
    written.and_then(|()| File::open(folder)?.sync_all()).map_err(|error| failed(&path, error))
}

/// The manifests of a folder, oldest backup first.
pub(super) fn read_manifests(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, StoreError> {
    let mut manifests = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(manifests),
        Err(error) => return Err(failed(folder, error)),
    };
    for entry in entries {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        let manifest: Option<Manifest> = serde_json::from_str(&text).ok();
        let Some(manifest) = manifest.filter(|manifest| manifest.format == FORMAT) else {
            return Err(StoreError::Unsuitable(format!("{} is not the manifest of a backup", path.display())));
        };
        manifests.push((path, manifest));
    }
    manifests.sort_by_key(|(_, manifest)| manifest.made_at_microseconds);
    Ok(manifests)
}

/// True for a backup of keys that may not be used any more.
pub(super) fn is_too_old(manifest: &Manifest, now: Timestamp) -> bool {
    manifest.made_at().plus_days(KEY_DAYS) < now
}

fn delete_old_keys(folder: &Path, now: Timestamp) -> Result<Vec<PathBuf>, StoreError> {
    let mut deleted = Vec::new();
    for (path, manifest) in read_manifests(folder)? {
        if manifest.part == Part::Keys && is_too_old(&manifest, now) {
            let files = manifest.files.iter().map(|(name, _)| folder.join(name)).filter(|file| file.exists());
            for file in files.chain([path.clone()]) {
                fs::remove_file(&file).map_err(|error| failed(&file, error))?;
                deleted.push(file);
            }
        }
    }
    Ok(deleted)
}

/// SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn hash(path: &Path) -> Result<String, StoreError> {
    let mut digest = Sha256::new();
    let mut file = File::open(path).map_err(|error| failed(path, error))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer).map_err(|error| failed(path, error))? {
            0 => return Ok(data_encoding::HEXLOWER.encode(&digest.finalize())),
            count => digest.update(&buffer[..count]),
        }
    }
}

pub(super) fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::File { path: path.display().to_string(), error }
}
