//! What a project had accepted lately, by service.

use super::row::{Table, optional_text};
use super::{Store, StoreError, read, statements};
use crate::domain::id::ServiceId;
use crate::domain::lifecycle::Status;
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("referrals");

statements! {
    // What was accepted later has changed its status later.
    LIST_ACCEPTED = "SELECT r.service_id, v.at, r.status FROM referrals r JOIN referral_events v ON v.referral_id = r.id \
        WHERE r.project_id = $1 AND CAST($2 AS TEXT) IS NOT NULL AND r.status_at > $3 AND v.event = 'accept' AND v.at > $3 \
        AND r.case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL)";
}

impl Store {
    /// Which services have accepted referrals of the scope's project after an instant, when, and how each referral
    /// stands; nothing for a scope that no person-linked row is within reach of. Whose case it is, is not told: the
    /// whole project shares the room that a service has.
    pub async fn list_accepted(
        &self,
        scope: &Scope,
        after: Timestamp,
    ) -> Result<Vec<(ServiceId, Timestamp, Status)>, StoreError> {
        let rows: Vec<(String, i64, String)> = read!(self, |pool| sqlx::query_as(LIST_ACCEPTED)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .bind(after.microseconds())
            .fetch_all(pool)
            .await)?;
        let read = |(service, at, status): (String, i64, String)| {
            Ok((TABLE.id(&service)?, Timestamp::from_microseconds(at), TABLE.code(&status)?))
        };
        rows.into_iter().map(read).collect()
    }
}
