//! The two routes of the sign-in, as a browser meets them.

use super::provider::Answer;
use super::stage::{HANDLE, SUBJECT, Stage};
use crate::kit::world::World;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use relais::domain::sensitive::Sensitive;
use serde_json::json;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A browser: it keeps cookies and follows nothing by itself.
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
}

/// What a browser was answered.
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    pub fn of(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new() }
    }

    /// Goes to an address of ours, whole or from its path on.
    pub async fn get(&mut self, address: &str) -> Page {
        self.get_in("en", address).await
    }

    pub async fn get_in(&mut self, language: &str, address: &str) -> Page {
        let path = address.strip_prefix("http://127.0.0.1:8080").unwrap_or(address);
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_LANGUAGE, language)
            .body(Body::empty());
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie::Cookie::parse(cookie.to_str().expect("ASCII").to_owned()).expect("a cookie");
            assert!(cookie.name().starts_with("__Host-"), "{cookie}");
            assert_eq!((cookie.secure(), cookie.http_only(), cookie.path()), (Some(true), Some(true), Some("/")));
            assert!(cookie.domain().is_none() && cookie.same_site().is_some(), "{cookie}");
            let is_removal = cookie.max_age().is_some_and(|age| age.is_zero());
            if is_removal {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let text = body.collect().await.expect("a body").to_bytes();
        Page {
            status: head.status,
            location: head
                .headers
                .get(header::LOCATION)
                .map_or_else(String::new, |it| it.to_str().expect("ASCII").to_owned()),
            headers: head.headers,
            text: String::from_utf8_lossy(&text).into_owned(),
        }
    }
}

/// What the session's cookie holds.
pub fn session_secret(browser: &Browser) -> Sensitive<String> {
    Sensitive::new(browser.cookies.get("__Host-relais").expect("a session's cookie").clone())
}

/// Sends the browser off to the test's provider; gives the address at which it comes back.
async fn sent_off(stage: &Stage, browser: &mut Browser) -> String {
    stage.date_claims();
    let page = browser.get("/sign-in/oidc").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let address = url::Url::parse(&page.location).expect("an address");
    assert!(page.location.starts_with(&format!("{}/authorize?", stage.fake.issuer)), "{}", page.location);
    let parameters: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    {
        let mut script = stage.fake.script();
        script.nonce.clone_from(&parameters["nonce"]);
        script.challenge.clone_from(&parameters["code_challenge"]);
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("code", super::provider::CODE)
        .append_pair("state", &parameters["state"])
        .append_pair("iss", &stage.fake.issuer)
        .finish();
    format!("/sign-in/oidc/callback?{query}")
}

#[tokio::test]
async fn a_browser_signs_in_and_is_somebody() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let mut browser = Browser::of(stage.app.router());
    let offered = browser.get("/sign-in").await;
    assert!(offered.text.contains("href=\"/sign-in/oidc\"") && offered.text.contains("Maison"), "{}", offered.text);
    let back = sent_off(&stage, &mut browser).await;
    let secret = browser.cookies.get("__Host-relais-oidc").expect("the cookie of this sign-in").clone();
    assert!(!back.contains(&secret), "the cookie's secret is in no address");
    let page = browser.get(&back).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/account"));
    assert!(!browser.cookies.contains_key("__Host-relais-oidc"), "it has served");
    let account = browser.get("/account").await;
    assert!(account.status == StatusCode::OK && account.text.contains(HANDLE), "{}", account.text);
    for headers in [&page.headers, &offered.headers] {
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
}

/// On a phone that the team shares the provider's word is a full proof, for as long as it opens the account.
#[tokio::test]
async fn a_sign_in_by_the_provider_on_a_shared_phone_is_a_full_one() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let mut browser = Browser::of(stage.app.router());
    browser.cookies = stage.world.shared_phone().await.cookies;
    let back = sent_off(&stage, &mut browser).await;
    assert_eq!(browser.get(&back).await.location, "/account");
    let here = |text: &str| text.contains(&format!("<bdi>{HANDLE}</bdi>"));
    assert!(here(&browser.get("/phone").await.text));
    assert!(browser.get("/account").await.text.contains("action=\"/phone/lock\""));
    let identity = stage.identity(SUBJECT);
    relais::actions::provider::unlink(stage.context(), HANDLE, &identity).await.expect("unlinked");
    assert!(!here(&browser.get("/phone").await.text), "no PIN is enough after what it rested on");
}

#[tokio::test]
async fn a_callback_in_another_browser_signs_nobody_in() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let mut attacker = Browser::of(stage.app.router());
    let back = sent_off(&stage, &mut attacker).await;
    let mut victim = Browser::of(stage.app.router());
    assert_eq!(victim.get(&back).await.status, StatusCode::FORBIDDEN);
    let back = sent_off(&stage, &mut attacker).await;
    sent_off(&stage, &mut victim).await;
    assert_eq!(victim.get(&back).await.status, StatusCode::FORBIDDEN, "a browser with a sign-in of its own");
    assert!(!victim.cookies.contains_key("__Host-relais"));
}

#[tokio::test]
async fn what_goes_wrong_is_told_in_words_that_help_and_tell_nothing() {
    let stage = Stage::open(World::on_sqlite().await).await;
    for (language, unknown) in [("en", "Nobody has let you in yet"), ("fr", "Personne ne vous a encore"), ("ar", "لم")]
    {
        let mut browser = Browser::of(stage.app.router());
        stage.fake.behave();
        stage.fake.script().claims["sub"] = json!("marked-stranger");
        let back = sent_off(&stage, &mut browser).await;
        let page = browser.get_in(language, &back).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.text.contains(unknown) && page.text.contains("desk@relais.example"), "{}", page.text);
        assert_eq!(page.headers[header::CONTENT_LANGUAGE], language);

        stage.fake.behave();
        stage.fake.script().claims["aud"] = json!("marked-audience");
        let back = sent_off(&stage, &mut browser).await;
        let refused = browser.get_in(language, &back).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(!refused.text.contains("desk@relais.example"), "asking the desk would not help");

        stage.fake.behave();
        let back = sent_off(&stage, &mut browser).await;
        stage.fake.script().token_answer = Some(Answer::Text(503, "text/plain", String::new()));
        let silent = browser.get_in(language, &back).await;
        assert_eq!(silent.status, StatusCode::SERVICE_UNAVAILABLE);
        for page in [&page, &refused, &silent] {
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
            let told = [SUBJECT, "marked", "state=", "code=", &stage.fake.issuer];
            assert!(told.iter().all(|told| !page.text.contains(told)), "{}", page.text);
        }
    }
}

#[tokio::test]
async fn coming_back_is_tried_as_seldom_as_a_password() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let limits = relais::config::Limits { sign_ins_per_minute_of_an_address: 3, ..relais::config::Limits::NONE };
    let router = stage.app.clone().with_edge(&limits, &relais::config::Server::default()).router();
    let mut browser = Browser::of(router);
    let back = sent_off(&stage, &mut browser).await;
    for number in 0..3 {
        let page = browser.get(&format!("/sign-in/oidc/callback?code=guess&state=guess-{number}")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    }
    for (language, word) in [("fr", "Trop souvent"), ("en", "Too often"), ("ar", "مرات كثيرة")] {
        let page = browser.get_in(language, &back).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            (&page.headers[header::RETRY_AFTER], &page.headers[header::CONTENT_LANGUAGE]),
            (&"20".parse().expect("a value"), &language.parse().expect("a value"))
        );
        assert!(page.text.contains(word), "{}", page.text);
    }
    stage.world.pass_seconds(20);
    let page = browser.get(&back).await;
    assert_eq!(page.location, "/account", "the sign-in was not used up: {}", page.text);
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_at_its_addresses() {
    let world = World::on_sqlite().await;
    let mut browser = Browser::of(world.router());
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback", "/sign-in/oidc/callback?code=a&state=b"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!browser.get("/sign-in").await.text.contains("oidc"));
}
