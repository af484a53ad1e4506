//! The second factor: six digits that change every 30 seconds (RFC 6238), as every authenticator makes them.

use crate::domain::time::Timestamp;
use data_encoding::BASE32_NOPAD;
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, TOTP};
use zeroize::Zeroizing;

/// Random bytes of a key: 160 bits, as RFC 4226 wants them.
pub const KEY_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
/// Steps by which the clock of a phone may be off, to either side.
const TOLERANCE: i64 = 1;
const DIGITS: usize = 6;

/// The key of somebody's second factor.
#[derive(Clone)]
pub struct OneTimeKey(Zeroizing<Vec<u8>>);

impl OneTimeKey {
    /// The key of these random bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Reads the spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(text.as_bytes()).ok()?);
        (bytes.len() == KEY_BYTES).then_some(Self(bytes))
    }

    /// The spelling that a person can type into an authenticator.
    pub fn spelled(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// What a QR code for an authenticator holds. It names neither the account nor what Relais is for: the
    /// list of a phone's authenticator can be read by whoever holds the phone.
    pub fn address(&self) -> String {
        format!("otpauth://totp/Relais?secret={}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}", self.spelled())
    }

    /// The step for which a typed code is right, and later than the last one used: a code that was seen once
    /// is worth nothing.
    pub fn accepted_step(&self, typed: &str, last_used: Option<i64>, now: Timestamp) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
        let current = now.microseconds().div_euclid(1_000_000 * STEP_SECONDS);
        let mut accepted = None;
        for step in current - TOLERANCE..=current + TOLERANCE {
            let is_right = bool::from(self.code(step).as_bytes().ct_eq(digits.as_bytes()));
            if is_right && last_used.is_none_or(|last| step > last) {
                accepted = Some(step);
            }
        }
        accepted
    }

    /// The code at an instant.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code(now.microseconds().div_euclid(1_000_000 * STEP_SECONDS))
    }

    fn code(&self, step: i64) -> String {
        let totp = TOTP::new(Algorithm::SHA1, DIGITS, 0, STEP_SECONDS.unsigned_abs(), self.0.to_vec());
        totp.expect("a key has 160 bits").generate(step.unsigned_abs() * STEP_SECONDS.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and codes of RFC 6238, appendix B, the last six of their eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let key = OneTimeKey::from_bytes(*b"12345678901234567890");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let now = Timestamp::from_microseconds(0).plus_seconds(seconds);
            assert_eq!(key.code_at(now), code);
            assert_eq!(key.accepted_step(&format!("{} {}", &code[..3], &code[3..]), None, now), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_once_and_for_a_minute_and_a_half() {
        let key = OneTimeKey::from_bytes([7; KEY_BYTES]);
        let start = Timestamp::from_microseconds(0).plus_seconds(30_000);
        let code = key.code_at(start);
        for (seconds, last_used, accepted) in [
            (0, None, Some(1_000)),
            (0, Some(999), Some(1_000)),
            (0, Some(1_000), None),
            (0, Some(1_001), None),
            (59, None, Some(1_000)),
            (60, None, None),
            (-30, None, Some(1_000)),
            (-31, None, None),
        ] {
            assert_eq!(key.accepted_step(&code, last_used, start.plus_seconds(seconds)), accepted, "{seconds}");
        }
        for wrong in ["", "12345", &format!("{code}0"), "abcdef"] {
            assert_eq!(key.accepted_step(wrong, None, start), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_survives_its_spelling_and_its_address_names_nobody() {
        let key = OneTimeKey::from_bytes([7; KEY_BYTES]);
        let read = OneTimeKey::parse(&key.spelled()).expect("a key");
        assert_eq!(read.spelled(), key.spelled());
        assert!(OneTimeKey::parse("abc").is_none());
        assert!(key.address().starts_with("otpauth://totp/Relais?secret="), "{}", key.address());
    }
}
