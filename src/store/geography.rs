//! Administrative areas and named places as documents, by source. A source that is imported again replaces its own rows
//! and nobody else's.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements, value_rows};
use crate::domain::geography::{AdminArea, NamedPlace};
use crate::domain::opening::DatedHoliday;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

statements! {
    VERSION = "SELECT version FROM geography_head WHERE name = 'geography'";
    RAISE_VERSION = "UPDATE geography_head SET version = version + 1 WHERE name = 'geography'";
    // Changes nothing, and holds the head's row until the commit on both databases.
    LOCK = "UPDATE geography_head SET version = version WHERE name = 'geography'";
    AREAS = "SELECT source, code, document FROM areas";
    PLACES = "SELECT source, place_key, document FROM gazetteer_places";
    AREAS_OF_SOURCE = "SELECT code, document FROM areas WHERE source = $1";
    PLACES_OF_SOURCE = "SELECT place_key, document FROM gazetteer_places WHERE source = $1";
    HOLIDAYS = "SELECT source, day_key, document FROM holidays";
    HOLIDAYS_OF_SOURCE = "SELECT day_key, document FROM holidays WHERE source = $1";
    DELETE_HOLIDAY = "DELETE FROM holidays WHERE source = $1 AND day_key = $2";
    INSERT_HOLIDAYS = "INSERT INTO holidays (source, day_key, document) VALUES";
    DELETE_AREA = "DELETE FROM areas WHERE source = $1 AND code = $2";
    DELETE_PLACE = "DELETE FROM gazetteer_places WHERE source = $1 AND place_key = $2";
    INSERT_AREAS = "INSERT INTO areas (source, code, document) VALUES";
    INSERT_PLACES = "INSERT INTO gazetteer_places (source, place_key, document) VALUES";
}

/// How many rows one statement writes: few shapes, so that the database knows each after a while.
const ROWS_AT_ONCE: [usize; 3] = [256, 16, 1];
const COLUMNS: usize = 3;

/// Which of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeographyTable {
    /// Administrative areas, by code.
    Areas,
    /// Named places, by their source's key.
    Places,
    /// Dated holidays, by country and day.
    Holidays,
}

/// The rows of one source as they change.
#[derive(Clone, Debug, Default)]
pub struct GeographyChanges {
    /// New documents by key, and those that say something else now.
    pub written: BTreeMap<String, String>,
    /// Keys that had a document before: those that are written anew, and those that go.
    pub removed: Vec<String>,
}

impl Store {
    /// The version of areas and places: higher after every change.
    pub async fn geography_version(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(VERSION).fetch_one(pool).await)?)
    }

    /// The areas of all sources, in the order of the sources' names and of their codes.
    pub async fn areas(&self) -> Result<Vec<AdminArea>, StoreError> {
        let rows: Vec<(String, String, String)> = read!(self, |pool| sqlx::query_as(AREAS).fetch_all(pool).await)?;
        documents(Table("areas"), rows)
    }

    /// The places of all sources, in the order of the sources' names and of their keys.
    pub async fn named_places(&self) -> Result<Vec<NamedPlace>, StoreError> {
        let rows: Vec<(String, String, String)> = read!(self, |pool| sqlx::query_as(PLACES).fetch_all(pool).await)?;
        documents(Table("gazetteer_places"), rows)
    }

    /// The holidays that people have dated, in the order of the sources' names and of their keys.
    pub async fn dated_holidays(&self) -> Result<Vec<DatedHoliday>, StoreError> {
        let rows: Vec<(String, String, String)> = read!(self, |pool| sqlx::query_as(HOLIDAYS).fetch_all(pool).await)?;
        documents(Table("holidays"), rows)
    }
}

/// Sorted here, because the two databases sort texts differently.
fn documents<T: DeserializeOwned>(table: Table, mut rows: Vec<(String, String, String)>) -> Result<Vec<T>, StoreError> {
    rows.sort_unstable();
    rows.iter().map(|(_, _, document)| table.parsed("document", serde_json::from_str(document))).collect()
}

impl Tx {
    /// Lets no other import come between what is read now and the commit.
    pub async fn lock_geography(&mut self) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The documents of one source by key.
    pub async fn geography_of_source(
        &mut self,
        table: GeographyTable,
        source: &str,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let sql = match table {
            GeographyTable::Areas => AREAS_OF_SOURCE,
            GeographyTable::Places => PLACES_OF_SOURCE,
            GeographyTable::Holidays => HOLIDAYS_OF_SOURCE,
        };
        let rows: Vec<(String, String)> = in_tx!(self, |c| sqlx::query_as(sql).bind(source).fetch_all(c).await)?;
        Ok(rows.into_iter().collect())
    }

    /// Writes the changes of one source as the next version.
    pub async fn change_geography(
        &mut self,
        table: GeographyTable,
        source: &str,
        changes: &GeographyChanges,
    ) -> Result<(), StoreError> {
        let (delete, insert) = match table {
            GeographyTable::Areas => (DELETE_AREA, INSERT_AREAS),
            GeographyTable::Places => (DELETE_PLACE, INSERT_PLACES),
            GeographyTable::Holidays => (DELETE_HOLIDAY, INSERT_HOLIDAYS),
        };
        in_tx!(self, |c| sqlx::query(RAISE_VERSION).execute(c).await.map(drop))?;
        for key in &changes.removed {
            in_tx!(self, |c| sqlx::query(delete).bind(source).bind(key).execute(c).await.map(drop))?;
        }
        let written: Vec<_> = changes.written.iter().collect();
        let mut left = written.as_slice();
        while let Some(rows) = ROWS_AT_ONCE.into_iter().find(|rows| *rows <= left.len()) {
            let (now, later) = left.split_at(rows);
            let sql = value_rows(insert, rows, COLUMNS);
            in_tx!(self, |c| {
                let mut query = sqlx::query(sql);
                for (key, document) in now {
                    query = query.bind(source).bind(*key).bind(*document);
                }
                query.execute(c).await.map(drop)
            })?;
            left = later;
        }
        Ok(())
    }
}
