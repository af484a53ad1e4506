//! A Relais with the test's provider, and a browser that signs in.

use super::provider::{CLIENT_ID, CLIENT_SECRET, CODE, FakeProvider, REDIRECT_URL};
use crate::kit::world::{BEGINNING, World};
use relais::actions::Context;
use relais::actions::provider::{self, Begun, Provider, ProviderError};
use relais::actions::session::Opened;
use relais::app::App;
use relais::domain::provider::ExternalIdentity;
use relais::domain::sensitive::Sensitive;
use relais::domain::time::Timestamp;
use relais::egress::{Client, Limits};
use relais::identity::oidc::{Fault, GroupMap, RelyingParty, Settings};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Somebody, as the provider knows them.
pub const SUBJECT: &str = "marked-subject-7f3a";
/// Their account here.
pub const HANDLE: &str = "caseworker";
/// What the members of two groups are.
pub const GROUPS: &str = r#"{ "source": "corridor", "groups": [
    { "group": "marked-lawyers", "role": "partner_agent", "organization": "93998032-e3ab-4c2e-8c2d-d0eace9870ec" },
    { "group": "marked-paris", "role": "caseworker", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "project": "paris", "is_trained": true }
] }"#;

pub struct Stage {
    pub world: World,
    pub fake: FakeProvider,
    pub app: App,
}

/// Where the browser stands between beginning and completing.
pub struct Trip {
    pub begun: Begun,
    pub state: String,
}

impl Stage {
    /// A Relais at the test's provider, which knows one caseworker by a link.
    pub async fn open(world: World) -> Self {
        let fake = FakeProvider::open().await;
        let app = world.app.clone().with_provider(Some(provider_of(&fake.issuer)));
        let stage = Self { world, fake, app };
        provider::link(stage.context(), HANDLE, &stage.identity(SUBJECT)).await.expect("a link");
        stage
    }

    /// The same installation, as a node that has just started: it knows nothing of the provider yet.
    pub fn restart(&mut self) {
        self.app = self.world.app.clone().with_provider(Some(provider_of(&self.fake.issuer)));
    }

    pub fn context(&self) -> &Context {
        self.app.context()
    }

    pub fn provider(&self) -> &Provider {
        self.context().provider.as_deref().expect("a provider")
    }

    pub fn identity(&self, subject: &str) -> ExternalIdentity {
        ExternalIdentity { issuer: self.fake.issuer.clone(), subject: subject.to_owned() }
    }

    pub fn now(&self) -> Timestamp {
        relais::clock::Clock::now(self.world.clock.as_ref())
    }

    /// Sets the clock to so many seconds after the beginning.
    pub fn set_clock(&self, seconds: i64) {
        let beginning = Timestamp::parse(BEGINNING).expect("an instant");
        self.world.clock.set(beginning.plus_seconds(seconds));
    }

    /// Has the provider vouch from now on: its claims are of this moment.
    pub fn date_claims(&self) {
        let seconds = self.now().microseconds() / 1_000_000;
        let mut script = self.fake.script();
        script.claims["iat"] = json!(seconds);
        script.claims["exp"] = json!(seconds + 300);
        script.uses_left = 1;
    }

    /// Sends the browser off.
    pub async fn begin(&self) -> Result<Trip, Fault> {
        let begun = provider::begin(self.context(), self.provider()).await.map_err(fault)?;
        let address = url::Url::parse(&begun.address).expect("an address");
        let parameter = |name: &str| {
            let found = address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            found.unwrap_or_else(|| panic!("the authorization request has no {name}"))
        };
        assert_eq!(parameter("response_type"), "code");
        assert_eq!(parameter("code_challenge_method"), "S256");
        assert_eq!((parameter("client_id").as_str(), parameter("redirect_uri").as_str()), (CLIENT_ID, REDIRECT_URL));
        assert!(parameter("scope").split(' ').any(|scope| scope == "openid"));
        let mut script = self.fake.script();
        script.nonce = parameter("nonce");
        script.challenge = parameter("code_challenge");
        Ok(Trip { state: parameter("state"), begun })
    }

    /// The query with which a provider that does everything right sends the browser back.
    pub fn callback(&self, trip: &Trip) -> Vec<(String, String)> {
        let pairs = [("code", CODE), ("state", trip.state.as_str()), ("iss", self.fake.issuer.as_str())];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Brings the browser back.
    pub async fn complete(&self, callback: &[(String, String)], browser: Option<&str>) -> Result<Opened, Fault> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(callback).finish();
        let browser = browser.map(|secret| Sensitive::new(secret.to_owned()));
        provider::complete(self.context(), self.provider(), &query, browser.as_ref(), None).await.map_err(fault)
    }

    /// The whole way.
    pub async fn sign_in(&self) -> Result<Opened, Fault> {
        self.date_claims();
        let trip = self.begin().await?;
        self.complete(&self.callback(&trip), Some(trip.begun.browser_secret.expose())).await
    }
}

fn fault(error: ProviderError) -> Fault {
    match error {
        ProviderError::Refused(fault) => fault,
        ProviderError::Action(error) => panic!("{error:?}"),
    }
}

/// Relais at a provider, with a client that does not wait for long.
pub fn provider_of(issuer: &str) -> Arc<Provider> {
    let limits = Limits { total: Duration::from_secs(2), ..RelyingParty::limits() };
    let client = Client::to_configured_hosts(limits).expect("a client");
    let settings = Settings {
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Sensitive::new(CLIENT_SECRET.to_owned()),
        redirect_url: REDIRECT_URL.to_owned(),
        scopes: vec!["profile".to_owned()],
        groups_claim: "groups".to_owned(),
    };
    let relying_party = RelyingParty::new(settings, client).expect("URLs");
    let groups = GroupMap::read(GROUPS).expect("a map");
    Arc::new(Provider::new(relying_party, groups, "Maison".to_owned(), "desk@relais.example".to_owned()))
}
