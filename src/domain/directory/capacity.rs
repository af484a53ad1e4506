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
            _ => 168,
        }
    }

    /// What the figure is worth at `now`: the status as told, or unknown once it is stale or when
    /// nobody wrote down when it was told.
    pub fn status_at(&self, now: Timestamp) -> CapacityStatus {
        match self.updated_at_microseconds.map(Timestamp::from_microseconds) {
            Some(updated) if now.hours_since(updated) < self.stale_after_hours() => self.status,
            _ => CapacityStatus::Unknown,
        }
    }
}
