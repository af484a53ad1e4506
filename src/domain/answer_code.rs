//! The code by which who came by a link proves to be at the directory's number: the sender calls that number and speaks it.
//!
//! It is six digits and no password: it opens one visit, once, and five wrong tries void it. The store keeps a keyed hash.

use super::account::RiskProfile;
use super::sensitive::hidden_debug;
use super::time::Timestamp;

/// Hours for which a code can be used.
const HOURS: i64 = 72;
/// Minutes for which it can where a leak could have people arrested or attacked.
const MINUTES_AT_SEVERE_RISK: i64 = 15;
/// So many wrong tries void a code.
pub const MOST_TRIES: i64 = 5;

const LENGTH: usize = 6;
const CODES: u64 = 1_000_000;
/// The first of the ten digits as keyboards write them: ours, and the two rows of Arabic ones.
const ZEROS: [char; 3] = ['0', '٠', '۰'];

/// A code: six digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnswerCode(u32);

impl AnswerCode {
    /// Makes a code of random bytes; the eight of them leave no digit likelier than another.
    pub const fn from_chance(chance: [u8; 8]) -> Self {
        Self((u64::from_le_bytes(chance) % CODES) as u32)
    }

    /// Reads what somebody typed, in whichever digits; `None` for what is no code.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u32> =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(digit).collect::<Option<_>>()?;
        (digits.len() == LENGTH).then(|| Self(digits.iter().fold(0, |code, digit| code * 10 + digit)))
    }

    /// The six digits. The type itself prints nothing.
    pub fn spelled(self) -> String {
        format!("{:06}", self.0)
    }
}

hidden_debug!(AnswerCode);

fn digit(c: char) -> Option<u32> {
    ZEROS.iter().map(|zero| u32::from(c).wrapping_sub(u32::from(*zero))).find(|digit| *digit < 10)
}

/// Until when a code can be used that is made now.
pub const fn answer_code_expiry(risk: RiskProfile, now: Timestamp) -> Timestamp {
    match risk {
        RiskProfile::Severe => now.plus_minutes(MINUTES_AT_SEVERE_RISK),
        RiskProfile::Standard | RiskProfile::High => now.plus_hours(HOURS),
    }
}

/// What the store knows of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedAnswerCode {
    /// From when on it proves nothing.
    pub expires_at: Timestamp,
    /// How many tries are left.
    pub tries_left: i64,
    /// True once it has opened a visit.
    pub is_used: bool,
}

/// What a try comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerCodeTried {
    /// The visitor is at the directory's number; the code is used up.
    Proved,
    /// It is not the code, which counts.
    Wrong,
    /// There is no code that could prove anything any more.
    Void,
}

impl IssuedAnswerCode {
    /// What trying a code at `now` comes to; `is_it` says whether it is the one.
    pub fn try_at(&self, is_it: bool, now: Timestamp) -> AnswerCodeTried {
        if self.is_used || self.tries_left <= 0 || now >= self.expires_at {
            AnswerCodeTried::Void
        } else if is_it {
            AnswerCodeTried::Proved
        } else {
            AnswerCodeTried::Wrong
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AnswerCodeTried::{Proved, Void, Wrong};

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
    }

    #[test]
    fn a_code_is_read_as_it_is_typed() {
        let code = AnswerCode::from_chance([1, 226, 64, 0, 0, 0, 0, 0]);
        let spelled = code.spelled();
        assert_eq!(spelled, format!("{:06}", 0x0040_e201 % 1_000_000));
        for typed in [spelled.clone(), format!(" {} {} ", &spelled[..3], &spelled[3..]), spelled.replace("", "-")] {
            assert!(AnswerCode::parse(&typed) == Some(code), "{typed}");
        }
        let in_digits_from =
            |zero: u32| spelled.chars().map(|c| char::from_u32(c as u32 - 0x30 + zero).expect("a digit")).collect();
        for zero in [0x660, 0x6f0] {
            let typed: String = in_digits_from(zero);
            assert!(AnswerCode::parse(&typed) == Some(code), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345a", "½23456"] {
            assert!(AnswerCode::parse(typed).is_none(), "{typed}");
        }
        assert_eq!(AnswerCode::from_chance([0; 8]).spelled(), "000000");
    }

    #[test]
    fn a_code_proves_once_within_its_time_and_its_tries() {
        let expires_at = answer_code_expiry(RiskProfile::High, now());
        assert_eq!(expires_at, now().plus_hours(72));
        assert_eq!(answer_code_expiry(RiskProfile::Severe, now()), now().plus_minutes(15));
        for (tries_left, is_used, is_it, seconds_to_the_end, expected) in [
            (5, false, true, 60, Proved),
            (5, false, false, 60, Wrong),
            (1, false, true, 1, Proved),
            (0, false, true, 60, Void),
            (5, true, true, 60, Void),
            (5, false, true, 0, Void),
            (5, false, true, -60, Void),
        ] {
            let code = IssuedAnswerCode { expires_at, tries_left, is_used };
            assert_eq!(code.try_at(is_it, expires_at.plus_seconds(-seconds_to_the_end)), expected);
        }
    }
}
