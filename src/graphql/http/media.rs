//! Which media type an answer has, and whether a body's type is one we read.

use axum::http::{HeaderMap, HeaderValue, header};

/// The two media types of GraphQL over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: the status says whether the *request* was well formed.
    Json,
    /// `application/graphql-response+json`: the status speaks about the document too.
    GraphqlResponse,
}

impl Media {
    pub(super) const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// How much a caller wants a media type: quality in thousandths, then how exactly it was
/// named (3 for the type itself, 1 for `*/*`).
type Wish = (u16, u8);

/// The media type to answer in; `None` when the caller accepts neither.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Media::Json);
    }
    let (mut json, mut response): (Option<Wish>, Option<Wish>) = (None, None);
    for value in headers.get_all(header::ACCEPT) {
        for range in value.to_str().ok()?.split(',') {
            let Some((name, quality)) = read_range(range) else {
                continue;
            };
            let note = |wish: &mut Option<Wish>, exactness: u8| {
                // The most exact range decides, not the most generous one.
                if wish.is_none_or(|(_, known)| exactness > known) {
                    *wish = Some((quality, exactness));
                }
            };
            match name.as_str() {
                "application/json" => note(&mut json, 3),
                "application/graphql-response+json" => note(&mut response, 3),
                "application/*" => {
                    note(&mut json, 2);
                    note(&mut response, 2);
                }
                "*/*" => {
                    note(&mut json, 1);
                    note(&mut response, 1);
                }
                _ => {}
            }
        }
    }
    let wanted = |wish: Option<Wish>| wish.filter(|(quality, _)| *quality > 0);
    match (wanted(json), wanted(response)) {
        (None, None) => None,
        (Some(_), None) => Some(Media::Json),
        (None, Some(_)) => Some(Media::GraphqlResponse),
        // Equal wishes: who names both knows the newer type, who names neither may not.
        (Some(json), Some(response)) if response > json || (response == json && json.1 == 3) => {
            Some(Media::GraphqlResponse)
        }
        _ => Some(Media::Json),
    }
}

/// Name in lower case and quality in thousandths of one media range; `None` for a range in
/// another character set or with a quality that is none.
fn read_range(range: &str) -> Option<(String, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let mut quality = 1_000;
    for parameter in parts {
        match parameter.split_once('=') {
            Some((key, value)) if key.eq_ignore_ascii_case("q") => quality = thousandths(value)?,
            Some((key, value)) if key.eq_ignore_ascii_case("charset") && !is_utf8(value) => {
                return None;
            }
            _ => {}
        }
    }
    Some((name, quality))
}

fn thousandths(quality: &str) -> Option<u16> {
    let quality: f32 = quality.parse().ok()?;
    // In range, so the cast only drops digits past the third, which HTTP does not allow.
    (0.0..=1.0).contains(&quality).then_some((quality * 1_000.0).round() as u16)
}

/// Whether a body is plain `application/json` in UTF-8.
///
/// This is also the defence against cross-site forms: a browser sends this type to another
/// site only after a preflight, which nobody here answers.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(value) = value.to_str() else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let name_fits = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let in_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((key, value)) => !key.eq_ignore_ascii_case("charset") || is_utf8(value),
        None => parameter.is_empty(),
    });
    name_fits && in_utf8 && !headers.contains_key(header::CONTENT_ENCODING)
}

fn is_utf8(charset: &str) -> bool {
    charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_negotiated_by_quality_then_exactness() {
        use Media::{GraphqlResponse, Json};
        for (accept, expected) in [
            (None, Some(Json)),
            (Some("*/*"), Some(Json)),
            (Some("application/*"), Some(Json)),
            (Some("application/json"), Some(Json)),
            (Some("APPLICATION/JSON; charset=UTF-8"), Some(Json)),
            (Some("application/graphql-response+json"), Some(GraphqlResponse)),
            (Some("application/graphql-response+json, application/json;q=0.9"), Some(GraphqlResponse)),
            (Some("application/graphql-response+json;q=0.8, application/json"), Some(Json)),
            (Some("application/json, application/graphql-response+json"), Some(GraphqlResponse)),
            (Some("application/json, text/plain, */*"), Some(Json)),
            (Some("application/graphql-response+json, */*;q=0.1"), Some(GraphqlResponse)),
            (Some("application/json;q=0, */*"), Some(GraphqlResponse)),
            (Some("*/*, application/json;q=0"), Some(GraphqlResponse)),
            (Some("text/html"), None),
            (Some(""), None),
            (Some("*/*;q=0"), None),
            (Some("application/json;q=x"), None),
            (Some("application/json;charset=latin1"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(negotiate(&headers), expected, "{accept:?}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (content_type, expected) in [
            ("application/json", true),
            ("Application/JSON;charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json;", true),
            ("application/json; charset=utf-16", false),
            ("application/graphql", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("text/plain", false),
            ("text/plain; application/json", false),
            ("application/jsonx", false),
        ] {
            let mut headers = HeaderMap::new();
            assert!(!is_json(&headers), "a missing type");
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            assert_eq!(is_json(&headers), expected, "{content_type}");
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            assert!(!is_json(&headers), "two types");
        }
    }
}
