//! Signing in by password and second factor.
//!
//! Invariants: an unknown handle, a wrong password, a disabled account and one whose enrolment was never
//! ended are answered alike, after the same work; an attempt is counted before it is looked at; the second
//! factor is set up with an enrolment code only, never with a password alone.

use super::credentials::{CredentialError, claim_attempt};
use super::session::{self, Opened, SignedIn, event};
use super::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::audit::AuditAction;
use crate::domain::device::SharedDevice;
use crate::domain::sensitive::Sensitive;
use crate::domain::session::{Authentication, AuthenticationMethod, SessionStage};
use crate::domain::sign_in::CredentialProblem;
use crate::identity::code;
use crate::identity::one_time::OneTimeKey;
use crate::store::{StoreError, Tx};

/// How far a right password leads.
pub enum Step {
    /// Somebody is signed in.
    SignedIn(Opened),
    /// The second factor is awaited, in this session.
    SecondFactor(Opened),
}

/// What somebody proves to have besides the password.
enum Possession {
    /// The authenticator, by the step of its code.
    Authenticator { step: i64 },
    /// A recovery code, by its hash.
    RecoveryCode { hash: String },
}

impl Possession {
    /// Uses it up; false when it was used before, or never was.
    async fn spend(&self, tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
        match self {
            Self::Authenticator { step } => tx.use_step(account.id, *step).await,
            Self::RecoveryCode { hash } => tx.use_recovery_code(account.id, hash).await,
        }
    }

    const fn method(&self) -> AuthenticationMethod {
        match self {
            Self::Authenticator { .. } => AuthenticationMethod::PasswordAndCode,
            Self::RecoveryCode { .. } => AuthenticationMethod::PasswordAndRecoveryCode,
        }
    }
}

/// The first step: handle and password.
pub async fn with_password(
    context: &Context,
    handle: &str,
    password: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Step, CredentialError> {
    let attempt = claim_attempt(context, handle).await?;
    // No handle holds a control character, and one database would refuse the question.
    let account = match handle.chars().any(char::is_control) {
        true => None,
        false => context.store.find_account_by_handle(handle).await?,
    };
    let account = account.filter(|account| super::account::may_act(context, account));
    let hash = match &account {
        Some(account) => context.store.find_password_hash(account.id).await?,
        None => None,
    };
    let is_right = context.passwords.matches(password, hash.as_deref()).await?;
    let (Some(account), Some(hash), true) = (&account, &hash, is_right) else {
        return Err(failed(context, account.as_ref(), CredentialProblem::SignIn).await);
    };
    let has_factor = context.store.find_second_factor(account.id, true).await?.is_some();
    if !has_factor && account.needs_second_factor() {
        return Err(failed(context, Some(account), CredentialProblem::SignIn).await);
    }
    let renewed = if context.passwords.is_of_other_cost(hash) {
        Some(context.passwords.hash(context, password).await?)
    } else {
        None
    };
    let now = context.now();
    let authentication = Authentication { method: AuthenticationMethod::Password, at: now, second_factor_at: None };
    let stage = if has_factor { SessionStage::SecondFactor } else { SessionStage::SignedIn };
    let opened = context
        .store
        .write(async |tx| {
            if let Some(renewed) = &renewed {
                tx.save_password(account.id, renewed, now).await?;
            }
            if has_factor {
                attempt.release(tx).await?;
            } else {
                attempt.forget(tx).await?;
            }
            session::open_within(context, tx, account, (stage, authentication), on).await
        })
        .await?;
    Ok(if has_factor { Step::SecondFactor(opened) } else { Step::SignedIn(opened) })
}

/// Whose second factor a session awaits, by the handle; `None` where it awaits none.
pub async fn awaits_code(
    context: &Context,
    secret: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Option<String>, ActionError> {
    let pending = session::find_at(context, secret, SessionStage::SecondFactor, on).await?;
    Ok(pending.map(|pending| pending.account.handle))
}

/// The second step: a code of the authenticator, or a recovery code. The session that awaited it ends, and
/// another one begins.
pub async fn with_code(
    context: &Context,
    secret: &Sensitive<String>,
    typed: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Opened, CredentialError> {
    let pending = session::find_at(context, secret, SessionStage::SecondFactor, on).await?;
    let SignedIn { account, session: pending, .. } = pending.ok_or(CredentialProblem::SignIn)?;
    let attempt = claim_attempt(context, &account.handle).await?;
    let Some(possession) = possession_of(context, &account, typed).await? else {
        return Err(failed(context, Some(&account), CredentialProblem::CodeWrong).await);
    };
    let now = context.now();
    let authentication = Authentication { method: possession.method(), at: now, second_factor_at: Some(now) };
    let opened: Result<Opened, CredentialError> = context
        .store
        .write(async |tx| {
            session::hold_phone(tx, on).await?;
            if !possession.spend(tx, &account).await? {
                return Err(CredentialProblem::CodeWrong.into());
            }
            attempt.forget(tx).await?;
            tx.delete_session(pending.id).await?;
            Ok(session::open_within(context, tx, &account, (SessionStage::SignedIn, authentication), on).await?)
        })
        .await;
    match opened {
        Err(CredentialError::Refused(problem)) => Err(failed(context, Some(&account), problem).await),
        other => other,
    }
}

/// Proves anew who is signed in, by the second factor, or by the password where there is none. The session
/// goes on under another secret, and its absolute end stays.
pub async fn confirm(
    context: &Context,
    signed_in: &SignedIn,
    typed: &Sensitive<String>,
) -> Result<Opened, CredentialError> {
    let SignedIn { account, session, .. } = signed_in;
    let attempt = claim_attempt(context, &account.handle).await?;
    let now = context.now();
    let has_factor = context.store.find_second_factor(account.id, true).await?.is_some();
    let possession = if has_factor { possession_of(context, account, typed).await? } else { None };
    let is_right = if has_factor {
        possession.is_some()
    } else {
        let hash = context.store.find_password_hash(account.id).await?;
        context.passwords.matches(typed, hash.as_deref()).await?
    };
    if !is_right {
        return Err(failed(context, Some(account), CredentialProblem::CodeWrong).await);
    }
    let second_factor_at = possession.as_ref().map(|_| now).or(session.authentication.second_factor_at);
    let authentication = Authentication { second_factor_at, ..session.authentication };
    let renewed: Result<Opened, CredentialError> = context
        .store
        .write(async |tx| {
            if let Some(possession) = &possession
                && !possession.spend(tx, account).await?
            {
                return Err(CredentialProblem::CodeWrong.into());
            }
            attempt.forget(tx).await?;
            Ok(session::renew_within(context, tx, signed_in, authentication).await?)
        })
        .await;
    match renewed {
        Err(CredentialError::Refused(problem)) => Err(failed(context, Some(account), problem).await),
        other => other,
    }
}

async fn possession_of(
    context: &Context,
    account: &Account,
    typed: &Sensitive<String>,
) -> Result<Option<Possession>, CredentialError> {
    let Some(factor) = context.store.find_second_factor(account.id, true).await? else { return Ok(None) };
    let typed = typed.expose();
    if typed.chars().filter(|c| !c.is_whitespace()).all(|c| c.is_ascii_digit()) {
        let step =
            OneTimeKey::parse(&factor.key).and_then(|key| key.accepted_step(typed, factor.used_step, context.now()));
        return Ok(step.map(|step| Possession::Authenticator { step }));
    }
    Ok(Some(Possession::RecoveryCode { hash: code::digest(typed) }))
}

/// Writes a failed attempt down; for a handle that is nobody's too, which takes as long.
async fn failed(context: &Context, account: Option<&Account>, problem: CredentialProblem) -> CredentialError {
    let object = account.map_or_else(|| "unknown".to_owned(), |account| account.id.to_string());
    let event = event(AuditAction::SignInFailed, context.now(), None, object);
    let written: Result<(), ActionError> = context.store.write(async |tx| Ok(tx.append_audit(&[event]).await?)).await;
    written.map_or_else(CredentialError::Action, |()| problem.into())
}
