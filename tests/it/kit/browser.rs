//! Somebody at a browser: keeps cookies, follows the forms of a page, and carries their tokens.

use super::world::World;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, header};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A page, or where a redirection leads.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    /// Where the answer sends the browser; empty when it stays.
    pub fn leads_to(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().expect("an address"))
    }

    /// The value of the first attribute after a mark, such as the token of a form.
    #[track_caller]
    pub fn after(&self, mark: &str) -> String {
        let rest = self.html.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {}", self.html)).1;
        rest.split(['"', '<']).next().expect("a value").to_owned()
    }

    /// The token that the forms of the page carry.
    #[track_caller]
    pub fn form_token(&self) -> String {
        self.after("name=\"form_token\" value=\"")
    }

    /// Every text inside `<code>`.
    pub fn codes(&self) -> Vec<String> {
        let parts = self.html.split("<code>").skip(1);
        parts.filter_map(|part| part.split_once("</code>")).map(|(code, _)| code.to_owned()).collect()
    }

    /// What a person reads: the text without tags, one piece a line.
    pub fn text(&self) -> String {
        let body = self.html.split_once("<body>").map_or(self.html.as_str(), |(_, body)| body);
        let mut text = String::new();
        for piece in body.split('<') {
            let words = piece.split_once('>').map_or("", |(_, words)| words).trim();
            if !words.is_empty() {
                text.push_str(words);
                text.push('\n');
            }
        }
        text.replace("&#39;", "'").replace("&amp;", "&")
    }
}

/// One browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

impl Browser {
    pub fn of(world: &World) -> Self {
        Self { router: world.router(), cookies: BTreeMap::new(), language: "en" }
    }

    /// The same browser before another node.
    pub fn before(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        let request = Request::get(path).header(header::ACCEPT_LANGUAGE, self.language);
        self.send(request.header(header::COOKIE, self.cookie_header()).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form of the page at `from`.
    pub async fn submit(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get(from).await.form_token();
        self.post(to, &token, fields).await
    }

    /// Sends a form with this token, as a browser does from its own page.
    pub async fn post(&mut self, to: &str, token: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(to, token, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form with these headers.
    pub async fn post_with(
        &mut self,
        to: &str,
        token: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Page {
        let mut request = Request::post(to)
            .header(header::HOST, "relais.example")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, self.cookie_header())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).expect("a name");
            request.headers_mut().expect("a request").insert(name, value.parse().expect("a value"));
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("form_token", token)
            .extend_pairs(fields)
            .finish();
        self.send(request.body(Body::from(form)).expect("a request")).await
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let text = value.to_str().expect("a cookie");
            let (name, rest) = text.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.expect("a body").to_bytes();
        let html = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Page { status: parts.status, headers: parts.headers, html }
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}
