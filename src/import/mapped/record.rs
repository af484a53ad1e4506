//! A row with the rows of further files that belong to it.

use super::related::Related;
use crate::import::problem::{Excerpt, Fault};
use crate::import::text::{Refusal, prose};
use serde_json::{Map, Value};

/// A row with the rows of further files that belong to it.
pub(super) struct Record<'a> {
    own: &'a Map<String, Value>,
    joined: Vec<(&'a str, Vec<&'a Map<String, Value>>)>,
}

impl<'a> Record<'a> {
    /// Joins what belongs to a row, each file by the files before it.
    pub(super) fn of(own: &'a Map<String, Value>, related: &'a [Related]) -> Result<Self, Refusal> {
        let mut record = Self { own, joined: Vec::new() };
        for file in related {
            let key = record.text(&file.on)?;
            let rows = key.map(|key| file.rows_of(&key)).unwrap_or_default();
            record.joined.push((file.name.as_str(), rows));
        }
        Ok(record)
    }

    /// What a column says, on several lines where several joined rows say different things.
    pub(super) fn text(&self, column: &str) -> Result<Option<String>, Refusal> {
        if let Some(value) = self.own.get(column) {
            return text_of(value).map_err(|fault| Refusal::at(column, fault));
        }
        let Some((name, inner)) = column.split_once('.') else {
            return Ok(None);
        };
        let rows = self.joined.iter().find(|(joined, _)| *joined == name).map(|(_, rows)| rows.as_slice());
        let mut texts: Vec<String> = Vec::new();
        for row in rows.unwrap_or_default() {
            let text = row.get(inner).map(text_of).transpose().map_err(|fault| Refusal::at(column, fault))?;
            texts.extend(text.flatten().filter(|text| !texts.contains(text)));
        }
        Ok((!texts.is_empty()).then(|| texts.join("\n")))
    }
}

/// A single value as text, a list of them as one line each; `None` where it says nothing.
pub(super) fn text_of(value: &Value) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(prose(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(value) => Ok(Some(value.to_string())),
        Value::Array(values) if values.iter().all(|value| !value.is_array() && !value.is_object()) => {
            let texts: Result<Vec<Option<String>>, Fault> = values.iter().map(text_of).collect();
            let texts: Vec<String> = texts?.into_iter().flatten().collect();
            Ok((!texts.is_empty()).then(|| texts.join("\n")))
        }
        Value::Array(_) | Value::Object(_) => Err(Fault::Type(Excerpt::of("a single value, or a list of them"))),
    }
}
