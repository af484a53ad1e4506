//! How the mailboxes of services want to be written to.

use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::delivery::MailboxSettings;
use crate::domain::id::{OrganizationId, ServiceId};

statements! {
    FIND = "SELECT language, tag, is_phone_only FROM partner_mailboxes WHERE service_id = $1";
    SAVE = "INSERT INTO partner_mailboxes (service_id, organization_id, account_id, language, tag, is_phone_only) \
        VALUES ($1, $2, NULL, $3, $4, $5) ON CONFLICT (service_id) DO UPDATE SET organization_id = excluded.organization_id, \
        language = excluded.language, tag = excluded.tag, is_phone_only = excluded.is_phone_only";
}

type MailboxRow = (Option<String>, Option<String>, bool);

fn settings((language, tag, is_phone_only): MailboxRow) -> MailboxSettings {
    MailboxSettings { language, tag, is_phone_only }
}

impl Store {
    /// How a mailbox wants to be written to; the defaults where nobody has said.
    pub async fn find_mailbox_settings(&self, service: ServiceId) -> Result<MailboxSettings, StoreError> {
        let row: Option<MailboxRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(service.to_string()).fetch_optional(pool).await)?;
        Ok(row.map(settings).unwrap_or_default())
    }
}

impl Tx {
    /// Keeps how a mailbox wants to be written to.
    pub async fn save_mailbox_settings(
        &mut self,
        service: ServiceId,
        organization: OrganizationId,
        settings: &MailboxSettings,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE)
            .bind(service.to_string())
            .bind(organization.to_string())
            .bind(&settings.language)
            .bind(&settings.tag)
            .bind(settings.is_phone_only)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
