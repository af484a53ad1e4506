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

/// Cases in which we differ, by the beginning of their name and their value, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "Variable days: public holidays (substitute_name)",
        "PH 12:00-13:00",
        "the library's days of South Africa leave out the Sundays themselves and hold 27 December 2022 for a holiday; no \
         thread of opening-hours-rs was found on it, but the same fault of another calendar: \
         https://github.com/vacanza/holidays/issues/727",
    ),
    (
        "Variable days: Swedish",
        "PH",
        "the library counts the eves of midsummer, Christmas and the new year, on which Sweden closes without their being \
         public holidays by law",
    ),
    ("Variable days: Weekday in given week", "PH", "the library counts the eve of midsummer, as above"),
];

/// What comes of the values of the cases that tell intervals: all 407 of them.
const OUTCOME: Outcome =
    Outcome { not_implemented: 5, refused: 200, exact: 132, as_far_as_certain: 31, fewer_holidays: 35, excepted: 4 };

/// How many of the real values we read, of the distinct ones and of all; the rest stays text.
const REAL_VALUES_READ: [(usize, usize); 2] = [(1_913, 2_110), (5_683, 6_002)];

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

/// Countries of the cases that have lost their place: they were taken out of a program in which a variable named it. Each
/// tells it still, by its name or by what it calls the days. The first beginning of a name that fits counts.
const LOST_PLACES: &[(&str, &str)] = &[
    ("Variable days: Italian", "IT"),
    ("SH for Romania", "RO"),
    ("SH for Austria", "AT"),
    ("Variable days: Russian", "RU"),
    ("Variable days: United States", "US"),
    ("Variable days: Australia", "AU"),
    ("Variable days: Czech", "CZ"),
    ("Variable days: Swedish", "SE"),
    ("Variable days: Weekday in given week", "SE"),
    ("Public holidays with even-year restriction", "BR"),
    ("", "DE"),
];

/// The country that a case tells; where it has lost that and its value asks for holidays, the one that can be said still.
fn country_of(case: &Case, value: &str) -> Option<CountryCode> {
    let told = case.location.as_ref().and_then(|location| location.country_code.as_deref());
    let lost = || LOST_PLACES.iter().find(|(name, _)| case.name.starts_with(name)).map(|(_, code)| *code);
    let code = told.or_else(|| lost().filter(|_| asks_for_holidays(value)))?;
    CountryCode::parse(&code.to_uppercase()).ok()
}

/// True when the value asks which days are holidays.
fn asks_for_holidays(value: &str) -> bool {
    value.contains("PH") || value.contains("SH")
}

/// Open, unknown (`Some(true)`) or closed at a moment.
fn state_at(intervals: &[Interval], at: NaiveDateTime) -> Option<bool> {
    intervals.iter().find(|(from, until, _)| (*from..*until).contains(&at)).map(|(.., is_unknown)| *is_unknown)
}

/// True where nothing that is found for certain is otherwise in the expected intervals: the unknown may be either.
fn is_certain_of_nothing_else(found: &[Interval], expected: &[Interval]) -> bool {
    let edges = found.iter().chain(expected).flat_map(|(from, until, _)| [*from, *until]);
    edges
        .map(|at| (state_at(found, at), state_at(expected, at)))
        .all(|(found, told)| found == Some(true) || found == told)
}

/// True where all that is certainly open is so in the expected intervals.
fn opens_nowhere_else(found: &[Interval], expected: &[Interval]) -> bool {
    let edges = found.iter().chain(expected).flat_map(|(from, until, _)| [*from, *until]);
    let mut certain = edges.filter(|at| state_at(found, *at) == Some(false));
    certain.all(|at| state_at(expected, at) == Some(false))
}

/// What came of the values of all cases.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// The reference implementation does not hold them either.
    not_implemented: usize,
    /// They are no opening hours to us.
    refused: usize,
    /// They give what is expected, to the minute.
    exact: usize,
    /// Of their country alone it cannot be said which holidays its parts keep: what is certain is as expected.
    as_far_as_certain: usize,
    /// Of some holidays of its parts, such as those of states and republics, our calendar of the country does not know at all:
    /// what it holds for one is one, and it is silent about others.
    fewer_holidays: usize,
    /// They give something else, for a reason that is known.
    excepted: usize,
}

/// A value that gives something else.
struct Wrong<'c> {
    name: &'c str,
    value: &'c str,
    found: Vec<Interval>,
    expected: Vec<Interval>,
}

fn judge<'c>(
    case: &'c Case,
    Value { value, ignored }: &'c Value,
    calendars: &HolidayCalendars,
    outcome: &mut Outcome,
) -> Option<Wrong<'c>> {
    if ignored.as_deref() == Some("not implemented yet") {
        outcome.not_implemented += 1;
        return None;
    }
    let Ok(hours) = OpeningHours::parse(value) else {
        outcome.refused += 1;
        return None;
    };
    let timetable = Timetable { hours: Some(hours), country: country_of(case, value), ..Timetable::default() };
    let found = intervals(&timetable, moment(&case.from), moment(&case.to), calendars);
    let expected = expected(case);
    // A place that is told is known, and its holidays with it.
    let has_lost_its_place = case.location.is_none() && asks_for_holidays(value);
    let is_holidays_alone = ["PH", "SH", "PH 12:00-13:00"].contains(&value.as_str());
    if found == expected {
        outcome.exact += 1;
    } else if has_lost_its_place && is_certain_of_nothing_else(&found, &expected) {
        outcome.as_far_as_certain += 1;
    } else if has_lost_its_place && is_holidays_alone && opens_nowhere_else(&found, &expected) {
        outcome.fewer_holidays += 1;
    } else {
        return Some(Wrong { name: &case.name, value, found, expected });
    }
    None
}

#[test]
fn the_cases_of_the_reference_implementation_hold() {
    let Some(text) = data("oh-vectors-dev.json") else { return };
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let calendars = HolidayCalendars::new(&[]);
    let mut outcome = Outcome::default();
    let with_intervals = cases.iter().filter(|case| case.kind == "intervals");
    let values = with_intervals.flat_map(|case| case.values.iter().map(move |value| (case, value)));
    let wrong: Vec<Wrong<'_>> =
        values.filter_map(|(case, value)| judge(case, value, &calendars, &mut outcome)).collect();
    requirement::announce(&format!("{outcome:?}, wrong: {}", wrong.len()));
    let is_excepted = |wrong: &Wrong<'_>| {
        EXCEPTIONS.iter().any(|(name, value, _)| wrong.name.starts_with(name) && *value == wrong.value)
    };
    for Wrong { name, value, found, expected } in wrong.iter().filter(|wrong| !is_excepted(wrong)) {
        let first = |intervals: &[Interval]| intervals.iter().take(6).copied().collect::<Vec<_>>();
        let (found, expected) = (first(found), first(expected));
        requirement::announce(&format!("{name}: {value}\n  found    {found:?}\n  expected {expected:?}"));
    }
    assert!(wrong.iter().all(is_excepted));
    for (name, value, why) in EXCEPTIONS {
        let is_needed = wrong.iter().any(|wrong| wrong.name.starts_with(name) && wrong.value == *value);
        assert!(is_needed, "no exception any more: {value} ({why})");
    }
    outcome.excepted = wrong.len();
    assert_eq!(outcome, OUTCOME);
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
    let kinds = ["intervals", "prettify", "should_fail", "should_warn"];
    let count = |kind: &&str| cases.iter().filter(|case| case.kind == **kind).count();
    // How a value is written more nicely and what one is warned of are no business of ours.
    assert_eq!((cases.len(), kinds.each_ref().map(count)), (199, [175, 14, 8, 2]));
    assert_eq!(refused, 17);
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
    assert_eq!([(distinct_read, distinct), (all_read, all)], REAL_VALUES_READ);
}
