//! The view of a proposed change of the directory: for whoever may decide it, and of entries within their reach only.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::Visible;
use crate::domain::account::Role;
use crate::domain::directory::{FieldValue, Service, ServiceField};
use crate::domain::directory_edit::{
    DoNotUse, Proposal, ProposalItem, ProposalKind, ProposalReason, ProposalStatus, ProposedChange,
};
use crate::domain::id::{ProposalId, ServiceId};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use std::sync::Arc;

/// A proposal as whoever may decide it sees it.
#[derive(Clone)]
pub struct DirectoryProposalView {
    /// Identifier.
    pub id: ProposalId,
    /// Where it comes from.
    pub kind: ProposalKind,
    /// What has become of it.
    pub status: ProposalStatus,
    /// The source of an import.
    pub source: Option<String>,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// What the account was for that proposed it.
    pub proposed_by_role: Option<Role>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// What the account was for that decided it.
    pub decided_by_role: Option<Role>,
    /// Why it was refused.
    pub reason: Option<ProposalReason>,
    /// True for the viewer's own, which somebody else has to accept.
    pub is_own: bool,
    /// What it would change.
    pub changes: Vec<DirectoryProposalChangeView>,
}

/// One value that would change.
#[derive(Clone)]
pub struct DirectoryProposalChangeView {
    /// The service.
    pub service_id: ServiceId,
    /// Its name.
    pub service_name: String,
    /// The field; `None` for the service as a whole, and once it is decided.
    pub field: Option<ServiceField>,
    /// What stands there now.
    pub value_before: Option<String>,
    /// What is to stand there, or what is not to be used.
    pub value_proposed: Option<String>,
}

hidden_debug!(DirectoryProposalView, DirectoryProposalChangeView);

const PROMISED: [&str; 16] = [
    "DirectoryProposal.id",
    "DirectoryProposal.kind",
    "DirectoryProposal.status",
    "DirectoryProposal.source",
    "DirectoryProposal.proposedAt",
    "DirectoryProposal.proposedByRole",
    "DirectoryProposal.decidedAt",
    "DirectoryProposal.decidedByRole",
    "DirectoryProposal.reason",
    "DirectoryProposal.isOwn",
    "DirectoryProposal.changes",
    "DirectoryProposalChange.serviceId",
    "DirectoryProposalChange.serviceName",
    "DirectoryProposalChange.field",
    "DirectoryProposalChange.valueBefore",
    "DirectoryProposalChange.valueProposed",
];

/// The view of a proposal; `None` unless the viewer may read proposals and know of one of its services. What it would
/// change of others is left out.
pub fn show_proposal(
    access: &Access,
    proposal: &Proposal,
    find: impl Fn(ServiceId) -> Option<Arc<Service>>,
) -> Option<Visible<DirectoryProposalView>> {
    let account = permit(access, Action::ReadProposals).ok()?;
    let is_known = |service: &Arc<Service>| access.directory_scope().admits(service);
    let known = proposal.items.iter().filter_map(|item| Some((item, find(item.service_id).filter(is_known)?)));
    let known: Vec<(&ProposalItem, Arc<Service>)> = known.collect();
    let relation = access.relation_to_entry(known.first()?.1.organization_id);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let view = DirectoryProposalView {
        id: proposal.id,
        kind: proposal.kind,
        status: proposal.status,
        source: proposal.source.clone(),
        proposed_at: proposal.proposed_at,
        proposed_by_role: proposal.proposed_role,
        decided_at: proposal.decided_at,
        decided_by_role: proposal.decided_role,
        reason: proposal.reason,
        is_own: proposal.proposed_by == Some(account.id),
        changes: known.iter().flat_map(|(item, service)| changes(item, service)).collect(),
    };
    Some(Visible::of_directory(view, access.recorder().clone()))
}

fn changes(item: &ProposalItem, service: &Service) -> Vec<DirectoryProposalChangeView> {
    let bare = DirectoryProposalChangeView {
        service_id: service.id,
        service_name: service.name.clone(),
        field: None,
        value_before: None,
        value_proposed: None,
    };
    let Some(change) = &item.change else { return vec![bare] };
    match change {
        ProposedChange::Edit { before, after, .. } => {
            let words = |value: &FieldValue| {
                let held = before.iter().find(|held| held.field() == value.field());
                let (value_before, value_proposed) = (held.and_then(FieldValue::as_words), value.as_words());
                DirectoryProposalChangeView { field: Some(value.field()), value_before, value_proposed, ..bare.clone() }
            };
            after.iter().map(words).collect()
        }
        ProposedChange::DoNotUse(target) | ProposedChange::Lift(target) => {
            let (field, value_proposed) = target_in_words(target, service);
            vec![DirectoryProposalChangeView { field, value_proposed, ..bare }]
        }
    }
}

/// What a mark is on: in which field it stands, and which place or phone it is.
fn target_in_words(target: &DoNotUse, service: &Service) -> (Option<ServiceField>, Option<String>) {
    match target {
        DoNotUse::Service => (None, None),
        DoNotUse::Place(id) => {
            let place = service.places.iter().find(|place| place.id == *id).cloned();
            (Some(ServiceField::Places), FieldValue::Places(place.into_iter().collect()).as_words())
        }
        DoNotUse::Phone(typed) => (Some(ServiceField::Phones), Some(typed.clone())),
    }
}
