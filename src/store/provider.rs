//! Sign-in by an identity provider: who is who there, sign-ins under way, and sessions that hold by the
//! provider's word.

use super::row::{Table, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{AccountId, Identifier as _, SessionId};
use crate::domain::provider::{Assurance, ExternalIdentity, PendingSignIn, ProviderSession};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

const IDENTITIES: Table = Table("external_identities");
const SESSIONS: Table = Table("provider_sessions");

statements! {
    FIND_LINK = "SELECT i.account_id, i.is_mapped, a.is_disabled FROM external_identities i \
        JOIN accounts a ON a.id = i.account_id WHERE i.issuer = $1 AND i.subject = $2";
    COUNT_MAPPED = "SELECT count(*) FROM external_identities WHERE account_id = $1 AND is_mapped";
    INSERT_LINK = "INSERT INTO external_identities (issuer, subject, account_id, is_mapped, created_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issuer, subject) DO NOTHING";
    DELETE_LINKS_OF = "DELETE FROM external_identities WHERE account_id = $1";
    DELETE_LINK = "DELETE FROM external_identities WHERE issuer = $1 AND subject = $2 AND account_id = $3";
    INSERT_PENDING = "INSERT INTO pending_sign_ins (state_hash, browser_hash, expires_at, sealed) \
        VALUES ($1, $2, $3, $4)";
    DELETE_EXPIRED = "DELETE FROM pending_sign_ins WHERE expires_at <= $1";
    TAKE_PENDING = "DELETE FROM pending_sign_ins WHERE state_hash = $1 RETURNING browser_hash, expires_at, sealed";
    FIND_SESSION = "SELECT p.checked_at, p.sealed, s.account_id FROM provider_sessions p \
        JOIN sessions s ON s.id = p.session_id WHERE p.session_id = $1";
    FIND_ACCOUNT_OF = "SELECT account_id FROM sessions WHERE id = $1";
    INSERT_SESSION = "INSERT INTO provider_sessions (session_id, checked_at, checking_until, sealed) \
        VALUES ($1, $2, $2, $3)";
    CLAIM_CHECK = "UPDATE provider_sessions SET checking_until = $4 \
        WHERE session_id = $1 AND checked_at = $2 AND checking_until <= $3";
    SAVE_CHECK = "UPDATE provider_sessions SET checked_at = $2, checking_until = $2, sealed = $3 WHERE session_id = $1";
}

/// Whose account an identity opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityLink {
    /// The account.
    pub account_id: AccountId,
    /// True when the map of groups made it and decides over it.
    pub is_mapped: bool,
    /// True when the account is shut out.
    pub is_disabled: bool,
}

/// A sign-in that was begun.
pub struct BegunSignIn {
    /// The hash of the cookie of the browser that began it; only that one may complete it.
    pub browser_hash: String,
    /// Until when it could be completed.
    pub expires_at: Timestamp,
    /// What it needs.
    pub pending: PendingSignIn,
}

#[derive(Serialize, Deserialize)]
struct SealedPending {
    nonce: String,
    code_verifier: String,
}

#[derive(Serialize, Deserialize)]
struct SealedSession {
    issuer: String,
    subject: String,
    nonce: String,
    refresh_token: Option<String>,
    class: Option<String>,
    methods: Vec<String>,
    signed_in_at: Option<i64>,
}

impl SealedSession {
    fn of(session: &ProviderSession) -> Self {
        let session = session.clone();
        Self {
            issuer: session.identity.issuer,
            subject: session.identity.subject,
            nonce: session.nonce,
            refresh_token: session.refresh_token.map(|token| token.expose().clone()),
            class: session.assurance.class,
            methods: session.assurance.methods,
            signed_in_at: session.assurance.at.map(Timestamp::microseconds),
        }
    }

    fn into_session(self, session_id: SessionId, checked_at: i64) -> ProviderSession {
        let at = optional_time(self.signed_in_at);
        ProviderSession {
            session_id,
            identity: ExternalIdentity { issuer: self.issuer, subject: self.subject },
            nonce: self.nonce,
            refresh_token: self.refresh_token.map(Sensitive::new),
            assurance: Assurance { class: self.class, methods: self.methods, at },
            checked_at: Timestamp::from_microseconds(checked_at),
        }
    }
}

/// Where a sign-in under way is sealed: of nobody's account yet.
fn pending_at(state_hash: &str) -> SealedAt<'_> {
    let unit = ErasureUnit::Account(AccountId::from_bytes([0; 16]));
    SealedAt { table: "pending_sign_ins", column: "sealed", row: state_hash, unit, project: None }
}

/// Where the provider's word for a session is sealed: with the secrets of its account.
fn session_at(row: &str, account: AccountId) -> SealedAt<'_> {
    let unit = ErasureUnit::Account(account);
    SealedAt { table: "provider_sessions", column: "sealed", row, unit, project: None }
}

impl Store {
    /// Whether the provider's groups decide over an account.
    pub async fn is_mapped_account(&self, account: AccountId) -> Result<bool, StoreError> {
        let account = account.to_string();
        let links: i64 = read!(self, |pool| sqlx::query_scalar(COUNT_MAPPED).bind(account).fetch_one(pool).await)?;
        Ok(links > 0)
    }

    /// What binds a session to the word of the provider.
    pub async fn find_provider_session(&self, id: SessionId) -> Result<Option<ProviderSession>, StoreError> {
        let row: Option<(i64, String, String)> =
            read!(self, |pool| sqlx::query_as(FIND_SESSION).bind(id.to_string()).fetch_optional(pool).await)?;
        let Some((checked_at, text, account)) = row else { return Ok(None) };
        let account = SESSIONS.id(&account)?;
        let facts: Option<SealedSession> = self.open_sealed(session_at(&id.to_string(), account), &text).await?;
        Ok(facts.map(|facts| facts.into_session(id, checked_at)))
    }
}

impl Tx {
    /// Whose account an identity opens.
    pub async fn find_identity_link(
        &mut self,
        identity: &ExternalIdentity,
    ) -> Result<Option<IdentityLink>, StoreError> {
        let row: Option<(String, bool, bool)> = in_tx!(self, |c| sqlx::query_as(FIND_LINK)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .fetch_optional(c)
            .await)?;
        let link = row.map(|(account, is_mapped, is_disabled)| {
            Ok(IdentityLink { account_id: IDENTITIES.id(&account)?, is_mapped, is_disabled })
        });
        link.transpose()
    }

    /// Whether a provider's groups decide over an account.
    pub async fn is_mapped_account(&mut self, account: AccountId) -> Result<bool, StoreError> {
        let account = account.to_string();
        let links: i64 = in_tx!(self, |c| sqlx::query_scalar(COUNT_MAPPED).bind(account).fetch_one(c).await)?;
        Ok(links > 0)
    }

    /// Links an identity to an account; false when it is linked already, to whichever.
    pub async fn insert_identity_link(
        &mut self,
        identity: &ExternalIdentity,
        link: IdentityLink,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let inserted = in_tx!(self, |c| sqlx::query(INSERT_LINK)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(link.account_id.to_string())
            .bind(link.is_mapped)
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(inserted == 1)
    }

    /// Takes a link away; false when there was none.
    pub async fn delete_identity_link(
        &mut self,
        identity: &ExternalIdentity,
        account: AccountId,
    ) -> Result<bool, StoreError> {
        let deleted = in_tx!(self, |c| sqlx::query(DELETE_LINK)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(account.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(deleted == 1)
    }

    /// Takes every link to an account away.
    pub async fn delete_identity_links_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        let account = account.to_string();
        in_tx!(self, |c| sqlx::query(DELETE_LINKS_OF).bind(account).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Remembers a sign-in that was begun, and forgets those that never came back.
    pub async fn insert_pending_sign_in(
        &mut self,
        state_hash: &str,
        begun: &BegunSignIn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_EXPIRED).bind(now.microseconds()).execute(c).await.map(drop))?;
        let pending = begun.pending.clone();
        let facts = SealedPending { nonce: pending.nonce, code_verifier: pending.code_verifier };
        let sealed = self.seal(pending_at(state_hash), &facts).await?;
        in_tx!(self, |c| sqlx::query(INSERT_PENDING)
            .bind(state_hash)
            .bind(&begun.browser_hash)
            .bind(begun.expires_at.microseconds())
            .bind(&sealed)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes a sign-in out, so that its state counts once. Of two that come at once, one gets it.
    pub async fn take_pending_sign_in(&mut self, state_hash: &str) -> Result<Option<BegunSignIn>, StoreError> {
        let row: Option<(String, i64, String)> =
            in_tx!(self, |c| sqlx::query_as(TAKE_PENDING).bind(state_hash).fetch_optional(c).await)?;
        let Some((browser_hash, expires_at, text)) = row else { return Ok(None) };
        let facts: Option<SealedPending> = self.open(pending_at(state_hash), &text).await?;
        Ok(facts.map(|facts| BegunSignIn {
            browser_hash,
            expires_at: Timestamp::from_microseconds(expires_at),
            pending: PendingSignIn { nonce: facts.nonce, code_verifier: facts.code_verifier },
        }))
    }

    async fn seal_provider_session(&mut self, session: &ProviderSession) -> Result<String, StoreError> {
        let row = session.session_id.to_string();
        let account: String = in_tx!(self, |c| sqlx::query_scalar(FIND_ACCOUNT_OF).bind(&row).fetch_one(c).await)?;
        self.seal(session_at(&row, SESSIONS.id(&account)?), &SealedSession::of(session)).await
    }

    /// Binds a session to the word of the provider.
    pub async fn insert_provider_session(&mut self, session: &ProviderSession) -> Result<(), StoreError> {
        let sealed = self.seal_provider_session(session).await?;
        in_tx!(self, |c| sqlx::query(INSERT_SESSION)
            .bind(session.session_id.to_string())
            .bind(session.checked_at.microseconds())
            .bind(&sealed)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Claims the next check of a session until an instant: a refresh token is to be used once, whichever
    /// node comes. False when somebody else has it.
    pub async fn claim_provider_check(
        &mut self,
        session: &ProviderSession,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let claimed = in_tx!(self, |c| sqlx::query(CLAIM_CHECK)
            .bind(session.session_id.to_string())
            .bind(session.checked_at.microseconds())
            .bind(now.microseconds())
            .bind(until.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(claimed == 1)
    }

    /// Writes down that the provider has given its word again.
    pub async fn save_provider_check(&mut self, session: &ProviderSession) -> Result<(), StoreError> {
        let sealed = self.seal_provider_session(session).await?;
        in_tx!(self, |c| sqlx::query(SAVE_CHECK)
            .bind(session.session_id.to_string())
            .bind(session.checked_at.microseconds())
            .bind(&sealed)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
