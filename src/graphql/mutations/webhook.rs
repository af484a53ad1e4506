//! Webhooks of the own organisation.

use crate::actions::ActionError;
use crate::actions::webhook::{self, MadeSecret};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::webhook::{WebhookEndpoint, WebhookSecret};
use crate::graphql::user_errors::{
    FromUserError, WebhookEndpointCreateError, WebhookEndpointDeleteError, WebhookEndpointEnableError,
    WebhookEndpointRotateSecretError, WebhookEndpointTestError, settle,
};
use crate::i18n::Language;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Registers an address of the own organisation's system; an organisation has at most five. Its secret is in the answer and
    /// is never shown again.
    async fn webhook_endpoint_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address to be called.")] input: WebhookEndpointCreateInput,
    ) -> Result<WebhookEndpointCreatePayload, ApiError> {
        let request = request(context);
        let made = webhook::create(&request.context, &request.access, &input.url).await;
        let (webhook_endpoint, secret, errors) = told(made, request.language)?;
        Ok(WebhookEndpointCreatePayload { webhook_endpoint, secret, errors })
    }

    /// Gives a webhook a new secret, which is in the answer and is never shown again. For 24 hours its calls are signed by both,
    /// the new one first.
    async fn webhook_endpoint_rotate_secret(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook is meant.")] input: WebhookEndpointRotateSecretInput,
    ) -> Result<WebhookEndpointRotateSecretPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.webhook_endpoint_id)?;
        let made = webhook::rotate(&request.context, &request.access, id).await;
        let (webhook_endpoint, secret, errors) = told(made, request.language)?;
        Ok(WebhookEndpointRotateSecretPayload { webhook_endpoint, secret, errors })
    }

    /// Tells a webhook again that was disabled, from now on; what waited for it comes first.
    async fn webhook_endpoint_enable(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook is meant.")] input: WebhookEndpointEnableInput,
    ) -> Result<WebhookEndpointEnablePayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.webhook_endpoint_id)?;
        let enabled = webhook::enable(&request.context, &request.access, id).await;
        let (endpoint, errors) = settle(enabled, request.language)?;
        Ok(WebhookEndpointEnablePayload { webhook_endpoint: endpoint.map(WebhookEndpoint), errors })
    }

    /// Takes a webhook back: it is told nothing more, nor what waited for it.
    async fn webhook_endpoint_delete(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook is meant.")] input: WebhookEndpointDeleteInput,
    ) -> Result<WebhookEndpointDeletePayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.webhook_endpoint_id)?;
        let deleted = webhook::delete(&request.context, &request.access, id).await;
        let (endpoint, errors) = settle(deleted, request.language)?;
        Ok(WebhookEndpointDeletePayload { webhook_endpoint: endpoint.map(WebhookEndpoint), errors })
    }

    /// Tells a webhook that somebody tries it (`endpoint.tested`); what came of it stands among its attempts. At most once a
    /// second.
    async fn webhook_endpoint_test(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which webhook is meant.")] input: WebhookEndpointTestInput,
    ) -> Result<WebhookEndpointTestPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.webhook_endpoint_id)?;
        let tested = webhook::test(&request.context, &request.access, id).await;
        let (endpoint, errors) = settle(tested, request.language)?;
        Ok(WebhookEndpointTestPayload { webhook_endpoint: endpoint.map(WebhookEndpoint), errors })
    }
}

/// What is told of a secret just made: the endpoint, the secret, and why there is none.
type Told<E> = (Option<WebhookEndpoint>, Option<WebhookSecret>, Vec<E>);

fn told<E: FromUserError>(made: Result<MadeSecret, ActionError>, language: Language) -> Result<Told<E>, ApiError> {
    let (made, errors) = settle(made, language)?;
    let (endpoint, secret) = made.map(|made| (made.endpoint, made.signing_secret)).unzip();
    Ok((endpoint.map(WebhookEndpoint), secret.flatten().map(WebhookSecret), errors))
}

/// What registering a webhook takes.
#[derive(InputObject)]
pub struct WebhookEndpointCreateInput {
    /// The whole address: https at port 443, at most 500 characters, without a user name and without a part behind `#`.
    url: String,
}

/// What a new secret takes.
#[derive(InputObject)]
pub struct WebhookEndpointRotateSecretInput {
    /// The webhook, an id beginning with `whk_`.
    webhook_endpoint_id: ID,
}

/// What enabling a webhook takes.
#[derive(InputObject)]
pub struct WebhookEndpointEnableInput {
    /// The webhook, an id beginning with `whk_`.
    webhook_endpoint_id: ID,
}

/// What taking a webhook back takes.
#[derive(InputObject)]
pub struct WebhookEndpointDeleteInput {
    /// The webhook, an id beginning with `whk_`.
    webhook_endpoint_id: ID,
}

/// What trying a webhook takes.
#[derive(InputObject)]
pub struct WebhookEndpointTestInput {
    /// The webhook, an id beginning with `whk_`.
    webhook_endpoint_id: ID,
}

/// The webhook, or why there is none.
#[derive(SimpleObject)]
pub struct WebhookEndpointCreatePayload {
    /// The webhook; null when it was not registered.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// What signs its calls; null when it was not registered.
    secret: Option<WebhookSecret>,
    /// Why it was not registered.
    errors: Vec<WebhookEndpointCreateError>,
}

/// The webhook with its new secret, or why it has none.
#[derive(SimpleObject)]
pub struct WebhookEndpointRotateSecretPayload {
    /// The webhook; null when it has no new secret.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// The new secret; null when there is none.
    secret: Option<WebhookSecret>,
    /// Why there is no new secret.
    errors: Vec<WebhookEndpointRotateSecretError>,
}

payloads! {
    /// The webhook, or why it was not enabled.
    WebhookEndpointEnablePayload { webhook_endpoint: WebhookEndpoint, WebhookEndpointEnableError }
    /// The webhook as it was, or why it still is.
    WebhookEndpointDeletePayload { webhook_endpoint: WebhookEndpoint, WebhookEndpointDeleteError }
    /// The webhook, or why it was not tried.
    WebhookEndpointTestPayload { webhook_endpoint: WebhookEndpoint, WebhookEndpointTestError }
}
