//! Queries about what becomes of entries: their history, what has to be confirmed, and proposed changes.

use super::error::{ApiError, parse_id};
use super::page::{page_size, page_weight};
use super::request::request;
use super::types::directory_edit::{DirectoryProposal, ServiceVersion};
use super::types::service::Service;
use crate::actions::directory_edit::{ReviewKey, history, list_proposals, to_review};
use crate::domain::directory_edit::ProposalStatus;
use crate::domain::id::{Identifier as _, ProposalId, ServiceId};
use crate::domain::refusal::{InputProblem, Refusal};
use async_graphql::connection::{Connection, ConnectionNameType, Edge, EdgeNameType, EmptyFields};
use async_graphql::{Context, ID, Object, OutputType};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A list of services is named after what it is for: that of a search tells distances.
type ReviewConnection = Connection<String, Service, EmptyFields, EmptyFields, ReviewNames, ReviewNames>;

struct ReviewNames;

impl ConnectionNameType for ReviewNames {
    fn type_name<T: OutputType>() -> String {
        "ServiceReviewConnection".to_owned()
    }
}

impl EdgeNameType for ReviewNames {
    fn type_name<T: OutputType>() -> String {
        "ServiceReviewEdge".to_owned()
    }
}

/// What can be asked about how entries came to be what they are.
#[derive(Default)]
pub struct DirectoryQuery;

#[Object]
impl DirectoryQuery {
    /// The last versions of a service, last first: when, by which role, from which source, and which fields changed.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn service_history(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `svc_`.")] service_id: ID,
        #[graphql(desc = "Versions wanted, 1 to 100; 20 unless said.")] first: Option<i32>,
    ) -> Result<Vec<ServiceVersion>, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let versions = history(&request.context, &request.access, parse_id(&service_id)?, size).await?;
        Ok(versions.into_iter().map(ServiceVersion).collect())
    }

    /// Services that the viewer is asked to confirm: their day of review has come, or they are stale; the longest
    /// overdue first.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn services_to_review(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<ReviewConnection, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let key = after.as_deref().map(read_review_cursor).transpose()?;
        let (found, has_more) = to_review(&request.context, &request.access, key, size).await?;
        let mut connection = ReviewConnection::new(after.is_some(), has_more);
        let edges = found.into_iter().map(|(key, service)| Edge::new(review_cursor(key), Service(service)));
        connection.edges.extend(edges);
        Ok(connection)
    }

    /// Proposed changes of the directory, last made first, for whoever may decide them.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn directory_proposals(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of which this has become; all unless said.")] status: Option<ProposalStatus>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, DirectoryProposal>, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let behind = after.as_deref().map(read_proposal_cursor).transpose()?;
        let (found, has_more) = list_proposals(&request.context, &request.access, status, behind, size).await?;
        let mut connection = Connection::new(after.is_some(), has_more);
        let edge = |view| {
            let proposal = DirectoryProposal(view);
            Edge::new(URL_SAFE_NO_PAD.encode(format!("v1|proposals|{}", proposal.0.id)), proposal)
        };
        connection.edges.extend(found.into_iter().map(edge));
        Ok(connection)
    }
}

fn decoded(cursor: &str) -> String {
    URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn refused() -> ApiError {
    Refusal::input("after", InputProblem::Cursor).into()
}

fn read_proposal_cursor(cursor: &str) -> Result<ProposalId, ApiError> {
    let text = decoded(cursor);
    text.strip_prefix("v1|proposals|").and_then(|id| ProposalId::parse(id).ok()).ok_or_else(refused)
}

fn review_cursor(key: ReviewKey) -> String {
    let since = key.since.map(|day| day.to_string()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(format!("v1|review|{since}|{}", key.service_id))
}

fn read_review_cursor(cursor: &str) -> Result<ReviewKey, ApiError> {
    let text = decoded(cursor);
    let (since, id) = text.strip_prefix("v1|review|").and_then(|rest| rest.split_once('|')).ok_or_else(refused)?;
    let since = if since.is_empty() { None } else { Some(since.parse().map_err(|_| refused())?) };
    Ok(ReviewKey { since, service_id: ServiceId::parse(id).map_err(|_| refused())? })
}
