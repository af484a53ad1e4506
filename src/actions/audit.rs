//! Keeping the audit trail honest: signing its heads, verifying it, and dropping what was kept long enough.

use super::{ActionError, Context};
use crate::domain::audit::seal::{PublicKey, SignedHead};
use crate::domain::audit::verify::{AuditFault, Evidence, Finding, TrailVerifier, Verified};
use crate::domain::time::Timestamp;
use crate::seal::{Anchors, Line, SealError, Sealer};
use crate::store::{Tx, UnsignedHead};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many new entries make a head due.
const DUE_ENTRIES: i64 = 1_000;
/// So old a signed head makes the next one due, when there are new entries.
const DUE_HOURS: i64 = 1;

impl From<SealError> for ActionError {
    fn from(error: SealError) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// Signs the head of every trail that has 1,000 new entries, or new entries and no signed head of the last
/// hour. Each is on disk in the heads file before it is kept in the database: a file that cannot be written is
/// an error, nothing counts as signed, and the next call tries again.
pub async fn seal_heads(context: &Context) -> Result<Vec<SignedHead>, ActionError> {
    let now = context.now();
    let is_due = |head: &UnsignedHead| {
        let is_old = head.signed_at.is_none_or(|signed_at| now >= signed_at.plus_hours(DUE_HOURS));
        is_old || head.sequence - head.signed_sequence >= DUE_ENTRIES
    };
    seal(context, is_due).await
}

/// Signs the head of every trail that has new entries.
pub async fn seal_all_heads(context: &Context) -> Result<Vec<SignedHead>, ActionError> {
    seal(context, |_| true).await
}

async fn seal(context: &Context, is_due: impl Fn(&UnsignedHead) -> bool) -> Result<Vec<SignedHead>, ActionError> {
    let sealer = sealer(context)?;
    let now = context.now();
    let unsigned = context.store.list_unsigned_heads().await?;
    let sign = |head: UnsignedHead| sealer.sign_head(&head.trail, head.sequence, &head.hash, now);
    let heads: Vec<SignedHead> = unsigned.into_iter().filter(is_due).map(sign).collect();
    if heads.is_empty() {
        return Ok(heads);
    }
    publish(&sealer, heads.iter().map(Line::from).collect()).await?;
    context
        .store
        .write(async |tx| {
            for head in &heads {
                tx.insert_signed_head(head).await?;
            }
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(heads)
}

fn sealer(context: &Context) -> Result<Arc<Sealer>, ActionError> {
    context.sealer.clone().ok_or_else(|| ActionError::Internal("this process has no audit key".into()))
}

/// Writing to disk waits for the disk, which a thread that serves must not.
async fn publish(sealer: &Arc<Sealer>, lines: Vec<Line>) -> Result<(), ActionError> {
    let sealer = Arc::clone(sealer);
    let written = tokio::task::spawn_blocking(move || sealer.publish(&lines)).await;
    written.map_err(|lost| ActionError::Internal(Box::new(lost)))?.map_err(ActionError::from)
}

/// Drops the content of the entries of all trails from before an instant, as far as signed heads cover them;
/// gives how many.
pub async fn prune(context: &Context, before: Timestamp) -> Result<i64, ActionError> {
    let mut dropped = 0;
    for trail in context.store.list_trails().await? {
        dropped += context.store.write(async |tx| prune_trail(context, tx, &trail, before).await).await?;
    }
    Ok(dropped)
}

/// Drops the content of the entries of one trail from before an instant, in a transaction under way; gives how
/// many. The signed note is on disk before the transaction can end: a note without its dropping harms nothing.
pub async fn prune_trail(context: &Context, tx: &mut Tx, trail: &str, before: Timestamp) -> Result<i64, ActionError> {
    let sealer = sealer(context)?;
    let now = context.now();
    let sign = |first, before: &str, segment: &_| sealer.sign_note(trail, first, before, segment, now);
    let Some(note) = tx.prune_audit(trail, before, sign).await? else { return Ok(0) };
    publish(&sealer, vec![Line::from(&note)]).await?;
    Ok(note.last - note.first + 1)
}

/// What a trail was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailVerdict {
    /// The trail.
    pub trail: String,
    /// How far it is good.
    pub verified: Verified,
    /// The first entry that is not; `None` for a good trail.
    pub finding: Option<Finding>,
}

/// Verifies every trail against what was signed of it, in the database and in the file of signed heads.
/// `progress` hears how many entries of how many are done. Nothing is loaded as a whole.
pub async fn verify(
    context: &Context,
    keys: &[PublicKey],
    anchors: &Anchors,
    progress: &mut (dyn FnMut(i64, i64) + Send),
) -> Result<Vec<TrailVerdict>, ActionError> {
    let mut trails: BTreeSet<String> = context.store.list_trails().await?.into_iter().collect();
    trails.extend(anchors.evidence.keys().cloned());
    let total = context.store.count_audit_events().await?;
    let mut done = 0;
    let mut verdicts = Vec::new();
    for trail in trails {
        let mut count = |entries: i64| progress(done + entries, total);
        let mut verdict = verify_trail(context, keys, anchors, &trail, &mut count).await?;
        if matches!(verdict.finding, Some(Finding { fault: AuditFault::BodyMissing, .. })) {
            // Its content may have been dropped, with a note, after the notes were read.
            verdict = verify_trail(context, keys, anchors, &trail, &mut count).await?;
        }
        done += verdict.verified.entries;
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

async fn verify_trail(
    context: &Context,
    keys: &[PublicKey],
    anchors: &Anchors,
    trail: &str,
    progress: &mut (dyn FnMut(i64) + Send),
) -> Result<TrailVerdict, ActionError> {
    let mut evidence = context.store.find_evidence(trail).await?;
    let Evidence { heads, notes } = anchors.evidence.get(trail).cloned().unwrap_or_default();
    evidence.heads.extend(heads);
    evidence.notes.extend(notes);
    let mut verifier = TrailVerifier::new(trail, keys, evidence);
    let finding = |verifier: &TrailVerifier<'_>, finding| TrailVerdict {
        trail: trail.to_owned(),
        verified: verifier.so_far(),
        finding: Some(finding),
    };
    loop {
        // The head first: entries written while others are read do not look like too many.
        let head = context.store.find_audit_head(trail).await?;
        loop {
            let read = verifier.so_far().entries;
            // From the very beginning: an entry before the first would be one too many.
            let after = if read == 0 { i64::MIN } else { read };
            let page = context.store.list_stored_events(trail, after).await?;
            if page.is_empty() {
                break;
            }
            for entry in &page {
                if let Err(found) = verifier.push(entry) {
                    return Ok(finding(&verifier, found));
                }
            }
            progress(verifier.so_far().entries);
        }
        let now = context.store.find_audit_head(trail).await?;
        if now != head {
            continue;
        }
        let so_far = verifier.so_far();
        return Ok(match verifier.finish(head.as_ref().map(|(sequence, hash)| (*sequence, hash.as_str()))) {
            Ok(verified) => TrailVerdict { trail: trail.to_owned(), verified, finding: None },
            Err(found) => TrailVerdict { trail: trail.to_owned(), verified: so_far, finding: Some(found) },
        });
    }
}
