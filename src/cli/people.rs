//! `relais user`, `relais token` and `relais session`: accounts and what opens them.

use super::open;
use super::provider::{self, LinkArguments};
use crate::actions::Context;
use crate::actions::people::{self, EnrolmentCode, NewAccount};
use crate::actions::token::NewToken;
use crate::app::App;
use crate::config::Config;
use crate::domain::account::{ApiToken, Role, TokenScope};
use crate::domain::code::CodeList;
use crate::domain::id::{Identifier, SessionId};
use crate::domain::session::Session;
use crate::store::StoredAccount;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add an account, and print the code with which its person sets password and second factor.
    Add(AddArguments),
    /// List the accounts.
    List {
        /// As one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Shut an account out: its sessions end, its tokens are void.
    Disable {
        /// Its handle.
        handle: String,
    },
    /// Let an account in again; its sessions and tokens do not come back.
    Enable {
        /// Its handle.
        handle: String,
    },
    /// Take password, second factor, sessions and tokens away, and print a new enrolment code.
    Reset {
        /// Its handle.
        handle: String,
    },
    /// Give an account another role, project or teams. Its sessions end.
    Role(RoleArguments),
    /// Let an identity of the identity provider open an account.
    Link(LinkArguments),
    /// Have an identity open its account no longer.
    Unlink(LinkArguments),
}

#[derive(Debug, Args)]
pub(super) struct AddArguments {
    /// Handle: names a post, not a person, such as `caseworker-2`.
    handle: String,
    /// What the account is for.
    #[arg(long, value_parser = code::<Role>)]
    role: Role,
    /// Id or name of its organisation, as the directory has it.
    #[arg(long, value_name = "ORGANISATION")]
    organization: String,
    /// Id or name of its project.
    #[arg(long)]
    project: Option<String>,
    /// Id or name of a team; may be repeated.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
    /// Trained about gender-based violence and safe houses.
    #[arg(long)]
    trained: bool,
}

#[derive(Debug, Args)]
pub(super) struct RoleArguments {
    /// Its handle.
    handle: String,
    /// What the account is for from now on.
    #[arg(long, value_parser = code::<Role>)]
    role: Role,
    /// Id or name of its project, if it changes.
    #[arg(long)]
    project: Option<String>,
    /// Id or name of a team; may be repeated.
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token for an account, and print it once.
    Create {
        /// The account's handle.
        handle: String,
        /// What it is called.
        #[arg(long)]
        name: String,
        /// What it may be used for; may be repeated [default: all that the role may].
        #[arg(long = "scope", value_name = "SCOPE", value_parser = code::<TokenScope>)]
        scopes: Vec<TokenScope>,
        /// Days that it lives, at most 90.
        #[arg(long, default_value_t = 30)]
        days: i64,
    },
    /// List the tokens that have not run out.
    List {
        /// Of this account only.
        #[arg(long, value_name = "HANDLE")]
        user: Option<String>,
        /// As one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token, by its public part.
    Revoke {
        /// The public part, such as `rls_abcdefgh`.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// List the open sessions.
    List {
        /// Of this account only.
        #[arg(long, value_name = "HANDLE")]
        user: Option<String>,
        /// As one JSON array.
        #[arg(long)]
        json: bool,
    },
    /// End one session, or all of an account.
    Kill {
        /// The session, such as `ses_…`.
        #[arg(value_parser = session_id, required_unless_present = "user", conflicts_with = "user")]
        id: Option<SessionId>,
        /// All sessions of this account.
        #[arg(long, value_name = "HANDLE")]
        user: Option<String>,
    },
}

fn code<T: CodeList>(text: &str) -> Result<T, String> {
    T::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = T::ALL.iter().map(|code| code.code()).collect();
        format!("expected one of {}", codes.join(", "))
    })
}

fn session_id(text: &str) -> Result<SessionId, String> {
    SessionId::parse(text).map_err(|invalid| invalid.to_string())
}

pub(super) async fn run_user(config: &Config, command: UserCommand) -> anyhow::Result<()> {
    let app = open(config).await?;
    let done = user(app.context(), command).await;
    closed(app, done).await
}

pub(super) async fn run_token(config: &Config, command: TokenCommand) -> anyhow::Result<()> {
    let app = open(config).await?;
    let done = token(app.context(), command).await;
    closed(app, done).await
}

pub(super) async fn run_session(config: &Config, command: SessionCommand) -> anyhow::Result<()> {
    let app = open(config).await?;
    let done = session(app.context(), command).await;
    closed(app, done).await
}

async fn closed(app: App, done: anyhow::Result<()>) -> anyhow::Result<()> {
    app.close().await;
    done.context("nothing was changed")
}

async fn user(context: &Context, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(arguments) => {
            let AddArguments { handle, role, organization, project, teams, trained } = arguments;
            let new = NewAccount { handle, role, organization, project, teams, is_trained: trained };
            let code = people::add(context, &new).await?;
            println!("added: {} ({role})", new.handle);
            print_code(&code);
        }
        UserCommand::List { json } => print_accounts(&people::list(context).await?, json),
        UserCommand::Disable { handle } => {
            let (sessions, tokens) = people::disable(context, &handle).await?;
            println!("disabled: {handle}; {sessions} sessions ended, {tokens} tokens revoked");
        }
        UserCommand::Enable { handle } => {
            people::enable(context, &handle).await?;
            println!("enabled: {handle}");
        }
        UserCommand::Reset { handle } => {
            let code = people::reset(context, &handle).await?;
            println!("reset: {handle}; password, second factor, sessions and tokens are gone");
            print_code(&code);
        }
        UserCommand::Link(arguments) => provider::link(context, arguments).await?,
        UserCommand::Unlink(arguments) => provider::unlink(context, arguments).await?,
        UserCommand::Role(arguments) => {
            let RoleArguments { handle, role, project, teams } = arguments;
            people::change_role(context, &handle, role, project.as_deref(), &teams).await?;
            println!("changed: {handle} is a {role} now; its sessions ended");
        }
    }
    Ok(())
}

async fn token(context: &Context, command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { handle, name, scopes, days } => {
            let made = if scopes.is_empty() {
                people::create_token_of_everything(context, &handle, &name, days).await?
            } else {
                people::create_token(context, &handle, &NewToken { name, scopes, days }).await?
            };
            println!(
                "made for {handle} until {}: {}",
                made.token.expires_at.date(),
                codes(&made.token.scopes).join(" ")
            );
            println!("{}", made.text.expose());
        }
        TokenCommand::List { user, json } => {
            let tokens = people::list_tokens(context, user.as_deref()).await?;
            print_tokens(&tokens, &handles(context).await?, json);
        }
        TokenCommand::Revoke { id } => {
            people::revoke_token(context, &id).await?;
            println!("revoked: {id}");
        }
    }
    Ok(())
}

async fn session(context: &Context, command: SessionCommand) -> anyhow::Result<()> {
    match command {
        SessionCommand::List { user, json } => {
            let sessions = people::list_sessions(context, user.as_deref()).await?;
            print_sessions(&sessions, &handles(context).await?, json);
        }
        SessionCommand::Kill { id: Some(id), .. } => {
            people::kill_session(context, id).await?;
            println!("ended: {id}");
        }
        SessionCommand::Kill { user, .. } => {
            let handle = user.context("name a session, or --user HANDLE")?;
            let ended = people::kill_sessions_of(context, &handle).await?;
            println!("ended: {ended} sessions of {handle}");
        }
    }
    Ok(())
}

fn print_code(code: &EnrolmentCode) {
    println!("enrolment code, for /enrol, once and within {} hours:", code.hours);
    println!("{}", code.code.expose());
}

async fn handles(context: &Context) -> anyhow::Result<BTreeMap<String, String>> {
    let accounts = people::list(context).await?;
    Ok(accounts.into_iter().map(|stored| (stored.account.id.to_string(), stored.account.handle)).collect())
}

fn print_accounts(accounts: &[StoredAccount], as_json: bool) {
    let rows = accounts.iter().map(|stored| {
        let account = &stored.account;
        json!({
            "handle": account.handle, "role": account.role, "id": account.id.to_string(),
            "organization": account.organization_id.to_string(),
            "project": account.project_id.map(|id| id.to_string()),
            "teams": account.team_ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "trained": account.is_trained, "disabled": stored.is_disabled, "password": stored.has_password,
            "second_factor": stored.has_second_factor,
            "enrolment_expires_at": stored.enrolment_expires_at.map(|at| at.to_string()),
        })
    });
    print_rows(rows, &["handle", "role", "disabled", "password", "second_factor"], as_json);
}

fn print_tokens(tokens: &[ApiToken], handles: &BTreeMap<String, String>, as_json: bool) {
    let rows = tokens.iter().map(|token| {
        json!({
            "id": format!("rls_{}", token.id), "handle": handles.get(&token.account_id.to_string()),
            "name": token.name, "scopes": codes(&token.scopes), "created_on": token.created_at.date().to_string(),
            "expires_on": token.expires_at.date().to_string(),
            "last_used_on": token.last_used_on.map(|day| day.to_string()),
        })
    });
    print_rows(rows, &["id", "handle", "name", "expires_on", "last_used_on", "scopes"], as_json);
}

fn print_sessions(sessions: &[Session], handles: &BTreeMap<String, String>, as_json: bool) {
    let rows = sessions.iter().map(|session| {
        json!({
            "id": session.id.to_string(), "handle": handles.get(&session.account_id.to_string()),
            "method": session.authentication.method, "opened_at": session.authentication.at.to_string(),
            "seen_at": session.seen_at.to_string(),
        })
    });
    print_rows(rows, &["id", "handle", "method", "opened_at", "seen_at"], as_json);
}

/// One JSON array with every column, or a line for each row with the columns that an eye looks for.
pub(super) fn print_rows(rows: impl Iterator<Item = Value>, columns: &[&str], as_json: bool) {
    if as_json {
        println!("{:#}", Value::from_iter(rows));
        return;
    }
    println!("{}", columns.join("\t"));
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|column| cell(&row[column])).collect();
        println!("{}", cells.join("\t"));
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(is_so) => if *is_so { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn codes(scopes: &[TokenScope]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.code()).collect()
}
