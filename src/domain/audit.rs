//! The audit trail's words: who did or read what, by field names and never by values.

use super::code::code_list;
use super::id::{AccountId, ConsentId, OrganizationId, ProjectId};
use super::time::Timestamp;

code_list! {
    /// What an audit event tells.
    AuditAction {
        CaseOpened = "case_opened": "a case reference was opened",
        ConsentRecorded = "consent_recorded": "a consent was recorded",
        ReferralCreated = "referral_created": "a referral was drafted",
        ReferralChanged = "referral_changed": "a referral changed its state",
        DemandRecorded = "demand_recorded": "a need without an answer was recorded",
        Disclosed = "disclosed": "fields of a person-linked object were read",
        GapsRead = "gaps_read": "the table of gaps was read",
        DirectoryImported = "directory_imported": "a feed was imported into the directory",
        AccountAdded = "account_added": "an account was added",
        AccountChanged = "account_changed": "an account was given another role, project or team",
        AccountDisabled = "account_disabled": "an account was shut out",
        AccountEnabled = "account_enabled": "an account was let in again",
        AccountReset = "account_reset": "an account lost its credentials and got a new enrolment code",
        PasswordChanged = "password_changed": "a password was set",
        SecondFactorChanged = "second_factor_changed": "a second factor was set up",
        RecoveryCodesMade = "recovery_codes_made": "recovery codes were made anew",
        SessionOpened = "session_opened": "somebody signed in",
        SessionConfirmed = "session_confirmed": "who was signed in proved it anew",
        SessionEnded = "session_ended": "a session was ended",
        SignInFailed = "sign_in_failed": "an attempt to sign in failed",
        IdentityLinked = "identity_linked": "an identity of a provider was linked to an account",
        IdentityUnlinked = "identity_unlinked": "an identity of a provider opens its account no longer",
        TokenIssued = "token_issued": "an API token was made",
        TokenRevoked = "token_revoked": "an API token was revoked",
        CommandsApplied = "commands_applied": "a command file was applied",
    }
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// The project whose trail it belongs to; `None` for acts on the directory and on accounts.
    pub project_id: Option<ProjectId>,
    /// Who; `None` for an operator at the command line.
    pub actor_id: Option<AccountId>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// What was done.
    pub action: AuditAction,
    /// The object, by its id or name.
    pub object: String,
    /// Names of the fields that were told or changed.
    pub fields: Vec<&'static str>,
    /// The consent that the act rests on.
    pub consent_id: Option<ConsentId>,
}
