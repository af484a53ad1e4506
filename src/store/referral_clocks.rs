//! What the clocks of a referral go by, beside the referral itself; and what they came to.

use super::row::Table;
use super::{StoreError, Tx, in_tx, statements};
use crate::domain::clocks::{Fired, Timer};
use crate::domain::consent::ConsentBasis;
use crate::domain::id::ReferralId;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("referral_firings");

statements! {
    FIND_STANDING = "SELECT k.basis, k.obtained_at, k.expires_at, \
        (EXISTS (SELECT 1 FROM demands d WHERE d.referral_id = r.id AND d.result = 'pending') \
        AND NOT EXISTS (SELECT 1 FROM referrals n WHERE n.reroute_of = r.id AND n.requested_at IS NOT NULL)) AS is_need_open \
        FROM referrals r JOIN consents k ON k.id = r.consent_id WHERE r.id = $1";
    LIST_FIRED = "SELECT timer, fired_at FROM referral_firings WHERE referral_id = $1";
    SAVE_FIRED = "INSERT INTO referral_firings (referral_id, timer, due_at, fired_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (referral_id, timer) DO UPDATE SET due_at = excluded.due_at, fired_at = excluded.fired_at";
}

/// How the consent and the need of a referral stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClockStanding {
    /// On what it is told.
    pub basis: ConsentBasis,
    /// When the consent was obtained.
    pub obtained_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// True while the need has no result and nobody else was asked in its place.
    pub is_need_open: bool,
}

hidden_debug!(ClockStanding);

#[derive(sqlx::FromRow)]
struct StandingRow {
    basis: String,
    obtained_at: i64,
    expires_at: i64,
    is_need_open: bool,
}

impl Tx {
    /// How the consent and the need of a referral stand that the caller has locked.
    pub async fn find_clock_standing(&mut self, id: ReferralId) -> Result<ClockStanding, StoreError> {
        let row: StandingRow = in_tx!(self, |c| sqlx::query_as(FIND_STANDING).bind(id.to_string()).fetch_one(c).await)?;
        Ok(ClockStanding {
            basis: TABLE.code(&row.basis)?,
            obtained_at: Timestamp::from_microseconds(row.obtained_at),
            expires_at: Timestamp::from_microseconds(row.expires_at),
            is_need_open: row.is_need_open,
        })
    }

    /// What has fired of a referral, each at its last time.
    pub async fn list_fired(&mut self, id: ReferralId) -> Result<Vec<Fired>, StoreError> {
        let rows: Vec<(String, i64)> =
            in_tx!(self, |c| sqlx::query_as(LIST_FIRED).bind(id.to_string()).fetch_all(c).await)?;
        let read = |(timer, at): (String, i64)| {
            Ok(Fired { timer: TABLE.code(&timer)?, fired_at: Timestamp::from_microseconds(at) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Keeps that a due time of a referral was done.
    pub async fn save_fired(
        &mut self,
        id: ReferralId,
        timer: Timer,
        due_at: Timestamp,
        fired_at: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_FIRED)
            .bind(id.to_string())
            .bind(timer.to_string())
            .bind(due_at.microseconds())
            .bind(fired_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
