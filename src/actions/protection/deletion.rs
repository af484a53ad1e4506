//! Requests to recipients to delete what they hold of a closed referral, and their answers.

use super::Notify;
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::deletion::{DeletionAnswer, DeletionRequest};
use crate::domain::id::DeletionId;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::Referral;
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::protection_view::{DeletionView, show_deletion};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Most requests of one list.
const MOST_REQUESTS: i64 = 100;

/// Asks the recipient of a referral just closed to delete what it holds, if it was ever told anything. The same
/// is asked however a referral was closed, so that the asking tells nothing (ruling R10).
pub(super) async fn ask(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    closed: &Referral,
    now: Timestamp,
) -> Result<(), ActionError> {
    let event = act(access, now, AuditAction::DeletionRequested, String::new());
    ask_by(context, tx, closed, event).await
}

/// Asks the same where Relais itself has closed a referral, because of what somebody decided about another one.
pub(in crate::actions) async fn ask_by_system(
    context: &Context,
    tx: &mut Tx,
    closed: &Referral,
) -> Result<(), ActionError> {
    let event = AuditEvent::of_operator(closed.status_at, AuditAction::DeletionRequested, String::new());
    ask_by(context, tx, closed, event).await
}

/// `event` says who asks, and when. Whoever has not answered yet is not asked again.
pub(super) async fn ask_by(
    context: &Context,
    tx: &mut Tx,
    closed: &Referral,
    event: AuditEvent,
) -> Result<(), ActionError> {
    // Who was called was told by voice, and is asked by voice.
    if !closed.is_told_electronically() || tx.is_deletion_asked(closed.id).await? {
        return Ok(());
    }
    let request = DeletionRequest {
        id: context.fresh_id(),
        referral_id: closed.id,
        project_id: closed.project_id,
        team_id: closed.team_id,
        sender_id: closed.sender_id,
        recipient_id: closed.recipient_id,
        asked_at: event.at,
        answer: None,
        answered_at: None,
    };
    tx.insert_deletion_request(&request).await?;
    let notify = Notify {
        kind: NoticeKind::DeletionRequested,
        object: request.id.to_string(),
        actor_id: event.actor_id,
        // By the hour, like every time that a recipient reads (P-08).
        at: event.at.start_of_hour(),
        context,
    };
    notify.send(tx, &[Addressee::Recipients(closed.recipient_id)]).await?;
    let event = AuditEvent { project_id: Some(closed.project_id), object: request.id.to_string(), ..event };
    Ok(tx.append_audit(&[event]).await?)
}

/// Requests that the viewer's side has asked or received, last asked first.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<DeletionView>>, ActionError> {
    permit(access, Action::ReadDeletions)?;
    let requests = context.store.list_deletion_requests(&access.scope(), MOST_REQUESTS).await?;
    Ok(requests.iter().filter_map(|request| show_deletion(access, request)).collect())
}

/// The request with this id.
pub async fn find(context: &Context, access: &Access, id: DeletionId) -> Result<Visible<DeletionView>, ActionError> {
    permit(access, Action::ReadDeletions)?;
    let request = context.store.find_deletion_request(&access.scope(), id).await?;
    request.and_then(|request| show_deletion(access, &request)).ok_or(ActionError::NotVisible)
}

/// Answers a request for the recipient.
pub async fn answer(
    context: &Context,
    access: &Access,
    id: DeletionId,
    answer: DeletionAnswer,
) -> Result<Visible<DeletionView>, ActionError> {
    let account = permit(access, Action::AnswerDeletion)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let request = tx.find_deletion_request(&access.scope(), id).await?.ok_or(ActionError::NotVisible)?;
            if request.recipient_id != account.organization_id {
                return Err(ActionError::NotVisible);
            }
            let answered = DeletionRequest { answer: Some(answer), answered_at: Some(now), ..request };
            if !tx.answer_deletion_request(&answered, account.id).await? {
                return Err(Refusal::Protection(ProtectionProblem::AlreadyAnswered).into());
            }
            let notify = Notify {
                kind: NoticeKind::DeletionAnswered,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &[Addressee::Team(answered.team_id)]).await?;
            let event = act(access, now, AuditAction::DeletionAnswered, id.to_string());
            let event = AuditEvent { project_id: Some(answered.project_id), fields: vec!["answer"], ..event };
            Ok(tx.append_audit(&[event]).await?)
        })
        .await?;
    find(context, access, id).await
}
