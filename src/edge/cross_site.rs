//! What is asked from another site. A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`) and
//! no page can make it lie; programs say nothing.
//!
//! The API takes bearer tokens and ignores cookies, so nothing of a visitor's could be borrowed there: it only
//! refuses what says that it is foreign ([`is_foreign`]). A page lives on its cookie, so what changes anything
//! has to show that it is its own ([`is_own_form`]).

use axum::http::{HeaderMap, HeaderValue, header};

const SITE: &str = "sec-fetch-site";

/// What the headers say of where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// One of our own pages, or the address bar.
    Here,
    /// Another site, or one that hides which.
    Elsewhere,
    /// Nothing is said: no browser, or a very old one.
    Unsaid,
}

/// True when a request says that it comes from another site.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    origin(headers, None) == From::Elsewhere
}

/// True for a form or JSON that shows that it comes from a page of ours. `own_origin` is the origin under which
/// the pages are reached, such as `https://relais.example.org`; without one the `Host` has to agree.
pub fn is_own_form(headers: &HeaderMap, own_origin: Option<&str>) -> bool {
    has_form_or_json(headers) && origin(headers, own_origin) == From::Here
}

fn origin(headers: &HeaderMap, own_origin: Option<&str>) -> From {
    let site = single(headers, SITE).map(|site| match site.map(HeaderValue::as_bytes) {
        Some(b"same-origin" | b"none") => From::Here,
        _ => From::Elsewhere,
    });
    let claimed = single(headers, header::ORIGIN.as_str()).map(|origin| {
        let origin = origin.and_then(|origin| origin.to_str().ok()).unwrap_or("null");
        if is_own(origin, own_origin, headers) { From::Here } else { From::Elsewhere }
    });
    match (site, claimed) {
        (Some(From::Elsewhere), _) | (_, Some(From::Elsewhere)) => From::Elsewhere,
        (None, None) => From::Unsaid,
        _ => From::Here,
    }
}

fn is_own(origin: &str, own_origin: Option<&str>, headers: &HeaderMap) -> bool {
    match own_origin {
        Some(own) => origin == own,
        None => {
            let host = single(headers, header::HOST.as_str()).flatten().and_then(|host| host.to_str().ok());
            let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some() && named == host
        }
    }
}

/// The value of a header that stands there once; `Some(None)` when it stands there several times.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<Option<&'a HeaderValue>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(values.next().is_none().then_some(first))
}

fn has_form_or_json(headers: &HeaderMap) -> bool {
    let kind = single(headers, header::CONTENT_TYPE.as_str()).flatten().and_then(|kind| kind.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "application/json"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
    const HOST: (&str, &str) = ("host", "relais.example");

    #[test]
    fn where_a_request_comes_from_is_what_the_browser_says() {
        for (lines, expected) in [
            (&[][..], From::Unsaid),
            (&[HOST], From::Unsaid),
            (&[("sec-fetch-site", "same-origin")], From::Here),
            (&[("sec-fetch-site", "none")], From::Here),
            (&[("sec-fetch-site", "same-site")], From::Elsewhere),
            (&[("sec-fetch-site", "cross-site")], From::Elsewhere),
            (&[("sec-fetch-site", "Same-Origin")], From::Elsewhere),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], From::Elsewhere),
            (&[HOST, ("origin", "https://relais.example")], From::Here),
            (&[HOST, ("origin", "http://relais.example")], From::Here),
            (&[HOST, ("origin", "https://relais.example.evil.example")], From::Elsewhere),
            (&[HOST, ("origin", "https://evil.example")], From::Elsewhere),
            (&[HOST, ("origin", "null")], From::Elsewhere),
            (&[("origin", "https://relais.example")], From::Elsewhere),
            (&[HOST, ("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], From::Elsewhere),
            (&[HOST, ("sec-fetch-site", "cross-site"), ("origin", "https://relais.example")], From::Elsewhere),
        ] {
            assert_eq!(origin(&headers(lines), None), expected, "{lines:?}");
            assert_eq!(is_foreign(&headers(lines)), expected == From::Elsewhere, "{lines:?}");
        }
        // A public origin is compared whole: the scheme belongs to it.
        for (claimed, is_here) in [("https://relais.example", true), ("http://relais.example", false), ("null", false)]
        {
            let found = origin(&headers(&[HOST, ("origin", claimed)]), Some("https://relais.example"));
            assert_eq!(found == From::Here, is_here, "{claimed}");
        }
    }

    #[test]
    fn a_form_of_ours_has_a_known_type_and_shows_where_it_comes_from() {
        for (lines, is_own) in [
            (&[FORM, ("sec-fetch-site", "same-origin")][..], true),
            (&[FORM, HOST, ("origin", "https://relais.example")], true),
            (&[("content-type", "Application/JSON; charset=utf-8"), ("sec-fetch-site", "same-origin")], true),
            (&[FORM], false),
            (&[FORM, HOST], false),
            (&[FORM, ("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("content-type", "text/plain"), ("sec-fetch-site", "same-origin")], false),
            (&[("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")], false),
            (&[FORM, ("content-type", "text/plain"), ("sec-fetch-site", "same-origin")], false),
        ] {
            assert_eq!(is_own_form(&headers(lines), None), is_own, "{lines:?}");
        }
    }
}
