//! Accounts, projects and roles: who acts in Relais.

use super::clocks::{CalendarSettings, Clocks};
use super::code::code_list;
use super::freeze::ProjectStatus;
use super::id::{AccountId, OrganizationId, ProjectId, TeamId};
use super::sensitive::{Sensitive, hidden_debug};
use super::time::{Date, Timestamp};

code_list! {
    /// What an account is for.
    Role {
        Caseworker = "caseworker": "follows the cases of the own teams and refers, in one project",
        PartnerAgent = "partner_agent": "answers the referrals to the services of one organisation",
        Coordinator = "coordinator": "leads a project: its figures and its referrals, without the cases' details",
        ProtectionLead = "protection_lead": "answers for protection in all projects of one organisation",
        PartnerAdmin = "partner_admin": "answers referrals, and looks after the accounts of one organisation",
        DirectoryEditor = "directory_editor": "keeps the directory true; sees no person",
        Analyst = "analyst": "reads figures in which small counts do not appear; sees no single record",
        Auditor = "auditor": "reads the audit trail and nothing else",
        SystemAdministrator = "sysadmin": "looks after accounts and machines; sees no content",
    }
}

impl Role {
    /// True for roles that work in one project, and cannot do without.
    pub const fn needs_project(self) -> bool {
        matches!(self, Self::Caseworker | Self::Coordinator)
    }
}

code_list! {
    /// What an API token may be used for: never more than its owner may do.
    TokenScope {
        Directory = "directory": "find services",
        Editing = "editing": "keep the directory true: edit, correct, confirm, mark as not to be used",
        Cases = "cases": "cases, consents and needs",
        Referrals = "referrals": "draft, send and read referrals",
        Answers = "answers": "answer received referrals",
        Figures = "figures": "read figures",
        Protection = "protection": "what only protection may do: freezing, breaking the glass, holds",
        Administration = "administration": "accounts, tokens and sessions",
        Audit = "audit": "read the audit trail",
    }
}

code_list! {
    /// How dangerous a leak would be for the people of a project.
    RiskProfile {
        Standard = "standard": "ordinary precautions",
        High = "high": "pressure on people or partners is known",
        Severe = "severe": "people or partners may be arrested or attacked",
    }
}

/// An API token of an account; what it opens with is known to its owner only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The public part, by which it is listed and revoked.
    pub id: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// The last day on which it was used; no finer, so that nobody's working hours can be read from it.
    pub last_used_on: Option<Date>,
}

impl ApiToken {
    /// Most days that a token lives.
    pub const MOST_DAYS: i64 = 90;
    /// Most tokens that an account has at a time.
    pub const MOST_PER_ACCOUNT: usize = 10;
    /// Most characters of a name.
    pub const NAME_CHARACTERS: usize = 40;
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// A handle of the organisation's choice, such as `caseworker-2`; no name of a person.
    pub handle: String,
    /// Its role.
    pub role: Role,
    /// Its organisation.
    pub organization_id: OrganizationId,
    /// The project it works in; agents of a partner need none to answer.
    pub project_id: Option<ProjectId>,
    /// The teams whose cases it follows, of its project.
    pub team_ids: Vec<TeamId>,
    /// True once trained about gender-based violence and safe houses.
    pub is_trained: bool,
}

impl Account {
    /// Whether this account signs in with a second factor. Everybody does, except an agent of a partner who
    /// answers referrals and has no cases of the own: there a password alone must do, or the partner with one
    /// shared phone would not answer at all. Such an agent may set one up all the same.
    pub fn needs_second_factor(&self) -> bool {
        self.role != Role::PartnerAgent || self.project_id.is_some()
    }
}

/// A team: the people, whatever their profession, who all take part in the same cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// The project that it belongs to.
    pub project_id: ProjectId,
    /// Name, within the project.
    pub name: String,
}

/// How the handles of accounts begin by which whoever opens the links of a mailbox acts; no other account is called so.
pub const MAILBOX_HANDLE: &str = "mailbox-";

/// One project.
#[derive(Clone, PartialEq, Eq)]
pub struct Project {
    /// Identifier.
    pub id: ProjectId,
    /// The organisation that runs it.
    pub organization_id: OrganizationId,
    /// Name, as recipients read it.
    pub name: String,
    /// Country by its ISO 3166-1 alpha-2 code.
    pub country: String,
    /// How dangerous a leak would be.
    pub risk_profile: RiskProfile,
    /// Role mailbox of the team.
    pub mailbox: Sensitive<String>,
    /// The number by which the team is called, where it has one.
    pub phone: Option<Sensitive<String>>,
    /// Whether it works.
    pub status: ProjectStatus,
    /// How long answers to its referrals may take.
    pub clocks: Clocks,
    /// In which calendar it counts working days.
    pub calendar: CalendarSettings,
}

hidden_debug!(Project);
