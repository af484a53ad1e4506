//! Courses that a referral takes: what is done, and how many hours after what was done before. What no step ends is
//! ended by its clocks.

use crate::domain::referral::{CancelReason, Channel, DeclineCode, ErrorReason, HandoverMode, OutcomeCode, Urgency};

/// What somebody does about a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The team sends its draft, or calls.
    Send(Channel),
    /// It was received.
    Acknowledge,
    /// The recipient asks before it decides.
    Ask,
    /// The team answers.
    AnswerQuestion,
    /// It is accepted.
    Accept,
    /// It waits for a place, for about so many days.
    Waitlist(i64),
    /// It is declined.
    Decline(DeclineCode),
    /// The two sides write to each other.
    Write,
    /// The team hands the person over.
    HandOver(HandoverMode),
    /// The service begins.
    Start,
    /// The service was given.
    Complete(OutcomeCode),
    /// It was not.
    NotRealise(OutcomeCode),
    /// The team asks the next recipient whom the person has named.
    Reroute,
    /// It is taken up again.
    Reopen,
    /// The team cancels.
    Cancel(CancelReason),
    /// The person takes back the consent.
    Withdraw,
    /// It should never have been.
    MarkError(ErrorReason),
}

impl Step {
    /// True of what a recipient does, who may be slow or silent.
    pub(super) const fn is_of_recipient(self) -> bool {
        matches!(
            self,
            Self::Acknowledge
                | Self::Ask
                | Self::Accept
                | Self::Waitlist(_)
                | Self::Decline(_)
                | Self::Start
                | Self::Complete(_)
                | Self::NotRealise(_)
        )
    }
}

/// A step with the hours that it comes after the one before.
pub(super) type Timed = (i64, Step);

/// One course.
pub(super) struct Course {
    /// How often it is taken.
    pub(super) weight: u64,
    /// How urgent it is; where that is left open, as the need has it.
    pub(super) urgency: Option<Urgency>,
    /// What is done.
    pub(super) steps: &'static [Timed],
}

/// A course that stands in a state now.
pub(super) struct Standing {
    /// How many hours ago the case was opened.
    pub(super) hours_ago: i64,
    /// The course.
    pub(super) course: Course,
}

use CancelReason::{NoAnswer, NoLongerNeeded};
use Channel::{Call, Electronic};
use DeclineCode::{Full, NotEligibleStatus, NotInterested};
use HandoverMode::{JointInterview, Phone};
use OutcomeCode::{HarmReported, NotReceivedCapacity, NotReceivedNoShow, Ongoing, ServicePartial, ServiceReceived};
use Step::{
    Accept, Acknowledge, AnswerQuestion, Ask, Cancel, Complete, Decline, HandOver, MarkError, NotRealise, Reopen,
    Reroute, Send, Start, Waitlist, Withdraw, Write,
};
use Urgency::{Emergency, Normal, Urgent};

const fn course(weight: u64, urgency: Option<Urgency>, steps: &'static [Timed]) -> Course {
    Course { weight, urgency, steps }
}

/// What ended, one way or another.
pub(super) const ENDED: [Course; 20] = [
    course(
        26,
        None,
        &[
            (1, Send(Electronic)),
            (5, Acknowledge),
            (20, Accept),
            (24, HandOver(Phone)),
            (20, Start),
            (200, Complete(ServiceReceived)),
        ],
    ),
    course(10, Some(Normal), &[(2, Send(Electronic))]),
    course(6, Some(Normal), &[(1, Send(Electronic)), (9, Acknowledge), (30, Decline(NotEligibleStatus))]),
    course(6, None, &[(1, Send(Electronic)), (4, Acknowledge), (22, Accept), (150, NotRealise(NotReceivedNoShow))]),
    course(4, None, &[(1, Send(Electronic)), (6, Acknowledge), (30, Cancel(NoLongerNeeded))]),
    course(3, None, &[(1, Send(Electronic)), (3, Acknowledge), (20, Accept), (60, Withdraw)]),
    course(2, None, &[(1, Send(Electronic)), (4, MarkError(ErrorReason::WrongService))]),
    course(12, None, &[(2, Send(Call)), (1, Accept), (40, Start), (120, Complete(ServiceReceived))]),
    course(
        10,
        None,
        &[
            (1, Send(Electronic)),
            (7, Acknowledge),
            (24, Decline(Full)),
            (20, Reroute),
            (8, Acknowledge),
            (24, Accept),
            (48, Start),
            (200, Complete(ServiceReceived)),
        ],
    ),
    course(
        6,
        None,
        &[
            (1, Send(Electronic)),
            (6, Acknowledge),
            (3, Ask),
            (10, AnswerQuestion),
            (24, Accept),
            (4, Write),
            (48, Start),
            (300, Complete(Ongoing)),
        ],
    ),
    course(
        6,
        Some(Normal),
        &[
            (1, Send(Electronic)),
            (8, Acknowledge),
            (20, Waitlist(21)),
            (400, Accept),
            (48, Start),
            (240, Complete(ServiceReceived)),
        ],
    ),
    course(5, Some(Normal), &[(1, Send(Electronic)), (8, Acknowledge), (30, Waitlist(14))]),
    course(
        6,
        Some(Urgent),
        &[
            (1, Send(Electronic)),
            (175, Reroute),
            (4, Acknowledge),
            (10, Accept),
            (24, HandOver(JointInterview)),
            (10, Complete(ServicePartial)),
        ],
    ),
    course(6, None, &[(1, Send(Electronic)), (10, Acknowledge), (40, Accept)]),
    course(4, Some(Normal), &[(1, Send(Electronic)), (20, Acknowledge), (200, Cancel(NoAnswer))]),
    course(3, None, &[(3, Send(Call)), (1, Decline(NotInterested))]),
    course(3, None, &[(1, Send(Electronic)), (4, Acknowledge), (30, Accept), (90, NotRealise(NotReceivedCapacity))]),
    course(
        1,
        None,
        &[
            (1, Send(Electronic)),
            (4, Acknowledge),
            (20, Accept),
            (30, HandOver(Phone)),
            (20, Start),
            (90, Complete(HarmReported)),
        ],
    ),
    course(
        2,
        None,
        &[
            (1, Send(Electronic)),
            (4, Acknowledge),
            (20, Accept),
            (40, Start),
            (150, Complete(ServicePartial)),
            (120, Reopen),
            (100, Complete(ServiceReceived)),
        ],
    ),
    course(
        3,
        Some(Emergency),
        &[(1, Send(Electronic)), (1, Acknowledge), (1, Accept), (3, HandOver(Phone)), (6, Complete(ServiceReceived))],
    ),
];

const fn standing(hours_ago: i64, urgency: Urgency, steps: &'static [Timed]) -> Standing {
    Standing { hours_ago, course: course(0, Some(urgency), steps) }
}

/// What is open now: each open state, and some of them in more than one way.
pub(super) const STANDING: [Standing; 11] = [
    standing(20, Normal, &[]),
    standing(10, Normal, &[(1, Send(Electronic))]),
    standing(72, Normal, &[(1, Send(Electronic)), (6, Acknowledge)]),
    standing(48, Normal, &[(1, Send(Electronic)), (4, Acknowledge), (3, Ask)]),
    standing(240, Normal, &[(1, Send(Electronic)), (6, Acknowledge), (20, Waitlist(30))]),
    standing(72, Normal, &[(1, Send(Electronic)), (5, Acknowledge), (20, Accept), (3, Write)]),
    standing(120, Normal, &[(1, Send(Electronic)), (4, Acknowledge), (10, Accept), (24, HandOver(Phone))]),
    standing(480, Normal, &[(1, Send(Electronic)), (6, Acknowledge), (20, Accept), (20, HandOver(Phone)), (24, Start)]),
    // Nobody has answered for eight days: its recipient was reminded, and others were told.
    standing(200, Normal, &[(1, Send(Electronic))]),
    standing(30, Normal, &[(1, Send(Call)), (1, Accept)]),
    standing(4, Emergency, &[(1, Send(Electronic))]),
];

/// What a team does about somebody who never answered: it asks the next one, which does.
pub(super) const AFTER_SILENCE: &[Timed] =
    &[(790, Reroute), (8, Acknowledge), (24, Accept), (48, Start), (200, Complete(ServiceReceived))];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::{Event, Party, Status, next};
    use Party::{Recipient, Sender};

    const fn event(step: Step) -> Option<(Event, Party)> {
        Some(match step {
            Send(_) => (Event::Send, Sender),
            Acknowledge => (Event::Acknowledge, Recipient),
            Ask => (Event::Ask, Recipient),
            AnswerQuestion => (Event::Answer, Sender),
            Accept => (Event::Accept, Recipient),
            Waitlist(_) => (Event::Waitlist, Recipient),
            Decline(_) => (Event::Decline, Recipient),
            HandOver(_) => (Event::HandOver, Sender),
            Start => (Event::Start, Recipient),
            Complete(_) => (Event::Complete, Recipient),
            NotRealise(_) => (Event::NotRealise, Recipient),
            Reopen => (Event::Reopen, Sender),
            Cancel(_) => (Event::Cancel, Sender),
            Withdraw => (Event::WithdrawConsent, Sender),
            MarkError(_) => (Event::MarkError, Sender),
            Write | Reroute => return None,
        })
    }

    /// Where the steps lead, without any clock. A reroute goes on with a referral that was just sent.
    fn led_to(steps: &[Timed]) -> Status {
        let drafted = next(None, Event::Create, Sender).expect("a draft");
        steps.iter().fold(drafted, |status, (_, step)| match event(*step) {
            Some((event, party)) => {
                next(Some(status), event, party).unwrap_or_else(|illegal| panic!("{steps:?}: {illegal}"))
            }
            None if *step == Reroute => Status::Requested,
            None => status,
        })
    }

    #[test]
    fn every_course_keeps_to_the_table_and_each_open_state_is_stood_in() {
        ENDED.iter().for_each(|course| _ = led_to(course.steps));
        let stood_in: Vec<Status> = STANDING.iter().map(|standing| led_to(standing.course.steps)).collect();
        let open = [
            Status::Draft,
            Status::Requested,
            Status::Acknowledged,
            Status::Clarifying,
            Status::Waitlisted,
            Status::Accepted,
            Status::HandedOver,
            Status::InService,
        ];
        // The first of them are all that a small demonstration has.
        assert_eq!(stood_in[..open.len()], open);
        for Standing { hours_ago, course } in &STANDING {
            assert!(course.steps.iter().map(|(hours, _)| hours).sum::<i64>() < *hours_ago, "{hours_ago}");
        }
    }
}
