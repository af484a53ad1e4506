//! The audit trail's words: who did or read what and for what purpose, by field names and never by values.
//!
//! Invariants: every field of an [`AuditEvent`] is an identifier, a code or a name of the schema, so that an
//! event can hold nothing that somebody typed. [`chain`] links the events of a trail, [`seal`] signs what a
//! trail has come to, and [`verify`] finds the first entry that does not belong.

pub mod chain;
pub mod readings;
pub mod seal;
pub mod verify;

use super::account::Role;
use super::code::code_list;
use super::id::{AccountId, ConsentId, OrganizationId, ProjectId};
use super::time::Timestamp;

/// The trail of acts on the directory, on accounts and on machines, which belong to no project.
pub const NETWORK_TRAIL: &str = "network";

code_list! {
    /// What an audit event tells.
    AuditAction {
        CaseOpened = "case_opened": "a case reference was opened",
        ConsentRecorded = "consent_recorded": "a consent was recorded",
        ConsentConfirmed = "consent_confirmed": "a second person confirmed a consent that takes two",
        ReferralCreated = "referral_created": "a referral was drafted",
        RoundSent = "round_sent": "a need was put to several services at once",
        ReferralChanged = "referral_changed": "a referral changed its state",
        SlipMade = "slip_made": "a slip was made for a person to carry",
        SlipRefused = "slip_refused": "a code was presented that opens no slip",
        AnswerCodeMade = "answer_code_made": "a code was made to be spoken to a recipient that answers by a link",
        AnswerCodeTaken = "answer_code_taken": "somebody who came by a link has proved to be at the directory's number",
        AnswerCodeRefused = "answer_code_refused": "a code was tried that proves nothing",
        IncidentOpened = "incident_opened": "a referral ended with harm",
        IncidentClosed = "incident_closed": "it was said what came of looking into harm",
        ReferralDue = "referral_due": "what was due of a referral by itself was done",
        CapacityAsked = "capacity_asked": "somebody asked a recipient whether it has places, for nobody in particular",
        CapacityAnswered = "capacity_answered": "a question for places was answered",
        CapacityCheckClosed = "capacity_check_closed": "a question for places was closed",
        ReceptionSet = "reception_set": "it was said which team answers what partners offer to a service",
        OfferMade = "offer_made": "a partner offered a person to a service",
        OfferChanged = "offer_changed": "an offer of a partner changed its state",
        OfferDue = "offer_due": "what was due of a partner's offer by itself was done",
        MessageSent = "message_sent": "a text was sent on a referral",
        MessagesRead = "messages_read": "the messages on a referral were marked as read",
        DemandRecorded = "demand_recorded": "a need without an answer was recorded",
        Disclosed = "disclosed": "fields of a person-linked object were read",
        GapsRead = "gaps_read": "the table of gaps was read",
        DirectoryImported = "directory_imported": "a feed was imported into the directory",
        DirectoryExported = "directory_exported": "a copy of what an audience may know of the directory was made",
        EntryEdited = "entry_edited": "an entry of the directory was edited",
        EntriesMerged = "entries_merged": "an entry of the directory was merged into another",
        EntriesUnmerged = "entries_unmerged": "the merging of an entry of the directory was undone",
        PairDismissed = "pair_dismissed": "two entries of the directory were judged to be two services",
        PairRestored = "pair_restored": "the judgement that two entries of the directory are two services was taken back",
        ChangeProposed = "change_proposed": "a change of the directory was proposed",
        ProposalDecided = "proposal_decided": "a proposed change of the directory was decided",
        DoNotUseMarked = "do_not_use_marked": "something in the directory was marked as not to be used",
        DoNotUseLifted = "do_not_use_lifted": "a confirmed mark that something is not to be used was lifted",
        CapacityTold = "capacity_told": "somebody told how many a service can take",
        EntryConfirmed = "entry_confirmed": "somebody confirmed that an entry is still true",
        CommandsApplied = "commands_applied": "a command file was applied",
        ProjectFrozen = "project_frozen": "a project was frozen",
        ThawRequested = "thaw_requested": "somebody asked to thaw a project",
        ProjectThawed = "project_thawed": "a project was thawed",
        DeskNamed = "desk_named": "a desk was named for when a project is frozen",
        PartnerRevoked = "partner_revoked": "a project has revoked a partner",
        RevocationEndRequested = "revocation_end_requested": "somebody asked to end the revocation of a partner",
        RevocationEnded = "revocation_ended": "the revocation of a partner was ended",
        ContinuityRead = "continuity_read": "the list of what a frozen project left open was read",
        CustodyTaken = "custody_taken": "a desk took over a case",
        GlassBroken = "glass_broken": "a case was opened from outside its team",
        GlassReviewed = "glass_reviewed": "the opening of a case from outside its team was reviewed",
        ReviewOverdue = "review_overdue": "who leads a project was told that the review of a broken glass is overdue",
        RevealAlert = "reveal_alert": "somebody opened more cases than the budget allows without an alert",
        ConsentWithdrawn = "consent_withdrawn": "a consent was withdrawn",
        DeletionRequested = "deletion_requested": "a recipient was asked to delete what it holds",
        DeletionAnswered = "deletion_answered": "a recipient answered a request to delete",
        AppealClosed = "appeal_closed": "it was recorded how an appeal of age ended",
        AgeBasisSet = "age_basis_set": "it was recorded on what the age of a case rests",
        ReportRecorded = "report_recorded": "a statutory report was recorded, without its content",
        ReportConfirmed = "report_confirmed": "a second person confirmed the record of a statutory report",
        OverrideRequested = "override_requested": "somebody asked to refer without a consent",
        OverrideConfirmed = "override_confirmed": "a second person allowed a referral without a consent",
        OverrideTakenBack = "override_taken_back": "a referral without a consent was taken back",
        OverrideReplaced = "override_replaced": "a consent took the place of an override",
        CaseErased = "case_erased": "a case was erased with everything that hung on it",
        DetailsErased = "details_erased": "the codes of a case's timelines, or its messages, were erased",
        MonthKeyDestroyed = "month_key_destroyed": "the key that linked a month's demands to cases was destroyed",
        LegalHoldSet = "legal_hold_set": "a case was held back from erasure, or the hold was renewed",
        LegalHoldLifted = "legal_hold_lifted": "a case is no longer held back from erasure",
        TrailRead = "trail_read": "an auditor read a part of an audit trail",
        Refused = "refused": "somebody was refused what they asked for",
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
        DeviceEnrolled = "device_enrolled": "a code was made by which a team's phone is enrolled",
        DeviceOpened = "device_opened": "the code of a team's phone was typed on it",
        DeviceRevoked = "device_revoked": "a team's phone opens nothing any more",
        PinSet = "pin_set": "somebody set a PIN for shared phones",
        PersonSwitched = "person_switched": "somebody took a shared phone over by PIN",
        PinWrong = "pin_wrong": "a wrong PIN was typed on a shared phone",
        PinLocked = "pin_locked": "five wrong PINs have locked somebody's PIN",
        IdentityLinked = "identity_linked": "an identity of a provider was linked to an account",
        IdentityUnlinked = "identity_unlinked": "an identity of a provider opens its account no longer",
        WebhookRegistered = "webhook_registered": "an organisation registered an address of its own system",
        WebhookSecretRotated = "webhook_secret_rotated": "a webhook was given a new secret",
        WebhookEnabled = "webhook_enabled": "a webhook is told again what concerns its organisation",
        WebhookDeleted = "webhook_deleted": "an organisation took a webhook back",
        WebhookTested = "webhook_tested": "somebody tried a webhook",
        TokenIssued = "token_issued": "an API token was made",
        TokenRevoked = "token_revoked": "an API token was revoked",
        RotationBegun = "rotation_begun": "a rotation of the keys was begun, or taken up again",
        KeysRotated = "keys_rotated": "every key was wrapped anew and the old epoch keys were destroyed",
        BackupBegun = "backup_begun": "a backup of data and keys was begun",
        BackupRestored = "backup_restored": "a backup was put in the place of data and keys",
    }
}

impl AuditAction {
    /// True for acts by which somebody answers for the protection of people.
    const fn is_of_protection(self) -> bool {
        matches!(
            self,
            Self::LegalHoldSet
                | Self::LegalHoldLifted
                | Self::ProjectFrozen
                | Self::ThawRequested
                | Self::ProjectThawed
                | Self::DeskNamed
                | Self::PartnerRevoked
                | Self::RevocationEndRequested
                | Self::RevocationEnded
                | Self::ContinuityRead
                | Self::CustodyTaken
                | Self::GlassBroken
                | Self::GlassReviewed
                | Self::ReviewOverdue
                | Self::ReportRecorded
                | Self::ReportConfirmed
                | Self::OverrideRequested
                | Self::OverrideConfirmed
                | Self::OverrideTakenBack
                | Self::OverrideReplaced
                | Self::DeletionRequested
                | Self::DeletionAnswered
        )
    }

    /// The purpose of an act of this kind, unless whoever acts has another.
    pub const fn usual_purpose(self) -> AuditPurpose {
        match self {
            _ if self.is_of_protection() => AuditPurpose::Protection,
            Self::CaseOpened
            | Self::ConsentRecorded
            | Self::ConsentConfirmed
            | Self::ReferralCreated
            | Self::RoundSent
            | Self::CapacityAsked
            | Self::CapacityAnswered
            | Self::CapacityCheckClosed
            | Self::ReferralChanged
            | Self::ReferralDue
            | Self::OfferMade
            | Self::OfferChanged
            | Self::OfferDue
            | Self::MessageSent
            | Self::MessagesRead
            | Self::DemandRecorded
            | Self::AppealClosed
            | Self::AgeBasisSet
            | Self::Disclosed => AuditPurpose::Care,
            Self::CaseErased | Self::DetailsErased | Self::MonthKeyDestroyed => AuditPurpose::Retention,
            Self::RevealAlert => AuditPurpose::Security,
            Self::ConsentWithdrawn => AuditPurpose::PersonRequest,
            Self::GapsRead => AuditPurpose::Statistics,
            Self::TrailRead => AuditPurpose::Audit,
            Self::Refused
            | Self::PasswordChanged
            | Self::SecondFactorChanged
            | Self::RecoveryCodesMade
            | Self::SessionOpened
            | Self::SessionConfirmed
            | Self::SessionEnded
            | Self::SignInFailed
            | Self::DeviceEnrolled
            | Self::DeviceOpened
            | Self::DeviceRevoked
            | Self::PinSet
            | Self::PersonSwitched
            | Self::PinWrong
            | Self::PinLocked
            | Self::TokenIssued
            | Self::TokenRevoked
            | Self::RotationBegun
            | Self::KeysRotated
            | Self::BackupBegun
            | Self::BackupRestored => AuditPurpose::Security,
            // What is left looks after the directory and the accounts.
            _ => AuditPurpose::Administration,
        }
    }
}

code_list! {
    /// What an act or a reading was for.
    AuditPurpose {
        Care = "care": "following the case, in the case's own team",
        ReferralAnswer = "referral_answer": "answering a referral, at the organisation that received it",
        Coordination = "coordination": "leading the project that the referral belongs to",
        Protection = "protection": "answering for the protection of people",
        PersonRequest = "person_request": "the person asked for it",
        Statistics = "statistics": "counting needs and answers",
        Administration = "administration": "looking after the directory, the accounts and the machines",
        Retention = "retention": "erasing what has been kept long enough",
        Audit = "audit": "checking who did what",
        Security = "security": "keeping out who does not belong",
    }
}

code_list! {
    /// Why something was refused.
    RefusalReason {
        Forbidden = "forbidden": "the role, the token or the want of a project does not allow it",
        NotVisible = "not_visible": "there is no such object, or not for the viewer",
        SignInFailed = "sign_in_failed": "the credential opens nothing",
    }
}

/// One event of the audit trail, before it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// The project whose trail it belongs to; `None` for the network's own.
    pub project_id: Option<ProjectId>,
    /// Who; `None` for an operator at the command line.
    pub actor_id: Option<AccountId>,
    /// What the actor's account was for, then.
    pub actor_role: Option<Role>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// What was done.
    pub action: AuditAction,
    /// The object, by its id or name.
    pub object: String,
    /// Names of the fields that were told or changed.
    pub fields: Vec<&'static str>,
    /// What it was for.
    pub purpose: AuditPurpose,
    /// Why, as the code of a list; a constant of the code, so that nobody's words can stand here.
    pub reason: Option<&'static str>,
    /// The consent that the act rests on.
    pub consent_id: Option<ConsentId>,
}

impl AuditEvent {
    /// An event of the network's trail by nobody with an account, for the usual purpose.
    pub const fn of_operator(at: Timestamp, action: AuditAction, object: String) -> Self {
        Self {
            at,
            project_id: None,
            actor_id: None,
            actor_role: None,
            organization_id: None,
            action,
            object,
            fields: Vec::new(),
            purpose: action.usual_purpose(),
            reason: None,
            consent_id: None,
        }
    }

    /// The name of the trail that it belongs to.
    pub fn trail(&self) -> String {
        self.project_id.map_or_else(|| NETWORK_TRAIL.to_owned(), |project| project.to_string())
    }
}
