//! The twenty nearest services that fit, through HTTP: the rate of the whole server against that of a constant answer of
//! the same bytes from the same process. The server has one thread, eight connections ask from another.

#[path = "generated/mod.rs"]
mod generated;

use axum::http::header;
use axum::routing::get;
use generated::{Question, question};
use relais::app::App;
use relais::clock::System;
use relais::config::{Limits, Server};
use relais::directory::Change;
use relais::domain::code::CodeList;
use relais::domain::directory::Document;
use relais::serve::{ServeLimits, serve};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const SERVICES: u32 = 100_000;
const CONNECTIONS: u64 = 8;
const MEASURED: Duration = Duration::from_secs(5);

const QUERY: &str = "query Nearest($filter: ServiceFilter) { services(first: 20, filter: $filter) { edges { \
    distanceMeters verdict reasons { dimension finding } node { id name description status welcome needs languages phones { typed } \
    eligibility { minimumAge maximumAge } openingHours country freshness { state score } places { latitude longitude address } } } \
    pageInfo { hasNextPage endCursor } } }";

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn body(asked: Question) -> String {
    let near = json!({ "latitude": asked.near.latitude(), "longitude": asked.near.longitude() });
    let person = json!({ "ageBand": "AGE_15_17", "gender": "WOMAN", "languages": ["ti"] });
    let filter =
        json!({ "near": near, "need": asked.need.symbol(), "person": person, "openAt": asked.open_at.to_string() });
    json!({ "query": QUERY, "variables": { "filter": filter } }).to_string()
}

fn post(body: &str) -> Vec<u8> {
    let head = "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
        accept: application/graphql-response+json\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// One request and its whole answer on a connection that stays open.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> usize {
    stream.write_all(request).await.expect("sent");
    buffer.clear();
    loop {
        let end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            let length: usize = length.trim().parse().expect("a number");
            let whole = end + 4 + length;
            while buffer.len() < whole {
                assert!(stream.read_buf(buffer).await.expect("read") > 0);
            }
            return end + 4;
        }
        assert!(stream.read_buf(buffer).await.expect("read") > 0);
    }
}

/// Requests answered in a second by all connections together.
#[expect(clippy::disallowed_methods, reason = "a bench is the one place that asks how long something takes")]
fn rate(address: SocketAddr, requests: &Arc<Vec<Vec<u8>>>) -> f64 {
    one_thread().block_on(async {
        let started = Instant::now();
        let asking = (0..CONNECTIONS).map(|number| {
            let requests = Arc::clone(requests);
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("connected");
                stream.set_nodelay(true).expect("set");
                let (mut buffer, mut answered) = (Vec::with_capacity(64 * 1024), 0_u32);
                let mut next = requests.iter().cycle().skip(usize::try_from(number * 97).unwrap_or_default());
                while started.elapsed() < MEASURED {
                    exchange(&mut stream, next.next().expect("a request"), &mut buffer).await;
                    answered += 1;
                }
                answered
            })
        });
        let asking: Vec<_> = asking.collect();
        let mut answered = 0.0;
        for asks in asking {
            answered += f64::from(asks.await.expect("asked"));
        }
        answered / started.elapsed().as_secs_f64()
    })
}

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", home.path().join("bench.sqlite").display());
    let runtime = one_thread();
    let clock = Arc::new(System);
    let app = runtime.block_on(async {
        let app = App::open(&*database, clock.clone(), clock).await.expect("a node");
        app.with_edge(&Limits::NONE, &Server::default())
    });
    let changes = generated::services(SERVICES).map(|service| Change::present(Document::Service(service)));
    app.context().directory.apply(1, changes.collect());
    let requests: Vec<_> = (0..2_000).map(|number| post(&body(question(number)))).collect();

    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("bound");
    let address = listener.local_addr().expect("an address");
    let (told, tells) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        runtime.block_on(async move {
            // An answer of this very server, told to the constant route.
            let constant: Arc<std::sync::OnceLock<Vec<u8>>> = Arc::default();
            let held = Arc::clone(&constant);
            let router =
                app.router().route(
                    "/constant",
                    get(move || {
                        let held = Arc::clone(&held);
                        async move {
                            ([(header::CONTENT_TYPE, "application/json")], held.get().cloned().unwrap_or_default())
                        }
                    }),
                );
            told.send(constant).expect("told");
            let until = async {
                stopped.await.unwrap_or_default();
            };
            serve(listener, router, until, ServeLimits::STANDARD).await.expect("served");
        });
    });
    let constant = tells.recv().expect("a server");
    let bytes = one_thread().block_on(async {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        let mut buffer = Vec::new();
        let head = exchange(&mut stream, &requests[0], &mut buffer).await;
        buffer.split_off(head)
    });
    let length = bytes.len();
    assert!(!String::from_utf8_lossy(&bytes).contains("\"errors\""), "{}", String::from_utf8_lossy(&bytes));
    constant.set(bytes).expect("once");
    let plain = Arc::new(vec![b"GET /constant HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".to_vec()]);
    let requests = Arc::new(requests);
    for round in 1..=3 {
        let (constants, searches) = (rate(address, &plain), rate(address, &requests));
        println!(
            "round {round}: {searches:.0} searches a second, {constants:.0} constant answers of {length} bytes, ratio {:.3}",
            searches / constants
        );
    }
    stop.send(()).expect("still there");
    server.join().expect("ended");
}
