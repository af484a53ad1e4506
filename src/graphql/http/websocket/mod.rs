//! `GET /graphql/ws`: operations over a WebSocket, by the `graphql-transport-ws` protocol.
//!
//! Invariants: nobody is told anything before saying who it is; rights are read anew for each answer and each second; a
//! socket that may have missed something is closed, so that its client comes back and reads; every socket ends by itself.

mod protocol;
mod socket;
mod watch;

use self::protocol::SUBPROTOCOL;
use self::socket::Socket;
use super::answer::Fault;
use super::documents::Documents;
use super::media::Media;
use super::{bearer_token, text_of};
use crate::edge::access_line::CallerAddress;
use crate::edge::cross_site::is_foreign;
use crate::graphql::Api;
use crate::graphql::limits::Limits;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{MethodRouter, get};
use std::sync::Arc;

/// What waits to be written to a socket beyond this is not taken in any more.
const WAITING_BYTES: usize = 1024 * 1024;

#[derive(Clone)]
struct Door {
    api: Api,
    limits: Limits,
    documents: Arc<Documents>,
}

/// What answers under the path of live updates.
pub fn methods(api: Api, limits: Limits) -> MethodRouter {
    get(open).with_state(Door { api, limits, documents: Arc::default() })
}

async fn open(State(door): State<Door>, request: Request) -> Response<Body> {
    upgraded(door, request).await.unwrap_or_else(|fault| fault.into_response(Media::Json))
}

async fn upgraded(door: Door, request: Request) -> Result<Response<Body>, Fault> {
    if is_foreign(request.headers()) {
        let message = "The connection comes from another site. Connect from your own server or program.";
        return Err(Fault::new(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let bearer = bearer_token(request.headers())?;
    let language = text_of(request.headers().get(header::ACCEPT_LANGUAGE));
    let address = request.extensions().get::<CallerAddress>().and_then(|caller| caller.0);
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| not_a_websocket())?;
    door.api.count_opening(address)?;
    let seat = door.api.sockets().seat().ok_or_else(full)?;
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(door.limits.body_bytes)
        .max_frame_size(door.limits.body_bytes)
        .max_write_buffer_size(WAITING_BYTES);
    let speaks_protocol = upgrade.selected_protocol().is_some();
    let Door { api, limits, documents } = door;
    Ok(upgrade.on_upgrade(async move |stream| {
        Socket { stream, api, limits, documents, bearer, language, address }.run(speaks_protocol).await;
        drop(seat);
    }))
}

fn not_a_websocket() -> Fault {
    let message = "Connect by WebSocket, with the subprotocol graphql-transport-ws.";
    Fault::new(StatusCode::UPGRADE_REQUIRED, "BAD_USER_INPUT", message)
        .with_header(header::UPGRADE, HeaderValue::from_static("websocket"))
}

fn full() -> Fault {
    let message = "No more connections can stay open here. Try again shortly.";
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).with_header(header::RETRY_AFTER, 5)
}
