//! Data keys: one per unit of erasure.

use super::epochs::{EpochRow, Epochs};
use super::{KeyStore, KeyTx, StoreError, in_tx, project_name, read, statements};
use crate::crypto::{KeyCipher, Wrapping};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::ProjectId;
use crate::store::in_list;
use crate::store::row::Table;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const TABLE: Table = Table("data_keys");
/// Units in one statement: the time that SQLite takes to bind a parameter grows with how many there are.
const BATCH: usize = 256;

statements! {
    // All keys as one text in one row, because handing over a row takes the driver longer than the database takes to find
    // it. Each value stands on a line of its own; all of them are ids, numbers, months and base64.
    LIST = "SELECT coalesce(string_agg(d.unit || '\n' || CAST(d.generation AS TEXT) || '\n' || d.wrapped || '\n' || e.id || '\n' || e.project \
        || '\n' || e.month || '\n' || e.kek_id || '\n' || e.wrapped, '\n'), '') \
        FROM data_keys d JOIN epoch_keys e ON e.id = d.epoch_id WHERE d.unit IN";
    LIST_ERASED = "SELECT unit FROM erased_units WHERE unit IN";
    LAST_GENERATION = "SELECT CAST(coalesce(max(generation), 0) AS BIGINT) FROM ( \
        SELECT generation FROM data_keys WHERE unit = $1 \
        UNION ALL SELECT last_generation FROM erased_units WHERE unit = $1) AS known";
    COUNT = "SELECT count(*) FROM data_keys WHERE unit = $1";
    COUNT_ERASED = "SELECT count(*) FROM erased_units WHERE unit = $1";
    INSERT = "INSERT INTO data_keys (unit, generation, epoch_id, created_at, wrapped) VALUES ($1, $2, $3, $4, $5)";
}

/// A data key as it stands in the list of [`LIST`].
struct DataRow<'l> {
    unit: &'l str,
    generation: i64,
    wrapped: &'l str,
    epoch: EpochRow,
}

impl<'l> DataRow<'l> {
    /// The key of this unit, of which the next lines are.
    fn read(unit: &'l str, lines: &mut impl Iterator<Item = &'l str>) -> Result<Self, StoreError> {
        let mut line = || lines.next().ok_or(TABLE.corrupt("list"));
        Ok(Self {
            unit,
            generation: TABLE.parsed("generation", line()?.parse())?,
            wrapped: line()?,
            epoch: EpochRow::read(&mut line)?,
        })
    }
}

/// The keys of some units, unwrapped, and what is known to be erased of them.
#[derive(Default)]
pub(in crate::store) struct UnitKeys {
    keys: HashMap<String, BTreeMap<u32, KeyCipher>>,
    /// Units without a key that are known to have been erased.
    erased: BTreeSet<String>,
}

impl UnitKeys {
    /// The key that a unit had in this generation.
    pub(in crate::store) fn of(&self, unit: &str, generation: u32) -> Option<&KeyCipher> {
        self.keys.get(unit)?.get(&generation)
    }

    /// The key by which a unit is sealed now, with its generation.
    pub(in crate::store) fn newest(&self, unit: &str) -> Option<(u32, &KeyCipher)> {
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
            // A statement of any other length would be prepared for this batch alone; a unit that is named twice is found once.
            let length = batch.len().next_power_of_two();
            let sql = in_list(LIST, length);
            let list: String = read!(self, |pool| {
                let units = batch.iter().cycle().take(length);
                units.fold(sqlx::query_scalar(sql), |query, unit| query.bind(unit)).fetch_one(pool).await
            })?;
            let mut lines = list.split('\n').skip(usize::from(list.is_empty()));
            while let Some(unit) = lines.next() {
                self.take(&mut fetched, &mut epochs, DataRow::read(unit, &mut lines)?)?;
            }
        }
        let keyless: Vec<String> = units.into_iter().filter(|unit| fetched.lacks(unit)).collect();
        for batch in keyless.chunks(BATCH) {
            fetched.erased.extend(self.list_erased(batch).await?);
        }
        Ok(fetched)
    }

    fn take(&self, fetched: &mut UnitKeys, epochs: &mut Epochs, row: DataRow<'_>) -> Result<(), StoreError> {
        let as_what = Wrapping::Data { unit: row.unit, generation: row.generation, epoch: &row.epoch.epoch_id };
        let key = epochs.unwrap(self, &row.epoch, as_what, row.wrapped)?;
        let generation = TABLE.parsed("generation", u32::try_from(row.generation))?;
        fetched.keys.entry(row.unit.to_owned()).or_default().insert(generation, key.cipher());
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
