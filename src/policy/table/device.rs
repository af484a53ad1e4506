//! Shared phones: for the coordinator of the team's project and for those who answer for the organisation's systems.

use super::row::{Row, field};
use super::terms::Class::{Contact, Internal};
use super::terms::Relation::{Coordinator, Keeper};
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    let internal = [
        "Device.enrolledBy",
        "Device.enrolledOn",
        "Device.expiresAt",
        "Device.id",
        "Device.lastSeenOn",
        "Device.name",
        "Device.openedOn",
        "Device.revokedOn",
        "Device.status",
        "Device.teamId",
        "Device.teamName",
    ];
    let row = |class| move |name| field(name, class).to(Coordinator, &[Plain]).to(Keeper, &[Plain]);
    internal.map(row(Internal)).into_iter().chain(["DeviceCode.spelling"].map(row(Contact))).collect()
}
