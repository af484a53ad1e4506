//! What rows a viewer's store reads may touch at all. Computed by `policy`, first argument of every
//! read of people-linked rows, so that a forgotten field check still fails closed (ruling R5).

use super::code::CodeList as _;
use super::directory::{CapacityStatus, Service, Tier};
use super::id::{AccountId, OrganizationId, ProjectId, ReferralId, ServiceId};
use super::referral::Referral;
use super::time::Timestamp;

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
    /// The only service of it whose received referrals are within reach, and none of them where a leak could have people
    /// arrested or attacked; for who came by a link.
    pub service: Option<ServiceId>,
    /// The only referral to that service that is within reach, whatever its risk.
    pub referral: Option<ReferralId>,
}

impl Scope {
    /// Whether the referral is one that the scope's organisation received, and within reach as that.
    pub fn receives(&self, referral: &Referral) -> bool {
        self.organization == Some(referral.recipient_id)
            && self.service.is_none_or(|service| service == referral.service_id)
            && self.referral.is_none_or(|id| id == referral.id)
    }
}

/// The events of the audit trail within reach of a viewer.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuditScope {
    /// The account whose own acts are within reach.
    pub account: Option<AccountId>,
    /// The organisation the trails of whose projects are within reach, with the network's, for its auditor.
    pub organization: Option<OrganizationId>,
}

/// What a scope has to know of a directory entry to say whether it is within reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryKind {
    /// Who may know of it.
    pub tier: Tier,
    /// True for an entry of the viewer's own organisation.
    pub is_own: bool,
    /// True where finding it takes training about gender-based violence (P-12).
    pub concerns_violence: bool,
    /// True where it names the viewer's project.
    pub is_granted: bool,
}

impl EntryKind {
    /// Every kind there is.
    pub fn all() -> impl Iterator<Item = Self> {
        Tier::ALL.iter().flat_map(|tier| {
            (0..8_u8).map(|bits| Self {
                tier: *tier,
                is_own: bits & 1 != 0,
                concerns_violence: bits & 2 != 0,
                is_granted: bits & 4 != 0,
            })
        })
    }

    const fn bit(self) -> u64 {
        let number = (self.tier as u64) << 3
            | (self.is_own as u64)
            | (self.concerns_violence as u64) << 1
            | (self.is_granted as u64) << 2;
        1 << number
    }
}

/// Which directory entries a viewer may know of: decided by `policy` once for every kind of entry, so that a
/// search of thousands only looks it up.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DirectoryScope {
    /// The viewer's project.
    pub project: Option<ProjectId>,
    /// The viewer's organisation.
    pub organization: Option<OrganizationId>,
    /// The only service of it that counts as the viewer's own; `None` where all do.
    own_service: Option<ServiceId>,
    kinds: u64,
    /// The kinds of whose entries the viewer is told whether they have room.
    kinds_of_capacity: u64,
}

impl DirectoryScope {
    /// The scope of a viewer, to whom `may_know` says which kinds of entries they may know of. It tells the capacity of
    /// none.
    pub fn new(
        project: Option<ProjectId>,
        organization: Option<OrganizationId>,
        may_know: impl Fn(EntryKind) -> bool,
    ) -> Self {
        Self { project, organization, own_service: None, kinds: bits_of(may_know), kinds_of_capacity: 0 }
    }

    /// The same for a viewer to whom one service of the organisation at most is their own.
    #[must_use]
    pub fn with_own_service(self, service: Option<ServiceId>) -> Self {
        Self { own_service: service, ..self }
    }

    /// The same for a viewer who is told the capacity of these kinds of entries.
    #[must_use]
    pub fn telling_capacity(self, of: impl Fn(EntryKind) -> bool) -> Self {
        Self { kinds_of_capacity: bits_of(of), ..self }
    }

    /// What kind of entry the service is to the viewer.
    pub fn kind_of(&self, service: &Service) -> EntryKind {
        EntryKind {
            tier: service.tier,
            is_own: self.organization == Some(service.organization_id)
                && self.own_service.is_none_or(|own| own == service.id),
            concerns_violence: service.concerns_gender_based_violence(),
            is_granted: self.project.is_some_and(|project| service.projects.contains(&project)),
        }
    }

    /// Whether the viewer may know that the service exists.
    pub fn admits(&self, service: &Service) -> bool {
        self.kinds & self.kind_of(service).bit() != 0
    }

    /// What the capacity of the service is worth at an instant, as far as the viewer is told: unknown where they are not,
    /// so that neither verdicts nor ranks tell it.
    pub fn capacity_status_at(&self, service: &Service, at: Timestamp) -> CapacityStatus {
        let is_told = self.kinds_of_capacity & self.kind_of(service).bit() != 0;
        if is_told { service.capacity_status_at(at) } else { CapacityStatus::Unknown }
    }
}

fn bits_of(kinds: impl Fn(EntryKind) -> bool) -> u64 {
    EntryKind::all().filter(|kind| kinds(*kind)).fold(0, |bits, kind| bits | kind.bit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::Capacity;
    use crate::domain::id::Identifier;

    #[test]
    fn capacity_is_unknown_to_whom_it_is_not_told() {
        let (own, other) = (OrganizationId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]));
        let now = Timestamp::from_microseconds(0);
        let full_of = |organization| {
            let capacity = Capacity { updated_at_microseconds: Some(0), ..Capacity::of(CapacityStatus::Full) };
            let service = Service::named(ServiceId::from_bytes([3; 16]), organization, "x");
            Service { capacity: Some(capacity), ..service }
        };
        let nobody = DirectoryScope::new(None, Some(own), |_| true);
        let of_own = nobody.clone().telling_capacity(|kind| kind.is_own);
        for (scope, organization, expected) in [
            (&nobody, own, CapacityStatus::Unknown),
            (&of_own, other, CapacityStatus::Unknown),
            (&of_own, own, CapacityStatus::Full),
        ] {
            assert_eq!(scope.capacity_status_at(&full_of(organization), now), expected);
        }
    }
}
