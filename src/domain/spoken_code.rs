//! The spoken code of a case: six characters that survive a bad line and a pen.
//!
//! Five random characters and one check character, out of 32 that nobody confuses (no 0, O, 1, I).
//! The check is a weighted sum in GF(32): it finds every single wrong character and every exchange of
//! two characters, because all weights differ and none is zero.

use super::sensitive::hidden_debug;

/// Characters that nobody confuses.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LENGTH: usize = 6;

/// A spoken code with a right check character.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpokenCode([u8; LENGTH]);

/// Why a text is not a spoken code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSpokenCode {
    /// Wrong length, or a character outside the alphabet.
    #[error("a spoken code has 6 characters out of 2–9 and A–Z without I and O")]
    Form,
    /// The check character does not belong to the other five.
    #[error("one character of the spoken code is wrong, or two are exchanged: ask for it again")]
    Check,
}

impl SpokenCode {
    /// Makes a code of 25 random bits, the lowest of `chance`.
    pub fn from_chance(chance: u32) -> Self {
        let mut digits = [0_u8; LENGTH];
        for (position, digit) in digits.iter_mut().take(LENGTH - 1).enumerate() {
            *digit = (chance >> (5 * position) & 31) as u8;
        }
        digits[LENGTH - 1] = check(&digits);
        Self(digits)
    }

    /// Reads what somebody typed: case, blanks and dashes do not matter.
    pub fn parse(text: &str) -> Result<Self, InvalidSpokenCode> {
        let digits = read_digits::<LENGTH>(text).ok_or(InvalidSpokenCode::Form)?;
        if digits[LENGTH - 1] == check(&digits) { Ok(Self(digits)) } else { Err(InvalidSpokenCode::Check) }
    }

    /// The six characters, for the register and for who reads it aloud. The type itself prints nothing.
    pub fn spelled(self) -> String {
        spell_digits(&self.0)
    }
}

hidden_debug!(SpokenCode);

/// The digits of what somebody typed, case, blanks and dashes aside; `None` unless there are just so many.
pub(super) fn read_digits<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let typed = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let mut digits = [0_u8; LENGTH];
    let mut length = 0;
    for character in typed {
        let upper = u8::try_from(character.to_ascii_uppercase()).ok()?;
        let digit = ALPHABET.iter().position(|known| *known == upper)?;
        *digits.get_mut(length)? = digit as u8;
        length += 1;
    }
    (length == LENGTH).then_some(digits)
}

/// The characters of digits below 32.
pub(super) fn spell_digits(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(ALPHABET[usize::from(*digit)])).collect()
}

/// The check digit of the first five: Σ digit · 2^(position + 1) in GF(32). With the check itself at
/// weight 1, the weights 1, 2, 4, 8, 16 and 32 mod x⁵ + x² + 1 are all different.
fn check(digits: &[u8; LENGTH]) -> u8 {
    digits[..LENGTH - 1].iter().rev().fold(0, |sum, digit| times_two(sum ^ digit))
}

/// Multiplies by x in GF(32), reduced by x⁵ + x² + 1.
const fn times_two(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_type_is_read_and_what_they_mix_up_is_told() {
        let code = SpokenCode::from_chance(0x00AB_CDEF);
        let text = code.spelled();
        for typed in [text.clone(), text.to_lowercase(), format!("{}-{}", &text[..3], &text[3..]), format!(" {text} ")]
        {
            assert_eq!(SpokenCode::parse(&typed), Ok(code), "{typed}");
        }
        for broken in ["", "ABC", "ABCDEFG", "ABCDE0", "ABCDEI", "ÀBCDEF", "ABCD\u{0}F"] {
            assert_eq!(SpokenCode::parse(broken), Err(InvalidSpokenCode::Form), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_and_every_exchange_are_found(chance: u32, position in 0..LENGTH, other in 0..LENGTH, digit in 0_u8..32) {
            let code = SpokenCode::from_chance(chance);
            let mut wrong = code.0;
            wrong[position] = digit;
            let mut exchanged = code.0;
            exchanged.swap(position, other);
            for candidate in [wrong, exchanged] {
                let text = SpokenCode(candidate).spelled();
                prop_assert_eq!(SpokenCode::parse(&text).is_ok(), candidate == code.0);
            }
        }
    }
}
