//! Who enrols, lists and revokes phones.

use super::{event_of, is_at_severe_risk};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::AuditAction;
use crate::domain::device::{CODE_MINUTES, Device, MOST_PER_TEAM, SharedDevice, is_name};
use crate::domain::id::{DeviceId, TeamId};
use crate::domain::refusal::{InputProblem, ProtectionProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::identity::code;
use crate::policy::access::{Access, DeviceReach};
use crate::policy::device_view::{DeviceView, show_device, show_device_code};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// A phone that awaits its code, with the code, which is told this once.
#[derive(Clone)]
pub struct EnrolledDevice {
    /// The phone.
    pub device: Visible<DeviceView>,
    /// What is typed on it.
    pub code: Option<Sensitive<String>>,
}

/// Enrols a phone for a team: gives the code that is typed on it.
pub async fn enrol(
    context: &Context,
    access: &Access,
    team: TeamId,
    name: &str,
) -> Result<EnrolledDevice, ActionError> {
    let account = permit(access, Action::KeepDevices)?;
    let shared = new_device(context, account, team, name.trim()).await?;
    let shared = shared.filter(|shared| keeps(access, shared)).ok_or_else(|| hidden(access, team))?;
    if !is_name(&shared.device.name) {
        return Err(Refusal::input("name", InputProblem::DeviceName).into());
    }
    if is_at_severe_risk(context, &shared).await? {
        return Err(Refusal::Protection(ProtectionProblem::PhoneAtSevereRisk).into());
    }
    let mut bytes = [0; code::DEVICE_BYTES];
    context.chance.fill(&mut bytes);
    let typed = Sensitive::new(code::spelled(&bytes));
    let now = shared.device.enrolled_at;
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, Some(shared.team.project_id)).await?;
        if tx.count_devices_of(team, now).await? >= MOST_PER_TEAM {
            return Err(Refusal::input("teamId", InputProblem::DeviceCount).into());
        }
        tx.insert_device(&code::digest(typed.expose()), &shared.device).await?;
        tx.append_audit(&[event_of(&shared, now, AuditAction::DeviceEnrolled, Some(account))]).await?;
        Ok::<_, ActionError>(())
    });
    written.await?;
    let code = show_device_code(access, &shared, &typed);
    Ok(EnrolledDevice { device: shown(context, access, &shared)?, code })
}

/// The phone that is to be; `None` where there is no such team.
async fn new_device(
    context: &Context,
    account: &Account,
    team: TeamId,
    name: &str,
) -> Result<Option<SharedDevice>, ActionError> {
    let Some(team) = context.store.find_team(team).await? else { return Ok(None) };
    let Some(project) = context.store.find_project(team.project_id).await? else { return Ok(None) };
    let now = context.now();
    let device = Device {
        id: context.fresh_id(),
        team_id: team.id,
        name: name.to_owned(),
        enrolled_at: now,
        enrolled_by: account.id,
        opened_at: None,
        ends_at: now.plus_minutes(CODE_MINUTES),
        seen_on: None,
        revoked_at: None,
    };
    Ok(Some(SharedDevice {
        device,
        team,
        organization_id: project.organization_id,
        time_zone: project.calendar.time_zone,
        enrolled_by_handle: account.handle.clone(),
    }))
}

fn keeps(access: &Access, shared: &SharedDevice) -> bool {
    access.relation_to_device(shared.team.project_id, shared.organization_id) != Relation::Member
}

/// The phones that the viewer keeps, the newest first: of the teams of the own project for its coordinator, of all the
/// organisation's for who keeps its systems.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<DeviceView>>, ActionError> {
    permit(access, Action::KeepDevices)?;
    let devices = match access.device_reach() {
        Some(DeviceReach::Project(project)) => context.store.list_devices_in(project).await?,
        Some(DeviceReach::Organization(organization)) => context.store.list_devices_of(organization).await?,
        None => Vec::new(),
    };
    let now = context.now();
    Ok(devices.iter().filter_map(|shared| show_device(access, shared, now)).collect())
}

/// The phone with this id, among those that the viewer keeps.
pub async fn find(context: &Context, access: &Access, id: DeviceId) -> Result<Visible<DeviceView>, ActionError> {
    let found = list(context, access).await?.into_iter().find(|device| device.id == id);
    found.ok_or_else(|| hidden(access, id))
}

/// Ends a phone at once: every session on it is over, and it opens nothing any more. One that was revoked before stays so.
pub async fn revoke(context: &Context, access: &Access, id: DeviceId) -> Result<Visible<DeviceView>, ActionError> {
    let account = permit(access, Action::KeepDevices)?;
    let now = context.now();
    let revoked = context.store.write(async |tx| {
        let shared = tx.lock_device(id).await?.filter(|shared| keeps(access, shared));
        let shared = shared.ok_or_else(|| hidden(access, id))?;
        revoke_within(tx, shared, now, Some(account)).await
    });
    shown(context, access, &revoked.await?)
}

/// The same for an operator; `None` where there is no such phone.
pub async fn revoke_by_operator(context: &Context, id: DeviceId) -> Result<Option<SharedDevice>, ActionError> {
    let now = context.now();
    let revoked = context.store.write(async |tx| match tx.lock_device(id).await? {
        Some(shared) => Ok::<_, ActionError>(Some(revoke_within(tx, shared, now, None).await?)),
        None => Ok(None),
    });
    revoked.await
}

/// Every phone, for an operator.
pub async fn list_all(context: &Context) -> Result<Vec<SharedDevice>, ActionError> {
    Ok(context.store.list_devices().await?)
}

/// Revokes a locked phone, as part of a greater act; gives it as it is then.
pub(super) async fn revoke_within(
    tx: &mut Tx,
    shared: SharedDevice,
    now: Timestamp,
    actor: Option<&Account>,
) -> Result<SharedDevice, ActionError> {
    if shared.device.revoked_at.is_some() {
        return Ok(shared);
    }
    let id = shared.device.id;
    tx.revoke_device(id, now).await?;
    tx.delete_sessions_on(id).await?;
    tx.append_audit(&[event_of(&shared, now, AuditAction::DeviceRevoked, actor)]).await?;
    let device = Device { revoked_at: Some(now), ends_at: now, ..shared.device };
    Ok(SharedDevice { device, ..shared })
}

fn shown(context: &Context, access: &Access, shared: &SharedDevice) -> Result<Visible<DeviceView>, ActionError> {
    show_device(access, shared, context.now()).ok_or(ActionError::NotVisible)
}
