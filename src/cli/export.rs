//! `relais export`: a copy of what an audience may know of the directory.

use super::import::progress_bar;
use super::open;
use crate::actions::export::{Audience, ExportRequest, PreparedExport, prepare};
use crate::config::Config;
use crate::export::ExportFormat;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Standard output, in the place of a file.
const STANDARD_OUTPUT: &str = "-";

#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// How the copy is written.
    #[arg(value_enum)]
    format: Format,
    /// For whom: `public` tells what a viewer without an account sees, `network` what ordinary staff sees.
    #[arg(long, value_enum, value_name = "TIER")]
    tier: ExportTier,
    /// The project's id or name, whose staff may know more.
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// The file; it is there whole or not at all. `-` is standard output.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// The licence of a source, as SOURCE=TEXT, to be told with what comes from it.
    #[arg(long, value_name = "SOURCE=TEXT", value_parser = licence)]
    licence: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// HSDS 3.0: one page with every service in its full form.
    Hsds,
    /// HSDS 3.0: one service a line.
    HsdsLines,
    /// A table: one row per service and place.
    Csv,
    /// GeoJSON: one feature per service and place.
    Geojson,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Hsds => Self::HsdsPage,
            Format::HsdsLines => Self::HsdsLines,
            Format::Csv => Self::CommaSeparated,
            Format::Geojson => Self::GeoJson,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExportTier {
    /// Anyone at all.
    Public,
    /// Staff of the network.
    Network,
}

fn licence(text: &str) -> Result<(String, String), String> {
    let (source, licence) = text.split_once('=').ok_or("a licence is SOURCE=TEXT")?;
    Ok((source.to_owned(), licence.to_owned()))
}

/// Writes a copy.
pub(super) async fn run_export(config: &Config, arguments: ExportArguments) -> anyhow::Result<()> {
    let ExportArguments { format, tier, project, output, licence } = arguments;
    anyhow::ensure!(
        project.is_none() || tier == ExportTier::Network,
        "what a project may know is not public: give --tier network"
    );
    let project = project.as_deref();
    let audience = if tier == ExportTier::Public { Audience::Public } else { Audience::Network { project } };
    let licences: BTreeMap<String, String> = licence.into_iter().collect();
    let app = open(config).await?;
    let request = ExportRequest { format: format.into(), audience, licences: &licences };
    let prepared = prepare(app.context(), request).await;
    app.close().await;
    let prepared = prepared.context("nothing was exported")?;
    let sources = &prepared.mark().sources;
    for unused in licences.keys().filter(|name| sources.iter().all(|source| source.name != **name)) {
        eprintln!("nothing in the copy comes from `{unused}`, whose licence was given");
    }
    if output.as_os_str() == STANDARD_OUTPUT {
        let mut out = BufWriter::new(std::io::stdout().lock());
        return prepared.write(&mut out, &mut |_, _| {}).context("standard output takes no more");
    }
    write_file(&prepared, &output).context("nothing was exported")?;
    println!(
        "{} services of version {} of the directory are in {}",
        prepared.service_count(),
        prepared.directory_version(),
        output.display()
    );
    Ok(())
}

/// Writes a file beside the one that is asked for and puts it there once it is whole. Nobody but its owner may read
/// it: it may hold what is for staff.
fn write_file(prepared: &PreparedExport, output: &Path) -> anyhow::Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(folder).context("no file can be made in the folder of the output")?;
    let bar = progress_bar("services");
    let mut show = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let mut out = BufWriter::new(file);
    let written = prepared.write(&mut out, &mut show).and_then(|()| out.flush());
    bar.finish_and_clear();
    written.context("the copy cannot be written")?;
    let file = out.into_inner().map_err(|error| error.into_error()).context("the copy cannot be written")?;
    file.as_file().sync_all().context("the copy cannot be brought to disk")?;
    file.persist(output).map_err(|error| error.error).context("the copy cannot be put in its place")?;
    Ok(())
}
