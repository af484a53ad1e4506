//! Whom a service takes: a three-valued verdict with its reasons.
//!
//! Invariant: what is unknown never excludes; it asks for confirmation. `exclusive` and outside its
//! public excludes; `preferential` and outside is kept; `unconditional` takes everybody.

mod proposal;
mod public;
mod screen;
#[cfg(test)]
mod tests;

pub use proposal::proposed_need;
pub use screen::{Screen, Sought};

use super::code::code_list;
use super::directory::{Accessibility, CapacityStatus, Eligibility, Service, ServiceStatus, Welcome};
use super::freshness::{FreshnessState, freshness};
use super::need::Need;
use super::opening::OpeningStatus;
use super::place::AreaTree;
use super::profile::Profile;
use super::time::Timestamp;
use public::{known, public, public_finding};

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
        Opening = "opening": "whether it is open at the time asked for",
        Capacity = "capacity": "whether it has a place",
        Criteria = "criteria": "criteria that nobody has coded",
        Age = "age": "the ages taken",
        Gender = "gender": "the genders taken",
        Household = "household": "the households taken",
        AdminStatus = "admin_status": "the administrative statuses taken",
        Situation = "situation": "the living situations taken",
        Language = "language": "the languages spoken there",
        Accessibility = "accessibility": "whether a body or a language bars the way",
        Area = "area": "the areas served",
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

/// For whom and when services are judged.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    /// What is needed; `None` where any answer is looked for.
    pub need: Option<Need>,
    /// The person, as far as known.
    pub profile: &'a Profile,
    /// What the place or team has to offer for the person to be able to use it.
    pub accessibility: &'a [Accessibility],
    /// Which areas lie in which.
    pub areas: &'a dyn AreaTree,
    /// The instant at which freshness is judged.
    pub at: Timestamp,
}

/// Judges one service. `opening` tells whether it is open at the time asked for, where one was: without one it still counts
/// when the service is closed for a time. `capacity` tells whether it has room, as far as whoever asks is told.
pub fn fit(service: &Service, seeker: &Seeker<'_>, opening: Option<OpeningStatus>, capacity: CapacityStatus) -> Fit {
    let mut reasons = Vec::new();
    let mut found = |dimension, finding: Option<Finding>| {
        if let Some(finding) = finding {
            reasons.push(FitReason { dimension, finding });
        }
    };
    found(FitDimension::Need, seeker.need.and_then(|need| need_finding(service, need)));
    found(
        FitDimension::Status,
        (!works(service) || service.has_closed_by(seeker.at.date())).then_some(Finding::Excluded),
    );
    let is_closed_now = || service.is_closed_for_a_time(seeker.at).then_some(OpeningStatus::Closed);
    found(FitDimension::Opening, opening.or_else(is_closed_now).and_then(opening_finding));
    found(FitDimension::Capacity, capacity_finding(capacity));
    found(FitDimension::Criteria, criteria_finding(service));
    for (dimension, accepted) in public(&service.eligibility, seeker.profile) {
        found(dimension, public_finding(service.welcome, known(service, accepted)));
    }
    found(FitDimension::Language, language_finding(service, seeker.profile));
    found(FitDimension::Accessibility, accessibility_finding(service, seeker.accessibility));
    found(FitDimension::Area, public_finding(service.welcome, area_accepted(service, seeker)));
    let stale = freshness(service, seeker.at.date()).state == FreshnessState::Stale;
    found(FitDimension::Freshness, stale.then_some(Finding::ToConfirm));
    Fit::of(reasons)
}

impl Fit {
    /// The verdict that follows from reasons.
    pub fn of(reasons: Vec<FitReason>) -> Self {
        let verdict = if reasons.iter().any(|reason| reason.finding == Finding::Excluded) {
            Verdict::No
        } else if reasons.is_empty() {
            Verdict::Match
        } else {
            Verdict::ToConfirm
        };
        Self { verdict, reasons }
    }
}

/// Whether anybody at all can turn to the service.
fn works(service: &Service) -> bool {
    service.status == ServiceStatus::Open && !service.do_not_use
}

/// Whether the service answers the need: by its code, or to be confirmed where its source tells only
/// the family. The directory files each service under the needs that this does not exclude.
pub fn need_finding(service: &Service, need: Need) -> Option<Finding> {
    if service.needs.contains(&need) {
        None
    } else if service.need_families.iter().any(|family| *family == need.family()) {
        Some(Finding::ToConfirm)
    } else {
        Some(Finding::Excluded)
    }
}

const fn opening_finding(status: OpeningStatus) -> Option<Finding> {
    match status {
        OpeningStatus::Open => None,
        OpeningStatus::Closed => Some(Finding::Excluded),
        OpeningStatus::Unknown => Some(Finding::ToConfirm),
    }
}

fn capacity_finding(status: CapacityStatus) -> Option<Finding> {
    match status {
        CapacityStatus::Full => Some(Finding::Excluded),
        CapacityStatus::Waitlist | CapacityStatus::AssessmentNeeded => Some(Finding::ToConfirm),
        CapacityStatus::Open | CapacityStatus::Limited | CapacityStatus::Unknown => None,
    }
}

/// Criteria are to be confirmed where they exist in words only, where nobody has told any, and where the source tells
/// others in another language.
fn criteria_finding(service: &Service) -> Option<Finding> {
    let uncoded = service.eligibility == Eligibility::default() && service.welcome != Some(Welcome::Unconditional);
    (uncoded || service.criteria_disagree).then_some(Finding::ToConfirm)
}

/// No common language is to be confirmed, never an exclusion: an interpreter may be found. Without a
/// word on languages from the service, nothing is asked.
fn language_finding(service: &Service, profile: &Profile) -> Option<Finding> {
    if profile.languages.is_empty() || service.languages.is_empty() {
        return None;
    }
    let common =
        profile.languages.iter().any(|spoken| service.languages.iter().any(|there| there.is_same_language(spoken)));
    (!common).then_some(Finding::ToConfirm)
}

/// What a place does not tell to offer is to be asked for: registers seldom tell that there is a step.
fn accessibility_finding(service: &Service, sought: &[Accessibility]) -> Option<Finding> {
    let is_told = sought.iter().all(|sought| service.accessibility.contains(sought));
    (!is_told).then_some(Finding::ToConfirm)
}

/// Whether people of the area are served; unknown where the area is not told, where one inside it is served, or where
/// nobody knows whether an area served holds it.
fn area_accepted(service: &Service, seeker: &Seeker<'_>) -> Option<bool> {
    let served = &service.areas_served;
    if served.is_empty() {
        return Some(true);
    }
    let area = seeker.profile.area.as_ref()?;
    if served.iter().any(|whole| seeker.areas.covers(whole, area)) {
        return Some(true);
    }
    let lies_outside = served.iter().all(|served| seeker.areas.are_apart(served, area));
    lies_outside.then_some(false)
}
