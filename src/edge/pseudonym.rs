//! Who asked, for the log: the same word for one account on one day, and no way back to the account or on to
//! another day.

use crate::domain::id::{AccountId, Identifier};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::{Mutex, PoisonError};

const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// The key of today. It is never stored; tomorrow's is derived from it and takes its place.
pub struct Pseudonyms {
    daily: Mutex<Daily>,
    requests: Sensitive<[u8; 32]>,
}

struct Daily {
    day: Option<i64>,
    key: Sensitive<[u8; 32]>,
}

impl Pseudonyms {
    /// Starts with a fresh key.
    pub fn new(key: [u8; 32]) -> Self {
        let key = Sensitive::new(key);
        let requests = keyed(&key, b"requests").into();
        Self { daily: Mutex::new(Daily { day: None, key }), requests }
    }

    /// The name of a request, by its number.
    pub fn of_request(&self, number: u64) -> String {
        data_encoding::HEXLOWER.encode(&keyed(&self.requests, &number.to_be_bytes())[..16])
    }

    /// The word by which the log knows an account today.
    pub fn of(&self, account: AccountId, now: Timestamp) -> String {
        let mut daily = self.daily.lock().unwrap_or_else(PoisonError::into_inner);
        let today = now.microseconds().div_euclid(MICROSECONDS_PER_DAY);
        if daily.day != Some(today) {
            // A hash has no way back: who learns today's key learns nothing about yesterday.
            daily.key = keyed(&daily.key, &today.to_be_bytes()).into();
            daily.day = Some(today);
        }
        data_encoding::BASE32_NOPAD.encode(&keyed(&daily.key, &account.bytes())[..10])
    }
}

fn keyed(key: &Sensitive<[u8; 32]>, of: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
    mac.update(of);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_lasts_one_day_and_is_of_one_account_and_one_node() {
        let (one, other) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
        let morning = Timestamp::from_microseconds(20_000 * MICROSECONDS_PER_DAY);
        let evening = Timestamp::from_microseconds(20_001 * MICROSECONDS_PER_DAY - 1);
        let pseudonyms = Pseudonyms::new([7; 32]);
        let first = pseudonyms.of(one, morning);
        assert_eq!(first.len(), 16);
        assert_eq!(pseudonyms.of(one, evening), first);
        assert_ne!(pseudonyms.of(other, evening), first);
        assert_ne!(pseudonyms.of(one, evening.plus_hours(1)), first, "another day");
        assert_ne!(Pseudonyms::new([8; 32]).of(one, morning), first, "another node");
    }
}
