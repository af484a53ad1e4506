//! Proposals: changes that wait for somebody else.

use super::mark::DoNotUse;
use crate::domain::account::Role;
use crate::domain::code::code_list;
use crate::domain::directory::FieldValue;
use crate::domain::freeze::two_people;
use crate::domain::id::{AccountId, OrganizationId, ProposalId, ServiceId};
use crate::domain::refusal::{InputProblem, ProtectionProblem, Refusal};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

code_list! {
    /// Where a proposal comes from.
    ProposalKind named "DirectoryProposalKind" {
        Correction = "correction": "somebody who sees the entry suggests a correction",
        GuardedEdit = "guarded_edit": "the part of an edit that takes two people",
        ImportBatch = "import_batch": "the changes of one import that take a second person",
        DoNotUse = "do_not_use": "somebody has marked something as not to be used",
        MarkLift = "mark_lift": "an editor lifts a confirmed mark on a guarded service",
    }
}

code_list! {
    /// What has become of a proposal.
    ProposalStatus named "DirectoryProposalStatus" {
        Open = "open": "it waits for somebody else",
        Accepted = "accepted": "it stands in the directory now",
        PartlyAccepted = "partly_accepted": "of some services it stands in the directory now, of the others it was refused",
        Refused = "refused": "it was refused, or the mark was lifted",
        Withdrawn = "withdrawn": "it was taken back, or a newer one took its place",
    }
}

code_list! {
    /// Why a proposal was refused.
    ProposalReason named "DirectoryProposalReason" {
        NotTrue = "not_true": "it is not so",
        NotConfirmed = "not_confirmed": "nobody could confirm it",
        EntryChanged = "entry_changed": "the entry says something else by now",
        Superseded = "superseded": "a newer one took its place",
    }
}

/// What a proposal would change of one service.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposedChange {
    /// Other values of fields.
    Edit {
        /// What they held when it was proposed.
        before: Vec<FieldValue>,
        /// What they are to hold.
        after: Vec<FieldValue>,
        /// The entry that the values come from, which is merged into this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_from: Option<ServiceId>,
    },
    /// The mark, which stands already.
    DoNotUse(DoNotUse),
    /// The end of a mark, which stands until somebody else agrees.
    Lift(DoNotUse),
}

/// The part of a proposal that is about one service.
#[derive(Clone, PartialEq)]
pub struct ProposalItem {
    /// The service.
    pub service_id: ServiceId,
    /// Its organisation.
    pub organization_id: OrganizationId,
    /// What would change; `None` once it is decided, or when the contacts of the organisation were erased.
    pub change: Option<ProposedChange>,
}

/// Changes of the directory that wait for somebody else.
#[derive(Clone, PartialEq)]
pub struct Proposal {
    /// Identifier.
    pub id: ProposalId,
    /// Where it comes from.
    pub kind: ProposalKind,
    /// The source of an import.
    pub source: Option<String>,
    /// Who proposed it; `None` for an import at the command line.
    pub proposed_by: Option<AccountId>,
    /// The role of that account then.
    pub proposed_role: Option<Role>,
    /// When.
    pub proposed_at: Timestamp,
    /// What has become of it.
    pub status: ProposalStatus,
    /// The role of who decided it.
    pub decided_role: Option<Role>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<ProposalReason>,
    /// What it would change, service by service.
    pub items: Vec<ProposalItem>,
}

hidden_debug!(ProposedChange, ProposalItem, Proposal);

/// Why a proposal cannot be decided so.
pub type ProposalProblem = ProtectionProblem;

impl Proposal {
    /// What accepting (true) or refusing it makes of it. Nobody accepts the own one; taking it back is one's own.
    pub fn decided(&self, accepts: bool, account: AccountId) -> Result<ProposalStatus, Refusal> {
        if self.status != ProposalStatus::Open {
            return Err(Refusal::Protection(ProposalProblem::AlreadyDecided));
        }
        let is_own = self.proposed_by == Some(account);
        match (accepts, is_own) {
            (true, _) => {
                self.proposed_by.map_or(Ok(()), |proposer| two_people(proposer, account))?;
                Ok(ProposalStatus::Accepted)
            }
            (false, true) => Ok(ProposalStatus::Withdrawn),
            (false, false) => Ok(ProposalStatus::Refused),
        }
    }

    /// The same, but for the services in `except`, of which the opposite becomes: one person may accept what an import
    /// tells of some services and refuse what it tells of others. Names the services whose part is accepted.
    ///
    /// # Errors
    /// As [`Proposal::decided`]; and where an exception is about none of the proposal's services.
    pub fn decided_but_for(&self, accepts: bool, except: &[ServiceId], account: AccountId) -> Result<Decided, Refusal> {
        let services = || self.items.iter().map(|item| item.service_id);
        if except.iter().any(|excepted| !services().any(|service| service == *excepted)) {
            return Err(Refusal::input("exceptServiceIds", InputProblem::NotOfProposal));
        }
        let accepted_services: Vec<ServiceId> =
            services().filter(|service| accepts != except.contains(service)).collect();
        let status = self.decided(!accepted_services.is_empty(), account)?;
        let is_whole = accepted_services.len() == self.items.len();
        let is_split = status == ProposalStatus::Accepted && !is_whole;
        Ok(Decided { status: if is_split { ProposalStatus::PartlyAccepted } else { status }, accepted_services })
    }
}

/// What a decision makes of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What has become of the proposal.
    pub status: ProposalStatus,
    /// The services whose part of it is accepted; the others' is not.
    pub accepted_services: Vec<ServiceId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    #[test]
    fn a_batch_is_decided_item_by_item_and_only_about_its_own() {
        let [one, two, other] = [1, 2, 3].map(|number| ServiceId::from_bytes([number; 16]));
        let item = |service_id| ProposalItem {
            service_id,
            organization_id: OrganizationId::from_bytes([2; 16]),
            change: None,
        };
        let [proposer, decider] = [1, 2].map(|number| AccountId::from_bytes([number; 16]));
        let batch = |proposed_by| Proposal {
            id: ProposalId::from_bytes([1; 16]),
            kind: ProposalKind::ImportBatch,
            source: Some("corridor".to_owned()),
            proposed_by,
            proposed_role: None,
            proposed_at: Timestamp::from_microseconds(7),
            status: ProposalStatus::Open,
            decided_role: None,
            decided_at: None,
            reason: None,
            items: vec![item(one), item(two)],
        };
        use ProposalStatus::{Accepted, PartlyAccepted, Refused, Withdrawn};
        let second = Err(Refusal::Protection(ProtectionProblem::SecondPersonNeeded));
        for (what, by, accepts, except, expected) in [
            ("all", decider, true, vec![], Ok((Accepted, vec![one, two]))),
            ("none", decider, false, vec![], Ok((Refused, vec![]))),
            ("all but one", decider, true, vec![one], Ok((PartlyAccepted, vec![two]))),
            ("one alone", decider, false, vec![one], Ok((PartlyAccepted, vec![one]))),
            ("all but all", decider, true, vec![one, two], Ok((Refused, vec![]))),
            ("none but all", decider, false, vec![one, two], Ok((Accepted, vec![one, two]))),
            (
                "another's",
                decider,
                true,
                vec![other],
                Err(Refusal::input("exceptServiceIds", InputProblem::NotOfProposal)),
            ),
            ("one of the own", proposer, false, vec![one], second.clone()),
            ("the own", proposer, false, vec![], Ok((Withdrawn, vec![]))),
        ] {
            let decided = batch(Some(proposer)).decided_but_for(accepts, &except, by);
            assert_eq!(decided.map(|decided| (decided.status, decided.accepted_services)), expected, "{what}");
        }
        assert!(batch(None).decided_but_for(true, &[one], proposer).is_ok());
    }
}
