//! Names behind a title. Latin letters tell a name by its capital; Arabic has none, and a list tells what is no name.

use super::tokens::{Text, Token};
use super::{Finding, Hit};

/// Fewer letters are an initial, which tells nobody, or a word of grammar.
const FEWEST_LATIN: usize = 2;
const FEWEST_ARABIC: usize = 3;

pub(super) fn find(text: &Text<'_>) -> Vec<Hit> {
    let named = (0..text.tokens.len()).filter_map(|at| name_behind(text, at).map(|name| at..name + 1));
    named.map(|tokens| Hit { finding: Finding::TitledName, range: text.range(tokens) }).collect()
}

/// The token of the name behind the title that stands here.
fn name_behind(text: &Text<'_>, at: usize) -> Option<usize> {
    let token = text.at(at);
    let is_short = token.is_any(|words| words.short_titles) && is_typed_as_title(text, at);
    if !is_short && !token.is_any(|words| words.titles) {
        return None;
    }
    let mut next = at + 1;
    if is_short && text.at(next).is_mark(".") && !text.at(next).is_spaced {
        next += 1;
    }
    if token.is_arabic {
        return arabic_name(text, next);
    }
    // An initial, then the name.
    let is_initial = text.at(next).is_capitalised && text.at(next).folded.len() == 1;
    if is_initial && text.at(next + 1).is_mark(".") && is_name(text.at(next + 2)) {
        return Some(next + 2);
    }
    if is_initial && text.at(next + 1).is_mark("'") && is_name(text.at(next + 2)) {
        return Some(next + 2);
    }
    // A title in French is a title in Arabic too: "Dr أحمد".
    if text.at(next).is_arabic {
        return arabic_name(text, next);
    }
    // "La" is an article by itself, and a part of the name behind "de".
    let is_article = |index: usize| matches!(text.at(index).folded.as_str(), "la" | "le") && index > next;
    let is_particle = |index: usize| text.at(index).is_any(|words| words.particles) || is_article(index);
    let mut name = next;
    while name < next + 4 && (is_particle(name) || (name > next && text.at(name).is_mark("-'"))) {
        name += 1;
    }
    let is_far = name > next;
    let is_organization =
        is_far && text.at(name).is_in_capitals && is_particle(next) && text.before(name, 1).is_mark("'");
    (is_name(text.at(name)) && !is_organization).then_some(name)
}

fn is_name(token: &Token) -> bool {
    let is_title = token.is_any(|words| words.titles) || token.is_any(|words| words.short_titles);
    let is_long = token.folded.chars().count() >= FEWEST_LATIN;
    token.is_capitalised && is_long && !is_title && !token.is_any(|words| words.not_names) && !token.begins_line
}

fn arabic_name(text: &Text<'_>, at: usize) -> Option<usize> {
    let token = text.at(at);
    let is_title = token.is_any(|words| words.titles);
    let is_long = token.folded.chars().count() >= FEWEST_ARABIC;
    let is_name = token.is_arabic && is_long && !is_title && !token.is_any(|words| words.not_names);
    (is_name && !token.begins_line).then_some(at)
}

/// One letter is a title only as one types it: `M`, `M.`, `د.`; and "me" is a pronoun but for its capital.
fn is_typed_as_title(text: &Text<'_>, at: usize) -> bool {
    let token = text.at(at);
    let has_stop = text.at(at + 1).is_mark(".") && text.touches(at + 1);
    match token.folded.as_str() {
        _ if token.is_arabic => has_stop && !text.touches(at),
        "m" => {
            (token.is_capitalised || has_stop) && !text.before(at, 1).is_number() && !text.before(at, 1).is_mark("'")
        }
        "me" | "pre" | "mm" => token.is_capitalised,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn a_name_behind_a_title_is_told() {
        let name = |range: &'static str| Some((Finding::TitledName, range));
        assert_told(&[
            ("Voir M. Diallo demain", name("M. Diallo")),
            ("M DIALLO", name("M DIALLO")),
            ("mme Diallo", name("mme Diallo")),
            ("Madame Jean-Pierre", name("Madame Jean")),
            ("M. et Mme Diallo", name("Mme Diallo")),
            ("Me Dupont, avocate", name("Me Dupont")),
            ("Mr. O'Brien", name("Mr. O'Brien")),
            ("M. A. Diallo", name("M. A. Diallo")),
            ("Mr al-Hassan", name("Mr al-Hassan")),
            ("Mme de La Tour", name("Mme de La Tour")),
            ("Hajj Ali", name("Hajj Ali")),
            ("Dr Haddad is here", name("Dr Haddad")),
            ("السيد أحمد وصل", name("السيد أحمد")),
            ("والسيدة فاطمة", name("والسيدة فاطمة")),
            ("للدكتورة ليلى", name("للدكتورة ليلى")),
            ("د. سمير", name("د. سمير")),
        ]);
    }

    #[test]
    fn a_title_without_a_name_is_none() {
        assert_told(&[
            ("Monsieur est arrivé", None),
            ("Dr on duty", None),
            ("Madame, Monsieur,", None),
            ("Madame Monsieur", None),
            ("Merci Madame. Rendez-vous demain", None),
            ("Madame la Directrice", None),
            ("Mme D. attend", None),
            ("Le Dr. Il viendra", None),
            ("Me voici ; 5 m de haut", None),
            ("call me Tuesday", None),
            ("Monsieur\nBonjour", None),
            ("السيد المدير", None),
            ("السيدة الحامل وصلت", None),
            ("السيد يحتاج مترجما", None),
            ("الدكتور المناوب", None),
            ("سيدة حامل", None),
            ("الأستاذ غير متوفر", None),
            ("السيدة عندها موعد", None),
        ]);
    }
}
