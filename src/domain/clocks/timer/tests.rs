//! What is due of a referral in each state, state by state.

use super::*;
use crate::domain::clocks::{Calendar, CalendarSettings, Clarification, Clocks};
use crate::domain::code::CodeList as _;
use crate::domain::country::CountryCode;
use crate::domain::freeze::Freeze;
use crate::domain::id::{Identifier as _, ProjectId};
use crate::domain::referral::Urgency;

const DAY: i64 = 24;
/// Long before anything is due.
const EARLY: i64 = 0;
/// Long after everything was.
const LATE: i64 = 1000 * DAY;

fn at(hours: i64) -> Timestamp {
    Timestamp::parse("2026-11-12T10:00:00Z").unwrap().plus_hours(hours)
}

fn deadlines(urgency: Urgency) -> Deadlines {
    let settings = CalendarSettings::of_country(CountryCode::parse("LY").unwrap());
    Deadlines::at(Clocks::default().row(urgency), &Calendar::new(settings, None).unwrap(), at(0), None)
}

/// A referral that came into its state five hours after it was sent.
fn facts(status: Status, deadlines: &Deadlines) -> TimerFacts<'_> {
    TimerFacts {
        status,
        status_at: at(5),
        deadlines,
        shift: ClockShift::default(),
        expected_wait_days: Some(20),
        attested_at: None,
        reviewed_at: None,
        consent_expires_at: Some(at(90 * DAY)),
        has_reply_as_told: false,
        is_need_open: true,
        fired: CodeSet::new(),
    }
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

/// Everything that is due, as `timer hours` after the sending.
fn due(facts: &TimerFacts<'_>) -> String {
    let due = Timer::ALL.iter().filter_map(|timer| Some((timer, due_at(*timer, facts, at(EARLY))?)));
    due.map(|(timer, due)| format!("{timer} {}", due.hours_since(at(0)))).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_state_has_its_due_times() {
    let urgent = deadlines(Urgency::Urgent);
    for status in Status::ALL {
        let expected = match status {
            Status::Requested => "remind 12, escalate 24, propose 48, expire 168, consent_lapsing 1992",
            Status::Acknowledged | Status::Clarifying => "escalate 48, propose 48, expire 168, consent_lapsing 1992",
            Status::Waitlisted => "wait_over 485, wait_expired 653, consent_lapsing 1992",
            // 72 hours and 30 days.
            Status::Accepted | Status::HandedOver | Status::InService => "service_review 792, consent_lapsing 1992",
            Status::Declined | Status::Expired | Status::NotRealised => "need_unanswered 53",
            Status::Draft | Status::Completed | Status::Cancelled | Status::Withdrawn | Status::EnteredInError => "",
        };
        assert_eq!(due(&facts(*status, &urgent)), expected, "{status}");
    }
}

#[test]
fn what_takes_months_is_reviewed_in_every_state_under_way() {
    let long = deadlines(Urgency::LongTrack);
    for (status, expected) in [
        (Status::Requested, "expire 9360, long_track_review 720, consent_lapsing 1992"),
        (Status::Acknowledged, "expire 9360, long_track_review 720, consent_lapsing 1992"),
        (Status::Waitlisted, "wait_over 485, wait_expired 653, long_track_review 720, consent_lapsing 1992"),
        // The last review's interval and thirty days.
        (Status::InService, "service_review 10080, long_track_review 720, consent_lapsing 1992"),
        (Status::Declined, "need_unanswered 173"),
        (Status::Completed, ""),
    ] {
        assert_eq!(due(&facts(status, &long)), expected, "{status}");
    }
    for (reviewed, expected) in [(719, Some(720)), (720, Some(1440)), (2000, Some(2160)), (12 * 720, None)] {
        let facts = TimerFacts { reviewed_at: Some(at(reviewed)), ..facts(Status::Accepted, &long) };
        assert_eq!(due_at(Timer::LongTrackReview, &facts, at(LATE)), expected.map(at), "{reviewed}");
    }
}

#[test]
fn what_was_sent_always_ends_by_itself() {
    let is_under_way = |status: &&Status| !status.is_terminal() && **status != Status::Draft;
    for urgency in Urgency::ALL {
        let deadlines = deadlines(*urgency);
        for status in Status::ALL.iter().filter(is_under_way) {
            for has_reply_as_told in [false, true] {
                let unknown_wait = TimerFacts { expected_wait_days: None, ..facts(*status, &deadlines) };
                let facts = TimerFacts { has_reply_as_told, ..unknown_wait };
                let ends = [Timer::Expire, Timer::WaitExpired, Timer::ServiceReview];
                let ending = ends.iter().filter(|timer| firing(**timer, &facts, at(LATE)) == Firing::Due).count();
                assert_eq!(ending, 1, "{urgency} {status}");
            }
        }
    }
}

#[test]
fn after_a_reply_as_told_it_ends_thirty_days_after_its_clock_or_the_last_word() {
    let urgent = deadlines(Urgency::Urgent);
    for (status_at, expected) in [(5, 168 + 30 * DAY), (168, 168 + 30 * DAY), (400, 400 + 30 * DAY)] {
        for status in [Status::Acknowledged, Status::Clarifying] {
            let told = TimerFacts { has_reply_as_told: true, status_at: at(status_at), ..facts(status, &urgent) };
            assert_eq!(due_at(Timer::Expire, &told, at(EARLY)), Some(at(expected)), "{status_at}");
        }
    }
}

#[test]
fn what_belongs_to_a_stay_in_a_state_comes_again_with_the_next() {
    let urgent = deadlines(Urgency::Urgent);
    for (timer, status, fired_at, comes_again) in [
        (Timer::Escalate, Status::Acknowledged, 3, false),
        (Timer::ServiceReview, Status::InService, 3, true),
        (Timer::ServiceReview, Status::InService, 5, false),
        (Timer::NeedUnanswered, Status::NotRealised, 3, true),
        // Obtained four hours after the sending.
        (Timer::ConsentLapsing, Status::Accepted, 3, true),
        (Timer::ConsentLapsing, Status::Accepted, 4, false),
    ] {
        let fired = [Fired { timer, fired_at: at(fired_at) }];
        let facts = facts(status, &urgent).counting(&fired, at(4));
        assert_eq!(due_at(timer, &facts, at(EARLY)).is_some(), comes_again, "{timer} {fired_at}");
    }
    let reviewed = [Fired { timer: Timer::LongTrackReview, fired_at: at(720) }];
    assert_eq!(facts(Status::Accepted, &urgent).counting(&reviewed, at(0)).reviewed_at, Some(at(720)));
}

#[test]
fn a_due_time_fires_in_its_state_once_and_not_before() {
    let urgent = deadlines(Urgency::Urgent);
    for status in Status::ALL {
        for timer in Timer::ALL {
            // The consent lapses after all these times.
            let facts = TimerFacts { consent_expires_at: Some(at(LATE + 1)), ..facts(*status, &urgent) };
            let Some(due) = due_at(*timer, &facts, at(EARLY)) else {
                assert_eq!(firing(*timer, &facts, at(LATE)), Firing::Void, "{status} {timer}");
                continue;
            };
            let just_before = Timestamp::from_microseconds(due.microseconds() - 1);
            assert_eq!(firing(*timer, &facts, just_before), Firing::NotYet(due), "{status} {timer}");
            assert_eq!(firing(*timer, &facts, due), Firing::Due, "{status} {timer}");
            assert_eq!(firing(*timer, &facts, at(LATE)), Firing::Due, "{status} {timer}");
            let fired = TimerFacts { fired: [*timer].into(), ..facts };
            assert_eq!(firing(*timer, &fired, at(LATE)), Firing::Void, "{status} {timer}");
        }
    }
}

#[test]
fn a_frozen_project_fires_nothing_and_is_asked_again() {
    let urgent = deadlines(Urgency::Urgent);
    let (still, over) = ([freeze(10, None)], [freeze(10, Some(30))]);
    for status in Status::ALL {
        for timer in Timer::ALL {
            let facts = TimerFacts { consent_expires_at: Some(at(LATE + 1)), ..facts(*status, &urgent) };
            let frozen = TimerFacts { shift: ClockShift { freezes: &still, clarification: None }, ..facts };
            let is_wanted = due_at(*timer, &facts, at(EARLY)).is_some();
            match firing(*timer, &frozen, at(LATE)) {
                Firing::NotYet(again) => assert!(is_wanted && again >= at(LATE + 1), "{status} {timer}"),
                other => assert!(!is_wanted && other == Firing::Void, "{status} {timer} {other:?}"),
            }
            // Thawed, all are later by the twenty hours, but the lapse of a consent, which no freeze puts off.
            let thawed = TimerFacts { shift: ClockShift { freezes: &over, clarification: None }, ..facts };
            let moved_by = if *timer == Timer::ConsentLapsing { 0 } else { 20 };
            let expected = due_at(*timer, &facts, at(30)).map(|due| due.plus_hours(moved_by));
            assert_eq!(due_at(*timer, &thawed, at(30)), expected, "{status} {timer}");
        }
    }
}

#[test]
fn facts_that_put_a_due_time_off_or_out() {
    let urgent = deadlines(Urgency::Urgent);
    let question = Some(Clarification { asked_at: at(10), answered_at: None });
    let asked = |status| {
        let facts = facts(status, &urgent);
        TimerFacts { shift: ClockShift { freezes: &[], clarification: question }, ..facts }
    };
    let accepted = facts(Status::Accepted, &urgent);
    let waits = facts(Status::Waitlisted, &urgent);
    let declined = facts(Status::Declined, &urgent);
    let told = TimerFacts { has_reply_as_told: true, ..facts(Status::Acknowledged, &urgent) };
    for (timer, facts, expected) in [
        // Nobody is told of a decision that a question has put off.
        (Timer::Escalate, asked(Status::Clarifying), Some(72)),
        (Timer::Propose, asked(Status::Clarifying), Some(72)),
        (Timer::Expire, asked(Status::Clarifying), Some(7 * DAY)),
        (Timer::Expire, told, Some(37 * DAY)),
        (Timer::Escalate, told, Some(48)),
        // Accepted late, or with a word since, it has thirty days from then.
        (Timer::ServiceReview, TimerFacts { status_at: at(50 * DAY), ..accepted }, Some(80 * DAY)),
        (Timer::ServiceReview, TimerFacts { attested_at: Some(at(60 * DAY)), ..accepted }, Some(90 * DAY)),
        (Timer::WaitOver, TimerFacts { expected_wait_days: None, ..waits }, None),
        (Timer::WaitExpired, TimerFacts { expected_wait_days: None, ..waits }, Some(7 * DAY + 5)),
        (Timer::ConsentLapsing, TimerFacts { consent_expires_at: None, ..accepted }, None),
        (Timer::ConsentLapsing, TimerFacts { consent_expires_at: Some(at(DAY)), ..accepted }, Some(-6 * DAY)),
        (Timer::ConsentLapsing, TimerFacts { consent_expires_at: Some(at(EARLY)), ..accepted }, None),
        (Timer::NeedUnanswered, TimerFacts { is_need_open: false, ..declined }, None),
    ] {
        assert_eq!(due_at(timer, &facts, at(EARLY)), expected.map(at), "{timer} {}", facts.status);
    }
}
