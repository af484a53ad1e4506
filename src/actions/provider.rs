//! Sign-in by an identity provider: beginning it, completing it, and asking again while it lasts.
//!
//! Invariants: an identity opens an account only when an operator linked the two, or when the map of groups
//! says what its members are; a state counts once, in the browser that began, for ten minutes; a session that
//! came from a provider serves nobody when its last word is five minutes old and no newer one can be had.

mod accounts;
mod turns;

pub use self::accounts::{GroupError, LinkError, check_groups, link, unlink};

use self::turns::Turns;
use super::session::{self, Opened};
use super::{ActionError, Context};
use crate::domain::audit::AuditAction;
use crate::domain::device::SharedDevice;
use crate::domain::provider::{CHECK_LEASE_SECONDS, PendingSignIn, ProviderSession, SIGN_IN_MINUTES};
use crate::domain::sensitive::Sensitive;
use crate::domain::session::{Authentication, AuthenticationMethod, Session, SessionStage};
use crate::identity::digest;
use crate::identity::oidc::{Callback, Fault, Grant, GroupMap, RelyingParty, SignInSecrets};
use crate::store::{BegunSignIn, StoreError};
use subtle::ConstantTimeEq as _;

/// The identity provider of this installation.
pub struct Provider {
    relying_party: RelyingParty,
    groups: GroupMap,
    turns: Turns,
    /// Its name, as people know it; empty where the operator gave none.
    pub name: String,
    /// Whom people ask when nobody has let them in.
    pub contact: String,
}

impl Provider {
    /// The provider that the operator configured.
    pub fn new(relying_party: RelyingParty, groups: GroupMap, name: String, contact: String) -> Self {
        Self { relying_party, groups, turns: Turns::default(), name, contact }
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        self.relying_party.issuer()
    }
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// What was brought does not count.
    #[error("refused: {0}")]
    Refused(#[from] Fault),
    /// Something of ours went wrong.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for ProviderError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// What somebody does about a sign-in that did not come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Ask who lets people in.
    AskTheDesk,
    /// Begin the sign-in anew.
    BeginAnew,
    /// Try again when the provider answers.
    ComeBackLater,
}

impl Advice {
    /// What helps against a fault.
    pub const fn on(fault: Fault) -> Self {
        match fault {
            Fault::IdentityUnknown | Fault::AccountUnavailable => Self::AskTheDesk,
            fault if fault.is_outage() => Self::ComeBackLater,
            _ => Self::BeginAnew,
        }
    }
}

/// A sign-in that was begun.
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What its cookie holds until it comes back.
    pub browser_secret: Sensitive<String>,
}

/// Begins a sign-in.
pub async fn begin(context: &Context, provider: &Provider) -> Result<Begun, ProviderError> {
    let now = context.now();
    let secrets = SignInSecrets::draw(context.chance.as_ref());
    let browser_secret = Sensitive::new(data_encoding::BASE64URL_NOPAD.encode(&context.chance.key()));
    let address = provider.relying_party.authorization_url(&secrets, now).await?;
    let begun = BegunSignIn {
        browser_hash: digest(browser_secret.expose()),
        expires_at: now.plus_minutes(SIGN_IN_MINUTES),
        pending: PendingSignIn { nonce: secrets.nonce, code_verifier: secrets.code_verifier },
    };
    let state_hash = digest(&secrets.state);
    context.store.write(async |tx| tx.insert_pending_sign_in(&state_hash, &begun, now).await).await?;
    Ok(Begun { address: address.into(), browser_secret })
}

/// Completes a sign-in: the query of the callback, what the browser's cookie holds, and on which shared phone it is, if on one.
pub async fn complete(
    context: &Context,
    provider: &Provider,
    query: &str,
    browser_secret: Option<&Sensitive<String>>,
    on: Option<&SharedDevice>,
) -> Result<Opened, ProviderError> {
    let now = context.now();
    let callback = Callback::read(query)?;
    let state_hash = digest(callback.state()?);
    // Committed before anything else is looked at: a state counts once, whatever comes of it.
    let begun = context.store.write(async |tx| tx.take_pending_sign_in(&state_hash).await).await?;
    let begun = begun.ok_or(Fault::StateUnknown)?;
    if now >= begun.expires_at {
        return Err(Fault::StateExpired.into());
    }
    let is_same_browser = browser_secret
        .is_some_and(|secret| bool::from(digest(secret.expose()).as_bytes().ct_eq(begun.browser_hash.as_bytes())));
    if !is_same_browser {
        return Err(Fault::OtherBrowser.into());
    }
    let PendingSignIn { nonce, code_verifier } = begun.pending;
    let grant = provider.relying_party.complete(callback, &nonce, code_verifier, now).await?;
    let opened = open(context, provider, (grant, nonce), on).await;
    if let Err(ProviderError::Refused(_)) = opened {
        let failed = session::event(AuditAction::SignInFailed, now, None, "provider".to_owned());
        context.store.write(async |tx| tx.append_audit(&[failed]).await).await?;
    }
    opened
}

/// Opens the session of somebody for whom the provider vouches.
async fn open(
    context: &Context,
    provider: &Provider,
    (grant, nonce): (Grant, String),
    on: Option<&SharedDevice>,
) -> Result<Opened, ProviderError> {
    let now = context.now();
    context
        .store
        .write(async |tx| {
            session::hold_phone(tx, on).await?;
            let account = accounts::account_of(context, tx, &provider.groups, &grant).await?;
            let second_factor_at = grant.assurance.second_factor_at(now);
            let authentication = Authentication { method: AuthenticationMethod::Provider, at: now, second_factor_at };
            let proof = (SessionStage::SignedIn, authentication);
            let opened = session::open_within(context, tx, &account, proof, on).await?;
            let bound = ProviderSession {
                session_id: opened.session.id,
                identity: grant.identity,
                nonce,
                refresh_token: grant.refresh_token,
                assurance: grant.assurance,
                checked_at: now,
            };
            tx.insert_provider_session(&bound).await?;
            Ok::<_, ProviderError>(opened)
        })
        .await
}

/// What a session is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It goes on.
    Held,
    /// It goes on, and its account was brought in line with what the provider tells now.
    Renewed,
    /// It is over.
    Ended,
}

/// What a session is worth, where it is a provider's word that it rests on; others go on by themselves. Asks
/// the provider anew when its last word is too old, and ends the session when the provider takes it back.
/// [`ActionError::ProviderUnavailable`] while the provider does not answer: then nobody is served, and nothing
/// is taken back either.
pub(super) async fn standing(context: &Context, session: &Session) -> Result<Standing, ActionError> {
    if session.authentication.method != AuthenticationMethod::Provider || is_fresh(context, session).await? {
        return Ok(Standing::Held);
    }
    let Some(provider) = context.provider.as_deref() else {
        return end(context, session, Fault::GrantRefused).await;
    };
    // A page asks for several things at once, and a refresh token is to be used once.
    let _turn = provider.turns.take(session.id).await;
    let now = context.now();
    let Some(bound) = context.store.find_provider_session(session.id).await? else {
        return end(context, session, Fault::GrantRefused).await;
    };
    if bound.is_vouched_for(now) {
        return Ok(Standing::Renewed);
    }
    let Some(refresh_token) = &bound.refresh_token else {
        return end(context, session, Fault::GrantRefused).await;
    };
    let until = now.plus_seconds(CHECK_LEASE_SECONDS);
    let is_claimed: Result<bool, StoreError> =
        context.store.write(async |tx| tx.claim_provider_check(&bound, now, until).await).await;
    if !is_claimed? {
        return Err(ActionError::ProviderUnavailable);
    }
    let renewed = provider.relying_party.renew(refresh_token, &bound.nonce, &bound.identity, now).await;
    match renewed {
        Ok(grant) => keep(context, provider, session, bound, grant).await,
        // The claim stays until it runs out, so that a silent provider is not asked by every request.
        Err(fault) if fault.is_outage() => {
            tracing::warn!(%fault, "the identity provider does not answer");
            Err(ActionError::ProviderUnavailable)
        }
        Err(fault) => end(context, session, fault).await,
    }
}

async fn is_fresh(context: &Context, session: &Session) -> Result<bool, ActionError> {
    let bound = context.store.find_provider_session(session.id).await?;
    Ok(bound.is_some_and(|bound| bound.is_vouched_for(context.now())))
}

/// The provider has given its word again: what follows from it for the account, and the next refresh token.
async fn keep(
    context: &Context,
    provider: &Provider,
    session: &Session,
    bound: ProviderSession,
    grant: Grant,
) -> Result<Standing, ActionError> {
    let kept = context
        .store
        .write(async |tx| {
            let account = accounts::account_of(context, tx, &provider.groups, &grant).await?;
            if account.id != session.account_id {
                return Err(Fault::IdentityUnknown.into());
            }
            let refresh_token = grant.refresh_token;
            tx.save_provider_check(&ProviderSession { refresh_token, checked_at: context.now(), ..bound }).await?;
            Ok(())
        })
        .await;
    match kept {
        Ok(()) => Ok(Standing::Renewed),
        Err(ProviderError::Refused(fault)) => end(context, session, fault).await,
        Err(ProviderError::Action(error)) => Err(error),
    }
}

/// Ends a session that holds no longer.
async fn end(context: &Context, session: &Session, fault: Fault) -> Result<Standing, ActionError> {
    tracing::info!(%fault, "a session ends: its identity provider no longer vouches for it");
    let ended = session::event(AuditAction::SessionEnded, context.now(), None, session.id.to_string());
    context
        .store
        .write(async |tx| {
            tx.end_session(session.id).await?;
            Ok::<_, ActionError>(tx.append_audit(&[ended]).await?)
        })
        .await?;
    Ok(Standing::Ended)
}
