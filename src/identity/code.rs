//! Codes that a person copies from paper or from a screen: for enrolment, and for recovery.

use data_encoding::BASE32_NOPAD;

/// Random bytes of a recovery code: 80 bits.
pub const RECOVERY_BYTES: usize = 10;
/// Random bytes of the code that enrols a phone: 40 bits, which are typed on it within minutes, in eight letters.
pub const DEVICE_BYTES: usize = 5;
/// Random bytes of an enrolment code: 120 bits.
pub const ENROLMENT_BYTES: usize = 15;

/// A code in groups of four characters, without letters that are mistaken for digits.
pub fn spelled(bytes: &[u8]) -> String {
    let letters = BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
    let groups: Vec<&str> =
        letters.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).expect("base32 is ASCII")).collect();
    groups.join("-")
}

/// The hash of a code however it was typed: dashes, blanks and capitals do not matter.
pub fn digest(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase());
    super::digest(&letters.take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = spelled(&[7; ENROLMENT_BYTES]);
        assert_eq!(code.len(), 24 + 5, "{code}");
        assert_eq!(digest(&code), digest(&format!(" {} ", code.replace('-', " ").to_uppercase())));
        assert_ne!(digest(&code), digest(&spelled(&[8; ENROLMENT_BYTES])));
        assert_eq!(spelled(&[0xff; RECOVERY_BYTES]), "7777-7777-7777-7777");
    }
}
