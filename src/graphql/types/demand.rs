//! Demand records and the table of gaps.

use crate::domain::demand::{DemandResult, OutreachCell};
use crate::domain::need::Need;
use crate::policy::person_view::DemandView;
use crate::policy::suppress::{ShownCell, ShownGaps};
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object, SimpleObject};

/// A need of a person, in one month, with what became of it. The team that saw the need sees it.
#[derive(Description)]
pub struct Demand(pub Visible<DemandView>);

#[Object(use_type_description)]
impl Demand {
    /// Identifier, beginning with `dem_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The month, such as `2026-11`.
    async fn month(&self) -> String {
        self.0.tell(&self.0.month).to_string()
    }

    /// The need, by its code.
    async fn need(&self) -> Option<Need> {
        self.0.reveal(&self.0.need).copied()
    }

    /// Code of the area where the person was.
    async fn area(&self) -> Option<&str> {
        self.0.reveal(&self.0.area).map(|area| area.as_str())
    }

    /// How many people it counts: one, unless they were counted outside.
    async fn people(&self) -> Option<u32> {
        self.0.reveal(&self.0.people).copied()
    }

    /// What became of it.
    async fn result(&self) -> Option<DemandResult> {
        self.0.reveal(&self.0.result).copied()
    }
}

/// The table of gaps: needs by area and month, met or not and why. Counts are persons that the team saw,
/// never the true need. No totals are given over cells.
#[derive(Description)]
pub struct ServiceGapReport(pub Visible<ShownGaps>);

#[Object(use_type_description)]
impl ServiceGapReport {
    /// The cells that may be shown, by month, area and need. A cell of fewer persons than the threshold is
    /// left out: none and few cannot be told apart.
    #[graphql(complexity = "100 * child_complexity")]
    async fn cells(&self) -> Vec<ServiceGapCell> {
        self.0.cells.iter().map(ServiceGapCell::from).collect()
    }

    /// People who were counted outside, by month, area and need: a person as often as she was counted, so that they are
    /// never added to the persons. A cell of fewer people than the threshold is left out.
    #[graphql(complexity = "100 * child_complexity")]
    async fn outreach(&self) -> Vec<ServiceGapOutreach> {
        self.0.outreach.iter().map(ServiceGapOutreach::from).collect()
    }

    /// Fewest persons of a shown count.
    async fn threshold(&self) -> u32 {
        self.0.threshold
    }

    /// Fewest persons of a shown count for needs that tell of torture, trafficking, gender-based violence
    /// or detention.
    async fn sensitive_threshold(&self) -> u32 {
        self.0.sensitive_threshold
    }
}

/// Persons with one need, in one area and month.
#[derive(SimpleObject)]
pub struct ServiceGapCell {
    /// The month, such as `2026-11`.
    month: String,
    /// Code of the area.
    area: String,
    /// The need, by its code.
    need: Need,
    /// How many distinct persons.
    persons: u32,
    /// Those persons by what became of their need; null where one of the counts lies below the threshold.
    results: Option<Vec<ServiceGapResult>>,
}

/// People with one need who were counted outside, in one area and month.
#[derive(SimpleObject)]
pub struct ServiceGapOutreach {
    /// The month, such as `2026-11`.
    month: String,
    /// Code of the area.
    area: String,
    /// The need, by its code.
    need: Need,
    /// How many were counted, a person as often as she was.
    people: u32,
}

impl From<&OutreachCell> for ServiceGapOutreach {
    fn from(cell: &OutreachCell) -> Self {
        let OutreachCell { month, area, need, people } = cell;
        Self { month: month.to_string(), area: area.to_string(), need: *need, people: *people }
    }
}

/// How many persons of a cell had one result.
#[derive(SimpleObject)]
pub struct ServiceGapResult {
    /// What became of the need.
    result: DemandResult,
    /// How many distinct persons.
    persons: u32,
}

impl From<&ShownCell> for ServiceGapCell {
    fn from(cell: &ShownCell) -> Self {
        let results = cell.results.as_ref().map(|results| {
            results.iter().map(|(result, persons)| ServiceGapResult { result: *result, persons: *persons }).collect()
        });
        Self {
            month: cell.month.to_string(),
            area: cell.area.to_string(),
            need: cell.need,
            persons: cell.persons,
            results,
        }
    }
}
