//! Fetching from hosts that came as data: what is followed, what is judged again, and what ends it.

use crate::kit::feed_host::{FeedHost, answer, document};
use relais::egress::{Client, EgressError, FetchError, FetchFault, Fetched, Limits, PrivateHosts, Validators};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

const LIMITS: Limits = Limits::with_body_bytes(1_000);
/// Long enough for a machine that is busy, short enough for a test.
const HURRIED: Limits =
    Limits { connect: Duration::from_millis(300), total: Duration::from_millis(600), body_bytes: 100_000 };

fn known(tag: &str) -> Validators {
    Validators { entity_tag: Some(format!("\"{tag}\"")), last_modified: None }
}

async fn fetch(named: &[&FeedHost], limits: Limits, url: &str, known: &Validators) -> Result<Fetched, FetchError> {
    let named = named.iter().map(|host| host.name()).collect::<Vec<_>>().join(",");
    fetch_from(named, limits, url, known).await
}

async fn fetch_from(named: String, limits: Limits, url: &str, known: &Validators) -> Result<Fetched, FetchError> {
    let named = PrivateHosts::try_from(named).expect("hosts");
    let client = Client::to_public_hosts_and(limits, named).expect("a client");
    client.fetch(&Url::parse(url).expect("a URL"), known).await
}

fn fault(fetched: Result<Fetched, FetchError>) -> FetchFault {
    fetched.expect_err("nothing is fetched").fault
}

fn redirect_to(url: String) -> impl Fn(&str) -> Vec<u8> + Send + Sync + 'static {
    move |_| answer("302 Found", &format!("location: {url}\r\n"), "")
}

#[tokio::test]
async fn a_document_comes_with_its_tag_and_once() {
    let host = FeedHost::new(document("one", "abc"));
    let url = host.url("/feed");
    let first = fetch(&[&host], LIMITS, &url, &Validators::default()).await.expect("a document");
    assert_eq!(first, Fetched::Document { bytes: b"abc".to_vec(), validators: known("one") });
    let head = host.heads().remove(0);
    assert!(head.contains("accept-encoding: identity\r\n") && !head.contains("if-none-match"), "{head}");
    assert_eq!(fetch(&[&host], LIMITS, &url, &known("one")).await, Ok(Fetched::NotModified));
    host.answers(document("two", "abcd"));
    let changed = fetch(&[&host], LIMITS, &url, &known("one")).await.expect("a document");
    assert_eq!(changed, Fetched::Document { bytes: b"abcd".to_vec(), validators: known("two") });

    let day = "Mon, 23 Nov 2026 08:00:00 GMT";
    host.answers(move |_| answer("200 OK", &format!("last-modified: {day}\r\netag: \"{}\"\r\n", "x".repeat(600)), ""));
    let dated = Validators { entity_tag: None, last_modified: Some(day.to_owned()) };
    let fetched = fetch(&[&host], LIMITS, &url, &dated).await.expect("a document");
    assert_eq!(fetched, Fetched::Document { bytes: Vec::new(), validators: dated });
    let head = host.heads().pop().expect("a request");
    assert!(head.contains("if-modified-since: mon, 23 nov 2026 08:00:00 gmt\r\n"), "{head}");
}

#[tokio::test]
async fn what_is_no_document_is_an_error_with_its_status() {
    let host = FeedHost::new(|_| Vec::new());
    for status in [204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503] {
        host.answers(move |_| answer(&format!("{status} Whatever"), "", ""));
        let fetched = fetch(&[&host], LIMITS, &host.url("/feed"), &Validators::default()).await;
        assert_eq!(fault(fetched), FetchFault::Status(status));
    }
    host.answers(|_| answer("200 OK", "content-encoding: gzip\r\n", "abc"));
    let packed = fetch(&[&host], LIMITS, &host.url("/feed"), &Validators::default()).await;
    assert_eq!(fault(packed), FetchFault::Compressed);
}

#[tokio::test]
async fn three_redirects_are_followed_and_each_is_judged() {
    let (host, other) = (FeedHost::new(|_| Vec::new()), FeedHost::new(document("one", "abc")));
    let next = host.url("");
    host.answers(move |head| match head.split(' ').nth(1) {
        Some("/1") => answer("301 Moved Permanently", "location: 2\r\n", ""),
        Some("/2") => answer("307 Temporary Redirect", &format!("location: {next}/3\r\n"), ""),
        Some("/0") => answer("302 Found", "location: /1\r\n", ""),
        Some("/loop") => answer("302 Found", "location: /loop\r\n", ""),
        Some("/nowhere") => answer("302 Found", "", ""),
        Some("/bad") => answer("302 Found", "location: http://[\r\n", ""),
        _ => answer("200 OK", "", "abc"),
    });
    let get =
        async |named: &[&FeedHost], path: &str| fetch(named, LIMITS, &host.url(path), &Validators::default()).await;
    assert!(matches!(get(&[&host], "/1").await, Ok(Fetched::Document { .. })), "two redirects");
    assert!(matches!(get(&[&host], "/0").await, Ok(Fetched::Document { .. })), "three redirects");
    host.heads();
    assert_eq!(fault(get(&[&host], "/loop").await), FetchFault::TooManyRedirects);
    assert_eq!(host.heads().len(), 4, "the first address and three others");
    assert_eq!(fault(get(&[&host], "/nowhere").await), FetchFault::RedirectUnusable);
    assert_eq!(fault(get(&[&host], "/bad").await), FetchFault::RedirectUnusable);

    host.answers(redirect_to(other.url("/feed")));
    // The host was named, but not at this port.
    assert_eq!(fault(get(&[&host], "/").await), FetchFault::Egress(EgressError::OtherPort));
    assert_eq!(other.heads(), [""; 0], "nobody came to the host that was not named");
    assert!(matches!(get(&[&host, &other], "/").await, Ok(Fetched::Document { .. })));
    for (target, expected) in [
        ("https://127.0.0.2/", EgressError::NotPublic),
        ("https://[::1]/", EgressError::NotPublic),
        ("https://169.254.169.254/latest/meta-data/", EgressError::NotPublic),
        ("https://localhost/", EgressError::NotPublic),
        ("http://93.184.215.14/", EgressError::NotHttps),
        ("https://user:word@93.184.215.14/", EgressError::UserInformation),
        ("file:///etc/passwd", EgressError::NotHttps),
    ] {
        host.answers(redirect_to(target.to_owned()));
        assert_eq!(fault(get(&[&host], "/").await), FetchFault::Egress(expected), "{target}");
    }
    host.answers(redirect_to("https://127.0.0.2/secret?key=swordfish".to_owned()));
    let error = get(&[&host], "/").await.expect_err("a private address");
    assert_eq!(error.to_string(), "127.0.0.2: the host is not public");
}

#[tokio::test]
async fn a_host_that_is_not_public_is_reached_only_when_it_was_named() {
    let host = FeedHost::new(document("one", "abc"));
    let encrypted = host.url("/feed").replace("http://", "https://");
    for (url, expected) in [
        (host.url("/feed"), EgressError::NotHttps),
        (encrypted, EgressError::OtherPort),
        ("https://127.0.0.1/feed".to_owned(), EgressError::NotPublic),
        ("https://localhost/feed".to_owned(), EgressError::NotPublic),
    ] {
        assert_eq!(
            fault(fetch(&[], LIMITS, &url, &Validators::default()).await),
            FetchFault::Egress(expected),
            "{url}"
        );
    }
    assert_eq!(host.heads(), [""; 0]);
    assert!(fetch(&[&host], LIMITS, &host.url("/feed"), &Validators::default()).await.is_ok());
}

#[tokio::test]
async fn a_large_body_is_cut_off_announced_or_not() {
    let host = FeedHost::new(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 500000000\r\n\r\nx".to_vec());
    let get = async || fetch(&[&host], LIMITS, &host.url("/feed"), &Validators::default()).await;
    assert_eq!(fault(get().await), FetchFault::Egress(EgressError::TooLarge), "announced");
    host.answers(|_| [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 1_001]].concat());
    assert_eq!(fault(get().await), FetchFault::Egress(EgressError::TooLarge), "until the end");
    host.answers(|_| {
        let chunk = format!("190\r\n{}\r\n", "x".repeat(400));
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(3)).into_bytes()
    });
    assert_eq!(fault(get().await), FetchFault::Egress(EgressError::TooLarge), "in chunks");
    host.answers(|_| answer("200 OK", "", "x".repeat(1_000)));
    assert!(get().await.is_ok(), "as much as may be");
}

/// A byte now and then keeps a connection alive for ever; the time for the whole does not begin anew with each, nor
/// with each redirect.
#[tokio::test]
async fn what_drips_is_cut_off_at_the_time_of_the_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut visits = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            visits += 1;
            let redirects = visits < 3;
            tokio::spawn(async move {
                let mut head = [0; 2_048];
                let _ = stream.read(&mut head).await;
                let mut pace = tokio::time::interval(Duration::from_millis(50));
                // Each redirect takes 250 ms, so that three of them are within 600 ms each and not together.
                for _ in 0..5 {
                    pace.tick().await;
                }
                pace.tick().await;
                if redirects {
                    let _ = stream
                        .write_all(
                            b"HTTP/1.1 302 Found\r\nlocation: /\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                        )
                        .await;
                    return;
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n").await;
                while stream.write_all(b"x").await.is_ok() {
                    pace.tick().await;
                }
            });
        }
    });
    let url = format!("http://{address}/");
    let begun = std::time::Instant::now();
    let fetched = fetch_from(address.to_string(), HURRIED, &url, &Validators::default()).await;
    assert_eq!(fault(fetched), FetchFault::Egress(EgressError::TimedOut));
    assert!(begun.elapsed() < Duration::from_millis(1_100), "one time for all: {:?}", begun.elapsed());
}
