//! Who uses a phone: opening it by its code, seeing who is here, taking it over by PIN, locking it.

use super::keeping::revoke_within;
use super::{event_of, is_at_severe_risk};
use crate::actions::account::may_act;
use crate::actions::credentials::CredentialError;
use crate::actions::session::{self, Opened, SignedIn, event};
use crate::actions::{ActionError, Context};
use crate::domain::account::{Account, RiskProfile};
use crate::domain::audit::AuditAction;
use crate::domain::device::{MOST_DAYS, SharedDevice};
use crate::domain::id::{AccountId, SessionId};
use crate::domain::notice::{Addressee, Notice, NoticeKind};
use crate::domain::pin::{self, is_locked};
use crate::domain::sensitive::Sensitive;
use crate::domain::session::{Authentication, AuthenticationMethod, Session, SessionStage};
use crate::domain::sign_in::CredentialProblem;
use crate::identity::{code, digest};
use crate::policy::table::{Facts, Relation, Sight, Standing};
use crate::store::{StoredPin, Tx};

/// The phone whose cookie holds this secret, while it counts. The day of its last use is noted.
pub async fn of_cookie(context: &Context, secret: &Sensitive<String>) -> Result<Option<SharedDevice>, ActionError> {
    let now = context.now();
    let found = context.store.find_device_by_secret(&digest(secret.expose())).await?;
    let Some(shared) = found.filter(|shared| shared.device.is_in_use(now)) else { return Ok(None) };
    if shared.device.seen_on != Some(now.date()) {
        context.store.write(async |tx| tx.see_device(shared.device.id, now.date()).await).await?;
    }
    Ok(Some(shared))
}

/// Opens a phone by the code that was made for it: gives what its cookie is to hold, which is told once and not stored. What the
/// phone was before, for whichever team, it is no more, and who was signed in at it is not: that session would not end with the
/// phone.
pub async fn open(
    context: &Context,
    typed: &Sensitive<String>,
    former: Option<&SharedDevice>,
    signed_in: Option<&SignedIn>,
) -> Result<Sensitive<String>, CredentialError> {
    let now = context.now();
    let code_hash = code::digest(typed.expose());
    let found = context.store.find_device_by_code(&code_hash).await?;
    let shared = found.filter(|shared| now < shared.device.ends_at).ok_or(CredentialProblem::DeviceCode)?;
    if is_at_severe_risk(context, &shared).await? {
        return Err(CredentialProblem::PhoneAtSevereRisk.into());
    }
    let secret = session::fresh_secret(context);
    context
        .store
        .write(async |tx| {
            let former = match former {
                Some(former) => tx.lock_device(former.device.id).await?,
                None => None,
            };
            if !tx.open_device(&code_hash, &digest(secret.expose()), (now, now.plus_days(MOST_DAYS))).await? {
                return Err(CredentialProblem::DeviceCode.into());
            }
            if let Some(former) = former {
                revoke_within(tx, former, now, None).await?;
            }
            let mut events = vec![event_of(&shared, now, AuditAction::DeviceOpened, None)];
            if let Some(SignedIn { account, session, .. }) = signed_in {
                tx.delete_session(session.id).await?;
                events.push(event(AuditAction::SessionEnded, now, Some(account), session.id.to_string()));
            }
            tx.append_audit(&events).await?;
            Ok::<_, CredentialError>(())
        })
        .await?;
    Ok(secret)
}

/// Somebody who has signed in fully on a phone today.
#[derive(Clone, Debug)]
pub struct PersonHere {
    /// The account.
    pub account_id: AccountId,
    /// Its handle.
    pub handle: String,
}

/// What a phone shows before anybody is at it.
#[derive(Clone, Debug)]
pub enum Here {
    /// Who takes it over by PIN.
    People(Vec<PersonHere>),
    /// Nobody shares it: a leak could have people arrested or attacked.
    OffAtSevereRisk,
}

/// Who of the phone's team has signed in fully on it today, by handle; nobody else's handle is told.
pub async fn people_here(context: &Context, shared: &SharedDevice) -> Result<Here, ActionError> {
    if is_at_severe_risk(context, shared).await? {
        return Ok(Here::OffAtSevereRisk);
    }
    let facts = Facts::new(Relation::Oneself, Standing::Plain);
    if context.table.decide("page:/phone.people", &facts) != Sight::Shown {
        return Ok(Here::People(Vec::new()));
    }
    let accounts = context.store.list_accounts_on(shared.device.id, context.now()).await?;
    let here = accounts.into_iter().filter(|account| is_of_here(context, shared, account));
    Ok(Here::People(here.map(|Account { id, handle, .. }| PersonHere { account_id: id, handle }).collect()))
}

fn is_of_here(context: &Context, shared: &SharedDevice, account: &Account) -> bool {
    account.team_ids.contains(&shared.team.id) && may_act(context, account)
}

/// Takes a phone over by PIN: opens a session of the account, and ends the one that was open there. Whatever stands in the way is
/// answered alike, after the same work: a wrong PIN, one that is locked or was never set, and an account that has not signed in
/// there fully today, may not come in or is no longer of the team.
pub async fn switch(
    context: &Context,
    shared: &SharedDevice,
    account: Option<AccountId>,
    typed: &Sensitive<String>,
    former: Option<SessionId>,
) -> Result<Opened, CredentialError> {
    if is_at_severe_risk(context, shared).await? {
        return Err(CredentialProblem::PhoneAtSevereRisk.into());
    }
    let here = context.store.list_accounts_on(shared.device.id, context.now()).await?;
    let person = here.into_iter().find(|it| Some(it.id) == account && is_of_here(context, shared, it));
    let claimed = match &person {
        Some(person) => claim(context, person).await?,
        None => None,
    };
    let hash = claimed.as_ref().and_then(|stored| stored.hash.as_deref());
    // What is no PIN is looked at as one that is wrong.
    let pin = pin::read(typed).unwrap_or_default();
    let is_right = context.passwords.matches(&pin, hash).await?;
    match (&person, &claimed) {
        (Some(person), Some(stored)) if is_right => take_over(context, shared, (person, stored), former).await,
        _ => Err(failed(context, person.as_ref(), claimed.as_ref()).await),
    }
}

/// Counts an attempt at somebody's PIN before it is looked at; `None` where there is none that may be tried now.
async fn claim(context: &Context, person: &Account) -> Result<Option<StoredPin>, ActionError> {
    let is_severe = context.store.find_session_risk(person).await? == RiskProfile::Severe;
    let is_shut = is_severe || context.store.is_mapped_account(person.id).await?;
    let stored = context.store.find_pin(person.id).await?;
    let Some(stored) = stored.filter(|stored| !is_shut && !is_locked(stored.failures)) else { return Ok(None) };
    let is_claimed = context.store.write(async |tx| tx.claim_pin(person.id, &stored).await).await?;
    Ok(is_claimed.then_some(stored))
}

/// Opens the session of somebody whose PIN was right, if everything that it rests on still holds.
async fn take_over(
    context: &Context,
    shared: &SharedDevice,
    (account, stored): (&Account, &StoredPin),
    former: Option<SessionId>,
) -> Result<Opened, CredentialError> {
    let now = context.now();
    let device = shared.device.id;
    let authentication = Authentication { method: AuthenticationMethod::Pin, at: now, second_factor_at: None };
    context
        .store
        .write(async |tx| {
            let is_in_use = tx.lock_device(device).await?.is_some_and(|shared| shared.device.is_in_use(now));
            let until = tx.lock_device_sign_in(device, account.id, now).await?;
            let is_released = tx.release_pin(account.id, stored).await?;
            let Some(until) = until.filter(|_| is_in_use && is_released) else {
                return Err(CredentialProblem::PinWrong.into());
            };
            tx.delete_sessions_on(device).await?;
            if let Some(former) = former {
                tx.delete_session(former).await?;
            }
            let session = Session {
                id: context.fresh_id(),
                account_id: account.id,
                stage: SessionStage::SignedIn,
                authentication,
                confirmed_at: now,
                seen_at: now,
                device_id: Some(device),
                ends_at: Some(until),
            };
            let opened = session::insert_within(context, tx, account, session).await?;
            let switched = event_of(shared, now, AuditAction::PersonSwitched, Some(account));
            tx.append_audit(&[switched]).await?;
            Ok(opened)
        })
        .await
}

/// Writes a wrong PIN down, with whose it was to be; the one that locks it is told to its owner.
async fn failed(context: &Context, person: Option<&Account>, claimed: Option<&StoredPin>) -> CredentialError {
    let now = context.now();
    let object = person.map_or_else(|| "unknown".to_owned(), |person| person.id.to_string());
    let locks = claimed.is_some_and(|stored| is_locked(stored.failures.saturating_add(1)));
    let written: Result<(), ActionError> = context
        .store
        .write(async |tx| {
            let mut events = vec![event(AuditAction::PinWrong, now, None, object.clone())];
            if let Some(person) = person.filter(|_| locks) {
                events.push(event(AuditAction::PinLocked, now, None, object.clone()));
                tell_owner(context, tx, person).await?;
            }
            Ok(tx.append_audit(&events).await?)
        })
        .await;
    written.map_or_else(CredentialError::Action, |()| CredentialProblem::PinWrong.into())
}

async fn tell_owner(context: &Context, tx: &mut Tx, account: &Account) -> Result<(), ActionError> {
    let notice = Notice {
        id: context.fresh_id(),
        at: context.now(),
        kind: NoticeKind::PinLocked,
        object: account.id.to_string(),
        addressee: Addressee::Account(account.id),
        actor_id: None,
    };
    Ok(tx.insert_notices(&[notice]).await?)
}

/// Ends the session of whoever is at a phone, who takes it over again by PIN.
pub async fn lock(context: &Context, signed_in: &SignedIn) -> Result<(), ActionError> {
    let SignedIn { account, session, .. } = signed_in;
    let ended = event(AuditAction::SessionEnded, context.now(), Some(account), session.id.to_string());
    context
        .store
        .write(async |tx| {
            tx.delete_session(session.id).await?;
            Ok(tx.append_audit(&[ended]).await?)
        })
        .await
}
