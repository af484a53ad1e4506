//! Plans of days for very many services: distinct timetables are few, and so are the days that are asked about.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::Datelike;

use super::holidays::HolidayCalendars;
use super::hours::{InvalidOpeningHours, OpeningHours};
use super::plan::{DayPlan, Evening};
use super::time_zone::{LocalTime, TimeZone, dates_on_earth};
use super::timetable::{Closure, Opening, OpeningReason, OpeningState, OpeningStatus, Timetable};
use crate::domain::country::CountryCode;
use crate::domain::time::{Date, Timestamp};
use rustc_hash::FxBuildHasher;

/// Closures that end after this year are taken to have no end.
const LAST_YEAR: i32 = 9999;

/// How far ahead a change is looked for.
const DAYS_AHEAD: i64 = 14;

/// Parts of the cache under locks of their own.
const SHARDS: usize = 16;

/// A timetable within its [`Openings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimetableId(u32);

/// What decides when one service is open, with its timetables as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternedOpening {
    ordinary: TimetableId,
    closures: Box<[Closure]>,
    dated: Box<[(Date, Date, TimetableId)]>,
}

/// The distinct timetables of all services. It only grows; numbers hold within one value.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    timetables: Vec<Timetable>,
    ids: HashMap<Timetable, TimetableId>,
    texts: HashMap<Box<str>, Result<OpeningHours, InvalidOpeningHours>>,
    zones: Vec<TimeZone>,
    zone_of: Vec<Option<usize>>,
}

/// One instant on the clock of every zone that occurs, made after all openings were taken in. Of one [`Openings`] and one
/// set of calendars it decides all that is open then: whatever is found at one moment holds at an equal one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    dates_on_earth: [Date; 3],
    locals: Box<[LocalTime]>,
}

impl Openings {
    /// [`Opening::read`] for very many services: each distinct text is parsed once, which takes a tenth of a millisecond.
    pub fn read(
        &mut self,
        text: Option<&str>,
        time_zone: Option<TimeZone>,
        country: Option<CountryCode>,
    ) -> (Opening, Option<InvalidOpeningHours>) {
        let read = text.map(|text| {
            self.texts.get(text).cloned().unwrap_or_else(|| {
                let read = OpeningHours::parse(text);
                self.texts.insert(text.into(), read.clone());
                read
            })
        });
        Opening::of(read, time_zone, country)
    }

    /// Takes an opening in; equal timetables get equal numbers.
    pub fn intern(&mut self, opening: &Opening) -> InternedOpening {
        let dated = opening.dated_hours.iter().filter(|dated| dated.from <= dated.until).map(|dated| {
            let id = self.number(opening.timetable.with_hours(dated));
            (dated.from, dated.until, id)
        });
        let dated = dated.collect();
        let closures = opening.closures.iter().filter(|closure| closure.from <= closure.until).cloned().collect();
        InternedOpening { ordinary: self.number(opening.timetable.clone()), closures, dated }
    }

    fn number(&mut self, timetable: Timetable) -> TimetableId {
        if let Some(id) = self.ids.get(&timetable) {
            return *id;
        }
        // A directory with four thousand million distinct timetables does not fit into memory.
        let id = TimetableId(u32::try_from(self.timetables.len()).unwrap_or(u32::MAX));
        let zone = timetable.zone().map(|zone| {
            self.zones.iter().position(|known| *known == zone).unwrap_or_else(|| {
                self.zones.push(zone);
                self.zones.len() - 1
            })
        });
        self.zone_of.push(zone);
        self.ids.insert(timetable.clone(), id);
        self.timetables.push(timetable);
        id
    }

    /// How many distinct timetables there are.
    pub fn count(&self) -> usize {
        self.timetables.len()
    }

    /// The timetable of a number, where it is one of this value.
    pub fn timetable(&self, id: TimetableId) -> Option<&Timetable> {
        self.timetables.get(id.0 as usize)
    }

    /// An instant on the clocks of all zones that occur.
    pub fn moment(&self, instant: Timestamp) -> Moment {
        let locals = self.zones.iter().map(|zone| zone.local(instant)).collect();
        Moment { dates_on_earth: dates_on_earth(instant), locals }
    }

    fn zone_index(&self, id: TimetableId) -> Option<usize> {
        self.zone_of.get(id.0 as usize).copied().flatten()
    }
}

impl InternedOpening {
    /// The number of the ordinary hours.
    pub fn timetable(&self) -> TimetableId {
        self.ordinary
    }

    fn is_closed_on(&self, date: Date) -> bool {
        self.closures.iter().any(|closure| closure.from <= date && date <= closure.until)
    }

    fn timetable_on(&self, date: Date) -> TimetableId {
        let dated = self.dated.iter().rev().find(|(from, until, _)| *from <= date && date <= *until);
        dated.map_or(self.ordinary, |(_, _, id)| *id)
    }

    /// The first day after closures without a gap, of which one covers the date.
    fn first_day_after_closure(&self, date: Date) -> Option<Date> {
        let mut day = date;
        while let Some(until) =
            self.closures.iter().filter(|one| one.from <= day && day <= one.until).map(|one| one.until).max()
        {
            day = until.succ_opt()?;
        }
        Some(day)
    }
}

/// A day of a timetable, and the timetable of the evening before where that is another (or closed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct PlanKey {
    timetable: TimetableId,
    evening: EveningKey,
    date: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum EveningKey {
    Same,
    Of(TimetableId),
    Closed,
}

/// Plans that were made, for whoever asks again. It belongs to one [`Openings`] and one [`HolidayCalendars`]: when either
/// is replaced, so is this. Cheap to read by many at a time; never holds more than its capacity.
#[derive(Debug)]
pub struct DayPlans {
    /// By a hash that is quick instead of hard to guess: the keys are our own numbers and days.
    shards: [RwLock<HashMap<PlanKey, Arc<DayPlan>, FxBuildHasher>>; SHARDS],
    most_per_shard: usize,
}

impl DayPlans {
    /// An empty cache for at most about this many plans. A plan takes some hundred bytes.
    pub fn new(capacity: usize) -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()), most_per_shard: capacity.div_ceil(SHARDS).max(1) }
    }

    /// How many plans are kept now.
    pub fn count(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Whether a service is open at a moment, and why: the way for searches, which need no next change.
    pub fn status_at(
        &self,
        openings: &Openings,
        opening: &InternedOpening,
        moment: &Moment,
        calendars: &HolidayCalendars,
    ) -> (OpeningStatus, OpeningReason) {
        let local = openings.zone_index(opening.ordinary).and_then(|zone| moment.locals.get(zone).copied());
        let Some(local) = local else {
            return Self::status_without_zone(openings, opening, moment.dates_on_earth);
        };
        self.local_status(openings, opening, local, calendars)
    }

    /// Whether a service is open at an instant, why, and when that changes next.
    pub fn state_at(
        &self,
        openings: &Openings,
        opening: &InternedOpening,
        instant: Timestamp,
        calendars: &HolidayCalendars,
    ) -> OpeningState {
        let zone = openings.timetable(opening.ordinary).and_then(Timetable::zone);
        let Some(zone) = zone else {
            let (status, reason) = Self::status_without_zone(openings, opening, dates_on_earth(instant));
            return OpeningState { status, reason, next_change_at: None };
        };
        let local = zone.local(instant);
        let (status, reason) = self.local_status(openings, opening, local, calendars);
        let next_change_at = if reason == OpeningReason::TemporarilyClosed {
            let day = opening.first_day_after_closure(local.date);
            // A closure without an end has none.
            day.filter(|day| day.year() <= LAST_YEAR).map(|day| zone.first_instant(day, 0))
        } else {
            let status_at = |at: Timestamp| self.local_status(openings, opening, zone.local(at), calendars).0;
            let mut instants = self.instants_of_change(openings, opening, zone, local.date, calendars);
            instants.retain(|at| *at > instant && *at <= instant.plus_days(DAYS_AHEAD));
            instants.sort_unstable();
            instants.into_iter().find(|at| status_at(*at) != status)
        };
        OpeningState { status, reason, next_change_at }
    }

    /// What can be told of a service whose clock nobody knows: within a closure it is closed by any, and `24/7` is open by
    /// any, unless it is closed on some days.
    fn status_without_zone(
        openings: &Openings,
        opening: &InternedOpening,
        dates_on_earth: [Date; 3],
    ) -> (OpeningStatus, OpeningReason) {
        if dates_on_earth.into_iter().all(|date| opening.is_closed_on(date)) {
            return (OpeningStatus::Closed, OpeningReason::TemporarilyClosed);
        }
        let is_plain = opening.closures.is_empty() && opening.dated.is_empty();
        let table = openings.timetable(opening.ordinary);
        let hours = table.and_then(|table| table.hours.as_ref());
        let reason = if is_plain && hours.is_some_and(OpeningHours::is_always_open) {
            return (OpeningStatus::Open, OpeningReason::WithinHours);
        } else if hours.is_some() || !opening.dated.is_empty() {
            OpeningReason::TimeZoneUnknown
        } else if table.is_some_and(|table| table.has_hours_in_words) {
            OpeningReason::HoursNotCoded
        } else {
            OpeningReason::NoHoursKnown
        };
        (OpeningStatus::Unknown, reason)
    }

    fn local_status(
        &self,
        openings: &Openings,
        opening: &InternedOpening,
        local: LocalTime,
        calendars: &HolidayCalendars,
    ) -> (OpeningStatus, OpeningReason) {
        if opening.is_closed_on(local.date) {
            return (OpeningStatus::Closed, OpeningReason::TemporarilyClosed);
        }
        self.plan(openings, opening, local.date, calendars, |plan| plan.at(local.minute))
    }

    /// Gives the plan of a service's day to `read`, made now or before.
    fn plan<T>(
        &self,
        openings: &Openings,
        opening: &InternedOpening,
        date: Date,
        calendars: &HolidayCalendars,
        read: impl FnOnce(&DayPlan) -> T,
    ) -> T {
        let key = key_of(opening, date);
        let hash = FxBuildHasher.hash_one(key);
        // The upper bits: the map itself divides by the others.
        let shard = &self.shards[(hash >> 48) as usize % SHARDS];
        if let Some(plan) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return read(plan);
        }
        let plan = Arc::new(make(openings, key, calendars));
        let mut plans = shard.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= self.most_per_shard {
            plans.clear();
        }
        plans.insert(key, Arc::clone(&plan));
        drop(plans);
        read(&plan)
    }

    /// Every instant at which the status may change, from the start of a day on, unsorted.
    fn instants_of_change(
        &self,
        openings: &Openings,
        opening: &InternedOpening,
        zone: TimeZone,
        from: Date,
        calendars: &HolidayCalendars,
    ) -> Vec<Timestamp> {
        let mut instants = Vec::new();
        let days = usize::try_from(DAYS_AHEAD).unwrap_or(0) + 1;
        for date in from.iter_days().take(days) {
            let minutes: Vec<u16> = if opening.is_closed_on(date) {
                Vec::new()
            } else {
                let starts = |plan: &DayPlan| plan.ranges().iter().map(|range| range.until_minute).collect();
                self.plan(openings, opening, date, calendars, starts)
            };
            for minute in std::iter::once(0).chain(minutes) {
                // Twice where the clock is set back over the minute.
                instants.extend([zone.first_instant(date, minute), zone.last_instant(date, minute)]);
            }
            instants.extend(zone.changes_of_day(date));
        }
        instants
    }
}

fn key_of(opening: &InternedOpening, date: Date) -> PlanKey {
    if opening.closures.is_empty() && opening.dated.is_empty() {
        return PlanKey { timetable: opening.ordinary, evening: EveningKey::Same, date };
    }
    let timetable = opening.timetable_on(date);
    let evening = match date.pred_opt() {
        Some(before) if opening.is_closed_on(before) => EveningKey::Closed,
        Some(before) if opening.timetable_on(before) != timetable => EveningKey::Of(opening.timetable_on(before)),
        _ => EveningKey::Same,
    };
    PlanKey { timetable, evening, date }
}

fn make(openings: &Openings, key: PlanKey, calendars: &HolidayCalendars) -> DayPlan {
    let empty = Timetable::default();
    let timetable = openings.timetable(key.timetable).unwrap_or(&empty);
    let evening = match key.evening {
        EveningKey::Same => Evening::Same,
        EveningKey::Closed => Evening::Closed,
        EveningKey::Of(id) => openings.timetable(id).map_or(Evening::Closed, Evening::Of),
    };
    DayPlan::after(timetable, evening, key.date, calendars)
}

#[cfg(test)]
mod tests;
