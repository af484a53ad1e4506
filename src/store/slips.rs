//! Slips that people carry: a keyed hash of each code, and how many wrong ones were tried.

use super::keys::KeyStore;
use super::{StoreError, Tx, in_tx, statements};
use crate::crypto::blind_index;
use crate::domain::id::ReferralId;
use crate::domain::slip::{Presented, Slip, SlipCode};
use crate::domain::time::Timestamp;

statements! {
    // One slip for each referral: a new one takes the place of the last.
    SAVE = "INSERT INTO slips (referral_id, code_index, made_at, wrong_codes) VALUES ($1, $2, $3, 0) \
        ON CONFLICT (referral_id) DO UPDATE SET code_index = excluded.code_index, made_at = excluded.made_at, wrong_codes = 0";
    // Holds the row until the commit, so that codes tried at once are counted one after the other.
    LOCK = "UPDATE slips SET wrong_codes = wrong_codes WHERE referral_id = $1 RETURNING code_index, made_at, wrong_codes";
    COUNT_WRONG = "UPDATE slips SET wrong_codes = wrong_codes + 1 WHERE referral_id = $1";
    DELETE = "DELETE FROM slips WHERE referral_id = $1";
}

/// By which the code of a slip is known: the same code makes another hash on every other referral.
async fn code_index(keys: &KeyStore, referral: &str, code: SlipCode) -> Result<String, StoreError> {
    Ok(blind_index(&keys.spoken_code_key().await?, referral, "slip", &code.spelled()))
}

impl Tx {
    /// Keeps the slip of a referral in the place of any other that it had.
    pub async fn save_slip(&mut self, referral: ReferralId, code: SlipCode, now: Timestamp) -> Result<(), StoreError> {
        let referral = referral.to_string();
        let index = code_index(&self.keys, &referral, code).await?;
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(&referral)
            .bind(&index)
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Tries a code on the slip of a referral, and keeps what the domain makes of it. Without a slip every code is void.
    pub async fn present_slip(
        &mut self,
        referral: ReferralId,
        code: SlipCode,
        now: Timestamp,
    ) -> Result<Presented, StoreError> {
        let id = referral.to_string();
        let row: Option<(String, i64, i64)> = in_tx!(self, |c| sqlx::query_as(LOCK).bind(&id).fetch_optional(c).await)?;
        let Some((kept, made_at, wrong_codes)) = row else { return Ok(Presented::Void) };
        let is_its_code = kept == code_index(&self.keys, &id, code).await?;
        let slip = Slip { made_at: Timestamp::from_microseconds(made_at), wrong_codes };
        let presented = slip.present(is_its_code, now);
        let kept = if presented == Presented::Wrong { COUNT_WRONG } else { DELETE };
        in_tx!(self, |c| sqlx::query(kept).bind(&id).execute(c).await.map(drop))?;
        Ok(presented)
    }

    /// Takes away the slip of a referral whose person needs it no more.
    pub async fn delete_slip(&mut self, referral: ReferralId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE).bind(referral.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
