//! Open referrals to services that end.

use super::row::Table;
use super::{StoreError, Tx, in_tx, statements};
use crate::domain::id::{ReferralId, ServiceId, TeamId};

const TABLE: Table = Table("referrals");

statements! {
    LIST_OPEN_TO_GOING = "SELECT r.id, c.team_id FROM referrals r JOIN cases c ON c.id = r.case_id \
        WHERE r.service_id = $1 AND r.is_open AND r.requested_at IS NOT NULL AND c.erasing_at IS NULL AND EXISTS (SELECT 1 FROM directory_documents d \
        WHERE d.entry_id = r.service_id AND d.is_current AND NOT d.is_gone AND NOT d.is_ending) ORDER BY r.id";
}

impl Tx {
    /// The open referrals that were sent to a service that goes on as the directory stands, each with the team that follows its case now; none
    /// to one that is ending already. They are for notices to these teams, and nothing of them is for who edits the
    /// directory.
    pub async fn list_open_to_going_service(
        &mut self,
        service: ServiceId,
    ) -> Result<Vec<(ReferralId, TeamId)>, StoreError> {
        let rows: Vec<(String, String)> =
            in_tx!(self, |c| sqlx::query_as(LIST_OPEN_TO_GOING).bind(service.to_string()).fetch_all(c).await)?;
        rows.into_iter().map(|(referral, team)| Ok((TABLE.id(&referral)?, TABLE.id(&team)?))).collect()
    }
}
