//! The limits of what Relais sends out, against servers on loopback that do not keep to anything.

use relais::egress::{Client, EgressError, Limits};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Long enough for a machine that is busy, short enough for a test.
const HURRIED: Limits =
    Limits { connect: Duration::from_millis(300), total: Duration::from_millis(600), body_bytes: 1_000 };
const PATIENT: Limits = Limits::with_body_bytes(1_000);

/// A server that reads one request and then does as it is told; gives its URL.
async fn server<W: Future<Output = ()> + Send>(
    answer: impl Fn(TcpStream, String) -> W + Clone + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read_buf(&mut head).await {
                        Ok(0) | Err(_) => return,
                        Ok(_) => {}
                    }
                }
                answer(stream, String::from_utf8_lossy(&head).into_owned()).await;
            });
        }
    });
    format!("http://{address}/secret-path?secret=query")
}

async fn said(text: &'static str) -> String {
    server(move |mut stream, _| async move {
        // The other side may have hung up, which is its right.
        let _ = stream.write_all(text.as_bytes()).await;
    })
    .await
}

async fn fetch(limits: Limits, url: &str) -> Result<http::Response<Vec<u8>>, EgressError> {
    let client = Client::to_configured_hosts(limits).expect("a client");
    client.send(http::Request::get(url).body(Vec::new()).expect("a request")).await
}

#[tokio::test]
async fn an_answer_comes_whole_whatever_its_status() {
    let url = said("HTTP/1.1 404 Not Found\r\ncontent-type: a/b\r\ncontent-length: 3\r\n\r\nabc").await;
    let answer = fetch(PATIENT, &url).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (404, b"abc".as_slice()));
    assert_eq!(answer.headers()["content-type"], "a/b");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inside = server(async |_, _| panic!("nobody may come here")).await;
    let url = server(move |mut stream, _| {
        let inside = inside.clone();
        async move {
            let head = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {inside}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
        }
    })
    .await;
    assert_eq!(fetch(PATIENT, &url).await.expect("an answer").status(), 307);
}

#[tokio::test]
async fn what_hangs_is_cut_off_at_its_time() {
    let silent = server(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    assert_eq!(fetch(HURRIED, &silent).await.err(), Some(EgressError::TimedOut), "no head");
    let dripping = server(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nx").await;
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(fetch(HURRIED, &dripping).await.err(), Some(EgressError::TimedOut), "half a body");
}

#[tokio::test]
async fn no_more_of_a_body_is_read_than_may_be() {
    for (head, end) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\n\r\n", "announced"),
        ("HTTP/1.1 200 OK\r\n\r\n", "until the end of the connection"),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "in chunks"),
    ] {
        let url = server(move |mut stream, _| async move {
            let _ = stream.write_all(head.as_bytes()).await;
            let piece =
                if end == "in chunks" { format!("400\r\n{}\r\n", "x".repeat(1_024)) } else { "x".repeat(1_024) };
            // Ends when the client hangs up, which it does long before 500 MB.
            for _ in 0..500_000 {
                if stream.write_all(piece.as_bytes()).await.is_err() {
                    return;
                }
            }
            panic!("the client has read all of it");
        })
        .await;
        assert_eq!(fetch(PATIENT, &url).await.err(), Some(EgressError::TooLarge), "{end}");
    }
    let exact = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", "x".repeat(1_000));
    let url = said(String::leak(exact)).await;
    assert_eq!(fetch(PATIENT, &url).await.expect("an answer").body().len(), 1_000);
}

#[tokio::test]
async fn nothing_is_unpacked_and_no_cookie_comes_back() {
    let url = server(|mut stream, head| async move {
        let head = head.to_ascii_lowercase();
        let unwanted = ["accept-encoding", "cookie", "referer"].iter().find(|name| head.contains(*name));
        let status = unwanted.map_or("200 OK", |_| "418 I'm a teapot");
        let answer =
            format!("HTTP/1.1 {status}\r\nset-cookie: a=b\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc");
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let client = Client::to_configured_hosts(PATIENT).expect("a client");
    for _ in 0..2 {
        let request = http::Request::get(&url).body(Vec::new()).expect("a request");
        let answer = client.send(request).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.body().as_slice()), (200, b"abc".as_slice()));
    }
}

#[tokio::test]
async fn an_error_tells_no_address_and_no_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = format!("http://{}/secret-path?secret=query", listener.local_addr().expect("an address"));
    drop(listener);
    let broken = said("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nsecret").await;
    let babble = said("secret babble\r\n\r\n").await;
    for (url, expected) in [
        (closed.as_str(), EgressError::Unreachable),
        (&broken, EgressError::Broken),
        (&babble, EgressError::Unreachable),
        ("/secret-path", EgressError::Unsendable),
        ("ftp://secret/", EgressError::Unsendable),
    ] {
        let error = fetch(PATIENT, url).await.expect_err(url);
        assert_eq!(error, expected, "{url}");
        let told = format!("{error} {error:?}");
        assert!(!told.contains("secret") && !told.contains("127.0.0.1"), "{told}");
    }
}
