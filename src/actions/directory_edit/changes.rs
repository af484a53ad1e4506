//! Turning what somebody typed into values of fields.

use super::super::Context;
use super::super::input::{area, language, position};
use super::super::known_places::KnownPlaces;
use crate::domain::country::CountryCode;
use crate::domain::directory::{FieldValue, LocationKind, Place, Service, ServiceField, Translation};
use crate::domain::directory_edit::{EditProblem, checked, read_phone};
use crate::domain::id::LocationId;
use crate::domain::opening::{DatedHours, OpeningHours, TimeZone};
use crate::domain::place::{Area, AreaCode};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Date;
use crate::import::PlaceKnowledge as _;

/// What is to stand in fields of a service; what is not named stays.
#[derive(Clone, Default)]
pub struct ServiceChanges {
    /// Values that need no reading.
    pub values: Vec<FieldValue>,
    /// Language tags.
    pub languages: Option<Vec<String>>,
    /// Phones, as typed.
    pub phones: Option<Vec<String>>,
    /// Places: all of them.
    pub places: Option<Vec<PlaceChange>>,
    /// Hours that hold on some days: all of them, as first day, last day and hours as typed.
    pub dated_hours: Option<Vec<(Date, Date, String)>>,
    /// Translations: all of them.
    pub translations: Option<Vec<TranslationChange>>,
    /// Codes of the areas served: all of them.
    pub areas_served: Option<Vec<String>>,
    /// Name of the time zone; `Some(None)` takes it out.
    pub time_zone: Option<Option<String>>,
    /// Code of the country; `Some(None)` takes it out.
    pub country: Option<Option<String>>,
}

/// Name and description in another language, as somebody types them.
#[derive(Clone)]
pub struct TranslationChange {
    /// The language tag.
    pub language: String,
    /// The name in it.
    pub name: Option<String>,
    /// The description in it.
    pub description: Option<String>,
}

/// A place as somebody types it.
#[derive(Clone)]
pub struct PlaceChange {
    /// The place of the service that it is; `None` for a new one.
    pub id: Option<LocationId>,
    /// Name.
    pub name: Option<String>,
    /// Kind.
    pub kind: LocationKind,
    /// True when it must not be found.
    pub redacted: bool,
    /// Latitude in degrees; only together with the longitude.
    pub latitude: Option<f64>,
    /// Longitude in degrees; only together with the latitude.
    pub longitude: Option<f64>,
    /// Postal address on one line.
    pub address: Option<String>,
    /// Code of the area.
    pub area_code: Option<String>,
}

hidden_debug!(ServiceChanges, TranslationChange, PlaceChange);

impl ServiceChanges {
    /// The values that differ from what stands in the service. Refuses when there are none, or when one cannot stand.
    pub(super) fn read(self, context: &Context, service: &Service) -> Result<Vec<FieldValue>, Refusal> {
        let mut values = self.values;
        if let Some(tags) = self.languages {
            let languages = tags.iter().map(|tag| language("changes.languages", tag)).collect::<Result<_, _>>()?;
            values.push(FieldValue::Languages(languages));
        }
        if let Some(typed) = self.phones {
            let refused = Refusal::input("changes.phones", InputProblem::PhoneNumber);
            let phones = typed.iter().map(|typed| read_phone(typed)).collect::<Option<Vec<_>>>().ok_or(refused)?;
            let known = |phone| service.phones.iter().find(|held| held.typed == phone).cloned();
            let phones = phones.into_iter().map(|phone| known(phone.typed.clone()).unwrap_or(phone)).collect();
            values.push(FieldValue::Phones(phones));
        }
        if let Some(places) = self.places {
            let places = places.into_iter().map(|place| place.read(context, service)).collect::<Result<_, _>>()?;
            values.push(FieldValue::Places(places));
        }
        if let Some(dated) = self.dated_hours {
            values.push(FieldValue::DatedHours(dated.into_iter().map(read_dated).collect::<Result<_, _>>()?));
        }
        if let Some(told) = self.translations {
            let read = |TranslationChange { language: tag, name, description }| {
                Ok(Translation { language: language("changes.translations", &tag)?, name, description })
            };
            values.push(FieldValue::Translations(told.into_iter().map(read).collect::<Result<_, Refusal>>()?));
        }
        if let Some(codes) = self.areas_served {
            values.push(FieldValue::AreasServed(read_areas(&codes)?.into()));
        }
        if let Some(name) = self.time_zone {
            let refused = Refusal::input("changes.timeZone", InputProblem::TimeZone);
            values
                .push(FieldValue::TimeZone(name.map(|name| TimeZone::parse(&name)).transpose().map_err(|_| refused)?));
        }
        if let Some(code) = self.country {
            let refused = Refusal::input("changes.country", InputProblem::Country);
            let country = code.map(|code| CountryCode::parse(&code)).transpose().map_err(|_| refused)?;
            values.push(FieldValue::Country(country));
        }
        let refused = |EditProblem { field, problem }| Refusal::input(input_path(field), problem);
        let stands = |value: &FieldValue| FieldValue::of(service, value.field()).without_marks();
        let mut values = checked(values).map_err(refused)?;
        values.retain(|value| value.clone().without_marks() != stands(value));
        if values.is_empty() { Err(Refusal::input("changes", InputProblem::NoChange)) } else { Ok(values) }
    }
}

/// Each area once, in the order in which they are typed.
fn read_areas(codes: &[String]) -> Result<Vec<AreaCode>, Refusal> {
    let mut areas = Vec::new();
    for code in codes {
        let area = area("changes.areasServed", code)?;
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    Ok(areas)
}

fn read_dated((from, until, hours): (Date, Date, String)) -> Result<DatedHours, Refusal> {
    let refused = Refusal::input("changes.datedHours", InputProblem::OpeningHours);
    OpeningHours::parse(&hours).map(|opening_hours| DatedHours { from, until, opening_hours }).map_err(|_| refused)
}

impl PlaceChange {
    fn read(self, context: &Context, service: &Service) -> Result<Place, Refusal> {
        let held = match self.id {
            Some(id) => Some(
                service
                    .places
                    .iter()
                    .find(|place| place.id == id)
                    .ok_or(Refusal::input("changes.places", InputProblem::NotOfEntry))?,
            ),
            None => None,
        };
        let places = KnownPlaces(context.geography.snapshot());
        let known_area = held.and_then(|held| held.area.clone());
        let area_of = |code: String| {
            let code = area("changes.places", &code)?;
            let told = Area { code, name: None, center: None, radius_meters: None };
            let same = known_area.clone().filter(|known| known.code == told.code);
            let known = places.area_of_code(&told.code).filter(|known| known.center.is_some());
            let known = known.map(|known| Area { code: told.code.clone(), ..known });
            Ok::<_, Refusal>(known.or(same).unwrap_or(told))
        };
        let at = match (self.latitude, self.longitude) {
            (None, None) => Ok(None),
            (Some(latitude), Some(longitude)) => position(latitude, longitude).map(Some),
            // Half a point is no wish to have none.
            (Some(_), None) => Err(Refusal::input("longitude", InputProblem::Longitude)),
            (None, Some(_)) => Err(Refusal::input("latitude", InputProblem::Latitude)),
        };
        let at = at.map_err(|refused| match refused {
            Refusal::Input { problem, .. } => Refusal::input("changes.places", problem),
            other => other,
        })?;
        let fresh = || Place::new(context.fresh_id(), self.kind);
        let mut place = Place {
            name: self.name,
            kind: self.kind,
            redacted: self.redacted,
            position: at,
            area: self.area_code.map(area_of).transpose()?,
            address: self.address,
            ..held.cloned().unwrap_or_else(fresh)
        };
        if held.is_none_or(|held| held.position != place.position) {
            place.precision = None;
        }
        if place.redacted {
            // Without an area nobody would find it: where nobody names one, it stays in the one where it lies.
            let lies_at = held.and_then(|held| held.position).or(place.position);
            let area = place.area.take().or(known_area).or_else(|| Some(places.area_at(lies_at?)?.area));
            place.area = Some(area.ok_or(Refusal::input("changes.places", InputProblem::AreaOfRedacted))?);
            place.redact();
        }
        Ok(place)
    }
}

macro_rules! schema_names {
    ($($field:ident = $name:literal),+ $(,)?) => {
        /// The field's name in the schema.
        pub(super) const fn schema_name(field: ServiceField) -> &'static str {
            match field { $(ServiceField::$field => $name),+ }
        }

        /// Where the field stands in the input of an edit.
        pub(super) const fn input_path(field: ServiceField) -> &'static str {
            match field { $(ServiceField::$field => concat!("changes.", $name)),+ }
        }
    };
}

schema_names! {
    Name = "name",
    AlternateName = "alternateName",
    Description = "description",
    Needs = "needs",
    Status = "status",
    Welcome = "welcome",
    Eligibility = "eligibility",
    CriteriaText = "criteriaText",
    Languages = "languages",
    ApplicationProcess = "applicationProcess",
    Fees = "fees",
    Alert = "alert",
    KnownConsequences = "knownConsequences",
    Specialisations = "specialisations",
    OpeningHours = "openingHours",
    Modes = "modes",
    Accessibility = "accessibility",
    Phones = "phones",
    Email = "email",
    Places = "places",
    Tier = "tier",
    Closures = "closures",
    DatedHours = "datedHours",
    Translations = "translations",
    AreasServed = "areasServed",
    TimeZone = "timeZone",
    Country = "country",
    ValidUntil = "validUntil",
    ClosesOn = "closesOn",
}
