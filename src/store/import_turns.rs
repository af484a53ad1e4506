//! Whose turn it is to import a source, and what its last import was made of.

use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::time::Timestamp;

statements! {
    // A lease that has run out is taken over in place, so that of two takers the database admits one.
    TAKE = "INSERT INTO import_leases (source, owner, started_at, leased_until) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (source) DO UPDATE SET owner = excluded.owner, started_at = excluded.started_at, leased_until = excluded.leased_until \
        WHERE import_leases.leased_until <= excluded.started_at";
    RUNNING = "SELECT started_at, leased_until FROM import_leases WHERE source = $1";
    // Changes nothing, and holds the row until the commit on both databases.
    HOLD = "UPDATE import_leases SET leased_until = leased_until WHERE source = $1 AND owner = $2";
    GIVE_BACK = "DELETE FROM import_leases WHERE source = $1 AND owner = $2";
    COPY = "SELECT options_digest, body_digest, entity_tag, last_modified, applied_at FROM imported_copies WHERE source = $1 AND kind = $2";
    FORGET = "DELETE FROM imported_copies WHERE source = $1 AND kind = $2";
    REMEMBER = "INSERT INTO imported_copies (source, kind, options_digest, body_digest, entity_tag, last_modified, applied_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// What an import brings in. A source may bring several kinds, each by files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Services and their organisations.
    Services,
    /// Administrative areas.
    Areas,
    /// Named places.
    Places,
    /// Dated holidays.
    Holidays,
}

impl ImportKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Areas => "areas",
            Self::Places => "places",
            Self::Holidays => "holidays",
        }
    }
}

/// When a run of a source began, and until when it keeps others from beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningImport {
    /// Its beginning.
    pub since: Timestamp,
    /// When another may take its place, whatever has become of it.
    pub until: Timestamp,
}

/// What a fetched import was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCopy {
    /// SHA-256 of everything but the body that its result depends on, in hexadecimal digits.
    pub options_digest: String,
    /// SHA-256 of the body, in hexadecimal digits.
    pub body_digest: String,
    /// `ETag` of the body at its host.
    pub entity_tag: Option<String>,
    /// `Last-Modified` of the body at its host.
    pub last_modified: Option<String>,
}

type CopyRow = (String, String, Option<String>, Option<String>, i64);

impl Store {
    /// What the last applied import of a source was made of, and when it was applied; `None` where the last one was
    /// not fetched.
    pub async fn find_imported_copy(
        &self,
        source: &str,
        kind: ImportKind,
    ) -> Result<Option<(ImportedCopy, Timestamp)>, StoreError> {
        let row: Option<CopyRow> =
            read!(self, |pool| sqlx::query_as(COPY).bind(source).bind(kind.code()).fetch_optional(pool).await)?;
        Ok(row.map(|(options_digest, body_digest, entity_tag, last_modified, applied_at)| {
            let copy = ImportedCopy { options_digest, body_digest, entity_tag, last_modified };
            (copy, Timestamp::from_microseconds(applied_at))
        }))
    }
}

impl Tx {
    /// Takes the turn of a source until this time, unless a run of it has one that lasts: that one is given back.
    pub async fn take_import_turn(
        &mut self,
        source: &str,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<RunningImport>, StoreError> {
        let taken = in_tx!(self, |c| sqlx::query(TAKE)
            .bind(source)
            .bind(owner)
            .bind(now.microseconds())
            .bind(until.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if taken > 0 {
            return Ok(None);
        }
        // The statement above has locked the row that it left alone, so it is there.
        let (since, until): (i64, i64) = in_tx!(self, |c| sqlx::query_as(RUNNING).bind(source).fetch_one(c).await)?;
        let (since, until) = (Timestamp::from_microseconds(since), Timestamp::from_microseconds(until));
        Ok(Some(RunningImport { since, until }))
    }

    /// True while the turn is still the owner's; nobody takes it over before the commit.
    pub async fn holds_import_turn(&mut self, source: &str, owner: &str) -> Result<bool, StoreError> {
        let held = in_tx!(self, |c| sqlx::query(HOLD)
            .bind(source)
            .bind(owner)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(held > 0)
    }

    /// Gives the turn back; nothing happens where it is somebody else's by now.
    pub async fn end_import_turn(&mut self, source: &str, owner: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(GIVE_BACK).bind(source).bind(owner).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Puts what an import was made of in the place of what the one before was; nothing, where it was not fetched.
    pub async fn remember_imported_copy(
        &mut self,
        source: &str,
        kind: ImportKind,
        copy: Option<&ImportedCopy>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(FORGET).bind(source).bind(kind.code()).execute(c).await.map(drop))?;
        let Some(copy) = copy else { return Ok(()) };
        in_tx!(self, |c| sqlx::query(REMEMBER)
            .bind(source)
            .bind(kind.code())
            .bind(&copy.options_digest)
            .bind(&copy.body_digest)
            .bind(&copy.entity_tag)
            .bind(&copy.last_modified)
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
