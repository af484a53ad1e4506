//! When a service is open: its hours, each in its own time zone, with closures, holidays and honest doubt.
//!
//! Invariant: nothing is guessed. Hours that cannot be read, a day that may be a holiday, hours under a word of caution
//! are all *unknown*, each with its reason.
//!
//! Start at [`Opening`]; a search over many services goes through [`Openings`] and [`DayPlans`].

mod civil_days;
mod feast;
mod holidays;
mod hours;
mod plan;
mod plans;
mod rules;
mod schedule;
mod spelling;
mod time_zone;
mod timetable;

pub use holidays::{DatedHoliday, HolidayCalendar, HolidayCalendars, HolidayCertainty};
pub use hours::{InvalidOpeningHours, LONGEST_OPENING_HOURS, OpeningHours};
pub use plan::{DayPlan, PlanRange};
pub use plans::{DayPlans, InternedOpening, Moment, Openings, TimetableId};
pub use schedule::opening_hours_of;
pub use time_zone::{LocalTime, MINUTES_PER_DAY, TimeZone, UnknownTimeZone, dates_on_earth};
pub use timetable::{Closure, DatedHours, Opening, OpeningReason, OpeningState, OpeningStatus, Timetable};
