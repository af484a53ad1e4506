//! What a receiver may do to whoever calls it, and what comes of it: the table of the sender's contract, row by row. Rows about
//! certificates and about names that are bound anew stand beside the guard itself (`src/egress/tests.rs`), which can be given a
//! resolver and an authority of its own.

use super::{call_to, secret};
use relais::delivery::webhook::{Answer, LIMITS, call};
use relais::domain::delivery::{AttemptResult, Sequel};
use relais::domain::time::Timestamp;
use relais::egress::{Client, Limits, PrivateHosts};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, timeout};

/// Long enough for a machine that is busy, short enough for a test.
const HURRIED: Limits =
    Limits { connect: Duration::from_millis(500), total: Duration::from_millis(1_000), body_bytes: 8 * 1_024 };

fn now() -> Timestamp {
    Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
}

/// A receiver that reads one request and then does as it is told; gives its host and port.
async fn receiver<W: Future<Output = ()> + Send>(
    answer: impl Fn(TcpStream, String) -> W + Clone + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                // The calls of these tests end with the brackets of their body.
                while !request.ends_with(b"}}") {
                    match stream.read_buf(&mut request).await {
                        Ok(0) | Err(_) => return,
                        Ok(_) => {}
                    }
                }
                answer(stream, String::from_utf8_lossy(&request).into_owned()).await;
            });
        }
    });
    address.to_string()
}

async fn says(answer: String) -> String {
    receiver(move |mut stream, _| {
        let answer = answer.clone();
        async move {
            // The other side may have hung up, which is its right.
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

async fn called(scheme: &str, host: &str, limits: Limits) -> Answer {
    let named = PrivateHosts::try_from(host.to_owned()).expect("a host");
    let client = Client::to_public_hosts_and(limits, named).expect("a client");
    let asked = call_to(&format!("{scheme}://{host}/relais?key=1"), vec![secret(1)], now());
    // The place of a worker is free again soon after the limit, whatever the other side does.
    timeout(limits.total * 5, call(&client, &asked, now())).await.expect("a call ends")
}

#[test]
fn the_limits_in_force_are_those_of_the_contract() {
    let expected = Limits { connect: Duration::from_secs(3), total: Duration::from_secs(10), body_bytes: 8_192 };
    assert_eq!(LIMITS, expected);
}

#[tokio::test]
async fn whoever_hangs_is_cut_off_at_the_limit() {
    // Nobody takes the connection up: it opens, and no certificate comes.
    let deaf = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let deaf_host = deaf.local_addr().expect("an address").to_string();
    let silent = receiver(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let dripping = receiver(|mut stream, _| async move {
        let mut beat = interval(Duration::from_millis(100));
        let mut left = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n".to_vec();
        // One byte at a time, for ever: each of them arrives in time, and all of them never.
        while stream.write_all(&left).await.is_ok() {
            left = b"x".to_vec();
            beat.tick().await;
        }
    })
    .await;
    for (scheme, host, what) in [
        ("https", &deaf_host, "while it connects"),
        ("http", &silent, "headers"),
        ("http", &dripping, "a dripping body"),
    ] {
        let answer = called(scheme, host, HURRIED).await;
        assert_eq!((answer.result, answer.http_status), (AttemptResult::TimedOut, None), "{what}");
    }
}

#[tokio::test]
async fn no_more_than_eight_kibibytes_of_an_answer_are_kept_and_nothing_is_unpacked() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 500000000\r\n\r\n",
    ] {
        let written = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&written);
        let host = receiver(move |mut stream, request| {
            let counted = Arc::clone(&counted);
            async move {
                assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
                let _ = stream.write_all(head.as_bytes()).await;
                let piece = [0x1F; 64 * 1_024];
                while counted.load(Ordering::SeqCst) < 500_000_000 && stream.write_all(&piece).await.is_ok() {
                    counted.fetch_add(piece.len(), Ordering::SeqCst);
                }
            }
        })
        .await;
        let answer = called("http", &host, LIMITS).await;
        assert_eq!((answer.result, answer.http_status), (AttemptResult::Taken, Some(200)), "{head}");
        // What the sockets' own buffers hold, and nothing of the rest.
        let written = written.load(Ordering::SeqCst);
        assert!(written < 32_000_000, "{written} bytes were taken: {head}");
    }
    let client = Client::to_configured_hosts(Limits { body_bytes: 10, ..HURRIED }).expect("a client");
    for (length, expected) in [(9, 9), (10, 10), (11, 10), (5_000, 10)] {
        let host = says(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}", "x".repeat(length))).await;
        let request = http::Request::post(format!("http://{host}/")).body(b"{{}}".to_vec()).expect("a request");
        let answer = client.send_and_cut(request).await.expect("an answer");
        assert_eq!(answer.body().len(), expected, "{length}");
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_followed_nowhere() {
    let elsewhere = receiver(async |_, _| panic!("nobody may come here")).await;
    for status in [301, 302, 303, 307, 308] {
        let host =
            says(format!("HTTP/1.1 {status} Moved\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"))
                .await;
        let answer = called("http", &host, LIMITS).await;
        assert_eq!((answer.result, answer.http_status), (AttemptResult::Redirected, Some(status)));
    }
}

#[tokio::test]
async fn what_is_gone_is_told_apart_from_what_takes_nothing_now() {
    use AttemptResult::{Gone, Refused, Taken};
    for (status, expected) in [
        (200, Taken),
        (202, Taken),
        (204, Taken),
        (400, Refused),
        (401, Refused),
        (404, Refused),
        (410, Gone),
        (500, Refused),
    ] {
        let answer =
            called("http", &says(format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n")).await, LIMITS).await;
        assert_eq!((answer.result, answer.http_status), (expected, Some(status)));
    }
}

#[tokio::test]
async fn a_receiver_asks_for_another_time_within_bounds() {
    for status in [429, 503] {
        for (asked, expected) in [("3600", 600), ("-1", 300), ("1000000000000", 600), ("450", 450), ("never", 300)] {
            let answer = format!("HTTP/1.1 {status} Busy\r\nretry-after: {asked}\r\ncontent-length: 0\r\n\r\n");
            let answer = called("http", &says(answer).await, LIMITS).await;
            assert_eq!(answer.result, AttemptResult::Refused);
            // The second failure, without any chance in it: five minutes by the schedule, ten at the most.
            let sequel = Sequel::of(answer.result, 2, now(), answer.retry_after_seconds, 0);
            assert_eq!(sequel, Sequel::TriedAgain(now().plus_seconds(expected)), "{asked}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_comes_late_and_in_time_counts() {
    let late = receiver(|mut stream, _| async move {
        let mut beat = interval(Duration::from_millis(600));
        beat.tick().await;
        beat.tick().await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    })
    .await;
    let limits = Limits { total: Duration::from_secs(5), ..HURRIED };
    assert_eq!(called("http", &late, limits).await.result, AttemptResult::Taken);
}

#[tokio::test]
async fn nobody_there_and_nobody_who_encrypts_are_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = listener.local_addr().expect("an address").to_string();
    drop(listener);
    assert_eq!(called("http", &closed, HURRIED).await.result, AttemptResult::Unreachable);
    // Speaks, but not encrypted: nothing of the call is said to it.
    let plain = receiver(async |_, _| panic!("nobody may be told anything here")).await;
    let answer = called("https", &plain, HURRIED).await;
    assert!(matches!(answer.result, AttemptResult::Unreachable | AttemptResult::TimedOut), "{answer:?}");
    let babble = says("nonsense\r\n\r\n".to_owned()).await;
    assert_eq!(called("http", &babble, HURRIED).await.result, AttemptResult::Unreachable);
}

#[tokio::test]
async fn a_call_says_who_what_and_when_and_nothing_else() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let host = receiver(move |mut stream, request| {
        let _ = told.send(request);
        async move {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    called("http", &host, LIMITS).await;
    let request = heard.recv().await.expect("a request");
    let (head, body) = request.split_once("\r\n\r\n").expect("a head and a body");
    assert_eq!(
        body,
        r#"{"type":"referral.changed","timestamp":"2026-11-28T10:00:00Z","data":{"id":"ref_1","sequence":4}}"#
    );
    let mut names: Vec<&str> =
        head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    names.sort_unstable();
    let expected = [
        "accept",
        "accept-encoding",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ];
    assert_eq!(names, expected);
    assert!(
        head.starts_with("POST /relais?key=1 HTTP/1.1\r\n") && head.contains("webhook-timestamp: 1795860000"),
        "{head}"
    );
    assert!(head.contains("content-type: application/json\r\n") && head.contains("webhook-id: dlv_"), "{head}");
}
