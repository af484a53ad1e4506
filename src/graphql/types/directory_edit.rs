//! What becomes of entries of the directory: who set what, versions, and proposed changes.

use crate::actions::directory::known_id;
use crate::domain::account::Role;
use crate::domain::directory::{FieldEdit, ServiceField, Teller};
use crate::domain::directory_edit::{EntryHistory, ProposalKind, ProposalReason, ProposalStatus};
use crate::domain::id::ServiceId;
use crate::domain::time::Timestamp;
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::proposal_view::{DirectoryProposalChangeView, DirectoryProposalView};
use crate::policy::visible::Visible;
use async_graphql::{ComplexObject, Context, Description, ID, Object, SimpleObject};

/// That people have set a field over what the source says.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct FieldProvenance {
    /// Which field it is.
    field: ServiceField,
    /// Who told it, by what they are to the service.
    told_by: Teller,
    /// When it was set.
    at: DateTime,
    /// The entry that it was taken from.
    #[graphql(skip)]
    source: Option<ServiceId>,
}

#[ComplexObject]
impl FieldProvenance {
    /// The entry of another source that the value was taken from when that one was merged into this; null for what
    /// people have typed, and where the viewer may not know of that entry.
    async fn taken_from(&self, context: &Context<'_>) -> Option<ID> {
        let request = request(context);
        known_id(&request.context, &request.access, self.source?).map(ID::from)
    }
}

impl From<&FieldEdit> for FieldProvenance {
    fn from(edit: &FieldEdit) -> Self {
        let at = DateTime(Timestamp::from_microseconds(edit.at_microseconds));
        Self { field: edit.field, told_by: edit.told_by, at, source: edit.taken_from }
    }
}

/// One version of a service: when, by whom and from which source it was written, and what it changed.
#[derive(Description)]
pub struct ServiceVersion(pub Visible<EntryHistory>);

#[Object(use_type_description)]
impl ServiceVersion {
    /// The number of the version, counted from 1.
    async fn version(&self) -> i64 {
        self.0.entry_version
    }

    /// When it was written.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// The source that the entry comes from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// The role of who wrote it; null for a feed or a command.
    async fn by_role(&self) -> Option<Role> {
        self.0.actor_role
    }

    /// True where the entry ended by it.
    async fn is_gone(&self) -> bool {
        self.0.is_gone
    }

    /// Names of the fields that it changed, never their values; empty for the first version.
    async fn fields(&self) -> Vec<String> {
        self.0.fields.iter().map(|name| camel_case(name)).collect()
    }
}

/// A name of the stored document as the schema writes it.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        name + &head.to_uppercase() + rest
    })
}

/// A change of the directory that waits for somebody else, or what has become of it.
#[derive(Description)]
pub struct DirectoryProposal(pub Visible<DirectoryProposalView>);

#[Object(use_type_description)]
impl DirectoryProposal {
    /// Identifier, beginning with `prp_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Where it comes from.
    async fn kind(&self) -> ProposalKind {
        self.0.kind
    }

    /// What has become of it.
    async fn status(&self) -> ProposalStatus {
        self.0.status
    }

    /// The source of the import that it comes from; null for what people propose.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime {
        DateTime(self.0.proposed_at)
    }

    /// The role of who proposed it; null for an import.
    async fn proposed_by_role(&self) -> Option<Role> {
        self.0.proposed_by_role
    }

    /// When it was decided; null while it is open.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// The role of who decided it; null while it is open, and where a newer import took its place.
    async fn decided_by_role(&self) -> Option<Role> {
        self.0.decided_by_role
    }

    /// Why it was refused; null unless somebody has said so.
    async fn reason(&self) -> Option<ProposalReason> {
        self.0.reason
    }

    /// True for the viewer's own, which somebody else has to accept.
    async fn is_own(&self) -> bool {
        self.0.is_own
    }

    /// What it would change, of services that the viewer may know of; without values once it is decided.
    async fn changes(&self) -> Vec<DirectoryProposalChange> {
        self.0.changes.iter().cloned().map(DirectoryProposalChange::from).collect()
    }
}

/// One value that a proposal would change.
#[derive(SimpleObject)]
pub struct DirectoryProposalChange {
    /// Id of the service, beginning with `svc_`.
    service_id: ID,
    /// Name of the service.
    service_name: String,
    /// The field; null where the service as a whole is not to be used, and once it is decided.
    field: Option<ServiceField>,
    /// What stands there, in words; null when nothing does.
    value_before: Option<String>,
    /// What is to stand there, or which place or phone is not to be used, or to be used again; null for nothing.
    value_proposed: Option<String>,
}

impl From<DirectoryProposalChangeView> for DirectoryProposalChange {
    fn from(view: DirectoryProposalChangeView) -> Self {
        let DirectoryProposalChangeView { service_id, service_name, field, value_before, value_proposed } = view;
        Self { service_id: service_id.into(), service_name, field, value_before, value_proposed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_documents_become_names_of_the_schema() {
        for (stored, shown) in [("name", "name"), ("opening_hours", "openingHours"), ("next_review_on", "nextReviewOn")]
        {
            assert_eq!(camel_case(stored), shown);
        }
    }
}
