//! Where monitoring reads, beside whatever this process does: a listener of its own.

use crate::app::App;
use crate::config::Config;
use crate::serve::{ServeLimits, serve};
use anyhow::Context as _;
use std::future::pending;
use tokio::net::TcpListener;

/// Monitoring reads over a connection or two; each asks the database.
const CONNECTIONS: usize = 4;

/// The listener for monitoring, where one is configured.
pub(super) async fn listen(config: &Config) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = config.metrics.listen else { return Ok(None) };
    let bound = TcpListener::bind(address).await;
    let listener = bound.with_context(|| format!("cannot listen on {address} (metrics.listen)"))?;
    println!("metrics on http://{}/metrics", listener.local_addr()?);
    Ok(Some(listener))
}

/// Answers monitoring for as long as it is polled.
pub(super) async fn serve_metrics(app: &App, listener: Option<TcpListener>) {
    let limits = ServeLimits { connections: CONNECTIONS, connections_per_address: None, ..ServeLimits::STANDARD };
    if let Some(listener) = listener
        && let Err(error) = serve(listener, app.metrics_router(), pending(), limits).await
    {
        // Nobody who is served has to do without Relais for that.
        tracing::error!(%error, "monitoring cannot be answered any more");
    }
    pending().await
}
