//! Closing incidents.

use crate::actions::protection::incidents;
use crate::domain::incident::IncidentResolution;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::incident::Incident;
use crate::graphql::user_errors::{IncidentCloseError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct IncidentMutations;

#[Object]
impl IncidentMutations {
    /// Says what came of looking into a referral that caused harm; by who leads the project.
    async fn incident_close(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which incident, and what came of it.")] input: IncidentCloseInput,
    ) -> Result<IncidentClosePayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.incident_id)?;
        let closed = incidents::close(&request.context, &request.access, id, input.resolution).await;
        let (incident, errors) = settle(closed, request.language)?;
        Ok(IncidentClosePayload { incident: incident.map(Incident), errors })
    }
}

/// What closing an incident takes.
#[derive(InputObject)]
pub struct IncidentCloseInput {
    /// The incident, an id beginning with `inc_`.
    incident_id: ID,
    /// What came of it.
    resolution: IncidentResolution,
}

/// The closed incident, or why it stays open.
#[derive(SimpleObject)]
pub struct IncidentClosePayload {
    /// The incident; null when it was not closed.
    incident: Option<Incident>,
    /// Why it was not closed.
    errors: Vec<IncidentCloseError>,
}
