//! The claims of an ID token, by the checks that need no signature: shape, audience, times, subject.

use super::Fault;
use crate::domain::provider::Assurance;
use crate::domain::time::Timestamp;
use serde_json::{Map, Value};

/// How far the provider's clock and ours may be apart.
pub(super) const CLOCK_SKEW_SECONDS: i64 = 60;
/// Characters of a subject, by the protocol.
const LONGEST_SUBJECT: usize = 255;
/// Groups that are read of one token.
const MOST_GROUPS: usize = 1_000;

/// Claims whose names stand once each.
pub(super) struct Claims(pub(super) Map<String, Value>);

impl Claims {
    fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::ClaimUnreadable),
        }
    }

    fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                // The protocol allows fractions; what has no place among our times is no time.
                let seconds = value.as_f64().filter(|seconds| seconds.abs() < 1e11).ok_or(Fault::ClaimUnreadable)?;
                #[expect(clippy::cast_possible_truncation, reason = "bounded above, and fractions do not count")]
                let microseconds = (seconds * 1e6) as i64;
                Ok(Some(Timestamp::from_microseconds(microseconds)))
            }
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<&str>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text]),
            Some(Value::Array(items)) => items.iter().map(|item| item.as_str().ok_or(Fault::ClaimUnreadable)).collect(),
            Some(_) => Err(Fault::ClaimUnreadable),
        }
    }

    /// Who is meant: the provider's lasting name of a person, never an e-mail address.
    pub(super) fn subject(&self) -> Result<&str, Fault> {
        let subject = self.text("sub").map_err(|_| Fault::SubjectUnusable)?.unwrap_or_default();
        let is_usable = (1..=LONGEST_SUBJECT).contains(&subject.len()) && !subject.chars().any(char::is_control);
        if is_usable { Ok(subject) } else { Err(Fault::SubjectUnusable) }
    }

    pub(super) fn check_issuer(&self, issuer: &str) -> Result<(), Fault> {
        if self.text("iss")? == Some(issuer) { Ok(()) } else { Err(Fault::IssuerOther) }
    }

    /// The token is for us: alone, or asked for by us where it is for several.
    pub(super) fn check_audience(&self, client_id: &str) -> Result<(), Fault> {
        let audiences = self.texts("aud")?;
        if !audiences.contains(&client_id) {
            return Err(Fault::AudienceOther);
        }
        match self.text("azp")? {
            Some(party) if party == client_id => Ok(()),
            Some(_) => Err(Fault::AuthorizedPartyOther),
            None if audiences.len() > 1 => Err(Fault::AuthorizedPartyMissing),
            None => Ok(()),
        }
    }

    pub(super) fn check_times(&self, now: Timestamp) -> Result<(), Fault> {
        let earliest = now.plus_seconds(-CLOCK_SKEW_SECONDS);
        let latest = now.plus_seconds(CLOCK_SKEW_SECONDS);
        if self.time("exp")?.ok_or(Fault::ExpiryMissing)? <= earliest {
            return Err(Fault::Expired);
        }
        if self.time("nbf")?.is_some_and(|from| from > latest) {
            return Err(Fault::NotYetValid);
        }
        if self.time("iat")?.ok_or(Fault::IssueTimeMissing)? > latest {
            return Err(Fault::IssuedInFuture);
        }
        Ok(())
    }

    pub(super) fn nonce(&self) -> Result<Option<&str>, Fault> {
        self.text("nonce")
    }

    /// How the person signed in at the provider.
    pub(super) fn assurance(&self) -> Result<Assurance, Fault> {
        Ok(Assurance {
            class: self.text("acr")?.map(str::to_owned),
            methods: self.texts("amr")?.into_iter().map(str::to_owned).collect(),
            at: self.time("auth_time")?,
        })
    }

    /// The groups under the claim that the operator named.
    pub(super) fn groups(&self, claim: &str) -> Result<Vec<String>, Fault> {
        let groups = self.texts(claim)?;
        if groups.len() > MOST_GROUPS {
            return Err(Fault::ClaimUnreadable);
        }
        Ok(groups.into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn claims(value: Value) -> Claims {
        Claims(value.as_object().expect("an object").clone())
    }

    #[test]
    fn a_token_is_for_us_alone_or_was_asked_for_by_us() {
        for (value, expected) in [
            (json!({ "aud": "us" }), None),
            (json!({ "aud": ["us"] }), None),
            (json!({ "aud": ["us"], "azp": "us" }), None),
            (json!({ "aud": ["us", "them"], "azp": "us" }), None),
            (json!({ "aud": ["us", "them"] }), Some(Fault::AuthorizedPartyMissing)),
            (json!({ "aud": ["us", "them"], "azp": "them" }), Some(Fault::AuthorizedPartyOther)),
            (json!({ "aud": "us", "azp": "them" }), Some(Fault::AuthorizedPartyOther)),
            (json!({ "aud": "them", "azp": "us" }), Some(Fault::AudienceOther)),
            (json!({ "aud": "us " }), Some(Fault::AudienceOther)),
            (json!({ "aud": [] }), Some(Fault::AudienceOther)),
            (json!({}), Some(Fault::AudienceOther)),
            (json!({ "aud": ["us", 1] }), Some(Fault::ClaimUnreadable)),
        ] {
            assert_eq!(claims(value.clone()).check_audience("us").err(), expected, "{value}");
        }
    }

    #[test]
    fn times_count_by_our_clock_to_the_second() {
        for (value, expected) in [
            (json!({ "exp": NOW + 60, "iat": NOW }), None),
            (json!({ "exp": NOW - 59, "iat": NOW + 60, "nbf": NOW + 60 }), None),
            (json!({ "exp": (NOW as f64) + 0.5, "iat": NOW }), None),
            (json!({ "exp": NOW - 60, "iat": NOW }), Some(Fault::Expired)),
            (json!({ "exp": NOW + 60, "iat": NOW + 61 }), Some(Fault::IssuedInFuture)),
            (json!({ "exp": NOW + 60, "iat": NOW, "nbf": NOW + 61 }), Some(Fault::NotYetValid)),
            (json!({ "iat": NOW }), Some(Fault::ExpiryMissing)),
            (json!({ "exp": NOW + 60 }), Some(Fault::IssueTimeMissing)),
            (json!({ "exp": "soon", "iat": NOW }), Some(Fault::ClaimUnreadable)),
            (json!({ "exp": 1e300, "iat": NOW }), Some(Fault::ClaimUnreadable)),
        ] {
            let now = Timestamp::from_microseconds(NOW * 1_000_000);
            assert_eq!(claims(value.clone()).check_times(now).err(), expected, "{value}");
        }
    }

    #[test]
    fn a_subject_is_a_text_of_1_to_255_characters() {
        let longest = "s".repeat(255);
        for (value, is_usable) in [
            (json!({ "sub": "s" }), true),
            (json!({ "sub": longest }), true),
            (json!({ "sub": format!("{longest}s") }), false),
            (json!({ "sub": "" }), false),
            (json!({ "sub": 7 }), false),
            (json!({ "sub": "a\u{0}b" }), false),
            (json!({}), false),
        ] {
            assert_eq!(claims(value.clone()).subject().is_ok(), is_usable, "{value}");
        }
    }

    #[test]
    fn groups_come_from_the_named_claim_only() {
        let claims = claims(json!({ "groups": ["a", "b"], "roles": "c", "amr": ["pwd"], "acr": "2", "auth_time": 1 }));
        assert_eq!(claims.groups("groups"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(claims.groups("roles"), Ok(vec!["c".to_owned()]));
        assert_eq!(claims.groups("none"), Ok(Vec::new()));
        assert_eq!(claims.groups("auth_time"), Err(Fault::ClaimUnreadable));
        let at = Some(Timestamp::from_microseconds(1_000_000));
        let expected = Assurance { class: Some("2".to_owned()), methods: vec!["pwd".to_owned()], at };
        assert_eq!(claims.assurance(), Ok(expected));
    }
}
