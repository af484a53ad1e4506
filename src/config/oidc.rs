//! The section `oidc`: sign-in by an identity provider.

use super::secret_file::read_secret;
use super::{ConfigError, Server};
use crate::domain::sensitive::Sensitive;
use serde::Deserialize;
use std::path::PathBuf;
use url::{Host, Url};

/// Sign-in by an identity provider (OpenID Connect). Without an issuer there is none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// The provider's issuer, character by character as the provider spells it.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// The file that holds our secret at the provider, readable by its owner alone.
    pub client_secret_file: PathBuf,
    /// The provider's name, as people know it.
    pub name: String,
    /// What is asked for besides `openid`, with blanks between.
    pub scopes: String,
    /// The claim of the ID token that holds groups.
    pub groups_claim: String,
    /// The file that says what the members of which group are (JSON).
    pub groups_file: PathBuf,
    /// Whom people ask when nobody has let them in, as they are to read it.
    pub contact: String,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret_file: PathBuf::new(),
            name: String::new(),
            scopes: String::new(),
            groups_claim: "groups".to_owned(),
            groups_file: PathBuf::new(),
            contact: String::new(),
        }
    }
}

const fn refused(key: &'static str, reason: &'static str) -> ConfigError {
    ConfigError::Unusable { key, reason }
}

impl Oidc {
    /// Whether there is a provider.
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// Where the provider sends browsers back to.
    pub fn redirect_url(server: &Server) -> String {
        format!("{}/sign-in/oidc/callback", server.public_address())
    }

    pub(super) fn check(&self, server: &Server) -> Result<(), ConfigError> {
        if !server.public_url.is_empty() {
            check_origin(&server.public_url)?;
        }
        if !self.is_on() {
            let is_untouched = *self == Self::default();
            return if is_untouched { Ok(()) } else { Err(refused("oidc.issuer", "the section names no issuer")) };
        }
        check_issuer(&self.issuer)?;
        if self.client_id.is_empty() {
            return Err(refused("oidc.client_id", "the provider knows us by a name: give it"));
        }
        if self.groups_claim.is_empty() {
            return Err(refused("oidc.groups_claim", "a claim has a name"));
        }
        if self.contact.is_empty() {
            return Err(refused("oidc.contact", "say whom people ask whom nobody has let in yet"));
        }
        Ok(())
    }

    /// Reads the secret. [`ConfigError`] when it is missing, empty, or readable by others than its owner.
    pub fn read_client_secret(&self) -> Result<Sensitive<String>, ConfigError> {
        read_secret(&self.client_secret_file).map_err(|reason| refused("oidc.client_secret_file", reason))
    }
}

/// Encrypted, or on this machine.
fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

fn check_issuer(issuer: &str) -> Result<(), ConfigError> {
    let refused = |reason| refused("oidc.issuer", reason);
    let url = Url::parse(issuer).map_err(|_| refused("an issuer is a URL"))?;
    if !is_safe(&url) {
        return Err(refused("an issuer begins with https://, unless it is on this machine"));
    }
    let has_more = url.query().is_some() || url.fragment().is_some() || url.password().is_some();
    if has_more || !url.username().is_empty() {
        return Err(refused("an issuer has no query, no fragment and no user"));
    }
    Ok(())
}

fn check_origin(address: &str) -> Result<(), ConfigError> {
    let refused = |reason| refused("server.public_url", reason);
    let url = Url::parse(address).map_err(|_| refused("an address such as https://relais.example.org is expected"))?;
    if !is_safe(&url) {
        return Err(refused("the address begins with https://, unless it is on this machine"));
    }
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if is_origin && url.username().is_empty() && url.password().is_none() {
        Ok(())
    } else {
        Err(refused("the address has no path, no query and no user"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Oidc {
        Oidc {
            issuer: "https://provider.example/realm".to_owned(),
            client_id: "relais".to_owned(),
            contact: "desk@relais.example".to_owned(),
            ..Oidc::default()
        }
    }

    #[test]
    fn a_section_that_is_unsafe_or_half_written_is_refused_by_its_key() {
        let server = Server::default();
        assert_eq!(Oidc::redirect_url(&server), "http://127.0.0.1:8080/sign-in/oidc/callback");
        for (oidc, expected) in [
            (Oidc::default(), None),
            (whole(), None),
            (Oidc { issuer: "http://127.0.0.1:4000".to_owned(), ..whole() }, None),
            (Oidc { issuer: "http://[::1]:4000".to_owned(), ..whole() }, None),
            (Oidc { issuer: "http://provider.example".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: "http://127.0.0.1.provider.example".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: "ftp://127.0.0.1".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: "provider".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: "https://provider.example?x".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: "https://me@provider.example".to_owned(), ..whole() }, Some("oidc.issuer")),
            (Oidc { issuer: String::new(), ..whole() }, Some("oidc.issuer")),
            (Oidc { client_id: String::new(), ..whole() }, Some("oidc.client_id")),
            (Oidc { groups_claim: String::new(), ..whole() }, Some("oidc.groups_claim")),
            (Oidc { contact: String::new(), ..whole() }, Some("oidc.contact")),
        ] {
            let told = oidc.check(&server).err().map(|error| error.to_string());
            assert_eq!(told.is_some(), expected.is_some(), "{oidc:?}: {told:?}");
            assert!(told.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{oidc:?}");
        }
    }

    #[test]
    fn the_public_address_is_an_origin_and_encrypted() {
        for (public_url, is_usable) in [
            ("", true),
            ("https://relais.example", true),
            ("https://relais.example/", true),
            ("http://localhost:9000", true),
            ("http://relais.example", false),
            ("https://relais.example/path", false),
            ("https://relais.example?x", false),
            ("relais.example", false),
        ] {
            let server = Server { public_url: public_url.to_owned(), ..Server::default() };
            assert_eq!(Oidc::default().check(&server).is_ok(), is_usable, "{public_url}");
            assert!(!server.public_address().ends_with('/'));
        }
    }
}
