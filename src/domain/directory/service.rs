//! A service, with everything that decides whom it takes.

use super::capacity::Capacity;
use super::codes::{
    Accessibility, CapacityStatus, KnownConsequence, ServiceMode, ServiceStatus, Specialisation, Teller, Tier, Welcome,
};
use super::fields::{FieldConfirmation, FieldEdit};
use super::phone::{Phone, is_false};
use super::place::{Place, RedactedPlaces};
use crate::domain::code_set::CodeSet;
use crate::domain::country::CountryCode;
use crate::domain::id::{OrganizationId, ProjectId, ServiceId};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::{Closure, DatedHours, Opening, TimeZone, dates_on_earth, opening_hours_of};
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thin_vec::ThinVec;

/// The public that a service accepts. An empty list restricts nothing.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Eligibility {
    /// Youngest age accepted, in whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<u8>,
    /// Oldest age accepted, in whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_age: Option<u8>,
    /// Age bands accepted, beside the ages.
    #[serde(skip_serializing_if = "CodeSet::is_empty")]
    pub age_bands: CodeSet<AgeBand>,
    /// Genders accepted.
    #[serde(skip_serializing_if = "CodeSet::is_empty")]
    pub genders: CodeSet<Gender>,
    /// Households accepted.
    #[serde(skip_serializing_if = "CodeSet::is_empty")]
    pub households: CodeSet<Household>,
    /// Administrative statuses accepted.
    #[serde(skip_serializing_if = "CodeSet::is_empty")]
    pub admin_statuses: CodeSet<AdminStatus>,
    /// Living situations accepted.
    #[serde(skip_serializing_if = "CodeSet::is_empty")]
    pub situations: CodeSet<Situation>,
}

/// A labelled text kept as its source writes it, such as an intake criterion nobody has coded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The source's own label.
    pub label: String,
    /// The source's own words, one per value.
    pub values: Vec<String>,
}

impl Detail {
    /// Labels of what leads to the places of a service: how to get there, and how to get in.
    const WAYS_TO_PLACES: [&'static str; 2] = ["Transportation", "Accessibility"];
}

/// One weekly opening, kept as its source tells it; no hours are ever guessed from free text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Weekdays as two-letter codes of RFC 5545, such as `MO,TU`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<String>,
    /// Local time of opening, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// Local time of closing, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// The source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Name and description in another language than those of the entry itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// The language.
    pub language: Language,
    /// The name in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The description in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Whose record an entry is, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// Name of the source.
    pub source: Arc<str>,
    /// The source's own id of the record; `None` where it would lead to a place that must not be found.
    pub key: Option<Box<str>>,
    /// Day that the source itself gives for its record; `None` where it gives none, and where people have checked the entry
    /// since.
    pub told_on: Option<Date>,
}

impl SourceRecord {
    /// The record of a service, by what the store has beside the document.
    pub fn of(service: &Service, source: Arc<str>, key: &str) -> Self {
        // Whoever looks the record up at its source may read there what is redacted here.
        let hides_any = service.places.iter().chain(&service.former_places).any(|place| place.redacted);
        let is_of_source = service.verified_by.is_none_or(|teller| teller == Teller::Source);
        Self { source, key: (!hides_any).then(|| key.into()), told_on: service.verified_on.filter(|_| is_of_source) }
    }
}

/// A service, with everything that decides whom it takes. Hundreds of thousands are in memory: a list that most of them
/// leave empty takes one word in a [`ThinVec`] and three in a `Vec`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Identifier, derived from source and key.
    pub id: ServiceId,
    /// Organisation that gives the service.
    pub organization_id: OrganizationId,
    /// Name as its source writes it.
    pub name: String,
    /// Another name, often in another script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Needs that it answers, by code.
    pub needs: CodeSet<Need>,
    /// Families of needs where the source says no more; they match as "to confirm".
    #[serde(default, skip_serializing_if = "CodeSet::is_empty")]
    pub need_families: CodeSet<NeedFamily>,
    /// Whether it works.
    pub status: ServiceStatus,
    /// How it treats people outside its public; `None` where nobody has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Welcome>,
    /// Its public, as far as it is coded.
    #[serde(default)]
    pub eligibility: Eligibility,
    /// Its criteria in the source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria_text: Option<String>,
    /// Practical facts in the source's own words.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub details: ThinVec<Detail>,
    /// Languages spoken there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// How one asks for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_process: Option<String>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fees: Option<String>,
    /// A warning to be read first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Role mailbox of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Phone>,
    /// What may follow from turning to it.
    #[serde(default, skip_serializing_if = "CodeSet::is_empty")]
    pub known_consequences: CodeSet<KnownConsequence>,
    /// What it is specialised in.
    #[serde(default, skip_serializing_if = "CodeSet::is_empty")]
    pub specialisations: CodeSet<Specialisation>,
    /// Capacity, as last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Openings.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub schedules: ThinVec<Schedule>,
    /// Places where it is given.
    #[serde(default)]
    pub places: Vec<Place>,
    /// Day on which somebody last checked the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<Date>,
    /// Last day that its source vouches for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Day from which it takes nobody any more, once that is announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_on: Option<Date>,
    /// Who may know of it.
    pub tier: Tier,
    /// The projects that may know of it, at tier `project`.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub projects: ThinVec<ProjectId>,
    /// The language of name, description and other words; `None` where the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Name and description in further languages.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub translations: ThinVec<Translation>,
    /// Hours in the syntax of OpenStreetMap's `opening_hours`, where they could be read or have been coded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<String>,
    /// Time zone that the hours are told in; without it the one zone of the country, where that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// Country whose holidays it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Days on which it is closed for a time.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub closures: ThinVec<Closure>,
    /// Hours that hold on some days instead of the ordinary ones, such as those of Ramadan.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub dated_hours: ThinVec<DatedHours>,
    /// How it reaches people, where the source tells it.
    #[serde(default, skip_serializing_if = "CodeSet::is_empty")]
    pub modes: CodeSet<ServiceMode>,
    /// What it offers to whom a body or a language bars the way. Silence says nothing.
    #[serde(default, skip_serializing_if = "CodeSet::is_empty")]
    pub accessibility: CodeSet<Accessibility>,
    /// Areas whose people it serves, each with all areas inside; an empty list restricts nothing.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub areas_served: ThinVec<AreaCode>,
    /// Who last checked the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<Teller>,
    /// Day by which somebody should check it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review_on: Option<Date>,
    /// The fields that were confirmed one at a time, until all are.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub confirmations: ThinVec<FieldConfirmation>,
    /// True while somebody has marked it as not to be used: nobody finds it in a search or sends to it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_use: bool,
    /// True while its source tells other criteria in another of its languages, and nobody has said which hold: then they
    /// exclude nobody.
    #[serde(default, skip_serializing_if = "is_false")]
    pub criteria_disagree: bool,
    /// The entry that this one was merged into, as another source's word on the same service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<ServiceId>,
    /// The fields that people have set over what the source says.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub edits: ThinVec<FieldEdit>,
    /// Phones that are told no longer and were not to be called: when they come back, they come back so.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub former_phones: ThinVec<Phone>,
    /// Places that are told no longer and were redacted or not to be gone to: when they come back, they come back so.
    #[serde(default, skip_serializing_if = "ThinVec::is_empty")]
    pub former_places: ThinVec<Place>,
    /// How often the entry was written, as the store counts; 0 where it was not read from there.
    #[serde(skip)]
    pub version: i64,
    /// Whose record it is; `None` where it was not read from the store.
    #[serde(skip)]
    pub record: Option<Arc<SourceRecord>>,
}

hidden_debug!(Service);

impl Service {
    /// A service of which only the name is known: open, for whoever is told, to staff of the network.
    pub fn named(id: ServiceId, organization_id: OrganizationId, name: impl Into<String>) -> Self {
        Self {
            id,
            organization_id,
            name: name.into(),
            alternate_name: None,
            description: None,
            needs: CodeSet::new(),
            need_families: CodeSet::new(),
            status: ServiceStatus::Open,
            welcome: None,
            eligibility: Eligibility::default(),
            criteria_text: None,
            details: ThinVec::new(),
            languages: Vec::new(),
            application_process: None,
            fees: None,
            alert: None,
            email: None,
            phones: Vec::new(),
            known_consequences: CodeSet::new(),
            specialisations: CodeSet::new(),
            capacity: None,
            schedules: ThinVec::new(),
            places: Vec::new(),
            verified_on: None,
            valid_until: None,
            closes_on: None,
            tier: Tier::Network,
            projects: ThinVec::new(),
            language: None,
            translations: ThinVec::new(),
            opening_hours: None,
            time_zone: None,
            country: None,
            closures: ThinVec::new(),
            dated_hours: ThinVec::new(),
            modes: CodeSet::new(),
            accessibility: CodeSet::new(),
            areas_served: ThinVec::new(),
            verified_by: None,
            next_review_on: None,
            do_not_use: false,
            criteria_disagree: false,
            merged_into: None,
            confirmations: ThinVec::new(),
            edits: ThinVec::new(),
            former_phones: ThinVec::new(),
            former_places: ThinVec::new(),
            version: 0,
            record: None,
        }
    }

    /// Gives back the memory that its lists hold and do not use: reading a document makes room for four of a kind where
    /// most have one.
    pub fn shrink_to_fit(&mut self) {
        self.details.shrink_to_fit();
        self.languages.shrink_to_fit();
        self.phones.shrink_to_fit();
        self.schedules.shrink_to_fit();
        self.places.shrink_to_fit();
        self.projects.shrink_to_fit();
        self.translations.shrink_to_fit();
        self.closures.shrink_to_fit();
        self.dated_hours.shrink_to_fit();
        self.areas_served.shrink_to_fit();
        self.edits.shrink_to_fit();
        self.former_phones.shrink_to_fit();
        self.former_places.shrink_to_fit();
    }

    /// Drops the words that lead to its places: once one must not be found, nobody knows which of them lead to it.
    pub fn drop_ways_to_places(&mut self) {
        self.details.retain(|detail| !Detail::WAYS_TO_PLACES.contains(&&*detail.label));
    }

    /// Redacts these places of it, each with the area that may be told of it; true when something was changed.
    pub fn redact_places(&mut self, redacted: &RedactedPlaces) -> bool {
        let mut changed = false;
        for place in &mut self.places {
            changed |= place.redact_among(redacted);
        }
        if changed {
            self.drop_ways_to_places();
        }
        changed
    }

    /// Drops whatever leads to these places of it, as an earlier version has it; true when something was dropped.
    pub fn withhold_places(&mut self, redacted: &RedactedPlaces) -> bool {
        let mut told = false;
        for place in self.places.iter_mut().filter(|place| redacted.contains_key(&place.id)) {
            told |= place.withhold();
        }
        if told {
            self.drop_ways_to_places();
        }
        told
    }

    /// What decides when it is open: the coded hours, else those of complete schedules.
    pub fn opening(&self) -> Opening {
        let has_words = self.schedules.iter().any(|schedule| schedule.text.is_some());
        let (mut opening, _) = Opening::read(self.opening_hours.as_deref(), self.time_zone, self.country);
        if opening.timetable.hours.is_none() {
            opening.timetable.hours = opening_hours_of(&self.schedules);
            opening.timetable.has_hours_in_words |= has_words || !self.schedules.is_empty();
        }
        Opening { closures: self.closures.to_vec(), dated_hours: self.dated_hours.to_vec(), ..opening }
    }

    /// By which clock it goes: its own, or that of its country where that has one.
    pub fn zone(&self) -> Option<TimeZone> {
        self.time_zone.or_else(|| self.country.and_then(TimeZone::of_country))
    }

    /// True while one of its closures lasts, by its own clock; where nobody knows that, by every clock on earth.
    pub fn is_closed_for_a_time(&self, now: Timestamp) -> bool {
        if self.closures.is_empty() {
            return false;
        }
        let is_closed_on =
            |date: Date| self.closures.iter().any(|closure| closure.from <= date && date <= closure.until);
        match self.zone() {
            Some(zone) => is_closed_on(zone.local(now).date),
            None => dates_on_earth(now).into_iter().all(is_closed_on),
        }
    }

    /// Capacity at `now`; unknown where none was told.
    pub fn capacity_status_at(&self, now: Timestamp) -> CapacityStatus {
        self.capacity_worth_telling(now).map_or(CapacityStatus::Unknown, |capacity| capacity.status_at(now))
    }

    /// The capacity, unless it is that of a shelter and older than a day: a place to sleep changes hands in one, whatever
    /// it is counted in.
    pub fn capacity_worth_telling(&self, now: Timestamp) -> Option<&Capacity> {
        let mut families = self.needs.iter().map(|need| need.family()).chain(self.need_families.iter().copied());
        let is_shelter = families.any(|family| family == NeedFamily::Shelter);
        self.capacity.as_ref().filter(|capacity| !is_shelter || capacity.is_of_the_last_day(now))
    }

    /// True from the day on that was announced for its closing.
    pub fn has_closed_by(&self, today: Date) -> bool {
        self.closes_on.is_some_and(|closing| closing <= today)
    }

    /// True when whoever was referred to it needs another service: it has ended, is suspended or not to be used, or has
    /// announced from which day on it takes nobody. What is stopped for a time goes on again.
    pub const fn is_ending(&self) -> bool {
        let is_stopped = matches!(self.status, ServiceStatus::Closed | ServiceStatus::Suspended);
        is_stopped || self.do_not_use || self.closes_on.is_some()
    }

    /// False for an entry that nobody finds in a search, whoever asks: one that is marked as not to be used, or was
    /// merged into another.
    pub const fn is_offered(&self) -> bool {
        !self.do_not_use && self.merged_into.is_none()
    }

    /// True when finding the service takes training about gender-based violence (P-12).
    pub fn concerns_gender_based_violence(&self) -> bool {
        self.specialisations.contains(&Specialisation::Gbv)
            || self.needs.iter().any(|need| need.concerns_gender_based_violence())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    #[test]
    fn what_has_ended_or_announces_its_end_is_ending_and_a_pause_is_not() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let open = Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]), "house");
        for (service, is_ending) in [
            (open.clone(), false),
            (Service { status: ServiceStatus::Paused, ..open.clone() }, false),
            (Service { status: ServiceStatus::Suspended, ..open.clone() }, true),
            (Service { status: ServiceStatus::Closed, ..open.clone() }, true),
            (Service { do_not_use: true, ..open.clone() }, true),
            (Service { closes_on: Some(day("2026-12-15")), ..open.clone() }, true),
        ] {
            assert_eq!(service.is_ending(), is_ending, "{:?}", service.status);
        }
        let closing = Service { closes_on: Some(day("2026-12-15")), ..open };
        assert!(!closing.has_closed_by(day("2026-12-14")) && closing.has_closed_by(day("2026-12-15")));
    }
}
