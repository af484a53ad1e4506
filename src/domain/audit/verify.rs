//! Finds the first entry of a trail that does not belong: entry after entry, so that a long trail needs no
//! memory.

use super::chain::{BEGINNING, Body, Hash, StoredEvent, link, parse_hash};
use super::seal::{Segment, SignedHead, SignedNote, Untrusted};
use crate::domain::code::code_list;
use ed25519_dalek::VerifyingKey;
use std::collections::VecDeque;

code_list! {
    /// What is wrong with an entry.
    AuditFault {
        Missing = "missing": "an entry is missing here, or one too many stands here",
        Changed = "changed": "the entry, or the one before it, was changed: its hash is another one's",
        Unreadable = "unreadable": "its columns are not what Relais writes",
        BodyMissing = "body_missing": "its content is gone, and no signed note says that it was kept long enough",
        NoteBroken = "note_broken": "the signed note over dropped entries does not fit what is there",
        HeadDiffers = "head_differs": "the head of the trail is not its last entry",
        SealedOtherwise = "sealed_otherwise": "a signed head has another hash: the trail was written anew",
        SealedBeyond = "sealed_beyond": "a signed head reaches further than the trail: its end was cut off",
        SealForged = "seal_forged": "the signature of a signed head is not valid",
        SealForeign = "seal_foreign": "a signed head is by a key that is not trusted",
    }
}

/// The first thing wrong with a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry.
    pub sequence: i64,
    /// What is wrong with it.
    pub fault: AuditFault,
}

/// What is outside the entries and judges them.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Signed heads of the trail, in any order.
    pub heads: Vec<SignedHead>,
    /// Signed notes of the trail, in any order.
    pub notes: Vec<SignedNote>,
}

/// What a good trail comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Verified {
    /// How many entries it has.
    pub entries: i64,
    /// The last one under a signed head. What lies behind is only as good as the database: whoever owns it can
    /// have written all of it anew.
    pub sealed: i64,
    /// Of how many entries the content was dropped, under a signed note.
    pub dropped: i64,
}

/// A trail being verified.
pub struct TrailVerifier<'a> {
    trail: &'a str,
    keys: &'a [VerifyingKey],
    heads: VecDeque<SignedHead>,
    notes: VecDeque<SignedNote>,
    /// The segments that the entry now looked at lies in.
    open: Vec<(SignedNote, Segment)>,
    hash: Hash,
    so_far: Verified,
}

impl<'a> TrailVerifier<'a> {
    /// Begins at the beginning of a trail.
    pub fn new(trail: &'a str, keys: &'a [VerifyingKey], mut evidence: Evidence) -> Self {
        evidence.heads.sort_unstable_by_key(|head| head.sequence);
        evidence.heads.dedup();
        evidence.notes.sort_unstable();
        evidence.notes.dedup();
        Self {
            trail,
            keys,
            heads: evidence.heads.into(),
            notes: evidence.notes.into(),
            open: Vec::new(),
            hash: BEGINNING,
            so_far: Verified::default(),
        }
    }

    /// What has been verified so far.
    pub const fn so_far(&self) -> Verified {
        self.so_far
    }

    /// Looks at the next entry.
    pub fn push(&mut self, entry: &StoredEvent) -> Result<(), Finding> {
        let expected = self.so_far.entries + 1;
        let wrong = |fault| Err(Finding { sequence: expected, fault });
        if entry.sequence != expected || entry.trail != self.trail {
            return wrong(AuditFault::Missing);
        }
        self.open_notes(expected)?;
        let Some(stored) = parse_hash(&entry.hash) else { return wrong(AuditFault::Unreadable) };
        match &entry.body {
            Body::Unreadable => return wrong(AuditFault::Unreadable),
            Body::Dropped if self.open.is_empty() => return wrong(AuditFault::BodyMissing),
            Body::Dropped => self.so_far.dropped += 1,
            Body::Kept(columns) if link(&self.hash, self.trail, expected, columns) != stored => {
                return wrong(AuditFault::Changed);
            }
            Body::Kept(_) => {}
        }
        self.hash = stored;
        self.close_notes(expected)?;
        self.check_heads(expected, &entry.hash)?;
        self.so_far.entries = expected;
        Ok(())
    }

    fn open_notes(&mut self, sequence: i64) -> Result<(), Finding> {
        let broken = Finding { sequence, fault: AuditFault::NoteBroken };
        while let Some(note) = self.notes.pop_front_if(|note| note.first <= sequence) {
            let fits = note.first == sequence && parse_hash(&note.hash_before) == Some(self.hash);
            if !fits || note.check(self.keys).is_err() {
                return Err(broken);
            }
            self.open.push((note, Segment::default()));
        }
        Ok(())
    }

    fn close_notes(&mut self, sequence: i64) -> Result<(), Finding> {
        let broken = Finding { sequence, fault: AuditFault::NoteBroken };
        self.open.iter_mut().for_each(|(_, segment)| segment.add(&self.hash));
        let is_whole = |(note, segment): &(SignedNote, Segment)| note.digest == segment.digest();
        let ended = self.open.extract_if(.., |(note, _)| note.last <= sequence);
        if ended.into_iter().all(|ended| is_whole(&ended)) { Ok(()) } else { Err(broken) }
    }

    fn check_heads(&mut self, sequence: i64, hash: &str) -> Result<(), Finding> {
        while let Some(head) = self.heads.pop_front_if(|head| head.sequence <= sequence) {
            let fault = match head.check(self.keys) {
                Err(Untrusted::Key) => AuditFault::SealForeign,
                Err(Untrusted::Signature) => AuditFault::SealForged,
                Ok(()) if head.sequence != sequence || head.hash != hash => AuditFault::SealedOtherwise,
                Ok(()) => {
                    self.so_far.sealed = sequence;
                    continue;
                }
            };
            return Err(Finding { sequence, fault });
        }
        Ok(())
    }

    /// Ends behind the last entry. `head` is what the database keeps as the trail's head: the entry's number and
    /// its hash.
    pub fn finish(mut self, head: Option<(i64, &str)>) -> Result<Verified, Finding> {
        let last = self.so_far.entries;
        let behind = |fault| Err(Finding { sequence: last + 1, fault });
        if let Some(head) = self.heads.pop_front() {
            return behind(match head.check(self.keys) {
                Err(Untrusted::Key) => AuditFault::SealForeign,
                Err(Untrusted::Signature) => AuditFault::SealForged,
                Ok(()) => AuditFault::SealedBeyond,
            });
        }
        if !self.open.is_empty() || !self.notes.is_empty() {
            return behind(AuditFault::NoteBroken);
        }
        let is_at_head = match head {
            Some((sequence, hash)) => sequence == last && parse_hash(hash) == Some(self.hash),
            None => last == 0,
        };
        if is_at_head { Ok(self.so_far) } else { Err(Finding { sequence: last, fault: AuditFault::HeadDiffers }) }
    }
}

#[cfg(test)]
mod tests;
