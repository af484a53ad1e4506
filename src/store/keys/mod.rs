//! The key store: a database of its own beside the main one.
//!
//! Invariants: a key is committed here before the row that uses it. Whoever writes keys holds the store's one row
//! until the commit, so that a rotation, an erasure and a new key never cross. Keys are fetched for each use, all
//! of a page by one statement, and kept nowhere: what is erased is unreadable on every node at once.

mod data;
mod epochs;
mod erase;
mod pseudonyms;
mod rotate;

pub(super) use self::data::UnitKeys;
pub(super) use self::erase::Erasure;
pub use self::pseudonyms::{CursorKey, KeyPurpose};
pub use self::rotate::{Rotation, RotationRefused};

use super::{Db, StoreError, TxInner, in_tx, read, statements};
use crate::clock::{Chance, Clock};
use crate::crypto::{Kek, Key, Nonce};
use crate::domain::id::ProjectId;
use sqlx::migrate::Migrator;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

static MIGRATOR: Migrator = sqlx::migrate!("src/store/key_migrations");

/// Under which keys of no project stand.
pub(super) const NETWORK: &str = "network";

statements! {
    FIND_ID = "SELECT id FROM key_store WHERE name = 'keys'";
    INSERT = "INSERT INTO key_store (name, id, kek_id, generation, is_rotating) VALUES ('keys', $1, $2, 1, false) \
        ON CONFLICT (name) DO NOTHING";
    LIST_KEKS = "SELECT kek_id FROM key_store UNION SELECT kek_id FROM epoch_keys";
    // Changes nothing, and holds the row until the commit on both databases.
    LOCK = "UPDATE key_store SET generation = generation WHERE name = 'keys' RETURNING kek_id, generation, is_rotating";
}

/// Every statement on the key store, with its name.
pub(super) fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = [
        STATEMENTS,
        data::STATEMENTS,
        epochs::STATEMENTS,
        erase::STATEMENTS,
        pseudonyms::STATEMENTS,
        rotate::STATEMENTS,
    ];
    blocks.into_iter().flatten().copied()
}

/// Where time and chance come from.
pub(super) struct Sources {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Chance>,
}

impl Sources {
    fn key(&self) -> Key {
        Key::from_random(self.chance.key())
    }

    pub(super) fn nonce(&self) -> Nonce {
        let mut nonce = Nonce::default();
        self.chance.fill(&mut nonce);
        nonce
    }

    fn id(&self, prefix: &str) -> String {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        format!("{prefix}_{}", data_encoding::HEXLOWER.encode(&bytes))
    }
}

/// The key store of a node, with the KEKs that it was given.
pub(super) struct KeyStore {
    pub(super) db: Db,
    pub(super) sources: Sources,
    keks: Vec<Kek>,
}

/// A transaction that holds nothing yet.
struct Begun {
    inner: TxInner,
}

/// A transaction on the key store that holds its one row.
struct KeyTx {
    inner: TxInner,
    head: Head,
}

/// What the key store's one row says.
#[derive(Clone, sqlx::FromRow)]
struct Head {
    kek_id: String,
    generation: i64,
    is_rotating: bool,
}

/// Under which name a project's keys stand.
pub(super) fn project_name(project: Option<ProjectId>) -> String {
    project.map_or_else(|| NETWORK.to_owned(), |project| project.to_string())
}

impl KeyStore {
    pub(super) const fn new(db: Db, keks: Vec<Kek>, sources: Sources) -> Self {
        Self { db, sources, keks }
    }

    /// The id of a key store that was used before.
    pub(super) async fn find_id(db: &Db) -> Result<Option<String>, StoreError> {
        if !db.has_table("key_store").await? {
            return Ok(None);
        }
        Ok(match db {
            Db::Sqlite { read, .. } => sqlx::query_scalar(FIND_ID).fetch_optional(read).await?,
            Db::Postgres(pool) => sqlx::query_scalar(FIND_ID).fetch_optional(pool).await?,
        })
    }

    /// Refuses to go on unless there is every KEK under which a key stands.
    pub(super) async fn refuse_wrong_keks(&self, file: &Path) -> Result<(), StoreError> {
        if !self.db.has_table("key_store").await? {
            return Ok(());
        }
        let needed = self.list_kek_ids().await?;
        let given: BTreeSet<&str> = self.keks.iter().map(|kek| kek.id().as_str()).collect();
        let missing = needed.iter().filter(|id| !given.contains(id.as_str())).count();
        if missing == 0 {
            return Ok(());
        }
        let file = file.display();
        Err(StoreError::Unsuitable(if missing < needed.len() {
            format!(
                "a rotation to another key is not finished and needs the old key and the new one: run `relais keys \
                 rotate --new-kek FILE` again, or write both keys into {file}"
            )
        } else {
            format!("the key in {file} is not the one of this key store: nothing was written; find the right file")
        }))
    }

    /// The KEKs under which a key stands, and the one in force.
    pub(super) async fn list_kek_ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(LIST_KEKS).fetch_all(pool).await)?)
    }

    /// Brings the schema up to date, and gives the id of the store.
    pub(super) async fn prepare(&self) -> Result<String, StoreError> {
        self.db.migrate(&MIGRATOR).await?;
        let kek = self.keks.first().ok_or_else(|| StoreError::Unsuitable("there is no key".to_owned()))?;
        let (id, kek_id) = (self.sources.id("kst"), kek.id().as_str());
        let mut tx = Begun { inner: self.db.begin().await? };
        in_tx!(tx, |c| sqlx::query(INSERT).bind(&id).bind(kek_id).execute(c).await.map(drop))?;
        tx.inner.commit().await?;
        Ok(read!(self, |pool| sqlx::query_scalar(FIND_ID).fetch_one(pool).await)?)
    }

    pub(super) async fn has_current_schema(&self) -> Result<bool, StoreError> {
        self.db.is_migrated_by(&MIGRATOR).await
    }

    async fn begin(&self) -> Result<KeyTx, StoreError> {
        let mut tx = Begun { inner: self.db.begin().await? };
        let head: Head = in_tx!(tx, |c| sqlx::query_as(LOCK).fetch_one(c).await)?;
        Ok(KeyTx { inner: tx.inner, head })
    }

    fn kek(&self, id: &str) -> Result<&Key, StoreError> {
        let found = self.keks.iter().find(|kek| kek.id().as_str() == id);
        found.map(Kek::key).ok_or_else(|| {
            StoreError::Unsuitable("a key stands under a KEK that this process was not given".to_owned())
        })
    }
}
