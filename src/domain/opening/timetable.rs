//! What is told of the hours of one service, and the answer about one instant.

use serde::{Deserialize, Serialize};

use super::holidays::HolidayCalendars;
use super::hours::{InvalidOpeningHours, OpeningHours};
use super::plans::{DayPlans, Openings};
use super::time_zone::TimeZone;
use crate::domain::code::code_list;
use crate::domain::country::CountryCode;
use crate::domain::time::{Date, Timestamp};

code_list! {
    /// Whether a service is open at an instant.
    OpeningStatus {
        Open = "open": "Open by the hours that are known.",
        Closed = "closed": "Closed by the hours that are known.",
        Unknown = "unknown": "Nobody can tell without asking.",
    }
}

code_list! {
    /// Why a service is open, closed or unknown at an instant.
    OpeningReason {
        WithinHours = "within_hours": "The instant lies within the hours.",
        OutsideHours = "outside_hours": "The instant lies outside of the hours.",
        TemporarilyClosed = "temporarily_closed": "The service is closed on this day for some time.",
        PublicHoliday = "public_holiday": "It is a public holiday, on which the service closes or does not say what it does.",
        MayBeHoliday = "may_be_holiday": "It may be a holiday: the moon decides, or only a part of the country keeps it.",
        NoHoursKnown = "no_hours_known": "No hours are known.",
        HoursNotCoded = "hours_not_coded": "The hours are known in words only.",
        TimeZoneUnknown = "time_zone_unknown": "The hours are known, but not in which time zone they are told.",
        SaidUnknown = "said_unknown": "The hours themselves leave it open, as for a time by appointment.",
    }
}

/// Days on which a service is closed, such as holidays of its team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// First local day.
    pub from: Date,
    /// Last local day.
    pub until: Date,
}

/// Hours that replace the ordinary ones for some days, such as those of Ramadan.
///
/// Dated for one single day they hold on it even when it is a holiday: whoever wrote them knew the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedHours {
    /// First local day.
    pub from: Date,
    /// Last local day.
    pub until: Date,
    /// The hours on these days.
    pub opening_hours: OpeningHours,
}

/// Hours and the place that they are told of: what many services have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timetable {
    /// The hours, where they could be read.
    pub hours: Option<OpeningHours>,
    /// True when hours are told in words that could not be read.
    pub has_hours_in_words: bool,
    /// The zone that the hours are told in; without it the one zone of the country, where that has one.
    pub time_zone: Option<TimeZone>,
    /// The country, whose holidays count; without it no holiday is known.
    pub country: Option<CountryCode>,
    /// True for hours of one single day, which say what holds on it whatever day it is.
    pub is_for_one_day: bool,
}

/// All that decides when one service is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The ordinary hours.
    pub timetable: Timetable,
    /// Days on which it is closed. They go before any hours.
    pub closures: Vec<Closure>,
    /// Hours for some days; of several for one day the last of the list holds.
    pub dated_hours: Vec<DatedHours>,
}

/// The answer about one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningState {
    /// Whether it is open.
    pub status: OpeningStatus,
    /// Why.
    pub reason: OpeningReason,
    /// When the status changes next, within 14 days; of a closure its end, however far.
    pub next_change_at: Option<Timestamp>,
}

impl Timetable {
    /// The zone of the hours: the told one, else the only one of the country.
    pub fn zone(&self) -> Option<TimeZone> {
        self.time_zone.or_else(|| self.country.and_then(TimeZone::of_country))
    }

    /// The table of the same place with the hours of some days. Hours that could not be read leave nothing to read.
    pub(super) fn with_hours(&self, dated: &DatedHours) -> Self {
        Self {
            hours: Some(dated.opening_hours.clone()),
            has_hours_in_words: false,
            is_for_one_day: dated.from == dated.until,
            ..self.clone()
        }
    }
}

impl Opening {
    /// Reads the hours of a service out of its text: what is not of the syntax is kept as hours in words, and why it was
    /// refused is the second value. For very many services see [`Openings::read`].
    pub fn read(
        text: Option<&str>,
        time_zone: Option<TimeZone>,
        country: Option<CountryCode>,
    ) -> (Self, Option<InvalidOpeningHours>) {
        Self::of(text.map(OpeningHours::parse), time_zone, country)
    }

    pub(super) fn of(
        read: Option<Result<OpeningHours, InvalidOpeningHours>>,
        time_zone: Option<TimeZone>,
        country: Option<CountryCode>,
    ) -> (Self, Option<InvalidOpeningHours>) {
        let refusal = read.as_ref().and_then(|read| read.as_ref().err().copied());
        let has_hours_in_words = refusal.is_some_and(|refusal| refusal != InvalidOpeningHours::Empty);
        let hours = read.and_then(Result::ok);
        let timetable = Timetable { hours, has_hours_in_words, time_zone, country, is_for_one_day: false };
        (Self { timetable, ..Self::default() }, refusal)
    }

    /// Whether the service is open at an instant, why, and until when.
    ///
    /// On a certain public holiday hours with a `PH` rule follow it, and hours that say nothing of holidays are
    /// unknown for the whole local day, neither open nor closed: someone has to ask. `24/7` says something, and so do hours that
    /// name the very date (`Dec 25 off`). On a day that may be a holiday it is likewise unknown, but for what a `PH` rule
    /// would not change. What reaches into a day from the evening before belongs to the day before.
    pub fn state_at(&self, instant: Timestamp, calendars: &HolidayCalendars) -> OpeningState {
        let mut openings = Openings::default();
        let interned = openings.intern(self);
        DayPlans::new(64).state_at(&openings, &interned, instant, calendars)
    }
}

#[cfg(test)]
mod tests;
