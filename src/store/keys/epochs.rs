//! Epoch keys: one per project and month, random, so that deleting one really destroys what it wraps.

use super::{KeyStore, KeyTx, StoreError, in_tx, statements};
use crate::crypto::{Key, KeyCipher, Wrapping, unwrap_key, wrap_key};
use crate::store::row::Table;
use std::collections::HashMap;

statements! {
    FIND_CURRENT = "SELECT id AS epoch_id, project, month, kek_id, wrapped AS epoch_wrapped FROM epoch_keys \
        WHERE project = $1 AND month = $2 AND generation = $3";
    INSERT = "INSERT INTO epoch_keys (id, project, month, generation, kek_id, wrapped) VALUES ($1, $2, $3, $4, $5, $6)";
}

/// An epoch key as it stands in the store.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct EpochRow {
    pub(super) epoch_id: String,
    project: String,
    month: String,
    kek_id: String,
    epoch_wrapped: String,
}

impl EpochRow {
    /// An epoch of a list, of which these are the next lines.
    pub(super) fn read<'l>(mut line: impl FnMut() -> Result<&'l str, StoreError>) -> Result<Self, StoreError> {
        Ok(Self {
            epoch_id: line()?.to_owned(),
            project: line()?.to_owned(),
            month: line()?.to_owned(),
            kek_id: line()?.to_owned(),
            epoch_wrapped: line()?.to_owned(),
        })
    }

    /// Whose epoch it is.
    pub(super) fn project(&self) -> &str {
        &self.project
    }
}

/// Epoch keys that were unwrapped for one piece of work.
#[derive(Default)]
pub(super) struct Epochs(HashMap<String, KeyCipher>);

impl Epochs {
    /// What the key of a row wraps with; the key is unwrapped once.
    pub(super) fn cipher(&mut self, keys: &KeyStore, row: &EpochRow) -> Result<&KeyCipher, StoreError> {
        if !self.0.contains_key(&row.epoch_id) {
            let as_what = Wrapping::Epoch { project: &row.project, month: &row.month, epoch: &row.epoch_id };
            let key = unwrap_key(&keys.kek(&row.kek_id)?.cipher(), as_what, &row.epoch_wrapped);
            self.0.insert(row.epoch_id.clone(), Table("epoch_keys").parsed("key", key)?.cipher());
        }
        Ok(&self.0[&row.epoch_id])
    }

    /// A key that is wrapped by an epoch.
    pub(super) fn unwrap(
        &mut self,
        keys: &KeyStore,
        epoch: &EpochRow,
        as_what: Wrapping<'_>,
        wrapped: &str,
    ) -> Result<Key, StoreError> {
        Table("key_store").parsed("key", unwrap_key(self.cipher(keys, epoch)?, as_what, wrapped))
    }

    /// A key wrapped by an epoch.
    pub(super) fn wrap(
        &mut self,
        keys: &KeyStore,
        epoch: &EpochRow,
        as_what: Wrapping<'_>,
        key: &Key,
    ) -> Result<String, StoreError> {
        let nonce = keys.sources.nonce();
        Ok(wrap_key(self.cipher(keys, epoch)?, as_what, &nonce, key))
    }

    /// The current epoch of a project, made when there is none in this month and rotation.
    pub(super) async fn current(
        &mut self,
        keys: &KeyStore,
        tx: &mut KeyTx,
        project: &str,
    ) -> Result<EpochRow, StoreError> {
        let month = keys.sources.clock.now().month().to_string();
        let generation = tx.head.generation;
        let found: Option<EpochRow> = in_tx!(tx, |c| sqlx::query_as(FIND_CURRENT)
            .bind(project)
            .bind(&month)
            .bind(generation)
            .fetch_optional(c)
            .await)?;
        if let Some(row) = found {
            return Ok(row);
        }
        let (epoch_id, kek_id) = (keys.sources.id("epo"), tx.head.kek_id.clone());
        let key = keys.sources.key();
        let as_what = Wrapping::Epoch { project, month: &month, epoch: &epoch_id };
        let epoch_wrapped = wrap_key(&keys.kek(&kek_id)?.cipher(), as_what, &keys.sources.nonce(), &key);
        in_tx!(tx, |c| sqlx::query(INSERT)
            .bind(&epoch_id)
            .bind(project)
            .bind(&month)
            .bind(generation)
            .bind(&kek_id)
            .bind(&epoch_wrapped)
            .execute(c)
            .await
            .map(drop))?;
        self.0.insert(epoch_id.clone(), key.cipher());
        Ok(EpochRow { epoch_id, project: project.to_owned(), month, kek_id, epoch_wrapped })
    }
}
