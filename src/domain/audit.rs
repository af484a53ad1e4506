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
        CommandsApplied = "commands_applied": "a command file was applied",
        AppealClosed = "appeal_closed": "it was recorded how an appeal of age ended",
        CaseErased = "case_erased": "a case was erased with everything that hung on it",
        DetailsErased = "details_erased": "the codes of a case's timelines were erased",
        MonthKeyDestroyed = "month_key_destroyed": "the key that linked a month's demands to cases was destroyed",
        LegalHoldSet = "legal_hold_set": "a case was held back from erasure, or the hold was renewed",
        LegalHoldLifted = "legal_hold_lifted": "a case is no longer held back from erasure",
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
