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
    /// Rows of the source that the file does not hold, and that stay, because a refused row without a key that can be
    /// read may be any of them.
    pub withheld: usize,
    /// How many rows of the source the store holds before the import.
    pub held_before: usize,
    /// Rows that are not imported.
    pub refused: Vec<RefusedRow>,
}

/// So many rows gone at once are most often a file that was cut short, or another file of the same publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{gone} of {of} {what} of this source would be gone, more than one in five; a source name is one file: check the file and \
     the name, or accept it explicitly"
)]
pub struct TooManyGone {
    /// What the rows are, in the plural.
    pub what: &'static str,
    /// Rows that would be gone.
    pub gone: usize,
    /// Rows that the store holds of this source.
    pub of: usize,
}

impl GeographyReport {
    /// Refuses an import by which more than one row in five of its source is gone, as one of services is refused, unless
    /// somebody accepts that.
    ///
    /// # Errors
    /// [`TooManyGone`].
    pub const fn admit(&self, accepts_many_gone: bool) -> Result<(), TooManyGone> {
        let Self { what, gone, held_before: of, .. } = *self;
        if gone * 5 > of && !accepts_many_gone { Err(TooManyGone { what, gone, of }) } else { Ok(()) }
    }
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
        if let Err(refused) = self.admit(false) {
            writeln!(formatter, "\nStop: {refused}.")?;
        }
        if self.withheld > 0 {
            let (withheld, what) = (self.withheld, self.what);
            writeln!(
                formatter,
                "\n{withheld} {what} are absent and stay: a refused row without a key may be any of them."
            )?;
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
