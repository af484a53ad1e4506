//! Erasing units, and the ledger against their return.

use super::keys::Erasure;
use super::{Store, StoreError};
use crate::domain::erasure::{ErasureUnit, LedgerEntry, LedgerEvent, frozen_projects, revoked_partners};
use crate::domain::id::{OrganizationId, ProjectId};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

/// Later than any key.
const EVER: Timestamp = Timestamp::from_microseconds(i64::MAX);

impl Store {
    /// Makes everything sealed of these units unreadable for good, in the database and in every copy of it: the
    /// ledger first, then their data keys. Doing it again changes nothing. The rows stay; whoever wants them gone
    /// deletes them besides, and before. Not to be called inside [`Store::write`].
    pub async fn shred(&self, units: &[ErasureUnit], now: Timestamp) -> Result<(), StoreError> {
        let erasures: Vec<Erasure> =
            units.iter().map(|unit| Erasure { unit: *unit, made_until: EVER, erased_at: now }).collect();
        let pending = self.keys.pending(&erasures).await?;
        let entries: Vec<LedgerEntry> =
            pending.iter().map(|erasure| LedgerEntry { event: LedgerEvent::Erased(erasure.unit), at: now }).collect();
        self.ledger.append(&entries).await?;
        self.keys.destroy(&pending).await?;
        self.truncate_logs().await
    }

    /// Remembers an event against a restore; for freezes, revocations and their ends, which the ledger replays.
    pub async fn append_ledger(&self, entry: LedgerEntry) -> Result<(), StoreError> {
        self.ledger.append(&[entry]).await
    }

    /// The projects that are frozen by the ledger's last word, each with the time of its freeze: whoever keeps the
    /// status of projects freezes these again when a database was opened, before it is served.
    pub fn projects_frozen_by_ledger(&self) -> Result<Vec<(ProjectId, Timestamp)>, StoreError> {
        Ok(frozen_projects(&self.ledger.read()?))
    }

    /// The partners that projects have revoked by the ledger's last word, each with the time of it: whoever keeps
    /// revocations revokes these again when a database was opened, before it is served.
    pub fn partners_revoked_by_ledger(&self) -> Result<Vec<(ProjectId, OrganizationId, Timestamp)>, StoreError> {
        Ok(revoked_partners(&self.ledger.read()?))
    }

    /// Empties the logs of embedded databases, so that what was deleted is in no file any more.
    pub async fn truncate_logs(&self) -> Result<(), StoreError> {
        if !self.db.truncate_log().await? || !self.keys.db.truncate_log().await? {
            tracing::warn!("a reader kept a log from being emptied; the next erasure empties it");
        }
        Ok(())
    }

    /// Erases again whatever the ledger says was erased: a restored backup may hold its keys. What the key store
    /// knows and the ledger does not is written into the ledger, so that a ledger that was lost grows again.
    pub(super) async fn replay_ledger(&self) -> Result<(), StoreError> {
        let mut last: BTreeMap<ErasureUnit, Timestamp> = BTreeMap::new();
        for entry in self.ledger.read()? {
            if let LedgerEvent::Erased(unit) = entry.event {
                let at = last.entry(unit).or_insert(entry.at);
                *at = entry.at.max(*at);
            }
        }
        let unknown: Vec<LedgerEntry> = self
            .keys
            .list_noted()
            .await?
            .into_iter()
            .filter(|(unit, _)| !last.contains_key(unit))
            .map(|(unit, at)| LedgerEntry { event: LedgerEvent::Erased(unit), at })
            .collect();
        if !unknown.is_empty() {
            tracing::warn!(units = unknown.len(), "the erasure ledger lacked what the key store knows; it was added");
            self.ledger.append(&unknown).await?;
        }
        let erasures: Vec<Erasure> = last
            .into_iter()
            // Contacts that came back after their erasure stay.
            .map(|(unit, at)| Erasure { unit, made_until: if unit.may_return() { at } else { EVER }, erased_at: at })
            .collect();
        self.end_erased_offers(&erasures).await?;
        let pending = self.keys.pending(&erasures).await?;
        if pending.is_empty() {
            return Ok(());
        }
        self.decide_again(&pending).await?;
        self.keys.destroy(&pending).await?;
        tracing::warn!(units = pending.len(), "erased again what the ledger says was erased");
        self.truncate_logs().await
    }

    /// Ends the offers of partners that came back with a restore after they had ended: nobody is to answer what tells of nobody
    /// any more. Open ones are few, and erased ones many.
    async fn end_erased_offers(&self, erasures: &[Erasure]) -> Result<(), StoreError> {
        let open = self.list_open_offers().await?;
        let erased = |erasure: &Erasure| match erasure.unit {
            ErasureUnit::PartnerOffer(offer) if open.contains(&offer) => Some((offer, erasure.erased_at)),
            _ => None,
        };
        let ended: Vec<_> = erasures.iter().filter_map(erased).collect();
        if ended.is_empty() {
            return Ok(());
        }
        self.write(async |tx| {
            for (offer, at) in &ended {
                tx.end_erased_offer(*offer, *at).await?;
            }
            Ok(())
        })
        .await
    }

    /// A case that came back with a restore is being erased again: retention deletes its rows.
    async fn decide_again(&self, erasures: &[Erasure]) -> Result<(), StoreError> {
        self.write(async |tx| {
            for erasure in erasures {
                if let ErasureUnit::Case(case) = erasure.unit {
                    tx.decide_erasure(case, erasure.erased_at).await?;
                }
            }
            Ok(())
        })
        .await
    }
}
