//! One event as one line.

use super::{FIELDS, Form};
use crate::domain::time::Timestamp;
use serde_json::{Map, Value};
use std::fmt::{Debug, Write as _};
use tracing::Level;
use tracing::field::{Field, Visit};

/// The fields of an event that are on the list, in their order.
#[derive(Default)]
pub(super) struct Fields {
    message: String,
    others: Vec<(&'static str, Value)>,
}

impl Fields {
    /// For an event of a library: that there was one, without its words.
    pub(super) fn withhold(&mut self) {
        "a library has something to say, and its words are withheld".clone_into(&mut self.message);
    }

    fn keep(&mut self, field: &Field, value: Value) {
        let name = field.name();
        if name == "message" {
            self.message = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        } else if FIELDS.contains(&name) {
            self.others.push((name, value));
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field, Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, Value::from(value));
    }
}

/// What a line is made of.
pub(super) struct Written<'a> {
    pub(super) at: Timestamp,
    pub(super) level: Level,
    pub(super) target: &'a str,
    pub(super) fields: &'a Fields,
}

impl Written<'_> {
    /// The line, with its end.
    pub(super) fn line(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Json => self.json(),
        }
    }

    fn text(&self) -> String {
        let mut line = format!("{} {:>5} {}: {}", self.at, self.level, self.target, printable(&self.fields.message));
        for (name, value) in &self.fields.others {
            let written = match value {
                Value::String(text) => quoted(text),
                other => other.to_string(),
            };
            // Writing to a string cannot fail.
            let _ = write!(line, " {name}={written}");
        }
        line.push('\n');
        line
    }

    fn json(&self) -> String {
        let mut line = Map::new();
        line.insert("at".to_owned(), self.at.to_string().into());
        line.insert("level".to_owned(), self.level.as_str().into());
        line.insert("target".to_owned(), self.target.into());
        line.insert("message".to_owned(), self.fields.message.as_str().into());
        for (name, value) in &self.fields.others {
            line.insert((*name).to_owned(), value.clone());
        }
        // JSON escapes control characters; the rest of what a terminal may obey is escaped as text is.
        let mut text = String::new();
        for character in Value::Object(line).to_string().chars() {
            if is_plain(character) {
                text.push(character);
            } else {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
        text.push('\n');
        text
    }
}

/// A value in quotes, unless it is one plain word.
fn quoted(text: &str) -> String {
    let is_word =
        !text.is_empty() && text.chars().all(|c| is_plain(c) && !c.is_whitespace() && !matches!(c, '"' | '='));
    if is_word { text.to_owned() } else { format!("{text:?}") }
}

fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_plain(character) { shown.push(character) } else { shown.extend(character.escape_unicode()) }
    }
    shown
}

/// False for what moves a cursor, ends a line or turns the direction of what follows.
fn is_plain(character: char) -> bool {
    let turns =
        matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    !character.is_control() && !turns && character != '\u{feff}'
}
