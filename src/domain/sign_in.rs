//! Signing in: failed attempts, and what can be wrong with what somebody typed.

use super::code::code_list;
use super::time::Timestamp;

/// Failures that cost nothing: everybody mistypes.
const FREE_FAILURES: i64 = 3;
/// Longest wait. There is no lock: whoever knows the password is let in after it at the latest.
const LONGEST_DELAY_SECONDS: i64 = 360;
/// Hours after which failures are forgotten.
const FORGOTTEN_AFTER_HOURS: i64 = 24;

/// Failed attempts under one handle, whether or not it is anybody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many in a row.
    pub failures: i64,
    /// When the last one was.
    pub failed_at: Option<Timestamp>,
}

impl Attempts {
    /// Seconds until the next attempt is looked at; 0 when it is looked at now. An attempt that comes too
    /// early is not counted, so that nobody can lengthen another's wait by trying on.
    pub fn seconds_to_wait(self, now: Timestamp) -> i64 {
        let Some(failed_at) = self.failed_at else { return 0 };
        let until = failed_at.plus_seconds(self.delay_seconds());
        (until.microseconds().saturating_sub(now.microseconds())).max(0).div_euclid(1_000_000)
            + i64::from(until > now && (until.microseconds() - now.microseconds()) % 1_000_000 != 0)
    }

    /// The instant before which a failure counts no more.
    pub const fn forgotten_before(now: Timestamp) -> Timestamp {
        now.plus_hours(-FORGOTTEN_AFTER_HOURS)
    }

    fn delay_seconds(self) -> i64 {
        let beyond = self.failures - FREE_FAILURES;
        if beyond < 0 { 0 } else { (1_i64 << beyond.min(20)).min(LONGEST_DELAY_SECONDS) }
    }
}

code_list! {
    /// What is wrong with what somebody typed to sign in, to enrol or to change the own account.
    CredentialProblem {
        SignIn = "sign_in": "the handle or the password is wrong, or the account cannot be used",
        TooManyAttempts = "too_many_attempts": "there were too many failures: wait",
        CodeWrong = "code_wrong": "the code is wrong, was used before or has run out",
        EnrolmentCode = "enrolment_code": "the enrolment code is wrong, was used or has run out",
        PasswordTooShort = "password_too_short": "a password has at least 12 characters",
        PasswordTooLong = "password_too_long": "a password has at most 256 characters",
        PasswordGuessable = "password_guessable": "the password would be guessed soon",
        PasswordsDiffer = "passwords_differ": "the two passwords differ",
        DeviceCode = "device_code": "the code of the phone is wrong, was used or has run out",
        PinWrong = "pin_wrong": "the PIN is wrong, or cannot be used here now; five wrong ones lock it",
        PinForm = "pin_form": "a PIN has six digits",
        PinsDiffer = "pins_differ": "the two PINs differ",
        PinGuessable = "pin_guessable": "the PIN would be guessed among the first",
        PinOfProvider = "pin_of_provider": "an account that the identity provider's groups decide over has no PIN: it would outlast its membership",
        PhoneAtSevereRisk = "phone_at_severe_risk": "at severe risk nobody shares a phone: everybody signs in with password and second factor",
        TokenName = "token_name": "a token has a name of 1 to 40 characters",
        TokenScopes = "token_scopes": "a token has at least one scope, and none beyond its owner's role",
        TokenDays = "token_days": "a token lives from 1 to 90 days",
        TokenOfProvider = "token_of_provider": "an account that the identity provider's groups decide over has no tokens: they would outlast its membership",
        TokenCount = "token_count": "an account has at most ten tokens",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_six_minutes_and_never_becomes_a_lock() {
        let start = Timestamp::from_microseconds(0);
        let waits: Vec<i64> =
            (0..16).map(|failures| Attempts { failures, failed_at: Some(start) }.seconds_to_wait(start)).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]);
        let many = Attempts { failures: 1_000_000, failed_at: Some(start) };
        assert_eq!(many.seconds_to_wait(start.plus_seconds(359)), 1);
        assert_eq!(many.seconds_to_wait(start.plus_seconds(360)), 0);
        assert_eq!(many.seconds_to_wait(Timestamp::from_microseconds(359_500_000)), 1);
        assert_eq!(Attempts::default().seconds_to_wait(start), 0);
    }
}
