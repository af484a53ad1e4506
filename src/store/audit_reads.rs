//! Reading the audit trail: entry after entry for whoever verifies, and events for whoever may see them.

use super::reach::of_own_team;
use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::audit::chain::{Body, EventColumns, StoredEvent};
use crate::domain::audit::readings::TrailEvent;
use crate::domain::audit::seal::{Signed, SignedHead, SignedNote};
use crate::domain::audit::verify::Evidence;
use crate::domain::case::CaseReference;
use crate::domain::scope::{AuditScope, Scope};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("audit_events");
/// Entries that are in memory at once.
const PAGE: i64 = 2_000;

macro_rules! select_events {
    ($($rest:expr),+) => {
        concat!(
            "SELECT trail, sequence, hash, at, actor_id, actor_role, organization_id, action, object, fields, purpose, reason, consent_id FROM audit_events ",
            $($rest),+
        )
    };
}

// An event whose content was dropped is shown to nobody. A cursor that names somebody else's event is at no
// place of the list, like one that names none.
statements! {
    LIST_STORED = select_events!("WHERE trail = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
    LIST_TRAILS = "SELECT trail FROM audit_heads UNION SELECT trail FROM audit_events UNION SELECT trail FROM audit_signed_heads \
        UNION SELECT trail FROM audit_signed_notes";
    COUNT = "SELECT count(*) FROM audit_events";
    FIND_HEAD = "SELECT sequence, hash FROM audit_heads WHERE trail = $1";
    LIST_SIGNED_HEADS = "SELECT trail, sequence, hash, at, signer, signature FROM audit_signed_heads WHERE trail = $1";
    LIST_SIGNED_NOTES = "SELECT trail, first_sequence, last_sequence, hash_before, digest, at, signer, signature \
        FROM audit_signed_notes WHERE trail = $1";
    LIST_OWN = select_events!(
        "WHERE actor_id = $1 AND at IS NOT NULL \
         AND (CAST($2 AS TEXT) IS NULL OR (at, trail, sequence) < (SELECT e.at, e.trail, e.sequence FROM audit_events e WHERE e.actor_id = $1 AND e.hash = $2)) \
         ORDER BY at DESC, trail DESC, sequence DESC LIMIT $3"
    );
    LIST_OF_TRAIL = select_events!(
        "WHERE trail = $1 AND at IS NOT NULL \
         AND (trail = 'network' OR EXISTS (SELECT 1 FROM projects p WHERE p.id = trail AND p.organization_id = $2)) \
         AND (CAST($3 AS BIGINT) IS NULL OR sequence < $3) ORDER BY sequence DESC LIMIT $4"
    );
    LIST_DISCLOSURES = select_events!(
        "WHERE trail = $1 AND EXISTS (SELECT 1 FROM cases w WHERE w.id = $2 AND ",
        of_own_team!("$3", "$4"),
        ") AND action = 'disclosed' AND object IN (SELECT CAST($2 AS TEXT) \
         UNION ALL SELECT c.id FROM consents c WHERE c.case_id = $2 AND c.project_id = $1 \
         UNION ALL SELECT y.id FROM statutory_reports y WHERE y.case_id = $2 AND y.project_id = $1 \
         UNION ALL SELECT v.id FROM consent_overrides v WHERE v.case_id = $2 AND v.project_id = $1 \
         UNION ALL SELECT r.id FROM referrals r WHERE r.case_id = $2 AND r.project_id = $1 \
         UNION ALL SELECT d.id FROM demands d JOIN referrals r ON r.id = d.referral_id WHERE r.case_id = $2 AND d.project_id = $1) \
         ORDER BY sequence"
    );
}

#[derive(sqlx::FromRow)]
struct EventRow {
    trail: String,
    sequence: i64,
    hash: String,
    at: Option<i64>,
    actor_id: Option<String>,
    actor_role: Option<String>,
    organization_id: Option<String>,
    action: Option<String>,
    object: Option<String>,
    fields: Option<String>,
    purpose: Option<String>,
    reason: Option<String>,
    consent_id: Option<String>,
}

impl EventRow {
    fn into_stored(self) -> StoredEvent {
        let optional = [&self.actor_id, &self.actor_role, &self.organization_id, &self.reason, &self.consent_id];
        let has_optional = optional.into_iter().any(Option::is_some);
        let body = match (self.at, self.action, self.object, self.fields, self.purpose) {
            (Some(at), Some(action), Some(object), Some(fields), Some(purpose)) => Body::Kept(Box::new(EventColumns {
                at,
                actor_id: self.actor_id,
                actor_role: self.actor_role,
                organization_id: self.organization_id,
                action,
                object,
                fields,
                purpose,
                reason: self.reason,
                consent_id: self.consent_id,
            })),
            (None, None, None, None, None) if !has_optional => Body::Dropped,
            _ => Body::Unreadable,
        };
        StoredEvent { trail: self.trail, sequence: self.sequence, hash: self.hash, body }
    }

    fn into_event(self) -> Result<TrailEvent, StoreError> {
        let stored = self.into_stored();
        let Body::Kept(columns) = stored.body else { return Err(TABLE.corrupt("event")) };
        Ok(TrailEvent {
            trail: stored.trail,
            sequence: stored.sequence,
            hash: stored.hash,
            at: Timestamp::from_microseconds(columns.at),
            actor_id: TABLE.optional_id(columns.actor_id.as_deref())?,
            actor_role: TABLE.optional_code(columns.actor_role.as_deref())?,
            organization_id: TABLE.optional_id(columns.organization_id.as_deref())?,
            action: TABLE.code(&columns.action)?,
            object: columns.object,
            fields: columns.fields.split_ascii_whitespace().map(str::to_owned).collect(),
            purpose: TABLE.code(&columns.purpose)?,
            reason: columns.reason,
            consent_id: TABLE.optional_id(columns.consent_id.as_deref())?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SignedHeadRow {
    trail: String,
    sequence: i64,
    hash: String,
    at: i64,
    signer: String,
    signature: String,
}

#[derive(sqlx::FromRow)]
struct SignedNoteRow {
    trail: String,
    first_sequence: i64,
    last_sequence: i64,
    hash_before: String,
    digest: String,
    at: i64,
    signer: String,
    signature: String,
}

/// For verification, which judges every row there is: no scope would do.
impl Store {
    /// The names of all trails of which there is anything.
    pub async fn list_trails(&self) -> Result<Vec<String>, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(LIST_TRAILS).fetch_all(pool).await)?)
    }

    /// How many entries all trails have.
    pub async fn count_audit_events(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(COUNT).fetch_one(pool).await)?)
    }

    /// The entries of a trail behind this one, a few thousand at most.
    pub async fn list_stored_events(&self, trail: &str, after: i64) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> =
            read!(self, |pool| sqlx::query_as(LIST_STORED).bind(trail).bind(after).bind(PAGE).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(EventRow::into_stored).collect())
    }

    /// The head of a trail: its last entry and that entry's hash.
    pub async fn find_audit_head(&self, trail: &str) -> Result<Option<(i64, String)>, StoreError> {
        Ok(read!(self, |pool| sqlx::query_as(FIND_HEAD).bind(trail).fetch_optional(pool).await)?)
    }

    /// What was signed of a trail, as the database keeps it.
    pub async fn find_evidence(&self, trail: &str) -> Result<Evidence, StoreError> {
        let heads: Vec<SignedHeadRow> =
            read!(self, |pool| sqlx::query_as(LIST_SIGNED_HEADS).bind(trail).fetch_all(pool).await)?;
        let notes: Vec<SignedNoteRow> =
            read!(self, |pool| sqlx::query_as(LIST_SIGNED_NOTES).bind(trail).fetch_all(pool).await)?;
        let head = |row: SignedHeadRow| SignedHead {
            trail: row.trail,
            sequence: row.sequence,
            hash: row.hash,
            at: Timestamp::from_microseconds(row.at),
            by: Signed { key: row.signer, signature: row.signature },
        };
        let note = |row: SignedNoteRow| SignedNote {
            trail: row.trail,
            first: row.first_sequence,
            last: row.last_sequence,
            hash_before: row.hash_before,
            digest: row.digest,
            at: Timestamp::from_microseconds(row.at),
            by: Signed { key: row.signer, signature: row.signature },
        };
        Ok(Evidence { heads: heads.into_iter().map(head).collect(), notes: notes.into_iter().map(note).collect() })
    }
}

impl Tx {
    /// At most `limit` entries of a trail behind this one, a few thousand at most.
    pub(super) async fn list_stored_events(
        &mut self,
        trail: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<EventRow> = in_tx!(self, |c| sqlx::query_as(LIST_STORED)
            .bind(trail)
            .bind(after)
            .bind(limit.min(PAGE))
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(EventRow::into_stored).collect())
    }
}

impl Store {
    /// The scope's own acts, last first, behind the one with this hash.
    pub async fn list_own_events(
        &self,
        scope: &AuditScope,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<TrailEvent>, StoreError> {
        let rows: Vec<EventRow> = read!(self, |pool| sqlx::query_as(LIST_OWN)
            .bind(optional_text(scope.account))
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(EventRow::into_event).collect()
    }

    /// The events of a trail of the scope's organisation, or of the network's, last first, behind this number.
    pub async fn list_trail_events(
        &self,
        scope: &AuditScope,
        trail: &str,
        after: Option<i64>,
        limit: i64,
    ) -> Result<Vec<TrailEvent>, StoreError> {
        let Some(organization) = scope.organization else { return Ok(Vec::new()) };
        let rows: Vec<EventRow> = read!(self, |pool| sqlx::query_as(LIST_OF_TRAIL)
            .bind(trail)
            .bind(organization.to_string())
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(EventRow::into_event).collect()
    }

    /// Every reading of a case that the scope reaches, of its consents, its referrals and the needs behind them. They
    /// stand in the trail of the project that the case came from, whoever follows it now.
    pub async fn list_disclosures(&self, scope: &Scope, case: &CaseReference) -> Result<Vec<TrailEvent>, StoreError> {
        let rows: Vec<EventRow> = read!(self, |pool| sqlx::query_as(LIST_DISCLOSURES)
            .bind(case.project_id.to_string())
            .bind(case.id.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(EventRow::into_event).collect()
    }
}
