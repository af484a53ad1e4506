//! A table of separated fields as rows: which character separates, which columns there are, then each row.
//!
//! Invariant: no field is guessed. A row whose fields do not fit the header is refused by its line, and a
//! quote that stays open refuses the file, because every row behind it would hide in one field.

use super::file::{Row, text_of};
use super::problem::{Excerpt, FeedError, ProblemReason};
use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most columns of a table.
const MOST_COLUMNS: usize = 1_000;

/// Separators in the order in which a tie is decided.
const SEPARATORS: [u8; 3] = *b",;\t";

/// A table whose header is read.
pub(super) struct Table<'a> {
    text: &'a str,
    separator: u8,
    /// Columns in their order.
    pub columns: Vec<String>,
    /// How many rows it has, those included that do not fit.
    pub row_count: usize,
}

/// A row, or the line of one that does not fit and why.
pub(super) type TableRow = Result<Row, (usize, ProblemReason)>;

impl<'a> Table<'a> {
    /// Checks size, encoding, quotes and header.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, FeedError> {
        let text = text_of(bytes)?;
        let separator = separator(text);
        if let Some(line) = open_quote(text, separator) {
            return Err(FeedError::UnclosedQuote { line });
        }
        let mut reader = reader(text, separator);
        let header = reader.headers().map_err(|error| not_table(&error))?;
        let columns = columns(header)?;
        let mut record = ByteRecord::new();
        let (mut row_count, mut is_first) = (0, true);
        while reader.read_byte_record(&mut record).map_err(|error| not_table(&error))? {
            if !is_blank(&record) {
                row_count += usize::from(!(is_first && is_tags(&record)));
                is_first = false;
            }
        }
        if row_count == 0 { Err(FeedError::Empty) } else { Ok(Self { text, separator, columns, row_count }) }
    }

    /// Hands over every row in the order of the file; its number is the line that it starts in.
    pub(super) fn each_row(&self, receive: &mut dyn FnMut(TableRow)) -> Result<(), FeedError> {
        let mut reader = reader(self.text, self.separator);
        let mut record = StringRecord::new();
        let mut lines = Lines { text: self.text, counted_to: 0, line: 1 };
        let mut is_first = true;
        while reader.read_record(&mut record).map_err(|error| not_table(&error))? {
            if is_blank(record.as_byte_record()) || (std::mem::take(&mut is_first) && is_tags(record.as_byte_record()))
            {
                continue;
            }
            let start = record.position().map_or(0, csv::Position::byte);
            receive(self.row(lines.of(start), &record));
        }
        Ok(())
    }

    fn row(&self, number: usize, record: &StringRecord) -> TableRow {
        if record.len() != self.columns.len() {
            let reason = ProblemReason::FieldCount { expected: self.columns.len(), found: record.len() };
            return Err((number, reason));
        }
        let fields = self.columns.iter().zip(record);
        let fields: Map<String, Value> =
            fields.map(|(column, field)| (column.clone(), Value::String(field.to_owned()))).collect();
        Ok(Row { number, path: String::new(), value: Value::Object(fields) })
    }
}

/// Counts lines. The library's own count is one too low behind a line end of two characters.
struct Lines<'a> {
    text: &'a str,
    counted_to: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the record that starts at this byte, or behind the line ends that stand there.
    fn of(&mut self, byte: u64) -> usize {
        let bytes = self.text.as_bytes();
        let start = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let ends = bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = (start + ends).max(self.counted_to);
        self.line += bytes[self.counted_to..start].iter().filter(|byte| **byte == b'\n').count();
        self.counted_to = start;
        self.line
    }
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes())
}

/// A line that holds separators alone is how spreadsheets write an empty row.
fn is_blank(record: &ByteRecord) -> bool {
    record.iter().all(<[u8]>::is_empty)
}

/// True for the row of tags that the Humanitarian Exchange Language (HXL) puts under a header: `#adm1+name`, `#org`, or
/// nothing under a column that it does not know. It says what the columns mean, and is no row of the table.
pub(super) fn is_tags(record: &ByteRecord) -> bool {
    let mut told = record.iter().map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty()).peekable();
    let is_tag = |cell: &[u8]| matches!(cell, [b'#', first, ..] if first.is_ascii_alphabetic());
    told.peek().is_some() && told.all(is_tag)
}

fn not_table(error: &csv::Error) -> FeedError {
    let line = error.position().map_or(1, csv::Position::line);
    FeedError::NotTable { line, message: Excerpt::of("fields that are no UTF-8 text") }
}

fn columns(header: &StringRecord) -> Result<Vec<String>, FeedError> {
    if header.len() > MOST_COLUMNS {
        return Err(FeedError::TooManyColumns { columns: header.len(), limit: MOST_COLUMNS });
    }
    let mut seen = BTreeSet::new();
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    match columns.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => Err(FeedError::ColumnTwice(Excerpt::of(twice))),
        None => Ok(columns),
    }
}

/// The separator that the header has most of, outside of quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut is_quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                if let Some(index) = SEPARATORS.iter().position(|separator| *separator == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let index = counts.iter().position(|count| *count == most).unwrap_or_default();
    SEPARATORS[index]
}

/// The line of a quote that opens a field and that nothing closes.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    let (mut line, mut opened) = (1, None);
    let mut is_start = true;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, opened) {
            (b'"', None) if is_start => opened = Some(line),
            (b'"', Some(_)) if bytes.next_if_eq(&b'"').is_none() => opened = None,
            _ => {}
        }
        line += usize::from(byte == b'\n');
        is_start = opened.is_none() && (byte == separator || byte == b'\n' || byte == b'\r');
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as `line:fields`, or `line!reason`.
    fn rows(text: &str) -> Result<Vec<String>, String> {
        let table = Table::open(text.as_bytes()).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        let mut receive = |row: TableRow| {
            rows.push(match row {
                Ok(row) => format!("{}:{}", row.number, row.value),
                Err((line, reason)) => format!("{line}!{reason}"),
            });
        };
        table.each_row(&mut receive).map_err(|error| error.to_string())?;
        assert_eq!(rows.len(), table.row_count, "{text}");
        Ok(rows)
    }

    #[test]
    fn rows_come_with_the_line_that_they_start_in() {
        for (text, expected) in [
            ("a,b\n1,2\n", vec![r#"2:{"a":"1","b":"2"}"#]),
            ("\u{feff}a;b\r\n1;2,5\r\n", vec![r#"2:{"a":"1","b":"2,5"}"#]),
            ("a\tb\n1\t2", vec![r#"2:{"a":"1","b":"2"}"#]),
            ("\"a,x\";b;c\n1;2;3", vec![r#"2:{"a,x":"1","b":"2","c":"3"}"#]),
            ("a,b\n\"1\n1\",2\n,\n3,4\n", vec![r#"2:{"a":"1\n1","b":"2"}"#, r#"5:{"a":"3","b":"4"}"#]),
            (
                "a,b\n1\n1,2,3\n",
                vec![
                    "2!has 1 fields and the header 2; check its quotes and separators",
                    "3!has 3 fields and the header 2; check its quotes and separators",
                ],
            ),
            ("a,b\n#adm1 +name,\n1,2\n#x,\n", vec![r##"3:{"a":"1","b":"2"}"##, r##"4:{"a":"#x","b":""}"##]),
            ("a,b\n,\n#org,#sector\n#1,2\n", vec![r##"4:{"a":"#1","b":"2"}"##]),
            ("a,b\n#1,#2\n", vec![r##"2:{"a":"#1","b":"#2"}"##]),
            ("a\n12\" pipe\n", vec![r#"2:{"a":"12\" pipe"}"#]),
            ("a,b\n\"say \"\"yes\"\"\",2\n", vec![r#"2:{"a":"say \"yes\"","b":"2"}"#]),
        ] {
            assert_eq!(rows(text), Ok(expected.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn a_broken_table_says_where() {
        let many = "a,".repeat(MOST_COLUMNS + 1);
        for (text, expected) in [
            ("", "the file has no row; fetch it again"),
            ("a,b\n", "the file has no row; fetch it again"),
            ("a,b\n,\n", "the file has no row; fetch it again"),
            ("a,b\n#org,\n", "the file has no row; fetch it again"),
            ("a,b,a \n1,2,3", "the column `a` stands twice in the header; rename one"),
            ("a,b\n1,2\n3,\"4\n5,6\n", "the quote that opens in line 3 is not closed; close it at the source"),
            (&*many, "the file has 1002 columns and the limit is 1000"),
        ] {
            assert_eq!(rows(text), Err(expected.to_owned()), "{text}");
        }
    }
}
