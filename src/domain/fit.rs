//! Whom a service takes: a three-valued verdict with its reasons.
//!
//! Invariant: what is unknown never excludes; it asks for confirmation. `exclusive` and outside its
//! public excludes; `preferential` and outside is kept; `unconditional` takes everybody.

use super::code::code_list;
use super::directory::{CapacityStatus, Eligibility, Service, ServiceStatus, Welcome};
use super::freshness::{FreshnessState, freshness};
use super::need::Need;
use super::profile::{AdminStatus, AgeBand, Gender, Profile};
use super::time::Timestamp;

code_list! {
    /// Whether a service takes a person.
    Verdict named "FitVerdict" {
        Match = "match": "everything known fits",
        ToConfirm = "to_confirm": "nothing known excludes, something is to be confirmed",
        No = "no": "something known excludes",
    }
}

code_list! {
    /// On what a verdict rests.
    FitDimension {
        Need = "need": "what the service offers",
        Status = "status": "whether the service works",
        Capacity = "capacity": "whether it has a place",
        Criteria = "criteria": "criteria that nobody has coded",
        Age = "age": "the ages taken",
        Gender = "gender": "the genders taken",
        Household = "household": "the households taken",
        AdminStatus = "admin_status": "the administrative statuses taken",
        Situation = "situation": "the living situations taken",
        Language = "language": "the languages spoken there",
        Freshness = "freshness": "how long ago the entry was checked",
    }
}

code_list! {
    /// What was found on one dimension, where it does not simply fit.
    Finding named "FitFinding" {
        ToConfirm = "to_confirm": "not known on one of the two sides",
        OutsideFirstPublic = "outside_first_public": "outside the public that the service serves first",
        Excluded = "excluded": "outside what the service takes",
    }
}

/// Why a verdict is not a plain match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitReason {
    /// The dimension.
    pub dimension: FitDimension,
    /// What was found on it.
    pub finding: Finding,
}

/// The verdict on one service for one need and profile, with every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not a plain match, in the order of the dimensions.
    pub reasons: Vec<FitReason>,
}

/// Judges one service. `need` is left out where the caller looks for any.
pub fn fit(service: &Service, need: Option<Need>, profile: &Profile, now: Timestamp) -> Fit {
    let mut reasons = Vec::new();
    let mut found = |dimension, finding: Option<Finding>| {
        if let Some(finding) = finding {
            reasons.push(FitReason { dimension, finding });
        }
    };
    found(FitDimension::Need, need.and_then(|need| need_finding(service, need)));
    let works = service.status == ServiceStatus::Open;
    found(FitDimension::Status, (!works).then_some(Finding::Excluded));
    found(FitDimension::Capacity, capacity_finding(service.capacity_status_at(now)));
    found(FitDimension::Criteria, criteria_finding(service));
    for (dimension, accepted) in public(&service.eligibility, profile) {
        found(dimension, public_finding(service.welcome, accepted));
    }
    found(FitDimension::Language, language_finding(service, profile));
    let stale = freshness(service, now.date()).state == FreshnessState::Stale;
    found(FitDimension::Freshness, stale.then_some(Finding::ToConfirm));
    let verdict = if reasons.iter().any(|reason| reason.finding == Finding::Excluded) {
        Verdict::No
    } else if reasons.is_empty() {
        Verdict::Match
    } else {
        Verdict::ToConfirm
    };
    Fit { verdict, reasons }
}

/// Whether the service answers the need: by its code, or to be confirmed where its source tells only
/// the family. The directory files each service under the needs that this does not exclude.
pub fn need_finding(service: &Service, need: Need) -> Option<Finding> {
    if service.needs.contains(&need) {
        None
    } else if service.need_families.iter().any(|family| *family == need.family()) {
        Some(Finding::ToConfirm)
    } else {
        Some(Finding::Excluded)
    }
}

fn capacity_finding(status: CapacityStatus) -> Option<Finding> {
    match status {
        CapacityStatus::Full => Some(Finding::Excluded),
        CapacityStatus::Waitlist | CapacityStatus::AssessmentNeeded => Some(Finding::ToConfirm),
        CapacityStatus::Open | CapacityStatus::Limited | CapacityStatus::Unknown => None,
    }
}

/// Criteria are to be confirmed where they exist in words only, or where nobody has told any.
fn criteria_finding(service: &Service) -> Option<Finding> {
    let uncoded = service.eligibility == Eligibility::default() && service.welcome != Some(Welcome::Unconditional);
    uncoded.then_some(Finding::ToConfirm)
}

/// What the coded public says of the profile, dimension by dimension: accepted, not accepted, or
/// unknown (`None`). A dimension that the service does not restrict is accepted.
fn public(eligibility: &Eligibility, profile: &Profile) -> [(FitDimension, Option<bool>); 5] {
    let gender = profile.gender.filter(|gender| *gender != Gender::Unstated);
    let status = profile.admin_status.filter(|status| *status != AdminStatus::Unknown);
    [
        (FitDimension::Age, age_accepted(eligibility, profile.age_band)),
        (FitDimension::Gender, accepted(&eligibility.genders, gender)),
        (FitDimension::Household, accepted(&eligibility.households, profile.household)),
        (FitDimension::AdminStatus, accepted(&eligibility.admin_statuses, status)),
        (FitDimension::Situation, accepted(&eligibility.situations, profile.situation)),
    ]
}

fn accepted<T: PartialEq>(accepted: &[T], value: Option<T>) -> Option<bool> {
    if accepted.is_empty() { Some(true) } else { value.map(|value| accepted.contains(&value)) }
}

/// A band that lies only partly inside the accepted ages is unknown: the person may be either.
fn age_accepted(eligibility: &Eligibility, band: Option<AgeBand>) -> Option<bool> {
    let (minimum, maximum) = (eligibility.minimum_age, eligibility.maximum_age);
    if minimum.is_none() && maximum.is_none() && eligibility.age_bands.is_empty() {
        return Some(true);
    }
    let band = band.filter(|band| *band != AgeBand::Unknown)?;
    if eligibility.age_bands.contains(&band) {
        return Some(true);
    }
    if minimum.is_none() && maximum.is_none() {
        return Some(false);
    }
    let (first, last) = band.years()?;
    let (minimum, maximum) = (minimum.unwrap_or(0), maximum.unwrap_or(u8::MAX));
    if minimum <= first && last <= maximum {
        Some(true)
    } else if last < minimum || maximum < first {
        Some(false)
    } else {
        None
    }
}

fn public_finding(welcome: Option<Welcome>, accepted: Option<bool>) -> Option<Finding> {
    match (welcome, accepted) {
        (Some(Welcome::Unconditional), _) | (_, Some(true)) => None,
        (_, None) => Some(Finding::ToConfirm),
        (Some(Welcome::Preferential), Some(false)) => Some(Finding::OutsideFirstPublic),
        (Some(Welcome::Exclusive) | None, Some(false)) => Some(Finding::Excluded),
    }
}

/// No common language is to be confirmed, never an exclusion: an interpreter may be found. Without a
/// word on languages from the service, nothing is asked.
fn language_finding(service: &Service, profile: &Profile) -> Option<Finding> {
    if profile.languages.is_empty() || service.languages.is_empty() {
        return None;
    }
    let common =
        profile.languages.iter().any(|spoken| service.languages.iter().any(|there| there.is_same_language(spoken)));
    (!common).then_some(Finding::ToConfirm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList;
    use crate::domain::directory::{Capacity, CapacityUnit};
    use crate::domain::need::NeedFamily;
    use crate::domain::profile::{Household, Language, Situation};
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    const NEED: Need = Need::LegalAsylum;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-23T12:00:00Z").expect("a valid time")
    }

    /// Takes everybody, and is a plain match for all who need [`NEED`].
    fn open_service() -> Service {
        serde_json::from_str(
            r#"{"id": "svc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "organization_id": "org_aaaaaaaaaaaaaaaaaaaaaaaaaa",
                "name": "Legal clinic", "needs": ["legal.asylum"], "status": "open", "welcome": "unconditional",
                "verified_on": "2026-11-01", "tier": "public"}"#,
        )
        .expect("a service")
    }

    fn service_for(welcome: Option<Welcome>, eligibility: Eligibility) -> Service {
        Service { welcome, eligibility, ..open_service() }
    }

    fn aged(age_band: AgeBand) -> Profile {
        Profile { age_band: Some(age_band), ..Profile::default() }
    }

    fn speaking(languages: &[&str]) -> Vec<Language> {
        languages.iter().map(|tag| Language::parse(tag).expect("a language")).collect()
    }

    fn capacity(status: CapacityStatus, hours_ago: i64) -> Option<Capacity> {
        let updated_at_microseconds = Some(now().plus_hours(-hours_ago).microseconds());
        Some(Capacity { unit: Some(CapacityUnit::Bed), updated_at_microseconds, ..Capacity::of(status) })
    }

    #[track_caller]
    fn check(service: &Service, profile: &Profile, verdict: Verdict, reasons: &[(FitDimension, Finding)]) {
        let reasons = reasons.iter().map(|&(dimension, finding)| FitReason { dimension, finding }).collect();
        assert_eq!(fit(service, Some(NEED), profile, now()), Fit { verdict, reasons });
    }

    #[test]
    fn the_worked_example_w7_holds() {
        let girls = Eligibility {
            minimum_age: Some(15),
            maximum_age: Some(17),
            genders: vec![Gender::Woman],
            ..Eligibility::default()
        };
        let unstated = Profile { gender: Some(Gender::Unstated), ..aged(AgeBand::From15To17) };
        let woman = Profile { gender: Some(Gender::Woman), ..aged(AgeBand::From18To24) };
        let exclusive = service_for(Some(Welcome::Exclusive), girls.clone());
        check(&exclusive, &unstated, Verdict::ToConfirm, &[(FitDimension::Gender, Finding::ToConfirm)]);
        check(&exclusive, &woman, Verdict::No, &[(FitDimension::Age, Finding::Excluded)]);
        let preferential = service_for(Some(Welcome::Preferential), girls);
        check(&preferential, &woman, Verdict::ToConfirm, &[(FitDimension::Age, Finding::OutsideFirstPublic)]);
    }

    /// One restriction for each dimension, somebody inside it and somebody outside.
    fn restrictions() -> [(FitDimension, Eligibility, Profile, Profile); 6] {
        let public = Eligibility::default;
        let person = Profile::default;
        let gender = |gender| Profile { gender: Some(gender), ..person() };
        let household = |household| Profile { household: Some(household), ..person() };
        let status = |status| Profile { admin_status: Some(status), ..person() };
        let situation = |situation| Profile { situation: Some(situation), ..person() };
        [
            (
                FitDimension::Age,
                Eligibility { minimum_age: Some(18), ..public() },
                aged(AgeBand::From60),
                aged(AgeBand::From15To17),
            ),
            (
                FitDimension::Age,
                Eligibility { age_bands: vec![AgeBand::From15To17], ..public() },
                aged(AgeBand::From15To17),
                aged(AgeBand::From18To24),
            ),
            (
                FitDimension::Gender,
                Eligibility { genders: vec![Gender::Woman, Gender::Other], ..public() },
                gender(Gender::Other),
                gender(Gender::Man),
            ),
            (
                FitDimension::Household,
                Eligibility { households: vec![Household::UnaccompaniedChild], ..public() },
                household(Household::UnaccompaniedChild),
                household(Household::Couple),
            ),
            (
                FitDimension::AdminStatus,
                Eligibility { admin_statuses: vec![AdminStatus::Refugee], ..public() },
                status(AdminStatus::Refugee),
                status(AdminStatus::Undocumented),
            ),
            (
                FitDimension::Situation,
                Eligibility { situations: vec![Situation::Street], ..public() },
                situation(Situation::Street),
                situation(Situation::Hosted),
            ),
        ]
    }

    #[test]
    fn each_dimension_is_judged_by_how_the_service_welcomes() {
        let (confirm, first, excluded) = (Finding::ToConfirm, Finding::OutsideFirstPublic, Finding::Excluded);
        for (welcome, if_unknown, if_outside) in [
            (None, Some(confirm), Some(excluded)),
            (Some(Welcome::Exclusive), Some(confirm), Some(excluded)),
            (Some(Welcome::Preferential), Some(confirm), Some(first)),
            (Some(Welcome::Unconditional), None, None),
        ] {
            for (dimension, eligibility, inside, outside) in restrictions() {
                let service = service_for(welcome, eligibility);
                for (profile, finding) in [(inside, None), (Profile::default(), if_unknown), (outside, if_outside)] {
                    let verdict = match finding {
                        None => Verdict::Match,
                        Some(Finding::Excluded) => Verdict::No,
                        Some(_) => Verdict::ToConfirm,
                    };
                    let reasons: Vec<_> = finding.map(|finding| (dimension, finding)).into_iter().collect();
                    check(&service, &profile, verdict, &reasons);
                }
            }
        }
    }

    #[test]
    fn a_band_partly_inside_the_ages_is_unknown() {
        use AgeBand::*;
        let none: &[AgeBand] = &[];
        for (minimum_age, maximum_age, age_bands, band, accepted) in [
            (Some(15), Some(17), none, From15To17, Some(true)),
            (Some(16), None, none, From15To17, None),
            (None, Some(20), none, From18To24, None),
            (None, Some(20), none, From25To59, Some(false)),
            (Some(18), None, none, From15To17, Some(false)),
            (Some(18), None, none, From60, Some(true)),
            (None, Some(99), none, From60, None),
            (Some(0), Some(3), none, From0To4, None),
            (Some(13), Some(13), none, From12To14, None),
            (Some(18), None, &[From15To17], From15To17, Some(true)),
            (Some(18), None, &[From15To17], From12To14, Some(false)),
            (None, None, &[From15To17], From12To14, Some(false)),
            (None, None, &[From15To17], Unknown, None),
            (None, None, none, Unknown, Some(true)),
        ] {
            let eligibility =
                Eligibility { minimum_age, maximum_age, age_bands: age_bands.to_vec(), ..Eligibility::default() };
            assert_eq!(age_accepted(&eligibility, Some(band)), accepted, "{eligibility:?} {band}");
        }
    }

    #[test]
    fn what_is_not_about_the_person_is_judged_too() {
        let (nobody, confirm, excluded) = (Profile::default(), Finding::ToConfirm, Finding::Excluded);
        let open = open_service;
        check(&open(), &nobody, Verdict::Match, &[]);
        for status in [ServiceStatus::Paused, ServiceStatus::Closed, ServiceStatus::Suspended] {
            check(&Service { status, ..open() }, &nobody, Verdict::No, &[(FitDimension::Status, excluded)]);
        }
        for (capacity, finding) in [
            (capacity(CapacityStatus::Full, 1), Some((Verdict::No, excluded))),
            (capacity(CapacityStatus::Waitlist, 1), Some((Verdict::ToConfirm, confirm))),
            (capacity(CapacityStatus::AssessmentNeeded, 1), Some((Verdict::ToConfirm, confirm))),
            (capacity(CapacityStatus::Limited, 1), None),
            (capacity(CapacityStatus::Full, 25), None),
            (None, None),
        ] {
            let (verdict, reasons) = match finding {
                Some((verdict, finding)) => (verdict, vec![(FitDimension::Capacity, finding)]),
                None => (Verdict::Match, vec![]),
            };
            check(&Service { capacity, ..open() }, &nobody, verdict, &reasons);
        }
        let family_only = Service { needs: vec![], need_families: vec![NeedFamily::Legal], ..open() };
        check(&family_only, &nobody, Verdict::ToConfirm, &[(FitDimension::Need, confirm)]);
        let another = Service { needs: vec![Need::LegalResidence], need_families: vec![NeedFamily::Basic], ..open() };
        check(&another, &nobody, Verdict::No, &[(FitDimension::Need, excluded)]);
        let untold = Service { welcome: None, criteria_text: Some("Adults, on an appointment".into()), ..open() };
        check(&untold, &nobody, Verdict::ToConfirm, &[(FitDimension::Criteria, confirm)]);
        let stale = Service { valid_until: now().date().pred_opt(), ..open() };
        check(&stale, &nobody, Verdict::ToConfirm, &[(FitDimension::Freshness, confirm)]);
        let spoken = Service { languages: speaking(&["fr", "ar"]), ..open() };
        for (languages, reasons) in [
            (speaking(&["ti", "ar-LY"]), vec![]),
            (speaking(&["ti"]), vec![(FitDimension::Language, confirm)]),
            (vec![], vec![]),
        ] {
            let verdict = if reasons.is_empty() { Verdict::Match } else { Verdict::ToConfirm };
            check(&spoken, &Profile { languages, ..Profile::default() }, verdict, &reasons);
        }
    }

    #[test]
    fn an_exclusion_stands_beside_what_is_to_be_confirmed_in_the_order_of_the_dimensions() {
        let service = Service {
            status: ServiceStatus::Paused,
            valid_until: now().date().pred_opt(),
            ..service_for(
                None,
                Eligibility { genders: vec![Gender::Woman], minimum_age: Some(18), ..Eligibility::default() },
            )
        };
        let reasons = [
            (FitDimension::Status, Finding::Excluded),
            (FitDimension::Age, Finding::Excluded),
            (FitDimension::Gender, Finding::ToConfirm),
            (FitDimension::Freshness, Finding::ToConfirm),
        ];
        check(&service, &aged(AgeBand::From5To11), Verdict::No, &reasons);
    }

    fn any_of<T: CodeList + std::fmt::Debug>() -> impl Strategy<Value = Option<T>> {
        option::of(select(T::ALL))
    }

    fn some_of<T: CodeList + std::fmt::Debug>() -> impl Strategy<Value = Vec<T>> {
        vec(select(T::ALL), 0..3)
    }

    prop_compose! {
        fn any_public()(
            minimum_age in option::of(0_u8..70), maximum_age in option::of(0_u8..90), age_bands in some_of(),
            genders in some_of(), households in some_of(), admin_statuses in some_of(), situations in some_of(),
        ) -> Eligibility {
            Eligibility { minimum_age, maximum_age, age_bands, genders, households, admin_statuses, situations }
        }
    }

    prop_compose! {
        fn any_profile()(
            age_band in any_of(), gender in any_of(), household in any_of(), admin_status in any_of(),
            situation in any_of(), languages in vec(select(speaking(&["fr", "ar", "ti"])), 0..3),
        ) -> Profile {
            Profile { age_band, gender, household, admin_status, situation, languages, area: None }
        }
    }

    proptest! {
        #[test]
        fn unknown_never_excludes(welcome in any_of(), public in any_public(), profile in any_profile()) {
            let service = Service { languages: speaking(&["fr"]), ..service_for(welcome, public) };
            let verdict = |profile: &Profile| fit(&service, Some(NEED), profile, now()).verdict;
            let told = verdict(&profile);
            for untold in [
                Profile { age_band: None, ..profile.clone() },
                Profile { age_band: Some(AgeBand::Unknown), ..profile.clone() },
                Profile { gender: None, ..profile.clone() },
                Profile { gender: Some(Gender::Unstated), ..profile.clone() },
                Profile { household: None, ..profile.clone() },
                Profile { admin_status: None, ..profile.clone() },
                Profile { admin_status: Some(AdminStatus::Unknown), ..profile.clone() },
                Profile { situation: None, ..profile.clone() },
                Profile { languages: vec![], ..profile.clone() },
            ] {
                prop_assert!(told == Verdict::No || verdict(&untold) != Verdict::No, "{:?}", untold);
            }
            prop_assert_ne!(verdict(&Profile::default()), Verdict::No);
        }
    }
}
