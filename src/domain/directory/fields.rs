//! The fields of a service that people may set over what its source says, and values of them.

use super::codes::{
    Accessibility, KnownConsequence, ServiceMode, ServiceStatus, Specialisation, Teller, Tier, Welcome,
};
use super::phone::Phone;
use super::place::{Place, RedactedPlaces};
use super::service::{Eligibility, Service, Translation};
use crate::domain::code::{CodeList as _, code_list};
use crate::domain::code_set::CodeSet;
use crate::domain::country::CountryCode;
use crate::domain::id::ServiceId;
use crate::domain::need::Need;
use crate::domain::opening::{Closure, DatedHours, TimeZone};
use crate::domain::place::AreaCode;
use crate::domain::profile::Language;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Date;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// Declares the fields once: the list of their codes, their values, and where each stands in a service.
macro_rules! service_fields {
    ($($variant:ident = $code:literal : $definition:literal, $type:ty => $field:ident;)+) => {
        code_list! {
            /// A field of a service that people may set over what its source says.
            ServiceField {
                $($variant = $code: $definition),+
            }
        }

        /// A value of one of these fields.
        #[derive(Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "field", content = "value", rename_all = "snake_case")]
        pub enum FieldValue {
            $(#[doc = $definition] $variant($type)),+
        }

        impl FieldValue {
            /// Which field it is of.
            pub const fn field(&self) -> ServiceField {
                match self { $(Self::$variant(_) => ServiceField::$variant),+ }
            }

            /// What the field of this service holds.
            pub fn of(service: &Service, field: ServiceField) -> Self {
                match field { $(ServiceField::$variant => Self::$variant(service.$field.clone())),+ }
            }

            /// Puts the value into the service.
            pub fn put_into(self, service: &mut Service) {
                let field = self.field();
                if Self::of(service, field) != self {
                    // Whoever has confirmed the field has confirmed another value of it.
                    service.confirmations.retain(|known| known.field != field);
                }
                match self { $(Self::$variant(value) => service.$field = value),+ }
            }
        }
    };
}

service_fields! {
    Name = "name": "what it is called", String => name;
    AlternateName = "alternate_name": "another name of it", Option<String> => alternate_name;
    Description = "description": "what it does", Option<String> => description;
    Needs = "needs": "the needs that it answers", CodeSet<Need> => needs;
    Status = "status": "whether it works", ServiceStatus => status;
    Welcome = "welcome": "how it treats people outside its public", Option<Welcome> => welcome;
    Eligibility = "eligibility": "its public, as far as it is coded", Eligibility => eligibility;
    CriteriaText = "criteria_text": "its criteria in words", Option<String> => criteria_text;
    Languages = "languages": "the languages spoken there", Vec<Language> => languages;
    ApplicationProcess = "application_process": "how one asks for it", Option<String> => application_process;
    Fees = "fees": "what it costs", Option<String> => fees;
    Alert = "alert": "a warning to be read first", Option<String> => alert;
    KnownConsequences = "known_consequences": "what may follow from turning to it", CodeSet<KnownConsequence> => known_consequences;
    Specialisations = "specialisations": "what it is specialised in", CodeSet<Specialisation> => specialisations;
    OpeningHours = "opening_hours": "its hours, in the syntax of OpenStreetMap", Option<String> => opening_hours;
    Modes = "modes": "how it reaches people", CodeSet<ServiceMode> => modes;
    Accessibility = "accessibility": "what it offers to whom a body or a language bars the way", CodeSet<Accessibility> => accessibility;
    Phones = "phones": "its phone numbers", Vec<Phone> => phones;
    Email = "email": "its role mailbox", Option<String> => email;
    Places = "places": "the places where it is given", Vec<Place> => places;
    Tier = "tier": "who may know of it", Tier => tier;
    Closures = "closures": "the days on which it is closed for a time", ThinVec<Closure> => closures;
    DatedHours = "dated_hours": "hours that hold on some days instead of the ordinary ones", ThinVec<DatedHours> => dated_hours;
    Translations = "translations": "its name and description in further languages", ThinVec<Translation> => translations;
    AreasServed = "areas_served": "the areas whose people it serves", ThinVec<AreaCode> => areas_served;
    TimeZone = "time_zone": "the time zone that its hours are told in", Option<TimeZone> => time_zone;
    Country = "country": "the country whose holidays it keeps", Option<CountryCode> => country;
    ValidUntil = "valid_until": "the last day on which what it says can be relied on", Option<Date> => valid_until;
    ClosesOn = "closes_on": "the day from which it takes nobody any more", Option<Date> => closes_on;
}

hidden_debug!(FieldValue);

impl FieldValue {
    /// The value without the marks of people that a phone or a place is not to be used: these are nobody's word on
    /// what the phone or the place is.
    #[must_use]
    pub fn without_marks(mut self) -> Self {
        match &mut self {
            Self::Phones(phones) => phones.iter_mut().for_each(|phone| phone.do_not_use = false),
            Self::Places(places) => {
                places.iter_mut().for_each(|place| (place.do_not_use, place.marked_for) = (false, None));
            }
            _ => {}
        }
        self
    }

    /// Redacts these places in a value of places; true when something was changed.
    pub fn redact_places(&mut self, redacted: &RedactedPlaces) -> bool {
        let Self::Places(places) = self else { return false };
        let mut changed = false;
        for place in places {
            changed |= place.redact_among(redacted);
        }
        changed
    }

    /// The value as people read it; `None` where it is empty.
    pub fn as_words(&self) -> Option<String> {
        let words = match self {
            Self::Name(text) => text.clone(),
            Self::AlternateName(text)
            | Self::Description(text)
            | Self::CriteriaText(text)
            | Self::ApplicationProcess(text)
            | Self::Fees(text)
            | Self::Alert(text)
            | Self::OpeningHours(text)
            | Self::Email(text) => text.clone().unwrap_or_default(),
            Self::Needs(needs) => joined(needs.iter().map(|need| need.code())),
            Self::Status(status) => status.code().to_owned(),
            Self::Welcome(welcome) => welcome.map_or("", |welcome| welcome.code()).to_owned(),
            Self::Eligibility(public) => words_of_public(public),
            Self::Languages(languages) => joined(languages.iter().map(Language::as_str)),
            Self::KnownConsequences(known) => joined(known.iter().map(|known| known.code())),
            Self::Specialisations(fields) => joined(fields.iter().map(|field| field.code())),
            Self::Modes(modes) => joined(modes.iter().map(|mode| mode.code())),
            Self::Accessibility(offered) => joined(offered.iter().map(|offered| offered.code())),
            Self::Phones(phones) => joined(phones.iter().map(|phone| &*phone.typed)),
            Self::Places(places) => joined_parts(places.iter().map(words_of_place)),
            Self::Tier(tier) => tier.code().to_owned(),
            Self::Closures(closures) => {
                joined_parts(closures.iter().map(|closure| format!("{} – {}", closure.from, closure.until)))
            }
            Self::DatedHours(dated) => joined_parts(
                dated.iter().map(|dated| format!("{} – {}: {}", dated.from, dated.until, dated.opening_hours.text())),
            ),
            Self::Translations(told) => joined_parts(told.iter().map(words_of_translation)),
            Self::AreasServed(areas) => joined(areas.iter().map(AreaCode::as_str)),
            Self::TimeZone(zone) => zone.map_or("", TimeZone::name).to_owned(),
            Self::Country(country) => country.map(|country| country.as_str().to_owned()).unwrap_or_default(),
            Self::ValidUntil(day) | Self::ClosesOn(day) => day.map(|day| day.to_string()).unwrap_or_default(),
        };
        (!words.is_empty()).then_some(words)
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn joined_parts(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

fn words_of_translation(told: &Translation) -> String {
    let words = [&told.name, &told.description].into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
    format!("{}: {}", told.language.as_str(), words.join(", "))
}

fn words_of_public(public: &Eligibility) -> String {
    let age = |name: &str, age: Option<u8>| age.map(|years| format!("{name} {years}"));
    let ages = [age("from", public.minimum_age), age("to", public.maximum_age)].into_iter().flatten();
    let codes = (public.age_bands.iter().map(|code| code.code()))
        .chain(public.genders.iter().map(|code| code.code()))
        .chain(public.households.iter().map(|code| code.code()))
        .chain(public.admin_statuses.iter().map(|code| code.code()))
        .chain(public.situations.iter().map(|code| code.code()));
    ages.chain(codes.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

fn words_of_place(place: &Place) -> String {
    let position = place.position.map(|at| format!("{}, {}", at.latitude(), at.longitude()));
    let area = place.area.as_ref().map(|area| area.code.to_string());
    let redacted = place.redacted.then(|| "redacted".to_owned());
    let words = [place.name.clone(), place.address.clone(), position, area, redacted];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// That somebody has confirmed one field, in a review that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConfirmation {
    /// Which field.
    pub field: ServiceField,
    /// On which day.
    pub on: Date,
}

/// That people have set a field over what the source says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldEdit {
    /// Which field.
    pub field: ServiceField,
    /// Who told the value, by what they are to the service.
    pub told_by: Teller,
    /// When, in microseconds of UTC.
    pub at_microseconds: i64,
    /// The entry that the value was taken from when that one was merged into this, as another source's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_from: Option<ServiceId>,
}
