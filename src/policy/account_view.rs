//! The view of the account that asks.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, admit};
use super::table::{Relation, Standing};
use super::visible::Visible;
use crate::domain::account::{Account, Project};
use crate::domain::id::OrganizationId;
use crate::domain::sensitive::hidden_debug;

/// The own account, as whoever asks sees it.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Its organisation.
    pub organization_id: Option<OrganizationId>,
    /// True where its teams are told.
    pub tells_teams: bool,
}

/// What the schema promises of the own account.
const PROMISED: [&str; 4] = ["Viewer.id", "Viewer.handle", "Viewer.role", "Viewer.teams"];

/// The view of the account that asks; `None` for nobody.
pub fn show_own_account(access: &Access) -> Option<Visible<AccountView>> {
    admit(access, Action::ReadOwnAccount).ok()?;
    let account = access.account()?;
    let look = Looking::new(access, access.facts(Relation::Oneself, Standing::Plain, false));
    let view = AccountView {
        account: account.clone(),
        organization_id: look.value("Viewer.organization", Some(account.organization_id)),
        tells_teams: look.sees_all(&["Team.id", "Team.name"]),
    };
    look.sees_all(&PROMISED).then(|| Visible::of_directory(view, access.recorder().clone()))
}

/// Whom to turn to in the own project.
#[derive(Clone)]
pub struct FocalPointView {
    /// The project's name.
    pub name: String,
    /// Its role mailbox.
    pub mailbox: String,
}

hidden_debug!(FocalPointView);

/// Whom to turn to in the viewer's own project; `None` for every other project.
pub fn show_focal_point(access: &Access, project: &Project) -> Option<Visible<FocalPointView>> {
    access.account().filter(|account| account.project_id == Some(project.id))?;
    let look = Looking::new(access, access.facts(Relation::Oneself, Standing::Plain, false));
    let view = FocalPointView { name: project.name.clone(), mailbox: project.mailbox.expose().clone() };
    let is_told = look.sees_all(&["FocalPoint.name", "FocalPoint.mailbox"]);
    is_told.then(|| Visible::of_directory(view, access.recorder().clone()))
}
