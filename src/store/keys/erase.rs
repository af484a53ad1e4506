//! Destroying data keys.

use super::{KeyStore, KeyTx, StoreError, in_tx, read, statements};
use crate::domain::erasure::ErasureUnit;
use crate::domain::time::Timestamp;
use crate::store::in_list;
use crate::store::row::Table;
use std::collections::BTreeMap;

/// Units in one statement, and in one transaction.
const BATCH: usize = 500;

statements! {
    LIST_LIVE = "SELECT unit, created_at FROM data_keys WHERE unit IN";
    LIST_NOTED = "SELECT unit FROM erased_units WHERE unit IN";
    LIST_ALL_NOTED = "SELECT unit, erased_at FROM erased_units ORDER BY erased_at, unit";
    LAST_GENERATION = "SELECT CAST(coalesce(max(generation), 0) AS BIGINT) FROM data_keys \
        WHERE unit = $1 AND (created_at IS NULL OR created_at <= $2)";
    DELETE = "DELETE FROM data_keys WHERE unit = $1 AND (created_at IS NULL OR created_at <= $2)";
    NOTE = "INSERT INTO erased_units (unit, last_generation, erased_at) VALUES ($1, $2, $3) \
        ON CONFLICT (unit) DO UPDATE SET erased_at = excluded.erased_at, last_generation = \
        CASE WHEN excluded.last_generation > erased_units.last_generation THEN excluded.last_generation \
        ELSE erased_units.last_generation END";
}

/// A unit to erase: which of its keys, by when they were made at the latest, and when it was erased.
#[derive(Clone, Copy)]
pub(in crate::store) struct Erasure {
    pub(in crate::store) unit: ErasureUnit,
    pub(in crate::store) made_until: Timestamp,
    pub(in crate::store) erased_at: Timestamp,
}

impl KeyStore {
    /// Those of the erasures that have something left to do: a key to destroy, or to be noted.
    pub(in crate::store) async fn pending(&self, erasures: &[Erasure]) -> Result<Vec<Erasure>, StoreError> {
        let mut pending = Vec::new();
        for batch in erasures.chunks(BATCH) {
            let names: Vec<String> = batch.iter().map(|erasure| erasure.unit.to_string()).collect();
            let (live, noted) = (in_list(LIST_LIVE, names.len()), in_list(LIST_NOTED, names.len()));
            let live: Vec<(String, Option<i64>)> = read!(self, |pool| {
                names.iter().fold(sqlx::query_as(live), |query, unit| query.bind(unit)).fetch_all(pool).await
            })?;
            let noted: Vec<String> = read!(self, |pool| {
                names.iter().fold(sqlx::query_scalar(noted), |query, unit| query.bind(unit)).fetch_all(pool).await
            })?;
            pending.extend(batch.iter().zip(&names).filter_map(|(erasure, name)| {
                let until = erasure.made_until.microseconds();
                let is_live = live.iter().any(|(unit, made)| unit == name && made.is_none_or(|made| made <= until));
                (is_live || !noted.contains(name)).then_some(*erasure)
            }));
        }
        Ok(pending)
    }

    /// Destroys the keys of units, and notes that these are erased and not lost.
    pub(in crate::store) async fn destroy(&self, erasures: &[Erasure]) -> Result<(), StoreError> {
        for batch in erasures.chunks(BATCH) {
            let mut tx = self.begin().await?;
            for erasure in batch {
                destroy(&mut tx, erasure).await?;
            }
            tx.inner.commit().await?;
        }
        Ok(())
    }

    /// Every unit that is noted as erased, with the time of it.
    pub(in crate::store) async fn list_noted(&self) -> Result<BTreeMap<ErasureUnit, Timestamp>, StoreError> {
        let rows: Vec<(String, i64)> = read!(self, |pool| sqlx::query_as(LIST_ALL_NOTED).fetch_all(pool).await)?;
        let table = Table("erased_units");
        let unit = |name: &str| ErasureUnit::parse(name).ok_or_else(|| table.corrupt("unit"));
        rows.into_iter().map(|(name, at)| Ok((unit(&name)?, Timestamp::from_microseconds(at)))).collect()
    }
}

async fn destroy(tx: &mut KeyTx, erasure: &Erasure) -> Result<(), StoreError> {
    let (unit, until) = (erasure.unit.to_string(), erasure.made_until.microseconds());
    let last: i64 = in_tx!(tx, |c| sqlx::query_scalar(LAST_GENERATION).bind(&unit).bind(until).fetch_one(c).await)?;
    in_tx!(tx, |c| sqlx::query(DELETE).bind(&unit).bind(until).execute(c).await.map(drop))?;
    in_tx!(tx, |c| sqlx::query(NOTE)
        .bind(&unit)
        .bind(last)
        .bind(erasure.erased_at.microseconds())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
