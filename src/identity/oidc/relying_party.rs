//! The relying party: asks the provider through our own client, and believes what can be proved.

use super::callback::Callback;
use super::fault::Fault;
use super::id_token::{Expected, Unproved};
use super::keys::Keys;
use super::metadata::{self, Metadata};
use super::tokens::{ProtocolClient, Tokens};
use crate::clock::Chance;
use crate::domain::provider::{Assurance, ExternalIdentity};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::egress::Client;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreErrorResponseType, CoreResponseType};
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardErrorResponse,
};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// Minutes for which the provider's description and keys are believed to be the same.
const CACHE_MINUTES: i64 = 10;
/// Seconds between two looks for a key that is not known: whoever invents key names costs no more.
const KEY_SEARCH_SECONDS: i64 = 60;
/// Bytes of any answer of a provider.
pub(super) const LARGEST_ANSWER: usize = 256 * 1024;

/// What the operator configured; the secret has no `Debug`.
#[derive(Clone)]
pub struct Settings {
    /// The issuer, character by character as the provider spells it.
    pub issuer: String,
    /// Our name at the provider.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: Sensitive<String>,
    /// Where the provider sends browsers back to.
    pub redirect_url: String,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that holds groups.
    pub groups_claim: String,
}

/// What makes one sign-in unguessable; each is 256 fresh bits.
#[derive(Clone, PartialEq, Eq)]
pub struct SignInSecrets {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Goes to the provider with the code (PKCE).
    pub code_verifier: String,
}

impl SignInSecrets {
    /// Draws fresh ones.
    pub fn draw(chance: &dyn Chance) -> Self {
        let fresh = || URL_SAFE_NO_PAD.encode(chance.key());
        Self { state: fresh(), nonce: fresh(), code_verifier: fresh() }
    }
}

/// What the provider vouches for.
#[derive(Clone)]
pub struct Grant {
    /// Who.
    pub identity: ExternalIdentity,
    /// Their groups there.
    pub groups: Vec<String>,
    /// How they signed in there.
    pub assurance: Assurance,
    /// What the provider takes for its next word.
    pub refresh_token: Option<Sensitive<String>>,
}

/// One provider, as we know it now.
struct Known {
    metadata: Metadata,
    keys: Arc<Keys>,
    read_at: Timestamp,
    keys_sought_at: Timestamp,
}

/// Relais at one provider.
pub struct RelyingParty {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    scopes: Vec<Scope>,
    groups_claim: String,
    client: Client,
    /// Held while the provider is asked about itself: who comes meanwhile wants the same.
    known: Mutex<Option<Known>>,
}

impl RelyingParty {
    /// Makes the relying party of these settings. The provider is not asked yet: it may start later than we.
    pub fn new(settings: Settings, client: Client) -> Result<Self, url::ParseError> {
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer)?,
            client_id: ClientId::new(settings.client_id),
            client_secret: ClientSecret::new(settings.client_secret.expose().clone()),
            redirect_url: RedirectUrl::new(settings.redirect_url)?,
            scopes: settings.scopes.into_iter().map(Scope::new).collect(),
            groups_claim: settings.groups_claim,
            client,
            known: Mutex::new(None),
        })
    }

    /// The limits that its client is to have.
    pub const fn limits() -> crate::egress::Limits {
        crate::egress::Limits::with_body_bytes(LARGEST_ANSWER)
    }

    /// The issuer whose identities these are.
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Where the browser is sent to sign in.
    pub async fn authorization_url(&self, secrets: &SignInSecrets, now: Timestamp) -> Result<Url, Fault> {
        let client = self.protocol_client(now).await?;
        let (state, nonce) = (CsrfToken::new(secrets.state.clone()), Nonce::new(secrets.nonce.clone()));
        let verifier = PkceCodeVerifier::new(secrets.code_verifier.clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(request.url().0)
    }

    /// Turns what came back with the browser into what the provider vouches for. The caller has found the
    /// sign-in by its state already, in this browser and in time.
    pub async fn complete(
        &self,
        callback: Callback,
        nonce: &str,
        code_verifier: String,
        now: Timestamp,
    ) -> Result<Grant, Fault> {
        self.check_issuer(&callback, now).await?;
        if callback.is_declined {
            return Err(Fault::Declined);
        }
        let code = callback.code.filter(|code| !code.is_empty()).ok_or(Fault::CodeMissing)?;
        let client = self.protocol_client(now).await?;
        let request = client.exchange_code(AuthorizationCode::new(code));
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(code_verifier));
        let tokens = request.request_async(&Wire(&self.client)).await.map_err(token_fault)?;
        self.granted(&tokens, nonce, true, now).await
    }

    /// Asks the provider for a new word about somebody.
    pub async fn renew(
        &self,
        refresh_token: &Sensitive<String>,
        nonce: &str,
        identity: &ExternalIdentity,
        now: Timestamp,
    ) -> Result<Grant, Fault> {
        let client = self.protocol_client(now).await?;
        let refresh_token = RefreshToken::new(refresh_token.expose().clone());
        let request = client.exchange_refresh_token(&refresh_token);
        let tokens = request.request_async(&Wire(&self.client)).await.map_err(token_fault)?;
        let mut grant = self.granted(&tokens, nonce, false, now).await?;
        if grant.identity != *identity {
            return Err(Fault::SubjectChanged);
        }
        // A provider that does not rotate its refresh tokens gives none a second time.
        grant.refresh_token.get_or_insert_with(|| Sensitive::new(refresh_token.into_secret()));
        Ok(grant)
    }

    /// RFC 9207: a provider that announces it says in its callbacks whose they are, so that the code of one
    /// provider is never taken to another.
    async fn check_issuer(&self, callback: &Callback, now: Timestamp) -> Result<(), Fault> {
        match callback.issuer.as_deref() {
            Some(issuer) if issuer == self.issuer.as_str() => Ok(()),
            Some(_) => Err(Fault::CallbackIssuerOther),
            None if metadata::announces_issuer(&self.metadata(now).await?) => Err(Fault::CallbackIssuerMissing),
            None => Ok(()),
        }
    }

    async fn granted(&self, tokens: &Tokens, nonce: &str, needs_nonce: bool, now: Timestamp) -> Result<Grant, Fault> {
        let token = Unproved::read(tokens.id_token_text().ok_or(Fault::TokenMissing)?)?;
        let keys = self.keys(token.key_name(), now).await?;
        let verified = token.prove(
            &keys,
            &Expected {
                issuer: &self.issuer,
                client_id: &self.client_id,
                nonce,
                needs_nonce,
                access_token: tokens.access_token(),
                groups_claim: &self.groups_claim,
                now,
            },
        )?;
        Ok(Grant {
            identity: ExternalIdentity { issuer: self.issuer.to_string(), subject: verified.subject },
            groups: verified.groups,
            assurance: verified.assurance,
            refresh_token: tokens.refresh_token().map(|token| Sensitive::new(token.secret().clone())),
        })
    }

    async fn protocol_client(&self, now: Timestamp) -> Result<ProtocolClient, Fault> {
        let metadata = self.metadata(now).await?;
        let token_endpoint = metadata.token_endpoint().cloned().ok_or(Fault::DiscoveryUnreadable)?;
        let auth_type =
            if metadata::wants_secret_in_body(&metadata) { AuthType::RequestBody } else { AuthType::BasicAuth };
        let client = openidconnect::Client::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        );
        Ok(client.set_token_uri(token_endpoint).set_redirect_uri(self.redirect_url.clone()).set_auth_type(auth_type))
    }

    async fn metadata(&self, now: Timestamp) -> Result<Metadata, Fault> {
        let mut known = self.known.lock().await;
        Ok(self.look(&mut known, now).await?.metadata.clone())
    }

    /// The keys, asked for anew when there is none of this name among them, once a minute at most.
    async fn keys(&self, name: Option<&str>, now: Timestamp) -> Result<Arc<Keys>, Fault> {
        let mut known = self.known.lock().await;
        let known = self.look(&mut known, now).await?;
        if !known.keys.has(name) && now >= known.keys_sought_at.plus_seconds(KEY_SEARCH_SECONDS) {
            known.keys_sought_at = now;
            known.keys = Arc::new(self.fetch_keys(&known.metadata).await?);
        }
        if known.keys.has(name) { Ok(Arc::clone(&known.keys)) } else { Err(Fault::KeyUnknown) }
    }

    /// What is known of the provider, read anew when it is too old (or when our clock was set back).
    async fn look<'a>(&self, known: &'a mut Option<Known>, now: Timestamp) -> Result<&'a mut Known, Fault> {
        let is_fresh =
            known.as_ref().is_some_and(|known| known.read_at <= now && now < known.read_at.plus_minutes(CACHE_MINUTES));
        if !is_fresh {
            let description = self.fetch(&metadata::address(self.issuer.as_str())).await?;
            let description = description.ok_or(Fault::DiscoveryUnreadable)?;
            let metadata = metadata::read(&description, self.issuer.as_str())?;
            let keys = Arc::new(self.fetch_keys(&metadata).await?);
            *known = Some(Known { metadata, keys, read_at: now, keys_sought_at: now });
        }
        known.as_mut().ok_or(Fault::DiscoveryUnreadable)
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Keys, Fault> {
        let keys = self.fetch(metadata.jwks_uri().as_str()).await?;
        Keys::read(&keys.ok_or(Fault::KeysUnreadable)?)
    }

    /// A document of the provider; `None` when it answers anything but one.
    async fn fetch(&self, address: &str) -> Result<Option<Vec<u8>>, Fault> {
        let request = http::Request::get(address).header("accept", "application/json").body(Vec::new());
        let response = send(&self.client, request.map_err(|_| Fault::DiscoveryUnreadable)?).await?;
        let is_document = response.status() == http::StatusCode::OK;
        Ok(is_document.then(|| response.into_body()))
    }
}

/// Our client, as the protocol's library wants one.
struct Wire<'a>(&'a Client);

impl<'c> openidconnect::AsyncHttpClient<'c> for Wire<'_> {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Fault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(self.0, request))
    }
}

/// Sends a request; a provider that is broken or overloaded has given no answer.
async fn send(client: &Client, request: HttpRequest) -> Result<HttpResponse, Fault> {
    let response = client.send(request).await?;
    let status = response.status();
    let has_failed = status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS;
    if has_failed { Err(Fault::ProviderFailed) } else { Ok(response) }
}

/// The library's errors hold the provider's answer, so only their kind goes on.
fn token_fault(error: RequestTokenError<Fault, StandardErrorResponse<CoreErrorResponseType>>) -> Fault {
    match error {
        RequestTokenError::Request(fault) => fault,
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            // Our own secret is wrong: nothing is known of the person.
            CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => Fault::ProviderFailed,
            _ => Fault::GrantRefused,
        },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Fault::AnswerUnreadable,
    }
}
