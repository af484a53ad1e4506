//! A redacted place has no point anywhere in the store (ruling R8): with the version that redacts it, every other entry
//! that has the place is redacted, and earlier versions, source's words and proposals lose what could lead to it.
//!
//! Invariant: it happens in the transaction of [`Tx::change_entries`], the one way to write entries.

use super::directory::{EntryRow, OpenEntry, contacts_of, open_entries, seal_word};
use super::row::Table;
use super::{DirectoryChange, EntryChange, StoreError, Tx, in_tx, statements};
use crate::domain::account::Role;
use crate::domain::directory::{Document, FieldValue, RedactedPlaces, Service};
use crate::domain::directory_edit::ProposedChange;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("directory_documents");
/// Versions read at once.
const PAGE: i64 = 500;
/// Up to so many places each is looked for by its identifier; more are found by one walk over every place.
const SOUGHT_ONE_BY_ONE: usize = 16;
/// In every document with a place. One that is redacted counts too: an older version may tell its name.
const WITH_PLACE: &str = "%\"redacted\":%";

statements! {
    CURRENT = "SELECT document FROM directory_documents WHERE entry_id = $1 AND is_current";
    LIKE = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word, is_current FROM directory_documents \
        WHERE document LIKE $1 AND (entry_id, version) > ($2, $3) ORDER BY entry_id, version LIMIT $4";
    WITH_WORD = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word FROM directory_documents \
        WHERE is_current AND source_word <> '' AND entry_id > $1 ORDER BY entry_id LIMIT $2";
    REWRITE = "UPDATE directory_documents SET document = $3 WHERE entry_id = $1 AND version = $2";
    REWRITE_WORD = "UPDATE directory_documents SET source_word = $3 WHERE entry_id = $1 AND version = $2";
}

/// By what places are redacted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    /// The directory's version.
    pub version: i64,
    /// When.
    pub now: Timestamp,
    /// What the account was for that redacts; `None` for a feed or a command.
    pub actor_role: Option<Role>,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    #[sqlx(flatten)]
    entry: EntryRow,
    is_current: bool,
}

/// A version of an entry in which something leads to one of the places.
struct Holder {
    row: VersionRow,
    service: Service,
}

fn document_of(text: &str) -> Result<Document, StoreError> {
    TABLE.parsed("document", serde_json::from_str(text))
}

fn holder(row: VersionRow, places: &RedactedPlaces) -> Result<Option<Holder>, StoreError> {
    let Document::Service(service) = document_of(&row.entry.document)? else { return Ok(None) };
    let leads = |service: &Service| {
        let mut meant = service.places.iter().filter(|place| places.contains_key(&place.id));
        meant.any(|place| place.tells_more_than_area() || (row.is_current && !place.redacted))
    };
    Ok(leads(&service).then_some(Holder { row, service }))
}

/// Redacts these places in every one of the values; true when one of them was changed.
fn redact_all<'v>(values: impl Iterator<Item = &'v mut FieldValue>, places: &RedactedPlaces) -> bool {
    let mut changed = false;
    values.for_each(|value| changed |= value.redact_places(places));
    changed
}

fn patterns(places: &RedactedPlaces) -> Vec<String> {
    if places.len() > SOUGHT_ONE_BY_ONE {
        return vec![WITH_PLACE.to_owned()];
    }
    places.keys().map(|place| format!("%{place}%")).collect()
}

impl Tx {
    /// The places that are redacted by these changes, and were not so in the entry before.
    pub(super) async fn redacted_anew(&mut self, changes: &[EntryChange<'_>]) -> Result<RedactedPlaces, StoreError> {
        let mut anew = RedactedPlaces::new();
        for EntryChange { change, .. } in changes {
            let Document::Service(service) = change.document else { continue };
            let redacted: Vec<_> = service.places.iter().filter(|place| place.redacted).collect();
            if redacted.is_empty() {
                continue;
            }
            let before: Option<String> =
                in_tx!(self, |c| sqlx::query_scalar(CURRENT).bind(service.id.to_string()).fetch_optional(c).await)?;
            let before = before.map(|text| document_of(&text)).transpose()?;
            let was_redacted = |id| {
                let Some(Document::Service(before)) = &before else { return false };
                before.places.iter().any(|place| place.id == id && place.redacted && !place.tells_more_than_area())
            };
            for place in redacted.into_iter().filter(|place| !was_redacted(place.id)) {
                let area = anew.entry(place.id).or_default();
                *area = area.take().or_else(|| place.area.clone());
            }
        }
        Ok(anew)
    }

    /// Redacts these places wherever else they stand.
    pub(super) async fn redact_everywhere(&mut self, places: &RedactedPlaces, cause: Cause) -> Result<(), StoreError> {
        for pattern in patterns(places) {
            let mut after = (String::new(), 0_i64);
            loop {
                let rows: Vec<VersionRow> = in_tx!(self, |c| sqlx::query_as(LIKE)
                    .bind(&pattern)
                    .bind(&after.0)
                    .bind(after.1)
                    .bind(PAGE)
                    .fetch_all(c)
                    .await)?;
                let Some(last) = rows.last() else { break };
                after = (last.entry.entry_id.clone(), last.entry.version);
                for row in rows {
                    if let Some(holder) = holder(row, places)? {
                        self.redact_version(holder, places, cause).await?;
                    }
                }
            }
        }
        self.redact_words(places).await?;
        let redact = |change: &mut ProposedChange| match change {
            ProposedChange::Edit { before, after, .. } => redact_all(before.iter_mut().chain(after), places),
            ProposedChange::DoNotUse(_) | ProposedChange::Lift(_) => false,
        };
        self.rewrite_open_proposals(redact).await
    }

    /// An entry that people find gets a new version, so that its history and the feed tell it. Of what stands in its
    /// place already, as in an earlier version, nothing is told but that it was taken out.
    async fn redact_version(
        &mut self,
        Holder { row, mut service }: Holder,
        places: &RedactedPlaces,
        cause: Cause,
    ) -> Result<(), StoreError> {
        let VersionRow { entry, is_current } = row;
        let (id, version) = (entry.entry_id.clone(), entry.version);
        if is_current && !entry.is_gone && version < cause.version {
            self.supersede_redacted(entry, places, cause).await?;
            service.withhold_places(places);
        } else if is_current {
            service.redact_places(places);
        } else {
            // Its history goes on telling when it was redacted.
            service.withhold_places(places);
        }
        let document = serde_json::to_string(&Document::Service(service));
        let document = TABLE.parsed("document", document)?;
        in_tx!(self, |c| sqlx::query(REWRITE).bind(&id).bind(version).bind(&document).execute(c).await.map(drop))?;
        Ok(())
    }

    async fn supersede_redacted(
        &mut self,
        entry: EntryRow,
        places: &RedactedPlaces,
        cause: Cause,
    ) -> Result<(), StoreError> {
        let opened = open_entries(&self.keys, [entry]).await?;
        for OpenEntry { row, mut source_word } in opened {
            let mut document = row.document;
            if let Document::Service(service) = &mut document {
                service.redact_places(places);
            }
            for value in &mut source_word {
                value.redact_places(places);
            }
            let units = self.keys.fetch_or_make(&[(contacts_of(&document), None)]).await?;
            let change = DirectoryChange { source_key: &row.source_key, document: &document, is_gone: false };
            let change = EntryChange { change, source_word: &source_word, actor_role: cause.actor_role };
            self.write_entry(&row.source, &change, &units, (cause.version, cause.now)).await?;
        }
        Ok(())
    }

    /// Takes the places out of what sources say beside entries.
    async fn redact_words(&mut self, places: &RedactedPlaces) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let rows: Vec<EntryRow> =
                in_tx!(self, |c| sqlx::query_as(WITH_WORD).bind(&after).bind(PAGE).fetch_all(c).await)?;
            let opened = open_entries(&self.keys, rows).await?;
            let Some(last) = opened.last() else { return Ok(()) };
            after.clone_from(&last.row.entry_id);
            for OpenEntry { row, mut source_word, .. } in opened {
                let changed = redact_all(source_word.iter_mut(), places);
                if changed {
                    let units = self.keys.fetch_or_make(&[(contacts_of(&row.document), None)]).await?;
                    let word = seal_word(&self.keys, &units, row.version, &row.document, &source_word)?;
                    in_tx!(self, |c| sqlx::query(REWRITE_WORD)
                        .bind(&row.entry_id)
                        .bind(row.version)
                        .bind(&word)
                        .execute(c)
                        .await
                        .map(drop))?;
                }
            }
        }
    }
}
