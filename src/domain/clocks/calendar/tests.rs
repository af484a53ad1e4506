//! Calendars by hand-worked days, and what holds for every calendar.

use proptest::prelude::*;

use super::*;
use crate::domain::opening::HolidayCalendars;

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn of_country(code: &str) -> Calendar {
    let calendars = HolidayCalendars::new(&[]);
    Calendar::new(CalendarSettings::of_country(country(code)), calendars.of(country(code))).unwrap()
}

#[test]
fn a_project_rests_as_its_country_does() {
    for (code, zone, weekend) in [
        ("LY", "Africa/Tripoli", [Weekday::Friday, Weekday::Saturday]),
        ("FR", "Europe/Paris", [Weekday::Saturday, Weekday::Sunday]),
        ("ES", "UTC", [Weekday::Saturday, Weekday::Sunday]),
    ] {
        let settings = CalendarSettings::of_country(country(code));
        assert_eq!((settings.time_zone.name(), settings.weekend), (zone, weekend.into()), "{code}");
    }
}

#[test]
fn spans_end_where_a_hand_counts_them() {
    // 2026: 13 February is a Friday; 17 February a holiday in Libya. Tripoli is two hours ahead of UTC, Paris one in winter.
    for (code, from, span, expected) in [
        ("LY", "2026-02-12T10:00:00Z", "3h", "2026-02-12T13:00:00Z"),
        ("LY", "2026-02-12T10:00:00Z", "30d", "2026-03-14T10:00:00Z"),
        // Thursday noon in Tripoli: twelve hours are left of it, and twelve of Sunday.
        ("LY", "2026-02-12T10:00:00Z", "1wd", "2026-02-15T10:00:00Z"),
        ("LY", "2026-02-12T10:00:00Z", "2wd", "2026-02-16T10:00:00Z"),
        ("LY", "2026-02-12T10:00:00Z", "3wd", "2026-02-18T10:00:00Z"),
        // From inside a weekend it counts from the weekend's end.
        ("LY", "2026-02-13T10:00:00Z", "1wd", "2026-02-15T22:00:00Z"),
        ("LY", "2026-02-14T10:00:00Z", "1wd", "2026-02-15T22:00:00Z"),
        // A whole Thursday ends with it, and not after the weekend.
        ("LY", "2026-02-11T22:00:00Z", "1wd", "2026-02-12T22:00:00Z"),
        ("LY", "2026-02-12T22:00:00Z", "1wd", "2026-02-15T22:00:00Z"),
        // The same Friday in Paris is a working day.
        ("FR", "2026-02-13T11:00:00Z", "1wd", "2026-02-16T11:00:00Z"),
        // 1 May 2026 is a Friday, and a holiday.
        ("FR", "2026-04-30T10:00:00Z", "1wd", "2026-05-04T10:00:00Z"),
        // The clock is set forward on Sunday 29 March and back on Sunday 25 October, which work in Libya alone.
        ("FR", "2026-03-27T11:00:00Z", "1wd", "2026-03-30T10:00:00Z"),
        ("FR", "2026-10-23T10:00:00Z", "1wd", "2026-10-26T11:00:00Z"),
        ("LY", "2026-03-29T10:00:00Z", "1wd", "2026-03-30T10:00:00Z"),
    ] {
        let found = of_country(code).after(at(from), Span::parse(span).unwrap());
        assert_eq!(found.to_string(), expected, "{code} {from} {span}");
    }
}

#[test]
fn a_feast_that_nobody_has_dated_is_a_working_day_and_one_that_was_dated_is_none() {
    let day: Date = "2026-03-22".parse().unwrap();
    assert!(of_country("LY").is_working_day(day));
    let mut settings = CalendarSettings::of_country(country("LY"));
    settings.holidays.insert(day);
    assert!(!Calendar::new(settings, None).unwrap().is_working_day(day));
}

#[test]
fn public_holidays_count_where_the_project_says_so() {
    let calendars = HolidayCalendars::new(&[]);
    let independence: Date = "2026-12-24".parse().unwrap();
    for keeps_public_holidays in [true, false] {
        let settings = CalendarSettings { keeps_public_holidays, ..CalendarSettings::of_country(country("LY")) };
        let calendar = Calendar::new(settings, calendars.of(country("LY"))).unwrap();
        assert_eq!(calendar.is_working_day(independence), !keeps_public_holidays);
    }
}

#[test]
fn a_calendar_without_a_working_day_is_refused() {
    let all = CalendarSettings {
        weekend: Weekday::ALL.iter().copied().collect(),
        ..CalendarSettings::of_country(country("FR"))
    };
    assert_eq!(Calendar::new(all, None).err(), Some(NoWorkingDay));
}

#[test]
fn settings_are_read_as_they_were_written() {
    let mut settings = CalendarSettings::of_country(country("LY"));
    settings.holidays.insert("2026-03-20".parse().unwrap());
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(
        json,
        r#"{"time_zone":"Africa/Tripoli","weekend":["FR","SA"],"holidays":["2026-03-20"],"keeps_public_holidays":true}"#
    );
    assert_eq!(serde_json::from_str::<CalendarSettings>(&json).unwrap(), settings);
}

/// Any weekend of up to six days, some holidays, and zones whose clocks change by day, at midnight and not at all.
fn calendars() -> impl Strategy<Value = Calendar> {
    let zones = prop::sample::select(vec!["Europe/Paris", "Africa/Cairo", "Asia/Beirut", "Africa/Tripoli", "UTC"]);
    let weekend = prop::sample::subsequence(Weekday::ALL.to_vec(), 0..7);
    let holidays = prop::collection::btree_set(0_u64..800, 0..30);
    (zones, weekend, holidays).prop_map(|(zone, weekend, holidays)| {
        let start: Date = "2025-12-01".parse().unwrap();
        let settings = CalendarSettings {
            time_zone: TimeZone::parse(zone).unwrap(),
            weekend: weekend.into(),
            holidays: holidays.into_iter().map(|days| start + chrono::Days::new(days)).collect(),
            keeps_public_holidays: false,
        };
        Calendar::new(settings, None).unwrap()
    })
}

/// Instants of the years 2026 and 2027.
fn instants() -> impl Strategy<Value = Timestamp> {
    (0_i64..2 * 365 * 24 * 60).prop_map(|minutes| at("2026-01-01T00:00:00Z").plus_minutes(minutes))
}

proptest! {
    #[test]
    fn later_and_longer_never_end_earlier(
        calendar in calendars(), one in instants(), other in instants(), short in 1_u16..20, more in 0_u16..20,
    ) {
        let (early, late) = (one.min(other), one.max(other));
        let long = short + more;
        for (short, long) in [
            (Span::Hours(short), Span::Hours(long)),
            (Span::Days(short), Span::Days(long)),
            (Span::WorkingDays(short), Span::WorkingDays(long)),
            (Span::Days(short), Span::WorkingDays(long)),
        ] {
            prop_assert!(calendar.after(early, short) <= calendar.after(late, short));
            prop_assert!(calendar.after(early, short) <= calendar.after(early, long));
        }
    }

    #[test]
    fn one_span_after_the_other_is_their_sum(
        calendar in calendars(), from in instants(), one in 1_u16..20, other in 1_u16..20,
    ) {
        for unit in [Span::Hours, Span::Days, Span::WorkingDays] {
            let in_steps = calendar.after(calendar.after(from, unit(one)), unit(other));
            prop_assert_eq!(in_steps, calendar.after(from, unit(one + other)));
        }
    }

    #[test]
    fn working_time_ends_in_a_working_day(calendar in calendars(), from in instants(), count in 1_u16..20) {
        let end = calendar.after(from, Span::WorkingDays(count));
        // The last moment that counted: an end at midnight is the end of the day before.
        let last = Timestamp::from_microseconds(end.microseconds() - 1);
        prop_assert!(calendar.is_working_day(calendar.settings.time_zone.local(last).date), "{end}");
    }

    #[test]
    fn from_a_free_day_it_counts_from_the_next_working_one(
        calendar in calendars(), from in instants(), count in 1_u16..20,
    ) {
        let zone = calendar.settings.time_zone;
        let date = zone.local(from).date;
        prop_assume!(!calendar.is_working_day(date));
        let next = date.iter_days().find(|date| calendar.is_working_day(*date)).unwrap();
        let span = Span::WorkingDays(count);
        prop_assert_eq!(calendar.after(from, span), calendar.after(zone.first_instant(next, 0), span));
    }

    #[test]
    fn no_instant_and_no_span_is_too_far(microseconds in any::<i64>(), count in 0_u16..1500) {
        let from = Timestamp::from_microseconds(microseconds);
        let calendar = Calendar::new(CalendarSettings::of_country(country("FR")), None).unwrap();
        for unit in [Span::Hours, Span::Days, Span::WorkingDays] {
            prop_assert!(calendar.after(from, unit(count)) >= from);
        }
    }
}
