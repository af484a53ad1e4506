//! What proves who somebody is: secrets by which people and programs are known, their forms, hashes and
//! checks; and the word of an identity provider.
//!
//! Invariants: time and fresh bytes are parameters; nothing that comes out of here to be stored opens anything
//! by itself, except the key of a second factor and a provider's refresh token, which the store keeps sealed.
//! All but [`oidc`] is pure, and nothing here decides what somebody may do.

pub mod code;
pub mod oidc;
pub mod one_time;
pub mod password;
pub mod token;

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal: how secrets of many random bits are stored. Passwords are not among
/// them.
pub fn digest(secret: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(secret))
}
