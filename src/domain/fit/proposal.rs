//! What to ask for first, or instead, where a solution does not take a person.

use super::{Finding, FitDimension, FitReason};
use crate::domain::directory::Service;
use crate::domain::need::Need;
use crate::domain::profile::AdminStatus;

/// The ways out of a country that are decided on a file.
const SOLUTIONS: [Need; 3] = [Need::SolEvacuation, Need::SolEtm, Need::SolResettlement];

/// The need to turn to where this reason keeps somebody out of the service: registration before a solution for who is
/// registered, and emergency transit for a household that an evacuation does not take, such as a child alone. `None`
/// where none is known.
pub fn proposed_need(service: &Service, reason: FitReason) -> Option<Need> {
    let is_solution = SOLUTIONS.iter().any(|need| service.needs.contains(need));
    let takes_registered = service.eligibility.admin_statuses.contains(&AdminStatus::UnhcrRegistered);
    match (reason.dimension, reason.finding) {
        (FitDimension::AdminStatus, Finding::Excluded) if is_solution && takes_registered => {
            Some(Need::SolUnhcrRegistration)
        }
        (FitDimension::Household, Finding::Excluded) if service.needs.contains(&Need::SolEvacuation) => {
            Some(Need::SolEtm)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Identifier, OrganizationId, ServiceId};

    #[test]
    fn a_solution_that_excludes_proposes_what_comes_before_or_instead() {
        use Finding::{Excluded, ToConfirm};
        use FitDimension::{AdminStatus as Status, Household, Language};
        for (need, takes_registered, dimension, finding, expected) in [
            (Need::SolEvacuation, true, Status, Excluded, Some(Need::SolUnhcrRegistration)),
            (Need::SolResettlement, true, Status, Excluded, Some(Need::SolUnhcrRegistration)),
            (Need::SolEvacuation, false, Status, Excluded, None),
            (Need::SolEvacuation, true, Status, ToConfirm, None),
            (Need::SolReceptionOnArrival, true, Status, Excluded, None),
            (Need::SolEvacuation, true, Household, Excluded, Some(Need::SolEtm)),
            (Need::SolEtm, true, Household, Excluded, None),
            (Need::SolEvacuation, true, Language, Excluded, None),
        ] {
            let mut service =
                Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]), "a way out");
            service.needs = [need].into();
            if takes_registered {
                service.eligibility.admin_statuses = [AdminStatus::UnhcrRegistered].into();
            }
            let proposed = proposed_need(&service, FitReason { dimension, finding });
            assert_eq!(proposed, expected, "{need} {dimension} {finding}");
        }
    }
}
