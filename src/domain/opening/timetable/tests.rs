//! What is told of a service at an instant, as tables.

use super::super::holidays::DatedHoliday;
use super::*;

fn opening(hours: &str, zone: &str, country: &str) -> Opening {
    let text = (!hours.is_empty()).then_some(hours);
    Opening::read(text, TimeZone::parse(zone).ok(), CountryCode::parse(country).ok()).0
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn closure(from: &str, until: &str) -> Closure {
    Closure { from: day(from), until: day(until) }
}

fn dated(from: &str, until: &str, hours: &str) -> DatedHours {
    DatedHours { from: day(from), until: day(until), opening_hours: OpeningHours::parse(hours).unwrap() }
}

fn told(opening: &Opening, instant: &str, calendars: &HolidayCalendars) -> (String, String, String) {
    let state = opening.state_at(Timestamp::parse(instant).unwrap(), calendars);
    let next = state.next_change_at.map(|at| at.to_string()).unwrap_or_default();
    (state.status.to_string(), state.reason.to_string(), next)
}

/// Reads a line for each case: hours (or `none`), zone and country, instant, and what is told (status, reason, next change).
fn check(table: &str) {
    let calendars = HolidayCalendars::new(&[]);
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [hours, place, instant, expected] = columns[..] else { panic!("four columns: {line}") };
        let (zones, countries): (Vec<&str>, Vec<&str>) = place.split(' ').partition(|word| word.contains('/'));
        let service = opening(hours.trim_start_matches("none"), &zones.concat(), &countries.concat());
        let (status, reason, next) = told(&service, instant, &calendars);
        assert_eq!(format!("{status} {reason} {next}").trim(), expected, "{line}");
    }
}

#[test]
fn hours_are_told_on_the_clock_of_their_place() {
    check(
        r#"
        Mo-Fr 09:00-17:00 | FR | 2026-11-26T08:00:00Z | open within_hours 2026-11-26T16:00:00Z
        Mo-Fr 09:00-17:00 | FR | 2026-11-26T07:59:59Z | closed outside_hours 2026-11-26T08:00:00Z
        Mo-Fr 09:00-17:00 | FR | 2026-11-27T16:00:00Z | closed outside_hours 2026-11-30T08:00:00Z
        # The weekend of Libya is Friday and Saturday; 29 November 2026 is a Sunday.
        Su-Th 08:00-14:00 | LY | 2026-11-29T07:00:00Z | open within_hours 2026-11-29T12:00:00Z
        Su-Th 08:00-14:00 | LY | 2026-11-27T07:00:00Z | closed outside_hours 2026-11-29T06:00:00Z
        # The told zone goes before the country's.
        09:00-17:00 | Africa/Dakar FR | 2026-11-26T16:30:00Z | open within_hours 2026-11-26T17:00:00Z
        24/7 | FR | 2026-07-14T10:00:00Z | open within_hours
        Fr 22:00-02:00 | TN | 2026-11-28T00:30:00Z | open within_hours 2026-11-28T01:00:00Z
        Mo-Fr 09:00-17:00 "by appointment" | FR | 2026-11-26T10:00:00Z | unknown said_unknown 2026-11-26T16:00:00Z
        2027 Mo 09:00-17:00 | FR | 2026-11-26T10:00:00Z | closed outside_hours
        "#,
    );
}

#[test]
fn what_is_not_known_is_said_to_be_unknown() {
    check(
        r#"
        none | Europe/Paris FR | 2026-11-26T10:00:00Z | unknown no_hours_known
        none |  | 2026-11-26T10:00:00Z | unknown no_hours_known
        lundi 9:00 | Europe/Paris FR | 2026-11-26T10:00:00Z | unknown hours_not_coded
        lundi 9:00 | ES | 2026-11-26T10:00:00Z | unknown hours_not_coded
        Mo-Fr 09:00-17:00 | ES | 2026-11-26T10:00:00Z | unknown time_zone_unknown
        Mo-Fr 09:00-17:00 |  | 2026-11-26T10:00:00Z | unknown time_zone_unknown
        # Always is always, by any clock.
        24/7 |  | 2026-11-26T10:00:00Z | open within_hours
        "#,
    );
}

#[test]
fn the_clock_is_followed_over_both_changes() {
    check(
        r#"
        # In the spring 02:30 does not exist: what opens then opens at 03:00.
        02:30-05:00 | Europe/Paris | 2026-03-29T00:59:00Z | closed outside_hours 2026-03-29T01:00:00Z
        02:30-05:00 | Europe/Paris | 2026-03-29T01:00:00Z | open within_hours 2026-03-29T03:00:00Z
        01:00-02:30 | Europe/Paris | 2026-03-29T00:30:00Z | open within_hours 2026-03-29T01:00:00Z
        # In the autumn 02:00 to 03:00 comes twice: hours that end at 02:30 end, begin again and end.
        01:00-02:30 | Europe/Paris | 2026-10-25T00:00:00Z | open within_hours 2026-10-25T00:30:00Z
        01:00-02:30 | Europe/Paris | 2026-10-25T00:30:00Z | closed outside_hours 2026-10-25T01:00:00Z
        01:00-02:30 | Europe/Paris | 2026-10-25T01:00:00Z | open within_hours 2026-10-25T01:30:00Z
        09:00-17:00 | Europe/Paris | 2026-10-24T15:00:00Z | closed outside_hours 2026-10-25T08:00:00Z
        09:00-17:00 | Europe/Paris | 2026-03-28T16:00:00Z | closed outside_hours 2026-03-29T07:00:00Z
        # Morocco sets its clocks back for Ramadan, on 15 February 2026.
        09:00-17:00 | MA | 2026-02-14T16:00:00Z | closed outside_hours 2026-02-15T09:00:00Z
        "#,
    );
}

#[test]
fn holidays_are_followed_confirmed_or_doubted() {
    check(
        r#"
        # Bastille Day of 2026 is a Tuesday.
        Mo-Fr 09:00-17:00; PH off | FR | 2026-07-14T10:00:00Z | closed public_holiday 2026-07-15T07:00:00Z
        Mo-Fr 09:00-17:00; PH off | FR | 2026-07-14T20:00:00Z | closed outside_hours 2026-07-15T07:00:00Z
        Mo-Fr 09:00-17:00; PH 10:00-12:00 | FR | 2026-07-14T09:00:00Z | open within_hours 2026-07-14T10:00:00Z
        Mo-Fr 09:00-17:00 | FR | 2026-07-14T10:00:00Z | unknown public_holiday 2026-07-14T22:00:00Z
        Mo-Fr 09:00-17:00; Jul 14 off | FR | 2026-07-14T10:00:00Z | closed outside_hours 2026-07-15T07:00:00Z
        # What names a date and is then overruled has not decided it.
        Jul 14 off; Mo-Fr 09:00-17:00 | FR | 2026-07-14T10:00:00Z | unknown public_holiday 2026-07-14T22:00:00Z
        # A space narrows, a comma adds.
        PH Mo 10:00-12:00 | FR | 2026-07-14T09:00:00Z | closed outside_hours
        PH Tu 10:00-12:00 | FR | 2026-07-14T09:00:00Z | open within_hours 2026-07-14T10:00:00Z
        PH Tu 10:00-12:00 | FR | 2026-07-21T09:00:00Z | closed outside_hours
        PH,Mo 10:00-12:00 | FR | 2026-07-14T09:00:00Z | open within_hours 2026-07-14T10:00:00Z
        # Nobody knows the holidays of a service without a country.
        Mo-Fr 09:00-17:00 | Europe/Paris | 2026-07-14T10:00:00Z | open within_hours 2026-07-14T15:00:00Z
        # Eid al-Fitr of 2026 was expected on Friday 20 March.
        Su-Th 08:00-14:00 | LY | 2026-03-19T07:00:00Z | unknown may_be_holiday 2026-03-23T22:00:00Z
        24/7 | LY | 2026-03-20T07:00:00Z | open within_hours
        Mo-Su 08:00-14:00; PH off | LY | 2026-03-20T07:00:00Z | unknown may_be_holiday 2026-03-20T12:00:00Z
        Mo-Su 08:00-14:00; PH off | LY | 2026-03-20T13:00:00Z | closed outside_hours 2026-03-21T06:00:00Z
        Su-Th 08:00-14:00 | LY | 2026-12-24T07:00:00Z | unknown public_holiday 2026-12-24T22:00:00Z
        Mo-Fr 08:00-17:00 | SN | 2026-04-06T10:00:00Z | unknown public_holiday 2026-04-07T00:00:00Z
        Mo-Fr 08:00-17:00 | SN | 2026-08-03T10:00:00Z | unknown may_be_holiday 2026-08-05T00:00:00Z
        Mo-Fr 08:00-17:00; PH off | MR | 2026-05-25T10:00:00Z | closed public_holiday 2026-05-26T08:00:00Z
        Mo-Sa 08:00-17:00; PH off | TN | 2026-12-17T10:00:00Z | closed public_holiday 2026-12-18T07:00:00Z
        # School holidays of France are not known.
        Mo-Fr 09:00-17:00; SH off | FR | 2026-11-26T10:00:00Z | unknown may_be_holiday 2026-11-26T16:00:00Z
        # The evening before a holiday reaches into it, the evening of the holiday out of it.
        Mo-Su 20:00-02:00 | FR | 2026-07-13T23:00:00Z | open within_hours 2026-07-14T00:00:00Z
        Mo-Su 20:00-02:00 | FR | 2026-07-14T23:00:00Z | unknown public_holiday 2026-07-15T00:00:00Z
        "#,
    );
}

#[test]
fn a_dated_holiday_settles_it() {
    let holiday = |date: &str, is_closed| DatedHoliday {
        country: CountryCode::parse("LY").unwrap(),
        date: day(date),
        name: "Eid al-Fitr".to_owned(),
        is_closed,
    };
    let calendars = HolidayCalendars::new(&[holiday("2026-03-20", true), holiday("2026-03-21", false)]);
    let rows = [
        ("Mo-Su 08:00-14:00", "2026-03-19T07:00:00Z", "open", "within_hours"),
        ("Mo-Su 08:00-14:00", "2026-03-20T07:00:00Z", "closed", "public_holiday"),
        ("Mo-Su 08:00-14:00", "2026-03-21T07:00:00Z", "unknown", "public_holiday"),
        ("Mo-Su 08:00-14:00; PH 10:00-12:00", "2026-03-20T08:30:00Z", "open", "within_hours"),
        ("Mo-Su 08:00-14:00; PH off", "2026-03-21T07:00:00Z", "closed", "public_holiday"),
    ];
    for (hours, instant, status, reason) in rows {
        let (found_status, found_reason, _) = told(&opening(hours, "", "LY"), instant, &calendars);
        assert_eq!((found_status.as_str(), found_reason.as_str()), (status, reason), "{hours} {instant}");
    }
}

#[test]
fn closures_go_before_hours_and_tell_their_end() {
    let calendars = HolidayCalendars::new(&[]);
    let mut service = opening("Mo-Fr 09:00-17:00", "", "FR");
    // Two closures without a gap, and one that is upside down and says nothing.
    service.closures = vec![
        closure("2026-11-30", "2026-12-02"),
        closure("2026-12-03", "2027-01-03"),
        closure("2026-11-26", "2026-11-20"),
    ];
    let rows = [
        ("2026-11-26T10:00:00Z", "open", "within_hours", "2026-11-26T16:00:00Z"),
        ("2026-11-30T10:00:00Z", "closed", "temporarily_closed", "2027-01-03T23:00:00Z"),
        ("2027-01-03T22:59:00Z", "closed", "temporarily_closed", "2027-01-03T23:00:00Z"),
        ("2027-01-03T23:00:00Z", "closed", "outside_hours", "2027-01-04T08:00:00Z"),
        // More than 14 days of closure: nothing changes in sight.
        ("2026-11-27T16:00:00Z", "closed", "outside_hours", ""),
    ];
    for (instant, status, reason, next) in rows {
        let expected = (status.to_owned(), reason.to_owned(), next.to_owned());
        assert_eq!(told(&service, instant, &calendars), expected, "{instant}");
    }
    let mut for_good = opening("Mo-Fr 09:00-17:00", "", "FR");
    for_good.closures = vec![closure("2026-11-01", "9999-12-31")];
    let expected = ("closed".to_owned(), "temporarily_closed".to_owned(), String::new());
    assert_eq!(told(&for_good, "2026-11-26T10:00:00Z", &calendars), expected);
    let mut on_any_clock = opening("24/7", "", "");
    on_any_clock.closures = vec![closure("2026-11-26", "2026-11-26")];
    assert_eq!(told(&on_any_clock, "2026-11-26T10:00:00Z", &calendars).1, "time_zone_unknown");
    let mut without_hours = opening("", "", "FR");
    without_hours.closures = vec![closure("2026-11-26", "2026-11-26")];
    let expected = ("closed".to_owned(), "temporarily_closed".to_owned(), "2026-11-26T23:00:00Z".to_owned());
    assert_eq!(told(&without_hours, "2026-11-26T10:00:00Z", &calendars), expected);
    // The evening of a closed day does not reach into the next.
    let mut by_night = opening("Mo-Su 20:00-02:00", "", "FR");
    by_night.closures = vec![closure("2026-11-25", "2026-11-25")];
    assert_eq!(told(&by_night, "2026-11-26T00:30:00Z", &calendars).1, "outside_hours");
}

#[test]
fn dated_hours_replace_the_ordinary_ones_on_their_days() {
    let calendars = HolidayCalendars::new(&[]);
    let mut service = opening("Su-Th 08:00-15:00", "", "LY");
    // Ramadan of 2026, by night too, and one day of it apart; the last of the list holds.
    service.dated_hours = vec![
        dated("2026-02-18", "2026-03-18", "Su-Th 10:00-14:00,21:00-01:00"),
        dated("2026-03-01", "2026-03-01", "12:00-13:00"),
        dated("2026-12-24", "2026-12-24", "09:00-10:00"),
        dated("2026-01-19", "2026-01-20", "off"),
    ];
    let rows = [
        ("2026-01-19T07:00:00Z", "closed", "outside_hours", "2026-01-21T06:00:00Z"),
        ("2026-02-16T07:00:00Z", "open", "within_hours", "2026-02-16T13:00:00Z"),
        ("2026-02-18T07:00:00Z", "closed", "outside_hours", "2026-02-18T08:00:00Z"),
        ("2026-02-18T22:30:00Z", "open", "within_hours", "2026-02-18T23:00:00Z"),
        // No evening hours before the first day, but after the last.
        ("2026-02-17T22:30:00Z", "closed", "outside_hours", "2026-02-18T08:00:00Z"),
        ("2026-03-01T09:00:00Z", "closed", "outside_hours", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:30:00Z", "open", "within_hours", "2026-03-01T11:00:00Z"),
        // Hours for one day hold on a holiday.
        ("2026-12-24T07:30:00Z", "open", "within_hours", "2026-12-24T08:00:00Z"),
    ];
    for (instant, status, reason, next) in rows {
        let expected = (status.to_owned(), reason.to_owned(), next.to_owned());
        assert_eq!(told(&service, instant, &calendars), expected, "{instant}");
    }
    let mut until_a_saturday = opening("Su 08:00-15:00", "", "LY");
    until_a_saturday.dated_hours = vec![dated("2026-01-10", "2026-01-17", "Mo-Su 21:00-01:00")];
    assert_eq!(told(&until_a_saturday, "2026-01-17T22:30:00Z", &calendars).0, "open");
}

#[test]
fn documents_keep_their_spelling() {
    let hours = dated("2026-02-18", "2026-03-18", "Su-Th 10:00-14:00");
    let written = serde_json::to_string(&hours).unwrap();
    assert_eq!(written, r#"{"from":"2026-02-18","until":"2026-03-18","opening_hours":"Su-Th 10:00-14:00"}"#);
    assert_eq!(serde_json::from_str::<DatedHours>(&written).unwrap(), hours);
    assert!(serde_json::from_str::<DatedHours>(&written.replace("Su-Th", "dimanche")).is_err());
    let written = serde_json::to_string(&closure("2026-08-01", "2026-08-31")).unwrap();
    assert_eq!(written, r#"{"from":"2026-08-01","until":"2026-08-31"}"#);
}

/// Hours that count far, at the ends of all calendars: answered somehow, and never by a panic.
#[test]
fn nothing_breaks_at_the_ends_of_time() {
    let calendars = HolidayCalendars::new(&[]);
    let texts = [
        "9999 Dec 31 +9999 days",
        "1900 Jan 1 -9999 days",
        "easter -9999 days",
        "PH +9999 days; SH Mo off",
        "Mo[5] +9999 days",
        "Feb 29-Feb 30 10:00-12:00",
        "week 53 Mo 10:00-48:00",
        "10:00-10:00+",
        "9999+",
        "Jan Mo[5]-Jan Mo[-5]",
    ];
    let instants = [i64::MIN, -62_135_596_800_000_000, -2_208_988_800_000_000, 0, 253_402_300_799_000_000, i64::MAX];
    for text in texts {
        for country in ["LY", "FR", "XX"] {
            let service = opening(text, "", country);
            assert!(service.timetable.hours.is_some(), "{text}");
            for instant in instants.map(Timestamp::from_microseconds) {
                service.state_at(instant, &calendars);
            }
        }
    }
}
