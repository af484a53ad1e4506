//! Queries of shared phones.

use super::error::ApiError;
use super::request::request;
use super::types::device::Device;
use crate::actions::device;
use async_graphql::{Context, Object};

#[derive(Default)]
pub struct DeviceQuery;

#[Object]
impl DeviceQuery {
    /// The phones that teams share, the newest first: for a coordinator those of the own project's teams, for partner admins and
    /// system administrators those of all of the organisation's.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn devices(&self, context: &Context<'_>) -> Result<Vec<Device>, ApiError> {
        let request = request(context);
        let found = device::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(Device).collect())
    }
}
