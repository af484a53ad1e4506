//! Keys of pseudonyms and of blind indexes.

use super::epochs::{EpochRow, Epochs};
use super::{KeyStore, NETWORK, StoreError, in_tx, read, statements};
use crate::crypto::{Key, Nonce, Wrapping, open_cursor, seal_cursor};
use crate::domain::id::ProjectId;
use crate::domain::time::Month;
use crate::store::row::Table;
use crate::store::{Store, Tx, in_list};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

const TABLE: Table = Table("pseudonym_keys");

macro_rules! select_keys {
    ($condition:literal) => {
        concat!(
            "SELECT p.project AS owner, p.purpose, p.wrapped, e.id AS epoch_id, e.project, e.month, e.kek_id, ",
            "e.wrapped AS epoch_wrapped FROM pseudonym_keys p JOIN epoch_keys e ON e.id = p.epoch_id WHERE ",
            $condition
        )
    };
}

statements! {
    FIND = select_keys!("p.project = $1 AND p.purpose = $2");
    LIST_ALIAS = select_keys!("p.purpose = 'alias' AND p.project IN");
    COUNT = "SELECT count(*) FROM pseudonym_keys WHERE project = $1 AND purpose = $2";
    INSERT = "INSERT INTO pseudonym_keys (project, purpose, epoch_id, wrapped) VALUES ($1, $2, $3, $4)";
    LIST_MONTHS = "SELECT project, purpose FROM pseudonym_keys WHERE purpose LIKE 'demand:%' ORDER BY purpose, project";
    DELETE = "DELETE FROM pseudonym_keys WHERE project = $1 AND purpose = $2";
}

/// What a project's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Aliases of cases for partners.
    Alias,
    /// The index by which a file number is found.
    FileNumber,
    /// Fingerprints of creates, by which a repeated call is known.
    Fingerprint,
    /// Person keys of the demand ledger in one month.
    Demand(Month),
}

impl std::fmt::Display for KeyPurpose {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alias => formatter.write_str("alias"),
            Self::FileNumber => formatter.write_str("file_number"),
            Self::Fingerprint => formatter.write_str("fingerprint"),
            Self::Demand(month) => write!(formatter, "demand:{month}"),
        }
    }
}

/// What seals the cursors of lists in which a place tells more than whoever reads may know.
pub struct CursorKey(Key);

impl CursorKey {
    /// A place in a list as a cursor of this reach, equally long for places that are.
    pub fn seal(&self, list: &str, reach: &str, nonce: &Nonce, place: &[u8]) -> String {
        seal_cursor(&self.0, list, reach, nonce, place)
    }

    /// The place that a cursor holds; `None` for what this key has not sealed for this list and reach.
    pub fn open(&self, list: &str, reach: &str, cursor: &str) -> Option<Zeroizing<Vec<u8>>> {
        open_cursor(&self.0, list, reach, cursor).ok()
    }
}

#[derive(sqlx::FromRow)]
struct PseudonymRow {
    owner: String,
    purpose: String,
    wrapped: String,
    #[sqlx(flatten)]
    epoch: EpochRow,
}

impl PseudonymRow {
    fn key(&self, keys: &KeyStore, epochs: &mut Epochs) -> Result<Key, StoreError> {
        let as_what = Wrapping::Pseudonym { project: &self.owner, purpose: &self.purpose, epoch: &self.epoch.epoch_id };
        epochs.unwrap(keys, &self.epoch, as_what, &self.wrapped)
    }
}

impl KeyStore {
    async fn find_pseudonym_key(&self, owner: &str, purpose: &str) -> Result<Option<Key>, StoreError> {
        let row: Option<PseudonymRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(owner).bind(purpose).fetch_optional(pool).await)?;
        row.map(|row| row.key(self, &mut Epochs::default())).transpose()
    }

    /// The key of an owner for a purpose, made when there is none yet, and committed before this comes back. Two
    /// nodes that come at once end with the same key.
    async fn pseudonym_key(&self, owner: &str, purpose: &str, fresh: Key) -> Result<Key, StoreError> {
        if let Some(key) = self.find_pseudonym_key(owner, purpose).await? {
            return Ok(key);
        }
        let mut tx = self.begin().await?;
        let present: i64 = in_tx!(tx, |c| sqlx::query_scalar(COUNT).bind(owner).bind(purpose).fetch_one(c).await)?;
        if present == 0 {
            let mut epochs = Epochs::default();
            let epoch = epochs.current(self, &mut tx, owner).await?;
            let as_what = Wrapping::Pseudonym { project: owner, purpose, epoch: &epoch.epoch_id };
            let wrapped = epochs.wrap(self, &epoch, as_what, &fresh)?;
            in_tx!(tx, |c| sqlx::query(INSERT)
                .bind(owner)
                .bind(purpose)
                .bind(&epoch.epoch_id)
                .bind(&wrapped)
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.inner.commit().await?;
        self.find_pseudonym_key(owner, purpose).await?.ok_or_else(|| TABLE.corrupt("key"))
    }

    /// The network's own key of the index by which spoken codes are found: no two projects may give the same code.
    pub(in crate::store) async fn spoken_code_key(&self) -> Result<Key, StoreError> {
        self.pseudonym_key(NETWORK, "spoken_code", self.sources.key()).await
    }
}

impl Store {
    /// The network's own key of cursors, the same on all nodes over one key store, and through rotations.
    pub async fn cursor_key(&self) -> Result<CursorKey, StoreError> {
        self.keys.pseudonym_key(NETWORK, "cursor", self.keys.sources.key()).await.map(CursorKey)
    }

    /// The network's own key of the calls by which partners offer persons: no project is theirs.
    pub async fn offer_key(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        Ok(self.keys.pseudonym_key(NETWORK, "offer", self.keys.sources.key()).await?.to_hmac_key())
    }

    /// A key that was made before; `None` where there is none yet.
    pub async fn find_project_key(
        &self,
        project: ProjectId,
        purpose: KeyPurpose,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let key = self.keys.find_pseudonym_key(&project.to_string(), &purpose.to_string()).await?;
        Ok(key.map(|key| key.to_hmac_key()))
    }

    /// The alias keys of the projects of what the caller has read within its scope.
    pub async fn list_alias_keys_of(
        &self,
        projects: &BTreeSet<ProjectId>,
    ) -> Result<Vec<(ProjectId, Zeroizing<Vec<u8>>)>, StoreError> {
        let sql = in_list(LIST_ALIAS, projects.len());
        let rows: Vec<PseudonymRow> = read!(self.keys, |pool| {
            let ids = projects.iter().map(ToString::to_string);
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        let mut epochs = Epochs::default();
        rows.iter().map(|row| Ok((TABLE.id(&row.owner)?, row.key(&self.keys, &mut epochs)?.to_hmac_key()))).collect()
    }

    /// The months whose demands can still be linked to cases, the oldest first.
    pub async fn list_month_keys(&self) -> Result<Vec<(ProjectId, Month)>, StoreError> {
        let rows: Vec<(String, String)> = read!(self.keys, |pool| sqlx::query_as(LIST_MONTHS).fetch_all(pool).await)?;
        let months = rows.iter().map(|(project, purpose)| {
            let month = purpose.split_once(':').and_then(|(_, month)| Month::parse(month));
            Ok((TABLE.id(project)?, month.ok_or_else(|| TABLE.corrupt("purpose"))?))
        });
        months.collect()
    }

    /// Destroys a key of a project for good: at once, and not with a transaction of the main database, so that
    /// whatever rests on the key has to be rewritten and committed before. Not to be called inside
    /// [`Store::write`].
    pub async fn destroy_project_key(&self, project: ProjectId, purpose: KeyPurpose) -> Result<(), StoreError> {
        let mut tx = self.keys.begin().await?;
        in_tx!(tx, |c| sqlx::query(DELETE)
            .bind(project.to_string())
            .bind(purpose.to_string())
            .execute(c)
            .await
            .map(drop))?;
        tx.inner.commit().await?;
        self.keys.db.truncate_log().await.map(drop)
    }
}

impl Tx {
    /// The key of a project for a purpose; `fresh` becomes the key when there is none yet. It is committed at
    /// once, whatever becomes of this transaction.
    pub async fn project_key(
        &mut self,
        project: ProjectId,
        purpose: KeyPurpose,
        fresh: [u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (project, purpose) = (project.to_string(), purpose.to_string());
        let key = self.keys.pseudonym_key(&project, &purpose, Key::from_random(fresh)).await?;
        Ok(key.to_hmac_key())
    }
}
