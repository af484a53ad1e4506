//! Which role may do what. One table; the access matrix of the tests prints it from the outside.

use super::access::{Access, Viewer};
use crate::domain::account::{Account, Project, Role, TokenScope};
use crate::domain::code::{CodeList as _, code_list};
use crate::domain::referral::Referral;

code_list! {
    /// What somebody may want to do.
    Action {
        SearchDirectory = "search_directory": "look for services",
        OpenCase = "open_case": "open a case reference",
        ReadCase = "read_case": "read a case reference",
        RecordConsent = "record_consent": "record a consent",
        CreateReferral = "create_referral": "draft and send a referral",
        AnswerReferral = "answer_referral": "answer a referral to one's organisation",
        ReadReferral = "read_referral": "read a referral",
        RecordDemand = "record_demand": "record a need without an answer",
        ReadGaps = "read_gaps": "read the table of gaps",
        ReadProject = "read_project": "read whether a project works, and who takes over when it does not",
        LeadProject = "lead_project": "freeze and thaw a project, and name its desk",
        ReadContinuity = "read_continuity": "read what a frozen project left open",
        TakeCustody = "take_custody": "take over a case of a frozen project",
        ReadNotices = "read_notices": "read and mark one's notices",
        BreakGlass = "break_glass": "open one case of another team for an hour",
        ReviewGlass = "review_glass": "review the opening of a case by somebody else",
        WithdrawConsent = "withdraw_consent": "record that a person withdraws a consent",
        CloseReferral = "close_referral": "cancel a referral, or mark it as entered in error",
        ReadDeletions = "read_deletions": "read requests to delete and their answers",
        AnswerDeletion = "answer_deletion": "answer a request to delete",
    }
}

/// The act is not this viewer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is signed in.
    Unauthenticated,
    /// The role, or the want of a project, does not allow it.
    Forbidden,
}

/// The roles that an action belongs to.
const fn roles(action: Action) -> &'static [Role] {
    match action {
        Action::SearchDirectory | Action::ReadNotices => Role::ALL,
        Action::ReadReferral
        | Action::ReadProject
        | Action::ReadContinuity
        | Action::CloseReferral
        | Action::ReadDeletions => {
            &[Role::Caseworker, Role::PartnerAgent, Role::PartnerAdmin, Role::Coordinator, Role::ProtectionLead]
        }
        // An agent of a partner that has a project of its own refers like any caseworker.
        Action::OpenCase
        | Action::ReadCase
        | Action::RecordConsent
        | Action::WithdrawConsent
        | Action::TakeCustody
        | Action::CreateReferral
        | Action::RecordDemand => &[Role::Caseworker, Role::PartnerAgent, Role::PartnerAdmin],
        // A caseworker answers what comes to the services of the own organisation.
        Action::AnswerReferral | Action::AnswerDeletion => &[Role::Caseworker, Role::PartnerAgent, Role::PartnerAdmin],
        Action::ReadGaps => &[Role::Coordinator, Role::Analyst],
        Action::LeadProject | Action::BreakGlass => &[Role::Coordinator, Role::ProtectionLead],
        Action::ReviewGlass => &[Role::Coordinator, Role::ProtectionLead, Role::Auditor],
    }
}

/// What a token must be good for, to be used for an action.
const fn token_scope(action: Action) -> TokenScope {
    match action {
        Action::SearchDirectory => TokenScope::Directory,
        Action::OpenCase
        | Action::ReadCase
        | Action::RecordConsent
        | Action::WithdrawConsent
        | Action::TakeCustody
        | Action::RecordDemand => TokenScope::Cases,
        Action::CreateReferral
        | Action::ReadReferral
        | Action::ReadProject
        | Action::ReadContinuity
        | Action::ReadNotices
        | Action::CloseReferral
        | Action::ReadDeletions => TokenScope::Referrals,
        Action::AnswerReferral | Action::AnswerDeletion => TokenScope::Answers,
        Action::LeadProject | Action::BreakGlass | Action::ReviewGlass => TokenScope::Protection,
        Action::ReadGaps => TokenScope::Figures,
    }
}

/// True for acts that belong to a project.
const fn needs_project(action: Action) -> bool {
    matches!(
        action,
        Action::OpenCase
            | Action::ReadCase
            | Action::RecordConsent
            | Action::WithdrawConsent
            | Action::TakeCustody
            | Action::CreateReferral
            | Action::RecordDemand
            | Action::ReadGaps
    )
}

/// The account that may do this, or why nobody here may. Everybody may look for services; what they
/// find is a matter of scope.
pub fn permit(access: &Access, action: Action) -> Result<&Account, Denied> {
    let Viewer::Staff(account) = access.viewer() else { return Err(Denied::Unauthenticated) };
    let has_project = account.project_id.is_some() || !needs_project(action);
    if roles(action).contains(&account.role) && has_project && access.has_scope(token_scope(action)) {
        Ok(account)
    } else {
        Err(Denied::Forbidden)
    }
}

/// Whether the viewer leads a project: its coordinator, or the protection lead of its organisation.
pub fn leads(access: &Access, project: &Project) -> bool {
    let scope = access.scope();
    let is_lead =
        access.account().is_some_and(|account| matches!(account.role, Role::Coordinator | Role::ProtectionLead));
    is_lead && (scope.project == Some(project.id) || scope.unit == Some(project.organization_id))
}

/// Whether the viewer may look at who broke the glass in a project: who leads it, and its organisation's
/// auditor.
pub fn oversees(access: &Access, project: &Project) -> bool {
    let is_auditor = access
        .account()
        .is_some_and(|account| account.role == Role::Auditor && account.organization_id == project.organization_id);
    is_auditor || leads(access, project)
}

/// From which side somebody sees a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Perspective {
    /// The sending team.
    Sender,
    /// The coordinator of the sending project, or the protection lead of its organisation.
    Coordinator,
    /// The receiving organisation.
    Recipient,
}

/// The side from which the viewer sees a referral; `None` when it is nothing to them. Who is on both
/// sides sees it as the sender.
pub fn perspective(access: &Access, referral: &Referral) -> Option<Perspective> {
    let account = access.account()?;
    let scope = access.scope();
    // The team alone decides: a case that a desk has taken over keeps the project that it came from.
    let is_of_team = scope.project.is_some() && account.team_ids.contains(&referral.team_id);
    let is_of_project = scope.project == Some(referral.project_id) || scope.unit == Some(referral.sender_id);
    let is_received = scope.organization == Some(referral.recipient_id) && referral.requested_at.is_some();
    match account.role {
        Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin if is_of_team => Some(Perspective::Sender),
        Role::Coordinator | Role::ProtectionLead if is_of_project => Some(Perspective::Coordinator),
        Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin if is_received => Some(Perspective::Recipient),
        _ => None,
    }
}
