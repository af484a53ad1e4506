//! The demand ledger and the table of gaps: needs of persons, met or not, by month and area.
//!
//! A person is counted once per need and month whatever happens to the referrals. The key that tells
//! two requests of one person from those of two is a keyed hash whose key belongs to one project and
//! month; once that key is destroyed nobody can link the record to a case.

mod effects;

pub use effects::{effect_of, unmet_with};

use super::code::code_list;
use super::disclosure::keyed_hash;
use super::id::{CaseId, DemandId, Identifier, ProjectId, ReferralId, TeamId};
use super::need::Need;
use super::place::AreaCode;
use super::profile::{AgeBand, Gender, Household};
use super::sensitive::hidden_debug;
use super::time::Month;
use std::collections::BTreeMap;

code_list! {
    /// What became of a need in its month.
    DemandResult {
        Met = "met": "the service was given, in full or in part",
        UnmetNoService = "unmet_no_service": "no service of this kind in reach",
        UnmetFull = "unmet_full": "services exist, none has a place",
        UnmetNotEligible = "unmet_not_eligible": "services exist and exclude the person",
        UnmetTooFar = "unmet_too_far": "only beyond the agreed distance",
        UnmetLanguage = "unmet_language": "no usable language",
        UnmetUnsafe = "unmet_unsafe": "reaching or using it is dangerous",
        UnmetNoAnswer = "unmet_no_answer": "the recipient never answered",
        PersonDeclined = "person_declined": "the person did not want it",
        Pending = "pending": "not decided yet",
    }
}

impl DemandResult {
    /// True for results that a caseworker records by hand; the others come from a referral.
    pub const fn is_recorded_by_hand(self) -> bool {
        !matches!(self, Self::Met | Self::UnmetNoAnswer | Self::Pending)
    }
}

/// One need of one person, in one month, with what became of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Demand {
    /// Identifier.
    pub id: DemandId,
    /// The project that saw the need.
    pub project_id: ProjectId,
    /// The team that saw it.
    pub team_id: TeamId,
    /// The month.
    pub month: Month,
    /// The area where the person was.
    pub area: AreaCode,
    /// The need.
    pub need: Need,
    /// Age band of the person.
    pub age_band: Option<AgeBand>,
    /// Gender of the person.
    pub gender: Option<Gender>,
    /// Household of the person.
    pub household: Option<Household>,
    /// How many people it counts: one, unless they were counted outside.
    pub people: u32,
    /// Keyed hash of case and need: equal for two requests of one person in one month. None for people who were
    /// counted outside: whether two of them are one nobody knows.
    pub person_key: Option<String>,
    /// The referral it came from, if any.
    pub referral_id: Option<ReferralId>,
    /// What became of it.
    pub result: DemandResult,
}

hidden_debug!(Demand);

/// The person key of a case and need under the key of a project's month: 16 bytes of HMAC-SHA-256, in
/// lower-case hexadecimal.
pub fn person_key(month_key: &[u8], case: CaseId, need: Need) -> String {
    let mac = keyed_hash(month_key, &[&case.bytes(), need.to_string().as_bytes()]);
    data_encoding::HEXLOWER.encode(&mac[..16])
}

/// The same records, counting the same, with nothing left by which one of them could be found again: fresh
/// ids, no referral, and per person a key that was drawn and not computed. They come in the order of those
/// keys, so that not even the order of recording is left, except among the records of one person, where it
/// says what became of the need at last. `demands` stand in the order of recording.
pub fn unlinked(mut demands: Vec<Demand>, mut fresh: impl FnMut() -> DemandId) -> Vec<Demand> {
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    for demand in &mut demands {
        demand.person_key = demand.person_key.take().map(|key| {
            let key = keys.entry(key);
            key.or_insert_with(|| data_encoding::HEXLOWER.encode(&fresh().bytes())).clone()
        });
        demand.id = fresh();
        demand.referral_id = None;
    }
    demands.sort_by(|one, other| one.person_key.cmp(&other.person_key));
    demands
}

/// One cell of the table of gaps: persons with one need, in one area and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapCell {
    /// The month.
    pub month: Month,
    /// The area.
    pub area: AreaCode,
    /// The need.
    pub need: Need,
    /// Distinct persons.
    pub persons: u32,
    /// Those persons by what became of their need; the values sum up to `persons`.
    pub results: BTreeMap<DemandResult, u32>,
}

/// People with one need who were counted outside, in one area and month: requests, and never persons, because nobody
/// knows which of them are one, nor which of them stand in the other table too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutreachCell {
    /// The month.
    pub month: Month,
    /// The area.
    pub area: AreaCode,
    /// The need.
    pub need: Need,
    /// How many were counted, a person as often as she was.
    pub people: u32,
}

/// Sums what was counted outside.
pub fn tabulate_outreach(demands: &[Demand]) -> Vec<OutreachCell> {
    let mut people: BTreeMap<(Month, &AreaCode, Need), u32> = BTreeMap::new();
    for demand in demands.iter().filter(|demand| demand.person_key.is_none()) {
        let counted = people.entry((demand.month, &demand.area, demand.need)).or_default();
        *counted = counted.saturating_add(demand.people);
    }
    let cell = |((month, area, need), people): ((Month, &AreaCode, Need), u32)| OutreachCell {
        month,
        area: area.clone(),
        need,
        people,
    };
    people.into_iter().map(cell).collect()
}

/// Counts persons, not requests: a person whose need was met once counts as met, any other by the
/// result recorded last. `demands` stand in the order of recording.
pub fn tabulate(demands: &[Demand]) -> Vec<GapCell> {
    let mut persons: BTreeMap<(Month, &AreaCode, Need), BTreeMap<&str, DemandResult>> = BTreeMap::new();
    for demand in demands {
        let Some(person) = demand.person_key.as_deref() else { continue };
        let cell = persons.entry((demand.month, &demand.area, demand.need)).or_default();
        let result = cell.entry(person).or_insert(demand.result);
        if *result != DemandResult::Met {
            *result = demand.result;
        }
    }
    persons
        .into_iter()
        .map(|((month, area, need), by_person)| {
            let mut results = BTreeMap::new();
            by_person.values().for_each(|result| *results.entry(*result).or_insert(0) += 1);
            GapCell { month, area: area.clone(), need, persons: results.values().sum(), results }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(person: u8, need: Need, result: DemandResult) -> Demand {
        Demand {
            id: DemandId::from_bytes([person; 16]),
            project_id: ProjectId::from_bytes([9; 16]),
            team_id: TeamId::from_bytes([2; 16]),
            month: Month::parse("2026-03").expect("a month"),
            area: AreaCode::parse("FR-62193").expect("an area"),
            need,
            age_band: None,
            gender: None,
            household: None,
            people: 1,
            person_key: Some(person_key(b"key of the month", CaseId::from_bytes([person; 16]), need)),
            referral_id: None,
            result,
        }
    }

    /// W3 of the domain reference: 40 requests of 28 persons; 7 met; unmet: full 12, not eligible 5, no
    /// service 2, unsafe 1, declined by the person 1.
    #[test]
    fn the_worked_example_w3_counts_persons_and_not_requests() {
        let mut demands = Vec::new();
        let mut person = 0;
        let mut record = |count: u8, result| {
            for _ in 0..count {
                person += 1;
                demands.push(demand(person, Need::ShelterMinor, DemandResult::Pending));
                demands.push(demand(person, Need::ShelterMinor, result));
            }
        };
        record(7, DemandResult::Met);
        record(12, DemandResult::UnmetFull);
        record(5, DemandResult::UnmetNotEligible);
        record(2, DemandResult::UnmetNoService);
        record(1, DemandResult::UnmetUnsafe);
        record(1, DemandResult::PersonDeclined);
        demands.push(demand(1, Need::ShelterMinor, DemandResult::UnmetFull));
        let cells = tabulate(&demands);
        assert_eq!(cells.len(), 1);
        assert_eq!(cells[0].persons, 28);
        let counts: Vec<_> = cells[0].results.iter().map(|(result, count)| (*result, *count)).collect();
        assert_eq!(
            counts,
            [
                (DemandResult::Met, 7),
                (DemandResult::UnmetNoService, 2),
                (DemandResult::UnmetFull, 12),
                (DemandResult::UnmetNotEligible, 5),
                (DemandResult::UnmetUnsafe, 1),
                (DemandResult::PersonDeclined, 1)
            ]
        );
    }

    /// Scenario 14 of the domain reference.
    #[test]
    fn people_counted_outside_are_requests_and_never_mixed_with_persons() {
        let counted =
            |people| Demand { people, person_key: None, ..demand(1, Need::ShelterMinor, DemandResult::Pending) };
        let demands = [counted(40), demand(2, Need::ShelterMinor, DemandResult::Met), counted(20)];
        let cells = tabulate(&demands);
        assert_eq!((cells.len(), cells[0].persons), (1, 1));
        let outreach = tabulate_outreach(&demands);
        assert_eq!((outreach.len(), outreach[0].people), (1, 60));
    }

    #[test]
    fn unlinked_records_count_the_same_and_nothing_of_them_is_found_again() {
        let mut demands = Vec::new();
        for person in 1..=9 {
            for result in [DemandResult::Pending, DemandResult::Met, DemandResult::UnmetFull] {
                let index = u8::try_from(demands.len()).expect("a few");
                let result = if person % 2 == 0 { result } else { DemandResult::Pending };
                let recorded = demand(person, Need::ShelterMinor, result);
                demands.push(Demand { id: DemandId::from_bytes([100 + index; 16]), ..recorded });
            }
            demands.push(demand(person, Need::LegalAsylum, DemandResult::UnmetLanguage));
        }
        let mut drawn = 0_u64;
        let after = unlinked(demands.clone(), || {
            drawn += 1;
            let bytes = keyed_hash(b"chance", &[&drawn.to_be_bytes()]);
            DemandId::from_bytes(bytes[..16].try_into().expect("16 bytes"))
        });
        assert_eq!(tabulate(&after), tabulate(&demands));
        for before in &demands {
            let is_found = |after: &&Demand| after.id == before.id || after.person_key == before.person_key;
            assert_eq!(after.iter().find(is_found), None);
        }
        assert!(after.iter().all(|demand| demand.referral_id.is_none()));
        assert!(after.is_sorted_by_key(|demand| &demand.person_key), "and not in the order of recording");
    }

    #[test]
    fn the_same_case_cannot_be_followed_into_another_need_or_month() {
        let case = CaseId::from_bytes([1; 16]);
        let key = person_key(b"march", case, Need::LegalAsylum);
        assert_ne!(key, person_key(b"april", case, Need::LegalAsylum));
        assert_ne!(key, person_key(b"march", case, Need::LegalResidence));
    }
}
