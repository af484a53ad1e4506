//! Lifting a mark that an editor has confirmed.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::tell::MarkDoNotUse;
use super::{AtHand, Edited, event, fresh, proposal};
use crate::domain::audit::AuditAction;
use crate::domain::directory::{Service, ServiceField};
use crate::domain::directory_edit::{
    DoNotUse, Proposal, ProposalKind, ProposedChange, is_guarded, is_marked, is_same_target, unmark,
};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::entry_rules::{Editing, editing};
use crate::policy::rules::{Action, Denied, permit};

/// Lifts a confirmed mark on a place or a phone, for editors: at once, and of a guarded service by two people. The mark on
/// a service as a whole ends with its suspension, by an edit of its status.
pub async fn lift_do_not_use(context: &Context, access: &Access, input: MarkDoNotUse) -> Result<Edited, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let (id, now) = (input.service_id, context.now());
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut at_hand = AtHand::find(tx, access, id).await?;
        if editing(access, account, at_hand.service.organization_id)? != Editing::Everything {
            return Err(ActionError::from(Denied::Forbidden));
        }
        let open = tx.list_open_proposals_of(id).await?;
        let field = refuse_what_is_not_confirmed(&at_hand.service, &input.target, &open)?;
        let guarded = is_guarded(&at_hand.service);
        let event = if guarded {
            let change = ProposedChange::Lift(input.target.clone());
            let made = proposal(context, account, ProposalKind::MarkLift, &at_hand.service, change);
            tx.insert_proposal(&made).await?;
            event(access, now, AuditAction::ChangeProposed, made.id.to_string(), vec!["doNotUse"])
        } else {
            unmark(&mut at_hand.service, &input.target);
            at_hand.save(context, tx, account, now).await?;
            event(access, now, AuditAction::DoNotUseLifted, id.to_string(), vec!["doNotUse"])
        };
        tx.append_audit(&[event]).await?;
        Ok(if guarded { vec![field] } else { Vec::new() })
    });
    let waiting = written.await?;
    Ok(Edited { service: fresh(context, access, id).await?, waiting })
}

/// The field in which the mark stands; a refusal where there is none, or where one is still to be decided.
fn refuse_what_is_not_confirmed(
    service: &Service,
    target: &DoNotUse,
    open: &[Proposal],
) -> Result<ServiceField, Refusal> {
    let (path, field) = match target {
        DoNotUse::Service => return Err(Refusal::input("placeId", InputProblem::OneOfTwo)),
        DoNotUse::Place(_) => ("placeId", ServiceField::Places),
        DoNotUse::Phone(_) => ("phone", ServiceField::Phones),
    };
    if !is_marked(service, target) {
        return Err(Refusal::input(path, InputProblem::NotMarked));
    }
    let mut changes = open.iter().flat_map(|proposal| &proposal.items).filter_map(|item| item.change.as_ref());
    let is_undecided = changes.any(|change| match change {
        ProposedChange::DoNotUse(waiting) | ProposedChange::Lift(waiting) => is_same_target(waiting, target),
        ProposedChange::Edit { .. } => false,
    });
    if is_undecided { Err(Refusal::input(path, InputProblem::MarkUndecided)) } else { Ok(field) }
}
