//! `GET` and `POST /graphql`, as the GraphQL-over-HTTP specification has them.
//!
//! Our own, because the stock service fails 15 of the 61 audits of npm `graphql-http`, runs
//! mutations over GET, reads bodies past axum's limit and repeats the caller's source line
//! in its errors. Invariants: a document reaches the schema only through
//! [`guard`](super::guard); GET never changes anything; identity comes from a bearer token
//! and never from a cookie, so that no other site can borrow it; every error has a code and
//! none repeats what the caller sent.

mod answer;
mod media;
mod parameters;

use std::future::Future;
use std::time::Duration;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::OperationType;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::{MethodRouter, get};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use self::answer::{Fault, executed};
use self::media::{Media, is_json, negotiate};
use self::parameters::Parameters;
use super::guard::{Refused, measure, scan};
use super::limits::Limits;

/// Why an [`Endpoint`] did not run a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointError {
    /// The bearer token is unknown, expired or revoked: 401.
    Unauthenticated,
    /// The server cannot answer now, and trying again later makes sense: 503.
    Unavailable,
}

/// What runs a request that has passed the guard.
pub trait Endpoint: Clone + Send + Sync + 'static {
    /// Runs `request` for whoever holds `bearer` (nobody, when it is `None`), with texts in
    /// the best of the languages that `language`, an `Accept-Language` value, asks for.
    ///
    /// The document is already parsed and stands in the request. Errors of the answer must
    /// have been through [`ErrorCodes`](super::codes::ErrorCodes).
    fn execute(
        &self,
        bearer: Option<String>,
        language: Option<String>,
        request: async_graphql::Request,
    ) -> impl Future<Output = Result<async_graphql::Response, EndpointError>> + Send;
}

/// The routes of the API, without the hardening that [`serve`](crate::serve) adds to all.
pub fn routes<E: Endpoint>(endpoint: E, limits: Limits) -> Router {
    Router::new().route("/graphql", methods(endpoint, limits))
}

/// What answers under the API's path, by method.
pub fn methods<E: Endpoint>(endpoint: E, limits: Limits) -> MethodRouter {
    get(by_get::<E>).post(by_post::<E>).fallback(by_other_method).with_state(Gate { endpoint, limits })
}

#[derive(Clone)]
struct Gate<E> {
    endpoint: E,
    limits: Limits,
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
        .with_header(header::ALLOW, "GET, POST")
        .into_response(media)
}

impl<E: Endpoint> Gate<E> {
    async fn answer(&self, method: Method, request: Request) -> Response<Body> {
        let Some(media) = negotiate(request.headers()) else {
            let message = "Accept application/graphql-response+json or application/json.";
            return Fault::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message).into_response(Media::Json);
        };
        match self.run(method, media, request).await {
            Ok(response) => executed(response, media),
            Err(fault) => fault.into_response(media),
        }
    }

    async fn run(&self, method: Method, media: Media, request: Request) -> Result<async_graphql::Response, Fault> {
        let bearer = bearer_token(request.headers())?;
        let language = text_of(request.headers().get(header::ACCEPT_LANGUAGE));
        let parameters = self.parameters(method, request).await?;
        let prepared = self.prepare(method, media, parameters)?;
        self.endpoint.execute(bearer, language, prepared).await.map_err(|error| match error {
            EndpointError::Unauthenticated => unauthenticated(),
            EndpointError::Unavailable => Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                "The service cannot answer now. Try again shortly.",
            )
            .with_header(header::RETRY_AFTER, "5"),
        })
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

    /// Scans, parses once, measures, and hands the parsed document on.
    fn prepare(&self, method: Method, media: Media, parameters: Parameters) -> Result<async_graphql::Request, Fault> {
        let refuse = |refused| Fault::refused(refused, media);
        scan(&parameters.query, &self.limits).map_err(refuse)?;
        let document = parse_query(&parameters.query).map_err(|error| refuse(unread(&error)))?;
        let cost = measure(&document, parameters.operation_name.as_deref(), &self.limits).map_err(refuse)?;
        if method == Method::Get && cost.kind != OperationType::Query {
            let message = "GET only runs queries. Send this operation by POST.";
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return Err(Fault::new(status, "METHOD_NOT_ALLOWED", message).with_header(header::ALLOW, "POST"));
        }
        let mut request = parameters.into_request();
        request.set_parsed_query(document);
        Ok(request)
    }
}

/// Where the parser stopped. Its own message shows the caller's line, so only this is kept.
fn unread(error: &async_graphql::parser::Error) -> Refused {
    let position = error.positions().next().unwrap_or_default();
    Refused::Unreadable { line: position.line.max(1), column: position.column.max(1) }
}

/// The token of `Authorization: Bearer`. Credentials that we do not understand are refused
/// rather than ignored: who sends some does not mean to be anonymous.
fn bearer_token(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let token = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().and_then(|value| value.split_once(' ')),
        (Some(_), Some(_)) => None,
    };
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    match token {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(of_token) =>
        {
            Ok(Some(token.to_owned()))
        }
        _ => Err(unauthenticated()),
    }
}

fn unauthenticated() -> Fault {
    let message = "The access token is missing, expired or not valid.";
    Fault::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message).with_header(header::WWW_AUTHENTICATE, "Bearer")
}

fn too_large(body_bytes: usize) -> Fault {
    let message = format!("The body has more than {body_bytes} bytes. Send less at once.");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "QUERY_TOO_LARGE", message).with_header(header::CONNECTION, "close")
}

fn too_slow(timeout: Duration) -> Fault {
    let message = format!("The body did not arrive within {} s.", timeout.as_secs());
    Fault::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).with_header(header::CONNECTION, "close")
}

fn text_of(value: Option<&HeaderValue>) -> Option<String> {
    value.and_then(|value| value.to_str().ok()).map(str::to_owned)
}
