//! The worked example, each dimension by a table, and the promise that what is unknown never excludes.

use super::public::age_accepted;
use super::*;
use crate::domain::code::CodeList;
use crate::domain::directory::{Capacity, CapacityUnit};
use crate::domain::need::NeedFamily;
use crate::domain::opening::{Closure, TimeZone};
use crate::domain::place::{AreaCode, NoAreas};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use crate::domain::time::Date;
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

fn seeker(profile: &Profile) -> Seeker<'_> {
    Seeker { need: Some(NEED), profile, accessibility: &[], areas: &NoAreas, at: now() }
}

fn aged(age_band: AgeBand) -> Profile {
    Profile { age_band: Some(age_band), ..Profile::default() }
}

fn speaking(languages: &[&str]) -> Vec<Language> {
    languages.iter().map(|tag| Language::parse(tag).expect("a language")).collect()
}

/// The verdict for somebody who is told the capacity.
fn judged(service: &Service, seeker: &Seeker<'_>, opening: Option<OpeningStatus>) -> Fit {
    fit(service, seeker, opening, service.capacity_status_at(seeker.at))
}

fn capacity(status: CapacityStatus, hours_ago: i64) -> Option<Capacity> {
    let updated_at_microseconds = Some(now().plus_hours(-hours_ago).microseconds());
    Some(Capacity { unit: Some(CapacityUnit::Bed), updated_at_microseconds, ..Capacity::of(status) })
}

#[track_caller]
fn check(service: &Service, profile: &Profile, verdict: Verdict, reasons: &[(FitDimension, Finding)]) {
    let reasons = reasons.iter().map(|&(dimension, finding)| FitReason { dimension, finding }).collect();
    assert_eq!(judged(service, &seeker(profile), None), Fit { verdict, reasons });
}

#[test]
fn the_worked_example_w7_holds() {
    let girls = Eligibility {
        minimum_age: Some(15),
        maximum_age: Some(17),
        genders: [Gender::Woman].into(),
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
            Eligibility { age_bands: [AgeBand::From15To17].into(), ..public() },
            aged(AgeBand::From15To17),
            aged(AgeBand::From18To24),
        ),
        (
            FitDimension::Gender,
            Eligibility { genders: [Gender::Woman, Gender::Other].into(), ..public() },
            gender(Gender::Other),
            gender(Gender::Man),
        ),
        (
            FitDimension::Household,
            Eligibility { households: [Household::UnaccompaniedChild].into(), ..public() },
            household(Household::UnaccompaniedChild),
            household(Household::Couple),
        ),
        (
            FitDimension::AdminStatus,
            Eligibility { admin_statuses: [AdminStatus::Refugee].into(), ..public() },
            status(AdminStatus::Refugee),
            status(AdminStatus::Undocumented),
        ),
        (
            FitDimension::Situation,
            Eligibility { situations: [Situation::Street].into(), ..public() },
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
fn criteria_that_differ_between_languages_exclude_nobody_and_are_to_be_confirmed() {
    let (confirm, excluded) = (Finding::ToConfirm, Finding::Excluded);
    for welcome in [None, Some(Welcome::Exclusive), Some(Welcome::Preferential), Some(Welcome::Unconditional)] {
        for (dimension, eligibility, inside, outside) in restrictions() {
            let service = Service { criteria_disagree: true, ..service_for(welcome, eligibility) };
            let criteria = (FitDimension::Criteria, confirm);
            check(&service, &inside, Verdict::ToConfirm, &[criteria]);
            let reasons = [criteria, (dimension, confirm)];
            let is_restricted = welcome != Some(Welcome::Unconditional);
            check(&service, &outside, Verdict::ToConfirm, if is_restricted { &reasons } else { &reasons[..1] });
            // What is no criterion of its public excludes as ever.
            let closed = Service { status: ServiceStatus::Closed, ..service };
            check(&closed, &inside, Verdict::No, &[(FitDimension::Status, excluded), criteria]);
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
        let eligibility = Eligibility {
            minimum_age,
            maximum_age,
            age_bands: age_bands.iter().copied().collect(),
            ..Eligibility::default()
        };
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
    let family_only = Service { needs: [].into(), need_families: [NeedFamily::Legal].into(), ..open() };
    check(&family_only, &nobody, Verdict::ToConfirm, &[(FitDimension::Need, confirm)]);
    let another = Service { needs: [Need::LegalResidence].into(), need_families: [NeedFamily::Basic].into(), ..open() };
    check(&another, &nobody, Verdict::No, &[(FitDimension::Need, excluded)]);
    let untold = Service { welcome: None, criteria_text: Some("Adults, on an appointment".into()), ..open() };
    check(&untold, &nobody, Verdict::ToConfirm, &[(FitDimension::Criteria, confirm)]);
    let closing = |closes_on| Service { closes_on, ..open() };
    check(&closing(now().date().succ_opt()), &nobody, Verdict::Match, &[]);
    check(&closing(Some(now().date())), &nobody, Verdict::No, &[(FitDimension::Status, excluded)]);
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
            Eligibility { genders: [Gender::Woman].into(), minimum_age: Some(18), ..Eligibility::default() },
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
        Eligibility { minimum_age, maximum_age, age_bands: age_bands.into(), genders: genders.into(), households: households.into(), admin_statuses: admin_statuses.into(), situations: situations.into() }
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
        let verdict = |profile: &Profile| judged(&service, &seeker(profile), None).verdict;
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

    #[test]
    fn the_screen_passes_over_nobody_whom_a_service_might_take(
        welcome in any_of(), public in any_public(), profile in any_profile(), status in select(ServiceStatus::ALL),
        criteria_disagree in any::<bool>(),
    ) {
        let service = Service { status, criteria_disagree, ..service_for(welcome, public) };
        let seeker = seeker(&profile);
        let admits = |verdicts: &[Verdict]| Screen::of(&service).admits(Sought::by(&seeker, verdicts));
        let fit = judged(&service, &seeker, None);
        prop_assert!(admits(&[Verdict::Match, Verdict::ToConfirm]) || fit.verdict == Verdict::No);
        prop_assert!(admits(&[Verdict::Match]) || fit.verdict != Verdict::Match);
        prop_assert!(admits(&[]) && admits(&[Verdict::No]));
        // And it is worth looking at: what the coded public alone decides is seen.
        let is_seen = |reason: &FitReason| reason.dimension != FitDimension::Language;
        let reasons: Vec<_> = fit.reasons.iter().filter(|reason| is_seen(reason)).collect();
        let excluded = reasons.iter().any(|reason| reason.finding == Finding::Excluded);
        prop_assert_eq!(admits(&[Verdict::ToConfirm]), !excluded);
        prop_assert_eq!(admits(&[Verdict::Match]), reasons.is_empty());
    }
}

/// Areas whose codes begin with those of the areas that they lie in.
#[derive(Debug)]
struct Prefixes;

impl AreaTree for Prefixes {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        part.as_str().starts_with(whole.as_str())
    }

    fn are_apart(&self, one: &AreaCode, other: &AreaCode) -> bool {
        !is_unknown(one) && !is_unknown(other) && !self.covers(one, other) && !self.covers(other, one)
    }
}

/// EPCI have codes of nine digits, which no map that is imported holds.
fn is_unknown(area: &AreaCode) -> bool {
    area.as_str().len() > "FR-93055".len()
}

#[test]
fn areas_and_barriers_are_judged() {
    let code = |text: &str| AreaCode::parse(text).expect("an area code");
    let served = |codes: &[&str], welcome| Service {
        areas_served: codes.iter().map(|text| code(text)).collect(),
        ..service_for(Some(welcome), Eligibility::default())
    };
    let nobody = Profile::default();
    let of = |area: &str| Profile { area: Some(code(area)), ..Profile::default() };
    let confirm = Some(Finding::ToConfirm);
    for (codes, profile, finding) in [
        (&[][..], of("FR-93055"), None),
        (&["FR-93055"], of("FR-93055"), None),
        (&["FR-93"], of("FR-93055"), None),
        (&["FR"], of("FR-93055"), None),
        (&["FR-75"], of("FR-93055"), Some(Finding::Excluded)),
        (&["FR-93055"], of("FR-93"), confirm),
        (&["FR-75", "FR-93055"], of("FR-93"), confirm),
        (&["FR-75"], of("FR-93"), Some(Finding::Excluded)),
        (&["FR-93055"], Profile::default(), confirm),
        // Nobody knows which communes an EPCI holds, and what is unknown excludes nobody.
        (&["FR-200054781"], of("FR-93055"), confirm),
        (&["FR-75", "FR-200054781"], of("FR-93055"), confirm),
        (&["FR-93", "FR-200054781"], of("FR-93055"), None),
        (&["FR-200054781"], of("FR-200054781"), None),
        (&["FR-75"], of("FR-200054781"), confirm),
    ] {
        let seeker = Seeker { areas: &Prefixes, ..seeker(&profile) };
        let reasons = judged(&served(codes, Welcome::Exclusive), &seeker, None).reasons;
        let area = reasons.iter().find(|reason| reason.dimension == FitDimension::Area).map(|reason| reason.finding);
        assert_eq!(area, finding, "{codes:?} {:?}", profile.area);
        assert!(judged(&served(codes, Welcome::Unconditional), &seeker, None).reasons.is_empty(), "takes everybody");
    }
    let stairs = [Accessibility::StepFree];
    let seeker = Seeker { accessibility: &stairs, ..seeker(&nobody) };
    let told = Service { accessibility: [Accessibility::StepFree].into(), ..open_service() };
    assert_eq!(judged(&told, &seeker, None).verdict, Verdict::Match);
    let reasons = vec![FitReason { dimension: FitDimension::Accessibility, finding: Finding::ToConfirm }];
    assert_eq!(judged(&open_service(), &seeker, None), Fit { verdict: Verdict::ToConfirm, reasons });
}

#[test]
fn without_any_map_an_area_excludes_nobody_and_one_that_is_named_matches() {
    let code = |text: &str| AreaCode::parse(text).expect("an area code");
    let served = |text: &str| Service {
        areas_served: vec![code(text)].into(),
        ..service_for(Some(Welcome::Exclusive), Eligibility::default())
    };
    let pantin = Profile { area: Some(code("FR-93055")), ..Profile::default() };
    let confirm = |dimension| (dimension, Finding::ToConfirm);
    for (area, reasons) in [
        ("FR-93", vec![confirm(FitDimension::Criteria), confirm(FitDimension::Area)]),
        ("FR-75", vec![confirm(FitDimension::Criteria), confirm(FitDimension::Area)]),
        ("FR-93055", vec![confirm(FitDimension::Criteria)]),
    ] {
        check(&served(area), &pantin, Verdict::ToConfirm, &reasons);
    }
}

#[test]
fn closed_excludes_and_hours_that_nobody_knows_are_to_be_confirmed() {
    let nobody = Profile::default();
    for (status, finding) in [
        (OpeningStatus::Open, None),
        (OpeningStatus::Closed, Some(Finding::Excluded)),
        (OpeningStatus::Unknown, Some(Finding::ToConfirm)),
    ] {
        let reasons = judged(&open_service(), &seeker(&nobody), Some(status)).reasons;
        let expected: Vec<_> =
            finding.into_iter().map(|finding| FitReason { dimension: FitDimension::Opening, finding }).collect();
        assert_eq!(reasons, expected);
    }
}

#[test]
fn a_closure_counts_also_where_no_time_was_asked_about() {
    let day = |text: &str| Date::parse_from_str(text, "%Y-%m-%d").expect("a day");
    let closure = |from: &str, until: &str| Closure { from: day(from), until: day(until) };
    let (paris, nowhere) = (TimeZone::parse("Europe/Paris").ok(), None);
    let at = Timestamp::parse("2026-11-23T23:30:00Z").expect("an instant");
    for (time_zone, closure, opening, expected) in [
        (paris, closure("2026-11-24", "2026-11-24"), None, true),
        (paris, closure("2026-11-23", "2026-11-23"), None, false),
        (paris, closure("2026-11-24", "2026-11-24"), Some(OpeningStatus::Open), false),
        (nowhere, closure("2026-11-23", "2026-11-24"), None, true),
        (nowhere, closure("2026-11-24", "2026-11-24"), None, false),
    ] {
        let told = format!("{time_zone:?} {closure:?} {opening:?}");
        let service =
            Service { time_zone, closures: vec![closure].into(), ..service_for(None, Eligibility::default()) };
        let profile = Profile::default();
        let seeker = Seeker { at, ..seeker(&profile) };
        let found = fit(&service, &seeker, opening, CapacityStatus::Unknown);
        let reason = FitReason { dimension: FitDimension::Opening, finding: Finding::Excluded };
        assert_eq!(found.reasons.contains(&reason), expected, "{told}");
    }
}

#[test]
fn what_a_shelter_has_told_is_worth_nothing_after_a_day_whatever_it_is_counted_in() {
    for (need, unit, hours_ago, expected) in [
        (Need::ShelterMinor, None, 23, CapacityStatus::Open),
        (Need::ShelterMinor, None, 24, CapacityStatus::Unknown),
        (Need::ShelterMinor, Some(CapacityUnit::Appointment), 24, CapacityStatus::Unknown),
        (Need::LegalAsylum, None, 24, CapacityStatus::Open),
        (Need::LegalAsylum, None, 168, CapacityStatus::Unknown),
    ] {
        let capacity = capacity(CapacityStatus::Open, hours_ago).map(|told| Capacity { unit, ..told });
        let service = Service { needs: [need].into(), capacity, ..open_service() };
        assert_eq!(service.capacity_status_at(now()), expected, "{need} {unit:?} {hours_ago}");
    }
}
