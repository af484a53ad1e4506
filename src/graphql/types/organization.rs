//! Organisations.

use super::service::Service;
use crate::actions::directory;
use crate::domain::directory::Organization as Entry;
use crate::domain::directory::{AuthorityLink, OrganizationKind};
use crate::graphql::request::request;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};
use std::sync::Arc;

/// An organisation of the directory: it offers services, sends referrals, or both.
#[derive(Description)]
pub struct Organization(pub Visible<Arc<Entry>>);

#[Object(use_type_description)]
impl Organization {
    /// Identifier, beginning with `org_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name, as its source writes it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Another name, often in another script; null when there is none.
    async fn alternate_name(&self) -> Option<&str> {
        self.0.alternate_name.as_deref()
    }

    /// What it does; null when its source does not say.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Website; null when its source names none.
    async fn website(&self) -> Option<&str> {
        self.0.website.as_deref()
    }

    /// Kind of organisation; null when its source does not say.
    async fn kind(&self) -> Option<OrganizationKind> {
        self.0.kind
    }

    /// Tie with public authority, to be known before a referral; null when its source does not say.
    async fn authority_link(&self) -> Option<AuthorityLink> {
        self.0.authority_link
    }

    /// False for police, border and detention bodies, which never receive a referral.
    async fn may_receive_referrals(&self) -> bool {
        self.0.may_receive_referrals()
    }

    /// The version to name when editing it; null for whoever is not signed in.
    async fn version(&self) -> Option<i64> {
        (self.0.version > 0).then_some(self.0.version)
    }

    /// Its services that the viewer may know of, at most 100.
    #[graphql(complexity = "100 * child_complexity")]
    async fn services(&self, context: &Context<'_>) -> Vec<Service> {
        let request = request(context);
        let services = directory::services_of(&request.context, &request.access, &self.0);
        services.into_iter().take(100).map(Service).collect()
    }
}
