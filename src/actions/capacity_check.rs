//! Questions for places: asked of a recipient before anybody is spoken of, answered by it or as it was told, closed by
//! the team that asked.

use super::disclosure::act;
use super::idempotency::Create;
use super::protection::{Notify, require_project_at_work};
use super::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::capacity_check::{CapacityAnswer, CapacityCheck, ToldPlaces};
use crate::domain::id::{CapacityCheckId, ServiceId, TeamId};
use crate::domain::need::Need;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{Attestation, Urgency};
use crate::domain::refusal::{ProtectionProblem, RecipientProblem, Refusal};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::capacity_check_view::{CapacityCheckView, relation_to_check, show_check};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{CheckSelection, Tx};

/// What asking for places takes.
#[derive(Clone, Hash)]
pub struct AskForPlaces {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The service to be asked.
    pub service_id: ServiceId,
    /// The team that asks, for who is of several.
    pub team_id: Option<TeamId>,
    /// The need.
    pub need: Need,
    /// How urgent it is.
    pub urgency: Urgency,
    /// How many places.
    pub quantity: i64,
    /// From when on; from now on unless said.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
}

/// Asks a recipient whether it has places.
pub async fn ask(
    context: &Context,
    access: &Access,
    input: AskForPlaces,
) -> Result<Visible<CapacityCheckView>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let create = Create::new(account, &input.idempotency_key, "capacity_check_ask", &input)?;
    let now = context.now();
    let id: CapacityCheckId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            let check = asked(context, tx, access, &input, id).await?;
            tx.insert_capacity_check(&check).await?;
            let notify = Notify {
                kind: NoticeKind::PlacesAsked,
                object: id.to_string(),
                actor_id: Some(account.id),
                // By the hour, like every time that a recipient reads (P-08).
                at: now.start_of_hour(),
                context,
            };
            notify.send(tx, &[Addressee::Recipients(check.recipient_id)]).await?;
            Ok(act(access, now, AuditAction::CapacityAsked, id.to_string()))
        })
        .await?;
    find(context, access, id).await
}

/// The check that is to be asked, by the rules that hold for sending to this recipient.
async fn asked(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    input: &AskForPlaces,
    id: CapacityCheckId,
) -> Result<CapacityCheck, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let now = context.now();
    let (service, organization) = super::referral::askable(context, tx, access, (input.service_id, input.need)).await?;
    let project_id = account.project_id.ok_or(ActionError::Forbidden)?;
    if tx.is_revoked(organization.id, project_id, None).await? {
        return Err(Refusal::Recipient(RecipientProblem::PartnerRevoked).into());
    }
    if !tx.find_vetting(organization.id).await?.is_in_force(now.date()) {
        return Err(Refusal::Recipient(RecipientProblem::NotVetted).into());
    }
    let check = CapacityCheck {
        id,
        project_id,
        team_id: super::case::team(account, input.team_id)?,
        sender_id: account.organization_id,
        recipient_id: organization.id,
        service_id: service.id,
        need: input.need,
        urgency: input.urgency,
        quantity: input.quantity,
        from: input.from.unwrap_or(now),
        until: input.until,
        asked_at: now,
        told: None,
        closed_at: None,
    };
    check.check_asked()?;
    Ok(check)
}

/// The check with this id.
pub async fn find(
    context: &Context,
    access: &Access,
    id: CapacityCheckId,
) -> Result<Visible<CapacityCheckView>, ActionError> {
    permit(access, Action::ReadReferral)?;
    let check = context.store.find_capacity_check(&access.scope(), id).await?;
    check.and_then(|check| show(context, access, &check)).ok_or_else(|| hidden(access, id))
}

/// Which part of the list of checks.
#[derive(Clone, Copy)]
pub struct ChecksAsked {
    /// Those that the viewer's organisation was asked, instead of those that the viewer's side has asked.
    pub received: bool,
    /// Only open ones, only closed ones, or both.
    pub open: Option<bool>,
    /// Only those behind this one.
    pub after: Option<CapacityCheckId>,
    /// At most this many.
    pub limit: usize,
}

hidden_debug!(ChecksAsked);

/// A page of checks, last asked first, with whether there is more behind it.
pub async fn list(
    context: &Context,
    access: &Access,
    asked: ChecksAsked,
) -> Result<(Vec<Visible<CapacityCheckView>>, bool), ActionError> {
    permit(access, Action::ReadReferral)?;
    let ChecksAsked { received, open, after, limit } = asked;
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let selection = CheckSelection { received, open, now: context.now(), after, limit: one_more };
    let mut checks = context.store.list_capacity_checks(&access.scope(), selection).await?;
    let has_more = checks.len() > limit;
    checks.truncate(limit);
    Ok((checks.iter().filter_map(|check| show(context, access, check)).collect(), has_more))
}

fn show(context: &Context, access: &Access, check: &CapacityCheck) -> Option<Visible<CapacityCheckView>> {
    let snapshot = context.directory.snapshot();
    show_check(access, check, snapshot.service(check.service_id).as_deref(), context.now())
}

/// Answers a check: for the recipient, or for the asking team as it was told by phone.
pub async fn answer(
    context: &Context,
    access: &Access,
    id: CapacityCheckId,
    answer: CapacityAnswer,
    available: Option<i64>,
) -> Result<Visible<CapacityCheckView>, ActionError> {
    let account = permit(access, Action::AnswerReferral)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let check = find_for_change(tx, access, id).await?;
            let attested_by = attestation(access, account, &check)?;
            require_project_at_work(tx, account.project_id).await?;
            let told = ToldPlaces { at: now, answer, available, attested_by };
            let answered = check.answered(told)?;
            if !tx.answer_capacity_check(id, &told).await? {
                return Err(Refusal::Protection(ProtectionProblem::AlreadyAnswered).into());
            }
            let notify = Notify {
                kind: NoticeKind::PlacesAnswered,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &[Addressee::Team(answered.team_id)]).await?;
            audit(tx, access, &answered, AuditAction::CapacityAnswered, now).await
        })
        .await?;
    find(context, access, id).await
}

/// Who says what this account answers; whoever is of neither side answers nothing.
fn attestation(access: &Access, account: &Account, check: &CapacityCheck) -> Result<Attestation, ActionError> {
    if account.organization_id == check.recipient_id {
        Ok(Attestation::Partner)
    } else if relation_to_check(access, check) == Relation::Team {
        Ok(Attestation::Sender)
    } else {
        Err(ActionError::Forbidden)
    }
}

/// Closes a check, for the team that asked.
pub async fn close(
    context: &Context,
    access: &Access,
    id: CapacityCheckId,
) -> Result<Visible<CapacityCheckView>, ActionError> {
    permit(access, Action::CreateReferral)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let check = find_for_change(tx, access, id).await?;
            if relation_to_check(access, &check) != Relation::Team {
                return Err(ActionError::Forbidden);
            }
            let closed = check.closed(now)?;
            if !tx.close_capacity_check(id, now).await? {
                return Err(Refusal::Protection(ProtectionProblem::AlreadyClosed).into());
            }
            audit(tx, access, &closed, AuditAction::CapacityCheckClosed, now).await
        })
        .await?;
    find(context, access, id).await
}

async fn find_for_change(tx: &mut Tx, access: &Access, id: CapacityCheckId) -> Result<CapacityCheck, ActionError> {
    tx.find_capacity_check(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))
}

async fn audit(
    tx: &mut Tx,
    access: &Access,
    check: &CapacityCheck,
    action: AuditAction,
    now: Timestamp,
) -> Result<(), ActionError> {
    let event = act(access, now, action, check.id.to_string());
    Ok(tx.append_audit(&[AuditEvent { project_id: Some(check.project_id), ..event }]).await?)
}
