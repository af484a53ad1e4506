//! Phones that a team shares, and who has signed in fully on which.

use super::row::{Table, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Team;
use crate::domain::clocks::CalendarSettings;
use crate::domain::device::{Device, SharedDevice};
use crate::domain::id::{AccountId, DeviceId, OrganizationId, ProjectId, TeamId};
use crate::domain::time::{Date, Timestamp};

const TABLE: Table = Table("devices");

macro_rules! select_devices {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.team_id, d.name, d.enrolled_at, d.enrolled_by, d.opened_at, d.ends_at, d.seen_on, d.revoked_at, \
             t.project_id, t.name AS team_name, p.organization_id, p.calendar, a.handle AS enrolled_by_handle \
             FROM devices d JOIN teams t ON t.id = d.team_id JOIN projects p ON p.id = t.project_id \
             JOIN accounts a ON a.id = d.enrolled_by ",
            $rest
        )
    };
}

statements! {
    FIND = select_devices!("WHERE d.id = $1");
    FIND_BY_SECRET = select_devices!("WHERE d.secret_hash = $1");
    FIND_BY_CODE = select_devices!("WHERE d.code_hash = $1");
    LIST_IN = select_devices!(
        "WHERE d.team_id IN (SELECT w.id FROM teams w WHERE w.project_id = $1) ORDER BY d.enrolled_at DESC, d.id"
    );
    LIST_OF = select_devices!(
        "WHERE d.team_id IN (SELECT w.id FROM teams w JOIN projects v ON v.id = w.project_id WHERE v.organization_id = $1) \
         ORDER BY d.enrolled_at DESC, d.id"
    );
    LIST = select_devices!("ORDER BY d.enrolled_at DESC, d.id");
    // Holds the row until the commit: of two who act on one phone the second sees what the first has done.
    LOCK = "UPDATE devices SET revoked_at = revoked_at WHERE id = $1";
    LOCK_TEAM = "UPDATE teams SET name = name WHERE id = $1";
    COUNT_OF_TEAM = "SELECT count(*) FROM devices WHERE team_id = $1 AND revoked_at IS NULL AND ends_at > $2";
    INSERT = "INSERT INTO devices (id, team_id, name, enrolled_at, enrolled_by, code_hash, ends_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    // A code counts once: of two who type it at the same time the second finds none.
    OPEN = "UPDATE devices SET code_hash = NULL, secret_hash = $2, opened_at = $3, ends_at = $4 \
        WHERE code_hash = $1 AND revoked_at IS NULL AND ends_at > $3";
    REVOKE = "UPDATE devices SET code_hash = NULL, secret_hash = NULL, revoked_at = $2, ends_at = $2 WHERE id = $1";
    SEE = "UPDATE devices SET seen_on = $2 WHERE id = $1";
    SAVE_SIGN_IN = "INSERT INTO device_sign_ins (device_id, account_id, signed_in_at, until_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (device_id, account_id) DO UPDATE SET signed_in_at = excluded.signed_in_at, until_at = excluded.until_at";
    // Holds the row until the commit, so that whoever takes the proof back ends the session that rests on it.
    LOCK_SIGN_IN = "UPDATE device_sign_ins SET until_at = until_at WHERE device_id = $1 AND account_id = $2 AND until_at > $3 \
        RETURNING until_at";
    DELETE_SIGN_INS_ON = "DELETE FROM device_sign_ins WHERE device_id = $1";
    DELETE_SIGN_INS_OF = "DELETE FROM device_sign_ins WHERE account_id = $1";
    DELETE_PAST_SIGN_INS = "DELETE FROM device_sign_ins WHERE until_at <= $1";
    DELETE_SIGN_IN_OF_SESSION = "DELETE FROM device_sign_ins WHERE (device_id, account_id) IN \
        (SELECT s.device_id, s.account_id FROM sessions s WHERE s.id = $1)";
}

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: String,
    team_id: String,
    name: String,
    enrolled_at: i64,
    enrolled_by: String,
    opened_at: Option<i64>,
    ends_at: i64,
    seen_on: Option<String>,
    revoked_at: Option<i64>,
    project_id: String,
    team_name: String,
    organization_id: String,
    calendar: String,
    enrolled_by_handle: String,
}

impl DeviceRow {
    fn into_device(self) -> Result<SharedDevice, StoreError> {
        let team_id = TABLE.id(&self.team_id)?;
        let day = |text: &str| TABLE.parsed("seen_on", text.parse::<Date>());
        let calendar: CalendarSettings = TABLE.parsed("calendar", serde_json::from_str(&self.calendar))?;
        let device = Device {
            id: TABLE.id(&self.id)?,
            team_id,
            name: self.name,
            enrolled_at: Timestamp::from_microseconds(self.enrolled_at),
            enrolled_by: TABLE.id(&self.enrolled_by)?,
            opened_at: optional_time(self.opened_at),
            ends_at: Timestamp::from_microseconds(self.ends_at),
            seen_on: self.seen_on.as_deref().map(day).transpose()?,
            revoked_at: optional_time(self.revoked_at),
        };
        Ok(SharedDevice {
            device,
            team: Team { id: team_id, project_id: TABLE.id(&self.project_id)?, name: self.team_name },
            organization_id: TABLE.id(&self.organization_id)?,
            time_zone: calendar.time_zone,
            enrolled_by_handle: self.enrolled_by_handle,
        })
    }
}

impl Store {
    /// The phone of a cookie, by the hash of what it holds; whether it still counts is for the caller.
    pub async fn find_device_by_secret(&self, hash: &str) -> Result<Option<SharedDevice>, StoreError> {
        let row: Option<DeviceRow> =
            read!(self, |pool| sqlx::query_as(FIND_BY_SECRET).bind(hash).fetch_optional(pool).await)?;
        row.map(DeviceRow::into_device).transpose()
    }

    /// The phone of a code, by its hash; whether it still counts is for the caller.
    pub async fn find_device_by_code(&self, hash: &str) -> Result<Option<SharedDevice>, StoreError> {
        let row: Option<DeviceRow> =
            read!(self, |pool| sqlx::query_as(FIND_BY_CODE).bind(hash).fetch_optional(pool).await)?;
        row.map(DeviceRow::into_device).transpose()
    }

    /// The phones of a project's teams, the newest first.
    pub async fn list_devices_in(&self, project: ProjectId) -> Result<Vec<SharedDevice>, StoreError> {
        let project = project.to_string();
        let rows: Vec<DeviceRow> = read!(self, |pool| sqlx::query_as(LIST_IN).bind(project).fetch_all(pool).await)?;
        rows.into_iter().map(DeviceRow::into_device).collect()
    }

    /// The phones of all teams of an organisation's projects, the newest first.
    pub async fn list_devices_of(&self, organization: OrganizationId) -> Result<Vec<SharedDevice>, StoreError> {
        let organization = organization.to_string();
        let rows: Vec<DeviceRow> =
            read!(self, |pool| sqlx::query_as(LIST_OF).bind(organization).fetch_all(pool).await)?;
        rows.into_iter().map(DeviceRow::into_device).collect()
    }

    /// Every phone, the newest first.
    pub async fn list_devices(&self) -> Result<Vec<SharedDevice>, StoreError> {
        let rows: Vec<DeviceRow> = read!(self, |pool| sqlx::query_as(LIST).fetch_all(pool).await)?;
        rows.into_iter().map(DeviceRow::into_device).collect()
    }
}

impl Tx {
    /// A phone, locked until the commit.
    pub async fn lock_device(&mut self, id: DeviceId) -> Result<Option<SharedDevice>, StoreError> {
        let id = id.to_string();
        in_tx!(self, |c| sqlx::query(LOCK).bind(&id).execute(c).await.map(drop))?;
        let row: Option<DeviceRow> = in_tx!(self, |c| sqlx::query_as(FIND).bind(&id).fetch_optional(c).await)?;
        row.map(DeviceRow::into_device).transpose()
    }

    /// How many phones of a team count, with the team locked until the commit.
    pub async fn count_devices_of(&mut self, team: TeamId, now: Timestamp) -> Result<i64, StoreError> {
        let team = team.to_string();
        in_tx!(self, |c| sqlx::query(LOCK_TEAM).bind(&team).execute(c).await.map(drop))?;
        let now = now.microseconds();
        Ok(in_tx!(self, |c| sqlx::query_scalar(COUNT_OF_TEAM).bind(&team).bind(now).fetch_one(c).await)?)
    }

    /// Records a phone that awaits its code, by the code's hash.
    pub async fn insert_device(&mut self, code_hash: &str, device: &Device) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(device.id.to_string())
            .bind(device.team_id.to_string())
            .bind(&device.name)
            .bind(device.enrolled_at.microseconds())
            .bind(device.enrolled_by.to_string())
            .bind(code_hash)
            .bind(device.ends_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Uses a code up, and keeps the hash of what the phone's cookie holds; false when the code was used, revoked or has
    /// run out.
    pub async fn open_device(
        &mut self,
        code_hash: &str,
        secret_hash: &str,
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let opened = in_tx!(self, |c| sqlx::query(OPEN)
            .bind(code_hash)
            .bind(secret_hash)
            .bind(now.microseconds())
            .bind(ends_at.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(opened > 0)
    }

    /// Ends a phone: its code and its secret open nothing any more, and who has signed in on it has not.
    pub async fn revoke_device(&mut self, id: DeviceId, now: Timestamp) -> Result<(), StoreError> {
        let (id, now) = (id.to_string(), now.microseconds());
        in_tx!(self, |c| sqlx::query(REVOKE).bind(&id).bind(now).execute(c).await.map(drop))?;
        in_tx!(self, |c| sqlx::query(DELETE_SIGN_INS_ON).bind(&id).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Notes the day on which a phone was used.
    pub async fn see_device(&mut self, id: DeviceId, day: Date) -> Result<(), StoreError> {
        let (id, day) = (id.to_string(), day.to_string());
        in_tx!(self, |c| sqlx::query(SEE).bind(id).bind(day).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Records that somebody has signed in fully on a phone, for which a PIN is enough until then. What is past is forgotten.
    pub async fn save_device_sign_in(
        &mut self,
        device: DeviceId,
        account: AccountId,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let now = now.microseconds();
        in_tx!(self, |c| sqlx::query(DELETE_PAST_SIGN_INS).bind(now).execute(c).await.map(drop))?;
        in_tx!(self, |c| sqlx::query(SAVE_SIGN_IN)
            .bind(device.to_string())
            .bind(account.to_string())
            .bind(now)
            .bind(until.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Until when a PIN of this account is enough on this phone, locked until the commit; `None` where it is not.
    pub async fn lock_device_sign_in(
        &mut self,
        device: DeviceId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let until: Option<i64> = in_tx!(self, |c| sqlx::query_scalar(LOCK_SIGN_IN)
            .bind(device.to_string())
            .bind(account.to_string())
            .bind(now.microseconds())
            .fetch_optional(c)
            .await)?;
        Ok(optional_time(until))
    }

    /// Forgets that an account has signed in fully on any phone.
    pub async fn delete_device_sign_ins_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(DELETE_SIGN_INS_OF).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Forgets that whoever has this session has signed in fully on its phone.
    pub(super) async fn delete_device_sign_in_of(&mut self, session: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_SIGN_IN_OF_SESSION).bind(session).execute(c).await.map(drop))?;
        Ok(())
    }
}
