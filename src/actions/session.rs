//! Sessions of the pages: opened once somebody has proved who they are, looked up at every request, ended
//! by their owner, by an administrator, by idleness and by age.
//!
//! Invariants: only the SHA-256 of a session's secret is stored; a new proof is a new secret, so that one
//! planted before it is worth nothing after; account, role and risk are read at every look-up. A session that was
//! opened on a shared phone counts there only, and is the only one there.

use super::provider::{self, Standing};
use super::{ActionError, Context};
use crate::domain::account::{Account, RiskProfile};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::device::{SharedDevice, full_sign_in_ends};
use crate::domain::id::SessionId;
use crate::domain::provider::ProviderSession;
use crate::domain::sensitive::Sensitive;
use crate::domain::session::{Authentication, AuthenticationMethod, Session, SessionStage};
use crate::domain::time::Timestamp;
use crate::identity::digest;
use crate::policy::access::{Access, Viewer};
use crate::store::{StoreError, Tx};

/// A session just opened, with what its cookie is to hold; that is told once and not stored.
pub struct Opened {
    /// What the cookie is to hold.
    pub secret: Sensitive<String>,
    /// The session.
    pub session: Session,
}

/// Somebody with a session that still counts.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// The tag of the language in which this person wants the pages, once chosen.
    pub language: Option<String>,
}

impl SignedIn {
    /// The access of this person for one request.
    pub fn access(&self, context: &Context) -> Access {
        let access = Access::new(Viewer::Staff(self.account.clone()), context.table);
        access.with_second_factor_at(self.session.authentication.second_factor_at)
    }
}

/// Opens a session for somebody who has proved who they are. Every other session of the account goes on.
pub async fn open(context: &Context, account: &Account, authentication: Authentication) -> Result<Opened, ActionError> {
    context
        .store
        .write(async |tx| open_within(context, tx, account, (SessionStage::SignedIn, authentication), None).await)
        .await
}

/// Opens a session of a stage, as part of a greater act, at an own browser or on a shared phone. A full proof of somebody of
/// its team is enough there for the day.
pub(super) async fn open_within(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    (stage, authentication): (SessionStage, Authentication),
    on: Option<&SharedDevice>,
) -> Result<Opened, ActionError> {
    let now = context.now();
    let on = match on {
        // One that was revoked just now is any browser.
        Some(shared) => tx.lock_device(shared.device.id).await?.filter(|shared| shared.device.is_in_use(now)),
        None => None,
    };
    let session = Session {
        id: context.fresh_id(),
        account_id: account.id,
        stage,
        authentication,
        confirmed_at: now,
        seen_at: now,
        device_id: on.as_ref().map(|shared| shared.device.id),
        ends_at: None,
    };
    if let (Some(shared), SessionStage::SignedIn) = (&on, stage) {
        tx.delete_sessions_on(shared.device.id).await?;
        if authentication.is_full() && account.team_ids.contains(&shared.team.id) {
            let until = full_sign_in_ends(now, shared.time_zone);
            tx.save_device_sign_in(shared.device.id, account.id, (now, until)).await?;
        }
    }
    insert_within(context, tx, account, session).await
}

/// Holds the phone on which somebody proves who they are until the commit, before anything else: whoever revokes it holds the phone
/// first too, and neither waits for the other with something in hand.
pub(super) async fn hold_phone(tx: &mut Tx, on: Option<&SharedDevice>) -> Result<(), StoreError> {
    if let Some(shared) = on {
        tx.lock_device(shared.device.id).await?;
    }
    Ok(())
}

/// Records a session just made, under a secret of its own.
pub(super) async fn insert_within(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    session: Session,
) -> Result<Opened, ActionError> {
    let now = context.now();
    let secret = fresh_secret(context);
    tx.delete_sessions_opened_by(Session::oldest_alive(now)).await?;
    tx.insert_session(&digest(secret.expose()), &session).await?;
    if session.stage == SessionStage::SignedIn {
        tx.append_audit(&[event(AuditAction::SessionOpened, now, Some(account), session.id.to_string())]).await?;
    }
    Ok(Opened { secret, session })
}

/// What a cookie is to hold.
pub(super) fn fresh_secret(context: &Context) -> Sensitive<String> {
    Sensitive::new(data_encoding::BASE64URL_NOPAD.encode(&context.chance.key()))
}

/// Who holds this secret, if it opens a session that still counts and somebody is signed in by it; at a browser that is no
/// shared phone.
pub async fn find(context: &Context, secret: &Sensitive<String>) -> Result<Option<SignedIn>, ActionError> {
    find_at(context, secret, SessionStage::SignedIn, None).await
}

/// The same on a shared phone, where the request came from one.
pub async fn find_on(
    context: &Context,
    secret: &Sensitive<String>,
    on: Option<&SharedDevice>,
) -> Result<Option<SignedIn>, ActionError> {
    find_at(context, secret, SessionStage::SignedIn, on).await
}

/// The same for a session of another stage.
pub(super) async fn find_at(
    context: &Context,
    secret: &Sensitive<String>,
    stage: SessionStage,
    on: Option<&SharedDevice>,
) -> Result<Option<SignedIn>, ActionError> {
    let Some(session) = context.store.find_session(&digest(secret.expose())).await? else { return Ok(None) };
    let is_in_place = session.device_id.is_none_or(|id| on.is_some_and(|shared| shared.device.id == id));
    if session.stage != stage || !is_in_place {
        return Ok(None);
    }
    let Some(account) = context.store.find_account(session.account_id).await? else { return Ok(None) };
    let language = context.store.find_language(account.id).await?;
    let now = context.now();
    let may_act = super::account::may_act(context, &account) && is_of_its_team(&session, &account, on);
    if !may_act || !session.is_alive(risk_of(context, &session, &account, on).await?, now) {
        return Ok(None);
    }
    let account = match provider::standing(context, &session).await? {
        Standing::Held => account,
        // The provider's groups may have made it another one.
        Standing::Renewed => match context.store.find_account(session.account_id).await? {
            Some(account) => account,
            None => return Ok(None),
        },
        Standing::Ended => return Ok(None),
    };
    if session.is_seen_anew(now) {
        context.store.write(async |tx| tx.touch_session(session.id, now).await).await?;
    }
    Ok(Some(SignedIn { account, session, language }))
}

/// Whether who came by a PIN is of the phone's team still.
fn is_of_its_team(session: &Session, account: &Account, on: Option<&SharedDevice>) -> bool {
    session.authentication.method != AuthenticationMethod::Pin
        || on.is_some_and(|shared| account.team_ids.contains(&shared.team.id))
}

/// The risk that a session is held to: its account's, and by PIN its phone's too.
async fn risk_of(
    context: &Context,
    session: &Session,
    account: &Account,
    on: Option<&SharedDevice>,
) -> Result<RiskProfile, ActionError> {
    let own = context.store.find_session_risk(account).await?;
    match on {
        Some(shared) if own != RiskProfile::Severe && session.authentication.method == AuthenticationMethod::Pin => {
            Ok(context.store.find_risk_around(Some(shared.team.project_id), shared.organization_id).await?)
        }
        _ => Ok(own),
    }
}

/// Ends one of the viewer's own sessions; where that is on a shared phone no PIN opens another one before a full sign-in. [`ActionError::NotVisible`] when there is none with this id.
pub async fn end(context: &Context, access: &Access, id: SessionId) -> Result<(), ActionError> {
    let account = access.account().ok_or(ActionError::Unauthenticated)?;
    let own = context.store.list_sessions(Some(account.id)).await?;
    if own.iter().all(|session| session.id != id) {
        return Err(ActionError::NotVisible);
    }
    context
        .store
        .write(async |tx| {
            tx.end_session(id).await?;
            let ended = event(AuditAction::SessionEnded, context.now(), Some(account), id.to_string());
            Ok(tx.append_audit(&[ended]).await?)
        })
        .await
}

/// Puts another secret in the place of the one that somebody is signed in by, as part of a greater act: who
/// knew the old one is out. The session keeps its absolute end.
pub(super) async fn renew_within(
    context: &Context,
    tx: &mut Tx,
    signed_in: &SignedIn,
    authentication: Authentication,
) -> Result<Opened, ActionError> {
    let SignedIn { account, session: before, .. } = signed_in;
    let now = context.now();
    let secret = fresh_secret(context);
    let id = context.fresh_id();
    let session = Session { id, authentication, confirmed_at: now, seen_at: now, ..before.clone() };
    // As it stands outside of this transaction, which may have ended the session already.
    let bound = context.store.find_provider_session(before.id).await?;
    tx.delete_session(before.id).await?;
    tx.insert_session(&digest(secret.expose()), &session).await?;
    if let Some(bound) = bound {
        tx.insert_provider_session(&ProviderSession { session_id: id, ..bound }).await?;
    }
    tx.append_audit(&[event(AuditAction::SessionConfirmed, now, Some(account), id.to_string())]).await?;
    Ok(Opened { secret, session })
}

/// The sessions of an account, or of all, in which somebody is signed in and that still count; the newest
/// first.
pub(super) async fn list(context: &Context, account: Option<&Account>) -> Result<Vec<Session>, ActionError> {
    let mut alive = Vec::new();
    for session in context.store.list_sessions(account.map(|account| account.id)).await? {
        let Some(account) = context.store.find_account(session.account_id).await? else { continue };
        let risk = context.store.find_session_risk(&account).await?;
        if session.stage == SessionStage::SignedIn && session.is_alive(risk, context.now()) {
            alive.push(session);
        }
    }
    Ok(alive)
}

/// The audit event of an act on accounts and sessions, in the network's trail.
pub(super) fn event(action: AuditAction, at: Timestamp, actor: Option<&Account>, object: String) -> AuditEvent {
    AuditEvent {
        actor_id: actor.map(|account| account.id),
        actor_role: actor.map(|account| account.role),
        organization_id: actor.map(|account| account.organization_id),
        ..AuditEvent::of_operator(at, action, object)
    }
}
