//! Areas and places: importing them by source, and bringing them into memory.

use super::import_turn::{Turn, TurnError, settle};
use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::geography::{AdminArea, NamedPlace};
use crate::domain::opening::{DatedHoliday, HolidayCalendars};
use crate::domain::place::{AreaCode, Position};
use crate::geography::Geography;
use crate::import::geography::report::{GeographyReport, TooManyGone};
use crate::import::geography::{AreaFormat, Rows, parse_areas, parse_commune_points, parse_gazetteer, parse_holidays};
use crate::import::{FeedError, SourceName};
use crate::store::{GeographyChanges, GeographyTable, ImportKind, StoreError};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file of areas or places.
#[derive(Clone, Copy, Debug)]
pub struct GeographyFile<'a> {
    /// Whose it is, one file to a name: what the same source told before and does not tell any more goes.
    pub source: &'a SourceName,
    /// The file.
    pub bytes: &'a [u8],
    /// True when more than one in five of the source's rows may be gone.
    pub accepts_many_gone: bool,
    /// True to show what would be done, and do nothing.
    pub is_dry_run: bool,
    /// The turn in which it runs; without one nobody else is kept from the source.
    pub turn: Option<&'a Turn>,
}

/// Why an import did nothing.
#[derive(Debug, thiserror::Error)]
pub enum GeographyImportError {
    /// The file as a whole cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// Every row is refused, so that the source would lose all it has.
    #[error("none of the {} rows can be used; the first one: {first}", .report.rows_read)]
    NothingUsable {
        /// What was read.
        report: Box<GeographyReport>,
        /// Why the first row is refused.
        first: String,
    },
    /// The source would lose so many rows that somebody's word is needed first.
    #[error("{refused}")]
    TooManyGone {
        /// Why.
        refused: TooManyGone,
        /// What would have been done.
        report: Box<GeographyReport>,
    },
    /// Its turn is somebody else's by now.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for GeographyImportError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Imports areas, all of the file or nothing; `progress` hears how many rows of how many are read.
pub async fn import_areas(
    context: &Context,
    format: &AreaFormat,
    file: GeographyFile<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<GeographyReport, GeographyImportError> {
    let rows = parse_areas(format, file.bytes, progress)?;
    replace(context, GeographyTable::Areas, file, rows, |area: &AdminArea| area.code.to_string()).await
}

/// Imports the middles of French communes, all of the file or nothing: what a register tells of a commune stays, and its
/// middle is added. `progress` hears how many rows of how many are read.
pub async fn import_commune_points(
    context: &Context,
    file: GeographyFile<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<GeographyReport, GeographyImportError> {
    refresh(context).await?;
    let known = context.geography.snapshot();
    let rows = parse_commune_points(file.bytes, &|code| known.areas.current_code(code), progress)?;
    replace(context, GeographyTable::Areas, file, rows, |area: &AdminArea| area.code.to_string()).await
}

/// Imports named places, all of the file or nothing; `progress` hears how many rows of how many are read.
pub async fn import_gazetteer(
    context: &Context,
    file: GeographyFile<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<GeographyReport, GeographyImportError> {
    let rows = parse_gazetteer(file.bytes, progress)?;
    replace(context, GeographyTable::Places, file, rows, |place: &NamedPlace| place.key.clone()).await
}

/// Imports holidays that people have dated; what the same source has dated before and does not any more goes.
pub async fn import_holidays(
    context: &Context,
    file: GeographyFile<'_>,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<GeographyReport, GeographyImportError> {
    let rows = parse_holidays(file.bytes, progress)?;
    let key = |holiday: &DatedHoliday| format!("{} {}", holiday.country.as_str(), holiday.date);
    replace(context, GeographyTable::Holidays, file, rows, key).await
}

async fn replace<T: Serialize>(
    context: &Context,
    table: GeographyTable,
    file: GeographyFile<'_>,
    rows: Rows<T>,
    key: fn(&T) -> String,
) -> Result<GeographyReport, GeographyImportError> {
    let source = file.source.as_str();
    let (what, kind) = match table {
        GeographyTable::Areas => ("areas", ImportKind::Areas),
        GeographyTable::Places => ("places", ImportKind::Places),
        GeographyTable::Holidays => ("holidays", ImportKind::Holidays),
    };
    let document = |row: &T| serde_json::to_string(row).expect("documents are plain structs of texts and numbers");
    let given: BTreeMap<String, String> = rows.rows.iter().map(|row| (key(row), document(row))).collect();
    let mut report = GeographyReport {
        what,
        rows_read: rows.rows_read,
        added: 0,
        updated: 0,
        unchanged: 0,
        gone: 0,
        withheld: 0,
        held_before: 0,
        refused: rows.refused,
    };
    if given.is_empty() {
        let first = report.refused.first().map(|refused| refused.fault.to_string()).unwrap_or_default();
        return Err(GeographyImportError::NothingUsable { report: Box::new(report), first });
    }
    let told: GeographyReport = context
        .store
        .write(async |tx| {
            tx.lock_geography().await?;
            let held = tx.geography_of_source(table, source).await?;
            let (changes, report) = compare(held, &given, report.clone());
            if file.is_dry_run {
                return Ok(report);
            }
            if let Err(refused) = report.admit(file.accepts_many_gone) {
                return Err(GeographyImportError::TooManyGone { refused, report: Box::new(report) });
            }
            settle(context, tx, file.source, kind, file.turn).await?;
            let changes_something = !changes.written.is_empty() || !changes.removed.is_empty();
            if changes_something {
                tx.change_geography(table, source, &changes).await?;
                let event = AuditEvent::of_operator(context.now(), AuditAction::DirectoryImported, source.to_owned());
                tx.append_audit(&[event]).await?;
            }
            Ok::<_, GeographyImportError>(report)
        })
        .await?;
    report = told;
    refresh(context).await?;
    Ok(report)
}

/// What changes among the rows that are held. A row that the file has and that is refused stays as it is; where a
/// refused row has no key that can be read, it may be any of the absent ones, and none of them goes.
fn compare(
    held: BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
    mut report: GeographyReport,
) -> (GeographyChanges, GeographyReport) {
    let mut changes = GeographyChanges::default();
    report.held_before = held.len();
    let is_any_unreadable = report.refused.iter().any(|refused| refused.key.is_none());
    let refused: BTreeSet<&str> = report.refused.iter().filter_map(|refused| refused.key.as_deref()).collect();
    for (key, document) in &held {
        match given.get(key) {
            Some(same) if same == document => report.unchanged += 1,
            Some(_) => {
                report.updated += 1;
                changes.removed.push(key.clone());
            }
            None if refused.contains(key.as_str()) => {}
            None if is_any_unreadable => report.withheld += 1,
            None => {
                report.gone += 1;
                changes.removed.push(key.clone());
            }
        }
    }
    for (key, document) in given.iter().filter(|(key, document)| held.get(*key) != Some(document)) {
        report.added += usize::from(!held.contains_key(key));
        changes.written.insert(key.clone(), document.clone());
    }
    (changes, report)
}

/// Brings areas and places up to what the store holds; returns the version they have then.
pub async fn refresh(context: &Context) -> Result<i64, ActionError> {
    // The version is read first: what is written in between comes along now, and again next time.
    let version = context.store.geography_version().await?;
    if version > context.geography.snapshot().version {
        let (areas, places) = (context.store.areas().await?, context.store.named_places().await?);
        let dated = context.store.dated_holidays().await?;
        let is_first = context.geography.snapshot().version < 0;
        context.geography.replace(Geography::new(version, areas, places));
        if is_first || context.directory.snapshot().calendars().dated() != dated {
            context.directory.keep_calendars(Arc::new(HolidayCalendars::new(&dated)));
        }
    }
    Ok(version)
}

/// The middle of an area, where it is known.
pub fn middle_of(context: &Context, code: &AreaCode) -> Option<Position> {
    context.geography.snapshot().areas.find(code.as_str()).and_then(|known| known.area.center)
}

/// What areas are called, each with the code that it is told by, such as `Marseille (FR-13055)`; the code alone where no
/// source names it.
pub fn names_of_areas(context: &Context, codes: &[AreaCode]) -> Vec<String> {
    let geography = context.geography.snapshot();
    let name = |code: &AreaCode| geography.areas.find(code.as_str())?.area.name.clone();
    codes.iter().map(|code| name(code).map_or_else(|| code.to_string(), |name| format!("{name} ({code})"))).collect()
}
