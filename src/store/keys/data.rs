//! Data keys: one per unit of erasure.

use super::epochs::{EpochRow, Epochs};
use super::{KeyStore, KeyTx, StoreError, in_tx, project_name, read, statements};
use crate::crypto::{Key, Wrapping};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::ProjectId;
use crate::store::in_list;
use crate::store::row::Table;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const TABLE: Table = Table("data_keys");
/// Units in one statement.
const BATCH: usize = 1_000;

statements! {
    LIST = "SELECT d.unit, d.generation, d.wrapped, e.id AS epoch_id, e.project, e.month, e.kek_id, e.wrapped AS epoch_wrapped \
        FROM data_keys d JOIN epoch_keys e ON e.id = d.epoch_id WHERE d.unit IN";
    LIST_ERASED = "SELECT unit FROM erased_units WHERE unit IN";
    LAST_GENERATION = "SELECT CAST(coalesce(max(generation), 0) AS BIGINT) FROM ( \
        SELECT generation FROM data_keys WHERE unit = $1 \
        UNION ALL SELECT last_generation FROM erased_units WHERE unit = $1) AS known";
    COUNT = "SELECT count(*) FROM data_keys WHERE unit = $1";
    COUNT_ERASED = "SELECT count(*) FROM erased_units WHERE unit = $1";
    INSERT = "INSERT INTO data_keys (unit, generation, epoch_id, created_at, wrapped) VALUES ($1, $2, $3, $4, $5)";
}

#[derive(sqlx::FromRow)]
struct DataRow {
    unit: String,
    generation: i64,
    wrapped: String,
    #[sqlx(flatten)]
    epoch: EpochRow,
}

/// The keys of some units, unwrapped, and what is known to be erased of them.
#[derive(Default)]
pub(in crate::store) struct UnitKeys {
    keys: HashMap<String, BTreeMap<u32, Key>>,
    /// Units without a key that are known to have been erased.
    erased: BTreeSet<String>,
}

impl UnitKeys {
    /// The key that a unit had in this generation.
    pub(in crate::store) fn of(&self, unit: &str, generation: u32) -> Option<&Key> {
        self.keys.get(unit)?.get(&generation)
    }

    /// The key by which a unit is sealed now, with its generation.
    pub(in crate::store) fn newest(&self, unit: &str) -> Option<(u32, &Key)> {
        self.keys.get(unit)?.last_key_value().map(|(generation, key)| (*generation, key))
    }

    /// True when what was sealed in this generation was erased since: an erasure takes every key that a unit has,
    /// and a later one has a later generation.
    pub(in crate::store) fn is_erased(&self, unit: &str, generation: u32) -> bool {
        self.erased.contains(unit) || self.newest(unit).is_some_and(|(newest, _)| generation < newest)
    }

    fn lacks(&self, unit: &str) -> bool {
        !self.keys.contains_key(unit)
    }
}

impl KeyStore {
    /// The keys of units, by one statement for a page; a second one says of those without a key whether they were
    /// erased.
    pub(in crate::store) async fn fetch(
        &self,
        units: impl IntoIterator<Item = ErasureUnit>,
    ) -> Result<UnitKeys, StoreError> {
        let units: BTreeSet<String> = units.into_iter().map(|unit| unit.to_string()).collect();
        let units: Vec<String> = units.into_iter().collect();
        let mut fetched = UnitKeys::default();
        let mut epochs = Epochs::default();
        for batch in units.chunks(BATCH) {
            let sql = in_list(LIST, batch.len());
            let rows: Vec<DataRow> = read!(self, |pool| {
                batch.iter().fold(sqlx::query_as(sql), |query, unit| query.bind(unit)).fetch_all(pool).await
            })?;
            for row in rows {
                self.take(&mut fetched, &mut epochs, row)?;
            }
        }
        let keyless: Vec<String> = units.into_iter().filter(|unit| fetched.lacks(unit)).collect();
        for batch in keyless.chunks(BATCH) {
            fetched.erased.extend(self.list_erased(batch).await?);
        }
        Ok(fetched)
    }

    fn take(&self, fetched: &mut UnitKeys, epochs: &mut Epochs, row: DataRow) -> Result<(), StoreError> {
        let as_what = Wrapping::Data { unit: &row.unit, generation: row.generation, epoch: &row.epoch.epoch_id };
        let key = epochs.unwrap(self, &row.epoch, as_what, &row.wrapped)?;
        let generation = TABLE.parsed("generation", u32::try_from(row.generation))?;
        fetched.keys.entry(row.unit).or_default().insert(generation, key);
        Ok(())
    }

    async fn list_erased(&self, units: &[String]) -> Result<Vec<String>, StoreError> {
        let sql = in_list(LIST_ERASED, units.len());
        Ok(read!(self, |pool| {
            units.iter().fold(sqlx::query_scalar(sql), |query, unit| query.bind(unit)).fetch_all(pool).await
        })?)
    }

    /// The keys of units, made where there is none, and committed before this comes back. A unit that was erased
    /// and cannot return gets none.
    pub(in crate::store) async fn fetch_or_make(
        &self,
        units: &[(ErasureUnit, Option<ProjectId>)],
    ) -> Result<UnitKeys, StoreError> {
        let fetched = self.fetch(units.iter().map(|(unit, _)| *unit)).await?;
        let missing: BTreeMap<ErasureUnit, Option<ProjectId>> = units
            .iter()
            .copied()
            .filter(|(unit, _)| {
                let name = unit.to_string();
                fetched.lacks(&name) && (unit.may_return() || !fetched.erased.contains(&name))
            })
            .collect();
        if missing.is_empty() {
            return Ok(fetched);
        }
        let mut tx = self.begin().await?;
        let mut epochs = Epochs::default();
        for (unit, project) in missing {
            self.make(&mut tx, &mut epochs, unit, project).await?;
        }
        tx.inner.commit().await?;
        self.fetch(units.iter().map(|(unit, _)| *unit)).await
    }

    /// Makes the next key of a unit, unless somebody else has made one by now.
    async fn make(
        &self,
        tx: &mut KeyTx,
        epochs: &mut Epochs,
        unit: ErasureUnit,
        project: Option<ProjectId>,
    ) -> Result<(), StoreError> {
        let name = unit.to_string();
        let present: i64 = in_tx!(tx, |c| sqlx::query_scalar(COUNT).bind(&name).fetch_one(c).await)?;
        let erased: i64 = in_tx!(tx, |c| sqlx::query_scalar(COUNT_ERASED).bind(&name).fetch_one(c).await)?;
        if present > 0 || (erased > 0 && !unit.may_return()) {
            return Ok(());
        }
        let last: i64 = in_tx!(tx, |c| sqlx::query_scalar(LAST_GENERATION).bind(&name).fetch_one(c).await)?;
        let epoch = epochs.current(self, tx, &project_name(project)).await?;
        let generation = last + 1;
        let as_what = Wrapping::Data { unit: &name, generation, epoch: &epoch.epoch_id };
        let wrapped = epochs.wrap(self, &epoch, as_what, &self.sources.key())?;
        let created_at = unit.may_return().then(|| self.sources.clock.now().microseconds());
        in_tx!(tx, |c| sqlx::query(INSERT)
            .bind(&name)
            .bind(generation)
            .bind(&epoch.epoch_id)
            .bind(created_at)
            .bind(&wrapped)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
