//! Reading proposals, and deciding them.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context, directory, hidden};
use super::{AtHand, event};
use crate::domain::account::Account;
use crate::domain::audit::AuditAction;
use crate::domain::directory::{Document, FieldValue, ServiceStatus, Teller};
use crate::domain::directory_edit::{
    Decided, DoNotUse, Proposal, ProposalItem, ProposalKind, ProposalReason, ProposalStatus, ProposedChange,
    follow_source, set, unmark,
};
use crate::domain::directory_merge::take;
use crate::domain::id::{ProposalId, ServiceId};
use crate::domain::refusal::{InputProblem, ProtectionProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::proposal_view::{DirectoryProposalView, show_proposal};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{Decision, Tx};

/// Proposals that are read at once, of which the viewer may see some.
const BATCH: i64 = 100;

/// Proposals within reach, last made first, behind one of them; and whether more follow.
pub async fn list_proposals(
    context: &Context,
    access: &Access,
    status: Option<ProposalStatus>,
    after: Option<ProposalId>,
    first: usize,
) -> Result<(Vec<Visible<DirectoryProposalView>>, bool), ActionError> {
    permit(access, Action::ReadProposals)?;
    let snapshot = context.directory.snapshot();
    let (mut shown, mut after) = (Vec::new(), after);
    loop {
        let batch = context.store.list_proposals(status, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        shown.extend(batch.iter().filter_map(|found| show_proposal(access, found, |id| snapshot.service(id))));
        if shown.len() > first {
            break;
        }
    }
    let has_more = shown.len() > first;
    shown.truncate(first);
    Ok((shown, has_more))
}

/// The proposal with this id.
pub async fn find_proposal(
    context: &Context,
    access: &Access,
    id: ProposalId,
) -> Result<Visible<DirectoryProposalView>, ActionError> {
    permit(access, Action::ReadProposals)?;
    shown(context, access, id).await?.ok_or_else(|| hidden(access, id))
}

async fn shown(
    context: &Context,
    access: &Access,
    id: ProposalId,
) -> Result<Option<Visible<DirectoryProposalView>>, ActionError> {
    let found = context.store.find_proposal(id).await?;
    let snapshot = context.directory.snapshot();
    Ok(found.and_then(|found| show_proposal(access, &found, |id| snapshot.service(id))))
}

/// What deciding takes.
#[derive(Clone, Debug)]
pub struct DecideProposal {
    /// The proposal.
    pub id: ProposalId,
    /// True to accept it, false to refuse it, or to lift a mark.
    pub accepts: bool,
    /// The services of the proposal of which the opposite becomes.
    pub except: Vec<ServiceId>,
    /// Why it is refused.
    pub reason: Option<ProposalReason>,
}

/// Accepts or refuses a proposal: never the own one, which can only be taken back. Gives none where the viewer may not
/// know of the service any more.
pub async fn decide(
    context: &Context,
    access: &Access,
    input: DecideProposal,
) -> Result<Option<Visible<DirectoryProposalView>>, ActionError> {
    let account = permit(access, Action::DecideProposal)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        tx.lock_directory().await?;
        let proposal = tx.find_proposal(input.id).await?.ok_or_else(|| hidden(access, input.id))?;
        for item in &proposal.items {
            // Who may not know of one of its services decides about none.
            AtHand::find(tx, access, item.service_id).await.map_err(|error| match error {
                ActionError::NotVisible => hidden(access, input.id),
                other => other,
            })?;
        }
        let Decided { status, accepted_services } =
            proposal.decided_but_for(input.accepts, &input.except, account.id)?;
        let refuses = matches!(status, ProposalStatus::Refused | ProposalStatus::PartlyAccepted);
        if refuses && input.reason.is_none() && proposal.kind != ProposalKind::DoNotUse {
            return Err(ActionError::from(Refusal::input("reason", InputProblem::ReasonNeeded)));
        }
        for item in &proposal.items {
            // Read anew: what redacts a place of one entry has changed the others that have it.
            let entry = AtHand::find(tx, access, item.service_id).await?;
            let is_accepted = accepted_services.contains(&item.service_id);
            settle((context, account), tx, &proposal, item, entry, (is_accepted, now)).await?;
        }
        let decision =
            Decision { account: Some((account.id, account.role)), status, reason: input.reason.filter(|_| refuses) };
        tx.decide_proposal(proposal.id, decision, now).await?;
        let event = event(access, now, AuditAction::ProposalDecided, proposal.id.to_string(), vec!["status"]);
        Ok(tx.append_audit(&[event]).await?)
    });
    written.await?;
    directory::refresh(context).await?;
    shown(context, access, input.id).await
}

/// Makes of one entry what was decided.
async fn settle(
    (context, account): (&Context, &Account),
    tx: &mut Tx,
    proposal: &Proposal,
    item: &ProposalItem,
    mut entry: AtHand,
    (is_accepted, now): (bool, Timestamp),
) -> Result<(), ActionError> {
    let changed = Refusal::Protection(ProtectionProblem::EntryChanged);
    match &item.change {
        None if is_accepted => return Err(changed.into()),
        Some(ProposedChange::Edit { before, after, taken_from }) if is_accepted => {
            let stands = |value: &FieldValue| {
                let held = FieldValue::of(&entry.service, value.field());
                held.without_marks() == value.clone().without_marks()
            };
            if !before.iter().all(stands) {
                return Err(changed.into());
            }
            match taken_from {
                Some(from) if !is_merged_into(tx, *from, item.service_id).await? => return Err(changed.into()),
                Some(from) => take(&mut entry.service, &mut entry.word, *from, after.clone(), now),
                None => accept(&mut entry, proposal.kind, after.clone(), now),
            }
        }
        Some(ProposedChange::DoNotUse(DoNotUse::Service)) if is_accepted => {
            let suspended = vec![FieldValue::Status(ServiceStatus::Suspended)];
            set(&mut entry.service, &mut entry.word, suspended, Teller::Editor, now);
        }
        Some(ProposedChange::Lift(target)) if is_accepted => unmark(&mut entry.service, target),
        Some(ProposedChange::DoNotUse(target)) if !is_accepted => unmark(&mut entry.service, target),
        // A refused edit changes nothing, and a mark on a place or phone that is confirmed stands already.
        _ => return Ok(()),
    }
    entry.save(context, tx, account, now).await
}

/// Puts accepted values in. What the source itself says of a field that nobody has set follows the source: news of an
/// import, and what the end of a merging gives back.
fn accept(entry: &mut AtHand, kind: ProposalKind, values: Vec<FieldValue>, now: Timestamp) {
    let is_of_source = |value: &FieldValue| {
        let is_set = entry.service.edits.iter().any(|edit| edit.field == value.field());
        let says = |known: &FieldValue| known.clone().without_marks() == value.clone().without_marks();
        kind == ProposalKind::ImportBatch
            || (kind == ProposalKind::GuardedEdit && !is_set && entry.word.iter().any(says))
    };
    let (of_source, of_people): (Vec<_>, Vec<_>) = values.into_iter().partition(is_of_source);
    follow_source(&mut entry.service, &mut entry.word, of_source);
    set(&mut entry.service, &mut entry.word, of_people, Teller::Editor, now);
}

async fn is_merged_into(tx: &mut Tx, merged: ServiceId, kept: ServiceId) -> Result<bool, ActionError> {
    let entry = tx.find_entry(&merged.to_string()).await?;
    let into = |document: Document| match document {
        Document::Service(service) => service.merged_into,
        Document::Organization(_) => None,
    };
    Ok(entry.and_then(|entry| into(entry.document)) == Some(kept))
}
