//! The codes that senders speak to the directory's number: a keyed, salted hash of each, and how many tries are left.

use super::keys::KeyStore;
use super::{StoreError, Tx, in_tx, statements};
use crate::crypto::blind_index;
use crate::domain::answer_code::{AnswerCode, AnswerCodeTried, IssuedAnswerCode, MOST_TRIES};
use crate::domain::id::ReferralId;
use crate::domain::time::Timestamp;

statements! {
    // One code for each referral: a new one takes the place of the last.
    SAVE = "INSERT INTO spoken_codes (referral_id, salt, code_hash, issued_at, expires_at, tries_left) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (referral_id) DO UPDATE SET salt = excluded.salt, code_hash = excluded.code_hash, \
        issued_at = excluded.issued_at, expires_at = excluded.expires_at, tries_left = excluded.tries_left, used_at = NULL";
    // Holds the row until the commit, so that codes tried at once are counted one after the other.
    LOCK = "UPDATE spoken_codes SET tries_left = tries_left WHERE referral_id = $1 \
        RETURNING salt, code_hash, expires_at, tries_left, used_at";
    USE = "UPDATE spoken_codes SET used_at = $2 WHERE referral_id = $1";
    COUNT_WRONG = "UPDATE spoken_codes SET tries_left = tries_left - 1 WHERE referral_id = $1";
}

#[derive(sqlx::FromRow)]
struct CodeRow {
    salt: String,
    code_hash: String,
    expires_at: i64,
    tries_left: i64,
    used_at: Option<i64>,
}

/// By which a code is known: the same code makes another hash each time that it is made.
async fn hash(keys: &KeyStore, referral: &str, salt: &str, code: AnswerCode) -> Result<String, StoreError> {
    Ok(blind_index(&keys.spoken_code_key().await?, referral, "answer_code", &format!("{salt}|{}", code.spelled())))
}

impl Tx {
    /// Keeps the code of a referral in the place of any other that it had.
    pub async fn save_answer_code(
        &mut self,
        referral: ReferralId,
        (code, salt): (AnswerCode, &str),
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        let referral = referral.to_string();
        let hash = hash(&self.keys, &referral, salt, code).await?;
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(&referral)
            .bind(salt)
            .bind(&hash)
            .bind(now.microseconds())
            .bind(expires_at.microseconds())
            .bind(MOST_TRIES)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Tries a code on a referral, and keeps what the domain makes of it. Where none was made every code is void.
    pub async fn try_answer_code(
        &mut self,
        referral: ReferralId,
        code: AnswerCode,
        now: Timestamp,
    ) -> Result<AnswerCodeTried, StoreError> {
        let id = referral.to_string();
        let row: Option<CodeRow> = in_tx!(self, |c| sqlx::query_as(LOCK).bind(&id).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(AnswerCodeTried::Void) };
        let issued = IssuedAnswerCode {
            expires_at: Timestamp::from_microseconds(row.expires_at),
            tries_left: row.tries_left,
            is_used: row.used_at.is_some(),
        };
        let is_it = row.code_hash == hash(&self.keys, &id, &row.salt, code).await?;
        let tried = issued.try_at(is_it, now);
        match tried {
            AnswerCodeTried::Proved => {
                in_tx!(self, |c| sqlx::query(USE).bind(&id).bind(now.microseconds()).execute(c).await.map(drop))?
            }
            AnswerCodeTried::Wrong => {
                in_tx!(self, |c| sqlx::query(COUNT_WRONG).bind(&id).execute(c).await.map(drop))?;
            }
            AnswerCodeTried::Void => {}
        }
        Ok(tried)
    }
}
