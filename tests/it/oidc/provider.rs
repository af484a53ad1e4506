//! A provider on loopback that does as its script says: by default everything right.

use super::keys::{Signer, published, sign};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hyper::body::Frame;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

pub const CLIENT_ID: &str = "relais-test-client";
pub const CLIENT_SECRET: &str = "marked-client-secret-0123456789abcdef";
pub const REDIRECT_URL: &str = "http://127.0.0.1:8080/sign-in/oidc/callback";
pub const CODE: &str = "marked-code";
pub const ACCESS_TOKEN: &str = "marked-access-token";
pub const REFRESH_TOKEN: &str = "marked-refresh-token";
/// In the claims: the nonce of the request under way.
pub const NONCE: &str = "$NONCE";

/// What a door of the provider answers.
#[derive(Clone, Debug)]
pub enum Answer {
    Json(Value),
    Text(u16, &'static str, String),
    Redirect(String),
    /// The head, half of a body, and then nothing more.
    Drip,
    /// A body that does not end.
    Endless,
}

/// How a provider departs from what it should do.
pub type Misconduct = fn(&mut Script);

/// Everything that a provider does during one sign-in.
#[derive(Clone, Debug)]
pub struct Script {
    pub discovery: Value,
    /// Instead of the discovery.
    pub discovery_answer: Option<Answer>,
    pub keys: Answer,
    /// Header of the ID token, without what the signer says.
    pub header: Value,
    pub claims: Value,
    /// Instead of the claims, as a text.
    pub claims_text: Option<String>,
    pub signer: Signer,
    /// What becomes of the token on its way.
    pub on_its_way: fn(String) -> String,
    /// Members of the answer beside the tokens, or instead of them.
    pub token_members: Value,
    /// Instead of tokens.
    pub token_answer: Option<Answer>,
    /// The nonce of the request under way.
    pub nonce: String,
    /// The challenge of the request under way.
    pub challenge: String,
    /// How often the code or a refresh token counts.
    pub uses_left: usize,
}

impl Script {
    fn of(issuer: &str) -> Self {
        Self {
            discovery: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"],
                "authorization_response_iss_parameter_supported": true,
            }),
            discovery_answer: None,
            keys: Answer::Json(published()),
            header: json!({ "typ": "JWT" }),
            claims: json!({ "iss": issuer, "aud": CLIENT_ID, "sub": super::stage::SUBJECT, "nonce": NONCE }),
            claims_text: None,
            signer: Signer::Rs256,
            on_its_way: std::convert::identity,
            token_members: json!({}),
            token_answer: None,
            nonce: String::new(),
            challenge: String::new(),
            uses_left: 1,
        }
    }

    /// The ID token that this script gives out.
    pub fn id_token(&self) -> String {
        let mut header = self.header.clone();
        for (name, value) in [("alg", self.signer.algorithm()), ("kid", self.signer.key_name())] {
            if header.get(name).is_none() {
                header[name] = json!(value);
            }
        }
        // `null` in a script means that the member is not there at all.
        let header = without_nulls(&header).to_string();
        let claims = self.claims_text.clone().unwrap_or_else(|| without_nulls(&self.claims).to_string());
        (self.on_its_way)(sign(&header, &claims.replace(NONCE, &self.nonce), &self.signer))
    }
}

fn without_nulls(object: &Value) -> Value {
    let members = object.as_object().expect("an object").iter().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The provider.
#[derive(Clone)]
pub struct FakeProvider {
    pub issuer: String,
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl FakeProvider {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}/realm", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::of(&issuer)));
        let provider = Self { issuer, script, asked: Arc::default() };
        let router = Router::new().fallback(answer).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to doing everything right.
    pub fn behave(&self) {
        *self.script() = Script::of(&self.issuer);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The paths that it was asked for, in their order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often it was asked for one.
    pub fn times_asked(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(State(provider): State<FakeProvider>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    provider.asked.lock().unwrap_or_else(PoisonError::into_inner).push(uri.path().to_owned());
    let mut script = provider.script();
    let answer = match uri.path() {
        "/realm/.well-known/openid-configuration" => {
            let discovery = Answer::Json(script.discovery.clone());
            script.discovery_answer.clone().unwrap_or(discovery)
        }
        "/realm/keys" => script.keys.clone(),
        "/realm/token" => tokens(&mut script, &headers, &body),
        _ => Answer::Text(404, "text/plain", "there is nothing here".to_owned()),
    };
    respond(answer)
}

/// Judges a request for tokens as a provider does.
fn tokens(script: &mut Script, headers: &HeaderMap, body: &[u8]) -> Answer {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refused = |error: &str| Answer::Text(400, "application/json", json!({ "error": error }).to_string());
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
    if headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(&expected) {
        return refused("invalid_client");
    }
    let is_granted = match field("grant_type") {
        "authorization_code" => {
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
            field("code") == CODE && field("redirect_uri") == REDIRECT_URL && challenge == script.challenge
        }
        "refresh_token" => field("refresh_token").starts_with(REFRESH_TOKEN),
        _ => return refused("unsupported_grant_type"),
    };
    if !is_granted || script.uses_left == 0 {
        return refused("invalid_grant");
    }
    script.uses_left -= 1;
    if let Some(answer) = &script.token_answer {
        return answer.clone();
    }
    let mut answer = json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60, "refresh_token": REFRESH_TOKEN,
        "id_token": script.id_token(),
    });
    for (name, value) in script.token_members.as_object().expect("an object") {
        answer[name] = value.clone();
    }
    Answer::Json(without_nulls(&answer))
}

fn respond(answer: Answer) -> Response<Body> {
    let build = |status: u16, kind: &str, body: Body| {
        let builder = Response::builder().status(status).header(header::CONTENT_TYPE, kind);
        builder.body(body).expect("a response")
    };
    match answer {
        Answer::Json(value) => build(200, "application/json", Body::from(value.to_string())),
        Answer::Text(status, kind, text) => build(status, kind, Body::from(text)),
        Answer::Redirect(to) => {
            let builder = Response::builder().status(StatusCode::TEMPORARY_REDIRECT).header(header::LOCATION, to);
            builder.body(Body::empty()).expect("a response")
        }
        Answer::Drip => build(200, "application/json", Body::new(Pieces { left: 1 })),
        Answer::Endless => build(200, "application/json", Body::new(Pieces { left: usize::MAX })),
    }
}

/// Pieces of 16 KiB; after the last one nothing comes, and no end either.
struct Pieces {
    left: usize,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return std::task::Poll::Pending;
        }
        self.left -= 1;
        std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 * 1_024])))))
    }
}
