//! Webhooks of an organisation: registered, given a new secret, enabled again, tried and taken back by those who answer for its
//! systems.

use super::disclosure::act;
use super::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::delivery::{Delivery, DeliveryChannel, DeliveryKind, Queue};
use crate::domain::id::WebhookEndpointId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{ListedEndpoint, MOST_ENDPOINTS, WebhookEndpoint, WebhookSecret, check_url};
use crate::egress::judge;
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::policy::webhook_view::{WebhookEndpointView, show_signing_secret, show_webhook_endpoint};
use crate::store::Tx;

/// An endpoint with a secret just made, which is shown this once.
#[derive(Clone)]
pub struct MadeSecret {
    /// The endpoint.
    pub endpoint: Visible<WebhookEndpointView>,
    /// Its secret.
    pub signing_secret: Option<Sensitive<String>>,
}

/// Registers an address of the own organisation. Nothing is asked there: what it leads to is judged at each call.
pub async fn create(context: &Context, access: &Access, typed: &str) -> Result<MadeSecret, ActionError> {
    let account = permit(access, Action::KeepWebhooks)?;
    let url = check_url(typed)?;
    judge(&url, &context.webhook_hosts).map_err(|_| refused("url", InputProblem::WebhookAddress))?;
    let now = context.now();
    let endpoint = WebhookEndpoint {
        id: context.fresh_id(),
        organization_id: account.organization_id,
        url: String::from(url).into(),
        secret: WebhookSecret::from_bytes(context.chance.key()),
        previous: None,
        created_at: now,
        created_by: account.id,
    };
    let written = context.store.write(async |tx| {
        if tx.lock_webhook_endpoints(account.organization_id).await?.len() >= MOST_ENDPOINTS {
            return Err(refused("url", InputProblem::WebhookCount).into());
        }
        tx.insert_webhook_endpoint(&endpoint, account.project_id).await?;
        let event = event(access, now, AuditAction::WebhookRegistered, endpoint.id);
        tx.append_audit(&[event]).await?;
        Ok::<_, ActionError>(())
    });
    written.await?;
    made(access, fresh(endpoint))
}

/// Gives an endpoint a new secret; the old one signs beside it for a day.
pub async fn rotate(context: &Context, access: &Access, id: WebhookEndpointId) -> Result<MadeSecret, ActionError> {
    let fresh_secret = WebhookSecret::from_bytes(context.chance.key());
    let change = async |tx: &mut Tx, listed: ListedEndpoint, now| {
        let endpoint = listed.endpoint.rotated(fresh_secret.clone(), now);
        tx.save_webhook_secrets(&endpoint).await?;
        Ok(ListedEndpoint { endpoint, ..listed })
    };
    made(access, changed(context, access, (id, AuditAction::WebhookSecretRotated), change).await?)
}

/// Tells an endpoint again what waits for it. One that is not disabled stays as it is.
pub async fn enable(
    context: &Context,
    access: &Access,
    id: WebhookEndpointId,
) -> Result<Visible<WebhookEndpointView>, ActionError> {
    let change = async |tx: &mut Tx, listed: ListedEndpoint, now| {
        if listed.disabled.is_none() {
            return Ok(listed);
        }
        tx.enable_webhook_endpoint(id, now).await?;
        let queue = Queue { failing_since: None, ..listed.queue };
        Ok(ListedEndpoint { queue, disabled: None, ..listed })
    };
    shown(access, &changed(context, access, (id, AuditAction::WebhookEnabled), change).await?)
}

/// Takes an endpoint back: it is told nothing more. Gives it as it was.
pub async fn delete(
    context: &Context,
    access: &Access,
    id: WebhookEndpointId,
) -> Result<Visible<WebhookEndpointView>, ActionError> {
    let change = async |tx: &mut Tx, listed: ListedEndpoint, now| {
        tx.delete_webhook_endpoint(id, now).await?;
        Ok(listed)
    };
    shown(access, &changed(context, access, (id, AuditAction::WebhookDeleted), change).await?)
}

/// Tells an endpoint that somebody tries it; at most once a second.
pub async fn test(
    context: &Context,
    access: &Access,
    id: WebhookEndpointId,
) -> Result<Visible<WebhookEndpointView>, ActionError> {
    let change = async |tx: &mut Tx, listed: ListedEndpoint, now: Timestamp| {
        if listed.disabled.is_some() {
            return Err(refused("webhookEndpointId", InputProblem::WebhookDisabled).into());
        }
        // A later test comes behind an earlier one, also when that one is no longer kept.
        let sequence = now.microseconds().div_euclid(1_000_000);
        let object = id.to_string();
        let delivery = Delivery::new(&listed.queue.id, DeliveryKind::EndpointTested, (&object, sequence), now);
        tx.insert_delivery(&delivery).await?;
        Ok(listed)
    };
    shown(access, &changed(context, access, (id, AuditAction::WebhookTested), change).await?)
}

/// The endpoints of the own organisation, the oldest first.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<WebhookEndpointView>>, ActionError> {
    let account = permit(access, Action::KeepWebhooks)?;
    let endpoints = context.store.list_webhook_endpoints(account.organization_id).await?;
    Ok(endpoints.iter().filter_map(|listed| show_webhook_endpoint(access, listed)).collect())
}

/// The endpoint with this id, of the own organisation.
pub async fn find(
    context: &Context,
    access: &Access,
    id: WebhookEndpointId,
) -> Result<Visible<WebhookEndpointView>, ActionError> {
    let found = list(context, access).await?.into_iter().find(|endpoint| endpoint.id == id);
    found.ok_or_else(|| hidden(access, id))
}

/// One change of an endpoint of the own organisation, with its event in the same commit.
async fn changed(
    context: &Context,
    access: &Access,
    (id, action): (WebhookEndpointId, AuditAction),
    change: impl AsyncFnOnce(&mut Tx, ListedEndpoint, Timestamp) -> Result<ListedEndpoint, ActionError>,
) -> Result<ListedEndpoint, ActionError> {
    let account: &Account = permit(access, Action::KeepWebhooks)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        let listed = tx.lock_webhook_endpoint(account.organization_id, id).await?;
        let listed = change(tx, listed.ok_or_else(|| hidden(access, id))?, now).await?;
        tx.append_audit(&[event(access, now, action, id)]).await?;
        Ok::<_, ActionError>(listed)
    });
    written.await
}

fn fresh(endpoint: WebhookEndpoint) -> ListedEndpoint {
    let queue = Queue {
        id: endpoint.id.to_string(),
        channel: DeliveryChannel::Webhook,
        organization_id: endpoint.organization_id,
        failing_since: None,
    };
    ListedEndpoint { endpoint, queue, disabled: None, attempts: Vec::new() }
}

fn made(access: &Access, listed: ListedEndpoint) -> Result<MadeSecret, ActionError> {
    let signing_secret = show_signing_secret(access, &listed.endpoint);
    Ok(MadeSecret { endpoint: shown(access, &listed)?, signing_secret })
}

fn shown(access: &Access, listed: &ListedEndpoint) -> Result<Visible<WebhookEndpointView>, ActionError> {
    show_webhook_endpoint(access, listed).ok_or(ActionError::NotVisible)
}

fn event(access: &Access, now: Timestamp, action: AuditAction, id: WebhookEndpointId) -> AuditEvent {
    act(access, now, action, id.to_string())
}

fn refused(field: &'static str, problem: InputProblem) -> Refusal {
    Refusal::Input { field, problem }
}
