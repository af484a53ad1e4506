//! Whom a service takes: a three-valued verdict with its reasons.
//!
//! Invariant: what is unknown never excludes; it asks for confirmation. `exclusive` and outside its
//! public excludes; `preferential` and outside is kept; `unconditional` takes everybody.

use super::code::code_list;
use super::directory::{CapacityStatus, Eligibility, Service, ServiceStatus, Welcome};
use super::freshness::{FreshnessState, freshness};
use super::need::Need;
use super::profile::{AdminStatus, AgeBand, Gender, Profile};
use super::time::Timestamp;

code_list! {
    /// Whether a service takes a person.
    Verdict named "FitVerdict" {
        Match = "match": "everything known fits",
        ToConfirm = "to_confirm": "nothing known excludes, something is to be confirmed",
        No = "no": "something known excludes",
    }
}

code_list! {
    /// On what a verdict rests.
    FitDimension {
        Need = "need": "what the service offers",
        Status = "status": "whether the service works",
        Capacity = "capacity": "whether it has a place",
        Criteria = "criteria": "criteria that nobody has coded",
        Age = "age": "age",
        Gender = "gender": "gender",
        Household = "household": "household",
        AdminStatus = "admin_status": "administrative status",
        Situation = "situation": "living situation",
        Language = "language": "languages",
        Freshness = "freshness": "how long ago the entry was checked",
    }
}

code_list! {
    /// What was found on one dimension, where it does not simply fit.
    Finding named "FitFinding" {
        ToConfirm = "to_confirm": "not known on one of the two sides",
        OutsideFirstPublic = "outside_first_public": "outside the public that the service serves first",
        Excluded = "excluded": "outside what the service takes",
    }
}

/// Why a verdict is not a plain match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitReason {
    /// The dimension.
    pub dimension: FitDimension,
    /// What was found on it.
    pub finding: Finding,
}

/// The verdict on one service for one need and profile, with every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not a plain match, in the order of the dimensions.
    pub reasons: Vec<FitReason>,
}

/// Judges one service. `need` is left out where the caller looks for any.
pub fn fit(service: &Service, need: Option<Need>, profile: &Profile, now: Timestamp) -> Fit {
    let mut reasons = Vec::new();
    let mut found = |dimension, finding: Option<Finding>| {
        if let Some(finding) = finding {
            reasons.push(FitReason { dimension, finding });
        }
    };
    found(FitDimension::Need, need.and_then(|need| need_finding(service, need)));
    let works = service.status == ServiceStatus::Open;
    found(FitDimension::Status, (!works).then_some(Finding::Excluded));
    found(FitDimension::Capacity, capacity_finding(service.capacity_status_at(now)));
    found(FitDimension::Criteria, criteria_finding(service));
    for (dimension, accepted) in public(&service.eligibility, profile) {
        found(dimension, public_finding(service.welcome, accepted));
    }
    found(FitDimension::Language, language_finding(service, profile));
    let stale = freshness(service, now.date()).state == FreshnessState::Stale;
    found(FitDimension::Freshness, stale.then_some(Finding::ToConfirm));
    let verdict = if reasons.iter().any(|reason| reason.finding == Finding::Excluded) {
        Verdict::No
    } else if reasons.is_empty() {
        Verdict::Match
    } else {
        Verdict::ToConfirm
    };
    Fit { verdict, reasons }
}

fn need_finding(service: &Service, need: Need) -> Option<Finding> {
    if service.needs.contains(&need) {
        None
    } else if service.need_families.contains(&need.family()) {
        Some(Finding::ToConfirm)
    } else {
        Some(Finding::Excluded)
    }
}

fn capacity_finding(status: CapacityStatus) -> Option<Finding> {
    match status {
        CapacityStatus::Full => Some(Finding::Excluded),
        CapacityStatus::Waitlist | CapacityStatus::AssessmentNeeded => Some(Finding::ToConfirm),
        CapacityStatus::Open | CapacityStatus::Limited | CapacityStatus::Unknown => None,
    }
}

/// Criteria are to be confirmed where they exist in words only, or where nobody has told any.
fn criteria_finding(service: &Service) -> Option<Finding> {
    let uncoded = service.eligibility == Eligibility::default() && service.welcome != Some(Welcome::Unconditional);
    uncoded.then_some(Finding::ToConfirm)
}

/// What the coded public says of the profile, dimension by dimension: accepted, not accepted, or
/// unknown (`None`). A dimension that the service does not restrict is accepted.
fn public(eligibility: &Eligibility, profile: &Profile) -> [(FitDimension, Option<bool>); 5] {
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

fn accepted<T: PartialEq>(accepted: &[T], value: Option<T>) -> Option<bool> {
    if accepted.is_empty() { Some(true) } else { value.map(|value| accepted.contains(&value)) }
}

/// A band that lies only partly inside the accepted ages is unknown: the person may be either.
fn age_accepted(eligibility: &Eligibility, band: Option<AgeBand>) -> Option<bool> {
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

fn public_finding(welcome: Option<Welcome>, accepted: Option<bool>) -> Option<Finding> {
    match (welcome, accepted) {
        (Some(Welcome::Unconditional), _) | (_, Some(true)) => None,
        (_, None) => Some(Finding::ToConfirm),
        (Some(Welcome::Preferential), Some(false)) => Some(Finding::OutsideFirstPublic),
        (Some(Welcome::Exclusive) | None, Some(false)) => Some(Finding::Excluded),
    }
}

/// No common language is to be confirmed, never an exclusion: an interpreter may be found. Without a
/// word on languages from the service, nothing is asked.
fn language_finding(service: &Service, profile: &Profile) -> Option<Finding> {
    if profile.languages.is_empty() || service.languages.is_empty() {
        return None;
    }
    let common = profile.languages.iter().any(|spoken| service.languages.iter().any(|there| there.is_same_language(spoken)));
    (!common).then_some(Finding::ToConfirm)
}
