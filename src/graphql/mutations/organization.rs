//! Keeping organisations true.

use super::directory_changes::named;
use crate::actions::directory_edit::{EditOrganization, edit_organization};
use crate::domain::directory::{OrganizationKind, OrganizationValue};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::organization::Organization;
use crate::graphql::user_errors::{OrganizationEditError, settle};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

#[derive(Default)]
pub struct OrganizationMutations;

#[Object]
impl OrganizationMutations {
    /// Edits an organisation: an editor any that they can see, staff their own, but for its kind. It stands over the source
    /// at once. What tells how to reach an organisation with a guarded service is refused: that takes two people, and is
    /// told of the service.
    async fn organization_edit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The organisation, the version read, and what is to stand in it.")]
        input: OrganizationEditInput,
    ) -> Result<OrganizationEditPayload, ApiError> {
        let request = request(context);
        let input = EditOrganization {
            organization_id: parse_id(&input.organization_id)?,
            expected_version: input.expected_version,
            values: input.changes.into(),
        };
        let edited = edit_organization(&request.context, &request.access, input).await;
        let (organization, errors) = settle(edited, request.language)?;
        Ok(OrganizationEditPayload { organization: organization.map(Organization), errors })
    }
}

/// What an edit of an organisation takes.
#[derive(InputObject)]
pub struct OrganizationEditInput {
    /// The organisation, an id beginning with `org_`.
    organization_id: ID,
    /// The version that you have read.
    expected_version: i64,
    /// What is to stand in it.
    changes: OrganizationChangesInput,
}

/// What is to stand in an organisation. What is not named stays as it is; null empties what may be empty.
#[derive(InputObject)]
pub struct OrganizationChangesInput {
    /// The name of the organisation.
    name: Option<String>,
    /// Another name, often in another script.
    alternate_name: MaybeUndefined<String>,
    /// What it does, in words.
    description: MaybeUndefined<String>,
    /// The whole address of its website.
    website: MaybeUndefined<String>,
    /// What kind of organisation it is; for editors.
    kind: MaybeUndefined<OrganizationKind>,
}

impl From<OrganizationChangesInput> for Vec<OrganizationValue> {
    fn from(input: OrganizationChangesInput) -> Self {
        let values = [
            input.name.map(OrganizationValue::Name),
            named(input.alternate_name, OrganizationValue::AlternateName),
            named(input.description, OrganizationValue::Description),
            named(input.website, OrganizationValue::Website),
            named(input.kind, OrganizationValue::Kind),
        ];
        values.into_iter().flatten().collect()
    }
}

/// The organisation after an edit, or why it is as before.
#[derive(SimpleObject)]
pub struct OrganizationEditPayload {
    /// The organisation; null when it was not edited.
    organization: Option<Organization>,
    /// Why it was not edited.
    errors: Vec<OrganizationEditError>,
}
