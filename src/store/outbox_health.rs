//! How the outbox is, and what time the database has: what an operator asks.

use super::row::Table;
use super::{Store, StoreError, read, statements};
use crate::domain::delivery::{DeliveryChannel, DeliveryStatus};
use crate::domain::time::Timestamp;

const CLOCK: Table = Table("the database's clock");
const QUEUES: Table = Table("delivery_queues");

statements! {
    WAITING = "SELECT count(*), CAST(min(created_at) AS BIGINT) FROM deliveries WHERE status = $1";
    WAITING_BY_CHANNEL = "SELECT q.channel, count(*), CAST(min(d.created_at) AS BIGINT) FROM deliveries d \
        JOIN delivery_queues q ON q.id = d.queue_id WHERE d.status = $1 GROUP BY q.channel";
    COUNT_DISABLED = "SELECT count(*) FROM delivery_queues WHERE channel = $1 AND disabled_at IS NOT NULL";
    NOW = "SELECT CAST(CURRENT_TIMESTAMP AS TEXT)";
}

/// What has not left yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many rows of the outbox wait.
    pub count: i64,
    /// When the oldest of them was written.
    pub oldest_at: Option<Timestamp>,
}

impl Store {
    /// What waits in the outbox, that of endpoints too which are told nothing at present.
    pub async fn count_waiting_deliveries(&self) -> Result<Waiting, StoreError> {
        let status = DeliveryStatus::Waiting.to_string();
        let (count, oldest): (i64, Option<i64>) =
            read!(self, |pool| sqlx::query_as(WAITING).bind(status).fetch_one(pool).await)?;
        Ok(Waiting { count, oldest_at: oldest.map(Timestamp::from_microseconds) })
    }

    /// The same by channel; a channel for which nothing waits is not there.
    pub async fn count_waiting_by_channel(&self) -> Result<Vec<(DeliveryChannel, Waiting)>, StoreError> {
        let status = DeliveryStatus::Waiting.to_string();
        let rows: Vec<(String, i64, Option<i64>)> =
            read!(self, |pool| sqlx::query_as(WAITING_BY_CHANNEL).bind(status).fetch_all(pool).await)?;
        let waiting = |(channel, count, oldest): (String, i64, Option<i64>)| {
            Ok((QUEUES.code(&channel)?, Waiting { count, oldest_at: oldest.map(Timestamp::from_microseconds) }))
        };
        rows.into_iter().map(waiting).collect()
    }

    /// How many webhooks are told nothing more until somebody enables them.
    pub async fn count_disabled_webhooks(&self) -> Result<i64, StoreError> {
        let channel = DeliveryChannel::Webhook.to_string();
        Ok(read!(self, |pool| sqlx::query_scalar(COUNT_DISABLED).bind(channel).fetch_one(pool).await)?)
    }

    /// When the oldest row was written that waits in the outbox.
    pub async fn oldest_waiting(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.count_waiting_deliveries().await?.oldest_at)
    }

    /// The time by the database's own clock, to the second.
    pub async fn read_database_time(&self) -> Result<Timestamp, StoreError> {
        let text: String = read!(self, |pool| sqlx::query_scalar(NOW).fetch_one(pool).await)?;
        parse_time(&text).ok_or(CLOCK.corrupt("time"))
    }
}

/// Both databases write the date, a blank and the time, in UTC: SQLite has no other, and connections to PostgreSQL are set to
/// it. What PostgreSQL writes behind the second is of no matter.
fn parse_time(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{}Z", text.get(..19)?.replace(' ', "T")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_both_databases_is_read() {
        let expected = Timestamp::parse("2026-11-28T01:02:03Z");
        assert_eq!(parse_time("2026-11-28 01:02:03"), expected, "SQLite");
        assert_eq!(parse_time("2026-11-28 01:02:03.456789+00"), expected, "PostgreSQL");
        assert_eq!(parse_time("now"), None);
    }
}
