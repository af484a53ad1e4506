//! Merging two entries that are one service, and undoing it.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::changes::schema_name;
use super::{AtHand, Edited, event, fields_of, fresh, names_of, proposal, proposed};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::directory::{FieldValue, Service, ServiceField};
use crate::domain::directory_edit::{
    Parted, ProposalItem, ProposalKind, ProposalReason, ProposalStatus, ProposedChange, part,
};
use crate::domain::directory_merge::{MergeProblem, merge, taken_over, unmerge};
use crate::domain::id::ServiceId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::entry_rules::{Editing, editing};
use crate::policy::rules::{Action, Denied, permit};
use crate::store::{Decision, Tx};

/// What a merging takes.
pub struct MergeServices {
    /// The entry that people find afterwards.
    pub kept_id: ServiceId,
    /// The entry that is merged into it.
    pub merged_id: ServiceId,
    /// What the kept entry takes from the other.
    pub fields: Vec<ServiceField>,
    /// The versions that were read, of the kept entry and of the other.
    pub expected_versions: [i64; 2],
}

/// Merges an entry into another, for editors. What one person may put in the kept one stands at once, the rest waits as a
/// proposal for a second one. Gives the kept entry.
pub async fn merge_services(context: &Context, access: &Access, input: MergeServices) -> Result<Edited, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut kept = for_editors(tx, access, account, input.kept_id).await?;
        let mut merged = for_editors(tx, access, account, input.merged_id).await?;
        for (at_hand, expected) in [&kept, &merged].into_iter().zip(input.expected_versions) {
            if at_hand.version != expected {
                return Err(ActionError::from(Refusal::Conflict { current_version: at_hand.version }));
            }
        }
        let values = taken_over(&kept.service, &merged.service, &input.fields).map_err(refused)?;
        let Parted { at_once, for_two } = part(&kept.service, values);
        let waiting = fields_of(&for_two);
        let mut fields = names_of(&at_once);
        let places = kept.service.places.clone();
        merge(&mut kept.service, &mut kept.word, &mut merged.service, at_once, now);
        // What the merged entry hides is hidden though nobody has asked for it.
        let name = schema_name(ServiceField::Places);
        if kept.service.places != places && !fields.contains(&name) {
            fields.push(name);
        }
        let mut events = vec![event(access, now, AuditAction::EntriesMerged, input.merged_id.to_string(), fields)];
        let taken_from = Some(input.merged_id);
        events.extend(propose(context, tx, access, &kept.service, (for_two, taken_from)).await?);
        kept.save(context, tx, account, now).await?;
        merged.save(context, tx, account, now).await?;
        tx.append_audit(&events).await?;
        Ok(waiting)
    });
    let waiting = written.await?;
    Ok(Edited { service: fresh(context, access, input.kept_id).await?, waiting })
}

/// Undoes a merging, for editors; gives the entry that is found again.
pub async fn unmerge_service(context: &Context, access: &Access, merged_id: ServiceId) -> Result<Edited, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut merged = for_editors(tx, access, account, merged_id).await?;
        let not_merged = ActionError::from(Refusal::input("mergedId", InputProblem::NotMerged));
        let kept_id = merged.service.merged_into.ok_or(not_merged)?;
        let (mut waiting, mut events) = (Vec::new(), Vec::new());
        // One that is gone has nothing to give back, and holds nothing up.
        if tx.find_entry(&kept_id.to_string()).await?.is_some() {
            let mut kept = for_editors(tx, access, account, kept_id).await?;
            withdraw_taken(tx, kept_id, merged_id, now).await?;
            let for_two = unmerge(&mut kept.service, &mut kept.word, &mut merged.service);
            waiting = fields_of(&for_two);
            events.extend(propose(context, tx, access, &kept.service, (for_two, None)).await?);
            kept.save(context, tx, account, now).await?;
        } else {
            merged.service.merged_into = None;
        }
        merged.save(context, tx, account, now).await?;
        events.push(event(access, now, AuditAction::EntriesUnmerged, merged_id.to_string(), Vec::new()));
        tx.append_audit(&events).await?;
        Ok::<_, ActionError>(waiting)
    });
    let waiting = written.await?;
    Ok(Edited { service: fresh(context, access, merged_id).await?, waiting })
}

/// Lets what takes a second person wait; gives the event of it. The entry that the values come from goes along.
async fn propose(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    kept: &Service,
    (for_two, taken_from): (Vec<FieldValue>, Option<ServiceId>),
) -> Result<Option<AuditEvent>, ActionError> {
    if for_two.is_empty() {
        return Ok(None);
    }
    let account = permit(access, Action::EditEntry)?;
    let fields = names_of(&for_two);
    let mut change = proposed(kept, for_two);
    if let ProposedChange::Edit { taken_from: from, .. } = &mut change {
        *from = taken_from;
    }
    let made = proposal(context, account, ProposalKind::GuardedEdit, kept, change);
    tx.insert_proposal(&made).await?;
    Ok(Some(event(access, context.now(), AuditAction::ChangeProposed, made.id.to_string(), fields)))
}

/// Takes back what was to be taken from an entry that is merged no more.
async fn withdraw_taken(tx: &mut Tx, kept: ServiceId, merged: ServiceId, now: Timestamp) -> Result<(), ActionError> {
    let is_taken = |item: &ProposalItem| matches!(item.change, Some(ProposedChange::Edit { taken_from: Some(from), .. }) if from == merged);
    for proposal in tx.list_open_proposals_of(kept).await? {
        if proposal.items.iter().any(is_taken) {
            let (status, reason) = (ProposalStatus::Withdrawn, Some(ProposalReason::EntryChanged));
            tx.decide_proposal(proposal.id, Decision { account: None, status, reason }, now).await?;
        }
    }
    Ok(())
}

/// An entry that this account may edit as a whole.
pub(super) async fn for_editors(
    tx: &mut Tx,
    access: &Access,
    account: &Account,
    id: ServiceId,
) -> Result<AtHand, ActionError> {
    let at_hand = AtHand::find(tx, access, id).await?;
    match editing(access, account, at_hand.service.organization_id)? {
        Editing::Everything => Ok(at_hand),
        Editing::Own => Err(Denied::Forbidden.into()),
    }
}

fn refused(problem: MergeProblem) -> Refusal {
    let (field, problem) = match problem {
        MergeProblem::SameEntry => ("mergedId", InputProblem::SameEntry),
        MergeProblem::AlreadyMerged => ("mergedId", InputProblem::MergedElsewhere),
        MergeProblem::KeptIsMerged => ("keptId", InputProblem::MergedElsewhere),
        MergeProblem::ForFewerPeople => ("fields", InputProblem::ForFewerPeople),
        MergeProblem::SetByPeople(_) => ("fields", InputProblem::SetByPeople),
        MergeProblem::NotTakeable(_) => ("fields", InputProblem::NotTakeable),
    };
    Refusal::input(field, problem)
}
