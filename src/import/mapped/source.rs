//! Where the value of one field comes from: columns, a constant, lookups of values or of words.

use super::record::Record;
use crate::import::problem::Excerpt;
use crate::import::text::{Refusal, line, prose};
use std::collections::BTreeMap;

/// The lookup of every value that has none of its own.
const ANY_OTHER: &str = "*";

/// How the texts of several columns become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Combine {
    /// All, with this between them.
    Join(String),
    /// The first that says something.
    First,
}

/// Where the value of one field comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldSource {
    /// Columns in their order.
    pub columns: Vec<String>,
    /// What stands before the text of each column; empty where nothing does.
    pub labels: Vec<String>,
    /// How their texts become one.
    pub combine: Combine,
    /// What stands there whatever the row tells.
    pub constant: Option<String>,
    /// What stands there where the row tells nothing.
    pub default: Option<String>,
    /// Texts that part a list.
    pub split: Vec<String>,
    /// What whole values mean, by their [`normal`] form.
    pub values: BTreeMap<String, Vec<String>>,
    /// What words mean that stand anywhere in a value, by their [`normal`] form.
    pub terms: BTreeMap<String, Vec<String>>,
    /// How dates are written.
    pub formats: Vec<String>,
    /// Line of the mapping.
    pub line: usize,
}

/// One value of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// A value, looked up where there is a lookup.
    Value(String),
    /// A value that no lookup knows.
    Unknown(Excerpt),
}

impl FieldSource {
    /// The value of a field that takes one text.
    pub(super) fn text(&self, record: &Record<'_>) -> Result<Option<String>, Refusal> {
        if self.constant.is_some() {
            return Ok(self.constant.clone());
        }
        let texts = self.texts(record)?;
        let text = match &self.combine {
            Combine::Join(between) => texts.join(between),
            Combine::First => texts.into_iter().next().unwrap_or_default(),
        };
        let text = match self.values.get(&normal(&text)).or_else(|| self.values.get(ANY_OTHER)) {
            Some(meaning) => meaning.first().cloned(),
            None => prose(&text),
        };
        Ok(text.and_then(|text| prose(&text)).or_else(|| self.default.clone()))
    }

    /// The values of a field that takes several, each once.
    pub(super) fn list(&self, record: &Record<'_>) -> Result<Vec<Listed>, Refusal> {
        let mut listed = Vec::new();
        let mut push = |value: Listed| {
            if !listed.contains(&value) {
                listed.push(value);
            }
        };
        if let Some(constant) = &self.constant {
            push(Listed::Value(constant.clone()));
            return Ok(listed);
        }
        let mut texts = self.texts(record)?;
        if self.combine == Combine::First {
            texts.truncate(1);
        }
        for text in texts {
            for piece in self.pieces(&text) {
                self.look_up(&piece).into_iter().for_each(&mut push);
            }
        }
        let says_nothing = !listed.iter().any(|value| matches!(value, Listed::Value(_)));
        if let Some(default) = self.default.as_ref().filter(|_| says_nothing) {
            listed.push(Listed::Value(default.clone()));
        }
        Ok(listed)
    }

    fn texts(&self, record: &Record<'_>) -> Result<Vec<String>, Refusal> {
        let mut texts = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            if let Some(text) = record.text(column)? {
                let label = self.labels.get(index).filter(|label| !label.is_empty());
                texts.push(label.map_or(text.clone(), |label| format!("{label} {text}")));
            }
        }
        Ok(texts)
    }

    fn pieces(&self, text: &str) -> Vec<String> {
        let mut pieces = vec![text.to_owned()];
        for separator in &self.split {
            pieces = pieces.iter().flat_map(|piece| piece.split(separator.as_str()).map(str::to_owned)).collect();
        }
        pieces.iter().filter_map(|piece| line(piece)).collect()
    }

    fn look_up(&self, piece: &str) -> Vec<Listed> {
        if self.values.is_empty() && self.terms.is_empty() {
            return vec![Listed::Value(piece.to_owned())];
        }
        let normal = normal(piece);
        let by_value = self.values.get(&normal);
        let by_term = self.terms.iter().filter(|(term, _)| normal.contains(term.as_str()));
        let by_term: Vec<&String> = by_term.flat_map(|(_, targets)| targets).collect();
        match by_value {
            Some(found) => targets(found),
            None if !by_term.is_empty() => by_term.into_iter().cloned().map(Listed::Value).collect(),
            // Words are looked for in prose, of which most says nothing of them.
            None if self.values.is_empty() => Vec::new(),
            None if self.values.contains_key(ANY_OTHER) => targets(&self.values[ANY_OTHER]),
            None => vec![Listed::Unknown(Excerpt::of(piece))],
        }
    }
}

/// An empty target says that the value means nothing.
fn targets(found: &[String]) -> Vec<Listed> {
    found.iter().filter(|target| !target.is_empty()).cloned().map(Listed::Value).collect()
}

/// A value as lookups compare it: lower case, one space between words, and one kind of apostrophe.
pub(super) fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace('’', "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
