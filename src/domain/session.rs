//! Sessions of the pages: how somebody proved who they are, and when that stops counting.

use super::account::RiskProfile;
use super::code::code_list;
use super::id::{AccountId, DeviceId, SessionId};
use super::time::Timestamp;

/// Minutes without a request after which a session is over.
const IDLE_MINUTES: i64 = 30;
/// The same where a leak could have people arrested or attacked (P-25).
const IDLE_MINUTES_AT_SEVERE_RISK: i64 = 15;
/// The same on a phone that goes from hand to hand.
const IDLE_MINUTES_BY_PIN: i64 = 10;
/// Hours after which a session is over, however busy.
const ABSOLUTE_HOURS: i64 = 12;
/// Minutes within which the second factor is to follow the password.
const UNFINISHED_MINUTES: i64 = 10;
/// Minutes for which a second factor, or any other proof, counts as fresh.
const FRESH_MINUTES: i64 = 5;

code_list! {
    /// How somebody proved who they are.
    AuthenticationMethod {
        Password = "password": "by password alone",
        PasswordAndCode = "password_and_code": "by password and a code of the second factor",
        PasswordAndRecoveryCode = "password_and_recovery_code": "by password and a recovery code",
        Provider = "provider": "by the organisation's identity provider",
        Pin = "pin": "by a PIN on a shared phone, after a full sign-in there on the same day",
    }
}

code_list! {
    /// What a session is good for.
    SessionStage {
        SecondFactor = "second_factor": "the password was right, the second factor is awaited",
        Enrolment = "enrolment": "an enrolment code was used, the second factor is to be set up",
        SignedIn = "signed_in": "somebody is signed in",
    }
}

/// How somebody proved who they are, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// How.
    pub method: AuthenticationMethod,
    /// When.
    pub at: Timestamp,
    /// When a second factor was last given; `None` where there was none.
    pub second_factor_at: Option<Timestamp>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Identifier, by which it is listed and ended; it opens nothing.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is good for.
    pub stage: SessionStage,
    /// How somebody proved who they are, and when.
    pub authentication: Authentication,
    /// When somebody last proved anew who they are, by whatever they have.
    pub confirmed_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// The shared phone on which it was opened; it counts there only.
    pub device_id: Option<DeviceId>,
    /// When it ends at the latest, where that is sooner than every session does.
    pub ends_at: Option<Timestamp>,
}

impl Authentication {
    /// Whether this is a full proof, after which a PIN is enough for the day: a second factor was given, or an identity provider
    /// has vouched.
    pub fn is_full(&self) -> bool {
        match self.method {
            AuthenticationMethod::Provider => true,
            AuthenticationMethod::Pin => false,
            _ => self.second_factor_at.is_some(),
        }
    }
}

impl Session {
    /// Whether the session still counts at `now`, where the risk of its account is this.
    pub fn is_alive(&self, risk: RiskProfile, now: Timestamp) -> bool {
        let opened_at = self.authentication.at;
        let idle_minutes = match (self.authentication.method, risk) {
            // Where a leak could have people arrested nobody shares a phone.
            (AuthenticationMethod::Pin, RiskProfile::Severe) => return false,
            (AuthenticationMethod::Pin, _) => IDLE_MINUTES_BY_PIN,
            (_, RiskProfile::Severe) => IDLE_MINUTES_AT_SEVERE_RISK,
            _ => IDLE_MINUTES,
        };
        let is_in_time = match self.stage {
            SessionStage::SignedIn => now < opened_at.plus_hours(ABSOLUTE_HOURS),
            SessionStage::Enrolment => now < opened_at.plus_minutes(IDLE_MINUTES),
            SessionStage::SecondFactor => now < opened_at.plus_minutes(UNFINISHED_MINUTES),
        };
        let is_before_its_end = self.ends_at.is_none_or(|end| now < end);
        is_in_time && is_before_its_end && now < self.seen_at.plus_minutes(idle_minutes)
    }

    /// Whether a second factor was given within the last five minutes.
    pub fn has_fresh_second_factor(&self, now: Timestamp) -> bool {
        self.authentication.second_factor_at.is_some_and(|at| now < at.plus_minutes(FRESH_MINUTES))
    }

    /// Whether somebody proved who they are within the last five minutes, so that credentials may be changed. A PIN is no such
    /// proof: whoever came by one gives the second factor.
    pub fn is_freshly_confirmed(&self, now: Timestamp) -> bool {
        match self.authentication.method {
            AuthenticationMethod::Pin => self.has_fresh_second_factor(now),
            _ => now < self.confirmed_at.plus_minutes(FRESH_MINUTES),
        }
    }

    /// Whether the session's last use is to be written down: once a minute is enough, and never too late.
    pub fn is_seen_anew(&self, now: Timestamp) -> bool {
        now >= self.seen_at.plus_minutes(1)
    }

    /// The instant before which no session can still be alive.
    pub const fn oldest_alive(now: Timestamp) -> Timestamp {
        now.plus_hours(-ABSOLUTE_HOURS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_microseconds(0).plus_minutes(minutes)
    }

    #[test]
    fn a_session_ends_by_idleness_by_age_and_sooner_at_severe_risk() {
        use RiskProfile::{High, Severe, Standard};
        use SessionStage::{Enrolment, SecondFactor, SignedIn};
        for (stage, risk, seen, now, is_alive) in [
            (SignedIn, Standard, 0, 29, true),
            (SignedIn, Standard, 0, 30, false),
            (SignedIn, High, 100, 129, true),
            (SignedIn, Severe, 0, 14, true),
            (SignedIn, Severe, 0, 15, false),
            (SignedIn, Standard, 719, 719, true),
            (SignedIn, Standard, 719, 720, false),
            (SecondFactor, Standard, 9, 9, true),
            (SecondFactor, Standard, 9, 10, false),
            (Enrolment, Standard, 29, 29, true),
            (Enrolment, Standard, 29, 30, false),
        ] {
            let authentication =
                Authentication { method: AuthenticationMethod::Password, at: at(0), second_factor_at: None };
            let session = Session {
                id: SessionId::from_bytes([1; 16]),
                account_id: AccountId::from_bytes([2; 16]),
                stage,
                authentication,
                confirmed_at: at(0),
                seen_at: at(seen),
                device_id: None,
                ends_at: None,
            };
            assert_eq!(session.is_alive(risk, at(now)), is_alive, "{stage} {risk} {seen} {now}");
            assert!(!session.has_fresh_second_factor(at(now)));
            assert_eq!(session.is_freshly_confirmed(at(now)), now < 5);
            let authentication = Authentication { second_factor_at: Some(at(0)), ..authentication };
            let session = Session { authentication, ..session };
            assert_eq!(session.has_fresh_second_factor(at(now)), now < 5);
        }
    }
    #[test]
    fn a_session_by_pin_idles_out_sooner_ends_with_its_day_and_proves_nothing_afresh() {
        use RiskProfile::{High, Severe, Standard};
        let authentication = Authentication { method: AuthenticationMethod::Pin, at: at(0), second_factor_at: None };
        let session = |seen| Session {
            id: SessionId::from_bytes([1; 16]),
            account_id: AccountId::from_bytes([2; 16]),
            stage: SessionStage::SignedIn,
            authentication,
            confirmed_at: at(0),
            seen_at: at(seen),
            device_id: Some(DeviceId::from_bytes([3; 16])),
            ends_at: Some(at(60)),
        };
        for (risk, seen, now, is_alive) in [
            (Standard, 0, 9, true),
            (Standard, 0, 10, false),
            (High, 50, 59, true),
            (High, 59, 60, false),
            (Severe, 0, 1, false),
        ] {
            assert_eq!(session(seen).is_alive(risk, at(now)), is_alive, "{risk} {seen} {now}");
        }
        assert!(!session(0).is_freshly_confirmed(at(0)) && !authentication.is_full());
        let authentication = Authentication { second_factor_at: Some(at(3)), ..authentication };
        let confirmed = Session { authentication, ..session(0) };
        assert!(confirmed.is_freshly_confirmed(at(7)) && !confirmed.is_freshly_confirmed(at(8)));
        assert!(!authentication.is_full(), "a second factor without the password is no full sign-in");
    }
}
