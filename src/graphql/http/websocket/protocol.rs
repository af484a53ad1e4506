//! The messages of `graphql-transport-ws`, and the codes by which a socket is closed, as the protocol of the `graphql-ws`
//! library has them.
//!
//! Invariant: what is sent repeats nothing of the caller's but the id that it gave its own operation.

use crate::domain::sensitive::Sensitive;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The subprotocol, as both sides name it.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Bytes of an operation's id; libraries use UUIDs.
const ID_BYTES: usize = 128;

/// A message of the client.
#[cfg_attr(test, derive(PartialEq))]
pub(super) enum ClientMessage {
    /// Who it is: the value of `authorization` in the payload, if there is one.
    ConnectionInit(Option<Sensitive<String>>),
    Ping,
    Pong,
    /// Runs an operation under an id of the client's; the parameters are a JSON object still unread.
    Subscribe {
        id: String,
        parameters: Vec<u8>,
    },
    /// Ends one's own operation.
    Complete(String),
}

#[derive(Deserialize)]
struct Written {
    r#type: String,
    id: Option<String>,
    payload: Option<Value>,
}

/// Why a text is no message of the protocol.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Invalid;

impl ClientMessage {
    /// Reads one message.
    pub(super) fn read(text: &str) -> Result<Self, Invalid> {
        let written: Written = serde_json::from_str(text).map_err(|_| Invalid)?;
        let id = written.id.filter(|id| !id.is_empty() && id.len() <= ID_BYTES);
        match (written.r#type.as_str(), id, written.payload) {
            ("connection_init", _, payload) => Ok(Self::ConnectionInit(authorization(object_or_nothing(payload)?)?)),
            ("ping", _, payload) => object_or_nothing(payload).map(|_| Self::Ping),
            ("pong", _, payload) => object_or_nothing(payload).map(|_| Self::Pong),
            ("subscribe", Some(id), Some(Value::Object(parameters))) => {
                let parameters = serde_json::to_vec(&parameters).map_err(|_| Invalid)?;
                Ok(Self::Subscribe { id, parameters })
            }
            ("complete", Some(id), _) => Ok(Self::Complete(id)),
            _ => Err(Invalid),
        }
    }
}

fn object_or_nothing(payload: Option<Value>) -> Result<Map<String, Value>, Invalid> {
    match payload {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Invalid),
    }
}

/// The credentials of the payload, under the name of the header and in whatever case: browsers cannot set that header.
fn authorization(payload: Map<String, Value>) -> Result<Option<Sensitive<String>>, Invalid> {
    let mut found = payload.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match (found.next(), found.next()) {
        (None, _) | (Some((_, Value::Null)), None) => Ok(None),
        (Some((_, Value::String(text))), None) => Ok(Some(text.into())),
        _ => Err(Invalid),
    }
}

/// What is sent, as the text of one message.
pub(super) struct ServerMessage;

impl ServerMessage {
    /// The client is admitted.
    pub(super) fn connection_ack() -> String {
        json!({ "type": "connection_ack" }).to_string()
    }

    /// The answer to a ping.
    pub(super) fn pong() -> String {
        json!({ "type": "pong" }).to_string()
    }

    /// One answer of an operation, as JSON.
    pub(super) fn next(id: &str, answer: &str) -> String {
        format!("{{\"type\":\"next\",\"id\":{},\"payload\":{answer}}}", Value::from(id))
    }

    /// An operation did not come to its execution, or failed; these are the errors, as a list in JSON.
    pub(super) fn error(id: &str, errors: &str) -> String {
        format!("{{\"type\":\"error\",\"id\":{},\"payload\":{errors}}}", Value::from(id))
    }

    /// An operation is over.
    pub(super) fn complete(id: &str) -> String {
        json!({ "type": "complete", "id": id }).to_string()
    }
}

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The client has gone.
    Gone,
    /// The server is stopping.
    GoingAway,
    /// Something may have been missed, the client has fallen silent, the socket is old, or the account is not what it was:
    /// connect again.
    ConnectAgain,
    /// There is no answer now, or the account has spent its points or its sockets: connect again later.
    TryLater,
    /// No message of the protocol.
    InvalidMessage,
    /// An operation before the client was admitted.
    Unauthorized,
    /// Whoever it is may not, or not any more.
    Forbidden,
    /// The client does not speak this protocol.
    SubprotocolNotAcceptable,
    /// The client has not said in time who it is.
    InitialisationTimeout,
    /// An operation of this id is under way.
    SubscriberExists,
    /// The client said twice who it is.
    TooManyInitialisations,
    /// Too many messages. Like every code of this number it ends the client of the library for good.
    TooMuch,
}

impl Close {
    /// The code of the protocol, or of RFC 6455 where the protocol has none.
    pub(super) const fn code(self) -> u16 {
        self.words().0
    }

    /// Why, for a developer.
    pub(super) const fn reason(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (u16, &'static str) {
        match self {
            Self::Gone => (1000, "Normal closure"),
            Self::GoingAway => (1001, "The server is stopping"),
            Self::ConnectAgain => (1012, "Connect again, subscribe, and read what may have changed"),
            Self::TryLater => (1013, "Try again later"),
            Self::InvalidMessage => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::SubprotocolNotAcceptable => (4406, "Subprotocol not acceptable"),
            Self::InitialisationTimeout => (4408, "Connection initialisation timeout"),
            Self::SubscriberExists => (4409, "Subscriber for this id already exists"),
            Self::TooManyInitialisations => (4429, "Too many initialisation requests"),
            Self::TooMuch => (4429, "Too many requests"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_is_read_and_everything_else_is_invalid() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(129));
        for (text, expected) in [
            (r#"{"type":"connection_init"}"#, Ok(ClientMessage::ConnectionInit(None))),
            (r#"{"type":"connection_init","payload":null}"#, Ok(ClientMessage::ConnectionInit(None))),
            (
                r#"{"type":"connection_init","payload":{"Authorization":"Bearer x"}}"#,
                Ok(ClientMessage::ConnectionInit(Some("Bearer x".to_owned().into()))),
            ),
            (r#"{"type":"connection_init","payload":{"authorization":7}}"#, Err(Invalid)),
            (r#"{"type":"connection_init","payload":{"authorization":"a","Authorization":"b"}}"#, Err(Invalid)),
            (r#"{"type":"connection_init","payload":[]}"#, Err(Invalid)),
            (r#"{"type":"ping"}"#, Ok(ClientMessage::Ping)),
            (r#"{"type":"pong","payload":{"at":1}}"#, Ok(ClientMessage::Pong)),
            (
                r#"{"id":"1","type":"subscribe","payload":{"query":"{ a }"}}"#,
                Ok(ClientMessage::Subscribe { id: "1".to_owned(), parameters: br#"{"query":"{ a }"}"#.to_vec() }),
            ),
            (r#"{"type":"subscribe","payload":{"query":"{ a }"}}"#, Err(Invalid)),
            (r#"{"id":"","type":"subscribe","payload":{"query":"{ a }"}}"#, Err(Invalid)),
            (r#"{"id":7,"type":"subscribe","payload":{"query":"{ a }"}}"#, Err(Invalid)),
            (r#"{"id":"1","type":"subscribe"}"#, Err(Invalid)),
            (r#"{"id":"1","type":"complete"}"#, Ok(ClientMessage::Complete("1".to_owned()))),
            (&long, Err(Invalid)),
            (r#"{"type":"start"}"#, Err(Invalid)),
            (r#"{"type":"next","id":"1","payload":{}}"#, Err(Invalid)),
            ("[]", Err(Invalid)),
            ("", Err(Invalid)),
        ] {
            assert!(ClientMessage::read(text) == expected, "{text}");
        }
    }

    #[test]
    fn codes_and_reasons_fit_into_a_frame() {
        for close in [
            Close::Gone,
            Close::GoingAway,
            Close::ConnectAgain,
            Close::TryLater,
            Close::InvalidMessage,
            Close::Unauthorized,
            Close::Forbidden,
            Close::SubprotocolNotAcceptable,
            Close::InitialisationTimeout,
            Close::SubscriberExists,
            Close::TooManyInitialisations,
            Close::TooMuch,
        ] {
            assert!(close.reason().len() <= 123, "{close:?}");
            assert!(matches!(close.code(), 1000..=1013 | 4400..=4499), "{close:?}");
        }
    }
}
