//! Accounts and their bearer tokens.

use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Account;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("accounts");

macro_rules! select_accounts {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.handle, a.role, a.organization_id, a.project_id, a.is_trained, ",
            "(SELECT string_agg(m.team_id, ' ') FROM team_members m WHERE m.account_id = a.id) AS team_ids FROM ",
            $rest
        )
    };
}

statements! {
    FIND_BY_TOKEN = select_accounts!("tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = $1 AND t.expires_at > $2");
    FIND_BY_HANDLE = select_accounts!("accounts a WHERE a.handle = $1");
    SAVE = "INSERT INTO accounts (id, handle, role, organization_id, project_id, is_trained) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, role = excluded.role, \
        organization_id = excluded.organization_id, project_id = excluded.project_id, is_trained = excluded.is_trained";
    LIST_HANDLES = "SELECT handle FROM accounts ORDER BY handle";
    INSERT_TOKEN = "INSERT INTO tokens (hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
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

/// A bearer token to be recorded by its hash.
#[derive(Clone)]
pub struct NewToken {
    /// SHA-256 of the token, in lower-case hexadecimal.
    pub hash: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Store {
    /// The account of a token that has not run out, by the token's hash.
    pub async fn find_account_by_token(&self, hash: &str, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> = read!(self, |pool| sqlx::query_as(FIND_BY_TOKEN)
            .bind(hash)
            .bind(now.microseconds())
            .fetch_optional(pool)
            .await)?;
        row.map(AccountRow::into_account).transpose()
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

    /// Records a token by its hash.
    pub async fn insert_token(&mut self, token: &NewToken) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT_TOKEN)
            .bind(&token.hash)
            .bind(token.account_id.to_string())
            .bind(token.created_at.microseconds())
            .bind(token.expires_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
