//! A first look at whom a service takes, as bits: for passing over thousands that exclude somebody, without
//! judging one of them in full.
//!
//! Invariant: the screen passes over nobody whom [`fit`](super::fit) would keep. It knows the coded public and
//! whether the service works, and leaves all else to the verdict.

use super::public::{public, public_finding};
use super::{Finding, Seeker, works};
use crate::domain::code::CodeList;
use crate::domain::directory::{Eligibility, Service};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Profile, Situation};

/// On the side of a service: one bit for each value of each dimension, set where nothing known excludes people with
/// that value. On the side of a person: the bits that have to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Screen(u64);

/// Set where the service works.
const WORKS: u64 = 1;

const AGES: u32 = 1;
const GENDERS: u32 = AGES + 8;
const HOUSEHOLDS: u32 = GENDERS + 4;
const STATUSES: u32 = HOUSEHOLDS + 8;
const SITUATIONS: u32 = STATUSES + 9;
const END: u32 = SITUATIONS + 10;

// A new value of a list has to find its bit free.
const _: () = assert!(AgeBand::ALL.len() <= 8 && Gender::ALL.len() <= 4 && Household::ALL.len() <= 8);
const _: () = assert!(AdminStatus::ALL.len() <= 9 && Situation::ALL.len() <= 10 && END <= 64);

/// The bit of a value: lists are in the order of their variants.
fn bit<T: CodeList>(first: u32, value: T) -> u64 {
    let place = T::ALL.iter().position(|other| *other == value).unwrap_or_default();
    1 << (first + u32::try_from(place).unwrap_or_default())
}

fn bits<T: CodeList>(first: u32, admits: impl Fn(T) -> bool) -> u64 {
    T::ALL.iter().filter(|value| admits(**value)).fold(0, |all, value| all | bit(first, *value))
}

impl Screen {
    /// What admits nothing: the start of a union.
    pub const NONE: Self = Self(0);

    /// What a service admits.
    pub fn of(service: &Service) -> Self {
        let works = if works(service) { WORKS } else { 0 };
        if service.eligibility == Eligibility::default() {
            return Self(!WORKS | works);
        }
        let admits = |profile: &Profile| {
            let findings = public(&service.eligibility, profile);
            findings
                .into_iter()
                .all(|(_, accepted)| public_finding(service.welcome, accepted) != Some(Finding::Excluded))
        };
        let nobody = Profile::default;
        let public = bits(AGES, |value| admits(&Profile { age_band: Some(value), ..nobody() }))
            | bits(GENDERS, |value| admits(&Profile { gender: Some(value), ..nobody() }))
            | bits(HOUSEHOLDS, |value| admits(&Profile { household: Some(value), ..nobody() }))
            | bits(STATUSES, |value| admits(&Profile { admin_status: Some(value), ..nobody() }))
            | bits(SITUATIONS, |value| admits(&Profile { situation: Some(value), ..nobody() }));
        Self(works | public)
    }

    /// What has to be admitted for a verdict other than "no".
    pub fn sought_by(seeker: &Seeker<'_>) -> Self {
        let Profile { age_band, gender, household, admin_status, situation, .. } = seeker.profile;
        let sought = age_band.map_or(0, |value| bit(AGES, value))
            | gender.map_or(0, |value| bit(GENDERS, value))
            | household.map_or(0, |value| bit(HOUSEHOLDS, value))
            | admin_status.map_or(0, |value| bit(STATUSES, value))
            | situation.map_or(0, |value| bit(SITUATIONS, value));
        Self(WORKS | sought)
    }

    /// Whether all that is sought is admitted.
    pub const fn admits(self, sought: Self) -> bool {
        self.0 & sought.0 == sought.0
    }

    /// What one of the two admits.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
