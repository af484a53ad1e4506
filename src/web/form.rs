//! Forms: from one's own pages only, small, and with the token that their page gave them.

use super::answer;
use super::visit::Visit;
use crate::actions::Context;
use crate::domain::sensitive::Sensitive;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode, header};
use subtle::ConstantTimeEq;

/// Most bytes of a form.
pub(super) const FORM_BYTES: usize = 16 * 1024;
/// Most fields of a form.
const FORM_FIELDS: usize = 64;
/// The field that carries the token.
const TOKEN: &str = "form_token";
/// A field that was not sent.
static NOTHING: Sensitive<String> = Sensitive::new(String::new());

/// A form that came from one of our own pages, with its visitor.
pub(super) struct Form {
    /// Who sent it.
    pub(super) visit: Visit,
    fields: Vec<(String, Sensitive<String>)>,
}

impl FromRequest<Context> for Form {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, context: &Context) -> Result<Self, Self::Rejection> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, context).await?;
        let is_ours = is_form(&parts.headers) && is_from_here(&parts.headers);
        let body = Bytes::from_request(Request::from_parts(parts, body), context).await;
        let fields: Vec<_> = body.as_deref().map_or_else(
            |_| Vec::new(),
            |body| {
                let fields = url::form_urlencoded::parse(body).into_owned().take(FORM_FIELDS);
                fields.map(|(name, value)| (name, Sensitive::new(value))).collect()
            },
        );
        let form = Self { visit, fields };
        let token = form.get(TOKEN).as_bytes().ct_eq(form.visit.form_token().as_bytes());
        if is_ours && bool::from(token) {
            Ok(form)
        } else {
            // On a shared phone it may be the form of somebody who was at it before.
            let key = if form.visit.phone().is_some() { "phone-form" } else { "foreign-form" };
            Err(answer::message(&form.visit, StatusCode::FORBIDDEN, key))
        }
    }
}

impl Form {
    /// The value of a field; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The value of a field that holds what proves who somebody is; empty when it was not sent.
    pub(super) fn secret(&self, name: &str) -> &Sensitive<String> {
        self.fields.iter().find(|(field, _)| field == name).map_or(&NOTHING, |(_, value)| value)
    }

    /// Every field with its name, for forms that name their fields by what they are of.
    pub(super) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()))
    }

    /// Every value of a field that can be ticked several times.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.expose().as_str())
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media.split(';').next().is_some_and(|media| media.trim() == "application/x-www-form-urlencoded")
}

/// Whether the browser says that the form came from this site. One that is too old to say is judged by the
/// form's token alone, unless it names another origin; our pages send no referrer, so it may name `null`.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        None | Some("null") => true,
        Some(origin) => origin.split_once("://").is_some_and(|(_, authority)| text(header::HOST) == Some(authority)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        for (site, origin, is_accepted) in [
            (Some("same-origin"), None, true),
            (Some("none"), None, true),
            (Some("same-site"), None, false),
            (Some("cross-site"), None, false),
            (Some("cross-site"), Some("https://relais.example"), false),
            (None, Some("https://relais.example"), true),
            (None, Some("null"), true),
            (None, None, true),
            (None, Some("https://evil.example"), false),
            (None, Some("https://relais.example.evil.example"), false),
            (None, Some("https://relais.example:8443"), false),
            (None, Some("relais.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "relais.example".parse().expect("a value"));
            if let Some(site) = site {
                headers.insert("sec-fetch-site", site.parse().expect("a value"));
            }
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().expect("a value"));
            }
            assert_eq!(is_from_here(&headers), is_accepted, "{site:?} {origin:?}");
        }
    }
}
