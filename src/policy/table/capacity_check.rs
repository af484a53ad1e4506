//! Questions for places: of no person, for the side that asks and the side that is asked.

use super::row::{Row, field};
use super::terms::Class::Internal;
use super::terms::Guard::{ServiceKnown, TrainedForViolence};
use super::terms::Mask::Hour;
use super::terms::Relation::{Coordinator, ProtectionLead, Recipient, Team};
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    let asking_side =
        |name| field(name, Internal).to(Team, &[Plain]).to(Coordinator, &[Plain]).to(ProtectionLead, &[Plain]);
    let both_sides = |name| asking_side(name).to(Recipient, &[Plain]);
    vec![
        both_sides("CapacityCheck.id"),
        both_sides("CapacityCheck.open"),
        both_sides("CapacityCheck.sender"),
        both_sides("CapacityCheck.recipient"),
        both_sides("CapacityCheck.service").only(ServiceKnown),
        both_sides("CapacityCheck.need").only(TrainedForViolence),
        both_sides("CapacityCheck.urgency"),
        both_sides("CapacityCheck.quantity"),
        both_sides("CapacityCheck.from"),
        both_sides("CapacityCheck.until"),
        asking_side("CapacityCheck.askedAt").masked(Recipient, &[Plain], Hour),
        both_sides("CapacityCheck.answer"),
        both_sides("CapacityCheck.available"),
        asking_side("CapacityCheck.answeredAt").masked(Recipient, &[Plain], Hour),
        both_sides("CapacityCheck.attestedBy"),
        asking_side("CapacityCheck.closedAt"),
    ]
}
