//! Views of what protection keeps: a project's freeze, what it left open, broken glasses, requests to delete.

use super::access::Access;
use super::rules::{Action, leads, oversees, permit};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::account::{Project, Team};
use crate::domain::deletion::{DeletionAnswer, DeletionRequest};
use crate::domain::directory::Service;
use crate::domain::freeze::{Custody, Desk, Freeze, ProjectStatus, continuity_code};
use crate::domain::glass::{Glass, GlassRate};
use crate::domain::id::{OrganizationId, ProjectId, ReferralId, ServiceId};
use crate::domain::lifecycle::Status;
use crate::domain::notice::ReceivedNotice;
use crate::domain::referral::{Referral, Urgency};
use crate::domain::time::Timestamp;

/// A project as its people see it.
#[derive(Clone, Debug)]
pub struct ProjectView {
    /// Identifier.
    pub id: ProjectId,
    /// Name.
    pub name: String,
    /// Whether it works.
    pub status: ProjectStatus,
    /// Since when it is frozen.
    pub frozen_at: Option<Timestamp>,
    /// When somebody asked to thaw it.
    pub thaw_requested_at: Option<Timestamp>,
    /// The team that takes over when it is frozen.
    pub desk: Option<Team>,
    /// Whether that team counts yet.
    pub desk_is_confirmed: bool,
}

/// What the view of a project is made of.
#[derive(Clone, Debug)]
pub struct ProjectFacts {
    /// The project.
    pub project: Project,
    /// The freeze that it is in.
    pub freeze: Option<Freeze>,
    /// Its desk, with the team.
    pub desk: Option<(Desk, Team)>,
}

/// The view of a project; `None` unless the viewer works in it or leads it.
pub fn show_project(access: &Access, facts: ProjectFacts) -> Option<Visible<ProjectView>> {
    let account = permit(access, Action::ReadProject).ok()?;
    let ProjectFacts { project, freeze, desk } = facts;
    if account.project_id != Some(project.id) && !leads(access, &project) {
        return None;
    }
    let view = ProjectView {
        id: project.id,
        name: project.name,
        status: project.status,
        frozen_at: freeze.as_ref().map(|freeze| freeze.frozen_at),
        thaw_requested_at: freeze.and_then(|freeze| freeze.thaw_requested_at),
        desk_is_confirmed: desk.as_ref().is_some_and(|(desk, _)| desk.confirmed_at.is_some()),
        desk: desk.map(|(_, team)| team),
    };
    Some(Visible::of_directory(view, access.recorder().clone()))
}

/// An open referral of a frozen project, as its desk may speak of it: no alias, no case, no person.
#[derive(Clone, Debug)]
pub struct ContinuityView {
    /// The referral.
    pub id: ReferralId,
    /// The code by which desk, team and recipient speak of it.
    pub code: Protected<String>,
    /// The urgency.
    pub urgency: Told<Urgency>,
    /// Whether the recipient had accepted it.
    pub is_accepted: Told<bool>,
    /// The service to call; absent where the viewer may not know of it.
    pub service_id: Protected<ServiceId>,
    /// Role mailbox of the team that sent it.
    pub sender_mailbox: Told<String>,
}

/// Whether the viewer reads what a frozen project left open: who leads it, and the people of its desk.
pub fn reads_continuity(access: &Access, project: &Project, desk: Option<&Desk>) -> bool {
    let Ok(account) = permit(access, Action::ReadContinuity) else { return false };
    let is_desk = desk.is_some_and(|desk| desk.confirmed_at.is_some() && account.team_ids.contains(&desk.team_id));
    project.status != ProjectStatus::Active && (is_desk || leads(access, project))
}

/// The view of what is left open. The caller has asked [`reads_continuity`] of the project and its desk.
pub fn show_continuity(
    access: &Access,
    (project, desk): (&Project, Option<&Desk>),
    referral: &Referral,
    service: Option<&Service>,
    project_key: Option<&[u8]>,
) -> Option<Visible<ContinuityView>> {
    if referral.project_id != project.id || !reads_continuity(access, project, desk) {
        return None;
    }
    let is_known = service.is_some_and(|service| access.directory_scope().admits(service));
    let view = ContinuityView {
        id: referral.id,
        code: Protected::new("code", project_key.map(|key| continuity_code(key, referral.id))),
        urgency: Told::new("urgency", referral.urgency),
        is_accepted: Told::new(
            "accepted",
            matches!(referral.status, Status::Accepted | Status::HandedOver | Status::InService),
        ),
        service_id: Protected::new("service", Some(referral.service_id).filter(|_| is_known)),
        sender_mailbox: Told::new("senderMailbox", project.mailbox.clone()),
    };
    let subject = Subject { object: referral.id.to_string(), project_id: project.id, consent_id: None };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}

/// The view of a custody that the store has found for the viewer's teams.
pub fn show_custody(access: &Access, custody: Custody) -> Option<Visible<Custody>> {
    let account = permit(access, Action::TakeCustody).ok()?;
    let is_of_team = account.team_ids.iter().any(|team| [custody.from_team_id, custody.to_team_id].contains(team));
    is_of_team.then(|| Visible::of_directory(custody, access.recorder().clone()))
}

/// The view of a notice that the store has found for the viewer.
pub fn show_notice(access: &Access, notice: ReceivedNotice) -> Option<Visible<ReceivedNotice>> {
    permit(access, Action::ReadNotices).ok()?;
    Some(Visible::of_directory(notice, access.recorder().clone()))
}

/// The view of a broken glass: for whoever broke it, and for who oversees the project.
pub fn show_glass(access: &Access, glass: Glass, project: &Project) -> Option<Visible<Glass>> {
    let account = access.account()?;
    let may_look = glass.account_id == account.id || oversees(access, project);
    (may_look && glass.project_id == project.id).then(|| Visible::of_directory(glass, access.recorder().clone()))
}

/// A request to delete, as the side that asks or the side that is asked sees it.
#[derive(Clone, Debug)]
pub struct DeletionView {
    /// The request.
    pub id: crate::domain::id::DeletionId,
    /// The closed referral.
    pub referral_id: Told<ReferralId>,
    /// When it was asked; for the recipient the hour.
    pub asked_at: Told<Timestamp>,
    /// Who is asked.
    pub recipient_id: Told<OrganizationId>,
    /// The answer.
    pub answer: Protected<DeletionAnswer>,
    /// When it was answered; for the recipient the hour.
    pub answered_at: Protected<Timestamp>,
}

/// The view of a request to delete; `None` unless the viewer is of the case's team, leads the sending project,
/// or answers for the recipient.
pub fn show_deletion(access: &Access, request: &DeletionRequest) -> Option<Visible<DeletionView>> {
    let account = permit(access, Action::ReadDeletions).ok()?;
    let scope = access.scope();
    let leads =
        scope.covers_all_teams && (scope.project == Some(request.project_id) || scope.unit == Some(request.sender_id));
    let asks = leads || account.team_ids.contains(&request.team_id);
    if !asks && scope.organization != Some(request.recipient_id) {
        return None;
    }
    let at = |time: Timestamp| if asks { time } else { time.start_of_hour() };
    let view = DeletionView {
        id: request.id,
        referral_id: Told::new("referralId", request.referral_id),
        asked_at: Told::new("askedAt", at(request.asked_at)),
        recipient_id: Told::new("recipient", request.recipient_id),
        answer: Protected::new("answer", request.answer),
        answered_at: Protected::new("answeredAt", request.answered_at.map(at)),
    };
    let subject = Subject { object: request.id.to_string(), project_id: request.project_id, consent_id: None };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}

/// The rate of broken glasses of a project, for who oversees it.
pub fn show_glass_rate(access: &Access, rate: GlassRate, project: &Project) -> Option<Visible<GlassRate>> {
    oversees(access, project).then(|| Visible::of_directory(rate, access.recorder().clone()))
}
