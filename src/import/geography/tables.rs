//! Areas and places from CSV files with a header.

use super::{Collector, Faulty, RowFault, Rows, add_new, area_code, missing, name, point};
use crate::domain::country::CountryCode;
use crate::domain::geography::{AdminArea, NamedPlace};
use crate::domain::opening::DatedHoliday;
use crate::domain::place::AreaCode;
use crate::domain::time::Date;
use crate::import::file::text_of;
use crate::import::problem::{Excerpt, FeedError};
use crate::import::table::is_tags;
use csv::{Reader, ReaderBuilder, StringRecord};

/// Columns without which there is no gazetteer.
pub(super) const PLACE_COLUMNS: &[&str] = &["geonameid", "name", "latitude", "longitude", "countrycode"];

/// Columns without which there are no points of communes.
pub(super) const COMMUNE_POINT_COLUMNS: &[&str] = &["code_insee", "lat", "lon"];
/// Two characters of the department and three of the commune, or three and two overseas.
const INSEE_CODE_LENGTH: usize = 5;

/// One line with the names of its columns.
pub(super) struct Line<'a> {
    header: &'a [String],
    record: &'a StringRecord,
}

impl Line<'_> {
    /// The value of a column, `None` where there is nothing in it.
    fn value(&self, column: &str) -> Option<&str> {
        let at = self.header.iter().position(|name| name.eq_ignore_ascii_case(column))?;
        self.record.get(at).map(str::trim).filter(|value| !value.is_empty())
    }

    fn required(&self, column: &str) -> Result<&str, RowFault> {
        self.value(column).ok_or_else(|| missing(column))
    }

    fn number<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, RowFault> {
        let number = self.value(column).map(str::parse).transpose();
        number.map_err(|_| RowFault::Number(Excerpt::of(column)))
    }

    /// Names and values of the columns that have one.
    fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.header.iter().map(String::as_str).zip(self.record.iter().map(str::trim));
        columns.filter(|(_, value)| !value.is_empty())
    }
}

/// Reads the lines of a file that has these columns. A line of HXL tags under the header is none of them.
pub(super) fn parse<T>(
    bytes: &[u8],
    columns: &'static [&'static str],
    progress: &mut dyn FnMut(usize, usize),
    read: impl Fn(&Line<'_>) -> Result<(String, T), Faulty>,
) -> Result<Rows<T>, FeedError> {
    let bytes = text_of(bytes)?.as_bytes();
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = header_of(&mut reader, columns)?;
    let lines_at_most = bytes.iter().filter(|byte| **byte == b'\n').count();
    let mut collector = Collector::default();
    for (done, record) in reader.records().enumerate() {
        progress(done, lines_at_most.max(done));
        match record {
            Ok(record) if done == 0 && is_tags(record.as_byte_record()) => {}
            Ok(record) => {
                let line = record.position().map_or(0, |position| position.line() as usize);
                collector.take(line, read(&Line { header: &header, record: &record }));
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| position.line() as usize);
                collector.take(line, Err((None, RowFault::Line(Excerpt::of(&error.to_string())))));
            }
        }
    }
    progress(collector.rows_read, collector.rows_read);
    if collector.rows_read == 0 { Err(FeedError::Empty) } else { Ok(collector.finish()) }
}

fn header_of(reader: &mut Reader<&[u8]>, columns: &'static [&'static str]) -> Result<Vec<String>, FeedError> {
    let other =
        |found: &str| FeedError::OtherDocument { expected: "a CSV file with its columns", found: Excerpt::of(found) };
    let header = reader.headers().map_err(|error| other(&error.to_string()))?;
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    match columns.iter().find(|column| !header.iter().any(|name| name.eq_ignore_ascii_case(column))) {
        Some(absent) => Err(other(&format!("one without a column {absent}"))),
        None => Ok(header),
    }
}

/// An area by its P-code.
pub(super) fn pcode(line: &Line<'_>) -> Result<(String, AdminArea), Faulty> {
    let code = line.required("P-Code").and_then(area_code).map_err(|fault| (None, fault))?;
    let key = code.to_string();
    let describe = || {
        let parent = line.value("Parent P-Code").or_else(|| line.value("Location"));
        Ok(AdminArea {
            level: line.number("Admin Level")?,
            name: name("Name", line.required("Name")?)?,
            parent: parent.map(area_code).transpose()?,
            ..AdminArea::new(code.clone())
        })
    };
    describe().map(|area| (key.clone(), area)).map_err(|fault| (Some(key), fault))
}

/// An area under several codes.
pub(super) fn crosswalk(line: &Line<'_>) -> Result<(String, AdminArea), Faulty> {
    let (mut codes, mut names) = (Vec::new(), Vec::new());
    let mut read = || {
        for (column, value) in line.values() {
            let column = column.to_ascii_lowercase();
            if column.contains("name") {
                name(&column, value)?.into_iter().for_each(|name| add_new(&mut names, name));
            } else if column.contains("code") || column.starts_with("iso") || column.starts_with("nuts") {
                add_new(&mut codes, area_code(value)?);
            }
        }
        if codes.len() < 2 { Err(missing("second code")) } else { Ok(()) }
    };
    let read = read();
    read.map_err(|fault| (codes.first().map(ToString::to_string), fault))?;
    let mut codes = codes.into_iter();
    let code = codes.next().ok_or_else(|| (None, missing("code")))?;
    let area = AdminArea { aliases: codes.collect(), other_names: names, ..AdminArea::new(code.clone()) };
    Ok((code.to_string(), area))
}

/// The middle of a French commune, as an area of which only code and middle are told. `current` gives the code under which
/// a commune is known today.
pub(super) fn commune_point(
    line: &Line<'_>,
    current: impl Fn(&AreaCode) -> Option<AreaCode>,
) -> Result<(String, AdminArea), Faulty> {
    let told = line.required("code_insee").map_err(|fault| (None, fault))?;
    // One of four digits has lost its zero, and may be another commune's by now.
    let is_whole = told.len() == INSEE_CODE_LENGTH;
    let code = area_code(&format!("FR-{told}")).ok().filter(|_| is_whole);
    let code = code.ok_or_else(|| (None, RowFault::Code(Excerpt::of(told))))?;
    let key = code.to_string();
    let describe = || {
        let degrees = |column| line.number::<f64>(column)?.ok_or_else(|| missing(column));
        let center = Some(point(degrees("lat")?, degrees("lon")?)?);
        match current(&code) {
            None => Err(RowFault::UnknownCommune),
            // The middle of what was absorbed is not that of the whole.
            Some(other) if other != code => Err(RowFault::FormerCommune(Excerpt::of(other.as_str()))),
            Some(_) => Ok(AdminArea { center, ..AdminArea::new(code.clone()) }),
        }
    };
    describe().map(|area| (key.clone(), area)).map_err(|fault| (Some(key.clone()), fault))
}

/// A holiday that somebody has dated.
pub(super) fn holiday(line: &Line<'_>) -> Result<(String, DatedHoliday), Faulty> {
    let describe = || {
        let told = line.required("country")?;
        let country = CountryCode::parse(told).map_err(|_| RowFault::Country(Excerpt::of(told)))?;
        let day = line.required("date")?;
        let date = day.parse::<Date>().map_err(|_| RowFault::Day(Excerpt::of(day)))?;
        let called = name("name", line.required("name")?)?.ok_or_else(|| missing("name"))?;
        let is_closed = match line.value("closed") {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(RowFault::TrueOrFalse(Excerpt::of(other))),
        };
        Ok(DatedHoliday { country, date, name: called, is_closed })
    };
    let key = || {
        let country = CountryCode::parse(line.value("country")?).ok()?;
        let date = line.value("date")?.parse::<Date>().ok()?;
        Some(format!("{} {date}", country.as_str()))
    };
    let holiday = describe().map_err(|fault| (key(), fault))?;
    Ok((format!("{} {}", holiday.country.as_str(), holiday.date), holiday))
}

/// A named place.
pub(super) fn place(line: &Line<'_>) -> Result<(String, NamedPlace), Faulty> {
    let key = line.required("geonameid").map_err(|fault| (None, fault))?.to_owned();
    let describe = || {
        let country = line.required("countrycode")?;
        if country.len() != 2 || !country.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return Err(RowFault::Country(Excerpt::of(country)));
        }
        let degrees = |column| line.number::<f64>(column)?.ok_or_else(|| missing(column));
        let place_name = name("name", line.required("name")?)?.ok_or_else(|| missing("name"))?;
        let mut alternate_names = Vec::new();
        let alternates = line.value("alternatenames").unwrap_or_default();
        for alternate in alternates.split(if alternates.contains('|') { '|' } else { ',' }) {
            let alternate = name("alternatenames", alternate)?.filter(|alternate| *alternate != place_name);
            alternate.into_iter().for_each(|alternate| add_new(&mut alternate_names, alternate));
        }
        let time_zone = line.value("timezone");
        if let Some(unknown) = time_zone.filter(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
            return Err(RowFault::TimeZone(Excerpt::of(unknown)));
        }
        Ok(NamedPlace {
            key: key.clone(),
            name: place_name,
            country: country.to_ascii_uppercase(),
            position: point(degrees("latitude")?, degrees("longitude")?)?,
            population: line.number::<u64>("population")?.filter(|population| *population > 0),
            time_zone: time_zone.map(str::to_owned),
            alternate_names,
        })
    };
    describe().map(|place| (key.clone(), place)).map_err(|fault| (Some(key.clone()), fault))
}
