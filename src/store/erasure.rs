//! Erasing units, and the ledger against their return.

use super::{Store, StoreError};
use crate::domain::erasure::{ErasureUnit, LedgerEntry, LedgerEvent};
use crate::domain::time::Timestamp;

impl Store {
    /// Makes everything sealed of these units unreadable for good, in the database and in every copy of it: the
    /// ledger first, then their data keys. Doing it again changes nothing. The rows stay; whoever wants them gone
    /// deletes them besides. Not to be called inside [`Store::write`].
    pub async fn shred(&self, units: &[ErasureUnit], now: Timestamp) -> Result<(), StoreError> {
        let entries: Vec<_> =
            units.iter().map(|unit| LedgerEntry { event: LedgerEvent::Erased(*unit), at: now }).collect();
        self.ledger.append(&entries).await
    }

    /// Remembers an event against a restore; for freezes and thaws, which the ledger replays.
    pub async fn append_ledger(&self, entry: LedgerEntry) -> Result<(), StoreError> {
        self.ledger.append(&[entry]).await
    }

    /// The projects that are frozen by the ledger's last word, each with the time of its freeze: whoever keeps the
    /// status of projects freezes these again when a database was opened, before it is served.
    pub fn projects_frozen_by_ledger(&self) -> Result<Vec<(crate::domain::id::ProjectId, Timestamp)>, StoreError> {
        Ok(crate::domain::erasure::frozen_projects(&self.ledger.read()?))
    }
}
