//! What a frozen project left open: the list that its desk reads, and taking a case over.

use super::Notify;
use super::project::{confirmed_desk, leaders_of};
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context, referral};
use crate::domain::account::Role;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::freeze::{Custody, ProjectStatus};
use crate::domain::id::{CustodyId, ProjectId, ReferralId};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::Referral;

use crate::policy::access::Access;
use crate::policy::protection_view::{ContinuityView, reads_continuity, show_continuity, show_custody};
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::KeyPurpose;

/// Most entries of a continuity list.
const MOST_ENTRIES: i64 = 100;

/// What a frozen project left open, most urgent first; nothing for anybody but its desk and its leads.
pub async fn list(
    context: &Context,
    access: &Access,
    project: ProjectId,
) -> Result<Vec<Visible<ContinuityView>>, ActionError> {
    permit(access, Action::ReadContinuity)?;
    let store = &context.store;
    let Some(project) = store.find_project(project).await? else { return Ok(Vec::new()) };
    let desk = store.find_desk(project.id).await?;
    if !reads_continuity(access, &project, desk.as_ref()) {
        return Ok(Vec::new());
    }
    let event = AuditEvent {
        project_id: Some(project.id),
        ..act(access, context.now(), AuditAction::ContinuityRead, project.id.to_string())
    };
    store.write(async |tx| Ok::<_, ActionError>(tx.append_audit(std::slice::from_ref(&event)).await?)).await?;
    let key = store.find_project_key(project.id, KeyPurpose::Alias).await?;
    let snapshot = context.directory.snapshot();
    let referrals = store.list_left_open(project.id, MOST_ENTRIES).await?;
    let view = |referral: &Referral| {
        let service = snapshot.service(referral.service_id);
        show_continuity(
            access,
            (&project, desk.as_ref()),
            referral,
            service.as_deref(),
            key.as_ref().map(|key| key.as_slice()),
        )
    };
    Ok(referrals.iter().filter_map(view).collect())
}

/// Takes over the case of a referral that a frozen project left open: from now on it is followed by the desk,
/// and its recipients read and answer again.
pub async fn take(context: &Context, access: &Access, referral: ReferralId) -> Result<Visible<Custody>, ActionError> {
    let account = permit(access, Action::TakeCustody)?;
    let now = context.now();
    let id: CustodyId = context.fresh_id();
    context
        .store
        .write(async |tx| {
            let referral = tx.find_left_open(referral).await?.ok_or(ActionError::NotVisible)?;
            let project = tx.find_project(referral.project_id).await?.ok_or(ActionError::NotVisible)?;
            let desk = confirmed_desk(tx, project.id).await?.filter(|desk| account.team_ids.contains(&desk.team_id));
            let desk = desk.filter(|_| project.status != ProjectStatus::Active).ok_or(ActionError::NotVisible)?;
            super::require_project_at_work(tx, account.project_id).await?;
            let custody = Custody {
                id,
                referral_id: referral.id,
                project_id: project.id,
                from_team_id: referral.team_id,
                to_team_id: desk.team_id,
                taken_at: now,
                taken_by: account.id,
            };
            tx.take_custody(referral.case_id, &custody).await?;
            let mut to = leaders_of(&project);
            to.extend([Addressee::Team(custody.from_team_id), Addressee::Team(custody.to_team_id)]);
            to.extend(account.project_id.map(|own| Addressee::OfProject(own, Role::Coordinator)));
            let notify = Notify {
                kind: NoticeKind::CustodyTaken,
                object: id.to_string(),
                actor_id: Some(account.id),
                at: now,
                context,
            };
            notify.send(tx, &to).await?;
            let event = act(access, now, AuditAction::CustodyTaken, referral.case_id.to_string());
            tx.append_audit(&[AuditEvent { project_id: Some(project.id), ..event }]).await?;
            Ok::<_, ActionError>(())
        })
        .await?;
    find(context, access, id).await
}

/// A custody of the viewer's teams, taken or given.
pub async fn find(context: &Context, access: &Access, id: CustodyId) -> Result<Visible<Custody>, ActionError> {
    let account = permit(access, Action::TakeCustody)?;
    let custody = context.store.find_custody(account.id, id).await?;
    custody.and_then(|custody| show_custody(access, custody)).ok_or(ActionError::NotVisible)
}

/// The referral of a custody, as the viewer may see it now.
pub async fn referral_of(
    context: &Context,
    access: &Access,
    custody: &Visible<Custody>,
) -> Result<Visible<ReferralView>, ActionError> {
    referral::find(context, access, custody.referral_id).await
}
