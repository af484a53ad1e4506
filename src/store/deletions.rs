//! Requests to recipients to delete what they hold, and their answers.

use super::reach::{
    in_reached_project, in_reaching_project, not_revoked_by, of_own_team, receiving, within, within_confinement,
};
use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::deletion::DeletionRequest;
use crate::domain::id::{AccountId, DeletionId, ReferralId};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("deletion_requests");

/// Within reach of the side that asks (project $1, unit $2, account $3, all teams $4), or of the side that
/// is asked ($5); a recipient is blind to a project that is frozen or has revoked it, here too.
macro_rules! select_deletions {
    ($($rest:expr),+) => {
        concat!(
            "SELECT id, referral_id, project_id, team_id, sender_id, recipient_id, asked_at, answer, answered_at FROM ",
            "(SELECT d.id, d.referral_id, (SELECT r.service_id FROM referrals r WHERE r.id = d.referral_id) AS service_id, ",
            "(SELECT r.case_id FROM referrals r WHERE r.id = d.referral_id) AS case_id, d.project_id, (SELECT c.team_id FROM referrals r JOIN cases c ON c.id = r.case_id ",
            "WHERE r.id = d.referral_id) AS team_id, d.sender_id, d.recipient_id, d.asked_at, d.answer, d.answered_at ",
            "FROM deletion_requests d) AS s WHERE ((CAST($4 AS BOOLEAN) AND ",
            in_reached_project!("$1", "$2"),
            ") OR ",
            of_own_team!("$1", "$3"),
            " OR (recipient_id = $5 AND EXISTS (SELECT 1 FROM teams t JOIN projects w ON w.id = t.project_id ",
            "WHERE t.id = team_id AND w.status = 'active' AND ",
            not_revoked_by!("w.id", "s.recipient_id"),
            " AND ",
            not_revoked_by!("s.project_id", "s.recipient_id"),
            ") AND ",
            within_confinement!("$6", "$7", of "service_id", "referral_id", "case_id"),
            ")) ",
            $($rest),+
        )
    };
}

statements! {
    // What either side can reach, each by its own index.
    LIST = select_deletions!(
        "AND id IN (SELECT x.id FROM deletion_requests x WHERE x.recipient_id = $5 UNION \
         SELECT y.id FROM deletion_requests y WHERE y.",
        in_reaching_project!("$1", "$2", "$3"),
        ") ORDER BY asked_at DESC, id DESC LIMIT $8"
    );
    FIND = select_deletions!("AND id = $8");
    IS_ASKED = "SELECT EXISTS (SELECT 1 FROM deletion_requests WHERE referral_id = $1 AND answer IS NULL)";
    INSERT = "INSERT INTO deletion_requests (id, referral_id, project_id, sender_id, recipient_id, asked_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    ANSWER = "UPDATE deletion_requests SET answer = $2, answered_at = $3, answered_by = $4 WHERE id = $1 AND answer IS NULL";
}

#[derive(sqlx::FromRow)]
struct DeletionRow {
    id: String,
    referral_id: String,
    project_id: String,
    team_id: String,
    sender_id: String,
    recipient_id: String,
    asked_at: i64,
    answer: Option<String>,
    answered_at: Option<i64>,
}

impl DeletionRow {
    fn into_request(self) -> Result<DeletionRequest, StoreError> {
        Ok(DeletionRequest {
            id: TABLE.id(&self.id)?,
            referral_id: TABLE.id(&self.referral_id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            sender_id: TABLE.id(&self.sender_id)?,
            recipient_id: TABLE.id(&self.recipient_id)?,
            asked_at: Timestamp::from_microseconds(self.asked_at),
            answer: TABLE.optional_code(self.answer.as_deref())?,
            answered_at: optional_time(self.answered_at),
        })
    }
}

impl Store {
    /// Requests within reach, asked or received, last asked first.
    pub async fn list_deletion_requests(&self, scope: &Scope, limit: i64) -> Result<Vec<DeletionRequest>, StoreError> {
        let rows: Vec<DeletionRow> = read!(self, |pool| receiving!(within!(sqlx::query_as(LIST), scope), scope)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(DeletionRow::into_request).collect()
    }

    /// A request within reach.
    pub async fn find_deletion_request(
        &self,
        scope: &Scope,
        id: DeletionId,
    ) -> Result<Option<DeletionRequest>, StoreError> {
        let row: Option<DeletionRow> = read!(self, |pool| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await)?;
        row.map(DeletionRow::into_request).transpose()
    }
}

impl Tx {
    /// A request within reach, as it stands in this transaction.
    pub async fn find_deletion_request(
        &mut self,
        scope: &Scope,
        id: DeletionId,
    ) -> Result<Option<DeletionRequest>, StoreError> {
        let row: Option<DeletionRow> = in_tx!(self, |c| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(DeletionRow::into_request).transpose()
    }

    /// Whether the recipient of a referral was asked already, and has not answered.
    pub async fn is_deletion_asked(&mut self, referral: ReferralId) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(IS_ASKED).bind(referral.to_string()).fetch_one(c).await)?)
    }

    /// Writes a new request.
    pub async fn insert_deletion_request(&mut self, request: &DeletionRequest) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(request.id.to_string())
            .bind(request.referral_id.to_string())
            .bind(request.project_id.to_string())
            .bind(request.sender_id.to_string())
            .bind(request.recipient_id.to_string())
            .bind(request.asked_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes the answer of a recipient; false when it was answered before.
    pub async fn answer_deletion_request(
        &mut self,
        request: &DeletionRequest,
        account: AccountId,
    ) -> Result<bool, StoreError> {
        let changed = in_tx!(self, |c| sqlx::query(ANSWER)
            .bind(request.id.to_string())
            .bind(optional_text(request.answer))
            .bind(request.answered_at.map(Timestamp::microseconds))
            .bind(account.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }
}
