//! Blind indexes: how a sealed value is found without being told.
//!
//! Only for values that are hard to guess or worthless to count: equality shows. Never for a gender, a status, a
//! flag or an age.

use super::key::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// 128 bits of a keyed hash of the value, by a key that is derived for this project and field.
pub fn blind_index(key: &Key, project: &str, field: &str, value: &str) -> String {
    let own = key.derive(&[b"relais/1|index|", project.as_bytes(), b"|", field.as_bytes()]);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(own.bytes()).expect("HMAC takes a key of any length");
    mac.update(value.as_bytes());
    data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_has_another_index_in_another_project_field_or_key() {
        let key = Key::from_random([1; 32]);
        let index = blind_index(&key, "prj_a", "spoken_code", "ABCDEF");
        assert_eq!(index, blind_index(&key, "prj_a", "spoken_code", "ABCDEF"));
        assert_eq!(index.len(), 32);
        let other_key = Key::from_random([2; 32]);
        for other in [
            blind_index(&key, "prj_b", "spoken_code", "ABCDEF"),
            blind_index(&key, "prj_a", "file_number", "ABCDEF"),
            blind_index(&key, "prj_a", "spoken_code", "ABCDEG"),
            blind_index(&other_key, "prj_a", "spoken_code", "ABCDEF"),
        ] {
            assert_ne!(index, other);
        }
    }
}
