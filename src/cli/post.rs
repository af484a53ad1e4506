//! By what this process sends mails and calls webhooks, as it is configured.

use super::mail::mailer;
use crate::app::App;
use crate::config::Config;
use crate::delivery::webhook::LIMITS;
use crate::delivery::{Means, Post};
use crate::egress::Client;
use anyhow::Context as _;

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
