//! How many a service can take, as last told.

use super::codes::{CapacityPeriod, CapacityStatus, CapacityUnit, Teller};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many the service can take, as last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// The status as told; see [`Capacity::status_at`] for what it is worth now.
    pub status: CapacityStatus,
    /// In what it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<CapacityUnit>,
    /// How many are free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u32>,
    /// When it was told, in microseconds of UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at_microseconds: Option<i64>,
    /// Over which time it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<CapacityPeriod>,
    /// How many days somebody who comes now waits, as told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_wait_days: Option<u16>,
    /// Who told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_by: Option<Teller>,
}

impl Capacity {
    /// Hours after which no figure is worth anything, whatever its unit.
    pub const LONGEST_HOURS: i64 = 168;

    /// A status alone.
    pub const fn of(status: CapacityStatus) -> Self {
        Self {
            status,
            unit: None,
            available: None,
            maximum: None,
            updated_at_microseconds: None,
            per: None,
            expected_wait_days: None,
            told_by: None,
        }
    }

    /// Hours after which the unit's figure is worth nothing: a bed changes hands in a day, the rest
    /// in a week.
    pub const fn stale_after_hours(&self) -> i64 {
        match self.unit {
            Some(CapacityUnit::Bed | CapacityUnit::Place) => 24,
            _ => Self::LONGEST_HOURS,
        }
    }

    /// When the figure was told; `None` once it is stale, or where nobody wrote that down.
    fn told_at(&self, now: Timestamp) -> Option<Timestamp> {
        let updated = self.updated_at_microseconds.map(Timestamp::from_microseconds);
        updated.filter(|updated| now.hours_since(*updated) < self.stale_after_hours())
    }

    /// True when it was told less than 24 hours ago.
    pub fn is_of_the_last_day(&self, now: Timestamp) -> bool {
        let told = self.updated_at_microseconds.map(Timestamp::from_microseconds);
        told.is_some_and(|told| now.hours_since(told) < 24)
    }

    /// What the figure is worth at `now`: the status as told, or unknown once it is stale or when
    /// nobody wrote down when it was told.
    pub fn status_at(&self, now: Timestamp) -> CapacityStatus {
        self.told_at(now).map_or(CapacityStatus::Unknown, |_| self.status)
    }

    /// How many of these instants came after the figure was told; `None` where the figure is worth nothing at `now`.
    pub fn count_since(&self, instants: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> Option<usize> {
        let told_at = self.told_at(now)?;
        Some(instants.into_iter().filter(|at| *at > told_at).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;

    #[test]
    fn only_what_came_after_a_figure_counts_and_only_while_it_is_worth_something() {
        let hour = |hour: i64| Timestamp::from_microseconds(0).plus_hours(hour);
        let told = |unit, at: Option<Timestamp>| Capacity {
            unit,
            updated_at_microseconds: at.map(Timestamp::microseconds),
            ..Capacity::of(CapacityStatus::Open)
        };
        let (bed, slot) = (Some(CapacityUnit::Bed), Some(CapacityUnit::Appointment));
        let accepted = [hour(9), hour(10), hour(11), hour(12)];
        for (capacity, now, expected) in [
            (told(bed, Some(hour(10))), hour(13), Some(2)),
            (told(bed, Some(hour(12))), hour(13), Some(0)),
            (told(bed, Some(hour(10))), hour(33), Some(2)),
            (told(bed, Some(hour(10))), hour(34), None),
            (told(slot, Some(hour(10))), hour(34), Some(2)),
            (told(bed, None), hour(13), None),
        ] {
            assert_eq!(capacity.count_since(accepted, now), expected, "{capacity:?} at {now}");
        }
    }

    #[test]
    fn no_figure_is_worth_anything_after_the_longest_time() {
        let now = Timestamp::from_microseconds(0).plus_hours(Capacity::LONGEST_HOURS);
        for unit in CapacityUnit::ALL.iter().copied().map(Some).chain([None]) {
            let told = Capacity { unit, updated_at_microseconds: Some(0), ..Capacity::of(CapacityStatus::Open) };
            assert_eq!(told.status_at(now), CapacityStatus::Unknown, "{unit:?}");
        }
    }
}
