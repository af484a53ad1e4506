//! Editing an entry, and suggesting a correction of one.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::changes::{ServiceChanges, input_path};
use super::{AtHand, Edited, event, fields_of, fresh, names_of, proposal, proposed};
use crate::domain::audit::AuditAction;
use crate::domain::directory::{FieldEdit, FieldValue, Place, Service, ServiceField, ServiceStatus, Teller};
use crate::domain::directory_edit::{Parted, ProposalKind, part, set};
use crate::domain::id::ServiceId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::entry_rules::{Editing, editing};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// What an edit takes.
pub struct EditService {
    /// The service.
    pub service_id: ServiceId,
    /// The version that was read.
    pub expected_version: i64,
    /// What is to stand in it.
    pub changes: ServiceChanges,
}

/// Edits a service: what one person may put in stands at once, the rest waits as a proposal for a second one.
pub async fn edit(context: &Context, access: &Access, input: EditService) -> Result<Edited, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let (id, now) = (input.service_id, context.now());
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut at_hand = AtHand::find(tx, access, id).await?;
        let editing = editing(access, account, at_hand.service.organization_id)?;
        if at_hand.version != input.expected_version {
            return Err(ActionError::from(Refusal::Conflict { current_version: at_hand.version }));
        }
        let values = input.changes.clone().read(context, &at_hand.service)?;
        if editing == Editing::Own {
            refuse_what_editors_decide(&at_hand.service, &values)?;
        }
        let Parted { at_once, for_two } = part(&at_hand.service, values);
        let mut events = Vec::new();
        let waiting = fields_of(&for_two);
        let is_written = !at_once.is_empty();
        if is_written {
            events.push(event(access, now, AuditAction::EntryEdited, id.to_string(), names_of(&at_once)));
            set(&mut at_hand.service, &mut at_hand.word, at_once, editing.teller(), now);
        }
        // What is proposed is told beside what stands by then.
        if !for_two.is_empty() {
            let fields = names_of(&for_two);
            let change = proposed(&at_hand.service, for_two);
            let made = proposal(context, account, ProposalKind::GuardedEdit, &at_hand.service, change);
            tx.insert_proposal(&made).await?;
            events.push(event(access, now, AuditAction::ChangeProposed, made.id.to_string(), fields));
        }
        if is_written {
            at_hand.save(context, tx, account, now).await?;
        }
        tx.append_audit(&events).await?;
        Ok(waiting)
    });
    let waiting = written.await?;
    Ok(Edited { service: fresh(context, access, id).await?, waiting })
}

/// Staff of an organisation decide neither who may know of it, nor whether a place of it may be found, nor whether it
/// works again after an editor has suspended or closed it: that they suggest.
fn refuse_what_editors_decide(service: &Service, values: &[FieldValue]) -> Result<(), Refusal> {
    let is_covered = |place: &Place| service.places.iter().any(|held| held.id == place.id && held.redacted);
    let turns_redaction = |places: &[Place]| {
        let is_held = |place: &Place| service.places.iter().any(|held| held.id == place.id);
        let turned = places.iter().any(|place| is_held(place) && is_covered(place) != place.redacted);
        let is_gone = |held: &Place| held.redacted && !places.iter().any(|place| place.id == held.id);
        turned || service.places.iter().any(is_gone)
    };
    let is_for_editors = |value: &&FieldValue| match value {
        FieldValue::Tier(_) => true,
        FieldValue::Status(_) => is_stopped_by_editor(service),
        FieldValue::Places(places) => turns_redaction(places),
        _ => false,
    };
    let refused = |field: ServiceField| Refusal::input(input_path(field), InputProblem::EditorsOnly);
    values.iter().find(is_for_editors).map_or(Ok(()), |value| Err(refused(value.field())))
}

/// Whether an editor has suspended or closed the service, by a mark that was confirmed or by an edit. No other status
/// leads out of that either, so that nobody reopens it in two steps.
fn is_stopped_by_editor(service: &Service) -> bool {
    let is_of_editor = |edit: &FieldEdit| edit.field == ServiceField::Status && edit.told_by == Teller::Editor;
    match service.status {
        ServiceStatus::Suspended => service.do_not_use || service.edits.iter().any(is_of_editor),
        ServiceStatus::Closed => service.edits.iter().any(is_of_editor),
        ServiceStatus::Open | ServiceStatus::Paused => false,
    }
}

/// What a suggestion takes.
pub struct SuggestCorrection {
    /// The service.
    pub service_id: ServiceId,
    /// What should stand in it.
    pub changes: ServiceChanges,
}

/// Suggests a correction, for an editor to accept or refuse. The same one twice by the same account is one.
pub async fn suggest(
    context: &Context,
    access: &Access,
    input: SuggestCorrection,
) -> Result<Option<Visible<ServiceView>>, ActionError> {
    let account = permit(access, Action::SuggestCorrection)?;
    let (id, now) = (input.service_id, context.now());
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let service = AtHand::find(tx, access, id).await?.service;
        let values = input.changes.clone().read(context, &service)?;
        let fields = names_of(&values);
        let made = proposal(context, account, ProposalKind::Correction, &service, proposed(&service, values));
        let open = tx.list_open_proposals_of(id).await?;
        if open.iter().any(|known| known.proposed_by == Some(account.id) && known.items == made.items) {
            return Ok(());
        }
        tx.insert_proposal(&made).await?;
        let event = event(access, now, AuditAction::ChangeProposed, made.id.to_string(), fields);
        Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
    });
    written.await?;
    fresh(context, access, id).await
}
