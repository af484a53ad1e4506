//! The call phrase: two words that both sides of an accepted referral say before any name, so that each knows the
//! other one has the same referral in front of them.
//!
//! One list serves every language: a phrase that was translated would be another phrase at the other end of the line.
//! Its words are international ones that French, English and Arabic speakers say alike; none is a place, a name, an
//! authority or a drug, which overheard could mean something else.

use super::disclosure::keyed_hash;
use super::id::Identifier;

/// 256 words, one a line, in the order of the alphabet: one byte chooses one.
const WORDS: &str = include_str!("call_words.txt");

/// The phrase of a referral, or of a partner's offer, under the project's alias key. Both words come out of a keyed hash over
/// its id alone: neither the alias of its case nor another referral of the same case leads to it.
pub fn call_phrase<T: Identifier>(project_key: &[u8], id: T) -> String {
    let mac = keyed_hash(project_key, &[b"relais/1|call phrase|", &id.bytes()]);
    format!("{} {}", word(mac[0]), word(mac[1]))
}

fn word(number: u8) -> &'static str {
    WORDS.lines().nth(usize::from(number)).expect("the list has 256 words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::disclosure::alias;
    use crate::domain::id::{CaseId, OrganizationId, ReferralId};
    use std::collections::BTreeSet;

    #[test]
    fn the_list_has_256_short_words_that_begin_differently() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert_eq!(words.len(), 256);
        assert!(words.is_sorted());
        assert!(words.iter().all(|word| (4..=9).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())));
        let beginnings: BTreeSet<&str> = words.iter().map(|word| &word[..4]).collect();
        assert_eq!(beginnings.len(), 256, "whoever hears half of a word knows which one it is");
    }

    #[test]
    fn a_phrase_belongs_to_one_referral_and_one_key() {
        let of = |key: &[u8], referral: u8| call_phrase(key, ReferralId::from_bytes([referral; 16]));
        assert_eq!(of(b"key", 1), of(b"key", 1));
        assert_ne!(of(b"key", 1), of(b"another", 1));
        let phrases: BTreeSet<String> = (0..=255).map(|referral| of(b"key", referral)).collect();
        assert!(phrases.len() > 250, "{} phrases for 256 referrals", phrases.len());
    }

    /// The alias is the same for every referral of a case to one organisation, and the phrase is not.
    #[test]
    fn an_alias_does_not_lead_to_a_phrase() {
        let of_case = alias(b"key", CaseId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]));
        let (one, other) = (ReferralId::from_bytes([3; 16]), ReferralId::from_bytes([4; 16]));
        assert_ne!(call_phrase(b"key", one), call_phrase(b"key", other));
        assert_ne!(call_phrase(of_case.as_bytes(), one), call_phrase(b"key", one), "it takes the key itself");
    }
}
