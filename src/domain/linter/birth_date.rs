//! Dates of birth: a date beside a word of birth, or one so old that it is nothing else.

use super::dates::{Date, date, year};
use super::tokens::Text;
use super::{Finding, Hit};

/// So many tokens stand at most between a word of birth and its date: a town, a country, "on the".
const CUE_TOKENS: usize = 9;
/// So many stand at most between a date and a word of birth behind it.
const CUE_TOKENS_BEHIND: usize = 5;
/// So far before an old date a law that it is the date of is named.
const ACT_TOKENS: usize = 10;
/// What a message arranges lies in later years; an older day is one of a life, or that of a law.
const FIRST_YEAR_OF_APPOINTMENTS: u32 = 2015;

/// Finds them, and takes every date and time of day, whatever it is of.
pub(super) fn find(text: &mut Text<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    take_times(text);
    let mut at = 0;
    while at < text.tokens.len() {
        let Some(date) = date(text, at) else {
            if is_year_of_birth(text, at) {
                hits.push(Hit { finding: Finding::BirthDate, range: text.range(at..at + 1) });
                text.take(at..at + 1);
            }
            at += 1;
            continue;
        };
        if is_of_birth(text, &date) {
            hits.push(Hit { finding: Finding::BirthDate, range: text.range(date.tokens.clone()) });
        }
        at = date.tokens.end;
        text.take(date.tokens);
    }
    hits
}

fn is_of_birth(text: &Text<'_>, date: &Date) -> bool {
    let begin = date.tokens.start;
    let before = |is_cue: &dyn Fn(usize) -> bool| {
        text.cue_before(begin, CUE_TOKENS, |at| is_cue(at) || is_other(text, at)).is_some_and(|at| !is_other(text, at))
    };
    let behind = || {
        let is_cue = |at: usize| is_birth(text, at) || is_other(text, at);
        let cue = text.cue_behind(date.tokens.end, CUE_TOKENS_BEHIND, is_cue);
        let is_taken_before = text.cue_before(begin, CUE_TOKENS, |at| is_other(text, at)).is_some();
        cue.is_some_and(|at| !is_other(text, at)) && !is_taken_before
    };
    before(&|at| is_birth(text, at)) || before(&|at| is_turning(text, at, begin)) || behind() || is_old(text, date)
}

/// A day long past, which no law is of.
fn is_old(text: &Text<'_>, date: &Date) -> bool {
    let is_act = |at: usize| text.at(at).is_any(|words| words.acts);
    let is_past = date.year.is_some_and(|year| (1920..FIRST_YEAR_OF_APPOINTMENTS).contains(&year));
    date.is_full && is_past && text.cue_before(date.tokens.start, ACT_TOKENS, is_act).is_none()
}

/// `born in 1990`, `مواليد ١٩٩٠`: a year alone.
fn is_year_of_birth(text: &Text<'_>, at: usize) -> bool {
    if year(text, at).is_none() || text.at(at).is_taken {
        return false;
    }
    let cue = text.cue_before(at, 4, |at| is_birth(text, at) || is_other(text, at));
    cue.is_some_and(|at| !is_other(text, at))
}

fn is_other(text: &Text<'_>, at: usize) -> bool {
    text.at(at).is_any(|words| words.other_dates)
}

/// "Will be 18 on", "deviendra majeur le".
fn is_turning(text: &Text<'_>, at: usize, date: usize) -> bool {
    let tells_age = |index: usize| text.at(index).is_any(|words| words.years_of_age) || is_majority(text, index);
    let is_number = |index: usize| (1..100).contains(&text.at(index).small_number().unwrap_or_default());
    let is_age =
        |index: usize| tells_age(index) || (is_number(index) && text.at(index + 1).is_any(|words| words.date_links));
    let turns = text.at(at).is_any(|words| words.turning_an_age);
    turns && (at..date).any(|index| is_age(index) || (is_number(index) && text.at(index + 1).folded == "on"))
}

fn is_majority(text: &Text<'_>, at: usize) -> bool {
    matches!(text.at(at).folded.as_str(), "majeur" | "majeure" | "majorite")
}

/// A word of birth that is not part of a document's name.
fn is_birth(text: &Text<'_>, at: usize) -> bool {
    let token = text.at(at);
    let is_document = |at: usize| text.at(at).is_any(|words| words.birth_documents);
    let is_word = token.is_any(|words| words.births) || is_ne(text, at) || is_spelled(text, at);
    let named = |places: usize| places <= at && is_document(at - places);
    is_word && !named(1) && !named(2) && !is_document(at + 1)
}

/// "Né" without its accent is "not" in French: then what follows has to say which it is.
fn is_ne(text: &Text<'_>, at: usize) -> bool {
    let token = text.at(at);
    let is_accented = text.typed[token.range.clone()].contains(|c: char| !c.is_ascii());
    let is_followed = matches!(text.at(at + 1).folded.as_str(), "le" | "en") && text.at(at + 2).is_number();
    let is_newborn = text.before(at, 1).is_mark("-");
    (matches!(token.folded.as_str(), "ne" | "nes") && token.is_word()) && (is_accented || is_followed) && !is_newborn
}

/// `d.o.b.`, `d.d.n.`
fn is_spelled(text: &Text<'_>, at: usize) -> bool {
    let letters = [at, at + 2, at + 4].map(|index| text.at(index).folded.as_str());
    matches!(letters, ["d", "o", "b"] | ["d", "d", "n"]) && text.at(at + 1).is_mark(".") && text.at(at + 3).is_mark(".")
}

/// Takes `14:30`, but not where more colons are around it, which are those of a number.
fn take_times(text: &mut Text<'_>) {
    for at in 0..text.tokens.len() {
        let is_below = |index: usize, limit: u32| {
            text.at(index).small_number().is_some_and(|number| number < limit) && text.at(index).folded.len() <= 2
        };
        let is_minutes = is_below(at + 2, 60) && text.at(at + 2).folded.len() == 2;
        let is_colon = text.at(at + 1).is_mark(":") && text.touches(at + 1) && text.touches(at + 2);
        let is_apart =
            !(text.before(at, 1).is_mark(":") || (text.at(at + 3).is_mark(":") && text.at(at + 4).is_number()));
        if is_below(at, 25) && is_minutes && is_colon && is_apart {
            text.take(at..at + 3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn a_date_beside_a_word_of_birth_is_one_of_birth() {
        let birth = |range: &'static str| Some((Finding::BirthDate, range));
        assert_told(&[
            ("Née le 12/03/1990 à Kaboul", birth("12/03/1990")),
            ("né à Kaboul le 12 mars 2008", birth("12 mars 2008")),
            ("NE LE 01.01.1999", birth("01.01.1999")),
            ("né(e) le : 1er janvier 2001", birth("1er janvier 2001")),
            ("d. naiss. 05/02/88", birth("05/02/88")),
            ("DOB 1990-03-12", birth("1990-03-12")),
            ("D.O.B.: 3/12/90", birth("3/12/90")),
            ("born on March 12th, 1990", birth("March 12th, 1990")),
            ("12 March 1990 (date of birth)", birth("12 March 1990")),
            ("born in 1990", birth("1990")),
            ("She turns 18 on 3 May", birth("3 May")),
            ("Il aura 18 ans le 3 mai", birth("3 mai")),
            ("من مواليد ١٢/٣/١٩٩٠", birth("١٢/٣/١٩٩٠")),
            ("ولدت في حلب بتاريخ ١٢ كانون الثاني ١٩٩٠", birth("١٢ كانون الثاني ١٩٩٠")),
            ("تاريخ الميلاد: 5 جويلية 2007", birth("5 جويلية 2007")),
            ("مواليد ۱۳۹۰", birth("۱۳۹۰")),
            ("Amadou, 12/03/1990", birth("12/03/1990")),
        ]);
    }

    #[test]
    fn dates_of_other_things_are_none() {
        assert_told(&[
            ("Rendez-vous le 12/03/2026 à 14:30", None),
            ("appointment on 12 March 2026", None),
            ("موعد يوم 12 مارس 2026 على الساعة 9:30", None),
            ("Ne vient pas le 12 mars", None),
            ("Acte de naissance reçu le 12/03/2026", None),
            ("bring the birth certificate on 12 March", None),
            ("née en Syrie, rendez-vous le 12 mars 2026", None),
            ("Enfants nés après le 1er janvier 2020", None),
            ("Naissance prévue le 12 mai", None),
            ("Loi du 10 juillet 1991", None),
            ("Convention of 28 July 1951", None),
            ("Âge : 17 ans", None),
            ("aura 3 places le 12 mars", None),
            ("date de naissance à dire par téléphone", None),
            ("Ouvert du 12-15/03/2026, 9:00-12:30, 14:00-17:00", None),
        ]);
    }
}
