//! The identity provider of this process, made of its configuration; and `relais user link` and `unlink`.

use crate::actions::provider::{self, Provider, check_groups};
use crate::app::App;
use crate::config::{Config, Oidc};
use crate::domain::provider::ExternalIdentity;
use crate::egress::Client;
use crate::identity::oidc::{GroupMap, RelyingParty, Settings};
use anyhow::Context as _;
use clap::Args;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct LinkArguments {
    /// The account's handle.
    handle: String,
    /// The provider's issuer, character by character.
    #[arg(long)]
    issuer: String,
    /// The provider's own, lasting name of the person (`sub`); never an e-mail address.
    #[arg(long)]
    subject: String,
}

impl LinkArguments {
    fn into_parts(self) -> (String, ExternalIdentity) {
        (self.handle, ExternalIdentity { issuer: self.issuer, subject: self.subject })
    }
}

/// The same node with the provider that is configured, after every check that can be made before anybody comes.
pub(super) async fn with_provider(app: App, config: &Config) -> anyhow::Result<App> {
    let oidc = &config.oidc;
    if !oidc.is_on() {
        return Ok(app);
    }
    let groups = read_groups(oidc)?;
    check_groups(app.context(), &groups).await.context("oidc.groups_file")?;
    let client = Client::to_configured_hosts(RelyingParty::limits())?;
    let settings = Settings {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        client_secret: oidc.read_client_secret()?,
        redirect_url: Oidc::redirect_url(&config.server),
        scopes: oidc.scopes.split_whitespace().filter(|scope| *scope != "openid").map(str::to_owned).collect(),
        groups_claim: oidc.groups_claim.clone(),
    };
    let relying_party = RelyingParty::new(settings, client).context("oidc.issuer")?;
    let provider = Provider::new(relying_party, groups, oidc.name.clone(), oidc.contact.clone());
    Ok(app.with_provider(Some(Arc::new(provider))))
}

fn read_groups(oidc: &Oidc) -> anyhow::Result<GroupMap> {
    if oidc.groups_file.as_os_str().is_empty() {
        return Ok(GroupMap::default());
    }
    let text = std::fs::read_to_string(&oidc.groups_file)
        .with_context(|| format!("oidc.groups_file: cannot read {}", oidc.groups_file.display()))?;
    GroupMap::read(&text).context("oidc.groups_file")
}

pub(super) async fn link(context: &crate::actions::Context, arguments: LinkArguments) -> anyhow::Result<()> {
    let (handle, identity) = arguments.into_parts();
    provider::link(context, &handle, &identity).await?;
    println!("linked: {handle} signs in by the provider from now on");
    Ok(())
}

pub(super) async fn unlink(context: &crate::actions::Context, arguments: LinkArguments) -> anyhow::Result<()> {
    let (handle, identity) = arguments.into_parts();
    provider::unlink(context, &handle, &identity).await?;
    println!("unlinked: {handle}; what is open ends within five minutes");
    Ok(())
}
