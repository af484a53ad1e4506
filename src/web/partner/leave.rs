//! Leaving at once: the session ends, the browser forgets, and a page is left on which nothing stands.

use super::super::answer;
use super::super::form::Form;
use crate::actions::{Context, link, session};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

#[derive(Template)]
#[template(path = "partner_left.html")]
struct LeftPage {
    tag: &'static str,
    direction: &'static str,
    text: String,
}

/// Whoever leaves is let go, also where the end of the session could not be written: without its cookie nobody comes
/// back by it, and idleness ends it.
pub(in crate::web) async fn leave(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    if let Some(signed_in) = visit.signed_in() {
        let ended = session::end(&context, &signed_in.access(&context), signed_in.session.id).await;
        if let Err(error) = ended {
            tracing::error!(%error, "a session could not be ended");
        }
    }
    if let Some(visitor) = visit.came_by_link()
        && let Err(error) = link::leave(&context, visitor).await
    {
        tracing::error!(%error, "a visit could not be ended");
    }
    let (tag, direction) = (visit.language.tag(), visit.language.direction());
    answer::forgotten(visit, &LeftPage { tag, direction, text: visit.frame().text("partner-left") })
}
