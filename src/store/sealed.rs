//! The codec of the `sealed` columns: facts that would harm a person if the disk were read.
//!
//! This codec writes plain JSON: the columns and the calls are in place, and encryption replaces these
//! two functions (need to know). Until then a database must be protected as a whole.

use super::StoreError;
use super::row::Table;
use serde::{Serialize, de::DeserializeOwned};

/// Turns facts into what the column holds.
pub(super) fn seal<T: Serialize>(facts: &T) -> String {
    serde_json::to_string(facts).expect("facts are plain structs of texts and lists")
}

/// Turns what the column holds back into facts.
pub(super) fn open<T: DeserializeOwned>(table: Table, sealed: &str) -> Result<T, StoreError> {
    serde_json::from_str(sealed).map_err(|_| table.corrupt("sealed"))
}
