//! The listening side over real sockets: clocks, seats, shutdown. The limits are shortened; no test waits
//! on a clock of its own, only for what the server does.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use relais::serve::{ServeLimits, harden, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

/// A server of its own for tests that need sockets; stops when told to.
struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    stopped: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn start(router: Router, limits: ServeLimits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (stop, stopping) = oneshot::channel::<()>();
    let shutdown = async { stopping.await.unwrap_or_default() };
    let stopped = tokio::spawn(serve(listener, harden(router), shutdown, limits));
    Server { address, stop, stopped }
}

impl Server {
    async fn connect(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("listening");
        stream.write_all(bytes.as_bytes()).await.expect("sent");
        stream
    }
}

/// All that comes until the other side hangs up, which it must do soon.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // A reset is a way of hanging up, too.
    let _ = read.expect("hung up in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// For what is due within a fraction of a second, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

const PING: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LAST_PING: &str = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

fn pong() -> Router {
    Router::new().route("/", get(|| async { "pong" }))
}

fn short() -> ServeLimits {
    ServeLimits { head_timeout: Duration::from_millis(100), ..ServeLimits::STANDARD }
}

#[tokio::test]
async fn silent_half_sent_and_idle_connections_are_closed() {
    let limits = ServeLimits { idle_timeout: Duration::from_millis(200), ..short() };
    let server = start(pong(), limits).await;
    for bytes in ["", "GET / HTTP/1.1\r\nhost:"] {
        assert_eq!(until_closed(server.connect(bytes).await).await, "", "{bytes}");
    }
    let idle = until_closed(server.connect(PING).await).await;
    assert!(idle.ends_with("pong"), "{idle}");
    let half = until_closed(server.connect(&format!("{PING}GET / HT")).await).await;
    assert!(half.ends_with("pong"), "the second head is timed as well: {half}");
}

#[tokio::test]
async fn idling_is_not_timed_like_a_head() {
    let server = start(pong(), short()).await;
    let mut stream = server.connect(PING).await;
    let mut buffer = [0; 1_024];
    assert!(stream.read(&mut buffer).await.expect("an answer") > 0);
    // The server's own clock tells that a head's time is over: it hangs up on somebody who came later.
    assert_eq!(until_closed(server.connect("GET / HT").await).await, "");
    stream.write_all(LAST_PING.as_bytes()).await.expect("still open");
    assert!(until_closed(stream).await.ends_with("pong"));
}

#[tokio::test]
async fn heads_have_a_size() {
    let server = start(pong(), ServeLimits::default()).await;
    let many = "a: b\r\n".repeat(65);
    let big = format!("a: {}\r\n", "b".repeat(17_000));
    for headers in [many, big] {
        let request = format!("GET / HTTP/1.1\r\n{headers}\r\n");
        let answer = until_closed(server.connect(&request).await).await;
        // With bytes still unread the system may reset before the answer is seen.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn a_slow_handler_is_answered_for() {
    let limits = ServeLimits { request_timeout: Duration::from_millis(50), ..short() };
    let slow = Router::new().route("/", get(|| async { pending::<&str>().await }));
    let answer = until_closed(start(slow, limits).await.connect(PING).await).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("UNAVAILABLE") && answer.contains("nosniff"), "{answer}");
}

#[tokio::test]
async fn the_next_connection_too_many_is_refused_at_once() {
    let limits = ServeLimits { connections_per_address: Some(1), ..ServeLimits::default() };
    let server = start(pong(), limits).await;
    let first = server.connect(PING).await;
    first.readable().await.expect("served");
    let second = TcpStream::connect(server.address).await.expect("the system accepts");
    assert!(until_closed(second).await.starts_with("HTTP/1.1 503"));
    drop(first);
    answers_again(&server).await;
}

#[tokio::test]
async fn a_reader_that_stops_reading_loses_its_place() {
    let limits = ServeLimits { connections: 1, stall_timeout: Duration::from_millis(50), ..ServeLimits::default() };
    let big = get(|| async { vec![b'x'; 64 * 1024 * 1024] });
    let server = start(pong().route("/big", big), limits).await;
    let reader = server.connect("GET /big HTTP/1.1\r\nhost: a\r\n\r\n").await;
    reader.readable().await.expect("the answer begins");
    answers_again(&server).await;
}

/// Asks until the server has a place again.
async fn answers_again(server: &Server) {
    let asking = async {
        loop {
            if let Ok(mut stream) = TcpStream::connect(server.address).await {
                let _ = stream.write_all(LAST_PING.as_bytes()).await;
                if until_closed(stream).await.ends_with("pong") {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("the place is given back");
}

#[tokio::test]
async fn shutdown_answers_what_is_in_flight_and_takes_nothing_new() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (handler_begun, handler_go_on) = (begun.clone(), go_on.clone());
    let handler = get(async move || {
        handler_begun.notify_one();
        handler_go_on.notified().await;
        "pong"
    });
    let server = start(Router::new().route("/", handler), ServeLimits::default()).await;
    let idle = server.connect("").await;
    let busy = server.connect(PING).await;
    begun.notified().await;
    server.stop.send(()).expect("running");
    assert_eq!(until_closed(idle).await, "", "who waits for nothing is not waited for");
    assert!(TcpStream::connect(server.address).await.is_err(), "the port is closed");
    go_on.notify_one();
    assert!(until_closed(busy).await.ends_with("pong"), "the answer arrived");
    server.stopped.await.expect("no panic").expect("served");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let limits = ServeLimits { drain_timeout: Duration::from_millis(50), ..ServeLimits::default() };
    let begun = Arc::new(Notify::new());
    let handler_begun = begun.clone();
    let slow = get(async move || {
        handler_begun.notify_one();
        pending::<&str>().await
    });
    let server = start(Router::new().route("/", slow), limits).await;
    let busy = server.connect(PING).await;
    begun.notified().await;
    server.stop.send(()).expect("running");
    server.stopped.await.expect("no panic").expect("served");
    assert_eq!(until_closed(busy).await, "");
}
