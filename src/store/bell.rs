//! The bell: rung after each commit that has listed something to be told, so that whoever tells it need not wait for the
//! next look; and what a commit has changed of which referral, for those who follow it. On PostgreSQL both are heard on every
//! node. A ring may be missed; looking from time to time is what nothing is lost by. Who follows a referral hears that
//! something may have been missed where this node knows it (it lagged, or its connection was lost), and begins anew. What a
//! process commits and does not live to tell, the other nodes do not hear.

use super::{Db, Store, StoreError, Tx};
use crate::domain::id::{Identifier as _, OrganizationId, ReferralId};
use crate::domain::news::{Changed, News};
use sqlx::postgres::{PgListener, PgPool};
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// On which the nodes of one PostgreSQL hear each other. No statement of both databases: SQLite has one process.
const NEWS: &str = "relais_news";
const CHANGES: &str = "relais_changes";
const TELL_THE_OTHERS: &str = "SELECT pg_notify($1, $2)";

/// Changes that somebody may lag behind before something is missed.
const MOST_CHANGES: usize = 1_024;

/// Rung by commits, heard by whoever waits for news.
#[derive(Clone, Debug)]
pub(super) struct Bell {
    rings: Arc<watch::Sender<u64>>,
    changes: broadcast::Sender<News>,
}

impl Bell {
    pub(super) fn new() -> Self {
        Self { rings: Arc::new(watch::Sender::new(0)), changes: broadcast::Sender::new(MOST_CHANGES) }
    }

    fn ring(&self) {
        self.rings.send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    /// Nobody follows anything where this fails.
    fn tell(&self, heard: News) {
        let _ = self.changes.send(heard);
    }
}

/// A change as the nodes read it: which referral, and whom it was sent to.
fn written(changed: Changed) -> String {
    let recipient = changed.recipient.map_or_else(|| "-".to_owned(), |recipient| recipient.to_string());
    format!("{} {recipient}", changed.referral)
}

/// What a node has told. What cannot be read has told of something unknown.
fn read(payload: &str) -> News {
    let changed = payload.split_once(' ').and_then(|(referral, recipient)| {
        let referral = ReferralId::parse(referral).ok()?;
        let recipient = match recipient {
            "-" => None,
            recipient => Some(OrganizationId::parse(recipient).ok()?),
        };
        Some(Changed { referral, recipient })
    });
    changed.map_or(News::Missed, News::Changed)
}

/// Tells every node. Who has deliveries to send finds by looking what was not heard.
async fn notify(pool: &PgPool, channel: &str, payload: &str) {
    let _ = sqlx::query(TELL_THE_OTHERS).bind(channel).bind(payload).execute(pool).await;
}

/// An ear that misses no ring between two times that it listens.
#[derive(Debug)]
pub struct Hearing(watch::Receiver<u64>);

impl Hearing {
    /// Waits for the next ring since the last time.
    pub async fn rung(&mut self) {
        if self.0.changed().await.is_err() {
            // The store is gone; whoever waits ends by other means.
            std::future::pending::<()>().await;
        }
    }
}

/// An ear for changes of referrals, which says so when it has missed some.
#[derive(Debug)]
pub struct Following(broadcast::Receiver<News>);

impl Following {
    /// The next change since the last time.
    pub async fn next(&mut self) -> News {
        match self.0.recv().await {
            Ok(heard) => heard,
            Err(broadcast::error::RecvError::Lagged(_)) => News::Missed,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Tx {
    /// Notes that a referral was changed, to be told once that is committed.
    pub fn note_change(&mut self, changed: Changed) {
        self.changes.push(changed);
    }
}

impl Store {
    /// An ear for the bell, from now on.
    pub fn hear(&self) -> Hearing {
        Hearing(self.bell.rings.subscribe())
    }

    /// An ear for changes of referrals, from now on.
    pub fn follow_changes(&self) -> Following {
        Following(self.bell.changes.subscribe())
    }

    /// Rings and tells what a commit has changed, here and on the other nodes. It does not wait for these, nor for whoever
    /// asked: what is committed is told, though the caller has gone.
    pub(super) fn tell_news(&self, has_news: bool, changes: Vec<Changed>) {
        if has_news {
            self.bell.ring();
        }
        changes.iter().for_each(|changed| self.bell.tell(News::Changed(*changed)));
        let Db::Postgres(pool) = &self.db else { return };
        if !has_news && changes.is_empty() {
            return;
        }
        // This node hears it once more by way of the database, and who follows something finds it told already.
        let pool = pool.clone();
        tokio::spawn(async move {
            for changed in changes {
                notify(&pool, CHANGES, &written(changed)).await;
            }
            if has_news {
                notify(&pool, NEWS, "").await;
            }
        });
    }

    /// Rings here whenever another node does, and tells what it has changed, for as long as it is polled; on SQLite nobody
    /// else is there.
    pub async fn listen(&self) -> Result<(), StoreError> {
        let Db::Postgres(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.ignore_pool_close_event(true);
        listener.listen_all([NEWS, CHANGES]).await?;
        // Until now nothing was heard, whether the node has just begun or its connection was lost.
        self.bell.tell(News::Missed);
        self.bell.ring();
        let ended = loop {
            match listener.try_recv().await {
                Ok(Some(told)) if told.channel() == NEWS => self.bell.ring(),
                Ok(Some(told)) => self.bell.tell(read(told.payload())),
                Ok(None) => break Ok(()),
                Err(error) => break Err(StoreError::from(error)),
            }
        };
        // Whoever follows something hears nothing of the other nodes until this begins anew.
        self.bell.tell(News::Missed);
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let referral = ReferralId::from_bytes([7; 16]);
        for recipient in [None, Some(OrganizationId::from_bytes([9; 16]))] {
            let changed = Changed { referral, recipient };
            assert_eq!(read(&written(changed)), News::Changed(changed));
        }
        let odd = format!("{referral} org_1");
        for odd in ["", "x", "ref_1 -", "x y z", &odd] {
            assert_eq!(read(odd), News::Missed, "{odd}");
        }
    }

    #[tokio::test]
    async fn who_lags_behind_hears_that_something_was_missed() {
        let bell = Bell::new();
        let mut following = Following(bell.changes.subscribe());
        let changed = News::Changed(Changed { referral: ReferralId::from_bytes([7; 16]), recipient: None });
        for _ in 0..=MOST_CHANGES {
            bell.tell(changed);
        }
        assert_eq!(following.next().await, News::Missed);
        assert_eq!(following.next().await, changed);
    }
}
