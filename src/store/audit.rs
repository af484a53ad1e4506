//! Writing the audit trail: events, what was signed of them, and the end of their content.

use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements, value_rows};
use crate::domain::audit::AuditEvent;
use crate::domain::audit::chain::{BEGINNING, Body, EventColumns, Hash, hexadecimal, link, parse_hash};
use crate::domain::audit::seal::{Segment, Signed, SignedHead, SignedNote};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

const TABLE: Table = Table("audit_heads");

/// How many events one statement writes: few shapes, so that the database knows each after a while.
const ROWS_AT_ONCE: [usize; 4] = [64, 16, 4, 1];
const EVENT_COLUMNS: usize = 13;

statements! {
    LOCK_HEAD = "INSERT INTO audit_heads (trail, sequence, hash) VALUES ($1, 0, $2) \
        ON CONFLICT (trail) DO UPDATE SET sequence = audit_heads.sequence RETURNING sequence, hash";
    INSERT = "INSERT INTO audit_events (trail, sequence, hash, at, actor_id, actor_role, organization_id, action, object, \
        fields, purpose, reason, consent_id) VALUES";
    MOVE_HEAD = "UPDATE audit_heads SET sequence = $2, hash = $3 WHERE trail = $1";
    LIST_UNSIGNED = "SELECT h.trail, h.sequence, h.hash, s.sequence AS signed_sequence, s.at AS signed_at FROM audit_heads h \
        LEFT JOIN audit_signed_heads s ON s.trail = h.trail \
        AND s.sequence = (SELECT max(m.sequence) FROM audit_signed_heads m WHERE m.trail = h.trail) \
        WHERE s.sequence IS NULL OR s.sequence < h.sequence ORDER BY h.trail";
    INSERT_SIGNED_HEAD = "INSERT INTO audit_signed_heads (trail, sequence, hash, at, signer, signature) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (trail, sequence) DO NOTHING";
    INSERT_NOTE = "INSERT INTO audit_signed_notes (trail, first_sequence, last_sequence, hash_before, digest, at, signer, signature) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LAST_NOTED = "SELECT COALESCE(max(last_sequence), 0) FROM audit_signed_notes WHERE trail = $1";
    LAST_SIGNED = "SELECT COALESCE(max(sequence), 0) FROM audit_signed_heads WHERE trail = $1";
    FIRST_TO_KEEP = "SELECT min(sequence) FROM audit_events WHERE trail = $1 AND sequence > $2 AND at >= $3";
    FIND_HASH = "SELECT hash FROM audit_events WHERE trail = $1 AND sequence = $2";
    COUNT_OBJECTS = "SELECT (SELECT count(*) FROM cases WHERE id = $1) + (SELECT count(*) FROM consents WHERE id = $1) \
        + (SELECT count(*) FROM referrals WHERE id = $1) + (SELECT count(*) FROM demands WHERE id = $1) \
        + (SELECT count(*) FROM consent_overrides WHERE id = $1) + (SELECT count(*) FROM statutory_reports WHERE id = $1) \
        + (SELECT count(*) FROM incidents WHERE id = $1)";
    DROP_BODIES = "UPDATE audit_events SET at = NULL, actor_id = NULL, actor_role = NULL, organization_id = NULL, \
        action = NULL, object = NULL, fields = NULL, purpose = NULL, reason = NULL, consent_id = NULL \
        WHERE trail = $1 AND sequence BETWEEN $2 AND $3";
}

/// A head that has entries behind its last signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedHead {
    /// The trail.
    pub trail: String,
    /// Its last entry.
    pub sequence: i64,
    /// That entry's hash.
    pub hash: String,
    /// The entry that was signed last, 0 for none.
    pub signed_sequence: i64,
    /// When that was.
    pub signed_at: Option<Timestamp>,
}

/// An event in its place.
struct Placed<'a> {
    trail: &'a str,
    sequence: i64,
    hash: Hash,
    columns: EventColumns,
}

impl Tx {
    /// Appends events to their trails. Each trail's head row stays locked until the commit, so its
    /// count has no gap and no double. The trails come in one order, so that two writers of the same
    /// two trails never wait for each other.
    pub async fn append_audit(&mut self, events: &[AuditEvent]) -> Result<(), StoreError> {
        let mut by_trail: BTreeMap<String, Vec<&AuditEvent>> = BTreeMap::new();
        for event in events {
            by_trail.entry(event.trail()).or_default().push(event);
        }
        for (trail, events) in &by_trail {
            let (mut sequence, mut hash) = self.lock_head(trail).await?;
            let mut placed = Vec::with_capacity(events.len());
            for event in events {
                let columns = EventColumns::from(*event);
                sequence += 1;
                hash = link(&hash, trail, sequence, &columns);
                placed.push(Placed { trail, sequence, hash, columns });
            }
            self.insert_events(&placed).await?;
            in_tx!(self, |c| sqlx::query(MOVE_HEAD)
                .bind(trail)
                .bind(sequence)
                .bind(hexadecimal(&hash))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    async fn lock_head(&mut self, trail: &str) -> Result<(i64, Hash), StoreError> {
        let (sequence, hash): (i64, String) =
            in_tx!(self, |c| sqlx::query_as(LOCK_HEAD).bind(trail).bind(hexadecimal(&BEGINNING)).fetch_one(c).await)?;
        Ok((sequence, parse_hash(&hash).ok_or_else(|| TABLE.corrupt("hash"))?))
    }

    async fn insert_events(&mut self, mut events: &[Placed<'_>]) -> Result<(), StoreError> {
        while let Some(rows) = ROWS_AT_ONCE.into_iter().find(|rows| *rows <= events.len()) {
            let (now, later) = events.split_at(rows);
            let sql = value_rows(INSERT, rows, EVENT_COLUMNS);
            in_tx!(self, |c| {
                let mut query = sqlx::query(sql);
                for Placed { trail, sequence, hash, columns } in now {
                    query = query
                        .bind(*trail)
                        .bind(sequence)
                        .bind(hexadecimal(hash))
                        .bind(columns.at)
                        .bind(&columns.actor_id)
                        .bind(&columns.actor_role)
                        .bind(&columns.organization_id)
                        .bind(&columns.action)
                        .bind(&columns.object)
                        .bind(&columns.fields)
                        .bind(&columns.purpose)
                        .bind(&columns.reason)
                        .bind(&columns.consent_id);
                }
                query.execute(c).await.map(drop)
            })?;
            events = later;
        }
        Ok(())
    }

    /// True when there is a person-linked object with this id, whoever may see it: for the trail only.
    pub async fn object_exists(&mut self, id: &str) -> Result<bool, StoreError> {
        let count: i64 = in_tx!(self, |c| sqlx::query_scalar(COUNT_OBJECTS).bind(id).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Keeps a signed head beside the trail.
    pub async fn insert_signed_head(&mut self, head: &SignedHead) -> Result<(), StoreError> {
        let Signed { key, signature } = &head.by;
        in_tx!(self, |c| sqlx::query(INSERT_SIGNED_HEAD)
            .bind(&head.trail)
            .bind(head.sequence)
            .bind(&head.hash)
            .bind(head.at.microseconds())
            .bind(key)
            .bind(signature)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Drops the content of the entries of a trail that happened before an instant, as far as signed heads
    /// cover them, and keeps their hashes under a note that `sign` makes of the first entry, the hash before
    /// it and the segment. Gives the note; `None` when there is nothing to drop. A segment that was tampered
    /// with is refused, because dropping it would destroy the evidence.
    pub async fn prune_audit(
        &mut self,
        trail: &str,
        before: Timestamp,
        sign: impl FnOnce(i64, &str, &Segment) -> SignedNote,
    ) -> Result<Option<SignedNote>, StoreError> {
        // The lock keeps a second pruning of the same trail out.
        self.lock_head(trail).await?;
        let noted: i64 = in_tx!(self, |c| sqlx::query_scalar(LAST_NOTED).bind(trail).fetch_one(c).await)?;
        let signed: i64 = in_tx!(self, |c| sqlx::query_scalar(LAST_SIGNED).bind(trail).fetch_one(c).await)?;
        let first_to_keep: Option<i64> = in_tx!(self, |c| sqlx::query_scalar(FIRST_TO_KEEP)
            .bind(trail)
            .bind(noted)
            .bind(before.microseconds())
            .fetch_one(c)
            .await)?;
        let (first, last) = (noted + 1, first_to_keep.map_or(signed, |keep| signed.min(keep - 1)));
        if last < first {
            return Ok(None);
        }
        let hash_before = self.hash_at(trail, noted).await?;
        let segment = self.sum_up(trail, first, last, hash_before).await?;
        let note = sign(first, &hexadecimal(&hash_before), &segment);
        in_tx!(self, |c| sqlx::query(INSERT_NOTE)
            .bind(trail)
            .bind(note.first)
            .bind(note.last)
            .bind(&note.hash_before)
            .bind(&note.digest)
            .bind(note.at.microseconds())
            .bind(&note.by.key)
            .bind(&note.by.signature)
            .execute(c)
            .await
            .map(drop))?;
        in_tx!(self, |c| sqlx::query(DROP_BODIES).bind(trail).bind(first).bind(last).execute(c).await.map(drop))?;
        Ok(Some(note))
    }

    async fn hash_at(&mut self, trail: &str, sequence: i64) -> Result<Hash, StoreError> {
        if sequence == 0 {
            return Ok(BEGINNING);
        }
        let hash: Option<String> =
            in_tx!(self, |c| sqlx::query_scalar(FIND_HASH).bind(trail).bind(sequence).fetch_optional(c).await)?;
        hash.as_deref().and_then(parse_hash).ok_or_else(|| TABLE.corrupt("hash"))
    }

    /// Sums up the hashes of a segment, after each was computed again.
    async fn sum_up(&mut self, trail: &str, first: i64, last: i64, mut hash: Hash) -> Result<Segment, StoreError> {
        let mut segment = Segment::default();
        let mut sequence = first;
        while sequence <= last {
            let events = self.list_stored_events(trail, sequence - 1, last - sequence + 1).await?;
            if events.is_empty() {
                return Err(TABLE.corrupt("entry"));
            }
            for event in events {
                let Body::Kept(columns) = &event.body else { return Err(TABLE.corrupt("entry")) };
                hash = link(&hash, trail, sequence, columns);
                if event.sequence != sequence || parse_hash(&event.hash) != Some(hash) {
                    return Err(TABLE.corrupt("hash"));
                }
                segment.add(&hash);
                sequence += 1;
            }
        }
        Ok(segment)
    }
}

#[derive(sqlx::FromRow)]
struct UnsignedRow {
    trail: String,
    sequence: i64,
    hash: String,
    signed_sequence: Option<i64>,
    signed_at: Option<i64>,
}

impl Store {
    /// The heads of all trails that have entries behind their last signature.
    pub async fn list_unsigned_heads(&self) -> Result<Vec<UnsignedHead>, StoreError> {
        let rows: Vec<UnsignedRow> = read!(self, |pool| sqlx::query_as(LIST_UNSIGNED).fetch_all(pool).await)?;
        let head = |row: UnsignedRow| UnsignedHead {
            trail: row.trail,
            sequence: row.sequence,
            hash: row.hash,
            signed_sequence: row.signed_sequence.unwrap_or(0),
            signed_at: row.signed_at.map(Timestamp::from_microseconds),
        };
        Ok(rows.into_iter().map(head).collect())
    }
}
