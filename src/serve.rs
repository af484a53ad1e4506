//! The listening side: connections, their clocks, and the way down.
//!
//! `axum::serve` has no header timeout, so 200 half-sent requests stay open for good; this
//! serves hyper's HTTP/1 directly, with a clock on each phase of a connection. Invariants:
//! every connection ends by itself, whatever the other side does or leaves undone; a panic
//! or a timeout is answered without saying anything about itself; shutting down loses no
//! answer that fits into the drain time. A connection that was handed over to another protocol keeps its seat and its clock
//! for readers that stop; its end is the business of whoever took it.
//!
//! TLS belongs to the proxy in front.

mod connection;
mod harden;
mod occupancy;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::connection::{Clocked, Phase, Timed};
pub use self::harden::harden;
use self::occupancy::{Occupancy, Seat};

/// What connections may take of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeLimits {
    /// Connections open at once; the next one is refused at once.
    pub connections: usize,
    /// Connections of one address (one /64 for IPv6). Behind a proxy every connection has
    /// the proxy's address: `None` there.
    pub connections_per_address: Option<usize>,
    /// Header lines in one request.
    pub headers: usize,
    /// Request line and headers together; hyper takes no value below 8,192.
    pub head_bytes: usize,
    /// From a request's first byte, or a connection's start, to the end of its head.
    pub head_timeout: Duration,
    /// From the end of the head until an answer is ready.
    pub request_timeout: Duration,
    /// How long a reader may take nothing of an answer that waits for it.
    pub stall_timeout: Duration,
    /// Between an answer and the next request.
    pub idle_timeout: Duration,
    /// What is in flight at shutdown has this long to end.
    pub drain_timeout: Duration,
}

impl ServeLimits {
    /// The limits in force unless the operator says otherwise.
    pub const STANDARD: Self = Self {
        connections: 2_048,
        connections_per_address: Some(64),
        headers: 64,
        head_bytes: 16 * 1024,
        head_timeout: Duration::from_secs(10),
        request_timeout: Duration::from_secs(15),
        stall_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(60),
        drain_timeout: Duration::from_secs(10),
    };
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// After an error of `accept` that will not go away by itself (no file descriptors left).
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);

const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n\
    content-length: 0\r\nconnection: close\r\n\r\n";

/// Serves `router` until `shutdown` resolves and what was in flight has been answered, or
/// the drain time is over.
///
/// Handlers find the peer's address as `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// When the listener has no local address, that is, is not listening.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    limits: ServeLimits,
) -> io::Result<()> {
    listener.local_addr()?;
    let occupancy = Arc::new(Occupancy::new(limits.connections, limits.connections_per_address));
    let (drain, draining) = watch::channel(false);
    // Owned here, so that a connection outlasting the drain time is cut, not leaked.
    let mut tasks = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match occupancy.take(peer.ip()) {
                    Some(seat) => {
                        let connection = Connection { stream, peer, seat };
                        tasks.spawn(connection.run(router.clone(), limits, draining.clone()));
                    }
                    None => refuse(&stream),
                },
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(kind = %error.kind(), "cannot accept connections");
                    tokio::time::sleep(PAUSE_AFTER_ACCEPT_ERROR).await;
                }
            },
        }
    }
    // Nobody new from here on: the port is closed before the drain begins.
    drop(listener);
    drain.send_replace(true);
    let all_ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.drain_timeout, all_ended).await.is_err() {
        tracing::warn!(connections = tasks.len(), "cut off what did not end in time");
    }
    Ok(())
}

struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    seat: Seat,
}

impl Connection {
    async fn run(self, router: Router, limits: ServeLimits, mut draining: watch::Receiver<bool>) {
        let Self { stream, peer, seat } = self;
        // Small answers must not wait for an acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let phase = Phase::default();
        let service = Timed::new(router, peer, phase.clone(), limits.request_timeout);
        let stream = Clocked::new(stream, seat, phase, &limits);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // hyper's clock starts when the last answer is out: it is the idle clock. The
            // head's own, shorter one is in `Clocked`.
            .header_read_timeout(limits.idle_timeout)
            .max_headers(limits.headers)
            .max_header_size(limits.head_bytes)
            .max_buf_size(limits.head_bytes)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        // How a connection failed is the other side's affair and may hold its bytes.
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = draining.wait_for(|is_draining| *is_draining) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

/// Says why, if the socket takes it at once, and hangs up.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(FULL);
}

fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
