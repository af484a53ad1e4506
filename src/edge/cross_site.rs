//! What is asked from another site. A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`) and
//! no page can make it lie; programs say nothing.
//!
//! The API takes bearer tokens and ignores cookies, so nothing of a visitor's could be borrowed there; what says
//! that it is foreign is refused all the same. A page, which lives on its cookie, asks for more: see `web::form`.

use axum::http::{HeaderMap, HeaderValue, header};

const SITE: &str = "sec-fetch-site";

/// True when a request says that it comes from another site, or says two things at once.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    let is_elsewhere =
        |site: Option<&HeaderValue>| !site.is_some_and(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    let is_others = |origin: Option<&HeaderValue>| {
        let origin = origin.and_then(|origin| origin.to_str().ok());
        let authority = origin.and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        let host = single(headers, header::HOST.as_str()).flatten().and_then(|host| host.to_str().ok());
        authority.is_none() || authority != host
    };
    single(headers, SITE).is_some_and(is_elsewhere) || single(headers, header::ORIGIN.as_str()).is_some_and(is_others)
}

/// The value of a header that stands there once; `Some(None)` when it stands there several times.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<Option<&'a HeaderValue>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(values.next().is_none().then_some(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_request_comes_from_is_what_the_browser_says() {
        let host = ("host", "relais.example");
        for (lines, expected) in [
            (&[][..], false),
            (&[host], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "Same-Origin")], true),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], true),
            (&[host, ("origin", "https://relais.example")], false),
            (&[host, ("origin", "http://relais.example")], false),
            (&[host, ("origin", "https://relais.example.evil.example")], true),
            (&[host, ("origin", "https://relais.example:8443")], true),
            (&[host, ("origin", "https://evil.example")], true),
            (&[host, ("origin", "null")], true),
            (&[("origin", "https://relais.example")], true),
            (&[host, ("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true),
            (&[host, ("sec-fetch-site", "cross-site"), ("origin", "https://relais.example")], true),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(is_foreign(&headers), expected, "{lines:?}");
        }
    }
}
