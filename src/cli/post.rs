//! By what this process sends mails and calls webhooks, as it is configured, and how that ends.

use super::mail::mailer;
use crate::app::App;
use crate::config::Config;
use crate::delivery::webhook::LIMITS;
use crate::delivery::{Means, Post};
use crate::egress::Client;
use anyhow::Context as _;
use tokio::signal::unix::Signal;

/// The post of this process.
pub(super) fn post(app: &App, config: &Config) -> anyhow::Result<Post> {
    let client = Client::to_public_hosts_and(LIMITS, config.webhooks.private_hosts.clone());
    let means = Means {
        client: client.context("no client for webhooks can be made")?,
        mailer: mailer(config).context("the mail server cannot be used as it is configured")?,
        public_address: config.server.public_address(),
    };
    Ok(Post::new(app.context().clone(), means))
}

/// Waits for SIGTERM or Ctrl-C; from then on the post begins nothing more.
pub(super) async fn stopped(mut terminate: Signal, post: &Post) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: what is in flight may end");
    post.stop();
}
