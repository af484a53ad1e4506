//! Signing in by the identity provider: sending the browser off, and taking it back.
//!
//! The address at which the browser comes back holds a code and a state. It is answered by sending the browser
//! on or by a page that repeats nothing of it, and neither is logged.

use super::frame::Frame;
use super::visit::Visit;
use super::{HOME, answer, cookies};
use crate::actions::Context;
use crate::actions::provider::{self, Advice, Provider, ProviderError};
use crate::edge::rates::PageRates;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri};

#[derive(Template)]
#[template(path = "provider.html")]
struct ProviderPage {
    frame: Frame,
    title: String,
    text: String,
    contact: Option<String>,
}

/// The provider's name on the sign-in page; `None` where there is no provider.
pub(super) fn name_for(context: &Context, frame: &Frame) -> Option<String> {
    let name = &context.provider.as_deref()?.name;
    Some(if name.is_empty() { frame.text("page-provider-somewhere") } else { name.clone() })
}

pub(super) async fn begin(State(context): State<Context>, visit: Visit) -> Response<Body> {
    let Some(provider) = context.provider.as_deref() else { return nothing_here(&visit) };
    match provider::begin(&context, provider).await {
        Ok(begun) => answer::send_off(&begun.address, &begun.browser_secret),
        Err(ProviderError::Action(error)) => answer::refused(&visit, &error),
        Err(ProviderError::Refused(fault)) => {
            tracing::warn!(%fault, "the identity provider cannot be used");
            page(&visit, provider, Advice::ComeBackLater)
        }
    }
}

pub(super) async fn complete(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    visit: Visit,
    headers: HeaderMap,
    uri: Uri,
) -> Response<Body> {
    let Some(provider) = context.provider.as_deref() else { return nothing_here(&visit) };
    if let Err(asked) = rates.attempt(None) {
        return answer::too_often(visit.language, asked.seconds());
    }
    let browser_secret = cookies::provider_of(&headers);
    let query = uri.query().unwrap_or_default();
    match provider::complete(&context, provider, query, browser_secret.as_ref(), visit.phone()).await {
        Ok(opened) => answer::taken_back(HOME, &opened.secret),
        Err(ProviderError::Action(error)) => answer::refused(&visit, &error),
        Err(ProviderError::Refused(fault)) => {
            tracing::warn!(%fault, "nobody was signed in by the identity provider");
            page(&visit, provider, Advice::on(fault))
        }
    }
}

fn nothing_here(visit: &Visit) -> Response<Body> {
    answer::message(visit, StatusCode::NOT_FOUND, "not-found")
}

fn page(visit: &Visit, provider: &Provider, advice: Advice) -> Response<Body> {
    let (status, key, contact) = match advice {
        Advice::AskTheDesk => (StatusCode::FORBIDDEN, "provider-unknown", Some(provider.contact.clone())),
        Advice::BeginAnew => (StatusCode::FORBIDDEN, "provider-refused", None),
        Advice::ComeBackLater => (StatusCode::SERVICE_UNAVAILABLE, "provider-silent", None),
    };
    let frame = visit.frame();
    let (title, text) = (frame.text(&format!("page-{key}-title")), frame.text(&format!("page-{key}")));
    answer::with_status(visit, status, &ProviderPage { frame, title, text, contact })
}
