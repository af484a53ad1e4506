//! One's own account: what it is, and changing what one signs in with.
//!
//! Invariant: whoever changes a password, a second factor, recovery codes or tokens has proved within the
//! last five minutes who they are; a session found open on somebody's desk changes nothing.

use super::credentials::{CredentialError, claim_attempt, fresh_recovery_codes, new_password_hash};
use super::session::{self, Opened, SignedIn, event};
use super::token::{self, MadeToken, NewToken};
use super::{ActionError, Context, device};
use crate::domain::account::{ApiToken, Role, Team, TokenScope};
use crate::domain::audit::AuditAction;
use crate::domain::id::SessionId;
use crate::domain::pin::PinStanding;
use crate::domain::sensitive::Sensitive;
use crate::domain::session::Session;
use crate::domain::sign_in::CredentialProblem;
use crate::identity::one_time::OneTimeKey;
use crate::policy::table::{Facts, Relation, Sight, Standing};

/// What somebody sees of the own account.
pub struct Overview {
    /// The handle.
    pub handle: Option<String>,
    /// What the account is for.
    pub role: Option<Role>,
    /// The teams, by name.
    pub teams: Vec<Team>,
    /// Name of the organisation; `None` while the directory does not have it.
    pub organization: Option<String>,
    /// The sessions, the newest first.
    pub sessions: Vec<Session>,
    /// The tokens, the oldest first.
    pub tokens: Vec<ApiToken>,
    /// What a new token can be good for.
    pub token_scopes: Vec<TokenScope>,
    /// Whether there is a password; who comes from an identity provider has none.
    pub has_password: bool,
    /// Whether there is a second factor.
    pub has_second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// How the PIN for shared phones stands; `None` for who takes none over.
    pub pin: Option<PinStanding>,
}

/// The own account of whoever is signed in: what the table tells of it.
pub async fn overview(context: &Context, signed_in: &SignedIn) -> Result<Overview, ActionError> {
    let account = &signed_in.account;
    let facts = Facts::new(Relation::Oneself, Standing::Plain);
    let is_told = |field: &str| context.table.decide(&format!("page:/account.{field}"), &facts) == Sight::Shown;
    let organization = context.directory.snapshot().organization(account.organization_id);
    let organization = organization.filter(|_| is_told("organization"));
    let signs_in_by = is_told("signsInBy");
    Ok(Overview {
        handle: is_told("handle").then(|| account.handle.clone()),
        role: is_told("role").then_some(account.role),
        organization: organization.map(|organization| organization.name.clone()),
        teams: if is_told("teams") { context.store.list_teams_of(account.id).await? } else { Vec::new() },
        sessions: if is_told("sessions") { session::list(context, Some(account)).await? } else { Vec::new() },
        tokens: if is_told("tokens") {
            context.store.list_tokens(Some(account.id), context.now()).await?
        } else {
            Vec::new()
        },
        token_scopes: if is_told("tokens") { context.table.token_scopes(account.role) } else { Vec::new() },
        has_password: signs_in_by && context.store.find_password_hash(account.id).await?.is_some(),
        has_second_factor: signs_in_by && has_second_factor(context, signed_in).await?,
        recovery_codes: if is_told("recoveryCodesLeft") {
            context.store.count_recovery_codes(account.id).await?
        } else {
            0
        },
        pin: if is_told("pin") { device::standing_of_pin(context, signed_in).await? } else { None },
    })
}

/// Whether somebody has a second factor to prove who they are with.
pub async fn has_second_factor(context: &Context, signed_in: &SignedIn) -> Result<bool, ActionError> {
    Ok(context.store.find_second_factor(signed_in.account.id, true).await?.is_some())
}

/// Changes the password, by the present one. Every other session of the account ends, and this one goes on
/// under another secret.
pub async fn change_password(
    context: &Context,
    signed_in: &SignedIn,
    present: &Sensitive<String>,
    password: &Sensitive<String>,
    repeated: &Sensitive<String>,
) -> Result<Opened, CredentialError> {
    must_be_fresh(context, signed_in)?;
    let account = &signed_in.account;
    let attempt = claim_attempt(context, &account.handle).await?;
    let hash = context.store.find_password_hash(account.id).await?;
    if !context.passwords.matches(present, hash.as_deref()).await? {
        return Err(CredentialProblem::SignIn.into());
    }
    let hash = new_password_hash(context, account, password, repeated).await?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            tx.save_password(account.id, &hash, now).await?;
            attempt.forget(tx).await?;
            tx.delete_sessions_of(account.id).await?;
            let changed = event(AuditAction::PasswordChanged, now, Some(account), account.id.to_string());
            tx.append_audit(&[changed]).await?;
            Ok(session::renew_within(context, tx, signed_in, signed_in.session.authentication).await?)
        })
        .await
}

/// Begins to set up a second factor; the one in force stays so until the new one is confirmed.
pub async fn begin_second_factor(context: &Context, signed_in: &SignedIn) -> Result<OneTimeKey, CredentialError> {
    must_be_fresh(context, signed_in)?;
    let key = super::enrolment::fresh_key(context);
    let account = signed_in.account.id;
    let spelled = key.spelled();
    context.store.write(async |tx| tx.save_pending_factor(account, &spelled).await).await?;
    Ok(key)
}

/// The key of the second factor that is being set up.
pub async fn pending_second_factor(
    context: &Context,
    signed_in: &SignedIn,
) -> Result<Option<OneTimeKey>, CredentialError> {
    must_be_fresh(context, signed_in)?;
    let factor = context.store.find_second_factor(signed_in.account.id, false).await?;
    Ok(factor.and_then(|factor| OneTimeKey::parse(&factor.key)))
}

/// Puts the second factor that is being set up into force, by a code of it; gives fresh recovery codes. Every
/// other session of the account ends.
pub async fn confirm_second_factor(
    context: &Context,
    signed_in: &SignedIn,
    typed: &Sensitive<String>,
) -> Result<(Opened, Vec<Sensitive<String>>), CredentialError> {
    let key = pending_second_factor(context, signed_in).await?.ok_or(CredentialProblem::CodeWrong)?;
    let account = &signed_in.account;
    let attempt = claim_attempt(context, &account.handle).await?;
    let now = context.now();
    let step = key.accepted_step(typed.expose(), None, now).ok_or(CredentialProblem::CodeWrong)?;
    let (codes, hashes) = fresh_recovery_codes(context);
    let authentication =
        crate::domain::session::Authentication { second_factor_at: Some(now), ..signed_in.session.authentication };
    let opened: Result<Opened, CredentialError> = context
        .store
        .write(async |tx| {
            if !tx.confirm_factor(account.id, step).await? {
                return Err(CredentialProblem::CodeWrong.into());
            }
            tx.save_recovery_codes(account.id, &hashes).await?;
            attempt.forget(tx).await?;
            tx.delete_sessions_of(account.id).await?;
            let changed = event(AuditAction::SecondFactorChanged, now, Some(account), account.id.to_string());
            tx.append_audit(&[changed]).await?;
            Ok(session::renew_within(context, tx, signed_in, authentication).await?)
        })
        .await;
    Ok((opened?, codes))
}

/// Makes fresh recovery codes; the earlier ones count no more.
pub async fn renew_recovery_codes(
    context: &Context,
    signed_in: &SignedIn,
) -> Result<Vec<Sensitive<String>>, CredentialError> {
    must_be_fresh(context, signed_in)?;
    let account = &signed_in.account;
    if !has_second_factor(context, signed_in).await? {
        return Err(ActionError::NotVisible.into());
    }
    let (codes, hashes) = fresh_recovery_codes(context);
    let written: Result<(), CredentialError> = context
        .store
        .write(async |tx| {
            tx.save_recovery_codes(account.id, &hashes).await?;
            let now = context.now();
            let made = event(AuditAction::RecoveryCodesMade, now, Some(account), account.id.to_string());
            Ok(tx.append_audit(&[made]).await?)
        })
        .await;
    written.map(|()| codes)
}

/// Makes a token for oneself.
pub async fn issue_token(
    context: &Context,
    signed_in: &SignedIn,
    new: &NewToken,
) -> Result<MadeToken, CredentialError> {
    must_be_fresh(context, signed_in)?;
    let account = &signed_in.account;
    context.store.write(async |tx| token::issue_within(context, tx, account, new, Some(account)).await).await
}

/// Revokes one of the own tokens.
pub async fn revoke_token(context: &Context, signed_in: &SignedIn, id: &str) -> Result<(), ActionError> {
    token::revoke(context, Some(&signed_in.account), id).await
}

/// Ends one of the own sessions.
pub async fn end_session(context: &Context, signed_in: &SignedIn, id: SessionId) -> Result<(), ActionError> {
    session::end(context, &signed_in.access(context), id).await
}

/// Keeps the language in which somebody wants the pages, by its tag.
pub async fn choose_language(context: &Context, signed_in: &SignedIn, tag: &'static str) -> Result<(), ActionError> {
    let account = signed_in.account.id;
    Ok(context.store.write(async |tx| tx.save_language(account, tag).await).await?)
}

pub(super) fn must_be_fresh(context: &Context, signed_in: &SignedIn) -> Result<(), CredentialError> {
    let is_fresh = signed_in.session.is_freshly_confirmed(context.now());
    if is_fresh { Ok(()) } else { Err(CredentialError::ConfirmFirst) }
}
