//! Accounts, projects and roles: who acts in Relais.

use super::code::code_list;
use super::id::{AccountId, OrganizationId, ProjectId};

code_list! {
    /// What an account is for.
    Role {
        Caseworker = "caseworker": "follows cases and refers, in one project",
        PartnerAgent = "partner_agent": "answers the referrals to the services of one organisation",
        Coordinator = "coordinator": "leads a project: its figures and its referrals, without the cases' details",
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
    /// True once trained about gender-based violence and safe houses.
    pub is_trained: bool,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub mailbox: String,
}
