//! Capacity checks: whether a service has places for a number of people, asked before anybody is spoken of.
//!
//! Invariant: a check is of no case and no person. It tells a need, how urgent it is, how many places and from when until
//! when, and nothing else (stage 0); it rests on no consent, and no need is recorded by it.

use super::code::code_list;
use super::id::{CapacityCheckId, OrganizationId, ProjectId, ServiceId, TeamId};
use super::need::Need;
use super::referral::{Attestation, Urgency};
use super::refusal::{InputProblem, ProtectionProblem, Refusal};
use super::time::Timestamp;

/// Most places of one check, asked for or told.
const MOST_PLACES: i64 = 500;
/// For how many days from now places can be asked for.
const LONGEST_DAYS: i64 = 7;

code_list! {
    /// What a recipient says to a question for places.
    CapacityAnswer {
        Yes = "yes": "there are places for all of them",
        Some = "some": "there are places for some of them",
        No = "no": "there is none",
        CallUs = "call_us": "it is told by phone",
    }
}

/// A question to a recipient whether it has places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapacityCheck {
    /// Identifier.
    pub id: CapacityCheckId,
    /// The project that asks.
    pub project_id: ProjectId,
    /// The team that asks.
    pub team_id: TeamId,
    /// The organisation that asks.
    pub sender_id: OrganizationId,
    /// Who is asked.
    pub recipient_id: OrganizationId,
    /// The service.
    pub service_id: ServiceId,
    /// The need.
    pub need: Need,
    /// How urgent it is.
    pub urgency: Urgency,
    /// How many places.
    pub quantity: i64,
    /// From when on.
    pub from: Timestamp,
    /// Until when; the check closes by itself then.
    pub until: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What was answered.
    pub told: Option<ToldPlaces>,
    /// When the asking team closed it.
    pub closed_at: Option<Timestamp>,
}

/// An answer to a question for places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldPlaces {
    /// When.
    pub at: Timestamp,
    /// What.
    pub answer: CapacityAnswer,
    /// How many are free, where it was told.
    pub available: Option<i64>,
    /// Who says so: the recipient itself, or the asking team as it was told.
    pub attested_by: Attestation,
}

impl CapacityCheck {
    /// True while an answer is awaited or of use: nobody has to close what has passed.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed_at.is_none() && now < self.until
    }

    /// Checks how many places are asked for, and for when.
    pub fn check_asked(&self) -> Result<(), Refusal> {
        if !(1..=MOST_PLACES).contains(&self.quantity) {
            return Err(Refusal::input("quantity", InputProblem::Quantity));
        }
        let is_soon = self.asked_at < self.until && self.until <= self.asked_at.plus_days(LONGEST_DAYS);
        if is_soon && self.from < self.until { Ok(()) } else { Err(Refusal::input("until", InputProblem::CheckPeriod)) }
    }

    /// The check with its answer. The first one counts; nothing is answered once it is closed.
    pub fn answered(self, told: ToldPlaces) -> Result<Self, Refusal> {
        self.require_open(told.at)?;
        if self.told.is_some() {
            return Err(Refusal::Protection(ProtectionProblem::AlreadyAnswered));
        }
        let tells_places = matches!(told.answer, CapacityAnswer::Yes | CapacityAnswer::Some);
        if told.available.is_some_and(|count| !tells_places || !(1..=MOST_PLACES).contains(&count)) {
            return Err(Refusal::input("available", InputProblem::AvailablePlaces));
        }
        Ok(Self { told: Some(told), ..self })
    }

    /// The check, closed by the team that asked.
    pub fn closed(self, now: Timestamp) -> Result<Self, Refusal> {
        self.require_open(now)?;
        Ok(Self { closed_at: Some(now), ..self })
    }

    fn require_open(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.is_open(now) { Ok(()) } else { Err(Refusal::Protection(ProtectionProblem::AlreadyClosed)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    fn check(now: Timestamp) -> CapacityCheck {
        CapacityCheck {
            id: CapacityCheckId::from_bytes([1; 16]),
            project_id: ProjectId::from_bytes([2; 16]),
            team_id: TeamId::from_bytes([3; 16]),
            sender_id: OrganizationId::from_bytes([4; 16]),
            recipient_id: OrganizationId::from_bytes([5; 16]),
            service_id: ServiceId::from_bytes([6; 16]),
            need: Need::ShelterMinor,
            urgency: Urgency::Urgent,
            quantity: 12,
            from: now,
            until: now.plus_days(2),
            asked_at: now,
            told: None,
            closed_at: None,
        }
    }

    #[test]
    fn a_check_asks_for_a_number_of_places_within_a_week() {
        let now = Timestamp::from_microseconds(1_700_000_000_000_000);
        let (quantity, period) = (InputProblem::Quantity, InputProblem::CheckPeriod);
        let rows = [
            (0, 0, 2, Some(("quantity", quantity))),
            (1, 0, 2, None),
            (500, 0, 7, None),
            (501, 0, 2, Some(("quantity", quantity))),
            (3, 0, 8, Some(("until", period))),
            (3, 0, 0, Some(("until", period))),
            (3, 2, 2, Some(("until", period))),
            (3, -1, 1, None),
        ];
        for (quantity, from, until, problem) in rows {
            let asked =
                CapacityCheck { quantity, from: now.plus_days(from), until: now.plus_days(until), ..check(now) };
            let expected = problem.map_or(Ok(()), |(field, problem)| Err(Refusal::input(field, problem)));
            assert_eq!(asked.check_asked(), expected, "{quantity} {from} {until}");
        }
    }

    #[test]
    fn it_is_answered_once_while_it_is_open_and_ends_by_itself() {
        let now = Timestamp::from_microseconds(1_700_000_000_000_000);
        let told =
            |at: Timestamp, answer, available| ToldPlaces { at, answer, available, attested_by: Attestation::Partner };
        let places = Err(Refusal::input("available", InputProblem::AvailablePlaces));
        for (answer, available, is_taken) in [
            (CapacityAnswer::Yes, None, true),
            (CapacityAnswer::Some, Some(3), true),
            (CapacityAnswer::Some, Some(0), false),
            (CapacityAnswer::Some, Some(501), false),
            (CapacityAnswer::No, Some(3), false),
            (CapacityAnswer::CallUs, None, true),
        ] {
            let answered = check(now).answered(told(now, answer, available)).map(drop);
            assert_eq!(answered, if is_taken { Ok(()) } else { places.clone() }, "{answer} {available:?}");
        }
        let yes = |at| told(at, CapacityAnswer::Yes, None);
        let problem = |problem| Err(Refusal::Protection(problem));
        let answered = check(now).answered(yes(now)).expect("an answer");
        assert_eq!(answered.clone().answered(yes(now)), problem(ProtectionProblem::AlreadyAnswered));
        assert_eq!(check(now).answered(yes(now.plus_days(2))), problem(ProtectionProblem::AlreadyClosed));
        let closed = answered.closed(now).expect("closed");
        assert!(!closed.is_open(now));
        assert_eq!(closed.closed(now), problem(ProtectionProblem::AlreadyClosed));
    }
}
