//! Freezes of projects, the desks named for them, and the cases that desks have taken over.

use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::freeze::{Custody, Desk, Freeze, FreezeOf, ProjectStatus, while_following};
use crate::domain::id::{AccountId, CaseId, CustodyId, ProjectId, ReferralId};
use crate::domain::referral::Referral;
use crate::domain::time::Timestamp;

const FREEZES: Table = Table("freezes");
const DESKS: Table = Table("desks");
const CUSTODIES: Table = Table("custodies");

statements! {
    LIST = "SELECT project_id, frozen_at, thaw_requested_at, thaw_requested_by, thawed_at FROM freezes \
        WHERE project_id = $1 ORDER BY frozen_at";
    INSERT = "INSERT INTO freezes (project_id, frozen_at, thaw_requested_at, thaw_requested_by, thawed_at) \
        VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (project_id, frozen_at) DO UPDATE SET thaw_requested_at = excluded.thaw_requested_at, \
        thaw_requested_by = excluded.thaw_requested_by, thawed_at = excluded.thawed_at";
    // Of the project whose team follows the case, and of the one that it was taken from, with the time of the taking.
    LIST_OF_REFERRALS = "SELECT r.id AS referral_id, f.project_id, f.frozen_at, f.thaw_requested_at, f.thaw_requested_by, f.thawed_at, \
        (f.project_id = o.project_id) AS is_of_follower, \
        (SELECT CAST(max(u.taken_at) AS BIGINT) FROM custodies u JOIN referrals w ON w.id = u.referral_id \
        WHERE w.case_id = r.case_id AND u.to_team_id = c.team_id AND o.project_id <> r.project_id) AS taken_at \
        FROM referrals r JOIN cases c ON c.id = r.case_id JOIN teams o ON o.id = c.team_id \
        JOIN freezes f ON (f.project_id = o.project_id OR f.project_id = r.project_id) WHERE r.id IN";
    FIND_DESK = "SELECT project_id, team_id, named_by, named_at, confirmed_at FROM desks WHERE project_id = $1";
    SAVE_DESK = "INSERT INTO desks (project_id, team_id, named_by, named_at, confirmed_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (project_id) DO UPDATE SET team_id = excluded.team_id, named_by = excluded.named_by, \
        named_at = excluded.named_at, confirmed_at = excluded.confirmed_at";
    INSERT_CUSTODY = "INSERT INTO custodies (id, referral_id, project_id, from_team_id, to_team_id, taken_at, taken_by) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND_CUSTODY = "SELECT id, referral_id, project_id, from_team_id, to_team_id, taken_at, taken_by FROM custodies \
        WHERE id = $1 AND (from_team_id IN (SELECT m.team_id FROM team_members m WHERE m.account_id = $2) \
        OR to_team_id IN (SELECT m.team_id FROM team_members m WHERE m.account_id = $2))";
}

#[derive(sqlx::FromRow)]
struct FreezeRow {
    project_id: String,
    frozen_at: i64,
    thaw_requested_at: Option<i64>,
    thaw_requested_by: Option<String>,
    thawed_at: Option<i64>,
}

impl FreezeRow {
    fn into_freeze(self) -> Result<Freeze, StoreError> {
        Ok(Freeze {
            project_id: FREEZES.id(&self.project_id)?,
            frozen_at: Timestamp::from_microseconds(self.frozen_at),
            thaw_requested_at: optional_time(self.thaw_requested_at),
            thaw_requested_by: FREEZES.optional_id(self.thaw_requested_by.as_deref())?,
            thawed_at: optional_time(self.thawed_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct FreezeOfReferralRow {
    referral_id: String,
    is_of_follower: bool,
    taken_at: Option<i64>,
    #[sqlx(flatten)]
    freeze: FreezeRow,
}

impl FreezeOfReferralRow {
    /// The freeze as far as it stopped the referral's clocks.
    fn into_freeze(self) -> Result<Option<(ReferralId, Freeze)>, StoreError> {
        let of = match (optional_time(self.taken_at), self.is_of_follower) {
            (None, _) => FreezeOf::Keeper,
            (Some(taken_at), true) => FreezeOf::Desk(taken_at),
            (Some(taken_at), false) => FreezeOf::Former(taken_at),
        };
        let referral = FREEZES.id(&self.referral_id)?;
        Ok(while_following(self.freeze.into_freeze()?, of).map(|freeze| (referral, freeze)))
    }
}

fn freezes_of_referrals(rows: Vec<FreezeOfReferralRow>) -> Result<Vec<(ReferralId, Freeze)>, StoreError> {
    rows.into_iter().filter_map(|row| row.into_freeze().transpose()).collect()
}

#[derive(sqlx::FromRow)]
struct DeskRow {
    project_id: String,
    team_id: String,
    named_by: String,
    named_at: i64,
    confirmed_at: Option<i64>,
}

impl DeskRow {
    fn into_desk(self) -> Result<Desk, StoreError> {
        Ok(Desk {
            project_id: DESKS.id(&self.project_id)?,
            team_id: DESKS.id(&self.team_id)?,
            named_by: DESKS.id(&self.named_by)?,
            named_at: Timestamp::from_microseconds(self.named_at),
            confirmed_at: optional_time(self.confirmed_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct CustodyRow {
    id: String,
    referral_id: String,
    project_id: String,
    from_team_id: String,
    to_team_id: String,
    taken_at: i64,
    taken_by: String,
}

impl CustodyRow {
    fn into_custody(self) -> Result<Custody, StoreError> {
        Ok(Custody {
            id: CUSTODIES.id(&self.id)?,
            referral_id: CUSTODIES.id(&self.referral_id)?,
            project_id: CUSTODIES.id(&self.project_id)?,
            from_team_id: CUSTODIES.id(&self.from_team_id)?,
            to_team_id: CUSTODIES.id(&self.to_team_id)?,
            taken_at: Timestamp::from_microseconds(self.taken_at),
            taken_by: CUSTODIES.id(&self.taken_by)?,
        })
    }
}

impl Store {
    /// The freezes of a project, oldest first; the last one has no end while it is frozen.
    pub async fn list_freezes(&self, project: ProjectId) -> Result<Vec<Freeze>, StoreError> {
        let rows: Vec<FreezeRow> =
            read!(self, |pool| sqlx::query_as(LIST).bind(project.to_string()).fetch_all(pool).await)?;
        rows.into_iter().map(FreezeRow::into_freeze).collect()
    }

    /// The freezes that stopped the clocks of referrals that the caller has read within its scope.
    pub async fn list_freezes_of(&self, referrals: &[Referral]) -> Result<Vec<(ReferralId, Freeze)>, StoreError> {
        let sql = in_list(LIST_OF_REFERRALS, referrals.len());
        let rows: Vec<FreezeOfReferralRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        freezes_of_referrals(rows)
    }

    /// The desk of a project, confirmed or not.
    pub async fn find_desk(&self, project: ProjectId) -> Result<Option<Desk>, StoreError> {
        let row: Option<DeskRow> =
            read!(self, |pool| sqlx::query_as(FIND_DESK).bind(project.to_string()).fetch_optional(pool).await)?;
        row.map(DeskRow::into_desk).transpose()
    }

    /// A custody of the account's teams, taken or given.
    pub async fn find_custody(&self, account: AccountId, id: CustodyId) -> Result<Option<Custody>, StoreError> {
        let row: Option<CustodyRow> = read!(self, |pool| sqlx::query_as(FIND_CUSTODY)
            .bind(id.to_string())
            .bind(account.to_string())
            .fetch_optional(pool)
            .await)?;
        row.map(CustodyRow::into_custody).transpose()
    }
}

impl Tx {
    /// The freezes that stopped the clocks of a referral.
    pub async fn list_freezes_of(&mut self, referral: ReferralId) -> Result<Vec<Freeze>, StoreError> {
        let sql = in_list(LIST_OF_REFERRALS, 1);
        let rows: Vec<FreezeOfReferralRow> =
            in_tx!(self, |c| sqlx::query_as(sql).bind(referral.to_string()).fetch_all(c).await)?;
        Ok(freezes_of_referrals(rows)?.into_iter().map(|(_, freeze)| freeze).collect())
    }

    /// The freezes of a project, oldest first.
    pub async fn list_freezes_of_project(&mut self, project: ProjectId) -> Result<Vec<Freeze>, StoreError> {
        let rows: Vec<FreezeRow> = in_tx!(self, |c| sqlx::query_as(LIST).bind(project.to_string()).fetch_all(c).await)?;
        rows.into_iter().map(FreezeRow::into_freeze).collect()
    }

    /// The freeze that a project is in; the caller has locked the project.
    pub async fn find_freeze(&mut self, project: ProjectId) -> Result<Option<Freeze>, StoreError> {
        let rows: Vec<FreezeRow> = in_tx!(self, |c| sqlx::query_as(LIST).bind(project.to_string()).fetch_all(c).await)?;
        let last = rows.into_iter().next_back().map(FreezeRow::into_freeze).transpose()?;
        Ok(last.filter(|freeze| freeze.thawed_at.is_none()))
    }

    /// Whether a project was frozen at this time and two people have thawed it since.
    pub async fn has_thawed(&mut self, project: ProjectId, frozen_at: Timestamp) -> Result<bool, StoreError> {
        let rows: Vec<FreezeRow> = in_tx!(self, |c| sqlx::query_as(LIST).bind(project.to_string()).fetch_all(c).await)?;
        Ok(rows.iter().any(|row| row.frozen_at == frozen_at.microseconds() && row.thawed_at.is_some()))
    }

    /// Writes a freeze, new or changed, and with it whether the project works.
    pub async fn save_freeze(&mut self, freeze: &Freeze) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(freeze.project_id.to_string())
            .bind(freeze.frozen_at.microseconds())
            .bind(freeze.thaw_requested_at.map(Timestamp::microseconds))
            .bind(optional_text(freeze.thaw_requested_by))
            .bind(freeze.thawed_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        let status = if freeze.thawed_at.is_some() { ProjectStatus::Active } else { ProjectStatus::Frozen };
        self.set_project_status(freeze.project_id, status).await
    }

    /// The desk of a project as it stands in this transaction.
    pub async fn find_desk(&mut self, project: ProjectId) -> Result<Option<Desk>, StoreError> {
        let row: Option<DeskRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_DESK).bind(project.to_string()).fetch_optional(c).await)?;
        row.map(DeskRow::into_desk).transpose()
    }

    /// Writes the desk of a project.
    pub async fn save_desk(&mut self, desk: &Desk) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_DESK)
            .bind(desk.project_id.to_string())
            .bind(desk.team_id.to_string())
            .bind(desk.named_by.to_string())
            .bind(desk.named_at.microseconds())
            .bind(desk.confirmed_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Gives a case to the desk and records it. [`StoreError::Stale`] when it is with another team by now.
    pub async fn take_custody(&mut self, case: CaseId, custody: &Custody) -> Result<(), StoreError> {
        self.give_case(case, custody.from_team_id, custody.to_team_id).await?;
        in_tx!(self, |c| sqlx::query(INSERT_CUSTODY)
            .bind(custody.id.to_string())
            .bind(custody.referral_id.to_string())
            .bind(custody.project_id.to_string())
            .bind(custody.from_team_id.to_string())
            .bind(custody.to_team_id.to_string())
            .bind(custody.taken_at.microseconds())
            .bind(custody.taken_by.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
