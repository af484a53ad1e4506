//! Proof: four separate facts of a referral's life, each with who says so first.

use super::codes::{Attestation, Channel, OutcomeCode};
use super::timeline::TimelineEntry;
use crate::domain::lifecycle::{Event, Party};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

/// One fact, as it was first attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attested {
    /// When it was said.
    pub at: Timestamp,
    /// By whom.
    pub by: Attestation,
}

/// What is proved of a referral.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Proof {
    /// The request has reached the recipient: by a call, or because it has answered.
    pub delivered: Option<Attested>,
    /// The recipient has said that it has the request, or has decided at once.
    pub acknowledged: Option<Attested>,
    /// The recipient has accepted it, put it on the waiting list or declined it.
    pub decided: Option<Attested>,
    /// The person has got the service: it began, or ended as given.
    pub received: Option<Attested>,
}

hidden_debug!(Proof);

/// What a timeline, oldest line first, proves. A line that the recipient itself or, as told by it, the sender attests
/// shows that the request had arrived; what only the person tells does not.
pub fn proof(channel: Option<Channel>, outcome: Option<OutcomeCode>, timeline: &[TimelineEntry]) -> Proof {
    let first = |of: &dyn Fn(&TimelineEntry) -> Option<Attestation>| {
        timeline.iter().find_map(|entry| of(entry).map(|by| Attested { at: entry.at, by }))
    };
    let is_given = outcome.is_some_and(OutcomeCode::is_received);
    Proof {
        delivered: first(&|entry| delivers(channel, entry)),
        acknowledged: first(&|entry| {
            entry.attested_by.filter(|_| entry.event == Event::Acknowledge || is_decision(entry.event))
        }),
        decided: first(&|entry| entry.attested_by.filter(|_| is_decision(entry.event))),
        received: first(&|entry| {
            let is_receipt = entry.event == Event::Start || (entry.event == Event::Complete && is_given);
            entry.attested_by.filter(|_| is_receipt)
        }),
    }
}

fn delivers(channel: Option<Channel>, entry: &TimelineEntry) -> Option<Attestation> {
    match entry.party {
        Party::Recipient => Some(Attestation::Partner),
        Party::Sender if entry.event == Event::Send && channel == Some(Channel::Call) => Some(Attestation::Sender),
        _ => entry.attested_by.filter(|by| *by == Attestation::Sender && entry.event != Event::HandOver),
    }
}

const fn is_decision(event: Event) -> bool {
    matches!(event, Event::Accept | Event::Waitlist | Event::Decline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;
    use crate::domain::id::{Identifier as _, ReferralId};

    fn hour(number: usize) -> Timestamp {
        let start = Timestamp::parse("2026-11-23T18:00:00Z").expect("an instant");
        start.plus_hours(i64::try_from(number).expect("a few"))
    }

    /// One line an hour, each as `event party attestation`.
    fn timeline(lines: &str) -> Vec<TimelineEntry> {
        let read = |(number, line): (usize, &str)| {
            let mut words = line.split_whitespace();
            let mut word = || words.next().unwrap_or("-");
            TimelineEntry {
                referral_id: ReferralId::from_bytes([1; 16]),
                version: i64::try_from(number).expect("a few") + 1,
                at: hour(number),
                event: Event::from_code(word()).expect("an event"),
                party: Party::from_code(word()).expect("a party"),
                actor_id: None,
                organization_id: None,
                attested_by: Attestation::from_code(word()),
                code: None,
            }
        };
        lines.split(", ").enumerate().map(read).collect()
    }

    fn told(fact: Option<Attested>) -> String {
        let number = |at| (0..9).find(|number| hour(*number) == at).expect("an hour of the timeline");
        fact.map_or("-".to_owned(), |fact| format!("{} {}", number(fact.at), fact.by))
    }

    #[test]
    fn each_fact_is_dated_by_whoever_attests_it_first() {
        const SENT: &str = "create sender, send sender";
        for (channel, outcome, lines, expected) in [
            (Channel::Electronic, None, "", ["-", "-", "-", "-"]),
            (Channel::Call, None, "", ["1 sender", "-", "-", "-"]),
            (Channel::Electronic, None, ", acknowledge recipient partner", ["2 partner", "2 partner", "-", "-"]),
            (Channel::Electronic, None, ", acknowledge sender sender", ["2 sender", "2 sender", "-", "-"]),
            (Channel::Electronic, None, ", acknowledge sender person", ["-", "2 person", "-", "-"]),
            (Channel::Electronic, None, ", decline recipient partner", ["2 partner", "2 partner", "2 partner", "-"]),
            (
                Channel::Electronic,
                None,
                ", acknowledge recipient partner, ask recipient, answer sender, waitlist sender sender, accept recipient partner",
                ["2 partner", "2 partner", "5 sender", "-"],
            ),
            (
                Channel::Call,
                None,
                ", accept sender sender, start sender person",
                ["1 sender", "2 sender", "2 sender", "3 person"],
            ),
            (
                Channel::Electronic,
                Some(OutcomeCode::ServicePartial),
                ", accept recipient partner, hand_over sender sender, complete sender person",
                ["2 partner", "2 partner", "2 partner", "4 person"],
            ),
            (
                Channel::Electronic,
                Some(OutcomeCode::Ongoing),
                ", accept recipient partner, hand_over sender sender, complete recipient partner",
                ["2 partner", "2 partner", "2 partner", "-"],
            ),
            (Channel::Electronic, None, ", expire timer", ["-", "-", "-", "-"]),
        ] {
            let told = {
                let Proof { delivered, acknowledged, decided, received } =
                    proof(Some(channel), outcome, &timeline(&format!("{SENT}{lines}")));
                [delivered, acknowledged, decided, received].map(told)
            };
            assert_eq!(told, expected, "{lines} by {channel}");
        }
    }
}
