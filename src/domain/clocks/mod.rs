//! Clocks: until when a referral is to be answered, whom silence is told, and when it ends without an answer.
//!
//! Invariants: every referral that was sent ends. Its [`Deadlines`] are fixed when it is sent, so that a later change of
//! the project's table or calendar changes nothing of the past. Nobody is late by time in which the project was frozen.
//!
//! Start at [`Clocks`], the table of a project; [`Calendar`] turns its spans into instants, [`Deadlines::at`] both into
//! the deadlines of one referral, [`firing`] says what a due time means when it has come.

mod calendar;
mod deadlines;
mod reception;
mod span;
mod table;
mod timer;

pub use calendar::{Calendar, CalendarProblem, CalendarSettings, NoWorkingDay, Weekday};
pub use deadlines::{Clarification, ClockShift, Deadlines};
pub use reception::reception_deadlines;
pub use span::{InvalidSpan, Span};
pub use table::{ClockField, ClockProblem, ClockRow, Clocks, InvalidClocks, Review};
pub use timer::{Fired, Firing, Timer, TimerFacts, due_at, firing, timers_of};
