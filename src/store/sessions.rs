//! Sessions of the pages, by the hash of what their cookie holds.

use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::{Account, RiskProfile};
use crate::domain::id::{AccountId, DeviceId, OrganizationId, ProjectId, SessionId};
use crate::domain::session::{Authentication, Session};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("sessions");

macro_rules! select_sessions {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.account_id, s.stage, s.method, s.authenticated_at, s.second_factor_at, s.confirmed_at, s.seen_at, \
             s.device_id, s.ends_at ",
            "FROM sessions s ",
            $rest
        )
    };
}

statements! {
    FIND = select_sessions!("WHERE s.hash = $1");
    LIST_OF = select_sessions!("WHERE s.account_id = $1 ORDER BY s.authenticated_at DESC, s.id");
    LIST = select_sessions!("ORDER BY s.authenticated_at DESC, s.id");
    INSERT = "INSERT INTO sessions \
        (hash, id, account_id, stage, method, authenticated_at, second_factor_at, confirmed_at, seen_at, device_id, ends_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    TOUCH = "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
    DELETE = "DELETE FROM sessions WHERE id = $1";
    DELETE_OF = "DELETE FROM sessions WHERE account_id = $1";
    DELETE_ON = "DELETE FROM sessions WHERE device_id = $1";
    DELETE_BY_PIN = "DELETE FROM sessions WHERE account_id = $1 AND method = 'pin' AND id <> $2";
    DELETE_OLD = "DELETE FROM sessions WHERE authenticated_at <= $1";
    // Who works for a severe-risk project, runs one, or receives from one.
    COUNT_SEVERE_RISKS = "SELECT count(*) FROM projects p WHERE p.risk_profile = 'severe' AND (p.id = $1 \
        OR p.organization_id = $2 OR EXISTS (SELECT 1 FROM referrals r WHERE r.recipient_id = $2 \
        AND r.project_id = p.id AND r.channel = 'electronic'))";
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: String,
    account_id: String,
    stage: String,
    method: String,
    authenticated_at: i64,
    second_factor_at: Option<i64>,
    confirmed_at: i64,
    seen_at: i64,
    device_id: Option<String>,
    ends_at: Option<i64>,
}

impl SessionRow {
    fn into_session(self) -> Result<Session, StoreError> {
        Ok(Session {
            id: TABLE.id(&self.id)?,
            account_id: TABLE.id(&self.account_id)?,
            stage: TABLE.code(&self.stage)?,
            authentication: Authentication {
                method: TABLE.code(&self.method)?,
                at: Timestamp::from_microseconds(self.authenticated_at),
                second_factor_at: optional_time(self.second_factor_at),
            },
            confirmed_at: Timestamp::from_microseconds(self.confirmed_at),
            seen_at: Timestamp::from_microseconds(self.seen_at),
            device_id: TABLE.optional_id(self.device_id.as_deref())?,
            ends_at: optional_time(self.ends_at),
        })
    }
}

impl Store {
    /// The session of a cookie, by the hash of what it holds; whether it still counts is for the caller.
    pub async fn find_session(&self, hash: &str) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = read!(self, |pool| sqlx::query_as(FIND).bind(hash).fetch_optional(pool).await)?;
        row.map(SessionRow::into_session).transpose()
    }

    /// The sessions of an account, or of all accounts; the newest first.
    pub async fn list_sessions(&self, account: Option<AccountId>) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<SessionRow> = match account {
            Some(id) => read!(self, |pool| sqlx::query_as(LIST_OF).bind(id.to_string()).fetch_all(pool).await)?,
            None => read!(self, |pool| sqlx::query_as(LIST).fetch_all(pool).await)?,
        };
        rows.into_iter().map(SessionRow::into_session).collect()
    }

    /// The risk that an account's sessions are held to: severe when its project is, when its organisation
    /// runs such a project, and when it received a referral from one.
    pub async fn find_session_risk(&self, account: &Account) -> Result<RiskProfile, StoreError> {
        self.find_risk_around(account.project_id, account.organization_id).await
    }

    /// The same for whoever works in this project, for this organisation.
    pub async fn find_risk_around(
        &self,
        project: Option<ProjectId>,
        organization: OrganizationId,
    ) -> Result<RiskProfile, StoreError> {
        let severe: i64 = read!(self, |pool| sqlx::query_scalar(COUNT_SEVERE_RISKS)
            .bind(optional_text(project))
            .bind(organization.to_string())
            .fetch_one(pool)
            .await)?;
        Ok(if severe > 0 { RiskProfile::Severe } else { RiskProfile::Standard })
    }
}

impl Tx {
    /// Records a session under the hash of what its cookie holds.
    pub async fn insert_session(&mut self, hash: &str, session: &Session) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(hash)
            .bind(session.id.to_string())
            .bind(session.account_id.to_string())
            .bind(session.stage.to_string())
            .bind(session.authentication.method.to_string())
            .bind(session.authentication.at.microseconds())
            .bind(session.authentication.second_factor_at.map(Timestamp::microseconds))
            .bind(session.confirmed_at.microseconds())
            .bind(session.seen_at.microseconds())
            .bind(optional_text(session.device_id))
            .bind(session.ends_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that a session was used.
    pub async fn touch_session(&mut self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(TOUCH).bind(id.to_string()).bind(now.microseconds()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends a session for good; false when there is none with this id any more. On a shared phone its person signs in fully before a
    /// PIN is enough again.
    pub async fn end_session(&mut self, id: SessionId) -> Result<bool, StoreError> {
        self.delete_device_sign_in_of(&id.to_string()).await?;
        self.delete_session(id).await
    }

    /// Deletes a session; false when there is none with this id any more.
    pub async fn delete_session(&mut self, id: SessionId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let deleted = in_tx!(self, |c| sqlx::query(DELETE).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Deletes all sessions of an account; gives how many there were. No PIN opens another one before a full sign-in: that is
    /// forgotten first, so that a session which is just being opened by it is over too.
    pub async fn delete_sessions_of(&mut self, account: AccountId) -> Result<u64, StoreError> {
        self.delete_device_sign_ins_of(account).await?;
        let account = account.to_string();
        Ok(in_tx!(self, |c| sqlx::query(DELETE_OF).bind(account).execute(c).await.map(|done| done.rows_affected()))?)
    }

    /// Deletes all sessions that were opened on a shared phone.
    pub async fn delete_sessions_on(&mut self, device: DeviceId) -> Result<(), StoreError> {
        let device = device.to_string();
        in_tx!(self, |c| sqlx::query(DELETE_ON).bind(device).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes the sessions of an account that were opened by PIN, but for this one.
    pub async fn delete_sessions_by_pin(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let (account, except) = (account.to_string(), optional_text(except).unwrap_or_default());
        in_tx!(self, |c| sqlx::query(DELETE_BY_PIN).bind(account).bind(except).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes the sessions that were opened at this instant or before.
    pub async fn delete_sessions_opened_by(&mut self, instant: Timestamp) -> Result<(), StoreError> {
        let instant = instant.microseconds();
        in_tx!(self, |c| sqlx::query(DELETE_OLD).bind(instant).execute(c).await.map(drop))?;
        Ok(())
    }
}
