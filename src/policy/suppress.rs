//! Small counts stay hidden: a cell of the table of gaps is shown only when it tells of enough persons.
//!
//! A cell below the threshold is left out whole, as if nobody had had the need: none and few cannot be
//! told apart. Of a shown cell the results are told all or none: when one of them counts fewer persons
//! than the threshold, none is told, so that no subtraction gives it back. No total is given over cells.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::{Guard, Standing};
use super::visible::Visible;
use crate::domain::demand::{DemandResult, GapCell, OutreachCell};
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::time::Month;
use std::collections::BTreeMap;

/// Fewest persons of a shown count inside the project (P-18).
pub const THRESHOLD: u32 = 5;
/// Fewest persons of a shown count for needs that tell of torture, trafficking, gender-based violence or
/// detention (P-18).
pub const SENSITIVE_THRESHOLD: u32 = 11;

/// A cell as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCell {
    /// The month.
    pub month: Month,
    /// The area.
    pub area: AreaCode,
    /// The need.
    pub need: Need,
    /// Distinct persons, never fewer than the threshold.
    pub persons: u32,
    /// Those persons by what became of their need; `None` where one count lies below the threshold.
    pub results: Option<BTreeMap<DemandResult, u32>>,
}

/// The table as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownGaps {
    /// The cells.
    pub cells: Vec<ShownCell>,
    /// What was counted outside, no cell of it below the threshold.
    pub outreach: Vec<OutreachCell>,
    /// Fewest persons of a shown count.
    pub threshold: u32,
    /// Fewest persons of a shown count of a sensitive need.
    pub sensitive_threshold: u32,
}

const PROMISED: [&str; 4] = [
    "ServiceGapReport.cells",
    "ServiceGapReport.outreach",
    "ServiceGapReport.threshold",
    "ServiceGapReport.sensitiveThreshold",
];
const PROMISED_OF_CELL: [&str; 4] =
    ["ServiceGapCell.month", "ServiceGapCell.area", "ServiceGapCell.need", "ServiceGapCell.persons"];
const PROMISED_OF_OUTREACH: [&str; 4] =
    ["ServiceGapOutreach.month", "ServiceGapOutreach.area", "ServiceGapOutreach.need", "ServiceGapOutreach.people"];
const OF_RESULTS: [&str; 3] = ["ServiceGapCell.results", "ServiceGapResult.result", "ServiceGapResult.persons"];

/// The table as the viewer may see it; `None` unless the viewer may read it.
pub fn show_gaps(access: &Access, cells: Vec<GapCell>, mut outreach: Vec<OutreachCell>) -> Option<Visible<ShownGaps>> {
    permit(access, Action::ReadGaps).ok()?;
    let look = |need: Option<Need>, has_enough| {
        let concerns_violence = need.is_some_and(Need::concerns_gender_based_violence);
        let facts = access.facts(access.relation_to_figures(), Standing::Plain, concerns_violence);
        Looking::new(access, facts.holding(Guard::EnoughPersons, has_enough))
    };
    let cells = cells.into_iter().filter_map(|cell| suppress(cell, look)).collect();
    outreach.retain(|cell| look(Some(cell.need), cell.people >= threshold(cell.need)).sees_all(&PROMISED_OF_OUTREACH));
    let gaps = ShownGaps { cells, outreach, threshold: THRESHOLD, sensitive_threshold: SENSITIVE_THRESHOLD };
    let is_seen = look(None, true).sees_all(&PROMISED);
    is_seen.then(|| Visible::of_directory(gaps, access.recorder().clone()))
}

fn threshold(need: Need) -> u32 {
    if need.is_sensitive_in_statistics() { SENSITIVE_THRESHOLD } else { THRESHOLD }
}

fn suppress(cell: GapCell, look: impl Fn(Option<Need>, bool) -> Looking) -> Option<ShownCell> {
    let threshold = threshold(cell.need);
    let has_enough = cell.results.values().all(|count| *count >= threshold);
    let results_are_shown = look(Some(cell.need), has_enough).sees_all(&OF_RESULTS);
    look(Some(cell.need), cell.persons >= threshold).sees_all(&PROMISED_OF_CELL).then(|| ShownCell {
        month: cell.month,
        area: cell.area,
        need: cell.need,
        persons: cell.persons,
        results: results_are_shown.then_some(cell.results),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Account, Role};
    use crate::domain::id::{AccountId, Identifier, OrganizationId, ProjectId};
    use crate::policy::access::Viewer;
    use crate::policy::table::Table;

    fn reader() -> Access {
        let account = Account {
            id: AccountId::from_bytes([1; 16]),
            handle: "coordinator".to_owned(),
            role: Role::Coordinator,
            organization_id: OrganizationId::from_bytes([2; 16]),
            project_id: Some(ProjectId::from_bytes([3; 16])),
            team_ids: Vec::new(),
            is_trained: true,
        };
        Access::new(Viewer::Staff(account), Table::standard())
    }

    fn shown(need: Need, counts: &[(DemandResult, u32)]) -> Option<(u32, bool)> {
        let results: BTreeMap<_, _> = counts.iter().copied().collect();
        let cell = GapCell {
            month: Month::parse("2026-03").expect("a month"),
            area: AreaCode::parse("FR-62193").expect("an area"),
            need,
            persons: results.values().sum(),
            results,
        };
        let access = reader();
        let shown = show_gaps(&access, vec![cell], Vec::new()).expect("a coordinator reads the figures");
        shown.cells.first().map(|cell| (cell.persons, cell.results.is_some()))
    }

    #[test]
    fn of_people_counted_outside_no_cell_of_few_is_told() {
        let cell = |need, people| OutreachCell {
            month: Month::parse("2026-03").expect("a month"),
            area: AreaCode::parse("FR-13055").expect("an area"),
            need,
            people,
        };
        let cells = [
            cell(Need::ShelterSquatSupport, 4),
            cell(Need::BasicFood, 5),
            cell(Need::MhpssTortureRehab, 10),
            cell(Need::ProtTrafficking, 11),
        ];
        let shown = show_gaps(&reader(), Vec::new(), cells.to_vec()).expect("a coordinator reads the figures");
        assert_eq!(shown.outreach, [cells[1].clone(), cells[3].clone()]);
    }

    #[test]
    fn no_count_below_the_threshold_is_told_or_can_be_subtracted() {
        use DemandResult::{Met, UnmetFull};
        for (need, counts, expected) in [
            (Need::ShelterMinor, &[(Met, 4)][..], None),
            (Need::ShelterMinor, &[(Met, 5)], Some((5, true))),
            (Need::ShelterMinor, &[(Met, 11), (UnmetFull, 1)], Some((12, false))),
            (Need::ShelterMinor, &[(Met, 6), (UnmetFull, 5)], Some((11, true))),
            (Need::MhpssTortureRehab, &[(Met, 10)], None),
            (Need::MhpssTortureRehab, &[(Met, 11)], Some((11, true))),
        ] {
            assert_eq!(shown(need, counts), expected, "{need} {counts:?}");
        }
    }
}
