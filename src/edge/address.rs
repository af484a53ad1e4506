//! By which address a caller comes: the other end of the connection, or what a proxy of ours says of it.
//!
//! Invariant: `X-Forwarded-For` is a claim. It is read only from a proxy that the operator named, and from its
//! right end, which that proxy has written itself.

use crate::config::Networks;
use axum::http::HeaderMap;
use std::net::IpAddr;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of whoever asks: that of the connection, unless it is a trusted proxy's; then the last one in
/// `X-Forwarded-For` that is not a trusted proxy's too. A header that cannot be read is nobody's word.
pub fn caller(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &Networks) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    if !trusted.hold(peer) {
        return Some(peer);
    }
    let mut nearest = peer;
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
    for line in lines.into_iter().rev() {
        for claimed in line.to_str().unwrap_or("?").rsplit(',') {
            let Ok(address) = claimed.trim().parse::<IpAddr>() else { return Some(nearest) };
            nearest = address.to_canonical();
            if !trusted.hold(nearest) {
                return Some(nearest);
            }
        }
    }
    Some(nearest)
}

/// What counts as one caller: an IPv4 address, or the /64 that one subscriber of IPv6 has.
pub fn class_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_what_a_trusted_proxy_has_written_is_believed() {
        let trusted = Networks::try_from("127.0.0.1, 10.0.0.0/8,2001:db8:1::/48".to_owned()).expect("networks");
        for (peer, lines, expected) in [
            ("192.0.2.7", &["198.51.100.1"][..], "192.0.2.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // What the caller wrote stands to the left of what the proxy wrote.
            ("127.0.0.1", &["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["203.0.113.9, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["10.9.9.9"], "10.9.9.9"),
            ("127.0.0.1", &["198.51.100.1, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1, nonsense, 10.1.2.3"], "10.1.2.3"),
            ("2001:db8:1::5", &["2001:db8:2::1"], "2001:db8:2::1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
            }
            assert_eq!(caller(Some(address(peer)), &headers, &trusted), Some(address(expected)), "{peer} {lines:?}");
        }
        assert_eq!(caller(None, &HeaderMap::new(), &trusted), None);
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_caller() {
        for (one, other, is_same) in [
            ("2001:db8::1", "2001:db8::2", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
        ] {
            assert_eq!(class_of(address(one)) == class_of(address(other)), is_same, "{one} {other}");
        }
    }
}
