//! The guard before hosts that came as data: which URLs may be asked, and which addresses a name may have.
//!
//! Invariant: the addresses that were judged are the addresses that are connected to. A name is resolved once for a
//! connection, by the resolver here, which hands on what it has judged; a name that leads elsewhere the next time is
//! judged anew. A host that is written as an address meets no resolver, so it is judged with its URL.

use super::EgressError;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use url::{Host, Url};

const HTTPS_PORT: u16 = 443;

/// IPv4 that is no host on the internet: the special-purpose registry of IANA (RFC 6890 and its updates), what is
/// multicast or reserved, and the one public address by which a cloud (Azure) shows machines their own secrets.
const NOT_PUBLIC_V4: [&str; 16] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// The only IPv6 that is given out to hosts. Loopback, mapped and compatible IPv4, NAT64, unique local, link-local,
/// site-local and multicast addresses lie outside of it.
const GLOBAL_V6: &str = "2000::/3";

/// What of it is no host, or leads to an IPv4 address that nobody has judged: Teredo with its neighbours (benchmarks,
/// ORCHID), documentation (two), 6to4.
const NOT_PUBLIC_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/// Endings of names that stand for one's own machine or network (RFC 6761, 6762, 8375 and ICANN's `internal`), or for no
/// network at all.
const NOT_PUBLIC_NAMES: [&str; 5] = ["home.arpa", "internal", "invalid", "local", "localhost"];

struct Networks {
    refused: Vec<IpNet>,
    global_v6: IpNet,
}

static NETWORKS: LazyLock<Networks> = LazyLock::new(|| {
    let network = |text: &str| text.parse::<IpNet>().expect("the networks above are written as networks");
    let refused = NOT_PUBLIC_V4.iter().chain(&NOT_PUBLIC_V6).map(|text| network(text)).collect();
    Networks { refused, global_v6: network(GLOBAL_V6) }
});

/// True for an address that a host on the internet can have. An IPv6 address that holds an IPv4 one never is.
pub fn is_public(address: IpAddr) -> bool {
    let is_global = address.is_ipv4() || NETWORKS.global_v6.contains(&address);
    is_global && !NETWORKS.refused.iter().any(|network| network.contains(&address))
}

/// Hosts that the operator named, as one text: `host` or `host:port`, separated by commas. Without a port they are
/// reached at 443, or without TLS at 80.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PrivateHosts(Vec<PrivateHost>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct PrivateHost {
    /// As the `url` crate writes it.
    host: String,
    port: Option<u16>,
}

/// The text is no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a list of hosts is needed, such as feeds.intern.example, 10.1.2.3:8443")]
pub struct InvalidHost;

impl TryFrom<String> for PrivateHosts {
    type Error = InvalidHost;

    fn try_from(text: String) -> Result<Self, InvalidHost> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(PrivateHost::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl PrivateHost {
    fn parse(text: &str) -> Result<Self, InvalidHost> {
        if text.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '\\' | '?' | '#' | '@' | '%')) {
            return Err(InvalidHost);
        }
        // A URL forgets the usual port of its scheme; the other scheme remembers it.
        let read = |scheme: &str| Url::parse(&format!("{scheme}://{text}/")).map_err(|_| InvalidHost);
        let (plain, encrypted) = (read("http")?, read("https")?);
        let host = plain.host_str().ok_or(InvalidHost)?.to_owned();
        Ok(Self { host, port: plain.port().or(encrypted.port()) })
    }
}

impl PrivateHosts {
    fn name(&self, host: &str) -> bool {
        self.0.iter().any(|named| named.host == host)
    }

    fn name_at(&self, host: &str, port: u16, usual_port: u16) -> bool {
        self.0.iter().any(|named| named.host == host && named.port.unwrap_or(usual_port) == port)
    }
}

/// Lets a URL that came as data through, or says why not. It asks nobody: what a name leads to is judged at each connection.
pub fn judge(url: &Url, private: &PrivateHosts) -> Result<(), EgressError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EgressError::UserInformation);
    }
    let usual_port = match url.scheme() {
        "https" => HTTPS_PORT,
        "http" => 80,
        _ => return Err(EgressError::NotHttps),
    };
    let (host, name) = (url.host().ok_or(EgressError::Unsendable)?, url.host_str().unwrap_or_default());
    let port = url.port().unwrap_or(usual_port);
    if private.name(name) {
        // At its other ports something else may listen, which nobody named.
        let is_named = private.name_at(name, port, usual_port);
        return if is_named { Ok(()) } else { Err(EgressError::OtherPort) };
    }
    if usual_port != HTTPS_PORT {
        return Err(EgressError::NotHttps);
    }
    if port != HTTPS_PORT {
        return Err(EgressError::OtherPort);
    }
    let is_outside = match host {
        Host::Ipv4(address) => is_public(address.into()),
        Host::Ipv6(address) => is_public(address.into()),
        Host::Domain(name) => is_public_name(name),
    };
    if is_outside { Ok(()) } else { Err(EgressError::NotPublic) }
}

/// False for a name that no host on the internet has, whatever a resolver says: of one's own machine, network or cloud.
fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_below = |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.ends_with('.'));
    name.contains('.') && !NOT_PUBLIC_NAMES.iter().any(|suffix| name == *suffix || is_below(suffix))
}

/// Judges URLs and addresses for one client.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    private: Arc<PrivateHosts>,
}

impl Guard {
    pub(super) fn new(private: PrivateHosts) -> Self {
        Self { private: Arc::new(private) }
    }

    /// Lets a URL through or says why not; what its name leads to is judged by the resolver.
    pub(super) fn admit(&self, url: &Url) -> Result<(), EgressError> {
        judge(url, &self.private)
    }

    /// The resolver of its client.
    pub(super) fn resolver(&self) -> Judging<SystemResolver> {
        let private = Arc::clone(&self.private);
        Judging { resolver: SystemResolver, is_admitted: is_public, private }
    }
}

/// The name leads to an address that is not public; it says no more, because it could be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host is not public")]
pub(super) struct NotPublicAddress;

/// Hands on what another resolver found, when every address of it is admitted: a name with one private address
/// among public ones is refused, not trimmed.
pub(super) struct Judging<R> {
    pub(super) resolver: R,
    pub(super) is_admitted: fn(IpAddr) -> bool,
    pub(super) private: Arc<PrivateHosts>,
}

impl<R: Resolve> Resolve for Judging<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let (is_admitted, is_private) = (self.is_admitted, self.private.name(name.as_str()));
        let found = self.resolver.resolve(name);
        Box::pin(async move {
            let addresses: Vec<IpAddr> = found.await?.map(|address| address.ip()).collect();
            if !is_private && !addresses.iter().all(|address| is_admitted(*address)) {
                return Err(NotPublicAddress.into());
            }
            // Port 0 stands for that of the URL.
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// Asks the system.
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
