//! The slip that a person carries to a service: a code that is used once, and nothing else.
//!
//! It names nobody: whoever finds it knows neither the person nor where it leads. The store keeps a keyed hash of the
//! code. A slip that was presented, voided or replaced is gone, so that there is one answer to every code that opens
//! nothing.

use super::sensitive::hidden_debug;
use super::spoken_code::{read_digits, spell_digits};
use super::time::Timestamp;

/// Days in which a slip can be presented.
pub const SLIP_DAYS: i64 = 30;
/// So many wrong codes void a slip.
pub const MOST_WRONG_CODES: i64 = 5;

const LENGTH: usize = 8;

/// The code of a slip: eight characters of the alphabet of spoken codes, 40 random bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SlipCode([u8; LENGTH]);

impl SlipCode {
    /// Makes a code of random bytes.
    pub fn from_chance(chance: [u8; LENGTH]) -> Self {
        Self(chance.map(|byte| byte & 31))
    }

    /// Reads what somebody typed; `None` for what is no code of a slip.
    pub fn parse(text: &str) -> Option<Self> {
        read_digits(text).map(Self)
    }

    /// The eight characters, for the slip. The type itself prints nothing.
    pub fn spelled(self) -> String {
        spell_digits(&self.0)
    }
}

hidden_debug!(SlipCode);

/// What the store knows of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// When it was made.
    pub made_at: Timestamp,
    /// How many wrong codes were tried on it.
    pub wrong_codes: i64,
}

/// What presenting a code makes of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The person is handed over, and the slip is gone.
    Taken,
    /// The code opens nothing, which counts.
    Wrong,
    /// The slip opens nothing any more, and goes: it has lapsed, or this was one wrong code too many.
    Void,
}

impl Slip {
    /// What presenting a code at `now` makes of it; `is_its_code` says whether the code is the slip's own.
    pub fn present(&self, is_its_code: bool, now: Timestamp) -> Presented {
        if now >= self.made_at.plus_days(SLIP_DAYS) {
            Presented::Void
        } else if is_its_code {
            Presented::Taken
        } else if self.wrong_codes + 1 >= MOST_WRONG_CODES {
            Presented::Void
        } else {
            Presented::Wrong
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written_on_paper() {
        let code = SlipCode::from_chance([255, 0, 31, 32, 7, 8, 9, 200]);
        let text = code.spelled();
        for typed in [text.clone(), text.to_lowercase(), format!("{} - {}", &text[..4], &text[4..])] {
            assert_eq!(SlipCode::parse(&typed), Some(code), "{typed}");
        }
        for broken in ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFGI", "ÀBCDEFGH"] {
            assert_eq!(SlipCode::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_slip_opens_once_within_thirty_days_and_five_wrong_codes_void_it() {
        let made_at = Timestamp::parse("2026-11-23T18:50:12Z").expect("an instant");
        for (wrong_codes, is_its_code, days, expected) in [
            (0, true, 0, Presented::Taken),
            (4, true, 29, Presented::Taken),
            (0, true, 30, Presented::Void),
            (0, false, 30, Presented::Void),
            (0, false, 0, Presented::Wrong),
            (3, false, 0, Presented::Wrong),
            (4, false, 0, Presented::Void),
        ] {
            let slip = Slip { made_at, wrong_codes };
            let presented = slip.present(is_its_code, made_at.plus_days(days));
            assert_eq!(presented, expected, "{wrong_codes} wrong, {is_its_code}, after {days} days");
        }
    }
}
