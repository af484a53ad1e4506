//! Enrolment: with a one-time code from an administrator, somebody sets the password and the second factor.
//!
//! The code is used up with the password; what is begun is ended within half an hour, or with a new code.

use super::credentials::{CredentialError, attempts_of, claim_attempt, fresh_recovery_codes, new_password_hash};
use super::session::{self, Opened, SignedIn, event};
use super::{ActionError, Context};
use crate::domain::audit::AuditAction;
use crate::domain::device::SharedDevice;
use crate::domain::sensitive::Sensitive;
use crate::domain::session::{Authentication, AuthenticationMethod, SessionStage};
use crate::domain::sign_in::CredentialProblem;
use crate::identity::code;
use crate::identity::one_time::{KEY_BYTES, OneTimeKey};

/// Hours for which an enrolment code counts.
pub(super) const CODE_HOURS: i64 = 24;

/// An enrolment under way: the second factor is to be set up.
pub struct Begun {
    /// Who.
    pub signed_in: SignedIn,
    /// The key for the authenticator.
    pub key: OneTimeKey,
}

/// Somebody enrolled: signed in, with the recovery codes where there is a second factor.
pub struct Enrolled {
    /// The session.
    pub opened: Opened,
    /// Shown once.
    pub recovery_codes: Vec<Sensitive<String>>,
}

/// The first step: the code, and a password typed twice.
pub async fn begin(
    context: &Context,
    typed_code: &Sensitive<String>,
    password: &Sensitive<String>,
    repeated: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Opened, CredentialError> {
    let hash = code::digest(typed_code.expose());
    let now = context.now();
    let found = context.store.find_enrolment(&hash, now).await?;
    let account = match found {
        Some(id) => context.store.find_account(id).await?,
        None => None,
    };
    let account = account.filter(|account| super::account::may_act(context, account));
    let account = account.ok_or(CredentialProblem::EnrolmentCode)?;
    let password_hash = new_password_hash(context, &account, password, repeated).await?;
    let key = fresh_key(context);
    let authentication = Authentication { method: AuthenticationMethod::Password, at: now, second_factor_at: None };
    context
        .store
        .write(async |tx| {
            session::hold_phone(tx, on).await?;
            // Two at once with one code: the second finds it used.
            if !tx.use_enrolment(&hash, now).await? {
                return Err(CredentialProblem::EnrolmentCode.into());
            }
            tx.delete_credentials_of(account.id).await?;
            tx.save_password(account.id, &password_hash, now).await?;
            tx.save_pending_factor(account.id, &key.spelled()).await?;
            tx.delete_attempts(&attempts_of(&account.handle)).await?;
            let changed = event(AuditAction::PasswordChanged, now, Some(&account), account.id.to_string());
            tx.append_audit(&[changed]).await?;
            Ok(session::open_within(context, tx, &account, (SessionStage::Enrolment, authentication), on).await?)
        })
        .await
}

/// The enrolment that a session is for, while it counts.
pub async fn under_way(
    context: &Context,
    secret: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Option<Begun>, ActionError> {
    let begun = session::find_at(context, secret, SessionStage::Enrolment, on).await?;
    let Some(signed_in) = begun else { return Ok(None) };
    let factor = context.store.find_second_factor(signed_in.account.id, false).await?;
    let key = factor.and_then(|factor| OneTimeKey::parse(&factor.key));
    Ok(key.map(|key| Begun { signed_in, key }))
}

/// The second step: a code of the authenticator shows that the key is in it.
pub async fn confirm(
    context: &Context,
    secret: &Sensitive<String>,
    typed: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Enrolled, CredentialError> {
    let begun = under_way(context, secret, on).await?.ok_or(CredentialProblem::EnrolmentCode)?;
    let Begun { signed_in: SignedIn { account, session: begun, .. }, key } = begun;
    let attempt = claim_attempt(context, &account.handle).await?;
    let now = context.now();
    let step = key.accepted_step(typed.expose(), None, now).ok_or(CredentialProblem::CodeWrong)?;
    let (recovery_codes, hashes) = fresh_recovery_codes(context);
    let authentication =
        Authentication { method: AuthenticationMethod::PasswordAndCode, at: now, second_factor_at: Some(now) };
    let opened: Result<Opened, CredentialError> = context
        .store
        .write(async |tx| {
            session::hold_phone(tx, on).await?;
            if !tx.delete_session(begun.id).await? || !tx.confirm_factor(account.id, step).await? {
                return Err(CredentialProblem::EnrolmentCode.into());
            }
            tx.save_recovery_codes(account.id, &hashes).await?;
            attempt.forget(tx).await?;
            let changed = event(AuditAction::SecondFactorChanged, now, Some(&account), account.id.to_string());
            tx.append_audit(&[changed]).await?;
            Ok(session::open_within(context, tx, &account, (SessionStage::SignedIn, authentication), on).await?)
        })
        .await;
    Ok(Enrolled { opened: opened?, recovery_codes })
}

/// Ends the enrolment without a second factor, for who needs none.
pub async fn skip_second_factor(
    context: &Context,
    secret: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Opened, CredentialError> {
    let begun = under_way(context, secret, on).await?.ok_or(CredentialProblem::EnrolmentCode)?;
    let SignedIn { account, session: begun, .. } = begun.signed_in;
    if account.needs_second_factor() {
        return Err(ActionError::Forbidden.into());
    }
    let now = context.now();
    let authentication = Authentication { method: AuthenticationMethod::Password, at: now, second_factor_at: None };
    context
        .store
        .write(async |tx| {
            session::hold_phone(tx, on).await?;
            if !tx.delete_session(begun.id).await? {
                return Err(CredentialProblem::EnrolmentCode.into());
            }
            Ok(session::open_within(context, tx, &account, (SessionStage::SignedIn, authentication), on).await?)
        })
        .await
}

pub(super) fn fresh_key(context: &Context) -> OneTimeKey {
    let mut bytes = [0; KEY_BYTES];
    context.chance.fill(&mut bytes);
    OneTimeKey::from_bytes(bytes)
}
