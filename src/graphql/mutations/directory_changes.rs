//! What is to stand in a service, as an input.

use crate::actions::directory_edit::{PlaceChange, ServiceChanges, TranslationChange};
use crate::domain::directory::{
    Accessibility, Eligibility, FieldValue, KnownConsequence, LocationKind, ServiceMode, ServiceStatus, Specialisation,
    Tier, Welcome,
};
use crate::domain::need::Need;
use crate::domain::opening::Closure;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Situation};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::scalars::Day;
use async_graphql::{ID, InputObject, MaybeUndefined};

/// What is to stand in a service. What is not named stays as it is; null empties what may be empty.
#[derive(InputObject)]
pub struct ServiceChangesInput {
    /// The name of the service.
    name: Option<String>,
    /// Another name, often in another script.
    alternate_name: MaybeUndefined<String>,
    /// What it does, in words.
    description: MaybeUndefined<String>,
    /// All needs that it answers.
    needs: Option<Vec<Need>>,
    /// Whether it works at present.
    status: Option<ServiceStatus>,
    /// How it treats people outside its public.
    welcome: MaybeUndefined<Welcome>,
    /// Its public, as a whole.
    eligibility: Option<EligibilityInput>,
    /// Its criteria in words.
    criteria_text: MaybeUndefined<String>,
    /// All languages spoken there, as BCP 47 tags.
    languages: Option<Vec<String>>,
    /// How one asks for it.
    application_process: MaybeUndefined<String>,
    /// What it costs, in words.
    fees: MaybeUndefined<String>,
    /// A warning to be read first.
    alert: MaybeUndefined<String>,
    /// All that may follow from turning to it.
    known_consequences: Option<Vec<KnownConsequence>>,
    /// All that it is specialised in.
    specialisations: Option<Vec<Specialisation>>,
    /// Its hours in the syntax of OpenStreetMap, such as `Mo-Fr 09:00-17:00`.
    opening_hours: MaybeUndefined<String>,
    /// All ways in which it reaches people.
    modes: Option<Vec<ServiceMode>>,
    /// All that it offers to whom a body or a language bars the way.
    accessibility: Option<Vec<Accessibility>>,
    /// All phone numbers, as they are typed.
    phones: Option<Vec<String>>,
    /// The role mailbox of the service.
    email: MaybeUndefined<String>,
    /// All places where it is given.
    places: Option<Vec<ServicePlaceInput>>,
    /// Who may know that it exists; for editors.
    tier: Option<Tier>,
    /// All days on which it is closed for a time.
    closures: Option<Vec<ClosureInput>>,
    /// All hours that hold on some days instead of the ordinary ones.
    dated_hours: Option<Vec<DatedHoursInput>>,
    /// Its name and description in all further languages.
    translations: Option<Vec<TranslationInput>>,
    /// Codes of all areas whose people it serves, such as `FR-93`, each with all areas inside; an empty list restricts
    /// nothing.
    areas_served: Option<Vec<String>>,
    /// IANA name of the time zone that its hours are told in, such as `Africa/Tunis`; without it that of its country,
    /// where that has one.
    time_zone: MaybeUndefined<String>,
    /// ISO 3166-1 code of the country whose holidays it keeps, two letters.
    country: MaybeUndefined<String>,
    /// Last day on which what it says can be relied on: from the next day on everybody is told to ask first.
    valid_until: MaybeUndefined<Day>,
    /// Day from which it takes nobody any more. The teams of open referrals to it are told at once; from that day on
    /// nobody finds it or sends to it.
    closes_on: MaybeUndefined<Day>,
}

/// Days on which a service is closed for a time.
#[derive(InputObject)]
pub struct ClosureInput {
    /// The first day of it.
    from: Day,
    /// The last day of it.
    until: Day,
}

/// Hours that hold on some days.
#[derive(InputObject)]
pub struct DatedHoursInput {
    /// The first day of them.
    from: Day,
    /// The last day of them.
    until: Day,
    /// The hours in the syntax of OpenStreetMap, such as `Mo-Fr 10:00-14:00`.
    opening_hours: String,
}

/// Name and description in another language; at least one of the two.
#[derive(InputObject)]
pub struct TranslationInput {
    /// The language, as a BCP 47 tag.
    language: String,
    /// The name in it.
    name: Option<String>,
    /// The description in it.
    description: Option<String>,
}

/// The public that a service accepts. An empty list restricts nothing.
#[derive(InputObject)]
pub struct EligibilityInput {
    /// Youngest age accepted, in whole years.
    minimum_age: Option<u8>,
    /// Oldest age accepted, in whole years.
    maximum_age: Option<u8>,
    /// Age bands accepted, beside the ages.
    #[graphql(default)]
    age_bands: Vec<AgeBand>,
    /// The genders accepted.
    #[graphql(default)]
    genders: Vec<Gender>,
    /// The households accepted.
    #[graphql(default)]
    households: Vec<Household>,
    /// Administrative statuses accepted.
    #[graphql(default)]
    admin_statuses: Vec<AdminStatus>,
    /// Living situations accepted.
    #[graphql(default)]
    situations: Vec<Situation>,
}

/// A place where a service is given, as a whole.
#[derive(InputObject)]
pub struct ServicePlaceInput {
    /// The place of the service that it is, an id beginning with `loc_`; null for a new one.
    id: Option<ID>,
    /// Name of the place.
    name: Option<String>,
    /// Kind of place.
    kind: LocationKind,
    /// True when the place must not be found: then only its area is kept.
    #[graphql(default)]
    redacted: bool,
    /// Degrees north of the equator, -90 to 90; only together with the longitude.
    latitude: Option<f64>,
    /// Degrees east of Greenwich, -180 to 180; only together with the latitude.
    longitude: Option<f64>,
    /// Postal address on one line.
    address: Option<String>,
    /// Code of the area, such as `FR-93055`.
    area_code: Option<String>,
}

/// The value of a field that may be empty, when it was named at all.
pub(super) fn named<T, V>(given: MaybeUndefined<T>, value: impl Fn(Option<T>) -> V) -> Option<V> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(value(None)),
        MaybeUndefined::Value(given) => Some(value(Some(given))),
    }
}

impl TryFrom<ServiceChangesInput> for ServiceChanges {
    type Error = ApiError;

    fn try_from(input: ServiceChangesInput) -> Result<Self, ApiError> {
        let values = [
            input.name.map(FieldValue::Name),
            named(input.alternate_name, FieldValue::AlternateName),
            named(input.description, FieldValue::Description),
            input.needs.map(|needs| FieldValue::Needs(needs.into())),
            input.status.map(FieldValue::Status),
            named(input.welcome, FieldValue::Welcome),
            input.eligibility.map(|public| FieldValue::Eligibility(public.into())),
            named(input.criteria_text, FieldValue::CriteriaText),
            named(input.application_process, FieldValue::ApplicationProcess),
            named(input.fees, FieldValue::Fees),
            named(input.alert, FieldValue::Alert),
            input.known_consequences.map(|known| FieldValue::KnownConsequences(known.into())),
            input.specialisations.map(|told| FieldValue::Specialisations(told.into())),
            named(input.opening_hours, FieldValue::OpeningHours),
            input.modes.map(|modes| FieldValue::Modes(modes.into())),
            input.accessibility.map(|offers| FieldValue::Accessibility(offers.into())),
            named(input.email, FieldValue::Email),
            input.tier.map(FieldValue::Tier),
            input.closures.map(|closures| FieldValue::Closures(closures.into_iter().map(Closure::from).collect())),
            named(input.valid_until, |day| FieldValue::ValidUntil(day.map(|day| day.0))),
            named(input.closes_on, |day| FieldValue::ClosesOn(day.map(|day| day.0))),
        ];
        let places = input.places.map(|places| places.into_iter().map(PlaceChange::try_from).collect()).transpose()?;
        let values = values.into_iter().flatten().collect();
        let dated = |dated: DatedHoursInput| (dated.from.0, dated.until.0, dated.opening_hours);
        let dated_hours = input.dated_hours.map(|all| all.into_iter().map(dated).collect());
        let translation = |told: TranslationInput| TranslationChange {
            language: told.language,
            name: told.name,
            description: told.description,
        };
        let translations = input.translations.map(|all| all.into_iter().map(translation).collect());
        Ok(Self {
            values,
            languages: input.languages,
            phones: input.phones,
            places,
            dated_hours,
            translations,
            areas_served: input.areas_served,
            time_zone: named(input.time_zone, |name| name),
            country: named(input.country, |code| code),
        })
    }
}

impl From<ClosureInput> for Closure {
    fn from(input: ClosureInput) -> Self {
        Self { from: input.from.0, until: input.until.0 }
    }
}

impl From<EligibilityInput> for Eligibility {
    fn from(input: EligibilityInput) -> Self {
        Self {
            minimum_age: input.minimum_age,
            maximum_age: input.maximum_age,
            age_bands: input.age_bands.into(),
            genders: input.genders.into(),
            households: input.households.into(),
            admin_statuses: input.admin_statuses.into(),
            situations: input.situations.into(),
        }
    }
}

impl TryFrom<ServicePlaceInput> for PlaceChange {
    type Error = ApiError;

    fn try_from(input: ServicePlaceInput) -> Result<Self, ApiError> {
        Ok(Self {
            id: input.id.as_ref().map(parse_id).transpose()?,
            name: input.name,
            kind: input.kind,
            redacted: input.redacted,
            latitude: input.latitude,
            longitude: input.longitude,
            address: input.address,
            area_code: input.area_code,
        })
    }
}
