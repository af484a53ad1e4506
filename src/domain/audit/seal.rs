//! What a trail has come to, signed with a key that the database never sees (Ed25519): heads, which say how
//! far a trail had come and by which hash, and notes, which say that the content of a segment was dropped after
//! it was kept long enough.
//!
//! A chain alone proves nothing against whoever owns the database, because it can be computed again. A signed
//! head cannot.

use super::chain::write_text;
use crate::domain::time::Timestamp;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

const HEAD_TAG: &[u8] = b"relais/audit/head/1";
const NOTE_TAG: &[u8] = b"relais/audit/note/1";

/// A key by which signatures are checked.
pub type PublicKey = VerifyingKey;

/// By whom something was signed, and the signature, both in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signed {
    /// The public key.
    pub key: String,
    /// The signature.
    pub signature: String,
}

/// A signed statement that a trail had this hash at this entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedHead {
    /// The trail.
    pub trail: String,
    /// The entry.
    pub sequence: i64,
    /// Its hash.
    pub hash: String,
    /// When it was signed.
    pub at: Timestamp,
    /// By which key.
    pub by: Signed,
}

/// A signed statement that the content of some entries was dropped, and only their hashes kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignedNote {
    /// The trail.
    pub trail: String,
    /// The first entry without content.
    pub first: i64,
    /// The last one.
    pub last: i64,
    /// The hash before the first one.
    pub hash_before: String,
    /// SHA-256 over the hashes of all of them, as bytes.
    pub digest: String,
    /// When it was signed.
    pub at: Timestamp,
    /// By which key.
    pub by: Signed,
}

/// Why a signature says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// The key is none of those that are trusted.
    Key,
    /// The signature is not that key's over this statement.
    Signature,
}

impl SignedHead {
    /// Signs a head.
    pub fn sign(key: &SigningKey, trail: &str, sequence: i64, hash: &str, at: Timestamp) -> Self {
        let by = Signed::over(key, &head_message(trail, sequence, hash, at));
        Self { trail: trail.to_owned(), sequence, hash: hash.to_owned(), at, by }
    }

    /// Whether one of the keys has signed it.
    pub fn check(&self, keys: &[VerifyingKey]) -> Result<(), Untrusted> {
        self.by.check(keys, &head_message(&self.trail, self.sequence, &self.hash, self.at))
    }
}

fn head_message(trail: &str, sequence: i64, hash: &str, at: Timestamp) -> Vec<u8> {
    let mut message = HEAD_TAG.to_vec();
    write_text(&mut message, trail);
    message.extend_from_slice(&sequence.to_be_bytes());
    write_text(&mut message, hash);
    message.extend_from_slice(&at.microseconds().to_be_bytes());
    message
}

impl SignedNote {
    /// Signs that the content of these entries was dropped: their hashes in their order, and the hash before.
    pub fn sign(
        key: &SigningKey,
        trail: &str,
        first: i64,
        hash_before: &str,
        segment: &Segment,
        at: Timestamp,
    ) -> Self {
        let mut note = Self {
            trail: trail.to_owned(),
            first,
            last: first + segment.entries - 1,
            hash_before: hash_before.to_owned(),
            digest: segment.digest(),
            at,
            by: Signed { key: String::new(), signature: String::new() },
        };
        note.by = Signed::over(key, &note.message());
        note
    }

    /// Whether one of the keys has signed it.
    pub fn check(&self, keys: &[VerifyingKey]) -> Result<(), Untrusted> {
        self.by.check(keys, &self.message())
    }

    fn message(&self) -> Vec<u8> {
        let mut message = NOTE_TAG.to_vec();
        write_text(&mut message, &self.trail);
        message.extend_from_slice(&self.first.to_be_bytes());
        message.extend_from_slice(&self.last.to_be_bytes());
        write_text(&mut message, &self.hash_before);
        write_text(&mut message, &self.digest);
        message.extend_from_slice(&self.at.microseconds().to_be_bytes());
        message
    }
}

impl Signed {
    fn over(key: &SigningKey, message: &[u8]) -> Self {
        Self {
            key: HEXLOWER.encode(key.verifying_key().as_bytes()),
            signature: HEXLOWER.encode(&key.sign(message).to_bytes()),
        }
    }

    fn check(&self, keys: &[VerifyingKey], message: &[u8]) -> Result<(), Untrusted> {
        let key = keys.iter().find(|key| HEXLOWER.encode(key.as_bytes()) == self.key).ok_or(Untrusted::Key)?;
        let bytes = HEXLOWER.decode(self.signature.as_bytes()).map_err(|_| Untrusted::Signature)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| Untrusted::Signature)?;
        key.verify_strict(message, &signature).map_err(|_| Untrusted::Signature)
    }
}

/// Reads a public key in hexadecimal.
pub fn parse_key(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

/// The hashes of entries in a row, being summed up.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    entries: i64,
    hashes: Sha256,
}

impl Segment {
    /// Adds the next entry's hash.
    pub fn add(&mut self, hash: &super::chain::Hash) {
        self.entries += 1;
        self.hashes.update(hash);
    }

    /// How many there are.
    pub const fn entries(&self) -> i64 {
        self.entries
    }

    /// SHA-256 over all hashes so far, in hexadecimal.
    pub fn digest(&self) -> String {
        HEXLOWER.encode(&self.hashes.clone().finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_its_key_and_of_every_word() {
        let (key, other) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let at = Timestamp::from_microseconds(5);
        let head = SignedHead::sign(&key, "network", 3, "ab", at);
        let keys = [other.verifying_key(), key.verifying_key()];
        assert_eq!(head.check(&keys), Ok(()));
        assert_eq!(head.check(&keys[..1]), Err(Untrusted::Key));
        for changed in [
            SignedHead { trail: "prj_x".into(), ..head.clone() },
            SignedHead { sequence: 4, ..head.clone() },
            SignedHead { hash: "ac".into(), ..head.clone() },
            SignedHead { at: Timestamp::from_microseconds(6), ..head.clone() },
            SignedHead { by: Signed { signature: "00".into(), ..head.by.clone() }, ..head.clone() },
            SignedHead { by: SignedHead::sign(&other, "network", 3, "ab", at).by, ..head.clone() },
        ] {
            let expected = if changed.by.key == head.by.key { Err(Untrusted::Signature) } else { Ok(()) };
            assert_eq!(changed.check(&keys), expected, "{changed:?}");
        }
        let mut segment = Segment::default();
        segment.add(&[1; 32]);
        segment.add(&[2; 32]);
        let note = SignedNote::sign(&key, "network", 4, "ab", &segment, at);
        assert_eq!((note.last, note.check(&keys)), (5, Ok(())));
        for changed in [
            SignedNote { trail: "prj_x".into(), ..note.clone() },
            SignedNote { first: 3, ..note.clone() },
            SignedNote { last: 6, ..note.clone() },
            SignedNote { hash_before: "ac".into(), ..note.clone() },
            SignedNote { digest: "ac".into(), ..note.clone() },
            SignedNote { at: Timestamp::from_microseconds(6), ..note.clone() },
        ] {
            assert_eq!(changed.check(&keys), Err(Untrusted::Signature), "{changed:?}");
        }
    }
}
