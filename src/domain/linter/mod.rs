//! The linter of short texts: what in a message could tell who somebody is, in French, English and Arabic.
//!
//! A net, and no guarantee: it finds what people write without thinking, not what somebody hides. The text is read once
//! into tokens (`tokens`); each rule looks at a bounded number of them around a number, a title or an at sign, so that
//! the work is linear in the text. What a rule has understood (a date, an hour, a number of the directory) no later rule
//! reads. Invariant: what is a hit in one script of digits is one in every other.
//! Start at [`findings`]; words are in `vocabulary`.

mod birth_date;
mod code_number;
mod dates;
mod email;
mod known;
mod phone;
mod runs;
mod street;
mod titled_name;
mod tokens;
mod vocabulary;

pub use known::KnownNumbers;

use crate::domain::code::code_list;
use std::ops::Range;
use tokens::Text;

code_list! {
    /// What a short text may not tell of a person, because it goes by another way.
    Finding named "LinterFinding" {
        Phone = "phone": "a phone number: have the organisation's own number used, or say this one by phone",
        Email = "email": "a mailbox: have the organisation's own mailbox used, or say this one by phone",
        BirthDate = "birth_date": "a date of birth: the age group is told already; say the date by phone where it is needed",
        IdentityNumber = "identity_number": "the number of a document or file: have the person show it, or say it by phone",
        StreetNumber = "street_number": "an address with its number: name the area, and say the address by phone",
        TitledName = "titled_name": "a name behind a title: use the call phrase, and say the name by phone",
    }
}

/// A place in a text that tells something of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What is told there.
    pub finding: Finding,
    /// Where it stands: bytes of the text, between characters.
    pub range: Range<usize>,
}

/// What the text tells of persons, in its order, each place once. What is `known` belongs to an organisation and is
/// never a hit.
pub fn findings(text: &str, known: &KnownNumbers) -> Vec<Hit> {
    let mut text = Text::read(text);
    let mut hits = email::find(&mut text, known);
    hits.extend(birth_date::find(&mut text));
    hits.extend(street::find(&mut text));
    hits.extend(code_number::find(&mut text));
    hits.extend(runs::find(&mut text, known));
    hits.extend(phone::dictated(&mut text));
    hits.extend(titled_name::find(&text));
    // Rules take what they have understood, but for names: where two still meet, the first to begin stays.
    hits.sort_by_key(|hit| hit.range.start);
    hits.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList;
    use proptest::prelude::*;

    fn known() -> KnownNumbers {
        KnownNumbers::of(["+33199000001", "desk@example.org"])
    }

    /// Each text tells this one thing, at these bytes, or nothing.
    pub(super) fn assert_told(lines: &[(&str, Option<(Finding, &str)>)]) {
        for (text, expected) in lines {
            let hits = findings(text, &known());
            let told: Vec<(Finding, &str)> = hits.iter().map(|hit| (hit.finding, &text[hit.range.clone()])).collect();
            assert_eq!(told, Vec::from_iter(*expected), "{text}");
        }
    }

    /// Where hits stand, counted in characters: digits of different scripts have different numbers of bytes.
    fn places(text: &str) -> Vec<(Finding, usize, usize)> {
        let characters = |bytes: usize| text[..bytes].chars().count();
        let hits = findings(text, &known());
        hits.iter().map(|hit| (hit.finding, characters(hit.range.start), characters(hit.range.end))).collect()
    }

    #[test]
    fn one_text_may_tell_several_things_in_their_order() {
        let text = "Mme Diallo, née le 12/03/1990, 12 rue Haute, 06 12 34 56 78, a@b.org, passeport 12AB34567";
        let found: Vec<Finding> = findings(text, &known()).into_iter().map(|hit| hit.finding).collect();
        use Finding::{BirthDate, Email, IdentityNumber, Phone, StreetNumber, TitledName};
        assert_eq!(found, [TitledName, BirthDate, StreetNumber, Phone, Email, IdentityNumber]);
    }

    #[test]
    fn every_finding_says_what_to_do_instead() {
        assert!(Finding::ALL.iter().all(|finding| finding.definition().contains(": ")));
    }

    const PIECES: &str = "(né le |rue Haute |Mme |tel |passeport |السيد |شارع |مواليد |a@b |at |dot |zéro |\\+|[-/.,:() \n]\
        |[0-9]{1,5}|[A-Z]|é|h|€)";

    proptest! {
        #[test]
        fn any_text_is_judged_and_its_hits_lie_in_order_between_characters(text in "\\PC{0,60}") {
            let hits = findings(&text, &known());
            prop_assert!(hits.iter().all(|hit| text.get(hit.range.clone()).is_some_and(|told| !told.is_empty())));
            prop_assert!(hits.windows(2).all(|two| two[0].range.end <= two[1].range.start));
        }

        #[test]
        fn the_script_of_the_digits_changes_nothing(pieces in proptest::collection::vec(PIECES, 0..24)) {
            let text = pieces.concat();
            for zero in [0x660, 0x6f0] {
                let digit = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(c);
                let other: String = text.chars().map(digit).collect();
                prop_assert_eq!(places(&text), places(&other));
            }
            let hits = findings(&text, &known());
            prop_assert!(hits.windows(2).all(|two| two[0].range.end <= two[1].range.start));
        }
    }
}
