//! The bell: rung after each commit that has listed something to be told, so that whoever tells it need not wait for the
//! next look. On PostgreSQL it rings on every node. It may be missed; looking from time to time is what nothing is lost by.

use super::{Db, Store, StoreError};
use sqlx::postgres::PgListener;
use std::sync::Arc;
use tokio::sync::watch;

/// On which the nodes of one PostgreSQL hear each other. No statement of both databases: SQLite has one process.
const NEWS: &str = "relais_news";
const TELL_THE_OTHERS: &str = "NOTIFY relais_news";

/// Rung by commits, heard by whoever waits for news.
#[derive(Clone, Debug)]
pub(super) struct Bell(Arc<watch::Sender<u64>>);

impl Bell {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    fn ring(&self) {
        self.0.send_modify(|rung| *rung = rung.wrapping_add(1));
    }
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

impl Store {
    /// An ear for the bell, from now on.
    pub fn hear(&self) -> Hearing {
        Hearing(self.bell.0.subscribe())
    }

    /// Rings here, and on the other nodes.
    pub(super) async fn ring(&self) {
        self.bell.ring();
        if let Db::Postgres(pool) = &self.db {
            // Whoever does not hear it looks by itself a little later.
            let _ = sqlx::query(TELL_THE_OTHERS).execute(pool).await;
        }
    }

    /// Rings here whenever another node does, for as long as it is polled; on SQLite nobody else is there.
    pub async fn listen(&self) -> Result<(), StoreError> {
        let Db::Postgres(pool) = &self.db else { return std::future::pending().await };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.ignore_pool_close_event(true);
        listener.listen(NEWS).await?;
        loop {
            listener.recv().await?;
            self.bell.ring();
        }
    }
}
