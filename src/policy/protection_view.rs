//! Views of what protection keeps: a project's freeze, what it left open, broken glasses, requests to delete.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Guard, Mask, Relation, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::account::{Project, Team};
use crate::domain::audit::AuditPurpose;
use crate::domain::deletion::{DeletionAnswer, DeletionRequest};
use crate::domain::directory::Service;
use crate::domain::freeze::{Custody, Desk, Freeze, ProjectStatus, RestartList, continuity_code};
use crate::domain::glass::{Glass, GlassRate};
use crate::domain::id::{DeletionId, OrganizationId, ProjectId, ReferralId, ServiceId};
use crate::domain::lifecycle::Status;
use crate::domain::notice::ReceivedNotice;
use crate::domain::referral::{Referral, Urgency};
use crate::domain::revocation::Revocation;
use crate::domain::time::Timestamp;

fn look(access: &Access, relation: Relation) -> Looking {
    Looking::new(access, access.facts(relation, Standing::Plain, false))
}

/// A view whose fields all stand or fall together, as the table says of each.
fn whole<T>(access: &Access, relation: Relation, fields: &[&'static str], view: T) -> Option<Visible<T>> {
    let sees = look(access, relation).sees_all(fields);
    sees.then(|| Visible::of_directory(view, access.recorder().clone()))
}

/// A project as its people see it.
#[derive(Clone)]
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
#[derive(Clone)]
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
    permit(access, Action::ReadProject).ok()?;
    let ProjectFacts { project, freeze, desk } = facts;
    let look = look(access, access.relation_to_project(&project));
    if !look.sees_all(&["Project.id", "Project.name", "Project.status", "Project.deskConfirmed"]) {
        return None;
    }
    let view = ProjectView {
        id: project.id,
        name: project.name,
        status: project.status,
        frozen_at: look.value("Project.frozenAt", freeze.as_ref().map(|freeze| freeze.frozen_at)),
        thaw_requested_at: look.value("Project.thawRequestedAt", freeze.and_then(|freeze| freeze.thaw_requested_at)),
        desk_is_confirmed: desk.as_ref().is_some_and(|(desk, _)| desk.confirmed_at.is_some()),
        desk: look.value("Project.desk", desk.map(|(_, team)| team)),
    };
    Some(Visible::of_directory(view, access.recorder().clone()))
}

/// An open referral of a frozen project, as its desk may speak of it: no alias, no case, no person.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
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
    let look = look(access, access.relation_to_what_is_left(project, desk));
    project.status != ProjectStatus::Active && look.sees("ContinuityEntry.id")
}

/// The view of what is left open; `None` for who may not read it.
pub fn show_continuity(
    access: &Access,
    (project, desk): (&Project, Option<&Desk>),
    referral: &Referral,
    service: Option<&Service>,
    project_key: Option<&[u8]>,
) -> Option<Visible<ContinuityView>> {
    permit(access, Action::ReadContinuity).ok()?;
    let is_known = service.is_some_and(|service| access.directory_scope().admits(service));
    let facts = access.facts(access.relation_to_what_is_left(project, desk), Standing::Plain, false);
    let look = Looking::new(access, facts.holding(Guard::ServiceKnown, is_known));
    let of_every_entry =
        ["ContinuityEntry.id", "ContinuityEntry.urgency", "ContinuityEntry.accepted", "ContinuityEntry.senderMailbox"];
    let is_left = referral.project_id == project.id && project.status != ProjectStatus::Active;
    if !is_left || !look.sees_all(&of_every_entry) {
        return None;
    }
    let is_accepted = matches!(referral.status, Status::Accepted | Status::HandedOver | Status::InService);
    let code = project_key.map(|key| continuity_code(key, referral.id));
    let view = ContinuityView {
        id: referral.id,
        code: look.field("ContinuityEntry.code", code),
        urgency: look.told("ContinuityEntry.urgency", referral.urgency),
        is_accepted: look.told("ContinuityEntry.accepted", is_accepted),
        service_id: look.field("ContinuityEntry.service", Some(referral.service_id)),
        sender_mailbox: look.told("ContinuityEntry.senderMailbox", project.mailbox.expose().clone()),
    };
    let subject = Subject {
        object: referral.id.to_string(),
        project_id: project.id,
        consent_id: None,
        purpose: AuditPurpose::Protection,
    };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}

/// The view of a custody that the store has found for the viewer's teams.
pub fn show_custody(access: &Access, custody: Custody) -> Option<Visible<Custody>> {
    permit(access, Action::TakeCustody).ok()?;
    let teams = [custody.from_team_id, custody.to_team_id];
    let relation = teams.into_iter().map(|team| access.relation_to_team(team)).find(|it| *it == Relation::Team)?;
    whole(access, relation, &["Custody.id", "Custody.referral", "Custody.takenAt"], custody)
}

/// The view of a notice that the store has found for the viewer.
pub fn show_notice(access: &Access, notice: ReceivedNotice) -> Option<Visible<ReceivedNotice>> {
    permit(access, Action::ReadNotices).ok()?;
    let fields = ["Notice.id", "Notice.at", "Notice.kind", "Notice.object", "Notice.seenAt"];
    whole(access, Relation::Oneself, &fields, notice)
}

/// Whether the viewer may look at who broke the glass in a project.
pub fn oversees(access: &Access, project: &Project) -> bool {
    look(access, access.relation_to_project(project)).sees("BreakGlass.id")
}

/// The view of a broken glass: for whoever broke it, and for who oversees the project.
pub fn show_glass(access: &Access, glass: Glass, project: &Project) -> Option<Visible<Glass>> {
    let is_own = access.account()?.id == glass.account_id;
    let relation = if is_own { Relation::Oneself } else { access.relation_to_project(project) };
    let fields = [
        "BreakGlass.id",
        "BreakGlass.handle",
        "BreakGlass.reason",
        "BreakGlass.openedAt",
        "BreakGlass.endsAt",
        "BreakGlass.reviewedAt",
        "BreakGlass.verdict",
    ];
    if glass.project_id != project.id {
        return None;
    }
    whole(access, relation, &fields, glass)
}

/// Whether the glass leads the viewer to its case at all; what of the case is seen through it is said by the case's
/// own rows.
pub fn leads_to_case(access: &Access, glass: &Glass) -> bool {
    let is_own = access.account().is_some_and(|account| account.id == glass.account_id);
    is_own && look(access, Relation::Oneself).sees("BreakGlass.case")
}

/// The rate of broken glasses of a project, for who oversees it.
pub fn show_glass_rate(access: &Access, rate: GlassRate, project: &Project) -> Option<Visible<GlassRate>> {
    let fields = ["BreakGlassRate.glasses", "BreakGlassRate.caseReads", "BreakGlassRate.perThousand"];
    whole(access, access.relation_to_project(project), &fields, rate)
}

/// The view of a revocation; `None` for who does not lead the project.
pub fn show_revocation(access: &Access, revocation: Revocation, project: &Project) -> Option<Visible<Revocation>> {
    permit(access, Action::ReadProject).ok()?;
    let fields = [
        "PartnerRevocation.id",
        "PartnerRevocation.organization",
        "PartnerRevocation.reason",
        "PartnerRevocation.revokedAt",
        "PartnerRevocation.endRequestedAt",
        "PartnerRevocation.endedAt",
    ];
    if revocation.project_id != project.id {
        return None;
    }
    whole(access, access.relation_to_project(project), &fields, revocation)
}

/// The view of what a project has to look at when it starts again; `None` for who does not lead it.
pub fn show_restart_list(access: &Access, list: RestartList, project: &Project) -> Option<Visible<RestartList>> {
    permit(access, Action::ReadProject).ok()?;
    let fields =
        ["RestartList.lapsingReferralIds", "RestartList.serviceIdsToVerify", "RestartList.teamIdsWithoutCaseworker"];
    whole(access, access.relation_to_project(project), &fields, list)
}

/// A request to delete, as the side that asks or the side that is asked sees it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct DeletionView {
    /// The request.
    pub id: DeletionId,
    /// The closed referral.
    pub referral_id: Told<ReferralId>,
    /// When it was asked; for the recipient the hour.
    pub asked_at: Protected<Timestamp>,
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
    permit(access, Action::ReadDeletions).ok()?;
    let look = look(access, relation_to_request(access, request));
    if !look.sees_all(&["Deletion.id", "Deletion.referralId", "Deletion.recipient"]) {
        return None;
    }
    let hour = |mask, time: Timestamp| (mask == Mask::Hour).then(|| time.start_of_hour());
    let view = DeletionView {
        id: request.id,
        referral_id: look.told("Deletion.referralId", request.referral_id),
        asked_at: look.masked("Deletion.askedAt", Some(request.asked_at), hour),
        recipient_id: look.told("Deletion.recipient", request.recipient_id),
        answer: look.field("Deletion.answer", request.answer),
        answered_at: look.masked("Deletion.answeredAt", request.answered_at, hour),
    };
    let subject = Subject {
        object: request.id.to_string(),
        project_id: request.project_id,
        consent_id: None,
        purpose: AuditPurpose::Protection,
    };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}

fn relation_to_request(access: &Access, request: &DeletionRequest) -> Relation {
    let Some(account) = access.account() else { return Relation::Anonymous };
    let scope = access.scope();
    let can_be = |relation| access.table().can_be(account.role, relation);
    let is_of_project = scope.project == Some(request.project_id) || scope.unit == Some(request.sender_id);
    let leading = [Relation::Coordinator, Relation::ProtectionLead].into_iter().find(|relation| can_be(*relation));
    if access.relation_to_team(request.team_id) == Relation::Team {
        Relation::Team
    } else if let (true, Some(leading)) = (is_of_project, leading) {
        leading
    } else if scope.organization == Some(request.recipient_id) {
        Relation::Recipient
    } else {
        Relation::Member
    }
}
