//! The referral's state machine: one table of transitions, as data.
//!
//! The table is that of the domain reference (§3), completed by ruling R11: every referral ends.
//! Invariant: [`next`] is the only way from one state to another; it knows no clock and no store.

use super::code::code_list;

code_list! {
    /// The state of a referral, in the order of its life. The last seven are terminal.
    Status {
        Draft = "draft": "being prepared, not sent",
        Requested = "requested": "sent, not yet acknowledged",
        Acknowledged = "acknowledged": "received by the recipient, not yet decided",
        Clarifying = "clarifying": "the recipient has asked a question",
        Waitlisted = "waitlisted": "on the recipient's waiting list",
        Accepted = "accepted": "accepted in principle",
        HandedOver = "handed_over": "the person has been handed over",
        InService = "in_service": "the service has begun",
        Completed = "completed": "ended with an outcome",
        Declined = "declined": "declined by the recipient or by the person",
        NotRealised = "not_realised": "accepted, but not given",
        Cancelled = "cancelled": "cancelled by the sender",
        Withdrawn = "withdrawn": "the person has withdrawn the consent",
        Expired = "expired": "ended without an answer",
        EnteredInError = "entered_in_error": "entered in error, counted nowhere",
    }
}

impl Status {
    /// True once nothing more is awaited.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::Declined
                | Self::NotRealised
                | Self::Cancelled
                | Self::Withdrawn
                | Self::Expired
                | Self::EnteredInError
        )
    }

    /// True once a recipient has accepted, unless it came to nothing: then it takes one of the places that the service
    /// had when it last told how many.
    pub const fn takes_a_place(self) -> bool {
        matches!(self, Self::Accepted | Self::HandedOver | Self::InService | Self::Completed)
    }
}

code_list! {
    /// What can happen to a referral.
    Event named "ReferralEvent" {
        Create = "create": "it was drafted",
        Send = "send": "sent to the recipient",
        Acknowledge = "acknowledge": "the recipient acknowledged it",
        Ask = "ask": "a question was asked",
        Answer = "answer": "the question was answered",
        Accept = "accept": "accepted in principle",
        Waitlist = "waitlist": "put on the waiting list",
        Decline = "decline": "the recipient declined it",
        HandOver = "hand_over": "the person was handed over",
        Start = "start": "the service began",
        Complete = "complete": "completed with an outcome",
        NotRealise = "not_realise": "not realised, with an outcome",
        Cancel = "cancel": "the sender cancelled it",
        WithdrawConsent = "withdraw_consent": "the consent was withdrawn",
        Expire = "expire": "expired without an answer",
        CloseAcceptedElsewhere = "close_accepted_elsewhere": "closed because another recipient accepted first",
        Reroute = "reroute": "offered to another recipient by a new referral",
        Reopen = "reopen": "it was reopened",
        MarkError = "mark_error": "marked as entered in error",
        Freeze = "freeze": "the project was frozen",
        Thaw = "thaw": "the project was thawed",
        RevokePartner = "revoke_partner": "the recipient was revoked",
    }
}

code_list! {
    /// On whose behalf somebody acts on a referral.
    Party named "ReferralParty" {
        Sender = "sender": "the sending team",
        Recipient = "recipient": "the receiving organisation",
        Coordinator = "coordinator": "the coordinator of the sending project, or a protection lead",
        Timer = "timer": "a due time",
        System = "system": "Relais itself, closing what another act has decided",
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// Number of the row in the domain reference.
    pub rule: &'static str,
    /// What happens.
    pub event: Event,
    /// States in which it may happen; empty for the first event, which comes from nothing.
    pub from: &'static [Status],
    /// The state after; `None` where the state stays.
    pub to: Option<Status>,
    /// Who may cause it.
    pub parties: &'static [Party],
}

use Party::{Coordinator, Recipient, Sender, System, Timer};
use Status::{
    Accepted, Acknowledged, Cancelled, Clarifying, Completed, Declined, Draft, EnteredInError, Expired, HandedOver,
    InService, NotRealised, Requested, Waitlisted, Withdrawn,
};

const OPEN: &[Status] = &[Draft, Requested, Acknowledged, Clarifying, Waitlisted, Accepted, HandedOver, InService];
const UNDECIDED: &[Status] = &[Requested, Acknowledged, Clarifying, Waitlisted];

const fn row(
    rule: &'static str,
    event: Event,
    from: &'static [Status],
    to: Option<Status>,
    parties: &'static [Party],
) -> Transition {
    Transition { rule, event, from, to, parties }
}

/// Every transition there is. A caseworker who records what a recipient told by phone acts as
/// [`Party::Sender`]; that is why the sender stands in the rows of the recipient.
pub const TRANSITIONS: &[Transition] = &[
    row("T1", Event::Create, &[], Some(Draft), &[Sender]),
    row("T2", Event::Send, &[Draft], Some(Requested), &[Sender]),
    row("T3", Event::Acknowledge, &[Requested], Some(Acknowledged), &[Recipient, Sender]),
    row("T4", Event::Ask, &[Acknowledged], Some(Clarifying), &[Recipient]),
    row("T4", Event::Answer, &[Clarifying], Some(Acknowledged), &[Sender]),
    row("T5", Event::Accept, UNDECIDED, Some(Accepted), &[Recipient, Sender]),
    row("T6", Event::Waitlist, &[Requested, Acknowledged, Clarifying], Some(Waitlisted), &[Recipient, Sender]),
    row("T7", Event::Decline, UNDECIDED, Some(Declined), &[Recipient, Sender]),
    row("T8", Event::HandOver, &[Accepted], Some(HandedOver), &[Sender, Recipient]),
    row("T9", Event::Start, &[Accepted, HandedOver], Some(InService), &[Recipient, Sender]),
    row("T10", Event::Complete, &[HandedOver, InService], Some(Completed), &[Recipient, Sender]),
    row("T11", Event::NotRealise, &[Accepted, HandedOver, InService], Some(NotRealised), &[Recipient, Sender, Timer]),
    row(
        "T12",
        Event::Cancel,
        &[Draft, Requested, Acknowledged, Clarifying, Waitlisted, Accepted],
        Some(Cancelled),
        &[Sender],
    ),
    row("T12", Event::Cancel, OPEN, Some(Cancelled), &[Coordinator]),
    row("T13", Event::WithdrawConsent, OPEN, Some(Withdrawn), &[Sender]),
    row("T14", Event::Expire, UNDECIDED, Some(Expired), &[Timer]),
    row("R11", Event::CloseAcceptedElsewhere, UNDECIDED, Some(Cancelled), &[System]),
    row("T15", Event::Reroute, &[Declined, Expired, NotRealised], None, &[Sender]),
    row("T16", Event::Reopen, &[Completed, NotRealised], Some(InService), &[Sender, Recipient, Coordinator]),
    row(
        "T17",
        Event::MarkError,
        &[
            Draft,
            Requested,
            Acknowledged,
            Clarifying,
            Waitlisted,
            Accepted,
            HandedOver,
            InService,
            Completed,
            Declined,
            NotRealised,
            Cancelled,
            Withdrawn,
            Expired,
        ],
        Some(EnteredInError),
        &[Sender, Coordinator],
    ),
    row("T18", Event::Freeze, OPEN, None, &[Coordinator]),
    row("T18", Event::Thaw, OPEN, None, &[Coordinator]),
    row("T19", Event::RevokePartner, UNDECIDED, Some(Cancelled), &[Coordinator]),
    row("T19", Event::RevokePartner, &[Accepted, HandedOver, InService], None, &[Coordinator]),
];

/// The event may not happen in this state, or not by this party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` by the {party} is not possible here")]
pub struct IllegalTransition {
    /// The state in which it was tried; `None` before the first event.
    pub status: Option<Status>,
    /// What was tried.
    pub event: Event,
    /// By whom.
    pub party: Party,
}

/// The state after `event`, caused by `party`, in the state `status` (`None`: nothing exists yet).
pub fn next(status: Option<Status>, event: Event, party: Party) -> Result<Status, IllegalTransition> {
    TRANSITIONS
        .iter()
        .find(|row| {
            let comes_from_here = status.map_or(row.from.is_empty(), |status| row.from.contains(&status));
            row.event == event && comes_from_here && row.parties.contains(&party)
        })
        .and_then(|row| row.to.or(status))
        .ok_or(IllegalTransition { status, event, party })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList;
    use std::fmt::Write;

    /// Who may do what from where, for every state and event: a table that people review, and not one
    /// derived from [`TRANSITIONS`].
    #[test]
    fn every_state_and_event_pair_is_as_reviewed() {
        let mut table = String::new();
        for status in std::iter::once(None).chain(Status::ALL.iter().copied().map(Some)) {
            let name = status.map_or("(nothing)", CodeList::code);
            for event in Event::ALL {
                let outcomes: Vec<String> = Party::ALL
                    .iter()
                    .filter_map(|party| next(status, *event, *party).ok().map(|to| format!("{party} → {to}")))
                    .collect();
                if !outcomes.is_empty() {
                    writeln!(table, "{name:16} {:24} {}", event.code(), outcomes.join(", "))
                        .expect("a string takes all");
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn nothing_leaves_a_terminal_state_but_reroute_reopen_and_error() {
        for status in Status::ALL.iter().filter(|status| status.is_terminal()) {
            for event in Event::ALL {
                for party in Party::ALL {
                    let allowed = matches!(event, Event::Reroute | Event::Reopen | Event::MarkError);
                    assert!(allowed || next(Some(*status), *event, *party).is_err(), "{status} {event}");
                }
            }
        }
        assert_eq!(Status::ALL.iter().filter(|status| status.is_terminal()).count(), 7);
    }

    #[test]
    fn from_every_open_state_an_end_can_be_reached_without_the_recipient() {
        for status in OPEN {
            let ends = Event::ALL.iter().any(|event| {
                [Sender, Coordinator, Timer]
                    .iter()
                    .any(|party| next(Some(*status), *event, *party).is_ok_and(Status::is_terminal))
            });
            assert!(ends, "{status}");
        }
    }
}
