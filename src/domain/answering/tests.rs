use super::*;
use crate::domain::id::{Identifier as _, ProjectId};
use crate::domain::lifecycle::Party;

const SENT: &str = "2026-10-05T08:00:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn october() -> CountedMonths {
    CountedMonths::before(at("2026-11-01T00:00:00Z"))
}

fn organization(number: u8) -> OrganizationId {
    OrganizationId::from_bytes([number; 16])
}

/// Sent on a Monday: to be acknowledged within two days, decided within seven.
fn asked(status: Status, status_at: &str) -> AskedReferral {
    let requested_at = at(SENT);
    AskedReferral {
        id: ReferralId::from_bytes([1; 16]),
        recipient_id: organization(1),
        need: Need::LegalMinorityAppeal,
        kind: ReferralKind::Referral,
        status,
        status_at: at(status_at),
        deadlines: Deadlines {
            requested_at,
            needed_by: None,
            acknowledge_by: requested_at.plus_days(2),
            decide_by: Some(requested_at.plus_days(7)),
            serve_by: None,
            remind_at: None,
            escalate_at: None,
            propose_at: None,
            expire_at: requested_at.plus_days(30),
            review_at: Vec::new(),
        },
    }
}

fn said(lines: &[(&str, Event, Party)]) -> Vec<TimelineEntry> {
    let line = |(version, (when, event, party)): (usize, &(&str, Event, Party))| TimelineEntry {
        referral_id: ReferralId::from_bytes([1; 16]),
        version: i64::try_from(version).expect("few") + 1,
        at: at(when),
        event: *event,
        party: *party,
        actor_id: None,
        organization_id: None,
        attested_by: None,
        code: None,
    };
    lines.iter().enumerate().map(line).collect()
}

#[test]
fn six_complete_months_are_counted() {
    let months = CountedMonths::before(at("2026-11-23T18:50:12Z"));
    assert_eq!((months.start(), months.end()), (at("2026-05-01T00:00:00Z"), at("2026-11-01T00:00:00Z")));
    assert_eq!(CountedMonths::before(at("2026-11-30T23:59:59Z")), months);
    assert_eq!(CountedMonths::before(at("2026-12-01T00:00:00Z")).start(), at("2026-06-01T00:00:00Z"));
    assert_eq!(CountedMonths::before(at("2026-01-01T00:00:00Z")).start(), at("2025-07-01T00:00:00Z"));
}

#[test]
fn any_answer_by_the_time_to_decide_counts_however_it_came() {
    use Party::{Recipient, Sender};
    let (in_time, late) = ("2026-10-12T08:00:00Z", "2026-10-12T08:00:00.000001Z");
    for (status, lines, expected) in [
        (Status::Accepted, vec![(in_time, Event::Accept, Recipient)], true),
        (Status::Declined, vec![(in_time, Event::Decline, Recipient)], true),
        (Status::Waitlisted, vec![(in_time, Event::Waitlist, Recipient)], true),
        (Status::Declined, vec![(in_time, Event::Decline, Sender)], true),
        (Status::Accepted, vec![(late, Event::Accept, Recipient)], false),
        (Status::Acknowledged, vec![(in_time, Event::Acknowledge, Recipient)], false),
        (Status::Expired, vec![], false),
        // The first answer counts, not what became of it.
        (Status::Accepted, vec![(in_time, Event::Waitlist, Recipient), (late, Event::Accept, Recipient)], true),
    ] {
        let found = asked(status, in_time).is_answered_in_time(&said(&lines), &[], october());
        assert_eq!(found, Some(expected), "{status} {}", lines.len());
    }
}

#[test]
fn without_a_time_to_decide_the_acknowledgement_is_the_answer() {
    let mut long = asked(Status::Acknowledged, SENT);
    long.deadlines.decide_by = None;
    let acknowledged =
        |when| long.is_answered_in_time(&said(&[(when, Event::Acknowledge, Party::Recipient)]), &[], october());
    assert_eq!(acknowledged("2026-10-07T08:00:00Z"), Some(true));
    assert_eq!(acknowledged("2026-10-07T08:00:01Z"), Some(false));
}

#[test]
fn what_says_nothing_of_the_recipient_is_left_out() {
    let nothing = said(&[]);
    let left_out = |asked: AskedReferral| asked.is_answered_in_time(&nothing, &[], october());
    assert_eq!(left_out(asked(Status::Withdrawn, SENT)), None);
    assert_eq!(left_out(asked(Status::EnteredInError, SENT)), None);
    assert_eq!(left_out(AskedReferral { kind: ReferralKind::Redirection, ..asked(Status::Requested, SENT) }), None);
    assert_eq!(left_out(asked(Status::Cancelled, "2026-10-12T08:00:00Z")), None, "before it was due");
    assert_eq!(left_out(asked(Status::Cancelled, "2026-10-12T08:00:01Z")), Some(false), "after");
    let accepted = said(&[("2026-10-06T08:00:00Z", Event::Accept, Party::Recipient)]);
    let cancelled = asked(Status::Cancelled, "2026-10-07T08:00:00Z");
    assert_eq!(cancelled.is_answered_in_time(&accepted, &[], october()), Some(true), "it had been answered");
    // Due in November: the next figures have it, whether it was answered or not.
    let mut pending = asked(Status::Accepted, SENT);
    pending.deadlines.decide_by = Some(at("2026-11-01T00:00:00Z"));
    assert_eq!(pending.is_answered_in_time(&accepted, &[], october()), None);
}

#[test]
fn what_a_project_was_frozen_puts_the_answer_off() {
    let freeze = Freeze {
        project_id: ProjectId::from_bytes([1; 16]),
        frozen_at: at("2026-10-08T08:00:00Z"),
        thaw_requested_at: None,
        thaw_requested_by: None,
        thawed_at: Some(at("2026-10-10T08:00:00Z")),
    };
    let accepted = |when| {
        let lines = said(&[(when, Event::Accept, Party::Recipient)]);
        asked(Status::Accepted, when).is_answered_in_time(&lines, std::slice::from_ref(&freeze), october())
    };
    assert_eq!(accepted("2026-10-14T08:00:00Z"), Some(true));
    assert_eq!(accepted("2026-10-14T08:00:01Z"), Some(false));
}

fn many(number: u8, need: Need, answered: usize, silent: usize) -> Vec<(OrganizationId, Need, bool)> {
    let answers = std::iter::repeat_n(true, answered).chain(std::iter::repeat_n(false, silent));
    answers.map(|answer| (organization(number), need, answer)).collect()
}

#[test]
fn a_need_has_a_figure_from_five_on_and_the_others_one_together() {
    let (appeal, detention, food) = (Need::LegalMinorityAppeal, Need::LegalRemovalDefence, Need::BasicFood);
    let asked = [
        // Five of an appeal, three answered; two and three of others, four answered.
        many(1, appeal, 3, 2),
        many(1, detention, 2, 0),
        many(1, food, 2, 1),
        // Five of an appeal, and a single other one, which no figure may tell.
        many(2, appeal, 5, 0),
        many(2, food, 0, 1),
        // Four.
        many(3, appeal, 4, 0),
    ];
    let figures = figures_of(asked.concat());
    let told: Vec<_> = figures.iter().map(|f| (f.organization_id, f.need, f.referrals, f.answered_in_time)).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.contains(&(organization(1), Some(appeal), 5, 3)));
    assert!(told.contains(&(organization(1), None, 5, 4)));
    assert!(told.contains(&(organization(2), Some(appeal), 5, 5)));
    let known = KnownAnswering::new(figures);
    let of = |number, need| {
        known.of(organization(number), need).map(|known| (known.referrals, known.answered_in_time_share))
    };
    assert_eq!(of(1, Some(appeal)), Some((5, 0.6)));
    assert_eq!(of(1, Some(food)), Some((10, 0.7)), "seldom asked for it: how it answers altogether");
    assert_eq!(of(1, None), Some((10, 0.7)));
    assert_eq!(of(2, Some(food)), Some((5, 1.0)), "the sum of what is told, not of what is hidden");
    assert_eq!((of(3, Some(appeal)), of(3, None)), (None, None));
}
