//! Passwords: what is good enough, and how they are hashed.
//!
//! Length and guessability decide; there is no rule about kinds of characters. A password is normalised
//! (NFKC) first, so that an Arabic or accented one is the same from every keyboard.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Fewest characters of a password.
pub const FEWEST_CHARACTERS: usize = 12;
/// Most characters of a password.
pub const MOST_CHARACTERS: usize = 256;
/// Of a long password only this much is judged for guessability: the rest can but add to it.
const JUDGED_CHARACTERS: usize = 64;
/// Least strength that is accepted, out of 0 to 4: out of reach of guessing at the sign-in page, and
/// costly with the hash in hand.
const LEAST_SCORE: u8 = 3;

/// What hashing one password costs. Never below what OWASP names as the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    memory_kibibytes: u32,
    passes: u32,
}

impl PasswordCost {
    /// 64 MiB, three passes.
    pub const STANDARD: Self = Self { memory_kibibytes: 64 * 1024, passes: 3 };
    /// 19 MiB, two passes: nothing below is accepted.
    pub const LEAST: Self = Self { memory_kibibytes: 19 * 1024, passes: 2 };
    /// 1 GiB, ten passes: more would be a mistake.
    pub const MOST: Self = Self { memory_kibibytes: 1024 * 1024, passes: 10 };

    /// A cost from [`PasswordCost::LEAST`] to [`PasswordCost::MOST`].
    pub fn new(memory_kibibytes: u32, passes: u32) -> Option<Self> {
        let is_within = (Self::LEAST.memory_kibibytes..=Self::MOST.memory_kibibytes).contains(&memory_kibibytes)
            && (Self::LEAST.passes..=Self::MOST.passes).contains(&passes);
        is_within.then_some(Self { memory_kibibytes, passes })
    }

    fn hasher(self) -> Argon2<'static> {
        let params = Params::new(self.memory_kibibytes, self.passes, 1, None).expect("a cost is within bounds");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// Why a password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer than [`FEWEST_CHARACTERS`].
    TooShort,
    /// It has more than [`MOST_CHARACTERS`].
    TooLong,
    /// It would be guessed soon.
    Guessable,
}

/// Whether a new password is good enough. `own_words` are those that come to mind first, such as the handle.
pub fn judge(password: &str, own_words: &[&str]) -> Result<(), Weakness> {
    let normalised = normalised(password);
    let length = normalised.chars().count();
    if length < FEWEST_CHARACTERS {
        return Err(Weakness::TooShort);
    }
    if length > MOST_CHARACTERS {
        return Err(Weakness::TooLong);
    }
    if is_made_of(&normalised, own_words) {
        return Err(Weakness::Guessable);
    }
    let judged: String = normalised.chars().take(JUDGED_CHARACTERS).collect();
    let score = u8::from(zxcvbn::zxcvbn(&judged, own_words).score());
    if score < LEAST_SCORE { Err(Weakness::Guessable) } else { Ok(()) }
}

/// Whether little is left of a password without the words that come to mind first.
fn is_made_of(password: &str, own_words: &[&str]) -> bool {
    let words = own_words.iter().map(|word| word.to_lowercase()).filter(|word| word.chars().count() >= 4);
    let left =
        words.fold(Zeroizing::new(password.to_lowercase()), |left, word| Zeroizing::new(left.replace(&word, "")));
    left.chars().count() < FEWEST_CHARACTERS / 2
}

/// The hash of a password, as a PHC string. `None` for a text that is too long to be one.
pub fn hash(password: &str, salt: [u8; 16], cost: PasswordCost) -> Option<String> {
    let hashed = cost.hasher().hash_password_with_salt(normalised_if_short(password)?.as_bytes(), &salt);
    hashed.ok().map(|hash| hash.to_string())
}

/// Whether this is the password of that hash, at the cost that the hash names.
pub fn matches(password: &str, hash: &str) -> bool {
    let Some(password) = normalised_if_short(password) else { return false };
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether a hash was made at another cost, and is to be made anew at the next sign-in.
pub fn is_of_other_cost(hash: &str, cost: PasswordCost) -> bool {
    let wanted = (cost.memory_kibibytes, cost.passes);
    let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    params.is_none_or(|params| (params.m_cost(), params.t_cost()) != wanted)
}

fn normalised(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

fn normalised_if_short(password: &str) -> Option<Zeroizing<String>> {
    // Normalising may lengthen a text; what is sent is bounded before, by four bytes a character.
    (password.len() <= MOST_CHARACTERS * 4).then(|| normalised(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_judged_by_length_and_by_how_soon_it_is_guessed() {
        for (password, judged) in [
            ("corbeau lampe rivière", Ok(())),
            ("قارب أزرق تحت المطر", Ok(())),
            ("gz7-vt2-wq9-hb4", Ok(())),
            ("x9$Kp2!vQ7", Err(Weakness::TooShort)),
            ("password1234", Err(Weakness::Guessable)),
            ("aaaaaaaaaaaaaaaaaaaa", Err(Weakness::Guessable)),
            ("caseworker-paris-Relais-26", Err(Weakness::Guessable)),
        ] {
            assert_eq!(judge(password, &["caseworker-paris", "relais"]), judged, "{password}");
        }
        assert_eq!(judge(&"corbeau lampe ".repeat(19), &[]), Err(Weakness::TooLong));
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard_and_no_other_is() {
        let hash = hash("Élan de l\u{2019}été ﬁn", [7; 16], PasswordCost::LEAST).expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches("E\u{301}lan de l\u{2019}e\u{301}te\u{301} fin", &hash));
        assert!(!matches("Elan de l\u{2019}ete fin", &hash));
        assert!(!matches(&"a".repeat(2_000), &hash));
        assert!(!matches("", "not a hash"));
        assert!(!is_of_other_cost(&hash, PasswordCost::LEAST));
        assert!(is_of_other_cost(&hash, PasswordCost::STANDARD));
    }

    #[test]
    fn a_cost_below_the_floor_is_refused() {
        for (memory, passes, is_accepted) in
            [(19_456, 2, true), (65_536, 3, true), (19_455, 3, false), (65_536, 1, false), (2_000_000, 3, false)]
        {
            assert_eq!(PasswordCost::new(memory, passes).is_some(), is_accepted, "{memory} {passes}");
        }
    }
}
