//! Networks, as one text in the configuration: addresses or CIDRs, separated by commas.

use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;

/// A set of networks; empty unless said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Networks(Vec<IpNet>);

impl TryFrom<String> for Networks {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let network = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks: Result<_, _> = parts.map(network).collect();
        networks.map(Self).map_err(|_| "a list of addresses or CIDRs, such as 127.0.0.1, 10.0.0.0/8, is needed")
    }
}

impl Networks {
    /// True when the address lies in one of them.
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_addresses_and_cidrs() {
        for (text, address, expected) in [
            ("", "127.0.0.1", Some(false)),
            ("127.0.0.1", "127.0.0.1", Some(true)),
            ("127.0.0.1", "::ffff:127.0.0.1", Some(true)),
            (" 127.0.0.1 ,10.0.0.0/8,", "10.9.9.9", Some(true)),
            ("2001:db8::/32", "2001:db9::1", Some(false)),
            ("localhost", "127.0.0.1", None),
            ("10.0.0.0/33", "10.0.0.1", None),
            ("10.0.0.0/8;127.0.0.1", "10.0.0.1", None),
        ] {
            let address = address.parse().expect("an address");
            let found = Networks::try_from(text.to_owned()).map(|networks| networks.hold(address));
            assert_eq!(found.ok(), expected, "{text} {address}");
        }
    }
}
