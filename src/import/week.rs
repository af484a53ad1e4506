//! Weekly hours in the strict form of tables: a weekday's name and its hours, nothing else.
//!
//! Invariant: nothing is guessed. One word that is no weekday and no time, an hour that may be two, or hours that end
//! before they begin, and the whole week stays text. A day that is not told of a week that is told is a day without hours,
//! as in a table with an empty cell.

use crate::domain::directory::Schedule;
use crate::domain::opening::{OpeningHours, opening_hours_of};
use chrono::{Datelike as _, NaiveDate};

/// Names of weekdays, in French and English, with the codes of RFC 5545.
const WEEKDAYS: [([&str; 2], &str); 7] = [
    (["lundi", "monday"], "MO"),
    (["mardi", "tuesday"], "TU"),
    (["mercredi", "wednesday"], "WE"),
    (["jeudi", "thursday"], "TH"),
    (["vendredi", "friday"], "FR"),
    (["samedi", "saturday"], "SA"),
    (["dimanche", "sunday"], "SU"),
];
/// Names of months in OpenStreetMap's syntax.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// A smaller hour of one digit may be one of the afternoon, where its clock has twelve.
const FIRST_CERTAIN_HOUR: u8 = 7;
/// How dates are written in the rows of tables.
const DATES: [&str; 4] = ["%B %d, %Y", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d"];
/// The year that exports write where a day has none: it is one of every year.
const NO_YEAR: i32 = 1;

/// The hours that the texts tell all together, and the days that depart from the week; `None` where one of them has
/// anything else in it.
pub(super) fn week_of(weeks: &[String], departures: &[String]) -> Option<OpeningHours> {
    let mut schedules: Vec<Schedule> = Vec::new();
    for text in weeks {
        let of_table = row(text);
        let is_table = of_table.is_some();
        let told = of_table.or_else(|| days(text))?;
        let contradicts = |one: &Schedule| schedules.iter().any(|other| are_two_tellings(one, other, is_table));
        if told.iter().any(contradicts) {
            return None;
        }
        schedules.extend(told);
    }
    let mut rules = vec![opening_hours_of(&schedules)?.text().to_owned()];
    for text in departures {
        rules.push(departure(text)?);
    }
    OpeningHours::parse(&rules.join("; ")).ok()
}

/// Two texts that tell one day in two ways; rows of a table may tell its morning and its afternoon.
fn are_two_tellings(one: &Schedule, other: &Schedule, is_table: bool) -> bool {
    let is_apart = one.opens_at >= other.closes_at || other.opens_at >= one.closes_at;
    one.weekdays == other.weekdays && one != other && !(is_table && is_apart)
}

/// A row of a table of schedules: weekday, opening, closing.
fn row(text: &str) -> Option<Vec<Schedule>> {
    let cells: Vec<&str> = text.split(", ").collect();
    let [day, opens, closes] = cells.as_slice() else { return None };
    Some(vec![schedule(weekday(day)?, clock(opens)?, clock(closes)?)?])
}

/// `lundi 09:00 - 12:00 / 13:30 - 17:00, mardi 9h-12h30`: days, each with its hours.
fn days(text: &str) -> Option<Vec<Schedule>> {
    let mut schedules: Vec<Schedule> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_alphabetic())?;
        let day = weekday(&rest[..end])?;
        if schedules.iter().any(|told| told.weekdays.as_deref() == Some(day)) {
            return None;
        }
        rest = rest[end..].trim_start_matches([' ', ':']);
        let end = rest.find(|c: char| c.is_alphabetic() && c != 'h').unwrap_or(rest.len());
        let hours = rest[..end].trim_end_matches([',', ';', ' ', '\n']);
        // Two days without anything between them are no list.
        if end < rest.len() && hours.len() == end {
            return None;
        }
        let mut last: Option<Schedule> = None;
        for span in hours.split(['/', ',']) {
            let (opens, closes) = span.split_once(['-', '–'])?;
            let told = schedule(day, clock(opens.trim())?, clock(closes.trim())?)?;
            // The same hours twice say nothing more; those that go back contradict.
            match &last {
                Some(before) if *before == told => continue,
                Some(before) if told.opens_at < before.closes_at => return None,
                _ => {}
            }
            schedules.push(told.clone());
            last = Some(told);
        }
        rest = &rest[end..];
    }
    (!schedules.is_empty()).then_some(schedules)
}

fn weekday(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    WEEKDAYS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(_, code)| *code)
}

/// Hours of one day or of several, which end after they begin.
pub(super) fn schedule(weekdays: &str, opens: String, closes: String) -> Option<Schedule> {
    let is_told = opens < closes;
    is_told.then(|| Schedule {
        weekdays: Some(weekdays.to_owned()),
        opens_at: Some(opens),
        closes_at: Some(closes),
        text: None,
    })
}

/// A time of day as `HH:MM`: `09:00`, `9h`, `9h30`, `3pm`, `4:00 PM`, and `17:00pm`, whose mark says nothing more. An hour
/// alone may be a count; `12:00am` is noon to many who write it, and `1:00` one in the afternoon to those who write so: these
/// are no times.
pub(super) fn clock(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (digits, mark) = match lower.strip_suffix("am").or_else(|| lower.strip_suffix("pm")) {
        Some(digits) => (digits.trim_end(), Some(lower.ends_with("pm"))),
        None => (lower.as_str(), None),
    };
    let number = |text: &str, most: usize| {
        let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u8>().ok()).flatten()
    };
    let (hour, minute) = match digits.split_once([':', 'h']) {
        Some((hour, "")) if digits.ends_with('h') && mark.is_none() => (number(hour, 2)?, 0),
        Some((hour, minute)) if minute.len() == 2 => (number(hour, 2)?, number(minute, 2)?),
        Some(_) => return None,
        None => (number(digits, 2).filter(|_| mark.is_some())?, 0),
    };
    let may_be_afternoon = mark.is_none() && hour < FIRST_CERTAIN_HOUR && lower.find(':') == Some(1);
    let hour = match (mark, hour) {
        _ if may_be_afternoon => return None,
        (None, 0..=23) | (Some(false), 1..=11) | (Some(true), 12..=23) => hour,
        (Some(true), 1..=11) => hour + 12,
        (None, 24) if minute == 0 => 24,
        _ => return None,
    };
    (minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// A row of a table of holidays: first day, last day, whether it is closed, and the hours where it is not.
fn departure(text: &str) -> Option<String> {
    let (first, rest) = date(text)?;
    let (last, rest) = date(rest.strip_prefix(", ")?)?;
    let hours = match rest.strip_prefix(", ")?.split(", ").collect::<Vec<_>>().as_slice() {
        ["true"] => "off".to_owned(),
        ["false", opens, closes] => {
            let (opens, closes) = (clock(opens)?, clock(closes)?);
            (opens < closes).then(|| format!("{opens}-{closes}"))?
        }
        _ => return None,
    };
    let is_yearly = first.year() == NO_YEAR;
    if is_yearly != (last.year() == NO_YEAR) || last < first {
        return None;
    }
    let named = |day: NaiveDate| {
        let month = MONTHS.get(day.month0() as usize)?;
        let in_year = format!("{month} {:02}", day.day());
        Some(if is_yearly { in_year } else { format!("{} {in_year}", day.year()) })
    };
    let days = if first == last { named(first)? } else { format!("{}-{}", named(first)?, named(last)?) };
    Some(format!("{days} {hours}"))
}

/// The date that a text begins with, and the rest.
fn date(text: &str) -> Option<(NaiveDate, &str)> {
    let read = |format: &&str| NaiveDate::parse_and_remainder(text, format).ok();
    // `%Y` takes two digits for a year of the first century.
    let is_date = |(date, rest): &(NaiveDate, &str)| {
        let is_meant = date.year() == NO_YEAR || (1971..=2199).contains(&date.year());
        is_meant && (rest.is_empty() || rest.starts_with(", "))
    };
    DATES.iter().filter_map(read).find(is_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(weeks: &[&str], departures: &[&str]) -> Option<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        week_of(&owned(weeks), &owned(departures)).map(|hours| hours.text().to_owned())
    }

    #[test]
    fn weeks_of_days_and_times_are_hours() {
        for (told, expected) in [
            (
                &["lundi 09:00 - 12:00 / 13:30 - 17:00, mardi 09:00-12:00"][..],
                "Mo 09:00-12:00,13:30-17:00, Tu 09:00-12:00",
            ),
            (&["lundi 9h-12h", "lundi 9h-12h", "mardi 9h-12h"], "Mo-Tu 09:00-12:00"),
            (&["lundi 09:00-12:00,13:00-17:00, mardi 09:00-12:00,13:00-17:00"], "Mo-Tu 09:00-12:00,13:00-17:00"),
            (&["lundi 09:00 - 12:30 / 09:00 - 12:30 / 13:30 - 16:30"], "Mo 09:00-12:30,13:30-16:30"),
            (&["Lundi : 9h00-12h30, 14h-17h ; Samedi : 9h–13h"], "Mo 09:00-12:30,14:00-17:00, Sa 09:00-13:00"),
            (&["Monday, 08:00, 17:00", "Sunday, 11:00, 17:00"], "Mo 08:00-17:00, Su 11:00-17:00"),
            (
                &["Monday, 08:00, 12:00", "Monday, 14:00, 4:00 PM", "Wednesday, 10:00, 3pm"],
                "Mo 08:00-12:00,14:00-16:00, We 10:00-15:00",
            ),
        ] {
            assert_eq!(coded(told, &[]).as_deref(), Some(expected), "{told:?}");
        }
    }

    #[test]
    fn anything_else_stays_words() {
        for told in [
            &[][..],
            &[""],
            &["lundi"],
            &["lundi fermé"],
            &["lundi 09:00-12:00 sur rendez-vous"],
            &["lundi au vendredi 09:00-12:00"],
            &["lundi et mardi 09:00-12:00"],
            &["lundi 09:00-12:00 14:00-16:30"],
            &["lundi 09:00-12:30-13:30-17:00"],
            &["lundi 08 :30-12:00"],
            &["lundi 07:30:12:30"],
            &["lundi 09:00-13:00-/3:00-16:00"],
            &["lundi 09:00-12:00mardi 09:00-12:00"],
            &["lundi 10:30 - 12:00 / 10:00 - 11:00"],
            &["lundi 14:00-04:00"],
            &["lundi 9-12"],
            &["lundi 9:00, 14:00, mardi 9:00, 14:00"],
            &["semaine paire : lundi 9h-12h"],
            &["lundi 9h-12h, lundi 14h-17h"],
            &["lundi 9h-12h", "lundi 9h-12h/14h-17h"],
            &["lundi 9h-12h", "lundi 14h-17h"],
            &["Monday, 08:00, 12:00", "Monday, 09:00, 13:00"],
            &["Monday: 9:00-12:00, Tuesday: 1:00-4:00"],
            &["Monday, 9am, 03:00"],
            &["Monday, 08:00, 17:00", "Tuesday by appointment"],
        ] {
            assert_eq!(coded(told, &[]), None, "{told:?}");
        }
    }

    #[test]
    fn times_are_read_where_they_can_be_one_time_alone() {
        for (text, expected) in [
            ("09:00", "09:00"),
            ("9:05", "09:05"),
            ("9h", "09:00"),
            ("12h30", "12:30"),
            ("24:00", "24:00"),
            ("3pm", "15:00"),
            ("12:00pm", "12:00"),
            ("4:00 PM", "16:00"),
            ("8:30am", "08:30"),
            ("17:00pm", "17:00"),
        ] {
            assert_eq!(clock(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "", "9", "12:00am", "13:00am", "0:30pm", "25:00", "24:30", "10:60", "9:5", "9h5", "9:", "h30", "009:00",
            "٩:٠٠", "-9:00", "hpm", "9hpm",
        ] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    #[test]
    fn days_that_depart_from_the_week_go_before_it() {
        let week = &["Monday, 08:00, 17:00"][..];
        for (departure, expected) in [
            ("January 01, 0001, January 01, 0001, true", Some("Mo 08:00-17:00; Jan 01 off")),
            ("June 01, 0001, September 01, 0001, true", Some("Mo 08:00-17:00; Jun 01-Sep 01 off")),
            ("12/24/2015, 12/24/15, false, 10:00, 16:00", Some("Mo 08:00-17:00; 2015 Dec 24 10:00-16:00")),
            ("2026-12-30, 2027-01-02, true", Some("Mo 08:00-17:00; 2026 Dec 30-2027 Jan 02 off")),
            ("January 01, 0001, 12/24/2015, true", None),
            ("December 24, 2015, December 23, 2015, true", None),
            ("December 24, 2015, December 24, 2015, false", None),
            ("December 24, 2015, December 24, 2015", None),
            ("Christmas", None),
        ] {
            assert_eq!(coded(week, &[departure]).as_deref(), expected, "{departure}");
        }
        assert_eq!(coded(&[], &["January 01, 0001, January 01, 0001, true"]), None);
    }
}
