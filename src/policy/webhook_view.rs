//! The view of a webhook: for those who answer for the systems of its organisation.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::Visible;
use crate::domain::delivery::{AttemptResult, DeliveryKind};
use crate::domain::id::WebhookEndpointId;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::{Date, Timestamp};
use crate::domain::webhook::{ListedEndpoint, WebhookDisabledReason, WebhookEndpoint, WebhookEndpointStatus};

/// A webhook as its organisation sees it: the host of its address, and nothing else of that.
#[derive(Clone)]
pub struct WebhookEndpointView {
    /// Identifier.
    pub id: WebhookEndpointId,
    /// The host.
    pub url_host: String,
    /// The day on which it was registered.
    pub created_on: Date,
    /// How it does.
    pub status: WebhookEndpointStatus,
    /// Since when it fails, or is disabled.
    pub status_since: Option<Timestamp>,
    /// Why it is disabled.
    pub disabled_reason: Option<WebhookDisabledReason>,
    /// Its last attempts, the newest first.
    pub last_attempts: Vec<WebhookAttemptView>,
}

hidden_debug!(WebhookEndpointView);

/// One attempt to tell an endpoint something.
#[derive(Clone, Debug)]
pub struct WebhookAttemptView {
    /// What it said.
    pub kind: DeliveryKind,
    /// When it ended.
    pub at: Timestamp,
    /// What came of it.
    pub result: AttemptResult,
    /// The status that was answered.
    pub http_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_milliseconds: i64,
}

/// What the schema promises of an endpoint.
const PROMISED: [&str; 5] = [
    "WebhookEndpoint.id",
    "WebhookEndpoint.urlHost",
    "WebhookEndpoint.createdOn",
    "WebhookEndpoint.status",
    "WebhookEndpoint.lastAttempts",
];

/// What it promises of an attempt.
const PROMISED_OF_ATTEMPT: [&str; 4] =
    ["WebhookAttempt.kind", "WebhookAttempt.at", "WebhookAttempt.result", "WebhookAttempt.durationMilliseconds"];

fn looking(access: &Access, endpoint: &WebhookEndpoint) -> Looking {
    let relation = access.relation_to_system(endpoint.organization_id);
    Looking::new(access, access.facts(relation, Standing::Plain, false))
}

/// The view of an endpoint; `None` unless the viewer answers for the systems of its organisation.
pub fn show_webhook_endpoint(access: &Access, listed: &ListedEndpoint) -> Option<Visible<WebhookEndpointView>> {
    permit(access, Action::KeepWebhooks).ok()?;
    let endpoint = &listed.endpoint;
    let look = looking(access, endpoint);
    let (status, since) = listed.status();
    let attempt = |(kind, attempt): &(DeliveryKind, crate::domain::delivery::Attempt)| WebhookAttemptView {
        kind: *kind,
        at: attempt.at,
        result: attempt.result,
        http_status: look.value("WebhookAttempt.httpStatus", attempt.http_status),
        duration_milliseconds: attempt.duration_milliseconds,
    };
    // An attempt of which something that is promised may not be told is none.
    let attempts = listed.attempts.iter().filter(|_| look.sees_all(&PROMISED_OF_ATTEMPT)).map(attempt).collect();
    let view = WebhookEndpointView {
        id: endpoint.id,
        url_host: endpoint.host(),
        created_on: endpoint.created_at.date(),
        status,
        status_since: look.value("WebhookEndpoint.statusSince", since),
        disabled_reason: look.value("WebhookEndpoint.disabledReason", listed.disabled.map(|(_, reason)| reason)),
        last_attempts: attempts,
    };
    look.sees_all(&PROMISED).then(|| Visible::of_directory(view, access.recorder().clone()))
}

/// The secret of an endpoint that has just been made, for whoever made it; nobody is ever shown it again.
pub fn show_signing_secret(access: &Access, endpoint: &WebhookEndpoint) -> Option<Sensitive<String>> {
    permit(access, Action::KeepWebhooks).ok()?;
    looking(access, endpoint).value("WebhookSecret.spelling", Some(endpoint.secret.spelled()))
}
