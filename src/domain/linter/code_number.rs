//! Numbers of documents, files and registers: by the word before them, or by their make of letters and digits.

use super::runs::Run;
use super::tokens::Text;
use super::vocabulary::UNITS;
use super::{Finding, Hit};
use std::ops::Range;

/// Digits of a number that a document announces.
const FEWEST_ANNOUNCED: usize = 5;
/// Digits of a number of letters and digits that nothing announces, and of its longest group: fewer are laws, rooms, forms.
const FEWEST_DIGITS: usize = 6;
const LONGEST_GROUP: usize = 5;
/// Letters of a group of such a number.
const MOST_LETTERS: usize = 4;
/// So many tokens stand at most between the document and its number.
const CUE_TOKENS: usize = 7;
/// So many tokens make up one number.
const MOST_TOKENS: usize = 16;

/// Whether a document or a file is named before the run, or at once behind it.
pub(super) fn is_announced(text: &Text<'_>, run: &Run) -> bool {
    let digits = run.digits.trim_start_matches('+').len();
    let is_postcode = digits == 5 && run.groups.len() == 1 && text.at(run.tokens.end).is_capitalised;
    let is_dialled = run.digits.starts_with(['+', '0']) && digits > 8;
    digits >= FEWEST_ANNOUNCED && !is_postcode && !is_dialled && has_cue(text, &run.tokens)
}

/// Whether the run is the number of an organisation, which its register makes public.
pub(super) fn is_of_organization(text: &Text<'_>, run: &Run) -> bool {
    text.cue_before(run.tokens.start, 4, |at| text.at(at).is_any(|words| words.organization_registers)).is_some()
}

fn has_cue(text: &Text<'_>, tokens: &Range<usize>) -> bool {
    let is_cue = |at: usize| text.at(at).is_any(|words| words.identities);
    text.cue_before(tokens.start, CUE_TOKENS, is_cue).is_some() || text.cue_behind(tokens.end, 3, is_cue).is_some()
}

/// Numbers with letters in them: `12AB34567`, `A1234567`, `745-12C00123`.
pub(super) fn find(text: &mut Text<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let end = chain_end(text, at);
        if end > at && is_code(text, at..end) {
            hits.push(Hit { finding: Finding::IdentityNumber, range: text.range(at..end) });
            text.take(at..end);
        }
        at = end.max(at + 1);
    }
    hits
}

/// Where the letters and digits end that touch each other, or are joined by one mark.
fn chain_end(text: &Text<'_>, begin: usize) -> usize {
    let is_part = |index: usize| {
        let token = text.at(index);
        !token.is_taken && (token.is_number() || token.is_word())
    };
    if !is_part(begin) {
        return begin;
    }
    let mut end = begin + 1;
    while end < begin + MOST_TOKENS {
        let is_joined = text.at(end).is_mark("-/._") && text.touches(end) && text.touches(end + 1) && is_part(end + 1);
        end = match () {
            () if text.touches(end) && is_part(end) => end + 1,
            () if is_joined => end + 2,
            () => break,
        };
    }
    end
}

fn is_code(text: &Text<'_>, tokens: Range<usize>) -> bool {
    let parts = || tokens.clone().map(|index| text.at(index));
    let groups = || parts().filter(|part| part.is_number()).map(|part| part.folded.len());
    let words = || parts().filter(|part| part.is_word());
    let digits: usize = groups().sum();
    let is_measure = words().any(|word| word.is_of(UNITS));
    let is_short = words().all(|word| word.folded.chars().count() <= MOST_LETTERS);
    // Letters behind all digits are a unit, or an addition to a house.
    let first_word = parts().position(|part| part.is_word());
    let last_number = parts().enumerate().rfind(|(_, part)| part.is_number());
    let is_mixed = first_word.zip(last_number).is_some_and(|(word, (number, _))| word < number);
    // A word typed onto a number that one dials: "tel0612345678".
    let is_dialled = parts().any(|part| part.is_number() && part.folded.len() > 8 && part.folded.starts_with('0'));
    if is_measure || is_dialled || !is_short || first_word.is_none() {
        return false;
    }
    let is_law = words().count() == 1 && text.at(tokens.start).is_of("l r d a art") && groups().all(|group| group <= 4);
    let is_act = |at: usize| text.at(at).is_any(|words| words.acts);
    if is_law || text.cue_before(tokens.start, 4, is_act).is_some() {
        return false;
    }
    let is_plain_code = is_mixed && digits >= FEWEST_DIGITS && groups().any(|group| group >= LONGEST_GROUP);
    is_plain_code || (digits >= FEWEST_ANNOUNCED && has_cue(text, &tokens))
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn the_number_of_a_document_is_told() {
        let number = |range: &'static str| Some((Finding::IdentityNumber, range));
        assert_told(&[
            ("Passeport n° 12AB34567", number("12AB34567")),
            ("passport A1234567", number("A1234567")),
            ("tel0612345678", Some((Finding::Phone, "0612345678"))),
            ("passport no. AB 123456", number("123456")),
            ("numéro étranger 7503123456", number("7503123456")),
            ("NIR 1 85 05 78 006 084 36", number("1 85 05 78 006 084 36")),
            ("1850578006084", number("1850578006084")),
            ("UNHCR case 745-12C00123", number("745-12C00123")),
            ("dossier OFPRA 2019 01 12345", number("2019 01 12345")),
            ("رقم جواز السفر: ١٢٣٤٥٦٧", number("١٢٣٤٥٦٧")),
            ("الرقم الوطني 119900123456", number("119900123456")),
            ("بطاقة الهوية AB123456", number("AB123456")),
        ]);
    }

    #[test]
    fn codes_of_other_things_are_none() {
        assert_told(&[
            ("article L.425-9 du CESEDA", None),
            ("article L1110-4 du code", None),
            ("salle B102, bus 183, T4", None),
            ("Covid-19, formulaire A4", None),
            ("500000UI par jour", None),
            ("8h30-12h30/14h00-17h30", None),
            ("SIRET 123 456 789 00012", None),
            ("carte vitale : appeler le 3646", None),
            ("passeport à retirer le 12/03/2026", None),
            ("carte d'identité à retirer, 75011 Paris", None),
        ]);
    }
}
