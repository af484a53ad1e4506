//! A node that listens, and a socket to it that speaks the protocol byte by byte.

use crate::kit::world::{Person, World};
use async_graphql::futures_util::{SinkExt as _, StreamExt as _};
use relais::serve::{ServeLimits, serve};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// For what is due at once, on a machine that may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A node on loopback, which stops with the test.
pub struct Listening {
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Listening {
    pub async fn before(router: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (stop, stopping) = oneshot::channel::<()>();
        let shutdown = async { stopping.await.unwrap_or_default() };
        tokio::spawn(serve(listener, router, shutdown, ServeLimits::STANDARD));
        Self { address, _stop: stop }
    }

    pub async fn of(world: &World) -> Self {
        Self::before(world.router()).await
    }

    pub fn url(&self) -> String {
        format!("ws://{}/graphql/ws", self.address)
    }

    /// A socket on which nothing was said yet, opened with these headers.
    pub async fn connected(&self, headers: &[(&'static str, &str)]) -> Socket {
        let mut request = self.url().into_client_request().expect("a request");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a value");
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        let stream = TcpStream::connect(self.address).await.expect("listening");
        let (stream, _) = client_async(request, stream).await.expect("a WebSocket");
        Socket(stream)
    }

    /// The status by which a socket is refused before it is one.
    pub async fn refused(&self) -> u16 {
        let request = self.url().into_client_request().expect("a request");
        let stream = TcpStream::connect(self.address).await.expect("listening");
        match client_async(request, stream).await {
            Err(Error::Http(answer)) => answer.status().as_u16(),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it is opened"),
        }
    }

    /// A socket that speaks the protocol.
    pub async fn opened(&self) -> Socket {
        self.connected(&[("sec-websocket-protocol", "graphql-transport-ws")]).await
    }

    /// A socket of somebody who was admitted.
    pub async fn admitted(&self, person: &Person) -> Socket {
        let mut socket = self.opened().await;
        socket.initialise(person).await;
        assert_eq!(socket.heard().await, json!({ "type": "connection_ack" }));
        socket
    }
}

/// The client's side.
pub struct Socket(WebSocketStream<TcpStream>);

/// What comes of a socket.
#[derive(Debug, PartialEq)]
pub enum Came {
    Message(Value),
    Closed(u16),
}

impl Socket {
    pub async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("sent");
    }

    pub async fn say_bytes(&mut self, bytes: &[u8]) {
        self.0.send(Message::binary(bytes.to_vec())).await.expect("sent");
    }

    pub async fn initialise(&mut self, person: &Person) {
        let token = person.token.as_deref().expect("a token");
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(&json!({ "type": "connection_init", "payload": payload }).to_string()).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload }).to_string()).await;
    }

    /// The next message, or the code by which it was closed.
    pub async fn came(&mut self) -> Came {
        let came = async {
            loop {
                match self.0.next().await.expect("it is closed with a code").expect("a message") {
                    Message::Text(text) => return Came::Message(serde_json::from_str(&text).expect("JSON")),
                    Message::Close(frame) => return Came::Closed(frame.expect("a code").code.into()),
                    // A ping, which the client's library answers.
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, came).await.expect("something comes in time")
    }

    /// The next message.
    pub async fn heard(&mut self) -> Value {
        match self.came().await {
            Came::Message(message) => message,
            closed => panic!("{closed:?}"),
        }
    }

    /// The code by which it is closed, after this has been said to it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Came::Closed(code) = self.came().await {
                return code;
            }
        }
    }

    /// What stands before the answer to a ping: everything that was told until now.
    pub async fn told_so_far(&mut self) -> Vec<Value> {
        self.say(r#"{"type":"ping"}"#).await;
        let mut told = Vec::new();
        loop {
            let message = self.heard().await;
            if message["type"] == "pong" {
                return told;
            }
            told.push(message);
        }
    }
}
