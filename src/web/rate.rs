//! How often pages are opened and proofs are tried. A page is counted before anything is looked up for it; an
//! attempt before what was typed is looked at, so that trying costs the same whether it is right or wrong.

use super::visit::language_of_browser;
use super::{answer, cookies};
use crate::actions::credentials::CredentialError;
use crate::edge::rates::PageRates;
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::http::Response;
use axum::middleware::Next;

/// Lets a request through to its page, or answers 429 in the language of the browser.
pub(super) async fn count(Extension(rates): Extension<PageRates>, request: Request, next: Next) -> Response<Body> {
    let session = cookies::session_of(request.headers());
    match rates.page(session.as_ref()) {
        Ok(()) => next.run(request).await,
        Err(asked) => answer::too_often(language_of_browser(request.headers(), request.uri()), asked.seconds()),
    }
}

/// Counts an attempt at the account of this handle, where it is known by now.
pub(super) fn attempt(rates: &PageRates, handle: Option<&str>) -> Result<(), CredentialError> {
    rates.attempt(handle).map_err(|asked| CredentialError::Wait { seconds: asked.seconds() })
}
