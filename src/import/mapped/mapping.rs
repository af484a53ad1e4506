//! The mapping file: which column tells which field of the directory, read whole and judged at once, so
//! that a mistake in it is told by its line before any row is read.

use super::fields::{self, Field};
use super::related::Related;
use super::source::{Combine, FieldSource, normal};
use crate::domain::profile::Language;
use crate::import::nearest::nearest;
use crate::import::problem::{Excerpt, FeedError};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Largest mapping, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Most columns of one field.
const MOST_COLUMNS: usize = 64;
/// Most values or words looked up by one field.
const MOST_LOOKUPS: usize = 5_000;
/// Most further files, details or translations.
const MOST_TABLES: usize = 32;

const SOURCE_KEYS: [&str; 11] =
    ["column", "columns", "first_of", "join", "labels", "constant", "default", "split", "values", "terms", "formats"];

/// Which column tells which field.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    pub(super) fields: BTreeMap<&'static str, FieldSource>,
    pub(super) details: Vec<(String, FieldSource)>,
    pub(super) translations: Vec<MappedTranslation>,
    pub(super) related: Vec<Related>,
    pub(super) language: Option<Language>,
    optional: BTreeSet<String>,
}

/// Name and description in another language.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MappedTranslation {
    pub language: Language,
    pub name: Option<FieldSource>,
    pub description: Option<FieldSource>,
}

/// A mistake in a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// Line, from 1.
    pub line: usize,
    /// The key, such as `needs.values`.
    pub key: Excerpt,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for MappingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the mapping, line {}, `{}`: {}", self.line, self.key, self.message)
    }
}

impl std::error::Error for MappingError {}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`MappingError`] for what is no TOML, for keys and codes that are not known, and for sizes beyond the limits.
    pub fn read(text: &str) -> Result<Self, MappingError> {
        let reading = Reading { text };
        if text.len() > LARGEST {
            return Err(reading.error(0, "", "the file is larger than 1048576 bytes"));
        }
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            reading.error(at, "", &Excerpt::of(error.message()).to_string())
        })?;
        reading.mapping(table.get_ref())
    }

    /// Names of the further files, as they stand beside the main one.
    pub fn related_files(&self) -> impl Iterator<Item = &str> {
        self.related.iter().map(|related| related.file.as_str())
    }

    /// Takes in a further file.
    ///
    /// # Errors
    /// [`FeedError`] where it cannot be read. None of its rows is left out: a row that does not fit refuses it.
    pub fn add_related(&mut self, file: &str, bytes: &[u8]) -> Result<(), FeedError> {
        self.related.iter_mut().filter(|related| related.file == file).try_for_each(|related| related.open(bytes))
    }

    /// Says which column the mapping asks for and no file has.
    pub(super) fn check_columns(&self, own: &BTreeSet<String>) -> Result<(), FeedError> {
        for related in &self.related {
            let Some(rows) = &related.rows else {
                return Err(FeedError::RelatedMissing(Excerpt::of(&related.file)));
            };
            self.find(&format!("related.{}.on", related.name), &related.on, own)?;
            let target = format!("related.{}", related.name);
            if let Some(column) =
                std::iter::once(&related.key).chain(&related.row).find(|&name| !rows.columns.contains(name))
            {
                return Err(missing(&target, column, &related.file, &rows.columns));
            }
        }
        for (target, source) in self.sources() {
            for column in &source.columns {
                self.find(&target, column, own)?;
            }
        }
        Ok(())
    }

    fn find(&self, target: &str, column: &str, own: &BTreeSet<String>) -> Result<(), FeedError> {
        if own.contains(column) || self.optional.contains(column) {
            return Ok(());
        }
        let joined = column.split_once('.');
        let related =
            joined.and_then(|(name, inner)| Some((self.related.iter().find(|file| file.name == name)?, inner)));
        match related {
            None => Err(missing(target, column, "the feed", own)),
            Some((file, inner)) => match &file.rows {
                Some(rows) if rows.columns.contains(inner) => Ok(()),
                rows => Err(missing(target, inner, &file.file, rows.as_ref().map_or(own, |rows| &rows.columns))),
            },
        }
    }

    fn sources(&self) -> impl Iterator<Item = (String, &FieldSource)> {
        let fields = self.fields.iter().map(|(name, source)| ((*name).to_owned(), source));
        let details = self.details.iter().map(|(label, source)| (format!("detail {label}"), source));
        let translations = self.translations.iter().flat_map(|translation| {
            let name = move |part| format!("translation {}.{part}", translation.language.as_str());
            let parts = [(name("name"), &translation.name), (name("description"), &translation.description)];
            parts.into_iter().filter_map(|(name, source)| Some((name, source.as_ref()?)))
        });
        fields.chain(details).chain(translations)
    }
}

fn missing(target: &str, column: &str, file: &str, columns: &BTreeSet<String>) -> FeedError {
    let names = nearest(column, columns.iter().map(String::as_str));
    let nearest = (!names.is_empty()).then(|| Excerpt::of(&names.join(", ")));
    let (target, column, file) = (Excerpt::of(target), Excerpt::of(column), Excerpt::of(file));
    FeedError::ColumnMissing { target, column, file, nearest }
}

/// The reading of one mapping: it knows the text, so that every error names its line.
struct Reading<'t> {
    text: &'t str,
}

type Value<'t> = Spanned<DeValue<'t>>;

impl Reading<'_> {
    fn error(&self, offset: usize, key: &str, message: &str) -> MappingError {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        MappingError { line, key: Excerpt::of(key), message: message.to_owned() }
    }

    fn unknown<'n>(&self, offset: usize, key: &str, known: impl Iterator<Item = &'n str>) -> MappingError {
        let name = key.rsplit('.').next().unwrap_or_default();
        let names = nearest(name, known);
        self.error(offset, key, &format!("is not known; nearest: {}", names.join(", ")))
    }

    fn mapping(&self, table: &DeTable<'_>) -> Result<Mapping, MappingError> {
        let mut mapping = Mapping {
            fields: BTreeMap::new(),
            details: Vec::new(),
            translations: Vec::new(),
            related: Vec::new(),
            language: None,
            optional: BTreeSet::new(),
        };
        for (key, value) in table {
            let (name, at) = (key.get_ref().as_ref(), key.span().start);
            match name {
                "language" => mapping.language = Some(self.language(name, value)?),
                "optional" => mapping.optional = self.texts(name, value)?.into_iter().collect(),
                "detail" => {
                    mapping.details = self.tables(name, value, |reading, table, at| reading.detail(table, at))?;
                }
                "translation" => {
                    mapping.translations =
                        self.tables(name, value, |reading, table, at| reading.translation(table, at))?;
                }
                "related" => {
                    mapping.related = self.tables(name, value, |reading, table, at| reading.related(table, at))?;
                }
                _ => {
                    let Some(field) = fields::find(name) else {
                        let own = ["language", "optional", "detail", "translation", "related"];
                        return Err(self.unknown(at, name, fields::names().chain(own)));
                    };
                    mapping.fields.insert(field.name, self.field(field, value)?);
                }
            }
        }
        for required in fields::REQUIRED {
            if !mapping.fields.contains_key(required) {
                return Err(self.error(0, required, "is missing, and every mapping needs it"));
            }
        }
        Ok(mapping)
    }

    fn field(&self, field: &Field, value: &Value<'_>) -> Result<FieldSource, MappingError> {
        let source = self.source(field.name, value)?;
        let at = value.span().start;
        let lookups = source.values.values().chain(source.terms.values()).flatten();
        for target in lookups.chain(&source.constant).chain(&source.default) {
            if !target.is_empty() && !(field.is_target)(target) {
                let message = format!("`{}` is no value of it; {}", Excerpt::of(target), field.expects);
                return Err(self.error(at, field.name, &message));
            }
        }
        if source.formats.iter().any(|format| !fields::is_date_format(format)) {
            return Err(self.error(at, field.name, "formats are written like %d/%m/%Y"));
        }
        Ok(source)
    }

    fn source(&self, key: &str, value: &Value<'_>) -> Result<FieldSource, MappingError> {
        let at = value.span().start;
        let line = self.error(at, key, "").line;
        let mut source = FieldSource {
            columns: Vec::new(),
            labels: Vec::new(),
            combine: Combine::Join(if key == "key" { "+" } else { ", " }.to_owned()),
            constant: None,
            default: None,
            split: Vec::new(),
            values: BTreeMap::new(),
            terms: BTreeMap::new(),
            formats: Vec::new(),
            line,
        };
        match value.get_ref() {
            DeValue::String(_) | DeValue::Array(_) => source.columns = self.texts(key, value)?,
            DeValue::Table(table) => {
                for (name, value) in table {
                    self.part(&mut source, &format!("{key}.{}", name.get_ref()), value)?;
                }
            }
            _ => return Err(self.error(at, key, "expected the name of a column, a list of them, or a table")),
        }
        if source.columns.len() > MOST_COLUMNS {
            return Err(self.error(at, key, &format!("more than {MOST_COLUMNS} columns")));
        }
        if source.columns.is_empty() == source.constant.is_none() {
            return Err(self.error(at, key, "takes either columns or a constant"));
        }
        Ok(source)
    }

    fn part(&self, source: &mut FieldSource, key: &str, value: &Value<'_>) -> Result<(), MappingError> {
        let one = || self.text(key, value);
        match key.rsplit('.').next().unwrap_or_default() {
            "column" | "columns" => source.columns = self.texts(key, value)?,
            "first_of" => (source.columns, source.combine) = (self.texts(key, value)?, Combine::First),
            "join" => source.combine = Combine::Join(one()?),
            "labels" => source.labels = self.texts(key, value)?,
            "constant" => source.constant = Some(one()?),
            "default" => source.default = Some(one()?),
            "split" => {
                source.split = self.texts(key, value)?;
                if source.split.iter().any(String::is_empty) {
                    return Err(self.error(value.span().start, key, "an empty text parts nothing"));
                }
            }
            "values" => source.values = self.lookup(key, value)?,
            "terms" => source.terms = self.lookup(key, value)?,
            "formats" => source.formats = self.texts(key, value)?,
            _ => return Err(self.unknown(value.span().start, key, SOURCE_KEYS.into_iter())),
        }
        Ok(())
    }

    fn lookup(&self, key: &str, value: &Value<'_>) -> Result<BTreeMap<String, Vec<String>>, MappingError> {
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.error(at, key, "expected a table of values and what they mean"));
        };
        if table.len() > MOST_LOOKUPS {
            return Err(self.error(at, key, &format!("more than {MOST_LOOKUPS} values")));
        }
        let mut lookup = BTreeMap::new();
        for (name, value) in table {
            let known = normal(name.get_ref());
            let path = format!("{key}.{}", name.get_ref());
            if (known.is_empty() && key.ends_with("terms")) || lookup.insert(known, self.texts(&path, value)?).is_some()
            {
                return Err(self.error(name.span().start, &path, "is empty, or stands twice but for case and spaces"));
            }
        }
        Ok(lookup)
    }

    fn text(&self, key: &str, value: &Value<'_>) -> Result<String, MappingError> {
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| self.error(value.span().start, key, "expected a text"))
    }

    /// One text or a list of them.
    fn texts(&self, key: &str, value: &Value<'_>) -> Result<Vec<String>, MappingError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.clone().into_owned()]),
            DeValue::Array(values) => values.iter().map(|value| self.text(key, value)).collect(),
            _ => Err(self.error(value.span().start, key, "expected a text or a list of texts")),
        }
    }

    fn language(&self, key: &str, value: &Value<'_>) -> Result<Language, MappingError> {
        let text = self.text(key, value)?;
        Language::parse(&text).map_err(|error| self.error(value.span().start, key, &error.to_string()))
    }

    fn tables<T>(
        &self,
        key: &str,
        value: &Value<'_>,
        read: impl Fn(&Self, &DeTable<'_>, usize) -> Result<T, MappingError>,
    ) -> Result<Vec<T>, MappingError> {
        let at = value.span().start;
        let values = match value.get_ref() {
            DeValue::Array(values) if values.len() <= MOST_TABLES => values,
            _ => return Err(self.error(at, key, &format!("expected [[{key}]], at most {MOST_TABLES} of them"))),
        };
        let one = |value: &Value<'_>| match value.get_ref().as_table() {
            Some(table) => read(self, table, value.span().start),
            None => Err(self.error(value.span().start, key, "expected a table")),
        };
        values.iter().map(one).collect()
    }

    /// The keys of a small table, all of which are known.
    fn known(&self, of: &str, table: &DeTable<'_>, known: &[&str]) -> Result<(), MappingError> {
        let unknown = table.keys().find(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown {
            Some(key) => Err(self.unknown(key.span().start, &format!("{of}.{}", key.get_ref()), known.iter().copied())),
            None => Ok(()),
        }
    }

    fn required<'v, 't>(
        &self,
        of: &str,
        table: &'v DeTable<'t>,
        name: &str,
        at: usize,
    ) -> Result<&'v Value<'t>, MappingError> {
        table.get(name).ok_or_else(|| self.error(at, &format!("{of}.{name}"), "is missing"))
    }

    fn detail(&self, table: &DeTable<'_>, at: usize) -> Result<(String, FieldSource), MappingError> {
        self.known("detail", table, &["label", "from"])?;
        let label = self.text("detail.label", self.required("detail", table, "label", at)?)?;
        Ok((label, self.source("detail.from", self.required("detail", table, "from", at)?)?))
    }

    fn translation(&self, table: &DeTable<'_>, at: usize) -> Result<MappedTranslation, MappingError> {
        self.known("translation", table, &["language", "name", "description"])?;
        let language = self.language("translation.language", self.required("translation", table, "language", at)?)?;
        let part = |name: &str| table.get(name).map(|value| self.source(&format!("translation.{name}"), value));
        Ok(MappedTranslation {
            language,
            name: part("name").transpose()?,
            description: part("description").transpose()?,
        })
    }

    fn related(&self, table: &DeTable<'_>, at: usize) -> Result<Related, MappingError> {
        self.known("related", table, &["name", "file", "key", "on", "row", "join"])?;
        let text = |name: &str| self.text(&format!("related.{name}"), self.required("related", table, name, at)?);
        let file = text("file")?;
        if file.contains(['/', '\\']) || file.starts_with('.') {
            return Err(self.error(at, "related.file", "is the name of a file beside the feed, without a folder"));
        }
        let row = table.get("row").map_or(Ok(Vec::new()), |value| self.texts("related.row", value))?;
        let join = table.get("join").map_or(Ok(" ".to_owned()), |value| self.text("related.join", value))?;
        Ok(Related { name: text("name")?, file, key: text("key")?, on: text("on")?, row, join, rows: None })
    }
}

#[cfg(test)]
mod tests;
