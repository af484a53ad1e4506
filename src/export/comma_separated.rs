//! Comma-separated values by RFC 4180: a header, lines that end in CRLF, quotes where a cell needs them. The format
//! has no room for a mark, so that each row carries it.

use super::cell::cell;
use super::record::{names, records};
use super::{Entry, ExportMark};
use csv::{Terminator, WriterBuilder};
use std::io::{self, Write};

pub(super) fn write(
    mark: &ExportMark,
    entries: &[Entry],
    out: &mut dyn Write,
    each: &mut dyn FnMut(),
) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(names())?;
    for entry in entries {
        for (record, _) in records(mark, entry) {
            table.write_record(record.iter().map(|(_, value)| cell(value)))?;
        }
        each();
    }
    table.flush()
}
