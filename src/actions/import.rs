//! Importing a feed: read, plan, and write the plan in one transaction, or only show it.

use super::import_turn::{Turn, TurnError, settle};
use super::known_places::KnownPlaces;
use super::{ActionError, Context, closing, directory};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::country::CountryCode;
use crate::domain::directory::{Document, FieldValue};
use crate::domain::directory_edit::{
    Proposal, ProposalItem, ProposalKind, ProposalReason, ProposalStatus, ProposedChange,
};
use crate::domain::id::ServiceId;
use crate::domain::profile::Language;
use crate::import::plan::{Change, Completeness, Current, Plan, PlanRefused, Queued, plan};
use crate::import::{FeedContext, FeedError, Format, SourceName, pair, parse};
use crate::store::{Decision, DirectoryChange, EntryAtHand, EntryChange, ImportKind, StoreError, StoredEntry, Tx};

/// What an import takes.
#[derive(Clone, Copy, Debug)]
pub struct ImportFeed<'a> {
    /// How the file is written.
    pub format: Format<'a>,
    /// Whose it is; the identifiers of its entries are derived from this name.
    pub source: &'a SourceName,
    /// The file.
    pub bytes: &'a [u8],
    /// The same directory in another language: its words become translations of the entries with the same key.
    pub translated: Option<(&'a Language, &'a [u8])>,
    /// The country of the feed: its phones are read as that country's, and its points are to lie in it.
    pub country: Option<CountryCode>,
    /// Whether what the file does not hold is gone.
    pub completeness: Completeness,
    /// True when more than one service in five may be gone.
    pub accepts_many_gone: bool,
    /// True to show what would be done, and do nothing.
    pub is_dry_run: bool,
    /// The turn in which it runs; without one nobody else is kept from the source.
    pub turn: Option<&'a Turn>,
}

/// Why an import did nothing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file as a whole cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The plan needs somebody's word first; it is given along, to be looked at.
    #[error("{refused}")]
    Plan {
        /// Why.
        refused: PlanRefused,
        /// What would have been done.
        plan: Box<Plan>,
    },
    /// Its turn is somebody else's by now.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<crate::store::StoreError> for ImportError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Imports a feed, all of it or nothing; `progress` hears how many rows of how many are read.
pub async fn import(
    context: &Context,
    feed: ImportFeed<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Plan, ImportError> {
    let places = KnownPlaces(context.geography.snapshot());
    let known = FeedContext { country: feed.country, places: &places };
    let mut parsed = parse(feed.format, feed.source, feed.bytes, &known, progress)?;
    if let Some((language, bytes)) = feed.translated {
        let other = parse(feed.format, feed.source, bytes, &known, progress)?;
        parsed = pair(parsed, other, language);
    }
    parsed.leave_out_checks_to_come(context.now());
    let plan = context
        .store
        .write(async |tx| {
            tx.lock_directory().await?;
            let held = tx.documents_of_source(feed.source.as_str()).await?;
            let current = |entry: StoredEntry| Current {
                key: entry.source_key,
                document: entry.document,
                source_word: entry.source_word,
                is_gone: entry.is_gone,
            };
            let current = held.into_iter().map(current).collect();
            let plan = plan(parsed.clone(), current, feed.completeness);
            if feed.is_dry_run {
                return Ok(plan);
            }
            if let Err(refused) = plan.admit(feed.accepts_many_gone) {
                return Err(ImportError::Plan { refused, plan: Box::new(plan) });
            }
            settle(context, tx, feed.source, ImportKind::Services, feed.turn).await?;
            let changes = changes(&plan);
            if !changes.is_empty() {
                closing::tell(context, tx, &ending(&plan), context.now()).await?;
                tx.change_entries(feed.source.as_str(), &changes, context.now()).await?;
                queue(context, tx, feed.source, &plan).await?;
                let mut events = vec![imported(context, feed.source)];
                events.extend(find_again(context, tx, &plan).await?);
                tx.append_audit(&events).await?;
            }
            Ok(plan)
        })
        .await?;
    directory::refresh(context).await?;
    Ok(plan)
}

/// The services that end by this plan, or go on ending.
fn ending(plan: &Plan) -> Vec<ServiceId> {
    let service = |change: &Change| match &change.document {
        Document::Service(service) => Some((service.id, service.is_ending())),
        Document::Organization(_) => None,
    };
    let updated = plan.services.updated.iter().filter_map(service).filter(|(_, is_ending)| *is_ending);
    updated.chain(plan.services.gone.iter().filter_map(service)).map(|(id, _)| id).collect()
}

fn changes(plan: &Plan) -> Vec<EntryChange<'_>> {
    let present = |change| of(change, false);
    let kinds = [&plan.organizations, &plan.services];
    let written = kinds.into_iter().flat_map(move |kind| kind.added.iter().chain(&kind.updated).map(present));
    let gone = kinds.into_iter().flat_map(|kind| kind.gone.iter().map(|change| of(change, true)));
    written.chain(gone).collect()
}

fn of(change: &Change, is_gone: bool) -> EntryChange<'_> {
    let Change { key, document, source_word } = change;
    EntryChange { change: DirectoryChange { source_key: key, document, is_gone }, source_word, actor_role: None }
}

/// What takes a second person waits as one batch of the source. What waits already goes along, unless the source has
/// taken it back or the service is gone; nothing changes where nothing is news.
async fn queue(context: &Context, tx: &mut Tx, source: &SourceName, plan: &Plan) -> Result<(), StoreError> {
    let waiting = tx.list_open_proposals_of_source(source.as_str()).await?;
    let mut items: Vec<ProposalItem> = plan.queued.iter().map(queued_item).collect();
    let mut is_news = !items.is_empty();
    for item in waiting.iter().flat_map(|proposal| &proposal.items) {
        let kept = still_waiting(item, plan);
        is_news |= kept.as_ref() != Some(item);
        items.extend(kept);
    }
    if is_news {
        let status = ProposalStatus::Withdrawn;
        let decision = Decision { account: None, status, reason: Some(ProposalReason::Superseded) };
        for proposal in &waiting {
            tx.decide_proposal(proposal.id, decision, context.now()).await?;
        }
        if !items.is_empty() {
            let proposal = Proposal {
                id: context.fresh_id(),
                kind: ProposalKind::ImportBatch,
                source: Some(source.to_string()),
                proposed_by: None,
                proposed_role: None,
                proposed_at: context.now(),
                status: ProposalStatus::Open,
                decided_role: None,
                decided_at: None,
                reason: None,
                items,
            };
            tx.insert_proposal(&proposal).await?;
        }
    }
    withdraw_for_gone(context, tx, plan).await
}

fn queued_item(queued: &Queued) -> ProposalItem {
    let (before, after) = (queued.before.clone(), queued.after.clone());
    ProposalItem {
        service_id: queued.service_id,
        organization_id: queued.organization_id,
        change: Some(ProposedChange::Edit { before, after, taken_from: None }),
    }
}

fn is_gone(plan: &Plan, service: ServiceId) -> bool {
    let is_it = |change: &Change| matches!(&change.document, Document::Service(gone) if gone.id == service);
    plan.services.gone.iter().any(is_it)
}

/// What of an item goes on waiting after this plan: what the source still says, and does not say anew.
fn still_waiting(item: &ProposalItem, plan: &Plan) -> Option<ProposalItem> {
    let Some(ProposedChange::Edit { before, after, taken_from }) = &item.change else { return None };
    if is_gone(plan, item.service_id) {
        return None;
    }
    let news = plan.queued.iter().find(|queued| queued.service_id == item.service_id);
    let is_news =
        |value: &FieldValue| news.is_some_and(|queued| queued.after.iter().any(|newer| newer.field() == value.field()));
    let heard = plan.heard.get(&item.service_id);
    let is_said = |value: &FieldValue| heard.is_none_or(|word| word.contains(value));
    let after: Vec<FieldValue> = after.iter().filter(|value| is_said(value) && !is_news(value)).cloned().collect();
    let stays = |value: &&FieldValue| after.iter().any(|kept| kept.field() == value.field());
    let before = before.iter().filter(stays).cloned().collect();
    let change = ProposedChange::Edit { before, after, taken_from: *taken_from };
    let is_left = matches!(&change, ProposedChange::Edit { after, .. } if !after.is_empty());
    is_left.then(|| ProposalItem { change: Some(change), ..item.clone() })
}

/// Nobody decides about a service that is gone.
async fn withdraw_for_gone(context: &Context, tx: &mut Tx, plan: &Plan) -> Result<(), StoreError> {
    for change in &plan.services.gone {
        let Document::Service(service) = &change.document else { continue };
        for proposal in tx.list_open_proposals_of(service.id).await? {
            if proposal.kind != ProposalKind::ImportBatch {
                let (status, reason) = (ProposalStatus::Withdrawn, Some(ProposalReason::EntryChanged));
                tx.decide_proposal(proposal.id, Decision { account: None, status, reason }, context.now()).await?;
            }
        }
    }
    Ok(())
}

/// Entries that were merged into one that is gone now are found again: nobody else would undo that. Gives the events.
async fn find_again(context: &Context, tx: &mut Tx, plan: &Plan) -> Result<Vec<AuditEvent>, StoreError> {
    let mut events = Vec::new();
    if plan.services.gone.is_empty() {
        return Ok(events);
    }
    for EntryAtHand { source, source_key, document, source_word, .. } in tx.list_merged_entries().await? {
        let Document::Service(mut service) = document else { continue };
        if !service.merged_into.is_some_and(|kept| is_gone(plan, kept)) {
            continue;
        }
        service.merged_into = None;
        let object = service.id.to_string();
        let document = Document::Service(service);
        let change = DirectoryChange { source_key: &source_key, document: &document, is_gone: false };
        let change = EntryChange { change, source_word: &source_word, actor_role: None };
        tx.change_entries(&source, &[change], context.now()).await?;
        events.push(AuditEvent::of_operator(context.now(), AuditAction::EntriesUnmerged, object));
    }
    Ok(events)
}

fn imported(context: &Context, source: &SourceName) -> AuditEvent {
    AuditEvent::of_operator(context.now(), AuditAction::DirectoryImported, source.to_string())
}
