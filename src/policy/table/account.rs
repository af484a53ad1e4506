//! Accounts: everybody sees the own one.

use super::row::{Row, field};
use super::terms::Class::Internal;
use super::terms::Relation::Oneself;
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    ["Team.id", "Team.name", "Viewer.id", "Viewer.handle", "Viewer.role", "Viewer.teams", "Viewer.organization"]
        .map(|name| field(name, Internal).to(Oneself, &[Plain]))
        .into()
}
