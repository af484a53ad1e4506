//! How answers leave: the status, the media type, and the one shape of every error.

use async_graphql::{Pos, Response as Executed, Value};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use hyper::body::{Frame, SizeHint};
use serde::Serialize;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::media::Media;
use crate::edge::access_line::LineFacts;
use crate::edge::lanes::Place;
use crate::graphql::guard::Refused;

/// A request that was answered without the schema.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// The guard's refusal, if it is one: it knows the place, or the limit and its value, so
    /// that a client need not read the message.
    refused: Option<Refused>,
    /// In a box, so that a fault stays small enough to be handed up as an error.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Fault {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, code, message, refused: None, header: None }
    }

    pub(super) fn with_header(self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        Self { header: Some(Box::new((name, value.into()))), ..self }
    }

    pub(super) fn bad_request(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    }

    /// A limit is a 400 in both media types; a document that is merely wrong has the status
    /// that the media type prescribes.
    pub(super) fn refused(refused: Refused, media: Media) -> Self {
        let status = match media {
            Media::Json if !refused.is_limit() => StatusCode::OK,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { refused: Some(refused), ..Self::new(status, refused.code(), refused.message()) }
    }

    /// The one error that it is, as answers list them.
    pub(super) fn errors(&self) -> [impl Serialize + use<'_>; 1] {
        let (mut location, mut limit, mut maximum) = (None, None, None);
        match self.refused {
            Some(Refused::Over { bound, maximum: most }) => {
                (limit, maximum) = (Some(bound.name()), Some(most));
            }
            Some(Refused::Unreadable { line, column }) => location = Some(Pos { line, column }),
            _ => {}
        }
        [ErrorEntry {
            message: &self.message,
            locations: Vec::from_iter(location),
            extensions: Extensions { code: self.code, limit, maximum },
        }]
    }

    pub(super) fn into_response(self, media: Media) -> Response<Body> {
        let mut response = json(self.status, media, &Errors { errors: &self.errors() });
        if let Some((name, value)) = self.header.map(|header| *header) {
            response.headers_mut().insert(name, value);
        }
        with_told(response, LineFacts { code: Some(self.code.to_owned()), ..LineFacts::default() })
    }
}

/// Notes for the log what is known of the request; what was noted before stays unless it is known better.
pub(super) fn with_told(mut response: Response<Body>, told: LineFacts) -> Response<Body> {
    let before = response.extensions_mut().remove::<LineFacts>().unwrap_or_default();
    response.extensions_mut().insert(LineFacts { code: told.code.clone().or(before.code), ..told });
    response
}

/// Keeps a place until the answer is sent or lost: whoever reads slowly holds it as long.
pub(super) fn held(response: Response<Body>, place: Option<Place>) -> Response<Body> {
    match place {
        None => response,
        Some(place) => response.map(|body| Body::new(Held { body, _place: place })),
    }
}

struct Held {
    body: Body,
    _place: Place,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[derive(Serialize)]
struct Errors<'a, E> {
    errors: &'a [E],
}

#[derive(Serialize)]
struct ErrorEntry<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Pos>,
    extensions: Extensions,
}

#[derive(Serialize)]
struct Extensions {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<usize>,
}

/// Renders what the schema answered.
///
/// When the request never came to execution, `data` is left out, and the newer media type
/// says 400. Once it has, the answer is 200 whatever single fields say.
pub(super) fn executed(response: Executed, media: Media) -> Response<Body> {
    let headers = response.http_headers.clone();
    let mut answer = if is_request_error(&response) {
        let over_limit = response.errors.iter().any(|error| {
            matches!(error.extensions.as_ref().and_then(|values| values.get("code")),
                Some(Value::String(code)) if code.starts_with("QUERY_TOO_"))
        });
        let status = match media {
            Media::Json if !over_limit => StatusCode::OK,
            _ => StatusCode::BAD_REQUEST,
        };
        json(status, media, &Errors { errors: &response.errors })
    } else {
        let (status, bytes) = text_of(&response);
        of_bytes(status, media, bytes)
    };
    answer.headers_mut().extend(headers);
    answer
}

/// An answer as JSON, with the status that says whether it could be written.
pub(super) fn text_of(response: &Executed) -> (StatusCode, Vec<u8>) {
    match written_out(response) {
        Some(bytes) => (StatusCode::OK, bytes),
        None => written(StatusCode::OK, response),
    }
}

/// True where a request never came to its execution.
pub(super) fn is_request_error(response: &Executed) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// The text of an answer in which a page stands that was written already; `None` for every other answer.
fn written_out(response: &Executed) -> Option<Vec<u8>> {
    let Value::Object(fields) = &response.data else { return None };
    let written: usize =
        fields.values().map(|value| if let Value::Binary(text) = value { text.len() } else { 0 }).sum();
    if written == 0 {
        return None;
    }
    let mut bytes = Vec::with_capacity(written + 256);
    bytes.extend(b"{\"data\":");
    let mut separator = b'{';
    for (key, value) in fields {
        bytes.push(separator);
        separator = b',';
        serde_json::to_writer(&mut bytes, key).ok()?;
        bytes.push(b':');
        match value {
            Value::Binary(text) => bytes.extend(text),
            value => serde_json::to_writer(&mut bytes, value).ok()?,
        }
    }
    bytes.push(b'}');
    if !response.errors.is_empty() {
        bytes.extend(b",\"errors\":");
        serde_json::to_writer(&mut bytes, &response.errors).ok()?;
    }
    bytes.push(b'}');
    Some(bytes)
}

const UNWRITABLE: &str = r#"{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL"}}]}"#;

fn json(status: StatusCode, media: Media, body: &impl Serialize) -> Response<Body> {
    let (status, bytes) = written(status, body);
    of_bytes(status, media, bytes)
}

fn written(status: StatusCode, body: &impl Serialize) -> (StatusCode, Vec<u8>) {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, bytes),
        // No value of GraphQL fails to serialise; should one ever, nothing of it leaves.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, UNWRITABLE.into()),
    }
}

fn of_bytes(status: StatusCode, media: Media, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    response
}
