//! Human Services Data Specification 3.0: services in their full form, alone or as one page.
//!
//! Identifiers are the UUID spellings of ours (ruling D11). What the standard has no field for stands in `attributes`
//! under our taxonomy `relais`, which the importer reads, so that a copy imported again gives the same services;
//! what is only for people to read stands under `relais-details`, and what the copy tells of itself under
//! `relais-export`.

mod attribute;
mod location;
mod service;

use super::{Entry, ExportMark, write_json_list};
use serde_json::json;
use std::io::{self, Write};

/// The page object of the standard's `openapi.json`, as the one page of all. Beside it stands the mark.
pub(super) fn write_page(
    mark: &ExportMark,
    entries: &[Entry],
    out: &mut dyn Write,
    each: &mut dyn FnMut(),
) -> io::Result<()> {
    let page = json!({
        "total_items": entries.len(),
        "total_pages": 1,
        "page_number": 1,
        "size": entries.len(),
        "first_page": true,
        "last_page": true,
        "empty": entries.is_empty(),
        "relais_export": mark.json(),
    });
    // The list goes into the object: in the place of its last brace.
    let page = page.to_string();
    let head = format!("{},\"contents\":[", page.strip_suffix('}').unwrap_or(&page));
    let contents = entries.iter().map(|entry| {
        each();
        service::of(mark, entry)
    });
    write_json_list(&head, "\n]}\n", contents, out)
}

/// One service a line.
pub(super) fn write_lines(
    mark: &ExportMark,
    entries: &[Entry],
    out: &mut dyn Write,
    each: &mut dyn FnMut(),
) -> io::Result<()> {
    for entry in entries {
        serde_json::to_writer(&mut *out, &service::of(mark, entry))?;
        out.write_all(b"\n")?;
        each();
    }
    Ok(())
}
