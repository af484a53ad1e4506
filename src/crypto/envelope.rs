//! Keys wrapped by keys.

use super::key::{Key, KeyCipher, Nonce, WontOpen};
use data_encoding::BASE64URL_NOPAD;

/// What a wrapped key is for; a wrapped key opens only as what it was wrapped as.
#[derive(Clone, Copy, Debug)]
pub enum Wrapping<'a> {
    /// The key of a project and month, by the KEK.
    Epoch {
        /// The project, or what stands for the network.
        project: &'a str,
        /// The month.
        month: &'a str,
        /// The epoch's own id.
        epoch: &'a str,
    },
    /// The data key of a unit of erasure, by an epoch key.
    Data {
        /// The unit.
        unit: &'a str,
        /// Which of the unit's keys, from 1.
        generation: i64,
        /// The id of the epoch key.
        epoch: &'a str,
    },
    /// The key of a pseudonym, by an epoch key.
    Pseudonym {
        /// The project, or what stands for the network.
        project: &'a str,
        /// What it is for.
        purpose: &'a str,
        /// The id of the epoch key.
        epoch: &'a str,
    },
}

impl Wrapping<'_> {
    fn place(&self) -> Vec<u8> {
        match self {
            Self::Epoch { project, month, epoch } => format!("relais/1|epoch|{project}|{month}|{epoch}"),
            Self::Data { unit, generation, epoch } => format!("relais/1|dek|{unit}|{generation}|{epoch}"),
            Self::Pseudonym { project, purpose, epoch } => format!("relais/1|pseudonym|{project}|{purpose}|{epoch}"),
        }
        .into_bytes()
    }
}

/// The key, wrapped, as a text column holds it.
pub fn wrap_key(by: &KeyCipher, as_what: Wrapping<'_>, nonce: &Nonce, key: &Key) -> String {
    BASE64URL_NOPAD.encode(&by.seal(&as_what.place(), nonce, key.bytes()))
}

/// The key that was wrapped as this.
pub fn unwrap_key(by: &KeyCipher, as_what: Wrapping<'_>, wrapped: &str) -> Result<Key, WontOpen> {
    let sealed = BASE64URL_NOPAD.decode(wrapped.as_bytes()).map_err(|_| WontOpen)?;
    Key::from_slice(&by.open(&as_what.place(), &sealed)?).ok_or(WontOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_only_as_what_it_was_wrapped_as() {
        let by = Key::from_random([1; 32]).cipher();
        let data = |unit, generation, epoch| Wrapping::Data { unit, generation, epoch };
        let wrapped = wrap_key(&by, data("cas_a", 1, "epo_a"), &[2; 24], &Key::from_random([3; 32]));
        let opened = unwrap_key(&by, data("cas_a", 1, "epo_a"), &wrapped);
        assert!(opened.is_ok_and(|key| *key.bytes() == [3; 32]));
        for other in [
            data("cas_b", 1, "epo_a"),
            data("cas_a", 2, "epo_a"),
            data("cas_a", 1, "epo_b"),
            Wrapping::Epoch { project: "cas_a", month: "1", epoch: "epo_a" },
            Wrapping::Pseudonym { project: "cas_a", purpose: "1", epoch: "epo_a" },
        ] {
            assert!(unwrap_key(&by, other, &wrapped).is_err(), "{other:?}");
        }
        for broken in ["", "?", &wrapped[1..], &wrapped[..wrapped.len() - 4]] {
            assert!(unwrap_key(&by, data("cas_a", 1, "epo_a"), broken).is_err(), "{broken}");
        }
    }
}
