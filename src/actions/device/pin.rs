//! One's own PIN for shared phones.

use crate::actions::credentials::CredentialError;
use crate::actions::session::{SignedIn, event};
use crate::actions::{ActionError, Context, own_account};
use crate::domain::account::RiskProfile;
use crate::domain::audit::AuditAction;
use crate::domain::pin::{self, PinStanding};
use crate::domain::sensitive::Sensitive;
use crate::domain::sign_in::CredentialProblem;

/// Sets one's own PIN, typed twice, after a proof within the last five minutes; a PIN is none. It is no longer locked then, and what
/// another PIN has opened is over.
pub async fn set_pin(
    context: &Context,
    signed_in: &SignedIn,
    typed: &Sensitive<String>,
    repeated: &Sensitive<String>,
) -> Result<(), CredentialError> {
    own_account::must_be_fresh(context, signed_in)?;
    let SignedIn { account, session, .. } = signed_in;
    if account.team_ids.is_empty() {
        return Err(ActionError::NotVisible.into());
    }
    if context.store.find_session_risk(account).await? == RiskProfile::Severe {
        return Err(CredentialProblem::PhoneAtSevereRisk.into());
    }
    let pin = pin::judged(typed, repeated)?;
    let hash = context.passwords.hash(context, &pin).await?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            if tx.is_mapped_account(account.id).await? {
                return Err(CredentialProblem::PinOfProvider.into());
            }
            tx.save_pin(account.id, &hash, now).await?;
            tx.delete_sessions_by_pin(account.id, Some(session.id)).await?;
            Ok(tx.append_audit(&[event(AuditAction::PinSet, now, Some(account), account.id.to_string())]).await?)
        })
        .await
}

/// How one's own PIN stands; `None` for who is of no team, and takes no phone over.
pub async fn standing_of_pin(context: &Context, signed_in: &SignedIn) -> Result<Option<PinStanding>, ActionError> {
    let account = &signed_in.account;
    if account.team_ids.is_empty() {
        return Ok(None);
    }
    if context.store.find_session_risk(account).await? == RiskProfile::Severe {
        return Ok(Some(PinStanding::OffAtSevereRisk));
    }
    if context.store.is_mapped_account(account.id).await? {
        return Ok(Some(PinStanding::OfProvider));
    }
    Ok(Some(match context.store.find_pin(account.id).await? {
        None => PinStanding::NotSet,
        Some(stored) if pin::is_locked(stored.failures) => PinStanding::Locked,
        Some(_) => PinStanding::Set,
    }))
}
