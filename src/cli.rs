//! The command line: one configuration, one set of use cases, behind every command.

use crate::actions::commands::{self, IssuedToken, Tokens};
use crate::actions::import::{ImportError, ImportFeed, import};
use crate::app::App;
use crate::clock::System;
use crate::config::{Config, Flags, LogLevel};
use crate::demo;
use crate::graphql::sdl;
use crate::import::plan::Completeness;
use crate::import::report::Report;
use crate::import::{Format, SourceName};
use crate::serve::{ServeLimits, serve};
use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Relais: who can really take this person, here and now; and what became of every referral.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Line {
    /// Configuration file (TOML); variables RELAIS_… and flags stand over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API.
    Serve {
        /// Address and port, loopback only [default: 127.0.0.1:8080].
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Serve a fictional corridor from a scratch folder, with three tokens and a story to try.
    Demo {
        /// Address and port, loopback only [default: 127.0.0.1:8080].
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
        /// Keep the data in this folder instead of a scratch one.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Bring the database's schema up to date. Every other command does so too.
    Migrate,
    /// Import a directory feed: all of it in one transaction, or nothing.
    Import {
        #[command(subcommand)]
        format: ImportFormat,
    },
    /// Apply a command file: projects, vettings, grants, accounts. Prints new tokens, once.
    Apply {
        /// The command file (JSON), such as seeds/commands.json.
        file: PathBuf,
        /// Make a new token for every account of the file, not only for new accounts.
        #[arg(long)]
        renew_tokens: bool,
    },
    /// Print the GraphQL schema.
    Schema,
}

#[derive(Debug, Subcommand)]
enum ImportFormat {
    /// GeoJSON of the inter-agency Services Advisor; a file holds the whole directory.
    ServicesAdvisor(ImportArguments),
    /// HSDS 3.0 or 3.1: one service, a page of services, or one service a line.
    Hsds(ImportArguments),
}

#[derive(Debug, Args)]
struct ImportArguments {
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

/// Runs the command line of this process.
pub fn run() -> anyhow::Result<()> {
    let line = Line::parse();
    if matches!(line.command, Command::Schema) {
        print!("{}", sdl());
        return Ok(());
    }
    let listen = match &line.command {
        Command::Serve { listen } | Command::Demo { listen, .. } => *listen,
        _ => None,
    };
    let config = Config::load(&Flags { file: line.config, listen })?;
    start_log(&config);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime cannot start")?;
    runtime.block_on(execute(line.command, config))
}

async fn execute(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve { .. } => {
            let app = open(&config).await?;
            serve_app(app, &config, |_| {}).await
        }
        Command::Demo { data, .. } => run_demo(&config, data.as_deref()).await,
        Command::Migrate => {
            open(&config).await?.close().await;
            println!("the schema is up to date");
            Ok(())
        }
        Command::Import { format: ImportFormat::ServicesAdvisor(arguments) } => {
            run_import(&config, Format::ServicesAdvisor, arguments).await
        }
        Command::Import { format: ImportFormat::Hsds(arguments) } => run_import(&config, Format::Hsds, arguments).await,
        Command::Apply { file, renew_tokens } => run_apply(&config, &file, renew_tokens).await,
        Command::Schema => Ok(()),
    }
}

async fn open(config: &Config) -> anyhow::Result<App> {
    if !config.names_a_database() {
        std::fs::create_dir_all("data").context("the folder `data` cannot be made for the database")?;
    }
    open_url(config.database_url.expose()).await
}

async fn open_url(url: &str) -> anyhow::Result<App> {
    App::open(url, Arc::new(System), Arc::new(System)).await.context("the database cannot be used")
}

/// Serves until SIGTERM or Ctrl-C, then lets what is in flight end.
async fn serve_app(app: App, config: &Config, announce: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let address = config.server.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");
    announce(address);
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let stopped = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: what is in flight may end");
    };
    // Behind the proxy every client has the proxy's address.
    let limits = ServeLimits { connections_per_address: None, ..ServeLimits::STANDARD };
    tokio::select! {
        served = serve(listener, app.router(), stopped, limits) => served.context("serving failed")?,
        () = app.keep_directory_fresh(config.server.refresh_seconds) => {}
    }
    app.close().await;
    Ok(())
}

async fn run_demo(config: &Config, data: Option<&Path>) -> anyhow::Result<()> {
    let folder = demo::Folder::open(data)?;
    let embedded = (!config.names_a_database()).then(|| folder.database_url());
    let url = embedded.as_ref().unwrap_or(&config.database_url);
    let app = open_url(url.expose()).await?;
    let tokens = demo::load(app.context()).await?;
    serve_app(app, config, |address| print!("{}", demo::story(address, embedded.as_ref(), &tokens))).await
}

async fn run_import(config: &Config, format: Format, arguments: ImportArguments) -> anyhow::Result<()> {
    let bytes = std::fs::read(&arguments.file).with_context(|| format!("cannot read {}", arguments.file.display()))?;
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
    let bar = progress_bar();
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
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

async fn run_apply(config: &Config, file: &Path, renew_tokens: bool) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let commands = commands::read(&text)?;
    let app = open(config).await?;
    let tokens = if renew_tokens { Tokens::OfAllAccounts } else { Tokens::OfNewAccounts };
    let issued = commands::apply(app.context(), &commands, tokens).await.context("nothing was changed")?;
    app.close().await;
    println!(
        "applied: {} projects, {} vettings, {} grants, {} accounts",
        commands.projects.len(),
        commands.vettings.len(),
        commands.grants.len(),
        commands.accounts.len()
    );
    for IssuedToken { handle, role, token } in issued {
        println!("{handle} ({role}): {token}");
    }
    Ok(())
}

fn start_log(config: &Config) {
    let level = match config.log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // What libraries tell below these levels can hold statements, headers and bodies.
    let quiet = Targets::new()
        .with_default(level)
        .with_target("sqlx", LevelFilter::WARN.min(level))
        .with_target("hyper", LevelFilter::INFO.min(level))
        .with_target("h2", LevelFilter::INFO.min(level));
    // Colours are for a terminal; in a file or a journal they are noise.
    let is_terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal);
    let registry = tracing_subscriber::registry().with(quiet);
    if config.log.json {
        registry.with(lines.json()).init();
    } else {
        registry.with(lines).init();
    }
}
