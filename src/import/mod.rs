//! Import: directory feeds of other organisations, read, checked and turned into a plan.
//!
//! Invariant: pure. Bytes come in, a [`Feed`] and then a [`plan::Plan`] come out; nothing here reads a
//! file, a clock or the store. No row is dropped without a refusal that names it, no value is dropped
//! without a warning, and an import may tighten tier, redaction or vetting, never loosen or grant
//! (rulings R7, R8). Start at [`parse`], then [`plan::plan`], then [`report::Report`].

mod check;
mod context;
mod data_inclusion;
mod draft;
mod excerpt;
mod file;
mod fingerprint;
pub mod geography;
mod hours;
mod hsds;
mod mapped;
mod nearest;
mod openstreetmap;
mod pairing;
mod parts_of_france;
pub mod plan;
mod problem;
pub mod report;
mod services_advisor;
mod table;
mod text;
mod tighten;
mod week;

pub use context::{Commune, FeedContext, FoundArea, NoPlaceKnowledge, PlaceKnowledge};
pub use data_inclusion::Structures;
pub use file::LARGEST;
pub use mapped::{Mapping, MappingError};
pub use pairing::pair;
pub use problem::{Excerpt, Fault, FeedError, Problem, ProblemReason, Subject};

use crate::domain::directory::{LocationKind, Organization, Place, Service};
use crate::domain::need::Need;
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use file::{File, Row};
use std::collections::BTreeSet;
use std::fmt;
use table::Table;
use text::Refusal;
use tighten::{Redactions, ToldOfPlaces};

/// The first clock on earth is so far ahead of UTC (Line Islands).
const HOURS_OF_THE_FIRST_CLOCK: i64 = 14;

/// A kind of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format<'a> {
    /// The GeoJSON of the inter-agency Services Advisor: one feature per service.
    ServicesAdvisor,
    /// Human Services Data Specification 3.0, 3.1 and UK 3.0, as JSON.
    Hsds,
    /// A table of separated fields, by a mapping.
    Csv(&'a Mapping),
    /// A list of flat JSON objects, by a mapping.
    Json(&'a Mapping),
    /// GeoJSON features with flat properties, by a mapping.
    GeoJson(&'a Mapping),
    /// data·inclusion services in the schema of version 1 or of 2022, with the structures that give them.
    DataInclusion(&'a Structures),
    /// GeoJSON features with OpenStreetMap tags.
    OpenStreetMap,
}

impl Format<'_> {
    /// What the publisher of such a file usually means by it: Services Advisor publishes its whole
    /// directory each time, any other file is most often a page or a selection.
    pub const fn usual_completeness(self) -> plan::Completeness {
        match self {
            Self::ServicesAdvisor => plan::Completeness::Complete,
            _ => plan::Completeness::Partial,
        }
    }
}

/// The short name of a source. Identifiers are derived from it, so it never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(String);

/// The text is not the name of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source name has 1 to 64 characters out of a–z, 0–9 and `-`, such as jordan-services")]
pub struct InvalidSourceName;

impl SourceName {
    /// Checks and keeps the name.
    pub fn parse(text: &str) -> Result<Self, InvalidSourceName> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=64).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSourceName)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One entry read from a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// Position of the row in the file, from 1; the line number where a file has one row per line.
    pub row: usize,
    /// Key of the entry at its source; it is the same in the next file.
    pub key: String,
    /// The entry.
    pub document: T,
}

/// Everything that a file holds, before it is compared with the store.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Feed {
    /// Organisations, each once, in the order in which rows name them.
    pub organizations: Vec<Parsed<Organization>>,
    /// Services in the order of the file.
    pub services: Vec<Parsed<Service>>,
    /// Rows that are not imported.
    pub refused: Vec<Problem>,
    /// What was changed or left out of rows that are imported.
    pub warnings: Vec<Problem>,
    /// How many rows were read, refused ones included.
    pub rows_read: usize,
    /// How many of the services answer no need that is known; they are found by words alone (R19).
    pub unmapped: usize,
    /// Keys of the services whose rows name a tier. About the others the feed says nothing.
    pub tiered: BTreeSet<String>,
    /// Phones and ways to places, as rows tell them: they go with the point when a place is redacted.
    told_of_places: ToldOfPlaces,
    /// True where the file tells that it is one page of several: then nothing is gone by it.
    pub is_one_page: bool,
}

/// Reads a file. `progress` hears how many rows of how many are done.
///
/// # Errors
/// [`FeedError`] where the file as a whole cannot be read; faults of single rows are in the feed.
pub fn parse(
    format: Format<'_>,
    source: &SourceName,
    bytes: &[u8],
    context: &FeedContext<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Feed, FeedError> {
    let mut feed = match format {
        Format::Csv(mapping) => read_table(mapping, source, bytes, context, progress)?,
        _ => read_json(format, source, bytes, context, progress)?,
    };
    if feed.is_one_page {
        feed.warnings.push(Problem { subject: Subject::Service, row: None, key: None, reason: ProblemReason::OnePage });
    }
    feed.look_over(context);
    Ok(feed)
}

fn read_json(
    format: Format<'_>,
    source: &SourceName,
    bytes: &[u8],
    context: &FeedContext<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Feed, FeedError> {
    let file = File::open(bytes)?;
    let mut reader: Box<dyn ReadRows + '_> = match format {
        Format::ServicesAdvisor => Box::new(services_advisor::Reader::new(source)),
        Format::Hsds => Box::new(hsds::Reader::new(source, context)),
        Format::Csv(mapping) | Format::Json(mapping) | Format::GeoJson(mapping) => {
            Box::new(mapped::Reader::new(mapping, source, context, None)?)
        }
        Format::DataInclusion(structures) => Box::new(data_inclusion::Reader::new(structures, source, context)),
        Format::OpenStreetMap => Box::new(openstreetmap::Reader::new(source, context)),
    };
    let mut done = 0;
    file.each_row(&mut |row| {
        reader.read(row);
        done += 1;
        progress(done, file.row_count);
    })?;
    let mut feed = reader.finish()?;
    feed.is_one_page = file.is_one_page;
    Ok(feed)
}

fn read_table(
    mapping: &Mapping,
    source: &SourceName,
    bytes: &[u8],
    context: &FeedContext<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Feed, FeedError> {
    let table = Table::open(bytes)?;
    let mut reader = Box::new(mapped::Reader::new(mapping, source, context, Some(&table.columns))?);
    let mut done = 0;
    table.each_row(&mut |row| {
        match row {
            Ok(row) => reader.read(row),
            Err((line, reason)) => reader.refuse(line, reason),
        }
        done += 1;
        progress(done, table.row_count);
    })?;
    reader.finish()
}

/// Reads the rows of one format.
trait ReadRows {
    /// Takes in the next row.
    fn read(&mut self, row: Row);

    /// The feed of all rows.
    fn finish(self: Box<Self>) -> Result<Feed, FeedError>;
}

impl Feed {
    /// Refuses a row.
    fn refuse(&mut self, row: usize, key: Option<String>, reason: ProblemReason) {
        self.refused.push(Problem { subject: Subject::Service, row: Some(row), key, reason });
    }

    /// Refuses a row because of one value; `prefix` is where the row stands in the file.
    fn refuse_value(&mut self, row: usize, key: Option<String>, prefix: &str, refusal: Refusal) {
        let path = join(prefix, &refusal.path);
        self.refuse(row, key, ProblemReason::value(&path, refusal.fault));
    }

    /// Warns about an imported row.
    fn warn(&mut self, row: usize, key: &str, reason: ProblemReason) {
        self.warnings.push(Problem { subject: Subject::Service, row: Some(row), key: Some(key.to_owned()), reason });
    }

    /// Leaves out every check of a day that has begun nowhere on earth at this time, which would keep an entry fresh for as
    /// long as it is ahead.
    pub fn leave_out_checks_to_come(&mut self, now: Timestamp) {
        let today = now.plus_hours(HOURS_OF_THE_FIRST_CLOCK).date();
        for Parsed { row, key, document } in &mut self.services {
            if document.verified_on.take_if(|day| *day > today).is_some() {
                let (row, key) = (Some(*row), Some(key.clone()));
                let reason = ProblemReason::LeftOut { path: Excerpt::of("verified_on"), fault: Fault::DayToCome };
                self.warnings.push(Problem { subject: Subject::Service, row, key, reason });
            }
        }
    }

    /// Settles what no row can know by itself.
    fn look_over(&mut self, context: &FeedContext<'_>) {
        for Parsed { row, key, document } in &mut self.services {
            for reason in context.settle(document) {
                let (row, key) = (Some(*row), Some(key.clone()));
                self.warnings.push(Problem { subject: Subject::Service, row, key, reason });
            }
            let points = document.places.iter().filter_map(|place| place.position);
            for reason in points.filter_map(|at| context.warning_of(at)) {
                let (row, key) = (Some(*row), Some(key.clone()));
                self.warnings.push(Problem { subject: Subject::Service, row, key, reason });
            }
        }
        let redactions = Redactions::of(self.services.iter().map(|parsed| &parsed.document));
        for Parsed { row, key, document } in &mut self.services {
            if redactions.apply(document, &self.told_of_places) {
                let (row, key) = (Some(*row), Some(key.clone()));
                self.warnings.push(Problem {
                    subject: Subject::Service,
                    row,
                    key,
                    reason: ProblemReason::RedactedElsewhere,
                });
            }
        }
        self.unmapped = self.services.iter().filter(|parsed| is_unmapped(&parsed.document)).count();
        let shown = |place: &Place| {
            place.kind == LocationKind::Physical && (place.position.is_some() || place.address.is_some())
        };
        for Parsed { row, key, document } in &self.services {
            if document.needs.contains(&Need::ShelterWomenSafe) && document.places.iter().any(shown) {
                let (row, key) = (Some(*row), Some(key.clone()));
                self.warnings.push(Problem {
                    subject: Subject::Service,
                    row,
                    key,
                    reason: ProblemReason::SafeHouseShown,
                });
            }
        }
    }
}

/// The point as it is kept, or why it is not. Seven decimals are a centimetre, and so few digits come
/// back from storage as they went in, which keeps a second import without changes.
fn point(latitude: f64, longitude: f64) -> Result<Position, ProblemReason> {
    if latitude == 0.0 && longitude == 0.0 {
        return Err(ProblemReason::PointZero);
    }
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Position::new(round(latitude), round(longitude)).map_err(|_| ProblemReason::PointOutOfRange)
}

/// True for services without any need or family: no search by need finds them.
fn is_unmapped(service: &Service) -> bool {
    service.needs.is_empty() && service.need_families.is_empty()
}

fn join(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, true) => "row".to_owned(),
        (true, false) => path.to_owned(),
        (false, true) => prefix.to_owned(),
        (false, false) => format!("{prefix}.{path}"),
    }
}

#[cfg(test)]
mod tests;
