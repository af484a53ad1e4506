//! Opening hours against what others hold to be true: the test cases of the reference implementation of the
//! syntax, and values that stand in real feeds.
//!
//! Both are read from the folder that `RELAIS_TEST_DATA` names.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use relais::domain::country::CountryCode;
use relais::domain::opening::{DayPlan, HolidayCalendars, OpeningHours, OpeningStatus, Timetable};
use serde::Deserialize;

use crate::kit::requirement;

/// Cases in which we differ, by name and value, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "Variable days: public holidays (substitute_name)",
    "PH 12:00-13:00",
    "the library's days of South Africa leave out the Sundays themselves and hold 27 December 2022 for a holiday; no thread \
     of opening-hours-rs was found on it, but the same fault of another calendar: \
     https://github.com/vacanza/holidays/issues/727",
)];

/// Cases whose values we read: a floor, which only rises.
const CASES_READ: usize = 124;

/// Share of the real values that we read, in thousandths of the distinct ones and of all: floors, which only rise.
const REAL_VALUES_READ: (usize, usize) = (906, 946);

/// A case of the reference implementation.
#[derive(Debug, Deserialize)]
struct Case {
    kind: String,
    name: String,
    values: Vec<Value>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    expected: serde_json::Value,
    #[serde(default)]
    location: Option<Location>,
}

#[derive(Debug, Deserialize)]
struct Value {
    value: String,
    #[serde(default)]
    ignored: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Location {
    country_code: Option<String>,
}

/// From, until, and whether it is unknown rather than open.
type Interval = (NaiveDateTime, NaiveDateTime, bool);

/// The file of real data, or none after a word about it.
fn data(name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("RELAIS_TEST_DATA") else {
        assert!(!requirement::is_required("data"), "RELAIS_TEST_DATA names no folder");
        requirement::announce(&format!("skipped, because RELAIS_TEST_DATA names no folder: {name}"));
        return None;
    };
    Some(std::fs::read_to_string(PathBuf::from(folder).join("opening-hours").join(name)).unwrap())
}

/// Reads `2012-10-01 0:00`; the cases know a 31 November, which is the day after the 30th.
fn moment(text: &str) -> NaiveDateTime {
    let (day, time) = text.split_once(' ').unwrap();
    let (month, day_of_month) = day.rsplit_once('-').unwrap();
    let first: NaiveDate = format!("{month}-01").parse().unwrap();
    let date = first + TimeDelta::days(day_of_month.parse::<i64>().unwrap() - 1);
    let (hour, minute) = time.split_once(':').unwrap();
    date.and_hms_opt(hour.parse().unwrap(), minute.parse().unwrap(), 0).unwrap()
}

fn push(intervals: &mut Vec<Interval>, (from, until, is_unknown): Interval) {
    match intervals.last_mut() {
        Some(last) if last.1 == from && last.2 == is_unknown => last.1 = until,
        _ if from < until => intervals.push((from, until, is_unknown)),
        _ => {}
    }
}

fn intervals(
    timetable: &Timetable,
    from: NaiveDateTime,
    to: NaiveDateTime,
    calendars: &HolidayCalendars,
) -> Vec<Interval> {
    let mut found = Vec::new();
    for date in from.date().iter_days().take_while(|date| *date <= to.date()) {
        let midnight = date.and_time(NaiveTime::MIN);
        let mut start = midnight;
        for range in DayPlan::of(timetable, date, calendars).ranges() {
            let end = midnight + TimeDelta::minutes(range.until_minute.into());
            if range.status != OpeningStatus::Closed && end > from && start < to {
                push(&mut found, (start.max(from), end.min(to), range.status == OpeningStatus::Unknown));
            }
            start = end;
        }
    }
    found
}

fn expected(case: &Case) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for told in case.expected.as_array().unwrap() {
        let at = |index: usize| moment(told[index].as_str().unwrap());
        push(&mut intervals, (at(0), at(1), told[2].as_bool().unwrap_or(false)));
    }
    intervals
}

/// True when the value needs a calendar of a place that the case does not name: the cases were taken out of a program in
/// which variables named it.
fn has_lost_its_place(case: &Case, value: &str) -> bool {
    case.location.is_none() && (value.contains("PH") || value.contains("SH"))
}

#[test]
fn the_cases_of_the_reference_implementation_hold() {
    let Some(text) = data("oh-vectors-dev.json") else { return };
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let calendars = HolidayCalendars::new(&[]);
    let (mut read, mut refused, mut placeless) = (0, 0, 0);
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| case.kind == "intervals") {
        for Value { value, ignored } in &case.values {
            // The reference implementation does not hold these either.
            if ignored.as_deref() == Some("not implemented yet") {
                continue;
            }
            let Ok(hours) = OpeningHours::parse(value) else {
                refused += 1;
                continue;
            };
            if has_lost_its_place(case, value) {
                placeless += 1;
                continue;
            }
            read += 1;
            let code = case.location.as_ref().and_then(|location| location.country_code.clone());
            let country = code.and_then(|code| CountryCode::parse(&code.to_uppercase()).ok());
            let timetable = Timetable { hours: Some(hours), country, ..Timetable::default() };
            let found = intervals(&timetable, moment(&case.from), moment(&case.to), &calendars);
            if found != expected(case) {
                wrong.push((case.name.as_str(), value.as_str(), found, expected(case)));
            }
        }
    }
    requirement::announce(&format!("cases read: {read}, refused: {refused}, without their place: {placeless}"));
    let is_excepted =
        |name: &str, value: &str| EXCEPTIONS.iter().any(|(one, other, _)| *one == name && *other == value);
    for (name, value, found, expected) in &wrong {
        if !is_excepted(name, value) {
            let first = |intervals: &[Interval]| intervals.iter().take(6).copied().collect::<Vec<_>>();
            let (found, expected) = (first(found), first(expected));
            requirement::announce(&format!("{name}: {value}\n  found    {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.iter().all(|(name, value, ..)| is_excepted(name, value)));
    for (name, value, why) in EXCEPTIONS {
        assert!(wrong.iter().any(|case| case.0 == *name && case.1 == *value), "no exception any more: {value} ({why})");
    }
    assert!(read >= CASES_READ, "{read} cases are read, {CASES_READ} were");
}

/// Cases that must fail because of how the program was called, not because of their value.
const WRONG_CALLS: &[&str] = &["opening_hours.js is in the wrong mode.", "Wrong constructor call"];

#[test]
fn what_must_be_refused_is() {
    let Some(text) = data("oh-vectors-dev.json") else { return };
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let is_of_the_value = |case: &&Case| !WRONG_CALLS.iter().any(|name| case.name.starts_with(name));
    let mut refused = 0;
    for case in cases.iter().filter(|case| case.kind == "should_fail").filter(is_of_the_value) {
        for Value { value, .. } in &case.values {
            assert!(OpeningHours::parse(value).is_err(), "{}: {value}", case.name);
            refused += 1;
        }
    }
    assert!(refused > 0, "no case that must be refused");
}

#[test]
fn most_values_of_real_feeds_are_read() {
    let Some(text) = data("real-values-dev.csv") else { return };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let (mut distinct, mut all, mut distinct_read, mut all_read) = (0, 0, 0, 0);
    for row in reader.records() {
        let row = row.unwrap();
        let count: usize = row[1].parse().unwrap();
        (distinct, all) = (distinct + 1, all + count);
        if OpeningHours::parse(&row[0]).is_ok() {
            (distinct_read, all_read) = (distinct_read + 1, all_read + count);
        }
    }
    let read = (distinct_read * 1000 / distinct, all_read * 1000 / all);
    requirement::announce(&format!(
        "real values read: {distinct_read} of {distinct}, {all_read} of {all}: {read:?} in thousand"
    ));
    assert!(read.0 >= REAL_VALUES_READ.0 && read.1 >= REAL_VALUES_READ.1, "{read:?}");
}
