//! One line of log for each request, and the number under which it can be asked about.
//!
//! Invariant: what the line holds is the server's own words, numbers and classes. The path stands in it as the
//! route's template, the operation as one of the schema's, the caller as a pseudonym; nothing that the caller
//! typed is in it.

use super::Edge;
use super::address::caller;
use super::rates::PageRates;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use axum::Router;
use axum::body::HttpBody;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Response};
use axum::middleware::{Next, from_fn_with_state};
use std::net::{IpAddr, SocketAddr};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The address of whoever asks, for what stands further in; absent where there is no connection.
#[derive(Clone, Copy, Debug)]
pub struct CallerAddress(pub Option<IpAddr>);

/// What a handler knows of a request and the line tells. It travels in the answer's extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFacts {
    /// The operation, out of a fixed list.
    pub operation: Option<&'static str>,
    /// The code of the first error.
    pub code: Option<String>,
    /// What the guard measured.
    pub cost: usize,
    /// Who asked.
    pub account_id: Option<AccountId>,
}

impl Edge {
    /// Puts the edge around all routes.
    pub fn around(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), pass))
    }

    /// The number of a request: a trusted proxy's own, or one of ours.
    fn request_id(&self, peer: Option<IpAddr>, request: &Request) -> HeaderValue {
        let given = request.headers().get(REQUEST_ID).filter(|_| peer.is_some_and(|peer| self.trusts(peer)));
        let is_number = |value: &&HeaderValue| {
            let bytes = value.as_bytes();
            (16..=64).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
        };
        given.filter(is_number).cloned().unwrap_or_else(|| self.fresh_request_id())
    }
}

async fn pass(State(edge): State<Edge>, mut request: Request, next: Next) -> Response<axum::body::Body> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = caller(peer, request.headers(), &edge.trusted);
    request.extensions_mut().insert(CallerAddress(address));
    request.extensions_mut().insert(PageRates { rates: edge.rates.clone(), address });
    let id = edge.request_id(peer, &request);
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let line = Line { edge: &edge, id: &id, route, began: edge.clock.now(), is_written: false };
    let mut response = next.run(request).await;
    line.write(&response);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The line of a request that is under way. Dropped before it is written, it says that the request was cut off.
struct Line<'a> {
    edge: &'a Edge,
    id: &'a HeaderValue,
    route: String,
    began: Timestamp,
    is_written: bool,
}

impl Line<'_> {
    fn write<B: HttpBody>(mut self, response: &Response<B>) {
        self.is_written = true;
        let told = response.extensions().get::<LineFacts>().cloned().unwrap_or_default();
        let duration_microseconds = self.duration();
        self.edge.metrics.count_request(&self.route, Some(response.status().as_u16()), duration_microseconds);
        let principal = told.account_id.map(|account| self.edge.pseudonym(account));
        tracing::info!(
            request = self.id(),
            route = self.route,
            operation = told.operation.unwrap_or("anonymous"),
            status = response.status().as_u16(),
            code = told.code,
            duration_microseconds,
            cost = told.cost,
            principal,
            size = size_class(response.body().size_hint().exact()),
            "answered"
        );
    }

    fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }

    fn duration(&self) -> i64 {
        self.edge.clock.now().microseconds() - self.began.microseconds()
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.is_written {
            let duration_microseconds = self.duration();
            self.edge.metrics.count_request(&self.route, None, duration_microseconds);
            tracing::info!(request = self.id(), route = self.route, duration_microseconds, "cut off");
        }
    }
}

/// A size as one of five words: an exact one could tell which object was read.
const fn size_class(bytes: Option<u64>) -> &'static str {
    match bytes {
        None => "unknown",
        Some(..1_024) => "under 1 KiB",
        Some(1_024..8_192) => "under 8 KiB",
        Some(8_192..65_536) => "under 64 KiB",
        Some(_) => "64 KiB or more",
    }
}
