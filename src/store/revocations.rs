//! Revocations of partners: whom a project works with no more, and what is still open with them.

use super::reach::not_revoked_by;
use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::{OrganizationId, ProjectId, ReferralId, RevocationId};
use crate::domain::revocation::Revocation;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("revocations");

macro_rules! select_revocations {
    ($rest:literal) => {
        concat!(
            "SELECT id, project_id, organization_id, reason, revoked_at, revoked_by, end_requested_at, end_requested_by, ended_at \
             FROM revocations WHERE ",
            $rest
        )
    };
}

/// What is sent by the project $1, or followed for it or for another one by a team of it, to the organisation $2.
macro_rules! between {
    () => {
        "recipient_id = $2 AND (project_id = $1 OR case_id IN (SELECT c.id FROM cases c JOIN teams o ON o.id = c.team_id WHERE o.project_id = $1))"
    };
}

statements! {
    FIND = select_revocations!("id = $1");
    FIND_STANDING = select_revocations!("project_id = $1 AND organization_id = $2 AND ended_at IS NULL");
    LIST = select_revocations!("project_id = $1 ORDER BY revoked_at DESC, id LIMIT $2");
    INSERT = "INSERT INTO revocations (id, project_id, organization_id, reason, revoked_at, revoked_by) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    SAVE_END = "UPDATE revocations SET end_requested_at = $2, end_requested_by = $3, ended_at = $4 WHERE id = $1";
    LOCK = "UPDATE revocations SET ended_at = ended_at WHERE id = $1";
    HAS_REVOKED_AT = "SELECT EXISTS (SELECT 1 FROM revocations WHERE project_id = $1 AND organization_id = $2 AND revoked_at = $3)";
    IS_REVOKED = "SELECT EXISTS (SELECT 1 FROM revocations WHERE organization_id = $1 AND ended_at IS NULL \
        AND (project_id = $2 OR project_id = CAST($3 AS TEXT)))";
    LIST_REVOKED = "SELECT organization_id FROM revocations WHERE ended_at IS NULL \
        AND (project_id = $1 OR project_id = CAST($2 AS TEXT))";
    HAS_ASKED = concat!(
        "SELECT EXISTS (SELECT 1 FROM referrals WHERE requested_at IS NOT NULL AND ",
        between!(),
        ") OR EXISTS (SELECT 1 FROM capacity_checks WHERE project_id = $1 AND recipient_id = $2) \
         OR EXISTS (SELECT 1 FROM partner_offers WHERE project_id = $1 AND sender_id = $2)"
    );
    IS_ASKED_BY_OTHERS = concat!(
        "SELECT EXISTS (SELECT 1 FROM referrals r WHERE r.recipient_id = $1 AND r.channel = 'electronic' AND ",
        not_revoked_by!("r.project_id", "r.recipient_id"),
        ") OR EXISTS (SELECT 1 FROM capacity_checks k WHERE k.recipient_id = $1 AND ",
        not_revoked_by!("k.project_id", "k.recipient_id"),
        ") OR EXISTS (SELECT 1 FROM partner_offers f WHERE f.sender_id = $1 AND ",
        not_revoked_by!("f.project_id", "f.sender_id"),
        ")"
    );
    LIST_WAITING_PROJECTS = "SELECT project_id FROM referrals WHERE recipient_id = $1 AND is_open AND channel = 'electronic' \
        UNION SELECT project_id FROM partner_offers WHERE sender_id = $1 AND is_open ORDER BY project_id";
    // Whoever is sending holds the consent: once all are locked, each sending is over, or finds the revocation.
    LOCK_CONSENTS = concat!("UPDATE consents SET version = version WHERE withdrawn_at IS NULL AND expires_at > $3 AND ", between!());
    LIST_LEFT = concat!(
        "SELECT id FROM referrals WHERE is_open AND requested_at IS NOT NULL \
         AND case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL) AND ",
        between!(),
        " AND NOT EXISTS (SELECT 1 FROM referral_events e WHERE e.referral_id = referrals.id AND e.event = 'revoke_partner' AND e.at >= $3) \
         ORDER BY id LIMIT $4"
    );
    CLOSE_CHECKS = "UPDATE capacity_checks SET closed_at = $3 WHERE project_id = $1 AND recipient_id = $2 AND closed_at IS NULL";
}

#[derive(sqlx::FromRow)]
struct RevocationRow {
    id: String,
    project_id: String,
    organization_id: String,
    reason: String,
    revoked_at: i64,
    revoked_by: Option<String>,
    end_requested_at: Option<i64>,
    end_requested_by: Option<String>,
    ended_at: Option<i64>,
}

impl RevocationRow {
    fn into_revocation(self) -> Result<Revocation, StoreError> {
        Ok(Revocation {
            id: TABLE.id(&self.id)?,
            project_id: TABLE.id(&self.project_id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            reason: TABLE.code(&self.reason)?,
            revoked_at: Timestamp::from_microseconds(self.revoked_at),
            revoked_by: TABLE.optional_id(self.revoked_by.as_deref())?,
            end_requested_at: optional_time(self.end_requested_at),
            end_requested_by: TABLE.optional_id(self.end_requested_by.as_deref())?,
            ended_at: optional_time(self.ended_at),
        })
    }
}

impl Store {
    /// A revocation; whether the viewer leads its project is for the caller to say.
    pub async fn find_revocation(&self, id: RevocationId) -> Result<Option<Revocation>, StoreError> {
        let row: Option<RevocationRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(RevocationRow::into_revocation).transpose()
    }

    /// The revocations of a project, last made first, those that have ended too.
    pub async fn list_revocations(&self, project: ProjectId, limit: i64) -> Result<Vec<Revocation>, StoreError> {
        let rows: Vec<RevocationRow> =
            read!(self, |pool| sqlx::query_as(LIST).bind(project.to_string()).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(RevocationRow::into_revocation).collect()
    }

    /// The organisations that one of two projects has revoked.
    pub async fn list_revoked(
        &self,
        project: ProjectId,
        following: Option<ProjectId>,
    ) -> Result<Vec<OrganizationId>, StoreError> {
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(LIST_REVOKED)
            .bind(project.to_string())
            .bind(optional_text(following))
            .fetch_all(pool)
            .await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }
}

impl Tx {
    /// A revocation, locked until the commit; whether the viewer leads its project is for the caller to say.
    pub async fn lock_revocation(&mut self, id: RevocationId) -> Result<Option<Revocation>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        let row: Option<RevocationRow> =
            in_tx!(self, |c| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(RevocationRow::into_revocation).transpose()
    }

    /// The revocation of a partner that stands; the caller has locked the project.
    pub async fn find_standing_revocation(
        &mut self,
        project: ProjectId,
        partner: OrganizationId,
    ) -> Result<Option<Revocation>, StoreError> {
        let row: Option<RevocationRow> = in_tx!(self, |c| sqlx::query_as(FIND_STANDING)
            .bind(project.to_string())
            .bind(partner.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(RevocationRow::into_revocation).transpose()
    }

    /// Writes a new revocation.
    pub async fn insert_revocation(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(revocation.id.to_string())
            .bind(revocation.project_id.to_string())
            .bind(revocation.organization_id.to_string())
            .bind(revocation.reason.to_string())
            .bind(revocation.revoked_at.microseconds())
            .bind(optional_text(revocation.revoked_by))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes that somebody has asked to end a revocation, or that it has ended.
    pub async fn save_end_of_revocation(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_END)
            .bind(revocation.id.to_string())
            .bind(revocation.end_requested_at.map(Timestamp::microseconds))
            .bind(optional_text(revocation.end_requested_by))
            .bind(revocation.ended_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether a project has revoked a partner at this time, ended or not.
    pub async fn has_revoked_at(
        &mut self,
        project: ProjectId,
        partner: OrganizationId,
        revoked_at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(HAS_REVOKED_AT)
            .bind(project.to_string())
            .bind(partner.to_string())
            .bind(revoked_at.microseconds())
            .fetch_one(c)
            .await)?)
    }

    /// Whether one of two projects has revoked an organisation. Who sends asks behind the lock of the consent.
    pub async fn is_revoked(
        &mut self,
        partner: OrganizationId,
        project: ProjectId,
        following: Option<ProjectId>,
    ) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(IS_REVOKED)
            .bind(partner.to_string())
            .bind(project.to_string())
            .bind(optional_text(following))
            .fetch_one(c)
            .await)?)
    }

    /// Whether a project has ever asked something of an organisation.
    pub async fn has_asked(&mut self, project: ProjectId, partner: OrganizationId) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(HAS_ASKED)
            .bind(project.to_string())
            .bind(partner.to_string())
            .fetch_one(c)
            .await)?)
    }

    /// Whether an organisation has received something of a project that has not revoked it.
    pub async fn is_asked_by_others(&mut self, partner: OrganizationId) -> Result<bool, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(IS_ASKED_BY_OTHERS).bind(partner.to_string()).fetch_one(c).await)?)
    }

    /// The projects with something open that a partner reads.
    pub async fn list_projects_waiting_for(&mut self, partner: OrganizationId) -> Result<Vec<ProjectId>, StoreError> {
        let ids: Vec<String> =
            in_tx!(self, |c| sqlx::query_scalar(LIST_WAITING_PROJECTS).bind(partner.to_string()).fetch_all(c).await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }

    /// Locks the live consents for a partner until the commit: whoever is sending on one has done so by then, and who
    /// sends later finds the revocation.
    pub async fn lock_consents_for(&mut self, revocation: &Revocation, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK_CONSENTS)
            .bind(revocation.project_id.to_string())
            .bind(revocation.organization_id.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The open referrals to a partner that its revocation has not been written on, in the order in which they are locked.
    pub async fn list_left_by(&mut self, revocation: &Revocation, limit: i64) -> Result<Vec<ReferralId>, StoreError> {
        let ids: Vec<String> = in_tx!(self, |c| sqlx::query_scalar(LIST_LEFT)
            .bind(revocation.project_id.to_string())
            .bind(revocation.organization_id.to_string())
            .bind(revocation.revoked_at.microseconds())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }

    /// Closes the questions for places that a project has asked of a partner.
    pub async fn close_capacity_checks_with(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(CLOSE_CHECKS)
            .bind(revocation.project_id.to_string())
            .bind(revocation.organization_id.to_string())
            .bind(revocation.revoked_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
