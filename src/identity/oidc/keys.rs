//! The provider's keys, as it publishes them.

use super::Fault;
use super::json::{self, JsonError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJsonWebKey;
use openidconnect::{JsonWebKey as _, JsonWebKeySet};
use serde_json::{Map, Value};

/// A provider has a handful of keys.
const MOST_KEYS: usize = 64;
/// Bits of an RSA key below which it is too short.
const LEAST_RSA_BITS: usize = 2_048;
/// Members of a key that only its owner may know.
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The keys of one provider.
pub(super) struct Keys {
    pub(super) set: JsonWebKeySet<CoreJsonWebKey>,
}

impl Keys {
    /// Reads a key set. Keys of kinds that we do not know are left out; one that should not be published at
    /// all spoils the whole set, because then it is not known what else is wrong there.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let set = json::read_object(bytes).map_err(|error| match error {
            JsonError::DuplicateName => Fault::DuplicateName,
            JsonError::Unreadable => Fault::KeysUnreadable,
        })?;
        let Some(Value::Array(keys)) = set.get("keys") else { return Err(Fault::KeysUnreadable) };
        if keys.len() > MOST_KEYS {
            return Err(Fault::KeysUnreadable);
        }
        for key in keys {
            check(key.as_object().ok_or(Fault::KeysUnreadable)?)?;
        }
        let set = serde_json::from_value(Value::Object(set)).map_err(|_| Fault::KeysUnreadable)?;
        Ok(Self { set })
    }

    /// Whether there is a key of this name, or any key where none is named.
    pub(super) fn has(&self, name: Option<&str>) -> bool {
        self.set.keys().iter().any(|key| name.is_none() || key.key_id().map(|id| id.as_str()) == name)
    }
}

fn check(key: &Map<String, Value>) -> Result<(), Fault> {
    let kind = key.get("kty").and_then(Value::as_str).ok_or(Fault::KeysUnreadable)?;
    if kind == "oct" || SECRET_MEMBERS.iter().any(|member| key.contains_key(*member)) {
        return Err(Fault::KeyNotPublic);
    }
    if kind == "RSA" {
        let modulus = key.get("n").and_then(Value::as_str).ok_or(Fault::KeysUnreadable)?;
        let modulus = URL_SAFE_NO_PAD.decode(modulus).map_err(|_| Fault::KeysUnreadable)?;
        if bits(&modulus) < LEAST_RSA_BITS {
            return Err(Fault::KeyWeak);
        }
    }
    Ok(())
}

fn bits(number: &[u8]) -> usize {
    let digits = number.iter().skip_while(|byte| **byte == 0);
    let first = digits.clone().next().map_or(0, |byte| byte.leading_zeros() as usize);
    digits.count() * 8 - first
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rsa(bytes: usize) -> String {
        let mut modulus = vec![0xff; bytes];
        modulus.insert(0, 0);
        URL_SAFE_NO_PAD.encode(modulus)
    }

    #[test]
    fn a_set_with_a_key_that_should_not_be_there_is_refused() {
        let curve = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "1" });
        for (key, expected) in [
            (json!({ "kty": "RSA", "n": rsa(256), "e": "AQAB", "kid": "2" }), None),
            (json!({ "kty": "unheard of", "kid": "3" }), None),
            (json!({ "kty": "RSA", "n": rsa(255), "e": "AQAB" }), Some(Fault::KeyWeak)),
            (json!({ "kty": "RSA", "n": rsa(256), "e": "AQAB", "d": "AA" }), Some(Fault::KeyNotPublic)),
            (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA" }), Some(Fault::KeyNotPublic)),
            (json!({ "kty": "oct", "k": "AA" }), Some(Fault::KeyNotPublic)),
            (json!({ "kty": "oct" }), Some(Fault::KeyNotPublic)),
            (json!({ "kid": "4" }), Some(Fault::KeysUnreadable)),
            (json!("key"), Some(Fault::KeysUnreadable)),
        ] {
            let text = json!({ "keys": [curve, key] }).to_string();
            let read = Keys::read(text.as_bytes());
            assert_eq!(read.as_ref().err().copied(), expected, "{key}");
            if let Ok(keys) = read {
                assert!(keys.has(Some("1")) && keys.has(None) && !keys.has(Some("3")) && !keys.has(Some("")));
            }
        }
        let many = json!({ "keys": vec![curve; MOST_KEYS + 1] }).to_string();
        for text in ["{}", "[]", r#"{"keys": {}}"#, "<html>", &many] {
            assert_eq!(Keys::read(text.as_bytes()).err(), Some(Fault::KeysUnreadable), "{text:.40}");
        }
        assert_eq!(Keys::read(br#"{"keys": [], "keys": []}"#).err(), Some(Fault::DuplicateName));
    }
}
