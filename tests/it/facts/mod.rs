//! What the description of the real data counts and what it says that such data prove, held by tests that read the
//! files. A figure of the description that a file does not bear out is told where the true one is held.
//!
//! Of the facts it numbers, these stand elsewhere: one point with 43 services, and a governorate at one fallback point
//! (`import_real`); two services under one id, keys that repeat, a newer file that adds, updates and ends, and 499
//! rows past their end (`import_feeds`); spellings of a town (`geography`); hours in words and in the syntax
//! (`opening_hours`, `import_real`).

mod areas;
mod counts;
mod feeds;
mod italy;
mod presence;
mod standards;
mod stored;

use crate::import_feeds::file;
use relais::import::Problem;
use std::collections::BTreeMap;
use std::path::Path;

/// A row of a table, by the names of its columns.
type Row = BTreeMap<String, String>;

/// The rows of a table, as they are.
fn table(folder: &Path, path: &str) -> Vec<Row> {
    let bytes = file(folder, path);
    let text = std::str::from_utf8(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.deserialize().map(|row| row.unwrap_or_else(|error| panic!("{path}: {error}")));
    rows.collect()
}

/// The rows of a list of objects, as they are.
fn list(folder: &Path, path: &str) -> Vec<serde_json::Value> {
    serde_json::from_slice(&file(folder, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// How many problems there are of each kind.
fn kinds(problems: &[Problem]) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    problems.iter().for_each(|problem| *kinds.entry(problem.reason.kind()).or_default() += 1);
    kinds
}
