//! Links by which partners answer, the visits that they open, and the accounts by which visitors act.
//!
//! Only hashes of tokens and of what cookies hold are kept.

use super::row::{Table, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::RiskProfile;
use crate::domain::id::{AccountId, OrganizationId, ReferralId, ServiceId};
use crate::domain::link::{Link, LinkObject, LinkSession};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("links");

/// What is known of a link: itself, how dangerous a leak of what it leads to would be, and by which account whoever opens it
/// acts.
macro_rules! link_columns {
    () => {
        "l.id, l.object, l.service_id, l.created_at, l.expires_at, l.revoked_at, coalesce(r.version, f.version) AS version, \
         coalesce(r.recipient_id, f.sender_id) AS organization_id, (f.id IS NOT NULL OR r.is_open) AS is_open, f.ended_at, \
         EXISTS (SELECT 1 FROM projects p WHERE p.risk_profile = 'severe' AND (p.id = f.project_id OR EXISTS (SELECT 1 FROM cases c \
         JOIN teams o ON o.id = c.team_id WHERE c.id = r.case_id AND p.id IN (c.project_id, o.project_id)))) AS is_severe, \
         (SELECT b.account_id FROM partner_mailboxes b JOIN accounts a ON a.id = b.account_id \
         WHERE b.service_id = l.service_id AND a.organization_id = coalesce(r.recipient_id, f.sender_id)) \
         AS account_id "
    };
}

/// What a link leads to: a referral, or what the mailbox has offered itself.
macro_rules! with_object {
    () => {
        "LEFT JOIN referrals r ON r.id = l.object LEFT JOIN partner_offers f ON f.id = l.object WHERE (r.id IS NOT NULL OR f.id IS NOT NULL) AND "
    };
}

statements! {
    FIND = concat!("SELECT ", link_columns!(), "FROM links l ", with_object!(), "l.token_hash = $1");
    FIND_VISIT = concat!(
        "SELECT ",
        link_columns!(),
        ", s.opened_at, s.seen_at, s.proved_referral_id FROM link_sessions s JOIN links l ON l.id = s.link_id ",
        with_object!(),
        "s.hash = $1"
    );
    INSERT = "INSERT INTO links (id, token_hash, object, service_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    REVOKE_OF = "UPDATE links SET revoked_at = $2 WHERE object = $1 AND revoked_at IS NULL";
    REVOKE_TO = "UPDATE links SET revoked_at = $2 WHERE revoked_at IS NULL \
        AND object IN (SELECT r.id FROM referrals r WHERE r.recipient_id = $1 UNION ALL SELECT f.id FROM partner_offers f WHERE f.sender_id = $1)";
    // The row is held until the commit, so that of two links made at once the second finds the account of the first.
    ENSURE_MAILBOX = "INSERT INTO partner_mailboxes (service_id, organization_id, is_phone_only) VALUES ($1, $2, false) \
        ON CONFLICT (service_id) DO UPDATE SET organization_id = excluded.organization_id";
    FIND_MAILBOX_ACCOUNT = "SELECT a.id FROM partner_mailboxes b JOIN accounts a ON a.id = b.account_id \
        WHERE b.service_id = $1 AND a.organization_id = $2 AND NOT a.is_disabled";
    SAVE_MAILBOX_ACCOUNT = "UPDATE partner_mailboxes SET account_id = $2 WHERE service_id = $1";
    LIST_RENEWALS = "SELECT object, sequence, created_at FROM deliveries WHERE queue_id = $1 AND kind = 'link.renewed'";
    INSERT_VISIT = "INSERT INTO link_sessions (hash, link_id, opened_at, seen_at) VALUES ($1, $2, $3, $3)";
    TOUCH_VISIT = "UPDATE link_sessions SET seen_at = $2 WHERE hash = $1 AND seen_at < $2";
    PROVE_VISIT = "UPDATE link_sessions SET proved_referral_id = $2 WHERE hash = $1";
    DELETE_VISIT = "DELETE FROM link_sessions WHERE hash = $1";
    DELETE_OLD_VISITS = "DELETE FROM link_sessions WHERE opened_at <= $1";
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: String,
    object: String,
    service_id: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    is_open: bool,
    ended_at: Option<i64>,
    organization_id: String,
    version: i64,
    is_severe: bool,
    account_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct VisitRow {
    #[sqlx(flatten)]
    link: LinkRow,
    opened_at: i64,
    seen_at: i64,
    proved_referral_id: Option<String>,
}

/// A link with what its use depends on.
#[derive(Clone, Debug)]
pub struct StoredLink {
    /// The link.
    pub link: Link,
    /// True until its referral has ended; of what the mailbox has offered, always.
    pub is_open: bool,
    /// When what the mailbox has offered has ended.
    pub offer_ended_at: Option<Timestamp>,
    /// The organisation of the mailbox.
    pub organization_id: OrganizationId,
    /// The version of what it leads to.
    pub version: i64,
    /// How dangerous a leak of what it leads to would be: severe, or not.
    pub risk: RiskProfile,
    /// By which account whoever opens it acts.
    pub account_id: Option<AccountId>,
}

impl LinkRow {
    fn into_stored(self) -> Result<StoredLink, StoreError> {
        Ok(StoredLink {
            link: Link {
                id: TABLE.id(&self.id)?,
                object: LinkObject::parse(&self.object).ok_or_else(|| TABLE.corrupt("object"))?,
                service_id: TABLE.id(&self.service_id)?,
                created_at: Timestamp::from_microseconds(self.created_at),
                expires_at: Timestamp::from_microseconds(self.expires_at),
                revoked_at: optional_time(self.revoked_at),
            },
            is_open: self.is_open,
            offer_ended_at: optional_time(self.ended_at),
            organization_id: TABLE.id(&self.organization_id)?,
            version: self.version,
            risk: if self.is_severe { RiskProfile::Severe } else { RiskProfile::Standard },
            account_id: TABLE.optional_id(self.account_id.as_deref())?,
        })
    }
}

impl Store {
    /// The link of a token, by its hash; whether it can be opened is for the caller.
    pub async fn find_link(&self, hash: &str) -> Result<Option<StoredLink>, StoreError> {
        let row: Option<LinkRow> = read!(self, |pool| sqlx::query_as(FIND).bind(hash).fetch_optional(pool).await)?;
        row.map(LinkRow::into_stored).transpose()
    }

    /// The visit of a cookie, by the hash of what it holds, with its link; whether it still counts is for the caller.
    pub async fn find_link_session(&self, hash: &str) -> Result<Option<(LinkSession, StoredLink)>, StoreError> {
        let row: Option<VisitRow> =
            read!(self, |pool| sqlx::query_as(FIND_VISIT).bind(hash).fetch_optional(pool).await)?;
        let Some(VisitRow { link, opened_at, seen_at, proved_referral_id }) = row else { return Ok(None) };
        let stored = link.into_stored()?;
        let session = LinkSession {
            link_id: stored.link.id,
            opened_at: Timestamp::from_microseconds(opened_at),
            seen_at: Timestamp::from_microseconds(seen_at),
            proved: TABLE.optional_id(proved_referral_id.as_deref())?,
        };
        Ok(Some((session, stored)))
    }
}

impl Tx {
    /// Keeps a link under the hash of its token.
    pub async fn insert_link(&mut self, token_hash: &str, link: &Link) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(link.id.to_string())
            .bind(token_hash)
            .bind(link.object.to_string())
            .bind(link.service_id.to_string())
            .bind(link.created_at.microseconds())
            .bind(link.expires_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends every link to a referral, in the commit of what ends the referral.
    pub async fn revoke_links_of(&mut self, referral: ReferralId, at: Timestamp) -> Result<(), StoreError> {
        let (referral, at) = (referral.to_string(), at.microseconds());
        in_tx!(self, |c| sqlx::query(REVOKE_OF).bind(referral).bind(at).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends every link that was sent to a partner, whoever sent it.
    pub async fn revoke_links_to(&mut self, recipient: OrganizationId, at: Timestamp) -> Result<(), StoreError> {
        let (recipient, at) = (recipient.to_string(), at.microseconds());
        in_tx!(self, |c| sqlx::query(REVOKE_TO).bind(recipient).bind(at).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The account by which whoever opens links to the mailbox of a service acts, held until the commit; `None` where none
    /// of its organisation is in use.
    pub async fn lock_mailbox_account(
        &mut self,
        service: ServiceId,
        organization: OrganizationId,
    ) -> Result<Option<AccountId>, StoreError> {
        let (service, organization) = (service.to_string(), organization.to_string());
        in_tx!(self, |c| sqlx::query(ENSURE_MAILBOX).bind(&service).bind(&organization).execute(c).await.map(drop))?;
        let id: Option<String> = in_tx!(self, |c| sqlx::query_scalar(FIND_MAILBOX_ACCOUNT)
            .bind(&service)
            .bind(&organization)
            .fetch_optional(c)
            .await)?;
        TABLE.optional_id(id.as_deref())
    }

    /// Has whoever opens links to the mailbox of a service act by this account.
    pub async fn save_mailbox_account(&mut self, service: ServiceId, account: AccountId) -> Result<(), StoreError> {
        let (service, account) = (service.to_string(), account.to_string());
        in_tx!(self, |c| sqlx::query(SAVE_MAILBOX_ACCOUNT).bind(service).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }

    /// What a mailbox was told because somebody asked for a new link: about which object, in which sequence, and when.
    pub async fn list_renewals(&mut self, service: ServiceId) -> Result<Vec<(String, i64, Timestamp)>, StoreError> {
        let service = service.to_string();
        let rows: Vec<(String, i64, i64)> =
            in_tx!(self, |c| sqlx::query_as(LIST_RENEWALS).bind(service).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(object, sequence, at)| (object, sequence, Timestamp::from_microseconds(at)))
            .collect())
    }

    /// Records a visit under the hash of what its cookie holds, and forgets those that no longer count by their age.
    pub async fn insert_link_session(&mut self, hash: &str, session: &LinkSession) -> Result<(), StoreError> {
        let oldest = LinkSession::oldest_alive(session.opened_at).microseconds();
        in_tx!(self, |c| sqlx::query(DELETE_OLD_VISITS).bind(oldest).execute(c).await.map(drop))?;
        in_tx!(self, |c| sqlx::query(INSERT_VISIT)
            .bind(hash)
            .bind(session.link_id.to_string())
            .bind(session.opened_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes that a visit was used.
    pub async fn touch_link_session(&mut self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(TOUCH_VISIT).bind(hash).bind(now.microseconds()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Notes of which referral the visitor has proved to be at the directory's number.
    pub async fn prove_link_session(&mut self, hash: &str, referral: ReferralId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(PROVE_VISIT).bind(hash).bind(referral.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends a visit.
    pub async fn delete_link_session(&mut self, hash: &str) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_VISIT).bind(hash).execute(c).await.map(drop))?;
        Ok(())
    }
}
