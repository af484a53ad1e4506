//! The calendar in which a project counts working days: its weekend, its holidays, its time zone.

use std::collections::BTreeSet;

use chrono::Datelike as _;
use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::domain::code::{CodeList as _, code_list};
use crate::domain::code_set::CodeSet;
use crate::domain::country::CountryCode;
use crate::domain::opening::{HolidayCalendar, HolidayCertainty, TimeZone};
use crate::domain::time::{Date, Timestamp};

code_list! {
    /// A day of the week, by the two letters of RFC 5545.
    Weekday {
        Monday = "MO": "Monday",
        Tuesday = "TU": "Tuesday",
        Wednesday = "WE": "Wednesday",
        Thursday = "TH": "Thursday",
        Friday = "FR": "Friday",
        Saturday = "SA": "Saturday",
        Sunday = "SU": "Sunday",
    }
}

impl Weekday {
    /// The day of the week that a date falls on.
    pub fn of(date: Date) -> Self {
        Self::ALL[date.weekday().num_days_from_monday() as usize]
    }
}

/// Countries whose projects rest on Friday and Saturday unless they say otherwise; in all others on Saturday and Sunday.
const FRIDAY_AND_SATURDAY: &[&str] = &["LY"];

/// What a project says of its calendar, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    /// The zone in which its days begin and end.
    pub time_zone: TimeZone,
    /// On which days of the week it does not work.
    pub weekend: CodeSet<Weekday>,
    /// On which dates it does not work besides.
    pub holidays: BTreeSet<Date>,
    /// True where the public holidays of its country are no working days.
    pub keeps_public_holidays: bool,
}

impl CalendarSettings {
    /// Most dates of its own.
    pub const MOST_HOLIDAYS: usize = 200;

    /// Refuses what no calendar can be made of.
    pub fn check(&self) -> Result<(), CalendarProblem> {
        if self.weekend.len() == Weekday::ALL.len() {
            return Err(CalendarProblem::NoWorkingDay);
        }
        if self.holidays.len() > Self::MOST_HOLIDAYS { Err(CalendarProblem::Holidays) } else { Ok(()) }
    }

    /// What counts in the country with this code; by the code of no country, Saturday and Sunday in UTC.
    pub fn of_country_named(code: &str) -> Self {
        let nowhere = || CountryCode::parse("ZZ").expect("two letters");
        Self::of_country(CountryCode::parse(code).unwrap_or_else(|_| nowhere()))
    }

    /// What counts in a country until a project says otherwise. Where a country has several times nothing is guessed:
    /// UTC says then when a day begins, which moves a working day by hours and never makes it shorter.
    pub fn of_country(country: CountryCode) -> Self {
        let rests_on_friday = FRIDAY_AND_SATURDAY.contains(&country.as_str());
        let weekend = [if rests_on_friday { Weekday::Friday } else { Weekday::Sunday }, Weekday::Saturday];
        let utc = || TimeZone::parse("UTC").expect("the time zone database has UTC");
        Self {
            time_zone: TimeZone::of_country(country).unwrap_or_else(utc),
            weekend: weekend.into_iter().collect(),
            holidays: BTreeSet::new(),
            keeps_public_holidays: true,
        }
    }
}

/// Why the settings of a calendar cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// No clock of working days would ever run out.
    #[error("`weekend`: at least one day of the week has to be a working day")]
    NoWorkingDay,
    /// More than anybody looks after by hand.
    #[error("`holidays`: at most {} dates", CalendarSettings::MOST_HOLIDAYS)]
    Holidays,
}

/// A calendar without a working day, in which no clock would ever run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at least one day of the week has to be a working day")]
pub struct NoWorkingDay;

/// A calendar that has working days.
#[derive(Clone, Debug)]
pub struct Calendar {
    settings: CalendarSettings,
    public_holidays: Option<HolidayCalendar>,
}

impl Calendar {
    /// The calendar that a project's settings make with the public holidays of its country, where they are known.
    /// Holidays are dates, so after the last of them every week has a working day.
    pub fn new(settings: CalendarSettings, public_holidays: Option<&HolidayCalendar>) -> Result<Self, NoWorkingDay> {
        if settings.weekend.len() == Weekday::ALL.len() {
            return Err(NoWorkingDay);
        }
        let public_holidays = public_holidays.filter(|_| settings.keeps_public_holidays).cloned();
        Ok(Self { settings, public_holidays })
    }

    /// True on a day that counts as a working day. A holiday that is not certain (a feast that the moon decides and
    /// nobody has dated yet) does: who waits for an answer is not to wait for a day that perhaps is none.
    pub fn is_working_day(&self, date: Date) -> bool {
        let is_public_holiday = self.public_holidays.as_ref().is_some_and(|calendar| {
            matches!(calendar.certainty(date), HolidayCertainty::Certain | HolidayCertainty::CertainlyClosed)
        });
        let is_free = self.settings.weekend.contains(&Weekday::of(date)) || self.settings.holidays.contains(&date);
        !is_free && !is_public_holiday
    }

    /// The instant at which the span is over that begins at `from`. Of working days only time between the local
    /// midnights of working days counts; what ends with such a day ends at its last midnight, and not after the weekend.
    pub fn after(&self, from: Timestamp, span: Span) -> Timestamp {
        match span {
            Span::Hours(count) => from.plus_hours(count.into()),
            Span::Days(count) => from.plus_days(count.into()),
            Span::WorkingDays(count) => self.after_working_hours(from, i64::from(count) * 24),
        }
    }

    fn after_working_hours(&self, from: Timestamp, hours: i64) -> Timestamp {
        let zone = self.settings.time_zone;
        let begin = |date: Date| zone.first_instant(date, 0);
        let shown = zone.local(from).date;
        // Where the clock is set back over midnight it shows a day again that is over: the first midnight counts.
        let is_over = shown.succ_opt().is_some_and(|next| begin(next) <= from);
        let first = if is_over { shown.succ_opt().unwrap_or(shown) } else { shown };
        let (mut at, mut left) = (from, Timestamp::from_microseconds(0).plus_hours(hours).microseconds());
        // Beyond the year 9998 there are no midnights: all time counts there.
        for date in first.iter_days().take_while(|date| date.year() < 9999) {
            let end = date.succ_opt().map_or(at, begin).max(at);
            let length = end.microseconds().saturating_sub(at.microseconds());
            if self.is_working_day(date) {
                if left <= length {
                    break;
                }
                left -= length;
            }
            at = end;
        }
        Timestamp::from_microseconds(at.microseconds().saturating_add(left))
    }
}

#[cfg(test)]
mod tests;
