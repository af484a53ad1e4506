//! The cookies of pages: their names, their attributes, and what is read of them.
//!
//! All begin with `__Host-`: a browser takes and sends them over TLS only, for this host only.

use crate::domain::device::MOST_DAYS;
use crate::domain::provider::SIGN_IN_MINUTES;
use crate::domain::sensitive::Sensitive;
use crate::i18n::Language;
use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

/// Holds the secret of a session.
const SESSION: &str = "__Host-relais";
/// Holds the secret of a visit that a link has opened.
const LINK: &str = "__Host-relais-link";
/// Holds a secret to which forms are bound before anybody is signed in.
const FORM: &str = "__Host-relais-form";
/// Holds the secret by which a browser is known when it comes back from the identity provider.
const PROVIDER: &str = "__Host-relais-oidc";
/// Holds the secret by which a phone is known that a team shares.
const PHONE: &str = "__Host-relais-phone";
/// Holds the tag of a language that a link chose.
const LANGUAGE: &str = "__Host-relais-language";
/// Longest secret that is looked at.
const LONGEST_SECRET: usize = 64;

/// The cookie of a session.
pub(super) fn session(secret: &Sensitive<String>) -> HeaderValue {
    header_value(&built(SESSION, secret.expose(), SameSite::Lax))
}

/// Has the browser forget the cookie of a session.
pub(super) fn ended_session() -> HeaderValue {
    let mut cookie = built(SESSION, "", SameSite::Lax);
    cookie.make_removal();
    header_value(&cookie)
}

/// The cookie of a visit that a link has opened. A click in webmail comes from another site, and brings it too: otherwise the
/// form of the next link would be bound to another visit than the browser then sends.
pub(super) fn link(secret: &Sensitive<String>) -> HeaderValue {
    header_value(&built(LINK, secret.expose(), SameSite::Lax))
}

/// Has the browser forget that cookie.
pub(super) fn ended_link() -> HeaderValue {
    let mut cookie = built(LINK, "", SameSite::Lax);
    cookie.make_removal();
    header_value(&cookie)
}

/// The cookie to which forms are bound.
pub(super) fn form(secret: &Sensitive<String>) -> HeaderValue {
    header_value(&built(FORM, secret.expose(), SameSite::Lax))
}

/// The cookie by which a browser is known when it comes back from the identity provider: by a link of another
/// site, so a strict one would not come with it.
pub(super) fn provider(secret: &Sensitive<String>) -> HeaderValue {
    let mut cookie = built(PROVIDER, secret.expose(), SameSite::Lax);
    cookie.set_max_age(cookie::time::Duration::minutes(SIGN_IN_MINUTES));
    header_value(&cookie)
}

/// Has the browser forget that cookie.
pub(super) fn ended_provider() -> HeaderValue {
    let mut cookie = built(PROVIDER, "", SameSite::Lax);
    cookie.make_removal();
    header_value(&cookie)
}

/// The cookie of a shared phone. It outlives the browser's being closed; a provider sends its people back from another site, and it
/// comes with them.
pub(super) fn phone(secret: &Sensitive<String>) -> HeaderValue {
    let mut cookie = built(PHONE, secret.expose(), SameSite::Lax);
    cookie.set_max_age(cookie::time::Duration::days(MOST_DAYS));
    header_value(&cookie)
}

/// Has the browser forget that cookie.
pub(super) fn ended_phone() -> HeaderValue {
    let mut cookie = built(PHONE, "", SameSite::Lax);
    cookie.make_removal();
    header_value(&cookie)
}

/// The cookie of a chosen language.
pub(super) fn language(language: Language) -> HeaderValue {
    header_value(&built(LANGUAGE, language.tag(), SameSite::Lax))
}

/// The secret of a session that the visitor brought, whatever it opens.
pub(super) fn session_of(headers: &HeaderMap) -> Option<Sensitive<String>> {
    value_of(headers, SESSION).map(Sensitive::new)
}

/// The secret of a visit that the visitor brought, whatever it opens.
pub(super) fn link_of(headers: &HeaderMap) -> Option<Sensitive<String>> {
    value_of(headers, LINK).map(Sensitive::new)
}

/// The secret to which the visitor's forms are bound.
pub(super) fn form_of(headers: &HeaderMap) -> Option<Sensitive<String>> {
    value_of(headers, FORM).map(Sensitive::new)
}

/// The secret by which this browser is known.
pub(super) fn provider_of(headers: &HeaderMap) -> Option<Sensitive<String>> {
    value_of(headers, PROVIDER).map(Sensitive::new)
}

/// The secret of a shared phone that the visitor brought, whatever it opens.
pub(super) fn phone_of(headers: &HeaderMap) -> Option<Sensitive<String>> {
    value_of(headers, PHONE).map(Sensitive::new)
}

/// The language that the visitor chose before.
pub(super) fn language_of(headers: &HeaderMap) -> Option<Language> {
    value_of(headers, LANGUAGE).as_deref().and_then(Language::from_tag)
}

/// Without a lifetime: it goes when the browser is closed.
fn built<'a>(name: &'static str, value: &'a str, same_site: SameSite) -> Cookie<'a> {
    Cookie::build((name, value)).secure(true).http_only(true).path("/").same_site(same_site).build()
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    HeaderValue::from_str(&cookie.to_string()).expect("names and values of ours are plain ASCII")
}

/// The value of a cookie that could be one of ours.
fn value_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let is_ours = |value: &str| {
        let is_of_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=LONGEST_SECRET).contains(&value.len()) && value.bytes().all(is_of_base64url)
    };
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = values.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
    found.next().map(|cookie| cookie.value().to_owned()).filter(|value| is_ours(value))
}
