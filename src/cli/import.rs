//! `relais import`: a directory feed; areas and places are in `geography`.

use super::geography::{AreaArguments, FileArguments, run_areas, run_gazetteer, run_holidays};
use super::open;
use crate::actions::import::{ImportError, ImportFeed, import};
use crate::config::Config;
use crate::import::plan::Completeness;
use crate::import::report::Report;
use crate::import::{Format, SourceName};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum ImportFormat {
    /// GeoJSON of the inter-agency Services Advisor; a file holds the whole directory.
    ServicesAdvisor(ImportArguments),
    /// HSDS 3.0 or 3.1: one service, a page of services, or one service a line.
    Hsds(ImportArguments),
    /// Administrative areas: GeoJSON, the French register, P-codes, or a crosswalk of codes.
    Areas(AreaArguments),
    /// Named places: CSV with the columns of GeoNames.
    Gazetteer(FileArguments),
    /// Holidays that people have dated: CSV with country, date, name and closed.
    Holidays(FileArguments),
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The feed.
    file: PathBuf,
    /// Whose feed it is: a short name that never changes, because ids are derived from it.
    #[arg(long, value_name = "NAME", value_parser = SourceName::parse)]
    source: SourceName,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// The file holds everything that its source offers: what it does not hold is gone.
    #[arg(long, conflicts_with = "partial")]
    complete: bool,
    /// The file holds a part only: nothing is gone by it.
    #[arg(long)]
    partial: bool,
    /// Go on although more than one service in five would be gone.
    #[arg(long)]
    accept_gone: bool,
}

/// Imports a feed of this format.
pub(super) async fn run(config: &Config, format: ImportFormat) -> anyhow::Result<()> {
    match format {
        ImportFormat::ServicesAdvisor(arguments) => run_import(config, Format::ServicesAdvisor, arguments).await,
        ImportFormat::Hsds(arguments) => run_import(config, Format::Hsds, arguments).await,
        ImportFormat::Areas(arguments) => run_areas(config, arguments).await,
        ImportFormat::Gazetteer(arguments) => run_gazetteer(config, arguments).await,
        ImportFormat::Holidays(arguments) => run_holidays(config, arguments).await,
    }
}

async fn run_import(config: &Config, format: Format, arguments: ImportArguments) -> anyhow::Result<()> {
    let bytes = std::fs::read(&arguments.file).context("cannot read the feed")?;
    let app = open(config).await?;
    let completeness = match (arguments.complete, arguments.partial) {
        (true, _) => Completeness::Complete,
        (_, true) => Completeness::Partial,
        _ => format.usual_completeness(),
    };
    let feed = ImportFeed {
        format,
        source: &arguments.source,
        bytes: &bytes,
        completeness,
        accepts_many_gone: arguments.accept_gone,
        is_dry_run: arguments.dry_run,
    };
    let bar = progress_bar("rows");
    let mut show = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let imported = import(app.context(), feed, &mut show).await;
    bar.finish_and_clear();
    app.close().await;
    if let Err(ImportError::Plan { plan, .. }) = &imported {
        print!("{}", Report { plan });
    }
    let plan = imported.map_err(|error| match error {
        ImportError::Plan { .. } => anyhow::anyhow!("{error} (--accept-gone); nothing was changed"),
        other => anyhow::Error::new(other).context("nothing was imported"),
    })?;
    print!("{}", Report { plan: &plan });
    if arguments.dry_run {
        println!("\ndry run: nothing was changed");
    }
    Ok(())
}

/// A bar on a terminal; nothing in a pipe.
pub(super) fn progress_bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {what}, {{eta}} left"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
