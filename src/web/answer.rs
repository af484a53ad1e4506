//! How pages leave: one function for each kind of answer, so that no page forgets a header.

use super::frame::Frame;
use super::visit::Visit;
use super::{CONFIRM, HOME, SIGN_IN, cookies};
use crate::actions::ActionError;
use crate::actions::credentials::CredentialError;
use crate::domain::sensitive::Sensitive;
use crate::i18n::{self, Language};
use askama::Template;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

/// Own style and own pictures; nothing runs, nothing is fetched from elsewhere, nothing frames.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);
const EVERYTHING: HeaderValue = HeaderValue::from_static("\"*\"");
/// All but cookies, on a phone that stays a shared one.
const WHAT_WAS_SHOWN: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

/// A page that only says something.
#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    frame: Frame,
    title: String,
    text: String,
    /// Where it leads back to; `None` where nothing is left to be opened.
    back: Option<&'static str>,
}

/// A page.
pub(super) fn page(visit: &Visit, page: &impl Template) -> Response<Body> {
    with_status(visit, StatusCode::OK, page)
}

/// A page with another status than success.
pub(super) fn with_status(visit: &Visit, status: StatusCode, page: &impl Template) -> Response<Body> {
    let mut response = rendered(visit.language, status, page);
    let headers = response.headers_mut();
    if let Some(secret) = &visit.new_form_secret {
        headers.append(header::SET_COOKIE, cookies::form(secret));
    }
    if let Some(language) = visit.chosen_language {
        headers.append(header::SET_COOKIE, cookies::language(language));
    }
    response
}

fn rendered(language: Language, status: StatusCode, page: &impl Template) -> Response<Body> {
    let Ok(html) = page.render() else { return fault() };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    protect(headers);
    response
}

/// A page that says when to come back; nobody was looked up for it, and it holds no form.
pub(super) fn too_often(language: Language, seconds: i64) -> Response<Body> {
    let (offers_people, team_pages, form_token) = (false, Vec::new(), String::new());
    let frame = Frame { language, is_signed_in: false, is_on_phone: false, offers_people, team_pages, form_token };
    let (title, text) = (frame.text("page-too-often-title"), frame.counted("page-too-often", &seconds));
    let mut response =
        rendered(language, StatusCode::TOO_MANY_REQUESTS, &MessagePage { frame, title, text, back: Some(HOME) });
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A page with the cookie of a session just opened.
pub(super) fn page_with_session(visit: &Visit, secret: &Sensitive<String>, template: &impl Template) -> Response<Body> {
    let mut response = page(visit, template);
    response.headers_mut().append(header::SET_COOKIE, cookies::session(secret));
    response
}

/// A page that says that what was typed was not accepted; the answer that is due where it was something else.
pub(super) fn not_accepted(visit: &Visit, error: &CredentialError, page: &impl Template) -> Response<Body> {
    match error {
        CredentialError::Refused(_) => with_status(visit, StatusCode::UNPROCESSABLE_ENTITY, page),
        CredentialError::Wait { seconds } => {
            let mut response = with_status(visit, StatusCode::TOO_MANY_REQUESTS, page);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            response
        }
        CredentialError::ConfirmFirst => redirect(CONFIRM),
        CredentialError::Action(error) => refused(visit, error),
    }
}

/// Sends the visitor on, by GET: what was sent by POST is not sent again by going back.
pub(super) fn redirect(to: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    protect(response.headers_mut());
    response
}

/// Sends the visitor on, with the cookie of a session just opened.
pub(super) fn redirect_with_session(to: &'static str, secret: &Sensitive<String>) -> Response<Body> {
    let mut response = redirect(to);
    response.headers_mut().append(header::SET_COOKIE, cookies::session(secret));
    response
}

/// Sends the visitor on, with the cookie of a visit that a link has just opened.
pub(super) fn redirect_with_link(to: &'static str, secret: &Sensitive<String>) -> Response<Body> {
    let mut response = redirect(to);
    response.headers_mut().append(header::SET_COOKIE, cookies::link(secret));
    response
}

/// Sends the visitor to the identity provider, with the cookie by which this browser is known when it is back.
pub(super) fn send_off(address: &str, browser_secret: &Sensitive<String>) -> Response<Body> {
    let Ok(location) = HeaderValue::from_str(address) else { return fault() };
    let mut response = redirect(SIGN_IN);
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.append(header::SET_COOKIE, cookies::provider(browser_secret));
    response
}

/// Sends the visitor on who is back from the identity provider, with the cookie of a session just opened.
pub(super) fn taken_back(to: &'static str, secret: &Sensitive<String>) -> Response<Body> {
    let mut response = redirect_with_session(to, secret);
    response.headers_mut().append(header::SET_COOKIE, cookies::ended_provider());
    response
}

/// Sends the visitor on, and has the browser forget everything that it knows of us; a shared phone stays one.
pub(super) fn signed_out(visit: &Visit) -> Response<Body> {
    let mut response = redirect(visit.way_in());
    forget(visit, response.headers_mut());
    response
}

fn forget(visit: &Visit, headers: &mut HeaderMap) {
    let forgotten = if visit.phone().is_some() { WHAT_WAS_SHOWN } else { EVERYTHING };
    headers.insert(HeaderName::from_static("clear-site-data"), forgotten);
    headers.append(header::SET_COOKIE, cookies::ended_session());
    headers.append(header::SET_COOKIE, cookies::ended_link());
}

/// Sends the visitor on, with the cookie by which this phone is known as a shared one from now on; nobody is signed in at it yet.
pub(super) fn redirect_with_phone(to: &'static str, secret: &Sensitive<String>) -> Response<Body> {
    let mut response = redirect(to);
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookies::phone(secret));
    headers.append(header::SET_COOKIE, cookies::ended_session());
    response
}

/// Sends whoever has taken a shared phone over on, with the cookie of the session just opened; what was shown to the one before is
/// forgotten.
pub(super) fn taken_over(to: &'static str, secret: &Sensitive<String>) -> Response<Body> {
    let mut response = redirect_with_session(to, secret);
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("clear-site-data"), WHAT_WAS_SHOWN);
    headers.append(header::SET_COOKIE, cookies::ended_link());
    response
}

/// Says that this phone is a shared one no more, and has it forget that it was.
pub(super) fn phone_ended(visit: &Visit) -> Response<Body> {
    let mut response = message(visit, StatusCode::GONE, "phone-ended");
    response.headers_mut().append(header::SET_COOKIE, cookies::ended_phone());
    response
}

/// The last page of a visit: it holds nothing, and the browser forgets everything that it knows of us.
pub(super) fn forgotten(visit: &Visit, page: &impl Template) -> Response<Body> {
    let mut response = rendered(visit.language, StatusCode::OK, page);
    forget(visit, response.headers_mut());
    response
}

/// Sends the visitor on, by GET, to an address made of ids and codes.
pub(super) fn onward(address: &str) -> Response<Body> {
    let Ok(location) = HeaderValue::from_str(address) else { return fault() };
    let mut response = redirect(SIGN_IN);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// A page with a title and a sentence, such as a refusal.
pub(super) fn message(visit: &Visit, status: StatusCode, key: &str) -> Response<Body> {
    with_status(visit, status, &message_page(visit, key, visit.way_back()))
}

/// A page that says why something was not done, and leads back to where it can be mended.
pub(super) fn explained(visit: &Visit, text: String, back: &'static str) -> Response<Body> {
    let frame = visit.frame();
    let title = frame.text("page-not-done-title");
    with_status(visit, StatusCode::UNPROCESSABLE_ENTITY, &MessagePage { frame, title, text, back: Some(back) })
}

/// The last page of a visit, which leads nowhere.
pub(super) fn last_message(visit: &Visit, key: &str) -> Response<Body> {
    page(visit, &message_page(visit, key, None))
}

fn message_page(visit: &Visit, key: &str, back: Option<&'static str>) -> MessagePage {
    let frame = visit.frame();
    let (title, text) = (frame.text(&format!("page-{key}-title")), frame.text(&format!("page-{key}")));
    MessagePage { frame, title, text, back }
}

/// What an action answered instead of doing it.
pub(super) fn refused(visit: &Visit, error: &ActionError) -> Response<Body> {
    match error {
        ActionError::Unauthenticated => redirect(SIGN_IN),
        ActionError::NotVisible | ActionError::Forbidden | ActionError::Refused(_) => {
            message(visit, StatusCode::NOT_FOUND, "not-found")
        }
        ActionError::Unavailable(_) | ActionError::ProviderUnavailable | ActionError::Internal(_) => unavailable(error),
    }
}

/// The answer when a page cannot be made now.
pub(super) fn unavailable(error: &ActionError) -> Response<Body> {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(%error, %cause, "a page could not be shown");
    fault()
}

/// The style of all pages.
pub(super) fn style(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    // It tells nothing of anybody, and its address changes with it: on a slow network it is sent once. Whoever signs out
    // or leaves has it forgotten with the rest.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=604800, immutable"));
    response
}

fn fault() -> Response<Body> {
    let mut response = Response::new(Body::from(i18n::text(Language::default(), "page-unavailable")));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    protect(headers);
    response
}

fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
