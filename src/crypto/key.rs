//! One key, and the cipher that it is used with.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of a nonce: enough to draw each at random.
pub const NONCE_BYTES: usize = 24;
/// Fresh random bytes for one ciphertext.
pub type Nonce = [u8; NONCE_BYTES];

pub(super) const CHECK_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
/// What a sealed text is longer than its plain one.
pub(super) const OVERHEAD_BYTES: usize = CHECK_BYTES + NONCE_BYTES + TAG_BYTES;

/// The ciphertext does not belong to this key, or not to this place, or was changed; which, is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct WontOpen;

/// A key of 256 random bits.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of these random bytes, which are wiped where they came from.
    pub fn from_random(mut bytes: [u8; 32]) -> Self {
        let key = Self(bytes);
        bytes.zeroize();
        key
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as the HMAC of a pseudonym takes it.
    pub fn to_hmac_key(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_vec())
    }

    /// A subkey for one purpose.
    pub(super) fn derive(&self, purpose: &[&[u8]]) -> Self {
        let mut derived = Self([0; 32]);
        expand(&self.extract(), purpose, &mut derived.0);
        derived
    }

    /// 16 bytes by which a key is recognised and from which it cannot be found.
    pub(super) fn check_value(&self) -> [u8; CHECK_BYTES] {
        check_value(&self.extract())
    }

    fn extract(&self) -> Hkdf<Sha256> {
        Hkdf::new(None, &self.0)
    }

    /// What seals and opens by this key. Making it takes longer than one opening: it is worth keeping for many.
    pub fn cipher(&self) -> KeyCipher {
        let extracted = self.extract();
        let mut encrypt = Self([0; 32]);
        expand(&extracted, &[b"relais/1|encrypt"], &mut encrypt.0);
        KeyCipher { check: check_value(&extracted), encrypt }
    }

    /// As [`KeyCipher::seal`] does.
    pub(super) fn seal(&self, place: &[u8], nonce: &Nonce, plain: &[u8]) -> Vec<u8> {
        self.cipher().seal(place, nonce, plain)
    }

    /// What [`Key::seal`] was given.
    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, WontOpen> {
        self.cipher().open(place, sealed)
    }
}

fn check_value(extracted: &Hkdf<Sha256>) -> [u8; CHECK_BYTES] {
    let mut check = [0; CHECK_BYTES];
    expand(extracted, &[b"relais/1|check"], &mut check);
    check
}

fn expand(extracted: &Hkdf<Sha256>, purpose: &[&[u8]], output: &mut [u8]) {
    extracted.expand_multi_info(purpose, output).expect("HKDF-SHA-256 gives up to 8,160 bytes");
}

/// What a key seals and opens with, derived once.
pub struct KeyCipher {
    check: [u8; CHECK_BYTES],
    encrypt: Key,
}

impl KeyCipher {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.encrypt.0.into())
    }

    /// Check value, nonce, ciphertext and tag of `plain`, bound to `place`.
    pub(super) fn seal(&self, place: &[u8], nonce: &Nonce, plain: &[u8]) -> Vec<u8> {
        let payload = Payload { msg: plain, aad: place };
        let sealed = self.cipher().encrypt(&XNonce::from(*nonce), payload);
        let sealed = sealed.expect("the cipher takes 256 GiB, and no field is that long");
        [&self.check[..], nonce, &sealed].concat()
    }

    /// What [`KeyCipher::seal`] was given.
    pub(super) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, WontOpen> {
        let (check, rest) = sealed.split_at_checked(CHECK_BYTES).ok_or(WontOpen)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_BYTES).ok_or(WontOpen)?;
        if !bool::from(self.check.ct_eq(check)) {
            return Err(WontOpen);
        }
        let nonce: Nonce = nonce.try_into().map_err(|_| WontOpen)?;
        let payload = Payload { msg: ciphertext, aad: place };
        self.cipher().decrypt(&XNonce::from(nonce), payload).map(Zeroizing::new).map_err(|_| WontOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_recognised_by_its_check_value_only() {
        let (one, other) = (Key::from_random([1; 32]), Key::from_random([2; 32]));
        assert_eq!(one.check_value(), Key::from_random([1; 32]).check_value());
        assert_ne!(one.check_value(), other.check_value());
        assert!(!one.bytes().windows(CHECK_BYTES).any(|bytes| bytes == one.check_value()));
        assert_ne!(one.derive(&[b"a"]).bytes(), one.derive(&[b"b"]).bytes());
    }

    /// The cipher alone does not commit to its key: with a wrong check value even the right key opens nothing.
    #[test]
    fn the_check_value_is_checked() {
        let key = Key::from_random([1; 32]);
        let mut sealed = key.seal(b"place", &[3; NONCE_BYTES], b"text");
        sealed[..CHECK_BYTES].copy_from_slice(&Key::from_random([2; 32]).check_value());
        assert!(key.open(b"place", &sealed).is_err());
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_at_its_place_with_its_key_and_unchanged_only(
            key: [u8; 32], nonce: Nonce, place: Vec<u8>, plain: Vec<u8>, at: prop::sample::Index, flip in 1_u8..,
        ) {
            let sealed = Key::from_random(key).seal(&place, &nonce, &plain);
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD_BYTES);
            let opened = Key::from_random(key).open(&place, &sealed);
            prop_assert!(opened.is_ok_and(|opened| *opened == plain));
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= flip;
            prop_assert!(Key::from_random(key).open(&place, &changed).is_err());
            prop_assert!(Key::from_random(key).open(&place, &sealed[..at.index(sealed.len())]).is_err());
            let mut other = key;
            other[at.index(32)] ^= flip;
            prop_assert!(Key::from_random(other).open(&place, &sealed).is_err());
            let mut elsewhere = place;
            elsewhere.push(flip);
            prop_assert!(Key::from_random(key).open(&elsewhere, &sealed).is_err());
        }
    }
}
