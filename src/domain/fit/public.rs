//! The public that a service accepts, against a person's profile.

use super::{Finding, FitDimension};
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::{Eligibility, Service, Welcome};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Profile};

/// What the coded public says of the profile, dimension by dimension: accepted, not accepted, or
/// unknown (`None`). A dimension that the service does not restrict is accepted.
pub(super) fn public(eligibility: &Eligibility, profile: &Profile) -> [(FitDimension, Option<bool>); 5] {
    let gender = profile.gender.filter(|gender| *gender != Gender::Unstated);
    let status = profile.admin_status.filter(|status| *status != AdminStatus::Unknown);
    [
        (FitDimension::Age, age_accepted(eligibility, profile.age_band)),
        (FitDimension::Gender, accepted(&eligibility.genders, gender)),
        (FitDimension::Household, accepted(&eligibility.households, profile.household)),
        (FitDimension::AdminStatus, accepted(&eligibility.admin_statuses, status)),
        (FitDimension::Situation, accepted(&eligibility.situations, profile.situation)),
    ]
}

fn accepted<T: CodeList>(accepted: &CodeSet<T>, value: Option<T>) -> Option<bool> {
    if accepted.is_empty() { Some(true) } else { value.map(|value| accepted.contains(&value)) }
}

/// A band that lies only partly inside the accepted ages is unknown: the person may be either.
pub(super) fn age_accepted(eligibility: &Eligibility, band: Option<AgeBand>) -> Option<bool> {
    let (minimum, maximum) = (eligibility.minimum_age, eligibility.maximum_age);
    if minimum.is_none() && maximum.is_none() && eligibility.age_bands.is_empty() {
        return Some(true);
    }
    let band = band.filter(|band| *band != AgeBand::Unknown)?;
    if eligibility.age_bands.contains(&band) {
        return Some(true);
    }
    if minimum.is_none() && maximum.is_none() {
        return Some(false);
    }
    let (first, last) = band.years()?;
    let (minimum, maximum) = (minimum.unwrap_or(0), maximum.unwrap_or(u8::MAX));
    if minimum <= first && last <= maximum {
        Some(true)
    } else if last < minimum || maximum < first {
        Some(false)
    } else {
        None
    }
}

/// What is known of that: where the source tells other criteria in another language, nobody is known to be outside.
pub(super) fn known(service: &Service, accepted: Option<bool>) -> Option<bool> {
    accepted.filter(|is_accepted| *is_accepted || !service.criteria_disagree)
}

pub(super) fn public_finding(welcome: Option<Welcome>, accepted: Option<bool>) -> Option<Finding> {
    match (welcome, accepted) {
        (Some(Welcome::Unconditional), _) | (_, Some(true)) => None,
        (_, None) => Some(Finding::ToConfirm),
        (Some(Welcome::Preferential), Some(false)) => Some(Finding::OutsideFirstPublic),
        (Some(Welcome::Exclusive) | None, Some(false)) => Some(Finding::Excluded),
    }
}
