//! The demonstration: the seeds, six months of made-up work with them, three tokens, and the README's story as calls to
//! copy.

mod course;
mod draw;
mod episode;
mod person;
mod place;
mod six_months;
mod staff;

pub use six_months::{Made, SixMonths};

use self::six_months::{DAYS, Walk};
use self::staff::Staff;
use crate::actions::Context;
use crate::actions::commands::{self, CommandFile, IssuedToken, Tokens};
use crate::actions::import::{ImportFeed, import};
use crate::clock::Simulated;
use crate::config::DatabaseUrl;
use crate::import::plan::Completeness;
use crate::import::{Format, SourceName};
use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const README: &str = include_str!("../../README.md");
const COMMANDS: &str = include_str!("../../seeds/commands.json");
const FEEDS: [&str; 9] = [
    include_str!("../../seeds/paris-region.json"),
    include_str!("../../seeds/calais.json"),
    include_str!("../../seeds/marseille.json"),
    include_str!("../../seeds/tripoli.json"),
    include_str!("../../seeds/zuwara.json"),
    include_str!("../../seeds/tunis.json"),
    include_str!("../../seeds/sicily.json"),
    include_str!("../../seeds/nouakchott.json"),
    include_str!("../../seeds/dakar.json"),
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
    if commands::is_used_by_others(context, &file).await? {
        bail!("this database holds accounts that are not the demonstration's: use another one");
    }
    load_seeds(context, &file, Tokens::OfAllAccounts).await
}

async fn load_seeds(context: &Context, file: &CommandFile, tokens: Tokens) -> anyhow::Result<Vec<IssuedToken>> {
    let source = SourceName::parse(&file.source)?;
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
    Ok(commands::apply(context, file, tokens).await?)
}

/// Makes up six months of work before now, in a database in which nothing has happened yet: the past of one that somebody
/// uses is not to be made up. `None` where there is one already, or where no case is wanted.
pub async fn make_up(
    context: &Context,
    wanted: SixMonths,
    progress: &mut dyn FnMut(usize, usize),
) -> anyhow::Result<Option<Made>> {
    if wanted.cases == 0 || context.store.count_audit_events().await? > 0 {
        return Ok(None);
    }
    let file = commands::read(COMMANDS)?;
    let clock = Arc::new(Simulated::at(context.clock.now().plus_days(-DAYS), wanted.seed));
    let then = Context { clock: clock.clone(), ..context.clone() };
    load_seeds(&then, &file, Tokens::OfNobody).await?;
    let staff = Staff::of(&then, &file).await?;
    let then = Context { chance: clock.clone(), ..then };
    Ok(Some(Walk::new(then, clock, staff, wanted).go(progress).await?))
}

/// What the demonstration prints: what was made up, the tokens, and the story that uses them. `database` is the embedded
/// one, for the commands of the story; a URL that the caller gave is not repeated.
pub fn story(
    address: SocketAddr,
    database: Option<&DatabaseUrl>,
    tokens: &[IssuedToken],
    made: Option<&Made>,
) -> String {
    let mut text = made.map_or_else(String::new, |made| format!("\n{made}\n"));
    text.push_str("\nThree accounts, for a shell with curl:\n\n");
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
