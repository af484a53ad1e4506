//! Why one service stands before another: six factors, each from 0 to 1, by the weights of one table.
//!
//! Invariant: what is not known counts half, so that silence neither lifts nor sinks a service. Whether a partner
//! accepts never counts: a decline is an answer, and who ranks by acceptance teaches partners to take the easy cases.

use super::code::{CodeList, code_list};
use super::directory::CapacityStatus;
use super::fit::{Finding, Fit, Verdict};
use super::opening::OpeningStatus;
use super::place::DistanceBand;

code_list! {
    /// In which order services come.
    ServiceOrder {
        Nearest = "nearest": "by distance; without a point by how well the words fit, and without words by id",
        Best = "best": "the first two hundred of that order that the filter keeps, by their standing",
    }
}

#[expect(clippy::derivable_impls, reason = "a code list derives what every code list has")]
impl Default for ServiceOrder {
    fn default() -> Self {
        Self::Nearest
    }
}

code_list! {
    /// What lifts a service in an order by what suits best.
    RankFactor {
        Fit = "fit": "whether it takes the person, and how much is to be confirmed",
        Opening = "opening": "whether it is open then",
        Capacity = "capacity": "whether it has a place",
        Distance = "distance": "how near it is, as the crow flies",
        Freshness = "freshness": "how lately somebody checked the entry",
        Answering = "answering": "how reliably its organisation answers your project",
    }
}

impl RankFactor {
    /// What the factor counts for; the weights sum up to 1. This is the whole table. Fit weighs as much as openness,
    /// capacity and freshness together, because the wrong door costs more than a longer way; distance outweighs
    /// freshness, because people walk.
    pub const fn weight(self) -> f64 {
        match self {
            Self::Fit => 0.35,
            Self::Distance => 0.20,
            Self::Opening | Self::Capacity => 0.15,
            Self::Freshness => 0.10,
            Self::Answering => 0.05,
        }
    }
}

/// A distance as far as it may be told, and so as far as it may rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RankedDistance {
    /// Great-circle metres.
    Meters(f64),
    /// The band of a redacted place: nothing finer may be read from where it stands.
    Band(DistanceBand),
}

/// How an organisation has answered the referrals of one project, as frozen at the end of a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answering {
    /// How many referrals the figure rests on.
    pub referrals: u32,
    /// The share of them that was answered in time, whatever the answer, from 0 to 1.
    pub answered_in_time_share: f64,
}

/// Under so many referrals a figure says nothing of an organisation.
pub const REFERRALS_TO_COUNT: u32 = 5;

/// What is known of a service when it is ranked.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The verdict and its reasons.
    pub fit: &'a Fit,
    /// Whether it is open at the time asked for; `None` where nobody asked.
    pub opening: Option<OpeningStatus>,
    /// What its capacity is worth now.
    pub capacity: CapacityStatus,
    /// How far it is; `None` without a point to measure from, or a known place.
    pub distance: Option<RankedDistance>,
    /// Its freshness from 0 to 1; `None` where nobody has told.
    pub freshness: Option<f64>,
    /// How its organisation answers.
    pub answering: Option<Answering>,
}

/// One factor of a standing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorValue {
    /// Which factor.
    pub factor: RankFactor,
    /// From 0, which speaks against the service, to 1, which speaks for it; `None` where it is not known.
    pub value: Option<f64>,
}

/// Where a service stands, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// The weighted sum, 0 to 1.
    pub score: f64,
    /// The factors in the order of the list.
    pub factors: [FactorValue; 6],
}

/// What counts for a factor that is not known.
const NOT_KNOWN: f64 = 0.5;

/// Metres at which the nearness of a place has fallen to a half: an hour on foot.
const HALF_NEARNESS_METERS: f64 = 5_000.0;

/// The standing of a service.
pub fn standing(observed: &Observed<'_>) -> Standing {
    let value = |factor| match factor {
        RankFactor::Fit => Some(fit_value(observed.fit)),
        RankFactor::Opening => observed.opening.and_then(opening_value),
        RankFactor::Capacity => capacity_value(observed.capacity),
        RankFactor::Distance => observed.distance.map(nearness),
        RankFactor::Freshness => observed.freshness,
        RankFactor::Answering => observed.answering.and_then(answering_value),
    };
    let mut factors = [FactorValue { factor: RankFactor::Fit, value: None }; 6];
    for (place, factor) in factors.iter_mut().zip(RankFactor::ALL) {
        *place = FactorValue { factor: *factor, value: value(*factor) };
    }
    let weighted = factors.iter().map(|counted| counted.factor.weight() * counted.value.unwrap_or(NOT_KNOWN));
    Standing { score: weighted.sum(), factors }
}

/// Each thing to confirm is a call to be made: it takes a quarter of what is left. Outside the public that is served
/// first counts as two.
fn fit_value(fit: &Fit) -> f64 {
    match fit.verdict {
        Verdict::Match => 1.0,
        Verdict::No => 0.0,
        Verdict::ToConfirm => fit.reasons.iter().fold(1.0, |left, reason| match reason.finding {
            Finding::ToConfirm => left * 0.75,
            Finding::OutsideFirstPublic => left * 0.75 * 0.75,
            Finding::Excluded => 0.0,
        }),
    }
}

const fn opening_value(status: OpeningStatus) -> Option<f64> {
    match status {
        OpeningStatus::Open => Some(1.0),
        OpeningStatus::Closed => Some(0.0),
        OpeningStatus::Unknown => None,
    }
}

const fn capacity_value(status: CapacityStatus) -> Option<f64> {
    match status {
        CapacityStatus::Open => Some(1.0),
        CapacityStatus::Limited => Some(0.8),
        CapacityStatus::AssessmentNeeded => Some(0.5),
        CapacityStatus::Waitlist => Some(0.3),
        CapacityStatus::Full => Some(0.0),
        CapacityStatus::Unknown => None,
    }
}

/// 1 at the door, a half at five kilometres. A band stands for its middle.
fn nearness(distance: RankedDistance) -> f64 {
    let meters = match distance {
        RankedDistance::Meters(meters) => meters,
        RankedDistance::Band(DistanceBand::Under5Km) => 2_500.0,
        RankedDistance::Band(DistanceBand::From5To20Km) => 12_500.0,
        RankedDistance::Band(DistanceBand::From20To50Km) => 35_000.0,
        RankedDistance::Band(DistanceBand::From50To200Km) => 125_000.0,
        RankedDistance::Band(DistanceBand::Over200Km) => 400_000.0,
    };
    HALF_NEARNESS_METERS / (HALF_NEARNESS_METERS + meters)
}

/// To the nearest quarter: score and value are told, and a finer one would tell of single referrals (ruling R20).
fn answering_value(answering: Answering) -> Option<f64> {
    let quarters = (answering.answered_in_time_share * 4.0).round() / 4.0;
    (answering.referrals >= REFERRALS_TO_COUNT).then_some(quarters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fit::{FitDimension, FitReason};

    fn confirm(count: usize) -> Fit {
        let reason = FitReason { dimension: FitDimension::Age, finding: Finding::ToConfirm };
        Fit::of(vec![reason; count])
    }

    fn observed(fit: &Fit) -> Observed<'_> {
        let capacity = CapacityStatus::Unknown;
        Observed { fit, opening: None, capacity, distance: None, freshness: None, answering: None }
    }

    #[test]
    fn the_weights_sum_up_to_one() {
        let sum: f64 = RankFactor::ALL.iter().map(|factor| factor.weight()).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_known_counts_half_and_what_speaks_for_a_service_lifts_it() {
        let plain = confirm(0);
        let nothing = standing(&observed(&plain)).score;
        assert!((nothing - (0.35 + 0.65 / 2.0)).abs() < 1e-12, "{nothing}");
        let best = Observed {
            opening: Some(OpeningStatus::Open),
            capacity: CapacityStatus::Open,
            distance: Some(RankedDistance::Meters(0.0)),
            freshness: Some(1.0),
            answering: Some(Answering { referrals: 5, answered_in_time_share: 1.0 }),
            ..observed(&plain)
        };
        assert!((standing(&best).score - 1.0).abs() < 1e-12);
        for worse in [
            Observed { opening: Some(OpeningStatus::Unknown), ..best },
            Observed { opening: Some(OpeningStatus::Closed), ..best },
            Observed { capacity: CapacityStatus::Waitlist, ..best },
            Observed { distance: Some(RankedDistance::Meters(2_000.0)), ..best },
            Observed { freshness: Some(0.5), ..best },
            Observed { fit: &confirm(1), ..best },
        ] {
            assert!(standing(&worse).score < 1.0, "{worse:?}");
        }
        let score = |count| standing(&Observed { fit: &confirm(count), ..best }).score;
        assert!(score(1) > score(2) && score(2) > score(5), "the more is to be confirmed, the lower");
    }

    #[test]
    fn few_referrals_say_nothing_and_a_band_is_all_that_a_redacted_place_ranks_by() {
        let plain = confirm(0);
        let answered = |referrals, share| {
            let answering = Some(Answering { referrals, answered_in_time_share: share });
            standing(&Observed { answering, ..observed(&plain) }).score
        };
        assert_eq!(answered(4, 0.0), standing(&observed(&plain)).score);
        assert_eq!(answered(4, 0.0), answered(4, 1.0));
        assert!(answered(5, 0.0) < answered(5, 1.0));
        assert_eq!((answered(5, 0.7), answered(9, 0.63)), (answered(8, 0.75), answered(9, 0.86)), "in quarters");
        let band = |meters| {
            let distance = Some(RankedDistance::Band(DistanceBand::of_center(meters)));
            standing(&Observed { distance, ..observed(&plain) }).score
        };
        assert_eq!(band(5_000.0), band(19_999.0));
        assert!(band(4_999.0) > band(5_000.0));
    }
}
