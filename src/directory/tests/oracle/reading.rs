//! A second reading of whom a service takes, written from the domain reference (§1.2, §2.13, W7) as plainly as it
//! goes, without a word of [`crate::domain::fit`] but its names.

use super::worlds::UNKNOWN_AREA;
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::{CapacityStatus, Service, ServiceStatus, Welcome};
use crate::domain::fit::{Finding, Fit, FitDimension, FitReason, Seeker, Verdict};
use crate::domain::opening::OpeningStatus;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Language};
use crate::domain::time::Timestamp;

/// What one dimension says: three values, and no fourth.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Yes,
    No,
    Unknown,
}

/// Which areas lie directly in which.
const PARENTS: [(&str, &str); 4] = [("FR-62193", "FR-62"), ("FR-62", "FR"), ("FR-93055", "FR"), ("LY0215", "LY")];

/// The verdict, with its reasons in the order of the dimensions.
pub(super) fn read(
    service: &Service,
    seeker: &Seeker<'_>,
    opening: Option<OpeningStatus>,
    capacity: CapacityStatus,
) -> Fit {
    let confirmed = |dimension, is_to_confirm: bool| is_to_confirm.then_some((dimension, Finding::ToConfirm));
    let mut found =
        vec![need(service, seeker), works(service, seeker.at), open(service, seeker.at, opening), room(capacity)];
    found.push(confirmed(FitDimension::Criteria, is_uncoded(service) || service.criteria_disagree));
    // Criteria of which the source tells two are known to keep out nobody; the areas served are no such words.
    let is_doubted = |dimension| service.criteria_disagree && dimension != FitDimension::Area;
    found.extend(public(service, seeker).map(|(dimension, says)| match says {
        Says::No if is_doubted(dimension) => welcomed(service, dimension, Says::Unknown),
        says => welcomed(service, dimension, says),
    }));
    found.push(confirmed(FitDimension::Language, lacks_common_language(service, seeker)));
    let offers_all = seeker.accessibility.iter().all(|sought| service.accessibility.contains(sought));
    found.push(confirmed(FitDimension::Accessibility, !offers_all));
    found.push(confirmed(FitDimension::Freshness, freshness(service, seeker.at) == Some(0.0)));
    let mut reasons: Vec<_> =
        found.into_iter().flatten().map(|(dimension, finding)| FitReason { dimension, finding }).collect();
    reasons.sort_by_key(|reason| reason.dimension);
    let excludes = reasons.iter().any(|reason| reason.finding == Finding::Excluded);
    let verdict = match (excludes, reasons.len()) {
        (true, _) => Verdict::No,
        (false, 0) => Verdict::Match,
        (false, _) => Verdict::ToConfirm,
    };
    Fit { verdict, reasons }
}

type Found = Option<(FitDimension, Finding)>;

/// `exclusive` and no excludes, `preferential` and no is kept, `unconditional` always matches; unknown never excludes.
/// Of whom nobody knows how they welcome is taken at the word that restricts.
fn welcomed(service: &Service, dimension: FitDimension, says: Says) -> Found {
    let finding = match (says, service.welcome) {
        (Says::Yes, _) | (_, Some(Welcome::Unconditional)) => return None,
        (Says::Unknown, _) => Finding::ToConfirm,
        (Says::No, Some(Welcome::Preferential)) => Finding::OutsideFirstPublic,
        (Says::No, _) => Finding::Excluded,
    };
    Some((dimension, finding))
}

/// A source that tells only the family is to be confirmed (R19).
fn need(service: &Service, seeker: &Seeker<'_>) -> Found {
    let need = seeker.need?;
    let (family, _) = need.code().split_once('.')?;
    let tells_family = service.need_families.iter().any(|told| told.code() == family);
    match (service.needs.contains(&need), tells_family) {
        (true, _) => None,
        (false, true) => Some((FitDimension::Need, Finding::ToConfirm)),
        (false, false) => Some((FitDimension::Need, Finding::Excluded)),
    }
}

fn works(service: &Service, at: Timestamp) -> Found {
    let has_closed = service.closes_on.is_some_and(|day| day <= at.date());
    (service.status != ServiceStatus::Open || has_closed).then_some((FitDimension::Status, Finding::Excluded))
}

/// Where no time is asked about, a closure counts on the day that the service's calendar shows; where nobody knows which
/// that is, on one that no calendar on earth shows otherwise.
fn open(service: &Service, at: Timestamp, opening: Option<OpeningStatus>) -> Found {
    let days = match service.opening().timetable.zone() {
        Some(zone) => vec![zone.local(at).date],
        None => [-12, 0, 14].map(|hours| at.plus_hours(hours).date()).to_vec(),
    };
    let is_within = |day| service.closures.iter().any(|closure| (closure.from..=closure.until).contains(day));
    let is_shut = opening.is_none() && days.iter().all(is_within);
    match opening.or(is_shut.then_some(OpeningStatus::Closed))? {
        OpeningStatus::Open => None,
        OpeningStatus::Closed => Some((FitDimension::Opening, Finding::Excluded)),
        OpeningStatus::Unknown => Some((FitDimension::Opening, Finding::ToConfirm)),
    }
}

fn room(capacity: CapacityStatus) -> Found {
    match capacity {
        CapacityStatus::Full => Some((FitDimension::Capacity, Finding::Excluded)),
        CapacityStatus::Waitlist | CapacityStatus::AssessmentNeeded => {
            Some((FitDimension::Capacity, Finding::ToConfirm))
        }
        _ => None,
    }
}

/// Nobody has coded whom it takes, and it does not take everybody.
fn is_uncoded(service: &Service) -> bool {
    let public = &service.eligibility;
    let tells_age = public.minimum_age.is_some() || public.maximum_age.is_some() || !public.age_bands.is_empty();
    let tells_who = !public.genders.is_empty() || !public.households.is_empty();
    let tells_how = !public.admin_statuses.is_empty() || !public.situations.is_empty();
    service.welcome != Some(Welcome::Unconditional) && !tells_age && !tells_who && !tells_how
}

fn public(service: &Service, seeker: &Seeker<'_>) -> [(FitDimension, Says); 6] {
    let (public, person) = (&service.eligibility, seeker.profile);
    let gender = if person.gender == Some(Gender::Unstated) { None } else { person.gender };
    let status = if person.admin_status == Some(AdminStatus::Unknown) { None } else { person.admin_status };
    [
        (FitDimension::Age, age(service, person.age_band)),
        (FitDimension::Gender, one_of(&public.genders, gender)),
        (FitDimension::Household, one_of(&public.households, person.household)),
        (FitDimension::AdminStatus, one_of(&public.admin_statuses, status)),
        (FitDimension::Situation, one_of(&public.situations, person.situation)),
        (FitDimension::Area, area(service, person.area.as_ref())),
    ]
}

fn one_of<T: CodeList>(accepted: &CodeSet<T>, value: Option<T>) -> Says {
    match value {
        _ if accepted.is_empty() => Says::Yes,
        None => Says::Unknown,
        Some(value) if accepted.contains(&value) => Says::Yes,
        Some(_) => Says::No,
    }
}

/// Every year of the band is asked: all of them taken, none of them, or it depends on which.
fn age(service: &Service, band: Option<AgeBand>) -> Says {
    let public = &service.eligibility;
    let tells_years = public.minimum_age.is_some() || public.maximum_age.is_some();
    if !tells_years && public.age_bands.is_empty() {
        return Says::Yes;
    }
    let mut years = match band {
        None | Some(AgeBand::Unknown) => return Says::Unknown,
        Some(AgeBand::From0To4) => 0..=4,
        Some(AgeBand::From5To11) => 5..=11,
        Some(AgeBand::From12To14) => 12..=14,
        Some(AgeBand::From15To17) => 15..=17,
        Some(AgeBand::From18To24) => 18..=24,
        Some(AgeBand::From25To59) => 25..=59,
        // Nobody has lived longer.
        Some(AgeBand::From60) => 60..=150,
    };
    let is_taken = |year: u8| {
        let by_years = public.minimum_age.is_none_or(|youngest| youngest <= year)
            && public.maximum_age.is_none_or(|oldest| year <= oldest);
        (tells_years && by_years) || public.age_bands.iter().any(|taken| Some(*taken) == band)
    };
    match (years.clone().all(is_taken), years.any(is_taken)) {
        (true, _) => Says::Yes,
        (false, false) => Says::No,
        (false, true) => Says::Unknown,
    }
}

/// The same language whatever the script or region; silence on one side asks nothing.
fn lacks_common_language(service: &Service, seeker: &Seeker<'_>) -> bool {
    let name = |language: &Language| language.as_str().split('-').next().map(str::to_owned);
    let (there, spoken) = (&service.languages, &seeker.profile.languages);
    let is_common = |one: &Language| there.iter().any(|other| name(one) == name(other));
    !there.is_empty() && !spoken.is_empty() && !spoken.iter().any(is_common)
}

/// The area itself and all that it lies in, by the table.
pub(super) fn whole_of(code: &str) -> Vec<&str> {
    let mut areas = vec![code];
    while let Some((_, parent)) = PARENTS.iter().find(|(part, _)| Some(part) == areas.last()) {
        areas.push(parent);
    }
    areas
}

/// Of an area that no map holds nobody knows where it lies, and of a larger one than those served nobody knows which
/// part is meant.
fn area(service: &Service, of_person: Option<&AreaCode>) -> Says {
    let served = &service.areas_served;
    let Some(of_person) = of_person.filter(|_| !served.is_empty()) else {
        return if served.is_empty() { Says::Yes } else { Says::Unknown };
    };
    let of_person = of_person.as_str();
    if served.iter().any(|served| whole_of(of_person).contains(&served.as_str())) {
        return Says::Yes;
    }
    let may_be =
        |served: &str| served == UNKNOWN_AREA || of_person == UNKNOWN_AREA || whole_of(served).contains(&of_person);
    if served.iter().any(|served| may_be(served.as_str())) { Says::Unknown } else { Says::No }
}

/// 1 until half a year after the check, then falling to 0 at two years, and 0 past the day that was vouched for.
pub(super) fn freshness(service: &Service, at: Timestamp) -> Option<f64> {
    let today = at.date();
    if service.valid_until.is_some_and(|last| last < today) {
        return Some(0.0);
    }
    // One day ahead is another clock's, more is an error of typing.
    let checked = service.verified_on.filter(|checked| (*checked - today).num_days() <= 1);
    let Some(checked) = checked else { return service.valid_until.map(|_| 1.0) };
    let age_days = i32::try_from((today - checked).num_days()).expect("some years");
    let falling = f64::from(730 - age_days) / f64::from(730 - 183);
    Some(if age_days < 183 { 1.0 } else { falling.max(0.0) })
}

/// What was told of the room is worth something for a day where it is of beds, places or a shelter, else for a week.
pub(super) fn capacity(service: &Service, at: Timestamp) -> CapacityStatus {
    use crate::domain::directory::CapacityUnit::{Bed, Place};
    let Some(capacity) = &service.capacity else { return CapacityStatus::Unknown };
    let Some(told_at) = capacity.updated_at_microseconds else { return CapacityStatus::Unknown };
    let is_shelter = service.needs.iter().any(|need| need.code().starts_with("shelter."))
        || service.need_families.iter().any(|family| family.code() == "shelter");
    let hours = if is_shelter || matches!(capacity.unit, Some(Bed | Place)) { 24 } else { 168 };
    let is_stale = at.microseconds() - told_at >= hours * 3_600_000_000;
    if is_stale { CapacityStatus::Unknown } else { capacity.status }
}
