//! Phone numbers: long enough to be dialled, and nothing else that is as long.

use super::runs::Run;
use super::tokens::Text;
use super::vocabulary::UNITS;
use super::{Finding, Hit};
use crate::domain::directory_edit::ways::{CUES, with_ascii_digit};

/// Digits of a number from which on it is taken for one whatever stands before it.
const FEWEST_DIGITS: usize = 8;
/// Digits of a number behind a word that announces one. Shorter ones are those of help lines.
const FEWEST_ANNOUNCED: usize = 6;
/// Digits of the longest number (E.164).
pub(super) const MOST_DIGITS: usize = 15;
/// So many tokens stand at most between the word that announces a number and the number.
const CUE_TOKENS: usize = 5;
/// Words of a number that is dictated in words, which has a zero among them.
const FEWEST_DICTATED: usize = 5;

/// How a number of the directory is typed, in digits 0–9 and without the zero that is dialled at home only.
pub(super) fn plainly_typed(typed: &str) -> String {
    typed.chars().map(with_ascii_digit).collect::<String>().replace("(0)", "")
}

/// What a run of digits is that no register announces.
pub(super) fn finding(text: &Text<'_>, run: &Run) -> Option<Finding> {
    let number = run.digits.trim_start_matches('+');
    let is_dialled_abroad = run.digits.starts_with('+');
    // The harmonised numbers of Europe and the inquiry numbers of France are everybody's.
    let is_everybodys = number.len() == 6 && (number.starts_with("116") || number.starts_with("118"));
    let is_cue = |at: usize| CUES.iter().any(|cue| text.at(at).is_word() && text.at(at).folded.starts_with(cue));
    let is_announced =
        number.len() >= FEWEST_ANNOUNCED && text.cue_before(run.tokens.start, CUE_TOKENS, is_cue).is_some();
    let is_long = number.len() >= FEWEST_DIGITS || (is_dialled_abroad && number.len() >= FEWEST_ANNOUNCED);
    if is_everybodys || !(is_announced || is_long) || is_something_else(text, run) {
        return None;
    }
    let is_phone = number.len() < 13 || is_dialled_abroad || number.starts_with("00");
    Some(if is_phone { Finding::Phone } else { Finding::IdentityNumber })
}

/// What has as many digits as a phone: amounts, laws, years, hours, postcodes, positions on the map.
fn is_something_else(text: &Text<'_>, run: &Run) -> bool {
    let groups: Vec<&str> = run.groups.iter().map(|group| text.at(*group).folded.as_str()).collect();
    let value = |group: &str| group.parse::<u32>().unwrap_or(u32::MAX);
    let all = |is: &dyn Fn(&str) -> bool| groups.len() > 1 && groups.iter().all(|group| is(group));
    let are_years = all(&|group| group.len() == 4 && (1900..2100).contains(&value(group)));
    let are_postcodes = all(&|group| group.len() == 5);
    let separators = |mark: &'static str| move |group: &usize| text.before(*group, 1).is_mark(mark);
    let is_hour = |group: &&str| value(group) <= 24 || (group.len() == 4 && value(group) <= 2400);
    let pairs_with_dash = || {
        let mut later = run.groups.iter().enumerate().skip(1);
        groups.len().is_multiple_of(2) && later.all(|(index, group)| separators("-")(group) == (index % 2 == 1))
    };
    let are_hours = groups.len() > 1 && groups.iter().all(is_hour) && pairs_with_dash();
    let is_decimal = groups.len() == 2
        && separators(".,")(&run.groups[1])
        && groups[0].len() <= 3
        && groups[1].len() > 4
        && !groups[0].starts_with('0');
    let behind = run.tokens.end;
    let is_currency = |at: usize| text.at(at).is_mark("€$£%");
    let is_counted = |at: usize| text.at(at).is_any(|words| words.counted);
    let is_amount = [behind, behind + 1].into_iter().any(|at| is_currency(at) || is_counted(at))
        || is_currency(run.tokens.start.wrapping_sub(1))
        || (text.at(behind).is_of(UNITS) && text.touches(behind));
    let is_act = |at: usize| text.at(at).is_any(|words| words.acts);
    let is_law = run.digits.len() < 9 && text.cue_before(run.tokens.start, 4, is_act).is_some();
    are_years || are_postcodes || are_hours || is_decimal || is_amount || is_law
}

/// Numbers that are dictated in words: "zéro six, douze, trente-quatre".
pub(super) fn dictated(text: &mut Text<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at < text.tokens.len() {
        let (mut end, mut words, mut has_zero) = (at, 0, false);
        loop {
            let token = text.at(end);
            let is_zero = token.is_any(|words| words.zeros);
            if !token.is_taken && (is_zero || token.is_any(|words| words.numerals)) {
                (words, has_zero) = (words + 1, has_zero | is_zero);
            } else if words == 0 || !(token.is_mark("-,.") || matches!(token.folded.as_str(), "et" | "و")) {
                break;
            }
            end += 1;
        }
        if words >= FEWEST_DICTATED && has_zero {
            hits.push(Hit { finding: Finding::Phone, range: text.range(at..end) });
            text.take(at..end);
        }
        at = end.max(at + 1);
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn a_number_that_one_dials_is_told_in_every_grouping() {
        let phone = |range: &'static str| Some((Finding::Phone, range));
        assert_told(&[
            ("Appelez le 06 12 34 56 78.", phone("06 12 34 56 78")),
            ("06.12.34.56.78", phone("06.12.34.56.78")),
            ("06/12/34/56/78", phone("06/12/34/56/78")),
            ("06, 12, 34, 56, 78", phone("06, 12, 34, 56, 78")),
            ("06:12:34:56:78", phone("06:12:34:56:78")),
            ("o6 12 34 56 78", phone("o6 12 34 56 78")),
            ("+33 (0)6 12 34 56 78", phone("+33 (0)6 12 34 56 78")),
            ("00216 22 345 678", phone("00216 22 345 678")),
            ("(+218) 91-1234567", phone("(+218) 91-1234567")),
            ("call 22345678", phone("22345678")),
            ("tel 345 678", phone("345 678")),
            ("٠٦١٢٣٤٥٦٧٨", phone("٠٦١٢٣٤٥٦٧٨")),
            ("هاتفه ۰۹۱ ۱۲۳ ۴۵۶۷", phone("۰۹۱ ۱۲۳ ۴۵۶۷")),
            ("06 12 34 56 78 de 9h à 12h", phone("06 12 34 56 78")),
            ("zéro six, douze, trente-quatre, cinquante-six", phone("zéro six, douze, trente-quatre, cinquante-six")),
        ]);
    }

    #[test]
    fn what_is_as_long_and_is_not_dialled_is_no_phone() {
        assert_told(&[
            ("Appelez le 115, le 3919 ou le 116 000", None),
            ("9h-17h30, 14:30-16:45", None),
            ("ouvert 09-12 14-18", None),
            ("12 500 000 €", None),
            ("25 000 000 dinars", None),
            ("1 250 personnes, 300 places", None),
            ("75011 75012 75013", None),
            ("2024-2025", None),
            ("48.856614, 2.3522219", None),
            ("loi n° 2018-778", None),
            ("lignes 13, 14, 15, 16, 17", None),
            ("500 mg 3 x 2", None),
            ("L.425-9, R.425-11 et L1110-4", None),
            ("quatre-vingt-dix-neuf personnes", None),
        ]);
    }

    #[test]
    fn numbers_of_the_directory_are_nobodys_whatever_stands_beside_them() {
        assert_told(&[
            ("01 99 00 00 01", None),
            ("+33 (0)1 99 00 00 01 ou 0033199000001", None),
            ("٠١٩٩٠٠٠٠٠١", None),
            ("01.99.00.00.01 12 34", None),
            ("01 99 00 00 01 06 12 34 56 78", Some((Finding::Phone, "06 12 34 56 78"))),
            ("01 99 00 00 01 - 06 12 34 56 78", Some((Finding::Phone, "06 12 34 56 78"))),
            ("06 99 00 00 01", Some((Finding::Phone, "06 99 00 00 01"))),
        ]);
    }
}
