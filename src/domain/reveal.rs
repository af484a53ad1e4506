//! The reveal budget: how many cases one person opens before somebody else is told.
//!
//! Invariant: it never locks a door. An emergency is answered whatever the count; what a robot with a stolen
//! credential does becomes loud at once.

/// Distinct cases that one person may open before an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevealBudget {
    /// Within an hour.
    pub cases_per_hour: i64,
    /// Within 24 hours.
    pub cases_per_day: i64,
}

impl Default for RevealBudget {
    fn default() -> Self {
        Self { cases_per_hour: 60, cases_per_day: 200 }
    }
}

/// Distinct cases that one person has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Within the last hour.
    pub in_hour: i64,
    /// Within the last 24 hours.
    pub in_day: i64,
}

impl RevealBudget {
    /// True when somebody else has to be told.
    pub const fn is_exceeded_by(self, opened: Opened) -> bool {
        opened.in_hour > self.cases_per_hour || opened.in_day > self.cases_per_day
    }
}
