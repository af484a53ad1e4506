//! Our own taxonomy in HSDS attributes: `taxonomy_term.taxonomy` is `relais`, `taxonomy_term.code`
//! names the field and `value` is the value.
//!
//! A field or a code that we do not know refuses the row: a misspelt `tier` that is left out would
//! publish what was to be kept back.

use super::super::problem::{Excerpt, Fault};
use super::super::text::{Refusal, line, prose};
use super::wire::Attribute;
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::country::CountryCode;
use crate::domain::directory::{
    Accessibility, AuthorityLink, CapacityStatus, KnownConsequence, OrganizationKind, Precision, ServiceMode,
    Specialisation, Tier, Translation, Welcome,
};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::{OpeningHours, TimeZone};
use crate::domain::place::{Area, AreaCode, Position};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use crate::domain::sensitive::hidden_debug;
use serde_json::Value;

/// What our attributes say of a service.
#[derive(Default, PartialEq)]
pub(super) struct ServiceMarks {
    pub needs: CodeSet<Need>,
    pub need_families: CodeSet<NeedFamily>,
    pub welcome: Option<Welcome>,
    pub genders: CodeSet<Gender>,
    pub age_bands: CodeSet<AgeBand>,
    pub households: CodeSet<Household>,
    pub admin_statuses: CodeSet<AdminStatus>,
    pub situations: CodeSet<Situation>,
    pub specialisations: CodeSet<Specialisation>,
    pub consequences: CodeSet<KnownConsequence>,
    pub capacity_status: Option<CapacityStatus>,
    pub tier: Option<Tier>,
    pub modes: CodeSet<ServiceMode>,
    pub accessibility: CodeSet<Accessibility>,
    pub areas_served: Vec<AreaCode>,
    pub opening_hours: Option<String>,
    pub time_zone: Option<TimeZone>,
    pub country: Option<CountryCode>,
    pub criteria_disagree: Option<bool>,
    pub language: Option<Language>,
    pub translations: Vec<Translation>,
}

hidden_debug!(ServiceMarks);

/// What our attributes say of a location.
#[derive(Debug, Default, PartialEq)]
pub(super) struct LocationMarks {
    pub area: Option<Area>,
    pub redacted: bool,
    pub precision: Option<Precision>,
}

/// What our attributes say of an organisation.
#[derive(Debug, Default, PartialEq)]
pub(super) struct OrganizationMarks {
    pub kind: Option<OrganizationKind>,
    pub authority_link: Option<AuthorityLink>,
}

impl ServiceMarks {
    /// Reads the attributes of a service.
    pub(super) fn read(attributes: Option<&Vec<Attribute>>) -> Result<Self, Refusal> {
        let mut marks = Self::default();
        for mark in ours(attributes) {
            let mark = mark?;
            let text = mark.value;
            let result = match mark.field {
                "need" => add_need(&mut marks, text),
                "welcome" => set(&mut marks.welcome, "welcome", text),
                "gender" => add(&mut marks.genders, "gender", text),
                "age_band" => add(&mut marks.age_bands, "age_band", text),
                "household" => add(&mut marks.households, "household", text),
                "admin_status" => add(&mut marks.admin_statuses, "admin_status", text),
                "situation" => add(&mut marks.situations, "situation", text),
                "specialised" => add(&mut marks.specialisations, "specialised", text),
                "consequence" => add(&mut marks.consequences, "consequence", text),
                "capacity_status" => set(&mut marks.capacity_status, "capacity_status", text),
                "tier" => set(&mut marks.tier, "tier", text),
                "mode" => add(&mut marks.modes, "mode", text),
                "accessibility" => add(&mut marks.accessibility, "accessibility", text),
                "area_served" => area_code(text).map(|code| marks.areas_served.push(code)),
                "opening_hours" => hours(text).and_then(|value| once(&mut marks.opening_hours, "opening_hours", value)),
                "time_zone" => read(TimeZone::parse(text.trim()), "time_zone", text)
                    .and_then(|value| once(&mut marks.time_zone, "time_zone", value)),
                "country" => read(CountryCode::parse(text.trim()), "country", text)
                    .and_then(|value| once(&mut marks.country, "country", value)),
                "criteria_disagree" => {
                    truth(text).and_then(|value| once(&mut marks.criteria_disagree, "criteria_disagree", value))
                }
                "language" => read(Language::parse(text.trim()), "language", text)
                    .and_then(|value| once(&mut marks.language, "language", value)),
                "translated_name" => {
                    translation(&mut marks.translations, "translated_name", text).and_then(|(told, text)| {
                        line(text).map_or(Ok(()), |name| once(&mut told.name, "translated_name", name))
                    })
                }
                "translated_description" => translation(&mut marks.translations, "translated_description", text)
                    .and_then(|(told, text)| {
                        prose(text).map_or(Ok(()), |text| once(&mut told.description, "translated_description", text))
                    }),
                other => Err(unknown(other, "a service")),
            };
            result.map_err(|fault| mark.refusal(fault))?;
        }
        marks.translations.retain(|told| told.name.is_some() || told.description.is_some());
        Ok(marks)
    }
}

impl LocationMarks {
    /// Reads the attributes of a location.
    pub(super) fn read(attributes: Option<&Vec<Attribute>>) -> Result<Self, Refusal> {
        let (mut code, mut name, mut center, mut radius_meters) = (None, None, None, None);
        let (mut redacted, mut precision) = (None, None);
        for mark in ours(attributes) {
            let mark = mark?;
            let text = mark.value;
            let result = match mark.field {
                "area_code" => area_code(text).and_then(|value| once(&mut code, "area_code", value)),
                "precision" => set(&mut precision, "precision", text),
                "area_name" => once(&mut name, "area_name", text.trim().to_owned()),
                "area_center" => point(text).and_then(|value| once(&mut center, "area_center", value)),
                "area_radius_meters" => {
                    meters(text).and_then(|value| once(&mut radius_meters, "area_radius_meters", value))
                }
                "redacted" => truth(text).and_then(|value| once(&mut redacted, "redacted", value)),
                other => Err(unknown(other, "a location")),
            };
            result.map_err(|fault| mark.refusal(fault))?;
        }
        let area = match code {
            Some(code) => Some(Area { code, name, center, radius_meters }),
            None if name.is_some() || center.is_some() || radius_meters.is_some() => {
                return Err(Refusal::at("attributes", Fault::AreaWithoutCode));
            }
            None => None,
        };
        Ok(Self { area, redacted: redacted == Some(true), precision })
    }
}

impl OrganizationMarks {
    /// Reads the attributes of an organisation.
    pub(super) fn read(attributes: Option<&Vec<Attribute>>) -> Result<Self, Refusal> {
        let mut marks = Self::default();
        for mark in ours(attributes) {
            let mark = mark?;
            let result = match mark.field {
                "kind" => set(&mut marks.kind, "kind", mark.value),
                "authority_link" => set(&mut marks.authority_link, "authority_link", mark.value),
                other => Err(unknown(other, "an organisation")),
            };
            result.map_err(|fault| mark.refusal(fault))?;
        }
        Ok(marks)
    }
}

/// One attribute of ours.
struct Mark<'a> {
    index: usize,
    field: &'a str,
    value: &'a str,
}

impl Mark<'_> {
    fn refusal(&self, fault: Fault) -> Refusal {
        let inside = if matches!(fault, Fault::Field { .. }) { "taxonomy_term.code" } else { "value" };
        Refusal::at(format!("attributes[{}].{inside}", self.index), fault)
    }
}

fn ours(attributes: Option<&Vec<Attribute>>) -> impl Iterator<Item = Result<Mark<'_>, Refusal>> {
    attributes.into_iter().flatten().enumerate().filter_map(|(index, attribute)| {
        let term = attribute.taxonomy_term.as_ref()?;
        let is_ours = term.get("taxonomy").and_then(Value::as_str) == Some("relais");
        is_ours.then(|| {
            let missing = |inside| Refusal::at(format!("attributes[{index}].{inside}"), Fault::Missing);
            let field = term.get("code").and_then(Value::as_str).ok_or_else(|| missing("taxonomy_term.code"))?;
            let value = attribute.value.as_ref().and_then(Value::as_str).ok_or_else(|| missing("value"))?;
            Ok(Mark { index, field, value })
        })
    })
}

fn unknown(field: &str, holder: &'static str) -> Fault {
    Fault::Field { found: Excerpt::of(field), holder }
}

fn code<T: CodeList>(field: &'static str, text: &str) -> Result<T, Fault> {
    T::from_code(text.trim()).ok_or_else(|| Fault::Code { field, found: Excerpt::of(text) })
}

fn read<T, E>(parsed: Result<T, E>, field: &'static str, text: &str) -> Result<T, Fault> {
    parsed.map_err(|_| Fault::Code { field, found: Excerpt::of(text) })
}

fn area_code(text: &str) -> Result<AreaCode, Fault> {
    AreaCode::parse(text).map_err(|_| Fault::AreaCode)
}

/// Hours in the syntax of OpenStreetMap, which are kept as they are written.
fn hours(text: &str) -> Result<String, Fault> {
    read(OpeningHours::parse(text.trim()), "opening_hours", text)?;
    Ok(text.trim().to_owned())
}

/// The translation that a text such as `ar: مركز` is of, and the text behind its language.
fn translation<'t, 'a>(
    translations: &'t mut Vec<Translation>,
    field: &'static str,
    text: &'a str,
) -> Result<(&'t mut Translation, &'a str), Fault> {
    let fault = || Fault::Code { field, found: Excerpt::of(text) };
    let (tag, words) = text.split_once(':').ok_or_else(fault)?;
    let language: Language = read(Language::parse(tag.trim()), field, tag)?;
    let held = translations.iter().position(|told| told.language == language);
    let position = held.unwrap_or_else(|| {
        translations.push(Translation { language, name: None, description: None });
        translations.len() - 1
    });
    Ok((&mut translations[position], words))
}

fn add_need(marks: &mut ServiceMarks, text: &str) -> Result<(), Fault> {
    match NeedFamily::from_code(text.trim()) {
        Some(family) => marks.need_families.push(family),
        None => add(&mut marks.needs, "need", text)?,
    }
    Ok(())
}

fn add<T: CodeList>(codes: &mut CodeSet<T>, field: &'static str, text: &str) -> Result<(), Fault> {
    codes.push(code(field, text)?);
    Ok(())
}

fn set<T: CodeList>(slot: &mut Option<T>, field: &'static str, text: &str) -> Result<(), Fault> {
    once(slot, field, code(field, text)?)
}

fn once<T>(slot: &mut Option<T>, field: &'static str, value: T) -> Result<(), Fault> {
    if slot.replace(value).is_some() { Err(Fault::Twice(field)) } else { Ok(()) }
}

fn point(text: &str) -> Result<Position, Fault> {
    let (latitude, longitude) = text.split_once(',').ok_or(Fault::Point)?;
    let (latitude, longitude) = (latitude.trim().parse(), longitude.trim().parse());
    match (latitude, longitude) {
        (Ok(latitude), Ok(longitude)) => super::super::point(latitude, longitude).map_err(|_| Fault::Point),
        _ => Err(Fault::Point),
    }
}

fn meters(text: &str) -> Result<f64, Fault> {
    let meters: Option<f64> = text.trim().parse().ok();
    meters.filter(|meters| (1.0..=1_000_000.0).contains(meters)).ok_or(Fault::Meters)
}

fn truth(text: &str) -> Result<bool, Fault> {
    match text.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::OneOf("true, false")),
    }
}
