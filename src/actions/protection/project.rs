//! Freezing a project, thawing it, and naming its desk.

use super::Notify;
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context};
use crate::domain::account::{Account, Project, Role};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::erasure::{LedgerEntry, LedgerEvent};
use crate::domain::freeze::{Desk, DeskFacts, Freeze, ProjectStatus};
use crate::domain::id::{AccountId, ProjectId, TeamId};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::{Access, Viewer};
use crate::policy::protection_view::{ProjectFacts, ProjectView, show_project};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Table;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// What one person does to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Stop it, alone and at once. A frozen project stays as it is.
    Freeze,
    /// Ask to start it again.
    RequestThaw,
    /// Confirm that it starts again; somebody else than who asked.
    ConfirmThaw,
}

/// Does a step to a project that the viewer leads.
pub async fn change(
    context: &Context,
    access: &Access,
    id: ProjectId,
    step: Step,
) -> Result<Visible<ProjectView>, ActionError> {
    let account = permit(access, Action::LeadProject)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let project = lock_led(tx, access, id).await?;
            take(context, tx, &project, step, Some(account.id), now).await
        })
        .await?;
    find(context, access, id).await
}

/// Does a step to a project that the caller has locked, with its notices and its audit event.
async fn take(
    context: &Context,
    tx: &mut Tx,
    project: &Project,
    step: Step,
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<(), ActionError> {
    let current = tx.find_freeze(project.id).await?;
    let not_frozen = || Refusal::Protection(ProtectionProblem::ProjectNotFrozen);
    let needs_account = || ActionError::Internal("a thaw without a person".into());
    let (freeze, action, kind) = match step {
        Step::Freeze if project.status != ProjectStatus::Active => return Ok(()),
        Step::Freeze => {
            let fresh = Freeze {
                project_id: project.id,
                frozen_at: now,
                thaw_requested_at: None,
                thaw_requested_by: None,
                thawed_at: None,
            };
            (fresh, AuditAction::ProjectFrozen, NoticeKind::ProjectFrozen)
        }
        Step::RequestThaw => {
            let asked = current.ok_or_else(not_frozen)?.asked_to_end(account.ok_or_else(needs_account)?, now);
            (asked, AuditAction::ThawRequested, NoticeKind::ThawRequested)
        }
        Step::ConfirmThaw => {
            let ended = current.ok_or_else(not_frozen)?.ended(account.ok_or_else(needs_account)?, now)?;
            (ended, AuditAction::ProjectThawed, NoticeKind::ProjectThawed)
        }
    };
    remember(context, step, project.id, now).await?;
    tx.save_freeze(&freeze).await?;
    let mut to = leaders_of(project);
    to.push(Addressee::OfProject(project.id, Role::Caseworker));
    to.extend(confirmed_desk(tx, project.id).await?.map(|desk| Addressee::Team(desk.team_id)));
    Notify { kind, object: project.id.to_string(), actor_id: account, at: now, context }.send(tx, &to).await?;
    let event = AuditEvent {
        project_id: Some(project.id),
        actor_id: account,
        organization_id: account.map(|_| project.organization_id),
        fields: vec!["status"],
        ..AuditEvent::of_operator(now, action, project.id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}

/// Writes a freeze, or its end, into the ledger that a restore replays. The project is locked meanwhile, so that
/// the ledger has them in the order in which they happened; what it has and the database lacks after a fault
/// freezes, and never thaws, too much.
async fn remember(context: &Context, step: Step, project: ProjectId, at: Timestamp) -> Result<(), ActionError> {
    let event = match step {
        Step::Freeze => LedgerEvent::Frozen(project),
        Step::ConfirmThaw => LedgerEvent::Thawed(project),
        Step::RequestThaw => return Ok(()),
    };
    Ok(context.store.append_ledger(LedgerEntry { event, at }).await?)
}

/// Freezes again what the ledger knows to be frozen and a restored database does not; before anything is served. A thaw
/// that the database has on record may stand in another node's ledger only, and counts.
pub async fn replay_freezes(context: &Context) -> Result<(), ActionError> {
    for (id, frozen_at) in context.store.projects_frozen_by_ledger()? {
        let freeze =
            Freeze { project_id: id, frozen_at, thaw_requested_at: None, thaw_requested_by: None, thawed_at: None };
        let event = AuditEvent {
            project_id: Some(id),
            fields: vec!["status"],
            ..AuditEvent::of_operator(context.now(), AuditAction::ProjectFrozen, id.to_string())
        };
        context
            .store
            .write(async |tx| {
                let project = tx.lock_project(id).await?;
                let is_at_work = project.is_some_and(|project| project.status == ProjectStatus::Active);
                if is_at_work && !tx.has_thawed(id, frozen_at).await? {
                    tx.save_freeze(&freeze).await?;
                    tx.append_audit(std::slice::from_ref(&event)).await?;
                }
                Ok::<_, ActionError>(())
            })
            .await?;
    }
    Ok(())
}

/// Locks a project that the viewer leads; any other answers like one that never was.
pub(super) async fn lock_led(tx: &mut Tx, access: &Access, id: ProjectId) -> Result<Project, ActionError> {
    let project = tx.lock_project(id).await?.filter(|project| access.leads(project));
    project.ok_or(ActionError::NotVisible)
}

/// Names the team that takes over what the project leaves open when it is frozen.
pub async fn name_desk(
    context: &Context,
    access: &Access,
    id: ProjectId,
    team_id: TeamId,
) -> Result<Visible<ProjectView>, ActionError> {
    let account = permit(access, Action::LeadProject)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let project = lock_led(tx, access, id).await?;
            // A team of somebody else answers like one that never was.
            let unfit = || Refusal::Protection(ProtectionProblem::DeskUnfit);
            let team = tx.find_team(team_id).await?.ok_or_else(unfit)?;
            let desk_project = tx.find_project(team.project_id).await?.ok_or_else(unfit)?;
            let before = tx.find_desk(id).await?;
            let facts = DeskFacts { project: &project, desk_project: &desk_project, team_id, before: before.as_ref() };
            let desk = Desk::named(facts, account.id, now)?;
            tx.save_desk(&desk).await?;
            let mut to = leaders_of(&project);
            to.push(Addressee::Team(team_id));
            let notify = Notify {
                kind: NoticeKind::DeskNamed,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &to).await?;
            let event = act(access, now, AuditAction::DeskNamed, id.to_string());
            Ok::<_, ActionError>(tx.append_audit(&[AuditEvent { project_id: Some(id), ..event }]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// The coordinators of a project, and the protection leads of its organisation.
pub(in crate::actions) fn leaders_of(project: &Project) -> Vec<Addressee> {
    vec![
        Addressee::OfProject(project.id, Role::Coordinator),
        Addressee::OfOrganization(project.organization_id, Role::ProtectionLead),
    ]
}

pub(super) async fn confirmed_desk(tx: &mut Tx, project: ProjectId) -> Result<Option<Desk>, ActionError> {
    Ok(tx.find_desk(project).await?.filter(|desk| desk.confirmed_at.is_some()))
}

/// The project with this id.
pub async fn find(context: &Context, access: &Access, id: ProjectId) -> Result<Visible<ProjectView>, ActionError> {
    permit(access, Action::ReadProject)?;
    let project = context.store.find_project(id).await?.ok_or(ActionError::NotVisible)?;
    show(context, access, project).await?.ok_or(ActionError::NotVisible)
}

/// The viewer's project, or every project of the unit that the viewer leads.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<ProjectView>>, ActionError> {
    permit(access, Action::ReadProject)?;
    let mut views = Vec::new();
    for project in context.store.list_projects_led(&access.scope()).await? {
        views.extend(show(context, access, project).await?);
    }
    Ok(views)
}

async fn show(
    context: &Context,
    access: &Access,
    project: Project,
) -> Result<Option<Visible<ProjectView>>, ActionError> {
    let freezes = context.store.list_freezes(project.id).await?;
    let mut desk = None;
    if let Some(named) = context.store.find_desk(project.id).await? {
        desk = context.store.find_team(named.team_id).await?.map(|team| (named, team));
    }
    let freeze = freezes.into_iter().next_back().filter(|freeze| freeze.thawed_at.is_none());
    Ok(show_project(access, ProjectFacts { project, freeze, desk }))
}

/// Why the command line did nothing to a project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectCommandError {
    /// No project has this id or name, or several have the name.
    #[error("{0} projects have this id or name; name one by its id (`relais project status` lists them)")]
    NotOne(usize),
    /// No account has this handle.
    #[error("there is no account with the handle `{0}`")]
    NoAccount(String),
    /// The account leads another project, or none.
    #[error("`{0}` is neither a coordinator of this project nor a protection lead of its organisation")]
    NotLeading(String),
    /// A rule of protection stands in the way.
    #[error("{0}")]
    Refused(&'static str),
    /// Anything else.
    #[error(transparent)]
    Action(ActionError),
}

impl From<ActionError> for ProjectCommandError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(Refusal::Protection(problem)) => {
                Self::Refused(crate::domain::code::CodeList::definition(problem))
            }
            other => Self::Action(other),
        }
    }
}

impl From<crate::store::StoreError> for ProjectCommandError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// The projects with this id or name, or all of them, for an operator.
pub async fn named(context: &Context, name: Option<&str>) -> Result<Vec<Project>, ProjectCommandError> {
    Ok(context.store.list_projects_named(name).await?)
}

/// Freezes a project from the command line.
pub async fn freeze_by_operator(context: &Context, name: &str) -> Result<Project, ProjectCommandError> {
    let project = only(named(context, Some(name)).await?)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let locked = tx.lock_project(project.id).await?.ok_or(ActionError::NotVisible)?;
            take(context, tx, &locked, Step::Freeze, None, now).await
        })
        .await?;
    only(named(context, Some(name)).await?)
}

/// Thaws a project from the command line, by two named accounts that both lead it.
pub async fn thaw_by_operator(
    context: &Context,
    name: &str,
    handles: [&str; 2],
) -> Result<Project, ProjectCommandError> {
    let project = only(named(context, Some(name)).await?)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let locked = tx.lock_project(project.id).await?.ok_or(ActionError::NotVisible)?;
            for (handle, step) in handles.into_iter().zip([Step::RequestThaw, Step::ConfirmThaw]) {
                let account = leader(tx, context.table, &locked, handle).await?;
                take(context, tx, &locked, step, Some(account.id), now).await?;
            }
            Ok::<_, ProjectCommandError>(())
        })
        .await?;
    only(named(context, Some(name)).await?)
}

async fn leader(
    tx: &mut Tx,
    table: &'static Table,
    project: &Project,
    handle: &str,
) -> Result<Account, ProjectCommandError> {
    let account = tx.find_enabled_account_by_handle(handle).await?;
    let account = account.ok_or_else(|| ProjectCommandError::NoAccount(handle.to_owned()))?;
    if Access::new(Viewer::Staff(account.clone()), table).leads(project) {
        Ok(account)
    } else {
        Err(ProjectCommandError::NotLeading(handle.to_owned()))
    }
}

fn only(mut found: Vec<Project>) -> Result<Project, ProjectCommandError> {
    let count = found.len();
    found.pop().filter(|_| count == 1).ok_or(ProjectCommandError::NotOne(count))
}
