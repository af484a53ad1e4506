//! Proposals: changes that wait for somebody else.

use super::mark::DoNotUse;
use crate::domain::account::Role;
use crate::domain::code::code_list;
use crate::domain::directory::FieldValue;
use crate::domain::freeze::two_people;
use crate::domain::id::{AccountId, OrganizationId, ProposalId, ServiceId};
use crate::domain::refusal::{ProtectionProblem, Refusal};
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
    }
}

code_list! {
    /// What has become of a proposal.
    ProposalStatus named "DirectoryProposalStatus" {
        Open = "open": "it waits for somebody else",
        Accepted = "accepted": "it stands in the directory now",
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
}
