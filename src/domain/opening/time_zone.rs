//! Time zones: from an instant to the clock on the wall, and back through the days that have 23 or 25 hours.

use std::fmt;

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDateTime, NaiveTime, TimeZone as _, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::country::CountryCode;
use crate::domain::time::{Date, Timestamp};

/// Minutes of a local day as its clock counts them, whatever the change to or from summer time does to it.
pub const MINUTES_PER_DAY: u16 = 24 * 60;

const MICROSECONDS_PER_MINUTE: i64 = 60_000_000;

/// Instants outside of the years 1 to 9999 are taken as the first or last of them: no calendar here goes further.
const LOCAL_RANGE: (i64, i64) = (-62_135_510_400_000_000, 253_402_214_400_000_000);

/// A zone of the IANA time zone database by its exact name, such as `Africa/Tripoli`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

/// The IANA database has no zone of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is a name of the IANA database, such as Africa/Tripoli")]
pub struct UnknownTimeZone;

/// What calendar and clock on the wall show at an instant, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// The local day.
    pub date: Date,
    /// Minute of the local day, from 0 to 1439.
    pub minute: u16,
}

impl TimeZone {
    /// Finds a zone by its exact name.
    pub fn parse(name: &str) -> Result<Self, UnknownTimeZone> {
        name.parse().map(Self).map_err(|_| UnknownTimeZone)
    }

    /// The zone's name in the IANA database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The zone of a country that keeps one time everywhere, by `zone1970.tab` of the IANA database. None for
    /// countries with several (a guess would be an hour wrong somewhere) and for countries that this list lacks.
    /// Overseas parts of France have country codes of their own, so `FR` is metropolitan France.
    pub fn of_country(country: CountryCode) -> Option<Self> {
        let (_, zone) = ONE_ZONE_COUNTRIES.iter().find(|(code, _)| *code == country.as_str())?;
        Some(Self(*zone))
    }

    /// The local day and minute at an instant.
    pub fn local(self, instant: Timestamp) -> LocalTime {
        let microseconds = instant.microseconds().clamp(LOCAL_RANGE.0, LOCAL_RANGE.1);
        let utc = DateTime::from_timestamp_micros(microseconds).unwrap_or(DateTime::UNIX_EPOCH).naive_utc();
        let local = self.0.from_utc_datetime(&utc).naive_local();
        let minute = local.hour() * 60 + local.minute();
        LocalTime { date: local.date(), minute: u16::try_from(minute).unwrap_or(0) }
    }

    /// The first instant at which the clock shows this minute of the day or, where the clock jumps over it, a later
    /// one. Minute 1440 is the start of the next day.
    pub fn first_instant(self, date: Date, minute: u16) -> Timestamp {
        match self.resolve(date, minute) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant,
            LocalResult::None => self.end_of_gap(date, minute),
        }
    }

    /// The last instant at which the clock shows this minute: another than the first where the clock is set back over it.
    pub fn last_instant(self, date: Date, minute: u16) -> Timestamp {
        match self.resolve(date, minute) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(_, instant) => instant,
            LocalResult::None => self.end_of_gap(date, minute),
        }
    }

    fn resolve(self, date: Date, minute: u16) -> LocalResult<Timestamp> {
        let local = local_minute(date, minute);
        self.0.from_local_datetime(&local).map(|time| Timestamp::from_microseconds(time.timestamp_micros()))
    }

    /// A minute that the clock jumps over: the first later one that exists. Zones have skipped a whole day (Pacific/Apia
    /// in 2011), never more.
    fn end_of_gap(self, date: Date, minute: u16) -> Timestamp {
        let local = local_minute(date, minute);
        let later = (1..=25 * 60).find_map(|skipped| {
            let later = local.checked_add_signed(chrono::TimeDelta::minutes(skipped))?;
            self.0.from_local_datetime(&later).earliest()
        });
        let instant = later.map_or_else(|| local.and_utc().timestamp_micros(), |time| time.timestamp_micros());
        Timestamp::from_microseconds(instant)
    }

    /// The instants of one local day at which the clock is set forward or back: none on nearly all days.
    pub(super) fn changes_of_day(self, date: Date) -> Vec<Timestamp> {
        let (start, end) = (self.first_instant(date, 0), self.last_instant(date, MINUTES_PER_DAY));
        if end.microseconds() - start.microseconds() == i64::from(MINUTES_PER_DAY) * MICROSECONDS_PER_MINUTE {
            return Vec::new();
        }
        let first = start.microseconds().div_euclid(MICROSECONDS_PER_MINUTE);
        let last = end.microseconds().div_euclid(MICROSECONDS_PER_MINUTE);
        let at = |minute: i64| Timestamp::from_microseconds(minute * MICROSECONDS_PER_MINUTE);
        (first + 1..=last)
            .filter(|minute| self.offset_seconds(at(*minute)) != self.offset_seconds(at(minute - 1)))
            .map(at)
            .collect()
    }

    fn offset_seconds(self, instant: Timestamp) -> i32 {
        use chrono::Offset as _;
        let utc = DateTime::from_timestamp_micros(instant.microseconds()).unwrap_or(DateTime::UNIX_EPOCH).naive_utc();
        self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    }
}

fn local_minute(date: Date, minute: u16) -> NaiveDateTime {
    let date = if (1..=9999).contains(&date.year()) { date } else { Date::default() };
    let days = Days::new(u64::from(minute / MINUTES_PER_DAY));
    let date = date.checked_add_days(days).unwrap_or(date);
    let seconds = u32::from(minute % MINUTES_PER_DAY) * 60;
    date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or(NaiveTime::MIN))
}

/// Countries with one time, by `zone1970.tab` of the IANA database.
const ONE_ZONE_COUNTRIES: &[(&str, Tz)] = &[
    ("AL", Tz::Europe__Tirane),
    ("AT", Tz::Europe__Vienna),
    ("BA", Tz::Europe__Sarajevo),
    ("BE", Tz::Europe__Brussels),
    ("BF", Tz::Africa__Ouagadougou),
    ("BG", Tz::Europe__Sofia),
    ("BJ", Tz::Africa__PortoNovo),
    ("CH", Tz::Europe__Zurich),
    ("CI", Tz::Africa__Abidjan),
    ("CM", Tz::Africa__Douala),
    ("CZ", Tz::Europe__Prague),
    ("DE", Tz::Europe__Berlin),
    ("DJ", Tz::Africa__Djibouti),
    ("DK", Tz::Europe__Copenhagen),
    ("DZ", Tz::Africa__Algiers),
    ("EG", Tz::Africa__Cairo),
    ("ER", Tz::Africa__Asmara),
    ("ET", Tz::Africa__Addis_Ababa),
    ("FI", Tz::Europe__Helsinki),
    ("FR", Tz::Europe__Paris),
    ("GB", Tz::Europe__London),
    ("GF", Tz::America__Cayenne),
    ("GH", Tz::Africa__Accra),
    ("GM", Tz::Africa__Banjul),
    ("GN", Tz::Africa__Conakry),
    ("GP", Tz::America__Guadeloupe),
    ("GR", Tz::Europe__Athens),
    ("GW", Tz::Africa__Bissau),
    ("HR", Tz::Europe__Zagreb),
    ("HU", Tz::Europe__Budapest),
    ("IE", Tz::Europe__Dublin),
    ("IQ", Tz::Asia__Baghdad),
    ("IT", Tz::Europe__Rome),
    ("JO", Tz::Asia__Amman),
    ("KE", Tz::Africa__Nairobi),
    ("LB", Tz::Asia__Beirut),
    ("LU", Tz::Europe__Luxembourg),
    ("LY", Tz::Africa__Tripoli),
    ("MA", Tz::Africa__Casablanca),
    ("ME", Tz::Europe__Podgorica),
    ("MK", Tz::Europe__Skopje),
    ("ML", Tz::Africa__Bamako),
    ("MQ", Tz::America__Martinique),
    ("MR", Tz::Africa__Nouakchott),
    ("MT", Tz::Europe__Malta),
    ("NE", Tz::Africa__Niamey),
    ("NG", Tz::Africa__Lagos),
    ("NL", Tz::Europe__Amsterdam),
    ("NO", Tz::Europe__Oslo),
    ("PL", Tz::Europe__Warsaw),
    ("RE", Tz::Indian__Reunion),
    ("RO", Tz::Europe__Bucharest),
    ("RS", Tz::Europe__Belgrade),
    ("RW", Tz::Africa__Kigali),
    ("SD", Tz::Africa__Khartoum),
    ("SE", Tz::Europe__Stockholm),
    ("SI", Tz::Europe__Ljubljana),
    ("SK", Tz::Europe__Bratislava),
    ("SL", Tz::Africa__Freetown),
    ("SN", Tz::Africa__Dakar),
    ("SO", Tz::Africa__Mogadishu),
    ("SS", Tz::Africa__Juba),
    ("SY", Tz::Asia__Damascus),
    ("TD", Tz::Africa__Ndjamena),
    ("TG", Tz::Africa__Lome),
    ("TN", Tz::Africa__Tunis),
    ("TR", Tz::Europe__Istanbul),
    ("UG", Tz::Africa__Kampala),
    ("YT", Tz::Indian__Mayotte),
];

impl fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl TryFrom<String> for TimeZone {
    type Error = UnknownTimeZone;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

/// The dates that calendars on earth may show at an instant, from twelve hours behind UTC to fourteen ahead.
pub fn dates_on_earth(instant: Timestamp) -> [Date; 3] {
    [-12, 0, 14].map(|hours| instant.plus_minutes(hours * 60).date())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::parse(name).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_those_of_the_database() {
        assert_eq!(serde_json::to_string(&zone("Africa/Tripoli")).unwrap(), "\"Africa/Tripoli\"");
        assert_eq!(serde_json::from_str::<TimeZone>("\"Europe/Paris\"").unwrap(), zone("Europe/Paris"));
        for name in ["", "Paris", "europe/paris", "Europe/Lutece", " Europe/Paris"] {
            assert_eq!(TimeZone::parse(name), Err(UnknownTimeZone), "{name}");
        }
    }

    #[test]
    fn countries_with_several_zones_have_none() {
        let of = |code: &str| TimeZone::of_country(CountryCode::parse(code).unwrap()).map(TimeZone::name);
        let known =
            [("FR", "Europe/Paris"), ("LY", "Africa/Tripoli"), ("RE", "Indian/Reunion"), ("MA", "Africa/Casablanca")];
        for (code, name) in known {
            assert_eq!(of(code), Some(name), "{code}");
        }
        for code in ["ES", "PT", "CD", "US", "RU", "BR", "AU", "UA", "CY", "ZZ"] {
            assert_eq!(of(code), None, "{code}");
        }
        assert!(ONE_ZONE_COUNTRIES.is_sorted_by(|(one, _), (other, _)| one < other));
    }

    #[test]
    fn the_clock_is_followed_through_both_changes() {
        let cases = [
            // Paris: at 02:00 on 29 March 2026 it is 03:00, at 03:00 on 25 October 2026 it is 02:00.
            ("Europe/Paris", "2026-03-29", 119, "2026-03-29T00:59:00Z", "2026-03-29T00:59:00Z"),
            ("Europe/Paris", "2026-03-29", 150, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Paris", "2026-03-29", 180, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
            ("Europe/Paris", "2026-10-25", 150, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
            ("Europe/Paris", "2026-10-25", 1440, "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"),
            // Egypt leaves the first hour of 24 April 2026 out; Libya has no summer time.
            ("Africa/Cairo", "2026-04-24", 0, "2026-04-23T22:00:00Z", "2026-04-23T22:00:00Z"),
            ("Africa/Cairo", "2026-04-24", 60, "2026-04-23T22:00:00Z", "2026-04-23T22:00:00Z"),
            ("Africa/Tripoli", "2026-03-29", 150, "2026-03-29T00:30:00Z", "2026-03-29T00:30:00Z"),
            // Samoa skipped 30 December 2011.
            ("Pacific/Apia", "2011-12-30", 600, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
        ];
        for (name, date, minute, first, last) in cases {
            let (first_instant, last_instant) =
                (zone(name).first_instant(day(date), minute), zone(name).last_instant(day(date), minute));
            assert_eq!(
                (first_instant.to_string(), last_instant.to_string()),
                (first.into(), last.into()),
                "{name} {date}"
            );
        }
    }

    #[test]
    fn changes_are_found_on_their_days_only() {
        let changes = |name: &str, date: &str| -> Vec<String> {
            zone(name).changes_of_day(day(date)).iter().map(ToString::to_string).collect()
        };
        assert_eq!(changes("Europe/Paris", "2026-03-29"), ["2026-03-29T01:00:00Z"]);
        assert_eq!(changes("Europe/Paris", "2026-10-25"), ["2026-10-25T01:00:00Z"]);
        assert!(changes("Europe/Paris", "2026-10-26").is_empty());
        assert!(changes("Africa/Dakar", "2026-10-25").is_empty());
    }

    proptest! {
        #[test]
        fn an_instant_lies_within_its_own_minute(
            seconds in -2_000_000_000_i64..4_000_000_000,
            name in prop::sample::select(vec!["Europe/Paris", "Africa/Cairo", "Africa/Casablanca", "Asia/Kathmandu"]),
        ) {
            let instant = Timestamp::from_microseconds(seconds * 1_000_000);
            let local = zone(name).local(instant);
            let (first, last) =
                (zone(name).first_instant(local.date, local.minute), zone(name).last_instant(local.date, local.minute));
            // Local mean times of the nineteenth and twentieth century have seconds of their own.
            prop_assert!(first.plus_minutes(-1) <= instant && instant < last.plus_minutes(1));
        }

        #[test]
        fn no_instant_is_too_far(microseconds in any::<i64>()) {
            let local = zone("Europe/Paris").local(Timestamp::from_microseconds(microseconds));
            prop_assert!(local.minute < MINUTES_PER_DAY);
        }
    }
}
