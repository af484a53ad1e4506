//! What an answer tells of each field, as one letter; and sheets of letters that people can review.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How a sheet is read.
pub const LEGEND: &str = "v: a value, h: an instant on the hour, c: only that it is closed, m: some entries have one, \
    e: a list without entries, -: null, .: no object\n";

/// What is told of the field at `path` of an object.
pub fn letter(object: &Value, path: &[String]) -> char {
    if object.is_null() {
        return '.';
    }
    let mut values = Vec::new();
    collect(object, path, &mut values);
    let told = values.iter().filter(|value| !value.is_null()).count();
    match (told, values.len()) {
        (_, 0) => 'e',
        (0, _) => '-',
        (told, all) if told < all => 'm',
        _ => shape(values[0]),
    }
}

fn collect<'a>(value: &'a Value, path: &[String], values: &mut Vec<&'a Value>) {
    match (value, path) {
        (Value::Array(entries), _) => entries.iter().for_each(|entry| collect(entry, path, values)),
        (Value::Object(fields), [first, rest @ ..]) => {
            // A member of a union has not the fields of the others.
            if let Some(field) = fields.get(first) {
                collect(field, rest, values);
            }
        }
        (value, _) => values.push(value),
    }
}

fn shape(value: &Value) -> char {
    match value.as_str() {
        Some("CLOSED") => 'c',
        Some(text) if is_on_the_hour(text) => 'h',
        _ => 'v',
    }
}

fn is_on_the_hour(text: &str) -> bool {
    let time = text.split_once('T').map_or("", |(_, time)| time).strip_suffix('Z').unwrap_or_default();
    time.len() >= 8 && time[2..].chars().all(|c| matches!(c, ':' | '0' | '.'))
}

/// Paths of fields, written as a selection is: what they begin with stands once.
fn names(paths: &[&[String]]) -> String {
    let of_one = |group: &[&[String]]| match group {
        [[name]] => name.clone(),
        [[first, ..], ..] => format!("{first}{{{}}}", names(&group.iter().map(|path| &path[1..]).collect::<Vec<_>>())),
        _ => String::new(),
    };
    let groups = paths.chunk_by(|one, other| one.len() > 1 && other.len() > 1 && one[0] == other[0]);
    groups.map(of_one).collect::<Vec<_>>().join(" ")
}

/// Letters with the names behind them, in lines that fit a screen.
fn wrapped(letters: &str, names: &str) -> String {
    const WIDTH: usize = 120;
    let margin = letters.chars().count() + 4;
    let mut lines = vec![format!("  {letters} ")];
    for word in names.split(' ') {
        let line = lines.last_mut().expect("a line");
        if line.len() + word.len() >= WIDTH && line.len() > margin {
            lines.push(format!("{:margin$}{word}", ""));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

/// Sheets by what they say: equal ones stand once, under all their headings.
#[derive(Default)]
pub struct Book {
    sheets: Vec<(String, Vec<String>)>,
    positions: BTreeMap<String, usize>,
    pub cells: usize,
}

impl Book {
    /// Writes down what was told of these objects, one a column.
    pub fn add(&mut self, heading: String, leaves: &[Vec<String>], objects: &[Value]) {
        let mut lines: Vec<(String, Vec<&[String]>)> = Vec::new();
        for path in leaves {
            let letters: String = objects.iter().map(|object| letter(object, path)).collect();
            match lines.iter_mut().find(|(known, _)| *known == letters) {
                Some((_, paths)) => paths.push(path),
                None => lines.push((letters, vec![path])),
            }
        }
        self.cells += leaves.len() * objects.len();
        let sheet: String = lines.iter().map(|(letters, paths)| wrapped(letters, &names(paths))).collect();
        let position = *self.positions.entry(sheet.clone()).or_insert_with(|| {
            self.sheets.push((sheet, Vec::new()));
            self.sheets.len() - 1
        });
        self.sheets[position].1.push(heading);
    }

    /// Everything, as one text.
    pub fn print(&self, columns: &[String]) -> String {
        let mut text = LEGEND.to_owned();
        for (number, column) in columns.iter().enumerate() {
            writeln!(text, "{:3}  {column}", number + 1).expect("a string takes all");
        }
        for (sheet, headings) in &self.sheets {
            write!(text, "\n{}\n{sheet}", headings.join("\n")).expect("a string takes all");
        }
        text
    }
}
