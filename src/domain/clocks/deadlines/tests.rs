//! Deadlines by the table built in, and what moves them.

use proptest::prelude::*;

use super::*;
use crate::domain::clocks::{CalendarSettings, Clocks};
use crate::domain::code::CodeList as _;
use crate::domain::country::CountryCode;
use crate::domain::id::{Identifier as _, ProjectId};
use crate::domain::referral::Urgency;

fn calendar() -> Calendar {
    Calendar::new(CalendarSettings::of_country(CountryCode::parse("LY").unwrap()), None).unwrap()
}

/// Thursday 12 November 2026, noon in Tripoli, whose weekend begins that midnight.
fn sent() -> Timestamp {
    Timestamp::parse("2026-11-12T10:00:00Z").unwrap()
}

fn at(hours: i64) -> Timestamp {
    sent().plus_hours(hours)
}

fn deadlines(urgency: Urgency, needed_by: Option<i64>) -> Deadlines {
    Deadlines::at(Clocks::default().row(urgency), &calendar(), sent(), needed_by.map(at))
}

/// Hours after the sending: acknowledge, decide, serve; remind, escalate, propose; expire.
fn hours(deadlines: &Deadlines) -> [Option<i64>; 7] {
    let Deadlines { acknowledge_by, decide_by, serve_by, remind_at, escalate_at, propose_at, expire_at, .. } =
        *deadlines;
    [Some(acknowledge_by), decide_by, serve_by, remind_at, escalate_at, propose_at, Some(expire_at)]
        .map(|instant| instant.map(|instant| instant.hours_since(sent())))
}

fn freeze(from: i64, until: Option<i64>) -> Freeze {
    Freeze {
        project_id: ProjectId::from_bytes([1; 16]),
        frozen_at: at(from),
        thaw_requested_at: None,
        thaw_requested_by: None,
        thawed_at: until.map(at),
    }
}

#[test]
fn each_urgency_has_the_deadlines_of_its_row() {
    use Urgency::{Emergency, LongTrack, Normal, Urgent};
    let days = |days: i64| days * 24;
    for (urgency, needed_by, expected) in [
        (Emergency, None, [3, 6, 24, 1, 3, 6, 24].map(Some)),
        (Urgent, None, [24, 48, 72, 12, 24, 48, days(7)].map(Some)),
        // Two working days from Thursday noon end on Monday noon, five on Thursday noon.
        (Normal, None, [days(4), days(7), days(14), days(4), days(7), days(10), days(30)].map(Some)),
        (LongTrack, None, [Some(days(7)), None, None, None, None, None, Some(days(390))]),
        // Nothing lies behind a hard deadline, and a farther one moves nothing but gives what has no clock one.
        (Emergency, Some(4), [3, 4, 4, 1, 3, 4, 4].map(Some)),
        (Urgent, Some(30), [24, 30, 30, 12, 24, 30, 30].map(Some)),
        (Urgent, Some(500), [24, 48, 72, 12, 24, 48, days(7)].map(Some)),
        (LongTrack, Some(days(90)), [Some(days(7)), None, Some(days(90)), None, None, None, Some(days(90))]),
    ] {
        assert_eq!(hours(&deadlines(urgency, needed_by)), expected, "{urgency} {needed_by:?}");
    }
}

#[test]
fn what_takes_months_is_looked_at_twelve_times() {
    let reviews = deadlines(Urgency::LongTrack, None).review_at;
    let expected: Vec<Timestamp> = (1..=12).map(|number| sent().plus_days(30 * number)).collect();
    assert_eq!(reviews, expected);
    assert_eq!(deadlines(Urgency::LongTrack, Some(24 * 90)).review_at, expected[..2]);
    assert!(deadlines(Urgency::Normal, None).review_at.is_empty());
}

#[test]
fn clocks_that_the_calendar_turns_round_run_out_with_the_referral() {
    let table = Clocks::default().to_json().replace("\"expire\":\"30d\"", "\"expire\":\"10d\"");
    let clocks = Clocks::parse(&table.replace("\"decide\":\"5wd\"", "\"decide\":\"9wd\"")).unwrap();
    let found = Deadlines::at(clocks.row(Urgency::Normal), &calendar(), sent(), None);
    assert_eq!((found.decide_by, found.expire_at), (Some(at(240)), at(240)));
}

#[test]
fn a_freeze_moves_every_deadline_but_the_hard_one() {
    let frozen = [freeze(1, Some(11))];
    let shift = ClockShift { freezes: &frozen, clarification: None };
    for (needed_by, expected) in [
        (None, [34, 58, 82, 22, 34, 58, 178]),
        (Some(60), [34, 58, 60, 22, 34, 58, 60]),
        (Some(30), [30, 30, 30, 22, 30, 30, 30]),
    ] {
        let moved = deadlines(Urgency::Urgent, needed_by).shifted(&shift, at(11));
        assert_eq!(hours(&moved), expected.map(Some), "{needed_by:?}");
    }
    let still = [freeze(1, None)];
    let open = ClockShift { freezes: &still, clarification: None };
    assert!(open.is_frozen() && !shift.is_frozen());
    assert_eq!(deadlines(Urgency::Urgent, None).shifted(&open, at(6)).acknowledge_by, at(29));
}

#[test]
fn the_first_question_moves_the_decision_by_half_of_its_length_at_most() {
    // Urgent: the decision is due after 48 hours.
    for (asked, answered, needed_by, frozen, expected) in [
        (10, Some(15), None, None, 53),
        (10, Some(10), None, None, 48),
        (10, Some(34), None, None, 72),
        (10, Some(200), None, None, 72),
        // Open, it has its half; asked too late, it moves nothing.
        (10, None, None, None, 72),
        (48, None, None, None, 48),
        (50, Some(60), None, None, 48),
        // The hard deadline stays, and halves what is left before it.
        (10, None, Some(60), None, 60),
        (10, None, Some(40), None, 40),
        // Frozen time counts once: 20 hours of freeze, of the question's 25 hours five.
        (10, Some(35), None, Some((12, 32)), 73),
        (10, Some(35), None, Some((2, 8)), 78),
        (10, Some(200), None, Some((12, 32)), 92),
    ] {
        let freezes: Vec<Freeze> = frozen.map(|(from, until)| freeze(from, Some(until))).into_iter().collect();
        let clarification = Clarification { asked_at: at(asked), answered_at: answered.map(at) };
        let shift = ClockShift { freezes: &freezes, clarification: Some(clarification) };
        let before = deadlines(Urgency::Urgent, needed_by);
        let after = before.shifted(&shift, at(300));
        assert_eq!(after.decide_by, Some(at(expected)), "{asked} {answered:?} {needed_by:?} {frozen:?}");
        let without = before.shifted(&ClockShift { clarification: None, ..shift }, at(300));
        assert!(after == Deadlines { decide_by: after.decide_by, ..without });
    }
}

#[test]
fn deadlines_are_read_as_they_were_written() {
    for urgency in Urgency::ALL {
        for needed_by in [None, Some(5)] {
            let deadlines = deadlines(*urgency, needed_by);
            let json = serde_json::to_string(&deadlines).unwrap();
            assert!(serde_json::from_str::<Deadlines>(&json).unwrap() == deadlines);
        }
    }
    assert_eq!(format!("{:?}", deadlines(Urgency::Urgent, Some(5))), "Deadlines(…)");
}

proptest! {
    #[test]
    fn nothing_moves_behind_the_hard_deadline_and_nothing_to_before_it_was(
        urgency in prop::sample::select(Urgency::ALL), needed_by in prop::option::of(1_i64..2000),
        from in 0_i64..500, length in 0_i64..500, asked in 0_i64..500, open in prop::option::of(0_i64..500),
    ) {
        let freezes = [freeze(from, Some(from + length))];
        let clarification = Clarification { asked_at: at(asked), answered_at: open.map(|open| at(asked + open)) };
        let shift = ClockShift { freezes: &freezes, clarification: Some(clarification) };
        let before = deadlines(urgency, needed_by);
        let after = before.shifted(&shift, at(2000));
        for (before, after) in hours(&before).into_iter().zip(hours(&after)) {
            prop_assert!(before <= after);
            prop_assert!(needed_by.is_none_or(|hard| after.is_none_or(|after| after <= hard)));
        }
        prop_assert!(before.shifted(&ClockShift::default(), at(2000)) == before);
    }
}
