//! Overrides of consent: who asked, who confirmed, how each ended.

use super::reach::{in_reached_project, in_reaching_project, of_own_team, within};
use super::row::{Table, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::consent_override::{ConsentOverride, OverrideEnd};
use crate::domain::id::{AccountId, CaseId, ConsentId, OrganizationId, OverrideId};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("consent_overrides");

/// Within reach of who leads the project (project $1, unit $2, all teams $4) or of the case's team (account $3).
macro_rules! select_overrides {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_id, project_id, organization_id, team_id, recipient_id, basis, reason, contact_rule, requested_at, ",
            "requested_by, requested_by_handle, confirmed_at, confirmed_by_handle, consent_id, ended_at, ended_how FROM ",
            "(SELECT v.id, v.case_id, v.project_id, p.organization_id, c.team_id, v.recipient_id, v.basis, v.reason, v.contact_rule, ",
            "v.requested_at, v.requested_by, (SELECT a.handle FROM accounts a WHERE a.id = v.requested_by) AS requested_by_handle, ",
            "v.confirmed_at, (SELECT b.handle FROM accounts b WHERE b.id = v.confirmed_by) AS confirmed_by_handle, v.consent_id, ",
            "v.ended_at, v.ended_how FROM consent_overrides v JOIN cases c ON c.id = v.case_id ",
            "JOIN projects p ON p.id = v.project_id WHERE c.erasing_at IS NULL) AS s WHERE ",
            in_reaching_project!("$1", "$2", "$3"),
            " AND ((CAST($4 AS BOOLEAN) AND ",
            in_reached_project!("$1", "$2"),
            ") OR ",
            of_own_team!("$1", "$3"),
            ") ",
            $rest
        )
    };
}

/// Asked for so long ago that the audit trail of it is gone too, and of no held case.
macro_rules! due_overrides {
    () => {
        "requested_at < $1 AND case_id NOT IN (SELECT h.case_id FROM legal_holds h)"
    };
}

statements! {
    LIST = select_overrides!("ORDER BY requested_at DESC, id DESC LIMIT $5");
    FIND = select_overrides!("AND id = $5");
    // Changes nothing, and holds the row until the commit.
    LOCK = "UPDATE consent_overrides SET reason = reason WHERE id = $1";
    INSERT = "INSERT INTO consent_overrides (id, case_id, project_id, recipient_id, basis, reason, contact_rule, requested_at, \
        requested_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    CONFIRM = "UPDATE consent_overrides SET confirmed_at = $2, confirmed_by = $3, consent_id = $4 WHERE id = $1";
    END = "UPDATE consent_overrides SET ended_at = $2, ended_how = $3 WHERE id = $1 AND ended_at IS NULL";
    END_ON_CONSENT = "UPDATE consent_overrides SET ended_at = $2, ended_how = 'taken_back' WHERE consent_id = $1 AND ended_at IS NULL";
    LIST_OPEN = "SELECT id FROM consent_overrides WHERE case_id = $1 AND recipient_id = $2 AND ended_at IS NULL \
        ORDER BY id";
    COUNT_DUE = concat!("SELECT count(*) FROM consent_overrides WHERE ", due_overrides!());
    ERASE_DUE_READINGS = concat!(
        "DELETE FROM notice_readings WHERE notice_id IN (SELECT n.id FROM notices n JOIN consent_overrides v ON v.id = n.object WHERE ",
        due_overrides!(),
        ")"
    );
    ERASE_DUE_NOTICES =
        concat!("DELETE FROM notices WHERE object IN (SELECT id FROM consent_overrides WHERE ", due_overrides!(), ")");
    ERASE_DUE = concat!("DELETE FROM consent_overrides WHERE ", due_overrides!());
}

#[derive(sqlx::FromRow)]
struct OverrideRow {
    id: String,
    case_id: String,
    project_id: String,
    organization_id: String,
    team_id: String,
    recipient_id: String,
    basis: String,
    reason: String,
    contact_rule: String,
    requested_at: i64,
    requested_by: String,
    requested_by_handle: Option<String>,
    confirmed_at: Option<i64>,
    confirmed_by_handle: Option<String>,
    consent_id: Option<String>,
    ended_at: Option<i64>,
    ended_how: Option<String>,
}

impl OverrideRow {
    fn into_override(self) -> Result<ConsentOverride, StoreError> {
        Ok(ConsentOverride {
            id: TABLE.id(&self.id)?,
            case_id: TABLE.id(&self.case_id)?,
            project_id: TABLE.id(&self.project_id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            team_id: TABLE.id(&self.team_id)?,
            recipient_id: TABLE.id(&self.recipient_id)?,
            basis: TABLE.code(&self.basis)?,
            reason: TABLE.code(&self.reason)?,
            contact_rule: TABLE.code(&self.contact_rule)?,
            requested_at: Timestamp::from_microseconds(self.requested_at),
            requested_by: TABLE.id(&self.requested_by)?,
            requested_by_handle: self.requested_by_handle,
            confirmed_at: optional_time(self.confirmed_at),
            confirmed_by_handle: self.confirmed_by_handle,
            consent_id: TABLE.optional_id(self.consent_id.as_deref())?,
            ended_at: optional_time(self.ended_at),
            end: TABLE.optional_code(self.ended_how.as_deref())?,
        })
    }
}

impl Store {
    /// Overrides within reach, last asked first, however they stand.
    pub async fn list_overrides(&self, scope: &Scope, limit: i64) -> Result<Vec<ConsentOverride>, StoreError> {
        let rows: Vec<OverrideRow> =
            read!(self, |pool| within!(sqlx::query_as(LIST), scope).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(OverrideRow::into_override).collect()
    }

    /// An override within reach.
    pub async fn find_override(&self, scope: &Scope, id: OverrideId) -> Result<Option<ConsentOverride>, StoreError> {
        let row: Option<OverrideRow> =
            read!(self, |pool| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(OverrideRow::into_override).transpose()
    }

    /// How many overrides were asked for before this time and are of no held case; for retention.
    pub async fn count_due_overrides(&self, before: Timestamp) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(COUNT_DUE).bind(before.microseconds()).fetch_one(pool).await)?)
    }
}

impl Tx {
    /// An override within reach, locked until the commit: of two people at once the later one knows the earlier.
    pub async fn lock_override(
        &mut self,
        scope: &Scope,
        id: OverrideId,
    ) -> Result<Option<ConsentOverride>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        let row: Option<OverrideRow> =
            in_tx!(self, |c| within!(sqlx::query_as(FIND), scope).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(OverrideRow::into_override).transpose()
    }

    /// Writes a new request.
    pub async fn insert_override(&mut self, asked: &ConsentOverride) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(asked.id.to_string())
            .bind(asked.case_id.to_string())
            .bind(asked.project_id.to_string())
            .bind(asked.recipient_id.to_string())
            .bind(asked.basis.to_string())
            .bind(asked.reason.to_string())
            .bind(asked.contact_rule.to_string())
            .bind(asked.requested_at.microseconds())
            .bind(asked.requested_by.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes who confirmed an override, and what carries a referral from now on.
    pub async fn confirm_override(
        &mut self,
        id: OverrideId,
        account: AccountId,
        consent: ConsentId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(CONFIRM)
            .bind(id.to_string())
            .bind(now.microseconds())
            .bind(account.to_string())
            .bind(consent.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends an override before its time; false when it was ended before.
    pub async fn end_override(&mut self, id: OverrideId, end: OverrideEnd, now: Timestamp) -> Result<bool, StoreError> {
        let ended = in_tx!(self, |c| sqlx::query(END)
            .bind(id.to_string())
            .bind(now.microseconds())
            .bind(end.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(ended > 0)
    }

    /// Ends the override behind what the person has withdrawn; nothing behind an ordinary consent.
    pub async fn end_override_on(&mut self, consent: ConsentId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(END_ON_CONSENT)
            .bind(consent.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The overrides of a case for one recipient that have not ended, asked for or confirmed.
    pub async fn list_open_overrides(
        &mut self,
        case: CaseId,
        recipient: OrganizationId,
    ) -> Result<Vec<OverrideId>, StoreError> {
        let rows: Vec<String> = in_tx!(self, |c| sqlx::query_scalar(LIST_OPEN)
            .bind(case.to_string())
            .bind(recipient.to_string())
            .fetch_all(c)
            .await)?;
        rows.iter().map(|id| TABLE.id(id)).collect()
    }

    /// Erases overrides that were asked for before this time, with the notices of them.
    pub async fn erase_due_overrides(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let mut erased = 0;
        for statement in [ERASE_DUE_READINGS, ERASE_DUE_NOTICES, ERASE_DUE] {
            erased = in_tx!(self, |c| sqlx::query(statement)
                .bind(before.microseconds())
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
        }
        Ok(erased)
    }
}
