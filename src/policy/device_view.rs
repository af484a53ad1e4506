//! The view of a shared phone: for the coordinator of its team's project, and for those who answer for the systems of the
//! organisation.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::Visible;
use crate::domain::device::{DeviceStatus, SharedDevice};
use crate::domain::id::{DeviceId, TeamId};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::{Date, Timestamp};

/// A shared phone as who keeps it sees it.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// Identifier.
    pub id: DeviceId,
    /// What the team calls it.
    pub name: String,
    /// The team.
    pub team_id: TeamId,
    /// The team's name.
    pub team_name: String,
    /// How it stands.
    pub status: DeviceStatus,
    /// The day on which its code was made.
    pub enrolled_on: Date,
    /// Who made it, by the handle.
    pub enrolled_by: Option<String>,
    /// The day on which the code was typed.
    pub opened_on: Option<Date>,
    /// The day on which it was used last.
    pub last_seen_on: Option<Date>,
    /// Until when its code counts, and then the phone.
    pub expires_at: Option<Timestamp>,
    /// The day on which it was revoked.
    pub revoked_on: Option<Date>,
}

/// What the schema promises of a phone.
const PROMISED: [&str; 6] =
    ["Device.id", "Device.name", "Device.teamId", "Device.teamName", "Device.status", "Device.enrolledOn"];

fn looking(access: &Access, shared: &SharedDevice) -> Looking {
    let relation = access.relation_to_device(shared.team.project_id, shared.organization_id);
    Looking::new(access, access.facts(relation, Standing::Plain, false))
}

/// The view of a phone; `None` unless the viewer keeps it.
pub fn show_device(access: &Access, shared: &SharedDevice, now: Timestamp) -> Option<Visible<DeviceView>> {
    permit(access, Action::KeepDevices).ok()?;
    let look = looking(access, shared);
    let device = &shared.device;
    let ends_at = device.revoked_at.is_none().then_some(device.ends_at);
    let view = DeviceView {
        id: device.id,
        name: device.name.clone(),
        team_id: shared.team.id,
        team_name: shared.team.name.clone(),
        status: device.status(now),
        enrolled_on: device.enrolled_at.date(),
        enrolled_by: look.value("Device.enrolledBy", Some(shared.enrolled_by_handle.clone())),
        opened_on: look.value("Device.openedOn", device.opened_at.map(Timestamp::date)),
        last_seen_on: look.value("Device.lastSeenOn", device.seen_on),
        expires_at: look.value("Device.expiresAt", ends_at),
        revoked_on: look.value("Device.revokedOn", device.revoked_at.map(Timestamp::date)),
    };
    look.sees_all(&PROMISED).then(|| Visible::of_directory(view, access.recorder().clone()))
}

/// The code of a phone that has just been enrolled, for whoever enrolled it; nobody is ever shown it again.
pub fn show_device_code(access: &Access, shared: &SharedDevice, code: &Sensitive<String>) -> Option<Sensitive<String>> {
    permit(access, Action::KeepDevices).ok()?;
    looking(access, shared).value("DeviceCode.spelling", Some(code.clone()))
}
