//! The view of what is told of a person before anybody is named: of a referral, and of what a partner offers.

use super::looking::Looking;
use super::visible::Protected;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Profile, Situation};

/// What an offer tells of the person.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct OfferView {
    /// Age band.
    pub age_band: Protected<AgeBand>,
    /// Gender, where the service restricts by it.
    pub gender: Protected<Gender>,
    /// Household, where the service restricts by it.
    pub household: Protected<Household>,
    /// Administrative status, where the service restricts by it.
    pub admin_status: Protected<AdminStatus>,
    /// Living situation, where the service restricts by it.
    pub situation: Protected<Situation>,
    /// Languages spoken.
    pub languages: Protected<Vec<Language>>,
    /// Commune or larger area.
    pub area: Protected<AreaCode>,
}

/// The rows of the table that say who reads what of an offer.
pub(super) struct OfferRows {
    pub(super) age_band: &'static str,
    pub(super) gender: &'static str,
    pub(super) household: &'static str,
    pub(super) admin_status: &'static str,
    pub(super) situation: &'static str,
    pub(super) languages: &'static str,
    pub(super) area: &'static str,
}

impl OfferView {
    pub(super) fn of(look: &Looking, rows: &OfferRows, told: &Profile) -> Self {
        Self {
            age_band: look.field(rows.age_band, told.age_band),
            gender: look.field(rows.gender, told.gender),
            household: look.field(rows.household, told.household),
            admin_status: look.field(rows.admin_status, told.admin_status),
            situation: look.field(rows.situation, told.situation),
            languages: look.field(rows.languages, Some(told.languages.clone())),
            area: look.field(rows.area, told.area.clone()),
        }
    }
}
