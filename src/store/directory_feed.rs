//! What changed in the directory since a place in its history, for whoever keeps a copy.

use super::row::Table;
use super::{Store, StoreError, read, statements};
use crate::domain::directory::Document;
use std::collections::HashMap;

const TABLE: Table = Table("directory_documents");

statements! {
    // The join finds what an entry said where the reader's copy stands, and only for changes that the copy can have
    // missed. No contacts: they are in memory, and what is gone has none to tell.
    SINCE = "SELECT d.entry_id, d.version, CASE WHEN p.is_gone THEN NULL ELSE p.document END AS known \
        FROM directory_documents d \
        LEFT JOIN directory_documents p ON p.entry_id = d.entry_id AND d.version > $6 AND p.version = \
            (SELECT max(q.version) FROM directory_documents q \
             WHERE q.entry_id = d.entry_id AND q.version < d.version AND (q.version, q.entry_id) <= ($4, $5)) \
        WHERE d.is_current AND (d.version, d.entry_id) > ($1, $2) AND d.version <= $3 \
        ORDER BY d.version, d.entry_id LIMIT $7";
    SOURCES = "SELECT entry_id, source FROM directory_documents WHERE is_current AND NOT is_gone";
}

/// A place in the order of changes: by version, then by entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedPlace {
    /// A version of the directory.
    pub version: i64,
    /// The id of an entry that this version changed; empty for the place before all of them.
    pub entry_id: String,
}

/// Which changes to read.
#[derive(Clone, Copy, Debug)]
pub struct FeedRange<'a> {
    /// Behind which place.
    pub after: &'a FeedPlace,
    /// Up to which version of the directory.
    pub until_version: i64,
    /// Up to where the reader's copy may hold what entries said.
    pub copied_to: &'a FeedPlace,
    /// The version at which the copy was begun: what is not newer, it has never held in another state.
    pub begun_version: i64,
    /// How many at most.
    pub limit: i64,
}

/// An entry that changed.
#[derive(Clone, Debug)]
pub struct FeedRow {
    /// Where it stands in the order of changes.
    pub place: FeedPlace,
    /// What the reader's copy may hold of it, without contacts; `None` where it holds nothing.
    pub known: Option<Document>,
}

impl Store {
    /// The source of each entry, by the entry's id.
    pub async fn sources_of_entries(&self) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = read!(self, |pool| sqlx::query_as(SOURCES).fetch_all(pool).await)?;
        Ok(rows.into_iter().collect())
    }

    /// The entries that changed in a range, each once, at its newest change; in the order of changes.
    pub async fn directory_feed(&self, range: FeedRange<'_>) -> Result<Vec<FeedRow>, StoreError> {
        let rows: Vec<(String, i64, Option<String>)> = read!(self, |pool| sqlx::query_as(SINCE)
            .bind(range.after.version)
            .bind(&range.after.entry_id)
            .bind(range.until_version)
            .bind(range.copied_to.version)
            .bind(&range.copied_to.entry_id)
            .bind(range.begun_version)
            .bind(range.limit)
            .fetch_all(pool)
            .await)?;
        let row = |(entry_id, version, known): (String, i64, Option<String>)| {
            let known = known.map(|text| TABLE.parsed("document", serde_json::from_str(&text))).transpose()?;
            Ok(FeedRow { place: FeedPlace { version, entry_id }, known })
        };
        rows.into_iter().map(row).collect()
    }
}
