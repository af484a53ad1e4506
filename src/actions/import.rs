//! Importing a feed: read, plan, and write the plan in one transaction, or only show it.

use super::known_places::KnownPlaces;
use super::{ActionError, Context, directory};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::country::CountryCode;
use crate::domain::profile::Language;
use crate::import::plan::{Change, Completeness, Current, Plan, PlanRefused, plan};
use crate::import::{FeedContext, FeedError, Format, SourceName, pair, parse};
use crate::store::DirectoryChange;

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
    let plan = context
        .store
        .write(async |tx| {
            tx.lock_directory().await?;
            let held = tx.documents_of_source(feed.source.as_str()).await?;
            let current =
                held.into_iter().map(|entry| Current { key: entry.source_key, document: entry.document }).collect();
            let plan = plan(parsed.clone(), current, feed.completeness);
            if feed.is_dry_run {
                return Ok(plan);
            }
            if let Err(refused) = plan.admit(feed.accepts_many_gone) {
                return Err(ImportError::Plan { refused, plan: Box::new(plan) });
            }
            let changes = changes(&plan);
            if !changes.is_empty() {
                tx.change_directory(feed.source.as_str(), &changes, context.now()).await?;
                tx.append_audit(&[imported(context, feed.source)]).await?;
            }
            Ok(plan)
        })
        .await?;
    directory::refresh(context).await?;
    Ok(plan)
}

fn changes(plan: &Plan) -> Vec<DirectoryChange<'_>> {
    let present = |change| of(change, false);
    let kinds = [&plan.organizations, &plan.services];
    let written = kinds.into_iter().flat_map(move |kind| kind.added.iter().chain(&kind.updated).map(present));
    let gone = kinds.into_iter().flat_map(|kind| kind.gone.iter().map(|change| of(change, true)));
    written.chain(gone).collect()
}

fn of(change: &Change, is_gone: bool) -> DirectoryChange<'_> {
    DirectoryChange { source_key: &change.key, document: &change.document, is_gone }
}

fn imported(context: &Context, source: &SourceName) -> AuditEvent {
    AuditEvent::of_operator(context.now(), AuditAction::DirectoryImported, source.to_string())
}
