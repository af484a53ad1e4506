//! What an import of areas or places did, as plain text for a terminal.

use super::RefusedRow;
use crate::import::problem::Excerpt;
use std::fmt;

/// What an import changes among the rows of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeographyReport {
    /// What the rows are, in the plural.
    pub what: &'static str,
    /// How many rows were read, refused ones included.
    pub rows_read: usize,
    /// Rows that the source did not have.
    pub added: usize,
    /// Rows that say something else now.
    pub updated: usize,
    /// Rows that say the same.
    pub unchanged: usize,
    /// Rows of the source that the file does not hold, and that go.
    pub gone: usize,
    /// Rows that are not imported.
    pub refused: Vec<RefusedRow>,
}

impl fmt::Display for GeographyReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} rows read\n", self.rows_read)?;
        writeln!(formatter, "{:<12}{:>8}", "", self.what)?;
        for (name, count) in [
            ("added", self.added),
            ("updated", self.updated),
            ("unchanged", self.unchanged),
            ("gone", self.gone),
            ("refused", self.refused.len()),
        ] {
            writeln!(formatter, "{name:<12}{count:>8}")?;
        }
        if !self.refused.is_empty() {
            writeln!(
                formatter,
                "\nRefused: these rows are not imported, and what stands under their keys stays as it is."
            )?;
        }
        for RefusedRow { row, key, fault } in &self.refused {
            match key.as_deref().map(Excerpt::of) {
                Some(key) => writeln!(formatter, "  row {row}, key {key}: {fault}")?,
                None => writeln!(formatter, "  row {row}, no key: {fault}")?,
            }
        }
        Ok(())
    }
}
