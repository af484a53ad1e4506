//! Everything that a provider, a browser or somebody between them can do wrong: each is refused, with the
//! reason that is its own, and nobody is signed in.

use super::keys::{Signer, rsa_key, rsa_public_pem, strange_key};
use super::provider::{Answer, CLIENT_ID, CLIENT_SECRET, NONCE, Script};
use super::stage::{HANDLE, Stage};
use crate::kit::world::{World, on_both_databases};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relais::egress::EgressError;
use relais::identity::oidc::Fault;
use serde_json::json;
use std::sync::Arc;

/// Which browser comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Browser {
    Same,
    Other,
    WithoutCookie,
}

/// One thing that goes wrong.
struct Case {
    name: &'static str,
    fault: Fault,
    /// What the provider does.
    script: fn(&mut Script),
    /// What becomes of the callback on its way.
    callback: fn(&mut Vec<(String, String)>),
    browser: Browser,
    /// Seconds between beginning and completing.
    seconds: i64,
}

/// Something wrong with what the provider gives out.
fn provider(name: &'static str, fault: Fault, script: fn(&mut Script)) -> Case {
    Case { name, fault, script, callback: |_| {}, browser: Browser::Same, seconds: 0 }
}

/// Something wrong with what the browser brings back.
fn callback(name: &'static str, fault: Fault, callback: fn(&mut Vec<(String, String)>)) -> Case {
    Case { callback, ..provider(name, fault, |_| {}) }
}

fn set(callback: &mut [(String, String)], name: &str, value: &str) {
    for (key, old) in callback {
        if key == name {
            value.clone_into(old);
        }
    }
}

/// The token with one part of it changed.
fn with_part(token: &str, at: usize, change: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let bytes = URL_SAFE_NO_PAD.decode(&parts[at]).expect("base64");
    parts[at] = URL_SAFE_NO_PAD.encode(change(&bytes));
    parts.join(".")
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

fn callbacks() -> Vec<Case> {
    vec![
        callback("missing state", Fault::StateMissing, |it| it.retain(|(name, _)| name != "state")),
        callback("wrong state", Fault::StateUnknown, |it| set(it, "state", &"A".repeat(43))),
        callback("state twice in the query", Fault::CallbackUnreadable, |it| it.push(("state".into(), "x".into()))),
        callback("code twice in the query", Fault::CallbackUnreadable, |it| it.push(("code".into(), "x".into()))),
        callback("a query of 9 KiB", Fault::CallbackUnreadable, |it| it.push(("x".into(), "x".repeat(9 * 1_024)))),
        callback("missing code", Fault::CodeMissing, |it| it.retain(|(name, _)| name != "code")),
        callback("another code", Fault::GrantRefused, |it| set(it, "code", "somebody's")),
        callback("mix-up: the callback of another provider", Fault::CallbackIssuerOther, |it| {
            set(it, "iss", "https://evil.example");
        }),
        callback("iss with a slash more in the callback", Fault::CallbackIssuerOther, |it| {
            let issuer = it.iter().find(|(name, _)| name == "iss").map(|(_, value)| format!("{value}/"));
            set(it, "iss", &issuer.unwrap_or_default());
        }),
        callback("iss missing where it is announced", Fault::CallbackIssuerMissing, |it| {
            it.retain(|(name, _)| name != "iss");
        }),
        callback("the person declined", Fault::Declined, |it| it.push(("error".into(), "access_denied".into()))),
        Case { browser: Browser::Other, ..callback("state of another browser", Fault::OtherBrowser, |_| {}) },
        Case { browser: Browser::WithoutCookie, ..callback("browser without the cookie", Fault::OtherBrowser, |_| {}) },
        Case { seconds: 600, ..callback("state expired", Fault::StateExpired, |_| {}) },
    ]
}

fn discoveries() -> Vec<Case> {
    vec![
        provider("discovery of another issuer", Fault::DiscoveryIssuerOther, |it| {
            it.discovery["issuer"] = json!("https://evil.example");
        }),
        provider("discovery with a slash more", Fault::DiscoveryIssuerOther, |it| {
            it.discovery["issuer"] = json!(format!("{}/", it.discovery["issuer"].as_str().unwrap_or_default()));
        }),
        provider("discovery names a plain address elsewhere", Fault::DiscoveryInsecure, |it| {
            it.discovery["token_endpoint"] = json!("http://evil.example/token");
        }),
        provider("discovery without keys", Fault::DiscoveryUnreadable, |it| it.discovery["jwks_uri"] = json!(null)),
        provider("discovery that is a page", Fault::DiscoveryUnreadable, |it| {
            it.discovery_answer = Some(Answer::Text(200, "text/html", "<!doctype html>".to_owned()));
        }),
        provider("discovery that is not there", Fault::DiscoveryUnreadable, |it| {
            it.discovery_answer = Some(Answer::Text(404, "text/plain", String::new()));
        }),
        provider("discovery that is somewhere else", Fault::DiscoveryUnreadable, |it| {
            it.discovery_answer = Some(Answer::Redirect("http://127.0.0.1:1/".to_owned()));
        }),
        provider("discovery that fails", Fault::ProviderFailed, |it| {
            it.discovery_answer = Some(Answer::Text(503, "text/plain", String::new()));
        }),
        provider("discovery with a name twice", Fault::DuplicateName, |it| {
            let text = it.discovery.to_string().replacen('{', r#"{"issuer": "https://evil.example", "#, 1);
            it.discovery_answer = Some(Answer::Text(200, "application/json", text));
        }),
        provider("key set with a private key", Fault::KeyNotPublic, |it| {
            let mut key = rsa_key();
            key["d"] = json!("AQAB");
            it.keys = Answer::Json(json!({ "keys": [key] }));
        }),
        provider("key set with a shared key", Fault::KeyNotPublic, |it| {
            it.keys = Answer::Json(json!({ "keys": [rsa_key(), { "kty": "oct", "k": "c2VjcmV0", "kid": "hmac" }] }));
        }),
        provider("key set with a short key", Fault::KeyWeak, |it| {
            let short = URL_SAFE_NO_PAD.encode([0xff; 128]);
            it.keys = Answer::Json(json!({ "keys": [{ "kty": "RSA", "n": short, "e": "AQAB", "kid": "rsa" }] }));
        }),
        provider("key set of 65 keys", Fault::KeysUnreadable, |it| {
            it.keys = Answer::Json(json!({ "keys": vec![rsa_key(); 65] }));
        }),
        provider("key set without an end", Fault::NoAnswer(EgressError::TooLarge), |it| it.keys = Answer::Endless),
        provider("key set that drips", Fault::NoAnswer(EgressError::TimedOut), |it| it.keys = Answer::Drip),
        provider("key set that is a page", Fault::KeysUnreadable, |it| {
            it.keys = Answer::Text(200, "text/html", "<!doctype html>".to_owned());
        }),
    ]
}

fn token_answers() -> Vec<Case> {
    vec![
        provider("token endpoint answers a page", Fault::AnswerUnreadable, |it| {
            it.token_answer = Some(Answer::Text(200, "text/html", "<!doctype html>".to_owned()));
        }),
        provider("token endpoint answers 500", Fault::ProviderFailed, |it| {
            it.token_answer = Some(Answer::Text(500, "text/plain", "stack trace".to_owned()));
        }),
        provider("token endpoint redirects", Fault::AnswerUnreadable, |it| {
            it.token_answer = Some(Answer::Redirect("http://127.0.0.1:1/".to_owned()));
        }),
        provider("token endpoint drips", Fault::NoAnswer(EgressError::TimedOut), |it| {
            it.token_answer = Some(Answer::Drip);
        }),
        provider("token endpoint answers without an end", Fault::NoAnswer(EgressError::TooLarge), |it| {
            it.token_answer = Some(Answer::Endless);
        }),
        provider("no ID token", Fault::TokenMissing, |it| it.token_members["id_token"] = json!(null)),
        provider("no access token", Fault::AnswerUnreadable, |it| it.token_members["access_token"] = json!(null)),
        provider("ID token that is none", Fault::TokenUnreadable, |it| it.token_members["id_token"] = json!("a.b")),
        provider("ID token of 65 KiB", Fault::TokenUnreadable, |it| {
            it.token_members["id_token"] = json!("a".repeat(65 * 1_024));
        }),
        provider("code used up", Fault::GrantRefused, |it| it.uses_left = 0),
        provider("access token of another sign-in (at_hash)", Fault::AccessTokenOther, |it| {
            it.claims["at_hash"] = json!(URL_SAFE_NO_PAD.encode([7; 16]));
        }),
        provider("encrypted token", Fault::TokenEncrypted, |it| {
            it.token_members["id_token"] = json!("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d");
        }),
        provider("signed token that says it is encrypted", Fault::TokenEncrypted, |it| {
            it.header["enc"] = json!("A256GCM");
        }),
    ]
}

fn signatures() -> Vec<Case> {
    vec![
        provider("alg none", Fault::AlgorithmForbidden, |it| it.signer = Signer::Nobody),
        provider("alg NONE", Fault::AlgorithmForbidden, |it| it.header["alg"] = json!("NONE")),
        provider("no alg", Fault::AlgorithmForbidden, |it| it.header["alg"] = json!(null)),
        provider("HS256 with the public key as secret", Fault::AlgorithmForbidden, |it| {
            it.signer = Signer::Hs256(rsa_public_pem().as_bytes().to_vec());
        }),
        provider("HS256 with the client secret", Fault::AlgorithmForbidden, |it| {
            it.signer = Signer::Hs256(CLIENT_SECRET.as_bytes().to_vec());
        }),
        provider("RS512, which we do not take", Fault::AlgorithmForbidden, |it| it.header["alg"] = json!("RS512")),
        provider("alg of the header does not fit the key", Fault::KeyUnsuitable, |it| {
            it.header["alg"] = json!("ES256")
        }),
        provider("key of another kind named", Fault::KeyUnsuitable, |it| it.header["kid"] = json!("edwards")),
        provider("PS256 over a signature of RS256", Fault::SignatureWrong, |it| it.header["alg"] = json!("PS256")),
        provider("signed by a stranger under our key's name", Fault::SignatureWrong, |it| it.signer = Signer::Stranger),
        provider("stripped signature", Fault::SignatureWrong, |it| {
            it.on_its_way = |token| with_part(&token, 2, |_| Vec::new())
        }),
        provider("flipped byte in the signature", Fault::SignatureWrong, |it| {
            it.on_its_way = |token| with_part(&token, 2, flipped);
        }),
        provider("flipped byte in the claims", Fault::SignatureWrong, |it| {
            it.on_its_way = |token| {
                with_part(&token, 1, |claims| String::from_utf8_lossy(claims).replace("7f3a", "7f3b").into_bytes())
            };
        }),
        provider("flipped byte in the header", Fault::SignatureWrong, |it| {
            it.on_its_way = |token| {
                with_part(&token, 0, |header| String::from_utf8_lossy(header).replace("JWT", "jwt").into_bytes())
            };
        }),
        provider("unknown kid", Fault::KeyUnknown, |it| it.header["kid"] = json!("unknown")),
        provider("kid that is a path", Fault::KeyUnknown, |it| it.header["kid"] = json!("../../../../dev/null")),
        provider("kid that is a URL", Fault::KeyUnknown, |it| it.header["kid"] = json!("http://127.0.0.1:1/key")),
        provider("kid that is SQL", Fault::KeyUnknown, |it| it.header["kid"] = json!("' OR 1=1 --")),
        provider("kid that is a number", Fault::TokenUnreadable, |it| it.header["kid"] = json!(7)),
        provider("no kid, and two keys of the kind", Fault::KeyAmbiguous, |it| {
            it.header["kid"] = json!(null);
            it.on_its_way = |token| with_part(&token, 0, |_| br#"{"alg":"RS256"}"#.to_vec());
            let mut other = strange_key();
            other["kid"] = json!("other");
            it.keys = Answer::Json(json!({ "keys": [rsa_key(), other] }));
        }),
        provider("jku elsewhere", Fault::HeaderBringsKey, |it| it.header["jku"] = json!("https://evil.example/keys")),
        provider("x5u elsewhere", Fault::HeaderBringsKey, |it| it.header["x5u"] = json!("https://evil.example/cert")),
        provider("certificate in the header", Fault::HeaderBringsKey, |it| it.header["x5c"] = json!(["MIIB"])),
        provider("key in the header", Fault::HeaderBringsKey, |it| {
            it.signer = Signer::Stranger;
            it.header["jwk"] = strange_key();
        }),
        provider("crit that nobody knows", Fault::HeaderCritical, |it| {
            it.header["crit"] = json!(["exp"]);
        }),
        provider("b64 false", Fault::HeaderCritical, |it| it.header["b64"] = json!(false)),
        provider("name twice in the header", Fault::DuplicateName, |it| {
            it.on_its_way = |token| with_part(&token, 0, |_| br#"{"alg":"RS256","kid":"rsa","alg":"none"}"#.to_vec());
        }),
        provider("nested token", Fault::TokenUnreadable, |it| it.header["cty"] = json!("JWT")),
    ]
}

fn claims() -> Vec<Case> {
    vec![
        provider("wrong aud", Fault::AudienceOther, |it| it.claims["aud"] = json!("somebody-else")),
        provider("no aud", Fault::AudienceOther, |it| it.claims["aud"] = json!(null)),
        provider("two auds without azp", Fault::AuthorizedPartyMissing, |it| {
            it.claims["aud"] = json!([CLIENT_ID, "b"])
        }),
        provider("azp of another", Fault::AuthorizedPartyOther, |it| it.claims["azp"] = json!("somebody-else")),
        provider("two auds and azp of another", Fault::AuthorizedPartyOther, |it| {
            it.claims["aud"] = json!([CLIENT_ID, "b"]);
            it.claims["azp"] = json!("b");
        }),
        provider("iss with a slash more", Fault::IssuerOther, |it| {
            it.claims["iss"] = json!(format!("{}/", it.claims["iss"].as_str().unwrap_or_default()));
        }),
        provider("iss of another", Fault::IssuerOther, |it| it.claims["iss"] = json!("https://evil.example")),
        provider("no iss", Fault::IssuerOther, |it| it.claims["iss"] = json!(null)),
        provider("expired", Fault::Expired, |it| it.claims["exp"] = json!(it.claims["iat"].as_i64().unwrap_or(0) - 60)),
        provider("missing exp", Fault::ExpiryMissing, |it| it.claims["exp"] = json!(null)),
        provider("exp that is a text", Fault::ClaimUnreadable, |it| it.claims["exp"] = json!("2036-01-01")),
        provider("exp beyond all time", Fault::ClaimUnreadable, |it| it.claims["exp"] = json!(1e300)),
        provider("future nbf", Fault::NotYetValid, |it| {
            it.claims["nbf"] = json!(it.claims["iat"].as_i64().unwrap_or(0) + 120);
        }),
        provider("future iat", Fault::IssuedInFuture, |it| {
            it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap_or(0) + 120);
        }),
        provider("missing iat", Fault::IssueTimeMissing, |it| it.claims["iat"] = json!(null)),
        provider("missing nonce", Fault::NonceMissing, |it| it.claims["nonce"] = json!(null)),
        provider("other nonce", Fault::NonceOther, |it| it.claims["nonce"] = json!("A".repeat(43))),
        provider("nonce with more behind it", Fault::NonceOther, |it| it.claims["nonce"] = json!(format!("{NONCE}A"))),
        provider("sub empty", Fault::SubjectUnusable, |it| it.claims["sub"] = json!("")),
        provider("sub missing", Fault::SubjectUnusable, |it| it.claims["sub"] = json!(null)),
        provider("sub of 256 characters", Fault::SubjectUnusable, |it| it.claims["sub"] = json!("s".repeat(256))),
        provider("sub that is a number", Fault::SubjectUnusable, |it| it.claims["sub"] = json!(7)),
        provider("claim twice", Fault::DuplicateName, |it| {
            it.claims_text = Some(it.claims.to_string().replacen('{', r#"{"sub": "administrator", "#, 1));
        }),
        provider("claims that are a list", Fault::TokenUnreadable, |it| it.claims_text = Some("[]".to_owned())),
        provider("somebody whom nobody linked, with our person's e-mail", Fault::IdentityUnknown, |it| {
            it.claims["sub"] = json!("somebody");
            it.claims["email"] = json!("caseworker@relais.example");
            it.claims["preferred_username"] = json!(HANDLE);
            it.claims["email_verified"] = json!(true);
        }),
        provider("groups that are not in the map", Fault::IdentityUnknown, |it| {
            it.claims["sub"] = json!("somebody");
            it.claims["groups"] = json!(["Marked-Lawyers", "administrators", ""]);
        }),
    ]
}

fn cases() -> Vec<Case> {
    [callbacks(), discoveries(), token_answers(), signatures(), claims()].into_iter().flatten().collect()
}

/// Sends somebody the whole way with this going wrong.
async fn meet(stage: &mut Stage, case: &Case) -> Result<(), Fault> {
    stage.set_clock(0);
    stage.fake.behave();
    stage.restart();
    stage.date_claims();
    (case.script)(&mut stage.fake.script());
    let other = stage.begin().await?.begun.browser_secret.expose().clone();
    let trip = stage.begin().await?;
    stage.set_clock(case.seconds);
    let mut callback = stage.callback(&trip);
    (case.callback)(&mut callback);
    let browser = match case.browser {
        Browser::Same => Some(trip.begun.browser_secret.expose().as_str()),
        Browser::Other => Some(other.as_str()),
        Browser::WithoutCookie => None,
    };
    stage.complete(&callback, browser).await.map(drop)
}

#[tokio::test]
async fn each_of_at_least_thirty_faults_is_refused_with_its_own_reason() {
    let mut stage = Stage::open(World::on_sqlite().await).await;
    let cases = cases();
    assert!(cases.len() >= 30, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let met = meet(&mut stage, case).await;
        if met != Err(case.fault) {
            wrong.push(format!("{}: expected {:?}, met {met:?}", case.name, case.fault));
        }
    }
    assert!(wrong.is_empty(), "{} of {} are not as expected\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let sessions = stage.world.texts("SELECT CAST(count(*) AS TEXT) FROM sessions".to_owned()).await;
    assert_eq!(sessions, ["0"], "nobody was signed in");
    let names: std::collections::BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "each case has its name");
    println!("{} faulty cases, each refused with its own reason", cases.len());
    // And the way that goes right was open all the time.
    let right = provider("nothing", Fault::Declined, |_| {});
    assert_eq!(meet(&mut stage, &right).await, Ok(()));
}

#[tokio::test]
async fn every_algorithm_that_we_take_is_taken() {
    let mut stage = Stage::open(World::on_sqlite().await).await;
    for signer in [Signer::Rs256, Signer::Ps256, Signer::Es256, Signer::EdDsa] {
        stage.fake.behave();
        stage.restart();
        stage.fake.script().signer = signer.clone();
        let at_hash = match signer {
            // The hash goes with the algorithm: SHA-512 for Ed25519.
            Signer::EdDsa => half(&ring::digest::digest(&ring::digest::SHA512, b"marked-access-token")),
            _ => half(&ring::digest::digest(&ring::digest::SHA256, b"marked-access-token")),
        };
        stage.fake.script().claims["at_hash"] = json!(at_hash);
        assert_eq!(stage.sign_in().await.map(drop), Ok(()), "{signer:?}");
    }
    let two = |it: &mut Script| {
        it.claims["aud"] = json!([CLIENT_ID, "b"]);
        it.claims["azp"] = json!(CLIENT_ID);
    };
    two(&mut stage.fake.script());
    assert_eq!(stage.sign_in().await.map(drop), Ok(()), "for several, and asked for by us");
}

fn half(digest: &ring::digest::Digest) -> String {
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..digest.as_ref().len() / 2])
}

on_both_databases! {
    /// A state, and a code, count once; whoever brings them again is refused.
    async fn what_was_used_is_used_up(world: World) {
        let stage = Stage::open(world).await;
        stage.date_claims();
        let trip = stage.begin().await.expect("a beginning");
        let (callback, browser) = (stage.callback(&trip), Some(trip.begun.browser_secret.expose().as_str()));
        assert_eq!(stage.complete(&callback, browser).await.map(drop), Ok(()));
        stage.fake.script().uses_left = 1;
        assert_eq!(stage.complete(&callback, browser).await.map(drop), Err(Fault::StateUnknown), "the state twice");
        stage.fake.script().uses_left = 0;
        let trip = stage.begin().await.expect("a beginning");
        let (callback, browser) = (stage.callback(&trip), Some(trip.begun.browser_secret.expose().as_str()));
        assert_eq!(stage.complete(&callback, browser).await.map(drop), Err(Fault::GrantRefused), "the code twice");
        // A failed attempt uses the state up, too.
        assert_eq!(stage.complete(&callback, browser).await.map(drop), Err(Fault::StateUnknown));
    }

    /// The nonce of an earlier sign-in of the same person does not count for a later one.
    async fn an_old_token_does_not_count_again(world: World) {
        let stage = Stage::open(world).await;
        stage.sign_in().await.expect("a sign-in");
        let old = stage.fake.script().id_token();
        stage.date_claims();
        stage.fake.script().token_members = json!({ "id_token": old });
        let trip = stage.begin().await.expect("a beginning");
        let callback = stage.callback(&trip);
        let replayed = stage.complete(&callback, Some(trip.begun.browser_secret.expose())).await;
        assert_eq!(replayed.map(drop), Err(Fault::NonceOther));
    }

    /// Of fifty that bring the same callback at once, one is signed in.
    async fn one_of_many_at_once_gets_in(world: World) {
        let stage = Stage::open(world).await;
        stage.date_claims();
        stage.fake.script().uses_left = 50;
        let trip = stage.begin().await.expect("a beginning");
        let callback = stage.callback(&trip);
        let stage = Arc::new(stage);
        let attempts: Vec<_> = (0..50)
            .map(|_| {
                let (stage, callback) = (Arc::clone(&stage), callback.clone());
                let browser = trip.begun.browser_secret.expose().clone();
                tokio::spawn(async move { stage.complete(&callback, Some(&browser)).await.map(drop) })
            })
            .collect();
        let mut signed_in = 0;
        for attempt in attempts {
            match attempt.await.expect("an attempt ends") {
                Ok(()) => signed_in += 1,
                Err(fault) => assert_eq!(fault, Fault::StateUnknown),
            }
        }
        assert_eq!(signed_in, 1);
    }
}

#[tokio::test]
async fn a_key_that_is_not_known_is_looked_for_once_a_minute() {
    let stage = Stage::open(World::on_sqlite().await).await;
    stage.sign_in().await.expect("a sign-in");
    assert_eq!(stage.fake.times_asked("/realm/keys"), 1);
    // The provider changes its key. Who came just now waits for a minute at most.
    let mut renamed = rsa_key();
    renamed["kid"] = json!("next");
    {
        let mut script = stage.fake.script();
        script.keys = Answer::Json(json!({ "keys": [renamed] }));
        script.header["kid"] = json!("next");
    }
    stage.set_clock(59);
    assert_eq!(stage.sign_in().await.map(drop), Err(Fault::KeyUnknown));
    assert_eq!(stage.fake.times_asked("/realm/keys"), 1, "not before the minute is over");
    stage.set_clock(60);
    assert_eq!(stage.sign_in().await.map(drop), Ok(()));
    assert_eq!(stage.fake.times_asked("/realm/keys"), 2);
    // Whoever invents names of keys has the provider asked no more often.
    stage.fake.script().header["kid"] = json!("invented");
    for _ in 0..5 {
        assert_eq!(stage.sign_in().await.map(drop), Err(Fault::KeyUnknown));
    }
    assert_eq!(stage.fake.times_asked("/realm/keys"), 2);
    // And all is read anew after ten minutes.
    stage.fake.script().header["kid"] = json!("next");
    stage.set_clock(599);
    assert_eq!(stage.sign_in().await.map(drop), Ok(()));
    assert_eq!(stage.fake.times_asked("/realm/.well-known/openid-configuration"), 1);
    stage.set_clock(600);
    assert_eq!(stage.sign_in().await.map(drop), Ok(()));
    assert_eq!(stage.fake.times_asked("/realm/.well-known/openid-configuration"), 2);
}
