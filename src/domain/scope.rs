//! What rows a viewer's store reads may touch at all. Computed by `policy`, first argument of every
//! read of people-linked rows, so that a forgotten field check still fails closed (ruling R5).

use super::directory::{Service, Tier};
use super::id::{AccountId, OrganizationId, ProjectId};

/// The rows within reach of a viewer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scope {
    /// The project to which everything within reach belongs.
    pub project: Option<ProjectId>,
    /// The organisation all of whose projects are within reach, for its protection lead.
    pub unit: Option<OrganizationId>,
    /// The account of whose teams the cases, with their consents, referrals and demands, are within reach.
    pub account: Option<AccountId>,
    /// True where the referrals and demands of other teams are within reach too; cases never are.
    pub covers_all_teams: bool,
    /// The organisation whose received referrals are within reach.
    pub organization: Option<OrganizationId>,
}

/// The events of the audit trail within reach of a viewer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditScope {
    /// The account whose own acts are within reach.
    pub account: Option<AccountId>,
    /// The organisation the trails of whose projects are within reach, with the network's, for its auditor.
    pub organization: Option<OrganizationId>,
}

/// Which directory entries a viewer may know of.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DirectoryScope {
    /// True for signed-in staff of any organisation.
    pub is_member: bool,
    /// True for those trained about gender-based violence and safe houses.
    pub is_trained: bool,
    /// True for coordinators.
    pub is_coordinator: bool,
    /// The viewer's project.
    pub project: Option<ProjectId>,
    /// The viewer's organisation, which always knows its own services.
    pub organization: Option<OrganizationId>,
}

impl DirectoryScope {
    /// Whether the viewer may know that the service exists.
    pub fn admits(&self, service: &Service) -> bool {
        if self.organization == Some(service.organization_id) {
            return true;
        }
        if service.concerns_gender_based_violence() && !self.is_trained {
            return false;
        }
        match service.tier {
            Tier::Public => true,
            Tier::Network => self.is_member,
            Tier::Project => self.is_member && self.project.is_some_and(|project| service.projects.contains(&project)),
            Tier::Restricted => self.is_member && self.is_trained,
            Tier::Sealed => self.is_coordinator,
        }
    }
}
