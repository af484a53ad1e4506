//! The cache answers like the timetable itself, and the next change is the first.

use proptest::prelude::*;

use super::super::timetable::DatedHours;
use super::*;

fn opening(hours: &str, country: &str) -> Opening {
    Opening::read(Some(hours), None, CountryCode::parse(country).ok()).0
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn equal_timetables_are_one() {
    let mut openings = Openings::default();
    let one = openings.intern(&opening("Mo-Fr 09:00-17:00", "FR"));
    let same = openings.intern(&opening("Mo-Fr 09:00-17:00", "FR"));
    let elsewhere = openings.intern(&opening("Mo-Fr 09:00-17:00", "LY"));
    let mut closed = opening("Mo-Fr 09:00-17:00", "FR");
    closed.closures.push(Closure { from: day("2026-08-01"), until: day("2026-08-31") });
    assert_eq!(openings.intern(&closed).timetable(), one.timetable());
    assert_eq!(one, same);
    assert_ne!(one.timetable(), elsewhere.timetable());
    assert_eq!(openings.count(), 2);
    for text in ["Mo-Fr 09:00-17:00", "lundi", "lundi", " "] {
        assert_eq!(openings.read(Some(text), None, None), Opening::read(Some(text), None, None));
    }
    let kept = openings.timetable(elsewhere.timetable()).and_then(|table| table.hours.as_ref());
    assert_eq!(kept.map(OpeningHours::text), Some("Mo-Fr 09:00-17:00"));
}

#[test]
fn a_cache_never_outgrows_its_capacity() {
    let (mut openings, calendars, plans) = (Openings::default(), HolidayCalendars::default(), DayPlans::new(64));
    let service = openings.intern(&opening("Mo-Fr 09:00-17:00", "FR"));
    let start = Timestamp::parse("2026-01-01T10:00:00Z").unwrap();
    for days in 0..500 {
        plans.status_at(&openings, &service, &openings.moment(start.plus_days(days)), &calendars);
        assert!(plans.count() <= 64);
    }
    assert!(plans.count() > 0);
}

#[test]
fn what_is_kept_is_what_would_be_made() {
    let (mut openings, calendars, plans) = (Openings::default(), HolidayCalendars::default(), DayPlans::new(1_000));
    let services = ["Mo-Fr 09:00-17:00", "Mo-Su 20:00-02:00", "24/7", "Sa[1] 10:00-12:00", "sur rendez-vous"];
    let services = services.map(|hours| opening(hours, "FR"));
    let interned: Vec<InternedOpening> = services.iter().map(|service| openings.intern(service)).collect();
    let start = Timestamp::parse("2026-10-20T00:00:00Z").unwrap();
    for hours in (0..24 * 8).chain(0..24 * 8).step_by(5) {
        let instant = start.plus_hours(hours);
        let moment = openings.moment(instant);
        for (service, interned) in services.iter().zip(&interned) {
            let state = service.state_at(instant, &calendars);
            assert_eq!(plans.status_at(&openings, interned, &moment, &calendars), (state.status, state.reason));
        }
    }
}

#[test]
fn moments_are_equal_while_no_clock_moves() {
    let mut openings = Openings::default();
    for code in ["SN", "FR", "LY"] {
        openings.intern(&opening("10:00-11:00", code));
    }
    let moment = |text: &str| openings.moment(Timestamp::parse(text).unwrap());
    let asked = moment("2026-11-26T09:30:00Z");
    for (other, expected) in [
        ("2026-11-26T09:30:59.999999Z", true),
        ("2026-11-26T09:31:00Z", false),
        ("2026-11-26T09:29:59Z", false),
        ("2026-11-27T09:30:00Z", false),
    ] {
        assert_eq!(moment(other) == asked, expected, "{other}");
    }
}

#[test]
fn services_of_many_zones_share_a_moment() {
    let (mut openings, calendars, plans) = (Openings::default(), HolidayCalendars::default(), DayPlans::new(100));
    let services: Vec<InternedOpening> =
        ["SN", "FR", "LY", "ES"].map(|code| openings.intern(&opening("10:00-11:00", code))).into();
    let moment = openings.moment(Timestamp::parse("2026-11-26T09:30:00Z").unwrap());
    let told: Vec<String> =
        services.iter().map(|service| plans.status_at(&openings, service, &moment, &calendars).0.to_string()).collect();
    assert_eq!(told, ["closed", "open", "closed", "unknown"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The next change is one, and there is none before it: looked for minute by minute.
    #[test]
    fn the_next_change_is_the_first(
        hours in prop::sample::select(vec![
            "Mo-Fr 09:00-12:00,14:00-17:00", "Mo-Su 20:00-02:30", "Sa 22:00-26:00; Su off", "01:00-02:30,02:45-03:15",
            "Mo-Su 08:00-18:00; PH off", "We 18:00+",
        ]),
        country in prop::sample::select(vec!["FR", "LY", "SN", "EG"]),
        minutes in 0_i64..525_600,
        closed_from in 0_u64..5,
        dated_from in 0_u64..5,
    ) {
        let calendars = HolidayCalendars::default();
        let instant = Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus_minutes(minutes);
        let mut service = opening(hours, country);
        let from = instant.date() + chrono::Days::new(closed_from);
        service.closures.push(Closure { from, until: from });
        let from = instant.date() + chrono::Days::new(dated_from);
        let opening_hours = OpeningHours::parse("11:00-12:00,23:00-01:00").unwrap();
        service.dated_hours.push(DatedHours { from, until: from + chrono::Days::new(1), opening_hours });
        let (mut openings, plans) = (Openings::default(), DayPlans::new(100));
        let interned = openings.intern(&service);
        let state = plans.state_at(&openings, &interned, instant, &calendars);
        prop_assume!(state.reason != OpeningReason::TemporarilyClosed);
        let status_at = |at: Timestamp| plans.status_at(&openings, &interned, &openings.moment(at), &calendars).0;
        let changed = (1..=4 * 24 * 60).map(|minutes| instant.plus_minutes(minutes)).find(|at| status_at(*at) != state.status);
        match changed {
            Some(changed) => prop_assert_eq!(state.next_change_at, Some(changed)),
            None => prop_assert!(state.next_change_at.is_none_or(|at| at > instant.plus_days(4))),
        }
    }
}
