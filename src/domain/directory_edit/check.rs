//! Whether what people type can stand in an entry.

use crate::domain::directory::{Eligibility, FieldValue, Phone, Place, ServiceField, Translation};
use crate::domain::opening::OpeningHours;
use crate::domain::refusal::InputProblem;
use crate::domain::time::Date;

/// Most characters of a name.
pub(super) const NAME_CHARACTERS: usize = 200;
/// Most characters of any other text.
pub(super) const TEXT_CHARACTERS: usize = 4_000;
/// Most entries of a list.
const LIST_ENTRIES: usize = 50;
/// Most areas served: sources name every commune of a département.
const AREAS_SERVED: usize = 500;

/// Which field cannot stand so, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditProblem {
    /// The field.
    pub field: ServiceField,
    /// What is wrong with it.
    pub problem: InputProblem,
}

/// Refuses values that cannot stand in an entry.
pub fn checked(values: Vec<FieldValue>) -> Result<Vec<FieldValue>, EditProblem> {
    for value in &values {
        if let Some(problem) = problem_of(value) {
            return Err(EditProblem { field: value.field(), problem });
        }
    }
    Ok(values)
}

fn problem_of(value: &FieldValue) -> Option<InputProblem> {
    match value {
        FieldValue::Name(name) if name.trim().is_empty() => Some(InputProblem::TextEmpty),
        FieldValue::Name(name) => problem_of_text(name, NAME_CHARACTERS),
        FieldValue::AlternateName(name) => problem_of_text(name.as_deref()?, NAME_CHARACTERS),
        FieldValue::Description(text)
        | FieldValue::CriteriaText(text)
        | FieldValue::ApplicationProcess(text)
        | FieldValue::Fees(text)
        | FieldValue::Alert(text) => problem_of_text(text.as_deref()?, TEXT_CHARACTERS),
        FieldValue::OpeningHours(hours) => {
            OpeningHours::parse(hours.as_deref()?).is_err().then_some(InputProblem::OpeningHours)
        }
        FieldValue::Email(email) => (!is_mailbox(email.as_deref()?)).then_some(InputProblem::Mailbox),
        FieldValue::Phones(phones) => is_long(phones),
        FieldValue::Places(places) => is_long(places).or_else(|| places.iter().find_map(problem_of_place)),
        FieldValue::Languages(languages) => is_long(languages),
        FieldValue::Eligibility(public) => problem_of_public(public),
        FieldValue::Closures(closures) => is_long(closures)
            .or_else(|| closures.iter().find_map(|closure| problem_of_days(closure.from, closure.until))),
        FieldValue::DatedHours(dated) => {
            is_long(dated).or_else(|| dated.iter().find_map(|dated| problem_of_days(dated.from, dated.until)))
        }
        FieldValue::Translations(told) => problem_of_translations(told),
        FieldValue::AreasServed(areas) => (areas.len() > AREAS_SERVED).then_some(InputProblem::ListTooLong),
        _ => None,
    }
}

fn is_long<T>(list: &[T]) -> Option<InputProblem> {
    (list.len() > LIST_ENTRIES).then_some(InputProblem::ListTooLong)
}

pub(super) fn problem_of_text(text: &str, most: usize) -> Option<InputProblem> {
    if text.chars().any(|c| c.is_control() && c != '\n') {
        Some(InputProblem::UnusableText)
    } else {
        (text.chars().count() > most).then_some(InputProblem::TextTooLong)
    }
}

fn problem_of_days(from: Date, until: Date) -> Option<InputProblem> {
    (from > until).then_some(InputProblem::DaysCross)
}

fn problem_of_translations(told: &[Translation]) -> Option<InputProblem> {
    let of_one = |told: &Translation| match (&told.name, &told.description) {
        (None, None) => Some(InputProblem::TextEmpty),
        (name, _) if name.as_ref().is_some_and(|name| name.trim().is_empty()) => Some(InputProblem::TextEmpty),
        (name, description) => (name.as_deref().and_then(|text| problem_of_text(text, NAME_CHARACTERS)))
            .or_else(|| problem_of_text(description.as_deref()?, TEXT_CHARACTERS)),
    };
    let mut languages: Vec<&str> = told.iter().map(|told| told.language.as_str()).collect();
    languages.sort_unstable();
    let is_twice = languages.windows(2).any(|two| two[0] == two[1]);
    let twice = is_twice.then_some(InputProblem::LanguageTwice);
    is_long(told).or(twice).or_else(|| told.iter().find_map(of_one))
}

fn problem_of_place(place: &Place) -> Option<InputProblem> {
    let texts = [place.name.as_deref(), place.address.as_deref()];
    texts.into_iter().flatten().find_map(|text| problem_of_text(text, NAME_CHARACTERS))
}

fn problem_of_public(public: &Eligibility) -> Option<InputProblem> {
    let crosses = public.minimum_age.zip(public.maximum_age).is_some_and(|(youngest, oldest)| youngest > oldest);
    crosses.then_some(InputProblem::AgesCross)
}

/// One `@` with something on both sides, a dot behind it, and nothing that no mailbox has.
fn is_mailbox(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"' | '\\');
    let Some((user, host)) = text.split_once('@') else { return false };
    let has_dot = host.split('.').count() > 1 && host.split('.').all(|part| !part.is_empty());
    text.len() <= 254 && text.chars().all(is_plain) && !user.is_empty() && !host.contains('@') && has_dot
}

/// A phone as somebody types it: an international number, a short one, or one of the country that stays as typed.
/// `None` for what is no number.
pub fn read_phone(typed: &str) -> Option<Phone> {
    let typed = typed.trim();
    let is_spelling = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '.' | '-' | '/' | '(' | ')');
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let has_plus = typed.starts_with('+');
    let misplaced_plus = typed.chars().skip(1).any(|c| c == '+');
    if !typed.chars().all(is_spelling) || misplaced_plus || !(2..=15).contains(&digits.len()) || typed.len() > 40 {
        return None;
    }
    let number = match digits.len() {
        7.. if has_plus => Some(format!("+{digits}")),
        2..=6 if !has_plus => Some(digits),
        _ if has_plus => return None,
        _ => None,
    };
    Some(Phone { number, ..Phone::as_typed(typed) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::opening::Closure;
    use crate::domain::profile::Language;

    #[test]
    fn days_and_languages_that_cannot_stand_are_refused() {
        let day = |text: &str| -> Date { text.parse().expect("a day") };
        let closed =
            |from: &str, until: &str| FieldValue::Closures(vec![Closure { from: day(from), until: day(until) }].into());
        let told = |languages: &[&str], name: Option<&str>| {
            let of = |tag: &&str| Translation {
                language: Language::parse(tag).expect("a language"),
                name: name.map(str::to_owned),
                description: None,
            };
            FieldValue::Translations(languages.iter().map(of).collect())
        };
        for (value, expected) in [
            (closed("2026-12-24", "2026-12-24"), None),
            (closed("2026-12-25", "2026-12-24"), Some(InputProblem::DaysCross)),
            (told(&["en", "ar"], Some("Harbour")), None),
            (told(&["en", "en"], Some("Harbour")), Some(InputProblem::LanguageTwice)),
            (told(&["en"], None), Some(InputProblem::TextEmpty)),
            (told(&["en"], Some(" ")), Some(InputProblem::TextEmpty)),
        ] {
            assert_eq!(checked(vec![value]).err().map(|refused| refused.problem), expected);
        }
    }
}
