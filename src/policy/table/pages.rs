//! What pages tell besides what the schema tells: of the viewer's own account.

use super::row::{Row, field};
use super::terms::Class::Internal;
use super::terms::Relation::Oneself;
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    [
        "page:/account.handle",
        "page:/account.organization",
        "page:/account.pin",
        "page:/account.recoveryCodesLeft",
        "page:/account.role",
        "page:/account.sessions",
        "page:/account.signsInBy",
        "page:/account.teams",
        "page:/account.tokens",
        "page:/account/recovery-codes.codes",
        "page:/account/second-factor.key",
        "page:/account/tokens.token",
        "page:/enrol/second-factor.codes",
        "page:/enrol/second-factor.key",
        "page:/phone.people",
    ]
    .map(|name| field(name, Internal).to(Oneself, &[Plain]))
    .into()
}
