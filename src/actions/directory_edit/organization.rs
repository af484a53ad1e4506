//! Editing an organisation.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context, directory, hidden};
use super::event;
use crate::domain::audit::AuditAction;
use crate::domain::directory::{Document, Organization, OrganizationField, OrganizationValue};
use crate::domain::directory_edit::{is_guarded, problem_of_organization, set_organization};
use crate::domain::id::OrganizationId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::entry_rules::{Editing, editing};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{DirectoryChange, EntryChange};
use std::sync::Arc;

/// What an edit of an organisation takes.
pub struct EditOrganization {
    /// The organisation.
    pub organization_id: OrganizationId,
    /// The version that was read.
    pub expected_version: i64,
    /// What is to stand in it.
    pub values: Vec<OrganizationValue>,
}

/// Edits an organisation, for editors and, but for its kind, for its own staff. Nothing of it waits: what tells how to reach
/// an organisation with a guarded service is refused.
pub async fn edit_organization(
    context: &Context,
    access: &Access,
    input: EditOrganization,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    let account = permit(access, Action::EditEntry)?;
    let (id, now) = (input.organization_id, context.now());
    directory::refresh(context).await?;
    directory::organization(context, access, id).map_err(|_| hidden(access, id))?;
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        tx.lock_directory().await?;
        let entry = tx.find_entry(&id.to_string()).await?.ok_or_else(|| hidden(access, id))?;
        let Document::Organization(mut organization) = entry.document else { return Err(hidden(access, id)) };
        let editing = editing(access, account, id)?;
        if entry.entry_version != input.expected_version {
            return Err(ActionError::from(Refusal::Conflict { current_version: entry.entry_version }));
        }
        let mut values = input.values.clone();
        values.retain(|value| *value != OrganizationValue::of(&organization, value.field()));
        refuse(&organization, &values, editing, false)?;
        // Its services are looked for only where one of them could be told of: they are found by their text. Under the lock,
        // so that one that has become a guarded one since the snapshot was made counts.
        if refuse(&organization, &values, editing, true).is_err() {
            let guards = tx.list_services_of(id).await?.iter().any(is_guarded);
            refuse(&organization, &values, editing, guards)?;
        }
        let fields = values.iter().map(|value| schema_name(value.field())).collect();
        set_organization(&mut organization, values, editing.teller(), now);
        let document = Document::Organization(organization);
        let change = DirectoryChange { source_key: &entry.source_key, document: &document, is_gone: false };
        let change = EntryChange { change, source_word: &entry.source_word, actor_role: Some(account.role) };
        tx.change_entries(&entry.source, &[change], now).await?;
        let event = event(access, now, AuditAction::EntryEdited, id.to_string(), fields);
        Ok(tx.append_audit(&[event]).await?)
    });
    written.await?;
    directory::refresh(context).await?;
    directory::organization(context, access, id)
}

fn refuse(held: &Organization, values: &[OrganizationValue], editing: Editing, guards: bool) -> Result<(), Refusal> {
    if values.is_empty() {
        return Err(Refusal::input("changes", InputProblem::NoChange));
    }
    for value in values {
        let of_editors = value.field() == OrganizationField::Kind && editing == Editing::Own;
        let problem = of_editors.then_some(InputProblem::EditorsOnly);
        if let Some(problem) = problem.or_else(|| problem_of_organization(held, value, guards)) {
            return Err(Refusal::input(input_path(value.field()), problem));
        }
    }
    Ok(())
}

/// The field's name in the schema.
const fn schema_name(field: OrganizationField) -> &'static str {
    match field {
        OrganizationField::Name => "name",
        OrganizationField::AlternateName => "alternateName",
        OrganizationField::Description => "description",
        OrganizationField::Website => "website",
        OrganizationField::Kind => "kind",
    }
}

/// Where the field stands in the input of an edit.
const fn input_path(field: OrganizationField) -> &'static str {
    match field {
        OrganizationField::Name => "changes.name",
        OrganizationField::AlternateName => "changes.alternateName",
        OrganizationField::Description => "changes.description",
        OrganizationField::Website => "changes.website",
        OrganizationField::Kind => "changes.kind",
    }
}
