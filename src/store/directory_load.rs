//! Reading the directory whole, or what has changed of it: a page at a time, each decoded while the next one is read.

use super::directory::{Contacts, DirectoryRow, TABLE, contacts_of};
use super::keys::UnitKeys;
use super::{Store, StoreError, read, statements};
use crate::domain::directory::Document;
use std::panic::resume_unwind;
use tokio::task::spawn_blocking;
use tokio::try_join;

/// Entries of one page: some megabytes.
const ENTRIES_AT_ONCE: i64 = 2_000;
/// What stands on the line of a page that says whether the entry is gone.
const GONE: &str = "gone";

statements! {
    // A page is one text in one row, because handing over a row takes the driver longer than the database takes to find
    // it. Each value stands on a line of its own and none holds a line break: ids, numbers, the names of sources, JSON
    // as it is written here, base64.
    PAGE = "SELECT coalesce(string_agg(entry_id || '\n' || CAST(version AS TEXT) || '\n' || CAST(entry_version AS TEXT) \
        || '\n' || source || '\n' || replace(source_key, '\n', ' ') || '\n' || CASE WHEN is_gone THEN 'gone' ELSE '' END || '\n' || document || '\n' || contacts, '\n'), '') \
        FROM (SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts FROM directory_documents \
        WHERE is_current AND (version, entry_id) > ($1, $2) ORDER BY version, entry_id LIMIT $3) AS page";
}

/// A version of the directory, and an entry of it.
type Place = (i64, String);

/// An entry of a page as it stands there.
struct PageEntry<'p> {
    entry_id: &'p str,
    version: i64,
    entry_version: i64,
    source: &'p str,
    source_key: &'p str,
    is_gone: bool,
    document: &'p str,
    contacts: &'p str,
}

/// An entry before its contacts are opened.
struct Closed {
    row: DirectoryRow,
    contacts: Box<str>,
}

/// The entries of a page, in no order that means anything.
fn entries_of(page: &str) -> impl Iterator<Item = Result<PageEntry<'_>, StoreError>> {
    let mut lines = page.split('\n').skip(usize::from(page.is_empty()));
    std::iter::from_fn(move || lines.next().map(|entry_id| entry(entry_id, &mut lines)))
}

/// The entry of this id, of which the next lines are.
fn entry<'p>(entry_id: &'p str, lines: &mut impl Iterator<Item = &'p str>) -> Result<PageEntry<'p>, StoreError> {
    let mut line = || lines.next().ok_or(TABLE.corrupt("page"));
    Ok(PageEntry {
        entry_id,
        version: TABLE.parsed("version", line()?.parse())?,
        entry_version: TABLE.parsed("entry_version", line()?.parse())?,
        source: line()?,
        source_key: line()?,
        is_gone: line()? == GONE,
        document: line()?,
        contacts: line()?,
    })
}

/// The place of the last entry of a page; `None` without any.
fn last_place(page: &str) -> Result<Option<Place>, StoreError> {
    let mut last = None;
    for entry in entries_of(page) {
        let PageEntry { version, entry_id, .. } = entry?;
        last = last.max(Some((version, entry_id)));
    }
    Ok(last.map(|(version, entry_id)| (version, entry_id.to_owned())))
}

fn decoded(page: &str) -> Result<Vec<Closed>, StoreError> {
    let closed = |entry: Result<PageEntry<'_>, StoreError>| {
        let PageEntry { entry_id, version, entry_version, source, source_key, is_gone, document, contacts } = entry?;
        let row = DirectoryRow {
            entry_id: entry_id.to_owned(),
            version,
            entry_version,
            source: source.to_owned(),
            source_key: source_key.to_owned(),
            is_gone,
            document: TABLE.parsed("document", serde_json::from_str(document))?,
        };
        Ok(Closed { row, contacts: contacts.into() })
    };
    entries_of(page).map(closed).collect()
}

impl Closed {
    fn open(self, keys: &UnitKeys) -> Result<DirectoryRow, StoreError> {
        let Self { mut row, contacts } = self;
        Contacts::open_into(&mut row.document, (&row.entry_id, row.version), &contacts, keys)?;
        if let Document::Service(service) = &mut row.document {
            service.shrink_to_fit();
        }
        Ok(row)
    }
}

/// Does work that takes a while where it keeps no thread from serving.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(work).await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

impl Store {
    /// Hands over the current entries that changed after `version`, tombstones included, each once and in no order within
    /// a page; all of them after 0. They are read some thousands at a time, so that a large directory is
    /// never in memory as rows. An entry that changes meanwhile comes again, as it reads then.
    pub async fn directory_changes(&self, version: i64, mut take: impl FnMut(DirectoryRow)) -> Result<(), StoreError> {
        // No entry has an empty id, so this place stands before all of the next version.
        let mut page = self.directory_page(Some((version + 1, String::new()))).await?;
        let mut closed = Vec::new();
        while !(page.is_empty() && closed.is_empty()) {
            // Three pages are under way at a time: one is read, the one before it decoded, the one before that opened.
            let next = self.directory_page(last_place(&page)?);
            let decoding = aside(move || decoded(&page));
            let (entries, decoded, read) = try_join!(self.opened(closed), decoding, next)?;
            entries.into_iter().for_each(&mut take);
            (closed, page) = (decoded, read);
        }
        Ok(())
    }

    /// The page behind this place; an empty one behind no place.
    async fn directory_page(&self, place: Option<Place>) -> Result<String, StoreError> {
        let Some((version, entry_id)) = place else { return Ok(String::new()) };
        Ok(read!(self, |pool| sqlx::query_scalar(PAGE)
            .bind(version)
            .bind(&entry_id)
            .bind(ENTRIES_AT_ONCE)
            .fetch_one(pool)
            .await)?)
    }

    /// The entries of a page with their contacts. The keys are fetched at once, after the page, and are gone with it.
    async fn opened(&self, entries: Vec<Closed>) -> Result<Vec<DirectoryRow>, StoreError> {
        let sealed = entries.iter().filter(|entry| !entry.contacts.is_empty());
        let keys = self.keys.fetch(sealed.map(|entry| contacts_of(&entry.row.document))).await?;
        aside(move || entries.into_iter().map(|entry| entry.open(&keys)).collect()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_entry_by_entry_and_a_part_of_one_is_refused() {
        let page = "svc_b\n7\n2\nbench\nkey\n\n{}\nsealed\nsvc_a\n7\n1\nbench\nkey\ngone\n{}\n";
        let read: Result<Vec<_>, StoreError> = entries_of(page).collect();
        let read: Vec<_> = read
            .expect("two entries")
            .iter()
            .map(|entry| (entry.entry_id, entry.version, entry.entry_version, entry.is_gone, entry.contacts))
            .collect();
        assert_eq!(read, [("svc_b", 7, 2, false, "sealed"), ("svc_a", 7, 1, true, "")]);
        assert_eq!(last_place(page).expect("a place"), Some((7, "svc_b".to_owned())));
        assert_eq!(last_place("").expect("no entry"), None);
        for part in ["svc_a", "svc_a\n7\n1\nbench\nkey\n\n{}", "svc_a\nx\n1\nbench\nkey\n\n{}\n"] {
            assert!(last_place(part).is_err(), "{part}");
        }
    }
}
