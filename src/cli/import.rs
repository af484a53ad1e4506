//! `relais import`: a directory feed; areas and places are in `geography`.

use super::geography::{AreaArguments, FileArguments, run_areas, run_gazetteer, run_holidays};
use super::open;
use super::origin::{Order, Origin, in_turn};
use crate::actions::Context;
use crate::actions::import::{ImportError, ImportFeed, import};
use crate::actions::import_turn::Ingredients;
use crate::config::Config;
use crate::domain::country::CountryCode;
use crate::domain::profile::Language;
use crate::import::plan::{Completeness, Plan};
use crate::import::report::Report;
use crate::import::{Format, Mapping, SourceName, Structures};
use crate::store::ImportKind;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum ImportFormat {
    /// GeoJSON of the inter-agency Services Advisor; a file holds the whole directory.
    ServicesAdvisor(ServicesAdvisorArguments),
    /// HSDS 3.0 or 3.1: one service, a page of services, or one service a line.
    Hsds(ImportArguments),
    /// data·inclusion services, of version 1 or of 2022.
    DataInclusion(DataInclusionArguments),
    /// GeoJSON features with OpenStreetMap tags.
    Openstreetmap(ImportArguments),
    /// A table of separated fields (comma, semicolon or tab), by a mapping.
    Csv(MappedArguments),
    /// A list of flat JSON objects, by a mapping.
    Json(MappedArguments),
    /// GeoJSON features with flat properties, by a mapping.
    Geojson(MappedArguments),
    /// Administrative areas: GeoJSON, the French register, P-codes, or a crosswalk of codes.
    Areas(AreaArguments),
    /// Named places: CSV with the columns of GeoNames.
    Gazetteer(FileArguments),
    /// Holidays that people have dated: CSV with country, date, name and closed.
    Holidays(FileArguments),
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The feed: a file, or its https address.
    #[arg(value_name = "FILE|URL")]
    file: Origin,
    /// Whose feed it is: a short name that never changes, because ids are derived from it.
    #[arg(long, value_name = "NAME", value_parser = SourceName::parse)]
    source: SourceName,
    /// The country of the feed, as ISO 3166-1 alpha-2: its phones are read, and points outside are told.
    #[arg(long, value_name = "XX", value_parser = CountryCode::parse)]
    country: Option<CountryCode>,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import what an address gives also when it is the same as the last time.
    #[arg(long)]
    again: bool,
    /// The file holds everything that its source offers: what it does not hold is gone.
    #[arg(long, conflicts_with = "partial")]
    complete: bool,
    /// The file holds a part only: nothing is gone by it.
    #[arg(long)]
    partial: bool,
    /// Go on although more than one service in five would be gone.
    #[arg(long)]
    accept_gone: bool,
    /// Name every row of each kind of warning, not the first three.
    #[arg(long)]
    every_row: bool,
}

#[derive(Debug, Args)]
pub(super) struct ServicesAdvisorArguments {
    #[command(flatten)]
    import: ImportArguments,
    /// The same directory in another language: names and descriptions become translations, criteria never do.
    #[arg(long, value_name = "FILE", requires = "language")]
    pair_with: Option<PathBuf>,
    /// The language of that file, as a BCP 47 tag.
    #[arg(long, value_name = "TAG", value_parser = Language::parse, requires = "pair_with")]
    language: Option<Language>,
}

#[derive(Debug, Args)]
pub(super) struct MappedArguments {
    #[command(flatten)]
    import: ImportArguments,
    /// Which column tells which field: a TOML file, such as those in seeds/mappings.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct DataInclusionArguments {
    #[command(flatten)]
    import: ImportArguments,
    /// The structures that give the services. Without it each service stands under its publisher.
    #[arg(long, value_name = "FILE")]
    structures: Option<PathBuf>,
}

/// Imports a feed of this format.
pub(super) async fn run(config: &Config, format: ImportFormat) -> anyhow::Result<()> {
    match format {
        ImportFormat::ServicesAdvisor(ServicesAdvisorArguments { import, pair_with, language }) => {
            let other = pair_with.map(std::fs::read).transpose().context("cannot read the feed to pair with")?;
            let translated = language.as_ref().zip(other.as_deref());
            let mut made_of = Ingredients::new().with(b"services-advisor");
            if let Some((language, bytes)) = translated {
                made_of = made_of.with(language.as_str().as_bytes()).with(bytes);
            }
            run_import(config, Reading { format: Format::ServicesAdvisor, translated, made_of }, import).await
        }
        ImportFormat::Hsds(arguments) => run_plain(config, Format::Hsds, b"hsds", arguments).await,
        ImportFormat::Openstreetmap(arguments) => {
            run_plain(config, Format::OpenStreetMap, b"openstreetmap", arguments).await
        }
        ImportFormat::DataInclusion(DataInclusionArguments { import, structures }) => {
            let bytes = structures.map(std::fs::read).transpose().context("cannot read the structures")?;
            let structures = bytes.as_deref().map(Structures::read).transpose()?.unwrap_or_default();
            let made_of = Ingredients::new().with(b"data-inclusion").with(&bytes.unwrap_or_default());
            let format = Format::DataInclusion(&structures);
            run_import(config, Reading { format, translated: None, made_of }, import).await
        }
        ImportFormat::Csv(arguments) => run_mapped(config, |mapping| Format::Csv(mapping), b"csv", arguments).await,
        ImportFormat::Json(arguments) => run_mapped(config, |mapping| Format::Json(mapping), b"json", arguments).await,
        ImportFormat::Geojson(arguments) => {
            run_mapped(config, |mapping| Format::GeoJson(mapping), b"geojson", arguments).await
        }
        ImportFormat::Areas(arguments) => run_areas(config, arguments).await,
        ImportFormat::Gazetteer(arguments) => run_gazetteer(config, arguments).await,
        ImportFormat::Holidays(arguments) => run_holidays(config, arguments).await,
    }
}

/// How a feed is read, and what beside its bytes the reading depends on.
struct Reading<'a> {
    format: Format<'a>,
    translated: Option<(&'a Language, &'a [u8])>,
    made_of: Ingredients,
}

async fn run_plain(config: &Config, format: Format<'_>, name: &[u8], arguments: ImportArguments) -> anyhow::Result<()> {
    let made_of = Ingredients::new().with(name);
    run_import(config, Reading { format, translated: None, made_of }, arguments).await
}

async fn run_mapped(
    config: &Config,
    format: impl for<'m> Fn(&'m Mapping) -> Format<'m>,
    name: &[u8],
    arguments: MappedArguments,
) -> anyhow::Result<()> {
    let MappedArguments { import, mapping: path } = arguments;
    let text = std::fs::read_to_string(&path).context("cannot read the mapping")?;
    let mut mapping = Mapping::read(&text)?;
    let mut made_of = Ingredients::new().with(name).with(text.as_bytes());
    // Further files stand beside the feed, or beside the mapping of a feed that is fetched; their names have no folder in
    // them.
    let folder = import.file.folder().or(path.parent()).unwrap_or(Path::new("")).to_owned();
    let names: Vec<String> = mapping.related_files().map(str::to_owned).collect();
    for name in names {
        let bytes = std::fs::read(folder.join(&name)).context("cannot read a related file of the mapping")?;
        mapping.add_related(&name, &bytes).context("a related file of the mapping")?;
        made_of = made_of.with(&bytes);
    }
    run_import(config, Reading { format: format(&mapping), translated: None, made_of }, import).await
}

async fn run_import(config: &Config, reading: Reading<'_>, arguments: ImportArguments) -> anyhow::Result<()> {
    let found = arguments.file.find("feed")?;
    let app = open(config).await?;
    let completeness = match (arguments.complete, arguments.partial) {
        (true, _) => Completeness::Complete,
        (_, true) => Completeness::Partial,
        _ => reading.format.usual_completeness(),
    };
    // Where the areas are known better, the same feed tells other places.
    let geography = app.context().geography.snapshot().version.to_be_bytes();
    let country = arguments.country.map(|country| country.to_string()).unwrap_or_default();
    let made_of = reading.made_of.with(&geography).with(country.as_bytes());
    let order = Order {
        found,
        source: &arguments.source,
        kind: ImportKind::Services,
        made_of: made_of.with(&[u8::from(completeness == Completeness::Complete)]),
        is_dry_run: arguments.dry_run,
        again: arguments.again,
    };
    let came = in_turn(config, app.context(), order, async |bytes, turn| {
        let feed = ImportFeed {
            format: reading.format,
            source: &arguments.source,
            bytes,
            translated: reading.translated,
            country: arguments.country,
            completeness,
            accepts_many_gone: arguments.accept_gone,
            is_dry_run: arguments.dry_run,
            turn,
        };
        import_shown(app.context(), feed, arguments.every_row).await
    })
    .await;
    app.close().await;
    if let Some(plan) = came?.told(&arguments.source) {
        print!("{}", Report { plan: &plan, shows_every_row: arguments.every_row });
        if arguments.dry_run {
            println!("\ndry run: nothing was changed");
        }
    }
    Ok(())
}

/// Imports with a bar; a plan that is refused is shown, to be looked at.
async fn import_shown(context: &Context, feed: ImportFeed<'_>, shows_every_row: bool) -> anyhow::Result<Plan> {
    let bar = progress_bar("rows");
    let mut show = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let imported = import(context, feed, &mut show).await;
    bar.finish_and_clear();
    imported.map_err(|error| match error {
        ImportError::Plan { refused, plan } => {
            print!("{}", Report { plan: &plan, shows_every_row });
            anyhow::anyhow!("{refused} (--accept-gone); nothing was changed")
        }
        other => anyhow::Error::new(other).context("nothing was imported"),
    })
}

/// A bar on a terminal; nothing in a pipe.
pub(super) fn progress_bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}}/{{len}} {what}, {{eta}} left"));
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
