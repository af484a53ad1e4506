//! Rounds: which referrals were sent together, and which of them was accepted first.

use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::{CaseId, ConsentId, OrganizationId, ProjectId, ReferralId, RoundId};
use crate::domain::referral::Referral;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("referrals");

statements! {
    LIST_ASKED = "SELECT DISTINCT recipient_id FROM referrals \
        WHERE (chain_id = $1 OR round_id = CAST($2 AS TEXT)) AND requested_at IS NOT NULL";
    INSERT = "INSERT INTO referral_rounds (id, case_id, project_id, opened_at, won_by) VALUES ($1, $2, $3, $4, NULL)";
    JOIN = "UPDATE referrals SET round_id = $2 WHERE id = $1";
    LOCK = "UPDATE referral_rounds SET won_by = won_by WHERE id = (SELECT r.round_id FROM referrals r WHERE r.id = $1)";
    LOCK_ON = "UPDATE referral_rounds SET won_by = won_by WHERE id IN (SELECT r.round_id FROM referrals r WHERE r.consent_id = $1)";
    IS_STILL_ASKED = "SELECT EXISTS (SELECT 1 FROM referrals r WHERE (r.reroute_of = $1 OR r.round_id = CAST($2 AS TEXT)) AND r.id <> $1 \
        AND r.is_open AND r.requested_at IS NOT NULL)";
    WIN = "UPDATE referral_rounds SET won_by = $2 WHERE id = $1 AND won_by IS NULL";
    MOVE_DEMAND = "UPDATE demands SET referral_id = $2 WHERE referral_id IN (SELECT r.id FROM referrals r WHERE r.round_id = $1)";
    PASS_DEMAND_ON = "UPDATE demands SET referral_id = (SELECT min(r.id) FROM referrals r WHERE r.round_id = $2 AND r.is_open) \
        WHERE referral_id = $1 AND EXISTS (SELECT 1 FROM referrals r WHERE r.round_id = $2 AND r.is_open)";
}

impl Store {
    /// The organisations that were asked in the chain or the round of a referral that the caller has read within its scope.
    pub async fn list_asked_in_chain(&self, referral: &Referral) -> Result<Vec<OrganizationId>, StoreError> {
        let chain = referral.chain_id.to_string();
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(LIST_ASKED)
            .bind(&chain)
            .bind(optional_text(referral.round_id))
            .fetch_all(pool)
            .await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }
}

impl Tx {
    /// Opens a round of a case.
    pub async fn insert_round(
        &mut self,
        id: RoundId,
        case: CaseId,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(id.to_string())
            .bind(case.to_string())
            .bind(project.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Puts a referral into a round.
    pub async fn join_round(&mut self, referral: ReferralId, round: RoundId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(JOIN)
            .bind(referral.to_string())
            .bind(round.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Locks the round of a referral until the commit, where it is of one: of several who change referrals of one round
    /// the second reads what the first did. A round is locked before any of its referrals.
    pub async fn lock_round_of(&mut self, referral: ReferralId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(referral.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Whether the need of an ended referral is asked elsewhere already: in its round, or in its place.
    pub async fn is_still_asked(&mut self, ended: &Referral) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(IS_STILL_ASKED)
            .bind(ended.id.to_string())
            .bind(optional_text(ended.round_id))
            .fetch_one(c)
            .await)?)
    }

    /// Locks the rounds of the referrals on a consent until the commit.
    pub async fn lock_rounds_on(&mut self, consent: ConsentId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK_ON).bind(consent.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Gives a round, and the need that it carries, to the referral that was accepted. [`StoreError::Stale`] when
    /// another one has it.
    pub async fn win_round(&mut self, round: RoundId, winner: ReferralId) -> Result<(), StoreError> {
        let (round, winner) = (round.to_string(), winner.to_string());
        let won = in_tx!(self, |c| sqlx::query(WIN)
            .bind(&round)
            .bind(&winner)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if won == 0 {
            return Err(StoreError::Stale);
        }
        in_tx!(self, |c| sqlx::query(MOVE_DEMAND).bind(&round).bind(&winner).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Lets another open referral of the round carry the need of one that has ended; the last one keeps it.
    pub async fn pass_demand_on(&mut self, ended: ReferralId, round: Option<RoundId>) -> Result<(), StoreError> {
        if round.is_none() {
            return Ok(());
        }
        in_tx!(self, |c| sqlx::query(PASS_DEMAND_ON)
            .bind(ended.to_string())
            .bind(optional_text(round))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
