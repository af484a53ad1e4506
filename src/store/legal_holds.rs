//! Legal holds.

use super::reach::in_reached_project;
use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::id::{CaseId, OrganizationId, ProjectId, ReferralId};
use crate::domain::legal_hold::LegalHold;
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;
use std::collections::BTreeSet;

const TABLE: Table = Table("legal_holds");

macro_rules! select_holds {
    ($condition:expr) => {
        concat!("SELECT case_id, project_id, (SELECT p.organization_id FROM projects p WHERE p.id = project_id) AS organization_id, reason, review_on, set_at, set_by FROM legal_holds WHERE ", $condition)
    };
}

statements! {
    // Changes nothing, and holds the case's row until the commit: what is read of it after this is what it is.
    LOCK_CASE = "UPDATE cases SET version = version WHERE id = $1 AND erasing_at IS NULL";
    PROJECT_OF = concat!("SELECT project_id, (SELECT p.organization_id FROM projects p WHERE p.id = project_id) FROM cases WHERE id = $3 AND erasing_at IS NULL AND ", in_reached_project!("$1", "$2"));
    SAVE = "INSERT INTO legal_holds (case_id, project_id, reason, review_on, set_at, set_by) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (case_id) DO UPDATE SET reason = excluded.reason, review_on = excluded.review_on, \
        set_at = excluded.set_at, set_by = excluded.set_by";
    FIND = select_holds!(concat!("case_id = $3 AND ", in_reached_project!("$1", "$2")));
    LIST = select_holds!(concat!(in_reached_project!("$1", "$2"), " ORDER BY review_on, set_at, case_id LIMIT $3"));
    LIFT = concat!("DELETE FROM legal_holds WHERE case_id = $3 AND ", in_reached_project!("$1", "$2"));
    LIST_HELD = "SELECT case_id, project_id FROM legal_holds";
    IS_HELD = "SELECT count(*) FROM legal_holds WHERE case_id = $1";
    IS_REFERRAL_HELD = "SELECT count(*) FROM legal_holds h JOIN referrals r ON r.case_id = h.case_id WHERE r.id = $1";
}

#[derive(sqlx::FromRow)]
struct HoldRow {
    case_id: String,
    project_id: String,
    organization_id: String,
    reason: String,
    review_on: String,
    set_at: i64,
    set_by: String,
}

impl HoldRow {
    fn into_hold(self) -> Result<LegalHold, StoreError> {
        Ok(LegalHold {
            case_id: TABLE.id(&self.case_id)?,
            project_id: TABLE.id(&self.project_id)?,
            organization_id: TABLE.id(&self.organization_id)?,
            reason: TABLE.code(&self.reason)?,
            review_on: TABLE.parsed("review_on", self.review_on.parse())?,
            set_at: Timestamp::from_microseconds(self.set_at),
            set_by: TABLE.id(&self.set_by)?,
        })
    }
}

/// What is held now.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The cases.
    pub cases: BTreeSet<CaseId>,
    /// Their projects.
    pub projects: BTreeSet<ProjectId>,
}

impl Store {
    /// The holds within reach, the longest overdue first.
    pub async fn list_legal_holds(&self, scope: &Scope, at_most: i64) -> Result<Vec<LegalHold>, StoreError> {
        let rows: Vec<HoldRow> = read!(self, |pool| sqlx::query_as(LIST)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(at_most)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(HoldRow::into_hold).collect()
    }

    /// Everything that is held, of all projects; for retention.
    pub async fn list_held(&self) -> Result<Held, StoreError> {
        let rows: Vec<(String, String)> = read!(self, |pool| sqlx::query_as(LIST_HELD).fetch_all(pool).await)?;
        let mut held = Held::default();
        for (case, project) in rows {
            held.cases.insert(TABLE.id(&case)?);
            held.projects.insert(TABLE.id(&project)?);
        }
        Ok(held)
    }

    /// Whether the case of this referral is held.
    pub async fn is_referral_held(&self, referral: ReferralId) -> Result<bool, StoreError> {
        let held: i64 =
            read!(self, |pool| sqlx::query_scalar(IS_REFERRAL_HELD).bind(referral.to_string()).fetch_one(pool).await)?;
        Ok(held > 0)
    }
}

impl Tx {
    /// Lets nobody set a hold on the case, be in contact with it or erase it before the commit; false when
    /// there is no such case, or it is being erased.
    pub async fn lock_case(&mut self, id: CaseId) -> Result<bool, StoreError> {
        let locked = in_tx!(self, |c| sqlx::query(LOCK_CASE)
            .bind(id.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(locked == 1)
    }

    /// The project of a case within a reached project, whatever its team, and the organisation that runs it.
    pub async fn find_project_of_case(
        &mut self,
        scope: &Scope,
        id: CaseId,
    ) -> Result<Option<(ProjectId, OrganizationId)>, StoreError> {
        let found: Option<(String, String)> = in_tx!(self, |c| sqlx::query_as(PROJECT_OF)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        found.map(|(project, organization)| Ok((TABLE.id(&project)?, TABLE.id(&organization)?))).transpose()
    }

    /// Writes a hold, new or renewed.
    pub async fn save_legal_hold(&mut self, hold: &LegalHold) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(hold.case_id.to_string())
            .bind(hold.project_id.to_string())
            .bind(hold.reason.to_string())
            .bind(hold.review_on.to_string())
            .bind(hold.set_at.microseconds())
            .bind(hold.set_by.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The hold on a case within reach.
    pub async fn find_legal_hold(&mut self, scope: &Scope, case: CaseId) -> Result<Option<LegalHold>, StoreError> {
        let row: Option<HoldRow> = in_tx!(self, |c| sqlx::query_as(FIND)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(case.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(HoldRow::into_hold).transpose()
    }

    /// Lifts the hold on a case within reach.
    pub async fn delete_legal_hold(&mut self, scope: &Scope, case: CaseId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(LIFT)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(case.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether the case is held; to be asked after [`Tx::lock_case`].
    pub async fn is_held(&mut self, case: CaseId) -> Result<bool, StoreError> {
        let held: i64 = in_tx!(self, |c| sqlx::query_scalar(IS_HELD).bind(case.to_string()).fetch_one(c).await)?;
        Ok(held > 0)
    }
}
