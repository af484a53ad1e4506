//! How the mailboxes of services want to be written to, as it was agreed with their organisations.

use super::{CommandError, CommandFile, unknown};
use crate::domain::delivery::{MAIL_LANGUAGES, MailboxSettings, is_tag};
use crate::domain::directory::Document;
use crate::domain::id::{Identifier as _, ServiceId};
use crate::store::Tx;
use serde::Deserialize;

/// How the mailbox of a service wants to be written to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxCommand {
    /// Key of the service.
    pub service: String,
    /// The language of its mails, one of those in which mails are written; French by default.
    pub language: Option<String>,
    /// By what the partner tells our mails apart in its subjects.
    pub tag: Option<String>,
    /// True for a partner that gets no mail at all, and is only called.
    #[serde(default)]
    pub phone_only: bool,
}

pub(super) async fn apply_mailboxes(tx: &mut Tx, file: &CommandFile) -> Result<(), CommandError> {
    for (index, command) in file.mailboxes.iter().enumerate() {
        let id = ServiceId::derived(&file.source, &command.service);
        let Some(Document::Service(service)) = tx.find_document(&id.to_string()).await? else {
            return Err(unknown("mailboxes", index, "service", &command.service));
        };
        let settings = settings(index, command)?;
        tx.save_mailbox_settings(id, service.organization_id, &settings).await?;
    }
    Ok(())
}

fn settings(index: usize, command: &MailboxCommand) -> Result<MailboxSettings, CommandError> {
    let MailboxCommand { language, tag, phone_only, .. } = command.clone();
    if let Some(language) = language.clone().filter(|language| !MAIL_LANGUAGES.contains(&language.as_str())) {
        return Err(CommandError::MailboxLanguage { index, language: language.chars().take(20).collect() });
    }
    if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
        return Err(CommandError::MailboxTag { index });
    }
    Ok(MailboxSettings { language, tag, is_phone_only: phone_only })
}
