//! Who asks.

use super::organization::Organization;
use crate::actions::directory;
use crate::domain::account::{Account, Role};
use crate::graphql::request::request;
use async_graphql::{Context, Description, ID, Object};

/// The account whose token came with the request.
#[derive(Description)]
pub struct Viewer(pub Account);

#[Object(use_type_description)]
impl Viewer {
    /// Identifier, beginning with `acc_`.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The account's handle; no name of a person.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// What the account is for.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Its organisation; null while the directory does not have it.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let found = directory::organization(&request.context, &request.access, self.0.organization_id);
        found.ok().map(Organization)
    }
}
