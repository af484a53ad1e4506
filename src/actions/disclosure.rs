//! Writing down what was told, before it is told (ruling R3).

use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::policy::access::Access;

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
    context.store.write(async |tx| Ok(tx.append_audit(&events).await?)).await
}

/// The audit event of an act by an account, in its project's trail, for the usual purpose of such acts.
pub(super) fn act(
    access: &Access,
    now: crate::domain::time::Timestamp,
    action: AuditAction,
    object: String,
) -> AuditEvent {
    let account = access.account();
    AuditEvent {
        project_id: account.and_then(|account| account.project_id),
        actor_id: account.map(|account| account.id),
        actor_role: account.map(|account| account.role),
        organization_id: account.map(|account| account.organization_id),
        ..AuditEvent::of_operator(now, action, object)
    }
}
