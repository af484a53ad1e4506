//! The file as rows: which shape it has, then its rows one by one.
//!
//! Invariant: a file is read twice, first for its shape (and to learn that all of it is JSON), then
//! row by row, so that at no time more than one row of a large feed is held as a JSON value.

use super::problem::{Excerpt, FeedError};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Largest file read, in bytes.
pub const LARGEST: usize = 256 * 1024 * 1024;

/// Fields of an object that hold its rows, in pages and feature collections.
const PAGE_LISTS: [&str; 2] = ["contents", "features"];
/// Fields that hold rows in an object that is nothing by itself, having no id.
const BUNDLE_LISTS: [&str; 3] = ["organizations", "services", "service_at_locations"];

/// A file whose shape is known.
pub(super) struct File<'a> {
    text: &'a str,
    shape: Shape,
    /// How many rows it has.
    pub row_count: usize,
    /// True where the file tells that further pages belong to it.
    pub is_one_page: bool,
}

/// One row of a file.
pub(super) struct Row {
    /// Position, from 1; the line in files with one row per line.
    pub number: usize,
    /// Where in the file, such as `contents[3]`; empty where the row is the whole file or line.
    pub path: String,
    /// The row.
    pub value: Value,
}

enum Shape {
    /// One value that is itself the row.
    Single,
    /// An array.
    Array,
    /// An object with the rows in these fields.
    Lists(Vec<&'static str>),
    /// One value per line.
    Lines,
}

/// The text of a file, without its byte order mark.
///
/// # Errors
/// [`FeedError`] for a file that is too large, no UTF-8, or has nothing in it.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, FeedError> {
    if bytes.len() > LARGEST {
        return Err(FeedError::TooLarge { bytes: bytes.len(), limit: LARGEST });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| FeedError::NotUtf8 { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(FeedError::Empty) } else { Ok(text) }
}

impl<'a> File<'a> {
    /// Checks size, encoding and syntax, and finds the shape.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, FeedError> {
        let text = text_of(bytes)?;
        let file = if has_one_value_per_line(text) {
            let row_count = lines(text).count();
            Self { text, shape: Shape::Lines, row_count, is_one_page: false }
        } else {
            Self::open_document(text)?
        };
        if file.row_count == 0 { Err(FeedError::Empty) } else { Ok(file) }
    }

    fn open_document(text: &'a str) -> Result<Self, FeedError> {
        let unreadable = |error: serde_json::Error| not_rows(&error);
        if text.trim_start().starts_with('[') {
            // A list of a type without size: it counts the values and takes no memory.
            let values: Vec<IgnoredAny> = serde_json::from_str(text).map_err(unreadable)?;
            Ok(Self { text, shape: Shape::Array, row_count: values.len(), is_one_page: false })
        } else if text.trim_start().starts_with('{') {
            let outline: Outline = serde_json::from_str(text).map_err(unreadable)?;
            let (shape, row_count) = outline.shape();
            Ok(Self { text, shape, row_count, is_one_page: outline.is_one_page })
        } else {
            serde_json::from_str::<IgnoredAny>(text).map_err(unreadable)?;
            let found = Excerpt::of("a single value");
            Err(FeedError::OtherDocument { expected: "an object or a list", found })
        }
    }

    /// Hands over every row in the order of the file.
    pub(super) fn each_row(&self, receive: &mut dyn FnMut(Row)) -> Result<(), FeedError> {
        let mut rows = Rows { lists: &[], list: "", number: 0, receive };
        match &self.shape {
            Shape::Lines => return each_line(self.text, rows.receive),
            Shape::Single => {
                let value = serde_json::from_str(self.text).map_err(|error| not_json(&error, 0))?;
                (rows.receive)(Row { number: 1, path: String::new(), value });
                return Ok(());
            }
            Shape::Array => {}
            Shape::Lists(lists) => rows.lists = lists,
        }
        let mut reader = serde_json::Deserializer::from_str(self.text);
        rows.deserialize(&mut reader).map_err(|error| not_json(&error, 0))
    }
}

fn not_rows(error: &serde_json::Error) -> FeedError {
    match not_json(error, 0) {
        FeedError::NotJson { message, .. } if error.is_data() => {
            FeedError::OtherDocument { expected: "a list of rows", found: message }
        }
        other => other,
    }
}

fn not_json(error: &serde_json::Error, lines_before: usize) -> FeedError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    FeedError::NotJson { line: lines_before + error.line(), column: error.column(), message: Excerpt::of(message) }
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
}

/// True where the first line is an object by itself and others follow: a pretty-printed document
/// never has its first line complete.
fn has_one_value_per_line(text: &str) -> bool {
    let mut lines = lines(text).map(|(_, line)| line);
    let first = lines.next().unwrap_or_default();
    first.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(first).is_ok() && lines.next().is_some()
}

fn each_line(text: &str, receive: &mut dyn FnMut(Row)) -> Result<(), FeedError> {
    for (index, line) in lines(text) {
        let value = serde_json::from_str(line).map_err(|error| not_json(&error, index))?;
        receive(Row { number: index + 1, path: String::new(), value });
    }
    Ok(())
}

/// What the first reading of an object finds.
#[derive(Default)]
struct Outline {
    lists: Vec<(String, usize)>,
    has_id: bool,
    is_one_page: bool,
}

impl Outline {
    fn shape(&self) -> (Shape, usize) {
        let is_list = |name: &&str| self.lists.iter().any(|(list, _)| list == name);
        let mut lists: Vec<&'static str> = PAGE_LISTS.into_iter().filter(is_list).collect();
        if lists.is_empty() && !self.has_id {
            lists = BUNDLE_LISTS.into_iter().filter(is_list).collect();
        }
        if lists.is_empty() {
            return (Shape::Single, 1);
        }
        let row_count =
            self.lists.iter().filter(|(list, _)| lists.contains(&list.as_str())).map(|(_, count)| count).sum();
        (Shape::Lists(lists), row_count)
    }
}

impl<'de> serde::Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OutlineVisitor)
    }
}

struct OutlineVisitor;

impl<'de> Visitor<'de> for OutlineVisitor {
    type Value = Outline;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Outline, A::Error> {
        let mut outline = Outline::default();
        while let Some(name) = fields.next_key::<String>()? {
            match name.as_str() {
                "last_page" => outline.is_one_page |= fields.next_value::<Value>()? == Value::Bool(false),
                "total_pages" => {
                    outline.is_one_page |= fields.next_value::<Value>()?.as_f64().is_some_and(|pages| pages > 1.0)
                }
                list if PAGE_LISTS.contains(&list) || BUNDLE_LISTS.contains(&list) => {
                    if let Some(values) = fields.next_value::<Option<Vec<IgnoredAny>>>()? {
                        outline.lists.push((name, values.len()));
                    }
                }
                other => {
                    outline.has_id |= other == "id";
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(outline)
    }
}

/// The second reading: rows go to `receive` as they are met.
struct Rows<'r> {
    lists: &'r [&'static str],
    list: &'r str,
    number: usize,
    receive: &'r mut dyn FnMut(Row),
}

impl<'de> DeserializeSeed<'de> for &mut Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Rows<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(value) = values.next_element()? {
            self.number += 1;
            let path = format!("{}[{index}]", self.list);
            (self.receive)(Row { number: self.number, path, value });
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            match self.lists.iter().find(|list| **list == name) {
                Some(list) => {
                    self.list = list;
                    fields.next_value_seed(&mut *self)?;
                }
                None => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<(usize, String, String)>, FeedError> {
        let file = File::open(text.as_bytes())?;
        let mut rows = Vec::new();
        file.each_row(&mut |row| rows.push((row.number, row.path, row.value.to_string())))?;
        assert_eq!(rows.len(), file.row_count, "{text}");
        Ok(rows)
    }

    fn row(number: usize, path: &str, value: &str) -> (usize, String, String) {
        (number, path.to_owned(), value.to_owned())
    }

    #[test]
    fn every_shape_gives_its_rows() {
        for (text, expected) in [
            ("[1, 2]", vec![row(1, "[0]", "1"), row(2, "[1]", "2")]),
            ("\u{feff}{\n\"a\": 1}", vec![row(1, "", r#"{"a":1}"#)]),
            (r#"{"x": [9], "contents": [1], "services": [7]}"#, vec![row(1, "contents[0]", "1")]),
            (r#"{"type": "FeatureCollection", "features": [1]}"#, vec![row(1, "features[0]", "1")]),
            (
                r#"{"organizations": [1], "services": [2]}"#,
                vec![row(1, "organizations[0]", "1"), row(2, "services[0]", "2")],
            ),
            (r#"{"id": 1, "services": [2]}"#, vec![row(1, "", r#"{"id":1,"services":[2]}"#)]),
            (r#"{"id": 1, "services": null}"#, vec![row(1, "", r#"{"id":1,"services":null}"#)]),
            ("{}\n\n{\"a\":1}\n", vec![row(1, "", "{}"), row(3, "", r#"{"a":1}"#)]),
        ] {
            assert_eq!(rows(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn broken_files_say_where() {
        for (text, expected) in [
            ("", "the file has no row; fetch it again"),
            (" \n", "the file has no row; fetch it again"),
            ("[]", "the file has no row; fetch it again"),
            (r#"{"contents": []}"#, "the file has no row; fetch it again"),
            ("[1,\n 2", "the file is not JSON: EOF while parsing a list, line 2, column 2; fetch it again"),
            ("<html>", "the file is not JSON: expected value, line 1, column 1; fetch it again"),
            ("{}\n{\"a\"}\n", "the file is not JSON: expected `:`, line 2, column 5; fetch it again"),
            ("[1] x", "the file is not JSON: trailing characters, line 1, column 5; fetch it again"),
            ("\"text\"", "expected an object or a list, found a single value; choose the format that fits the file"),
            (
                r#"{"contents": 5}"#,
                "expected a list of rows, found invalid type: integer `5`, expected a sequence; choose the format that fits the file",
            ),
        ] {
            assert_eq!(rows(text).expect_err(text).to_string(), expected);
        }
        let latin = File::open(b"[\"caf\xe9\"]").err();
        assert_eq!(latin, Some(FeedError::NotUtf8 { offset: 5 }));
        assert!(matches!(rows(&format!("{}{}", "[".repeat(500), "]".repeat(500))), Err(FeedError::NotJson { .. })));
    }

    #[test]
    fn a_page_of_several_is_known_for_one() {
        for (text, expected) in [
            (r#"{"total_pages": 10, "contents": [1]}"#, true),
            (r#"{"last_page": false, "contents": [1]}"#, true),
            (r#"{"total_pages": 1, "last_page": true, "contents": [1]}"#, false),
            ("[1]", false),
        ] {
            assert_eq!(File::open(text.as_bytes()).map(|file| file.is_one_page), Ok(expected), "{text}");
        }
    }
}
