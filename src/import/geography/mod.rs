//! Import of maps and registers: administrative areas and named places, row by row, each refusal with its reason.
//!
//! Invariant: pure, as all of [`import`](super). A code that came as a number is refused rather than guessed, because
//! its leading zeros are lost.

mod cog;
mod features;
pub mod report;
mod tables;
#[cfg(test)]
mod tests;

pub use features::{FeatureProperties, Parent, PropertyCode};

use super::file::{File, Row};
use super::problem::{Excerpt, FeedError};
use crate::domain::geography::shape::InvalidShape;
use crate::domain::geography::{AdminArea, NamedPlace};
use crate::domain::opening::DatedHoliday;
use crate::domain::place::{AreaCode, Position};
use std::collections::HashMap;

/// Longest name accepted, in characters.
const LONGEST_NAME: usize = 500;

/// How a file of areas is written.
#[derive(Clone, Debug, PartialEq)]
pub enum AreaFormat {
    /// GeoJSON, with what is told in these properties.
    Features(FeatureProperties),
    /// JSON of the French official register of places (Code officiel géographique, INSEE): regions, departments or
    /// communes.
    Cog,
    /// CSV of OCHA P-codes: `Location`, `Admin Level`, `P-Code`, `Name`, `Parent P-Code`.
    Pcodes,
    /// CSV with one area a line under several codes: columns named `…code…`, `iso…` or `nuts…` hold codes, those named
    /// `…name…` its names.
    Crosswalk,
}

/// What a file holds, before it is compared with the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// Rows that can be imported, in the order of the file, each with a key that no other has.
    pub rows: Vec<T>,
    /// Rows that are not imported.
    pub refused: Vec<RefusedRow>,
    /// How many rows were read, refused ones included.
    pub rows_read: usize,
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Position of the row in the file, from 1; the line in a CSV file.
    pub row: usize,
    /// Its code or key, where it can be read.
    pub key: Option<String>,
    /// Why.
    pub fault: RowFault,
}

/// Why a row of a map or register is not imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// Required and absent, null or empty.
    #[error("has no {0}")]
    Missing(Excerpt),
    /// No code of an area.
    #[error("`{0}` is no area code, such as FR-93055, TN-11 or LY002")]
    Code(Excerpt),
    /// A code or postcode as a number.
    #[error("{0} is a number, whose leading zeros are lost; write it as text at the source")]
    NumericCode(Excerpt),
    /// A key that an earlier row has.
    #[error("repeats row {0}, which is kept")]
    Repeats(usize),
    /// A name that is no name.
    #[error("{0} has a control character or more than 500 characters")]
    Text(Excerpt),
    /// No number where one should be.
    #[error("{0} is no number that can be used")]
    Number(Excerpt),
    /// Not on the earth.
    #[error("the point lies outside -90..90, -180..180")]
    PointOutOfRange,
    /// The point 0,0, which stands for "unknown" in many exports.
    #[error("the point 0,0 stands for an unknown one")]
    PointZero,
    /// Not a country.
    #[error("`{0}` is no country code of two letters")]
    Country(Excerpt),
    /// Not a time zone.
    #[error("`{0}` is no IANA time zone")]
    TimeZone(Excerpt),
    /// Not a calendar day.
    #[error("`{0}` is no day, such as 2026-03-20")]
    Day(Excerpt),
    /// Neither of two words.
    #[error("`{0}` is neither true nor false")]
    TrueOrFalse(Excerpt),
    /// A feature that is none.
    #[error("no GeoJSON feature: {0}")]
    Feature(Excerpt),
    /// A geometry that is no polygon or point.
    #[error("a {0} is no shape of an area; polygons are, and a point can be its middle")]
    Geometry(&'static str),
    /// A shape that no map can show.
    #[error(transparent)]
    Shape(#[from] InvalidShape),
    /// A line of a table that cannot be read.
    #[error("the line cannot be read: {0}")]
    Line(Excerpt),
    /// The middle of a commune that no register has told.
    #[error("no commune that was imported has this code; import the register first")]
    UnknownCommune,
    /// The middle of a commune that is a part of another one today.
    #[error("is a former code; the commune is a part of {0} today, whose middle is another")]
    FormerCommune(Excerpt),
    /// A row of another kind.
    #[error("{0}")]
    OtherKind(&'static str),
}

/// A row's fault with its key, where that was read before.
pub(super) type Faulty = (Option<String>, RowFault);

/// Reads a file of areas. `progress` hears how many rows of how many are done.
///
/// # Errors
/// [`FeedError`] where the file as a whole cannot be read; faults of single rows are in the result.
pub fn parse_areas(
    format: &AreaFormat,
    bytes: &[u8],
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Rows<AdminArea>, FeedError> {
    match format {
        AreaFormat::Features(properties) => {
            let mut collector = Collector::default();
            each_json_row(bytes, progress, &mut |row| {
                let read = properties.read(row.value).map(|area| (area.code.to_string(), area));
                collector.take(row.number, read);
            })?;
            Ok(collector.finish())
        }
        AreaFormat::Cog => cog::parse(bytes, progress),
        AreaFormat::Pcodes => tables::parse(bytes, &["P-Code", "Name"], progress, tables::pcode),
        AreaFormat::Crosswalk => tables::parse(bytes, &[], progress, tables::crosswalk),
    }
}

/// Reads a CSV file with the middles of French communes (`code_insee`, `lat`, `lon`; other columns are not read). `current`
/// gives the code under which a commune is known today: what no register has told is refused, and so is a former
/// commune, which is a part of another one.
///
/// # Errors
/// As [`parse_areas`].
pub fn parse_commune_points(
    bytes: &[u8],
    current: &dyn Fn(&AreaCode) -> Option<AreaCode>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Rows<AdminArea>, FeedError> {
    tables::parse(bytes, tables::COMMUNE_POINT_COLUMNS, progress, |line| tables::commune_point(line, current))
}

/// Reads a CSV file of places with the columns of GeoNames: `geonameid`, `name`, `latitude`, `longitude`, `countrycode`;
/// and, where there are such, `population`, `timezone`, `alternatenames` (with `|` or `,` between).
///
/// # Errors
/// As [`parse_areas`].
pub fn parse_gazetteer(bytes: &[u8], progress: &mut dyn FnMut(usize, usize)) -> Result<Rows<NamedPlace>, FeedError> {
    tables::parse(bytes, tables::PLACE_COLUMNS, progress, tables::place)
}

/// Reads a CSV file of holidays with the columns `country` (ISO 3166-1), `date`, `name` and, where services are closed
/// that do not say otherwise, `closed` (true).
///
/// # Errors
/// As [`parse_areas`].
pub fn parse_holidays(bytes: &[u8], progress: &mut dyn FnMut(usize, usize)) -> Result<Rows<DatedHoliday>, FeedError> {
    tables::parse(bytes, &["country", "date", "name"], progress, tables::holiday)
}

fn each_json_row(
    bytes: &[u8],
    progress: &mut dyn FnMut(usize, usize),
    receive: &mut dyn FnMut(Row),
) -> Result<(), FeedError> {
    let file = File::open(bytes)?;
    let mut done = 0;
    file.each_row(&mut |row| {
        receive(row);
        done += 1;
        progress(done, file.row_count);
    })
}

/// Keeps the rows of a file, each key once.
struct Collector<T> {
    rows: Vec<T>,
    refused: Vec<RefusedRow>,
    rows_read: usize,
    rows_by_key: HashMap<String, usize>,
}

impl<T> Default for Collector<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), refused: Vec::new(), rows_read: 0, rows_by_key: HashMap::new() }
    }
}

impl<T> Collector<T> {
    /// Takes in what was read of a row, with its key.
    fn take(&mut self, row: usize, read: Result<(String, T), Faulty>) {
        self.rows_read += 1;
        match read {
            Err((key, fault)) => self.refused.push(RefusedRow { row, key, fault }),
            Ok((key, value)) => match self.rows_by_key.get(&key) {
                Some(first) => {
                    let fault = RowFault::Repeats(*first);
                    self.refused.push(RefusedRow { row, key: Some(key), fault });
                }
                None => {
                    self.rows_by_key.insert(key, row);
                    self.rows.push(value);
                }
            },
        }
    }

    fn finish(self) -> Rows<T> {
        Rows { rows: self.rows, refused: self.refused, rows_read: self.rows_read }
    }
}

fn missing(what: &str) -> RowFault {
    RowFault::Missing(Excerpt::of(what))
}

fn area_code(text: &str) -> Result<AreaCode, RowFault> {
    AreaCode::parse(text).map_err(|_| RowFault::Code(Excerpt::of(text)))
}

/// The text as it is kept; `None` for one that says nothing.
fn name(field: &str, text: &str) -> Result<Option<String>, RowFault> {
    let text = text.trim();
    let is_usable = text.chars().nth(LONGEST_NAME).is_none() && !text.contains(char::is_control);
    if is_usable {
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    } else {
        Err(RowFault::Text(Excerpt::of(field)))
    }
}

fn point(latitude: f64, longitude: f64) -> Result<Position, RowFault> {
    if latitude == 0.0 && longitude == 0.0 {
        return Err(RowFault::PointZero);
    }
    Position::new(latitude, longitude).map_err(|_| RowFault::PointOutOfRange)
}

/// Adds what is not there yet.
fn add_new<T: PartialEq>(kept: &mut Vec<T>, value: T) {
    if !kept.contains(&value) {
        kept.push(value);
    }
}
