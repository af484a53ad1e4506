//! Queries of whoever keeps a copy of the directory, or keeps the directory true.

use super::error::ApiError;
use super::page::{page_size, page_weight};
use super::request::request;
use super::types::sharing::{DirectoryChange, DirectoryChangeConnection, DuplicateCandidate};
use crate::actions::duplicates::PairsPage;
use crate::actions::{directory_feed, duplicates};
use async_graphql::connection::{Connection, Edge, PageInfo};
use async_graphql::{Context, Object};

#[derive(Default)]
pub struct SharingQuery;

#[Object]
impl SharingQuery {
    /// What changed in the directory since a cursor, oldest first: each entry once, as the viewer may know it now. From
    /// the beginning without a cursor, which gives every service and organisation. Keep `endCursor`, also of a page
    /// without entries, and ask behind it while `hasNextPage`, then again later: a page looks at 2,000 entries at most,
    /// and may tell fewer than asked for. What has gone for the viewer is told by its id; what the viewer never could know
    /// is not told.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn directory_changes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(
            desc = "A cursor of this list. One of another viewer, or from before the viewer's reach changed, is \
                          refused: begin again without one."
        )]
        after: Option<String>,
    ) -> Result<DirectoryChangeConnection, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let page = directory_feed::page(&request.context, &request.access, after.as_deref(), size).await?;
        let edges: Vec<_> =
            page.changes.into_iter().map(|(cursor, change)| Edge::new(cursor, DirectoryChange(change))).collect();
        let page_info = PageInfo {
            has_previous_page: after.is_some(),
            has_next_page: page.has_more,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: Some(page.end_cursor),
        };
        Ok(DirectoryChangeConnection { edges, page_info })
    }

    /// Pairs of services that may be one, for coordinators, protection leads and editors of the directory; the likeliest
    /// first. Nothing is merged by being listed.
    #[graphql(complexity = "page_weight(first) * child_complexity + 100")]
    async fn duplicate_candidates(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Pairs of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "True for the pairs that were judged to be two services, instead of the others.", default)]
        dismissed: bool,
    ) -> Result<Connection<String, DuplicateCandidate>, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let page = PairsPage { after: after.as_deref(), limit: size, is_of_dismissed: dismissed };
        let (found, has_more) = duplicates::page(&request.context, &request.access, page).await?;
        let mut connection = Connection::new(after.is_some(), has_more);
        connection.edges.extend(found.into_iter().map(|(cursor, view)| Edge::new(cursor, DuplicateCandidate(view))));
        Ok(connection)
    }
}
