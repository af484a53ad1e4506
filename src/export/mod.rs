//! Export: what a viewer may know of the directory, as files that others read.
//!
//! Invariants: pure. Entries come in, bytes go out to whatever takes them; nothing here reads a clock, opens a file or
//! decides who may know what: entries come from views, and what the viewer may not know is not in them. A copy
//! cannot be called back, so it holds less than its viewer may see: nothing that is marked as not to be used, and of
//! a redacted place its area and nothing else ([`Entry::new`]). Start at [`write_export`].

mod cell;
mod comma_separated;
mod features;
mod hsds;
mod part_id;
mod record;

use crate::domain::directory::{Organization, Service, Tier};
use crate::domain::time::Timestamp;
use std::io::{self, Write};
use std::sync::Arc;

/// A kind of file that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Human Services Data Specification 3.0: one page with every service in its full form.
    HsdsPage,
    /// The services of [`ExportFormat::HsdsPage`], one a line.
    HsdsLines,
    /// Comma-separated values by RFC 4180: one row per service and place.
    CommaSeparated,
    /// GeoJSON by RFC 7946: one feature per service and place.
    GeoJson,
}

impl ExportFormat {
    /// The name by which the audit trail and the command line know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HsdsPage => "hsds",
            Self::HsdsLines => "hsds-lines",
            Self::CommaSeparated => "csv",
            Self::GeoJson => "geojson",
        }
    }
}

/// A source of exported entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportSource {
    /// Its short name.
    pub name: String,
    /// The text of its licence, where it is known.
    pub licence: Option<String>,
}

/// What a copy tells of itself. Not the version of the directory, which counts the writes of hidden entries too: two
/// copies would tell how many there were between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportMark {
    /// When it was made.
    pub exported_at: Timestamp,
    /// The strictest tier whose viewers the copy was made for.
    pub tier: Tier,
    /// The sources of what is in it, by name; a source of which nothing is in it is not named.
    pub sources: Vec<ExportSource>,
}

impl ExportMark {
    /// The text of a source's licence.
    pub fn licence_of(&self, source: &str) -> Option<&str> {
        self.sources.iter().find(|known| known.name == source).and_then(|known| known.licence.as_deref())
    }

    /// The mark as JSON, for formats that have room for it.
    fn json(&self) -> serde_json::Value {
        let source = |source: &ExportSource| serde_json::json!({"name": source.name, "licence": source.licence});
        serde_json::json!({
            "exported_at": self.exported_at.to_string(),
            "tier": self.tier,
            "sources": self.sources.iter().map(source).collect::<Vec<_>>(),
        })
    }
}

/// A service as a copy holds it.
#[derive(Clone)]
pub struct Entry {
    service: Service,
    organization: Option<Arc<Organization>>,
    source: String,
}

impl Entry {
    /// The copy of a view of a service; `None` for one that is marked as not to be used, or was merged into
    /// another. Phones and places with such a mark stay behind, and so does whatever could lead to a redacted place.
    pub fn new(service: &Service, organization: Option<Arc<Organization>>, source: &str) -> Option<Self> {
        if !service.is_offered() {
            return None;
        }
        let mut service = service.clone();
        service.phones.retain(|phone| !phone.do_not_use);
        service.places.retain(|place| !place.do_not_use);
        for place in service.places.iter_mut().filter(|place| place.redacted) {
            place.redact();
            // What a house is called leads to it.
            place.name = None;
            place.precision = None;
        }
        Some(Self { service, organization, source: source.to_owned() })
    }

    /// The service, without what no copy holds.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The source that the service comes from.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// Writes entries in this format, one after the other; `progress` hears how many of how many are written.
///
/// # Errors
/// The first error of `out`; what was written until then is no whole file.
pub fn write_export(
    format: ExportFormat,
    mark: &ExportMark,
    entries: &[Entry],
    out: &mut dyn Write,
    progress: &mut dyn FnMut(usize, usize),
) -> io::Result<()> {
    let mut done = 0;
    let mut each = || {
        done += 1;
        progress(done, entries.len());
    };
    match format {
        ExportFormat::HsdsPage => hsds::write_page(mark, entries, out, &mut each)?,
        ExportFormat::HsdsLines => hsds::write_lines(mark, entries, out, &mut each)?,
        ExportFormat::CommaSeparated => comma_separated::write(mark, entries, out, &mut each)?,
        ExportFormat::GeoJson => features::write(mark, entries, out, &mut each)?,
    }
    out.flush()
}

/// Writes a list of JSON values between a head and a foot, one a line.
fn write_json_list(
    head: &str,
    foot: &str,
    values: impl Iterator<Item = serde_json::Value>,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(head.as_bytes())?;
    for (index, value) in values.enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &value)?;
    }
    out.write_all(foot.as_bytes())
}

#[cfg(test)]
mod tests;
