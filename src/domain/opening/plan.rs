//! One local day of a timetable, as ranges of minutes.

use std::collections::BTreeSet;
use std::sync::Arc;

use opening_hours::{ContextHolidays, RuleKind};

use super::holidays::{HolidayCalendars, HolidayCertainty};
use super::hours::OpeningHours;
use super::rules::{Parts, Stretch, name_the_date, stretches_of};
use super::time_zone::MINUTES_PER_DAY;
use super::timetable::{OpeningReason, OpeningStatus, Timetable};
use crate::domain::time::Date;

/// A range of minutes of one local day, by the clock on the wall, in which nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanRange {
    /// First minute after the range; it begins where the one before ends, the first at 0.
    pub until_minute: u16,
    /// What holds.
    pub status: OpeningStatus,
    /// Why.
    pub reason: OpeningReason,
}

/// What holds on one local day of a timetable, closures aside. Never empty; the last range ends at minute 1440.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPlan {
    ranges: Box<[PlanRange]>,
}

/// The evening before a day, whose hours may reach into it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Evening<'a> {
    /// Of the same timetable.
    Same,
    /// Of another timetable: dated hours begin or end.
    Of(&'a Timetable),
    /// The service was closed.
    Closed,
}

type Answer = (OpeningStatus, OpeningReason);

const UNTOLD: Answer = (OpeningStatus::Unknown, OpeningReason::NoHoursKnown);
const OUTSIDE: Answer = (OpeningStatus::Closed, OpeningReason::OutsideHours);

impl DayPlan {
    /// The plan of a day after an evening of the same timetable.
    pub fn of(timetable: &Timetable, date: Date, calendars: &HolidayCalendars) -> Self {
        Self::after(timetable, Evening::Same, date, calendars)
    }

    pub(super) fn after(timetable: &Timetable, evening: Evening<'_>, date: Date, calendars: &HolidayCalendars) -> Self {
        let Some(hours) = &timetable.hours else {
            let reason = if timetable.has_hours_in_words { OpeningReason::HoursNotCoded } else { UNTOLD.1 };
            return Self::all_day((OpeningStatus::Unknown, reason));
        };
        let day = Day { timetable, hours, date, calendars };
        match evening {
            Evening::Same => day.plan(Parts::Both),
            Evening::Closed => day.plan(Parts::DayOnly),
            Evening::Of(other) => {
                let plan = day.plan(Parts::DayOnly);
                let night = |hours| Day { timetable: other, hours, date, calendars }.plan(Parts::NightOnly);
                other.hours.as_ref().map_or(plan.clone(), |hours| plan.filled_by(&night(hours)))
            }
        }
    }

    /// The plan with another where it is outside of its hours.
    fn filled_by(&self, other: &Self) -> Self {
        let ends = |plan: &Self| plan.ranges.iter().map(|range| range.until_minute).collect::<Vec<_>>();
        let starts = BTreeSet::from_iter([vec![0], ends(self), ends(other)].concat());
        let starts = starts.into_iter().filter(|start| *start < MINUTES_PER_DAY);
        Self::from_starts(starts.map(|start| {
            let own = self.at(start);
            (start, if own == OUTSIDE { other.at(start) } else { own })
        }))
    }

    fn all_day((status, reason): Answer) -> Self {
        Self { ranges: Box::new([PlanRange { until_minute: MINUTES_PER_DAY, status, reason }]) }
    }

    /// A plan out of answers, each with the minute from which it holds, in their order.
    fn from_starts(answers: impl Iterator<Item = (u16, Answer)>) -> Self {
        let mut ranges: Vec<PlanRange> = Vec::new();
        for (start, (status, reason)) in answers {
            match ranges.last_mut() {
                Some(last) if (last.status, last.reason) == (status, reason) => continue,
                Some(last) => last.until_minute = start,
                None => {}
            }
            ranges.push(PlanRange { until_minute: MINUTES_PER_DAY, status, reason });
        }
        Self { ranges: ranges.into() }
    }

    /// What holds in a minute of the day, from 0 to 1439.
    pub fn at(&self, minute: u16) -> (OpeningStatus, OpeningReason) {
        let range = self.ranges.iter().find(|range| minute < range.until_minute).or_else(|| self.ranges.last());
        range.map_or(UNTOLD, |range| (range.status, range.reason))
    }

    /// The ranges in their order.
    pub fn ranges(&self) -> &[PlanRange] {
        &self.ranges
    }
}

/// Hours on one day.
struct Day<'a> {
    timetable: &'a Timetable,
    hours: &'a OpeningHours,
    date: Date,
    calendars: &'a HolidayCalendars,
}

impl Day<'_> {
    fn plan(&self, parts: Parts) -> DayPlan {
        let readings = self.readings(parts);
        // Without any holiday: what tells whether it is the holiday that closes.
        let ordinary = self.hours.mentions_public_holidays().then(|| self.read(parts, &ContextHolidays::default()));
        let today = self.certainty(self.date);
        let day_before = self.date.pred_opt().map_or(HolidayCertainty::Ordinary, |before| self.certainty(before));
        let differs = |other: &Vec<Stretch>, index: usize, told: &Stretch| {
            other.get(index).is_some_and(|other| other.kind != told.kind)
        };
        let answer = |index: usize, told: &Stretch| {
            if parts == Parts::NightOnly && !told.is_of_the_day_before {
                return OUTSIDE;
            }
            if readings.iter().any(|other| differs(other, index, told)) {
                return (OpeningStatus::Unknown, OpeningReason::MayBeHoliday);
            }
            let certainty = if told.is_of_the_day_before { day_before } else { today };
            let is_by_holiday = ordinary.as_ref().is_some_and(|other| differs(other, index, told));
            self.answer(told.kind, certainty, is_by_holiday)
        };
        let stretches = readings.first().into_iter().flatten().enumerate();
        DayPlan::from_starts(stretches.map(|(index, told)| (told.start, answer(index, told))))
    }

    fn answer(&self, kind: RuleKind, certainty: HolidayCertainty, is_by_holiday: bool) -> Answer {
        if !self.speaks_of_holidays() {
            match certainty {
                HolidayCertainty::Ordinary => {}
                HolidayCertainty::Certain => return (OpeningStatus::Unknown, OpeningReason::PublicHoliday),
                HolidayCertainty::CertainlyClosed => return (OpeningStatus::Closed, OpeningReason::PublicHoliday),
                HolidayCertainty::Possible => return (OpeningStatus::Unknown, OpeningReason::MayBeHoliday),
            }
        }
        match kind {
            RuleKind::Open => (OpeningStatus::Open, OpeningReason::WithinHours),
            RuleKind::Closed if is_by_holiday => (OpeningStatus::Closed, OpeningReason::PublicHoliday),
            RuleKind::Closed => OUTSIDE,
            RuleKind::Unknown => (OpeningStatus::Unknown, OpeningReason::SaidUnknown),
        }
    }

    fn speaks_of_holidays(&self) -> bool {
        self.hours.mentions_public_holidays() || self.hours.is_always_open() || self.timetable.is_for_one_day
    }

    /// What a date is in the country, unless the hours name the date themselves.
    fn certainty(&self, date: Date) -> HolidayCertainty {
        let certainty = self.timetable.country.map(|country| self.calendars.certainty(country, date));
        match certainty {
            None | Some(HolidayCertainty::Ordinary) => HolidayCertainty::Ordinary,
            Some(_) if name_the_date(self.hours.rules(), date) => HolidayCertainty::Ordinary,
            Some(certainty) => certainty,
        }
    }

    fn read(&self, parts: Parts, holidays: &ContextHolidays) -> Vec<Stretch> {
        stretches_of(self.hours.rules(), self.date, parts, holidays)
    }

    /// The day by each calendar that may be the true one: without and with the days that may be holidays.
    fn readings(&self, parts: Parts) -> Vec<Vec<Stretch>> {
        let none = ContextHolidays::default();
        let calendar = self.timetable.country.and_then(|country| self.calendars.of(country));
        let public = calendar.map_or([&none; 2], |calendar| [calendar.certain(), calendar.with_possible()]);
        if !self.hours.mentions_school_holidays() {
            // Without `PH` the calendars make no difference to the rules.
            let calendars = if self.hours.mentions_public_holidays() { &public[..] } else { &public[..1] };
            return calendars.iter().map(|holidays| self.read(parts, holidays)).collect();
        }
        let any_day = self.both_days();
        let school = match calendar.filter(|calendar| calendar.knows_school_holidays()) {
            Some(calendar) => [calendar.certain(), calendar.with_possible()],
            None => [&none, &any_day],
        };
        let pairs = public.into_iter().flat_map(|public| school.into_iter().map(move |school| (public, school)));
        let joined = pairs.map(|(public, school)| {
            ContextHolidays::new(Arc::new(public.get_public().clone()), Arc::new(school.get_school().clone()))
        });
        joined.map(|holidays| self.read(parts, &holidays)).collect()
    }

    /// A calendar in which this day and the one before are school holidays.
    fn both_days(&self) -> ContextHolidays {
        let days = [self.date.pred_opt(), Some(self.date)].into_iter().flatten();
        ContextHolidays::new(Arc::default(), Arc::new(days.collect()))
    }
}
