//! Keys of the test's provider, made when the tests run, and tokens signed with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use openidconnect::PrivateSigningKey;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::EncodePublicKey;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::LazyLock;

/// By what a token is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    /// A key of the same kind that the provider does not publish.
    Stranger,
    /// A shared secret.
    Hs256(Vec<u8>),
    /// Nothing.
    Nobody,
}

impl Signer {
    /// What the header says.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256 | Self::Stranger => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Hs256(_) => "HS256",
            Self::Nobody => "none",
        }
    }

    /// The name of its key.
    pub fn key_name(&self) -> &'static str {
        match self {
            Self::Es256 => "curve",
            Self::EdDsa => "edwards",
            _ => "rsa",
        }
    }
}

struct Keys {
    rsa: CoreRsaPrivateSigningKey,
    rsa_public_pem: String,
    rsa_private_pem: String,
    stranger: CoreRsaPrivateSigningKey,
    curve: EcdsaKeyPair,
    edwards: Ed25519KeyPair,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let random = SystemRandom::new();
    let rsa = || rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).expect("an RSA key");
    let pem = |key: &rsa::RsaPrivateKey| key.to_pkcs1_pem(rsa::pkcs1::LineEnding::LF).expect("PEM").to_string();
    let signing = |pem: &str| CoreRsaPrivateSigningKey::from_pem(pem, None).expect("a signing key");
    let (ours, strange) = (rsa(), rsa());
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let curve = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
    let edwards = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
    let rsa_private_pem = pem(&ours);
    Keys {
        rsa: signing(&rsa_private_pem),
        rsa_public_pem: ours.to_public_key().to_public_key_pem(rsa::pkcs8::LineEnding::LF).expect("PEM"),
        rsa_private_pem,
        stranger: signing(&pem(&strange)),
        curve: EcdsaKeyPair::from_pkcs8(algorithm, curve.as_ref(), &random).expect("a key"),
        edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).expect("a key"),
    }
});

/// What the provider publishes.
pub fn published() -> Value {
    let point = KEYS.curve.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    let edwards = URL_SAFE_NO_PAD.encode(KEYS.edwards.public_key().as_ref());
    json!({ "keys": [
        rsa_key(),
        { "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "curve", "use": "sig" },
        { "kty": "OKP", "crv": "Ed25519", "x": edwards, "kid": "edwards", "use": "sig" },
        { "kty": "of a kind to come", "kid": "new" },
    ] })
}

/// The public half of the RSA key, as it is published.
pub fn rsa_key() -> Value {
    let mut key = serde_json::to_value(KEYS.rsa.as_verification_key()).expect("a key is JSON");
    key["kid"] = json!("rsa");
    key
}

/// The public half of a key that nobody publishes.
pub fn strange_key() -> Value {
    serde_json::to_value(KEYS.stranger.as_verification_key()).expect("a key is JSON")
}

/// The public half of the RSA key, as a text that everybody can have.
pub fn rsa_public_pem() -> &'static str {
    &KEYS.rsa_public_pem
}

/// A line of the private half, by which a leak of it would be known.
pub fn rsa_private_line() -> &'static str {
    KEYS.rsa_private_pem.lines().nth(1).expect("a line")
}

/// A token of these texts.
pub fn sign(header: &str, claims: &str, signer: &Signer) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let bytes = text.as_bytes();
    let signature = match signer {
        Signer::Rs256 => rsa(&KEYS.rsa, &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, bytes),
        Signer::Stranger => rsa(&KEYS.stranger, &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, bytes),
        Signer::Ps256 => rsa(&KEYS.rsa, &CoreJwsSigningAlgorithm::RsaSsaPssSha256, bytes),
        Signer::Es256 => KEYS.curve.sign(&SystemRandom::new(), bytes).expect("a signature").as_ref().to_vec(),
        Signer::EdDsa => KEYS.edwards.sign(bytes).as_ref().to_vec(),
        Signer::Hs256(secret) => {
            let mut hash = Hmac::<Sha256>::new_from_slice(secret).expect("any length is a key");
            hash.update(bytes);
            hash.finalize().into_bytes().to_vec()
        }
        Signer::Nobody => Vec::new(),
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn rsa(key: &CoreRsaPrivateSigningKey, algorithm: &CoreJwsSigningAlgorithm, bytes: &[u8]) -> Vec<u8> {
    key.sign(algorithm, bytes).expect("a signature")
}
