//! Dates, as people write them: what a birth has, and what no phone is made of.

use super::tokens::Text;
use std::ops::Range;

/// A date in a text.
pub(super) struct Date {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Its year, where it tells one in four digits.
    pub year: Option<u32>,
    /// True where it tells a day of a month of a year in four digits.
    pub is_full: bool,
}

/// Years that somebody's life may touch.
const YEARS: Range<u32> = 1900..2100;
/// Years of the Hijri calendar that fall into the same time.
const HIJRI_YEARS: Range<u32> = 1320..1500;

/// The date that begins with this token.
pub(super) fn date(text: &Text<'_>, at: usize) -> Option<Date> {
    if text.at(at).is_taken {
        return None;
    }
    of_digits(text, at).or_else(|| day_first(text, at)).or_else(|| month_first(text, at))
}

/// Whether a number can be a year.
pub(super) fn year(text: &Text<'_>, at: usize) -> Option<u32> {
    let number = text.at(at).small_number().filter(|_| text.at(at).folded.len() == 4)?;
    (YEARS.contains(&number) || HIJRI_YEARS.contains(&number)).then_some(number)
}

/// `12/03/1990`, `12-3-90`, `1990.03.12`, `12 03 1990`, with `12/03` where a word of birth asks for it.
fn of_digits(text: &Text<'_>, at: usize) -> Option<Date> {
    let separator = |index: usize| text.at(index).is_mark("/.-").then(|| text.at(index).folded.as_str());
    let two_digits = |index: usize| text.at(index).small_number().filter(|_| text.at(index).folded.len() <= 2);
    let is_day_and_month =
        |one: u32, two: u32| (1..=31).contains(&one) && (1..=31).contains(&two) && one.min(two) <= 12;
    if let Some(mark) = separator(at + 1).filter(|mark| separator(at + 3) == Some(mark)) {
        let continues = separator(at + 5) == Some(mark) && text.touches(at + 5) && text.at(at + 6).is_number();
        let preceded = at > 1 && separator(at - 1) == Some(mark) && text.touches(at) && text.before(at, 2).is_number();
        if continues || preceded {
            return None;
        }
        let date = |year, is_full| Some(Date { tokens: at..at + 5, year, is_full });
        if let (Some(told), Some(month), Some(day)) = (year(text, at), two_digits(at + 2), two_digits(at + 4)) {
            return is_day_and_month(day, month).then(|| date(Some(told), true)).flatten();
        }
        let (day, month) = (two_digits(at)?, two_digits(at + 2)?);
        if !is_day_and_month(day, month) {
            return None;
        }
        if let Some(told) = year(text, at + 4) {
            return date(Some(told), true);
        }
        // Two digits of a year: but for those that more pairs of digits follow, which are a phone.
        let is_pair = |index: usize| two_digits(index).is_some();
        let is_of_phone = is_pair(at + 5) && (is_pair(at + 6) || !text.at(at + 6).is_word());
        return (two_digits(at + 4).is_some() && !is_of_phone).then(|| date(None, false)).flatten();
    }
    let (day, month, told) = (two_digits(at)?, two_digits(at + 1)?, year(text, at + 2)?);
    let stands_alone = !text.before(at, 1).is_number() && !text.at(at + 3).is_number();
    let date = Date { tokens: at..at + 3, year: Some(told), is_full: true };
    (is_day_and_month(day, month) && stands_alone).then_some(date)
}

/// `12 mars 1990`, `the 12th of March`, `١٢ كانون الثاني ١٩٩٠`.
fn day_first(text: &Text<'_>, at: usize) -> Option<Date> {
    let is_numeral = text.at(at).is_any(|words| words.numerals) || text.at(at).folded == "premier";
    let is_day = text.at(at).small_number().is_some_and(|day| (1..=31).contains(&day));
    if !is_day && !is_numeral {
        return None;
    }
    let month = behind_links(text, at + 1, 3);
    if !text.at(month).is_any(|words| words.months) {
        return None;
    }
    Some(with_year(text, at, month + 1, is_day))
}

/// `March 12, 1990`, `mars 1990`.
fn month_first(text: &Text<'_>, at: usize) -> Option<Date> {
    if !text.at(at).is_any(|words| words.months) {
        return None;
    }
    let behind = behind_links(text, at + 1, 2);
    if text.at(behind).small_number().is_some_and(|day| (1..=31).contains(&day)) {
        return Some(with_year(text, at, behind + 1, true));
    }
    let date = with_year(text, at, at + 1, false);
    date.year.is_some().then_some(date)
}

fn with_year(text: &Text<'_>, begin: usize, behind_month: usize, has_day: bool) -> Date {
    let at = behind_links(text, behind_month, 4);
    match year(text, at) {
        Some(told) => Date { tokens: begin..at + 1, year: Some(told), is_full: has_day },
        None => Date { tokens: begin..behind_month, year: None, is_full: false },
    }
}

/// The first token from here that is no link of a date; at most so many are passed.
fn behind_links(text: &Text<'_>, from: usize, at_most: usize) -> usize {
    let is_link = |at: usize| text.at(at).is_any(|words| words.date_links) || text.at(at).is_mark(",'.-/");
    (from..from + at_most).find(|at| !is_link(*at)).unwrap_or(from + at_most)
}
