//! Writing down what was told, before it is told (ruling R3).

use super::protection::Notify;
use super::{ActionError, Context};
use crate::domain::account::{Account, Role};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::{CaseId, Identifier as _};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::store::Tx;

/// Records every disclosure of this request in one commit. The caller sends its answer only when this
/// has succeeded.
pub async fn record(context: &Context, access: &Access) -> Result<(), ActionError> {
    let disclosed = access.recorder().take();
    let Some(account) = access.account().filter(|_| !disclosed.is_empty()) else { return Ok(()) };
    let now = context.now();
    let events: Vec<AuditEvent> = disclosed
        .into_iter()
        .map(|(subject, fields)| AuditEvent {
            at: now,
            project_id: Some(subject.project_id),
            actor_id: Some(account.id),
            actor_role: Some(account.role),
            organization_id: Some(account.organization_id),
            action: AuditAction::Disclosed,
            object: subject.object,
            fields,
            purpose: subject.purpose,
            reason: None,
            consent_id: subject.consent_id,
        })
        .collect();
    context
        .store
        .write(async |tx| {
            tx.append_audit(&events).await?;
            keep_budget(context, tx, account, &events, now).await
        })
        .await
}

/// Counts the distinct cases that somebody opens, behind the trail's lock; above the budget somebody else is
/// told, once an hour. The answer is given all the same: an emergency is never locked out.
async fn keep_budget(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    events: &[AuditEvent],
    now: Timestamp,
) -> Result<(), ActionError> {
    let is_case = |event: &&AuditEvent| CaseId::parse(&event.object).is_ok();
    let cases: Vec<String> = events.iter().filter(is_case).map(|event| event.object.clone()).collect();
    let Some(project) = events.iter().find(is_case).and_then(|event| event.project_id) else { return Ok(()) };
    let opened = tx.open_cases(account.id, &cases, now).await?;
    if !context.reveal_budget.is_exceeded_by(opened) || !tx.raise_reveal_alert(account.id, now).await? {
        return Ok(());
    }
    let unit = Some(account.organization_id);
    let addressee = if tx.has_another(Role::Coordinator, account.id, account.project_id, None).await? {
        Addressee::OfProject(account.project_id.unwrap_or(project), Role::Coordinator)
    } else if tx.has_another(Role::ProtectionLead, account.id, None, unit).await? {
        Addressee::OfOrganization(account.organization_id, Role::ProtectionLead)
    } else {
        Addressee::OfOrganization(account.organization_id, Role::Auditor)
    };
    let notify = Notify {
        kind: NoticeKind::RevealBudgetExceeded,
        object: account.id.to_string(),
        actor_id: Some(account.id),
        at: now,
        context,
    };
    notify.send(tx, &[addressee]).await?;
    let event = AuditEvent {
        project_id: Some(project),
        actor_id: Some(account.id),
        actor_role: Some(account.role),
        organization_id: Some(account.organization_id),
        ..AuditEvent::of_operator(now, AuditAction::RevealAlert, account.id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}

/// The audit event of an act by an account, in its project's trail, for the usual purpose of such acts.
pub(super) fn act(access: &Access, now: Timestamp, action: AuditAction, object: String) -> AuditEvent {
    let account = access.account();
    AuditEvent {
        project_id: account.and_then(|account| account.project_id),
        actor_id: account.map(|account| account.id),
        actor_role: account.map(|account| account.role),
        organization_id: account.map(|account| account.organization_id),
        ..AuditEvent::of_operator(now, action, object)
    }
}
