//! Keeping the directory true: edits, corrections, proposals and their decision, marks, capacity, confirmations.
//!
//! Invariant: every act holds the directory's head from before it reads the entry until its commit, so that neither an
//! import nor somebody else comes in between.

mod changes;
mod dismiss;
mod edit;
mod lift;
mod merge;
mod organization;
mod proposals;
mod review;
mod tell;

pub use changes::{PlaceChange, ServiceChanges, TranslationChange};
pub use dismiss::{dismiss_pair, restore_pair};
pub use edit::{EditService, SuggestCorrection, edit, suggest};
pub use lift::lift_do_not_use;
pub use merge::{MergeServices, merge_services, unmerge_service};
pub use organization::{EditOrganization, edit_organization};
pub use proposals::{DecideProposal, decide, find_proposal, list_proposals};
pub use review::{ReviewKey, history, review_questions, to_review};
pub use tell::{MarkDoNotUse, TellCapacity, confirm, mark_do_not_use, tell_capacity};

use self::changes::schema_name;
use super::disclosure::act;
use super::{ActionError, Context, closing, directory, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::directory::{Document, FieldValue, Service, ServiceField};
use crate::domain::directory_edit::{Proposal, ProposalItem, ProposalKind, ProposalStatus, ProposedChange};
use crate::domain::id::ServiceId;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::visible::Visible;
use crate::store::{DirectoryChange, EntryChange, Tx};

/// A service as an act finds it.
struct AtHand {
    service: Service,
    word: Vec<FieldValue>,
    version: i64,
    source: String,
    source_key: String,
}

impl AtHand {
    /// The service as it stands, unless the viewer may not know of it. Nobody changes it before the commit.
    async fn find(tx: &mut Tx, access: &Access, id: ServiceId) -> Result<Self, ActionError> {
        tx.lock_directory().await?;
        let entry = tx.find_entry(&id.to_string()).await?.ok_or_else(|| hidden(access, id))?;
        let Document::Service(service) = entry.document else { return Err(hidden(access, id)) };
        if !access.directory_scope().admits(&service) {
            return Err(hidden(access, id));
        }
        let (version, word) = (entry.entry_version, entry.source_word);
        Ok(Self { service, word, version, source: entry.source, source_key: entry.source_key })
    }

    /// Writes the service as its next version; who has an open referral to it is told when it ends by that.
    async fn save(self, context: &Context, tx: &mut Tx, account: &Account, now: Timestamp) -> Result<(), ActionError> {
        if self.service.is_ending() {
            closing::tell(context, tx, &[self.service.id], now).await?;
        }
        let document = Document::Service(self.service);
        let change = DirectoryChange { source_key: &self.source_key, document: &document, is_gone: false };
        let change = EntryChange { change, source_word: &self.word, actor_role: Some(account.role) };
        tx.change_entries(&self.source, &[change], now).await?;
        Ok(())
    }
}

/// What an act has made of a service.
#[derive(Default)]
pub struct Edited {
    /// The service; `None` where the viewer may not know of it any more.
    pub service: Option<Visible<ServiceView>>,
    /// The fields of which something waits for a second person.
    pub waiting: Vec<ServiceField>,
}

/// Brings the commit into the snapshot and gives the service. What was written stands, whether or not the viewer may
/// know of it afterwards, so that this is no refusal.
async fn fresh(context: &Context, access: &Access, id: ServiceId) -> Result<Option<Visible<ServiceView>>, ActionError> {
    directory::refresh(context).await?;
    match directory::service(context, access, id) {
        Ok(found) => Ok(Some(found)),
        Err(ActionError::NotVisible) => Ok(None),
        Err(error) => Err(error),
    }
}

fn fields_of(values: &[FieldValue]) -> Vec<ServiceField> {
    values.iter().map(FieldValue::field).collect()
}

fn names_of(values: &[FieldValue]) -> Vec<&'static str> {
    values.iter().map(|value| schema_name(value.field())).collect()
}

/// The event of an act on the directory, in the network's trail.
fn event(
    access: &Access,
    now: Timestamp,
    action: AuditAction,
    object: String,
    fields: Vec<&'static str>,
) -> AuditEvent {
    AuditEvent { project_id: None, fields, ..act(access, now, action, object) }
}

/// A proposal of this account about one service.
fn proposal(
    context: &Context,
    account: &Account,
    kind: ProposalKind,
    service: &Service,
    change: ProposedChange,
) -> Proposal {
    let (service_id, organization_id) = (service.id, service.organization_id);
    Proposal {
        id: context.fresh_id(),
        kind,
        source: None,
        proposed_by: Some(account.id),
        proposed_role: Some(account.role),
        proposed_at: context.now(),
        status: ProposalStatus::Open,
        decided_role: None,
        decided_at: None,
        reason: None,
        items: vec![ProposalItem { service_id, organization_id, change: Some(change) }],
    }
}

/// A change to these values, with what stands now.
fn proposed(service: &Service, after: Vec<FieldValue>) -> ProposedChange {
    let before = after.iter().map(|value| FieldValue::of(service, value.field())).collect();
    ProposedChange::Edit { before, after, taken_from: None }
}
