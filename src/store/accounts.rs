//! Accounts.

use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Account;
use crate::domain::id::{AccountId, DeviceId, OrganizationId};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("accounts");

macro_rules! select_accounts {
    ($rest:literal) => {
        select_accounts!("", $rest)
    };
    ($more:literal, $($rest:expr),+) => {
        concat!(
            "SELECT a.id, a.handle, a.role, a.organization_id, a.project_id, a.is_trained, ",
            "(SELECT string_agg(m.team_id, ' ') FROM team_members m WHERE m.account_id = a.id) AS team_ids",
            $more,
            " FROM ",
            $($rest),+
        )
    };
}

/// Accounts with what an operator wants to know of how they sign in.
macro_rules! select_stored_accounts {
    ($($rest:expr),+) => {
        select_accounts!(
            ", a.is_disabled, (SELECT count(*) FROM passwords p WHERE p.account_id = a.id) AS passwords, \
            (SELECT count(*) FROM second_factors f WHERE f.account_id = a.id AND f.is_confirmed) AS factors, \
            (SELECT e.expires_at FROM enrolments e WHERE e.account_id = a.id) AS enrolment_expires_at",
            $($rest),+
        )
    };
}

/// The account is somebody's, and not one by which whoever opens the links to a mailbox acts: that has no credential and
/// gets none.
macro_rules! of_somebody {
    () => {
        "a.handle NOT LIKE 'mailbox-%'"
    };
}

statements! {
    FIND = select_accounts!("accounts a WHERE a.id = $1 AND NOT a.is_disabled");
    FIND_ENABLED_BY_HANDLE = select_accounts!("", "accounts a WHERE a.handle = $1 AND NOT a.is_disabled AND ", of_somebody!());
    FIND_BY_HANDLE = select_accounts!("", "accounts a WHERE a.handle = $1 AND ", of_somebody!());
    SAVE = "INSERT INTO accounts (id, handle, role, organization_id, project_id, is_trained) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, role = excluded.role, \
        organization_id = excluded.organization_id, project_id = excluded.project_id, is_trained = excluded.is_trained";
    LIST = select_stored_accounts!("accounts a WHERE ", of_somebody!(), " ORDER BY a.handle");
    FIND_LANGUAGE = "SELECT language FROM accounts WHERE id = $1";
    SAVE_LANGUAGE = "UPDATE accounts SET language = $2 WHERE id = $1";
    SET_DISABLED = "UPDATE accounts SET is_disabled = $2 WHERE id = $1";
    LIST_OF_ORGANIZATION = select_accounts!("accounts a WHERE a.organization_id = $1 ORDER BY a.id");
    // Who has signed in fully on a shared phone, and may still come in.
    LIST_ON_DEVICE = select_accounts!(
        "device_sign_ins s JOIN accounts a ON a.id = s.account_id WHERE s.device_id = $1 AND s.until_at > $2 \
         AND NOT a.is_disabled ORDER BY a.handle"
    );
    RENAME = "UPDATE accounts SET handle = $2 WHERE id = $1";
    LIST_HANDLES = concat!("SELECT a.handle FROM accounts a WHERE ", of_somebody!(), " ORDER BY a.handle");
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    handle: String,
    role: String,
    organization_id: String,
    project_id: Option<String>,
    is_trained: bool,
    team_ids: Option<String>,
}

impl AccountRow {
    fn into_account(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: TABLE.id(&self.id)?,
            role: TABLE.code(&self.role)?,
            organization_id: TABLE.id(&self.organization_id)?,
            project_id: TABLE.optional_id(self.project_id.as_deref())?,
            team_ids: self
                .team_ids
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(|id| TABLE.id(id))
                .collect::<Result<_, _>>()?,
            is_trained: self.is_trained,
            handle: self.handle,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StoredAccountRow {
    #[sqlx(flatten)]
    account: AccountRow,
    is_disabled: bool,
    passwords: i64,
    factors: i64,
    enrolment_expires_at: Option<i64>,
}

/// An account with how its person signs in.
#[derive(Clone, Debug)]
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// True when it is shut out.
    pub is_disabled: bool,
    /// True when it has a password.
    pub has_password: bool,
    /// True when it has a second factor.
    pub has_second_factor: bool,
    /// When its enrolment code runs out or ran out, while nobody has used it.
    pub enrolment_expires_at: Option<Timestamp>,
}

impl Store {
    /// Every account, by handle, with how its person signs in.
    pub async fn list_accounts(&self) -> Result<Vec<StoredAccount>, StoreError> {
        let rows: Vec<StoredAccountRow> = read!(self, |pool| sqlx::query_as(LIST).fetch_all(pool).await)?;
        let stored = |row: StoredAccountRow| {
            Ok(StoredAccount {
                account: row.account.into_account()?,
                is_disabled: row.is_disabled,
                has_password: row.passwords > 0,
                has_second_factor: row.factors > 0,
                enrolment_expires_at: optional_time(row.enrolment_expires_at),
            })
        };
        rows.into_iter().map(stored).collect()
    }

    /// The account with this handle, unless it is disabled.
    pub async fn find_account_by_handle(&self, handle: &str) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            read!(self, |pool| sqlx::query_as(FIND_ENABLED_BY_HANDLE).bind(handle).fetch_optional(pool).await)?;
        row.map(AccountRow::into_account).transpose()
    }

    /// The tag of the language that somebody chose for the pages.
    pub async fn find_language(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        let account = account.to_string();
        let tag: Option<Option<String>> =
            read!(self, |pool| sqlx::query_scalar(FIND_LANGUAGE).bind(account).fetch_optional(pool).await)?;
        Ok(tag.flatten())
    }

    /// The account with this id, unless it is disabled.
    pub async fn find_account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        row.map(AccountRow::into_account).transpose()
    }

    /// Who has signed in fully on a shared phone and for whom a PIN is enough there, by handle.
    pub async fn list_accounts_on(&self, device: DeviceId, now: Timestamp) -> Result<Vec<Account>, StoreError> {
        let rows: Vec<AccountRow> = read!(self, |pool| sqlx::query_as(LIST_ON_DEVICE)
            .bind(device.to_string())
            .bind(now.microseconds())
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(AccountRow::into_account).collect()
    }

    /// The handles of all accounts.
    pub async fn list_handles(&self) -> Result<Vec<String>, StoreError> {
        Ok(read!(self, |pool| sqlx::query_scalar(LIST_HANDLES).fetch_all(pool).await)?)
    }
}

impl Tx {
    /// The account with this handle.
    pub async fn find_account_by_handle(&mut self, handle: &str) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_BY_HANDLE).bind(handle).fetch_optional(c).await)?;
        row.map(AccountRow::into_account).transpose()
    }

    /// The account with this handle, unless it is disabled.
    pub async fn find_enabled_account_by_handle(&mut self, handle: &str) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_ENABLED_BY_HANDLE).bind(handle).fetch_optional(c).await)?;
        row.map(AccountRow::into_account).transpose()
    }

    /// The accounts of an organisation, shut out or not.
    pub async fn list_accounts_of(&mut self, organization: OrganizationId) -> Result<Vec<Account>, StoreError> {
        let organization = organization.to_string();
        let rows: Vec<AccountRow> =
            in_tx!(self, |c| sqlx::query_as(LIST_OF_ORGANIZATION).bind(organization).fetch_all(c).await)?;
        rows.into_iter().map(AccountRow::into_account).collect()
    }

    /// Gives an account another handle.
    pub async fn rename_account(&mut self, account: AccountId, handle: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(RENAME).bind(account.to_string()).bind(handle).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes an account, new or changed, with its teams.
    pub async fn save_account(&mut self, account: &Account) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(account.id.to_string())
            .bind(&account.handle)
            .bind(account.role.to_string())
            .bind(account.organization_id.to_string())
            .bind(optional_text(account.project_id))
            .bind(account.is_trained)
            .execute(c)
            .await
            .map(drop))?;
        self.save_teams_of(account.id, &account.team_ids).await
    }

    /// Shuts an account out, or lets it in again.
    pub async fn set_disabled(&mut self, account: AccountId, is_disabled: bool) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(SET_DISABLED).bind(account).bind(is_disabled).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Keeps the tag of the language that somebody chose for the pages.
    pub async fn save_language(&mut self, account: AccountId, tag: &str) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(SAVE_LANGUAGE).bind(account).bind(tag).execute(c).await.map(drop))?;
        Ok(())
    }
}
