//! Merging two entries that are one service, and undoing it.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::changes::schema_name;
use super::{AtHand, event, fresh, proposal, proposed};
use crate::domain::account::Account;
use crate::domain::audit::AuditAction;
use crate::domain::directory::{FieldValue, ServiceField};
use crate::domain::directory_edit::{Parted, ProposalKind, part};
use crate::domain::directory_merge::{MergeProblem, merge, taken_over, unmerge};
use crate::domain::id::ServiceId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::entry_rules::{Editing, editing};
use crate::policy::rules::{Action, Denied, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

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
pub async fn merge_services(
    context: &Context,
    access: &Access,
    input: MergeServices,
) -> Result<Visible<ServiceView>, ActionError> {
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
        let names = |values: &[FieldValue]| values.iter().map(|value| schema_name(value.field())).collect::<Vec<_>>();
        let mut events =
            vec![event(access, now, AuditAction::EntriesMerged, input.merged_id.to_string(), names(&at_once))];
        if !for_two.is_empty() {
            let fields = names(&for_two);
            let change = proposed(&kept.service, for_two);
            let waiting = proposal(context, account, ProposalKind::GuardedEdit, &kept.service, change);
            tx.insert_proposal(&waiting).await?;
            events.push(event(access, now, AuditAction::ChangeProposed, waiting.id.to_string(), fields));
        }
        merge(&mut kept.service, &mut kept.word, &mut merged.service, at_once, now);
        kept.save(tx, account, now).await?;
        merged.save(tx, account, now).await?;
        Ok(tx.append_audit(&events).await?)
    });
    written.await?;
    fresh(context, access, input.kept_id).await
}

/// Undoes a merging, for editors; gives the entry that is found again.
pub async fn unmerge_service(
    context: &Context,
    access: &Access,
    merged_id: ServiceId,
) -> Result<Visible<ServiceView>, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut merged = for_editors(tx, access, account, merged_id).await?;
        let not_merged = ActionError::from(Refusal::input("mergedId", InputProblem::NotMerged));
        let kept_id = merged.service.merged_into.ok_or(not_merged)?;
        // One that is gone has nothing to give back, and holds nothing up.
        if tx.find_entry(&kept_id.to_string()).await?.is_some() {
            let mut kept = for_editors(tx, access, account, kept_id).await?;
            unmerge(&mut kept.service, &mut kept.word, &mut merged.service);
            kept.save(tx, account, now).await?;
        } else {
            merged.service.merged_into = None;
        }
        merged.save(tx, account, now).await?;
        let event = event(access, now, AuditAction::EntriesUnmerged, merged_id.to_string(), Vec::new());
        Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
    });
    written.await?;
    fresh(context, access, merged_id).await
}

/// An entry that this account may edit as a whole.
async fn for_editors(tx: &mut Tx, access: &Access, account: &Account, id: ServiceId) -> Result<AtHand, ActionError> {
    let at_hand = AtHand::find(tx, access, id).await?;
    match editing(access, account, &at_hand.service)? {
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
