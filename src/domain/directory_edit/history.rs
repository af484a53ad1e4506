//! The history of an entry.

use crate::domain::account::Role;
use crate::domain::time::Timestamp;

/// One version of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryHistory {
    /// The number of the version.
    pub entry_version: i64,
    /// When it was written.
    pub at: Timestamp,
    /// The source that the entry comes from.
    pub source: String,
    /// What the account was for that wrote it; `None` for a feed or a command.
    pub actor_role: Option<Role>,
    /// True where the entry ended by it.
    pub is_gone: bool,
    /// The names of the fields that it changed, as the document has them; none for the first version.
    pub fields: Vec<String>,
}
