//! Bearer tokens, by their hashes.

use super::row::{Table, joined};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::ApiToken;
use crate::domain::id::AccountId;
use crate::domain::time::{Date, Timestamp};

const TABLE: Table = Table("tokens");

macro_rules! select_tokens {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.account_id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_on FROM tokens t ",
            $rest
        )
    };
}

statements! {
    FIND = select_tokens!("WHERE t.hash = $1 AND t.expires_at > $2");
    LIST = select_tokens!("WHERE t.expires_at > $1 ORDER BY t.created_at, t.id");
    LIST_OF = select_tokens!("WHERE t.account_id = $1 AND t.expires_at > $2 ORDER BY t.created_at, t.id");
    INSERT = "INSERT INTO tokens (hash, id, account_id, name, scopes, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    USED = "UPDATE tokens SET last_used_on = $2 WHERE id = $1";
    DELETE = "DELETE FROM tokens WHERE id = $1";
    DELETE_OF = "DELETE FROM tokens WHERE account_id = $1";
    DELETE_EXPIRED = "DELETE FROM tokens WHERE account_id = $1 AND expires_at <= $2";
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    account_id: String,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_on: Option<String>,
}

impl TokenRow {
    fn into_token(self) -> Result<ApiToken, StoreError> {
        let day = |text: &str| TABLE.parsed("last_used_on", text.parse::<Date>());
        Ok(ApiToken {
            account_id: TABLE.id(&self.account_id)?,
            scopes: TABLE.codes(&self.scopes)?,
            created_at: Timestamp::from_microseconds(self.created_at),
            expires_at: Timestamp::from_microseconds(self.expires_at),
            last_used_on: self.last_used_on.as_deref().map(day).transpose()?,
            id: self.id,
            name: self.name,
        })
    }
}

impl Store {
    /// The token of this hash, unless it has run out.
    pub async fn find_token(&self, hash: &str, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
        let row: Option<TokenRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(hash).bind(now.microseconds()).fetch_optional(pool).await)?;
        row.map(TokenRow::into_token).transpose()
    }

    /// The tokens of an account, or of all accounts, that have not run out; the oldest first.
    pub async fn list_tokens(&self, account: Option<AccountId>, now: Timestamp) -> Result<Vec<ApiToken>, StoreError> {
        let now = now.microseconds();
        let rows: Vec<TokenRow> = match account {
            Some(id) => {
                read!(self, |pool| sqlx::query_as(LIST_OF).bind(id.to_string()).bind(now).fetch_all(pool).await)?
            }
            None => read!(self, |pool| sqlx::query_as(LIST).bind(now).fetch_all(pool).await)?,
        };
        rows.into_iter().map(TokenRow::into_token).collect()
    }
}

impl Tx {
    /// The tokens of an account that have not run out, the oldest first; those that have are deleted.
    pub async fn list_live_tokens(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<ApiToken>, StoreError> {
        let (account, now) = (account.to_string(), now.microseconds());
        in_tx!(self, |c| sqlx::query(DELETE_EXPIRED).bind(&account).bind(now).execute(c).await.map(drop))?;
        let rows: Vec<TokenRow> =
            in_tx!(self, |c| sqlx::query_as(LIST_OF).bind(&account).bind(now).fetch_all(c).await)?;
        rows.into_iter().map(TokenRow::into_token).collect()
    }

    /// Records a token by its hash.
    pub async fn insert_token(&mut self, hash: &str, token: &ApiToken) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(hash)
            .bind(&token.id)
            .bind(token.account_id.to_string())
            .bind(&token.name)
            .bind(joined(&token.scopes))
            .bind(token.created_at.microseconds())
            .bind(token.expires_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes the day on which a token was used.
    pub async fn save_token_use(&mut self, id: &str, day: Date) -> Result<(), StoreError> {
        let day = day.to_string();
        in_tx!(self, |c| sqlx::query(USED).bind(id).bind(day).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes a token; false when there is none with this id any more.
    pub async fn delete_token(&mut self, id: &str) -> Result<bool, StoreError> {
        let deleted = in_tx!(self, |c| sqlx::query(DELETE).bind(id).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Deletes all tokens of an account; gives how many there were.
    pub async fn delete_tokens_of(&mut self, account: AccountId) -> Result<u64, StoreError> {
        let account = account.to_string();
        Ok(in_tx!(self, |c| sqlx::query(DELETE_OF).bind(account).execute(c).await.map(|done| done.rows_affected()))?)
    }
}
