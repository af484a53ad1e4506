//! Opening a link that came by mail. Looking at it shows the same page whatever it leads to, and changes nothing; its one
//! button opens a visit, which changes nothing of what is asked either. Whoever follows links by itself, such as a filter
//! of mail, decides nothing by it.

use super::form::Form;
use super::frame::Frame;
use super::visit::Visit;
use super::{answer, partner};
use crate::actions::Context;
use crate::actions::link::{self, Opening};
use crate::domain::sensitive::Sensitive;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    frame: Frame,
    title: String,
    text: String,
    button: String,
    /// Where the form goes to; `None` for the address of the page.
    sent_to: Option<String>,
}

impl LinkPage {
    fn new(visit: &Visit, key: &str, button: &str, sent_to: Option<String>) -> Self {
        let frame = visit.frame();
        let (title, text) = (frame.text(&format!("page-{key}-title")), frame.text(&format!("page-{key}")));
        Self { title, text, button: frame.text(button), sent_to, frame }
    }
}

/// The token of an address; what is none is a token that nobody has.
fn token(path: Result<Path<String>, PathRejection>) -> Sensitive<String> {
    path.map_or_else(|_| Sensitive::default(), |Path(token)| Sensitive::new(token))
}

/// The page is in no index, and its address goes nowhere with whoever leaves it.
fn unlisted(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn unknown(visit: &Visit) -> Response<Body> {
    unlisted(answer::message(visit, StatusCode::NOT_FOUND, "not-found"))
}

pub(super) async fn show(
    State(context): State<Context>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Response<Body> {
    match link::is_known(&context, &token(path)).await {
        Ok(true) => unlisted(answer::page(&visit, &LinkPage::new(&visit, "link", "page-link-open", None))),
        Ok(false) => unknown(&visit),
        Err(error) => answer::refused(&visit, &error),
    }
}

pub(super) async fn open(
    State(context): State<Context>,
    path: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let (visit, token) = (&form.visit, token(path));
    match link::open(&context, &token).await {
        Ok(Opening::Opened(secret, object)) => {
            let to = if object.referral().is_some() { partner::INBOX } else { partner::OFFERS };
            unlisted(answer::redirect_with_link(to, &secret))
        }
        Ok(Opening::Over) => {
            let renewal = Some(format!("/o/{}/renew", token.expose()));
            let page = LinkPage::new(visit, "link-over", "page-link-renew", renewal);
            unlisted(answer::with_status(visit, StatusCode::GONE, &page))
        }
        Ok(Opening::Unknown) => unknown(visit),
        Err(error) => answer::refused(visit, &error),
    }
}

pub(super) async fn renew(
    State(context): State<Context>,
    path: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    match link::renew(&context, &token(path)).await {
        Ok(true) => unlisted(answer::message(&form.visit, StatusCode::OK, "link-renewed")),
        Ok(false) => unknown(&form.visit),
        Err(error) => answer::refused(&form.visit, &error),
    }
}
