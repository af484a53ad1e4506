//! Accounts, tokens and sessions as an operator keeps them, at the command line.
//!
//! Invariants: every act leaves an audit event, without an actor; whoever loses the account loses every
//! credential with it, and gets none back by being let in again.

use super::session::event;
use super::token::{self, MadeToken, NewToken};
use super::{ActionError, Context};
use crate::domain::account::{Account, ApiToken, MAILBOX_HANDLE, Project, Role, Team};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::{AccountId, Identifier, OrganizationId, ProjectId, SessionId};
use crate::domain::sensitive::Sensitive;
use crate::domain::session::Session;
use crate::domain::sign_in::CredentialProblem;
use crate::identity::code;
use crate::store::{StoreError, StoredAccount, Tx};

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its handle.
    pub handle: String,
    /// What it is for.
    pub role: Role,
    /// Id or name of its organisation.
    pub organization: String,
    /// Id or name of its project.
    pub project: Option<String>,
    /// Ids or names of its teams, in its project.
    pub teams: Vec<String>,
    /// True once trained about gender-based violence and safe houses.
    pub is_trained: bool,
}

/// A code with which somebody enrols, shown once.
pub struct EnrolmentCode {
    /// The code.
    pub code: Sensitive<String>,
    /// Hours for which it counts.
    pub hours: i64,
}

/// Why an operator's command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The handle is no handle.
    #[error(
        "a handle has 3 to 40 small letters, digits and dashes, with a digit or a dash among them, such as \
         `caseworker-2`: it names a post, not a person, and does not begin with `mailbox-`"
    )]
    Handle,
    /// The handle is somebody's.
    #[error("the handle `{0}` is taken")]
    HandleTaken(String),
    /// There is no account with this handle.
    #[error("nobody has the handle `{0}`; see `relais user list`")]
    NobodyCalled(String),
    /// Something that was named is not there.
    #[error("there is no {kind} `{key}`")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// As it was named.
        key: String,
    },
    /// Several have that name.
    #[error("several are called `{0}`: name it by its id")]
    Ambiguous(String),
    /// A role that works in a project was given none.
    #[error("a {0} works in a project: name one with --project")]
    NoProject(Role),
    /// A project has several teams and none was named.
    #[error("the project has several teams: name one or more with --team")]
    NoTeam,
    /// The organisation may never have an account (P-10).
    #[error("police, border and detention bodies never have an account")]
    Enforcement,
    /// The last administrator would be gone.
    #[error("this is the last system administrator that can sign in: add another one first")]
    LastAdministrator,
    /// A token cannot be made like this.
    #[error("{}", crate::domain::code::CodeList::definition(*.0))]
    Token(CredentialProblem),
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for PeopleError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl From<CredentialProblem> for PeopleError {
    fn from(problem: CredentialProblem) -> Self {
        Self::Token(problem)
    }
}

/// Adds an account that can do nothing yet, with the code by which its person enrols.
pub async fn add(context: &Context, new: &NewAccount) -> Result<EnrolmentCode, PeopleError> {
    if !is_handle(&new.handle) {
        return Err(PeopleError::Handle);
    }
    let organization_id = organization_called(context, &new.organization)?;
    let project = project_of(context, new.role, new.project.as_deref()).await?;
    let teams = teams_of(context, new.role, project.as_ref(), &new.teams).await?;
    let account = Account {
        id: context.fresh_id(),
        handle: new.handle.clone(),
        role: new.role,
        organization_id,
        project_id: project.map(|project| project.id),
        team_ids: teams.iter().map(|team| team.id).collect(),
        is_trained: new.is_trained,
    };
    context
        .store
        .write(async |tx| {
            if tx.find_account_by_handle(&account.handle).await?.is_some() {
                return Err(PeopleError::HandleTaken(account.handle.clone()));
            }
            tx.save_account(&account).await?;
            let code = new_code_within(context, tx, account.id).await?;
            let fields = vec!["role", "organization"];
            let added = AuditEvent { fields, ..of_account(context, AuditAction::AccountAdded, &account) };
            tx.append_audit(&[added]).await?;
            Ok(code)
        })
        .await
}

/// Every account, by handle.
pub async fn list(context: &Context) -> Result<Vec<StoredAccount>, PeopleError> {
    Ok(context.store.list_accounts().await?)
}

/// Shuts an account out: every session ends, every token and code is void. Gives how many sessions and tokens
/// there were.
pub async fn disable(context: &Context, handle: &str) -> Result<(u64, u64), PeopleError> {
    let account = called(context, handle).await?.account;
    keep_an_administrator(context, &account).await?;
    context
        .store
        .write(async |tx| {
            tx.set_disabled(account.id, true).await?;
            tx.delete_enrolment_of(account.id).await?;
            let ended = (tx.delete_sessions_of(account.id).await?, tx.delete_tokens_of(account.id).await?);
            tx.delete_pin_of(account.id).await?;
            tx.append_audit(&[of_account(context, AuditAction::AccountDisabled, &account)]).await?;
            Ok(ended)
        })
        .await
}

/// Lets an account in again, by password and second factor; sessions and tokens do not come back.
pub async fn enable(context: &Context, handle: &str) -> Result<(), PeopleError> {
    let account = called(context, handle).await?.account;
    context
        .store
        .write(async |tx| {
            tx.set_disabled(account.id, false).await?;
            Ok(tx.append_audit(&[of_account(context, AuditAction::AccountEnabled, &account)]).await?)
        })
        .await
}

/// Takes password, second factor, sessions and tokens away, and gives a new code to enrol with.
pub async fn reset(context: &Context, handle: &str) -> Result<EnrolmentCode, PeopleError> {
    let account = called(context, handle).await?.account;
    context
        .store
        .write(async |tx| {
            tx.delete_sessions_of(account.id).await?;
            tx.delete_credentials_of(account.id).await?;
            tx.delete_tokens_of(account.id).await?;
            let code = new_code_within(context, tx, account.id).await?;
            tx.append_audit(&[of_account(context, AuditAction::AccountReset, &account)]).await?;
            Ok(code)
        })
        .await
}

/// Gives an account another role. Its sessions end; its tokens reach no further than the new role.
pub async fn change_role(
    context: &Context,
    handle: &str,
    role: Role,
    project: Option<&str>,
    teams: &[String],
) -> Result<(), PeopleError> {
    let before = called(context, handle).await?.account;
    if role != Role::SystemAdministrator {
        keep_an_administrator(context, &before).await?;
    }
    let present = before.project_id.map(|id| id.to_string());
    let project = project_of(context, role, project.or(present.as_deref())).await?;
    let teams = teams_of(context, role, project.as_ref(), teams).await?;
    let account = Account {
        role,
        project_id: project.map(|project| project.id),
        team_ids: teams.iter().map(|team| team.id).collect(),
        ..before
    };
    context
        .store
        .write(async |tx| {
            tx.save_account(&account).await?;
            tx.delete_sessions_of(account.id).await?;
            let fields = vec!["role", "project", "teams"];
            let changed = AuditEvent { fields, ..of_account(context, AuditAction::AccountChanged, &account) };
            Ok(tx.append_audit(&[changed]).await?)
        })
        .await
}

/// Makes a token for an account.
pub async fn create_token(context: &Context, handle: &str, new: &NewToken) -> Result<MadeToken, PeopleError> {
    let account = called(context, handle).await?;
    if account.is_disabled {
        return Err(PeopleError::NobodyCalled(handle.to_owned()));
    }
    let account = account.account;
    context.store.write(async |tx| token::issue_within(context, tx, &account, new, None).await).await
}

/// Makes a token for everything that the account's role may use.
pub async fn create_token_of_everything(
    context: &Context,
    handle: &str,
    name: &str,
    days: i64,
) -> Result<MadeToken, PeopleError> {
    let account = called(context, handle).await?.account;
    create_token(context, handle, &NewToken { days, ..NewToken::of_everything(context.table, &account, name) }).await
}

/// The tokens of an account, or of all, that have not run out.
pub async fn list_tokens(context: &Context, handle: Option<&str>) -> Result<Vec<ApiToken>, PeopleError> {
    let account = optional_id(context, handle).await?;
    Ok(context.store.list_tokens(account, context.now()).await?)
}

/// Revokes a token, by its public part.
pub async fn revoke_token(context: &Context, id: &str) -> Result<(), PeopleError> {
    let public = id.strip_prefix("rls_").unwrap_or(id);
    token::revoke(context, None, public).await.map_err(|error| match error {
        ActionError::NotVisible => PeopleError::Unknown { kind: "token", key: id.chars().take(12).collect() },
        other => other.into(),
    })
}

/// The sessions of an account, or of all, that still count.
pub async fn list_sessions(context: &Context, handle: Option<&str>) -> Result<Vec<Session>, PeopleError> {
    let account = match handle {
        Some(handle) => Some(called(context, handle).await?.account),
        None => None,
    };
    Ok(super::session::list(context, account.as_ref()).await?)
}

/// Ends one session.
pub async fn kill_session(context: &Context, id: SessionId) -> Result<(), PeopleError> {
    context
        .store
        .write(async |tx| {
            if !tx.end_session(id).await? {
                return Err(PeopleError::Unknown { kind: "session", key: id.to_string() });
            }
            let ended = event(AuditAction::SessionEnded, context.now(), None, id.to_string());
            Ok(tx.append_audit(&[ended]).await?)
        })
        .await
}

/// Ends every session of an account; gives how many there were.
pub async fn kill_sessions_of(context: &Context, handle: &str) -> Result<u64, PeopleError> {
    let account = called(context, handle).await?.account;
    context
        .store
        .write(async |tx| {
            let ended = tx.delete_sessions_of(account.id).await?;
            tx.append_audit(&[of_account(context, AuditAction::SessionEnded, &account)]).await?;
            Ok(ended)
        })
        .await
}

fn is_handle(handle: &str) -> bool {
    let is_of_handle = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=40).contains(&handle.len())
        && !handle.starts_with(MAILBOX_HANDLE)
        && handle.bytes().all(is_of_handle)
        && handle.starts_with(|c: char| c.is_ascii_lowercase())
        && handle.contains(|c: char| c == '-' || c.is_ascii_digit())
}

async fn called(context: &Context, handle: &str) -> Result<StoredAccount, PeopleError> {
    let accounts = context.store.list_accounts().await?;
    let found = accounts.into_iter().find(|stored| stored.account.handle == handle);
    found.ok_or_else(|| PeopleError::NobodyCalled(handle.to_owned()))
}

async fn optional_id(context: &Context, handle: Option<&str>) -> Result<Option<AccountId>, PeopleError> {
    match handle {
        Some(handle) => Ok(Some(called(context, handle).await?.account.id)),
        None => Ok(None),
    }
}

/// Refuses to take the last administrator away: nobody could be let in any more but by the command line.
async fn keep_an_administrator(context: &Context, account: &Account) -> Result<(), PeopleError> {
    let accounts = context.store.list_accounts().await?;
    let is_administrator = |stored: &&StoredAccount| {
        stored.account.role == Role::SystemAdministrator && !stored.is_disabled && stored.has_password
    };
    let is_last = accounts.iter().filter(is_administrator).all(|stored| stored.account.id == account.id);
    let counts = accounts.iter().filter(is_administrator).any(|stored| stored.account.id == account.id);
    if counts && is_last { Err(PeopleError::LastAdministrator) } else { Ok(()) }
}

fn organization_called(context: &Context, key: &str) -> Result<OrganizationId, PeopleError> {
    let snapshot = context.directory.snapshot();
    let unknown = || PeopleError::Unknown { kind: "organisation in the directory", key: key.to_owned() };
    let found = match OrganizationId::parse(key) {
        Ok(id) => snapshot.organization(id).ok_or_else(unknown)?,
        Err(_) => {
            let mut called = snapshot.organizations().filter(|it| it.name == key);
            let first = called.next().ok_or_else(unknown)?;
            if called.next().is_some() {
                return Err(PeopleError::Ambiguous(key.to_owned()));
            }
            first.clone()
        }
    };
    if found.may_receive_referrals() { Ok(found.id) } else { Err(PeopleError::Enforcement) }
}

async fn project_of(context: &Context, role: Role, key: Option<&str>) -> Result<Option<Project>, PeopleError> {
    let Some(key) = key else {
        return if role.needs_project() { Err(PeopleError::NoProject(role)) } else { Ok(None) };
    };
    let projects = context.store.list_projects().await?;
    let id = ProjectId::parse(key).ok();
    let mut found = projects.into_iter().filter(|project| Some(project.id) == id || project.name == key);
    let first = found.next().ok_or_else(|| PeopleError::Unknown { kind: "project", key: key.to_owned() })?;
    if found.next().is_some() { Err(PeopleError::Ambiguous(key.to_owned())) } else { Ok(Some(first)) }
}

/// The teams of a new account: those that are named, or the project's only one, for who follows cases.
async fn teams_of(
    context: &Context,
    role: Role,
    project: Option<&Project>,
    keys: &[String],
) -> Result<Vec<Team>, PeopleError> {
    let follows_cases = matches!(role, Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin);
    let teams = match project {
        Some(project) => context.store.list_teams_in(project.id).await?,
        None => Vec::new(),
    };
    if keys.is_empty() {
        return match teams.len() {
            _ if !follows_cases => Ok(Vec::new()),
            0 | 1 => Ok(teams),
            _ => Err(PeopleError::NoTeam),
        };
    }
    let team = |key: &String| {
        let found = teams.iter().find(|team| team.id.to_string() == *key || team.name == *key);
        found.cloned().ok_or_else(|| PeopleError::Unknown { kind: "team in the project", key: key.clone() })
    };
    keys.iter().map(team).collect()
}

async fn new_code_within(context: &Context, tx: &mut Tx, account: AccountId) -> Result<EnrolmentCode, StoreError> {
    let mut bytes = [0; code::ENROLMENT_BYTES];
    context.chance.fill(&mut bytes);
    let code = Sensitive::new(code::spelled(&bytes));
    let hours = super::enrolment::CODE_HOURS;
    tx.save_enrolment(account, &code::digest(code.expose()), context.now().plus_hours(hours)).await?;
    Ok(EnrolmentCode { code, hours })
}

fn of_account(context: &Context, action: AuditAction, account: &Account) -> AuditEvent {
    event(action, context.now(), None, account.id.to_string())
}

#[cfg(test)]
mod tests {
    use super::is_handle;

    #[test]
    fn a_handle_names_a_post() {
        for handle in ["caseworker-2", "admin1", "psy-paris-nord"] {
            assert!(is_handle(handle), "{handle}");
        }
        for handle in
            ["", "a1", "amina", "Amina-2", "2-amina", "-admin", "admin 1", "admin@1", "mailbox-2", &"a1".repeat(21)]
        {
            assert!(!is_handle(handle), "{handle}");
        }
    }
}
