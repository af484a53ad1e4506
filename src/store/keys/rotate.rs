//! Rotation: new epoch keys for everything, under a new KEK or the same one.
//!
//! One step is one transaction. Every row says by which epoch it is wrapped and every epoch under which KEK it
//! stands, so that a rotation that was stopped leaves everything readable and goes on where it was.

use super::epochs::{EpochRow, Epochs};
use super::{Head, KeyStore, KeyTx, StoreError, in_tx, read, statements};
use crate::crypto::{KekId, Wrapping};
use crate::store::Store;

macro_rules! from_old_epochs {
    ($columns:literal, $table:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $table,
            " k JOIN epoch_keys e ON e.id = k.epoch_id WHERE e.generation < $1",
            $rest
        )
    };
}

statements! {
    HEAD = "SELECT kek_id, generation, is_rotating FROM key_store WHERE name = 'keys'";
    BEGIN = "UPDATE key_store SET kek_id = $1, generation = generation + 1, is_rotating = true WHERE name = 'keys'";
    END = "UPDATE key_store SET is_rotating = false WHERE name = 'keys'";
    COUNT_DATA = from_old_epochs!("count(*)", "data_keys", "");
    COUNT_PSEUDONYMS = from_old_epochs!("count(*)", "pseudonym_keys", "");
    LIST_DATA = from_old_epochs!(
        "k.unit, k.generation AS number, k.wrapped, e.id AS epoch_id, e.project, e.month, e.kek_id, e.wrapped AS epoch_wrapped",
        "data_keys",
        " ORDER BY k.unit, k.generation LIMIT $2"
    );
    LIST_PSEUDONYMS = from_old_epochs!(
        "k.project AS owner, k.purpose, k.wrapped, e.id AS epoch_id, e.project, e.month, e.kek_id, e.wrapped AS epoch_wrapped",
        "pseudonym_keys",
        " ORDER BY k.project, k.purpose LIMIT $2"
    );
    UPDATE_DATA = "UPDATE data_keys SET epoch_id = $3, wrapped = $4 WHERE unit = $1 AND generation = $2";
    UPDATE_PSEUDONYM = "UPDATE pseudonym_keys SET epoch_id = $3, wrapped = $4 WHERE project = $1 AND purpose = $2";
    DELETE_OLD_EPOCHS = "DELETE FROM epoch_keys WHERE generation < $1";
}

/// How far a rotation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// So many keys still stand under old epochs.
    UnderWay {
        /// Keys to be wrapped anew.
        left: i64,
    },
    /// Every key stands under new epochs, the old ones are destroyed.
    Done,
}

/// Why no rotation begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationRefused {
    /// Another rotation must end first.
    #[error("a rotation to another key is under way: finish it first, with that key")]
    OtherUnderWay,
    /// The key store stands under that KEK already.
    #[error("everything stands under this key already")]
    AlreadyThere,
}

#[derive(sqlx::FromRow)]
struct OldData {
    unit: String,
    number: i64,
    wrapped: String,
    #[sqlx(flatten)]
    epoch: EpochRow,
}

#[derive(sqlx::FromRow)]
struct OldPseudonym {
    owner: String,
    purpose: String,
    wrapped: String,
    #[sqlx(flatten)]
    epoch: EpochRow,
}

impl Store {
    /// Begins a rotation to this KEK, or to the one in force, unless it was begun before: then it goes on.
    pub async fn begin_rotation(&self, to: Option<&KekId>) -> Result<Result<(), RotationRefused>, StoreError> {
        self.keys.begin_rotation(to).await
    }

    /// Does one step of the rotation that was begun, in a transaction of its own: wraps so many keys of each kind
    /// anew at most.
    pub async fn rotate_step(&self, at_most: i64) -> Result<Rotation, StoreError> {
        self.keys.rotate_step(at_most).await
    }
}

impl KeyStore {
    async fn begin_rotation(&self, to: Option<&KekId>) -> Result<Result<(), RotationRefused>, StoreError> {
        let mut tx = self.begin().await?;
        let kek_id = to.map_or(tx.head.kek_id.as_str(), KekId::as_str).to_owned();
        let is_other = kek_id != tx.head.kek_id;
        if tx.head.is_rotating {
            return Ok(if is_other { Err(RotationRefused::OtherUnderWay) } else { Ok(()) });
        }
        if to.is_some() && !is_other {
            return Ok(Err(RotationRefused::AlreadyThere));
        }
        // Not before the new one is at hand.
        self.kek(&kek_id)?;
        in_tx!(tx, |c| sqlx::query(BEGIN).bind(&kek_id).execute(c).await.map(drop))?;
        tx.inner.commit().await?;
        Ok(Ok(()))
    }

    async fn rotate_step(&self, at_most: i64) -> Result<Rotation, StoreError> {
        let head: Head = read!(self, |pool| sqlx::query_as(HEAD).fetch_one(pool).await)?;
        if !head.is_rotating {
            return Ok(Rotation::Done);
        }
        let mut tx = self.begin().await?;
        let mut epochs = Epochs::default();
        let moved = self.move_data_keys(&mut tx, &mut epochs, at_most).await?
            + self.move_pseudonym_keys(&mut tx, &mut epochs, at_most).await?;
        if moved == 0 {
            let generation = tx.head.generation;
            in_tx!(tx, |c| sqlx::query(DELETE_OLD_EPOCHS).bind(generation).execute(c).await.map(drop))?;
            in_tx!(tx, |c| sqlx::query(END).execute(c).await.map(drop))?;
            tx.inner.commit().await?;
            // The old wrapped keys are in the log until then.
            self.db.truncate_log().await?;
            return Ok(Rotation::Done);
        }
        let generation = tx.head.generation;
        let data: i64 = in_tx!(tx, |c| sqlx::query_scalar(COUNT_DATA).bind(generation).fetch_one(c).await)?;
        let others: i64 = in_tx!(tx, |c| sqlx::query_scalar(COUNT_PSEUDONYMS).bind(generation).fetch_one(c).await)?;
        tx.inner.commit().await?;
        Ok(Rotation::UnderWay { left: data + others })
    }

    async fn move_data_keys(&self, tx: &mut KeyTx, epochs: &mut Epochs, at_most: i64) -> Result<usize, StoreError> {
        let generation = tx.head.generation;
        let rows: Vec<OldData> =
            in_tx!(tx, |c| sqlx::query_as(LIST_DATA).bind(generation).bind(at_most).fetch_all(c).await)?;
        for OldData { unit, number, wrapped, epoch } in &rows {
            let current = epochs.current(self, tx, epoch.project()).await?;
            let place = |epoch| Wrapping::Data { unit, generation: *number, epoch };
            let key = epochs.unwrap(self, epoch, place(&epoch.epoch_id), wrapped)?;
            let wrapped = epochs.wrap(self, &current, place(&current.epoch_id), &key)?;
            in_tx!(tx, |c| sqlx::query(UPDATE_DATA)
                .bind(unit)
                .bind(number)
                .bind(&current.epoch_id)
                .bind(&wrapped)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(rows.len())
    }

    async fn move_pseudonym_keys(
        &self,
        tx: &mut KeyTx,
        epochs: &mut Epochs,
        at_most: i64,
    ) -> Result<usize, StoreError> {
        let generation = tx.head.generation;
        let rows: Vec<OldPseudonym> =
            in_tx!(tx, |c| sqlx::query_as(LIST_PSEUDONYMS).bind(generation).bind(at_most).fetch_all(c).await)?;
        for OldPseudonym { owner, purpose, wrapped, epoch } in &rows {
            let current = epochs.current(self, tx, epoch.project()).await?;
            let place = |epoch| Wrapping::Pseudonym { project: owner, purpose, epoch };
            let key = epochs.unwrap(self, epoch, place(&epoch.epoch_id), wrapped)?;
            let wrapped = epochs.wrap(self, &current, place(&current.epoch_id), &key)?;
            in_tx!(tx, |c| sqlx::query(UPDATE_PSEUDONYM)
                .bind(owner)
                .bind(purpose)
                .bind(&current.epoch_id)
                .bind(&wrapped)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(rows.len())
    }
}
