//! API tokens: `rls_‹8 id›_‹43 random›‹6 check›`.
//!
//! The prefix and the check let a scanner of leaked secrets know one for certain, and let a mistyped or
//! invented one be refused without asking the database. The id is public: tokens are listed and revoked by it.

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

const PREFIX: &str = "rls_";
const ID_LENGTH: usize = 8;
const RANDOM_LENGTH: usize = 43;
const CHECK_LENGTH: usize = 6;
/// Length of a whole token.
pub const LENGTH: usize = PREFIX.len() + ID_LENGTH + 1 + RANDOM_LENGTH + CHECK_LENGTH;
/// Random bytes that go into one: 40 bits of id and 256 of secret.
pub const BYTES: usize = 5 + 32;

/// A token of these random bytes.
pub fn spelled(bytes: &[u8; BYTES]) -> String {
    let (id, secret) = bytes.split_at(5);
    let body = format!("{PREFIX}{}_{}", BASE32_NOPAD.encode(id).to_ascii_lowercase(), BASE64URL_NOPAD.encode(secret));
    let check = check_of(&body);
    format!("{body}{check}")
}

/// The public id of a well-formed token whose check part is right; `None` for every other text.
pub fn id_of(text: &str) -> Option<&str> {
    if text.len() != LENGTH || !text.is_ascii() {
        return None;
    }
    let (body, check) = text.split_at(LENGTH - CHECK_LENGTH);
    let (id, secret) = body.strip_prefix(PREFIX)?.split_at(ID_LENGTH);
    let is_well_formed = is_id(id) && secret.starts_with('_') && secret[1..].bytes().all(is_of_base64url);
    // No secret is compared here: whoever has the text can compute its check.
    (is_well_formed && check == check_of(body)).then_some(id)
}

/// Whether a text is the public id of some token.
pub fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
}

fn is_of_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn check_of(body: &str) -> String {
    let digest = Sha256::new().chain_update("relais/token/1\0").chain_update(body).finalize();
    let mut check = BASE64URL_NOPAD.encode(&digest[..CHECK_LENGTH]);
    check.truncate(CHECK_LENGTH);
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_token_has_its_form_and_no_other_text_has() {
        let token = spelled(&[7; BYTES]);
        assert_eq!(token.len(), 62, "{token}");
        assert_eq!(id_of(&token), Some(&token[4..12]));
        for other in ["", "rls_", "rls_of-nobody", &token[1..], &format!("{token}a"), &token.to_uppercase()] {
            assert_eq!(id_of(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_token_is_known_and_one_changed_character_is_not(
            bytes in proptest::array::uniform32(any::<u8>()), id: [u8; 5], at in 0..LENGTH, by in 1..94_u8,
        ) {
            let mut all = [0; BYTES];
            all[..5].copy_from_slice(&id);
            all[5..].copy_from_slice(&bytes);
            let token = spelled(&all);
            prop_assert_eq!(id_of(&token), Some(&token[4..12]));
            let mut changed = token.clone().into_bytes();
            // Another printable character than the one that stands there.
            changed[at] = (changed[at] - 33 + by) % 94 + 33;
            prop_assert_eq!(id_of(std::str::from_utf8(&changed).expect("ASCII")), None);
        }

        #[test]
        fn no_text_makes_it_stumble(text in "\\PC*") {
            prop_assert!(id_of(&text).is_none_or(is_id));
        }
    }
}
