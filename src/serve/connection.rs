//! The clocks of one connection.
//!
//! hyper has one clock, which it starts when it begins to wait for a head. Idle time and
//! the time for a head are different things (60 s and 10 s), and it has none for a reader
//! that stops reading; so the stream itself keeps those two, and the service tells it, by a
//! shared [`Phase`], when a request is being worked on.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::Service;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::ServiceExt;

use super::ServeLimits;
use super::harden::timed_out;
use super::occupancy::Seat;

/// Where a connection stands between two requests; shared by its stream and its service.
#[derive(Clone, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

impl Phase {
    /// A head is expected or half read. Also the first phase: who connects must speak.
    const HEAD: u8 = 0;
    /// A request is worked on or its answer written.
    const BUSY: u8 = 1;
    /// An answer is out and nothing has come since.
    const IDLE: u8 = 2;
    /// The connection speaks another protocol now, which has clocks of its own; a reader who takes nothing is cut off still.
    const HANDED_OVER: u8 = 3;

    fn get(&self) -> u8 {
        // A connection is polled by one task at a time, so there is no order to keep.
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, phase: u8) {
        self.0.store(phase, Ordering::Relaxed);
    }
}

/// A stream that fails when a head or a reader takes too long.
pub(super) struct Clocked {
    stream: TcpStream,
    phase: Phase,
    head_timeout: Duration,
    stall_timeout: Duration,
    head: Pin<Box<Sleep>>,
    /// Set while a write waits for the reader.
    stall: Option<Pin<Box<Sleep>>>,
    /// Given back when the stream ends, also where it was handed over.
    _seat: Seat,
}

impl Clocked {
    pub(super) fn new(stream: TcpStream, seat: Seat, phase: Phase, limits: &ServeLimits) -> Self {
        let ServeLimits { head_timeout, stall_timeout, .. } = *limits;
        let head = Box::pin(sleep_until(Instant::now() + head_timeout));
        Self { stream, phase, head_timeout, stall_timeout, head, stall: None, _seat: seat }
    }

    /// Passes on what a write said, or fails when the reader has taken nothing for too long.
    fn unless_stalled<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let timeout = self.stall_timeout;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + timeout)));
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Clocked {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(read) => {
                if this.phase.get() == Phase::IDLE {
                    this.phase.set(Phase::HEAD);
                    this.head.as_mut().reset(Instant::now() + this.head_timeout);
                }
                Poll::Ready(read)
            }
            Poll::Pending if this.phase.get() == Phase::HEAD => {
                ready!(this.head.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncWrite for Clocked {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.unless_stalled(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.unless_stalled(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// The router with a limit on the time until an answer, and the phases told.
pub(super) struct Timed {
    router: Router,
    peer: SocketAddr,
    phase: Phase,
    request_timeout: Duration,
}

impl Timed {
    pub(super) fn new(router: Router, peer: SocketAddr, phase: Phase, request_timeout: Duration) -> Self {
        Self { router, peer, phase, request_timeout }
    }
}

impl Service<Request<Incoming>> for Timed {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.phase.set(Phase::BUSY);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answer = self.router.clone().oneshot(request);
        let (limit, end) = (self.request_timeout, EndOfAnswer(self.phase.clone()));
        Box::pin(async move {
            let response = match tokio::time::timeout(limit, answer).await {
                Ok(answered) => answered?,
                Err(_) => timed_out(),
            };
            let end = if response.status() == StatusCode::SWITCHING_PROTOCOLS { end.never() } else { end };
            Ok(response.map(|body| Answer { body, _end: end }))
        })
    }
}

/// A body whose end, or loss, is the end of the request.
pub(super) struct Answer {
    body: Body,
    _end: EndOfAnswer,
}

struct EndOfAnswer(Phase);

impl EndOfAnswer {
    /// After this answer no other request comes.
    fn never(self) -> Self {
        self.0.set(Phase::HANDED_OVER);
        self
    }
}

impl Drop for EndOfAnswer {
    fn drop(&mut self) {
        if self.0.get() != Phase::HANDED_OVER {
            self.0.set(Phase::IDLE);
        }
    }
}

impl HttpBody for Answer {
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
