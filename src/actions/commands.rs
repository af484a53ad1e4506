//! A command file: what an import may not grant. Projects, vettings, grants of services to projects, how mailboxes want to
//! be written to, and accounts with their tokens. Applying a file twice changes nothing the second time.

mod error;
mod mailboxes;

pub use error::CommandError;
pub use mailboxes::MailboxCommand;

use super::token::{self, NewToken};
use super::{ActionError, Context, directory};
use crate::domain::account::{Account, MAILBOX_HANDLE, Project, RiskProfile, Role, Team};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::clocks::{CalendarSettings, Clocks};
use crate::domain::country::CountryCode;
use crate::domain::directory::{Document, Phone, Service, Tier};
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{AccountId, Identifier, OrganizationId, ProjectId, ServiceId, TeamId};
use crate::domain::referral::Vetting;
use crate::domain::revocation::purged_handle;
use crate::domain::sensitive::Sensitive;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Date;
use crate::store::{DirectoryChange, EntryAtHand, EntryChange, Tx};
use serde::Deserialize;
use thin_vec::ThinVec;

/// What tokens of command files are called in their owners' lists.
const TOKEN_NAME: &str = "command file";

/// A command file. Organisations and services are named by their keys at `source`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandFile {
    /// The source whose keys the file uses.
    pub source: String,
    /// Projects to be there.
    #[serde(default)]
    pub projects: Vec<ProjectCommand>,
    /// Teams to be there; a project always has one under its own name, for who names none.
    #[serde(default)]
    pub teams: Vec<TeamCommand>,
    /// Which organisations may receive referrals.
    #[serde(default)]
    pub vettings: Vec<VettingCommand>,
    /// Which projects may know of a service at tier `project`.
    #[serde(default)]
    pub grants: Vec<GrantCommand>,
    /// How mailboxes of services want to be written to.
    #[serde(default)]
    pub mailboxes: Vec<MailboxCommand>,
    /// Accounts to be there.
    #[serde(default)]
    pub accounts: Vec<AccountCommand>,
}

/// A project to be there.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectCommand {
    /// The file's own key of the project.
    pub key: String,
    /// Key of the organisation that runs it.
    pub organization: String,
    /// Name, as recipients read it.
    pub name: String,
    /// Country by its ISO 3166-1 alpha-2 code.
    pub country: String,
    /// How dangerous a leak would be.
    pub risk_profile: RiskProfile,
    /// Role mailbox of the team.
    pub mailbox: String,
    /// Number by which the team is called.
    pub phone: Option<String>,
    /// How long answers may take, for each urgency; by default the table that is built in.
    pub clocks: Option<serde_json::Value>,
    /// In which calendar working days are counted; by default that of the country.
    pub calendar: Option<CalendarSettings>,
}

hidden_debug!(ProjectCommand);

/// A team to be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamCommand {
    /// The file's own key of the team.
    pub key: String,
    /// The file's key of its project.
    pub project: String,
    /// Name, within the project.
    pub name: String,
}

/// Whether an organisation may receive referrals.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VettingCommand {
    /// Key of the organisation.
    pub organization: String,
    /// True once somebody has vetted it.
    pub is_vetted: bool,
    /// Last day of its information-sharing protocol.
    pub protocol_expires_on: Option<Date>,
}

/// Which projects may know of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantCommand {
    /// Key of the service.
    pub service: String,
    /// The file's keys of the projects.
    pub projects: Vec<String>,
}

/// An account to be there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountCommand {
    /// Handle; no name of a person.
    pub handle: String,
    /// What it is for.
    pub role: Role,
    /// Key of its organisation.
    pub organization: String,
    /// The file's key of its project.
    pub project: Option<String>,
    /// The file's keys of its teams; by default the project's own team, for who follows cases.
    #[serde(default)]
    pub teams: Vec<String>,
    /// True once trained about gender-based violence and safe houses.
    #[serde(default)]
    pub is_trained: bool,
}

/// For which accounts of the file to make a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// For accounts that were not there before.
    OfNewAccounts,
    /// For every account of the file; older tokens go on working until they run out.
    OfAllAccounts,
    /// For nobody yet.
    OfNobody,
}

/// A token just made. It is shown once; only its hash is stored.
#[derive(Clone)]
pub struct IssuedToken {
    /// Whose it is.
    pub handle: String,
    /// What that account is for.
    pub role: Role,
    /// The token.
    pub token: Sensitive<String>,
}

/// Reads a command file.
pub fn read(text: &str) -> Result<CommandFile, CommandError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| CommandError::Unreadable(error.to_string()))
}

/// True when the database has accounts other than those of this file.
pub async fn is_used_by_others(context: &Context, file: &CommandFile) -> Result<bool, ActionError> {
    let handles = context.store.list_handles().await?;
    Ok(handles.iter().any(|handle| file.accounts.iter().all(|account| account.handle != *handle)))
}

/// Applies a command file, all of it or nothing.
pub async fn apply(context: &Context, file: &CommandFile, tokens: Tokens) -> Result<Vec<IssuedToken>, CommandError> {
    let issued = context
        .store
        .write(async |tx| {
            tx.lock_directory().await?;
            apply_projects(tx, file).await?;
            apply_vettings(tx, file).await?;
            apply_grants(context, tx, file).await?;
            mailboxes::apply_mailboxes(tx, file).await?;
            let issued = apply_accounts(context, tx, file, tokens).await?;
            tx.append_audit(&[applied(context, file)]).await?;
            Ok::<_, CommandError>(issued)
        })
        .await?;
    directory::refresh(context).await?;
    Ok(issued)
}

async fn apply_projects(tx: &mut Tx, file: &CommandFile) -> Result<(), CommandError> {
    for (index, command) in file.projects.iter().enumerate() {
        let project = Project {
            id: project_id(&file.source, &command.key),
            organization_id: organization(tx, file, "projects", index, &command.organization).await?,
            name: command.name.clone(),
            country: command.country.clone(),
            risk_profile: command.risk_profile,
            mailbox: command.mailbox.clone().into(),
            phone: phone_of(index, command)?,
            // For a new one; whether a known one works is not for a command file to say.
            status: ProjectStatus::Active,
            clocks: clocks_of(index, command)?,
            calendar: calendar_of(index, command)?,
        };
        tx.save_project(&project).await?;
        let team = Team { id: own_team_id(&file.source, &command.key), project_id: project.id, name: project.name };
        tx.save_team(&team).await?;
    }
    for (index, command) in file.teams.iter().enumerate() {
        let project_id = known_project(file, "teams", index, &command.project)?;
        let team = Team { id: team_id(&file.source, &command.key), project_id, name: command.name.clone() };
        tx.save_team(&team).await?;
    }
    Ok(())
}

fn phone_of(index: usize, command: &ProjectCommand) -> Result<Option<Sensitive<String>>, CommandError> {
    let Some(typed) = &command.phone else { return Ok(None) };
    let is_number = Phone::read(typed, CountryCode::parse(&command.country).ok()).number.is_some();
    if is_number { Ok(Some(typed.clone().into())) } else { Err(CommandError::Phone { index }) }
}

fn clocks_of(index: usize, command: &ProjectCommand) -> Result<Clocks, CommandError> {
    let Some(table) = &command.clocks else { return Ok(Clocks::default()) };
    Clocks::parse(&table.to_string()).map_err(|problem| CommandError::Clocks { index, problem })
}

fn calendar_of(index: usize, command: &ProjectCommand) -> Result<CalendarSettings, CommandError> {
    let by_country = || CalendarSettings::of_country_named(&command.country);
    let calendar = command.calendar.clone().unwrap_or_else(by_country);
    calendar.check().map_err(|problem| CommandError::Calendar { index, problem })?;
    Ok(calendar)
}

async fn apply_vettings(tx: &mut Tx, file: &CommandFile) -> Result<(), CommandError> {
    for (index, command) in file.vettings.iter().enumerate() {
        let id = organization(tx, file, "vettings", index, &command.organization).await?;
        let vetting = Vetting { is_vetted: command.is_vetted, protocol_expires_on: command.protocol_expires_on };
        tx.save_vetting(id, vetting).await?;
    }
    Ok(())
}

/// A grant is a new version of the service's entry, under the source that the entry has.
async fn apply_grants(context: &Context, tx: &mut Tx, file: &CommandFile) -> Result<(), CommandError> {
    for (index, command) in file.grants.iter().enumerate() {
        let id = ServiceId::derived(&file.source, &command.service).to_string();
        let unknown = || unknown("grants", index, "service", &command.service);
        let Some(EntryAtHand { document: Document::Service(service), source, source_key, source_word, .. }) =
            tx.find_entry(&id).await?
        else {
            return Err(unknown());
        };
        let mut projects = ThinVec::new();
        for key in &command.projects {
            projects.push(known_project(file, "grants", index, key)?);
        }
        let granted = Service { tier: service.tier.max(Tier::Project), projects, ..service.clone() };
        if granted != service {
            let document = Document::Service(granted);
            let change = DirectoryChange { source_key: &source_key, document: &document, is_gone: false };
            let change = EntryChange { change, source_word: &source_word, actor_role: None };
            tx.change_entries(&source, &[change], context.now()).await?;
        }
    }
    Ok(())
}

async fn apply_accounts(
    context: &Context,
    tx: &mut Tx,
    file: &CommandFile,
    tokens: Tokens,
) -> Result<Vec<IssuedToken>, CommandError> {
    let mut issued = Vec::new();
    for (index, command) in file.accounts.iter().enumerate() {
        if command.handle.starts_with(MAILBOX_HANDLE) {
            return Err(CommandError::HandleOfMailbox { index, handle: command.handle.clone() });
        }
        if command.project.is_none() && command.role.needs_project() {
            return Err(CommandError::NoProject { index, role: command.role });
        }
        let account = Account {
            id: AccountId::derived(&file.source, &command.handle),
            handle: command.handle.clone(),
            role: command.role,
            organization_id: staffed_organization(tx, file, index, &command.organization).await?,
            project_id: command
                .project
                .as_deref()
                .map(|key| known_project(file, "accounts", index, key))
                .transpose()?,
            team_ids: teams_of(file, index, command)?,
            is_trained: command.is_trained,
        };
        if tx.find_account_by_handle(&purged_handle(account.id)).await?.is_some() {
            return Err(CommandError::HandlePurged { index, handle: account.handle });
        }
        let existing = tx.find_account_by_handle(&account.handle).await?;
        if existing.as_ref().is_some_and(|existing| existing.id != account.id) {
            return Err(CommandError::HandleTaken { index, handle: account.handle });
        }
        tx.save_account(&account).await?;
        let gets_one = match tokens {
            Tokens::OfNewAccounts => existing.is_none(),
            Tokens::OfAllAccounts => true,
            Tokens::OfNobody => false,
        };
        if gets_one {
            issued.push(issue(context, tx, account).await?);
        }
    }
    Ok(issued)
}

/// A token for everything that the role may use. Where there are ten already, the oldest goes.
async fn issue(context: &Context, tx: &mut Tx, account: Account) -> Result<IssuedToken, CommandError> {
    token::make_room_within(context, tx, &account).await?;
    let new = NewToken::of_everything(context.table, &account, TOKEN_NAME);
    let made = token::issue_within::<CommandError>(context, tx, &account, &new, None).await?;
    Ok(IssuedToken { handle: account.handle, role: account.role, token: made.text })
}

async fn organization(
    tx: &mut Tx,
    file: &CommandFile,
    list: &'static str,
    index: usize,
    key: &str,
) -> Result<OrganizationId, CommandError> {
    let id = OrganizationId::derived(&file.source, key);
    match tx.find_document(&id.to_string()).await? {
        Some(_) => Ok(id),
        None => Err(unknown(list, index, "organization", key)),
    }
}

/// An organisation that may have accounts.
async fn staffed_organization(
    tx: &mut Tx,
    file: &CommandFile,
    index: usize,
    key: &str,
) -> Result<OrganizationId, CommandError> {
    let id = organization(tx, file, "accounts", index, key).await?;
    match tx.find_document(&id.to_string()).await? {
        Some(Document::Organization(found)) if !found.may_receive_referrals() => {
            Err(CommandError::Enforcement { index })
        }
        _ => Ok(id),
    }
}

pub(super) fn project_id(source: &str, key: &str) -> ProjectId {
    ProjectId::derived(source, key)
}

fn known_project(file: &CommandFile, list: &'static str, index: usize, key: &str) -> Result<ProjectId, CommandError> {
    let is_known = file.projects.iter().any(|project| project.key == key);
    if is_known { Ok(project_id(&file.source, key)) } else { Err(unknown(list, index, "project", key)) }
}

/// The team that a project has from the beginning.
pub(super) fn own_team_id(source: &str, project_key: &str) -> TeamId {
    TeamId::derived(source, &format!("project {project_key}"))
}

pub(super) fn team_id(source: &str, key: &str) -> TeamId {
    TeamId::derived(source, &format!("team {key}"))
}

/// The teams of an account: those that are named, all of its project, or the project's own one.
fn teams_of(file: &CommandFile, index: usize, command: &AccountCommand) -> Result<Vec<TeamId>, CommandError> {
    let follows_cases = matches!(command.role, Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin);
    if let (true, Some(project)) = (command.teams.is_empty() && follows_cases, &command.project) {
        return Ok(vec![own_team_id(&file.source, project)]);
    }
    let team = |key: &String| {
        let is_known = |team: &&TeamCommand| team.key == *key && Some(&team.project) == command.project.as_ref();
        file.teams
            .iter()
            .find(is_known)
            .map(|_| team_id(&file.source, key))
            .ok_or_else(|| unknown("accounts", index, "team", key))
    };
    command.teams.iter().map(team).collect()
}

fn unknown(list: &'static str, index: usize, kind: &'static str, key: &str) -> CommandError {
    CommandError::Unknown { list, index, kind, key: key.chars().take(80).collect() }
}

fn applied(context: &Context, file: &CommandFile) -> AuditEvent {
    AuditEvent::of_operator(context.now(), AuditAction::CommandsApplied, file.source.clone())
}
