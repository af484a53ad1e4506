//! The command line: one configuration, one set of use cases, behind every command. A module a command.

mod apply;
mod audit;
mod backup;
mod device;
mod doctor;
mod export;
mod geography;
mod harden;
mod import;
mod keys;
mod log;
mod mail;
mod metrics;
mod origin;
mod people;
mod policy;
mod post;
mod project;
mod provider;
mod retention;
mod serve;
mod worker;

use crate::actions::Settings;
use crate::app::App;
use crate::clock::System;
use crate::config::{Config, DatabaseUrl, Flags};
use crate::demo::SixMonths;
use crate::graphql::sdl;
use crate::store::Location;
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// Serve a fictional corridor from a scratch folder, with six months of made-up referrals, three tokens and a story to try.
    Demo {
        /// Address and port, loopback only [default: 127.0.0.1:8080].
        #[arg(long, value_name = "ADDR:PORT")]
        listen: Option<SocketAddr>,
        /// Keep the data in this folder instead of a scratch one.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// How many cases of the last six months to make up, in a database that is new; 0 for none.
        #[arg(long, value_name = "N", default_value_t = SixMonths::STANDARD.cases)]
        cases: u64,
        /// The seed that they are made from: the same seed and the same time make the same referrals.
        #[arg(long, value_name = "N", default_value_t = SixMonths::STANDARD.seed)]
        seed: u64,
    },
    /// Bring the database's schema up to date. Every other command does so too.
    Migrate,
    /// Import a directory feed, out of a file or from an https address: all of it in one transaction, or nothing.
    Import {
        #[command(subcommand)]
        format: import::ImportFormat,
    },
    /// Write a copy of what an audience may know of the directory.
    Export(export::ExportArguments),
    /// Apply a command file: projects, vettings, grants, accounts. Prints new tokens, once.
    Apply {
        /// The command file (JSON), such as seeds/commands.json.
        file: PathBuf,
        /// Make a new token for every account of the file, not only for new accounts.
        #[arg(long)]
        renew_tokens: bool,
    },
    /// Accounts: add, list, disable, enable, reset, role, link, unlink.
    User {
        #[command(subcommand)]
        command: people::UserCommand,
    },
    /// API tokens: create, list, revoke.
    Token {
        #[command(subcommand)]
        command: people::TokenCommand,
    },
    /// Sessions of the pages: list, kill.
    Session {
        #[command(subcommand)]
        command: people::SessionCommand,
    },
    /// Phones that teams share: list, revoke.
    Device {
        #[command(subcommand)]
        command: device::DeviceCommand,
    },
    /// Verify the audit trail, or print the key by which its signed heads are checked.
    Audit {
        #[command(subcommand)]
        command: audit::AuditCommand,
    },
    /// End what has been kept for as long as it may be.
    Retention {
        #[command(subcommand)]
        command: retention::RetentionCommand,
    },
    /// Work on what is due at a time, without serving; `relais serve` does it too.
    Worker,
    /// List the work that is due next, with what its last run came to.
    Jobs,
    /// Say whether this installation works: database, clocks, outbox, mail; and what to do where it does not.
    Doctor(doctor::DoctorArguments),
    /// Print who may see and do what: one page for each role.
    Policy {
        /// Only the page of this role, such as partner_agent, or `nobody`.
        #[arg(long, value_name = "ROLE")]
        role: Option<String>,
        /// Language of the page: fr or en.
        #[arg(long, value_name = "LANGUAGE", default_value = "fr")]
        language: String,
    },
    /// Look after the keys of what is sealed.
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Back up data and keys, apart, while the server goes on.
    Backup {
        /// The folder; data go to data/, keys to keys/.
        dir: PathBuf,
    },
    /// Put the newest backup of a folder back, without what was erased since.
    Restore {
        /// The folder that `relais backup` wrote.
        dir: PathBuf,
        /// Replace the database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Freeze a project, thaw it, or show which projects work.
    Project {
        #[command(subcommand)]
        command: project::ProjectCommand,
    },
    /// Print the GraphQL schema.
    Schema,
}

/// Runs the command line of this process.
pub fn run() -> anyhow::Result<()> {
    harden::leave_no_core()?;
    let line = Line::parse();
    if matches!(line.command, Command::Schema) {
        print!("{}", sdl());
        return Ok(());
    }
    if let Command::Policy { role, language } = &line.command {
        return policy::print_policy(role.as_deref(), language);
    }
    let listen = match &line.command {
        Command::Serve { listen } | Command::Demo { listen, .. } => *listen,
        _ => None,
    };
    let config = Config::load(&Flags { file: line.config, listen })?;
    log::start_log(&config.log);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime cannot start")?;
    runtime.block_on(execute(line.command, config))
}

async fn execute(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve { .. } => {
            let sealer = audit::open_sealer(&config, config.database_url.expose())?;
            let app = provider::with_provider(open(&config).await?.sealing(sealer), &config).await?;
            serve::serve_app(app, &config, |_| {}).await
        }
        Command::Demo { data, cases, seed, .. } => {
            serve::run_demo(&config, data.as_deref(), SixMonths { seed, cases }).await
        }
        Command::Migrate => {
            open(&config).await?.close().await;
            println!("the schema is up to date");
            Ok(())
        }
        Command::Import { format } => import::run(&config, format).await,
        Command::Export(arguments) => export::run_export(&config, arguments).await,
        Command::Apply { file, renew_tokens } => apply::run_apply(&config, &file, renew_tokens).await,
        Command::Project { command } => project::run(&config, command).await,
        Command::User { command } => people::run_user(&config, command).await,
        Command::Token { command } => people::run_token(&config, command).await,
        Command::Session { command } => people::run_session(&config, command).await,
        Command::Device { command } => device::run(&config, command).await,
        Command::Audit { command } => audit::run(&config, command).await,
        Command::Keys { command } => keys::run(&config, command).await,
        Command::Backup { dir } => backup::run_backup(&config, &dir).await,
        Command::Restore { dir, replace } => backup::run_restore(&config, &dir, replace).await,
        Command::Retention { command } => retention::run_retention(&config, command).await,
        Command::Worker => worker::run_worker(&config).await,
        Command::Doctor(arguments) => doctor::run_doctor(&config, &arguments).await,
        Command::Jobs => worker::list_jobs(&config).await,
        Command::Schema | Command::Policy { .. } => Ok(()),
    }
}

async fn open(config: &Config) -> anyhow::Result<App> {
    make_folder(config)?;
    open_at(config, location(config, &config.database_url)).await
}

/// The folder of the default database.
fn make_folder(config: &Config) -> anyhow::Result<()> {
    if config.names_a_database() {
        return Ok(());
    }
    std::fs::create_dir_all("data").context("the folder `data` cannot be made for the database")
}

/// Where everything is, for this database.
fn location(config: &Config, database_url: &DatabaseUrl) -> Location {
    let named = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
    let keys_url = Some(&config.keys.database_url).filter(|url| !url.is_empty());
    Location {
        database_url: database_url.expose().to_owned(),
        keys_database_url: keys_url.map(|url| url.expose().to_owned()),
        kek_file: named(&config.kek_file),
        other_kek_file: None,
        ledger_file: named(&config.keys.ledger_file),
    }
}

async fn open_at(config: &Config, location: Location) -> anyhow::Result<App> {
    let cost = config.sign_in.password_cost().context("the cost of a password is out of bounds")?;
    let opened = App::open(location, Arc::new(System), Arc::new(System)).await;
    let app = opened.context("the database cannot be used")?;
    let settings =
        Settings { takes_clinical_facts: config.hosting.clinical_facts, audit_days: config.retention.audit_days };
    let app = app.with_settings(settings).with_password_cost(cost);
    let app = app.with_webhook_hosts(config.webhooks.private_hosts.clone());
    Ok(app.with_reveal_budget(config.protection.reveal_budget()))
}

/// Tells once, when something begins to run that goes on, what follows from the configuration.
fn warn_of_duties(config: &Config) {
    if config.hosting.needs_certificate() {
        tracing::warn!(
            "health data is hosted in France for other organisations: the law asks for a certified host (HDS, \
             CSP L1111-8); set hosting.clinical_facts = false, or run Relais at one"
        );
    }
}
