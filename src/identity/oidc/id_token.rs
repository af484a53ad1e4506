//! Judging an ID token: shape and header, then key and signature, then every claim.

use super::Fault;
use super::claims::{CLOCK_SKEW_SECONDS, Claims};
use super::json::{self, JsonError};
use super::keys::Keys;
use crate::domain::provider::Assurance;
use crate::domain::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce, SignatureVerificationError,
};
use serde_json::{Map, Value};
use std::str::FromStr as _;
use subtle::ConstantTimeEq as _;

/// A token with a thousand groups is smaller.
const LONGEST_TOKEN: usize = 64 * 1024;
/// Algorithms that we take: signatures with a public key, and none that a shared secret could make.
const ALGORITHMS: [(&str, CoreJwsSigningAlgorithm); 4] = [
    ("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
    ("PS256", CoreJwsSigningAlgorithm::RsaSsaPssSha256),
    ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
    ("EdDSA", CoreJwsSigningAlgorithm::EdDsa),
];
/// Header members that bring a key or say where one is: keys come from the provider's own set only.
const KEY_MEMBERS: [&str; 4] = ["jku", "jwk", "x5u", "x5c"];

/// What a token is held against.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a IssuerUrl,
    pub(super) client_id: &'a ClientId,
    pub(super) nonce: &'a str,
    /// A renewed token may leave the nonce out; the first one may not.
    pub(super) needs_nonce: bool,
    pub(super) access_token: &'a AccessToken,
    pub(super) groups_claim: &'a str,
    pub(super) now: Timestamp,
}

/// What a token tells after every check.
pub(super) struct Verified {
    pub(super) subject: String,
    pub(super) groups: Vec<String>,
    pub(super) assurance: Assurance,
}

/// A token whose shape and header are sound; nothing of it is proved yet.
pub(super) struct Unproved<'a> {
    text: &'a str,
    key_name: Option<String>,
    claims: Claims,
}

impl<'a> Unproved<'a> {
    /// Reads the shape and the header.
    pub(super) fn read(text: &'a str) -> Result<Self, Fault> {
        if text.len() > LONGEST_TOKEN {
            return Err(Fault::TokenUnreadable);
        }
        let parts: Vec<&str> = text.split('.').collect();
        let (header, payload) = match parts[..] {
            [header, payload, _] => (header, payload),
            [_, _, _, _, _] => return Err(Fault::TokenEncrypted),
            _ => return Err(Fault::TokenUnreadable),
        };
        let key_name = read_header(&object(header)?)?;
        Ok(Self { text, key_name, claims: Claims(object(payload)?) })
    }

    /// The name of the key by which the token says to be signed.
    pub(super) fn key_name(&self) -> Option<&str> {
        self.key_name.as_deref()
    }

    /// Proves the token by the provider's keys, and checks every claim.
    pub(super) fn prove(&self, keys: &Keys, expected: &Expected<'_>) -> Result<Verified, Fault> {
        let claims = &self.claims;
        claims.check_issuer(expected.issuer.as_str())?;
        claims.check_audience(expected.client_id.as_str())?;
        let subject = claims.subject()?;
        claims.check_times(expected.now)?;
        check_nonce(claims.nonce()?, expected)?;
        let token = CoreIdToken::from_str(self.text).map_err(|_| Fault::ClaimUnreadable)?;
        let verifier = verifier(keys, expected);
        let proved = token.claims(&verifier, |nonce: Option<&Nonce>| {
            check_nonce(nonce.map(|nonce| nonce.secret().as_str()), expected).map_err(|fault| fault.to_string())
        });
        let proved = proved.map_err(|error| fault_of(&error))?;
        if let Some(stated) = proved.access_token_hash() {
            let key = token.signing_key(&verifier).map_err(|_| Fault::KeyUnsuitable)?;
            let algorithm = token.signing_alg().map_err(|_| Fault::AlgorithmForbidden)?;
            let actual = AccessTokenHash::from_token(expected.access_token, algorithm, key);
            if actual.is_ok_and(|actual| actual != *stated) {
                return Err(Fault::AccessTokenOther);
            }
        }
        Ok(Verified {
            subject: subject.to_owned(),
            groups: claims.groups(expected.groups_claim)?,
            assurance: claims.assurance()?,
        })
    }
}

fn object(part: &str) -> Result<Map<String, Value>, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::TokenUnreadable)?;
    json::read_object(&bytes).map_err(|error| match error {
        JsonError::Unreadable => Fault::TokenUnreadable,
        JsonError::DuplicateName => Fault::DuplicateName,
    })
}

/// Judges the header; gives the name of the key.
fn read_header(header: &Map<String, Value>) -> Result<Option<String>, Fault> {
    if header.contains_key("enc") {
        return Err(Fault::TokenEncrypted);
    }
    // `b64` would change what is signed; it is only to be used together with `crit`.
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(Fault::HeaderCritical);
    }
    if KEY_MEMBERS.iter().any(|member| header.contains_key(*member)) {
        return Err(Fault::HeaderBringsKey);
    }
    let algorithm = header.get("alg").and_then(Value::as_str);
    if !ALGORITHMS.iter().any(|(name, _)| algorithm == Some(name)) {
        return Err(Fault::AlgorithmForbidden);
    }
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(Fault::TokenUnreadable),
    }
}

fn check_nonce(nonce: Option<&str>, expected: &Expected<'_>) -> Result<(), Fault> {
    match nonce {
        Some(nonce) if bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) => Ok(()),
        Some(_) => Err(Fault::NonceOther),
        None if expected.needs_nonce => Err(Fault::NonceMissing),
        None => Ok(()),
    }
}

fn verifier<'a>(keys: &Keys, expected: &Expected<'_>) -> CoreIdTokenVerifier<'a> {
    let now = expected.now.plus_seconds(-CLOCK_SKEW_SECONDS).microseconds();
    let now = DateTime::from_timestamp_micros(now).unwrap_or(DateTime::UNIX_EPOCH);
    // Public, so that no shared secret can stand for a key, whatever the header says. Other audiences were
    // judged with the party that asked.
    CoreIdTokenVerifier::new_public_client(expected.client_id.clone(), expected.issuer.clone(), keys.set.clone())
        .set_allowed_algs(ALGORITHMS.map(|(_, algorithm)| algorithm))
        .set_other_audience_verifier_fn(|_| true)
        .set_time_fn(move || now)
}

/// The library's errors quote what they refuse, so only their kind goes on.
fn fault_of(error: &ClaimsVerificationError) -> Fault {
    use SignatureVerificationError as Signature;
    match error {
        ClaimsVerificationError::Expired(_) => Fault::Expired,
        ClaimsVerificationError::InvalidAudience(_) => Fault::AudienceOther,
        ClaimsVerificationError::InvalidIssuer(_) => Fault::IssuerOther,
        ClaimsVerificationError::InvalidNonce(_) => Fault::NonceOther,
        ClaimsVerificationError::InvalidSubject(_) => Fault::SubjectUnusable,
        ClaimsVerificationError::SignatureVerification(signature) => match signature {
            Signature::AmbiguousKeyId(_) => Fault::KeyAmbiguous,
            Signature::DisallowedAlg(_) | Signature::NoSignature => Fault::AlgorithmForbidden,
            // The name was looked for before, so there is such a key, of another kind.
            Signature::NoMatchingKey | Signature::InvalidKey(_) | Signature::UnsupportedAlg(_) => Fault::KeyUnsuitable,
            _ => Fault::SignatureWrong,
        },
        _ => Fault::TokenUnreadable,
    }
}
