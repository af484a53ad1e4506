//! The history of an entry: its versions, each with what it changed, by the names of fields and never by values.

use super::directory::{EntryRow, open_entries};
use super::row::Table;
use super::{Store, StoreError, read, statements};
use crate::domain::directory_edit::EntryHistory;
use crate::domain::time::Timestamp;
use serde_json::Value;

const TABLE: Table = Table("directory_documents");

statements! {
    LIST = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word, valid_from, actor_role \
        FROM directory_documents WHERE entry_id = $1 ORDER BY entry_version DESC LIMIT $2";
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    valid_from: i64,
    actor_role: Option<String>,
}

/// The names of the top-level fields in which two documents differ.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let fields = |document: &Value| document.as_object().and_then(|kind| kind.values().next()?.as_object().cloned());
    let (before, after) = (fields(before).unwrap_or_default(), fields(after).unwrap_or_default());
    let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let is_of_the_house = |name: &str| matches!(name, "edits" | "former_phones" | "former_places");
    names.retain(|name| !is_of_the_house(name) && before.get(name) != after.get(name));
    names
}

impl Store {
    /// The last versions of an entry, last first.
    pub async fn list_history(&self, entry_id: &str, at_most: i64) -> Result<Vec<EntryHistory>, StoreError> {
        // One more, to compare the oldest of them with.
        let rows: Vec<HistoryRow> =
            read!(self, |pool| sqlx::query_as(LIST).bind(entry_id).bind(at_most + 1).fetch_all(pool).await)?;
        let (entries, marks): (Vec<_>, Vec<_>) =
            rows.into_iter().map(|row| (row.entry, (row.valid_from, row.actor_role))).unzip();
        let entries = open_entries(&self.keys, entries).await?;
        let documents: Vec<Value> = entries
            .iter()
            .map(|entry| TABLE.parsed("document", serde_json::to_value(&entry.row.document)))
            .collect::<Result<_, _>>()?;
        let mut history = Vec::new();
        for (position, (entry, (valid_from, actor_role))) in entries.iter().zip(marks).enumerate() {
            let before = documents.get(position + 1);
            history.push(EntryHistory {
                entry_version: entry.row.entry_version,
                at: Timestamp::from_microseconds(valid_from),
                source: entry.row.source.clone(),
                actor_role: TABLE.optional_code(actor_role.as_deref())?,
                is_gone: entry.row.is_gone,
                fields: before.map_or_else(Vec::new, |before| changed(before, &documents[position])),
            });
        }
        history.truncate(usize::try_from(at_most).unwrap_or(0));
        Ok(history)
    }
}
