//! By what this process sends mails and calls webhooks, as it is configured.

use crate::app::App;
use crate::config::Config;
use crate::delivery::webhook::LIMITS;
use crate::delivery::{Means, Post};
use crate::egress::Client;
use crate::egress::mail::{MailLimits, Mailer};
use anyhow::Context as _;

/// The post of this process.
pub(super) fn post(app: &App, config: &Config) -> anyhow::Result<Post> {
    let client = Client::to_public_hosts_and(LIMITS, config.delivery.private_hosts.clone());
    let means = Means {
        client: client.context("no client for webhooks can be made")?,
        mailer: mailer(config)?,
        public_address: config.server.public_address(),
    };
    Ok(Post::new(app.context().clone(), means))
}

/// The mailer of this process; `None` where no mail server is configured.
pub(super) fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let mailer = config.smtp.server()?.map(|server| Mailer::new(server, MailLimits::STANDARD)).transpose();
    mailer.context("the mail server cannot be used as it is configured")
}
