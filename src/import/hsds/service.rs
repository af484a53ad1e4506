//! One HSDS service as a document.

use super::super::context::FeedContext;
use super::super::problem::{Excerpt, Fault, ProblemReason};
use super::super::text::{Refusal, line, prose};
use super::place::Site;
use super::schedule::Hours;
use super::taxonomy::{OrganizationMarks, ServiceMarks};
use super::{check, place, wire};
use crate::domain::code::CodeList;
use crate::domain::directory::{
    Capacity, CapacityStatus, CapacityUnit, Detail, Eligibility, Organization, Phone, Place, Service, ServiceStatus,
    Tier,
};
use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use crate::domain::profile::Language;
use crate::domain::time::{Date, Timestamp};

const STATUSES: &str = "active, inactive, defunct, temporarily closed";

/// A service with what is known of its organisation.
pub(super) struct Read {
    pub service: Service,
    /// Its openings, by location.
    pub hours: Hours,
    /// Key of the organisation.
    pub organization_key: String,
    /// The organisation, where it is embedded.
    pub organization: Option<Organization>,
    /// True where the row names a tier.
    pub is_tiered: bool,
    /// What is told of places alone: see `Feed::told_of_places`.
    pub told_of_places: Vec<(LocationId, String)>,
    pub warnings: Vec<ProblemReason>,
}

/// Reads a service whose key is known.
pub(super) fn read(source: &str, key: &str, wire: &wire::Service, context: &FeedContext<'_>) -> Result<Read, Refusal> {
    let mut warnings = Vec::new();
    let name = required(wire.name.as_deref(), "name")?;
    let status = status(wire)?;
    let (organization_key, organization) = organization_of(source, wire)?;
    let marks = ServiceMarks::read(wire.attributes.as_ref())?;
    let last_modified = checked(wire.last_modified.as_deref(), "last_modified", check::instant)?;
    let sites = sites(source, wire, &mut warnings)?;
    let (tier, is_tiered) = tier(marks.tier, &mut warnings);
    let own_phones = place::phones(wire.phones.as_ref())?;
    let told_of_places = told_of_places(&sites, &own_phones, context);
    let hours = Hours::read(wire)?;
    let service = Service {
        alternate_name: wire.alternate_name.as_deref().and_then(line),
        description: wire.description.as_deref().and_then(prose),
        eligibility: eligibility(wire, &marks)?,
        capacity: capacity(wire, marks.capacity_status, last_modified, &mut warnings)?,
        needs: marks.needs,
        need_families: marks.need_families,
        status,
        welcome: marks.welcome,
        criteria_text: wire.eligibility_description.as_deref().and_then(prose),
        details: details(wire, &sites)?.into(),
        languages: languages(wire, &mut warnings)?,
        application_process: wire.application_process.as_deref().and_then(prose),
        fees: fees(wire),
        alert: wire.alert.as_deref().and_then(prose),
        email: checked(wire.email.as_deref(), "email", check::email)?,
        phones: phones(&own_phones, &sites, context, &mut warnings),
        known_consequences: marks.consequences,
        specialisations: marks.specialisations,
        schedules: hours.schedules().into(),
        places: places(sites),
        verified_on: verified_on(wire)?,
        tier,
        modes: marks.modes,
        accessibility: marks.accessibility,
        areas_served: marks.areas_served.into(),
        opening_hours: marks.opening_hours,
        time_zone: marks.time_zone,
        country: marks.country,
        criteria_disagree: marks.criteria_disagree == Some(true),
        language: marks.language,
        translations: marks.translations.into(),
        ..Service::named(ServiceId::derived(source, key), OrganizationId::derived(source, &organization_key), name)
    };
    Ok(Read { service, hours, organization_key, organization, is_tiered, told_of_places, warnings })
}

/// Reads an organisation; gives its key too.
pub(super) fn read_organization(source: &str, wire: &wire::Organization) -> Result<(String, Organization), Refusal> {
    let key = check::uuid(&required(wire.id.as_deref(), "id")?).map_err(|fault| Refusal::at("id", fault))?;
    checked(wire.email.as_deref(), "email", check::email)?;
    let marks = OrganizationMarks::read(wire.attributes.as_ref())?;
    let organization = Organization {
        alternate_name: wire.alternate_name.as_deref().and_then(line),
        description: wire.description.as_deref().and_then(prose),
        website: checked(wire.website.as_deref(), "website", check::url)?,
        kind: marks.kind,
        authority_link: marks.authority_link,
        ..Organization::named(OrganizationId::derived(source, &key), required(wire.name.as_deref(), "name")?)
    };
    Ok((key, organization))
}

fn required(text: Option<&str>, path: &str) -> Result<String, Refusal> {
    text.and_then(line).ok_or_else(|| Refusal::at(path, Fault::Missing))
}

fn checked<'a, T>(
    text: Option<&'a str>,
    path: &str,
    check: impl Fn(&'a str) -> Result<T, Fault>,
) -> Result<Option<T>, Refusal> {
    let text = text.map(str::trim).filter(|text| prose(text).is_some());
    text.map(check).transpose().map_err(|fault| Refusal::at(path, fault))
}

fn status(wire: &wire::Service) -> Result<ServiceStatus, Refusal> {
    match required(wire.status.as_deref(), "status")?.as_str() {
        "active" => Ok(ServiceStatus::Open),
        "temporarily closed" => Ok(ServiceStatus::Paused),
        "inactive" => Ok(ServiceStatus::Suspended),
        "defunct" => Ok(ServiceStatus::Closed),
        _ => Err(Refusal::at("status", Fault::OneOf(STATUSES))),
    }
}

fn organization_of(source: &str, wire: &wire::Service) -> Result<(String, Option<Organization>), Refusal> {
    if let Some(organization) = &wire.organization {
        let inside = |refusal: Refusal| Refusal::at(format!("organization.{}", refusal.path), refusal.fault);
        let (key, organization) = read_organization(source, organization).map_err(inside)?;
        return Ok((key, Some(organization)));
    }
    let key = required(wire.organization_id.as_deref(), "organization")?;
    let key = check::uuid(&key).map_err(|fault| Refusal::at("organization_id", fault))?;
    Ok((key, None))
}

/// A feed may hold back, never publish: `public` counts as not told.
fn tier(told: Option<Tier>, warnings: &mut Vec<ProblemReason>) -> (Tier, bool) {
    match told {
        Some(Tier::Public) => {
            warnings.push(ProblemReason::PublicNotGranted);
            (Tier::Network, false)
        }
        Some(tier) => (tier, true),
        None => (Tier::Network, false),
    }
}

fn eligibility(wire: &wire::Service, marks: &ServiceMarks) -> Result<Eligibility, Refusal> {
    let age =
        |years: Option<f64>, path: &str| years.map(check::age).transpose().map_err(|fault| Refusal::at(path, fault));
    let (minimum_age, maximum_age) = (age(wire.minimum_age, "minimum_age")?, age(wire.maximum_age, "maximum_age")?);
    if let (Some(minimum), Some(maximum)) = (minimum_age, maximum_age)
        && minimum > maximum
    {
        return Err(Refusal::at("minimum_age", Fault::AgesCross));
    }
    Ok(Eligibility {
        minimum_age,
        maximum_age,
        age_bands: marks.age_bands,
        genders: marks.genders,
        households: marks.households,
        admin_statuses: marks.admin_statuses,
        situations: marks.situations,
    })
}

/// Capacity; told without a time of its own, it is dated by the record that tells it.
fn capacity(
    wire: &wire::Service,
    status: Option<CapacityStatus>,
    last_modified: Option<Timestamp>,
    warnings: &mut Vec<ProblemReason>,
) -> Result<Option<Capacity>, Refusal> {
    let Some(told) = wire.capacities.as_ref().and_then(|capacities| capacities.first()) else {
        let updated_at_microseconds = last_modified.map(Timestamp::microseconds);
        return Ok(status.map(|status| Capacity { updated_at_microseconds, ..Capacity::of(status) }));
    };
    let count = |number: Option<f64>, path: &str| {
        number.map(check::count).transpose().map_err(|fault| Refusal::at(format!("capacities[0].{path}"), fault))
    };
    let (available, maximum) = (count(told.available, "available")?, count(told.maximum, "maximum")?);
    let updated = checked(told.updated.as_deref(), "capacities[0].updated", check::instant)?;
    if let (Some(available), Some(maximum)) = (available, maximum)
        && available > maximum
    {
        warnings.push(ProblemReason::AvailableAboveMaximum);
    }
    let derived = available
        .map_or(CapacityStatus::Unknown, |free| if free > 0 { CapacityStatus::Open } else { CapacityStatus::Full });
    Ok(Some(Capacity {
        unit: unit(told, warnings),
        available,
        maximum,
        updated_at_microseconds: updated.or(last_modified).map(Timestamp::microseconds),
        ..Capacity::of(status.unwrap_or(derived))
    }))
}

/// The unit by its name, in the singular or the plural.
fn unit(told: &wire::Capacity, warnings: &mut Vec<ProblemReason>) -> Option<CapacityUnit> {
    let name = told.unit.as_ref().and_then(|unit| line(unit.name.as_deref()?))?.to_lowercase();
    let unit = CapacityUnit::from_code(&name).or_else(|| CapacityUnit::from_code(name.strip_suffix('s')?));
    if unit.is_none() {
        warnings.push(ProblemReason::UnknownUnit(Excerpt::of(&name)));
    }
    unit
}

fn languages(wire: &wire::Service, warnings: &mut Vec<ProblemReason>) -> Result<Vec<Language>, Refusal> {
    let mut languages = Vec::new();
    for (index, told) in wire.languages.iter().flatten().enumerate() {
        match checked(told.code.as_deref(), &format!("languages[{index}].code"), check::language)? {
            Some(language) if !languages.contains(&language) => languages.push(language),
            Some(_) => {}
            None => warnings.push(ProblemReason::LanguageWithoutCode),
        }
    }
    Ok(languages)
}

/// `fees` is the older field and often says only "free"; the description says the rest.
fn fees(wire: &wire::Service) -> Option<String> {
    match (wire.fees.as_deref().and_then(prose), wire.fees_description.as_deref().and_then(prose)) {
        (Some(fees), Some(description)) if !description.contains(&fees) => Some(format!("{fees}: {description}")),
        (fees, description) => description.or(fees),
    }
}

/// The day of the check. When a record was last modified is no check: a feed that is exported anew each night says of all its
/// entries that they were modified.
fn verified_on(wire: &wire::Service) -> Result<Option<Date>, Refusal> {
    checked(wire.assured_date.as_deref(), "assured_date", check::day)
}

fn sites(source: &str, wire: &wire::Service, warnings: &mut Vec<ProblemReason>) -> Result<Vec<Site>, Refusal> {
    let mut sites: Vec<Site> = Vec::new();
    for (index, at_location) in wire.service_at_locations.iter().flatten().enumerate() {
        let path = format!("service_at_locations[{index}]");
        let inside = |refusal: Refusal| Refusal::at(format!("{path}.{}", refusal.path), refusal.fault);
        match place::read(source, at_location, warnings).map_err(inside)? {
            Some(site) => sites.push(site),
            None => warnings.push(ProblemReason::LocationMissing(Excerpt::of(&path))),
        }
    }
    Ok(sites)
}

/// Each place once. Where one of two tellings is redacted, that one stands.
fn places(sites: Vec<Site>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for Site { place, .. } in sites {
        match places.iter_mut().find(|kept| kept.id == place.id) {
            Some(kept) if place.redacted && !kept.redacted => *kept = place,
            Some(_) => {}
            None => places.push(place),
        }
    }
    places
}

/// The service's own phones first, then those of its places.
fn phones(own: &[String], sites: &[Site], context: &FeedContext<'_>, warnings: &mut Vec<ProblemReason>) -> Vec<Phone> {
    let mut phones: Vec<Phone> = Vec::new();
    let told = own.iter().chain(sites.iter().flat_map(|site| &site.phones));
    for phone in told.flat_map(|typed| Phone::read_all(typed, context.country)) {
        if phones.iter().all(|held| held.typed != phone.typed) {
            if phone.number.is_none() && context.country.is_some() {
                warnings.push(ProblemReason::PhoneUnread);
            }
            phones.push(phone);
        }
    }
    phones
}

/// Phones and ways that lead to a place; a phone that the service tells as its own leads to the service.
fn told_of_places(sites: &[Site], own_phones: &[String], context: &FeedContext<'_>) -> Vec<(LocationId, String)> {
    let told = |site: &Site| -> Vec<(LocationId, String)> {
        let phones = site.phones.iter().filter(|phone| !own_phones.contains(phone));
        let numbers = phones.flat_map(|phone| Phone::read_all(phone, context.country)).map(|phone| phone.typed);
        let ways = site.transportation.iter().chain(&site.accessibility).cloned();
        numbers.chain(ways).map(|text| (site.place.id, text)).collect()
    };
    sites.iter().flat_map(told).collect()
}

/// Practical facts that have no field of their own.
fn details(wire: &wire::Service, sites: &[Site]) -> Result<Vec<Detail>, Refusal> {
    let text = |text: &Option<String>| text.as_deref().and_then(prose).into_iter().collect::<Vec<_>>();
    let documents = wire.required_documents.iter().flatten().flat_map(|required| text(&required.document)).collect();
    let areas = wire.service_areas.iter().flatten().flat_map(|area| text(&area.name)).collect();
    let all = [
        ("Website", checked(wire.url.as_deref(), "url", check::url)?.into_iter().collect()),
        ("Interpretation services", text(&wire.interpretation_services)),
        ("Wait time", text(&wire.wait_time)),
        ("Required documents", documents),
        ("Service areas", areas),
        ("Transportation", sites.iter().filter_map(|site| site.transportation.clone()).collect()),
        ("Accessibility", sites.iter().flat_map(|site| site.accessibility.clone()).collect()),
        ("Accreditations", text(&wire.accreditations)),
        ("Licenses", text(&wire.licenses)),
    ];
    let detail = |(label, mut values): (&str, Vec<String>)| {
        values.dedup();
        (!values.is_empty()).then(|| Detail { label: label.to_owned(), values })
    };
    Ok(all.into_iter().filter_map(detail).collect())
}
