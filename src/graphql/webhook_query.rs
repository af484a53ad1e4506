//! Queries of webhooks.

use super::error::ApiError;
use super::request::request;
use super::types::webhook::WebhookEndpoint;
use crate::actions::webhook;
use async_graphql::{Context, Object};

#[derive(Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// The webhooks of the own organisation, the oldest first, five at most; for its partner admins, coordinators and system
    /// administrators.
    #[graphql(complexity = "5 * child_complexity + 1")]
    async fn webhook_endpoints(&self, context: &Context<'_>) -> Result<Vec<WebhookEndpoint>, ApiError> {
        let request = request(context);
        let found = webhook::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(WebhookEndpoint).collect())
    }
}
