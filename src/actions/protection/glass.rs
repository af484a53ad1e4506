//! Breaking the glass, and looking at it afterwards.

use super::Notify;
use super::project::leaders_of;
use crate::actions::disclosure::act;
use crate::actions::jobs::Outcome;
use crate::actions::retention::by_the_house;
use crate::actions::{ActionError, Context};
use crate::domain::account::{Account, Role};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::glass::{Glass, GlassRate, GlassReason, GlassVerdict, OPEN_MINUTES, may_break};
use crate::domain::id::{GlassId, Identifier as _, ProjectId, ReferralId};
use crate::domain::job::{JobKind, JobResult, name_of};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::refusal::{InputProblem, ProtectionProblem, Refusal};
use crate::domain::spoken_code::SpokenCode;
use crate::policy::access::Access;
use crate::policy::person_view::{CaseView, show_case_through_glass};
use crate::policy::protection_view::{leads_to_case, oversees, show_glass, show_glass_rate};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{GlassReach, Leased, NextRun, Tx};

/// Most glasses of one list.
const MOST_GLASSES: i64 = 100;
/// Days over which the rate is counted.
const RATE_DAYS: i64 = 30;

/// Which case to open.
#[derive(Clone, Debug)]
pub enum Which {
    /// The one of a referral that the viewer reads.
    OfReferral(ReferralId),
    /// The one with this spoken code.
    BySpokenCode(String),
}

/// Opens one case of another team to the viewer, to read and for an hour. The case's team, whoever else leads
/// the project and the auditor are told in the same commit.
pub async fn open(
    context: &Context,
    access: &Access,
    which: Which,
    reason: GlassReason,
) -> Result<Visible<Glass>, ActionError> {
    let account = permit(access, Action::BreakGlass)?;
    let now = context.now();
    let id: GlassId = context.fresh_id();
    context
        .store
        .write(async |tx| {
            // First whether they may break any, so that nobody who may not learns which cases there are.
            let earlier = tx.lock_glasses_of(account.id, now.plus_hours(-24)).await?;
            may_break(&earlier, access.has_fresh_second_factor(now), now)?;
            let case = find_case(tx, access, &which).await?;
            let project = tx.find_project(case.project_id).await?.filter(|project| access.leads(project));
            let project = project.ok_or(ActionError::NotVisible)?;
            let glass = fresh(id, &case, account, reason, now);
            tx.insert_glass(&glass).await?;
            let mut to = leaders_of(&project);
            to.push(Addressee::OfOrganization(project.organization_id, Role::Auditor));
            to.push(Addressee::Team(case.team_id));
            let notify = Notify {
                kind: NoticeKind::GlassBroken,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &to).await?;
            let job = name_of(JobKind::GlassReview, &glass.id.to_string());
            tx.enlist_job(&job, JobKind::GlassReview, glass.review_due_at(&[], now)).await?;
            let event = act(access, now, AuditAction::GlassBroken, case.id.to_string());
            let reason = Some(crate::domain::code::CodeList::code(reason));
            tx.append_audit(&[AuditEvent { project_id: Some(project.id), reason, ..event }]).await?;
            Ok::<_, ActionError>(())
        })
        .await?;
    find(context, access, id).await
}

fn fresh(
    id: GlassId,
    case: &CaseReference,
    account: &Account,
    reason: GlassReason,
    now: crate::domain::time::Timestamp,
) -> Glass {
    Glass {
        id,
        project_id: case.project_id,
        team_id: case.team_id,
        case_id: case.id,
        account_id: account.id,
        handle: account.handle.clone(),
        reason,
        opened_at: now,
        ends_at: now.plus_minutes(OPEN_MINUTES),
        reviewed_at: None,
        verdict: None,
    }
}

async fn find_case(tx: &mut Tx, access: &Access, which: &Which) -> Result<CaseReference, ActionError> {
    let scope = access.scope();
    let case = match which {
        Which::OfReferral(id) => {
            let referral = tx.find_referral(&scope, *id).await?.ok_or(ActionError::NotVisible)?;
            tx.find_case_of(&referral).await?
        }
        Which::BySpokenCode(typed) => {
            let code = SpokenCode::parse(typed).map_err(|_| Refusal::input("spokenCode", InputProblem::SpokenCode))?;
            tx.find_case_to_open(&scope, code).await?
        }
    };
    case.ok_or(ActionError::NotVisible)
}

/// A broken glass, for whoever broke it and for who oversees the project.
pub async fn find(context: &Context, access: &Access, id: GlassId) -> Result<Visible<Glass>, ActionError> {
    permit(access, Action::ReviewGlass)?;
    let glass = context.store.find_glass(id).await?.ok_or(ActionError::NotVisible)?;
    let project = context.store.find_project(glass.project_id).await?.ok_or(ActionError::NotVisible)?;
    show_glass(access, glass, &project).ok_or(ActionError::NotVisible)
}

/// The case behind a glass that is still open, for whoever broke it.
pub async fn case_of(
    context: &Context,
    access: &Access,
    glass: &Visible<Glass>,
) -> Result<Visible<CaseView>, ActionError> {
    permit(access, Action::BreakGlass)?;
    if !leads_to_case(access, glass) {
        return Err(ActionError::NotVisible);
    }
    let now = context.now();
    let case = context.store.find_case_through_glass(&access.scope(), glass.case_id, now).await?;
    let case = case.ok_or(ActionError::NotVisible)?;
    show_case_through_glass(access, &case, glass, now).ok_or(ActionError::NotVisible)
}

/// Glasses that wait for a review and that the viewer may review, oldest first.
pub async fn list_to_review(context: &Context, access: &Access) -> Result<Vec<Visible<Glass>>, ActionError> {
    let account = permit(access, Action::ReviewGlass)?;
    let scope = access.scope();
    let unit = scope.unit.or_else(|| (account.role == Role::Auditor).then_some(account.organization_id));
    let reach = GlassReach { project: scope.project, unit };
    let glasses = context.store.list_glasses_to_review(reach, account.id, MOST_GLASSES).await?;
    let mut views = Vec::new();
    for glass in glasses {
        if let Some(project) = context.store.find_project(glass.project_id).await? {
            views.extend(show_glass(access, glass, &project));
        }
    }
    Ok(views)
}

/// Reviews a glass that somebody else broke.
pub async fn review(
    context: &Context,
    access: &Access,
    id: GlassId,
    verdict: GlassVerdict,
) -> Result<Visible<Glass>, ActionError> {
    let account = permit(access, Action::ReviewGlass)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let glass = tx.find_glass(id).await?.ok_or(ActionError::NotVisible)?;
            let project = tx.find_project(glass.project_id).await?.filter(|project| oversees(access, project));
            let project = project.ok_or(ActionError::NotVisible)?;
            let (team, breaker) = (glass.team_id, glass.account_id);
            let glass = glass.reviewed(account.id, verdict, now)?;
            if !tx.review_glass(&glass, account.id).await? {
                return Err(Refusal::Protection(ProtectionProblem::AlreadyReviewed).into());
            }
            let notify = Notify {
                kind: NoticeKind::GlassReviewed,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &[Addressee::Account(breaker), Addressee::Team(team)]).await?;
            let event = act(access, now, AuditAction::GlassReviewed, id.to_string());
            Ok::<_, ActionError>(tx.append_audit(&[AuditEvent { project_id: Some(project.id), ..event }]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// How often the glass was broken in a project within the last 30 days, beside the readings of its cases.
pub async fn rate(context: &Context, access: &Access, project: ProjectId) -> Result<Visible<GlassRate>, ActionError> {
    permit(access, Action::ReviewGlass)?;
    let project = context.store.find_project(project).await?.ok_or(ActionError::NotVisible)?;
    let rate = context.store.glass_rate(project.id, context.now().plus_days(-RATE_DAYS)).await?;
    show_glass_rate(access, rate, &project).ok_or(ActionError::NotVisible)
}

/// The run of the job that came with a glass: tells who leads its project when its review is overdue. Lease and
/// notices go in one commit, so that nobody is told twice.
pub(in crate::actions) async fn tell_overdue_as_job(
    context: &Context,
    leased: &Leased,
) -> Result<Outcome, ActionError> {
    let Ok(id) = GlassId::parse(leased.job.object()) else { return Ok(Outcome::Over) };
    let Some(glass) = context.store.find_glass(id).await?.filter(|glass| glass.reviewed_at.is_none()) else {
        return Ok(Outcome::Over);
    };
    let now = context.now();
    let freezes = context.store.list_freezes(glass.project_id).await?;
    let due_at = glass.review_due_at(&freezes, now);
    if now < due_at {
        // In a frozen project it is never due: whoever thaws it is not answered by the minute.
        let is_frozen = freezes.iter().any(|freeze| freeze.thawed_at.is_none());
        return Ok(Outcome::Waits(if is_frozen { due_at.max(now.plus_hours(1)) } else { due_at }));
    }
    let told = context.store.write(async |tx| {
        if !tx.settle_job(leased, NextRun::Never, JobResult::Done, None).await? {
            return Ok(());
        }
        let glass = tx.find_glass(id).await?.filter(|glass| glass.reviewed_at.is_none());
        let Some(glass) = glass else { return Ok(()) };
        let Some(project) = tx.find_project(glass.project_id).await? else { return Ok(()) };
        let notify =
            Notify { kind: NoticeKind::ReviewOverdue, object: id.to_string(), actor_id: None, at: now, context };
        notify.send(tx, &leaders_of(&project)).await?;
        let event = by_the_house(now, project.id, AuditAction::ReviewOverdue, id.to_string());
        Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
    });
    told.await.map(|()| Outcome::Settled(JobResult::Done))
}
