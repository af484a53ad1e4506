//! What monitoring is answered: what this node has counted, and what the database says at that moment.

use crate::actions::Context;
use crate::clock::pause;
use crate::domain::code::CodeList as _;
use crate::domain::delivery::DeliveryChannel;
use crate::domain::time::Timestamp;
use crate::metrics::{ChannelFigures, DatabaseFigures, MEDIA_TYPE};
use crate::store::StoreError;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Seconds that the database has to answer; monitoring itself waits for ten at most, and has to get the counters.
const SECONDS_OF_THE_DATABASE: u64 = 3;

/// Answers with the counters of this node, whether the database answers or not.
pub(super) async fn scrape(State(context): State<Context>) -> Response {
    let figures = tokio::select! {
        read = read_figures(&context) => read.ok(),
        () = pause(SECONDS_OF_THE_DATABASE) => None,
    };
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], context.metrics.text(figures.as_ref())).into_response()
}

async fn read_figures(context: &Context) -> Result<DatabaseFigures, StoreError> {
    let store = &context.store;
    let waiting = store.count_waiting_by_channel().await?;
    let webhook_endpoints_disabled = store.count_disabled_webhooks().await?;
    let next_due = store.find_next_due().await?;
    let now = context.clock.now();
    let of_channel = |channel: DeliveryChannel| {
        let found = waiting.iter().find(|(of, _)| *of == channel).map(|(_, waiting)| *waiting);
        ChannelFigures {
            channel,
            waiting: found.map_or(0, |waiting| waiting.count),
            oldest_waiting_seconds: seconds_since(found.and_then(|waiting| waiting.oldest_at), now),
        }
    };
    Ok(DatabaseFigures {
        channels: DeliveryChannel::ALL.iter().copied().map(of_channel).collect(),
        webhook_endpoints_disabled,
        jobs_overdue_seconds: seconds_since(next_due, now),
    })
}

/// Whole seconds since then; 0 for what lies ahead, and for nothing.
fn seconds_since(then: Option<Timestamp>, now: Timestamp) -> i64 {
    then.map_or(0, |then| (now.microseconds() - then.microseconds()).max(0) / 1_000_000)
}
