//! One socket, from who it is to why it was closed.

use super::WAITING_BYTES;
use super::protocol::{ClientMessage, Close, Invalid, ServerMessage};
use super::watch::{ANSWER_SECONDS, CLOSING_SECONDS, INITIALISATION_SECONDS, SENDING_SECONDS, Watch};
use crate::actions::following::Followed;
use crate::domain::account::Account;
use crate::domain::news::{Changed, News};
use crate::domain::sensitive::Sensitive;
use crate::graphql::guard::Cost;
use crate::graphql::http::answer::{Fault, is_request_error, text_of};
use crate::graphql::http::documents::{Documents, Prepared};
use crate::graphql::http::parameters::Parameters;
use crate::graphql::http::{Answered, Caller, EndpointError, token_of};
use crate::graphql::limits::Limits;
use crate::graphql::live::{Run, Told, told_code};
use crate::graphql::{Api, http::Endpoint as _};
use crate::policy::access::Access;
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Subscriptions that one socket may have at once.
const MOST_SUBSCRIPTIONS: usize = 20;

/// Bytes of a subscription's parameters, which are kept for as long as it lasts.
const PARAMETER_BYTES: usize = 8 * 1024;

/// Bytes of one answer; more than can wait to be written would close the socket.
const ANSWER_BYTES: usize = WAITING_BYTES / 2;

/// What a message costs that asks for nothing.
const NOTHING: Cost = Cost { kind: OperationType::Query, depth: 0, selections: 1, root_fields: 0 };

/// A socket, whoever it turns out to be.
pub(super) struct Socket {
    pub(super) stream: WebSocket,
    pub(super) api: Api,
    pub(super) limits: Limits,
    pub(super) documents: Arc<Documents>,
    /// The token that came with the request, if one did.
    pub(super) bearer: Option<Sensitive<String>>,
    pub(super) language: Option<String>,
    pub(super) address: Option<IpAddr>,
}

/// One subscription of a socket.
struct Subscribed {
    prepared: Arc<Prepared>,
    parameters: Parameters,
    followed: Followed,
    told: Told,
}

/// What a socket was admitted with, and what it follows.
struct Session {
    account: Account,
    access: Access,
    subscriptions: BTreeMap<String, Subscribed>,
    watch: Watch,
}

/// What happens next.
enum Turn {
    Message(Option<Result<Message, axum::Error>>),
    News(News),
    Second,
}

impl Socket {
    /// Serves the socket until it is closed, and tells its client and the log why.
    pub(super) async fn run(mut self, speaks_protocol: bool) {
        let closed = if speaks_protocol { self.serve().await } else { Err(Close::SubprotocolNotAcceptable) };
        let Err(close) = closed;
        tracing::info!(status = close.code(), "a live connection has ended");
        let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
        let gone = async {
            // It fails where the client closes first; then reading on sends it the answer to that.
            let _ = self.stream.send(Message::Close(Some(frame))).await;
            while let Some(Ok(_)) = self.stream.recv().await {}
        };
        let _ = timeout(Duration::from_secs(CLOSING_SECONDS), gone).await;
    }

    async fn serve(&mut self) -> Result<Infallible, Close> {
        let mut ending = self.api.sockets().ending();
        let admitted = tokio::select! {
            admitted = timeout(Duration::from_secs(INITIALISATION_SECONDS), self.initialise()) => admitted,
            () = ending.told() => return Err(Close::GoingAway),
        };
        let access = admitted.map_err(|_| Close::InitialisationTimeout)??;
        let account = access.account().cloned().ok_or(Close::Forbidden)?;
        let _share = self.api.sockets().share_of(account.id).ok_or(Close::TryLater)?;
        let mut session = Session { account, access, subscriptions: BTreeMap::new(), watch: Watch::default() };
        let mut changes = self.api.changes();
        self.send(ServerMessage::connection_ack()).await?;
        let mut seconds = interval(Duration::from_secs(1));
        // Seconds that passed while an answer was made are not made up for: nothing was asked of the client in them.
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let turn = tokio::select! {
                message = self.stream.recv() => Turn::Message(message),
                news = changes.next() => Turn::News(news),
                _ = seconds.tick() => Turn::Second,
                () = ending.told() => return Err(Close::GoingAway),
            };
            match turn {
                Turn::Message(message) => self.take(&mut session, message).await?,
                Turn::News(News::Changed(changed)) => self.tell(&mut session, changed).await?,
                Turn::News(News::Missed) if session.subscriptions.is_empty() => {}
                Turn::News(News::Missed) => return Err(Close::ConnectAgain),
                Turn::Second => self.look(&mut session).await?,
            }
        }
    }

    /// Waits until the client has said who it is.
    async fn initialise(&mut self) -> Result<Access, Close> {
        let mut watch = Watch::default();
        loop {
            let message = self.stream.recv().await;
            watch.message()?;
            match read(message)? {
                None | Some(ClientMessage::Pong | ClientMessage::Complete(_)) => {}
                Some(ClientMessage::Ping) => self.send(ServerMessage::pong()).await?,
                Some(ClientMessage::Subscribe { .. }) => return Err(Close::Unauthorized),
                Some(ClientMessage::ConnectionInit(credentials)) => {
                    if let Some(credentials) = credentials {
                        self.bearer = Some(token_of(credentials.expose()).ok_or(Close::Forbidden)?);
                    }
                    return self.api.admit(&self.caller(NOTHING)).await.map_err(close_of);
                }
            }
        }
    }

    async fn take(
        &mut self,
        session: &mut Session,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Close> {
        if matches!(message, Some(Ok(Message::Ping(_) | Message::Pong(_)))) {
            session.watch.heard();
            return Ok(());
        }
        session.watch.message()?;
        match read(message)? {
            None | Some(ClientMessage::Pong) => Ok(()),
            Some(ClientMessage::Ping) => self.send(ServerMessage::pong()).await,
            Some(ClientMessage::ConnectionInit(_)) => Err(Close::TooManyInitialisations),
            Some(ClientMessage::Complete(id)) => {
                session.subscriptions.remove(&id);
                Ok(())
            }
            Some(ClientMessage::Subscribe { id, parameters }) => self.subscribe(session, id, &parameters).await,
        }
    }

    /// Runs an operation: once, or for the first time.
    async fn subscribe(&mut self, session: &mut Session, id: String, parameters: &[u8]) -> Result<(), Close> {
        if session.subscriptions.contains_key(&id) {
            return Err(Close::SubscriberExists);
        }
        match self.begin(session, &id, parameters).await {
            Ok(Some(subscribed)) => drop(session.subscriptions.insert(id, subscribed)),
            Ok(None) => {}
            Err(Begin::Close(close)) => return Err(close),
            Err(Begin::Fault(fault)) => self.refuse(&id, &fault).await?,
        }
        Ok(())
    }

    /// What is to be followed from now on; nothing where the operation is over already.
    async fn begin(&mut self, session: &Session, id: &str, parameters: &[u8]) -> Result<Option<Subscribed>, Begin> {
        let parameters_bytes = parameters.len();
        let parameters = Parameters::from_json(parameters).map_err(Fault::bad_request)?;
        let prepared = self.documents.read(&parameters, &self.limits);
        let prepared = prepared.map_err(|refused| Fault::refused(refused, super::Media::Json))?;
        let caller = self.caller(prepared.cost);
        let request = request(&prepared, &parameters);
        if prepared.cost.kind != OperationType::Subscription {
            let Answered { result, .. } = in_time(self.api.execute(caller, request)).await?;
            self.answer(id, &result.map_err(Fault::from)?).await?;
            return Ok(None);
        }
        if prepared.cost.root_fields != 1 {
            return Err(fault("GRAPHQL_VALIDATION_FAILED", "A subscription has one field at its top."));
        }
        if parameters_bytes > PARAMETER_BYTES {
            return Err(fault(
                "QUERY_TOO_LARGE",
                "What is kept to be run again is at most 8 KiB: ask for less at once.",
            ));
        }
        if session.subscriptions.len() >= MOST_SUBSCRIPTIONS {
            return Err(fault("RATE_LIMITED", "This connection follows as much as it may: complete something first."));
        }
        let mut told = Told::default();
        let run = in_time(self.api.follow(&caller, request, None, &mut told)).await?.map_err(Fault::from)?;
        match run {
            Run { followed: Some(followed), response } if !response.as_ref().is_some_and(has_failed) => {
                let goes_on = match response {
                    Some(response) => self.next(id, &response).await?,
                    None => true,
                };
                Ok(goes_on.then_some(Subscribed { prepared, parameters, followed, told }))
            }
            Run { response: Some(response), .. } => {
                self.fail(id, &response).await?;
                Ok(None)
            }
            Run { response: None, .. } => Err(fault(
                "GRAPHQL_VALIDATION_FAILED",
                "A subscription has its field at its top, and no fragment there.",
            )),
        }
    }

    /// Tells each subscription that a change may concern.
    async fn tell(&mut self, session: &mut Session, changed: Changed) -> Result<(), Close> {
        let mut over = Vec::new();
        for (id, subscribed) in &mut session.subscriptions {
            let Subscribed { prepared, parameters, followed, told } = subscribed;
            if !Api::concerns(&session.access, *followed, &changed) {
                continue;
            }
            let (caller, request) = (self.caller(prepared.cost), request(prepared, parameters));
            let run = timeout(
                Duration::from_secs(ANSWER_SECONDS),
                self.api.follow(&caller, request, Some(changed.referral), told),
            );
            let run = run.await.map_err(|_| Close::TryLater)?.map_err(close_of)?;
            let goes_on = match run.response {
                None => true,
                Some(response) if !has_failed(&response) => self.next(id, &response).await?,
                Some(response) => {
                    // What is not there for the viewer any more has ended; anything else has failed.
                    match told_code(&response).as_deref() {
                        Some("NOT_FOUND" | "FORBIDDEN") => self.send(ServerMessage::complete(id)).await?,
                        _ => self.fail(id, &response).await?,
                    }
                    false
                }
            };
            if !goes_on {
                over.push(id.clone());
            }
        }
        over.iter().for_each(|id| drop(session.subscriptions.remove(id)));
        Ok(())
    }

    /// Each second: whether the client is there, and may still be told what it follows.
    async fn look(&mut self, session: &mut Session) -> Result<(), Close> {
        if session.watch.second()? {
            self.stream.send(Message::Ping(Vec::new().into())).await.map_err(|_| Close::Gone)?;
        }
        let bearer = self.bearer.as_ref().ok_or(Close::Forbidden)?;
        let access = match self.api.access_now(bearer).await {
            Ok(access) => access,
            Err(EndpointError::Unauthenticated) => return Err(Close::Forbidden),
            // Who cannot be asked for now is asked for in a second; nothing is told without it.
            Err(_) => return Ok(()),
        };
        if access.account() != Some(&session.account) {
            return Err(Close::ConnectAgain);
        }
        let mut over = Vec::new();
        for (id, subscribed) in &session.subscriptions {
            if self.api.may_follow(&access, subscribed.followed).await == Ok(false) {
                over.push(id.clone());
            }
        }
        for id in over {
            session.subscriptions.remove(&id);
            self.send(ServerMessage::complete(&id)).await?;
        }
        Ok(())
    }

    fn caller(&self, cost: Cost) -> Caller {
        Caller { bearer: self.bearer.clone(), language: self.language.clone(), address: self.address, cost }
    }

    /// Answers an operation that is over with this.
    async fn answer(&mut self, id: &str, response: &Response) -> Result<(), Close> {
        if is_request_error(response) {
            return self.fail(id, response).await;
        }
        if self.next(id, response).await? { self.send(ServerMessage::complete(id)).await } else { Ok(()) }
    }

    async fn fail(&mut self, id: &str, response: &Response) -> Result<(), Close> {
        let errors = serde_json::to_string(&response.errors).unwrap_or_else(|_| "[]".to_owned());
        self.send(ServerMessage::error(id, &errors)).await
    }

    /// Tells one answer; false where it is too long, which ends the operation.
    async fn next(&mut self, id: &str, response: &Response) -> Result<bool, Close> {
        let (_, answer) = text_of(response);
        if answer.len() <= ANSWER_BYTES {
            self.send(ServerMessage::next(id, &String::from_utf8_lossy(&answer))).await?;
            return Ok(true);
        }
        let message = "The answer is too long for a socket: ask for less.";
        self.refuse(id, &Fault::new(StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX", message)).await?;
        Ok(false)
    }

    async fn refuse(&mut self, id: &str, fault: &Fault) -> Result<(), Close> {
        let errors = serde_json::to_string(&fault.errors()).unwrap_or_else(|_| "[]".to_owned());
        self.send(ServerMessage::error(id, &errors)).await
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        // Who takes an answer by the byte would keep the socket beyond its rights and its time.
        let sent = timeout(Duration::from_secs(SENDING_SECONDS), self.stream.send(Message::Text(text.into())));
        sent.await.ok().and_then(Result::ok).ok_or(Close::Gone)
    }
}

/// Why an operation did not begin.
enum Begin {
    Close(Close),
    Fault(Fault),
}

impl From<Close> for Begin {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl From<Fault> for Begin {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn fault(code: &'static str, message: &'static str) -> Begin {
    Begin::Fault(Fault::new(StatusCode::BAD_REQUEST, code, message))
}

async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, Fault> {
    let answered = timeout(Duration::from_secs(ANSWER_SECONDS), answer).await;
    answered.map_err(|_| Fault::from(EndpointError::Unavailable))
}

fn request(prepared: &Prepared, parameters: &Parameters) -> Request {
    let mut request = parameters.clone().into_request();
    request.set_parsed_query(prepared.document.clone());
    request
}

/// True where an answer has errors and nothing else.
fn has_failed(response: &Response) -> bool {
    response.data == async_graphql::Value::Null && !response.errors.is_empty()
}

/// The message of a client; nothing for a sign of life.
fn read(message: Option<Result<Message, axum::Error>>) -> Result<Option<ClientMessage>, Close> {
    match message {
        Some(Ok(Message::Text(text))) => ClientMessage::read(&text).map(Some).map_err(|Invalid| Close::InvalidMessage),
        // What is too long, or no frame at all, is the client's own fault; one that has gone hears of nothing.
        Some(Ok(Message::Binary(_)) | Err(_)) => Err(Close::InvalidMessage),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(Close::Gone),
    }
}

const fn close_of(error: EndpointError) -> Close {
    match error {
        EndpointError::Unauthenticated => Close::Forbidden,
        EndpointError::Unavailable | EndpointError::Busy | EndpointError::RateLimited(_) => Close::TryLater,
    }
}
