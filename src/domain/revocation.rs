//! The revocation of a partner by a project (T19): one person ends what it reads, two let it read again.
//!
//! Invariant: a revocation is never refused to who leads the project, and counts from the next statement on. What it
//! has closed stays closed when it ends.

use super::account::{Account, Role};
use super::code::code_list;
use super::freeze::two_people;
use super::id::{AccountId, Identifier as _, OrganizationId, ProjectId, RevocationId};
use super::refusal::{ProtectionProblem, Refusal};
use super::time::Timestamp;
use data_encoding::HEXLOWER;

code_list! {
    /// Why a project works with a partner no more.
    RevocationReason {
        ClosedByAuthorities = "closed_by_authorities": "the authorities have closed it, or hold its people or machines",
        DataBreach = "data_breach": "what it was told has come into other hands",
        HarmToPerson = "harm_to_person": "somebody who was referred there came to harm",
        ProtocolBroken = "protocol_broken": "it does not keep to what was agreed about sharing",
        Ended = "ended": "the cooperation has ended",
        Other = "other": "another reason, told outside of Relais",
    }
}

/// A revocation, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Identifier.
    pub id: RevocationId,
    /// The project that works with the partner no more.
    pub project_id: ProjectId,
    /// The partner.
    pub organization_id: OrganizationId,
    /// Why.
    pub reason: RevocationReason,
    /// Since when.
    pub revoked_at: Timestamp,
    /// Who has revoked it; `None` for one that came back from the ledger.
    pub revoked_by: Option<AccountId>,
    /// When somebody asked to end it.
    pub end_requested_at: Option<Timestamp>,
    /// Who asked.
    pub end_requested_by: Option<AccountId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Revocation {
    /// The revocation after `account` has asked to end it; whoever asks again stands for the one before.
    pub fn asked_to_end(self, account: AccountId, now: Timestamp) -> Result<Self, Refusal> {
        self.check_standing()?;
        Ok(Self { end_requested_at: Some(now), end_requested_by: Some(account), ..self })
    }

    /// The revocation ended by `account`, who must not be the one that asked.
    pub fn ended(self, account: AccountId, now: Timestamp) -> Result<Self, Refusal> {
        self.check_standing()?;
        let asked_by = self.end_requested_by.ok_or(Refusal::Protection(ProtectionProblem::EndNotRequested))?;
        two_people(asked_by, account)?;
        Ok(Self { ended_at: Some(now), ..self })
    }

    fn check_standing(&self) -> Result<(), Refusal> {
        match self.ended_at {
            None => Ok(()),
            Some(_) => Err(Refusal::Protection(ProtectionProblem::RevocationEnded)),
        }
    }
}

/// Whether an account only answers what comes to its organisation. Who has a project of its own goes on working there
/// when somebody else's project revokes the organisation.
pub fn only_answers(account: &Account) -> bool {
    matches!(account.role, Role::PartnerAgent | Role::PartnerAdmin) && account.project_id.is_none()
}

/// The handle of an account whose person is gone: it names nobody, and the handle before it is free again.
pub fn purged_handle(account: AccountId) -> String {
    format!("revoked-{}", HEXLOWER.encode(&account.bytes()[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_end_what_one_began() {
        let [first, second] = [1, 2].map(|number| AccountId::from_bytes([number; 16]));
        let at = Timestamp::from_microseconds;
        let standing = Revocation {
            id: RevocationId::from_bytes([1; 16]),
            project_id: ProjectId::from_bytes([1; 16]),
            organization_id: OrganizationId::from_bytes([1; 16]),
            reason: RevocationReason::DataBreach,
            revoked_at: at(0),
            revoked_by: Some(first),
            end_requested_at: None,
            end_requested_by: None,
            ended_at: None,
        };
        let refused = |result: Result<Revocation, Refusal>| match result.expect_err("a refusal") {
            Refusal::Protection(problem) => problem,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(standing.clone().ended(second, at(1))), ProtectionProblem::EndNotRequested);
        let asked = standing.asked_to_end(first, at(1)).expect("asked");
        assert_eq!(refused(asked.clone().ended(first, at(2))), ProtectionProblem::SecondPersonNeeded);
        let ended = asked.ended(second, at(2)).expect("an end");
        assert_eq!(ended.ended_at, Some(at(2)));
        for again in [ended.clone().asked_to_end(first, at(3)), ended.ended(first, at(3))] {
            assert_eq!(refused(again), ProtectionProblem::RevocationEnded);
        }
    }
}
