//! Turning what a caller typed into domain values: one place for each kind of value, one typed refusal.

use crate::domain::case::FileNumber;
use crate::domain::place::{AreaCode, InvalidPosition, Position};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Profile, Situation};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;

/// A profile as a caller types it.
#[derive(Clone, Default, Hash)]
pub struct ProfileInput {
    /// Age band.
    pub age_band: Option<AgeBand>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Household.
    pub household: Option<Household>,
    /// Administrative status.
    pub admin_status: Option<AdminStatus>,
    /// Living situation.
    pub situation: Option<Situation>,
    /// Language tags.
    pub languages: Vec<String>,
    /// Code of an area.
    pub area: Option<String>,
}

impl ProfileInput {
    /// Checks the typed values.
    pub fn into_profile(self) -> Result<Profile, Refusal> {
        Ok(Profile {
            age_band: self.age_band,
            gender: self.gender,
            household: self.household,
            admin_status: self.admin_status,
            situation: self.situation,
            languages: self.languages.iter().map(|tag| language("person.languages", tag)).collect::<Result<_, _>>()?,
            area: self.area.map(|code| area("person.area", &code)).transpose()?,
        })
    }
}

impl From<&Profile> for ProfileInput {
    fn from(profile: &Profile) -> Self {
        Self {
            age_band: profile.age_band,
            gender: profile.gender,
            household: profile.household,
            admin_status: profile.admin_status,
            situation: profile.situation,
            languages: profile.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            area: profile.area.as_ref().map(|area| area.as_str().to_owned()),
        }
    }
}

pub(super) fn position(latitude: f64, longitude: f64) -> Result<Position, Refusal> {
    Position::new(latitude, longitude).map_err(|invalid| {
        let field = match invalid {
            InvalidPosition::Latitude => "latitude",
            InvalidPosition::Longitude => "longitude",
        };
        Refusal::input(field, problem_of_position(invalid))
    })
}

pub(super) const fn problem_of_position(invalid: InvalidPosition) -> InputProblem {
    match invalid {
        InvalidPosition::Latitude => InputProblem::Latitude,
        InvalidPosition::Longitude => InputProblem::Longitude,
    }
}

pub(super) fn language(field: &'static str, tag: &str) -> Result<Language, Refusal> {
    readable(field, tag)?;
    let language = Language::parse(tag).ok().filter(Language::is_plain);
    language.ok_or(Refusal::input(field, InputProblem::Language))
}

pub(super) fn area(field: &'static str, code: &str) -> Result<AreaCode, Refusal> {
    readable(field, code)?;
    AreaCode::parse(code).map_err(|_| Refusal::input(field, InputProblem::AreaCode))
}

pub(super) fn file_number(typed: &Sensitive<String>) -> Result<FileNumber, Refusal> {
    readable("fileNumber", typed.expose())?;
    FileNumber::parse(typed.expose()).map_err(|_| Refusal::input("fileNumber", InputProblem::FileNumber))
}

/// Refuses control characters: one database stores U+0000, the other refuses it, and no person types it.
fn readable(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.chars().any(char::is_control) { Err(Refusal::input(field, InputProblem::UnusableText)) } else { Ok(()) }
}
