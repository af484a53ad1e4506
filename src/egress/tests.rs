//! The guard as tables, and a name that leads elsewhere the second time.

use super::guard::{Guard, Judging};
use super::*;
use http::StatusCode;
use proptest::prelude::*;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text} is an address"))
}

/// Each range by its first and last address, so that a mask that is too narrow fails too.
const NOT_PUBLIC: &[(&str, &[&str])] = &[
    ("this network", &["0.0.0.0", "0.0.0.1", "0.255.255.255"]),
    ("private", &["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"]),
    ("carriers' NAT", &["100.64.0.0", "100.100.100.200", "100.127.255.255"]),
    ("loopback", &["127.0.0.0", "127.0.0.1", "127.255.255.255"]),
    ("link-local and metadata", &["169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255"]),
    ("metadata at a public address", &["168.63.129.16"]),
    ("protocols", &["192.0.0.0", "192.0.0.170", "192.0.0.192", "192.0.0.255"]),
    ("documentation", &["192.0.2.0", "192.0.2.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255"]),
    ("benchmarks", &["198.18.0.0", "198.19.255.255"]),
    ("relays of 6to4", &["192.88.99.0", "192.88.99.255"]),
    ("multicast", &["224.0.0.0", "239.255.255.255"]),
    ("reserved and broadcast", &["240.0.0.0", "255.255.255.254", "255.255.255.255"]),
    ("unspecified and loopback v6", &["::", "::1"]),
    ("compatible v4", &["::7f00:1", "::808:808"]),
    ("mapped v4", &["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254"]),
    ("translated v4", &["::ffff:0:7f00:1"]),
    ("NAT64", &["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"]),
    ("discard only", &["100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::1"]),
    ("Teredo", &["2001::", "2001:0:7f00:1::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("benchmarks and ORCHID", &["2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("documentation v6", &["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff::1"]),
    ("6to4", &["2002::", "2002:7f00:1::1", "2002:a00:1::1", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("segment routing", &["5f00::1"]),
    ("unique local", &["fc00::", "fd00::1", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("link-local v6", &["fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("site-local", &["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("multicast v6", &["ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]),
    ("given out to nobody", &["1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "8000::1"]),
];

/// The neighbours of these ranges, and some hosts that everybody knows.
const PUBLIC: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::",
    "2001:200::",
    "2001:4860:4860::8888",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2003::",
    "2606:4700:4700::1111",
    "2a00:1450:4007:80e::200e",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
];

#[test]
fn an_address_is_public_or_not() {
    for (what, addresses) in NOT_PUBLIC {
        for text in *addresses {
            assert!(!is_public(address(text)), "{what}: {text}");
        }
    }
    for text in PUBLIC {
        assert!(is_public(address(text)), "{text}");
    }
}

proptest! {
    /// Whatever IPv4 address an IPv6 one holds, nobody has judged it.
    #[test]
    fn no_ipv6_that_holds_an_ipv4_is_public(v4 in any::<u32>(), low in any::<u64>()) {
        let v4 = Ipv4Addr::from(v4);
        let number = u128::from(u32::from(v4));
        for held in [
            v4.to_ipv6_mapped(),
            v4.to_ipv6_compatible(),
            Ipv6Addr::from((0x0064_ff9b_u128 << 96) | number),
            Ipv6Addr::from((0x2002_u128 << 112) | (number << 80) | u128::from(low)),
            Ipv6Addr::from((0x2001_u128 << 112) | (number << 64) | u128::from(low)),
        ] {
            prop_assert!(!is_public(held.into()), "{}", held);
        }
    }

    /// Says the same of IPv4 as the standard library where that has a stable word.
    #[test]
    fn what_the_standard_library_knows_is_known(number in any::<u32>()) {
        let v4 = Ipv4Addr::from(number);
        let is_known = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
        prop_assert!(!(is_known && is_public(v4.into())), "{}", v4);
    }
}

fn hosts(text: &str) -> PrivateHosts {
    PrivateHosts::try_from(text.to_owned()).unwrap_or_else(|_| panic!("{text} is a list of hosts"))
}

/// Addresses in every spelling that a browser takes, and what is no address at all.
#[test]
fn a_url_that_leads_inside_is_refused_before_anything_is_sent() {
    let guard = Guard::new(PrivateHosts::default());
    for (url, expected) in [
        ("https://example.org/", Ok(())),
        ("https://example.org:443/feed.json?key=1", Ok(())),
        ("https://EXAMPLE.org./", Ok(())),
        ("https://8.8.8.8/", Ok(())),
        ("https://[2606:4700:4700::1111]/", Ok(())),
        ("http://example.org/", Err(EgressError::NotHttps)),
        ("ftp://example.org/", Err(EgressError::NotHttps)),
        ("file:///etc/passwd", Err(EgressError::NotHttps)),
        ("gopher://127.0.0.1:6379/_INFO", Err(EgressError::NotHttps)),
        ("data:text/plain,x", Err(EgressError::NotHttps)),
        ("https://example.org:8443/", Err(EgressError::OtherPort)),
        ("https://example.org:22/", Err(EgressError::OtherPort)),
        ("https://example.org:80/", Err(EgressError::OtherPort)),
        ("https://user@example.org/", Err(EgressError::UserInformation)),
        ("https://user:word@example.org/", Err(EgressError::UserInformation)),
        ("https://:word@example.org/", Err(EgressError::UserInformation)),
        ("https://example.org@127.0.0.1/", Err(EgressError::UserInformation)),
        ("https://127.0.0.1/", Err(EgressError::NotPublic)),
        ("https://127.0.0.1./", Err(EgressError::NotPublic)),
        ("https://127.1/", Err(EgressError::NotPublic)),
        ("https://127.0.1/", Err(EgressError::NotPublic)),
        ("https://2130706433/", Err(EgressError::NotPublic)),
        ("https://017700000001/", Err(EgressError::NotPublic)),
        ("https://0177.0.0.1/", Err(EgressError::NotPublic)),
        ("https://0x7f000001/", Err(EgressError::NotPublic)),
        ("https://0x7f.1/", Err(EgressError::NotPublic)),
        ("https://0/", Err(EgressError::NotPublic)),
        ("https://%31%32%37.0.0.1/", Err(EgressError::NotPublic)),
        ("https://１２７.０.０.１/", Err(EgressError::NotPublic)),
        ("https://127。0。0。1/", Err(EgressError::NotPublic)),
        ("https://169.254.169.254/latest/meta-data/", Err(EgressError::NotPublic)),
        ("https://0xa9fea9fe/", Err(EgressError::NotPublic)),
        ("https://100.100.100.200/", Err(EgressError::NotPublic)),
        ("https://10.0.0.1/", Err(EgressError::NotPublic)),
        ("https://[::]/", Err(EgressError::NotPublic)),
        ("https://[::1]/", Err(EgressError::NotPublic)),
        ("https://[::ffff:127.0.0.1]/", Err(EgressError::NotPublic)),
        ("https://[::ffff:7f00:1]/", Err(EgressError::NotPublic)),
        ("https://[::127.0.0.1]/", Err(EgressError::NotPublic)),
        ("https://[64:ff9b::10.0.0.1]/", Err(EgressError::NotPublic)),
        ("https://[2002:7f00:1::]/", Err(EgressError::NotPublic)),
        ("https://[fd00:ec2::254]/", Err(EgressError::NotPublic)),
        ("https://localhost/", Err(EgressError::NotPublic)),
        ("https://any.localhost./", Err(EgressError::NotPublic)),
        ("https://metadata/", Err(EgressError::NotPublic)),
        ("https://metadata.google.internal/", Err(EgressError::NotPublic)),
        ("https://router.home.arpa/", Err(EgressError::NotPublic)),
        ("https://notlocal.example/", Ok(())),
        ("https://local.example/", Ok(())),
    ] {
        let parsed = Url::parse(url).unwrap_or_else(|_| panic!("{url} is a URL"));
        assert_eq!(guard.admit(&parsed), expected, "{url}");
    }
    for text in ["https://[fe80::1%25eth0]/", "https://256.0.0.1/", "https://1.2.3.4.5/", "https://exa mple.org/"] {
        assert!(Url::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_host_that_the_operator_named_is_reached_at_its_port_and_nowhere_else() {
    for (named, url, expected) in [
        ("feeds.intern", "https://feeds.intern/a", Ok(())),
        ("Feeds.Intern", "http://feeds.intern/a", Ok(())),
        ("feeds.intern", "https://feeds.intern:8443/a", Err(EgressError::OtherPort)),
        ("feeds.intern:8443", "https://feeds.intern:8443/a", Ok(())),
        ("feeds.intern:8443", "https://feeds.intern/a", Err(EgressError::OtherPort)),
        ("feeds.intern:443", "http://feeds.intern/a", Err(EgressError::OtherPort)),
        ("feeds.intern:80", "http://feeds.intern/a", Ok(())),
        ("feeds.intern:80", "https://feeds.intern/a", Err(EgressError::OtherPort)),
        ("a.example, feeds.intern", "https://feeds.intern/a", Ok(())),
        ("feeds.intern", "https://feeds.intern.example.org/a", Ok(())),
        ("feeds.intern", "http://other.feeds.intern/a", Err(EgressError::NotHttps)),
        ("feeds.intern", "ftp://feeds.intern/a", Err(EgressError::NotHttps)),
        ("feeds.intern", "https://user@feeds.intern/a", Err(EgressError::UserInformation)),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/a", Ok(())),
        ("127.0.0.1:8080", "http://127.0.0.1:8081/a", Err(EgressError::OtherPort)),
        ("127.0.0.1:8080", "https://127.0.0.2/a", Err(EgressError::NotPublic)),
        ("[fd00::1]:8080", "http://[fd00:0::1]:8080/a", Ok(())),
    ] {
        let guard = Guard::new(hosts(named));
        assert_eq!(guard.admit(&Url::parse(url).expect("a URL")), expected, "{named} {url}");
    }
    assert_eq!(hosts(" , "), PrivateHosts::default());
    for text in
        ["https://feeds.intern", "feeds.intern/", "a b", "user@feeds.intern", "feeds.intern:http", ":80", "a:70000"]
    {
        assert_eq!(PrivateHosts::try_from(text.to_owned()), Err(InvalidHost), "{text}");
    }
}

/// Gives each answer of a list once, the last one for ever; counts how often it is asked.
struct Fickle {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Fickle {
    fn resolve(&self, _name: Name) -> Resolving {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[asked.min(self.answers.len() - 1)].clone();
        Box::pin(async move {
            // A port of the resolver's own must not count.
            let addresses: Addrs = Box::new(answer.into_iter().map(|address| SocketAddr::new(address, 9)));
            Ok(addresses)
        })
    }
}

fn fickle(answers: &[&[&str]], is_admitted: fn(IpAddr) -> bool) -> (Judging<Fickle>, Arc<AtomicUsize>) {
    let answers = answers.iter().map(|texts| texts.iter().map(|text| address(text)).collect()).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let resolver = Fickle { answers, asked: Arc::clone(&asked) };
    (Judging { resolver, is_admitted, private: Arc::new(hosts("feeds.intern")) }, asked)
}

#[tokio::test]
async fn every_address_of_an_answer_must_be_public() {
    for (answer, name, expected) in [
        (&["93.184.215.14", "2606:4700::1"][..], "example.org", true),
        (&["93.184.215.14", "10.0.0.1"], "example.org", false),
        (&["10.0.0.1", "93.184.215.14"], "example.org", false),
        (&["2606:4700::1", "::ffff:127.0.0.1"], "example.org", false),
        (&["169.254.169.254"], "metadata.example.org", false),
        (&["127.0.0.1"], "localhost", false),
        (&["10.0.0.1"], "feeds.intern", true),
        (&["10.0.0.1"], "feeds.intern.", false),
    ] {
        let (resolver, _) = fickle(&[answer], is_public);
        let found = resolver.resolve(name.parse().expect("a name")).await;
        let found = found.map(|addresses| addresses.map(|address| address.ip()).collect::<Vec<_>>());
        let all = answer.iter().map(|text| address(text)).collect::<Vec<_>>();
        assert_eq!(found.ok(), expected.then_some(all), "{name} {answer:?}");
    }
}

/// For the test of a rebinding `127.0.0.1` plays the public address, and every other one a private one.
fn is_the_public_one(address: IpAddr) -> bool {
    address == IpAddr::from(Ipv4Addr::LOCALHOST)
}

/// Says which server it is, once for each connection.
async fn say(listener: TcpListener, word: &'static str) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut head = [0; 2_048];
        if stream.read(&mut head).await.is_ok() {
            let answer =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{word}", word.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }
}

#[tokio::test]
async fn a_name_that_is_bound_anew_leads_nowhere() {
    let outside = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = outside.local_addr().expect("an address").port();
    let inside = TcpListener::bind(("127.0.0.2", port)).await.expect("the same port inside");
    tokio::spawn(say(outside, "outside"));
    tokio::spawn(say(inside, "inside"));
    let (resolver, asked) = fickle(&[&["127.0.0.1"], &["127.0.0.2"]], is_the_public_one);
    let limits = Limits::with_body_bytes(1_000);
    let client = Client::built(builder(limits).dns_resolver(resolver), limits, None).expect("a client");
    let url = format!("http://rebinding.example:{port}/");
    let send = || client.send(Request::get(&url).body(Vec::new()).expect("a request"));
    let first = send().await.expect("an answer");
    assert_eq!(first.body(), b"outside");
    // One question for one connection: nothing is asked anew between the judgement and the connection.
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(send().await.err(), Some(EgressError::NotPublic));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_name_of_this_machine_is_refused_by_the_client_itself() {
    let client = Client::to_public_hosts(Limits::with_body_bytes(1_000)).expect("a client");
    let request = Request::get("https://localhost/").body(Vec::new()).expect("a request");
    assert_eq!(client.send(request).await.err(), Some(EgressError::NotPublic));
}

/// A certificate for this name, valid until this year, by an authority that is handed out too, unless it signs itself.
fn certified(name: &str, until: i32, by_itself: bool) -> (rustls::ServerConfig, reqwest::Certificate) {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let root = authority.self_signed(&authority_key).expect("an authority");
    let trusted = reqwest::Certificate::from_der(root.der()).expect("a certificate");
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let mut parameters = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = rcgen::KeyPair::generate().expect("a key");
    let signed = if by_itself { parameters.self_signed(&key) } else { parameters.signed_by(&key, &issuer) };
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    install_cryptography();
    let server = rustls::ServerConfig::builder().with_no_client_auth();
    let certificate = signed.expect("a certificate").der().clone();
    (server.with_single_cert(vec![certificate], key.into()).expect("a key of the certificate"), trusted)
}

/// Calls a host named `hooks.example` that shows this certificate, with trust in its authority; gives the answer and how often
/// something was asked there.
async fn called_encrypted(name: &str, until: i32, by_itself: bool) -> (Result<StatusCode, EgressError>, usize) {
    let (server, trusted) = certified(name, until, by_itself);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 2_048];
            if stream.read(&mut head).await.is_ok_and(|length| length > 0) {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            }
        }
    });
    let (resolver, _) = fickle(&[&["127.0.0.1"]], is_the_public_one);
    let limits = Limits::with_body_bytes(1_000);
    let builder = builder(limits).dns_resolver(resolver).tls_certs_only([trusted]);
    let client = Client::built(builder, limits, None).expect("a client");
    let url = format!("https://hooks.example:{port}/relais");
    let answer = client.send_and_cut(Request::post(url).body(b"{}".to_vec()).expect("a request")).await;
    (answer.map(|answer| answer.status()), heard.load(Ordering::SeqCst))
}

#[tokio::test]
async fn only_a_certificate_that_holds_is_spoken_to_and_nobody_is_told_anything_before() {
    for (what, name, until, by_itself, expected) in [
        ("as it should be", "hooks.example", 2999, false, (Ok(StatusCode::NO_CONTENT), 1)),
        ("expired", "hooks.example", 2020, false, (Err(EgressError::Unreachable), 0)),
        ("signed by itself", "hooks.example", 2999, true, (Err(EgressError::Unreachable), 0)),
        ("of another host", "other.example", 2999, false, (Err(EgressError::Unreachable), 0)),
        ("of the domain above", "example", 2999, false, (Err(EgressError::Unreachable), 0)),
    ] {
        assert_eq!(called_encrypted(name, until, by_itself).await, expected, "{what}");
    }
}
