//! Queries of questions for places.

use super::error::ApiError;
use super::page::{IdCursors, page_size, page_weight};
use super::request::request;
use super::types::capacity_check::CapacityCheck;
use crate::actions::capacity_check::{ChecksAsked, list};
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object};

#[derive(Default)]
pub struct CapacityQuery;

#[Object]
impl CapacityQuery {
    /// Questions for places, last asked first: those of the viewer's teams or of the projects that the viewer leads, or
    /// those that the viewer's organisation was asked.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn capacity_checks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those that the viewer's organisation was asked.", default)] received: bool,
        #[graphql(desc = "Only open ones (true) or only closed ones (false); both unless said.")] open: Option<bool>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, CapacityCheck>, ApiError> {
        let request = request(context);
        let cursors = IdCursors(if received { "places-received" } else { "places-asked" });
        let asked = ChecksAsked {
            received,
            open,
            after: after.as_deref().map(|after| cursors.read(after)).transpose()?,
            limit: page_size(first)?,
        };
        let (checks, has_more) = list(&request.context, &request.access, asked).await?;
        let mut connection = Connection::new(after.is_some(), has_more);
        connection.edges.extend(checks.into_iter().map(|view| Edge::new(cursors.write(view.id), CapacityCheck(view))));
        Ok(connection)
    }
}
