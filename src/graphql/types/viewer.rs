//! Who asks.

use super::organization::Organization;
use crate::actions::{account, directory};
use crate::domain::account::{self as model, Role};
use crate::graphql::error::ApiError;
use crate::graphql::request::request;
use crate::policy::account_view::AccountView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// The account whose token came with the request.
#[derive(Description)]
pub struct Viewer(pub Visible<AccountView>);

#[Object(use_type_description)]
impl Viewer {
    /// Identifier, beginning with `acc_`.
    async fn id(&self) -> ID {
        self.0.account.id.into()
    }

    /// The account's handle; no name of a person.
    async fn handle(&self) -> &str {
        &self.0.account.handle
    }

    /// What the account is for.
    async fn role(&self) -> Role {
        self.0.account.role
    }

    /// The teams whose cases it follows, by name.
    async fn teams(&self, context: &Context<'_>) -> Result<Vec<Team>, ApiError> {
        let request = request(context);
        if !self.0.tells_teams {
            return Ok(Vec::new());
        }
        let teams = account::teams(&request.context, &request.access).await?;
        Ok(teams.into_iter().map(Team).collect())
    }

    /// Its organisation; null while the directory does not have it.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let id = self.0.organization_id?;
        directory::organization(&request.context, &request.access, id).ok().map(Organization)
    }
}

/// A team: the people, whatever their profession, who all take part in the same cases.
#[derive(Description)]
pub struct Team(pub model::Team);

#[Object(use_type_description)]
impl Team {
    /// Identifier, beginning with `tea_`.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name, within the project.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
