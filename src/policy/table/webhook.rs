//! Webhooks: for those who answer for the systems of their organisation, and for nobody else.

use super::row::{Row, field};
use super::terms::Class::{Contact, Internal};
use super::terms::Relation::Keeper;
use super::terms::Standing::Plain;

pub(super) fn rows() -> Vec<Row> {
    let internal = [
        "WebhookAttempt.at",
        "WebhookAttempt.durationMilliseconds",
        "WebhookAttempt.httpStatus",
        "WebhookAttempt.kind",
        "WebhookAttempt.result",
        "WebhookEndpoint.createdOn",
        "WebhookEndpoint.disabledReason",
        "WebhookEndpoint.id",
        "WebhookEndpoint.lastAttempts",
        "WebhookEndpoint.status",
        "WebhookEndpoint.statusSince",
    ];
    let reached = ["WebhookEndpoint.urlHost", "WebhookSecret.spelling"];
    let row = |class| move |name| field(name, class).to(Keeper, &[Plain]);
    internal.map(row(Internal)).into_iter().chain(reached.map(row(Contact))).collect()
}
