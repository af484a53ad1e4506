//! The directory as versioned documents (ruling R4). Phones and mailboxes stand sealed beside the document, in every
//! version, under the contacts of the organisation.

use super::keys::{KeyStore, UnitKeys};
use super::redaction::Cause;
use super::row::{Table, optional_text};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Role;
use crate::domain::directory::{Document, FieldValue, Phone, Service};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::OrganizationId;
use crate::domain::referral::Vetting;
use crate::domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

pub(super) const TABLE: Table = Table("directory_documents");

statements! {
    VERSION = "SELECT version FROM directory_head WHERE name = 'directory'";
    RAISE_VERSION = "UPDATE directory_head SET version = version + 1 WHERE name = 'directory' RETURNING version";
    // Changes nothing, and holds the head's row until the commit on both databases.
    LOCK = "UPDATE directory_head SET version = version WHERE name = 'directory'";
    CURRENT_OF_SOURCE = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word FROM directory_documents \
        WHERE is_current AND source = $1 ORDER BY entry_id";
    FIND = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word FROM directory_documents WHERE is_current AND entry_id = $1";
    // By its text, because nothing else asks for it and a source that ends entries does so at most once a day.
    LIST_MERGED = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word FROM directory_documents \
        WHERE is_current AND NOT is_gone AND document LIKE '%\"merged_into\":%' ORDER BY entry_id";
    // By its text as well: an organisation is edited now and then, and no index is kept for it.
    OF_ORGANIZATION = "SELECT entry_id, version, entry_version, source, source_key, is_gone, document, contacts, source_word FROM directory_documents \
        WHERE is_current AND NOT is_gone AND document LIKE $1 ORDER BY entry_id";
    SUPERSEDE = "UPDATE directory_documents SET is_current = false, source_word = '' WHERE entry_id = $1 AND is_current";
    INSERT = "INSERT INTO directory_documents \
        (entry_id, version, valid_from, source, source_key, is_current, is_gone, document, contacts, source_word, actor_role, is_ending, entry_version) \
        VALUES ($1, $2, $3, $4, $5, true, $6, $7, $8, $9, $10, $11, \
        (SELECT coalesce(max(d.entry_version), 0) + 1 FROM directory_documents d WHERE d.entry_id = $1))";
    FIND_VETTING = "SELECT is_vetted, protocol_expires_on FROM vettings WHERE organization_id = $1";
    SAVE_VETTING = "INSERT INTO vettings (organization_id, is_vetted, protocol_expires_on) VALUES ($1, $2, $3) \
        ON CONFLICT (organization_id) DO UPDATE SET \
        is_vetted = excluded.is_vetted, protocol_expires_on = excluded.protocol_expires_on";
}

/// A current entry as the read model loads it.
#[derive(Clone, Debug)]
pub struct DirectoryRow {
    /// Identifier of the entry, prefixed.
    pub entry_id: String,
    /// The directory's version that brought it.
    pub version: i64,
    /// How often the entry was written, this version included.
    pub entry_version: i64,
    /// The source it comes from.
    pub source: String,
    /// The source's own key.
    pub source_key: String,
    /// True for a tombstone: the entry is gone, the document is its last one.
    pub is_gone: bool,
    /// What it says.
    pub document: Document,
}

/// A current entry as an import compares it.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// The source's own key.
    pub source_key: String,
    /// What it says.
    pub document: Document,
    /// What the source says of the fields in which the entry differs from it.
    pub source_word: Vec<FieldValue>,
    /// True for a tombstone: the entry is gone, the document is its last one.
    pub is_gone: bool,
}

/// An entry as an edit finds it.
#[derive(Clone, Debug)]
pub struct EntryAtHand {
    /// How often it was written.
    pub entry_version: i64,
    /// The source it comes from.
    pub source: String,
    /// The source's own key.
    pub source_key: String,
    /// What it says.
    pub document: Document,
    /// What the source says of the fields in which the entry differs from it.
    pub source_word: Vec<FieldValue>,
}

/// One change to write.
#[derive(Clone, Debug)]
pub struct DirectoryChange<'a> {
    /// The source's own key.
    pub source_key: &'a str,
    /// What the entry says now, or said last when it is gone.
    pub document: &'a Document,
    /// True when the entry is gone.
    pub is_gone: bool,
}

/// One change to write, with what stands beside the entry.
#[derive(Clone, Debug)]
pub struct EntryChange<'a> {
    /// The change.
    pub change: DirectoryChange<'a>,
    /// What the source says of the fields in which the entry differs from it.
    pub source_word: &'a [FieldValue],
    /// What the account was for that changed it; `None` for a feed or a command.
    pub actor_role: Option<Role>,
}

#[derive(sqlx::FromRow)]
pub(super) struct EntryRow {
    pub(super) entry_id: String,
    pub(super) version: i64,
    entry_version: i64,
    source: String,
    source_key: String,
    pub(super) is_gone: bool,
    pub(super) document: String,
    contacts: String,
    source_word: String,
}

/// An entry of which everything is open.
pub(super) struct OpenEntry {
    pub(super) row: DirectoryRow,
    pub(super) source_word: Vec<FieldValue>,
}

impl From<OpenEntry> for EntryAtHand {
    fn from(OpenEntry { row, source_word }: OpenEntry) -> Self {
        let DirectoryRow { entry_version, source, source_key, document, .. } = row;
        Self { entry_version, source, source_key, document, source_word }
    }
}

/// How an entry is reached.
#[derive(Serialize, Deserialize)]
pub(super) struct Contacts {
    email: Option<String>,
    phones: Vec<Phone>,
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    former_phones: ThinVec<Phone>,
}

impl Contacts {
    /// Takes them out of a document; `None` where there are none.
    fn taken_from(document: &mut Document) -> Option<Self> {
        let Document::Service(service) = document else { return None };
        let contacts = Self {
            email: service.email.take(),
            phones: std::mem::take(&mut service.phones),
            former_phones: std::mem::take(&mut service.former_phones),
        };
        let has_phones = !contacts.phones.is_empty() || !contacts.former_phones.is_empty();
        (contacts.email.is_some() || has_phones).then_some(contacts)
    }

    /// Puts into a document what is sealed beside this version of it; nothing where the contacts were erased.
    pub(super) fn open_into(
        document: &mut Document,
        (entry_id, version): (&str, i64),
        sealed: &str,
        keys: &UnitKeys,
    ) -> Result<(), StoreError> {
        let name = row_name(entry_id, version);
        let contacts: Option<Self> = keys.open(sealed_at("contacts", &name, organization_of(document)), sealed)?;
        if let Some(contacts) = contacts {
            contacts.put_into(document);
        }
        Ok(())
    }

    fn put_into(self, document: &mut Document) {
        if let Document::Service(service) = document {
            service.email = self.email;
            service.phones = self.phones;
            service.former_phones = self.former_phones;
        }
    }
}

/// An entry before its contacts are opened.
struct Read {
    row: EntryRow,
    document: Document,
    organization: OrganizationId,
}

/// Where the contacts of one version of an entry stand, or its source's word. `row` names both.
fn sealed_at<'a>(column: &'static str, row: &'a str, organization: OrganizationId) -> SealedAt<'a> {
    SealedAt { table: "directory_documents", column, row, unit: ErasureUnit::Contacts(organization), project: None }
}

fn row_name(entry_id: &str, version: i64) -> String {
    format!("{entry_id}/{version}")
}

fn organization_of(document: &Document) -> OrganizationId {
    match document {
        Document::Organization(organization) => organization.id,
        Document::Service(service) => service.organization_id,
    }
}

/// The unit with which the contacts of an entry are erased.
pub(super) fn contacts_of(document: &Document) -> ErasureUnit {
    ErasureUnit::Contacts(organization_of(document))
}

/// What the columns `document` and `contacts` hold of a version of an entry.
pub(super) fn seal_document(
    keys: &KeyStore,
    unit_keys: &UnitKeys,
    version: i64,
    document: &Document,
) -> Result<(String, String), StoreError> {
    let name = row_name(&entry_id(document), version);
    let mut document = document.clone();
    let contacts = Contacts::taken_from(&mut document);
    let at = sealed_at("contacts", &name, organization_of(&document));
    let contacts = contacts.map(|contacts| unit_keys.seal(keys, at, &contacts)).transpose()?;
    let document = serde_json::to_string(&document).expect("documents are plain structs of texts and numbers");
    Ok((document, contacts.unwrap_or_default()))
}

/// What the column `source_word` holds of a version of an entry: sealed whole, because a phone may stand in it.
pub(super) fn seal_word(
    keys: &KeyStore,
    unit_keys: &UnitKeys,
    version: i64,
    document: &Document,
    word: &[FieldValue],
) -> Result<String, StoreError> {
    if word.is_empty() {
        return Ok(String::new());
    }
    let name = row_name(&entry_id(document), version);
    unit_keys.seal(keys, sealed_at("source_word", &name, organization_of(document)), &word)
}

/// The entries of rows. The keys of those with contacts are fetched at once; an entry whose contacts were erased has
/// none, and no word of its source.
pub(super) async fn open_entries(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = EntryRow>,
) -> Result<Vec<OpenEntry>, StoreError> {
    let read = rows.into_iter().map(|row| {
        let document: Document = TABLE.parsed("document", serde_json::from_str(&row.document))?;
        Ok(Read { organization: organization_of(&document), document, row })
    });
    let read: Vec<Read> = read.collect::<Result<_, StoreError>>()?;
    let is_sealed = |read: &&Read| !read.row.contacts.is_empty() || !read.row.source_word.is_empty();
    let opened = keys.fetch(read.iter().filter(is_sealed).map(|read| ErasureUnit::Contacts(read.organization))).await?;
    let open = |Read { row, mut document, organization }| {
        Contacts::open_into(&mut document, (&row.entry_id, row.version), &row.contacts, &opened)?;
        let name = row_name(&row.entry_id, row.version);
        let word: Option<_> = opened.open(sealed_at("source_word", &name, organization), &row.source_word)?;
        let EntryRow { entry_id, version, entry_version, source, source_key, is_gone, .. } = row;
        let row = DirectoryRow { entry_id, version, entry_version, source, source_key, is_gone, document };
        Ok(OpenEntry { row, source_word: word.unwrap_or_default() })
    };
    read.into_iter().map(open).collect()
}

impl Store {
    /// The directory's version: higher after every change.
    pub async fn directory_version(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(VERSION).fetch_one(pool).await)?)
    }
}

impl Tx {
    /// The entry as it stands in this transaction; tombstones count as absent.
    pub async fn find_document(&mut self, entry_id: &str) -> Result<Option<Document>, StoreError> {
        Ok(self.find_entry(entry_id).await?.map(|entry| entry.document))
    }

    /// The entry with what stands beside it; tombstones count as absent. To be called after [`Tx::lock_directory`] by
    /// whoever changes it.
    pub async fn find_entry(&mut self, entry_id: &str) -> Result<Option<EntryAtHand>, StoreError> {
        let row: Option<EntryRow> = in_tx!(self, |c| sqlx::query_as(FIND).bind(entry_id).fetch_optional(c).await)?;
        let entry = open_entries(&self.keys, row).await?.pop().filter(|entry| !entry.row.is_gone);
        Ok(entry.map(EntryAtHand::from))
    }

    /// The entries that were merged into others, in no order that means anything.
    pub async fn list_merged_entries(&mut self) -> Result<Vec<EntryAtHand>, StoreError> {
        let rows: Vec<EntryRow> = in_tx!(self, |c| sqlx::query_as(LIST_MERGED).fetch_all(c).await)?;
        Ok(open_entries(&self.keys, rows).await?.into_iter().map(EntryAtHand::from).collect())
    }

    /// The services of an organisation as they stand in this transaction, those that were merged into others among them.
    pub async fn list_services_of(&mut self, organization: OrganizationId) -> Result<Vec<Service>, StoreError> {
        let pattern = format!("%\"organization_id\":\"{organization}\"%");
        let rows: Vec<EntryRow> = in_tx!(self, |c| sqlx::query_as(OF_ORGANIZATION).bind(pattern).fetch_all(c).await)?;
        let is_its = |service: &Service| service.organization_id == organization;
        let service = |entry: OpenEntry| match entry.row.document {
            Document::Service(service) => Some(service),
            Document::Organization(_) => None,
        };
        Ok(open_entries(&self.keys, rows).await?.into_iter().filter_map(service).filter(is_its).collect())
    }

    /// Lets no other import or edit of the directory come between what is read now and the commit.
    pub async fn lock_directory(&mut self) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The current entries of one source, tombstones among them: what people have protected stays so when it comes back.
    pub async fn documents_of_source(&mut self, source: &str) -> Result<Vec<StoredEntry>, StoreError> {
        let rows: Vec<EntryRow> = in_tx!(self, |c| sqlx::query_as(CURRENT_OF_SOURCE).bind(source).fetch_all(c).await)?;
        let entries = open_entries(&self.keys, rows).await?.into_iter();
        let stored = |OpenEntry { row, source_word }| StoredEntry {
            source_key: row.source_key,
            is_gone: row.is_gone,
            document: row.document,
            source_word,
        };
        Ok(entries.map(stored).collect())
    }

    /// Writes changes of one source, which say all that the source says, as the directory's next version; see
    /// [`Tx::change_entries`].
    pub async fn change_directory(
        &mut self,
        source: &str,
        changes: &[DirectoryChange<'_>],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let changes = changes.iter().cloned();
        let changes: Vec<EntryChange<'_>> =
            changes.map(|change| EntryChange { change, source_word: &[], actor_role: None }).collect();
        self.change_entries(source, &changes, now).await
    }

    /// Writes changes of one source as the directory's next version, and returns that version. Holding
    /// the head's row until the commit keeps two imports from writing the same version. A place that is redacted by it
    /// is redacted wherever the store has it.
    pub async fn change_entries(
        &mut self,
        source: &str,
        changes: &[EntryChange<'_>],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let version: i64 = in_tx!(self, |c| sqlx::query_scalar(RAISE_VERSION).fetch_one(c).await)?;
        // All keys by one commit, before the first row.
        let units: Vec<_> = changes.iter().map(|entry| (contacts_of(entry.change.document), None)).collect();
        let keys = self.keys.fetch_or_make(&units).await?;
        let redacted = self.redacted_anew(changes).await?;
        for change in changes {
            self.write_entry(source, change, &keys, (version, now)).await?;
        }
        if !redacted.is_empty() {
            let actor_role = changes.first().and_then(|change| change.actor_role);
            self.redact_everywhere(&redacted, Cause { version, now, actor_role }).await?;
        }
        Ok(version)
    }

    /// Writes one version of an entry in the place of the one before.
    pub(super) async fn write_entry(
        &mut self,
        source: &str,
        EntryChange { change, source_word, actor_role }: &EntryChange<'_>,
        keys: &UnitKeys,
        (version, now): (i64, Timestamp),
    ) -> Result<(), StoreError> {
        let entry_id = entry_id(change.document);
        let (document, contacts) = seal_document(&self.keys, keys, version, change.document)?;
        let word = seal_word(&self.keys, keys, version, change.document, source_word)?;
        in_tx!(self, |c| sqlx::query(SUPERSEDE).bind(&entry_id).execute(c).await.map(drop))?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&entry_id)
            .bind(version)
            .bind(now.microseconds())
            .bind(source)
            .bind(change.source_key)
            .bind(change.is_gone)
            .bind(&document)
            .bind(&contacts)
            .bind(&word)
            .bind(optional_text(*actor_role))
            .bind(is_ending(change.document))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether the organisation may receive referrals; one that nobody has vetted may not.
    pub async fn find_vetting(&mut self, organization: OrganizationId) -> Result<Vetting, StoreError> {
        let row: Option<(bool, Option<String>)> =
            in_tx!(self, |c| sqlx::query_as(FIND_VETTING).bind(organization.to_string()).fetch_optional(c).await)?;
        let Some((is_vetted, expires_on)) = row else { return Ok(Vetting::default()) };
        let expires_on = expires_on.map(|day| day.parse::<Date>()).transpose();
        Ok(Vetting { is_vetted, protocol_expires_on: Table("vettings").parsed("protocol_expires_on", expires_on)? })
    }

    /// Records whether an organisation may receive referrals.
    pub async fn save_vetting(&mut self, organization: OrganizationId, vetting: Vetting) -> Result<(), StoreError> {
        let expires_on = vetting.protocol_expires_on.map(|day| day.to_string());
        in_tx!(self, |c| sqlx::query(SAVE_VETTING)
            .bind(organization.to_string())
            .bind(vetting.is_vetted)
            .bind(expires_on)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}

fn is_ending(document: &Document) -> bool {
    match document {
        Document::Service(service) => service.is_ending(),
        Document::Organization(_) => false,
    }
}

fn entry_id(document: &Document) -> String {
    match document {
        Document::Organization(organization) => organization.id.to_string(),
        Document::Service(service) => service.id.to_string(),
    }
}
