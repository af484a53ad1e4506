//! `GET` and `POST /graphql`, as the GraphQL-over-HTTP specification has them.
//!
//! Our own, because the stock service fails 15 of the 61 audits of npm `graphql-http`, runs
//! mutations over GET, reads bodies past axum's limit and repeats the caller's source line
//! in its errors. Invariants: a document reaches the schema only through
//! [`guard`](super::guard); GET never changes anything; identity comes from a bearer token
//! and never from a cookie, so that no other site can borrow it; every error has a code and
//! none repeats what the caller sent.

mod answer;
mod documents;
mod media;
mod parameters;
pub mod websocket;

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{MethodRouter, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use self::answer::{Fault, executed, held, with_told};
use self::documents::Documents;
use self::media::{Media, is_json, negotiate};
use self::parameters::Parameters;
use super::guard::Cost;
use super::limits::Limits;
use crate::domain::sensitive::Sensitive;
use crate::edge::access_line::{CallerAddress, LineFacts};
use crate::edge::cross_site::is_foreign;
use crate::edge::lanes::Place;

/// Who sends a request, as far as its head tells, and what it will cost.
pub struct Caller {
    /// The bearer token; nobody is signed in without one.
    pub bearer: Option<Sensitive<String>>,
    /// The value of `Accept-Language`.
    pub language: Option<String>,
    /// The address that it comes by.
    pub address: Option<IpAddr>,
    /// What the guard measured of the document.
    pub cost: Cost,
}

/// What an [`Endpoint`] has to say.
pub struct Answered {
    /// The answer, or why there is none.
    pub result: Result<async_graphql::Response, EndpointError>,
    /// What the log may tell of the request.
    pub told: LineFacts,
    /// The place that the request holds until its answer is sent or lost.
    pub place: Option<Place>,
}

/// Why an [`Endpoint`] did not run a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointError {
    /// The bearer token is unknown, expired or revoked: 401.
    Unauthenticated,
    /// The server cannot answer now, and trying again later makes sense: 503.
    Unavailable,
    /// Every place is taken: 503.
    Busy,
    /// The caller has asked too much, and may ask again after this many seconds: 429.
    RateLimited(i64),
}

/// What runs a request that has passed the guard.
pub trait Endpoint: Clone + Send + Sync + 'static {
    /// Runs `request` for whoever holds the caller's token, with texts in the best of the languages
    /// that the caller asks for.
    ///
    /// The document is already parsed and stands in the request. Errors of the answer must
    /// have been through [`ErrorCodes`](super::codes::ErrorCodes).
    fn execute(&self, caller: Caller, request: async_graphql::Request) -> impl Future<Output = Answered> + Send;
}

/// The routes of the API, without the hardening that [`serve`](crate::serve) adds to all.
pub fn routes<E: Endpoint>(endpoint: E, limits: Limits) -> Router {
    Router::new().route("/graphql", methods(endpoint, limits))
}

/// What answers under the API's path, by method.
pub fn methods<E: Endpoint>(endpoint: E, limits: Limits) -> MethodRouter {
    get(by_get::<E>).post(by_post::<E>).fallback(by_other_method).with_state(Gate {
        endpoint,
        limits,
        documents: Arc::default(),
    })
}

#[derive(Clone)]
struct Gate<E> {
    endpoint: E,
    limits: Limits,
    documents: Arc<Documents>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

async fn by_get<E: Endpoint>(State(gate): State<Gate<E>>, request: Request) -> Response<Body> {
    gate.answer(Method::Get, request).await
}

async fn by_post<E: Endpoint>(State(gate): State<Gate<E>>, request: Request) -> Response<Body> {
    gate.answer(Method::Post, request).await
}

async fn by_other_method(headers: HeaderMap) -> Response<Body> {
    let media = negotiate(&headers).unwrap_or(Media::Json);
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Use GET or POST.")
        .with_header(header::ALLOW, HeaderValue::from_static("GET, POST"))
        .into_response(media)
}

impl<E: Endpoint> Gate<E> {
    async fn answer(&self, method: Method, request: Request) -> Response<Body> {
        let Some(media) = negotiate(request.headers()) else {
            let message = "Accept application/graphql-response+json or application/json.";
            return Fault::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message).into_response(Media::Json);
        };
        let Answered { result, told, place } = match self.run(method, media, request).await {
            Ok(answered) => answered,
            Err(fault) => return fault.into_response(media),
        };
        let response = match result {
            Ok(response) => executed(response, media),
            Err(error) => Fault::from(error).into_response(media),
        };
        held(with_told(response, told), place)
    }

    async fn run(&self, method: Method, media: Media, request: Request) -> Result<Answered, Fault> {
        if is_foreign(request.headers()) {
            let message = "The request comes from another site. Call the API from your own server or program.";
            return Err(Fault::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
        }
        let bearer = bearer_token(request.headers())?;
        let language = text_of(request.headers().get(header::ACCEPT_LANGUAGE));
        let address = request.extensions().get::<CallerAddress>().and_then(|caller| caller.0);
        let parameters = self.parameters(method, request).await?;
        let (cost, prepared) = self.prepare(method, media, parameters)?;
        Ok(self.endpoint.execute(Caller { bearer, language, address, cost }, prepared).await)
    }

    async fn parameters(&self, method: Method, request: Request) -> Result<Parameters, Fault> {
        if request.uri().path_and_query().is_some_and(|it| it.as_str().len() > self.limits.url_bytes) {
            let message = "The address is too long. Send the document by POST.";
            return Err(Fault::new(StatusCode::URI_TOO_LONG, "QUERY_TOO_LARGE", message));
        }
        let read = match method {
            Method::Get => Parameters::from_query_string(request.uri().query().unwrap_or_default()),
            Method::Post if !is_json(request.headers()) => {
                let message = "Send the request as application/json in UTF-8.";
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Err(Fault::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
            }
            Method::Post => Parameters::from_json(&self.body(request).await?),
        };
        read.map_err(Fault::bad_request)
    }

    async fn body(&self, request: Request) -> Result<Bytes, Fault> {
        let Limits { body_bytes, body_timeout, .. } = self.limits;
        let declared =
            text_of(request.headers().get(header::CONTENT_LENGTH)).and_then(|length| length.parse::<usize>().ok());
        if declared.is_some_and(|length| length > body_bytes) {
            return Err(too_large(body_bytes));
        }
        // The declared length is only a courtesy; a chunked body has none.
        let body = Limited::new(request.into_body(), body_bytes).collect();
        match tokio::time::timeout(body_timeout, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(body_bytes)),
            Ok(Err(_)) => Err(Fault::bad_request("The body did not arrive whole.")),
            Err(_) => Err(too_slow(body_timeout)),
        }
    }

    /// Hands the parsed document on, with what it costs.
    fn prepare(
        &self,
        method: Method,
        media: Media,
        parameters: Parameters,
    ) -> Result<(Cost, async_graphql::Request), Fault> {
        let prepared =
            self.documents.read(&parameters, &self.limits).map_err(|refused| Fault::refused(refused, media))?;
        if prepared.cost.kind == OperationType::Subscription {
            let message = "What is followed is told over a WebSocket: connect to /graphql/ws by graphql-transport-ws.";
            return Err(Fault::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message));
        }
        if method == Method::Get && prepared.cost.kind != OperationType::Query {
            let message = "GET only runs queries. Send this operation by POST.";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Fault::new(status, "METHOD_NOT_ALLOWED", message)
                .with_header(header::ALLOW, HeaderValue::from_static("POST")));
        }
        let mut request = parameters.into_request();
        request.set_parsed_query(prepared.document.clone());
        Ok((prepared.cost, request))
    }
}

/// The token of `Authorization: Bearer`. Credentials that we do not understand are refused
/// rather than ignored: who sends some does not mean to be anonymous.
fn bearer_token(headers: &HeaderMap) -> Result<Option<Sensitive<String>>, Fault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let token = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().and_then(token_of),
        (Some(_), Some(_)) => None,
    };
    token.map(Some).ok_or_else(unauthenticated)
}

/// The token of credentials that name their scheme.
fn token_of(credentials: &str) -> Option<Sensitive<String>> {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let (scheme, token) = credentials.split_once(' ')?;
    let is_token = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(of_token);
    is_token.then(|| token.to_owned().into())
}

impl From<EndpointError> for Fault {
    fn from(error: EndpointError) -> Self {
        let (status, code, message, wait) = match error {
            EndpointError::Unauthenticated => return unauthenticated(),
            EndpointError::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The service cannot answer now. Try again shortly.", 5)
            }
            EndpointError::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "Every place is taken. Try again shortly.", 5)
            }
            EndpointError::RateLimited(seconds) => {
                let message = "You have asked too much in a short time. Ask again after the seconds of Retry-After.";
                (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message, seconds)
            }
        };
        Self::new(status, code, message).with_header(header::RETRY_AFTER, wait)
    }
}

fn unauthenticated() -> Fault {
    let message = "The access token is missing, expired or not valid.";
    Fault::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn too_large(body_bytes: usize) -> Fault {
    let message = format!("The body has more than {body_bytes} bytes. Send less at once.");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "QUERY_TOO_LARGE", message)
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
}

fn too_slow(timeout: Duration) -> Fault {
    let message = format!("The body did not arrive within {} s.", timeout.as_secs());
    Fault::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message)
        .with_header(header::CONNECTION, HeaderValue::from_static("close"))
}

fn text_of(value: Option<&HeaderValue>) -> Option<String> {
    value.and_then(|value| value.to_str().ok()).map(str::to_owned)
}
