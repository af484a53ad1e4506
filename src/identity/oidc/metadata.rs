//! What a provider says of itself (OpenID Connect Discovery).

use super::Fault;
use super::json::{self, JsonError};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

/// What RFC 9207 adds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Additions {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Additions {}

pub(super) type Metadata = ProviderMetadata<
    Additions,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Where the issuer's description is.
pub(super) fn address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Reads a description and holds it against the issuer that the operator configured, character by character.
pub(super) fn read(bytes: &[u8], issuer: &str) -> Result<Metadata, Fault> {
    let description = json::read(bytes).map_err(|error| match error {
        JsonError::Unreadable => Fault::DiscoveryUnreadable,
        JsonError::DuplicateName => Fault::DuplicateName,
    })?;
    if description.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(Fault::DiscoveryIssuerOther);
    }
    let metadata: Metadata = serde_json::from_value(description).map_err(|_| Fault::DiscoveryUnreadable)?;
    let token_endpoint = metadata.token_endpoint().ok_or(Fault::DiscoveryUnreadable)?;
    let addresses = [metadata.authorization_endpoint().url(), token_endpoint.url(), metadata.jwks_uri().url()];
    // A provider on this machine may do without encryption, but only if the operator put it there.
    let may_be_plain = Url::parse(issuer).is_ok_and(|issuer| issuer.scheme() == "http");
    if addresses.iter().all(|address| address.scheme() == "https" || (may_be_plain && is_loopback(address))) {
        Ok(metadata)
    } else {
        Err(Fault::DiscoveryInsecure)
    }
}

/// Whether the provider announces that its callbacks say whose they are.
pub(super) fn announces_issuer(metadata: &Metadata) -> bool {
    metadata.additional_metadata().authorization_response_iss_parameter_supported
}

/// Whether the client's secret goes into the body: only where the provider takes it nowhere else.
pub(super) fn wants_secret_in_body(metadata: &Metadata) -> bool {
    let methods = metadata.token_endpoint_auth_methods_supported();
    methods.is_some_and(|methods| {
        !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    })
}

/// True for an address on this machine.
pub(super) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn description(issuer: &str, changes: Value) -> String {
        let base = issuer.trim_end_matches('/');
        let mut description = json!({
            "issuer": issuer, "authorization_endpoint": format!("{base}/auth"), "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "unheard-of"],
        });
        for (name, value) in changes.as_object().expect("an object") {
            description[name] = value.clone();
        }
        description.to_string()
    }

    #[test]
    fn a_description_is_of_the_configured_issuer_and_encrypted() {
        let (there, here) = ("https://provider.example/realm", "http://127.0.0.1:4000");
        for (issuer, changes, expected) in [
            (there, json!({}), None),
            (there, json!({ "token_endpoint": "https://other.example/token" }), None),
            (here, json!({}), None),
            (there, json!({ "issuer": "https://provider.example/realm/" }), Some(Fault::DiscoveryIssuerOther)),
            (there, json!({ "issuer": "https://Provider.example/realm" }), Some(Fault::DiscoveryIssuerOther)),
            (there, json!({ "issuer": null }), Some(Fault::DiscoveryIssuerOther)),
            (there, json!({ "jwks_uri": "http://provider.example/jwks" }), Some(Fault::DiscoveryInsecure)),
            (there, json!({ "token_endpoint": "http://127.0.0.1/token" }), Some(Fault::DiscoveryInsecure)),
            (here, json!({ "jwks_uri": "http://provider.example/jwks" }), Some(Fault::DiscoveryInsecure)),
            (here, json!({ "authorization_endpoint": "javascript:alert(1)" }), Some(Fault::DiscoveryInsecure)),
            (there, json!({ "token_endpoint": null }), Some(Fault::DiscoveryUnreadable)),
            (there, json!({ "jwks_uri": 7 }), Some(Fault::DiscoveryUnreadable)),
        ] {
            let read = read(description(issuer, changes.clone()).as_bytes(), issuer);
            assert_eq!(read.err(), expected, "{issuer} {changes}");
        }
        assert_eq!(read(b"<html>", there).err(), Some(Fault::DiscoveryUnreadable));
        assert_eq!(read(br#"{"issuer": "a", "issuer": "b"}"#, there).err(), Some(Fault::DuplicateName));
        assert_eq!(address("https://p.example/"), "https://p.example/.well-known/openid-configuration");
    }

    #[test]
    fn what_a_provider_announces_is_known() {
        let issuer = "https://provider.example";
        let told = |changes| read(description(issuer, changes).as_bytes(), issuer).expect("a description");
        assert!(!announces_issuer(&told(json!({}))) && !wants_secret_in_body(&told(json!({}))));
        assert!(announces_issuer(&told(json!({ "authorization_response_iss_parameter_supported": true }))));
        let methods = |methods: &[&str]| told(json!({ "token_endpoint_auth_methods_supported": methods }));
        assert!(wants_secret_in_body(&methods(&["client_secret_post"])));
        assert!(!wants_secret_in_body(&methods(&["client_secret_post", "client_secret_basic"])));
    }
}
