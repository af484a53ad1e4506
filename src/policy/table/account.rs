//! Accounts: everybody sees the own one, and whom to turn to in the own project.

use super::row::{Row, field};
use super::terms::Class::{Contact, Internal};
use super::terms::Relation::Oneself;
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    let internal = [
        "FocalPoint.name",
        "Team.id",
        "Team.name",
        "Viewer.id",
        "Viewer.handle",
        "Viewer.role",
        "Viewer.teams",
        "Viewer.organization",
    ];
    let mailbox = field("FocalPoint.mailbox", Contact).to(Oneself, &[Plain]);
    internal.map(|name| field(name, Internal).to(Oneself, &[Plain])).into_iter().chain([mailbox]).collect()
}
