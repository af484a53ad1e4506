//! How fresh an entry is: whether what it says can still be believed.

use super::code::code_list;
use super::directory::Service;
use super::time::Date;

code_list! {
    /// How fresh an entry is, in words.
    FreshnessState {
        Fresh = "fresh": "checked in the last six months, or vouched for by its source until a day to come",
        Ageing = "ageing": "checked six months to two years ago",
        Stale = "stale": "checked more than two years ago, or past the last day its source vouched for",
        Unknown = "unknown": "nobody has told when it was checked",
    }
}

/// Freshness of an entry on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Freshness {
    /// The state in words.
    pub state: FreshnessState,
    /// 1 (fresh) down to 0 (stale); `None` where nothing is known.
    pub score: Option<f64>,
}

/// Days up to which a check counts in full.
const FULL_DAYS: i64 = 183;
/// Days after which a check counts for nothing.
const ZERO_DAYS: i64 = 730;

/// The score of a check made `age_days` ago: 1 below 183 days, then falling in a straight line to 0 at
/// 730 days (data·inclusion's formula; domain reference §2.13).
pub fn score(age_days: i64) -> f64 {
    if age_days < FULL_DAYS {
        1.0
    } else if age_days > ZERO_DAYS {
        0.0
    } else {
        #[expect(clippy::cast_precision_loss, reason = "at most three digits")]
        let (left, span) = ((ZERO_DAYS - age_days) as f64, (ZERO_DAYS - FULL_DAYS) as f64);
        left / span
    }
}

/// Freshness of a service on `today`. Past the last day that its source vouches for, it is stale
/// whatever was checked before.
pub fn freshness(service: &Service, today: Date) -> Freshness {
    if service.valid_until.is_some_and(|last| last < today) {
        return Freshness { state: FreshnessState::Stale, score: Some(0.0) };
    }
    // Nobody has checked it on a day to come: that is an error of typing.
    let score = match service.verified_on.filter(|verified| *verified <= today.succ_opt().unwrap_or(today)) {
        Some(verified) => score((today - verified).num_days()),
        None if service.valid_until.is_some() => 1.0,
        None => return Freshness { state: FreshnessState::Unknown, score: None },
    };
    let state = match score {
        1.0.. => FreshnessState::Fresh,
        0.0 => FreshnessState::Stale,
        _ => FreshnessState::Ageing,
    };
    Freshness { state, score: Some(score) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Identifier as _, OrganizationId, ServiceId};

    #[test]
    fn a_check_on_a_day_to_come_is_none() {
        let today = Date::from_ymd_opt(2026, 11, 23).expect("a day");
        let (id, organization) = (ServiceId::derived("test", "one"), OrganizationId::derived("test", "one"));
        for (days, expected) in [(0, FreshnessState::Fresh), (1, FreshnessState::Fresh), (2, FreshnessState::Unknown)] {
            let verified_on = Some(today + chrono::Days::new(days));
            let service = Service { verified_on, ..Service::named(id, organization, "One") };
            assert_eq!(freshness(&service, today).state, expected, "in {days} days; one is that of another clock");
        }
    }

    #[test]
    fn the_worked_example_w8_holds() {
        for (age_days, expected) in [(0, 1.0), (182, 1.0), (183, 1.0), (365, 0.667), (730, 0.0), (800, 0.0)] {
            assert!((score(age_days) - expected).abs() < 0.001, "{age_days}");
        }
    }
}
