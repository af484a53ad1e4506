//! A first look at whom a service takes, as bits: for passing over thousands that exclude somebody, without
//! judging one of them in full.
//!
//! Invariant: the screen passes over nobody whom [`fit`](super::fit) would give a wanted verdict. It knows the coded
//! public and whether the service works, and leaves all else to the verdict.

use super::public::{known, public, public_finding};
use super::{Finding, Seeker, Verdict, criteria_finding, works};
use crate::domain::code::CodeList;
use crate::domain::directory::{Eligibility, Service};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Profile, Situation};

/// What a service admits: one bit for each value of each dimension, and one for its being untold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Screen {
    /// Set where nothing known excludes people with that value.
    kept: u64,
    /// Set where nothing known is to be confirmed of people with that value either.
    matched: u64,
}

/// The bits that have to be set for a verdict that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Sought {
    kept: u64,
    matched: u64,
}

/// Set where the service works, and its criteria are coded.
const SERVICE: u64 = 1;

const AGES: u32 = 1;
const GENDERS: u32 = AGES + 9;
const HOUSEHOLDS: u32 = GENDERS + 5;
const STATUSES: u32 = HOUSEHOLDS + 9;
const SITUATIONS: u32 = STATUSES + 10;
const END: u32 = SITUATIONS + 11;

// A new value of a list has to find its bit free; one more is for what is untold.
const _: () = assert!(AgeBand::ALL.len() <= 8 && Gender::ALL.len() <= 4 && Household::ALL.len() <= 8);
const _: () = assert!(AdminStatus::ALL.len() <= 9 && Situation::ALL.len() <= 10 && END <= 64);

/// The bit of a value; the first one of a dimension is for what is untold.
fn bit<T: CodeList>(first: u32, value: Option<T>) -> u64 {
    let place = value.and_then(|value| T::ALL.iter().position(|other| *other == value)).map_or(0, |place| place + 1);
    1 << (first + u32::try_from(place).unwrap_or_default())
}

impl Screen {
    /// What admits nothing: the start of a union.
    pub const NONE: Self = Self { kept: 0, matched: 0 };

    /// What a service admits.
    pub fn of(service: &Service) -> Self {
        let mut screen = Self::NONE;
        if works(service) {
            screen.kept |= SERVICE;
            screen.matched |= if criteria_finding(service).is_none() { SERVICE } else { 0 };
        }
        if service.eligibility == Eligibility::default() {
            return Self { kept: screen.kept | !SERVICE, matched: screen.matched | !SERVICE };
        }
        let nobody = Profile::default;
        screen.judge(service, 0, AGES, |age_band| Profile { age_band, ..nobody() });
        screen.judge(service, 1, GENDERS, |gender| Profile { gender, ..nobody() });
        screen.judge(service, 2, HOUSEHOLDS, |household| Profile { household, ..nobody() });
        screen.judge(service, 3, STATUSES, |admin_status| Profile { admin_status, ..nobody() });
        screen.judge(service, 4, SITUATIONS, |situation| Profile { situation, ..nobody() });
        screen
    }

    /// Sets the bits of one dimension, the one with this place among those of the public.
    fn judge<T: CodeList>(
        &mut self,
        service: &Service,
        place: usize,
        first: u32,
        person: impl Fn(Option<T>) -> Profile,
    ) {
        for value in std::iter::once(None).chain(T::ALL.iter().copied().map(Some)) {
            let (_, accepted) = public(&service.eligibility, &person(value))[place];
            let finding = public_finding(service.welcome, known(service, accepted));
            self.kept |= if finding == Some(Finding::Excluded) { 0 } else { bit(first, value) };
            self.matched |= if finding.is_none() { bit(first, value) } else { 0 };
        }
    }

    /// Whether all that is sought is admitted.
    pub const fn admits(self, sought: Sought) -> bool {
        self.kept & sought.kept == sought.kept && self.matched & sought.matched == sought.matched
    }

    /// What one of the two admits.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { kept: self.kept | other.kept, matched: self.matched | other.matched }
    }
}

impl Sought {
    /// What has to be admitted for one of these verdicts; nothing where "no" is among them, or none is named.
    pub fn by(seeker: &Seeker<'_>, verdicts: &[Verdict]) -> Self {
        let Profile { age_band, gender, household, admin_status, situation, .. } = seeker.profile;
        let sought = SERVICE
            | bit(AGES, *age_band)
            | bit(GENDERS, *gender)
            | bit(HOUSEHOLDS, *household)
            | bit(STATUSES, *admin_status)
            | bit(SITUATIONS, *situation);
        if verdicts.is_empty() || verdicts.contains(&Verdict::No) {
            Self::default()
        } else if verdicts.contains(&Verdict::ToConfirm) {
            Self { kept: sought, matched: 0 }
        } else {
            Self { kept: sought, matched: sought }
        }
    }
}
