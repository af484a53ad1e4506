//! The PIN by which one person takes a shared phone over from another: what is good enough, and when it is locked.
//!
//! Invariant: six digits are a million guesses, so a PIN counts only beside a full sign-in of the day on that phone, and five
//! wrong ones lock it on every phone.

use super::sensitive::Sensitive;
use super::sign_in::CredentialProblem;

/// How many digits a PIN has.
const DIGITS: usize = 6;
/// So many wrong ones in a row, on whichever phones, lock it.
pub const MOST_FAILURES: i64 = 5;

/// Those that people choose most, beside runs and repetitions of one digit.
const COMMONEST: [&str; 24] = [
    "101010", "102030", "112233", "121212", "123123", "123321", "131313", "142536", "147258", "147852", "159357",
    "159753", "202020", "212121", "223344", "232323", "258456", "246810", "456123", "520520", "696969", "741852",
    "789456", "987456",
];

/// How somebody's PIN stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinStanding {
    /// There is none.
    NotSet,
    /// There is one.
    Set,
    /// There is one, and it opens nothing until another one takes its place.
    Locked,
    /// None opens anything where a leak could have people arrested or attacked.
    OffAtSevereRisk,
    /// The groups of an identity provider decide over the account.
    OfProvider,
}

/// What was typed, in the digits of every keyboard; `None` for what is no PIN.
pub fn read(typed: &Sensitive<String>) -> Option<Sensitive<String>> {
    let digits: Option<String> =
        typed.expose().chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).map(digit).collect();
    digits.filter(|digits| digits.len() == DIGITS).map(Sensitive::new)
}

/// The digit of the keyboards of Europe, of Arabic ones and of those of Iran.
fn digit(typed: char) -> Option<char> {
    let value = match typed {
        '0'..='9' => u32::from(typed) - u32::from('0'),
        '\u{660}'..='\u{669}' => u32::from(typed) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(typed) - 0x6f0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// Judges a new PIN, typed twice.
pub fn judged(typed: &Sensitive<String>, repeated: &Sensitive<String>) -> Result<Sensitive<String>, CredentialProblem> {
    let pin = read(typed).ok_or(CredentialProblem::PinForm)?;
    if read(repeated).as_ref() != Some(&pin) {
        return Err(CredentialProblem::PinsDiffer);
    }
    if is_guessable(pin.expose()) { Err(CredentialProblem::PinGuessable) } else { Ok(pin) }
}

/// One digit throughout, a run up or down (over the end of the row too), or one of the commonest.
fn is_guessable(pin: &str) -> bool {
    let digits: Vec<u8> = pin.bytes().map(|byte| byte - b'0').collect();
    let steps = |by: u8| digits.windows(2).all(|pair| (pair[0] + by) % 10 == pair[1]);
    steps(0) || steps(1) || steps(9) || COMMONEST.contains(&pin)
}

/// Whether a PIN of so many failures opens nothing any more.
pub const fn is_locked(failures: i64) -> bool {
    failures >= MOST_FAILURES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Sensitive<String> {
        Sensitive::new(text.to_owned())
    }

    #[test]
    fn a_pin_is_six_digits_that_are_not_guessed_first() {
        use CredentialProblem::{PinForm, PinGuessable, PinsDiffer};
        for (pin, repeated, verdict) in [
            ("402817", "402817", None),
            ("٤٠٢٨١٧", "402817", None),
            ("۴۰۲۸۱۷", " 402 817 ", None),
            ("40281", "40281", Some(PinForm)),
            ("4028171", "4028171", Some(PinForm)),
            ("40281a", "40281a", Some(PinForm)),
            ("", "", Some(PinForm)),
            ("402817", "402818", Some(PinsDiffer)),
            ("402817", "", Some(PinsDiffer)),
            ("000000", "000000", Some(PinGuessable)),
            ("777777", "777777", Some(PinGuessable)),
            ("123456", "123456", Some(PinGuessable)),
            ("567890", "567890", Some(PinGuessable)),
            ("890123", "890123", Some(PinGuessable)),
            ("654321", "654321", Some(PinGuessable)),
            ("210987", "210987", Some(PinGuessable)),
            ("121212", "121212", Some(PinGuessable)),
            ("159753", "159753", Some(PinGuessable)),
        ] {
            assert_eq!(judged(&typed(pin), &typed(repeated)).err(), verdict, "{pin} {repeated}");
        }
        assert_eq!(judged(&typed("٤٠٢٨١٧"), &typed("402817")).expect("a PIN").expose(), "402817");
    }

    #[test]
    fn five_wrong_ones_lock_it() {
        let locked: Vec<bool> = (0..7).map(is_locked).collect();
        assert_eq!(locked, [false, false, false, false, false, true, true]);
    }
}
