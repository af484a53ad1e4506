//! The only maker of HTTP clients and the only sender of mail: everything that Relais sends out leaves through here.
//!
//! Invariants: a request ends within its time, whatever the other side does; no more of an answer is read
//! than its limit; a redirect is an answer, never followed by itself; no proxy of the environment, no cookies,
//! no decompression; an error names what happened and neither the address nor a byte of what was said.
//!
//! Two kinds of hosts, and they are never mixed (a client is made for one kind):
//!
//! - **Hosts that the operator configured**, and those that such a host names as its own (an identity
//!   provider's endpoints): [`Client::to_configured_hosts`]. They may be private, because a provider often
//!   stands beside Relais in the same network.
//! - **Hosts that came as data**, such as the address of somebody's webhook or feed: [`Client::to_public_hosts`].
//!   Its URLs are judged before anything is sent and its addresses after each resolution (`guard`), so that none
//!   leads inside. What may be there all the same is named by the operator, host by host ([`PrivateHosts`]).
//!
//! Mail leaves by [`mail`], to the one server that the operator configured.

mod fetch;
mod guard;
pub mod mail;

pub use self::fetch::{FetchError, FetchFault, Fetched, Validators};
pub use self::guard::{InvalidHost, PrivateHosts, is_public, judge};

use self::guard::{Guard, NotPublicAddress};
use http::header::{ACCEPT_ENCODING, HeaderValue};
use http::{Request, Response};
use std::sync::Once;
use std::time::Duration;

/// How long a request may take and how much its answer may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to an open, encrypted connection.
    pub connect: Duration,
    /// From the start to the last byte of the answer.
    pub total: Duration,
    /// Bytes of an answer's body.
    pub body_bytes: usize,
}

impl Limits {
    /// The limits in force, with this much of an answer.
    pub const fn with_body_bytes(body_bytes: usize) -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(10), body_bytes }
    }

    /// The limits for a document that somebody waits for: two minutes, with this much of an answer.
    pub const fn of_document(body_bytes: usize) -> Self {
        Self { connect: Duration::from_secs(3), total: Duration::from_secs(120), body_bytes }
    }
}

/// Why there is no answer. It holds no address, no header and no body: those may be secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// Nothing that speaks HTTP, or no certificate that is to be trusted, at the other end.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The answer was not complete in time.
    #[error("the host did not answer in time")]
    TimedOut,
    /// The answer is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke in the middle of the answer.
    #[error("the answer broke off")]
    Broken,
    /// The request is none that can be sent.
    #[error("the request cannot be sent")]
    Unsendable,
    /// The system gives no certificates or no client can be made of its settings.
    #[error("no HTTP client can be made")]
    NoClient,
    /// A host that came as data is spoken to over TLS only.
    #[error("the address is not https")]
    NotHttps,
    /// A host that came as data is spoken to at port 443 only.
    #[error("the address names another port than 443")]
    OtherPort,
    /// A user name or a password in a URL that came as data.
    #[error("the address holds a user name or a password")]
    UserInformation,
    /// The host is a private address, or its name leads to one.
    #[error("the host is not public")]
    NotPublic,
}

/// Sends requests to one kind of hosts.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    limits: Limits,
    /// What judges each URL; none for hosts that the operator configured.
    guard: Option<Guard>,
}

impl Client {
    /// A client for hosts that the operator configured; they may be private.
    pub fn to_configured_hosts(limits: Limits) -> Result<Self, EgressError> {
        Self::built(builder(limits), limits, None)
    }

    /// A client for hosts that came as data: `https` at port 443, and public addresses.
    pub fn to_public_hosts(limits: Limits) -> Result<Self, EgressError> {
        Self::to_public_hosts_and(limits, PrivateHosts::default())
    }

    /// The same, and to hosts that the operator named: these may be private, at the ports that were named, and
    /// need no TLS.
    pub fn to_public_hosts_and(limits: Limits, private: PrivateHosts) -> Result<Self, EgressError> {
        let guard = Guard::new(private);
        Self::built(builder(limits).dns_resolver(guard.resolver()), limits, Some(guard))
    }

    fn built(builder: reqwest::ClientBuilder, limits: Limits, guard: Option<Guard>) -> Result<Self, EgressError> {
        let inner = builder.build().map_err(|_| EgressError::NoClient)?;
        Ok(Self { inner, limits, guard })
    }

    /// Sends a request and reads its whole answer, whatever its status.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, EgressError> {
        self.exchange(reqwest::Request::try_from(request).map_err(|_| EgressError::Unsendable)?).await
    }

    /// Sends a request and reads as much of its answer as may be read; what is beyond that is left unread, and no fault. It
    /// ends within the time of the client all the same, however slowly the answer comes.
    pub async fn send_and_cut(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, EgressError> {
        let mut answer = self.begun(reqwest::Request::try_from(request).map_err(|_| EgressError::Unsendable)?).await?;
        let mut response = head_of(&mut answer);
        while response.body().len() < self.limits.body_bytes {
            let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? else { break };
            let room = self.limits.body_bytes - response.body().len();
            response.body_mut().extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Ok(response)
    }

    /// The answer as far as its headers.
    async fn begun(&self, mut request: reqwest::Request) -> Result<reqwest::Response, EgressError> {
        if let Some(guard) = &self.guard {
            guard.admit(request.url())?;
            // What is packed could become far more than was read.
            request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        self.inner.execute(request).await.map_err(|error| told(&error))
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Response<Vec<u8>>, EgressError> {
        let mut answer = self.begun(request).await?;
        let limit = self.limits.body_bytes;
        if answer.content_length().is_some_and(|announced| announced > limit as u64) {
            return Err(EgressError::TooLarge);
        }
        let mut response = head_of(&mut answer);
        // The length that is announced may be a lie, so what counts is what comes.
        while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
            if response.body().len() + chunk.len() > limit {
                return Err(EgressError::TooLarge);
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

/// Status and headers of an answer, without its body.
fn head_of(answer: &mut reqwest::Response) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    response
}

/// What every client has in common.
fn builder(limits: Limits) -> reqwest::ClientBuilder {
    install_cryptography();
    #[expect(clippy::disallowed_methods, reason = "the one place that makes HTTP clients")]
    let builder = reqwest::Client::builder();
    builder
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .no_proxy()
        .referer(false)
        .retry(reqwest::retry::never())
        .user_agent(concat!("relais/", env!("CARGO_PKG_VERSION")))
}

/// The kind of the error, without its text: that holds the URL.
fn told(error: &reqwest::Error) -> EgressError {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |cause| cause.source());
    if causes.any(|cause| cause.is::<NotPublicAddress>()) {
        EgressError::NotPublic
    } else if error.is_timeout() {
        EgressError::TimedOut
    } else if error.is_body() || error.is_decode() {
        EgressError::Broken
    } else if error.is_builder() {
        EgressError::Unsendable
    } else {
        EgressError::Unreachable
    }
}

/// rustls takes its cryptography from one provider for the whole process.
fn install_cryptography() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // An error says that a provider is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests;
