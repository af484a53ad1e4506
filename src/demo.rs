//! The demonstration: the seeds, three tokens, and the README's story as calls to copy.

use crate::actions::Context;
use crate::actions::commands::{self, IssuedToken, Tokens};
use crate::actions::import::{ImportFeed, import};
use crate::config::DatabaseUrl;
use crate::import::plan::Completeness;
use crate::import::{Format, SourceName};
use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const README: &str = include_str!("../README.md");
const COMMANDS: &str = include_str!("../seeds/commands.json");
const FEEDS: [&str; 9] = [
    include_str!("../seeds/paris-region.json"),
    include_str!("../seeds/calais.json"),
    include_str!("../seeds/marseille.json"),
    include_str!("../seeds/tripoli.json"),
    include_str!("../seeds/zuwara.json"),
    include_str!("../seeds/tunis.json"),
    include_str!("../seeds/sicily.json"),
    include_str!("../seeds/nouakchott.json"),
    include_str!("../seeds/dakar.json"),
];

/// The accounts of the story, with the names under which its calls use their tokens.
const STORY_ACCOUNTS: [(&str, &str); 3] =
    [("CASEWORKER", "caseworker-paris"), ("PARTNER", "partner-tournesol"), ("COORDINATOR", "coordinator-paris")];

/// Where the demonstration keeps its data: a folder of the caller's, or a scratch one that goes away.
pub enum Folder {
    /// Stays.
    Kept(PathBuf),
    /// Goes away with the process.
    Scratch(tempfile::TempDir),
}

impl Folder {
    /// Opens the folder, and makes it when it is missing.
    pub fn open(data: Option<&Path>) -> anyhow::Result<Self> {
        match data {
            None => Ok(Self::Scratch(tempfile::Builder::new().prefix("relais-demo-").tempdir()?)),
            Some(folder) => {
                std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
                Ok(Self::Kept(folder.to_owned()))
            }
        }
    }

    /// The embedded database in the folder.
    pub fn database_url(&self) -> DatabaseUrl {
        DatabaseUrl::sqlite_in(match self {
            Self::Kept(folder) => folder,
            Self::Scratch(folder) => folder.path(),
        })
    }
}

/// Loads the seeds as anybody's feed and command file are loaded, and makes new tokens. Refuses a
/// database that is somebody's: fiction must never stand beside real entries.
pub async fn load(context: &Context) -> anyhow::Result<Vec<IssuedToken>> {
    let file = commands::read(COMMANDS)?;
    let source = SourceName::parse(&file.source)?;
    if commands::is_used_by_others(context, &file).await? {
        bail!("this database holds accounts that are not the demonstration's: use another one");
    }
    for bytes in FEEDS.map(str::as_bytes) {
        let feed = ImportFeed {
            format: Format::Hsds,
            source: &source,
            bytes,
            translated: None,
            country: None,
            completeness: Completeness::Partial,
            accepts_many_gone: false,
            is_dry_run: false,
            turn: None,
        };
        import(context, feed, &mut |_, _| {}).await?;
    }
    Ok(commands::apply(context, &file, Tokens::OfAllAccounts).await?)
}

/// What the demonstration prints: the tokens, and the story that uses them. `database` is the embedded
/// one, for the commands of the story; a URL that the caller gave is not repeated.
pub fn story(address: SocketAddr, database: Option<&DatabaseUrl>, tokens: &[IssuedToken]) -> String {
    let mut text = String::from("\nThree accounts, for a shell with curl:\n\n");
    let mut export = |name: &str, value: &str| writeln!(text, "export {name}={value}").expect("a string takes all");
    export("RELAIS", &format!("http://{address}"));
    if let Some(database) = database {
        export("RELAIS_DATABASE_URL", database.expose());
    }
    for (name, handle) in STORY_ACCOUNTS {
        let token = tokens.iter().find(|issued| issued.handle == handle).map_or("", |issued| issued.token.expose());
        export(name, token);
    }
    let told = README.split("<!-- story -->").nth(1).and_then(|rest| rest.split("<!-- /story -->").next());
    text.push_str(told.unwrap_or_default());
    text.push_str("\nThe data are fictional. Stop with Ctrl-C.\n");
    text
}
