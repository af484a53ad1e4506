//! What happened to a referral, line by line.

use super::codes::Attestation;
use crate::domain::clocks::Clarification;
use crate::domain::id::{AccountId, OrganizationId, ReferralId};
use crate::domain::lifecycle::{Event, Party};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

/// One line of a timeline.
#[derive(Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The referral.
    pub referral_id: ReferralId,
    /// The version that the change made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// On whose behalf.
    pub party: Party,
    /// Who did it; nobody where a clock ran out or another act closed it.
    pub actor_id: Option<AccountId>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// Who says so, where it is something that somebody says.
    pub attested_by: Option<Attestation>,
    /// The code that belongs to it.
    pub code: Option<String>,
}

hidden_debug!(TimelineEntry);

/// The recipient's first question, which stops the clock of its decision.
pub fn first_clarification(timeline: &[TimelineEntry]) -> Option<Clarification> {
    let asked = timeline.iter().position(|entry| entry.event == Event::Ask)?;
    let answer = timeline[asked..].iter().find(|entry| entry.event == Event::Answer);
    Some(Clarification { asked_at: timeline[asked].at, answered_at: answer.map(|entry| entry.at) })
}

/// True once the sender has recorded something as the recipient, or the person, told it.
pub fn has_reply_as_told(timeline: &[TimelineEntry]) -> bool {
    let is_told = |entry: &TimelineEntry| matches!(entry.attested_by, Some(Attestation::Sender | Attestation::Person));
    timeline.iter().any(is_told)
}

/// When somebody last said that something happened.
pub fn last_attested_at(timeline: &[TimelineEntry]) -> Option<Timestamp> {
    timeline.iter().filter(|entry| entry.attested_by.is_some()).map(|entry| entry.at).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    fn line(version: i64, event: Event, attested_by: Option<Attestation>) -> TimelineEntry {
        TimelineEntry {
            referral_id: ReferralId::from_bytes([1; 16]),
            version,
            at: Timestamp::from_microseconds(version),
            event,
            party: Party::Sender,
            actor_id: None,
            organization_id: None,
            attested_by,
            code: None,
        }
    }

    #[test]
    fn the_first_question_counts_and_its_answer() {
        let timeline = [Event::Send, Event::Acknowledge, Event::Ask, Event::Answer, Event::Ask];
        let timeline: Vec<_> = (2..).zip(timeline).map(|(version, event)| line(version, event, None)).collect();
        let found = |until: usize| {
            first_clarification(&timeline[..until])
                .map(|found| (found.asked_at.microseconds(), found.answered_at.map(Timestamp::microseconds)))
        };
        assert_eq!(found(2), None);
        assert_eq!(found(3), Some((4, None)));
        assert_eq!((found(4), found(5)), (Some((4, Some(5))), Some((4, Some(5)))));
    }

    #[test]
    fn a_reply_as_told_is_what_the_sender_records_of_others() {
        for (attested_by, is_reply) in [
            (None, false),
            (Some(Attestation::Partner), false),
            (Some(Attestation::Sender), true),
            (Some(Attestation::Person), true),
        ] {
            let timeline = [line(2, Event::Send, None), line(3, Event::Acknowledge, attested_by)];
            assert_eq!(has_reply_as_told(&timeline), is_reply, "{attested_by:?}");
            let attested_at = attested_by.map(|_| Timestamp::from_microseconds(3));
            assert_eq!(last_attested_at(&timeline), attested_at);
        }
    }
}
