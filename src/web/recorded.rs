//! Pages that tell of persons or of what only some may know: what was told is on record before it is sent, and so is what
//! was refused.

use super::answer;
use super::visit::Visit;
use crate::actions::{ActionError, Context, disclosure, refusal};
use crate::policy::access::Access;
use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode, Uri};

/// Sends a page once what stands on it is on record.
pub(super) async fn sent(
    context: &Context,
    access: &Access,
    (visit, status): (&Visit, StatusCode),
    page: &impl Template,
) -> Response<Body> {
    match disclosure::record(context, access).await {
        Ok(()) => answer::with_status(visit, status, page),
        Err(error) => answer::refused(visit, &error),
    }
}

/// The answer where there is no page, with the refusal on record.
pub(super) async fn refused(context: &Context, access: &Access, visit: &Visit, error: &ActionError) -> Response<Body> {
    refusal::record(context, access, matches!(error, ActionError::Forbidden)).await;
    answer::refused(visit, error)
}

/// What is not there, and what is not for the visitor, are answered alike.
pub(super) fn not_found(visit: &Visit) -> Response<Body> {
    answer::message(visit, StatusCode::NOT_FOUND, "not-found")
}

/// The value of a name in the query of an address.
pub(super) fn in_query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let mut pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}
