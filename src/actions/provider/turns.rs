//! One request at a time asks the provider about a session; the others of this node wait for its answer.

use crate::domain::id::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Whose turn it is, by session.
#[derive(Default)]
pub(super) struct Turns(Lock<HashMap<SessionId, Arc<Mutex<()>>>>);

impl Turns {
    /// Waits for the turn of a session; it ends when what is given back is dropped.
    pub(super) async fn take(&self, session: SessionId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // What only this map holds, nobody waits for.
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(session).or_default())
        };
        turn.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    #[tokio::test]
    async fn turns_of_one_session_follow_each_other_and_are_forgotten() {
        let turns = Turns::default();
        let (one, other) = (SessionId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
        let held = turns.take(one).await;
        let mut waiting = Box::pin(turns.take(one));
        assert!(futures_are_pending(&mut waiting).await);
        drop(turns.take(other).await);
        drop(held);
        drop(waiting.await);
        drop(turns.take(other).await);
        assert_eq!(turns.0.lock().map(|turns| turns.len()).ok(), Some(1), "the last one only");
    }

    /// Polls once.
    async fn futures_are_pending(future: &mut (impl Future + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
