//! Further files whose rows belong to the rows of the main one by a key.

use super::record::text_of;
use crate::import::file::File;
use crate::import::problem::{Excerpt, FeedError};
use crate::import::table::{Table, TableRow};
use crate::import::text::make_plain;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// The column that holds several others of its row.
pub(super) const ROW: &str = "@row";

/// A further file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Related {
    /// The name that its columns are asked for by: `name.column`.
    pub name: String,
    /// Name of the file, beside the main one.
    pub file: String,
    /// Its column that holds the key.
    pub key: String,
    /// The column that tells the key, of the main file or of a related one before this.
    pub on: String,
    /// Columns whose texts are one more column, [`ROW`]: what stands together in a row, such as weekday and hours.
    pub row: Vec<String>,
    /// What stands between these texts.
    pub join: String,
    /// Its rows, once it is given.
    pub rows: Option<RelatedRows>,
}

/// Rows by their key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RelatedRows {
    by_key: HashMap<String, Vec<Map<String, Value>>>,
    /// Columns that the file has.
    pub columns: BTreeSet<String>,
}

impl Related {
    /// The rows of a key, in the order of the file.
    pub(super) fn rows_of(&self, key: &str) -> Vec<&Map<String, Value>> {
        let rows = self.rows.as_ref().and_then(|rows| rows.by_key.get(key));
        rows.into_iter().flatten().collect()
    }

    /// Takes in the file: JSON, or else a table.
    pub(super) fn open(&mut self, bytes: &[u8]) -> Result<(), FeedError> {
        let mut rows = RelatedRows::default();
        let mut broken = None;
        let starts = std::str::from_utf8(bytes).unwrap_or_default().trim_start_matches('\u{feff}').trim_start();
        if starts.starts_with(['[', '{']) {
            File::open(bytes)?.each_row(&mut |row| {
                rows.add(&self.key, (&self.row, &self.join), row.value, row.number, &mut broken)
            })?;
        } else {
            let table = Table::open(bytes)?;
            rows.columns.extend(table.columns.iter().cloned());
            table.each_row(&mut |row: TableRow| match row {
                Ok(row) => rows.add(&self.key, (&self.row, &self.join), row.value, row.number, &mut broken),
                Err((line, reason)) => drop(broken.get_or_insert((line, reason.to_string()))),
            })?;
        }
        if let Some((line, message)) = broken {
            return Err(FeedError::NotTable { line: line as u64, message: Excerpt::of(&message) });
        }
        self.rows = Some(rows);
        Ok(())
    }
}

impl RelatedRows {
    fn add(
        &mut self,
        key: &str,
        (together, between): (&[String], &str),
        mut value: Value,
        row: usize,
        broken: &mut Option<(usize, String)>,
    ) {
        if let Err(refusal) = make_plain(&mut value) {
            broken.get_or_insert((row, format!("{} {}", refusal.path, refusal.fault)));
            return;
        }
        let Value::Object(mut fields) = value else {
            broken.get_or_insert((row, "a row that is no object".to_owned()));
            return;
        };
        if !together.is_empty() {
            let texts = together.iter().filter_map(|column| text_of(fields.get(column)?).ok().flatten());
            let text = texts.collect::<Vec<_>>().join(between);
            fields.insert(ROW.to_owned(), Value::String(text));
        }
        for column in fields.keys() {
            if !self.columns.contains(column) {
                self.columns.insert(column.clone());
            }
        }
        // A row without the key belongs to nothing: it says something of another file, as phones of people do.
        if let Some(key) = fields.get(key).and_then(|value| text_of(value).ok().flatten()) {
            self.by_key.entry(key).or_default().push(fields);
        }
    }
}
