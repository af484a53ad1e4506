//! Small counts stay hidden: a cell of the table of gaps is shown only when it tells of enough persons.
//!
//! A cell below the threshold is left out whole, as if nobody had had the need: none and few cannot be
//! told apart. Of a shown cell the results are told all or none: when one of them counts fewer persons
//! than the threshold, none is told, so that no subtraction gives it back. No total is given over cells.

use super::access::Access;
use super::rules::{Action, permit};
use super::visible::Visible;
use crate::domain::demand::{DemandResult, GapCell};
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

/// The cells as the viewer may see them; `None` unless the viewer may read the table of gaps.
pub fn show_gaps(access: &Access, cells: Vec<GapCell>) -> Option<Visible<Vec<ShownCell>>> {
    permit(access, Action::ReadGaps).ok()?;
    let shown = cells.into_iter().filter_map(suppress).collect();
    Some(Visible::of_directory(shown, access.recorder().clone()))
}

fn suppress(cell: GapCell) -> Option<ShownCell> {
    let threshold = if cell.need.is_sensitive_in_statistics() { SENSITIVE_THRESHOLD } else { THRESHOLD };
    let results_are_shown = cell.results.values().all(|count| *count >= threshold);
    (cell.persons >= threshold).then(|| ShownCell {
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

    fn shown(need: Need, counts: &[(DemandResult, u32)]) -> Option<(u32, bool)> {
        let results: BTreeMap<_, _> = counts.iter().copied().collect();
        let cell = GapCell {
            month: Month::parse("2026-03").expect("a month"),
            area: AreaCode::parse("FR-62193").expect("an area"),
            need,
            persons: results.values().sum(),
            results,
        };
        suppress(cell).map(|shown| (shown.persons, shown.results.is_some()))
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
