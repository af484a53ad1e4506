//! The only maker of HTTP clients: everything that Relais sends out leaves through here.
//!
//! Invariants: a request ends within its time, whatever the other side does; no more of an answer is read
//! than its limit; a redirect is an answer, never followed; no proxy of the environment, no cookies, no
//! decompression; an error names what happened and neither the address nor a byte of what was said.
//!
//! Two kinds of hosts, and they are never mixed (a client is made for one kind):
//!
//! - **Hosts that the operator configured**, and those that such a host names as its own (an identity
//!   provider's endpoints): [`Client::to_configured_hosts`]. They may be private, because a provider often
//!   stands beside Relais in the same network.
//! - **Hosts that came as data**, such as the address of somebody's webhook. They take a client of their own,
//!   whose resolver and connector refuse every address that is not public; it is made in this module and
//!   nowhere else, together with the first delivery. Until there is one, nothing may send to such a host.

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
}

/// Sends requests to one kind of hosts.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    limits: Limits,
}

impl Client {
    /// A client for hosts that the operator configured; they may be private.
    pub fn to_configured_hosts(limits: Limits) -> Result<Self, EgressError> {
        install_cryptography();
        #[expect(clippy::disallowed_methods, reason = "the one place that makes HTTP clients")]
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .user_agent(concat!("relais/", env!("CARGO_PKG_VERSION")));
        let inner = builder.build().map_err(|_| EgressError::NoClient)?;
        Ok(Self { inner, limits })
    }

    /// Sends a request and reads its whole answer, whatever its status.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, EgressError> {
        let request = reqwest::Request::try_from(request).map_err(|_| EgressError::Unsendable)?;
        let mut answer = self.inner.execute(request).await.map_err(|error| told(&error))?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        // The length that is announced may be a lie, so what counts is what comes.
        while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
            if response.body().len() + chunk.len() > self.limits.body_bytes {
                return Err(EgressError::TooLarge);
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

/// The kind of the error, without its text: that holds the URL.
fn told(error: &reqwest::Error) -> EgressError {
    if error.is_timeout() {
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
