//! The directory as versioned documents (ruling R4).

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::directory::Document;
use crate::domain::id::OrganizationId;
use crate::domain::referral::Vetting;
use crate::domain::time::{Date, Timestamp};

const TABLE: Table = Table("directory_documents");

statements! {
    VERSION = "SELECT version FROM directory_head WHERE name = 'directory'";
    RAISE_VERSION = "UPDATE directory_head SET version = version + 1 WHERE name = 'directory' RETURNING version";
    // Changes nothing, and holds the head's row until the commit on both databases.
    LOCK = "UPDATE directory_head SET version = version WHERE name = 'directory'";
    CHANGES = "SELECT entry_id, version, source, is_gone, document FROM directory_documents \
        WHERE is_current AND version > $1 ORDER BY entry_id";
    CURRENT_OF_SOURCE = "SELECT entry_id, source_key, document FROM directory_documents \
        WHERE is_current AND NOT is_gone AND source = $1 ORDER BY entry_id";
    FIND = "SELECT entry_id, version, source, is_gone, document FROM directory_documents WHERE is_current AND entry_id = $1";
    SUPERSEDE = "UPDATE directory_documents SET is_current = false WHERE entry_id = $1 AND is_current";
    FIND_SOURCE = "SELECT source, source_key FROM directory_documents WHERE is_current AND entry_id = $1";
    INSERT = "INSERT INTO directory_documents \
        (entry_id, version, valid_from, source, source_key, is_current, is_gone, document) \
        VALUES ($1, $2, $3, $4, $5, true, $6, $7)";
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
    /// The source it comes from.
    pub source: String,
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

#[derive(sqlx::FromRow)]
struct EntryRow {
    entry_id: String,
    version: i64,
    source: String,
    is_gone: bool,
    document: String,
}

impl EntryRow {
    fn into_entry(self) -> Result<DirectoryRow, StoreError> {
        let document = TABLE.parsed("document", serde_json::from_str(&self.document))?;
        Ok(DirectoryRow {
            entry_id: self.entry_id,
            version: self.version,
            source: self.source,
            is_gone: self.is_gone,
            document,
        })
    }
}

impl Store {
    /// The directory's version: higher after every change.
    pub async fn directory_version(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(VERSION).fetch_one(pool).await)?)
    }

    /// The current entries that changed after `version`, tombstones included; all of them after 0.
    pub async fn directory_changes(&self, version: i64) -> Result<Vec<DirectoryRow>, StoreError> {
        let rows: Vec<EntryRow> = read!(self, |pool| sqlx::query_as(CHANGES).bind(version).fetch_all(pool).await)?;
        rows.into_iter().map(EntryRow::into_entry).collect()
    }
}

impl Tx {
    /// The entry as it stands in this transaction; tombstones count as absent.
    pub async fn find_document(&mut self, entry_id: &str) -> Result<Option<Document>, StoreError> {
        let row: Option<EntryRow> = in_tx!(self, |c| sqlx::query_as(FIND).bind(entry_id).fetch_optional(c).await)?;
        let entry = row.map(EntryRow::into_entry).transpose()?;
        Ok(entry.filter(|entry| !entry.is_gone).map(|entry| entry.document))
    }

    /// Lets no other import or edit of the directory come between what is read now and the commit.
    pub async fn lock_directory(&mut self) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The source of a current entry, and the source's own key.
    pub async fn find_source(&mut self, entry_id: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_as(FIND_SOURCE).bind(entry_id).fetch_optional(c).await)?)
    }

    /// The current entries of one source, tombstones left out.
    pub async fn documents_of_source(&mut self, source: &str) -> Result<Vec<StoredEntry>, StoreError> {
        let rows: Vec<(String, String, String)> =
            in_tx!(self, |c| sqlx::query_as(CURRENT_OF_SOURCE).bind(source).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(_, source_key, document)| {
                let document = TABLE.parsed("document", serde_json::from_str(&document))?;
                Ok(StoredEntry { source_key, document })
            })
            .collect()
    }

    /// Writes changes of one source as the directory's next version, and returns that version. Holding
    /// the head's row until the commit keeps two imports from writing the same version.
    pub async fn change_directory(
        &mut self,
        source: &str,
        changes: &[DirectoryChange<'_>],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let version: i64 = in_tx!(self, |c| sqlx::query_scalar(RAISE_VERSION).fetch_one(c).await)?;
        for change in changes {
            let entry_id = entry_id(change.document);
            let document =
                serde_json::to_string(change.document).expect("documents are plain structs of texts and numbers");
            in_tx!(self, |c| sqlx::query(SUPERSEDE).bind(&entry_id).execute(c).await.map(drop))?;
            in_tx!(self, |c| sqlx::query(INSERT)
                .bind(&entry_id)
                .bind(version)
                .bind(now.microseconds())
                .bind(source)
                .bind(change.source_key)
                .bind(change.is_gone)
                .bind(&document)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(version)
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

fn entry_id(document: &Document) -> String {
    match document {
        Document::Organization(organization) => organization.id.to_string(),
        Document::Service(service) => service.id.to_string(),
    }
}
