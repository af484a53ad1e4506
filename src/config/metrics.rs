//! Where monitoring reads.

use serde::{Deserialize, Deserializer, de};
use std::net::SocketAddr;

/// Where monitoring reads: at a listener of its own, or nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Address and port that serve `/metrics` and nothing else, to be reachable from inside only; empty for none.
    #[serde(deserialize_with = "address_or_none")]
    pub listen: Option<SocketAddr>,
}

fn address_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| de::Error::custom("an address and a port, such as 127.0.0.1:9464, is needed"))
}
