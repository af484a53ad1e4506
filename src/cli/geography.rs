//! `relais import areas` and `relais import gazetteer`.

use super::import::progress_bar;
use super::open;
use super::origin::{Order, Origin, in_turn};
use crate::actions::Context;
use crate::actions::geography::{
    GeographyFile, GeographyImportError, import_areas, import_commune_points, import_gazetteer, import_holidays,
};
use crate::actions::import_turn::Ingredients;
use crate::config::Config;
use crate::domain::place::AreaCode;
use crate::import::SourceName;
use crate::import::geography::report::GeographyReport;
use crate::import::geography::{AreaFormat, FeatureProperties, Parent, PropertyCode};
use crate::store::ImportKind;
use anyhow::Context as _;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct AreaArguments {
    #[command(flatten)]
    file: FileArguments,
    /// How the file is written, where its publisher is known.
    #[arg(long, value_enum, value_name = "PRESET", required_unless_present = "code_property")]
    preset: Option<Preset>,
    #[command(flatten)]
    properties: PropertyArguments,
}

/// For GeoJSON of any other publisher.
#[derive(Debug, Args)]
struct PropertyArguments {
    /// Property with the code, as PROPERTY or PREFIX:PROPERTY, such as FR-:code; the first that holds one counts.
    #[arg(long, value_name = "PROPERTY", conflicts_with = "preset", value_parser = property)]
    code_property: Vec<PropertyCode>,
    /// Property with a further code of the same area.
    #[arg(long, value_name = "PROPERTY", requires = "code_property", value_parser = property)]
    alias_property: Vec<PropertyCode>,
    /// Property with the name; further ones hold other names.
    #[arg(long, value_name = "PROPERTY", requires = "code_property")]
    name_property: Vec<String>,
    /// Property with the code of the area above.
    #[arg(long, value_name = "PROPERTY", requires = "code_property", value_parser = property)]
    parent_property: Option<PropertyCode>,
    /// Code of the area that all are parts of.
    #[arg(long, value_name = "CODE", requires = "code_property", conflicts_with = "parent_property", value_parser = AreaCode::parse)]
    parent: Option<AreaCode>,
    /// How deep the areas lie: 0 for countries, 1 for their largest parts.
    #[arg(long, value_name = "NUMBER", requires = "code_property", default_value_t = 1)]
    level: u8,
}

#[derive(Debug, Args)]
pub(super) struct FileArguments {
    /// The file, or its https address.
    #[arg(value_name = "FILE|URL")]
    file: Origin,
    /// Whose file it is, one file to a name: what was imported under this name before is replaced, and nothing else.
    #[arg(long, value_name = "NAME", value_parser = SourceName::parse)]
    source: SourceName,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on although more than one in five of the source's rows would be gone.
    #[arg(long)]
    accept_gone: bool,
    /// Import what an address gives also when it is the same as the last time.
    #[arg(long)]
    again: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// GeoJSON of Natural Earth, countries.
    NaturalEarthCountries,
    /// GeoJSON of Natural Earth, first level.
    NaturalEarthAdmin1,
    /// GeoJSON of French communes by INSEE code.
    FrenchCommunes,
    /// GeoJSON of French departments.
    FrenchDepartments,
    /// GeoJSON of French regions.
    FrenchRegions,
    /// GeoJSON of Jordan's governorates.
    JordanGovernorates,
    /// JSON of the French register (COG): regions, departments or communes.
    Cog,
    /// CSV with the middles of French communes (code_insee, lat, lon), after the register.
    FrenchCommunePoints,
    /// CSV of OCHA P-codes.
    Pcodes,
    /// CSV with the codes of one area under several schemes.
    Crosswalk,
}

impl Preset {
    fn what(self) -> What {
        What::Areas(AreaFormat::Features(match self {
            Self::NaturalEarthCountries => FeatureProperties::natural_earth_countries(),
            Self::NaturalEarthAdmin1 => FeatureProperties::natural_earth_admin1(),
            Self::FrenchCommunes => FeatureProperties::french_communes(),
            Self::FrenchDepartments => FeatureProperties::french_departments(),
            Self::FrenchRegions => FeatureProperties::french_regions(),
            Self::JordanGovernorates => FeatureProperties::jordan_governorates(),
            Self::Cog => return What::Areas(AreaFormat::Cog),
            Self::Pcodes => return What::Areas(AreaFormat::Pcodes),
            Self::Crosswalk => return What::Areas(AreaFormat::Crosswalk),
            Self::FrenchCommunePoints => return What::CommunePoints,
        }))
    }
}

impl PropertyArguments {
    fn format(self) -> AreaFormat {
        let fixed = self.parent.map_or(Parent::Untold, Parent::Fixed);
        AreaFormat::Features(FeatureProperties {
            codes: self.code_property,
            country: None,
            aliases: self.alias_property,
            names: self.name_property,
            parent: self.parent_property.map_or(fixed, Parent::Property),
            level: self.level,
        })
    }
}

fn property(text: &str) -> Result<PropertyCode, std::convert::Infallible> {
    Ok(PropertyCode::parse(text))
}

/// Imports areas.
pub(super) async fn run_areas(config: &Config, arguments: AreaArguments) -> anyhow::Result<()> {
    let what = arguments.preset.map_or_else(|| What::Areas(arguments.properties.format()), Preset::what);
    run(config, &arguments.file, what).await
}

/// Imports named places.
pub(super) async fn run_gazetteer(config: &Config, arguments: FileArguments) -> anyhow::Result<()> {
    run(config, &arguments, What::Places).await
}

/// Imports dated holidays.
pub(super) async fn run_holidays(config: &Config, arguments: FileArguments) -> anyhow::Result<()> {
    run(config, &arguments, What::Holidays).await
}

/// What a file holds.
#[derive(Debug)]
enum What {
    Areas(AreaFormat),
    CommunePoints,
    Places,
    Holidays,
}

impl What {
    const fn kind(&self) -> ImportKind {
        match self {
            Self::Areas(_) | Self::CommunePoints => ImportKind::Areas,
            Self::Places => ImportKind::Places,
            Self::Holidays => ImportKind::Holidays,
        }
    }
}

async fn run(config: &Config, arguments: &FileArguments, what: What) -> anyhow::Result<()> {
    let found = arguments.file.find("file")?;
    let app = open(config).await?;
    // How it is read is made of names of properties and nothing else, which its `Debug` tells.
    let mut made_of = Ingredients::new().with(format!("{what:?}").as_bytes());
    if matches!(what, What::CommunePoints) {
        // With a newer register the same file has middles for more communes.
        made_of = made_of.with(&app.context().geography.snapshot().version.to_be_bytes());
    }
    let order = Order {
        found,
        source: &arguments.source,
        kind: what.kind(),
        made_of,
        is_dry_run: arguments.dry_run,
        again: arguments.again,
    };
    let came = in_turn(config, app.context(), order, async |bytes, turn| {
        let file = GeographyFile {
            source: &arguments.source,
            bytes,
            accepts_many_gone: arguments.accept_gone,
            is_dry_run: arguments.dry_run,
            turn,
        };
        import_shown(app.context(), &what, file).await
    })
    .await;
    app.close().await;
    if let Some(report) = came?.told(&arguments.source) {
        print!("{report}");
        if arguments.dry_run {
            println!("\ndry run: nothing was changed");
        }
    }
    Ok(())
}

/// Imports with a bar; where no row can be used, the report of them is shown all the same.
async fn import_shown(context: &Context, what: &What, file: GeographyFile<'_>) -> anyhow::Result<GeographyReport> {
    let bar = progress_bar("rows");
    let mut show = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let imported = match what {
        What::Areas(format) => import_areas(context, format, file, &mut show).await,
        What::CommunePoints => import_commune_points(context, file, &mut show).await,
        What::Places => import_gazetteer(context, file, &mut show).await,
        What::Holidays => import_holidays(context, file, &mut show).await,
    };
    bar.finish_and_clear();
    if let Err(GeographyImportError::NothingUsable { report, .. } | GeographyImportError::TooManyGone { report, .. }) =
        &imported
    {
        print!("{report}");
    }
    match imported {
        Err(GeographyImportError::TooManyGone { refused, .. }) => {
            anyhow::bail!("{refused} (--accept-gone); nothing was imported")
        }
        imported => imported.context("nothing was imported"),
    }
}
