//! Offers of partners: a person whom a partner offers to one of our services, before anybody is named.
//!
//! Invariants: an offer tells what the service goes by when it takes somebody, and nothing else (stage 0 and 1); it is of no
//! case. Whoever offers says that the person agreed. Every offer ends with an answer on record: the team's, the partner's, or
//! that none came. What it told of the person ends with it.

use super::code::code_list;
use super::disclosure::Offer;
use super::freeze::{Freeze, moved_by_freezes};
use super::id::{OrganizationId, PartnerOfferId, ProjectId, ServiceId, TeamId};
use super::need::Need;
use super::referral::{DeclineCode, OutcomeCode, Urgency};
use super::refusal::{InputProblem, ProtectionProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

/// Most offers of one partner that wait for one project: a mailbox that fell into other hands cannot fill the team's day.
pub const MOST_WAITING: i64 = 20;
/// Most offers of one partner to one project in a day, whatever becomes of them.
pub const MOST_A_DAY: i64 = 60;
/// Days after which the team is asked what came of an offer that it has accepted.
const REVIEW_DAYS: i64 = 14;
/// Days after which an accepted offer ends by itself, nobody having said what came of it.
const UNKNOWN_DAYS: i64 = 44;

code_list! {
    /// How an offer of a partner stands.
    PartnerOfferStatus {
        Offered = "offered": "it waits for the team's answer",
        Accepted = "accepted": "the team takes the person, in principle",
        Declined = "declined": "the team does not take the person",
        Withdrawn = "withdrawn": "the partner has taken it back, or works with the project no more",
        Expired = "expired": "nobody has answered in time",
        Completed = "completed": "it was accepted, and what came of it is on record",
    }
}

/// Which team answers what partners offer to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    /// The service.
    pub service_id: ServiceId,
    /// The project of the team.
    pub project_id: ProjectId,
    /// The team.
    pub team_id: TeamId,
    /// Since when.
    pub opened_at: Timestamp,
}

/// A person whom a partner offers to a service.
#[derive(Clone, PartialEq, Eq)]
pub struct PartnerOffer {
    /// Identifier.
    pub id: PartnerOfferId,
    /// Counts its changes.
    pub version: i64,
    /// The project of the team that answers.
    pub project_id: ProjectId,
    /// The team that answers.
    pub team_id: TeamId,
    /// The organisation of the service.
    pub receiver_id: OrganizationId,
    /// The service.
    pub service_id: ServiceId,
    /// The partner.
    pub sender_id: OrganizationId,
    /// The partner's service from whose mailbox it came; `None` where somebody with an account has made it.
    pub sender_service_id: Option<ServiceId>,
    /// The need.
    pub need: Need,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What it tells of the person; nothing once it has ended.
    pub offer: Offer,
    /// When it was made.
    pub offered_at: Timestamp,
    /// Until when the team answers.
    pub decide_by: Timestamp,
    /// When it ends without an answer.
    pub expire_at: Timestamp,
    /// How it stands.
    pub status: PartnerOfferStatus,
    /// Since when.
    pub status_at: Timestamp,
    /// When the team was reminded of it in this state.
    pub reminded_at: Option<Timestamp>,
    /// Why it was declined.
    pub decline_code: Option<DeclineCode>,
    /// What came of it.
    pub outcome_code: Option<OutcomeCode>,
}

hidden_debug!(PartnerOffer);

/// What somebody does with an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferAct {
    /// The team takes the person, in principle.
    Accept,
    /// The team does not take the person.
    Decline(DeclineCode),
    /// The team says what came of it.
    Complete(OutcomeCode),
    /// The partner takes it back.
    Withdraw,
}

/// What is due of an offer by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferDue {
    /// Whoever has to act is reminded.
    Remind,
    /// It ends without an answer.
    Expire,
    /// It ends without anybody knowing what came of it.
    Close,
}

impl PartnerOffer {
    /// True while somebody has to act on it.
    pub const fn is_open(&self) -> bool {
        matches!(self.status, PartnerOfferStatus::Offered | PartnerOfferStatus::Accepted)
    }

    /// The offer after an act, or why there is none.
    pub fn acted(self, act: OfferAct, now: Timestamp) -> Result<Self, Refusal> {
        use PartnerOfferStatus::{Accepted, Completed, Declined, Offered, Withdrawn};
        match (act, self.status) {
            (OfferAct::Accept, Offered) => Ok(self.at(Accepted, now)),
            // What the person does or does not want is the partner's to say, by taking the offer back.
            (OfferAct::Decline(code), Offered) if code.is_of_person() => {
                Err(Refusal::input("code", InputProblem::DeclineCodeSide))
            }
            (OfferAct::Decline(code), Offered) => Ok(Self { decline_code: Some(code), ..self.at(Declined, now) }),
            // Harm is looked into by the team in a case of its own.
            (OfferAct::Complete(OutcomeCode::HarmReported), Accepted) => {
                Err(Refusal::input("outcome", InputProblem::OutcomeOfEvent))
            }
            (OfferAct::Complete(code), Accepted) => Ok(Self { outcome_code: Some(code), ..self.at(Completed, now) }),
            (OfferAct::Complete(_), Offered) => Err(Refusal::input("outcome", InputProblem::OfferNotAccepted)),
            (OfferAct::Withdraw, Offered | Accepted) => Ok(self.at(Withdrawn, now)),
            (OfferAct::Accept | OfferAct::Decline(_), Accepted) => {
                Err(Refusal::Protection(ProtectionProblem::AlreadyAnswered))
            }
            (_, Declined | Withdrawn | Completed | PartnerOfferStatus::Expired) => {
                Err(Refusal::Protection(ProtectionProblem::AlreadyClosed))
            }
        }
    }

    fn at(self, status: PartnerOfferStatus, now: Timestamp) -> Self {
        let is_open = status == PartnerOfferStatus::Accepted;
        let offer = if is_open { self.offer } else { Offer::default() };
        Self { version: self.version + 1, status, status_at: now, reminded_at: None, offer, ..self }
    }

    /// What is due next by itself, and when; the clocks stand still while the project is frozen.
    pub fn due(&self, freezes: &[Freeze], now: Timestamp) -> Option<(OfferDue, Timestamp)> {
        use OfferDue::{Close, Expire, Remind};
        let after = |days| self.status_at.plus_days(days);
        let (remind_at, end, end_at) = match self.status {
            PartnerOfferStatus::Offered => (self.decide_by, Expire, self.expire_at),
            PartnerOfferStatus::Accepted => (after(REVIEW_DAYS), Close, after(UNKNOWN_DAYS)),
            _ => return None,
        };
        let (due, at) =
            if self.reminded_at.is_none() && remind_at < end_at { (Remind, remind_at) } else { (end, end_at) };
        Some((due, moved_by_freezes(at, self.status_at, freezes, now)))
    }

    /// The offer once what was due is done.
    #[must_use]
    pub fn after(self, due: OfferDue, now: Timestamp) -> Self {
        match due {
            OfferDue::Remind => Self { version: self.version + 1, reminded_at: Some(now), ..self },
            OfferDue::Expire => self.at(PartnerOfferStatus::Expired, now),
            OfferDue::Close => {
                let outcome_code = Some(OutcomeCode::UnknownAfterReview);
                Self { outcome_code, ..self.at(PartnerOfferStatus::Completed, now) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;
    use crate::domain::id::Identifier as _;
    use crate::domain::profile::{AgeBand, Profile};

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
    }

    fn offered() -> PartnerOffer {
        PartnerOffer {
            id: PartnerOfferId::from_bytes([1; 16]),
            version: 1,
            project_id: ProjectId::from_bytes([2; 16]),
            team_id: TeamId::from_bytes([3; 16]),
            receiver_id: OrganizationId::from_bytes([4; 16]),
            service_id: ServiceId::from_bytes([5; 16]),
            sender_id: OrganizationId::from_bytes([6; 16]),
            sender_service_id: None,
            need: Need::ShelterMinor,
            urgency: Urgency::Urgent,
            offer: Offer { told: Profile { age_band: Some(AgeBand::ALL[1]), ..Profile::default() } },
            offered_at: now(),
            decide_by: now().plus_hours(48),
            expire_at: now().plus_days(7),
            status: PartnerOfferStatus::Offered,
            status_at: now(),
            reminded_at: None,
            decline_code: None,
            outcome_code: None,
        }
    }

    #[test]
    fn every_act_in_every_state_leads_on_or_is_refused() {
        use PartnerOfferStatus::{Accepted, Completed, Declined, Expired, Offered, Withdrawn};
        let (answered, closed) = (ProtectionProblem::AlreadyAnswered, ProtectionProblem::AlreadyClosed);
        let refused = |problem| Err(Refusal::Protection(problem));
        let (full, received) = (DeclineCode::Full, OutcomeCode::ServiceReceived);
        let input = |field, problem| Err(Refusal::input(field, problem));
        for (act, offered_to, accepted_to) in [
            (OfferAct::Accept, Ok(Accepted), refused(answered)),
            (OfferAct::Decline(full), Ok(Declined), refused(answered)),
            (OfferAct::Decline(DeclineCode::NoShow), input("code", InputProblem::DeclineCodeSide), refused(answered)),
            (OfferAct::Complete(received), input("outcome", InputProblem::OfferNotAccepted), Ok(Completed)),
            (
                OfferAct::Complete(OutcomeCode::HarmReported),
                input("outcome", InputProblem::OfferNotAccepted),
                input("outcome", InputProblem::OutcomeOfEvent),
            ),
            (OfferAct::Withdraw, Ok(Withdrawn), Ok(Withdrawn)),
        ] {
            for status in PartnerOfferStatus::ALL {
                let expected = match status {
                    Offered => offered_to.clone(),
                    Accepted => accepted_to.clone(),
                    Declined | Withdrawn | Expired | Completed => refused(closed),
                };
                let acted = PartnerOffer { status: *status, ..offered() }.acted(act, now().plus_hours(1));
                assert_eq!(acted.map(|offer| offer.status), expected, "{act:?} {status}");
            }
        }
    }

    #[test]
    fn what_it_told_of_the_person_ends_with_it() {
        let accepted = offered().acted(OfferAct::Accept, now()).expect("accepted");
        assert_eq!((accepted.version, accepted.offer == offered().offer), (2, true));
        for ended in [
            offered().acted(OfferAct::Decline(DeclineCode::Full), now()).expect("declined"),
            offered().acted(OfferAct::Withdraw, now()).expect("withdrawn"),
            accepted.acted(OfferAct::Complete(OutcomeCode::ServiceReceived), now()).expect("completed"),
            offered().after(OfferDue::Expire, now()),
        ] {
            assert!(ended.offer == Offer::default() && !ended.is_open(), "{}", ended.status);
        }
    }

    #[test]
    fn it_reminds_once_and_then_ends_by_itself() {
        let offer = offered();
        assert_eq!(offer.due(&[], now()), Some((OfferDue::Remind, now().plus_hours(48))));
        let reminded = offer.after(OfferDue::Remind, now().plus_hours(48));
        assert_eq!(reminded.due(&[], now()), Some((OfferDue::Expire, now().plus_days(7))));
        let expired = reminded.clone().after(OfferDue::Expire, now().plus_days(7));
        assert_eq!((expired.status, expired.due(&[], now())), (PartnerOfferStatus::Expired, None));

        let accepted = reminded.acted(OfferAct::Accept, now().plus_days(3)).expect("accepted");
        assert_eq!(accepted.due(&[], now()), Some((OfferDue::Remind, now().plus_days(17))));
        let reminded = accepted.after(OfferDue::Remind, now().plus_days(17));
        assert_eq!(reminded.due(&[], now()), Some((OfferDue::Close, now().plus_days(47))));
        let closed = reminded.after(OfferDue::Close, now().plus_days(47));
        assert_eq!(closed.outcome_code, Some(OutcomeCode::UnknownAfterReview));
    }

    #[test]
    fn its_clocks_stand_still_while_the_project_is_frozen() {
        let freeze = Freeze {
            project_id: offered().project_id,
            frozen_at: now().plus_hours(1),
            thaw_requested_at: None,
            thaw_requested_by: None,
            thawed_at: Some(now().plus_hours(25)),
        };
        let due = offered().due(&[freeze], now().plus_hours(30));
        assert_eq!(due, Some((OfferDue::Remind, now().plus_hours(72))));
    }
}
