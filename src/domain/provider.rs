//! Sign-in by an identity provider: what is remembered between its steps, and of whom it tells.
//!
//! Nothing here is an address or a name. What is secret has neither `Debug` nor `Display`.

use super::id::SessionId;
use super::sensitive::Sensitive;
use super::time::Timestamp;

/// Minutes within which a sign-in that was begun is to come back from the provider.
pub const SIGN_IN_MINUTES: i64 = 10;
/// Minutes for which the provider's word holds; without a new one nobody is served by that session.
pub const CHECK_MINUTES: i64 = 5;
/// Seconds for which one request may be asking the provider anew, while others wait.
pub const CHECK_LEASE_SECONDS: i64 = 20;

/// Somebody, as one provider knows them; the subject means nothing at another provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The provider's issuer identifier, character by character.
    pub issuer: String,
    /// The provider's own, lasting name of the person.
    pub subject: String,
}

/// A sign-in that was begun and has not come back yet.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingSignIn {
    /// What the ID token is to repeat.
    pub nonce: String,
    /// The secret half of the proof that the code comes back to whom it was meant for.
    pub code_verifier: String,
}

/// What the provider told of how somebody signed in; for deciding whether that is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// The class of the authentication (`acr`).
    pub class: Option<String>,
    /// Its methods (`amr`).
    pub methods: Vec<String>,
    /// When it took place (`auth_time`).
    pub at: Option<Timestamp>,
}

impl Assurance {
    /// When a second factor was given at the provider (RFC 8176: `mfa`), never later than now.
    pub fn second_factor_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.at.filter(|_| self.methods.iter().any(|method| method == "mfa")).map(|at| at.min(now))
    }
}

/// What binds a session to the word of the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSession {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is at the provider.
    pub identity: ExternalIdentity,
    /// What ID tokens of this sign-in repeat, if anything.
    pub nonce: String,
    /// What the provider takes for a new word; without one the session ends with the word it has.
    pub refresh_token: Option<Sensitive<String>>,
    /// How the person signed in there.
    pub assurance: Assurance,
    /// When the provider gave its word last.
    pub checked_at: Timestamp,
}

impl ProviderSession {
    /// Whether the provider's word still holds.
    pub const fn is_vouched_for(&self, now: Timestamp) -> bool {
        now.microseconds() < self.checked_at.plus_minutes(CHECK_MINUTES).microseconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_factor_counts_from_when_it_was_given() {
        let now = Timestamp::from_microseconds(1_000_000);
        let assurance = |methods: &[&str], at| Assurance {
            class: None,
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            at,
        };
        let earlier = Timestamp::from_microseconds(1);
        assert_eq!(assurance(&["pwd", "mfa"], Some(earlier)).second_factor_at(now), Some(earlier));
        assert_eq!(assurance(&["mfa"], Some(now.plus_hours(1))).second_factor_at(now), Some(now));
        assert_eq!(assurance(&["mfa"], None).second_factor_at(now), None);
        assert_eq!(assurance(&["pwd", "otp"], Some(earlier)).second_factor_at(now), None);
    }
}
