//! Time as the domain uses it: instants in microseconds, calendar days and months, all in UTC.
//!
//! Invariant: nothing here reads a clock; `now` is always a parameter.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A calendar day without a time zone.
pub type Date = NaiveDate;

const MICROSECONDS_PER_HOUR: i64 = 3_600_000_000;

/// An instant: microseconds since 1970-01-01T00:00:00Z, in stored documents too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant this many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn microseconds(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, with any offset; finer fractions than a microsecond are cut.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.timestamp_micros()))
    }

    /// The instant `seconds` later.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The instant `minutes` later.
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_seconds(minutes.saturating_mul(60))
    }

    /// The instant `hours` later.
    pub const fn plus_hours(self, hours: i64) -> Self {
        Self(self.0.saturating_add(hours.saturating_mul(MICROSECONDS_PER_HOUR)))
    }

    /// Whole minutes from `earlier` to this instant, negative when it lies before.
    pub const fn minutes_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(MICROSECONDS_PER_HOUR / 60)
    }

    /// The instant `days` times 24 hours later.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_hours(days.saturating_mul(24))
    }

    /// Whole hours from `earlier` to this instant, negative when it lies before.
    pub const fn hours_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(MICROSECONDS_PER_HOUR)
    }

    /// The start of the hour: what a partner may know of a time, so that two partners cannot join
    /// their records by it (P-08).
    pub const fn start_of_hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(MICROSECONDS_PER_HOUR))
    }

    /// The start of the UTC day.
    pub const fn start_of_day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(24 * MICROSECONDS_PER_HOUR))
    }

    /// The UTC day of the instant.
    pub fn date(self) -> Date {
        self.date_time().date_naive()
    }

    /// The UTC month of the instant.
    pub fn month(self) -> Month {
        Month::of(self.date())
    }

    fn date_time(self) -> DateTime<chrono::Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.date_time().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A calendar month, written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i32,
    of_year: u32,
}

impl Month {
    /// The month that a day falls in.
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), of_year: date.month() }
    }

    /// How many months this one lies after `earlier`; negative when it lies before.
    pub fn number_since(self, earlier: Self) -> i64 {
        i64::from(self.year - earlier.year) * 12 + i64::from(self.of_year) - i64::from(earlier.of_year)
    }

    /// The month that lies this many months before.
    #[must_use]
    pub fn back(self, months: u32) -> Self {
        let number = self.year * 12 + i32::try_from(self.of_year).unwrap_or(1) - 1 - i32::try_from(months).unwrap_or(0);
        Self { year: number.div_euclid(12), of_year: number.rem_euclid(12).unsigned_abs() + 1 }
    }

    /// The first instant after the month.
    pub fn end(self) -> Timestamp {
        let (year, number) = if self.of_year == 12 { (self.year + 1, 1) } else { (self.year, self.of_year + 1) };
        let day = NaiveDate::from_ymd_opt(year, number, 1).unwrap_or(NaiveDate::MAX);
        Timestamp(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once('-')?;
        if year.len() != 4 || number.len() != 2 {
            return None;
        }
        let month = Self { year: year.parse().ok()?, of_year: number.parse().ok()? };
        NaiveDate::from_ymd_opt(month.year, month.of_year, 1).map(|_| month)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.of_year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_months_keep_their_spelling() {
        for text in ["2026-11-23T08:03:00Z", "2026-11-23T08:03:00.500Z", "1969-12-31T23:59:59.999999Z"] {
            assert_eq!(Timestamp::parse(text).map(|time| time.to_string()).as_deref(), Some(text));
        }
        let time = Timestamp::parse("2026-03-01T00:59:59+01:00").expect("a valid time");
        assert_eq!(time.month().to_string(), "2026-02");
        assert_eq!(time.start_of_hour().to_string(), "2026-02-28T23:00:00Z");
        assert_eq!(time.plus_hours(25).hours_since(time), 25);
        assert_eq!(time.start_of_day().to_string(), "2026-02-28T00:00:00Z");
        assert_eq!(time.plus_seconds(3600), time.plus_hours(1));
        for (month, end) in [("2026-11", "2026-12-01T00:00:00Z"), ("2026-12", "2027-01-01T00:00:00Z")] {
            assert_eq!(Month::parse(month).map(|month| month.end().to_string()).as_deref(), Some(end));
        }
        for (month, months, before) in [
            ("2026-11", 0, "2026-11"),
            ("2026-11", 10, "2026-01"),
            ("2026-01", 1, "2025-12"),
            ("2026-06", 18, "2024-12"),
        ] {
            assert_eq!(Month::parse(month).map(|month| month.back(months).to_string()).as_deref(), Some(before));
        }
        for (text, valid) in [("2026-11", true), ("2026-13", false), ("26-11", false), ("2026-1", false), ("", false)] {
            assert_eq!(Month::parse(text).is_some(), valid, "{text}");
        }
    }
}
