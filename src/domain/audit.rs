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
        ProjectFrozen = "project_frozen": "a project was frozen",
        ThawRequested = "thaw_requested": "somebody asked to thaw a project",
        ProjectThawed = "project_thawed": "a project was thawed",
        DeskNamed = "desk_named": "a desk was named for when a project is frozen",
        ContinuityRead = "continuity_read": "the list of what a frozen project left open was read",
        CustodyTaken = "custody_taken": "a desk took over a case",
        GlassBroken = "glass_broken": "a case was opened from outside its team",
        GlassReviewed = "glass_reviewed": "the opening of a case from outside its team was reviewed",
        RevealAlert = "reveal_alert": "somebody opened more cases than the budget allows without an alert",
        ConsentWithdrawn = "consent_withdrawn": "a consent was withdrawn",
        DeletionRequested = "deletion_requested": "a recipient was asked to delete what it holds",
        DeletionAnswered = "deletion_answered": "a recipient answered a request to delete",
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
