//! Eight ways to rewrite a trail, each at a hundred places, by somebody who owns the database and by somebody
//! who computes every hash again; and trails that nobody touched.

use super::*;
use crate::domain::audit::chain::{EventColumns, hexadecimal};
use crate::domain::time::Timestamp;
use ed25519_dalek::SigningKey;

const TRAIL: &str = "prj_x";
const SEALED: usize = 100;
const TAIL: usize = 12;

/// A database as its owner could hand it over.
#[derive(Clone)]
struct Database {
    entries: Vec<StoredEvent>,
    head: Option<(i64, String)>,
    evidence: Evidence,
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn columns(number: usize, history: u64) -> EventColumns {
    EventColumns {
        at: 1_700_000_000_000_000 + number as i64,
        actor_id: Some(format!("acc_{}", number % 5)),
        action: "disclosed".to_owned(),
        object: format!("ref_{number}_{history}"),
        fields: "need status".to_owned(),
        purpose: "referral_answer".to_owned(),
        consent_id: number.is_multiple_of(3).then(|| "con_1".to_owned()),
        ..EventColumns::default()
    }
}

impl Database {
    fn of(rows: Vec<EventColumns>) -> Self {
        let entries = rows.into_iter().map(|row| StoredEvent {
            trail: TRAIL.to_owned(),
            sequence: 0,
            hash: String::new(),
            body: Body::Kept(Box::new(row)),
        });
        let mut database = Self { entries: entries.collect(), head: None, evidence: Evidence::default() };
        database.compute_again(0);
        database
    }

    /// What an honest node has written, with heads signed each `every` entries up to `sealed`.
    fn honest(entries: usize, history: u64, sealed: usize, every: usize) -> Self {
        let mut database = Self::of((1..=entries).map(|number| columns(number, history)).collect());
        let signed = (1..=sealed).filter(|number| number % every == 0 || *number == sealed);
        database.evidence.heads = signed.map(|number| database.sign(number, &key())).collect();
        database
    }

    fn sign(&self, number: usize, key: &SigningKey) -> SignedHead {
        let at = Timestamp::from_microseconds(number as i64);
        SignedHead::sign(key, TRAIL, number as i64, &self.entries[number - 1].hash, at)
    }

    /// Numbers and hashes everything behind the first `from` entries anew, and moves the head: what anybody can
    /// do who has the database and this program's source.
    fn compute_again(&mut self, from: usize) {
        let mut hash = from.checked_sub(1).map_or(BEGINNING, |last| parse_hash(&self.entries[last].hash).unwrap());
        for (entry, sequence) in self.entries.iter_mut().skip(from).zip(from as i64 + 1..) {
            let Body::Kept(columns) = &entry.body else { unreachable!("nothing is dropped yet") };
            hash = link(&hash, TRAIL, sequence, columns);
            (entry.sequence, entry.hash) = (sequence, hexadecimal(&hash));
        }
        self.head = (!self.entries.is_empty()).then(|| (self.entries.len() as i64, hexadecimal(&hash)));
    }

    /// Forgets the heads that were signed at this entry and behind.
    fn forget_heads(&mut self, from: usize) {
        self.evidence.heads.retain(|head| head.sequence < from as i64);
    }

    fn prune(&mut self, first: usize, last: usize) {
        let mut segment = Segment::default();
        for entry in &mut self.entries[first - 1..last] {
            segment.add(&parse_hash(&entry.hash).unwrap());
            entry.body = Body::Dropped;
        }
        let before = first.checked_sub(2).map_or(hexadecimal(&BEGINNING), |at| self.entries[at].hash.clone());
        let at = Timestamp::from_microseconds(0);
        self.evidence.notes.push(SignedNote::sign(&key(), TRAIL, first as i64, &before, &segment, at));
    }

    fn judged(&self, anchors: &Evidence) -> Result<Verified, Finding> {
        let mut evidence = self.evidence.clone();
        evidence.heads.extend(anchors.heads.clone());
        evidence.notes.extend(anchors.notes.clone());
        let keys = [key().verifying_key()];
        let mut verifier = TrailVerifier::new(TRAIL, &keys, evidence);
        self.entries.iter().try_for_each(|entry| verifier.push(entry))?;
        verifier.finish(self.head.as_ref().map(|(sequence, hash)| (*sequence, hash.as_str())))
    }
}

#[derive(Clone, Copy, Debug)]
enum Tampering {
    Edit,
    Delete,
    Insert,
    Swap,
    CutOff,
    ReplaceAll,
    Fork,
    Replay,
}

const TAMPERINGS: [Tampering; 8] = [
    Tampering::Edit,
    Tampering::Delete,
    Tampering::Insert,
    Tampering::Swap,
    Tampering::CutOff,
    Tampering::ReplaceAll,
    Tampering::Fork,
    Tampering::Replay,
];

/// Tampers at entry `place`. Somebody `skilled` computes everything behind it again and forgets the signed heads
/// of the database that would tell.
fn tampered(honest: &Database, tampering: Tampering, place: usize, skilled: bool) -> Database {
    let mut database = honest.clone();
    let another = |number: usize| Database::of(vec![columns(number, 99)]).entries.remove(0);
    match tampering {
        Tampering::Edit => {
            let Body::Kept(columns) = &mut database.entries[place - 1].body else { unreachable!("content is there") };
            columns.object.replace_range(0..1, "R");
        }
        Tampering::Delete => drop(database.entries.remove(place - 1)),
        Tampering::Insert => {
            let entry = StoredEvent { sequence: place as i64, ..another(place) };
            database.entries.insert(place - 1, entry);
        }
        Tampering::Swap => {
            let (one, other) = (database.entries[place - 1].body.clone(), database.entries[place].body.clone());
            (database.entries[place - 1].body, database.entries[place].body) = (other, one);
        }
        Tampering::CutOff => database.entries.truncate(place - 1),
        Tampering::ReplaceAll => {
            database.entries = Database::honest(honest.entries.len(), place as u64 + 1, 0, 1).entries;
        }
        // A node that serves a copy goes on in its own way, and signs what it does with the true key.
        Tampering::Fork => {
            database.entries.truncate(place - 1);
            database.entries.extend((place..=honest.entries.len() + 30).map(another));
            database.compute_again(place - 1);
            database.forget_heads(place);
            let signed = (place..=database.entries.len()).step_by(40).map(|number| database.sign(number, &key()));
            let signed: Vec<SignedHead> = signed.collect();
            database.evidence.heads.extend(signed);
            return database;
        }
        // All of it is true, and old.
        Tampering::Replay => {
            database.entries.truncate(place - 1);
            database.compute_again(place - 1);
            database.forget_heads(place);
            return database;
        }
    }
    if skilled {
        let from = if matches!(tampering, Tampering::ReplaceAll) { 0 } else { place - 1 };
        database.compute_again(from);
        database.forget_heads(from + 1);
    }
    database
}

#[test]
fn every_tampering_up_to_the_last_signed_head_is_found() {
    let honest = Database::honest(SEALED + TAIL, 0, SEALED, 25);
    let anchors = honest.evidence.clone();
    for skilled in [false, true] {
        let mut found = 0;
        for tampering in TAMPERINGS {
            for place in 1..=SEALED {
                let finding = tampered(&honest, tampering, place, skilled).judged(&anchors);
                let finding = finding.expect_err(&format!("{tampering:?} at {place}, skilled: {skilled}"));
                // Of two entries with one number either can be the one too many.
                let first_bad = match tampering {
                    Tampering::Insert => place as i64..=place as i64 + 1,
                    Tampering::Edit | Tampering::Delete | Tampering::Swap => place as i64..=place as i64,
                    _ => 1..=i64::MAX,
                };
                assert!(skilled || first_bad.contains(&finding.sequence), "{tampering:?} at {place}: {finding:?}");
                found += 1;
            }
        }
        assert_eq!(found, 800);
    }
}

#[test]
fn behind_the_last_signed_head_only_the_unskilled_are_found_and_the_tail_is_named() {
    let honest = Database::honest(SEALED + TAIL, 0, SEALED, 50);
    let anchors = honest.evidence.clone();
    let untouched = Verified { entries: (SEALED + TAIL) as i64, sealed: SEALED as i64, dropped: 0 };
    assert_eq!(honest.judged(&anchors), Ok(untouched));
    for place in SEALED + 1..SEALED + TAIL {
        for tampering in [Tampering::Edit, Tampering::Delete, Tampering::Insert, Tampering::Swap, Tampering::CutOff] {
            assert!(tampered(&honest, tampering, place, false).judged(&anchors).is_err(), "{tampering:?} at {place}");
            let verified = tampered(&honest, tampering, place, true).judged(&anchors).expect("nothing to find");
            assert_eq!(verified.sealed, SEALED as i64, "everything behind is told as unsealed");
        }
    }
}

#[test]
fn a_signed_head_that_is_not_ours_is_found() {
    let honest = Database::honest(20, 0, 20, 10);
    let foreign = honest.sign(15, &SigningKey::from_bytes(&[8; 32]));
    let forged = SignedHead { hash: honest.entries[3].hash.clone(), ..honest.sign(15, &key()) };
    let beyond = SignedHead { sequence: 21, ..honest.sign(20, &key()) };
    for (head, sequence, fault) in [
        (foreign, 15, AuditFault::SealForeign),
        (forged, 15, AuditFault::SealForged),
        (beyond, 21, AuditFault::SealForged),
    ] {
        let anchors = Evidence { heads: vec![head], notes: Vec::new() };
        assert_eq!(honest.judged(&anchors), Err(Finding { sequence, fault }));
    }
    for head in [None, Some((19, honest.entries[18].hash.clone())), Some((20, honest.entries[18].hash.clone()))] {
        let moved = Database { head, ..honest.clone() };
        assert_eq!(moved.judged(&Evidence::default()), Err(Finding { sequence: 20, fault: AuditFault::HeadDiffers }));
    }
}

#[test]
fn dropped_content_is_good_under_its_note_only() {
    let mut pruned = Database::honest(60, 0, 50, 25);
    let anchors = pruned.evidence.clone();
    pruned.prune(1, 20);
    pruned.prune(21, 30);
    assert_eq!(pruned.judged(&anchors), Ok(Verified { entries: 60, sealed: 50, dropped: 30 }));
    // The notes alone, kept elsewhere, carry it too; and content put back from elsewhere still fits.
    let kept = Evidence { notes: std::mem::take(&mut pruned.evidence.notes), heads: anchors.heads.clone() };
    assert_eq!(pruned.judged(&kept).map(|verified| verified.dropped), Ok(30));
    assert_eq!(pruned.judged(&anchors), Err(Finding { sequence: 1, fault: AuditFault::BodyMissing }));
    assert_eq!(Database::honest(60, 0, 50, 25).judged(&kept).map(|verified| verified.dropped), Ok(0));
    pruned.evidence.notes = kept.notes;
    for place in 1..=50 {
        let mut changed = pruned.clone();
        let dropped = std::mem::replace(&mut changed.entries[place - 1].body, Body::Dropped);
        let is_found =
            changed.judged(&anchors) == Err(Finding { sequence: place as i64, fault: AuditFault::BodyMissing });
        assert_eq!(is_found, dropped != Body::Dropped, "content gone at {place}");
        let mut changed = pruned.clone();
        changed.entries[place - 1].hash = hexadecimal(&[9; 32]);
        assert!(changed.judged(&anchors).is_err(), "another hash at {place}");
        let mut changed = pruned.clone();
        changed.entries.remove(place - 1);
        assert!(changed.judged(&anchors).is_err(), "no entry at {place}");
    }
    for change in [
        |note: &mut SignedNote| note.first = 2,
        |note: &mut SignedNote| note.last = 31,
        |note: &mut SignedNote| note.digest = hexadecimal(&[9; 32]),
        |note: &mut SignedNote| note.by.signature = "00".to_owned(),
    ] {
        let mut changed = pruned.clone();
        changed.evidence.notes.iter_mut().for_each(change);
        assert!(changed.judged(&anchors).is_err());
    }
}

#[test]
fn a_thousand_clean_trails_raise_no_alarm() {
    for number in 0..1_000_usize {
        let entries = number % 37;
        let sealed = entries - (number / 37) % (entries + 1);
        let mut database = Database::honest(entries, number as u64, sealed, 9 + number % 7);
        let anchors = database.evidence.clone();
        let dropped = if sealed == 0 { 0 } else { number % sealed };
        if dropped > 0 {
            database.prune(1, dropped);
        }
        // As the database is thinned, or the file lost, either alone is enough.
        let expected = Verified { entries: entries as i64, sealed: sealed as i64, dropped: dropped as i64 };
        assert_eq!(database.judged(&Evidence::default()), Ok(expected), "{number}");
        database.evidence.heads.clear();
        assert_eq!(database.judged(&anchors), Ok(expected), "{number}");
    }
}
