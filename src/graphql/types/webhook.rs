//! Webhooks.

use crate::domain::delivery::{AttemptResult, DeliveryKind};
use crate::domain::sensitive::Sensitive;
use crate::domain::webhook::{WebhookDisabledReason, WebhookEndpointStatus};
use crate::graphql::scalars::{DateTime, Day};
use crate::policy::visible::Visible;
use crate::policy::webhook_view::{WebhookAttemptView, WebhookEndpointView};
use async_graphql::{Description, ID, Object};

/// An address of the organisation's own system, which is told by a signed call of what concerns the organisation. A call says
/// the kind, the object and its sequence number, and nothing of its content. For the organisation's partner admins,
/// coordinators and system administrators.
#[derive(Description)]
pub struct WebhookEndpoint(pub Visible<WebhookEndpointView>);

#[Object(use_type_description)]
impl WebhookEndpoint {
    /// Identifier, beginning with `whk_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The host of its address; the rest of the address is told to nobody.
    async fn url_host(&self) -> &str {
        &self.0.url_host
    }

    /// The day on which it was registered.
    async fn created_on(&self) -> Day {
        Day(self.0.created_on)
    }

    /// How it does.
    async fn status(&self) -> WebhookEndpointStatus {
        self.0.status
    }

    /// Since when it fails, or is disabled; null while it takes what it is told.
    async fn status_since(&self) -> Option<DateTime> {
        self.0.status_since.map(DateTime)
    }

    /// Why it is disabled; null while it is not.
    async fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        self.0.disabled_reason
    }

    /// What it was told last, the newest attempt first, at most ten.
    async fn last_attempts(&self) -> Vec<WebhookAttempt> {
        self.0.last_attempts.iter().cloned().map(WebhookAttempt).collect()
    }
}

/// One attempt to tell a webhook something.
#[derive(Description)]
pub struct WebhookAttempt(WebhookAttemptView);

#[Object(use_type_description)]
impl WebhookAttempt {
    /// What it was told.
    async fn kind(&self) -> DeliveryKind {
        self.0.kind
    }

    /// When the attempt ended.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// What came of it.
    async fn result(&self) -> AttemptResult {
        self.0.result
    }

    /// The HTTP status that was answered; null when there was no answer.
    async fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// How long it took, in milliseconds.
    async fn duration_milliseconds(&self) -> i64 {
        self.0.duration_milliseconds
    }
}

/// What signs the calls of a webhook from now on, shown this once.
#[derive(Description)]
pub struct WebhookSecret(pub Sensitive<String>);

#[Object(use_type_description)]
impl WebhookSecret {
    /// The secret as the libraries of Standard Webhooks read it: `whsec_` and base64.
    async fn text(&self) -> &str {
        self.0.expose()
    }
}
