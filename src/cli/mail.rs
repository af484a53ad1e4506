//! The mailer of this process, made of its configuration.

use crate::config::Config;
use crate::egress::mail::{MailLimits, Mailer};

/// What sends mail; `None` where no mail server is configured.
pub(super) fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let server = config.smtp.server()?;
    Ok(server.map(|server| Mailer::new(server, MailLimits::STANDARD)).transpose()?)
}
