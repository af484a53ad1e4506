//! The codec of sealed columns: facts that would harm a person if the disk were read.
//!
//! A sealed column is a TEXT column. To seal something new: say where it stands ([`SealedAt`]), of which unit of
//! erasure it is, and of which project (`None` for what belongs to the network, such as an account's secrets);
//!
//! - write what [`Tx::seal`] gives; the key is made when there is none, and is committed before the row;
//! - read it back with [`Tx::open`] or [`Store::open_sealed`]; for a page, fetch the keys of all its rows by
//!   [`KeyStore::fetch`](super::keys::KeyStore::fetch) once and open each with [`UnitKeys::open`].
//!
//! `None` from an opening means that the unit was erased; a key that is lost is a fault. A text of one row does not
//! open at another, nor in another column: a row's key never changes.

use super::keys::{KeyStore, UnitKeys};
use super::row::Table;
use super::{Store, StoreError, Tx};
use crate::crypto::{FieldPlace, open_field, seal_field};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::ProjectId;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// Where a sealed text stands, and whose it is.
#[derive(Clone, Copy)]
pub struct SealedAt<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row, by its key.
    pub row: &'a str,
    /// With what it is erased.
    pub unit: ErasureUnit,
    /// Under whose epoch the unit's key stands; `None` for the network's.
    pub project: Option<ProjectId>,
}

impl UnitKeys {
    /// Turns facts into what the column holds. [`StoreError::Erased`] when the unit was erased and cannot return.
    pub(super) fn seal<T: Serialize>(
        &self,
        keys: &KeyStore,
        at: SealedAt<'_>,
        facts: &T,
    ) -> Result<String, StoreError> {
        let unit = at.unit.to_string();
        let (generation, key) = self.newest(&unit).ok_or(StoreError::Erased)?;
        let plain = serde_json::to_vec(facts).expect("facts are plain structs of texts and lists");
        let place = FieldPlace { table: at.table, column: at.column, row: at.row, unit: &unit, generation };
        let sealed = seal_field(key, place, &keys.sources.nonce(), &Zeroizing::new(plain));
        Table(at.table).parsed(at.column, sealed)
    }

    /// Turns what the column holds back into facts; `None` when the unit was erased.
    pub(super) fn open<T: DeserializeOwned>(&self, at: SealedAt<'_>, sealed: &str) -> Result<Option<T>, StoreError> {
        if sealed.is_empty() {
            return Ok(None);
        }
        let (table, unit) = (Table(at.table), at.unit.to_string());
        let place = FieldPlace { table: at.table, column: at.column, row: at.row, unit: &unit, generation: 0 };
        let mut wanted = 0;
        let opened = open_field(place, sealed, |generation| {
            wanted = generation;
            self.of(&unit, generation)
        });
        match table.parsed(at.column, opened)? {
            Some(plain) => table.parsed(at.column, serde_json::from_slice(&plain)).map(Some),
            None if self.is_erased(&unit, wanted) => Ok(None),
            None => Err(table.corrupt("key")),
        }
    }
}

impl Store {
    /// Opens one sealed text; `None` when its unit was erased.
    pub async fn open_sealed<T: DeserializeOwned>(
        &self,
        at: SealedAt<'_>,
        sealed: &str,
    ) -> Result<Option<T>, StoreError> {
        self.keys.fetch([at.unit]).await?.open(at, sealed)
    }
}

impl Tx {
    /// Seals facts for one column of one row.
    pub async fn seal<T: Serialize>(&mut self, at: SealedAt<'_>, facts: &T) -> Result<String, StoreError> {
        let keys = self.keys.fetch_or_make(&[(at.unit, at.project)]).await?;
        keys.seal(&self.keys, at, facts)
    }

    /// Opens one sealed text; `None` when its unit was erased.
    pub async fn open<T: DeserializeOwned>(&mut self, at: SealedAt<'_>, sealed: &str) -> Result<Option<T>, StoreError> {
        self.keys.fetch([at.unit]).await?.open(at, sealed)
    }
}
